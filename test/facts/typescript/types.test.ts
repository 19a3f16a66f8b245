import { describe, expect, test } from "vitest";
import { moduleOf, read, show, showType, typeNamed } from "./reading.js";

const aliased = (text: string): string => showType(typeNamed(read(`type T = ${text};`), "T").type);

describe("types as written", () => {
  test.each([
    ["string", "string"],
    ["Order | null | undefined", "|<Order, null, undefined>"],
    [`"created" | "paid" | 2 | -1 | true`, `|<"created", "paid", 2, -1, true>`],
    ["Order & { total: number }", "&<Order, { total: number }>"],
    ["Order[]", "[]<Order>"],
    ["readonly Order[]", "[]<Order>"],
    ["Array<Order>", "[]<Order>"],
    ["ReadonlyArray<(Order)>", "[]<Order>"],
    ["[string, item?: Item, ...rest: Item[]]", "[,]<string, Item, []<Item>>"],
    ["Partial<Pick<Order, 'id' | 'total'>>", `Partial<Pick<Order, |<"id", "total">>>`],
    ["z.infer<typeof orderSchema>", "z.infer<typeof<orderSchema>>"],
    ["Static<typeof schemas.Order>", "Static<typeof<schemas.Order>>"],
    ["keyof Order", "keyof<Order>"],
    [`Order["id"]`, `.[]<Order, "id">`],
    ["T extends string ? A : B", "?:<A, B>"],
    ["(order: Order, retries: number) => Promise<void>", "=><Promise<void>, Order, number>"],
    ["import('./orders').Order", "Order"],
    ["{ [K in Keys]: string }", "{in}"],
    ["`order.${string}`", "string"],
    ["Record<string, unknown>", "Record<string, unknown>"],
  ])("%s", (text, shown) => {
    expect(aliased(text)).toBe(shown);
  });
});

test("interfaces: members, optional ones, bases, type parameters, lines", () => {
  const order = typeNamed(
    read(`
export interface OrderCreated<T> extends Event<T>, Versioned {
  readonly type: "order.created";
  total?: number;
  "customer-id": string;
  items: { sku: string; amount?: number }[];
  [key: string]: unknown;
  pay(amount: number): Promise<void>;
}`),
    "OrderCreated",
  );
  expect(order).toMatchObject({ kind: "interface", exported: true, typeParameters: ["T"], lines: { startLine: 1, endLine: 8 } });
  expect(order.extends.map(showType)).toEqual(["Event<T>", "Versioned"]);
  expect(order.members.map(({ name, type, optional, lines }) => [name, showType(type), optional, lines.startLine])).toEqual([
    ["type", `"order.created"`, false, 2],
    ["total", "number", true, 3],
    ["customer-id", "string", false, 4],
    ["items", "[]<{ sku: string, amount?: number }>", false, 5],
    ["[]", "unknown", false, 6],
    ["pay", "=><Promise<void>, number>", false, 7],
  ]);
});

test("an alias of a literal has members like an interface", () => {
  const order = typeNamed(read(`type OrderCreated = { type: "order.created"; total: number };`), "OrderCreated");
  expect(order).toMatchObject({ kind: "alias", exported: false, type: null });
  expect(order.members.map(({ name }) => name)).toEqual(["type", "total"]);
});

test("a discriminated union keeps the shape of each member", () => {
  expect(aliased(`{ type: "created"; id: string } | { type: "paid"; amount: number }`)).toBe(
    `|<{ type: "created", id: string }, { type: "paid", amount: number }>`,
  );
});

test("enums count on from the last number", () => {
  const status = typeNamed(read(`export const enum Status { open, paid = 5, shipped, failed = "FAILED", other = compute() }`), "Status");
  expect(status).toMatchObject({ kind: "enum", exported: true });
  expect(status.values.map(({ name, value }) => `${name} = ${show(value)}`)).toEqual([
    "open = 0",
    "paid = 5",
    "shipped = 6",
    `failed = "FAILED"`,
    "other = compute()",
  ]);
});

test("types inside functions and namespaces are listed too", () => {
  expect(
    read("function create() { interface Draft { id: string } } namespace Events { export type Created = string }").types.map(
      ({ name }) => name,
    ),
  ).toEqual(["Draft", "Created"]);
});

test("types leave no trace in values", () => {
  expect(moduleOf(read("type A = string; interface B { b: string }")).calls).toEqual([]);
});

test("declaration files keep their types", () => {
  const fact = read(
    "declare module 'shop' { export interface Order { id: string } export class Client { total: number; pay(): void } } declare const url: string;",
    "shop.d.ts",
  );
  expect(fact.types.map(({ name }) => name)).toEqual(["Order"]);
  expect(fact.classes.map(({ name, fields }) => [name, fields.map((field) => field.name)])).toEqual([["Client", ["total"]]]);
});

test("a type that nests without end is cut", () => {
  expect(aliased(`${"A<".repeat(100)}B${">".repeat(100)}`)).toMatch(/^A<.*unknown>*$/);
});
