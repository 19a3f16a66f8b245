import { describe, expect, it } from "vitest";
import { shop, type Shop } from "./shop.js";

const published = (system: Shop): readonly string[] =>
  system.model.channels.flatMap(({ name, transport, publishers }) =>
    publishers.map(({ service, function: fn, event }) => `${service} ${transport} ${name} ${event} by ${fn}`),
  );

const TYPEORM = `import { Column, Entity } from "typeorm"; @Entity() export class OutboxMessage { @Column() topic: string; @Column() eventType: string; @Column() payload: object; @Column() destination: string; @Column() sent: boolean; }`;
const KAFKA = `import { Kafka } from "kafkajs"; export class Bus { private producer = new Kafka({ brokers: [] }).producer(); async send(topic: string, message: object) { await this.producer.send({ topic, messages: [{ value: JSON.stringify(message) }] }); } }`;
const RELAY = `import { InjectRepository } from "@nestjs/typeorm"; import { Cron } from "@nestjs/schedule"; import { Repository } from "typeorm"; import { OutboxMessage } from "./outbox-message"; import { Bus } from "./bus";
  export class Relay { constructor(@InjectRepository(OutboxMessage) private readonly rows: Repository<OutboxMessage>, private readonly bus: Bus) {}
    @Cron("* * * * * *") async run() { const rows = await this.rows.find({ where: { sent: false } }); for (const row of rows) await this.send(row); }
    private async send(row: OutboxMessage) { const { topic, eventType, payload } = row; await this.bus.send(topic, { type: eventType, payload }); await this.rows.update({ id: row.id }, { sent: true }); } }`;

describe("a message that goes through an outbox", () => {
  it("is published by who writes the row, under the name in the row", async () => {
    const system = await shop({
      "orders/src/outbox-message.ts": TYPEORM,
      "orders/src/bus.ts": KAFKA,
      "orders/src/relay.ts": RELAY,
      "orders/src/topics.ts": `export enum Topic { Orders = "order-events", Parcels = "parcel-events" }`,
      "orders/src/orders.ts": `import { DataSource } from "typeorm"; import { OutboxMessage } from "./outbox-message"; import { Topic } from "./topics";
        export class Orders { constructor(private readonly source: DataSource) {}
          async create(order) { await this.source.transaction(async (manager) => { const row = manager.create(OutboxMessage, { topic: Topic.Orders, eventType: "created", payload: order }); await manager.save(row); }); } }`,
    });
    expect(published(system)).toEqual(["orders kafka order-events created by orders/Orders.create"]);
  });

  it("has the topic that a caller gives to the function that writes", async () => {
    const system = await shop({
      "orders/src/outbox-message.ts": `import { Prop, Schema } from "@nestjs/mongoose"; @Schema() export class OutboxMessage { @Prop() topic: string; @Prop() eventType: string; @Prop() payload: object; }`,
      "orders/src/bus.ts": KAFKA,
      "orders/src/relay.ts": `import { InjectModel } from "@nestjs/mongoose"; import { Model } from "mongoose"; import { OutboxMessage } from "./outbox-message"; import { Bus } from "./bus"; export class Relay { constructor(@InjectModel(OutboxMessage.name) private readonly rows: Model<OutboxMessage>, private readonly bus: Bus) {} async run() { for (const row of await this.rows.find({ sent: false })) await this.bus.send(row.topic, { type: row.eventType }); } }`,
      "orders/src/outbox.ts": `import { InjectModel } from "@nestjs/mongoose"; import { Model } from "mongoose"; import { OutboxMessage } from "./outbox-message"; export class Outbox { constructor(@InjectModel(OutboxMessage.name) private readonly rows: Model<OutboxMessage>) {} async add(topic: string, eventType: string, payload: object) { const row = new this.rows({ topic, eventType, payload }); return row.save(); } }`,
      "orders/src/orders.ts": `import { Outbox } from "./outbox"; export class Orders { constructor(private readonly outbox: Outbox) {} async create(order) { await this.outbox.add("order-events", "created", order); } async cancel(order) { await this.outbox.add("order-events", "cancelled", order); } async pack(order) { await this.outbox.add("parcel-events", "packed", order); } }`,
    });
    expect(published(system)).toEqual([
      "orders kafka order-events cancelled by orders/Outbox.add",
      "orders kafka order-events created by orders/Outbox.add",
      "orders kafka parcel-events packed by orders/Outbox.add",
    ]);
  });

  it("may be one of several rows, made by a repository and saved by a transaction", async () => {
    const system = await shop({
      "orders/src/outbox-message.ts": TYPEORM,
      "orders/src/bus.ts": KAFKA,
      "orders/src/relay.ts": RELAY,
      "orders/src/orders.ts": `import { InjectRepository } from "@nestjs/typeorm"; import { DataSource, Repository } from "typeorm"; import { OutboxMessage } from "./outbox-message";
        export class Orders { constructor(private readonly source: DataSource, @InjectRepository(OutboxMessage) private readonly rows: Repository<OutboxMessage>) {}
          async create(order) { await this.source.transaction(async (manager) => { const created = this.rows.create({ topic: "order-events", eventType: "created", payload: order }); const packed = this.rows.create({ topic: "parcel-events", eventType: "packed", payload: order }); await manager.save([created, packed]); }); } }`,
    });
    expect(published(system)).toEqual([
      "orders kafka order-events created by orders/Orders.create",
      "orders kafka parcel-events packed by orders/Orders.create",
    ]);
  });

  it("goes only where the relay sends rows of its kind", async () => {
    const system = await shop({
      "orders/src/outbox-message.ts": TYPEORM,
      "orders/src/bus.ts": KAFKA,
      "orders/src/relay.ts": RELAY.replace(
        "await this.bus.send(topic, { type: eventType, payload });",
        `
        switch (row.destination) {
          case "kafka":
            await this.bus.send(topic, { type: eventType, payload });
            break;
          case "mail":
            await fetch("http://payments:3000/mails");
        }`,
      ),
      "orders/src/orders.ts": `import { InjectRepository } from "@nestjs/typeorm"; import { Repository } from "typeorm"; import { OutboxMessage } from "./outbox-message";
        export class Orders { constructor(@InjectRepository(OutboxMessage) private readonly rows: Repository<OutboxMessage>) {}
          async create(order) { await this.rows.save({ topic: "order-events", eventType: "created", destination: "kafka", payload: order }); await this.rows.save({ topic: "letters", eventType: "thanks", destination: "mail", payload: order }); } }`,
    });
    expect(published(system)).toEqual(["orders kafka order-events created by orders/Orders.create"]);
  });

  it("goes only where the relay sends rows whose topics begin so", async () => {
    const relay = (condition: string): string =>
      RELAY.replace(
        "await this.bus.send(topic, { type: eventType, payload });",
        `
        if (${condition}) {
          await this.bus.send(topic, { type: eventType, payload });
        }`,
      );
    const tree = {
      "orders/src/outbox-message.ts": TYPEORM,
      "orders/src/bus.ts": KAFKA,
      "orders/src/orders.ts": `import { InjectRepository } from "@nestjs/typeorm"; import { Repository } from "typeorm"; import { OutboxMessage } from "./outbox-message";
        export class Orders { constructor(@InjectRepository(OutboxMessage) private readonly rows: Repository<OutboxMessage>) {}
          async create(order) { await this.rows.save({ topic: "order-events", eventType: "created", payload: order }); await this.rows.save({ topic: "letters", eventType: "thanks", payload: order }); } }`,
    };
    const begins = await shop({ ...tree, "orders/src/relay.ts": relay('row.topic.startsWith("order-")') });
    expect(published(begins)).toEqual(["orders kafka order-events created by orders/Orders.create"]);
    // What is denied says nothing of those that go this way.
    const denied = await shop({ ...tree, "orders/src/relay.ts": relay('!row.topic.startsWith("mail-")') });
    expect(published(denied)).toEqual([
      "orders kafka letters thanks by orders/Orders.create",
      "orders kafka order-events created by orders/Orders.create",
    ]);
  });

  it("is found where transactions have no type and tables are no classes", async () => {
    const system = await shop({
      "orders/src/schema.ts": `import { pgTable, varchar } from "drizzle-orm/pg-core"; export const outbox = pgTable("outbox", { topic: varchar("topic") });`,
      "orders/src/bus.ts": KAFKA,
      "orders/src/relay.ts": `import { drizzle } from "drizzle-orm/node-postgres"; import { Bus } from "./bus"; import { outbox } from "./schema"; const db = drizzle("postgres://db"); const bus = new Bus(); export async function relay() { const rows = await db.select().from(outbox); for (const row of rows) await publish(row); } async function publish(row: any) { await bus.send(row.topic, row.payload); }`,
      "orders/src/outbox.ts": `import { outbox } from "./schema"; export class Outbox { add(tx: any, topic: string, payload: object) { return tx.insert(outbox).values({ topic, payload }).returning(); } addOrder(tx: any, payload: object) { return this.add(tx, "order-events", payload); } }`,
      "orders/src/orders.ts": `import { drizzle } from "drizzle-orm/node-postgres"; import { Outbox } from "./outbox"; const db = drizzle("postgres://db"); const rows = new Outbox(); export const create = (order) => db.transaction(async (tx) => { await rows.addOrder(tx, order); });`,
    });
    expect(published(system)).toEqual(["orders kafka order-events order-events by orders/Outbox.add"]);
  });

  it("is found in SQL texts, and in keys of an exchange", async () => {
    const system = await shop({
      "orders/src/relay.ts": `import amqp from "amqplib"; import { Pool } from "pg"; const pool = new Pool(); export async function relay(channel: amqp.Channel) { const { rows } = await pool.query("SELECT * FROM outbox WHERE sent = false"); for (const row of rows) channel.publish("shop", row.event_type, Buffer.from(row.payload)); }`,
      "orders/src/orders.ts": `import { Pool } from "pg"; const pool = new Pool(); export const create = (order) => pool.query("INSERT INTO outbox (id, event_type, payload) VALUES ($1, $2, $3)", [order.id, "order.created", order]);`,
    });
    expect(published(system)).toEqual(["orders amqp shop/order.created order.created by orders/create"]);
  });

  it("stays the relay's where no row says more", async () => {
    const system = await shop({
      "orders/src/relay.ts": `import amqp from "amqplib"; import { Pool } from "pg"; const pool = new Pool(); export async function relay(channel: amqp.Channel) { const { rows } = await pool.query("SELECT * FROM outbox WHERE sent = false"); for (const row of rows) channel.publish("shop", \`orders.\${row.event_type}\`, Buffer.from(row.payload)); }`,
    });
    expect(published(system)).toEqual(["orders amqp shop/orders.${…} orders.${…} by orders/relay"]);
  });
});
