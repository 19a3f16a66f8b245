import { beforeEach, expect, test } from "vitest";
import { AnalysisError } from "../../src/github/analysis.js";
import type { AppParts } from "../../src/github/app-parts.js";
import { openBudgets } from "../../src/github/budget.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import { handleJob, handlePoison } from "../../src/github/work.js";
import type { PullRequestJob } from "../../src/store/jobs.js";
import { RetryLater } from "../../src/store/store.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";

const job: PullRequestJob = { kind: "pull-request", installation: 5, repository: "shop/orders", number: 7, rerun: null };
const signal = new AbortController().signal;
const now = new Date("2026-11-24T12:00:00Z");

let store: MemoryStore;
let pull: () => Promise<{
  readonly data: {
    readonly state: string;
    readonly head: { readonly sha: string };
    readonly base: { readonly ref: string; readonly sha: string };
  };
}>;
let updates: { readonly check_run_id: number; readonly conclusion: string }[];
let failing: Error | null;

/** A repository of which the pull request can be read, and whose commits cannot. */
const octokit = {
  paginate: {
    async *iterator() {
      yield { data: [] };
    },
  },
  graphql: async () => {
    const found = await pull().catch((error: { status?: number }) => (error.status === 404 ? null : Promise.reject(error as Error)));
    if (found === null) return { repository: { pullRequest: null }, organisation: null };
    const { data } = found;
    const pullRequest = {
      state: data.state.toUpperCase(),
      headRefOid: data.head.sha,
      baseRefName: data.base.ref,
      baseRefOid: data.base.sha,
      baseRef: { target: { oid: data.base.sha, file: null } },
    };
    return { repository: { pullRequest }, organisation: null };
  },
  rest: {
    pulls: { get: () => pull() },
    repos: { compareCommitsWithBasehead: () => Promise.reject(failing ?? new Error("nothing planned")) },
    checks: {
      create: () => Promise.resolve({ data: { id: 100 } }),
      update(update: { check_run_id: number; conclusion: string }) {
        updates.push(update);
        return Promise.resolve({ data: {} });
      },
    },
  },
};

let parts: AppParts;

beforeEach(() => {
  store = memoryStore();
  updates = [];
  failing = null;
  pull = () => Promise.resolve({ data: { state: "open", head: { sha: "h1" }, base: { ref: "main", sha: "b1" } } });
  const log = openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined });
  parts = {
    store,
    log,
    metrics: new Metrics(store),
    now: () => now,
    site: "https://github.com",
    pages: null,
    settled: new Map(),
    doubted: new Set(),
    budgets: openBudgets(store.budgets, () => now),
    analysis: { review: () => Promise.reject(new Error("not needed")) },
    github: {
      appId: 12,
      installation: () => octokit,
      permissions: () => Promise.resolve({ checks: "write" }),
    } as unknown as AppParts["github"],
  };
});

const refusal = (status: number, headers: object = {}): Error => Object.assign(new Error("refused"), { status, response: { headers } });
const run = {
  installation: 5,
  repository: "shop/orders",
  number: 7,
  base: "b0",
  head: "h1",
  settings: "s",
  rerun: null,
  checkRun: 90,
  state: "in_progress",
  conclusion: null,
  startedAt: now,
  completedAt: null,
  reviewed: false,
  report: null,
} as const;

test("a limit parks the job until it ends", async () => {
  failing = refusal(429, { "retry-after": "30" });
  const error: unknown = await handleJob(parts, job, signal).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RetryLater);
  expect((error as RetryLater).at).toEqual(new Date("2026-11-24T12:00:30Z"));
  expect(updates).toEqual([]);
});

test("a limit that one replica met parks the jobs of the others, and of no other installation", async () => {
  failing = refusal(429, { "retry-after": "30" });
  await expect(handleJob(parts, job, signal)).rejects.toBeInstanceOf(RetryLater);
  failing = new Error("GitHub was asked");
  const other = { ...parts, budgets: openBudgets(store.budgets, () => now) };
  await expect(handleJob(other, { ...job, number: 8 }, signal)).rejects.toMatchObject({
    name: "RetryLater",
    at: new Date("2026-11-24T12:00:30Z"),
  });
  await expect(handleJob(other, { ...job, installation: 6 }, signal)).rejects.toThrow("GitHub was asked");
  const later = { ...parts, budgets: openBudgets(store.budgets, () => new Date("2026-11-24T12:00:30Z")) };
  await expect(handleJob(later, job, signal)).rejects.toThrow("GitHub was asked");
});

test("an illness of GitHub is left to the queue", async () => {
  failing = refusal(502);
  await expect(handleJob(parts, job, signal)).rejects.toBe(failing);
  expect(updates).toEqual([]);
});

test("a missing permission ends in a completed check run at once", async () => {
  failing = refusal(403);
  await handleJob(parts, job, signal);
  expect(updates).toMatchObject([{ check_run_id: 100, conclusion: "failure" }]);
  expect(store.kept).toMatchObject([{ head: "h1", state: "completed", conclusion: "failure" }]);
});

test("what is not found is asked for once more, and then ends", async () => {
  failing = refusal(422);
  await expect(handleJob(parts, job, signal)).rejects.toBeInstanceOf(RetryLater);
  await handleJob(parts, job, signal);
  expect(updates).toMatchObject([{ conclusion: "failure" }]);
});

test("poison completes the run that waits, and no other", async () => {
  await store.runs.save(run);
  await handlePoison(parts, job, new Error("a bug"));
  await handlePoison(parts, job, new Error("a bug"));
  expect(updates).toMatchObject([{ check_run_id: 90, conclusion: "failure" }]);
  expect(store.kept).toMatchObject([{ state: "completed", conclusion: "failure", reviewed: true }]);
});

test("poison after the verdict leaves the verdict", async () => {
  await store.runs.save({ ...run, state: "completed", conclusion: "success" });
  await handlePoison(parts, job, new Error("a bug"));
  expect(updates).toEqual([]);
  expect(store.kept).toMatchObject([{ conclusion: "success", reviewed: true }]);
});

test("a closed pull request calls off what runs; one that is gone too", async () => {
  for (const read of [
    () => Promise.resolve({ data: { state: "closed", head: { sha: "h1" }, base: { ref: "main", sha: "b1" } } }),
    () => Promise.reject(refusal(404)),
  ]) {
    updates = [];
    await store.runs.save(run);
    pull = read;
    await handleJob(parts, job, signal);
    expect(updates).toMatchObject([{ check_run_id: 90, conclusion: "cancelled" }]);
  }
});

test("what was aborted is handed back as it is", async () => {
  const aborted = new AbortController();
  aborted.abort();
  failing = refusal(403);
  await expect(handleJob(parts, job, aborted.signal)).rejects.toBe(failing);
  expect(updates).toEqual([]);
});

test.each([
  ["time", /exclude/],
  ["memory", /exclude/],
  ["defect", /report/],
] as const)("an analysis that breaks down by %s is tried twice, and ends in a check that says what to do", async (kind, advice) => {
  failing = new AnalysisError(kind, "it broke");
  await expect(handleJob(parts, job, signal)).rejects.toBeInstanceOf(RetryLater);
  await handleJob(parts, job, signal);
  expect(updates).toMatchObject([{ conclusion: "failure", output: { summary: expect.stringMatching(advice) as string } }]);
  expect(await parts.metrics.text()).toContain(`faultline_analysis_failures_total{kind="${kind}"} 2`);
});
