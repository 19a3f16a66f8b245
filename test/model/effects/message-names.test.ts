import { describe, expect, it } from "vitest";
import { shop } from "./shop.js";

/** `orders.placed: orders > shipping` */
async function channels(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const names = (uses: readonly { readonly service: string }[]): string => uses.map(({ service }) => service).join();
  return (await shop(files)).model.channels.map(({ name, publishers, consumers }) => `${name}: ${names(publishers)} > ${names(consumers)}`);
}

const emits = (name: string, before = ""): string =>
  `import { Inject } from "@nestjs/common"; import { ClientProxy } from "@nestjs/microservices"; ${before}
  export class Orders { constructor(@Inject("BUS") private readonly bus: ClientProxy) {} place(order) { this.bus.emit(${name}, order); } }`;
const answers = (name: string, before = ""): string =>
  `import { Controller } from "@nestjs/common"; import { MessagePattern } from "@nestjs/microservices"; ${before}
  @Controller() export class Shipping { @MessagePattern(${name}) take(order) { return order; } }`;

describe("a handler of requests", () => {
  it("takes messages of its name that somebody emits", async () => {
    expect(
      await channels({ "orders/src/orders.ts": emits(`"orders.placed"`), "shipping/src/shipping.ts": answers(`"orders.placed"`) }),
    ).toEqual(["orders.placed: orders > shipping"]);
  });

  it("takes what is sent to a topic of its name", async () => {
    const sends = `import { Kafka } from "kafkajs"; const producer = new Kafka({ brokers: [] }).producer(); export const place = (order) => producer.send({ topic: "OrderPlaced", messages: [{ value: JSON.stringify(order) }] });`;
    expect(await channels({ "orders/src/orders.ts": sends, "shipping/src/shipping.ts": answers(`"OrderPlaced"`) })).toEqual([
      "OrderPlaced: orders > shipping",
    ]);
  });

  it("is no channel where all who use its name wait for the answer", async () => {
    const asks = emits(`"orders.placed"`).replace("this.bus.emit", "return this.bus.send");
    expect(await channels({ "orders/src/orders.ts": asks, "shipping/src/shipping.ts": answers(`"orders.placed"`) })).toEqual([]);
  });
});

describe("a message's name", () => {
  it.each([
    ["its own class", `Names`],
    ["what `this` is there", `this`],
  ])("is made by a static method of %s", async (_, owner) => {
    const names = `class Names { private static from = "orders"; private static made = (name: string) => \`\${${owner}.from}:\${name}\`; static Placed = ${owner}.made("placed"); } export { Names };`;
    expect(
      await channels({
        "package.json": `{ "private": true, "workspaces": ["libs/*", "orders", "shipping"] }`,
        "libs/names/package.json": `{ "name": "@shop/names", "main": "index.ts" }`,
        "libs/names/index.ts": names,
        "orders/src/orders.ts": emits("Names.Placed", `import { Names } from "@shop/names";`),
        "shipping/src/shipping.ts": answers("Names.Placed", `import { Names } from "@shop/names";`),
      }),
    ).toEqual(["orders:placed: orders > shipping"]);
  });

  it.each([
    ["of the class that a parameter has", `export class Orders { place(event: OrderPlaced) { this.send(event.constructor.name, event); }`],
    [
      "taken out of the class",
      `export class Orders { place(event: OrderPlaced) { const { name } = event.constructor; this.send(name, event); }`,
    ],
    [
      "of an object that was just made",
      `export class Orders { place(id) { const event = new OrderPlaced(id); this.send(event.constructor.name, event); }`,
    ],
    [
      "taken out of what the prototype has",
      `export class Orders { place(event: OrderPlaced) { const { constructor }: OrderPlaced = Object.getPrototypeOf(event); this.send(constructor.name, event); }`,
    ],
    ["of a class itself", `export class Orders { place(id) { this.send(OrderPlaced.name, new OrderPlaced(id)); }`],
  ])("is the name %s", async (_, start) => {
    const source = `import { Kafka, Producer } from "kafkajs"; import { Event } from "@shop/event-sourcing"; class OrderPlaced extends Event { constructor(readonly id: string) { super(id); } }
      ${start} private producer: Producer = new Kafka({ brokers: [] }).producer();
      send<T>(topic: string, event: T): void { this.producer.send({ topic, messages: [{ value: JSON.stringify(event) }] }); } }`;
    expect(await channels({ "orders/src/orders.ts": source, "shipping/src/shipping.ts": answers(`"OrderPlaced"`) })).toEqual([
      "OrderPlaced: orders > shipping",
    ]);
  });
});
