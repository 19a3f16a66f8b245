import { describe, expect, test } from "vitest";
import { decodeFacts, encodeFacts } from "../../src/facts/encoding.js";
import { extractText } from "../../src/facts/extract.js";
import type { PackedSource } from "../../src/facts/packed-source.js";
import { glanceOf, outlineOf } from "../../src/facts/source-outline.js";
import type { SourceFact } from "../../src/facts/source.js";
import { samples } from "./samples.js";
import { sample } from "./typescript/sample.js";

/** Facts without what reads them when they are asked for. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

const all = [...samples, ["services/orders/src/all.ts", sample] as const];

test.each(all)("the facts of %s come back as they were", (path, text) => {
  const facts = extractText(path, text);
  expect(plain(decodeFacts(encodeFacts(facts)))).toEqual(plain(facts));
});

/** Facts of a text, through their bytes. */
function recoded(text: string): SourceFact {
  return decodeFacts(encodeFacts(extractText("orders.ts", text)))!.facts[0] as SourceFact;
}

test.each([
  `a["x.y"].z; f(a["x.y"]); const b = c.d["e.f"]["g"];`,
  "const { 'a.b': c } = d;",
  "f(1e999, -0, 0, '', \"0\", null, undefined, true, []);",
  "const o = { get url() { return 1; }, ['a']: 0, ...b, c };",
  "class A { b = make(); static c = 0; @d(e()) f() {} constructor(private g = h(1)) {} }",
  "function a() { return class B extends mix(c) { d = make({ e: f() }); @g(h()) i() {} }; }",
  "export default make(one(), [two(...three)]);",
  "class A { b() {} }",
  "declare class A {} declare class B { c: D }",
  "function a() { return () => {}; }",
  "enum A { b = c(), d = 1 }",
  "for (const a of b()) { switch (c()) { case d(): try { e(); } catch { f(); } } }",
  "type A = { 'b.c'?: 1 | 'd' | null; e: { f: G<H, I>[] } }; interface J<K> extends L<M> {}",
  "import a, { b as c, type d } from 'e'; import 'f'; export { a as g, h } from 'i'; export * from 'j'; export * as k from 'l';",
])("nothing is lost of %s", (text) => {
  const { facts } = extractText("orders.ts", text);
  expect(plain(recoded(text))).toEqual(plain(facts[0]));
  expect(glanceOf(recoded(text))).toEqual(glanceOf(facts[0] as SourceFact));
  expect(outlineOf(recoded(text))).toEqual(outlineOf(facts[0] as SourceFact));
});

test("nothing is lost of a text that is cut off anywhere", () => {
  for (let at = 0; at < sample.length; at += 13) {
    const facts = extractText("orders.ts", sample.slice(0, at));
    expect(plain(decodeFacts(encodeFacts(facts)))).toEqual(plain(facts));
  }
});

test("the value of a call still shares what its site holds", () => {
  const [module] = recoded("const client = connect(url());").functions;
  const { value } = module!.locals[0]!;
  expect(value.kind === "call" && value.callee === module!.calls[1]!.callee).toBe(true);
  expect(module!.calls[1]!.args[0]).toMatchObject({ kind: "call", site: 0 });
});

test("the bytes of a source are few beside its facts written plainly", () => {
  const facts = extractText("orders.ts", sample);
  expect(encodeFacts(facts).length).toBeLessThan(JSON.stringify(facts).length / 3);
});

/** The fact of a text in whose bytes one part, and what comes behind it, cannot be read. */
function brokenFrom(part: keyof PackedSource): SourceFact {
  const text = "import { a } from 'b'; class C extends D { e = new Map(); f() { this.e.get(a); } } export default C;";
  const bytes = Buffer.from(encodeFacts(extractText("orders.ts", text)));
  const pieces = bytes.readUInt32BE(1);
  const lengths = Array.from({ length: pieces }, (_, piece) => bytes.readUInt32BE(5 + 4 * piece));
  const before = lengths.slice(0, { front: 0, head: 1, body: 3 }[part]);
  const start = before.reduce((sum, length) => sum + length, 5 + 4 * pieces);
  return decodeFacts(bytes.fill(255, start))!.facts[0] as SourceFact;
}

test("functions are read when they are asked for, and not for what stands in front of them", () => {
  const fact = brokenFrom("body");
  expect([fact.exports.length, fact.classes[0]?.extends, outlineOf(fact).calls]).toEqual([
    1,
    { kind: "name", name: "D" },
    ["Map", "Map#.get"],
  ]);
  expect(() => fact.functions).toThrow();
});

test("whom a file imports is known without its declarations", () => {
  const fact = brokenFrom("head");
  expect([fact.imports.length, glanceOf(fact)]).toEqual([1, { functions: 2, sites: 2, modules: ["b"], touchesDocument: false }]);
  expect(() => fact.exports).toThrow();
});

test("that a file holds source and nothing else is known without reading it", () => {
  const fact = brokenFrom("front");
  expect(fact.kind).toBe("source");
  expect(() => fact.imports).toThrow();
});

describe("damaged bytes give nothing", () => {
  test.each(["", "{", "null", "[]", `{"facts":[]}`, `{"facts":[["one"]],"unreadable":[],"ignores":[],"excluded":null}`])("%s", (text) => {
    const head = Buffer.alloc(9);
    head.writeUInt8(2);
    head.writeUInt32BE(1, 1);
    head.writeUInt32BE(Buffer.byteLength(text), 5);
    expect(decodeFacts(Buffer.concat([head, Buffer.from(text)]))).toBeNull();
    expect(decodeFacts(Buffer.from(text))).toBeNull();
  });

  test("cut off anywhere", () => {
    const bytes = encodeFacts(extractText("orders.ts", "import a from 'b'; a();"));
    for (let length = 0; length < bytes.length; length += 1) expect(decodeFacts(bytes.subarray(0, length))).toBeNull();
  });
});
