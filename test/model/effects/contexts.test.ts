import { describe, expect, it } from "vitest";
import { orders } from "./shop.js";

const CLIENTS = `
  const reserve = (id) => fetch("http://inventory:3000/reservations", { method: "POST", body: id });
  const release = (id) => fetch("http://inventory:3000/reservations/" + id, { method: "DELETE" });
  const charge = (id) => fetch("http://payments:3000/charges", { method: "POST", body: id });
  const refund = (id) => fetch("http://payments:3000/refunds", { method: "POST", body: id });`;

describe("effects", () => {
  it("are in the order in which they happen, arguments first", async () => {
    const system = await orders(`${CLIENTS} export async function run(id) { await charge(await reserve(id)); await refund(id); }`);
    expect(system.effects("run")).toEqual([
      "call inventory POST /reservations",
      "call payments POST /charges",
      "call payments POST /refunds",
    ]);
  });

  it("say on which lines they are reached", async () => {
    const system = await orders(`import { pay } from "./pay";\nexport async function run(id) {\n  await pay(id);\n}`, {
      "orders/src/pay.ts": `export async function pay(id) {\n  await fetch("http://payments:3000/charges", { method: "POST" });\n}`,
    });
    const effect = system.effect("run", "charges");
    expect(effect.via).toEqual([{ path: "orders/src/orders.ts", startLine: 3, endLine: 3 }]);
    expect(effect.place).toEqual({ path: "orders/src/pay.ts", startLine: 2, endLine: 2 });
  });

  it("go through classes, injection and inheritance", async () => {
    const system = await orders(`
      abstract class Client { protected post(path: string) { return fetch("http://payments:3000" + path, { method: "POST" }); } }
      class Payments extends Client { charge() { return this.post("/charges"); } }
      class Orders { constructor(private readonly payments: Payments) {} async create() { await this.payments.charge(); } }
      export class Controller { constructor(private readonly orders: Orders) {} run() { return this.orders.create(); } }`);
    expect(system.effects("Controller.run")).toEqual(["call payments POST /charges"]);
    expect(system.effect("Controller.run", "charges").via).toHaveLength(3);
  });

  it("go through circles once", async () => {
    const system = await orders(
      `${CLIENTS} export async function run(n) { await charge(n); if (n) await again(n - 1); } async function again(n) { await run(n); }`,
    );
    expect(system.effects("run")).toEqual(["call payments POST /charges"]);
  });

  it("of a circle are the same wherever it is entered", async () => {
    const system = await orders(`${CLIENTS}
      export async function first(n) { await charge(n); await second(n); }
      export async function second(n) { await reserve(n); if (n) await third(n - 1); }
      export async function third(n) { await refund(n); await first(n); await second(n); }`);
    const all = ["call inventory POST /reservations", "call payments POST /charges", "call payments POST /refunds"];
    for (const name of ["first", "second", "third"]) expect(system.effects(name).toSorted()).toEqual(all);
  });

  it("lower the confidence for each dispatch that is assumed", async () => {
    const system = await orders(`
      interface Gateway { charge(): Promise<unknown> }
      class Payments implements Gateway { charge() { return fetch("http://payments:3000/charges", { method: "POST" }); } }
      export class Orders { constructor(private readonly gateway: Gateway) {} run() { return this.gateway.charge(); } }`);
    expect(system.effect("Orders.run", "charges").confidence).toBe("medium");
    expect(system.effect("Payments.charge", "charges").confidence).toBe("high");
  });
});

describe("try and catch", () => {
  it("have a number in common", async () => {
    const system = await orders(
      `${CLIENTS} export async function run(id) { try { await reserve(id); await charge(id); } catch (error) { await release(id); throw error; } await refund(id); }`,
    );
    const tried = system.effect("run", "POST /reservations").context.tryOf;
    expect(tried).not.toBeNull();
    expect(system.effect("run", "charges").context.tryOf).toBe(tried);
    expect(system.effect("run", "compensate inventory").context.catchOf).toBe(tried);
    expect(system.effect("run", "refunds").context).toMatchObject({ tryOf: null, catchOf: null });
  });

  it("of promises are read too", async () => {
    const system = await orders(`${CLIENTS} export const run = (id) => reserve(id).then(() => charge(id)).catch(() => release(id));`);
    const tried = system.effect("run", "POST /reservations").context.tryOf;
    expect(tried).not.toBeNull();
    expect(system.effect("run", "compensate inventory").context.catchOf).toBe(tried);
  });

  it("of a called function have numbers of their own", async () => {
    const system = await orders(`${CLIENTS}
      async function book(id) { try { await reserve(id); } catch { await release(id); } }
      export async function run(id) { await book(id); try { await charge(id); } catch { await refund(id); } }`);
    const booked = system.effect("run", "POST /reservations").context.tryOf;
    expect(booked).not.toBeNull();
    expect(booked).not.toBe(system.effect("run", "charges").context.tryOf);
    expect(system.effect("run", "compensate inventory").context.catchOf).toBe(booked);
  });
});

describe("a compensation", () => {
  it("may be registered", async () => {
    const system = await orders(`${CLIENTS} export async function run(id) {
      const compensations = [];
      try { await reserve(id); compensations.push(() => release(id)); await charge(id); compensations.push(() => refund(id)); }
      catch (error) { for (const compensate of compensations.reverse()) await compensate(); throw error; } }`);
    expect(system.effects("run")).toEqual([
      "call inventory POST /reservations",
      "compensate inventory DELETE /reservations/:id",
      "call payments POST /charges",
      "compensate payments POST /refunds",
    ]);
  });

  it("is no ordinary task", async () => {
    const system = await orders(
      `${CLIENTS} export async function run(id) { const tasks = []; tasks.push(() => release(id)); await Promise.all(tasks.map((task) => task())); }`,
    );
    expect(system.effects("run")).toEqual(["call inventory DELETE /reservations/:id"]);
  });
});

describe("what happens at the same time", () => {
  it("has a number in common", async () => {
    const system = await orders(
      `${CLIENTS} export async function run(id) { await Promise.all([reserve(id), charge(id)]); await refund(id); }`,
    );
    const together = system.effect("run", "reservations").context.concurrent;
    expect(together).not.toBeNull();
    expect(system.effect("run", "charges").context.concurrent).toBe(together);
    expect(system.effect("run", "refunds").context.concurrent).toBeNull();
  });
});

describe("what runs later", () => {
  it("is no effect of who registers it", async () => {
    const system = await orders(`${CLIENTS} import express from "express"; const app = express();
      export function setup(emitter) { app.post("/orders", async (request, response) => { await charge(request.body.id); response.end(); }); emitter.on("paid", () => release(1)); setTimeout(() => refund(1), 1000); }`);
    expect(system.model.code.functions.some(({ name }) => name === "setup")).toBe(false);
    const handler = system.model.code.functions.find(({ entries }) => entries.length > 0);
    expect(handler?.entries[0]?.operation).toBe("POST /orders");
    expect(handler?.effects.map(({ operation }) => operation)).toEqual(["POST /charges"]);
  });

  it("is part of its holder where it runs at once", async () => {
    const system = await orders(
      `${CLIENTS} const withLog = async (action) => action(); export const run = (id) => withLog(async () => { await charge(id); });`,
    );
    expect(system.effects("run")).toEqual(["call payments POST /charges"]);
  });
});

describe("handlers", () => {
  it.each([
    [
      "Express with a wrapper",
      `import { Router } from "express"; const router = Router(); const safely = (handle) => (request, response, next) => handle(request, response).catch(next); router.post("/orders", safely(async (request) => { await charge(request.body.id); })); export default router;`,
      "POST /orders",
    ],
    [
      "an Express controller",
      `import express from "express"; class Orders { create = async (request, response) => { await charge(request.body.id); } } const orders = new Orders(); const app = express(); app.route("/orders").post(orders.create);`,
      "POST /orders",
    ],
    [
      "Fastify",
      `import Fastify from "fastify"; const app = Fastify(); app.register(async (instance) => { instance.post("/orders", async (request) => { await charge(request.body.id); }); }, { prefix: "/api" });`,
      "POST /api/orders",
    ],
    [
      "Koa",
      `import Router from "@koa/router"; const router = new Router(); router.post("/orders", async (ctx) => { await charge(ctx.request.body.id); });`,
      "POST /orders",
    ],
    [
      "Hapi",
      `import Hapi from "@hapi/hapi"; const server = Hapi.server({}); server.route([{ method: "POST", path: "/orders", handler: async (request) => { await charge(request.payload.id); } }]);`,
      "POST /orders",
    ],
    [
      "Hono",
      `import { Hono } from "hono"; const app = new Hono(); app.post("/orders", async (c) => { await charge(c.req.param("id")); });`,
      "POST /orders",
    ],
    [
      "Nest",
      `import { Controller, Post } from "@nestjs/common"; @Controller({ path: "orders", version: "2" }) export class Orders { @Post(":id/pay") async pay(id) { await charge(id); } }`,
      "POST /v2/orders/:id/pay",
    ],
    [
      "a schedule",
      `import { Cron } from "@nestjs/schedule"; export class Orders { @Cron("0 * * * *") async sweep() { await charge(1); } }`,
      "0 * * * *",
    ],
    [
      "a router that is a parameter",
      `module.exports = (app) => { app.post("/orders", async (request) => { await charge(request.body.id); }); };`,
      "POST /orders",
    ],
  ])("of %s", async (_, source, operation) => {
    const system = await orders(CLIENTS + source);
    const found = system.model.code.functions.filter(({ entries, effects }) => entries.length > 0 && effects.length > 0);
    expect(found.map(({ entries }) => entries.map((entry) => entry.operation))).toEqual([[operation]]);
  });
});
