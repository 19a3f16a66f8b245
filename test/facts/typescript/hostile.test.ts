import { describe, expect, test } from "vitest";
import type { Extraction } from "../../../src/facts/facts.js";
import { typescript } from "../../../src/facts/typescript/extractor.js";
import { callsOf, moduleOf, read } from "./reading.js";

function extract(text: string, path = "orders.ts"): Extraction {
  return typescript.extract({ path, text });
}

const callsIn = (text: string, path: string): string[] => callsOf(moduleOf(read(text, path)));

describe("deep nesting", () => {
  const deep = 10_000;
  test.each([
    ["parentheses", `x = ${"(".repeat(deep)}1${")".repeat(deep)}`],
    ["parentheses that never close", `x = ${"(".repeat(deep)}`],
    ["arrays", `x = ${"[".repeat(deep)}${"]".repeat(deep)}`],
    ["calls", `x = ${"f(".repeat(deep)}${")".repeat(deep)}`],
    ["blocks", `${"{".repeat(deep)}${"}".repeat(deep)}`],
    ["templates", `x = ${"`${".repeat(deep)}1${"}`".repeat(deep)}`],
    ["functions", `${"a(() => {".repeat(deep)}${"})".repeat(deep)}`],
    ["asynchronous parameters", `x = ${"async (a = ".repeat(30)}`],
    ["asynchronous calls", `x = ${"async<T>(".repeat(30)}`],
  ])("of %s is reported with its line", (_, text) => {
    const { facts, unreadable } = extract(`// orders\n${text}`);
    expect(facts).toEqual([]);
    expect(unreadable).toEqual([{ line: 2, reason: expect.stringContaining("nested") }]);
  });

  test.each([
    ["arrows", `x = ${"() => ".repeat(deep)}1`],
    ["else if", `${"if (a) b(); else ".repeat(deep)}c()`],
    ["conditions", `x = ${"a ? b : ".repeat(deep)}c`],
    ["negations", `x = ${"!".repeat(deep)}a`],
    ["members", `x = a${".b".repeat(deep)}`],
    ["logical operators", `x = a${" && a".repeat(deep)}`],
    ["types", `type X = ${"A<".repeat(deep)}B${">".repeat(deep)}`],
    ["elements", `x = ${"<a>".repeat(deep)}`],
    ["labels", `${"a: ".repeat(deep)}b();`],
    ["chained calls", `x${".f()".repeat(100)}`],
  ])("of %s costs no more than its text", (_, text) => {
    const { facts, unreadable } = extract(text, "orders.tsx");
    expect(facts.length + unreadable.length).toBeGreaterThan(0);
  });

  test("nesting that people write is read", () => {
    const wrapped = "router.use(asyncHandler(async (request, response) => { await run(async () => { ";
    expect(extract(`${wrapped.repeat(15)}${"}); })); ".repeat(15)}`).unreadable).toEqual([]);
    expect(extract(`x = ${"(".repeat(100)}1${")".repeat(100)}`).unreadable).toEqual([]);
  });
});

describe("length", () => {
  test("5 MB on one line are not read", () => {
    expect(extract(`x = "${"a".repeat(5_000_000)}";`).unreadable).toEqual([{ line: 1, reason: expect.stringContaining("characters") }]);
  });

  test("a line of 300 kB is read, and what it says is bounded", () => {
    const { facts, unreadable } = extract(`const codes = [${"[1,2,'x'],".repeat(30_000)}];`);
    expect(unreadable).toEqual([]);
    expect(JSON.stringify(facts).length).toBeLessThan(100_000);
  });
});

describe("half-typed code", () => {
  test("a slip costs only what it touches", () => {
    const { facts, unreadable } = extract("const client = ;\nfunction pay(order) { return charge(order.) }\nship();\n");
    expect(unreadable).toEqual([]);
    expect(facts).toHaveLength(1);
    expect(callsOf(moduleOf(read("const client = ;\nfunction pay(order) { return charge(order.) }\nship();\n")))).toEqual(["ship()"]);
  });

  test("a text that ends in the middle is reported where it ends", () => {
    const { facts, unreadable } = extract("connect();\nfunction pay(order) {\n  charge(order);\n");
    expect(facts).toHaveLength(1);
    expect(unreadable).toEqual([{ line: 3, reason: expect.stringContaining("end of the file") }]);
  });

  test("conflict markers are reported", () => {
    const { unreadable } = extract("connect();\n<<<<<<< HEAD\npay(1);\n=======\npay(2);\n>>>>>>> main\n");
    expect(unreadable).toEqual([{ line: 2, reason: "unresolved merge conflict" }]);
  });

  test("a file full of errors is reported at the first", () => {
    const { unreadable } = extract(`connect();\n${"%% orders are ## here ::\n".repeat(30)}`);
    expect(unreadable).toMatchObject([{ line: 2, reason: expect.stringContaining("syntax errors") }]);
  });
});

describe("dialects", () => {
  test("Flow types in a JavaScript file", () => {
    const text = `// @flow\nimport type { Order } from './orders';\ntype Props = {| +id: ?string, ... |};\nexport opaque type Id: string = string;\nfunction pay(order: ?Order, ...rest: Array<*>): Promise<?number> { return charge((order: any)); }\nship();\n`;
    expect(callsIn(text, "orders.js")).toContain("ship()");
  });

  test("JSX in a .js file", () => {
    expect(callsIn("const page = () => <Orders list={items} />;\nrender(page);", "orders.js")).toEqual(["render(page)"]);
  });

  test("generics that look like JSX in a .ts file", () => {
    expect(callsIn("const id = <T>(value: T) => value;\nship(<Order>order);", "orders.ts")).toEqual(["ship(order)"]);
  });

  test.each(["orders.mts", "orders.cts", "orders.mjs", "orders.cjs", "orders.jsx", "orders.tsx", "orders.d.ts"])("%s is read", (path) => {
    expect(typescript.accepts(`src/${path}`)).toBe(true);
    expect(callsIn("ship();", path)).toEqual(["ship()"]);
  });

  test.each(["orders.vue", "orders.svelte", "orders.json", "orders.css", "js", "orders.ts.snap"])("%s is not", (path) => {
    expect(typescript.accepts(`src/${path}`)).toBe(false);
  });

  test("NUL characters", () => {
    expect(extract("ship();\0\0\0 pay();").facts).toHaveLength(1);
  });
});

test("an empty file says nothing", () => {
  expect(extract("")).toEqual({ facts: [], unreadable: [] });
  expect(extract("// orders\n/* none */\n")).toEqual({ facts: [], unreadable: [] });
});

test("names of the object prototype are names", () => {
  expect(callsIn("constructor.toString(); const __proto__ = hasOwnProperty('valueOf');", "orders.js")).toEqual([
    "constructor.toString()",
    `hasOwnProperty("valueOf")`,
  ]);
});
