import { describe, expect, it } from "vitest";
import { orders } from "./shop.js";

const KAFKA = `import { Kafka } from "kafkajs"; const producer = new Kafka({ brokers: [] }).producer();
`;
const TYPED = `export const announce = (event: OrderPlaced) => producer.send({ topic: "order.placed", messages: [{ value: JSON.stringify(event) }] });`;

/** `note?: string|null` for each field of the one event, and where it is declared. */
async function published(source: string, more: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const { events } = (await orders(`${KAFKA}${source}`, more)).model;
  const fields = events.flatMap(({ versions }) => versions.flatMap(({ shapes }) => shapes.flatMap((shape) => shape.fields)));
  return fields.map(({ path, type, optional, nullable }) => `${path}${optional ? "?" : ""}: ${type}${nullable ? "|null" : ""}`);
}

const ZOD = `import { z } from "zod"; type OrderPlaced = z.infer<typeof orderPlaced>; ${TYPED}`;
const zod = (schema: string): Promise<readonly string[]> => published(`${ZOD} const orderPlaced = ${schema};`);

const FIELDS = ['currency: "EUR"|"USD"', "items: object[]", "items[].sku: string", "note?: string|null", "total: number", "version: 1"];

describe("messages whose type is derived from a schema have its fields", () => {
  it("with zod", async () => {
    expect(
      await zod(
        `z.object({ version: z.literal(1), total: z.number().int().positive(), currency: z.enum(["USD", "EUR"]), note: z.string().max(80).nullable().optional(), items: z.array(z.object({ sku: z.string().uuid() })).min(1) }).strict()`,
      ),
    ).toEqual(FIELDS);
  });

  it("with TypeBox", async () => {
    expect(
      await published(
        `import { Type, type Static } from "@sinclair/typebox"; ${TYPED} export type OrderPlaced = Static<typeof OrderPlaced>;
        export const OrderPlaced = Type.Object({ version: Type.Literal(1), total: Type.Number({ minimum: 0 }), currency: Type.Union([Type.Literal("USD"), Type.Literal("EUR")], { title: "currency" }), note: Type.Optional(Type.Union([Type.String(), Type.Null()])), items: Type.Array(Type.Object({ sku: Type.String({ format: "uuid" }) })) }, { additionalProperties: false });`,
      ),
    ).toEqual(FIELDS);
  });

  it("with io-ts", async () => {
    expect(
      await published(
        `import * as t from "io-ts"; ${TYPED} type OrderPlaced = t.TypeOf<typeof OrderPlaced>;
        const OrderPlaced = t.intersection([t.type({ version: t.literal(1), total: t.number, currency: t.keyof({ EUR: null, USD: null }), items: t.array(t.type({ sku: t.string }, "Item")) }), t.partial({ note: t.union([t.string, t.null]) })], "OrderPlaced");`,
      ),
    ).toEqual(FIELDS);
  });

  it("with the names of the library imported one by one", async () => {
    expect(
      await published(
        `import { type, string, type TypeOf } from "io-ts"; ${TYPED} type OrderPlaced = TypeOf<typeof orderPlaced>; const orderPlaced = type({ id: string });`,
      ),
    ).toEqual(["id: string"]);
  });

  it("also in a field of an interface", async () => {
    expect(
      await published(
        `import { z } from "zod"; ${TYPED} const line = z.object({ sku: z.string() }); interface OrderPlaced { line: z.infer<typeof line>; state?: z.infer<typeof state> } const state = z.enum(["b", "a"]);`,
      ),
    ).toEqual(["line: object", "line.sku: string", 'state?: "a"|"b"']);
  });

  it("also where the schema checks what is sent", async () => {
    const schema = `import { z } from "zod"; const orderPlaced = z.object({ id: z.string() });`;
    const sent = (value: string): string =>
      `${schema} export async function announce(input: unknown) { await producer.send({ topic: "order.placed", messages: [{ value: JSON.stringify(${value}) }] }); }`;
    expect(await published(sent("orderPlaced.parse(input)"))).toEqual(["id: string"]);
    expect(await published(sent("await orderPlaced.parseAsync(input)"))).toEqual(["id: string"]);
    expect(await published(sent("orderPlaced.safeParse(input).data"))).toEqual(["id: string"]);
    expect(await published(sent("{ order: orderPlaced.parse(input) }"))).toEqual(["order: object", "order.id: string"]);
  });
});

describe("a parameter that may be one of several shapes", () => {
  const announce = (type: string): string =>
    `export const announce = (event: ${type}) => producer.send({ topic: "orders", messages: [{ value: JSON.stringify(event) }] });`;

  it("has the fields of each, where they are told apart", async () => {
    const shapes = `interface Placed { type: "OrderPlaced"; id: string } interface Cancelled { type: "OrderCancelled"; reason: string }`;
    const fields = [
      "<OrderCancelled>.reason: string",
      '<OrderCancelled>.type: "OrderCancelled"',
      "<OrderPlaced>.id: string",
      '<OrderPlaced>.type: "OrderPlaced"',
    ];
    expect(await published(`${shapes} ${announce("Placed | Cancelled")}`)).toEqual(fields);
    expect(await published(announce(`{ type: "OrderPlaced"; id: string } | { type: "OrderCancelled"; reason: string }`))).toEqual(fields);
    expect(await published(`${shapes} ${announce("Placed | undefined")}`)).toEqual(["id: string", 'type: "OrderPlaced"']);
  });

  it("is several events, where they are classes", async () => {
    const classes = `class OrderPlaced { id!: string } class OrderCancelled { reason!: string }`;
    const { events } = (await orders(`${KAFKA}${classes} ${announce("OrderPlaced | OrderCancelled")}`)).model;
    expect(events.map(({ name }) => name)).toEqual(["OrderCancelled", "OrderPlaced"]);
  });
});

describe("a schema that is made of others", () => {
  const base = `const base = z.object({ id: z.string(), total: z.number(), at: z.coerce.date() });`;
  const of = (schema: string): Promise<readonly string[]> => published(`${ZOD} ${base} const orderPlaced = ${schema};`);

  it.each([
    ["extend", `base.extend({ total: z.string() })`, ["at: string", "id: string", "total: string"]],
    ["merge", `base.merge(z.object({ note: z.string() }))`, ["at: string", "id: string", "note: string", "total: number"]],
    ["spread", `z.object({ ...base.shape, note: z.string() })`, ["at: string", "id: string", "note: string", "total: number"]],
    ["and", `base.and(z.object({ note: z.string() }))`, ["at: string", "id: string", "note: string", "total: number"]],
    ["intersection", `z.intersection(base, z.object({ n: z.number() }))`, ["at: string", "id: string", "n: number", "total: number"]],
    ["pick", `base.pick({ id: true })`, ["id: string"]],
    ["omit", `base.omit({ id: true, at: true })`, ["total: number"]],
    ["partial", `base.partial()`, ["at?: string", "id?: string", "total?: number"]],
    ["partial of some", `base.partial({ id: true })`, ["at: string", "id?: string", "total: number"]],
    ["required", `base.partial().required({ id: true })`, ["at?: string", "id: string", "total?: number"]],
    ["default", `z.object({ n: z.number().optional().default(1) })`, ["n: number"]],
    ["transform", `z.object({ n: z.string().transform(Number) })`, ["n: unknown"]],
    ["a function as a part", `z.object({ n: z.lazy(() => base), o: own() })`, ["n: unknown", "o: unknown"]],
    [
      "shapes told apart by a field",
      `z.discriminatedUnion("type", [z.object({ type: z.literal("A"), a: z.string() }), z.object({ type: z.literal("B"), b: z.number() })])`,
      ["<A>.a: string", '<A>.type: "A"', "<B>.b: number", '<B>.type: "B"'],
    ],
    [
      "shapes told apart by a field that the schema names",
      `z.discriminatedUnion("reason", [base.pick({ id: true }).extend({ reason: z.literal("A") }), base.omit({ id: true, at: true }).extend({ reason: z.literal("B") })])`,
      ["<A>.id: string", '<A>.reason: "A"', '<B>.reason: "B"', "<B>.total: number"],
    ],
    [
      "single fields of another schema",
      `z.object({ id: base.shape.id.optional(), sum: base.shape.total })`,
      ["id?: string", "sum: number"],
    ],
    ["partial all the way down", `z.object({ a: z.object({ b: z.string() }) }).deepPartial()`, ["a?: object", "a.b?: string"]],
    ["shapes that nothing tells apart", `z.union([base, z.object({ other: z.string() })])`, []],
  ])("has the fields of %s", async (_, schema, fields) => {
    expect(await of(schema)).toEqual(fields);
  });

  it("names the file and line that declares each field", async () => {
    const line = `import { z } from "zod";\nexport const line = z.object({\n  sku: z.string(),\n});\n`;
    const source = `${KAFKA}import { line } from "./line.js"; ${ZOD}\nconst orderPlaced = z.object({ line });`;
    const { events } = (await orders(source, { "orders/src/line.ts": line })).model;
    const places = events.flatMap(({ versions }) =>
      versions.flatMap(({ shapes }) =>
        shapes.flatMap(({ fields }) => fields).map(({ path, evidence }) => `${path} ${evidence.path}:${evidence.startLine}`),
      ),
    );
    expect(places).toEqual(["line orders/src/orders.ts:3", "line.sku orders/src/line.ts:3"]);
  });

  it("is given up where it holds itself", async () => {
    expect(await published(`${ZOD} const orderPlaced = z.object({ id: z.string(), in: z.array(orderPlaced) });`)).toContain("id: string");
  });

  it("of another library is not read", async () => {
    expect(
      await published(
        `import { z } from "schemas"; ${TYPED} type OrderPlaced = z.infer<typeof orderPlaced>; const orderPlaced = z.object({ id: z.string() });`,
      ),
    ).toEqual([]);
  });
});
