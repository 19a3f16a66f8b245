import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { inThisThread } from "../../src/extraction/extraction.js";
import type { AppParts } from "../../src/github/app-parts.js";
import { openBudgets } from "../../src/github/budget.js";
import { openClients } from "../../src/github/clients.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import { handleJob } from "../../src/github/work.js";
import { review } from "../../src/review.js";
import type { PullRequestJob } from "../../src/store/jobs.js";
import { kong } from "../proof/gateway.js";
import { manifest } from "./app-process.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { PullRequest, Repository } from "./stand-in/world.js";

const HOUR = 3_600_000;
const signal = new AbortController().signal;

let github: StandIn;
let store: MemoryStore;
let repository: Repository;
let pull: PullRequest;
let job: PullRequestJob;
let ahead = 0;
let names = 0;
const now = (): Date => new Date(Date.now() + ahead);

beforeAll(async () => {
  github = await startStandIn(manifest());
});
afterAll(() => github.close());
beforeEach(async () => {
  ahead = 0;
  github.world.limits.requestsPerHour = Number.POSITIVE_INFINITY;
  store = memoryStore();
  repository = await github.people.createRepository(`shop/gateway-${++names}`, { "gateway/kong.yaml": kong([]) });
  pull = await github.people.open(repository, {
    branch: "open",
    title: "Let everybody in",
    files: { "gateway/kong.yaml": kong(["payments"]) },
  });
  job = {
    kind: "pull-request",
    installation: github.world.installation.id,
    repository: `shop/${repository.name}`,
    number: pull.number,
    rerun: null,
  };
});

/** A process of the App; all of them share the store. */
function replica(): AppParts {
  const log = openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined });
  const metrics = new Metrics(store);
  const budgets = openBudgets(store.budgets, now);
  const github_ = openClients({
    credentials: { ...github.credentials, webhookSecrets: ["hook"] },
    apiUrl: github.url,
    log,
    metrics,
    budgets,
  });
  const analysis: AppParts["analysis"] = {
    review: (base, head, config, context) =>
      review(base, head, config, { ...context, extraction: { ...inThisThread, cache: store.facts } }),
  };
  return {
    store,
    metrics,
    log,
    budgets,
    github: github_,
    analysis,
    site: github.url,
    pages: null,
    now,
    settled: new Map(),
    doubted: new Set(),
  };
}

const verdicts = (): readonly unknown[] => [...repository.checkRuns.values()].map(({ status, conclusion }) => [status, conclusion]);
const comments = (): number => pull.threads.length;
const scarce = async (hours: number): Promise<Date> => {
  const renewedAt = new Date(Math.floor(now().getTime() / 1_000) * 1_000 + hours * HOUR);
  await store.budgets.note(job.installation, new Map([["graphql", { most: 5_000, remaining: 499, renewedAt }]]));
  return renewedAt;
};

test("what one replica is told of its budget, the others know", async () => {
  github.world.limits.requestsPerHour = 1_000;
  await handleJob(replica(), job, signal);
  expect(verdicts()).toEqual([["completed", "failure"]]);
  const { budgets } = await store.budgets.of(job.installation);
  expect(budgets).toMatchObject([{ most: 1_000 }]);
  expect(budgets[0]!.remaining).toBeLessThan(1_000);
});

test("where requests are scarce the verdict comes at once, and the comments once there are more", async () => {
  const renewedAt = await scarce(1);
  const error: unknown = await handleJob(replica(), job, signal).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "RetryLater", at: renewedAt });
  expect(verdicts()).toEqual([["completed", "failure"]]);
  expect(comments()).toBe(0);

  ahead = HOUR + 1_000;
  await handleJob(replica(), job, signal);
  expect(verdicts()).toEqual([["completed", "failure"]]);
  expect(comments()).toBeGreaterThan(0);
});

test("a head whose comments wait asks for little, and a sweep does not ask for it again", async () => {
  await scarce(1);
  const parts = replica();
  await handleJob(parts, job, signal).catch(() => undefined);
  expect([...parts.settled.keys()]).toEqual([`${job.repository}#${job.number}`]);
  const before = github.requests.length;
  await expect(handleJob(parts, job, signal)).rejects.toMatchObject({ name: "RetryLater" });
  expect(github.requests.length - before).toBeLessThanOrEqual(3);
});

test("where requests stay scarce for hours the check alone tells the findings", async () => {
  await scarce(1);
  await handleJob(replica(), job, signal).catch(() => undefined);
  ahead = 2 * HOUR + 1_000;
  await scarce(1);
  await handleJob(replica(), job, signal);
  expect(verdicts()).toEqual([["completed", "failure"]]);
  expect(comments()).toBe(0);
  expect([...repository.checkRuns.values()][0]!.output.summary).toContain("gateway/kong.yaml");
  ahead = 4 * HOUR;
  await handleJob(replica(), job, signal);
  expect(comments()).toBe(0);
});
