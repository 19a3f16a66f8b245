import type { MessagePort } from "node:worker_threads";
import type { Config } from "../config/config.js";
import { extractionPool, extractionThreads } from "../extraction/pool.js";
import type { FactsCache } from "../extraction/extraction.js";
import type { Report } from "../report/report.js";
import { review, type ReviewContext } from "../review.js";
import { build } from "../version.js";
import type { FileContent, Snapshot, SnapshotFile } from "../snapshot/snapshot.js";

/** A snapshot without its contents, which the other thread reads. */
export type Listing = Omit<Snapshot, "read">;

export type Side = "base" | "head";

/** What is the same on both sides of the thread: a review without what needs a network or a store. */
export interface AnalysisTask {
  readonly base: Listing;
  readonly head: Listing;
  readonly config: Config;
  readonly context: Omit<ReviewContext, "extraction">;
  /** Where files and facts are asked for. */
  readonly port: MessagePort;
}

/** What the thread asks for. `begin` says that it works, and `next` reads on in what an `open` began. */
export type Ask =
  | { readonly kind: "begin" }
  | { readonly kind: "open"; readonly side: Side; readonly paths: readonly string[] }
  | { readonly kind: "next"; readonly reading: number }
  | { readonly kind: "load"; readonly keys: readonly string[] }
  | { readonly kind: "save"; readonly entries: ReadonlyMap<string, Uint8Array> };

export interface Asked {
  readonly id: number;
  readonly ask: Ask;
}

/** `broken`: it could not be read, and the thread that reads knows why. */
export type Answered = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly broken: true };

/** Two threads read texts, so that one hostile text does not hold up the others. They go on from one review to the next. */
const EXTRACTION = { limits: { threads: 2 } } as const;
const threads = extractionThreads(EXTRACTION);
const linker = build();

/** Started by the pool in a thread of its own: the whole review but for reading and storing. */
export async function analyseInWorker({ base, head, config, context, port }: AnalysisTask): Promise<Report> {
  const ask = asker(port);
  await ask({ kind: "begin" });
  const pool = extractionPool({ cache: cacheBeyond(ask), threads, ...EXTRACTION });
  try {
    return await review(snapshotBeyond("base", base, ask), snapshotBeyond("head", head, ask), config, {
      ...context,
      extraction: { ...pool, linker },
    });
  } finally {
    await pool.close();
    port.close();
  }
}

type Asker = (ask: Ask) => Promise<unknown>;

function asker(port: MessagePort): Asker {
  const owed = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  port.on("message", (answer: Answered) => {
    const waiting = owed.get(answer.id);
    owed.delete(answer.id);
    if ("broken" in answer) waiting?.reject(new Error("what was asked for could not be read"));
    else waiting?.resolve(answer.value);
  });
  return (ask) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      owed.set(id, { resolve, reject });
      port.postMessage({ id, ask } satisfies Asked);
    });
}

function snapshotBeyond(side: Side, listing: Listing, ask: Asker): Snapshot {
  return {
    ...listing,
    async *read(files: readonly SnapshotFile[]) {
      const reading = (await ask({ kind: "open", side, paths: files.map(({ path }) => path) })) as number;
      for (;;) {
        const contents = (await ask({ kind: "next", reading })) as readonly FileContent[];
        if (contents.length === 0) return;
        yield* contents;
      }
    },
  };
}

function cacheBeyond(ask: Asker): FactsCache {
  return {
    load: async (keys) => (await ask({ kind: "load", keys })) as ReadonlyMap<string, Uint8Array>,
    save: async (entries) => void (await ask({ kind: "save", entries })),
  };
}
