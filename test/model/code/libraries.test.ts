import { describe, expect, it } from "vitest";
import { link, linkOne } from "./linked.js";

/** The library value that a call in `run` reaches. */
function reached(code: string, callee: string, inside = "run"): string {
  return linkOne(code).reaches(inside, callee);
}

describe("library values", () => {
  it("takes a default import", () => {
    expect(reached(`import axios from "axios"; export function run() { return axios.post("http://orders"); }`, "post")).toBe(
      "axios default.post",
    );
  });

  it("takes a named import, renamed", () => {
    expect(reached(`import { request as send } from "undici"; export function run() { return send("http://orders"); }`, "send")).toBe(
      "undici request",
    );
  });

  it("takes a namespace", () => {
    expect(reached(`import * as amqp from "amqplib"; export function run() { return amqp.connect("amqp://mq"); }`, "connect")).toBe(
      "amqplib connect",
    );
  });

  it("takes require", () => {
    expect(reached(`const axios = require("axios"); function run() { return axios.get("http://orders"); }`, "get")).toBe("axios get");
  });

  it("takes require inside an expression", () => {
    expect(reached(`function run() { return require("axios").get("http://orders"); }`, "get")).toBe("axios get");
  });

  it("calls a whole module", () => {
    expect(
      reached(
        `const request = require("request"); const defaults = request.defaults({}); function run() { return request("http://orders").on("end", () => 1); }`,
        "on",
      ),
    ).toBe("request default().on");
  });

  it("keeps the arguments of each step", () => {
    const linked = linkOne(
      `import axios from "axios"; const api = axios.create({ baseURL: "http://orders" }); export function run() { return api.get("/orders"); }`,
    );
    const { library } = linked.callees("run", "get");
    expect(library?.path).toBe("default.create().get");
    const [made] = library!.calls;
    expect(made?.place.startLine).toBe(1);
    expect(linked.program.member(linked.program.denote(made!.args[0]!, made!.scope), "baseURL")).toMatchObject({ kind: "text" });
  });

  it("follows an instance through another file", () => {
    const linked = link({
      "services/orders/src/http.ts": `import axios from "axios"; export const http = axios.create({ baseURL: process.env.PAYMENTS_URL });`,
      "services/orders/src/pay.ts": `import { http } from "./http"; export function run() { return http.post("/charges"); }`,
    });
    expect(linked.reaches("run", "post", "services/orders/src/pay.ts")).toBe("axios default.create().post");
  });

  it("takes constructions and chains", () => {
    expect(
      reached(
        `import { Kafka } from "kafkajs"; const producer = new Kafka({ brokers: [] }).producer(); export async function run() { await producer.send({ topic: "orders" }); }`,
        "send",
      ),
    ).toBe("kafkajs Kafka#producer().send");
  });

  it("takes a variable that another function fills", () => {
    expect(
      reached(
        `import amqp from "amqplib"; let channel; export async function connect() { const connection = await amqp.connect("amqp://mq"); channel = await connection.createChannel(); }
         export function run() { channel.publish("orders", "order.created", Buffer.from("")); }`,
        "publish",
      ),
    ).toBe("amqplib default.connect().createChannel().publish");
  });

  it("takes a field that a life-cycle method fills", () => {
    expect(
      reached(
        `import { Kafka, Producer } from "kafkajs"; export class Events { private producer: Producer; async onModuleInit() { this.producer = new Kafka({}).producer(); } async emit() { await this.producer.send({}); } }`,
        "send",
        "Events.emit",
      ),
    ).toBe("kafkajs Kafka#producer().send");
  });

  it("takes the declared type of a field", () => {
    const linked = linkOne(
      `import type { Channel } from "amqplib"; export class Events { private channel: Channel; emit() { this.channel.publish("orders", "order.created"); } }`,
    );
    expect(linked.reaches("Events.emit", "publish")).toBe("amqplib Channel#publish");
    expect(linked.callees("Events.emit", "publish").library?.declared).toBe(true);
  });

  it("takes the declared type of a parameter", () => {
    expect(
      reached(`import { AxiosInstance } from "axios"; export function run(http: AxiosInstance) { return http.get("/orders"); }`, "get"),
    ).toBe("axios AxiosInstance#get");
  });

  it("takes a type of a namespace", () => {
    expect(
      reached(
        `import * as nats from "nats"; export function run(connection: nats.NatsConnection) { connection.publish("orders"); }`,
        "publish",
      ),
    ).toBe("nats NatsConnection#publish");
  });

  it("takes a type alias and a union with null", () => {
    expect(
      reached(
        `import { Redis } from "ioredis"; type Cache = Redis | null; export function run(cache: Cache) { cache.publish("orders", ""); }`,
        "publish",
      ),
    ).toBe("ioredis Redis#publish");
  });

  it("keeps type arguments", () => {
    const linked = linkOne(
      `import { Repository } from "typeorm"; class Order {} export class Orders { constructor(private readonly orders: Repository<Order>) {} save(order: Order) { return this.orders.save(order); } }`,
    );
    const { library } = linked.callees("Orders.save", "save");
    expect(library).toMatchObject({ module: "typeorm", path: "Repository#save" });
    expect(library?.typeArgs[0]).toMatchObject({ kind: "class", class: { summary: { name: "Order" } } });
  });

  it("sees through promisify and bind", () => {
    expect(
      reached(
        `import { promisify } from "util"; import request from "request"; const send = promisify(request.post); export function run() { return send("http://orders"); }`,
        "send",
      ),
    ).toBe("request default.post");
    expect(
      reached(
        `import axios from "axios"; const send = axios.post.bind(axios); export function run() { return send("http://orders"); }`,
        "send",
      ),
    ).toBe("axios default.post");
  });

  it("knows globals, and not names that nothing declares", () => {
    expect(reached(`export function run() { return fetch("http://orders"); }`, "fetch")).toBe("(global) fetch");
    expect(reached(`export function run() { return globalThis.fetch("http://orders"); }`, "fetch")).toBe("(global) fetch");
    expect(reached(`export function run() { return sendOrder("http://orders"); }`, "sendOrder")).toBe("unresolved");
    expect(reached(`export function run(fetch) { return fetch("http://orders"); }`, "fetch")).toBe("unresolved");
  });

  it("takes an own function that gives a client", () => {
    expect(
      reached(
        `import axios from "axios"; function client() { return axios.create({}); } export function run() { return client().get("/orders"); }`,
        "get",
      ),
    ).toBe("axios default.create().get");
  });

  it("takes a getter that gives a client", () => {
    expect(
      reached(
        `import { PrismaClient } from "@prisma/client"; class Db { get client() { return new PrismaClient(); } save() { return this.client.order.create({}); } }`,
        "create",
        "Db.save",
      ),
    ).toBe("@prisma/client PrismaClient#order.create");
  });

  it("takes a package that a file re-exports whole", () => {
    const linked = link({
      "libs/kafka/index.ts": `export * from "kafkajs";`,
      "services/orders/src/events.ts": `import { Kafka } from "../../../libs/kafka"; const kafka = new Kafka({}); export function run() { return kafka.producer().send({}); }`,
    });
    expect(linked.reaches("run", "send", "services/orders/src/events.ts")).toBe("kafkajs Kafka#producer().send");
  });

  it("keeps the specifier of a client that was generated and not committed", () => {
    expect(
      reached(
        `import { PrismaClient } from "../generated/prisma"; const db = new PrismaClient(); export function run() { return db.order.create({}); }`,
        "create",
      ),
    ).toBe("../generated/prisma PrismaClient#order.create");
  });

  it("says that a choice lowers the confidence", () => {
    const linked = linkOne(
      `import axios from "axios"; import got from "got"; const get = process.env.GOT ? got.get : axios.get; export function run() { return get("http://orders"); }`,
    );
    expect(linked.callees("run", "get")).toMatchObject({ library: { path: "default.get", module: "got" }, steps: 1 });
  });
});

describe("classes of libraries that own classes extend", () => {
  it("gives inherited members and the base", () => {
    const linked = linkOne(
      `import { RESTDataSource } from "@apollo/datasource-rest"; class OrdersApi extends RESTDataSource { override baseURL = "http://orders"; find(id) { return this.get(\`/orders/\${id}\`); } }`,
    );
    expect(linked.reaches("OrdersApi.find", "get")).toBe("@apollo/datasource-rest RESTDataSource#get");
    const { program } = linked;
    expect(program.libraryBase(program.classes()[0]!)).toMatchObject({ module: "@apollo/datasource-rest", path: "RESTDataSource#" });
  });

  it("reaches through an own class between", () => {
    const linked = linkOne(
      `import { PrismaClient } from "@prisma/client"; class Base extends PrismaClient {} class Db extends Base { constructor() { super({ log: [] }); } save() { return this.order.create({}); } }`,
    );
    expect(linked.reaches("Db.save", "create")).toBe("@prisma/client PrismaClient#order.create");
  });

  it("reaches from a caller of the instance", () => {
    const linked = linkOne(
      `import { PrismaClient } from "@prisma/client"; class Db extends PrismaClient {} class Orders { constructor(private readonly db: Db) {} save() { return this.db.order.create({}); } }`,
    );
    expect(linked.reaches("Orders.save", "create")).toBe("@prisma/client PrismaClient#order.create");
  });

  it("follows a base that a function makes", () => {
    const linked = linkOne(
      `import { PassportStrategy } from "@nestjs/passport"; import { Strategy } from "passport-jwt"; class Jwt extends PassportStrategy(Strategy) { check() { return this.success({}); } }`,
    );
    expect(linked.reaches("Jwt.check", "success")).toBe("@nestjs/passport PassportStrategy()#success");
  });

  it("keeps the type arguments of a generic base", () => {
    const linked = linkOne(
      `import { EntityRepository } from "@mikro-orm/core"; class Order {} class Orders extends EntityRepository<Order> { all() { return this.findAll(); } }`,
    );
    expect(linked.callees("Orders.all", "findAll").library?.typeArgs[0]).toMatchObject({
      kind: "class",
      class: { summary: { name: "Order" } },
    });
  });
});
