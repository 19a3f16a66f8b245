import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { analysisThreads, AnalysisError, type Analysis, type AnalysisOptions } from "../../src/github/analysis.js";
import { defaultConfig } from "../../src/config/settings.js";
import type { FactsCache } from "../../src/extraction/extraction.js";
import { review } from "../../src/review.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import type { Snapshot } from "../../src/snapshot/snapshot.js";
import { shop } from "./shop.js";

const REAL = path.resolve(import.meta.dirname, "../../dist/analysis-worker.js");
const TRIAL = path.resolve(import.meta.dirname, "trial-analysis-worker.mjs");
const signal = new AbortController().signal;
const config = defaultConfig();
const noCache: FactsCache = { load: () => Promise.resolve(new Map()), save: () => Promise.resolve() };

let analysis: Analysis;
afterEach(() => analysis.close());

const open = (options: Partial<AnalysisOptions> = {}): Analysis =>
  (analysis = analysisThreads({
    cache: noCache,
    worker: TRIAL,
    ...options,
    limits: { threads: 2, milliseconds: 2_000, megabytes: 64, ...options.limits },
  }));
const named = (repository: string): Snapshot => memorySnapshot({}, { repository });
const trial = (repository: string, when: AbortSignal = signal): Promise<unknown> =>
  analysis.review(named(repository), named(repository), config, {}, when);
const texts = (files: ReturnType<typeof shop>["base"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).flatMap(([name, text]) => (typeof text === "string" || Buffer.isBuffer(text) ? [[name, text.toString()]] : [])),
  );

test("a report is the one that the same review gives here, and facts go to the cache", async () => {
  const { base, head } = shop();
  const before = memorySnapshot(texts(base));
  const after = memorySnapshot({ ...texts(base), ...texts(head) });
  const kept = new Map<string, Uint8Array>();
  const cache: FactsCache = {
    load: (keys) => Promise.resolve(new Map(keys.flatMap((key) => (kept.has(key) ? [[key, kept.get(key)!] as const] : [])))),
    save: (entries) => Promise.resolve(entries.forEach((value, key) => kept.set(key, value))),
  };
  open({ worker: REAL, cache, limits: { milliseconds: 60_000, megabytes: 512 } });
  const there = await analysis.review(before, after, config, { today: "2026-11-24" }, signal);
  expect(there).toEqual(await review(before, after, config, { today: "2026-11-24" }));
  expect(there.verdict).toBe("fail");
  expect(kept.size).toBeGreaterThan(5);
  expect(await analysis.review(before, after, config, { today: "2026-11-24" }, signal)).toEqual(there);
});

test.each([
  ["hang", "time"],
  ["hoard", "memory"],
  ["throw", "defect"],
  ["leave", "defect"],
] as const)("a repository that makes its thread %s ends as %s, and the next are reviewed", async (hostile, kind) => {
  // Only the one that hangs is to end by the clock, however slow the machine is.
  open({ limits: { milliseconds: kind === "time" ? 2_000 : 60_000 } });
  const [ended, ...others] = await Promise.allSettled([hostile, "one", "two", "three"].map((name) => trial(name)));
  expect(ended).toMatchObject({ status: "rejected", reason: { name: "AnalysisError", kind } });
  expect(others.map((other) => other.status === "fulfilled" && other.value)).toEqual(["one", "two", "three"].map((head) => ({ head })));
});

test("while a thread works for seconds, this one answers at once", async () => {
  open();
  const ended = trial("hang").catch((error: unknown) => error);
  let turns = 0;
  const ticking = setInterval(() => turns++, 10);
  expect(await ended).toBeInstanceOf(AnalysisError);
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(10);
});

test("what reading threw is thrown as it was", async () => {
  const refused = Object.assign(new Error("limit"), { status: 403 });
  open({ worker: REAL, limits: { milliseconds: 60_000, megabytes: 512 } });
  const broken: Snapshot = {
    ...memorySnapshot({ "docker-compose.yml": "services: {}\n" }),
    async *read() {
      await pause(1);
      yield* [];
      throw refused;
    },
  };
  await expect(analysis.review(broken, broken, config, {}, signal)).rejects.toBe(refused);
});

test("time that the thread waits for files does not count", async () => {
  open({ limits: { milliseconds: 1_000 }, cache: { ...noCache, load: () => pause(2_500, new Map()) } });
  await expect(trial("wait")).resolves.toEqual({ head: "wait" });
});

test("a review that is called off ends at once, with the caller's reason", async () => {
  open();
  const calling = new AbortController();
  const ended = trial("hang", calling.signal);
  setTimeout(() => calling.abort(new Error("drained")), 300);
  await expect(ended).rejects.toThrow("drained");
});
