import { openStore } from "../../../src/store/open.js";
import type { AppProcess } from "../app-process.js";
import { freePort, manifest, startApp } from "../app-process.js";
import { shop } from "../shop.js";
import { startStandIn, type StandIn } from "../stand-in/stand-in.js";
import type { CheckRun, PullRequest, Repository } from "../stand-in/world.js";
import { setTimeout as pause } from "node:timers/promises";
import { siteFile } from "./conversation.js";

/** The App and a stand-in for GitHub, both on this machine, with the shop as the one repository. */
export interface DemoWorld {
  readonly github: StandIn;
  readonly app: AppProcess;
  readonly repository: Repository;
  /** Ada opens her pull request; resolves once it is judged. */
  open(): Promise<{ readonly pull: PullRequest; readonly run: CheckRun }>;
  /** Ada pushes what the review asked for; resolves once that is judged. */
  mend(pull: PullRequest): Promise<CheckRun>;
  /** Resolves once the system of the default branch was read. */
  systemRead(): Promise<void>;
  close(): Promise<void>;
}

const PATIENCE_MS = 240_000;
const DAY = 86_400_000;

export async function startDemo(dataDirectory: string): Promise<DemoWorld> {
  const { base, head, mended } = shop();
  const github = await startStandIn({ ...manifest(), site: siteFile });
  const repository = await github.people.createRepository("shop/web", { ...base, ".github/faultline.yml": settings() });
  repository.collaborators.set("ada", "write").set("grace", "admin");
  github.world.signIns.browser = "ada";
  await inventPast(dataDirectory);
  const port = await freePort();
  const { clientId, clientSecret } = github.credentials;
  const environment = {
    CLIENT_ID: clientId,
    CLIENT_SECRET: clientSecret,
    SESSION_SECRET: "known to everybody, for a demo only",
    PUBLIC_URL: `http://127.0.0.1:${port}`,
  };
  const app = await startApp(github, { dataDirectory, port, environment });
  return {
    github,
    app,
    repository,
    async open() {
      const pull = await github.people.open(repository, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head });
      return { pull, run: await verdict(repository, pull, () => pull.reviews.length > 0) };
    },
    async mend(pull) {
      await github.people.push(repository, pull, mended);
      return verdict(repository, pull, () => pull.threads.every(({ comments }) => comments[0]?.minimized !== null));
    },
    async systemRead() {
      await github.people.commit(repository, "main", { "README.md": "# The shop\n" });
      await until("the system to be read", () => app.log().includes("the system was read"));
    },
    async close() {
      await app.stop();
      await github.close();
    },
  };
}

/** A waiver that ends soon, so that the page of the system has one to show. */
function settings(): string {
  const until = new Date(Date.now() + 17 * DAY).toISOString().slice(0, 10);
  return `waivers:\n  - rule: mesh-missing-circuit-breaker\n    subject: "host:payments"\n    reason: the mesh is upgraded this month\n    owner: grace\n    until: ${until}\n`;
}

/** What the default branch is made to have gone through before: findings introduced and fixed, days ago. */
const PAST = [
  [118, 2, 0],
  [111, 1, 1],
  [103, 3, 0],
  [95, 0, 2],
  [88, 1, 0],
  [80, 0, 1],
  [71, 2, 1],
  [62, 0, 3],
  [53, 1, 0],
  [45, 2, 1],
  [36, 0, 2],
  [28, 1, 1],
  [19, 0, 1],
  [10, 0, 1],
] as const;

async function inventPast(dataDirectory: string): Promise<void> {
  const store = await openStore({ dataDirectory }, { worker: new URL("../../../dist/pglite-worker.js", import.meta.url) });
  let open = 3;
  for (const [index, [days, introduced, fixed]] of PAST.entries()) {
    const at = new Date(Date.now() - days * DAY);
    const commit = String(index).padStart(40, "0");
    open = Math.max(0, open + introduced - fixed);
    await store.systems.save(
      { repository: "shop/web", installation: 70, commit, at, report: "{}" },
      { installation: 70, commit, at, introduced, fixed, open },
    );
  }
  await store.close();
}

/** Waits for the completed check run of the head, and for what else belongs to it. */
async function verdict(repository: Repository, pull: PullRequest, done: () => boolean): Promise<CheckRun> {
  const completed = (): CheckRun | undefined =>
    [...repository.checkRuns.values()].find(({ head, status }) => head === pull.head && status === "completed");
  await until("a verdict", () => completed() !== undefined && done());
  return completed()!;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Waited ${PATIENCE_MS / 60_000} minutes for ${what}.`);
    await pause(100);
  }
}
