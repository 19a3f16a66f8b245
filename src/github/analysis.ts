import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { MessageChannel } from "node:worker_threads";
import { Piscina } from "piscina";
import type { Config } from "../config/config.js";
import type { FactsCache } from "../extraction/extraction.js";
import type { Report } from "../report/report.js";
import type { ReviewContext } from "../review.js";
import type { FileContent, Snapshot } from "../snapshot/snapshot.js";
import type { AnalysisTask, Answered, Ask, Asked, Listing, Side } from "./analysis-worker.js";

/** Reviews in threads of their own, so that webhooks and health are answered meanwhile, whatever is reviewed. */
export interface Analysis {
  /**
   * What `review` does, away from here. Rejects with `AnalysisError` where the thread came to an end before it came to a
   * report, with what the snapshots threw, and with the signal's reason.
   */
  review(base: Snapshot, head: Snapshot, config: Config, context: Omit<ReviewContext, "extraction">, signal: AbortSignal): Promise<Report>;
  close(): Promise<void>;
}

export interface AnalysisOptions {
  readonly cache: FactsCache;
  readonly limits?: Partial<AnalysisLimits>;
  /** The compiled worker. */
  readonly worker?: string;
}

export interface AnalysisLimits {
  readonly threads: number;
  /** For one review, without the time that it waits for files. */
  readonly milliseconds: number;
  /** Heap and stack of each thread. */
  readonly megabytes: number;
  readonly stackMegabytes: number;
}

const LIMITS: AnalysisLimits = {
  threads: Math.max(2, Math.min(4, availableParallelism())),
  milliseconds: 300_000,
  megabytes: 1_024,
  stackMegabytes: 8,
};

/** After this long without work a thread ends, and gives its memory back. */
const IDLE = 30_000;

/** Characters that cross to the thread in one message. */
const MOST_AT_ONCE = 1_000_000;

/** The analysis itself broke down, as it would again: a defect, or a repository beyond its limits. */
export class AnalysisError extends Error {
  override readonly name = "AnalysisError";
  readonly kind: "time" | "memory" | "defect";
  constructor(kind: AnalysisError["kind"], message: string) {
    super(message);
    this.kind = kind;
  }
}

export function analysisThreads(options: AnalysisOptions): Analysis {
  const limits = { ...LIMITS, ...options.limits };
  const threads = new Piscina<AnalysisTask, Report>({
    filename: options.worker ?? fileURLToPath(new URL("./analysis-worker.js", import.meta.url)),
    name: "analyseInWorker",
    minThreads: 0,
    maxThreads: limits.threads,
    idleTimeout: IDLE,
    resourceLimits: { maxOldGenerationSizeMb: limits.megabytes, stackSizeMb: limits.stackMegabytes },
  });
  return {
    async review(base, head, config, context, signal) {
      const { port1: here, port2: port } = new MessageChannel();
      const clock = new Clock(limits.milliseconds);
      const desk = new Desk({ base, head }, options.cache);
      here.on("message", ({ id, ask }: Asked) => {
        clock.rest();
        void desk.answer(ask).then((outcome) => {
          clock.run();
          // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
          here.postMessage({ id, ...outcome } satisfies Answered);
        });
      });
      try {
        const task: AnalysisTask = { base: listingOf(base), head: listingOf(head), config, context, port };
        return await threads.run(task, { transferList: [port], signal: AbortSignal.any([signal, clock.signal]) });
      } catch (error) {
        signal.throwIfAborted();
        if (desk.failure !== null) throw desk.failure.cause;
        throw failureOf(error, clock.signal.aborted);
      } finally {
        clock.stop();
        here.close();
        desk.close();
      }
    },
    close: () => threads.destroy(),
  };
}

function listingOf({ repository, commit, files, unlisted }: Snapshot): Listing {
  return { repository, commit, files, unlisted };
}

/** The error's message stays in the log: it may quote what was read. */
function failureOf(error: unknown, late: boolean): AnalysisError {
  if (late) return new AnalysisError("time", "the analysis took too long");
  if ((error as NodeJS.ErrnoException | null)?.code === "ERR_WORKER_OUT_OF_MEMORY")
    return new AnalysisError("memory", "the analysis took too much memory");
  return new AnalysisError("defect", error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

/** Runs while the thread works and rests while it waits for us: what GitHub takes is not the repository's fault. */
class Clock {
  readonly #ended = new AbortController();
  #left: number;
  #waits = 0;
  #since: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number) {
    this.#left = milliseconds;
  }

  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  rest(): void {
    this.#waits++;
    if (this.#since === null) return;
    this.#left -= performance.now() - this.#since;
    this.stop();
  }

  run(): void {
    if (--this.#waits > 0) return;
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#ended.abort(), Math.max(0, this.#left));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#since = null;
  }
}

/** Answers what the thread asks for. */
class Desk {
  /** What a snapshot or the cache threw: whoever asked for the review is to know it as it was. */
  failure: { readonly cause: unknown } | null = null;
  readonly #snapshots: Readonly<Record<Side, Snapshot>>;
  readonly #cache: FactsCache;
  readonly #readings: AsyncIterator<FileContent>[] = [];

  constructor(snapshots: Readonly<Record<Side, Snapshot>>, cache: FactsCache) {
    this.#snapshots = snapshots;
    this.#cache = cache;
  }

  async answer(ask: Ask): Promise<{ readonly value: unknown } | { readonly broken: true }> {
    try {
      return { value: await this.#perform(ask) };
    } catch (cause) {
      this.failure ??= { cause };
      return { broken: true };
    }
  }

  close(): void {
    // One that waits for GitHub ends when that has answered; nobody waits for it here.
    for (const reading of this.#readings) void reading.return?.().catch(() => undefined);
  }

  async #perform(ask: Ask): Promise<unknown> {
    switch (ask.kind) {
      case "begin":
        return null;
      case "open":
        return this.#open(this.#snapshots[ask.side], ask.paths);
      case "next":
        return this.#next(ask.reading);
      case "load":
        return this.#cache.load(ask.keys);
      case "save":
        return this.#cache.save(ask.entries);
    }
  }

  #open(snapshot: Snapshot, paths: readonly string[]): number {
    const files = paths.flatMap((path) => snapshot.files.get(path) ?? []);
    return this.#readings.push(snapshot.read(files)[Symbol.asyncIterator]()) - 1;
  }

  /** No more than the thread takes at once: what is read waits here for nobody. Empty at the end. */
  async #next(reading: number): Promise<readonly FileContent[]> {
    const contents: FileContent[] = [];
    for (let size = 0; size < MOST_AT_ONCE;) {
      const next = await this.#readings[reading]?.next();
      if (next === undefined || next.done === true) break;
      contents.push(next.value);
      size += "text" in next.value ? next.value.text.length : 1;
    }
    return contents;
  }
}
