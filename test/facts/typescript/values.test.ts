import { describe, expect, test } from "vitest";
import { localsOf, moduleOf, read, show } from "./reading.js";

/** What the first variable of a text is given. */
function valueOf(text: string): string {
  return show(moduleOf(read(`const value = ${text};`)).locals[0]!.value);
}

describe("texts", () => {
  test("literals of every quote", () => {
    expect(valueOf(`"orders"`)).toBe('"orders"');
    expect(valueOf("`orders`")).toBe('"orders"');
  });

  test("a template keeps its holes", () => {
    expect(valueOf("`${BASE}/orders/${order.id}`")).toBe("`${BASE}/orders/${order.id}`");
  });

  test("a sum is a template, with neighbouring literals joined", () => {
    expect(valueOf(`"http://" + host + ":" + "3000" + path`)).toBe("`http://${host}:3000${path}`");
  });

  test("a sum inside a template's neighbour is one template", () => {
    expect(valueOf("BASE + `/orders/${id}`")).toBe("`${BASE}/orders/${id}`");
  });

  test("a long text is cut, the first part stays", () => {
    const { value } = moduleOf(read(`const sql = "INSERT ${"x".repeat(5000)}";`)).locals[0]!;
    expect(value.kind === "text" && value.value.startsWith("INSERT xx")).toBe(true);
    expect(value.kind === "text" && value.value.length).toBe(2000);
  });

  test("a sum of thousands of parts is read", () => {
    expect(valueOf(`a${" + a".repeat(5000)}`)).toMatch(/^`\$\{a\}/);
  });
});

describe("plain values", () => {
  test.each([
    ["5_000", "5000"],
    ["-1", "-1"],
    ["true", "true"],
    ["null", "null"],
    ["undefined", "undefined"],
    ["!paid", "?"],
    ["a < b", "?"],
    ["1 + 2", "3"],
    ["30 * 1000", "30000"],
    ["2 * 60 * 1000 - 500", "119500"],
    ["limit * 2", "?"],
    ["10n", "?"],
    ["/orders/", "?"],
  ])("%s", (text, shown) => {
    expect(valueOf(text)).toBe(shown);
  });
});

describe("names and members", () => {
  test("an element with a text is a member", () => {
    expect(valueOf(`process.env["ORDERS_URL"]`)).toBe("process.env.ORDERS_URL");
    expect(valueOf("urls[name]")).toBe("urls[name]");
  });

  test("optional chaining leaves no trace", () => {
    expect(valueOf("config?.services?.[name]?.url")).toBe("config.services[name].url");
  });

  test("types, parentheses and waiting leave no trace", () => {
    expect(valueOf("(await (client as Client)!.orders) satisfies Orders")).toBe("client.orders");
    expect(valueOf("<Client>client")).toBe("client");
  });

  test("import.meta", () => {
    expect(valueOf("import.meta.env.VITE_URL")).toBe("import.meta.env.VITE_URL");
  });
});

describe("choices", () => {
  test.each([
    [`process.env.URL || "http://orders"`, `process.env.URL | "http://orders"`],
    [`a ?? b ?? "c"`, `a | b | "c"`],
    [`isProduction ? "live" : "test"`, `"live" | "test"`],
    ["enabled && client", "? | client"],
  ])("%s", (text, shown) => {
    expect(valueOf(text)).toBe(shown);
  });
});

describe("objects and arrays", () => {
  test("entries, shorthand, spreads and computed keys", () => {
    expect(valueOf("{ id, 'event-type': 'created', [Topics.ORDERS]: 1, ['v']: 2, ...rest }")).toBe(
      `{ id: id, event-type: "created", [Topics.ORDERS]: 1, v: 2, ...rest }`,
    );
  });

  test("each entry has its line", () => {
    const { value } = moduleOf(read("const options = {\n  retries: 3,\n  timeout: 500,\n};")).locals[0]!;
    expect(value.kind === "object" && value.entries.map(({ line }) => line)).toEqual([2, 3]);
  });

  test("a spread in an array stays visible", () => {
    expect(valueOf("[a, , ...more]")).toBe("[a, ...more]");
  });

  test("very long lists are cut and open", () => {
    const { value } = moduleOf(read(`const codes = [${"1,".repeat(1000)}];`)).locals[0]!;
    expect(value.kind === "array" && [value.items.length, value.spread]).toEqual([200, true]);
  });

  test("very large objects are cut and open", () => {
    const { value } = moduleOf(read(`const codes = {${Array.from({ length: 1000 }, (_, index) => `k${index}: 1`).join(",")}};`)).locals[0]!;
    expect(value.kind === "object" && [value.entries.length, value.spreads]).toEqual([200, [{ kind: "unknown" }]]);
  });

  test("__proto__ is a key like any other", () => {
    expect(valueOf(`{ "__proto__": 1, constructor: 2 }`)).toBe("{ __proto__: 1, constructor: 2 }");
  });
});

test("a number's text is as good as the number", () => {
  expect(valueOf("parseInt(process.env.PORT ?? '3000', 10)")).toBe('process.env.PORT | "3000"');
  expect(valueOf("Number(port)")).toBe("port");
  expect(valueOf("+port")).toBe("port");
});

test("a getter gives what its function returns", () => {
  const fact = read("const settings = { get url() { return process.env.URL; } };");
  expect(show(moduleOf(fact).locals[0]!.value)).toBe("{ url: #1() }");
  expect(moduleOf(fact).calls).toEqual([]);
});

describe("schemas", () => {
  test("zod is seen down to its fields", () => {
    expect(valueOf("z.object({ type: z.literal('order.created'), items: z.array(z.object({ sku: z.string().uuid().optional() })) })")).toBe(
      `z.object({ type: z.literal("order.created"), items: z.array(z.object({ sku: z.string().uuid().optional() })) })`,
    );
  });
});

describe("what variables are given", () => {
  test("destructuring gives one entry for each name", () => {
    expect(localsOf(moduleOf(read("const { data, status: code = 200, nested: { id }, ...rest } = response;")))).toEqual([
      "data = response.data",
      "code = response.status | 200",
      "id = response.nested.id",
      "rest = response",
    ]);
    expect(localsOf(moduleOf(read("const [first, , third = 3, ...others] = rows;")))).toEqual([
      "first = rows[0]",
      "third = rows[2] | 3",
      "others = ?",
    ]);
  });

  test("assignments to names, fields and properties", () => {
    expect(localsOf(moduleOf(read("let url; url = base; this.client = client; axios.defaults.timeout = 500; orders[0] = x;")))).toEqual([
      "url = ?",
      "url = base",
      "this.client = client",
      "axios.defaults.timeout = 500",
    ]);
  });

  test("assignments to patterns", () => {
    expect(localsOf(moduleOf(read("[a, this.b] = pair; ({ c, d: e.f } = thing);")))).toEqual([
      "a = pair[0]",
      "this.b = pair[1]",
      "c = thing.c",
      "e.f = thing.d",
    ]);
  });

  test("compound assignments", () => {
    expect(localsOf(moduleOf(read("url += '/orders'; count += 1; client ??= connect(); left = right = 1;")))).toEqual([
      "url = `${url}/orders`",
      "count = ?",
      "client = client | connect()",
      "right = 1",
      "left = 1",
    ]);
  });

  test("a type that is only asserted", () => {
    const types = moduleOf(
      read("const a = { id } as OrderCreated, b = (load() satisfies Orders), c = ['x'] as const, d: Order = e as Item;"),
    ).locals.map(({ type }) => type?.name ?? null);
    expect(types).toEqual(["OrderCreated", "Orders", null, "Order"]);
  });

  test("types of declarations, lines and blocks", () => {
    const [first, second] = moduleOf(read("const client: AxiosInstance =\n  make();\nif (a) {\n  let b = 1;\n}")).locals;
    expect(first).toMatchObject({ name: "client", line: 1, block: 0, type: { name: "AxiosInstance" } });
    expect(second).toMatchObject({ name: "b", line: 4, block: 1, type: null });
  });
});
