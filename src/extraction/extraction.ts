import { extractorsNamed, extractText, prepareFor, type ExtractionOptions, type TextFacts } from "../facts/extract.js";

/** How texts become facts, and what is remembered of earlier runs. */
export interface Extraction {
  /** Reads texts, and answers in their order. Never rejects: what goes wrong with a text is in its answer. */
  extract(texts: readonly TextToRead[]): Promise<readonly Extracted[]>;
  /** How often texts are handed over at once, when there are this many in all. */
  concurrency(texts: number): number;
  readonly cache: FactsCache | null;
  /** Which code links: systems that it linked are kept in the cache for it alone, and none where it is not known. */
  readonly linker?: string;
  readonly progress?: (progress: ExtractionProgress) => void;
  /** Called when all texts of a review have been read: what reading alone needs can be let go before linking begins. */
  readonly finished?: () => Promise<void>;
}

export interface TextToRead {
  readonly path: string;
  readonly text: string;
  /** Ids of the extractors that look at it. */
  readonly readers: readonly string[];
  readonly options: ExtractionOptions;
}

export interface Extracted {
  readonly facts: TextFacts;
  /** The same facts as `encodeFacts` writes them, where they come that way. */
  readonly bytes: Uint8Array | null;
  /** The same text gives the same facts again. False where time or memory ran out, which depends on the machine. */
  readonly lasting: boolean;
}

export interface ExtractionProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * Encoded facts by key. A key names content, file name and the versions of all that read it, so that what is stored
 * under a key never changes. A cache may lose anything at any time; it never fails.
 */
export interface FactsCache {
  load(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  save(entries: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

/** Reads everything in this thread and remembers nothing. */
export const inThisThread: Extraction = {
  async extract(texts) {
    const read: Extracted[] = [];
    for (const { path, text, readers: ids, options } of texts) {
      const readers = extractorsNamed(ids);
      await prepareFor(path, readers);
      read.push({ facts: extractText(path, text, options, readers), bytes: null, lasting: true });
    }
    return read;
  },
  concurrency: () => 1,
  cache: null,
};
