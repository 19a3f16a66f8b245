import { describe, expect, test } from "vitest";
import { systemOf } from "./system.js";

const EVENTS = `
interface Placed { type: "OrderPlaced"; data: { customer: string } }
interface PlacedV2 { type: "OrderPlaced.v2"; data: { customer: object } }
interface PlacedV3 { type: "OrderPlaced.v3"; data: { customer: object } }
function fold(event: PlacedV3) { return event.type === "OrderPlaced.v3" ? 1 : 0; }
for await (const { event } of client.readStream("orders")) fold(read(event));
`;

/** For each version whether it is `handled`, `upcast` or `missed`. */
async function versions(
  code: string,
  library = "@eventstore/db-client",
  more: Readonly<Record<string, string>> = {},
  events = EVENTS,
): Promise<Readonly<Record<number, string>>> {
  const { storedEvents } = await systemOf({
    "docker-compose.yml": "services: { orders: { build: ./orders } }",
    "orders/package.json": '{ "name": "orders" }',
    "orders/src/main.ts": `import { client } from "${library}";\n${events}${code}\n`,
    ...more,
  });
  const [event] = storedEvents;
  return Object.fromEntries(
    (event?.versions ?? []).map(({ version, handled, upcast, missed }) => [
      version,
      upcast.length > 0 ? "upcast" : missed.length > 0 ? "missed" : handled.length > 0 ? "handled" : "none",
    ]),
  );
}

describe("stored events", () => {
  test("are missed in each version that the fold does not know", async () => {
    expect(await versions("const read = (event) => event;")).toEqual({ 1: "missed", 2: "missed", 3: "handled" });
  });

  test.each([
    [
      "by the types that it takes",
      "function read(event) { return upcast(event); }\nfunction upcast(event: Placed | PlacedV2): PlacedV3 { return { ...event, type: 'OrderPlaced.v3' }; }",
      { 1: "upcast", 2: "upcast", 3: "handled" },
    ],
    [
      "by what it compares",
      "function read(event) { return upgrade(event); }\nfunction upgrade(event) { return event.type === 'OrderPlaced.v2' ? { ...event, type: 'OrderPlaced.v3' } : event; }",
      { 1: "missed", 2: "upcast", 3: "handled" },
    ],
    [
      "by the number that it asks for",
      "function read(event) { return upcastOrderPlaced(event); }\nfunction upcastOrderPlaced(event) { return event.version < 2 ? { ...event, version: 2 } : event; }",
      { 1: "upcast", 2: "missed", 3: "handled" },
    ],
    [
      "not by another event's name",
      "function read(event) { return upcastRefund(event); }\ninterface Refund { type: 'Refund' }\nfunction upcastRefund(event: Refund) { return { ...event }; }",
      { 1: "missed", 2: "missed", 3: "handled" },
    ],
    [
      "not where nothing calls it",
      "const read = (event) => event;\nfunction upcast(event) { return { ...event }; }",
      { 1: "missed", 2: "missed", 3: "handled" },
    ],
  ])("an upcaster is understood %s", async (_, code, expected) => {
    expect(await versions(code)).toEqual(expected);
  });

  test("are known by contract files too, where code declares a newer version", async () => {
    const newest = EVENTS.split("\n")
      .filter((line) => !/Placed |PlacedV2 /.test(line))
      .join("\n");
    const record = (name: string): string => JSON.stringify({ type: "record", name, fields: [{ name: "customer", type: "string" }] });
    const contracts = { "orders/avro/v2.avsc": record("OrderPlacedV2"), "orders/avro/other.avsc": record("OrderShippedV1") };
    const read = "const read = (event) => event;";
    expect(await versions(read, "@eventstore/db-client", {}, newest)).toEqual({});
    expect(await versions(read, "@eventstore/db-client", contracts, newest)).toEqual({ 2: "missed", 3: "handled" });
    expect(
      await versions(
        "const read = (event) => (event.type === 'OrderPlaced.v2' ? fold(event) : event);",
        "@eventstore/db-client",
        contracts,
        newest.replace('"OrderPlaced.v3" ?', '"OrderPlaced.v3" || event.type === "OrderPlaced.v2" ?'),
      ),
    ).toEqual({ 2: "handled", 3: "handled" });
  });

  test("need a library that keeps events, or a function that reads them back", async () => {
    expect(await versions("const read = (event) => event;", "kafkajs")).toEqual({ 1: "missed", 2: "missed", 3: "handled" });
    const { storedEvents } = await systemOf({
      "orders/package.json": '{ "name": "orders" }',
      "orders/src/main.ts": EVENTS.replace("readStream", "messages"),
    });
    expect(storedEvents).toEqual([]);
  });
});
