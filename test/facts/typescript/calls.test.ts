import { describe, expect, test } from "vitest";
import { callOf, callsOf, functionNamed, moduleOf, read, show } from "./reading.js";

const calls = (text: string): string[] => callsOf(moduleOf(read(text)));

describe("order", () => {
  test("arguments come before the call, receivers before their methods", () => {
    expect(calls("ship(reserve(order), charge(price(order)).id).track();")).toEqual([
      "reserve(order)",
      "price(order)",
      "charge(price(order))",
      "ship(reserve(order), charge(price(order)).id)",
      "ship(reserve(order), charge(price(order)).id).track()",
    ]);
  });

  test("a call's value points at its site", () => {
    const module = moduleOf(read("const client = connect(url());"));
    expect(module.locals[0]!.value).toMatchObject({ kind: "call", site: 1 });
    expect(module.calls[1]!.args[0]).toMatchObject({ kind: "call", site: 0 });
  });

  test("the value shares callee and arguments with its site", () => {
    const module = moduleOf(read("const client = connect(url);"));
    const { value } = module.locals[0]!;
    expect(value.kind === "call" && value.callee === module.calls[0]!.callee && value.args === module.calls[0]!.args).toBe(true);
  });
});

describe("forms", () => {
  test("new, with and without arguments", () => {
    expect(calls("new Kafka({ brokers }).producer(); new Orders;")).toEqual([
      "new Kafka({ brokers: brokers })",
      "new Kafka({ brokers: brokers }).producer()",
      "new Orders()",
    ]);
  });

  test("tagged templates are calls with the template as argument", () => {
    expect(calls("prisma.$queryRaw`SELECT * FROM orders WHERE id = ${id}`; gql`query { orders }`;")).toEqual([
      "prisma.$queryRaw(`SELECT * FROM orders WHERE id = ${id}`)",
      `gql("query { orders }")`,
    ]);
  });

  test("spread arguments, optional calls, computed methods", () => {
    expect(calls("send(topic, ...events); client?.close?.(); axios[method](url);")).toEqual([
      "send(topic, ...events)",
      "client.close()",
      "axios[method](url)",
    ]);
  });

  test("dynamic import", () => {
    expect(calls("import('./orders.js').then(run);")).toEqual([`import("./orders.js")`, `import("./orders.js").then(run)`]);
  });

  test("type arguments", () => {
    expect(moduleOf(read("client.send<OrderDto, string>(pattern, order);")).calls[0]!.typeArgs.map(({ name }) => name)).toEqual([
      "OrderDto",
      "string",
    ]);
  });

  test("calls in template holes, conditions, defaults and computed keys are found", () => {
    expect(
      calls("const a = `${one()}` + (two() ? 1 : 2); const { b = three() } = c; const d = { [four()]: 5 }; e[five()] = 6; if (!six()) {}"),
    ).toEqual(["one()", "two()", "three()", "four()", "five()", "six()"]);
  });
});

describe("what becomes of the result", () => {
  test.each([
    ["await pay(order);", "awaited"],
    ["const paid = await pay(order);", "awaited"],
    ["return pay(order);", "returned"],
    ["return await pay(order);", "awaited"],
    ["return ok ? pay(order) : null;", "returned"],
    ["return (pay(order) as Promise<Paid>)!;", "returned"],
    ["pay(order);", "floating"],
    ["void pay(order);", "floating"],
    ["ready && pay(order);", "floating"],
    ["const paid = pay(order);", "used"],
    ["log(pay(order));", "used"],
    ["pay(order).then(log);", "used"],
    ["yield pay(order);", "awaited"],
  ])("%s is %s", (text, result) => {
    const fact = read(`async function* checkout() { ${text} }`);
    expect(callOf(functionNamed(fact, "checkout"), "pay").result).toBe(result);
  });

  test("an arrow's body is returned", () => {
    const fact = read("const checkout = (order) => pay(order);");
    expect(callOf(functionNamed(fact, "checkout"), "pay").result).toBe("returned");
  });
});

describe("exits", () => {
  test.each([
    "for (const o of orders) { pay(o); return; }",
    "for (const o of orders) { pay(o); break; }",
    "for (const o of orders) { const paid = pay(o); throw paid; }",
    "for (const o of orders) { return pay(o); }",
    "while (true) { try { pay(o); break; } catch (e) { wait(); } }",
    "for (const o of orders) { try { pay(o); } catch (e) { wait(); } break; }",
    "outer: for (;;) { switch (o) { case 1: pay(o); break outer; } }",
    "for (const o of orders) { if (o.paid) { pay(o); } return; }",
    "for (const o of orders) { pay(o); log(o); return; }",
    "for (const o of orders) { if (o.paid) continue; pay(o); log(o); return; }",
    "for (const url of urls) { try { pay(url); log(url); return; } catch (e) { if (e.isNetwork) continue; throw e; } }",
  ])("after it the loop ends: %s", (text) => {
    expect(callOf(functionNamed(read(`function checkout() { ${text} }`), "checkout"), "pay").exits).toBe(true);
  });

  test.each([
    "for (const o of orders) { pay(o); continue; }",
    "for (const o of orders) { const paid = pay(o); if (!paid) continue; return; }",
    "for (const o of orders) { pay(o); } return;",
    "for (const o of orders) { pay(o); if (o.last) break; }",
    "for (const o of orders) { switch (o) { case 1: pay(o); break; } }",
  ])("the loop goes on: %s", (text) => {
    expect(callOf(functionNamed(read(`function checkout() { ${text} }`), "checkout"), "pay").exits).toBe(false);
  });
});

describe("lines", () => {
  test("a link of a chain has its own lines", () => {
    const module = moduleOf(read("const order = await axios\n  .create({\n    baseURL,\n  })\n  .post(\n    url,\n    body,\n  );"));
    expect(module.calls.map(({ lines }) => [lines.startLine, lines.endLine])).toEqual([
      [2, 4],
      [5, 8],
    ]);
  });

  test("a call that takes a function ends where its body starts", () => {
    const module = moduleOf(read(`router.post(\n  "/orders",\n  async (req, res) => {\n    save();\n  },\n);`));
    expect(callOf(module, "router.post").lines).toEqual({ startLine: 1, endLine: 3 });
  });

  test("also through a call in it", () => {
    const module = moduleOf(read("await Promise.all(\n  orders.map(async (order) => {\n    await ship(order);\n  }),\n);"));
    expect(callOf(module, "Promise.all").lines).toEqual({ startLine: 1, endLine: 2 });
    expect(callOf(module, "orders.map").lines).toEqual({ startLine: 2, endLine: 2 });
  });

  test("comments and blank lines before a call are not its lines", () => {
    expect(moduleOf(read("// first\n\n/* second */\npay(order); // third")).calls[0]!.lines).toEqual({ startLine: 4, endLine: 4 });
  });

  test.each(["\r\n", "\n"])("with line ends %j", (end) => {
    expect(moduleOf(read(`// orders${end}${end}pay(${end}order);`)).calls[0]!.lines).toEqual({ startLine: 3, endLine: 4 });
  });

  test("behind a byte order mark and a shebang", () => {
    expect(moduleOf(read("\uFEFFpay(order);")).calls[0]!.lines).toEqual({ startLine: 1, endLine: 1 });
    expect(moduleOf(read("#!/usr/bin/env node\npay(order);")).calls[0]!.lines).toEqual({ startLine: 2, endLine: 2 });
  });
});

describe("what is left out", () => {
  test("calls that reach nothing, but not what their arguments call", () => {
    expect(calls("console.log(pay(order)); const n = Math.max(count(), 2); Date.now();")).toEqual(["pay(order)", "count()"]);
  });

  test("the error that is thrown, but not what its arguments call", () => {
    expect(calls("throw new PaymentError(describe(order));")).toEqual(["describe(order)"]);
  });

  test("callbacks that only pick", () => {
    const fact = read("const ids = orders.filter((order) => order.paid).map((order) => order.id);");
    expect(fact.functions).toHaveLength(1);
    expect(show(moduleOf(fact).locals[0]!.value)).toBe("orders.filter(?).map(?)");
  });

  test("callbacks that make or call something stay", () => {
    const fact = read(
      "orders.map((order) => ({ type: 'order.created', id: order.id })); orders.filter((order) => check(order)); register((order) => order.id);",
    );
    expect(fact.functions).toHaveLength(4);
  });

  test("JSON carries what it is given", () => {
    expect(calls("send({ value: JSON.stringify(event) });")).toEqual(["JSON.stringify(event)", "send({ value: JSON.stringify(event) })"]);
  });

  test("calls in JSX", () => {
    expect(callsOf(moduleOf(read("const page = <Orders of={load()}>{render(items)}</Orders>; save();", "orders.tsx")))).toEqual(["save()"]);
  });
});
