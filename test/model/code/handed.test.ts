import { describe, expect, it } from "vitest";
import { linkOne } from "./linked.js";

/** `createOrders` of orders.ts, and the program's start, which calls it. */
const start = (text: string): Record<string, string> => ({ "services/orders/src/main.ts": text });

describe("what callers hand over", () => {
  it("is what a parameter's members are", () => {
    const linked = linkOne(
      `export function createOrders(settings) { return { run: () => fetch(settings.stockUrl) }; }`,
      start(`import { createOrders } from "./orders"; createOrders({ stockUrl: process.env.STOCK_URL || "http://stock" });`),
    );
    expect(linked.argument("createOrders.run", "fetch")).toBe("${STOCK_URL:-http://stock}");
  });

  it("is followed through several hands, whatever the function is called where it is imported", () => {
    const linked = linkOne(
      `export default class Orders { constructor(settings) { this.url = settings.stock.url; } run() { return fetch(this.url); } }`,
      {
        "services/orders/src/app.ts": `import Service from "./orders"; export const createApp = (config) => new Service(config);`,
        ...start(
          `const { createApp: create } = require("./app"); const load = () => ({ stock: { url: "http://stock" } }); create(load());`,
        ),
      },
    );
    expect(linked.argument("Orders.run", "fetch")).toBe("http://stock");
  });

  it("says how a client of a declared type was made", () => {
    const linked = linkOne(
      `import type { AxiosInstance } from "axios"; export class Orders { constructor(private readonly http: AxiosInstance) {} run() { return this.http.get("/stock"); } }`,
      start(`import axios from "axios"; import { Orders } from "./orders"; new Orders(axios.create({ baseURL: "http://stock" }));`),
    );
    expect(linked.reaches("Orders.run", "get")).toBe("axios default.create().get");
  });

  it("says which of several objects of a class is meant", () => {
    const linked = linkOne(
      `export class Client { constructor(private readonly url: string) {} get() { return fetch(this.url); } }
       export class Orders { constructor(private readonly stock: Client) {} run() { return this.stock.get(); } }`,
      start(
        `import { Client, Orders } from "./orders"; const payments = new Client("http://payments"); new Orders(new Client("http://stock"));`,
      ),
    );
    expect(linked.through("Orders.run", "get", "fetch")).toBe("http://stock");
  });

  it("is what all callers agree on", () => {
    const sources = (one: string, other: string): string =>
      `function get(url) { return fetch(url); } export const first = () => get("${one}"); export const second = () => get("${other}");`;
    expect(linkOne(sources("http://stock", "http://stock")).argument("get", "fetch")).toBe("http://stock");
    expect(linkOne(sources("http://stock", "http://payments")).argument("get", "fetch")).toBe("?url");
  });

  it("leaves data to its type", () => {
    const linked = linkOne(
      `interface Order { id: string; state: string } function publish(order: Order) { return fetch(order.state); } export const run = () => publish({ id: "1", state: "new" });`,
    );
    expect(linked.argument("publish", "fetch")).toBe("?order.state: string");
  });

  it("ends where functions hand things to each other", () => {
    const linked = linkOne(
      `function first(settings) { second(settings); return fetch(settings.url); } function second(settings) { first(settings); }`,
    );
    expect(linked.argument("first", "fetch")).toBe("?settings.url");
  });

  it("is not looked for among many callers", () => {
    const calls = Array.from({ length: 12 }, () => `get("http://stock");`).join(" ");
    expect(linkOne(`function get(url) { return fetch(url); } ${calls}`).argument("get", "fetch")).toBe("?url");
  });
});
