import { describe, expect, test } from "vitest";
import type { SourceFact } from "../../../src/facts/source.js";
import { callsOf, functionNamed, localsOf, moduleOf, read, show, showType } from "./reading.js";

const namesOf = (fact: SourceFact): string[] => fact.functions.map(({ name }) => name);

describe("names", () => {
  test.each([
    ["function create() {}", "create"],
    ["const create = () => {};", "create"],
    ["const create = function made() {};", "create"],
    ["export default () => {};", "default"],
    ["export default { create() {} };", "create"],
    ["export default async function () {}", "default"],
    ["const routes = { post: async () => {} };", "routes.post"],
    ["const routes = { orders: { post() {} } };", "routes.orders.post"],
    ["const routes = [{ handler: async () => {} }];", "routes.handler"],
    ["const routes = { get total() { return 1; } };", "routes.total"],
    [`router.post("/orders", async () => {});`, `router.post("/orders")`],
    ["this.client.subscribe(topic, () => {});", "client.subscribe"],
    ["server.route({ method: 'POST', handler: () => {} });", "server.route.handler"],
    ["server.route({ method: 'post', path: '/orders', handler: () => {} });", `server.route("POST /orders").handler`],
    ["const routes = [{ url: '/orders', options: { handler() {} } }];", `routes("/orders").options.handler`],
    ["new Worker('orders', async () => {});", `new Worker("orders")`],
    ["axios.get(url).then((r) => save(r));", "axios.get.then"],
    ["(async () => { run(); })();", "(anonymous)"],
    ["Orders.prototype.create = function () {};", "Orders.prototype.create"],
    ["const create = handled(async () => {});", "create"],
    ["exports.handler = middy(async () => {});", "handler"],
    ["export default defineEventHandler(async () => {});", "default"],
    ["const resolvers = { Query: { orders: guarded(async () => {}) } };", "resolvers.Query.orders"],
    ["class Orders { retry = debounce(() => { run(); }); }", "Orders.retry"],
    [`router.post("/orders", handled(async () => {}));`, `router.post("/orders")`],
    [`const app = new Hono().get("/orders", () => {});`, `Hono.get("/orders")`],
    ["const saved = await orders.map(async (order) => save(order));", "orders.map"],
    ["bus.subscribe(OrderCreated, async () => {});", "bus.subscribe(OrderCreated)"],
    ["consumer.on(Topics.ORDERS, async () => {});", "consumer.on(Topics.ORDERS)"],
    ["const create = enabled ? () => run() : null;", "create"],
  ])("%s is %s", (text, name) => {
    expect(namesOf(read(text))).toEqual(["(module)", name]);
  });

  test("inside a function no local takes part in a name", () => {
    const text = (local: string): string =>
      `function build(${local}) { ${local}.post("/orders", () => a()); const x = ${local}.load().then(() => b()); const y = later(() => c()); Orders.each(() => d()); this.bus.on(() => e()); y.z = f(() => g()); }`;
    const names = namesOf(read(text("router")));
    expect(names).toEqual([
      "(module)",
      "build",
      `build.post("/orders")`,
      "build.load.then",
      "build.later",
      "build.Orders.each",
      "build.bus.on",
      "build.y.z",
    ]);
    expect(namesOf(read(text("app")))).toEqual(names);
  });

  test("methods carry their class, functions what they stand in", () => {
    expect(
      namesOf(
        read(`
        class Orders {
          constructor() {}
          create() { items.map((item) => check(item)); }
          get total() { return 0; }
          static of() {}
          #pay() {}
          handle = async () => {};
        }
        function outer() { function inner() {} }
      `),
      ),
    ).toEqual([
      "(module)",
      "Orders.constructor",
      "Orders.create",
      "Orders.create.map",
      "Orders.total",
      "Orders.of",
      "Orders.#pay",
      "Orders.handle",
      "outer",
      "outer.inner",
    ]);
  });
});

describe("nesting", () => {
  test("a function argument is a function of its own, with its parent", () => {
    const fact = read("function checkout(orders) { orders.forEach(async (order) => { await pay(order); }); }");
    const callback = functionNamed(fact, "checkout.forEach");
    expect(callback.parent).toBe(functionNamed(fact, "checkout").id);
    expect(callsOf(callback)).toEqual(["pay(order)"]);
    expect(callsOf(functionNamed(fact, "checkout"))).toEqual([`orders.forEach(#${callback.id})`]);
  });

  test("functions in an object argument stay in it", () => {
    const fact = read("server.route({ path: '/orders', handler: async () => pay() });");
    expect(callsOf(moduleOf(fact))).toEqual([`server.route({ path: "/orders", handler: #1 })`]);
  });

  test("declarations are variables of the function around them", () => {
    const fact = read("function checkout() { function pay() {} class Receipt {} }");
    expect(localsOf(moduleOf(fact))).toEqual(["checkout = #1"]);
    expect(localsOf(functionNamed(fact, "checkout"))).toEqual(["pay = #2", "Receipt = class #0"]);
  });

  test("ids follow the order in the text", () => {
    expect(read("const a = () => { b(() => c()); }; function d() {}").functions.map(({ id, name }) => `${id} ${name}`)).toEqual([
      "0 (module)",
      "1 a",
      "2 a.b",
      "3 d",
    ]);
  });
});

describe("parameters", () => {
  test("plain, with types and defaults", () => {
    const [order, retries, rest] = functionNamed(read("function pay(order: Order, retries = 3, ...rest: string[]) {}"), "pay").parameters;
    expect(order).toMatchObject({ name: "order", index: 0, property: null, field: false, defaultValue: null });
    expect(showType(order!.type)).toBe("Order");
    expect(show(retries!.defaultValue!)).toBe("3");
    expect(rest).toMatchObject({ name: "rest", index: 2, property: "..." });
  });

  test("destructured: one entry for each name, with the type of the whole", () => {
    const { parameters } = functionNamed(
      read("const handle = async ({ order: { id }, total = 0, ...rest }: Message, [first]) => {};"),
      "handle",
    );
    expect(parameters.map(({ name, index, property, type }) => [name, index, property, type?.name ?? null])).toEqual([
      ["id", 0, "order.id", "Message"],
      ["total", 0, "total", "Message"],
      ["rest", 0, null, "Message"],
      ["first", 1, "0", null],
    ]);
    expect(show(parameters[1]!.defaultValue!)).toBe("0");
  });

  test("a declared `this` is no parameter", () => {
    expect(functionNamed(read("function pay(this: Orders, order) {}"), "pay").parameters).toMatchObject([{ name: "order", index: 0 }]);
  });

  test("constructor fields and decorators", () => {
    const fact = read(
      `class Orders { constructor(private readonly repository: Repository<Order>, @Inject("PAYMENTS") payments: ClientProxy, readonly log) {} }`,
    );
    const { parameters } = functionNamed(fact, "Orders.constructor");
    expect(parameters.map(({ name, field }) => [name, field])).toEqual([
      ["repository", true],
      ["payments", false],
      ["log", true],
    ]);
    expect(showType(parameters[0]!.type)).toBe("Repository<Order>");
    expect(parameters[1]!.decorators).toMatchObject([{ name: "Inject", args: [{ kind: "text", value: "PAYMENTS" }] }]);
  });
});

describe("what a function says of itself", () => {
  test("async, generator, result type", () => {
    const fact = read("async function* list(): AsyncGenerator<Order> {} const pay = async (o): Promise<void> => {};");
    expect(functionNamed(fact, "list")).toMatchObject({ async: true, generator: true });
    expect(showType(functionNamed(fact, "list").returnType)).toBe("AsyncGenerator<Order>");
    expect(functionNamed(fact, "pay")).toMatchObject({ async: true, generator: false });
  });

  test("lines start behind decorators", () => {
    const fact = read(`
class Orders {
  @Post(":id")
  @UseGuards(Guard)
  public async create(
    id: string,
  ) {
    return id;
  }
}`);
    expect(functionNamed(fact, "Orders.create").lines).toEqual({ startLine: 4, endLine: 8 });
  });

  test("returns: every value once, the unknown once", () => {
    expect(
      functionNamed(
        read("function url(a) { if (a) return base; if (!a) return 1 < 2; if (b) return !c; return `${base}/x`; }"),
        "url",
      ).returns.map(show),
    ).toEqual(["base", "?", "`${base}/x`"]);
    expect(functionNamed(read("const url = () => ({ base });"), "url").returns.map(show)).toEqual(["{ base: base }"]);
  });

  test("declarations without a body are no functions", () => {
    expect(
      namesOf(read("declare function pay(o): void; function pay(o: string): void; abstract class A { abstract run(): void; }")),
    ).toEqual(["(module)"]);
  });
});
