import { beforeEach, expect, test } from "vitest";
import { settledAs, type AppParts } from "../../src/github/app-parts.js";
import { openBudgets } from "../../src/github/budget.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import { sweep, type Swept } from "../../src/github/sweep.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";

const now = new Date("2026-11-24T12:00:00Z");
const ago = (minutes: number): string => new Date(now.getTime() - minutes * 60_000).toISOString();
const signal = new AbortController().signal;

interface Attempt {
  readonly id: number;
  readonly guid: string;
  readonly status_code: number;
  readonly delivered_at: string;
}

let store: MemoryStore;
let attempts: Attempt[];
let asked: number[];
let lists: { tag: string; pulls: object[]; sent: number };
let suspended: string | null;
let repositories: { readonly full_name: string; readonly archived?: boolean }[];
let parts: AppParts;
let swept: Swept;

const octokit = {
  rest: {
    apps: {
      listWebhookDeliveries: "deliveries",
      listInstallations: "installations",
      listReposAccessibleToInstallation: "repositories",
      redeliverWebhookDelivery({ delivery_id }: { delivery_id: number }) {
        asked.push(delivery_id);
        return Promise.resolve({});
      },
    },
    pulls: {
      list({ repo, headers }: { repo: string; headers?: Record<string, string> }) {
        if (repo === "broken") return Promise.reject(Object.assign(new Error("Server Error"), { status: 500 }));
        if (headers?.["if-none-match"] === lists.tag) return Promise.reject(Object.assign(new Error("Not modified"), { status: 304 }));
        lists.sent++;
        return Promise.resolve({ data: lists.pulls, headers: { etag: lists.tag } });
      },
    },
  },
  paginate: Object.assign(
    (what: string) => Promise.resolve(what === "installations" ? [{ id: 5, suspended_at: suspended }] : repositories),
    {
      async *iterator() {
        yield { data: attempts };
      },
    },
  ),
};

beforeEach(() => {
  store = memoryStore();
  attempts = [];
  asked = [];
  lists = { tag: "one", pulls: [], sent: 0 };
  suspended = null;
  repositories = [{ full_name: "shop/orders" }, { full_name: "shop/attic", archived: true }];
  swept = { deliveries: null, lists: new Map() };
  parts = {
    store,
    now: () => now,
    pages: null,
    settled: new Map(),
    metrics: new Metrics(store),
    log: openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined }),
    github: { app: octokit, installation: () => octokit },
    budgets: openBudgets(store.budgets, () => now),
  } as unknown as AppParts;
});

test("deliveries that failed each time and were not stored are asked for, once each", async () => {
  store.deliveries.set("stored", { id: "stored", event: "push", action: null, receivedAt: now });
  attempts = [
    { id: 9, guid: "lost", status_code: 502, delivered_at: ago(1) },
    { id: 8, guid: "mended", status_code: 202, delivered_at: ago(2) },
    { id: 7, guid: "mended", status_code: 0, delivered_at: ago(3) },
    { id: 6, guid: "lost", status_code: 0, delivered_at: ago(4) },
    { id: 5, guid: "stored", status_code: 504, delivered_at: ago(5) },
    { id: 4, guid: "moved", status_code: 302, delivered_at: ago(6) },
    ...Array.from({ length: 8 }, (_, index) => ({ id: 20 + index, guid: "hopeless", status_code: 500, delivered_at: ago(7) })),
    { id: 1, guid: "too old", status_code: 500, delivered_at: ago(73 * 60) },
  ];
  await sweep(parts, swept, signal);
  expect(asked).toEqual([9]);
});

test("deliveries that were answered with success and are not in the store any more are counted, and asked for", async () => {
  const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
  for (const [id, minutes] of [
    ["first", 60],
    ["kept", 20],
  ] as const)
    store.deliveries.set(id, { id, event: "push", action: null, receivedAt: minutesAgo(minutes) });
  attempts = [
    { id: 9, guid: "taken by a power cut", status_code: 202, delivered_at: ago(10) },
    { id: 8, guid: "kept", status_code: 202, delivered_at: ago(20) },
    { id: 7, guid: "of the store before this one", status_code: 202, delivered_at: ago(70) },
  ];
  await sweep(parts, swept, signal);
  expect(asked).toEqual([9]);
  expect(await parts.metrics.text()).toMatch(/^faultline_deliveries_dropped_total 1$/m);
});

test("later sweeps look at the last hour and what came since", async () => {
  attempts = [{ id: 3, guid: "lost", status_code: 500, delivered_at: ago(61) }];
  swept.deliveries = now;
  await sweep(parts, swept, signal);
  expect(asked).toEqual([]);
});

test("open pull requests that were not judged as they are now are", async () => {
  const pull = (number: number, head: string) => ({ number, head: { sha: head }, base: { ref: "main", sha: "b" } });
  lists.pulls = [pull(7, "h7"), pull(8, "h8"), pull(9, "h9")];
  parts.settled.set("shop/orders#7", settledAs({ head: "h7", baseRef: "main", baseSha: "b" }));
  parts.settled.set("shop/orders#8", settledAs({ head: "older", baseRef: "main", baseSha: "b" }));
  await sweep(parts, swept, signal);
  expect(store.waiting).toEqual(
    [8, 9].map((number) => ({
      kind: "pull-request",
      installation: 5,
      repository: "shop/orders",
      number,
      rerun: null,
      head: `h${number}`,
    })),
  );

  // What GitHub says is unchanged is not sent again, and what still waits is not forgotten.
  store.waiting.length = 0;
  await sweep(parts, swept, signal);
  expect([store.waiting.length, lists.sent]).toEqual([2, 1]);
});

test("a repository that GitHub fails to list keeps no other waiting", async () => {
  lists.pulls = [{ number: 7, head: { sha: "h" }, base: { ref: "main", sha: "b" } }];
  repositories = [{ full_name: "shop/broken" }, { full_name: "shop/orders" }];
  await sweep(parts, swept, signal);
  expect(store.waiting).toMatchObject([{ repository: "shop/orders", number: 7 }]);
});

test("a suspended installation is left alone", async () => {
  suspended = ago(5);
  lists.pulls = [{ number: 7, head: { sha: "h" }, base: { ref: "main", sha: "b" } }];
  await sweep(parts, swept, signal);
  expect(store.waiting).toEqual([]);
});

test("an installation that GitHub refuses until later is left alone until then", async () => {
  lists.pulls = [{ number: 1, head: { sha: "h" }, base: { ref: "main", sha: "b" } }];
  await store.budgets.pause(5, new Date(now.getTime() + 1_000));
  await sweep(parts, swept, signal);
  expect(lists.sent).toBe(0);
  await store.budgets.pause(5, now);
  await sweep(parts, swept, signal);
  expect(lists.sent).toBe(1);
});

test("runs that are stuck are taken up, also when GitHub does not answer", async () => {
  const run = {
    installation: 5,
    repository: "shop/orders",
    base: "b",
    head: "h",
    settings: "s",
    rerun: null,
    checkRun: 90,
    state: "in_progress",
    conclusion: null,
    completedAt: null,
    reviewed: false,
    report: null,
  } as const;
  await store.runs.save({ ...run, number: 7, startedAt: new Date(ago(11)) });
  await store.runs.save({ ...run, number: null, startedAt: new Date(ago(12)) });
  await store.runs.save({ ...run, number: 8, startedAt: new Date(ago(9)) });
  parts = {
    ...parts,
    github: {
      get app(): never {
        throw new Error("GitHub is down");
      },
    } as unknown as AppParts["github"],
  };
  await sweep(parts, swept, signal);
  expect(store.waiting).toMatchObject([
    { kind: "pull-request", number: 7 },
    { kind: "merge-group", base: "b", head: "h" },
  ]);
});
