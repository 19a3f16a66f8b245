import { expect, it } from "vitest";
import { defaultConfig } from "../../../src/config/settings.js";
import { shop } from "./shop.js";

it("knows the team's own clients from the settings, packages and modules", async () => {
  const config = {
    ...defaultConfig(),
    clients: [
      { module: "@shop/payments-client", service: "payments" },
      { module: "orders/src/clients/*.ts", service: null },
    ],
  };
  const system = await shop(
    {
      "orders/src/clients/call.ts": `export async function call(service, method, body) { return socket.send(service, method, body); }`,
      "orders/src/orders.ts": `import { payments } from "@shop/payments-client"; import { call } from "./clients/call"; export async function run(orders) { for (const order of orders) await payments.charge(order); await call("inventory", "reserve", orders); }`,
    },
    ["inventory", "payments"],
    config,
  );
  expect(system.calls).toEqual(["orders -> payments charge", "orders -> inventory call"]);
  expect(system.loop("run")).toBe("multiplies");
  expect(system.model.code.calls.map(({ bound }) => bound.kind)).toEqual(["unknown", "unknown"]);
});

it("reads requests to Dapr's sidecar as what they stand for", async () => {
  const system = await shop({
    "orders/src/orders.ts": `export async function run() { await fetch("http://localhost:3500/v1.0/invoke/payments/method/charges", { method: "POST" }); await fetch(\`http://localhost:\${process.env.DAPR_HTTP_PORT}/v1.0/publish/pubsub/order.created\`, { method: "POST" }); }`,
  });
  expect(system.calls).toEqual(["orders -> payments POST /charges"]);
  expect(system.model.channels.map(({ name }) => name)).toEqual(["order.created"]);
});

it("knows Moleculer services by their schemas", async () => {
  const system = await shop({
    "orders/src/orders.service.js": `module.exports = { name: "orders", actions: { create: { async handler(ctx) { for (const item of ctx.params.items) await ctx.call("inventory.reserve", item); ctx.emit("order.created", {}); } } } };`,
    "inventory/src/inventory.service.js": `module.exports = { name: "inventory", actions: { reserve(ctx) { return ctx.params; } }, events: { "order.created"(ctx) { return ctx.params; } } };`,
  });
  expect(system.calls).toEqual(["orders -> inventory inventory.reserve"]);
  expect(system.call("reserve").handler).not.toBeNull();
  expect(system.model.channels.map(({ name, publishers, consumers }) => [name, publishers[0]?.service, consumers[0]?.service])).toEqual([
    ["order.created", "orders", "inventory"],
  ]);
});

it("knows versions of Moleculer services, actions in files of their own, and those that a mixin adds", async () => {
  const system = await shop({
    "orders/src/orders.service.js": `module.exports = { name: "orders", version: 1, actions: { create: { handler: require("./create.action") }, find(ctx) { return ctx.params; } } };`,
    "orders/src/create.action.js": `module.exports = async function (ctx) { const order = await this.broker.call("v1.orders.find", {}); await this.broker.call("v2.stock.reserve", order); await ctx.call("v2.stock.insertMany", []); };`,
    "web/src/web.service.js": `const Gateway = require("moleculer-web"); module.exports = { name: "web", mixins: [Gateway], settings: { port: process.env.PORT || 3001 }, methods: { check: require("./check.method") } };`,
    "web/src/check.method.js": `module.exports = async function (ctx) { return ctx.broker.call("v1.orders.find", {}); };`,
    "shipping/src/main.js": `exports.run = () => fetch("http://localhost:3001/parcels");`,
    "inventory/src/stock.service.js": `const DbService = require("moleculer-db"); module.exports = { name: "stock", version: 2, mixins: [DbService], actions: { reserve(ctx) { return ctx.params; } } };`,
  });
  expect(system.calls.toSorted()).toEqual([
    "orders -> inventory v2.stock.insertMany",
    "orders -> inventory v2.stock.reserve",
    "shipping -> web GET /parcels",
    "web -> orders v1.orders.find",
  ]);
  expect(system.call("reserve").handler).not.toBeNull();
});

it("knows what a Moleculer gateway passes on: by aliases, and what actions say themselves", async () => {
  const system = await shop({
    "web/src/api.service.js": `module.exports = { name: "api", mixins: [require("moleculer-web")], settings: { routes: [
      { aliases: { "GET parcels": ["guard", "parcels.list"], "REST charges": "charges", "GET nothing": "nobody.none" } },
      { autoAliases: true, whitelist: ["stock.*"] },
    ] } };`,
    "inventory/src/stock.service.js": `module.exports = { name: "stock", actions: {
      reserve: { rest: { method: "POST", path: "/reserve" }, handler(ctx) { return ctx.params; } },
      count: { rest: "GET /count", handler() { return 1; } },
      hidden() { return 2; },
    } };`,
    "payments/src/charges.service.js": `module.exports = { name: "charges", actions: { list: { rest: "GET /", handler() { return []; } } } };`,
    "shipping/src/parcels.service.js": `module.exports = { name: "parcels", actions: { list() { return []; } } };`,
  });
  expect(system.calls.toSorted()).toEqual([
    "web -> inventory stock.count",
    "web -> inventory stock.reserve",
    "web -> payments charges.*",
    "web -> shipping parcels.list",
  ]);
  expect(system.call("stock.reserve")).toMatchObject({ mutating: true, place: { path: "web/src/api.service.js", startLine: 3 } });
});

it("finds who listens on a port of this machine where only code says it", async () => {
  const system = await shop({
    "orders/src/orders.ts": `const PAYMENTS = process.env.MONEY_URL || "http://localhost:9001"; const STOCK = process.env.STOCK_URL || "http://localhost:9002"; export const run = () => Promise.all([fetch(PAYMENTS + "/charges"), fetch(STOCK + "/stock")]);`,
    "payments/src/main.js": `const express = require("express"); const app = express(); const port = process.env.PORT || 9001; app.listen(port, () => console.log(port));`,
    "inventory/src/main.js": `require("express")().listen(9002);`,
    "shipping/src/main.js": `require("express")().listen(9002); exports.run = () => fetch((process.env.INVENTORY_URL || "http://localhost:9001") + "/stock");`,
  });
  // What a variable is called says more than a default's port.
  expect(system.calls.toSorted()).toEqual([
    expect.stringContaining("orders -> ? "),
    "orders -> payments GET /charges",
    "shipping -> inventory GET /stock",
  ]);
});

it("believes what a variable is called more than the port that it falls back to", async () => {
  const system = await shop({
    "orders/src/orders.ts": `export const run = () => fetch((process.env.INVENTORY_ADDR || "http://localhost:9001") + "/stock"); export const pay = () => fetch((process.env.PAYMENTS_ADDR || "http://localhost:9001") + "/charges");`,
    "payments/.env.example": "PORT=9001",
    "payments/src/main.js": `require("express")().listen(process.env.PORT);`,
    "inventory/src/main.js": `require("express")().listen(process.env.PORT);`,
  });
  expect(system.calls.toSorted()).toEqual(["orders -> inventory GET /stock", "orders -> payments GET /charges"]);
});

it("follows each address of a table with each of several paths, and not the one that is written for nobody", async () => {
  const system = await shop({
    "orders/src/orders.ts": `const HOSTS = { stock: process.env.INVENTORY_URL, money: process.env.PAYMENTS_URL || "http://localhost:9002" };
      const PATHS = { one: "/first", two: "/second", three: "/third" };
      export const run = (host, path) => fetch((HOSTS[host] || "http://localhost:9001") + PATHS[path]);`,
    "inventory/src/main.js": `require("express")().listen(process.env.PORT);`,
    "payments/src/main.js": `require("express")().listen(process.env.PORT);`,
    "web/.env.example": "PORT=9001",
    "web/src/main.js": `require("express")().listen(process.env.PORT);`,
  });
  expect(system.calls.map((call) => call.replace(/ \S+$/, "")).toSorted()).toEqual(["orders -> inventory GET", "orders -> payments GET"]);
});

it("follows options whose host is one of several, and whose verb callers name", async () => {
  const system = await shop({
    "orders/src/orders.ts": `import http from "node:http";
      const HOSTS = { stock: process.env.INVENTORY_URL, money: process.env.PAYMENTS_URL };
      const ask = (method, name, path) => { const url = new URL(path, HOSTS[name]); return http.request({ method, hostname: url.hostname, port: url.port || 80, path: url.pathname }); };
      export const reserve = () => ask("POST", "stock", "/reservations");
      export const pass = (request, name) => ask(request.method, name, request.url);`,
    "inventory/src/main.js": `require("express")().listen(process.env.PORT);`,
    "payments/src/main.js": `require("express")().listen(process.env.PORT);`,
  });
  expect(system.effects("reserve")).toEqual(["call inventory POST /reservations"]);
  expect(system.effects("pass").toSorted()).toEqual(["call inventory ANY /:url", "call payments ANY /:url"]);
});

it("follows methods of a client of which a function of one's own makes promises", async () => {
  const system = await shop({
    "orders/src/promisify.js": `module.exports = function promisifyAll(method, client) { return (...args) => new Promise((resolve, reject) => method.call(client, ...args, (error, answer) => (error ? reject(error) : resolve(answer)))); };`,
    "orders/src/client.js": `const grpc = require("@grpc/grpc-js"); const { shop } = grpc.loadPackageDefinition({}); module.exports = new shop.Stock("inventory:50051", grpc.credentials.createInsecure());`,
    "orders/src/orders.js": `const client = require("./client"); const promisify = require("./promisify"); const reserve = promisify(client.reserve, client); exports.run = async (lines) => { for (const line of lines) await reserve(line); };`,
    "inventory/src/main.js": `require("express")().listen(process.env.PORT);`,
  });
  expect(system.calls).toEqual(["orders -> inventory Stock/Reserve"]);
  expect(system.loop("run")).toBe("multiplies");
});

it("takes a variable in the singular for a service in the plural, where none is called as it says", async () => {
  const system = await shop({
    "shipping/src/main.js": `exports.run = () => [fetch(process.env.PAYMENT_HOST + "/charges"), fetch(process.env.PARCELS_HOST + "/parcels")];`,
    "payments/src/main.js": `require("express")().listen(process.env.PORT);`,
    "parcel/src/main.js": `require("express")().listen(process.env.PORT);`,
  });
  expect(system.calls.toSorted()).toEqual(["shipping -> parcel GET /parcels", "shipping -> payments GET /charges"]);
});

it("knows functions that a serverless file names, and who invokes them", async () => {
  const system = await shop({
    "payments/serverless.yml": "service: payments\nprovider:\n  name: aws\nfunctions:\n  charge:\n    handler: src/charge.handler\n",
    "payments/src/charge.ts": `export const handler = async (event) => ({ statusCode: 200 });`,
    "orders/src/orders.ts": `import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda"; const lambda = new LambdaClient({}); export const run = (order) => lambda.send(new InvokeCommand({ FunctionName: "payments-prod-charge", Payload: JSON.stringify(order) }));`,
  });
  expect(system.calls).toEqual(["orders -> payments payments-prod-charge"]);
  expect(system.call("charge").handler).toBe("payments/handler");
});

it("leaves code of pages and phones alone", async () => {
  const system = await shop({
    "shop-ui/package.json": `{ "name": "shop-ui", "dependencies": { "react": "18.0.0", "react-dom": "18.0.0" } }`,
    "shop-ui/src/orders.ts": `export const run = () => fetch("http://payments:3000/charges");`,
    "orders/src/page.js": `document.getElementById("pay").addEventListener("click", () => fetch("http://payments:3000/charges"));`,
  });
  expect(system.calls).toEqual([]);
});

it("knows the toolkit of Hapi's handlers by its place, where no type says what it is", async () => {
  const system = await shop({
    "orders/src/routes.ts": `import { PAYMENTS_URL } from "./settings"; export const proxies = { charge: { method: "POST", path: "/charges/{id}", handler: (_, h) => h.proxy({ uri: PAYMENTS_URL + "/charges/{id}" }) }, stock: { method: "*", path: "/stock/{path*}", handler: (request, h) => { log(request); return h.proxy({ uri: new URL(request.params.path, "http://inventory:3000/").toString() + request.url.search, passThrough: true }); } } };`,
    "orders/src/settings.ts": `export const PAYMENTS_URL = process.env.PAYMENTS_URL || "http://payments:3000";`,
  });
  expect(system.calls.map((call) => call.split(" ").slice(0, 3).join(" ")).toSorted()).toEqual([
    "orders -> inventory",
    "orders -> payments",
  ]);
});
