import { array, assert, constantFrom, double, oneof, property, string } from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { extractors } from "../../src/facts/extractors.js";
import type { Extraction, Extractor } from "../../src/facts/facts.js";
import { PIECES } from "../fuzz/mutations.js";
import { samples } from "./samples.js";

/** Pieces that meet the parsers' edges more often than random characters do. */
const fragments = constantFrom(
  ...PIECES,
  "\r\n",
  "  ",
  "${{",
  "$(",
  "<<EOF\n",
  "EOF\n",
  "<<: ",
  "!reset ",
  "!Sub ",
  "|\n",
  ">-\n",
  "---\n",
  "...\n",
  "{{- if .Values.x }}\n",
  "{{ end }}\n",
  "toString",
  "services:\n",
  "  orders:\n",
  "    build: .\n",
  "jobs:\n",
  "on: push\n",
  "steps:\n",
  "run: ",
  "uses: ",
  "FROM node AS build\n",
  "COPY . .\n",
  "ENV A=1\n",
  "A=1\n",
  "export ",
  "model Order {\n",
  'resource "a" "b" {\n',
  "jsonencode(",
  "<<-EOF\n",
  "for x in ",
  "datasource db {\n",
  "service Orders {\n",
  "rpc Create",
  "import ",
  "class Orders {",
  "=>",
  "async ",
  "for (",
  "kubectl apply -f ",
  "for s in a b; do ",
  "done\n",
  "case x in\n",
  "esac\n",
  "if [ -f x ]; then\n",
  "fi\n",
  "\u0000",
  "\uE000",
  "漢",
);

const anyText = oneof(
  string({ unit: "binary", maxLength: 400 }),
  array(fragments, { maxLength: 60 }).map((parts) => parts.join("")),
);

/** Every path that a sample or the extractor's own rule gives. */
function pathsOf(extractor: Extractor): string[] {
  return [...samples.keys()].filter((path) => extractor.accepts(path));
}

function check(extractor: Extractor, path: string, text: string): Extraction {
  const extraction = extractor.extract({ path, text });
  const lineCount = text.split(/\r\n|\n|\r/).length;
  for (const { line, reason } of extraction.unreadable) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lineCount);
    expect(reason).not.toBe("");
  }
  for (const lines of placesIn(extraction.facts)) {
    expect(lines.startLine).toBeGreaterThanOrEqual(1);
    expect(lines.endLine).toBeGreaterThanOrEqual(lines.startLine);
    expect(lines.endLine).toBeLessThanOrEqual(lineCount);
  }
  return extraction;
}

function placesIn(value: unknown): { startLine: number; endLine: number }[] {
  if (value === null || typeof value !== "object") {
    return [];
  }
  const own = "startLine" in value && "endLine" in value ? [value as { startLine: number; endLine: number }] : [];
  return [...own, ...Object.values(value).flatMap(placesIn)];
}

describe.each(extractors.map((extractor) => [extractor.id, extractor] as const))("%s", (_, extractor) => {
  const paths = pathsOf(extractor);

  beforeAll(() => extractor.prepare?.());

  test("has a sample to try", () => {
    expect(paths).not.toEqual([]);
  });

  test("gives an extraction for any text", () => {
    assert(
      property(constantFrom(...paths), anyText, (path, text) => {
        check(extractor, path, text);
      }),
      { numRuns: 300 },
    );
  });

  test("survives a valid file that is cut off, or spliced with garbage", () => {
    assert(
      property(constantFrom(...paths), double({ min: 0, max: 1, noNaN: true }), anyText, (path, share, garbage) => {
        const text = samples.get(path)!;
        const at = Math.floor(share * text.length);
        check(extractor, path, text.slice(0, at));
        check(extractor, path, text.slice(0, at) + garbage + text.slice(at));
      }),
      { numRuns: 150 },
    );
  });

  test("says the same of the same text, whatever it read before", () => {
    for (const path of paths) {
      const text = samples.get(path)!;
      const first = check(extractor, path, text);
      check(extractor, path, `${text}\n{`);
      expect(check(extractor, path, text)).toEqual(first);
    }
  });

  test("reads a sample as it stands, and with other line ends", () => {
    for (const path of paths) {
      const text = samples.get(path)!;
      const read = check(extractor, path, text);
      expect(check(extractor, path, text.replaceAll("\n", "\r\n")).facts.length).toBe(read.facts.length);
    }
  });

  test.each([
    ["deep nesting", "[".repeat(50_000)],
    ["deep maps", "{a: ".repeat(20_000)],
    ["deep JSON", '{"a":'.repeat(20_000)],
    ["deep blocks", Array.from({ length: 2_000 }, (__, depth) => `${" ".repeat(depth)}a:\n`).join("")],
    ["one long line", `a: ${"x".repeat(1_000_000)}`],
    ["many quotes", `"'\``.repeat(100_000)],
    ["many substitutions", `$(${"${{".repeat(50_000)}`],
    ["many heredocs", "cat <<A <<B\n".repeat(20_000)],
    ["many backslashes", "\\".repeat(200_000)],
    ["many keywords", `all:\n\t${"if ".repeat(60_000)}`],
    ["a path that grows", `all:\n\t${"cd a/b/c;".repeat(20_000)}`],
    ["many options", `all:\n\tkubectl apply ${"-f x ".repeat(40_000)}`],
    ["many words", `FROM a\nENV ${"a=b ".repeat(50_000)}`],
    ["comments that do not end", "/*".repeat(200_000)],
    ["lines that go on", `FROM a\nRUN ${"a\\\n".repeat(100_000)}`],
    ["white space", `${" ".repeat(200_000)}x`],
    [
      "aliases that multiply",
      `a0: &a0 [x, x]\n${Array.from({ length: 40 }, (__, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join("")}services: *a40\n`,
    ],
    ["an alias of itself", "services: &a\n  orders: *a\n"],
  ])(
    "ends in bounded time for %s",
    (__, text) => {
      for (const path of paths) {
        // Time on the processor, not on the wall: a busy machine must not fail this.
        const start = process.cpuUsage();
        check(extractor, path, text);
        expect([path, process.cpuUsage(start).user < 8_000_000]).toEqual([path, true]);
      }
    },
    60_000,
  );
});

test("extractors are sorted by id, each id once", () => {
  const ids = extractors.map((extractor) => extractor.id);
  expect(ids).toEqual([...new Set(ids)].sort());
});
