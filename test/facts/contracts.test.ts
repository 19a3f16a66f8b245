import { describe, expect, test } from "vitest";
import type { ContractFact, ContractType } from "../../src/facts/contract.js";
import { extractText } from "../../src/facts/extract.js";

function read(path: string, text: string | object): ContractFact {
  const { facts, unreadable } = extractText(path, typeof text === "string" ? text : JSON.stringify(text, null, 2));
  expect(unreadable).toEqual([]);
  return facts.find((fact) => fact.kind === "contract")!;
}

/** A type in one line: `{ id: string, items?: [ref Item] }`. */
function spelt(type: ContractType): string {
  switch (type.kind) {
    case "plain":
      return type.name;
    case "values":
      return type.values.join("|");
    case "record":
      return `{ ${type.fields.map(({ name, optional, number, type: of }) => `${number === null ? "" : `${number} `}${name}${optional ? "?" : ""}: ${spelt(of)}`).join(", ")} }`;
    case "list":
      return `[${spelt(type.of)}]`;
    case "map":
      return `map<${spelt(type.of)}>`;
    case "union":
    case "all":
      return `(${type.of.map(spelt).join(type.kind === "union" ? " or " : " and ")})`;
    case "reference":
      return `ref ${type.to.join(" ")}`;
    default:
      return type.kind;
  }
}

const definitions = (fact: ContractFact): readonly string[] =>
  fact.definitions.map(({ name, top, type }) => `${top ? "" : "in "}${name} = ${spelt(type)}`);

describe("JSON Schema", () => {
  const schema = (properties: object): string =>
    spelt(
      read("events/order-placed.schema.json", { $schema: "https://json-schema.org/draft-07/schema#", type: "object", properties })
        .definitions[0]!.type,
    );

  test.each([
    [{ type: "string" }, "string"],
    [{ type: ["string", "null"] }, "(string or null)"],
    [{ enum: ["a", 1, null] }, '("a"|1 or null)'],
    [{ const: "OrderPlaced" }, '"OrderPlaced"'],
    [{ type: "array", items: { $ref: "item.json#/$defs/Item" } }, "[ref item.json#/$defs/Item]"],
    [{ type: "object", additionalProperties: { type: "number" } }, "map<number>"],
    [{ anyOf: [{ $ref: "#/$defs/A" }, { type: "null" }] }, "(ref #/$defs/A or null)"],
    [{ allOf: [{ $ref: "#/$defs/A" }, { type: "object", properties: { b: { type: "boolean" } } }] }, "(ref #/$defs/A and { b?: boolean })"],
    [{ type: "string", nullable: true }, "(string or null)"],
    [{ type: "object", properties: { a: {} }, anyOf: [{ required: ["a"] }, { required: ["b"] }] }, "{ a?: unknown }"],
  ])("reads %j", (property, expected) => {
    expect(schema({ field: property })).toBe(`{ field?: ${expected} }`);
  });

  test("says which fields are required, and where", () => {
    const { type } = read(
      "schemas/order.yaml",
      "type: object\nrequired:\n  - id\nproperties:\n  id: { type: string }\n  note: { type: string }\n",
    ).definitions[0]!;
    expect(
      type.kind === "record"
        ? type.fields.map(({ name, optional, required, lines }) => [name, optional, required?.startLine, lines.startLine])
        : null,
    ).toEqual([
      ["id", false, 3, 5],
      ["note", true, undefined, 6],
    ]);
  });

  test("leaves settings, manifests and API descriptions alone", () => {
    const facts = (path: string, text: string): number => extractText(path, text).facts.filter(({ kind }) => kind === "contract").length;
    expect(facts("schemas/package.json", '{ "properties": { "a": 1 }, "type": "object" }')).toBe(0);
    expect(
      facts(
        "contracts/openapi.yaml",
        "openapi: 3.0.0\ncomponents:\n  schemas:\n    A: { type: object, properties: { a: { type: string } } }\n",
      ),
    ).toBe(0);
    expect(facts("src/config.json", '{ "type": "object", "properties": { "a": {} } }')).toBe(0);
  });
});

describe("AsyncAPI", () => {
  const channels = (fact: ContractFact): readonly string[] =>
    fact.channels.flatMap(({ address, messages }) =>
      messages.map(({ to, sends, receives }) => `${address} ${to}${sends ? " sends" : ""}${receives ? " receives" : ""}`),
    );

  test("2: clients subscribe to what the application sends", () => {
    const fact = read(
      "asyncapi.yaml",
      "asyncapi: 2.6.0\nchannels:\n  orders/placed:\n    subscribe:\n      message:\n        oneOf:\n          - { $ref: '#/components/messages/A' }\n          - { name: B, payload: { type: string } }\n  stock:\n    publish: { operationId: reserve, message: { payload: { type: integer } } }\n",
    );
    expect(channels(fact)).toEqual([
      "orders/placed #/channels/orders~1placed/subscribe/message/oneOf/0 sends",
      "orders/placed #/channels/orders~1placed/subscribe/message/oneOf/1 sends",
      "stock #/channels/stock/publish/message receives",
    ]);
    expect(fact.messages.map(({ name, reference, payload }) => [name, reference, spelt(payload)])).toEqual([
      ["", "#/components/messages/A", "unknown"],
      ["B", null, "string"],
      ["reserve", null, "integer"],
    ]);
  });

  test("3: operations say which of a channel's messages go which way", () => {
    const fact = read("asyncapi.json", {
      asyncapi: "3.0.0",
      channels: { orders: { address: "shop.orders", messages: { Placed: { payload: { type: "string" } }, Cancelled: {} } } },
      operations: {
        send: { action: "send", channel: { $ref: "#/channels/orders" }, messages: [{ $ref: "#/channels/orders/messages/Placed" }] },
        take: { action: "receive", channel: { $ref: "#/channels/orders" }, messages: [{ $ref: "#/channels/orders/messages/Cancelled" }] },
      },
    });
    expect(channels(fact)).toEqual([
      "shop.orders #/channels/orders/messages/Placed sends",
      "shop.orders #/channels/orders/messages/Cancelled receives",
    ]);
  });

  test("sockets, requests and answers carry no events", () => {
    const message = "messages: { M: { payload: { type: string } } }";
    const sockets = `asyncapi: 3.0.0\nservers:\n  a: { host: a, protocol: wss }\nchannels:\n  c: { address: c, ${message} }\n`;
    expect(read("asyncapi.yaml", sockets).channels).toEqual([]);
    expect(channels(read("asyncapi.yaml", sockets.replace("wss", "kafka")))).toEqual(["c #/channels/c/messages/M"]);
    const answered = `asyncapi: 3.0.0\nchannels:\n  ask: { address: ask, ${message} }\n  answer: { address: answer, ${message} }\n  told: { address: told, ${message} }\noperations:\n  o: { action: send, channel: { $ref: "#/channels/ask" }, reply: { channel: { $ref: "#/channels/answer" } } }\n`;
    expect(channels(read("asyncapi.yaml", answered))).toEqual(["told #/channels/told/messages/M"]);
  });

  test("payloads in Avro, and schemas in a wrapper of their own", () => {
    const avro = {
      type: "record",
      name: "Placed",
      fields: [
        { name: "id", type: "string" },
        { name: "next", type: ["null", "Placed"] },
      ],
    };
    const fact = read("asyncapi.json", {
      asyncapi: "3.0.0",
      channels: {
        a: { address: "a", messages: { P: { payload: { schemaFormat: "application/vnd.apache.avro;version=1.9.0", schema: avro } } } },
      },
    });
    expect(spelt(fact.messages[0]!.payload)).toBe("ref #/channels/a/messages/P Placed");
    expect(definitions(fact)).toEqual(["in #/channels/a/messages/P Placed = { id: string, next: (null or ref Placed) }"]);
  });

  test("what is broken is said with its line", () => {
    expect(extractText("asyncapi.yaml", "asyncapi: 3.0.0\nchannels:\n  a: [\n").unreadable).toMatchObject([{ line: 4 }]);
    expect(extractText("asyncapi.json", '{\n  "asyncapi": "3.0.0",\n  "channels": {,}\n}').unreadable).toMatchObject([{ line: 3 }]);
    expect(extractText("orders.avsc", '{ "type": "record",\n "fields": ] }').unreadable).toMatchObject([{ line: 2 }]);
  });
});

describe("Avro", () => {
  test("names are full, and looked for in the namespace first", () => {
    const fact = read("order.avsc", {
      type: "record",
      name: "Order",
      namespace: "shop.v1",
      fields: [
        { name: "item", type: { type: "record", name: "Item", fields: [{ name: "sku", type: "string" }] } },
        { name: "items", type: { type: "array", items: "Item" } },
        { name: "state", type: { type: "enum", name: "State", symbols: ["A", "B"], default: "A" } },
        { name: "counts", type: { type: "map", values: "long" } },
        { name: "at", type: { type: "long", logicalType: "timestamp-millis" }, default: 0 },
        { name: "buyer", type: ["null", "shop.customers.Buyer"], default: null },
      ],
    });
    expect(definitions(fact)).toEqual([
      "in shop.v1.Item = { sku: string }",
      'in shop.v1.State = "A"|"B"',
      "shop.v1.Order = { item: ref shop.v1.Item, items: [ref shop.v1.Item Item], state: ref shop.v1.State, counts: map<long>, at?: long, buyer?: (null or ref shop.customers.Buyer) }",
    ]);
  });

  test("a file of several records, and a protocol", () => {
    const record = (name: string): object => ({ type: "record", name, fields: [] });
    expect(definitions(read("all.avsc", [record("A"), record("B")]))).toEqual(["A = {  }", "B = {  }"]);
    expect(definitions(read("orders.avpr", { protocol: "Orders", namespace: "shop", types: [record("A")], messages: {} }))).toEqual([
      "shop.A = {  }",
    ]);
  });
});

describe("Avro's IDL", () => {
  const idl = `@namespace("shop.v1")
protocol Orders {
  import idl "../common/money.avdl";
  /** How far it is. */
  @aliases(["Progress"]) enum State { PLACED, \`SENT\` } = PLACED;
  fixed Digest(16);
  record Item { string sku; int? count = 1; }
  @namespace("shop.orders")
  record OrderPlaced {
    @java-class("java.util.UUID") uuid id;
    array<Item> items = [];
    map<union { null, long }> counts;
    union { null, shop.customers.Buyer } buyer = null;
    string @aliases(["first", "given"]) name, @order("ignore") note = "none; {}";
    decimal(9, 2) total;
    State state;
  }
  error Refused { string reason; }
  Receipt charge(Order order, string card) throws Refused;
  void forget(Item item) oneway;
}
`;

  test("says what records and enums hold", () => {
    expect(definitions(read("orders.avdl", idl))).toEqual([
      'in shop.v1.State = "PLACED"|"SENT"',
      "in shop.v1.Digest = bytes",
      "shop.v1.Item = { sku: string, count?: (int or null) }",
      "shop.orders.OrderPlaced = { id: string, items?: [ref shop.orders.Item Item], counts: map<(null or long)>, buyer?: (null or ref shop.customers.Buyer), name: string, note?: string, total: bytes, state: ref shop.orders.State State }",
      "shop.v1.Refused = { reason: string }",
    ]);
  });

  test("keeps places, aliases, defaults, and what its calls exchange", () => {
    const fact = read("orders.avdl", idl);
    const order = fact.definitions.find(({ name }) => name === "shop.orders.OrderPlaced")!;
    expect(order.lines).toEqual({ startLine: 9, endLine: 17 });
    expect(fact.definitions[0]).toMatchObject({ aliases: ["Progress"], type: { hasDefault: true } });
    expect(order.type).toMatchObject({
      fields: expect.arrayContaining([
        expect.objectContaining({ name: "name", aliases: ["first", "given"], hasDefault: false, lines: { startLine: 14, endLine: 14 } }),
        expect.objectContaining({ name: "note", aliases: [], hasDefault: true }),
      ]) as unknown,
    });
    expect(fact.exchanged).toEqual(expect.arrayContaining(["shop.v1.Receipt", "shop.v1.Order", "shop.v1.Refused", "shop.v1.Item"]));
  });

  test("reads schemas without a protocol", () => {
    expect(definitions(read("orders.avdl", "namespace shop;\nschema OrderPlaced;\nrecord OrderPlaced { string? id; }\n"))).toEqual([
      "shop.OrderPlaced = { id: (string or null) }",
    ]);
  });

  test.each([
    "protocol",
    "protocol A {",
    "record A {",
    "record A { union {",
    "@a(",
    "enum",
    "record A { string",
    "record A { array<array<",
    "}}}",
    "record A { string a = [[;",
    "`",
  ])("ends for %j", (text) => {
    expect(() => extractText("a.avdl", text)).not.toThrow();
  });
});

describe("Protobuf", () => {
  test("messages with their numbers, labels, oneofs, maps and what is reserved", () => {
    const fact = read(
      "orders.proto",
      `syntax = "proto3";
package shop.v1;
message Order { // { not a brace
  reserved 4 to 6, 9;
  reserved "old";
  string id = 1 [(rule) = { min: 1 }];
  oneof paid { string card = 2; Voucher voucher = 3; }
  repeated Line lines = 7;
  map<string, int32> counts = 8;
  message Line { required int64 n = 1; }
  enum State { option allow_alias = true; OPEN = 0; PAID = 1; }
  State state = 10;
}
service Orders { rpc Place (Voucher) returns (stream Order) {} }
`,
    );
    expect(definitions(fact)).toEqual([
      "shop.v1.Order = { 1 id?: string, 2 card?: string, 3 voucher?: ref shop.v1.Order.Voucher shop.v1.Voucher shop.Voucher Voucher, 7 lines?: [ref shop.v1.Order.Line shop.v1.Line shop.Line Line], 8 counts?: map<int32>, 10 state?: ref shop.v1.Order.State shop.v1.State shop.State State }",
      "in shop.v1.Order.Line = { 1 n: int64 }",
      'in shop.v1.Order.State = "OPEN"|"PAID"',
    ]);
    expect(fact.definitions[0]!.type).toMatchObject({
      reserved: [
        { from: 4, to: 6 },
        { from: 9, to: 9 },
      ],
    });
    expect(fact.exchanged).toEqual(["shop.v1.Voucher", "shop.Voucher", "Voucher", "shop.v1.Order", "shop.Order", "Order"]);
  });

  test("a message that is not closed is said with its line", () => {
    expect(extractText("a.proto", 'syntax = "proto3";\nmessage Order {\n  string id = 1;\n').unreadable).toEqual([
      { line: 2, reason: "message Order has no closing brace" },
    ]);
  });
});
