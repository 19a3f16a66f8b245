import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { decodeFacts } from "../facts/encoding.js";
import type { TextFacts } from "../facts/extract.js";
import type { Extracted, Extraction, ExtractionProgress, FactsCache, TextToRead } from "./extraction.js";
import type { EncodedTogether } from "./worker.js";

export interface PoolOptions {
  readonly cache?: FactsCache | null;
  readonly progress?: (progress: ExtractionProgress) => void;
  readonly limits?: Partial<PoolLimits>;
  /** The compiled worker. */
  readonly worker?: string;
  /** Threads that outlast this pool; without them it has its own. */
  readonly threads?: ExtractionThreads;
}

/** Threads that read texts. Each loads the compiler once, so that they are worth keeping. */
export interface ExtractionThreads {
  run(texts: readonly TextToRead[], signal: AbortSignal): Promise<EncodedTogether>;
  close(): Promise<void>;
}

export interface PoolLimits {
  readonly threads: number;
  /** For one text. Real ones take milliseconds. */
  readonly milliseconds: number;
  /** For one text, once `patience` is used up. */
  readonly hurriedMilliseconds: number;
  /** How much time in all may be lost to texts that are then given up. */
  readonly patience: number;
  /** Heap of each thread. */
  readonly megabytes: number;
}

/** An extraction whose threads must be ended. */
export interface ExtractionPool extends Extraction {
  close(): Promise<void>;
}

const LIMITS: PoolLimits = {
  threads: Math.max(1, Math.min(4, availableParallelism())),
  milliseconds: 20_000,
  hurriedMilliseconds: 2_000,
  patience: 60_000,
  megabytes: 768,
};

/** Started with the first text. */
export function extractionThreads({ limits, worker }: Pick<PoolOptions, "limits" | "worker"> = {}): ExtractionThreads {
  const { threads: maxThreads, megabytes } = { ...LIMITS, ...limits };
  let threads: Piscina<readonly TextToRead[], EncodedTogether> | null = null;
  const start = (): Piscina<readonly TextToRead[], EncodedTogether> =>
    new Piscina({
      filename: worker ?? fileURLToPath(new URL("./worker.js", import.meta.url)),
      name: "extractInWorker",
      minThreads: 1,
      maxThreads,
      idleTimeout: 60_000,
      resourceLimits: { maxOldGenerationSizeMb: megabytes },
    });
  return {
    run: (texts, signal) => (threads ??= start()).run(texts, { signal }),
    async close() {
      await threads?.destroy();
      threads = null;
    },
  };
}

/** As many texts keep one thread busy for about as long as it takes to start another. */
const TEXTS_PER_THREAD = 150;

/**
 * Reads texts in threads of their own, each with bounded time and memory: a hostile text ends its thread, is named as
 * unreadable, and another thread goes on. Starting one costs what loading the compiler here would cost, so that small
 * jobs lose nothing.
 */
export function extractionPool(options: PoolOptions = {}): ExtractionPool {
  const limits = { ...LIMITS, ...options.limits };
  const threads = options.threads ?? extractionThreads(options);
  let lost = 0;

  /** One message to a thread, and its answer. Rejects when the thread breaks or time runs out. */
  async function attempt(texts: readonly TextToRead[], clock: AbortController, allowed: number): Promise<readonly Extracted[]> {
    const timer = setTimeout(() => clock.abort(), allowed);
    try {
      const { bytes, lengths } = await threads.run(texts, clock.signal);
      let offset = 0;
      return lengths.map((length) => {
        const own = bytes.subarray(offset, (offset += length));
        const facts = decodeFacts(own);
        if (facts === null) throw new TypeError("a worker answered something else than facts");
        return { facts, bytes: own, lasting: true };
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async function alone(text: TextToRead): Promise<Extracted> {
    // Starting a thread on a busy machine may take a while, so that the first text that is late is tried again.
    for (let again = lost === 0; ; again = false) {
      const allowed = lost < limits.patience ? limits.milliseconds : limits.hurriedMilliseconds;
      const clock = new AbortController();
      try {
        const [result] = await attempt([text], clock, allowed);
        return result!;
      } catch (error) {
        if (!clock.signal.aborted) return { facts: givenUp(failure(error)), bytes: null, lasting: false };
      }
      lost += allowed;
      if (!again) return { facts: givenUp(`took longer than ${allowed / 1000} s to read`), bytes: null, lasting: false };
    }
  }

  async function extract(texts: readonly TextToRead[]): Promise<readonly Extracted[]> {
    if (texts.length > 1) {
      try {
        return await attempt(texts, new AbortController(), limits.milliseconds);
      } catch {
        // One of them is to blame: each on its own tells which.
      }
    }
    const read: Extracted[] = [];
    for (const text of texts) read.push(await alone(text));
    return read;
  }

  return {
    extract,
    concurrency: (texts) => Math.max(1, Math.min(limits.threads, Math.ceil(texts / TEXTS_PER_THREAD))),
    cache: options.cache ?? null,
    ...(options.progress === undefined ? {} : { progress: options.progress }),
    async close() {
      if (options.threads === undefined) await threads.close();
    },
  };
}

function givenUp(reason: string): TextFacts {
  return { facts: [], unreadable: [{ line: 1, reason }], ignores: [], excluded: null };
}

/** The error's message is left out, as it may quote the text. */
function failure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "ERR_WORKER_OUT_OF_MEMORY") return "took too much memory to read";
  return `could not be read because of a bug in Faultline (${code ?? (error instanceof Error ? error.name : typeof error)}); please report it together with this file`;
}
