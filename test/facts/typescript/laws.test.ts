import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { SourceFact } from "../../../src/facts/source.js";
import { typescript } from "../../../src/facts/typescript/extractor.js";
import { read } from "./reading.js";
import { sample } from "./sample.js";

const isLine = (key: string): boolean => key === "line" || key === "startLine" || key === "endLine";

/** The fact with every line number changed by a function. */
function withLines(fact: SourceFact, change: (line: number) => number): SourceFact {
  return JSON.parse(JSON.stringify(fact), (key, value: unknown) =>
    typeof value === "number" && isLine(key) ? change(value) : value,
  ) as SourceFact;
}

/** Without what is about the form of the text: line numbers, and lines word for word. */
const withoutLines = (fact: SourceFact): unknown => ({ ...withLines(fact, () => 0), quotes: [] });

/** Without the lines of the file itself. */
function withoutWhole(one: SourceFact): unknown {
  return { ...one, lines: null, functions: one.functions.map((each) => (each.id === 0 ? { ...each, lines: null, blocks: null } : each)) };
}

const hashesOf = (text: string): string[] => read(text).functions.map(({ bodyHash }) => bodyHash);
const fact = read(sample);

test("lines before a text move what it says, and change nothing else", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("", "// orders", "/* a\n b */", "\t"), { maxLength: 20 }), (added) => {
      const before = added.map((line) => `${line}\n`).join("");
      const count = before.split("\n").length - 1;
      const moved = typescript.extract({ path: "orders.ts", text: before + sample }).facts[0] as SourceFact;
      expect(withoutWhole(moved)).toEqual(withoutWhole(withLines(fact, (line) => line + count)));
    }),
    { numRuns: 30 },
  );
});

test("white space, comments and line ends change nothing but lines", () => {
  const gap = fc.constantFrom(" ", "  ", "\t", " /* note */ ");
  const lineEnd = fc.constantFrom("\n", "\r\n", "\n\n", " // note\n", "\n      ", "\n/* note\n */ ");
  const pieces = sample.split(/(\n\s*|[ \t]+)/);
  fc.assert(
    fc.property(fc.array(gap, { minLength: 50, maxLength: 50 }), fc.array(lineEnd, { minLength: 50, maxLength: 50 }), (gaps, lineEnds) => {
      const text = pieces
        .map((piece, index) => (piece.startsWith("\n") ? lineEnds[index % 50]! : /^[ \t]+$/.test(piece) ? gaps[index % 50]! : piece))
        .join("");
      expect(withoutLines(read(text))).toEqual(withoutLines(fact));
    }),
    { numRuns: 30 },
  );
});

test("locals may be called anything", () => {
  // Every local starts with a dollar sign.
  const text = `
    const url = "http://orders";
    export async function checkout($request, { cart: $cart, ...$rest }: Message, [$first = url]) {
      const { id: $id, lines: [$line = $first], ...$more } = $request.body;
      for (const [$key, $item] of Object.entries($cart)) {
        let $total = 0;
        try {
          $total += await price({ item: $item.id, key: $key, ...$rest }, ($answer) => { const $inner = $answer[$id]; return $inner + $total; });
        } catch ($error) {
          log(\`\${$error.message} of \${$line} at \${url}\`);
          throw $error;
        }
        if ($total > 5) { const $again = retry($total); later(() => $again($hoisted())); }
        var $last = function $self($n) { return $n === 0 ? $more : $self($n - 1); };
      }
      function $hoisted() { return $last; }
      class $Receipt extends Paper { print() { return $id; } }
      return new $Receipt($request, $last);
    }`;
  const names = [...new Set(text.match(/\$\w+/g))];
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-zA-Z]{1,6}$/), { minLength: names.length, maxLength: names.length }), (fresh) => {
      const renamed = text.replace(/\$\w+/g, (name) => `local${fresh[names.indexOf(name)]!}`);
      expect(hashesOf(renamed)).toEqual(hashesOf(text));
    }),
    { numRuns: 40 },
  );
});

test("a text that is cut off anywhere gives an extraction in bounds", () => {
  const lines = sample.split("\n").length;
  for (let at = 0; at < sample.length; at += 7) {
    const { facts, unreadable } = typescript.extract({ path: "orders.ts", text: sample.slice(0, at) });
    expect(facts.length).toBeLessThanOrEqual(1);
    for (const { line } of unreadable) expect(line).toBeLessThanOrEqual(lines);
  }
});

test("the facts are no more than a few times the text", () => {
  expect(JSON.stringify(fact).length).toBeLessThan(sample.length * 12);
});
