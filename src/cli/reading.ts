import { cacheDirectory, diskCache } from "../extraction/disk-cache.js";
import type { Extraction } from "../extraction/extraction.js";
import { extractionPool } from "../extraction/pool.js";
import { progressOn } from "./progress.js";
import type { Terminal } from "./terminal.js";

export interface ReadingOptions {
  readonly cache: boolean;
  readonly quiet: boolean;
}

/** Runs `work` with an extraction in threads, from the cache where it is wanted, and ends the threads afterwards. */
export async function withExtraction<T>(terminal: Terminal, options: ReadingOptions, work: (extraction: Extraction) => Promise<T>): Promise<T> {
  const directory = options.cache ? cacheDirectory(terminal.environment) : null;
  const progress = progressOn(terminal.err, options.quiet);
  const pool = extractionPool({
    cache: directory === null ? null : diskCache({ directory }),
    ...(progress.report === undefined ? {} : { progress: progress.report }),
  });
  try {
    return await work(pool);
  } finally {
    await progress.clear();
    await pool.close();
  }
}
