import { extractText, type ExtractionOptions, type TextFacts } from "../facts/extract.js";

/** How texts become facts, and what is remembered of earlier runs. */
export interface Extraction {
  /** Reads one text. Never rejects: what goes wrong with a text is in its answer. */
  extract(path: string, text: string, options: ExtractionOptions): Extracted | Promise<Extracted>;
  /** How many texts are handed over at once. */
  readonly concurrency: number;
  readonly cache: FactsCache | null;
  readonly progress?: (progress: ExtractionProgress) => void;
}

export interface Extracted {
  readonly facts: TextFacts;
  /** The same text gives the same facts again. False where time or memory ran out, which depends on the machine. */
  readonly lasting: boolean;
}

export interface ExtractionProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Facts by key: a key names content, file name and the versions of all that read it, so what is stored under a key
 * never changes. A cache may lose anything at any time; it never fails.
 */
export interface FactsCache {
  load(keys: readonly string[]): Promise<ReadonlyMap<string, TextFacts>>;
  save(entries: ReadonlyMap<string, TextFacts>): Promise<void>;
}

/** Reads everything in this thread and remembers nothing. */
export const inThisThread: Extraction = {
  extract: (path, text, options) => ({ facts: extractText(path, text, options), lasting: true }),
  concurrency: 1,
  cache: null,
};
