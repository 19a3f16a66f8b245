import { expect, test } from "vitest";
import { findIgnores } from "../../src/facts/ignores.js";
import { processorTime } from "../processor-time.js";

test.each([
  ["// faultline-ignore missing-outbox -- the relay reads this table"],
  ["  await send(); // faultline-ignore missing-outbox -- the relay reads this table"],
  ["# faultline-ignore missing-outbox -- the relay reads this table"],
  ["/* faultline-ignore missing-outbox -- the relay reads this table */"],
  ["/**\n * faultline-ignore missing-outbox -- the relay reads this table\n */"],
  ["<!-- faultline-ignore missing-outbox -- the relay reads this table -->"],
  ["{{/* faultline-ignore missing-outbox -- the relay reads this table */}}"],
  ["-- faultline-ignore missing-outbox -- the relay reads this table\r"],
])("%j", (text) => {
  const line = text.split("\n").findIndex((each) => each.includes("faultline-ignore")) + 1;
  expect(findIgnores(text)).toEqual([{ rule: "missing-outbox", reason: "the relay reads this table", until: null, line }]);
});

test("several rules, a date, and lines that are counted", () => {
  expect(
    findIgnores(
      "a\nb\n# faultline-ignore shared-database, missing-saga -- until the split until=2026-12-31\nc\n# faultline-ignore x-y -- until=2026-01-02 why\n",
    ),
  ).toEqual([
    { rule: "shared-database", reason: "until the split", until: "2026-12-31", line: 3 },
    { rule: "missing-saga", reason: "until the split", until: "2026-12-31", line: 3 },
    { rule: "x-y", reason: "why", until: "2026-01-02", line: 5 },
  ]);
});

test("without a reason it is told as such", () => {
  expect(
    findIgnores(
      "// faultline-ignore missing-saga\n// faultline-ignore missing-saga --\n// faultline-ignore missing-saga -- until=2026-01-01",
    ),
  ).toEqual([
    { rule: "missing-saga", reason: null, until: null, line: 1 },
    { rule: "missing-saga", reason: null, until: null, line: 2 },
    { rule: "missing-saga", reason: null, until: "2026-01-01", line: 3 },
  ]);
});

test("the word alone, or in a text that is no comment, is none", () => {
  expect(
    findIgnores(
      'const marker = "faultline-ignore missing-saga -- because";\n// see faultline-ignore\n// faultline-ignore: missing-saga -- x',
    ),
  ).toEqual([]);
});

test("any text takes linear time", () => {
  for (const text of [
    "# faultline-ignore a -- ".repeat(50_000),
    `# faultline-ignore ${"a, ".repeat(200_000)}`,
    "faultline-ignore\n".repeat(100_000),
  ]) {
    const taken = processorTime(() => expect(findIgnores(text).length).toBeLessThanOrEqual(1000));
    expect(taken).toBeLessThan(2_000);
  }
});
