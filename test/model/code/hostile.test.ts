import { describe, expect, it } from "vitest";
import { link, linkOne, type Linked } from "./linked.js";

/** Asks everything that can be asked of every call, and counts the answers. */
function askAll({ program }: Linked): number {
  let asked = 0;
  for (const file of program.files) {
    for (const fn of file.fact.functions) {
      const scope = program.scopeOf(file, fn);
      for (const site of fn.calls) {
        asked += program.callees(site, scope).callbacks.length + 1;
        for (const arg of site.args) program.denote(arg, scope);
      }
    }
  }
  for (const one of program.classes()) asked += program.subclassesOf(one).length + (program.libraryBase(one) === null ? 0 : 1);
  return asked;
}

describe("hostile code", () => {
  it("bounds recursion with growing arguments", () => {
    const linked = linkOne(
      "function grow(url) { return Math.random() > 0.5 ? grow(url + '/a') + grow(url + '/b') : url; } export function run() { return fetch(grow('http://orders')); }",
    );
    expect(linked.argument("run", "fetch")).toContain("http://orders");
  });

  it("bounds doubling", () => {
    const lines = Array.from({ length: 60 }, (_, index) => `const v${index + 1} = v${index} + v${index};`).join("\n");
    const linked = linkOne(`const v0 = "a" + process.env.X;\n${lines}\nexport function run() { return fetch(v60); }`);
    expect(linked.argument("run", "fetch").length).toBeLessThan(20_000);
  });

  it("does not lose patience once for each of many calls into a maze", () => {
    const maze = Array.from(
      { length: 40 },
      (_, index) =>
        `function f${index}(a, b) { return f${(index * 7 + 1) % 40}(b, a) || f${(index * 3 + 2) % 40}(a + b, b) || f${(index * 5 + 3) % 40}(a, a + b); }`,
    ).join("\n");
    const calls = Array.from({ length: 500 }, (_, index) => `fetch(f${index % 40}("a${index}", "b"));`).join("\n");
    const started = process.cpuUsage().user;
    expect(askAll(linkOne(`${maze}\nexport function run() { ${calls} }`))).toBeGreaterThan(500);
    expect((process.cpuUsage().user - started) / 1e6).toBeLessThan(8);
  });

  it("takes names of Object.prototype as names", () => {
    const linked = linkOne(
      `const services = { orders: "http://orders" }; export function run() { return fetch(services.constructor); } export function proto() { return fetch(services.__proto__); } export function own() { return hasOwnProperty("x"); }`,
    );
    expect(linked.argument("run", "fetch")).toBe("?constructor");
    expect(linked.argument("proto", "fetch")).toBe("?__proto__");
    expect(linked.reaches("own", "hasOwnProperty")).toBe("unresolved");
  });

  it("takes a package and an export called like members of objects", () => {
    const linked = link({
      "services/orders/src/orders.ts": `import { toString } from "constructor"; import { hasOwnProperty } from "./more"; export function run() { toString(); hasOwnProperty(); }`,
      "services/orders/src/more.ts": `export function valueOf() {}`,
    });
    expect(linked.reaches("run", "toString")).toBe("constructor toString");
    expect(linked.reaches("run", "hasOwnProperty")).toBe("unresolved");
  });

  it("answers the same whoever asks first", () => {
    const code = `export const a = pick(() => b); export const b = pick(() => a); function pick(f) { return f() ?? "http://orders"; }`;
    const forwards = linkOne(code);
    const backwards = linkOne(code);
    const first = [forwards.value("a"), forwards.value("b")];
    const second = [backwards.value("b"), backwards.value("a")].reverse();
    expect(first).toEqual(second);
  });

  it.each([
    ["a class that extends itself", `class A extends A { run() { return this.x(); } }`],
    [
      "a class that extends what it makes",
      `class A extends make() { run() { return this.x.y(); } } function make() { return class extends A {}; }`,
    ],
    [
      "types in circles",
      `type A = B; type B = A; interface C extends D {} interface D extends C {} function run(a: A, c: C, e: E) { a.x(); c.y.z(); e.f(); } type E = { f: E }; type F = ReturnType<typeof run>; function g(f: F): F { return f.x(); }`,
    ],
    ["typeof itself", `const a: typeof a = b; const b: ReturnType<typeof c> = a; function c(): typeof b { return b; } c().x(); a.y();`],
    [
      "settings of themselves",
      `import { registerAs } from "@nestjs/config"; const a = registerAs("a", a); const b = registerAs("b", () => b()); a().x(); b().url.y();`,
    ],
    [
      "getters of each other",
      `class A { get x() { return this.y; } get y() { return this.x; } z = this.z.z; run() { this.x.go(); this.y.go(); this.z(); } }`,
    ],
    ["an object of itself", `const o = { ...o, x: o.x, y: o }; o.y.y.y.x(); const s = []; for (const t of s) { s.push(...t); } f(...f);`],
    ["promises of themselves", `const p = new Promise((resolve) => resolve(p)); p.then((q) => q.then(p)).catch(p)(); const r = r.then(r);`],
    [
      "callbacks of each other",
      `function f(work) { g((x) => work(x)); } function g(work) { f((y) => work(y)); } f((z) => z.x()); function h(work) { work(work, (q) => h(q)); } h((a, b) => b(a));`,
    ],
    ["an array of itself", `const a = [a, ...a]; a[0][0][a[0]](); for (const [x, y] of Object.entries(Object.entries(a))) { x[y](); }`],
    ["parameters that default to each other", `function f(a = b, b = a, { c = f() } = f(a)) { return c(a, b); } f(...f());`],
    ["bound to itself", `const f = f.bind(f).bind(f); f.call(f, f.apply(f)); const g = g.call(g);`],
  ])("survives %s", (_name, code) => {
    expect(askAll(linkOne(code))).toBeGreaterThan(0);
  });

  it("survives modules and containers in circles", () => {
    const linked = link({
      "services/orders/package.json": `{ "name": "orders", "main": "." }`,
      "services/orders/tsconfig.json": `{ "extends": ["./tsconfig.json", "orders"], "compilerOptions": { "paths": { "*": ["*"], "": [""], "@*": ["../../../*"] } } }`,
      "services/orders/src/orders.ts": `import { Inject, Module } from "@nestjs/common"; import x from "orders"; import y from "."; import z from "@a"; import w from ""; export * from "./orders"; export { x as default };
        @Module({ providers: [{ provide: x, useExisting: x }, { provide: "A", useFactory: (a) => a, inject: ["A"] }, { provide: Orders, useClass: Orders }] })
        export class Orders { constructor(@Inject("A") private readonly a: Orders, private readonly b: Orders) {} run() { this.a.x(); this.b.run(); x(); y(); z(); w(); } }`,
    });
    expect(linked.reaches("Orders.run", "run")).toBe("Orders.run");
    expect(askAll(linked)).toBeGreaterThan(0);
  });
});
