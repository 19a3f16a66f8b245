import { describe, expect, it } from "vitest";
import { orders } from "./shop.js";

/** One line that calls payments with each client, as its documentation writes it. */
const CLIENTS: readonly (readonly [string, string, string])[] = [
  ["axios", `import axios from "axios"; export const run = (id) => axios.post("http://payments:3000/charges", { id });`, "POST /charges"],
  [
    "axios with options",
    `import axios from "axios"; export const run = (id) => axios({ method: "post", url: "http://payments:3000/charges" });`,
    "POST /charges",
  ],
  [
    "axios.request",
    `import axios from "axios"; export const run = (id) => axios.request({ method: "POST", baseURL: "http://payments:3000", url: "/charges" });`,
    "POST /charges",
  ],
  [
    "axios.create",
    `import axios from "axios"; const api = axios.create({ baseURL: "http://payments:3000/v1" }); export const run = (id) => api.post("/charges", { id });`,
    "POST /v1/charges",
  ],
  [
    "axios by require",
    `const axios = require("axios"); module.exports.run = (id) => axios.post("http://payments:3000/charges", { id });`,
    "POST /charges",
  ],
  [
    "an axios field",
    `import axios, { AxiosInstance } from "axios"; export class Payments { private api: AxiosInstance; constructor() { this.api = axios.create({ baseURL: "http://payments:3000" }); } run() { return this.api.post("/charges"); } }`,
    "POST /charges",
  ],
  ["fetch", `export const run = (id) => fetch("http://payments:3000/charges", { method: "POST" });`, "POST /charges"],
  ["fetch of a URL", `export const run = (id) => fetch(new URL("/charges", "http://payments:3000"), { method: "POST" });`, "POST /charges"],
  [
    "fetch of a Request",
    `export const run = (id) => { const request = new Request(new URL("/charges", "http://payments:3000"), { method: "POST" }); return fetch(request); };`,
    "POST /charges",
  ],
  ["fetch of a Request that asks", `export const run = (id) => fetch(new Request("http://payments:3000/charges"));`, "GET /charges"],
  [
    "an axios field among what is given at once",
    `import axios, { AxiosInstance } from "axios"; interface Parts { api: AxiosInstance; base: string } export class Payments { private readonly api!: AxiosInstance; private readonly base!: string; constructor(parts: Parts) { Object.assign(this, parts); } run() { return this.api.post(\`\${this.base}/charges\`); } } export const payments = new Payments({ api: axios.create(), base: "http://payments:3000" });`,
    "POST /charges",
  ],
  [
    "an axios field among named parts, without types",
    `const axios = require("axios"); class Payments { constructor({ api, base }) { Object.assign(this, { api, base }); } run() { return this.api.post(this.base + "/charges"); } } exports.payments = new Payments({ api: axios, base: "http://payments:3000" });`,
    "POST /charges",
  ],
  [
    "node-fetch",
    `import fetch from "node-fetch"; export const run = (id) => fetch("http://payments:3000/charges", { method: "POST" });`,
    "POST /charges",
  ],
  [
    "cross-fetch",
    `import fetch from "cross-fetch"; export const run = (id) => fetch("http://payments:3000/charges", { method: "POST" });`,
    "POST /charges",
  ],
  [
    "undici request",
    `import { request } from "undici"; export const run = (id) => request("http://payments:3000/charges", { method: "POST" });`,
    "POST /charges",
  ],
  [
    "undici Pool",
    `import { Pool } from "undici"; const pool = new Pool("http://payments:3000"); export const run = (id) => pool.request({ path: "/charges", method: "POST" });`,
    "POST /charges",
  ],
  [
    "got",
    `import got from "got"; export const run = (id) => got.post("http://payments:3000/charges", { json: { id } }).json();`,
    "POST /charges",
  ],
  [
    "got.extend",
    `import got from "got"; const api = got.extend({ prefixUrl: "http://payments:3000" }); export const run = (id) => api.post("charges").json();`,
    "POST /charges",
  ],
  ["ky", `import ky from "ky"; export const run = (id) => ky.post("http://payments:3000/charges").json();`, "POST /charges"],
  [
    "superagent",
    `import superagent from "superagent"; export const run = (id) => superagent.post("http://payments:3000/charges").send({ id });`,
    "POST /charges",
  ],
  [
    "request",
    `const request = require("request"); exports.run = (id) => request.post({ url: "http://payments:3000/charges" }, () => {});`,
    "POST /charges",
  ],
  [
    "request-promise",
    `const request = require("request-promise"); exports.run = (id) => request({ method: "POST", uri: "http://payments:3000/charges" });`,
    "POST /charges",
  ],
  [
    "needle",
    `const needle = require("needle"); exports.run = (id) => needle("post", "http://payments:3000/charges", { id });`,
    "POST /charges",
  ],
  [
    "wretch",
    `import wretch from "wretch"; export const run = (id) => wretch("http://payments:3000/charges").post({ id }).json();`,
    "POST /charges",
  ],
  [
    "ofetch",
    `import { ofetch } from "ofetch"; export const run = (id) => ofetch("/charges", { baseURL: "http://payments:3000", method: "POST" });`,
    "POST /charges",
  ],
  [
    "http.request",
    `import http from "node:http"; export const run = (id) => http.request({ host: "payments", port: 3000, path: "/charges", method: "POST" });`,
    "POST /charges",
  ],
  [
    "openapi-fetch",
    `import createClient from "openapi-fetch"; const client = createClient({ baseUrl: "http://payments:3000" }); export const run = (id) => client.POST("/charges", { body: { id } });`,
    "POST /charges",
  ],
  [
    "RESTDataSource",
    `import { RESTDataSource } from "@apollo/datasource-rest"; export class Payments extends RESTDataSource { override baseURL = "http://payments:3000/"; run(id) { return this.post("charges", { body: { id } }); } }`,
    "POST /charges",
  ],
  [
    "HttpService",
    `import { HttpService } from "@nestjs/axios"; export class Payments { constructor(private readonly http: HttpService) {} run() { return this.http.post("http://payments:3000/charges"); } }`,
    "POST /charges",
  ],
  [
    "axiosRef",
    `import { HttpService } from "@nestjs/axios"; export class Payments { constructor(private readonly http: HttpService) {} run() { return this.http.axiosRef.post("http://payments:3000/charges"); } }`,
    "POST /charges",
  ],
  [
    "a proxy",
    `import { createProxyMiddleware } from "http-proxy-middleware"; export const run = createProxyMiddleware({ target: "http://payments:3000" });`,
    "ANY /",
  ],
  [
    "graphql-request",
    `import { GraphQLClient, gql } from "graphql-request"; const client = new GraphQLClient("http://payments:3000/graphql"); export const run = (id) => client.request(gql\`mutation Charge { charge { id } }\`);`,
    "mutation Charge",
  ],
  [
    "Apollo client",
    `import { ApolloClient, HttpLink, gql } from "@apollo/client"; const client = new ApolloClient({ link: new HttpLink({ uri: "http://payments:3000/graphql" }) }); export const run = (id) => client.mutate({ mutation: gql\`mutation Charge { charge { id } }\` });`,
    "mutation Charge",
  ],
  [
    "tRPC client",
    `import { createTRPCClient, httpBatchLink } from "@trpc/client"; const client = createTRPCClient({ links: [httpBatchLink({ url: "http://payments:3000" })] }); export const run = (id) => client.charges.create.mutate({ id });`,
    "charges.create.mutate",
  ],
  [
    "Dapr",
    `import { DaprClient, HttpMethod } from "@dapr/dapr"; const client = new DaprClient(); export const run = (id) => client.invoker.invoke("payments", "charges", HttpMethod.POST, { id });`,
    "POST /charges",
  ],
  [
    "connect-es",
    `import { createClient } from "@connectrpc/connect"; import { createConnectTransport } from "@connectrpc/connect-node"; import { PaymentsService } from "./gen/payments_pb"; const client = createClient(PaymentsService, createConnectTransport({ baseUrl: "http://payments:3000" })); export const run = (id) => client.charge({ id });`,
    "PaymentsService/Charge",
  ],
  [
    "grpc-js",
    `import * as grpc from "@grpc/grpc-js"; import * as loader from "@grpc/proto-loader"; const proto = grpc.loadPackageDefinition(loader.loadSync("payments.proto")) as any; const client = new proto.shop.PaymentsService("payments:50051", grpc.credentials.createInsecure()); export const run = (id) => client.charge({ id });`,
    "PaymentsService/Charge",
  ],
  [
    "a generated gRPC client",
    `import { credentials } from "@grpc/grpc-js"; import { PaymentsServiceClient } from "./generated/payments_grpc_pb"; const client = new PaymentsServiceClient("payments:50051", credentials.createInsecure()); export const run = (id) => client.charge({ id });`,
    "PaymentsService/Charge",
  ],
];

describe("a call to payments with", () => {
  it.each(CLIENTS)("%s", async (_, source, operation) => {
    const file = source.includes("require(") ? "orders/src/orders.js" : "orders/src/orders.ts";
    const { shop } = await import("./shop.js");
    const system = await shop({ [file]: source });
    expect(system.calls).toEqual([`orders -> payments ${operation}`]);
  });
});

describe("no call:", () => {
  it.each([
    [
      "an own method of that name",
      `class Api { post(path) { return path; } } const api = new Api(); export const run = () => api.post("http://payments:3000/charges");`,
    ],
    ["a map", `const cache = new Map(); export const run = () => cache.get("http://payments:3000/charges");`],
    ["an answer", `export const run = (request, response) => response.send({ url: "http://payments:3000" });`],
    [
      "an emitter",
      `import { EventEmitter } from "node:events"; const events = new EventEmitter(); export const run = () => events.emit("order.created", {});`,
    ],
    ["a test client", `import request from "supertest"; export const run = (app) => request(app).post("/charges");`],
  ])("%s", async (_, source) => {
    const system = await orders(source);
    expect(system.calls).toEqual([]);
    expect(system.model.channels).toEqual([]);
  });
});

describe("whom a call reaches", () => {
  it("follows a variable into the caller's own environment", async () => {
    const system = await orders(`export const run = () => fetch(\`\${process.env.PAYMENTS_URL}/charges\`);`, {
      "docker-compose.yml":
        "services:\n  orders:\n    build: ./orders\n    environment:\n      PAYMENTS_URL: http://inventory:3000\n  inventory:\n    build: ./inventory\n  payments:\n    build: ./payments\n",
    });
    expect(system.calls).toEqual(["orders -> inventory GET /charges"]);
    expect(system.call("charges").confidence).toBe("high");
    expect(system.call("charges").evidence.map(({ path }) => path)).toContain("docker-compose.yml");
  });

  it("takes the variable's name for want of a value, and is less sure", async () => {
    const system = await orders(`export const run = () => fetch(\`\${process.env.PAYMENTS_SERVICE_URL}/charges\`);`);
    expect(system.calls).toEqual(["orders -> payments GET /charges"]);
    expect(system.call("charges").confidence).toBe("medium");
  });

  it("leaves public addresses outside, and unknown ones open", async () => {
    const system = await orders(
      `export const pay = () => fetch("https://api.stripe.com/v1/charges"); export const ask = (url) => fetch(url);`,
    );
    expect(system.calls).toEqual(
      ["orders -> ? GET /", "orders -> (api.stripe.com) GET /v1/charges"].sort((a, b) => system.calls.indexOf(a) - system.calls.indexOf(b)),
    );
  });

  it("takes the base that a factory gives the module", async () => {
    const system = await orders(`
      import { HttpModule, HttpService } from "@nestjs/axios"; import { Module } from "@nestjs/common"; import { ConfigService } from "@nestjs/config"; import { firstValueFrom } from "rxjs";
      export class Orders { constructor(private readonly http: HttpService) {} run(id) { return firstValueFrom(this.http.post("/charges", { id })); } }
      @Module({ imports: [HttpModule.registerAsync({ inject: [ConfigService], useFactory: (config: ConfigService) => ({ baseURL: config.get("PAYMENTS_URL", "http://payments:3000") }) })], providers: [Orders] }) export class OrdersModule {}`);
    expect(system.calls).toEqual(["orders -> payments POST /charges"]);
    expect(system.call("charges").bound.kind).toBe("unbounded");
  });

  it("asks a wrapper's callers for the address", async () => {
    const system = await orders(`
      async function send(path, body) { return fetch("http://payments:3000" + path, { method: "POST", body }); }
      export const charge = (id) => send("/charges", id);
      export const refund = (id) => send("/refunds", id);`);
    expect(system.calls).toEqual(["orders -> payments POST /charges", "orders -> payments POST /refunds"]);
  });

  it("finds the function that answers, through prefixes", async () => {
    const system = await orders(`export const run = () => fetch("http://payments:3000/api/v1/charges/42", { method: "DELETE" });`, {
      "payments/src/app.ts": `import express from "express"; import { charges } from "./charges"; const app = express(); app.use("/api/v1/charges", charges);`,
      "payments/src/charges.ts": `import { Router } from "express"; export const charges = Router(); export function list(request, response) { response.json([]); } export async function remove(request, response) { response.end(); } charges.get("/", list); charges.delete("/:id", remove);`,
    });
    expect(system.call("charges").handler).toBe("payments/remove");
    expect(system.function("remove").entries.map(({ operation }) => operation)).toEqual(["DELETE /api/v1/charges/:id"]);
  });

  it("never shows credentials", async () => {
    const system = await orders(`export const run = () => fetch("http://admin:hunter2@unknown-host:3000/charges");`);
    expect(JSON.stringify(system.model)).not.toContain("hunter2");
  });
});
