import { describe, expect, it } from "vitest";
import { shop } from "./shop.js";

const KAFKA = `import { Kafka } from "kafkajs"; const kafka = new Kafka({ brokers: [] });`;
const sends = (topic: string): string =>
  `${KAFKA} const producer = kafka.producer(); export const run = (order) => producer.send({ topic: ${topic}, messages: [{ value: JSON.stringify(order) }] });`;
const takes = (topic: string): string =>
  `${KAFKA} const consumer = kafka.consumer({ groupId: "g" }); export async function start() { await consumer.subscribe({ topic: ${topic} }); await consumer.run({ eachMessage: async ({ message }) => console.log(message) }); } start();`;

/** `orders.placed: orders > shipping` */
async function channels(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const names = (uses: readonly { readonly service: string }[]): string => uses.map(({ service }) => service).join();
  return (await shop(files)).model.channels.map(({ name, publishers, consumers }) => `${name}: ${names(publishers)} > ${names(consumers)}`);
}

describe("a channel that code knows by a variable", () => {
  it.each([
    ["or a default", `process.env.ORDERS_TOPIC || "orders.placed"`],
    ["or, where it is unset, a default", `process.env.ORDERS_TOPIC ?? "orders.placed"`],
    ["of a destructured environment", `topic`, `const { ORDERS_TOPIC: topic = "orders.placed" } = process.env;`],
    ["where it is set", `process.env.ORDERS_TOPIC ? process.env.ORDERS_TOPIC : "orders.placed"`],
    [
      "of a function for settings",
      `setting("ORDERS_TOPIC", "orders.placed")`,
      `const setting = (name: string, usual: string) => process.env[name] || usual;`,
    ],
    [
      "of a function for settings that insists",
      `setting("ORDERS_TOPIC", "orders.placed")`,
      `function setting(name: string, usual?: string): string { const value = process.env[name]; if (value !== undefined) return value; if (usual !== undefined) return usual; throw new Error(name); }`,
    ],
    ["of Nest's settings", `new ConfigService().get("ORDERS_TOPIC", "orders.placed")`, `import { ConfigService } from "@nestjs/config";`],
    [
      "of Nest's settings under a dotted key",
      `new ConfigService().get<string>("orders.topic", "orders.placed")`,
      `import { ConfigService } from "@nestjs/config";`,
    ],
    [
      "of Nest's settings under a dotted key, or a default",
      `new ConfigService().get("orders.topic") ?? "orders.placed"`,
      `import { ConfigService } from "@nestjs/config";`,
    ],
    ["of node-config", `config.get("orders.topic")`, `import config from "config";`],
  ])("has the name that it falls back to: %s", async (_, topic, before = "") => {
    expect(
      await channels({
        "orders/src/orders.ts": `${before} ${sends(topic)}`,
        "orders/config/default.json": `{ "orders": { "topic": "orders.placed" } }`,
        "shipping/src/shipping.ts": takes(`"orders.placed"`),
      }),
    ).toEqual(["orders.placed: orders > shipping"]);
  });

  it("has the name that the service's environment gives it, not the code's default", async () => {
    expect(
      await channels({
        "orders/src/orders.ts": sends(`process.env.TOPIC || "orders"`),
        "orders/.env": "TOPIC=orders.placed\n",
        "shipping/src/shipping.ts": takes(`process.env.TOPIC || "orders"`),
        "shipping/.env": "TOPIC=orders.packed\n",
        "payments/src/payments.ts": takes(`process.env.PLACED ?? "orders.placed"`),
      }),
    ).toEqual(["orders.packed:  > shipping", "orders.placed: orders > payments"]);
  });

  it("keeps the variable's name where nothing says what it holds, or what it holds is no name", async () => {
    expect(
      await channels({
        "orders/src/orders.ts": `${sends("process.env.ORDERS_TOPIC")} export const two = (order) => producer.send({ topic: process.env.BROKER!, messages: [] });`,
        "orders/.env": "BROKER=amqp://shop:secret@rabbit:5672\n",
        "shipping/src/shipping.ts": takes("process.env.ORDERS_TOPIC"),
      }),
    ).toEqual(["${BROKER}: orders > ", "${ORDERS_TOPIC}: orders > shipping"]);
  });

  it("is the same where one of two services has no default", async () => {
    expect(
      await channels({
        "orders/src/orders.ts": sends(`process.env.ORDERS_TOPIC ?? "orders.placed"`),
        "shipping/src/shipping.ts": takes("process.env.ORDERS_TOPIC"),
      }),
    ).toEqual(["orders.placed: orders > shipping"]);
  });

  it("is the queue at the address that the variable holds", async () => {
    expect(
      await channels({
        "orders/src/orders.ts": `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs"; const sqs = new SQSClient({}); export const run = (order) => sqs.send(new SendMessageCommand({ QueueUrl: process.env.QUEUE_URL, MessageBody: "{}" }));`,
        "orders/.env": "QUEUE_URL=https://sqs.eu-west-1.amazonaws.com/123456789012/orders-placed\n",
      }),
    ).toEqual(["orders-placed: orders > "]);
  });

  it("names queues, exchanges and keys of RabbitMQ", async () => {
    expect(
      await channels({
        "orders/src/orders.ts": `import amqp from "amqplib"; export async function run(channel: amqp.Channel, order) { channel.publish(process.env.EXCHANGE || "shop", process.env.KEY ?? "order.placed", Buffer.from("{}")); channel.sendToQueue(process.env.MAILS || "mails", Buffer.from("{}")); }`,
        "shipping/src/shipping.ts": `import amqp from "amqplib"; export async function start(channel: amqp.Channel) { const queue = process.env.MAIL_QUEUE || "mails"; await channel.assertQueue(queue); channel.consume(queue, (message) => channel.ack(message)); }`,
      }),
    ).toEqual(["mails: orders > shipping", "shop/order.placed: orders > "]);
  });

  it("is taken by Nest's decorators", async () => {
    const controller = (decorator: string): string =>
      `import { Controller } from "@nestjs/common"; import { EventPattern } from "@nestjs/microservices"; import { Processor, Process } from "@nestjs/bull"; ${decorator}`;
    expect(
      await channels({
        "orders/src/orders.ts": sends(`process.env.ORDERS_TOPIC || "orders.placed"`),
        "shipping/src/shipping.ts": controller(
          `@Controller() export class Shipping { @EventPattern(process.env.PLACED ?? "orders.placed") placed(order) { return order; } }`,
        ),
        "payments/src/payments.ts": controller(
          `@Processor(process.env.CHARGES || "charges") export class Charges { @Process() charge(job) { return job; } }`,
        ),
      }),
    ).toEqual(["charges:  > payments", "orders.placed: orders > shipping"]);
  });

  it("is what each service's environment makes of the shared code's", async () => {
    expect(
      await channels({
        "libs/bus/package.json": `{ "name": "@shop/bus" }`,
        "package.json": `{ "private": true, "workspaces": ["libs/*", "orders", "payments"] }`,
        "libs/bus/index.ts": `${KAFKA} const producer = kafka.producer(); export const tell = (body) => producer.send({ topic: process.env.TOPIC || "events", messages: [{ value: JSON.stringify(body) }] });`,
        "orders/src/orders.ts": `import { tell } from "@shop/bus"; export const run = (order) => tell(order);`,
        "orders/.env": "TOPIC=orders.placed\n",
        "payments/src/payments.ts": `import { tell } from "@shop/bus"; export const run = (order) => tell(order);`,
      }),
    ).toEqual(["events: payments > ", "orders.placed: orders > "]);
  });
});
