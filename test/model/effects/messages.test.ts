import { describe, expect, it } from "vitest";
import { orders, shop } from "./shop.js";

const NEST = `import { Inject } from "@nestjs/common"; import { ClientProxy } from "@nestjs/microservices";`;

/** One publish of order.created with each broker. */
const PUBLISHERS: readonly (readonly [string, string, string])[] = [
  [
    "kafkajs",
    `import { Kafka } from "kafkajs"; const producer = new Kafka({ brokers: [] }).producer(); export const run = (order) => producer.send({ topic: "order.created", messages: [{ value: JSON.stringify(order) }] });`,
    "kafka order.created",
  ],
  [
    "confluent",
    `import { KafkaJS } from "@confluentinc/kafka-javascript"; const producer = new KafkaJS.Kafka({}).producer(); export const run = (order) => producer.send({ topic: "order.created", messages: [] });`,
    "kafka order.created",
  ],
  [
    "node-rdkafka",
    `import Kafka from "node-rdkafka"; const producer = new Kafka.Producer({}); export const run = (order) => producer.produce("order.created", null, Buffer.from("{}"));`,
    "kafka order.created",
  ],
  [
    "amqplib exchange",
    `import amqp from "amqplib"; export async function run(order) { const connection = await amqp.connect("amqp://rabbit"); const channel = await connection.createChannel(); channel.publish("orders", "order.created", Buffer.from(JSON.stringify(order))); }`,
    "amqp orders/order.created",
  ],
  [
    "amqplib queue",
    `import amqp from "amqplib"; export async function run(order) { const connection = await amqp.connect("amqp://rabbit"); const channel = await connection.createConfirmChannel(); channel.sendToQueue("order.created", Buffer.from("{}")); }`,
    "amqp order.created",
  ],
  [
    "amqplib callbacks",
    `const amqp = require("amqplib/callback_api"); exports.run = (order) => amqp.connect("amqp://rabbit", (error, connection) => { connection.createChannel((error, channel) => { channel.sendToQueue("order.created", Buffer.from("{}")); }); });`,
    "amqp order.created",
  ],
  [
    "amqplib in a field",
    `import { connect, Channel } from "amqplib"; export class Bus { private channel!: Channel; async run(order) { this.channel.publish("orders", "order.created", Buffer.from("{}")); } }`,
    "amqp orders/order.created",
  ],
  [
    "amqp-connection-manager",
    `import { connect } from "amqp-connection-manager"; const channel = connect(["amqp://rabbit"]).createChannel({ json: true }); export const run = (order) => channel.publish("orders", "order.created", order);`,
    "amqp orders/order.created",
  ],
  [
    "nestjs-rabbitmq",
    `import { AmqpConnection } from "@golevelup/nestjs-rabbitmq"; export class Orders { constructor(private readonly amqp: AmqpConnection) {} run(order) { return this.amqp.publish("orders", "order.created", order); } }`,
    "amqp orders/order.created",
  ],
  [
    "nats",
    `import { connect, StringCodec } from "nats"; export async function run(order) { const nc = await connect({ servers: "nats" }); nc.publish("order.created", StringCodec().encode("{}")); }`,
    "nats order.created",
  ],
  [
    "JetStream",
    `import { connect } from "nats"; export async function run(order) { const nc = await connect({}); await nc.jetstream().publish("order.created", "{}"); }`,
    "nats order.created",
  ],
  [
    "SNS v3",
    `import { SNSClient, PublishCommand } from "@aws-sdk/client-sns"; const sns = new SNSClient({}); export const run = (order) => sns.send(new PublishCommand({ TopicArn: "arn:aws:sns:eu-west-1:123456789012:order-created", Message: JSON.stringify(order) }));`,
    "sns order-created",
  ],
  [
    "SNS v2",
    `import AWS from "aws-sdk"; const sns = new AWS.SNS(); export const run = (order) => sns.publish({ TopicArn: "arn:aws:sns:eu-west-1:123456789012:order-created", Message: "{}" }).promise();`,
    "sns order-created",
  ],
  [
    "SQS",
    `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs"; const sqs = new SQSClient({}); export const run = (order) => sqs.send(new SendMessageCommand({ QueueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/order-created", MessageBody: "{}" }));`,
    "sqs order-created",
  ],
  [
    "SQS in an account that is not known",
    `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs"; const sqs = new SQSClient({}); const { REGION, ACCOUNT } = process.env; export const run = (order) => sqs.send(new SendMessageCommand({ QueueUrl: \`https://sqs.\${REGION}.amazonaws.com/\${ACCOUNT}/order-created\`, MessageBody: "{}" }));`,
    "sqs order-created",
  ],
  [
    "EventBridge",
    `import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge"; const bus = new EventBridgeClient({}); export const run = (order) => bus.send(new PutEventsCommand({ Entries: [{ EventBusName: "shop", DetailType: "order.created", Detail: "{}" }] }));`,
    "eventbridge shop/order.created",
  ],
  [
    "Pub/Sub",
    `import { PubSub } from "@google-cloud/pubsub"; const pubsub = new PubSub(); export const run = (order) => pubsub.topic("order.created").publishMessage({ json: order });`,
    "pubsub order.created",
  ],
  [
    "Service Bus",
    `import { ServiceBusClient } from "@azure/service-bus"; const sender = new ServiceBusClient("x").createSender("order.created"); export const run = (order) => sender.sendMessages({ body: order });`,
    "servicebus order.created",
  ],
  [
    "redis",
    `import { createClient } from "redis"; const redis = createClient(); export const run = (order) => redis.publish("order.created", "{}");`,
    "redis order.created",
  ],
  [
    "ioredis",
    `import Redis from "ioredis"; const redis = new Redis(); export const run = (order) => redis.publish("order.created", "{}");`,
    "redis order.created",
  ],
  [
    "BullMQ",
    `import { Queue } from "bullmq"; const queue = new Queue("orders"); export const run = (order) => queue.add("order.created", order);`,
    "bullmq orders",
  ],
  [
    "BullMQ injected",
    `import { InjectQueue } from "@nestjs/bullmq"; import { Queue } from "bullmq"; export class Orders { constructor(@InjectQueue("orders") private readonly queue: Queue) {} run(order) { return this.queue.add("order.created", order); } }`,
    "bullmq orders",
  ],
  [
    "Bull with a job whose data is not known",
    `import { InjectQueue } from "@nestjs/bull"; import { Queue } from "bull"; import { Order } from "./order"; export class Orders { constructor(@InjectQueue("orders") private readonly queue: Queue) {} run(order: Order) { return this.queue.add("order.created", order, { attempts: 3 }); } }`,
    "bull orders",
  ],
  [
    "MQTT",
    `import mqtt from "mqtt"; const client = mqtt.connect("mqtt://broker"); export const run = (order) => client.publish("order.created", "{}");`,
    "mqtt order.created",
  ],
  [
    "Dapr",
    `import { DaprClient } from "@dapr/dapr"; const dapr = new DaprClient(); export const run = (order) => dapr.pubsub.publish("pubsub", "order.created", order);`,
    "dapr order.created",
  ],
  [
    "ClientProxy.emit",
    `${NEST} export class Orders { constructor(@Inject("BUS") private readonly bus: ClientProxy) {} run(order) { this.bus.emit("order.created", order); } }`,
    "nest order.created",
  ],
];

describe("a publish with", () => {
  it.each(PUBLISHERS)("%s", async (_, source, channel) => {
    const system = await shop({ [source.includes("require(") ? "orders/src/orders.js" : "orders/src/orders.ts"]: source });
    const published = system.model.channels.filter(({ publishers }) => publishers.length > 0);
    expect(published.map(({ transport, name }) => `${transport} ${name}`)).toEqual([channel]);
    expect(published[0]!.publishers[0]!.service).toBe("orders");
    expect(published[0]!.publishers[0]!.function).not.toBeNull();
  });
});

/** One consumer of order.created with each broker; it writes nothing. */
const CONSUMERS: readonly (readonly [string, string])[] = [
  [
    "kafkajs",
    `import { Kafka } from "kafkajs"; const consumer = new Kafka({ brokers: [] }).consumer({ groupId: "a" }); export async function run() { await consumer.subscribe({ topics: ["order.created"] }); await consumer.run({ eachMessage: async ({ message }) => { await handle(message); } }); } export async function handle(message) { await fetch("http://payments:3000/" + message.key); }`,
  ],
  [
    "amqplib",
    `import amqp from "amqplib"; export async function run() { const channel = await (await amqp.connect("amqp://rabbit")).createChannel(); await channel.consume("order.created", async (message) => { await fetch("http://payments:3000/x"); }); }`,
  ],
  [
    "nats",
    `import { connect } from "nats"; export async function run() { const nc = await connect({}); nc.subscribe("order.created", { callback: (error, message) => { fetch("http://payments:3000/x"); } }); }`,
  ],
  [
    "BullMQ",
    `import { Worker } from "bullmq"; export const worker = new Worker("order.created", async (job) => { await fetch("http://payments:3000/x"); });`,
  ],
  [
    "EventPattern",
    `import { EventPattern } from "@nestjs/microservices"; export class Orders { @EventPattern("order.created") handle(event) { return fetch("http://payments:3000/x"); } }`,
  ],
  [
    "RabbitSubscribe",
    `import { RabbitSubscribe } from "@golevelup/nestjs-rabbitmq"; export class Orders { @RabbitSubscribe({ exchange: "", routingKey: "order.created" }) handle(event) { return fetch("http://payments:3000/x"); } }`,
  ],
  [
    "Processor",
    `import { Processor, WorkerHost } from "@nestjs/bullmq"; @Processor("order.created") export class Orders extends WorkerHost { async process(job) { return fetch("http://payments:3000/x"); } }`,
  ],
  [
    "a Bull processor with named jobs",
    `import { Process, Processor } from "@nestjs/bull"; @Processor("order.created") export class Orders { @Process("ship") async ship(job) { return fetch("http://payments:3000/x"); } }`,
  ],
  [
    "a queue that a caller names",
    `import { Worker } from "bullmq"; export function start(name) { return new Worker(name, async (job) => { await fetch("http://payments:3000/x"); }); } export const worker = start("order.created");`,
  ],
  [
    "a connection's copy",
    `import Redis from "ioredis"; export class Orders { private sub: Redis; constructor(private readonly redis: Redis) {} onModuleInit() { this.sub = this.redis.duplicate(); this.sub.subscribe("order.created", async () => { await fetch("http://payments:3000/x"); }); } }`,
  ],
  [
    "sqs-consumer",
    `import { Consumer } from "sqs-consumer"; export const app = Consumer.create({ queueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/order.created", handleMessage: async (message) => { await fetch("http://payments:3000/x"); } });`,
  ],
];

describe("a consumer with", () => {
  it.each(CONSUMERS)("%s", async (_, source) => {
    const system = await orders(source);
    const [channel] = system.model.channels;
    expect(channel?.name).toBe("order.created");
    const [consumer] = channel!.consumers;
    expect(consumer?.service).toBe("orders");
    const handler = system.model.code.functions.find(({ id }) => id === consumer?.function);
    expect(handler?.entries.map(({ kind, operation }) => `${kind} ${operation}`)).toEqual(["consumer order.created"]);
    expect(handler?.effects.some(({ kind, target }) => kind === "call" && target === "payments")).toBe(true);
  });
});

describe("consumers of shared code", () => {
  const library = `import { Consumer } from "kafkajs";
    export abstract class BaseConsumer { abstract topics: string[];
      constructor(private readonly consumer: Consumer, private readonly handlers: Record<string, (value) => Promise<void>>) {}
      async start() { await this.consumer.subscribe({ topics: this.topics }); await this.consumer.run({ eachMessage: async ({ topic, message }) => { await this.handlers[topic](message.value); } }); } }`;
  const listener = (topic: string): string =>
    `import { Kafka } from "kafkajs"; import { BaseConsumer } from "@shop/events"; class Topics extends BaseConsumer { topics = ["${topic}"]; } export const run = () => new Topics(new Kafka({ brokers: [] }).consumer({ groupId: "a" }), {}).start();`;

  it("take the topics of the subclass that each service starts", async () => {
    const system = await shop({
      "package.json": `{ "workspaces": ["packages/*", "orders", "payments"] }`,
      "packages/events/package.json": `{ "name": "@shop/events", "main": "index.ts" }`,
      "packages/events/index.ts": library,
      "orders/src/topics.ts": listener("payment.captured"),
      "payments/src/topics.ts": listener("order.created"),
    });
    expect(system.model.channels.map(({ name, consumers }) => `${name}: ${consumers.map(({ service }) => service).join()}`)).toEqual([
      "order.created: payments",
      "payment.captured: orders",
    ]);
  });

  it("hand what they took to the function that the service gives", async () => {
    const system = await shop({
      "package.json": `{ "workspaces": ["packages/*", "orders", "payments"] }`,
      "packages/bus/package.json": `{ "name": "@shop/bus", "main": "index.ts" }`,
      "packages/bus/index.ts": `import amqp from "amqplib"; export class Bus { constructor(private readonly channel: amqp.Channel) {} async consume<T>(queue: string, handler: (message: T) => void) { await this.channel.consume(queue, (message) => { if (message !== null) { handler(JSON.parse(message.content.toString())); this.channel.ack(message); } }); } }`,
      "orders/src/paid.ts": `import { Bus } from "@shop/bus"; export class Paid { async handle(message) { await fetch("http://payments:3000/receipts"); } } export const run = (bus: Bus) => bus.consume("payment.captured", new Paid().handle);`,
    });
    const [channel] = system.model.channels;
    expect(channel?.consumers.map((consumer) => `${consumer.service} ${consumer.function}`)).toEqual(["orders orders/Paid.handle"]);
    expect(system.effects("Paid.handle")).toEqual(["call payments GET /receipts"]);
  });

  it("that nobody starts take nothing", async () => {
    const system = await orders(
      `import amqp from "amqplib"; export class Bus { private channel: amqp.Channel; async listen(queue, key) { await this.channel.bindQueue(queue, "shop", key); } }`,
    );
    expect(system.model.channels).toEqual([]);
  });

  it("on a queue that the broker names take what is bound to it", async () => {
    const system = await orders(
      `import { Channel } from "amqplib"; export async function run(channel: Channel) { const { queue } = await channel.assertQueue("", { exclusive: true }); await channel.bindQueue(queue, "shop", "order.*"); await channel.consume(queue, (message) => {}); }`,
    );
    expect(system.model.channels.map(({ name }) => name)).toEqual(["shop/order.*"]);
  });

  it.each([
    [
      "ioredis",
      `import Redis from "ioredis"; const redis = new Redis(); export const run = () => redis.xreadgroup("GROUP", "orders", "one", "COUNT", 10, "STREAMS", "order:events", ">");`,
    ],
    [
      "node-redis",
      `import { createClient } from "redis"; const redis = createClient(); export const run = () => redis.xReadGroup("orders", "one", { key: "order:events", id: ">" });`,
    ],
  ])("of a stream of %s", async (_, source) => {
    expect((await orders(source)).model.channels.map(({ name, consumers }) => `${name} ${consumers.length}`)).toEqual(["order:events 1"]);
  });
});

describe("request and reply", () => {
  it("meets its handler by pattern", async () => {
    const system = await orders(
      `${NEST} export class Orders { constructor(@Inject("PAYMENTS") private readonly payments: ClientProxy) {} run(id) { return this.payments.send({ cmd: "charge" }, id); } }`,
      {
        "payments/src/payments.controller.ts": `import { Controller } from "@nestjs/common"; import { MessagePattern } from "@nestjs/microservices"; @Controller() export class Payments { @MessagePattern({ cmd: "charge" }) charge(id) { return id; } }`,
      },
    );
    expect(system.calls).toEqual(["orders -> payments charge"]);
    expect(system.call("charge").handler).toBe("payments/Payments.charge");
    expect(system.call("charge").confidence).toBe("high");
  });

  it("goes by the client's registration where several handle a pattern", async () => {
    const handler = (name: string): string =>
      `import { Controller } from "@nestjs/common"; import { MessagePattern } from "@nestjs/microservices"; @Controller() export class ${name} { @MessagePattern("find") find(id) { return id; } }`;
    const system = await orders(
      `${NEST} export class Orders { constructor(@Inject("CLIENT") private readonly client: ClientProxy) {} run(id) { return this.client.send("find", id); } }`,
      {
        "orders/src/orders.module.ts": `import { Module } from "@nestjs/common"; import { ClientsModule, Transport } from "@nestjs/microservices"; import { Orders } from "./orders"; @Module({ imports: [ClientsModule.register([{ name: "CLIENT", transport: Transport.TCP, options: { host: "inventory", port: 4000 } }])], providers: [Orders] }) export class OrdersModule {}`,
        "payments/src/payments.ts": handler("Payments"),
        "inventory/src/inventory.ts": handler("Inventory"),
      },
    );
    expect(system.calls).toEqual(["orders -> inventory find"]);
    expect(system.call("find").handler).toBe("inventory/Inventory.find");
  });

  it("finds the service that implements a gRPC interface", async () => {
    const system = await orders(
      `
      import { Inject } from "@nestjs/common"; import { ClientGrpc } from "@nestjs/microservices";
      interface PaymentsClient { charge(request: { id: string }): unknown }
      export class Orders { private payments: PaymentsClient; constructor(@Inject("PAYMENTS_PACKAGE") private readonly client: ClientGrpc) {}
        onModuleInit() { this.payments = this.client.getService<PaymentsClient>("PaymentsService"); }
        run(id) { return this.payments.charge({ id }); } }`,
      {
        "payments/src/payments.ts": `import { Controller } from "@nestjs/common"; import { GrpcMethod } from "@nestjs/microservices"; @Controller() export class Payments { @GrpcMethod("PaymentsService", "Charge") charge(request) { return request; } }`,
      },
    );
    expect(system.calls).toEqual(["orders -> payments PaymentsService/Charge"]);
    expect(system.call("Charge").handler).toBe("payments/Payments.charge");
  });
});

describe("an event", () => {
  it("has the shape of its class, and no version", async () => {
    const system = await orders(`${NEST}
      enum Currency { Euro = "EUR", Pound = "GBP" }
      class OrderCreated { orderId: string; items?: { sku: string; quantity: number }[]; note: string | null; currency: Currency; constructor(readonly createdAt: Date) {} }
      export class Orders { constructor(@Inject("BUS") private readonly bus: ClientProxy) {} run(event: OrderCreated) { this.bus.emit("order.created", event); } }`);
    const [event] = system.model.events;
    expect(event?.name).toBe("order.created");
    expect(event?.versions).toHaveLength(1);
    expect(event?.versions[0]!.version).toBeNull();
    expect(
      event?.versions[0]!.shapes[0]!.fields.map(
        ({ path, type, optional, nullable }) => `${path}${optional ? "?" : ""} ${type}${nullable ? " or null" : ""}`,
      ),
    ).toEqual([
      "createdAt string",
      `currency "EUR"|"GBP"`,
      "items? object[]",
      "items[].quantity number",
      "items[].sku string",
      "note string or null",
      "orderId string",
    ]);
  });

  it.each([
    ["a field", `{ type: "OrderCreated", version: 2, id: "1" }`, "orders", "OrderCreated", "2"],
    ["the topic", `{ id: "1" }`, "order.created.v3", "order.created", "3"],
    ["its type", `{ type: "shop.order.created.v1", id: "1" }`, "orders", "shop.order.created", "1"],
    ["nothing", `{ id: "1" }`, "order.created", "order.created", null],
  ])("is versioned by %s", async (_, payload, topic, name, version) => {
    const system = await orders(
      `import { Kafka } from "kafkajs"; const producer = new Kafka({ brokers: [] }).producer(); export const run = () => producer.send({ topic: "${topic}", messages: [{ value: JSON.stringify(${payload}) }] });`,
    );
    expect(system.model.events.map((event) => [event.name, event.versions.map((each) => each.version)])).toEqual([[name, [version]]]);
  });

  it("names who takes it", async () => {
    const system = await orders(
      `import Redis from "ioredis"; const redis = new Redis(); export const run = () => redis.publish("order.created", JSON.stringify({ id: "1" }));`,
      {
        "shipping/src/shipping.ts": `import Redis from "ioredis"; const redis = new Redis(); redis.subscribe("order.created");`,
      },
    );
    expect(system.model.events[0]?.consumers).toEqual(["shipping"]);
  });
});

describe("a routing key out of properties of a parameter", () => {
  const events = `import amqp from "amqplib"; export class Events { channel: amqp.Channel; async send(event) { const key = \`\${event.target}.\${event.name}\`; await this.channel.publish("shop", key, Buffer.from(JSON.stringify(event))); }`;

  it("is what each caller gives", async () => {
    const system = await orders(
      `${events} async paid(order) { await this.send({ name: "paid", target: "orders", order }); } async sent(order) { await this.send({ target: "mails", name: "sent" }); } }`,
    );
    expect(system.model.channels.map(({ name }) => name)).toEqual(["shop/mails.sent", "shop/orders.paid"]);
  });

  it("does not say what properties are called where no caller is known", async () => {
    const system = await orders(`${events} }`);
    expect(system.model.channels.map(({ name }) => name)).toEqual(["shop/${…}.${…}"]);
  });
});

it("takes a variable that another function fills for what it is filled with, whatever its declared type", async () => {
  const system = await orders(
    `import { Queue } from "bullmq"; let queue: Queue; export function connect() { queue = create(); } function create(): Queue { const made = new Queue("parcels", {}); return made; } export function all(): Queue { return queue; } export function run(order) { let all_: Queue; try { all_ = all(); } catch (error) { throw error; } [order].forEach((one) => { all_.add("send", one); }); }`,
  );
  expect(system.model.channels.map(({ name, publishers }) => [name, publishers[0]?.service])).toEqual([["parcels", "orders"]]);
});
