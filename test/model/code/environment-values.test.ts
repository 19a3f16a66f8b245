import { describe, expect, it } from "vitest";
import { fetched, link, linkOne } from "./linked.js";

describe("the environment", () => {
  it("reads process.env", () => {
    expect(fetched(`export function run() { return fetch(process.env.ORDERS_URL + "/orders"); }`)).toBe("${ORDERS_URL}/orders");
  });

  it("reads an env that another package or the platform gives", () => {
    expect(fetched(`import { env } from "@shop/env"; export function run() { return fetch(env.ORDERS_URL); }`)).toBe("${ORDERS_URL}");
    expect(fetched(`export function run(request, env) { return fetch(env.ORDERS_URL + "/orders"); }`)).toBe("${ORDERS_URL}/orders");
  });

  it("reads an element of process.env", () => {
    expect(fetched(`export function run() { return fetch(process.env["ORDERS_URL"]!); }`)).toBe("${ORDERS_URL}");
  });

  it("keeps the fallback", () => {
    expect(fetched(`const BASE = process.env.ORDERS_URL ?? "http://orders"; export function run() { return fetch(BASE); }`)).toBe(
      "${ORDERS_URL:-http://orders}",
    );
  });

  it("keeps a chain of fallbacks", () => {
    expect(
      fetched(
        `const BASE = process.env.ORDERS_URL || process.env.SHOP_URL || "http://shop"; export function run() { return fetch(BASE); }`,
      ),
    ).toBe("${ORDERS_URL:-${SHOP_URL:-http://shop}}");
  });

  it("destructures process.env", () => {
    expect(
      fetched(
        `const { ORDERS_URL = "http://orders", STOCK_URL: stock } = process.env; export function run() { return fetch(ORDERS_URL); }`,
      ),
    ).toBe("${ORDERS_URL:-http://orders}");
  });

  it("reads an imported process", () => {
    expect(fetched(`import { env } from "node:process"; export function run() { return fetch(env.ORDERS_URL); }`)).toBe("${ORDERS_URL}");
  });

  it("says where a variable is read", () => {
    const linked = linkOne(`const BASE =\n  process.env.ORDERS_URL;\nexport function run() {\n  return fetch(BASE);\n}`);
    const { site, scope } = linked.site("run", "fetch");
    const value = linked.program.denote(site.args[0]!, scope, { path: scope.file.path, ...site.lines });
    expect(value.kind === "text" && value.parts[0]).toMatchObject({
      kind: "environment",
      place: { path: "services/orders/src/orders.ts", startLine: 1 },
    });
    expect(value.trail.map((place) => place.startLine)).toEqual([1]);
  });

  it("reads envalid", () => {
    expect(
      fetched(
        `import { cleanEnv, url } from "envalid"; const env = cleanEnv(process.env, { ORDERS_URL: url({ default: "http://orders" }) }); export function run() { return fetch(env.ORDERS_URL); }`,
      ),
    ).toBe("${ORDERS_URL:-http://orders}");
  });

  it("reads a zod schema of the environment", () => {
    expect(
      fetched(
        `import { z } from "zod"; const schema = z.object({ ORDERS_URL: z.string().url().default("http://orders") }); export const env = schema.parse(process.env); export function run() { return fetch(env.ORDERS_URL); }`,
      ),
    ).toBe("${ORDERS_URL:-http://orders}");
  });

  it("reads the data of a safe parse", () => {
    expect(
      fetched(
        `import { z } from "zod"; const parsed = z.object({ ORDERS_URL: z.string() }).safeParse(process.env); export function run() { return fetch(parsed.data.ORDERS_URL); }`,
      ),
    ).toBe("${ORDERS_URL}");
  });

  it("reads an object that a schema checks", () => {
    expect(
      fetched(
        `import { z } from "zod"; const env = z.object({ ordersUrl: z.string() }).parse({ ordersUrl: process.env.ORDERS_URL }); export function run() { return fetch(env.ordersUrl); }`,
      ),
    ).toBe("${ORDERS_URL}");
  });

  it("reads the value of a joi validation", () => {
    expect(
      fetched(
        `import Joi from "joi"; const { value: env } = Joi.object({ ORDERS_URL: Joi.string() }).validate(process.env); export function run() { return fetch(env.ORDERS_URL); }`,
      ),
    ).toBe("${ORDERS_URL}");
  });

  it("reads env-var", () => {
    expect(
      fetched(
        `import env from "env-var"; const BASE = env.get("ORDERS_URL").default("http://orders").required().asString(); export function run() { return fetch(BASE); }`,
      ),
    ).toBe("${ORDERS_URL:-http://orders}");
  });

  it("reads convict", () => {
    expect(
      fetched(
        `import convict from "convict"; const config = convict({ orders: { url: { env: "ORDERS_URL", default: "http://orders" } } }); export function run() { return fetch(config.get("orders.url")); }`,
      ),
    ).toBe("${ORDERS_URL:-http://orders}");
  });

  it("reads the files of node-config", () => {
    const linked = link({
      "services/orders/config/default.json": `{ "payments": { "url": "http://payments", "retries": 3 }, "stock": { "url": "http://stock" } }`,
      "services/orders/config/custom-environment-variables.json": `{ "payments": { "url": "PAYMENTS_URL" } }`,
      "services/orders/src/orders.ts": `import config from "config"; export function pay() { return fetch(config.get("payments.url")); } export function count() { return fetch(config.stock.url); } export function again() { const stock = config.get("stock"); return fetch(stock.url); }`,
    });
    expect(linked.argument("pay", "fetch")).toBe("${PAYMENTS_URL:-http://payments}");
    expect(linked.argument("count", "fetch")).toBe("http://stock");
    expect(linked.argument("again", "fetch")).toBe("http://stock");
  });

  it("reads settings of another file", () => {
    const linked = link({
      "services/orders/src/config.ts": `export default { payments: { url: process.env.PAYMENTS_URL || "http://payments" } };`,
      "services/orders/src/orders.ts": `import config from "./config"; export function run() { return fetch(config.payments.url + "/charges"); }`,
    });
    expect(linked.argument("run", "fetch")).toBe("${PAYMENTS_URL:-http://payments}/charges");
  });
});
