import { setFlagsFromString } from "node:v8";
import { cacheDirectory, diskCache } from "../extraction/disk-cache.js";
import { inThisThread, type Extraction } from "../extraction/extraction.js";
import { extractionPool } from "../extraction/pool.js";
import { build } from "../version.js";
import { progressOn } from "./progress.js";
import type { Terminal } from "./terminal.js";

export interface ReadingOptions {
  readonly cache: boolean;
  readonly quiet: boolean;
}

/**
 * A third of what a short run costs is V8's optimising compiler, which works anew in each thread of each process. It begins
 * later and inlines less, and what is left to interpret costs less than that saves.
 */
function optimiseLess(): void {
  setFlagsFromString("--interrupt-budget=500000");
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=400");
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
