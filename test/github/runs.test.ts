import { beforeEach, expect, test } from "vitest";
import type { AppParts } from "../../src/github/app-parts.js";
import type { Octokit } from "../../src/github/octokit.js";
import { beginRun, completedAs } from "../../src/github/runs.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";

interface CheckRun {
  readonly id: number;
  readonly external_id: string;
  readonly app: { readonly id: number };
  status: string;
  conclusion: string | null;
}

const wanted = { installation: 5, repository: "shop/orders", number: 7, base: "b1", head: "h1", settings: "s1", rerun: null };
let store: MemoryStore;
let onGitHub: CheckRun[];
let clock: number;

beforeEach(() => {
  store = memoryStore();
  onGitHub = [];
  clock = 0;
});

const parts = () => ({ store, now: () => new Date((clock += 1_000)), github: { appId: 12 } }) as unknown as AppParts;

/** As much of GitHub as keeps check runs. */
const octokit = {
  paginate: {
    async *iterator() {
      yield { data: onGitHub };
    },
  },
  rest: {
    checks: {
      listForRef: null,
      create({ external_id }: { external_id: string }) {
        const run = { id: 100 + onGitHub.length, external_id, app: { id: 12 }, status: "in_progress", conclusion: null };
        onGitHub.push(run);
        return Promise.resolve({ data: run });
      },
    },
  },
} as unknown as Octokit;

const begin = async (change: object = {}) => (await beginRun(parts(), octokit, { ...wanted, ...change })).run;

async function done(change: object = {}, conclusion = "success") {
  const run = await begin(change);
  const there = onGitHub.find(({ id }) => id === run.checkRun)!;
  Object.assign(there, { status: "completed", conclusion });
  await store.runs.save({ ...completedAs(parts(), run, conclusion), reviewed: true });
  return run;
}

test("what was judged is not judged again", async () => {
  const first = await done();
  expect(await begin()).toMatchObject({ checkRun: first.checkRun, state: "completed", reviewed: true });
  expect(onGitHub).toHaveLength(1);
});

test("an attempt that broke off is taken up, also where only GitHub knows that it came to its end", async () => {
  const first = await begin();
  expect(await begin()).toMatchObject({ checkRun: first.checkRun, state: "in_progress" });
  Object.assign(onGitHub[0]!, { status: "completed", conclusion: "failure" });
  expect(await begin()).toMatchObject({ checkRun: first.checkRun, state: "completed", conclusion: "failure", reviewed: false });
  expect(onGitHub).toHaveLength(1);
});

test("after the store was lost the run is found on GitHub", async () => {
  const first = await done();
  store = memoryStore();
  expect(await begin()).toMatchObject({ checkRun: first.checkRun, state: "completed", conclusion: "success" });
  expect(onGitHub).toHaveLength(1);
});

test("other settings, another base, another head and another pull request are other runs", async () => {
  const runs = [
    await done(),
    await done({ settings: "s2" }),
    await done({ base: "b2" }),
    await done({ head: "h2" }),
    await done({ number: 8 }),
    await done({ number: null }),
  ];
  expect(new Set(runs.map(({ checkRun }) => checkRun)).size).toBe(6);
});

test("an explicit request is a new run, once", async () => {
  const first = await done();
  const again = await done({ rerun: "d-1" });
  expect(again.checkRun).not.toBe(first.checkRun);
  expect(await begin({ rerun: "d-1" })).toMatchObject({ checkRun: again.checkRun, state: "completed" });
  // What follows without a request finds the newer run.
  expect(await begin()).toMatchObject({ checkRun: again.checkRun, state: "completed" });
});

test("back at an earlier base, the newest check of the commit must tell of it", async () => {
  const first = await done();
  const second = await done({ base: "b2" });
  const third = await done();
  expect(new Set([first, second, third].map(({ checkRun }) => checkRun)).size).toBe(3);
  expect(await begin()).toMatchObject({ checkRun: third.checkRun, state: "completed" });
});

test("a run that was called off does not count when its head comes back", async () => {
  const first = await done({}, "cancelled");
  const second = await done();
  expect(second.checkRun).not.toBe(first.checkRun);
  store = memoryStore();
  expect(await begin()).toMatchObject({ checkRun: second.checkRun, state: "completed" });
});

test("a run that GitHub gave up, or that was called off where nobody wrote it down, is judged anew", async () => {
  for (const [head, conclusion] of [
    ["h1", "stale"],
    ["h2", "cancelled"],
  ] as const) {
    const first = await begin({ head });
    Object.assign(
      onGitHub.find(({ id }) => id === first.checkRun)!,
      { status: "completed", conclusion },
    );
    const second = await begin({ head });
    expect([second.checkRun === first.checkRun, second.state]).toEqual([false, "in_progress"]);
    expect((await begin({ head })).checkRun).toBe(second.checkRun);
    store = memoryStore();
    expect((await begin({ head })).checkRun).toBe(second.checkRun);
  }
});

test("another App's run is not ours", async () => {
  const first = await begin();
  store = memoryStore();
  onGitHub[0] = { ...onGitHub[0]!, app: { id: 13 } };
  expect((await begin()).checkRun).not.toBe(first.checkRun);
});
