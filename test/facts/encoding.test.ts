import { describe, expect, test } from "vitest";
import { decodeFacts, encodeFacts } from "../../src/facts/encoding.js";
import { extractText } from "../../src/facts/extract.js";
import { outlineOf } from "../../src/facts/source-outline.js";
import type { SourceFact } from "../../src/facts/source.js";
import { samples } from "./samples.js";
import { sample } from "./typescript/sample.js";

const all = [...samples, ["services/orders/src/all.ts", sample] as const];

test.each(all)("the facts of %s come back as they were", (path, text) => {
  const facts = extractText(path, text);
  expect(decodeFacts(encodeFacts(facts))).toEqual(facts);
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
  expect(recoded(text)).toEqual(JSON.parse(JSON.stringify(facts[0])));
});

test("nothing is lost of a text that is cut off anywhere", () => {
  for (let at = 0; at < sample.length; at += 13) {
    const facts = extractText("orders.ts", sample.slice(0, at));
    expect(decodeFacts(encodeFacts(facts))).toEqual(facts);
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

test("functions are read when they are asked for, and not for what stands in front of them", () => {
  const facts = extractText(
    "orders.ts",
    "import { a } from 'b'; class C extends D { e = new Map(); f() { this.e.get(a); } } export default C;",
  );
  const bytes = encodeFacts(facts);
  const broken = bytes.fill(255, 4 + Buffer.from(bytes).readUInt32BE(0));
  const [fact] = decodeFacts(broken)!.facts as [SourceFact];
  expect([fact.imports.length, fact.exports.length, fact.classes[0]?.extends, outlineOf(fact).calls]).toEqual([
    1,
    1,
    { kind: "name", name: "D" },
    ["Map", "Map#.get"],
  ]);
  expect(() => fact.functions).toThrow();
});

describe("damaged bytes give nothing", () => {
  test.each(["", "{", "null", "[]", `{"facts":[]}`, `{"facts":[[1]],"unreadable":[],"ignores":[],"excluded":null}`])("%s", (text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    expect(decodeFacts(Buffer.concat([length, Buffer.from(text)]))).toBeNull();
    expect(decodeFacts(Buffer.from(text))).toBeNull();
  });
});
