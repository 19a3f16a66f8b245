import { describe, expect, it } from "vitest";
import { link } from "./linked.js";

const TARGET = `export const CHARGES = "http://payments/charges";`;
const FROM = "services/orders/src/pay.ts";

/** What `fetch` is given in a file that imports `CHARGES` by this specifier. */
function through(specifier: string, files: Readonly<Record<string, string>>, imported = "{ CHARGES }"): string {
  return link({ ...files, [FROM]: `import ${imported} from "${specifier}"; export function run() { return fetch(CHARGES); }` }).argument(
    "run",
    "fetch",
    FROM,
  );
}

const FOUND = "http://payments/charges";

describe("relative imports", () => {
  it("finds a file without extension", () => {
    expect(through("./urls", { "services/orders/src/urls.ts": TARGET })).toBe(FOUND);
  });

  it("finds the source of a compiled name", () => {
    expect(through("./urls.js", { "services/orders/src/urls.ts": TARGET })).toBe(FOUND);
    expect(through("./urls.mjs", { "services/orders/src/urls.mts": TARGET })).toBe(FOUND);
  });

  it("finds a name with dots", () => {
    expect(through("./payments.urls", { "services/orders/src/payments.urls.ts": TARGET })).toBe(FOUND);
  });

  it("finds the index of a directory", () => {
    expect(through("../shared", { "services/orders/shared/index.ts": TARGET })).toBe(FOUND);
  });

  it("does not leave the repository", () => {
    expect(through("../../../../urls", { "urls.ts": TARGET })).toBe("../../../../urls CHARGES");
  });
});

describe("aliases", () => {
  it("follows paths of the nearest tsconfig", () => {
    expect(
      through("@/urls", {
        "services/orders/tsconfig.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*"] } } }`,
        "services/orders/src/urls.ts": TARGET,
      }),
    ).toBe(FOUND);
  });

  it("follows extends", () => {
    expect(
      through("@shop/urls", {
        "tsconfig.base.json": `{ "compilerOptions": { "baseUrl": ".", "paths": { "@shop/urls": ["libs/urls/src/index.ts"] } } }`,
        "services/orders/tsconfig.json": `{ "extends": "../../tsconfig.base.json" }`,
        "libs/urls/src/index.ts": TARGET,
      }),
    ).toBe(FOUND);
  });

  it("resolves inherited paths against the file that has them", () => {
    expect(
      through("@shared/urls", {
        "tsconfig.base.json": `{ "compilerOptions": { "paths": { "@shared/*": ["./libs/*"] } } }`,
        "services/orders/tsconfig.json": `{ "extends": "../../tsconfig.base.json", "compilerOptions": { "outDir": "dist" } }`,
        "libs/urls.ts": TARGET,
      }),
    ).toBe(FOUND);
  });

  it("follows a baseUrl", () => {
    expect(
      through("src/urls", {
        "services/orders/tsconfig.json": `{ "compilerOptions": { "baseUrl": "." } }`,
        "services/orders/src/urls.ts": TARGET,
      }),
    ).toBe(FOUND);
  });

  it("takes the most specific pattern", () => {
    expect(
      through("@shop/payments/urls", {
        "tsconfig.json": `{ "compilerOptions": { "paths": { "@shop/*": ["./wrong/*"], "@shop/payments/*": ["./libs/payments/src/*"] } } }`,
        "libs/payments/src/urls.ts": TARGET,
        "wrong/payments/urls.ts": `export const CHARGES = "wrong";`,
      }),
    ).toBe(FOUND);
  });

  it("survives a tsconfig that extends itself", () => {
    expect(
      through("./urls", { "services/orders/tsconfig.json": `{ "extends": "./tsconfig.json" }`, "services/orders/src/urls.ts": TARGET }),
    ).toBe(FOUND);
  });
});

describe("paths from the root of the machine", () => {
  it("are what an alias says", () => {
    const alias = `{ "compilerOptions": { "baseUrl": ".", "paths": { "/opt/nodejs/urls": ["./layers/shared/urls"] } } }`;
    expect(through("/opt/nodejs/urls", { "tsconfig.json": alias, "layers/shared/urls.ts": TARGET })).toBe(FOUND);
  });

  it("are in a layer", () => {
    expect(through("/opt/nodejs/urls", { "layers/urls/nodejs/urls.ts": TARGET })).toBe(FOUND);
    expect(through("/opt/nodejs/urls", { "layers/urls/nodejs/urls/index.js": TARGET })).toBe(FOUND);
  });

  it("are in the nearest of two layers", () => {
    const other = `export const CHARGES = "http://shipping";`;
    expect(through("/opt/nodejs/urls", { "layers/a/nodejs/urls.ts": other, "services/orders/layers/z/nodejs/urls.ts": TARGET })).toBe(
      FOUND,
    );
  });
});

describe("workspace packages", () => {
  it("maps an entry in dist to its source", () => {
    expect(
      through("@shop/urls", {
        "packages/urls/package.json": `{ "name": "@shop/urls", "main": "./dist/index.js" }`,
        "packages/urls/src/index.ts": TARGET,
      }),
    ).toBe(FOUND);
  });

  it("maps a subpath of exports", () => {
    expect(
      through("@shop/urls/payments", {
        "packages/urls/package.json": `{ "name": "@shop/urls", "exports": { "./payments": { "import": "./dist/payments.js" } } }`,
        "packages/urls/src/payments.ts": TARGET,
      }),
    ).toBe(FOUND);
  });

  it("finds a subpath that no entry lists", () => {
    expect(
      through("@shop/urls/dist/payments", {
        "packages/urls/package.json": `{ "name": "@shop/urls" }`,
        "packages/urls/src/payments.ts": TARGET,
      }),
    ).toBe(FOUND);
  });

  it("takes the nearest of two packages of one name", () => {
    expect(
      through("urls", {
        "services/orders/urls/package.json": `{ "name": "urls" }`,
        "services/orders/urls/index.ts": TARGET,
        "archive/urls/package.json": `{ "name": "urls" }`,
        "archive/urls/index.ts": `export const CHARGES = "old";`,
      }),
    ).toBe(FOUND);
  });

  it("keeps other packages apart from files", () => {
    expect(through("@shop/urls/payments", {})).toBe("@shop/urls CHARGES");
  });

  it("knows Node's own modules with and without node:", () => {
    const linked = link({
      [FROM]: `import { request } from "https"; import fs from "node:fs/promises"; export const a = request; export const b = fs;`,
    });
    expect(linked.value("request", FROM)).toBe("node:https request");
    expect(linked.denotation("fs", FROM)).toMatchObject({ path: { module: "node:fs", subpath: "promises", path: "default" } });
  });

  it("finds imports of its own package", () => {
    expect(
      through("#urls.js", {
        "services/orders/package.json": `{ "name": "orders", "imports": { "#*": "./src/*" } }`,
        "services/orders/src/urls.ts": TARGET,
      }),
    ).toBe(FOUND);
  });
});

describe("files with equal text", () => {
  it("are told apart by what is around them", () => {
    const client = `import { BASE } from "./base"; export class Client { get(path: string) { return fetch(BASE + path); } } export const client = new Client(); export function run() { return client.get("/orders"); }`;
    const linked = link({
      "services/orders/src/client.ts": client,
      "services/orders/src/base.ts": `export const BASE = "http://payments";`,
      "services/shipping/src/client.ts": client,
      "services/shipping/src/base.ts": `export const BASE = "http://stock";`,
    });
    for (const [service, host] of [
      ["orders", "payments"],
      ["shipping", "stock"],
    ] as const) {
      const path = `services/${service}/src/client.ts`;
      expect(linked.through("run", "get", "fetch", path)).toBe(`http://${host}/orders`);
      expect(linked.callees("run", "get", path).functions[0]?.function.file.path).toBe(path);
    }
  });
});

describe("exports", () => {
  it("follows re-exports", () => {
    expect(
      through("./index", {
        "services/orders/src/index.ts": `export { PAY as CHARGES } from "./urls";`,
        "services/orders/src/urls.ts": `const PAY = "http://payments/charges"; export { PAY };`,
      }),
    ).toBe(FOUND);
  });

  it("follows export *", () => {
    expect(
      through("./a", {
        "services/orders/src/a.ts": `export * from "./b";`,
        "services/orders/src/b.ts": `export * from "./urls";`,
        "services/orders/src/urls.ts": TARGET,
      }),
    ).toBe(FOUND);
  });

  it("ends in a circle of export *", () => {
    expect(through("./a", { "services/orders/src/a.ts": `export * from "./b";`, "services/orders/src/b.ts": `export * from "./a";` })).toBe(
      "?CHARGES",
    );
  });

  it("follows a namespace", () => {
    const linked = link({
      "services/orders/src/urls.ts": TARGET,
      [FROM]: `import * as urls from "./urls"; export function run() { return fetch(urls.CHARGES); }`,
    });
    expect(linked.argument("run", "fetch", FROM)).toBe(FOUND);
  });

  it("follows export * as", () => {
    const linked = link({
      "services/orders/src/urls.ts": TARGET,
      "services/orders/src/index.ts": `export * as urls from "./urls";`,
      [FROM]: `import { urls } from "./index"; export function run() { return fetch(urls.CHARGES); }`,
    });
    expect(linked.argument("run", "fetch", FROM)).toBe(FOUND);
  });

  it("follows defaults", () => {
    expect(through("./urls", { "services/orders/src/urls.ts": `export default "http://payments/charges";` }, "CHARGES")).toBe(FOUND);
  });

  it("follows module.exports of an object", () => {
    const linked = link({
      "services/orders/src/urls.js": `module.exports = { CHARGES: "http://payments/charges" };`,
      "services/orders/src/pay.js": `const { CHARGES } = require("./urls"); const urls = require("./urls"); function run() { return fetch(CHARGES); } function again() { return fetch(urls.CHARGES); }`,
    });
    expect(linked.argument("run", "fetch", "services/orders/src/pay.js")).toBe(FOUND);
    expect(linked.argument("again", "fetch", "services/orders/src/pay.js")).toBe(FOUND);
  });

  it("follows exports.name and a filled object", () => {
    const linked = link({
      "services/orders/src/urls.js": `exports.CHARGES = "http://payments/charges";`,
      "services/orders/src/more.js": `var urls = {}; urls.refunds = "http://payments/refunds"; module.exports = urls;`,
      "services/orders/src/pay.js": `const urls = require("./urls"); const more = require("./more"); function run() { return fetch(urls.CHARGES); } function undo() { return fetch(more.refunds); }`,
    });
    expect(linked.argument("run", "fetch", "services/orders/src/pay.js")).toBe(FOUND);
    expect(linked.argument("undo", "fetch", "services/orders/src/pay.js")).toBe("http://payments/refunds");
  });

  it("imports a module.exports as default", () => {
    const linked = link({
      "services/orders/src/urls.js": `module.exports = { CHARGES: "http://payments/charges" };`,
      [FROM]: `import urls from "./urls"; export function run() { return fetch(urls.CHARGES); }`,
    });
    expect(linked.argument("run", "fetch", FROM)).toBe(FOUND);
  });

  it("follows an import inside a function", () => {
    const linked = link({
      "services/orders/src/urls.ts": TARGET,
      [FROM]: `export async function run() { const { CHARGES } = await import("./urls"); return fetch(CHARGES); }`,
    });
    expect(linked.argument("run", "fetch", FROM)).toBe(FOUND);
  });

  it("ends in a circle of constants", () => {
    expect(
      through("./urls", {
        "services/orders/src/urls.ts": `import { B } from "./b"; export const CHARGES = B;`,
        "services/orders/src/b.ts": `import { CHARGES } from "./urls"; export const B = CHARGES;`,
      }),
    ).toBe("?CHARGES");
  });
});
