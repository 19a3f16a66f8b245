import { describe, expect, it } from "vitest";
import { link, linkOne } from "./linked.js";

describe("own functions", () => {
  it("reaches a function of the file, before and after it", () => {
    const linked = linkOne(
      `export function run() { return reserve(); } function reserve() {} const release = () => {}; export function undo() { release(); }`,
    );
    expect(linked.reaches("run", "reserve")).toBe("reserve");
    expect(linked.reaches("undo", "release")).toBe("release");
  });

  it("reaches a nested function", () => {
    const linked = linkOne(`export function run() { function reserve() {} return reserve(); }`);
    expect(linked.reaches("run", "reserve")).toBe("run.reserve");
  });

  it("tells callbacks from what they are passed to, though they are called after it", () => {
    const linked = linkOne(
      `import { sumBy } from "lodash"; import { limit } from "./limit"; export function run(lines) { limit(() => sumBy(lines, (line) => total(line))); } function total(line) {}`,
      {
        "services/orders/src/limit.ts": `export function limit(action) { return action(); }`,
      },
    );
    expect(linked.callees("run", "limit").functions.map((one) => one.function.file.path)).toEqual(["services/orders/src/limit.ts"]);
    expect(linked.reaches("run.limit", "sumBy")).toBe("lodash sumBy");
  });

  it("reaches a function called at once", () => {
    const linked = linkOne(`export function run() { return (async () => { await fetch("http://orders"); })(); }`);
    expect(linked.callees("run", "function").functions).toHaveLength(1);
  });

  it("reaches a function passed as a value", () => {
    const linked = linkOne(
      `function retry(action: () => void) { return action(); } function reserve() {} export function run() { return retry(reserve); }`,
    );
    const [retry] = linked.callees("run", "retry").functions;
    const site = retry!.function.summary.calls[0]!;
    expect(linked.program.callees(site, retry!.scope).functions.map((one) => one.function.summary.name)).toEqual(["reserve"]);
  });

  it("reaches through call and apply", () => {
    const linked = linkOne(
      `function reserve(url) { return fetch(url); } export function run() { return reserve.call(null, "http://stock"); }`,
    );
    expect(linked.reaches("run", "call")).toBe("reserve");
    expect(linked.through("run", "call", "fetch")).toBe("http://stock");
  });

  it("reaches all of a choice", () => {
    const linked = linkOne(
      `function fast() {} function slow() {} export function run(how) { const reserve = how ? fast : slow; return reserve(); }`,
    );
    expect(linked.reaches("run", "reserve")).toBe("fast | slow");
    expect(linked.callees("run", "reserve").steps).toBe(1);
  });

  it("reaches a handler of a map by name", () => {
    const linked = linkOne(`const handlers = { created() {}, paid: () => {} }; export function run(name) { return handlers[name](); }`);
    expect(linked.callees("run", "element").functions).toHaveLength(2);
  });

  it("says what it cannot follow", () => {
    expect(linkOne(`export function run(service) { return service.reserve(); }`).reaches("run", "reserve")).toBe("unresolved");
  });

  it("does not call methods of texts and lists unresolved", () => {
    const linked = linkOne(`const names = ["orders"]; export function run() { names.push("stock"); return "orders".at(0); }`);
    expect(linked.callees("run", "push").unresolved).toBe(false);
    expect(linked.callees("run", "at").unresolved).toBe(false);
  });
});

describe("methods", () => {
  it("reaches this, inherited and super", () => {
    const linked = linkOne(`
      class Base { save() {} check() {} }
      class Orders extends Base { override save() { super.save(); this.check(); this.own(); } own() {} }
    `);
    expect(linked.reaches("Orders.save", "save")).toBe("Base.save");
    expect(linked.reaches("Orders.save", "check")).toBe("Base.check");
    expect(linked.reaches("Orders.save", "own")).toBe("Orders.own");
  });

  it("reaches the method of the class that is meant by this", () => {
    const linked = linkOne(`
      abstract class Handler { run() { return this.handle(); } abstract handle(): void; }
      class Created extends Handler { handle() {} }
      class Paid extends Handler { handle() {} }
      const created = new Created();
      export function start() { return created.run(); }
    `);
    const [run] = linked.callees("start", "run").functions;
    const site = run!.function.summary.calls[0]!;
    expect(linked.program.callees(site, run!.scope).functions.map((one) => one.function.summary.name)).toEqual(["Created.handle"]);
    expect(linked.reaches("Handler.run", "handle")).toBe("Created.handle | Paid.handle");
  });

  it("reaches static methods, also through this", () => {
    const linked = linkOne(
      `class Orders { static create() { return this.check(); } static check() {} } export function run() { return Orders.create(); }`,
    );
    expect(linked.reaches("run", "create")).toBe("Orders.create");
    expect(linked.reaches("Orders.create", "check")).toBe("Orders.check");
  });

  it("reaches a singleton of another file", () => {
    const linked = link({
      "services/orders/src/stock.ts": `class Stock { reserve() {} } export default new Stock();`,
      "services/orders/src/orders.ts": `import stock from "./stock"; export function run() { return stock.reserve(); }`,
    });
    expect(linked.reaches("run", "reserve")).toBe("Stock.reserve");
  });

  it("reaches a singleton of getInstance", () => {
    const linked = linkOne(
      `class Stock { private static instance: Stock; static getInstance() { if (!Stock.instance) { Stock.instance = new Stock(); } return Stock.instance; } reserve() {} } export function run() { return Stock.getInstance().reserve(); }`,
    );
    expect(linked.reaches("run", "reserve")).toBe("Stock.reserve");
  });

  it("reaches function-valued fields", () => {
    const linked = linkOne(`class Orders { reserve = async () => { this.check(); }; check() {} run() { return this.reserve(); } }`);
    expect(linked.reaches("Orders.run", "reserve")).toBe("Orders.reserve");
    expect(linked.reaches("Orders.reserve", "check")).toBe("Orders.check");
  });

  it("sees this in callbacks", () => {
    const linked = linkOne(`class Orders { run(orders) { return orders.map((order) => this.reserve(order)); } reserve(order) {} }`);
    expect(linked.reaches("Orders.run.map", "reserve")).toBe("Orders.reserve");
  });

  it("reaches constructors, also inherited ones", () => {
    const linked = linkOne(
      `class Base { constructor() {} } class Orders extends Base {} class Stock extends Base { constructor() { super(); } } export function run() { new Orders(); new Stock(); }`,
    );
    expect(linked.reaches("run", "Orders")).toBe("Base.constructor");
    expect(linked.reaches("run", "Stock")).toBe("Stock.constructor");
    expect(linked.reaches("Stock.constructor", "super")).toBe("Base.constructor");
  });

  it("reaches methods of a declared parameter", () => {
    const linked = linkOne(`class Stock { reserve() {} } export function run(stock: Stock) { return stock.reserve(); }`);
    expect(linked.reaches("run", "reserve")).toBe("Stock.reserve");
  });

  it("reaches members of a parameter whose type is an interface of dependencies", () => {
    const linked = linkOne(
      `class Stock { reserve() {} } interface Deps { readonly stock: Stock } export function run(deps: Deps) { return deps.stock.reserve(); } export function make({ stock }: Deps) { return stock.reserve(); }`,
    );
    expect(linked.reaches("run", "reserve")).toBe("Stock.reserve");
    expect(linked.reaches("make", "reserve")).toBe("Stock.reserve");
  });

  it("reaches methods of elements of a typed list", () => {
    const linked = linkOne(
      `class Line { reserve() {} } export function run(lines: Line[]) { for (const line of lines) { line.reserve(); } } export function all(lines: readonly Line[]) { return lines.map((line) => line.reserve()); }`,
    );
    expect(linked.reaches("run", "reserve")).toBe("Line.reserve");
    expect(linked.reaches("all.map", "reserve")).toBe("Line.reserve");
  });

  it("reaches through the declared result of a function that hides it", () => {
    const linked = linkOne(
      `class Stock { reserve() {} } declare function load(): unknown; async function open(): Promise<Stock> { return load() as never; } export async function run() { const stock = await open(); return stock.reserve(); }`,
    );
    expect(linked.reaches("run", "reserve")).toBe("Stock.reserve");
  });

  it("ends where classes extend each other", () => {
    const linked = linkOne(`class A extends B { run() { return this.nothing(); } } class B extends A {}`);
    expect(linked.reaches("A.run", "nothing")).toBe("unresolved");
  });
});

describe("objects of functions", () => {
  it("reaches an object literal, also of another file", () => {
    const linked = link({
      "services/orders/src/stock.ts": `export const stock = { reserve() {}, release: () => {}, check };\nfunction check() {}`,
      "services/orders/src/orders.ts": `import { stock } from "./stock"; export function run() { stock.reserve(); stock.release(); stock.check(); }`,
    });
    expect(linked.reaches("run", "reserve")).toBe("stock.reserve");
    expect(linked.reaches("run", "release")).toBe("stock.release");
    expect(linked.reaches("run", "check")).toBe("check");
  });

  it("reaches functions of a module as a namespace", () => {
    const linked = link({
      "services/orders/src/stock.ts": `export async function reserve() {}`,
      "services/orders/src/orders.ts": `import * as stock from "./stock"; export function run() { return stock.reserve(); }`,
    });
    expect(linked.reaches("run", "reserve")).toBe("reserve");
  });

  it("reaches what a factory returns, with what it was given", () => {
    const linked = linkOne(`
      const makeStock = ({ base }) => ({ reserve: (id) => fetch(base + "/reserve/" + id) });
      function makeOrders(deps) { const create = async () => { await deps.stock.reserve("1"); }; return { create }; }
      const orders = makeOrders({ stock: makeStock({ base: "http://stock" }) });
      export function run() { return orders.create(); }
    `);
    const [create] = linked.callees("run", "create").functions;
    expect(create?.function.summary.name).toBe("makeOrders.create");
    const [reserve] = linked.program.callees(create!.function.summary.calls[0]!, create!.scope).functions;
    expect(reserve).toBeDefined();
    expect(linked.argumentIn(reserve!.function.summary.calls[0]!, reserve!.scope)).toBe("http://stock/reserve/1");
  });

  it("reaches what makes an object of an interface, with less confidence", () => {
    const linked = link({
      "services/orders/src/ports.ts": `export type Stock = { reserve(id: string): Promise<void>; release: (id: string) => Promise<void> }; export interface Mail { send(): void }`,
      "services/orders/src/adapters.ts": `import { Mail, Stock } from "./ports"; export const makeStock = (base: string): Stock => ({ reserve: async () => {}, release: async () => {} }); export const mail: Mail = { send() {} };`,
      "services/orders/src/orders.ts": `import { Mail, Stock } from "./ports"; export const makeOrders = (stock: Stock, mail: Mail) => ({ create() { stock.reserve("1"); mail.send(); } });`,
    });
    expect(linked.reaches("makeOrders.create", "reserve")).toBe("makeStock.reserve");
    expect(linked.reaches("makeOrders.create", "send")).toBe("mail.send");
    expect(linked.callees("makeOrders.create", "send").steps).toBe(1);
  });

  it("knows this in methods of objects", () => {
    const linked = linkOne(
      `export const orders = { base: "http://orders", create() { return this.check(() => fetch(this.base)); }, check(then) {} };`,
    );
    expect(linked.reaches("orders.create", "check")).toBe("orders.check");
    expect(linked.argument("orders.create.check", "fetch")).toBe("http://orders");
  });

  it("reaches CommonJS services", () => {
    const linked = link({
      "services/orders/src/stock.js": `class Stock { reserve() {} } module.exports = new Stock();`,
      "services/orders/src/mail.js": `exports.send = function () {}; module.exports.later = async () => {};`,
      "services/orders/src/orders.js": `const stock = require("./stock"); const mail = require("./mail"); function run() { stock.reserve(); mail.send(); mail.later(); }`,
    });
    const path = "services/orders/src/orders.js";
    expect(linked.reaches("run", "reserve", path)).toBe("Stock.reserve");
    expect(linked.reaches("run", "send", path)).toBe("send");
    expect(linked.reaches("run", "later", path)).toBe("later");
  });
});

describe("callbacks of helpers", () => {
  const helper = (source: string) => ({ "services/orders/src/helper.ts": source });
  const use = `import { inTransaction } from "./helper"; export function run() { return inTransaction(async (client) => { await client.query("…"); }); }`;

  it("are called with what the helper hands on", () => {
    const linked = linkOne(
      use,
      helper(
        `import { Pool } from "pg"; const pool = new Pool(); export async function inTransaction(work) { const client = await pool.connect(); return work(client); }`,
      ),
    );
    expect(linked.reaches("run.inTransaction", "query")).toBe("pg Pool#connect().query");
  });

  it("are called with it inside of a function of the helper's", () => {
    const linked = linkOne(
      use,
      helper(
        `import { Pool } from "pg"; export function inTransaction(work) { return retry(async () => work(await new Pool().connect())); } function retry(action) { return action(); }`,
      ),
    );
    expect(linked.reaches("run.inTransaction", "query")).toBe("pg Pool#connect().query");
  });

  it("are called with what the helper says that they are", () => {
    const linked = linkOne(
      use,
      helper(
        `import type { PoolClient } from "pg"; export declare const open: any; export async function inTransaction<T>(work: (client: PoolClient) => Promise<T>) { return open(work); }`,
      ),
    );
    expect(linked.reaches("run.inTransaction", "query")).toBe("pg PoolClient#query");
  });
});

describe("promises", () => {
  it("hand their value to then", () => {
    const linked = linkOne(
      `import amqp from "amqplib"; export function run() { return amqp.connect("amqp://mq").then((connection) => { connection.createChannel(); }); }`,
    );
    expect(linked.reaches("run.connect.then", "createChannel")).toBe("amqplib default.connect().createChannel");
  });

  it("have the value that a callback gives", () => {
    const linked = linkOne(
      `import amqp from "amqplib"; const channel = amqp.connect("amqp://mq").then((connection) => connection.createChannel()); export async function run() { (await channel).publish("orders"); }`,
    );
    expect(linked.reaches("run", "publish")).toBe("amqplib default.connect().createChannel().publish");
  });

  it("have the value that they are resolved with", () => {
    const linked = linkOne(`
      class Stock { reserve() {} }
      function open(url) { return new Promise((resolve, reject) => { setTimeout(() => resolve(new Stock()), 10); }); }
      export async function run() { const stock = await open("x"); return stock.reserve(); }
    `);
    expect(linked.reaches("run", "reserve")).toBe("Stock.reserve");
  });

  it("keep their value through catch", () => {
    const linked = linkOne(
      `class Stock { reserve() {} } async function open() { return new Stock(); } export async function run() { const stock = await open().catch(() => null); stock.reserve(); }`,
    );
    expect(linked.reaches("run", "reserve")).toBe("Stock.reserve");
    expect(linked.callees("run", "catch").unresolved).toBe(false);
  });
});

describe("old and odd code", () => {
  it("exports from a function that is called at once", () => {
    const linked = link({
      "services/orders/src/helpers.js": `(function () { "use strict"; var request = require("request"); var helpers = {}; helpers.get = function (url) { return request.get(url); }; module.exports = helpers; })();`,
      "services/orders/src/orders.js": `var helpers = require("./helpers"); function run() { return helpers.get("http://orders"); }`,
    });
    expect(linked.through("run", "get", "get", "services/orders/src/orders.js")).toBe("http://orders");
  });

  it("knows this in the initial value of a field", () => {
    const linked = linkOne(
      `import { Kafka } from "kafkajs"; class Events { private readonly kafka = new Kafka({}); readonly producer = this.kafka.producer(); }`,
    );
    expect(linked.reaches("(module)", "producer")).toBe("kafkajs Kafka#producer");
  });

  it("reaches the data sources of a GraphQL context", () => {
    const linked = link({
      "services/gateway/src/server.ts": `import { ApolloServer } from "apollo-server"; import { OrdersApi } from "./orders-api"; new ApolloServer({ resolvers, dataSources: () => ({ orders: new OrdersApi() }) });`,
      "services/gateway/src/orders-api.ts": `export class OrdersApi { find(id) {} }`,
      "services/gateway/src/resolvers.ts": `export const resolvers = { Query: { order(_, { id }, context) { return context.dataSources.orders.find(id); }, orders: (_, { ids }, { dataSources }) => dataSources.orders.find(ids) } };`,
    });
    const path = "services/gateway/src/resolvers.ts";
    expect(linked.reaches("resolvers.Query.order", "find", path)).toBe("OrdersApi.find");
    expect(linked.reaches("resolvers.Query.orders", "find", path)).toBe("OrdersApi.find");
  });
});

describe("callbacks", () => {
  it("gives every function among the arguments", () => {
    const linked = linkOne(
      `function reserve() {} class Orders { private stock = { reserve }; run(queue) { queue.process(this.handle.bind(this), reserve, { onError: () => {}, name: "x" }, [() => {}], 3); } handle() {} }`,
    );
    const { callbacks } = linked.callees("Orders.run", "process");
    expect(callbacks.map(({ argument, key, function: fn }) => [argument, key, fn.summary.name])).toEqual([
      [0, null, "Orders.handle"],
      [1, null, "reserve"],
      [2, "onError", expect.any(String)],
      [3, "0", expect.any(String)],
    ]);
    expect(callbacks[0]?.scope.self?.class.summary.name).toBe("Orders");
  });

  it("binds what a library gives to a callback", () => {
    const linked = linkOne(
      `import { PrismaClient } from "@prisma/client"; const db = new PrismaClient(); export function run() { return db.$transaction(async (tx) => { await tx.order.create({}); }); }`,
    );
    const { library, callbacks } = linked.callees("run", "$transaction");
    const [body] = callbacks;
    const tx = linked.denotation("db");
    const scope = linked.program.scopeOf(body!.function.file, body!.function.summary, {
      outer: body!.scope.outer,
      self: body!.scope.self,
      bindings: new Map([["tx", tx]]),
    });
    expect(library?.path).toBe("PrismaClient#$transaction");
    expect(linked.program.callees(body!.function.summary.calls[0]!, scope).library?.path).toBe("PrismaClient#order.create");
  });
});

describe("types", () => {
  it("finds declarations through imports", () => {
    const linked = link({
      "libs/events/src/index.ts": `export * from "./order-created";`,
      "libs/events/src/order-created.ts": `export interface OrderCreated { readonly id: string }`,
      "services/orders/src/orders.ts": `import { OrderCreated } from "../../../libs/events/src"; export function run(event: OrderCreated) { publish(event); }`,
    });
    const { site, scope } = linked.site("run", "publish");
    const value = linked.program.denote(site.args[0]!, scope);
    expect(value).toMatchObject({ kind: "unknown", text: "event", type: { type: { name: "OrderCreated" } } });
    expect(linked.program.namedType(value.kind === "unknown" ? value.type! : never())).toMatchObject({
      file: { path: "libs/events/src/order-created.ts" },
    });
  });

  it("knows subclasses and implementations of all files", () => {
    const linked = link({
      "services/orders/src/ports.ts": `export interface Port { send(): void } export interface Wide extends Port {} export abstract class Base implements Wide { abstract send(): void }`,
      "services/orders/src/a.ts": `import { Base } from "./ports"; export class A extends Base { send() {} }`,
      "services/orders/src/b.ts": `import { Wide } from "./ports"; export class B implements Wide { send() {} }`,
    });
    const { program } = linked;
    const file = linked.file("services/orders/src/ports.ts");
    const port = program.namedType({ file, type: { name: "Port", args: [], members: null, literal: null } });
    expect(program.implementationsOf(port as never).map((one) => one.summary.name)).toEqual(["A", "B"]);
    const base = program.classes().find((one) => one.summary.name === "Base")!;
    expect(program.subclassesOf(base).map((one) => one.summary.name)).toEqual(["A"]);
    expect(program.method(program.subclassesOf(base)[0]!, "send")?.file.path).toBe("services/orders/src/a.ts");
  });
});

function never(): never {
  throw new Error("has no type");
}
