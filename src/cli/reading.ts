import { cacheDirectory, diskCache } from "../extraction/disk-cache.js";
import { inThisThread, type Extraction } from "../extraction/extraction.js";
import { extractionPool } from "../extraction/pool.js";
import { optimiseLess } from "../extraction/short-run.js";
import { build } from "../version.js";
import { progressOn } from "./progress.js";
import type { Terminal } from "./terminal.js";

export interface ReadingOptions {
  readonly cache: boolean;
  readonly quiet: boolean;
}

/** Runs `work` with an extraction in threads, from the cache where it is wanted, and ends the threads afterwards. */
export async function withExtraction<T>(
  terminal: Terminal,
  options: ReadingOptions,
  work: (extraction: Extraction) => Promise<T>,
): Promise<T> {
  optimiseLess();
  const directory = options.cache ? cacheDirectory(terminal.environment) : null;
  const progress = progressOn(terminal.err, options.quiet);
  const shared = {
    ...(directory === null ? { cache: null } : { cache: diskCache({ directory }), linker: build() }),
    ...(progress.report === undefined ? {} : { progress: progress.report }),
  };
  const pool = terminal.threads ? extractionPool(shared) : null;
  try {
    return await work(pool === null ? { ...inThisThread, ...shared } : { ...pool, ...shared, finished: () => pool.close() });
  } finally {
    await progress.clear();
    await pool?.close();
  }
}
