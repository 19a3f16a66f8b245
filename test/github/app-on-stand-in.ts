import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { openStore } from "../../src/store/open.js";
import type { Store } from "../../src/store/store.js";
import { temporaryDirectory } from "../snapshot/repository.js";
import { freePort, manifest, startApp, type AppProcess } from "./app-process.js";
import { shop } from "./shop.js";
import { startStandIn, type Answered, type StandIn } from "./stand-in/stand-in.js";
import type { CheckRun, PullRequest, Repository, ReviewComment } from "./stand-in/world.js";

/** The App as it is built, in a process of its own, over HTTP against the stand-in. Each test has a repository with the example system. */
export interface AppOnStandIn {
  readonly github: StandIn;
  readonly app: AppProcess;
  readonly repository: Repository;
  /** Starts the App on the store that it left. */
  start(): Promise<void>;
  /** Opens the store that the App left. */
  withStore(work: (store: Store) => Promise<void>): Promise<void>;
  /** Opens the example system's pull request. */
  open(change?: {
    readonly fork?: string;
    readonly base?: string;
    readonly draft?: boolean;
    readonly files?: Readonly<Record<string, string>>;
  }): Promise<PullRequest>;
  runsOf(commit: string): readonly CheckRun[];
  completed(commit: string): readonly CheckRun[];
  /** The one verdict about a commit, once the App has nothing left to do. */
  verdict(commit: string, seconds?: number): Promise<CheckRun>;
  /** Waits until nothing is left to do. */
  quiet(): Promise<void>;
  /** What GitHub did not take. */
  refusedWrites(): readonly Answered[];
}

export function appOnStandIn(): AppOnStandIn {
  const { base, head } = shop();
  let github: StandIn;
  let app: AppProcess;
  let repository: Repository;
  let dataDirectory: string;
  let port: number;
  let names = 0;

  const start = async (): Promise<void> =>
    void (app = await startApp(github, { dataDirectory, port, environment: { FAULTLINE_SWEEP_SECONDS: "5" } }));

  beforeAll(async () => {
    if (!existsSync(path.resolve(import.meta.dirname, "../../dist/cli.js"))) throw new Error("dist/cli.js is missing: run npm run build");
    github = await startStandIn(manifest());
    dataDirectory = temporaryDirectory();
    port = await freePort();
    await start();
  });
  afterAll(async () => {
    await app.kill();
    await github.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    repository = await github.people.createRepository(`shop/web-${++names}`, base);
    repository.collaborators.set("ada", "write").set("grace", "read");
  });
  afterEach((context) => {
    github.faults.clear();
    if (context.task.result?.state === "fail") process.stderr.write(`${app.log().slice(-6_000)}\n`);
  });
  const runsOf = (commit: string): readonly CheckRun[] => [...repository.checkRuns.values()].filter((run) => run.head === commit);
  const completed = (commit: string): readonly CheckRun[] => runsOf(commit).filter(({ status }) => status === "completed");
  const quiet = async (): Promise<void> => {
    await github.deliveries.settled();
    await until("an empty queue", async () => {
      const metrics = await (await fetch(`${app.url}/metrics`)).text();
      const counts = [...metrics.matchAll(/^faultline_queue_(?:waiting|active) (\S+)$/gm)].map(([, count]) => Number(count));
      if (counts.length !== 2) throw new Error(`no counts of jobs in:\n${metrics}`);
      return counts.every((count) => count === 0);
    });
  };
  return {
    get github() {
      return github;
    },
    get app() {
      return app;
    },
    get repository() {
      return repository;
    },
    start,
    async withStore(work) {
      const store = await openStore({ dataDirectory }, { worker: new URL("../../dist/pglite-worker.js", import.meta.url) });
      try {
        await work(store);
      } finally {
        await store.close();
      }
    },
    open: async ({ files, ...more } = {}) =>
      github.people.open(repository, {
        branch: "payment-at-checkout",
        title: "Take payments at checkout",
        files: { ...head, ...files },
        ...more,
      }),
    runsOf,
    completed,
    async verdict(commit, seconds) {
      await until(`a verdict about ${commit}`, () => completed(commit).length > 0, seconds);
      await quiet();
      expect(runsOf(commit).map(({ status, name }) => [status, name])).toEqual([["completed", "Faultline"]]);
      return runsOf(commit)[0]!;
    },
    quiet,
    refusedWrites: () =>
      github.requests.filter(({ method, status, path: at }) => method !== "GET" && status >= 400 && at.includes(repository.name)),
  };
}

/** Waits until something is so. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(50);
  }
}

export const comments = (pull: PullRequest): readonly ReviewComment[] => pull.threads.flatMap((thread) => thread.comments);
export const fingerprints = (pull: PullRequest): readonly string[] =>
  comments(pull).map(({ body }) => /^<!-- faultline:([0-9a-f]+)/.exec(body)?.[1] ?? `no marker: ${body}`);
