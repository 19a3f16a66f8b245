import { describe, expect, test } from "vitest";
import type { EventType } from "../../src/model/model.js";
import { service, systemOf, type Tree } from "./system.js";

const record = (name: string, fields: Readonly<Record<string, unknown>>, namespace = "shop"): string =>
  JSON.stringify({ type: "record", name, namespace, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) });

const publish = (topic: string): string => `import { Kafka } from "kafkajs";
const producer = new Kafka({ brokers: ["kafka:9092"] }).producer();
export const announce = (value: Buffer) => producer.send({ topic: "${topic}", messages: [{ value }] });
`;

const events = async (tree: Tree): Promise<readonly EventType[]> =>
  (await systemOf({ ...service("services/orders"), ...service("services/shipping"), ...tree })).events;

const told = (all: readonly EventType[]): readonly string[] =>
  all.map(({ name, publishers, consumers, contracts }) =>
    `${name} ${publishers.join(",")}>${consumers.join(",")} ${contracts.map(({ format, version }) => `${format}@${version}`).join(" ")}`.trim(),
  );

const shape = (event: EventType | undefined): readonly string[] =>
  event?.contracts[0]?.fields.map(({ path, type, nullable }) => `${path}: ${type}${nullable ? "?" : ""}`) ?? [];

describe("contracts of events", () => {
  test("are joined with what code publishes, by name, type or topic", async () => {
    const tree = {
      "services/orders/src/publish.ts": publish("order.placed"),
      "services/orders/src/cancel.ts": publish("shop.cancellations.v2"),
      "contracts/order-placed.avsc": record("OrderPlaced", { id: "string" }, "shop.v3"),
      "contracts/asyncapi.yaml":
        "asyncapi: 2.0.0\ninfo: { title: Shop }\nchannels:\n  shop.cancellations.v2:\n    subscribe: { message: { name: OrderCancelled, payload: { type: object, properties: { id: { type: string } } } } }\n",
    };
    expect(told(await events(tree))).toEqual(["order.placed orders> avro@3", "shop.cancellations orders> asyncapi@2"]);
  });

  test("of one name on several channels stay apart", async () => {
    const payload = "payload: { type: object, properties: { id: { type: string } } }";
    const tree = {
      "contracts/asyncapi.yaml": `asyncapi: 2.0.0\nchannels:\n  orders.v1:\n    subscribe: { message: { name: created, ${payload} } }\n  parcels:\n    subscribe: { message: { name: created, ${payload} } }\n`,
    };
    expect(told(await events(tree))).toEqual(["orders created > asyncapi@1", "parcels created > asyncapi@null"]);
  });

  test("say who takes part by whose directory or application they are in", async () => {
    const api = (action: string): string =>
      `asyncapi: 3.0.0\nchannels:\n  c:\n    address: stock.reserved\n    messages:\n      StockReserved: { payload: { type: object, properties: { sku: { type: string } } } }\noperations:\n  o: { action: ${action}, channel: { $ref: "#/channels/c" } }\n`;
    const tree = { "services/orders/asyncapi.yaml": api("send"), "docs-of/asyncapi.yaml": `${api("receive")}info: { title: shipping }\n` };
    expect(told(await events(tree))).toEqual(["StockReserved orders>shipping asyncapi@null asyncapi@null"]);
    const { channels } = await systemOf({
      ...service("services/orders"),
      ...service("services/shipping"),
      ...tree,
      "services/orders/src/publish.ts": publish("stock.reserved"),
    });
    const uses = (all: readonly { readonly service: string; readonly function: string | null }[]): string =>
      all.map(({ service: name, function: at }) => `${name} ${at === null ? "by contract" : "in code"}`).join(", ");
    expect(channels.map(({ name, publishers, consumers }) => `${name}: ${uses(publishers)} > ${uses(consumers)}`)).toEqual([
      "stock.reserved: orders in code > shipping by contract",
    ]);
  });

  test("a copy beside another service than the publisher's is its consumer's", async () => {
    const avsc = record("OrderPlaced", { id: "string" });
    expect(
      told(
        await events({
          "services/orders/src/publish.ts": publish("order.placed"),
          "services/orders/avro/a.avsc": avsc,
          "services/shipping/avro/a.avsc": avsc,
        }),
      ),
    ).toEqual(["order.placed orders>shipping avro@null avro@null"]);
    expect(told(await events({ "services/orders/avro/a.avsc": avsc, "services/shipping/avro/a.avsc": avsc }))).toEqual([
      "OrderPlaced > avro@null avro@null",
    ]);
  });

  test("parts of messages, keys, requests and tables are none", async () => {
    const tree = {
      "services/orders/avro/order-placed.avsc": record("OrderPlaced", { address: "shop.Address" }),
      "services/orders/avro/address.avsc": record("Address", { street: "string" }),
      "services/orders/avro/order-placed-key.avsc": record("OrderPlacedId", { id: "string" }),
      "services/orders/schemas/create-order.json": '{ "type": "object", "properties": { "id": { "type": "string" } } }',
      "services/orders/proto/orders.proto":
        'syntax = "proto3"; package shop; message OrderShipped { string id = 1; } message Row { string id = 1; } service S { rpc Ship (OrderShipped) returns (Row); }',
    };
    const found = await events(tree);
    expect(told(found)).toEqual(["OrderPlaced orders> avro@null"]);
    expect(shape(found[0])).toEqual(["address: object", "address.street: string"]);
  });
});

describe("shapes", () => {
  test("go through references in other files and other formats", async () => {
    const tree = {
      "services/orders/api/asyncapi.yaml":
        'asyncapi: 2.0.0\nchannels:\n  a.b:\n    subscribe: { message: { $ref: "messages/placed.yaml" } }\n  c.d:\n    subscribe: { message: { name: OrderPaid, payload: { $ref: "../avro/paid.avsc" } } }\n',
      "services/orders/api/messages/placed.yaml": 'name: OrderPlaced\npayload: { $ref: "../schemas/placed.json#/$defs/Placed" }\n',
      "services/orders/api/schemas/placed.json":
        '{ "$defs": { "Placed": { "type": "object", "properties": { "lines": { "type": "array", "items": { "$ref": "#/$defs/Line" } } } }, "Line": { "type": "object", "properties": { "sku": { "type": ["string", "null"] } } } }, "type": "object" }',
      "services/orders/avro/paid.avsc": record("Payment", { cents: "long" }),
    };
    const found = await events(tree);
    expect(told(found)).toEqual(["OrderPaid orders> asyncapi@null", "OrderPlaced orders> asyncapi@null"]);
    expect(found.map(shape)).toEqual([["cents: long"], ["lines: object[]", "lines[].sku: string?"]]);
  });

  test("end where a type holds itself, and where unions multiply", async () => {
    const wide = Object.fromEntries(
      Array.from({ length: 12 }, (_, level) => [
        `T${level}`,
        {
          type: "object",
          properties: Object.fromEntries(
            Array.from({ length: 12 }, (__, field) => [
              `f${field}`,
              { oneOf: [{ $ref: `#/definitions/T${level + 1}` }, { $ref: `#/definitions/T${(level + 2) % 12}` }] },
            ]),
          ),
        },
      ]),
    );
    const tree = {
      "services/orders/events/order-placed.json": JSON.stringify({
        title: "OrderPlaced",
        type: "object",
        properties: { self: { $ref: "#" }, t: { $ref: "#/definitions/T0" } },
        definitions: wide,
      }),
      "services/orders/avro/tree.avsc": JSON.stringify({
        type: "record",
        name: "TreeGrown",
        fields: [{ name: "left", type: ["null", "TreeGrown"] }],
      }),
      "services/orders/events/loop-closed.json": '{ "title": "LoopClosed", "$ref": "other.json", "type": "object" }',
      "services/orders/events/other.json": '{ "$ref": "loop-closed.json", "type": "object", "properties": {} }',
    };
    const started = process.cpuUsage();
    const found = await events(tree);
    expect(process.cpuUsage(started).user).toBeLessThan(20_000_000);
    expect(found.map(({ name }) => name)).toEqual(["OrderPlaced", "TreeGrown"]);
    expect(found[0]!.contracts[0]!.fields.length).toBeLessThanOrEqual(300);
    expect(shape(found[1])).toEqual(["left: object?"]);
  });
});

describe("versions", () => {
  const avsc = (path: string, name: string, namespace: string): Tree => ({ [path]: record(name, { id: "string" }, namespace) });
  test.each([
    [avsc("contracts/a.avsc", "OrderPlacedV2", "shop"), "2"],
    [avsc("contracts/a.avsc", "OrderPlaced", "shop.v3.orders"), "3"],
    [avsc("contracts/order-placed.v4.avsc", "OrderPlaced", "shop"), "4"],
    [avsc("contracts/v5/a.avsc", "OrderPlaced", "shop"), "5"],
    [avsc("contracts/order-placed.v1-value.avsc", "OrderPlaced", "shop"), "1"],
    [
      {
        "events/a.json":
          '{ "$id": "https://shop.example/order-placed/1-0-2", "title": "OrderPlaced", "type": "object", "properties": { "id": {} } }',
      },
      "1",
    ],
    [
      { "events/a.json": '{ "title": "OrderPlaced", "type": "object", "properties": { "type": { "const": "shop.order.placed.v6" } } }' },
      "6",
    ],
    [{ "events/a.json": '{ "title": "OrderPlaced", "version": "2.0.0", "type": "object", "properties": { "id": {} } }' }, null],
    [
      {
        "events/a.json":
          '{ "title": "OrderPlaced", "type": "object", "properties": { "meta": { "type": "object", "properties": { "schemaVersion": { "type": "integer" } } } } }',
      },
      "stated",
    ],
  ] as const)("%#: names, namespaces, topics, addresses and fields say them", async (tree, version) => {
    expect((await events(tree)).map(({ name, contracts }) => [name, contracts[0]?.version])).toEqual([["OrderPlaced", version]]);
  });
});

describe("registries", () => {
  test.each([
    [{ "services/orders/package.json": '{ "name": "orders", "dependencies": { "@kafkajs/confluent-schema-registry": "3.8.0" } }' }, 1],
    [{ "docker-compose.yml": "services:\n  registry: { image: confluentinc/cp-schema-registry:7.6.0 }\n" }, 1],
    [{ "services/orders/.env": "SCHEMA_REGISTRY_URL=http://registry:8081\n" }, 1],
    [
      {
        "services/orders/src/serde.ts":
          'import { SchemaRegistryClient } from "@confluentinc/schemaregistry";\nexport const client = new SchemaRegistryClient({});\n',
      },
      1,
    ],
    [{ "services/orders/src/serde.ts": 'import { find } from "./schema-registry.js";\nfind();\n' }, 0],
  ])("%#: clients, containers and addresses show one", async (tree, count) => {
    expect((await systemOf({ ...service("services/orders"), ...tree })).schemaRegistries).toHaveLength(count);
  });
});
