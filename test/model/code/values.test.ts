import { describe, expect, it } from "vitest";
import { fetched, linkOne } from "./linked.js";

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
