import { describe, expect, it } from "vitest";
import { describe as describeValue, link, linkOne } from "./linked.js";

/** What the first argument of `fetch` in `run` denotes. */
function fetched(code: string, more: Readonly<Record<string, string>> = {}): string {
  return linkOne(code, more).argument("run", "fetch");
}

describe("texts", () => {
  it("reads a constant", () => {
    expect(fetched(`const URL_OF_ORDERS = "http://orders:3000/orders"; export function run() { return fetch(URL_OF_ORDERS); }`)).toBe(
      "http://orders:3000/orders",
    );
  });

  it("reads a template with a hole for what nothing fills", () => {
    expect(fetched("const BASE = 'http://orders'; export function run(order) { return fetch(`${BASE}/orders/${order.id}/items`); }")).toBe(
      "http://orders/orders/{id}/items",
    );
  });

  it("reads a sum of texts", () => {
    expect(fetched(`const BASE = "http://orders"; export function run(id) { return fetch(BASE + "/orders/" + id); }`)).toBe(
      "http://orders/orders/{id}",
    );
  });

  it("reads a text that is appended to", () => {
    expect(
      fetched(`export function run(id) { let url = "http://orders"; url += "/orders"; url = url + "?page=1"; return fetch(url); }`),
    ).toBe("http://orders/orders?page=1");
  });

  it("keeps both values where a branch gives another", () => {
    expect(
      fetched(`export function run(fast) { let url = "http://orders"; if (fast) { url = "http://orders-fast"; }\n return fetch(url); }`),
    ).toBe("http://orders | http://orders-fast");
  });

  it("tells variables of one name in two branches apart", () => {
    expect(
      fetched(`export function run(fast) {
        if (fast) {
          const url = "http://stock";
          return fetch(url);
        } else {
          const url = "http://orders";
          return url;
        }
      }`),
    ).toBe("http://stock");
  });

  it("reads new URL with a base", () => {
    expect(fetched("export function run(id) { return fetch(new URL(`/orders/${id}`, 'http://orders:3000/v1/')); }")).toBe(
      "http://orders:3000/orders/{id}",
    );
  });

  it("reads the href of a URL", () => {
    expect(fetched("export function run() { const url = new URL('orders', process.env.ORDERS_URL); return fetch(url.href); }")).toBe(
      "${ORDERS_URL}/orders",
    );
  });

  it("reads util.format", () => {
    expect(
      fetched(`import { format } from "util"; export function run(id) { return fetch(format("http://%s/orders/%s", "orders", id)); }`),
    ).toBe("http://orders/orders/{id}");
  });

  it("reads util.format of the whole module", () => {
    expect(
      fetched(
        `const util = require("util"); const domain = process.env.DOMAIN; function run() { return fetch(util.format("http://catalogue%s", domain)); }`,
      ),
    ).toBe("http://catalogue${DOMAIN}");
  });

  it("joins paths", () => {
    expect(
      fetched(`import path from "node:path"; export function run(id) { return fetch(path.join("http://orders/", "/orders", id)); }`),
    ).toBe("http://orders/orders/{id}");
  });

  it("joins URLs with url-join", () => {
    expect(
      fetched(
        `import urlJoin from "url-join"; export function run() { return fetch(urlJoin(process.env.ORDERS_URL, "orders", "?page=2")); }`,
      ),
    ).toBe("${ORDERS_URL}/orders?page=2");
  });

  it("joins a list", () => {
    expect(fetched(`export function run(id) { return fetch(["http://orders", "orders", id].join("/")); }`)).toBe(
      "http://orders/orders/{id}",
    );
  });

  it("replaces a parameter of a path", () => {
    expect(fetched(`const PATH = "http://orders/orders/:id"; export function run(id) { return fetch(PATH.replace(":id", id)); }`)).toBe(
      "http://orders/orders/{id}",
    );
  });

  it("trims what a pattern trims", () => {
    expect(fetched(`const BASE = "http://orders/"; export function run() { return fetch(BASE.replace(/\\/$/, "") + "/orders"); }`)).toBe(
      "http://orders/orders",
    );
  });

  it("sees through String, trim and toString", () => {
    expect(fetched(`export function run() { return fetch(String(process.env.ORDERS_URL).trim().toString()); }`)).toBe("${ORDERS_URL}");
  });

  it("keeps the alternatives of a condition apart", () => {
    expect(fetched(`export function run(live) { return fetch((live ? "http://orders" : "http://orders-test") + "/orders"); }`)).toBe(
      "http://orders/orders | http://orders-test/orders",
    );
  });

  it("writes numbers into texts", () => {
    expect(fetched("const PORT = 3001; export function run() { return fetch(`http://orders:${PORT}`); }")).toBe("http://orders:3001");
  });
});

describe("objects and lists", () => {
  it("reads a property", () => {
    expect(
      fetched(
        `const URLS = { orders: "http://orders", stock: "http://stock" } as const; export function run() { return fetch(URLS.orders); }`,
      ),
    ).toBe("http://orders");
  });

  it("reads an element by a literal name", () => {
    expect(fetched(`const URLS = { orders: "http://orders" }; export function run() { return fetch(URLS["orders"]); }`)).toBe(
      "http://orders",
    );
  });

  it("reads an element by a constant", () => {
    expect(
      fetched(
        `const KEY = "orders"; const URLS = { orders: "http://orders", stock: "http://stock" }; export function run() { return fetch(URLS[KEY]); }`,
      ),
    ).toBe("http://orders");
  });

  it("takes any entry for an open name", () => {
    expect(
      fetched(`const URLS = { orders: "http://orders", stock: "http://stock" }; export function run(name) { return fetch(URLS[name]); }`),
    ).toBe("http://orders | http://stock");
  });

  it("reads what a list is given after it was made, and what is spread into it", () => {
    const linked = linkOne(`
      const more = new Set(["http://stock", "http://payments"]);
      const all = ["http://orders", ...more];
      export function run() { for (const url of all) fetch(url); }
      export function ask(paid) { const urls = ["http://orders"]; if (paid) urls.push("http://payments"); for (const url of urls) fetch(url); }
    `);
    expect(linked.argument("run", "fetch")).toBe("http://orders | http://stock | http://payments");
    expect(linked.argument("ask", "fetch")).toBe("http://orders | http://payments");
  });

  it.each([
    ["http://stock:3000/v1/items?all=1", "hostname", "stock"],
    ["http://stock:3000/v1/items?all=1", "host", "stock:3000"],
    ["http://stock:3000/v1/items?all=1", "port", "3000"],
    ["http://stock:3000/v1/items?all=1", "pathname", "/v1/items"],
    ["http://stock:3000/v1/items?all=1", "search", "?all=1"],
  ])("reads of %s the %s", (url, property, expected) => {
    expect(fetched(`const url = new URL("${url}"); export function run() { return fetch(url.${property}); }`)).toBe(expected);
  });

  it("reads of a URL that a variable holds what comes before its path, and its path", () => {
    const linked = linkOne(
      `const url = new URL("/v1/items", process.env.STOCK_URL); export function run() { return fetch(url.hostname); } export function path() { return fetch(url.pathname + url.search); }`,
    );
    expect(linked.argument("run", "fetch")).toBe("${STOCK_URL}");
    expect(linked.argument("path", "fetch")).toBe("/v1/items");
  });

  it("reads keys that a constant names, in another file too", () => {
    const linked = linkOne(
      `import { Hosts, STOCK } from "./names"; const urls = { [STOCK]: "http://stock", [Hosts.PAYMENTS]: "http://payments" }; export function run() { return fetch(urls[STOCK]); } export function pay() { return fetch(urls.payments); }`,
      { "services/orders/src/names.ts": `export const STOCK = "stock"; export enum Hosts { PAYMENTS = "payments" }` },
    );
    expect(linked.argument("run", "fetch")).toBe("http://stock");
    expect(linked.argument("pay", "fetch")).toBe("http://payments");
  });

  it("reads nested objects, spreads and later properties", () => {
    const linked = linkOne(`
      const defaults = { hosts: { orders: "http://orders" } };
      const settings = { ...defaults, retries: 2 };
      settings.payments = "http://payments";
      export function run() { return fetch(settings.hosts.orders); }
      export function pay() { return fetch(settings.payments); }
    `);
    expect(linked.argument("run", "fetch")).toBe("http://orders");
    expect(linked.argument("pay", "fetch")).toBe("http://payments");
  });

  it("destructures with default and rename", () => {
    expect(
      fetched(
        `const settings = { ordersUrl: "http://orders" }; export function run() { const { ordersUrl: base, missing = "/orders" } = settings; return fetch(base); }`,
      ),
    ).toBe("http://orders");
  });

  it("destructures lists", () => {
    expect(fetched(`const [orders, stock] = ["http://orders", "http://stock"]; export function run() { return fetch(stock); }`)).toBe(
      "http://stock",
    );
  });

  it("reads Object.freeze", () => {
    expect(fetched(`const URLS = Object.freeze({ orders: "http://orders" }); export function run() { return fetch(URLS.orders); }`)).toBe(
      "http://orders",
    );
  });

  it("reads enum members", () => {
    expect(
      fetched(`enum Host { Orders = "http://orders", Stock = "http://stock" } export function run() { return fetch(Host.Orders); }`),
    ).toBe("http://orders");
  });

  it("takes the items of a literal list in a loop", () => {
    expect(
      fetched(
        `const HOSTS = ["http://orders", "http://stock"]; export async function run() { for (const host of HOSTS) { await fetch(host); } }`,
      ),
    ).toBe("http://orders | http://stock");
  });

  it("takes the items of a literal list in a callback", () => {
    const linked = linkOne(
      `const HOSTS = ["http://orders", "http://stock"]; export function run() { return HOSTS.map((host) => fetch(host + "/health")); }`,
    );
    expect(linked.argument("run.HOSTS.map", "fetch")).toBe("http://orders/health | http://stock/health");
  });
});

describe("loops over objects", () => {
  const URLS = `const URLS = { orders: "http://orders", stock: process.env.STOCK_URL };`;

  it("takes names and values of entries", () => {
    const linked = linkOne(
      `${URLS} export async function run() { for (const [name, url] of Object.entries(URLS)) { await fetch(url + "/health"); await check(name); } } function check(name) {}`,
    );
    expect(linked.argument("run", "fetch")).toBe("http://orders/health | ${STOCK_URL}/health");
    expect(linked.argument("run", "check")).toBe("orders | stock");
  });

  it("takes names and values of entries in a callback", () => {
    const linked = linkOne(`${URLS} export function run() { return Promise.all(Object.entries(URLS).map(([name, url]) => fetch(url))); }`);
    expect(linked.argument("run.Object.entries.map", "fetch")).toBe("http://orders | ${STOCK_URL}");
  });

  it("takes elements by the names of keys", () => {
    expect(fetched(`${URLS} export async function run() { for (const name of Object.keys(URLS)) { await fetch(URLS[name]); } }`)).toBe(
      "http://orders | ${STOCK_URL}",
    );
  });

  it("takes properties of the elements", () => {
    expect(
      fetched(
        `const SERVICES = [{ name: "orders", url: "http://orders" }, { name: "stock", url: "http://stock" }]; export async function run() { for (const { url: base } of SERVICES) { await fetch(base); } }`,
      ),
    ).toBe("http://orders | http://stock");
  });
});

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

describe("functions and parameters", () => {
  it("follows a function that returns a value", () => {
    expect(
      fetched(`function ordersUrl() { return process.env.ORDERS_URL; } export function run() { return fetch(ordersUrl() + "/orders"); }`),
    ).toBe("${ORDERS_URL}/orders");
  });

  it("follows an arrow function with a parameter", () => {
    expect(fetched("const at = (path: string) => `http://orders${path}`; export function run() { return fetch(at('/orders')); }")).toBe(
      "http://orders/orders",
    );
  });

  it("keeps callers apart", () => {
    const linked = linkOne(`
      function get(url: string) { return fetch(url); }
      export function orders() { return get("http://orders"); }
      export function stock() { return get("http://stock"); }
    `);
    expect(linked.through("orders", "get", "fetch")).toBe("http://orders");
    expect(linked.through("stock", "get", "fetch")).toBe("http://stock");
    expect(linked.argument("get", "fetch")).toBe("?url: string");
  });

  it("takes the default of a parameter", () => {
    expect(fetched(`export function run(base = "http://orders") { return fetch(base); }`)).toBe("http://orders");
  });

  it("takes destructured parameters from the caller's object", () => {
    const linked = linkOne(`
      function get({ base, path = "/orders" }: { base: string; path?: string }) { return fetch(base + path); }
      export function run() { return get({ base: "http://orders" }); }
    `);
    expect(linked.through("run", "get", "fetch")).toBe("http://orders/orders");
  });

  it("sees what a closure was made with", () => {
    const linked = linkOne(`
      function client(base: string) { return { get: (path: string) => fetch(base + path) }; }
      const orders = client("http://orders");
      export function run() { return orders.get("/orders"); }
    `);
    expect(linked.through("run", "get", "fetch")).toBe("http://orders/orders");
  });

  it("takes rest parameters from the caller", () => {
    const linked = linkOne(`
      import nodeFetch from "node-fetch";
      function send(...params: Parameters<typeof nodeFetch>) { return nodeFetch(...params); }
      function json(url: string, ...more: unknown[]) { return send(url, ...more); }
      export function run() { return json("http://orders", { method: "POST" }); }
    `);
    const [json] = linked.callees("run", "json").functions;
    const { program } = linked;
    const [send] = program.callees(json!.function.summary.calls[0]!, json!.scope).functions;
    const site = send!.function.summary.calls[0]!;
    expect(program.argumentsOf(site.args, send!.scope).map(({ value, scope }) => describeValue(program.denote(value, scope)))).toEqual([
      "http://orders",
      "{method}",
    ]);
    expect(program.argumentsOf(site.args, linked.function("send").scope).map(({ value }) => value.kind)).toEqual(["spread"]);
  });

  it("takes parameters from a list that is spread", () => {
    const linked = linkOne(
      `function get(url, path) { return fetch(url + path); } function all(...args) { return get(...args); } const given = ["http://orders", "/orders"]; export function run() { return get(...given); } export function again() { return all("http://stock", "/items"); }`,
    );
    expect(linked.through("run", "get", "fetch")).toBe("http://orders/orders");
    const [all] = linked.callees("again", "all").functions;
    const [get] = linked.program.callees(all!.function.summary.calls[0]!, all!.scope).functions;
    expect(linked.argumentIn(get!.function.summary.calls[0]!, get!.scope)).toBe("http://stock/items");
  });

  it("calls a hole what it was made from", () => {
    expect(
      fetched(
        "export function run(kind, topic) { return fetch(`http://orders/${kind.name.toLowerCase()}/${encodeURIComponent(topic)}`); }",
      ),
    ).toBe("http://orders/{name}/{topic}");
  });

  it("follows await and promises of a value", () => {
    expect(
      fetched(
        `async function discover() { return Promise.resolve("http://orders"); } export async function run() { const base = await discover(); return fetch(base); }`,
      ),
    ).toBe("http://orders");
  });
});

describe("classes", () => {
  it("reads a static field", () => {
    expect(fetched(`class Hosts { static readonly ORDERS = "http://orders"; } export function run() { return fetch(Hosts.ORDERS); }`)).toBe(
      "http://orders",
    );
  });

  it("reads an instance field", () => {
    const linked = linkOne(
      "class Orders { private readonly base = 'http://orders'; find(id: string) { return fetch(`${this.base}/orders/${id}`); } }",
    );
    expect(linked.argument("Orders.find", "fetch")).toBe("http://orders/orders/{id}");
  });

  it("reads a field that the constructor fills", () => {
    const linked = linkOne(
      "class Orders { private base: string; constructor() { this.base = process.env.ORDERS_URL; } find() { return fetch(this.base); } }",
    );
    expect(linked.argument("Orders.find", "fetch")).toBe("${ORDERS_URL}");
  });

  it("reads what new passes to the constructor", () => {
    const linked = linkOne(`
      class Client { constructor(private readonly base: string) {} get(path: string) { return fetch(this.base + path); } }
      const orders = new Client("http://orders");
      const stock = new Client(process.env.STOCK_URL);
      export function run() { return orders.get("/orders"); }
      export function count() { return stock.get("/stock"); }
    `);
    expect(linked.through("run", "get", "fetch")).toBe("http://orders/orders");
    expect(linked.through("count", "get", "fetch")).toBe("${STOCK_URL}/stock");
  });

  it("reads a getter", () => {
    const linked = linkOne("class Orders { get base() { return 'http://orders'; } find() { return fetch(this.base); } }");
    expect(linked.argument("Orders.find", "fetch")).toBe("http://orders");
  });

  it("reads what a subclass passes to super", () => {
    const linked = linkOne(`
      class Client { constructor(protected readonly base: string) {} get(path: string) { return fetch(this.base + path); } }
      class OrdersClient extends Client { constructor() { super("http://orders"); } list() { return this.get("/orders"); } }
    `);
    expect(linked.through("OrdersClient.list", "get", "fetch")).toBe("http://orders/orders");
  });

  it("reads a field of the subclass in the code of its base", () => {
    const linked = linkOne(`
      abstract class Client { abstract base: string; get(path: string) { return fetch(this.base + path); } }
      class OrdersClient extends Client { base = "http://orders"; list() { return this.get("/orders"); } }
    `);
    expect(linked.through("OrdersClient.list", "get", "fetch")).toBe("http://orders/orders");
  });
});
