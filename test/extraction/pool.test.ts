import path from "node:path";
import { afterEach, expect, test } from "vitest";
import type { TextToRead } from "../../src/extraction/extraction.js";
import { decodeFacts } from "../../src/facts/encoding.js";
import { extractionPool, extractionThreads, type ExtractionPool, type PoolLimits } from "../../src/extraction/pool.js";

let pool: ExtractionPool;
afterEach(() => pool.close());

function trialPool(limits: Partial<PoolLimits> = {}): ExtractionPool {
  pool = extractionPool({
    worker: path.resolve(import.meta.dirname, "trial-worker.mjs"),
    limits: { threads: 2, milliseconds: 3000, megabytes: 64, ...limits },
  });
  return pool;
}

const textsOf = (texts: readonly string[]): TextToRead[] => texts.map((text) => ({ path: "a.ts", text, readers: [], options: {} }));
const read = async (text: string) => (await pool.extract(textsOf([text])))[0]!;

test("texts are read in threads", async () => {
  trialPool();
  const results = await Promise.all(["one", "two", "three"].map(read));
  expect(results.map(({ facts }) => facts.ignores[0]?.rule)).toEqual(["one", "two", "three"]);
  for (const { bytes, facts, lasting } of results) {
    expect(lasting).toBe(true);
    expect(decodeFacts(bytes!)).toEqual(facts);
  }
});

test.each([
  ["hang", "took longer than 3 s to read"],
  ["hoard", "took too much memory to read"],
  ["throw", "bug in Faultline"],
  ["leave", "bug in Faultline"],
])("a text that makes its thread %s is named, and the others are read", async (text, reason) => {
  // Only the one that hangs is to end by the clock, however slow the machine is.
  trialPool({ milliseconds: text === "hang" ? 3000 : 60_000 });
  const [hostile, ...others] = await Promise.all([text, "one", "two", "three"].map(read));
  expect(hostile?.facts.unreadable[0]?.reason).toContain(reason);
  expect(hostile?.facts.unreadable[0]?.reason).not.toContain("hunter2");
  expect(hostile?.lasting).toBe(false);
  expect(others.map(({ facts }) => facts.ignores[0]?.rule)).toEqual(["one", "two", "three"]);
});

test("threads that are lent outlast the pool", async () => {
  const threads = extractionThreads({ worker: path.resolve(import.meta.dirname, "trial-worker.mjs"), limits: { threads: 1 } });
  const seen = new Set<number>();
  for (let pools = 0; pools < 2; pools++) {
    pool = extractionPool({ threads });
    seen.add((await read("thread")).facts.ignores[0]!.line);
    await pool.close();
  }
  expect(seen.size).toBe(1);
  await threads.close();
});

test.each(["hang", "hoard", "throw", "leave"])(
  "of texts that are read together the one that makes its thread %s is named alone",
  async (text) => {
    trialPool({ milliseconds: text === "hang" ? 4000 : 60_000 });
    const results = await pool.extract(textsOf(["one", text, "two"]));
    expect(results.map(({ facts, lasting }) => [facts.ignores[0]?.rule ?? null, facts.unreadable.length, lasting])).toEqual([
      ["one", 0, true],
      [null, 1, false],
      ["two", 0, true],
    ]);
  },
);

test("many hostile texts together cost bounded time", async () => {
  trialPool({ milliseconds: 2000, patience: 2000, hurriedMilliseconds: 500 });
  for (const text of ["hang", "hang", "hang"]) expect((await read(text)).facts.unreadable[0]?.reason).toContain("0.5 s");
});

test("the first text that is late is tried again, as a busy machine may be slow to start a thread", async () => {
  trialPool({ threads: 1, milliseconds: 3000 });
  const started = performance.now();
  await read("hang");
  expect(performance.now() - started).toBeGreaterThan(5900);
  await read("hang");
  // Tried again as well, the second would have taken twelve seconds together with the first.
  expect(performance.now() - started).toBeLessThan(11_900);
});

test("a small job has one thread", () => {
  trialPool({ threads: 4 });
  expect([0, 10, 150, 400, 5000].map((texts) => pool.concurrency(texts))).toEqual([1, 1, 1, 3, 4]);
});
