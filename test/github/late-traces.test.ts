import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AppParts } from "../../src/github/app-parts.js";
import { openBudgets } from "../../src/github/budget.js";
import { openClients } from "../../src/github/clients.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import { handleJob } from "../../src/github/work.js";
import { review } from "../../src/review.js";
import type { Job } from "../../src/store/jobs.js";
import { manifest } from "./app-process.js";
import { memoryStore } from "./memory-store.js";
import { shop } from "./shop.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { CheckRun, Repository } from "./stand-in/world.js";

/** Traces are an artifact of a workflow that may end after the review: pull requests and merge groups are looked at again. */
const { base, head } = shop();
const SETTINGS = { ".github/faultline.yml": "traces:\n  artifact: traces\n" };
const MINUTE = 60_000;
let github: StandIn;
let repository: Repository;
let parts: AppParts;
let clock: Date;
let asked: { readonly job: Job; readonly minutes: number }[];
let names = 0;

beforeAll(async () => void (github = await startStandIn(manifest())));
afterAll(() => github.close());
beforeEach(async () => {
  repository = await github.people.createRepository(`shop/web-${++names}`, { ...base, ...SETTINGS });
  await artifact((await repository.git.commit("main"))!);
  clock = new Date();
  asked = [];
  const store = memoryStore();
  const enqueue: AppParts["store"]["enqueue"] = (jobs, options) => {
    for (const job of jobs) asked.push({ job, minutes: ((options?.after ?? clock).getTime() - clock.getTime()) / MINUTE });
    return Promise.resolve();
  };
  const metrics = new Metrics(store);
  const log = openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined });
  const clients = openClients({ credentials: { ...github.credentials, webhookSecrets: ["hook"] }, apiUrl: github.url, log, metrics });
  parts = {
    store: { ...store, enqueue },
    budgets: openBudgets(store.budgets, () => new Date()),
    metrics,
    log,
    github: clients,
    analysis: { review },
    site: github.url,
    pages: null,
    now: () => clock,
    settled: new Map(),
    doubted: new Set(),
  };
});

async function artifact(commit: string): Promise<void> {
  const archive = new ZipFile();
  archive.addBuffer(Buffer.from("[]"), "orders.json");
  archive.end();
  repository.artifacts.push({
    id: github.world.nextId(),
    name: "traces",
    commit,
    ofFork: false,
    zip: await buffer(archive.outputStream),
    expired: false,
  });
}

/** Does the job, and gives what it asked for. */
async function done(job: Job): Promise<typeof asked> {
  asked = [];
  await handleJob(parts, job, new AbortController().signal);
  return asked;
}

const verdicts = (commit: string): readonly CheckRun[] =>
  [...repository.checkRuns.values()].filter((run) => run.head === commit && run.status === "completed");

test("a pull request is judged at once, looked at again after longer and longer pauses, and judged anew with its traces", async () => {
  const pull = await github.people.open(repository, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head });
  const job: Job = { kind: "pull-request", installation: 70, repository: `shop/${repository.name}`, number: pull.number, rerun: null };
  expect(await done(job)).toEqual([{ job, minutes: 2 }]);
  expect(verdicts(pull.head)).toHaveLength(1);

  clock = new Date(clock.getTime() + 10 * MINUTE);
  expect(await done(job)).toEqual([{ job, minutes: 10 }]);
  expect(verdicts(pull.head)).toHaveLength(1);

  await artifact(pull.head);
  expect(await done(job)).toEqual([]);
  expect(verdicts(pull.head)).toHaveLength(2);
});

test("after an hour nobody looks for them any more", async () => {
  const pull = await github.people.open(repository, { branch: "readme", title: "Say more", files: { "README.md": "# The shop\n" } });
  const job: Job = { kind: "pull-request", installation: 70, repository: `shop/${repository.name}`, number: pull.number, rerun: null };
  await done(job);
  clock = new Date(clock.getTime() + 61 * MINUTE);
  expect(await done(job)).toEqual([]);
});

test("a merge group knows what was merged before and waits for traces as its pull request did", async () => {
  const pull = await github.people.open(repository, { branch: "readme", title: "Say more", files: { "README.md": "# The shop\n" } });
  const main = (await repository.git.commit("main"))!;
  const group = await github.people.queue(repository, pull);
  const job: Job = {
    kind: "merge-group",
    installation: 70,
    repository: `shop/${repository.name}`,
    base: main,
    head: group.head,
    ref: `refs/heads/gh-readonly-queue/main/pr-${pull.number}-${main}`,
    rerun: null,
    destroyed: false,
  };
  expect(await done(job)).toEqual([{ job, minutes: 2 }]);
  expect(verdicts(group.head)).toHaveLength(1);
  const histories = github.requests.filter(({ body }) => String(body["query"]).startsWith("query history"));
  expect(histories.at(-1)!.body["variables"]).toMatchObject({ name: repository.name, branch: "main", base: main });

  await artifact(group.head);
  expect(await done(job)).toEqual([]);
  expect(verdicts(group.head)).toHaveLength(2);
});
