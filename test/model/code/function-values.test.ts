import { describe, expect, it } from "vitest";
import { describe as describeValue, fetched, linkOne } from "./linked.js";

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
