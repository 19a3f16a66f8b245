import { extractText, prepareFor, type ExtractionOptions, type TextFacts } from "../facts/extract.js";

/** How texts become facts, and what is remembered of earlier runs. */
export interface Extraction {
  /** Reads one text. Never rejects: what goes wrong with a text is in its answer. */
  extract(path: string, text: string, options: ExtractionOptions): Extracted | Promise<Extracted>;
  /** How many texts are handed over at once, when there are this many in all. */
  concurrency(texts: number): number;
  readonly cache: FactsCache | null;
  readonly progress?: (progress: ExtractionProgress) => void;
  /** Called when all texts of a review have been read: what reading alone needs can be let go before linking begins. */
  readonly finished?: () => Promise<void>;
}

export interface Extracted {
  readonly facts: TextFacts;
  /** The same facts as `encodeFacts` writes them, where they come that way. */
  readonly json: string | null;
  /** The same text gives the same facts again. False where time or memory ran out, which depends on the machine. */
  readonly lasting: boolean;
}

export interface ExtractionProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Facts as JSON by key. A key names content, file name and the versions of all that read it, so that what is stored
 * under a key never changes. A cache may lose anything at any time; it never fails.
 */
export interface FactsCache {
  load(keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  save(entries: ReadonlyMap<string, string>): Promise<void>;
}

/** Reads everything in this thread and remembers nothing. */
export const inThisThread: Extraction = {
  async extract(path, text, options) {
    await prepareFor(path);
    return { facts: extractText(path, text, options), json: null, lasting: true };
  },
  concurrency: () => 1,
  cache: null,
};
