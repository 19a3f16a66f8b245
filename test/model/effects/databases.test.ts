import { describe, expect, it } from "vitest";
import { orders, shop } from "./shop.js";

/** One write of orders with each library. */
const WRITES: readonly (readonly [string, string, string])[] = [
  [
    "Prisma",
    `import { PrismaClient } from "@prisma/client"; const prisma = new PrismaClient(); export const run = (data) => prisma.order.create({ data });`,
    "order",
  ],
  [
    "a Prisma service",
    `import { PrismaClient } from "@prisma/client"; class PrismaService extends PrismaClient {} export class Orders { constructor(private readonly prisma: PrismaService) {} run(data) { return this.prisma.order.upsert({ where: {}, create: data, update: data }); } }`,
    "order",
  ],
  [
    "a Mongoose document that was read",
    `import { model } from "mongoose"; const Order = model("Order"); const load = (id) => Order.findById(id).exec(); export async function run(id) { const order = await load(id); order.state = "paid"; await order.save(); }`,
    "Order",
  ],
  [
    "an active record of TypeORM",
    `import { BaseEntity, Entity } from "typeorm"; @Entity() class Order extends BaseEntity {} export async function run() { const order = new Order(); await order.save(); }`,
    "Order",
  ],
  [
    "TypeORM repository",
    `import { InjectRepository } from "@nestjs/typeorm"; import { Entity, Repository } from "typeorm"; @Entity() class Order {} export class Orders { constructor(@InjectRepository(Order) private readonly repository: Repository<Order>) {} run(order) { return this.repository.save(order); } }`,
    "Order",
  ],
  [
    "TypeORM manager",
    `import { DataSource, Entity } from "typeorm"; @Entity() class Order {} const source = new DataSource({ type: "postgres" }); export const run = (order) => source.manager.save(Order, order);`,
    "Order",
  ],
  [
    "TypeORM getRepository",
    `import { DataSource, Entity } from "typeorm"; @Entity() class Order {} const source = new DataSource({ type: "postgres" }); export const run = (order) => source.getRepository(Order).insert(order);`,
    "Order",
  ],
  [
    "Sequelize define",
    `import { Sequelize } from "sequelize"; const sequelize = new Sequelize("postgres://db/orders"); const Order = sequelize.define("Order", {}); export const run = (order) => Order.create(order);`,
    "Order",
  ],
  [
    "sequelize-typescript",
    `import { Model, Table } from "sequelize-typescript"; @Table class Order extends Model {} export const run = (order) => Order.create(order);`,
    "Order",
  ],
  [
    "Mongoose",
    `import mongoose from "mongoose"; const Order = mongoose.model("Order", new mongoose.Schema({})); export const run = (order) => Order.create(order);`,
    "Order",
  ],
  [
    "Mongoose by model",
    `import { model, Schema } from "mongoose"; const Order = model("Order", new Schema({})); export const run = (id) => Order.findByIdAndUpdate(id, {});`,
    "Order",
  ],
  [
    "a new Mongoose document",
    `import { model, Schema } from "mongoose"; const Order = model("Order", new Schema({})); export async function run(data) { const order = new Order(data); await order.save(); }`,
    "Order",
  ],
  [
    "a Mongoose document that a static method makes",
    `import { model, Schema } from "mongoose"; const schema = new Schema({}); schema.statics.build = (data) => new Order(data); const Order = model("Order", schema); export const run = async (data) => { const order = Order.build(data); await order.save(); };`,
    "Order",
  ],
  [
    "a Mongoose document that is changed at once",
    `import { model, Schema } from "mongoose"; const Order = model("Order", new Schema({})); export const run = async (id, data) => { const order = await Order.findById(id).orFail(); await order.set(data).save(); };`,
    "Order",
  ],
  [
    "a Mongoose model of a connection of its own",
    `import mongoose from "mongoose"; const connection = mongoose.createConnection("mongodb://shop"); const Order = connection.model("Order", new mongoose.Schema({})); export const run = (data) => Order.create(data);`,
    "Order",
  ],
  [
    "a new document of a connection that is handed over",
    `import mongoose, { Connection, HydratedDocument, Model } from "mongoose"; class Orders { private rows: Model<unknown>; constructor(connection: Connection) { this.rows = connection.model("Order", new mongoose.Schema({})); } async add(data) { const order: HydratedDocument<unknown> = new this.rows(data); await order.save(); } } const orders = new Orders(mongoose.createConnection("mongodb://shop")); export const run = (data) => orders.add(data);`,
    "Order",
  ],
  [
    "an injected Mongoose model",
    `import { InjectModel } from "@nestjs/mongoose"; import { Model } from "mongoose"; class Order {} export class Orders { constructor(@InjectModel(Order.name) private readonly model: Model<Order>) {} run(order) { return this.model.create(order); } }`,
    "Order",
  ],
  [
    "mongodb",
    `import { MongoClient } from "mongodb"; const client = new MongoClient("mongodb://db"); export const run = (order) => client.db("shop").collection("orders").insertOne(order);`,
    "orders",
  ],
  [
    "MikroORM",
    `import { EntityManager } from "@mikro-orm/core"; export class Orders { constructor(private readonly em: EntityManager) {} async run(order) { this.em.persist(order); await this.em.flush(); } }`,
    "?",
  ],
  [
    "knex",
    `import knex from "knex"; const db = knex({ client: "pg" }); export const run = (order) => db("orders").insert(order);`,
    "orders",
  ],
  [
    "kysely",
    `import { Kysely } from "kysely"; const db = new Kysely({}); export const run = (order) => db.insertInto("orders").values(order).execute();`,
    "orders",
  ],
  [
    "drizzle",
    `import { drizzle } from "drizzle-orm/node-postgres"; import { pgTable } from "drizzle-orm/pg-core"; const orders = pgTable("orders", {}); const db = drizzle("postgres://db"); export const run = (order) => db.insert(orders).values(order);`,
    "orders",
  ],
  [
    "pg",
    `import { Pool } from "pg"; const pool = new Pool(); export const run = (order) => pool.query("INSERT INTO orders (id) VALUES ($1)", [order.id]);`,
    "orders",
  ],
  [
    "pg with a common table expression",
    `import { Pool } from "pg"; const pool = new Pool(); export const run = () => pool.query("WITH old AS (SELECT id FROM orders) UPDATE orders SET open = false");`,
    "orders",
  ],
  [
    "mysql2",
    `import mysql from "mysql2/promise"; const pool = mysql.createPool({}); export const run = (order) => pool.execute("UPDATE orders SET open = 0 WHERE id = ?", [order.id]);`,
    "orders",
  ],
  [
    "postgres.js",
    `import postgres from "postgres"; const sql = postgres("postgres://db/orders"); export const run = (order) => sql\`DELETE FROM orders WHERE id = \${order.id}\`;`,
    "orders",
  ],
  [
    "better-sqlite3",
    `import Database from "better-sqlite3"; const db = new Database("orders.db"); export const run = (order) => db.prepare("INSERT INTO orders VALUES (?)").run(order.id);`,
    "orders",
  ],
  [
    "DynamoDB",
    `import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb"; const client = DynamoDBDocumentClient.from({}); export const run = (order) => client.send(new PutCommand({ TableName: "orders", Item: order }));`,
    "orders",
  ],
  [
    "a session of Neo4j",
    `import neo4j from "neo4j-driver"; const driver = neo4j.driver("bolt://graph"); export async function run(id) { const session = driver.session(); await session.run("CREATE (o:Order { id: $id })", { id }); }`,
    "Order",
  ],
  [
    "a transaction of Neo4j",
    `import { driver } from "neo4j-driver"; const graph = driver("bolt://graph"); export const run = (id) => graph.session().executeWrite((tx) => tx.run("MATCH (o:Order { id: $id }) SET o.state = 'paid' RETURN o", { id }));`,
    "Order",
  ],
  [
    "a query of Neo4j",
    `import { Driver } from "neo4j-driver"; export class Orders { constructor(private readonly driver: Driver) {} run(id) { return this.driver.executeQuery("MATCH (o:Order { id: $id }) DETACH DELETE o", { id }); } }`,
    "Order",
  ],
  [
    "Neo4j in Nest",
    `import { Neo4jService } from "nest-neo4j"; export class Orders { constructor(private readonly graph: Neo4jService) {} run(id) { return this.graph.write("MERGE (o:Order { id: $id }) ON CREATE SET o.at = timestamp()", { id }); } }`,
    "Order",
  ],
  [
    "Neode",
    `import Neode from "neode"; export class Orders { private graph = new Neode(process.env.GRAPH_URI, "orders", "secret").withDirectory("models"); run(id) { return this.graph.writeCypher("MATCH (o:Order { id: $id }) SET o.open = false", { id }); } }`,
    "Order",
  ],
  [
    "EventStoreDB",
    `import { EventStoreDBClient, jsonEvent } from "@eventstore/db-client"; const store = EventStoreDBClient.connectionString\`esdb://events:2113\`; export const run = (data) => store.appendToStream("order-" + data.id, jsonEvent({ type: "OrderPlaced", data }));`,
    "events",
  ],
  [
    "KurrentDB",
    `import { KurrentDBClient } from "@kurrent/kurrentdb-client"; export class Orders { constructor(private readonly store: KurrentDBClient) {} run(event) { return this.store.appendToStream("orders", [event]); } }`,
    "events",
  ],
];

describe("a write with", () => {
  it.each(WRITES)("%s", async (_, source, entity) => {
    const system = await orders(source);
    const writes = system.model.code.functions.flatMap(({ effects }) =>
      effects.filter(({ kind, via }) => kind === "db-write" && via.length === 0),
    );
    expect(writes.map(({ operation }) => operation ?? "?")).toEqual([entity]);
  });

  it.each([
    [
      "a Prisma model that a subclass names",
      `import { PrismaClient } from "@prisma/client"; const prisma = new PrismaClient(); class Store { constructor(private readonly model: string) {} add(data) { return prisma[this.model].create({ data }); } } class Orders extends Store { constructor() { super("order"); } } const orders = new Orders(); export const run = (data) => orders.add(data);`,
      "order",
    ],
    [
      "a Mongoose model that a subclass hands on",
      `import { model, Model } from "mongoose"; abstract class Store<T> { constructor(private readonly rows: Model<T>) {} add(row: Partial<T>) { return this.rows.create(row); } } const Order = model("Order"); class Orders extends Store<unknown> { constructor() { super(Order); } } const orders = new Orders(); export const run = (order) => orders.add(order);`,
      "Order",
    ],
    [
      "a subclass of a generic TypeORM repository",
      `import { Entity, Repository } from "typeorm"; @Entity() class Order {} class Store<T extends object> extends Repository<T> { add(row: T) { return this.save(row); } } class Orders extends Store<Order> {} export class Service { constructor(private readonly orders: Orders) {} run(order) { return this.orders.add(order); } }`,
      "Order",
    ],
    [
      "a Typegoose model of a repository for all models",
      `import { prop } from "@typegoose/typegoose"; import { ModelType } from "@typegoose/typegoose/lib/types"; import { InjectModel } from "nestjs-typegoose"; class Order { @prop() id: string; } export abstract class Rows<M> { constructor(protected readonly model: ModelType<M>) {} async remove(id: string) { return this.model.deleteOne({ id }); } } export abstract class OrderRows extends Rows<Order> {} export class Orders extends OrderRows { constructor(@InjectModel(Order) model: ModelType<Order>) { super(model); } } export const provider = { provide: OrderRows, useClass: Orders }; export class Desk { constructor(private readonly rows: OrderRows) {} run(id: string) { return this.rows.remove(id); } }`,
      "Order",
    ],
  ])("%s, told by who asks", async (_, source, entity) => {
    const system = await orders(source);
    const asking = system.model.code.functions.filter(({ name }) => /(?:^|\.)run$/.test(name));
    expect(asking.flatMap(({ effects }) => effects.map(({ kind, operation }) => [kind, operation]))).toEqual([["db-write", entity]]);
  });
});

describe("no write:", () => {
  it.each([
    [
      "a read",
      `import { PrismaClient } from "@prisma/client"; const prisma = new PrismaClient(); export const run = () => prisma.order.findMany();`,
      ["db-read ? order"],
    ],
    [
      "a select",
      `import { Pool } from "pg"; const pool = new Pool(); export const run = () => pool.query("SELECT * FROM orders -- insert");`,
      ["db-read ? orders"],
    ],
    [
      "a match",
      `import neo4j from "neo4j-driver"; const driver = neo4j.driver("bolt://graph"); export const run = () => driver.session().run("MATCH (o:Order)-[:OF]->(c:Customer) WHERE o.note = 'to delete' RETURN o");`,
      ["db-read ? Order"],
    ],
    ["a cache", `import Redis from "ioredis"; const redis = new Redis(); export const run = () => redis.set("order", "1");`, []],
    [
      "a hash",
      `import { createHash } from "node:crypto"; export const run = () => createHash("sha256").update("order").digest("hex");`,
      [],
    ],
    ["a map", `const orders = new Map(); export const run = (id) => orders.delete(id);`, []],
    [
      "a definition",
      `import { Pool } from "pg"; const pool = new Pool(); export const run = () => pool.query("CREATE TABLE IF NOT EXISTS orders (id int)");`,
      [],
    ],
  ])("%s", async (_, source, effects) => {
    const system = await orders(source);
    expect(system.model.code.functions.some(({ name }) => name === "run") ? system.effects("run") : []).toEqual(effects);
  });
});

describe("a transaction", () => {
  it.each([
    [
      "Prisma",
      `import { PrismaClient } from "@prisma/client"; const prisma = new PrismaClient(); export const run = (data) => prisma.$transaction(async (tx) => { await tx.order.create({ data }); await tx.outbox.create({ data }); });`,
    ],
    [
      "TypeORM",
      `import { DataSource, Entity } from "typeorm"; @Entity() class Order {} @Entity() class Outbox {} const source = new DataSource({ type: "postgres" }); export const run = (data) => source.transaction(async (manager) => { await manager.save(Order, data); await manager.save(Outbox, data); });`,
    ],
    [
      "statements",
      `import { Pool } from "pg"; const pool = new Pool(); export async function run() { const client = await pool.connect(); await client.query("BEGIN"); await client.query("INSERT INTO orders VALUES (1)"); await client.query("INSERT INTO outbox VALUES (1)"); await client.query("COMMIT"); }`,
    ],
    [
      "mysql2",
      `import mysql from "mysql2/promise"; const pool = mysql.createPool({}); export async function run() { const connection = await pool.getConnection(); await connection.beginTransaction(); await connection.query("INSERT INTO orders VALUES (1)"); await connection.query("INSERT INTO outbox VALUES (1)"); await connection.commit(); }`,
    ],
    [
      "Neo4j",
      `import neo4j from "neo4j-driver"; const driver = neo4j.driver("bolt://graph"); export async function run() { const tx = driver.session().beginTransaction(); await tx.run("CREATE (o:Order)"); await tx.run("CREATE (o:Outbox)"); await tx.commit(); }`,
    ],
    [
      "a function of Neo4j",
      `import neo4j from "neo4j-driver"; const driver = neo4j.driver("bolt://graph"); export const run = () => driver.session().executeWrite(async (tx) => { await tx.run("CREATE (o:Order)"); await tx.run("CREATE (o:Outbox)"); });`,
    ],
    [
      "kysely",
      `import { Kysely } from "kysely"; const db = new Kysely({}); export const run = () => db.transaction().execute(async (trx) => { await trx.insertInto("orders").execute(); await trx.insertInto("outbox").execute(); });`,
    ],
  ])("%s", async (_, source) => {
    const { effects } = (await orders(source)).function("run");
    const write = effects.find(({ kind }) => kind === "db-write");
    const added = effects.find(({ kind }) => kind === "outbox-add");
    expect(write?.context.transaction).not.toBeNull();
    expect(added?.context.transaction).toBe(write?.context.transaction);
  });

  it("ends where it is committed", async () => {
    const system = await orders(
      `import { Pool } from "pg"; const pool = new Pool(); export async function run() { await pool.query("BEGIN"); await pool.query("INSERT INTO orders VALUES (1)"); await pool.query("COMMIT"); await pool.query("INSERT INTO log VALUES (1)"); }`,
    );
    expect(system.effect("run", "orders").context.transaction).not.toBeNull();
    expect(system.effect("run", "log").context.transaction).toBeNull();
  });
});

describe("a connection", () => {
  it("in the code names the database", async () => {
    const system = await orders(
      `import { MongoClient } from "mongodb"; const client = new MongoClient(process.env.MONGO_URL ?? "mongodb://mongo/orders"); export const run = (order) => client.db().collection("orders").insertOne(order);`,
    );
    expect(system.model.databases.map(({ id, uses }) => [id, uses.map(({ service, access }) => `${service} ${access}`)])).toEqual([
      ["mongodb/orders", ["orders read-write"]],
    ]);
  });

  it("of a Nest module is read through its factory", async () => {
    const system = await orders(
      `import { Module } from "@nestjs/common"; import { TypeOrmModule } from "@nestjs/typeorm"; @Module({ imports: [TypeOrmModule.forRootAsync({ useFactory: () => ({ type: "postgres", host: "db", database: "orders_db" }) })] }) export class OrdersModule {}`,
    );
    expect(system.model.databases.map(({ id }) => id)).toEqual(["postgres/orders_db"]);
  });

  it("behind a variable that no file fills is the service's own", async () => {
    const run = (name: string): string =>
      `import { Pool } from "pg"; const pool = new Pool({ connectionString: process.env.DATABASE_URL }); export const run = () => pool.query("INSERT INTO ${name} (id) VALUES (1)");`;
    const system = await shop({ "orders/src/orders.ts": run("orders"), "payments/src/payments.ts": run("payments") });
    expect(system.model.databases.map(({ id, uses }) => [id, uses.map(({ service, confidence }) => `${service} ${confidence}`)])).toEqual([
      ["postgres/orders/DATABASE_URL", ["orders low"]],
      ["postgres/payments/DATABASE_URL", ["payments low"]],
    ]);
  });

  it("behind an unfilled variable has the name that stands beside it", async () => {
    const system = await orders(
      `import { Module } from "@nestjs/common"; import { ConfigService } from "@nestjs/config"; import { MongooseModule } from "@nestjs/mongoose"; @Module({ imports: [MongooseModule.forRootAsync({ inject: [ConfigService], useFactory: (config: ConfigService) => ({ uri: config.get<string>("MONGODB_URI"), dbName: "orders_service" }) })] }) export class OrdersModule {}`,
    );
    expect(system.model.databases.map(({ id }) => id)).toEqual(["mongodb/orders_service"]);
  });

  it("whose name is a variable that a sample leaves empty is the service's own", async () => {
    const system = await shop({
      "orders/.env.example": "DB_HOST=\nDB_NAME=\n",
      "orders/src/data.ts": `import { DataSource } from "typeorm"; export const data = new DataSource({ type: "postgres", host: process.env.DB_HOST, port: 5432, database: process.env.DB_NAME });`,
    });
    expect(system.model.databases.map(({ id, uses }) => `${id} ${uses.map(({ service }) => service).join()}`)).toEqual([
      "postgres/orders/DB_NAME orders",
    ]);
  });

  it("whose name alone is a variable that nothing fills is the service's own", async () => {
    const run = `import { DataSource } from "typeorm"; export const source = new DataSource({ type: "postgres", host: process.env.PG_HOST, database: process.env.PG_NAME }); export const run = () => source.query("SELECT 1");`;
    const system = await shop({ "orders/src/orders.ts": run, "payments/src/payments.ts": run });
    expect(system.model.databases.map(({ id, uses }) => [id, uses.map(({ service, confidence }) => `${service} ${confidence}`)])).toEqual([
      ["postgres/orders/PG_NAME", ["orders low"]],
      ["postgres/payments/PG_NAME", ["payments low"]],
    ]);
  });

  it("behind an unfilled variable is the one that is known elsewhere", async () => {
    const system = await shop({
      "orders/src/orders.ts": `import { Pool } from "pg"; export const pool = new Pool({ connectionString: process.env.DATABASE_URL });`,
      "docker-compose.yml": `services:\n  orders: { build: orders, environment: { DB_HOST: pg, DB_NAME: orders_db } }\n`,
    });
    expect(system.model.databases.map(({ id }) => id)).toEqual(["other/orders_db"]);
  });

  it.each([
    [
      "Elasticsearch",
      `import { Client } from "@elastic/elasticsearch"; export const client = new Client({ node: process.env.ES_URL ?? "http://search:9200" });`,
      "elasticsearch/search",
      "search",
    ],
    [
      "Neo4j",
      `import neo4j from "neo4j-driver"; export const driver = neo4j.driver(process.env.GRAPH_URI, neo4j.auth.basic("a", "b"));`,
      "neo4j/orders/GRAPH_URI",
      "record",
    ],
    [
      "InfluxDB",
      `import { InfluxDB } from "influx"; export const influx = new InfluxDB({ host: "influx", port: 8086, database: "metrics" });`,
      "influxdb/metrics",
      "search",
    ],
    [
      "ClickHouse",
      `import { createClient } from "@clickhouse/client"; export const client = createClient({ url: "http://analysis:8123" });`,
      "clickhouse/analysis",
      "search",
    ],
  ])("of %s", async (_, source, id, role) => {
    const system = await orders(source);
    expect(system.model.databases.map((database) => [database.id, database.role])).toEqual([[id, role]]);
  });

  it("of a Nest module is read through its settings", async () => {
    const system = await orders(
      `import { Module } from "@nestjs/common"; import { registerAs } from "@nestjs/config"; import { TypeOrmModule } from "@nestjs/typeorm"; const database = registerAs("database", () => ({ type: "postgres", url: process.env.ORDERS_URL ?? "postgres://db/orders_db" })); @Module({ imports: [TypeOrmModule.forRootAsync({ useFactory: database })] }) export class OrdersModule {}`,
    );
    expect(system.model.databases.map(({ id }) => id)).toEqual(["postgres/orders_db"]);
  });

  it("at an address that cannot be followed is still one", async () => {
    const system = await orders(`import { Pool } from "pg"; export const open = (address) => new Pool({ connectionString: address });`);
    expect(system.model.databases.map(({ id }) => id)).toEqual(["postgres/orders/unknown"]);
  });

  it("is not called after the local variables of its address", async () => {
    const system = await shop({
      "orders/src/orders.ts": `import { Pool } from "pg"; import { settings } from "./settings"; const { host, name } = settings(); const url = new URL(\`postgres://\${host}:5432/\${name}\`); const pool = new Pool({ connectionString: url.toString() }); export const run = () => pool.query("DELETE FROM orders");`,
    });
    expect(system.model.databases.map(({ id }) => id)).toEqual(["postgres/orders/unknown"]);
  });

  it("in a shared package belongs to all who import it", async () => {
    const system = await shop({
      "package.json": `{ "workspaces": ["packages/*", "orders", "payments"] }`,
      "packages/database/package.json": `{ "name": "@shop/database", "main": "index.ts" }`,
      "packages/database/index.ts": `import { Column, Entity, PrimaryColumn } from "typeorm"; @Entity() export class Order { @PrimaryColumn() id: string; @Column() open: boolean; }`,
      "orders/src/orders.ts": `import { InjectRepository } from "@nestjs/typeorm"; import { Repository } from "typeorm"; import { Order } from "@shop/database"; export class Orders { constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {} run(order) { return this.orders.save(order); } }`,
      "payments/src/payments.ts": `import { InjectRepository } from "@nestjs/typeorm"; import { Repository } from "typeorm"; import { Order } from "@shop/database"; export class Payments { constructor(@InjectRepository(Order) private readonly orders: Repository<Order>) {} run(id) { return this.orders.findOneBy({ id }); } }`,
    });
    const [database] = system.model.databases;
    expect(database?.uses.map(({ service, entities }) => `${service} ${entities.join()}`)).toEqual(["orders order", "payments order"]);
  });
});

describe("a pool in shared code", () => {
  const shared = `import { Pool } from "pg"; export class Partitions { private pool: Pool; async initialize(config) { this.pool = new Pool({ host: config.host, database: config.database }); } async open(shop) { return new Pool({ database: shop }); } } export const partitions = new Partitions(); export function label(shop) { return shop; }`;
  const uses = async (source: string): Promise<readonly string[]> => {
    const system = await shop({
      "package.json": `{ "workspaces": ["packages/*", "orders"] }`,
      "orders/src/orders.ts": source,
      "packages/partitions/package.json": `{ "name": "@shop/partitions", "main": "index.ts" }`,
      "packages/partitions/index.ts": shared,
    });
    return system.model.databases.flatMap(({ id, uses: by }) => by.map(({ service }) => `${service} ${id}`));
  };

  it("is the database whose address the service gives", async () => {
    expect(
      await uses(
        `import { partitions } from "@shop/partitions"; export const run = () => partitions.initialize({ host: process.env.DB_HOST || "pg", database: process.env.DB_NAME || "orders" });`,
      ),
    ).toEqual(["orders postgres/orders"]);
  });

  it("is opened by parts that stand in the code", async () => {
    const system = await orders(
      `import { Pool } from "pg"; export const pool = new Pool({ host: "orders-db", port: 5432, database: "orders" });`,
    );
    expect(system.model.databases.map(({ id }) => id)).toEqual(["postgres/orders"]);
  });

  it("is nobody's where nobody opens it", async () => {
    expect(
      await uses(`import { label } from "@shop/partitions"; export const run = (shop) => fetch("http://payments:3000/" + label(shop));`),
    ).toEqual([]);
  });
});
