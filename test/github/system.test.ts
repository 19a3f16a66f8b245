import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { AppParts } from "../../src/github/app-parts.js";
import { openBudgets } from "../../src/github/budget.js";
import { openClients } from "../../src/github/clients.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import { handleJob } from "../../src/github/work.js";
import { keptReport, type KeptReport } from "../../src/report/kept.js";
import { review } from "../../src/review.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";
import { shop } from "./shop.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { Repository } from "./stand-in/world.js";

/** The work behind the pages, in this process, against the stand-in. */
const { base, head, mended } = shop();
let github: StandIn;
let store: MemoryStore;
let parts: AppParts;
let repository: Repository;
let names = 0;

/** What a review may take on a machine that does much else. */
beforeAll(async () => void (github = await startStandIn()));
afterAll(() => github.close());
beforeEach(async () => {
  repository = await github.people.createRepository(`shop/web-${++names}`, base);
  store = memoryStore();
  const metrics = new Metrics(store);
  const log = openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined });
  parts = {
    store,
    metrics,
    log,
    github: openClients({ credentials: { ...github.credentials, webhookSecrets: ["hook"] }, apiUrl: github.url, log, metrics }),
    budgets: openBudgets(store.budgets, () => new Date()),
    analysis: { review },
    site: github.url,
    pages: { url: "https://faultline.shop.example" },
    now: () => new Date(),
    settled: new Map(),
    doubted: new Set(),
  };
});

const name = (): string => `shop/${repository.name}`;
const signal = new AbortController().signal;

async function workOff(): Promise<void> {
  for (let job = store.waiting.shift(); job !== undefined; job = store.waiting.shift()) await handleJob(parts, job, signal);
}

const kept = async (): Promise<KeptReport> => keptReport((await store.systems.load(name()))!.report)!;

test("the check and the comments of a review lead to its page", async () => {
  const pull = await github.people.open(repository, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head });
  await store.enqueue([{ kind: "pull-request", installation: 70, repository: name(), number: pull.number, rerun: null }]);
  await workOff();
  const [run] = [...repository.checkRuns.values()];
  const page = `https://faultline.shop.example/repos/${name()}/reviews/${run!.id}`;
  expect(run!.detailsUrl).toBe(page);
  expect(pull.threads.length).toBeGreaterThan(0);
  for (const { comments } of pull.threads)
    expect(comments[0]!.body).toMatch(
      new RegExp(`\\(https://faultline\\.shop\\.example/rules/[a-z-]+\\) · [^]* · \\[picture and source\\]\\(${page}#[0-9a-f]{12}\\)\n`),
    );

  const told = pull.threads.map(({ comments }) => comments[0]!.body);
  await store.enqueue([{ kind: "pull-request", installation: 70, repository: name(), number: pull.number, rerun: "again" }]);
  await workOff();
  // Another review of the same has another page, and that is no reason to edit what is said.
  expect(pull.threads.map(({ comments }) => comments[0]!.body)).toEqual(told);
});

test("without pages nothing leads to them and no system is read", async () => {
  parts = { ...parts, pages: null };
  const pull = await github.people.open(repository, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head });
  await store.enqueue([
    { kind: "pull-request", installation: 70, repository: name(), number: pull.number, rerun: null },
    { kind: "backfill", installation: 70, repository: name() },
  ]);
  await workOff();
  expect([...repository.checkRuns.values()].map(({ detailsUrl }) => detailsUrl)).toEqual([null]);
  expect(JSON.stringify(pull.threads)).not.toContain("picture and source");
  expect(await store.systems.load(name())).toBeNull();
});

test("a system is read once its default branch moves, and what that did is counted", async () => {
  const ask = async (): Promise<void> => {
    await store.enqueue([{ kind: "backfill", installation: 70, repository: name() }]);
    await workOff();
  };
  await ask();
  const before = await kept();
  expect(before.system.services.map(({ name: service }) => service)).toContain("orders");
  expect(await store.systems.history(name(), new Date(0))).toMatchObject([{ introduced: 0, fixed: 0, open: before.findings.length }]);

  // It stands still: nothing is read again.
  await ask();
  expect(await store.systems.history(name(), new Date(0))).toHaveLength(1);

  const pull = await github.people.open(repository, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head });
  await github.people.merge(repository, pull);
  await ask();
  const after = await kept();
  const count = (...statuses: readonly string[]): number => after.findings.filter(({ status }) => statuses.includes(status)).length;
  expect(count("introduced", "worsened")).toBeGreaterThan(2);
  expect((await store.systems.history(name(), new Date(0)))[1]).toMatchObject({
    introduced: count("introduced", "worsened"),
    fixed: count("fixed", "improved"),
    open: count("introduced", "worsened", "improved", "unchanged", "unknown"),
  });
  expect(after.excerpts.length).toBeGreaterThan(0);

  await github.people.commit(repository, "main", mended);
  await ask();
  const [, , last] = await store.systems.history(name(), new Date(0));
  expect(last!.fixed).toBeGreaterThan(2);
});

test("what was pushed over cannot be compared, and the system is read all the same", async () => {
  await store.systems.save(
    { repository: name(), installation: 70, commit: "d".repeat(40), at: new Date(), report: "{}" },
    { installation: 70, commit: "d".repeat(40), at: new Date(), introduced: 0, fixed: 0, open: 0 },
  );
  await handleJob(parts, { kind: "system", installation: 70, repository: name() }, signal);
  expect((await kept()).findings.every(({ status }) => status === "unchanged")).toBe(true);
});

test("a repository without a commit has no system", async () => {
  await repository.git.run("update-ref", "-d", "refs/heads/main");
  await handleJob(parts, { kind: "system", installation: 70, repository: name() }, signal);
  expect(await store.systems.load(name())).toBeNull();
});
