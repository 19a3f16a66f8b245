import { describe, expect, it } from "vitest";
import { orders } from "./shop.js";

async function boundOf(source: string): Promise<string> {
  const system = await orders(source);
  expect(system.calls).toHaveLength(1);
  const { bound } = system.model.code.calls[0]!;
  return bound.kind === "bounded" ? `by ${bound.by}` : bound.kind === "default" ? `default ${bound.seconds}` : bound.kind;
}

const AXIOS = `import axios from "axios";`;
const CALL = `axios.post("http://payments:3000/charges", {})`;

/** A client of Lambda, made with these options, that sends a command and these. */
const lambda = (client: string, sending = "") =>
  `import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda"; import { NodeHttpHandler } from "@smithy/node-http-handler"; const lambda = new LambdaClient(${client}); export const run = (options) => lambda.send(new InvokeCommand({ FunctionName: "charge" })${sending});`;

describe("nothing limits", () => {
  it.each([
    ["axios", `${AXIOS} export const run = () => ${CALL};`],
    ["axios with timeout 0", `${AXIOS} export const run = () => axios.get("http://payments:3000/charges", { timeout: 0 });`],
    ["got", `import got from "got"; export const run = () => got.get("http://payments:3000/charges");`],
    [
      "superagent",
      `import superagent from "superagent"; export const run = () => superagent.get("http://payments:3000/charges").set("a", "b");`,
    ],
    ["http.request", `import http from "node:http"; export const run = () => http.request("http://payments:3000/charges");`],
    [
      "ClientProxy",
      `import { ClientProxy } from "@nestjs/microservices"; import { map } from "rxjs"; export class Orders { constructor(private readonly payments: ClientProxy) {} run() { return this.payments.send("charge", {}).pipe(map((x) => x)); } }`,
    ],
    ["axios that races against nothing", `${AXIOS} export const run = () => Promise.all([${CALL}, 1]);`],
    [
      "axios in a breaker without time-out",
      `${AXIOS} import Breaker from "opossum"; const charge = () => ${CALL}; export const breaker = new Breaker(charge, { timeout: false });`,
    ],
    ["Lambda", lambda("{}")],
    ["Lambda with a limit that only warns", lambda("{ requestHandler: { requestTimeout: 2000 } }")],
    ["Lambda that throws at no limit", lambda("{ requestHandler: { throwOnRequestTimeout: true } }")],
    [
      "Lambda with a limit that is switched off",
      lambda("{ requestHandler: new NodeHttpHandler({ requestTimeout: 2000, throwOnRequestTimeout: false }) }"),
    ],
  ])("%s", async (_, source) => {
    expect(await boundOf(source)).toBe("unbounded");
  });
});

describe("limited", () => {
  it.each([
    ["by requestTimeout", "Lambda", lambda("{ requestHandler: { requestTimeout: 2000, throwOnRequestTimeout: true } }")],
    ["by abortSignal", "the sending of a command", lambda("{}", ", { abortSignal: AbortSignal.timeout(2000) }")],
    ["by timeout", "the call", `${AXIOS} export const run = () => axios.get("http://payments:3000/charges", { timeout: 2000 });`],
    [
      "by timeout",
      "the module, by a factory",
      `import { HttpModule, HttpService } from "@nestjs/axios"; import { Module } from "@nestjs/common"; import { firstValueFrom } from "rxjs"; export class Orders { constructor(private readonly http: HttpService) {} run() { return firstValueFrom(this.http.get("http://payments:3000/charges")); } } @Module({ imports: [HttpModule.registerAsync({ useFactory: () => ({ timeout: 2000 }) })] }) export class OrdersModule {}`,
    ],
    [
      "by timeout",
      "the instance",
      `${AXIOS} const api = axios.create({ baseURL: "http://payments:3000", timeout: 2000 }); export const run = () => api.get("/charges");`,
    ],
    ["by signal", "a signal", `export const run = () => fetch("http://payments:3000/charges", { signal: AbortSignal.timeout(2000) });`],
    [
      "by signal",
      "a signal of the Request",
      `export const run = () => fetch(new Request("http://payments:3000/charges", { signal: AbortSignal.timeout(2000) }));`,
    ],
    [
      "by signal",
      "a signal in options of a variable",
      `export const run = () => { const options = { method: "POST", signal: AbortSignal.timeout(2000) }; return fetch("http://payments:3000/charges", options); };`,
    ],
    ["by axios.defaults.timeout", "the module's defaults", `${AXIOS} axios.defaults.timeout = 2000; export const run = () => ${CALL};`],
    ["by Promise.race", "a race", `${AXIOS} export const run = (late) => Promise.race([${CALL}, late]);`],
    [
      "by p-timeout",
      "p-timeout",
      `${AXIOS} import pTimeout from "p-timeout"; export const run = () => pTimeout(${CALL}, { milliseconds: 2000 });`,
    ],
    [
      "by withTimeout",
      "an own function of that name",
      `${AXIOS} const withTimeout = (promise, ms) => promise; export const run = () => withTimeout(${CALL}, 2000);`,
    ],
    [
      "by timeout",
      "superagent's chain",
      `import superagent from "superagent"; export const run = () => superagent.get("http://payments:3000/charges").set("a", "b").timeout(2000);`,
    ],
    [
      "by setTimeout",
      "a request's setTimeout",
      `import http from "node:http"; export const run = () => { const request = http.request("http://payments:3000/charges"); request.setTimeout(2000); return request; };`,
    ],
    [
      "by timeout",
      "RxJS",
      `import { ClientProxy } from "@nestjs/microservices"; import { timeout } from "rxjs"; export class Orders { constructor(private readonly payments: ClientProxy) {} run() { return this.payments.send("charge", {}).pipe(timeout(2000)); } }`,
    ],
    [
      "by opossum",
      "a breaker",
      `${AXIOS} import Breaker from "opossum"; const charge = () => ${CALL}; export const breaker = new Breaker(charge, { timeout: 2000 });`,
    ],
    [
      "by cockatiel",
      "cockatiel",
      `${AXIOS} import { timeout } from "cockatiel"; const policy = timeout(2000); export const run = () => policy.execute(() => ${CALL});`,
    ],
    [
      "by UseInterceptors",
      "an interceptor",
      `${AXIOS} import { UseInterceptors } from "@nestjs/common"; import { TimeoutInterceptor } from "./timeout"; @UseInterceptors(TimeoutInterceptor) export class Orders { run() { return ${CALL}; } }`,
    ],
    [
      "by deadline",
      "a deadline",
      `import * as grpc from "@grpc/grpc-js"; const proto = grpc.loadPackageDefinition({}) as any; const client = new proto.shop.Payments("payments:50051", grpc.credentials.createInsecure()); export const run = () => client.charge({}, { deadline: 5 }, () => {});`,
    ],
  ])("%s: %s", async (by, _, source) => {
    expect(await boundOf(source)).toBe(by);
  });
});

describe("left to the library", () => {
  it.each([
    ["default 300", "fetch", `export const run = () => fetch("http://payments:3000/charges");`],
    [
      "default 300",
      "undici",
      `import { request } from "undici"; export const run = () => request("http://payments:3000/charges", { method: "POST" });`,
    ],
    [
      "default 180",
      "a proxy of Hapi",
      `export const route = { method: "GET", path: "/charges", handler: (_, h) => h.proxy({ uri: "http://payments:3000/charges" }) };`,
    ],
    ["default 10", "ky", `import ky from "ky"; export const run = () => ky.get("http://payments:3000/charges");`],
  ])("%s: %s", async (expected, _, source) => {
    expect(await boundOf(source)).toBe(expected);
  });
});

describe("unknown", () => {
  it.each([
    ["options of the caller", `${AXIOS} export const run = (options) => axios.get("http://payments:3000/charges", options);`],
    ["spread options", `${AXIOS} export const run = (options) => axios.get("http://payments:3000/charges", { ...options });`],
    ["spread arguments", `${AXIOS} export const run = (...rest) => axios.get("http://payments:3000/charges", ...rest);`],
    [
      "an instance that only a type declares",
      `import type { AxiosInstance } from "axios"; export const run = (api: AxiosInstance) => api.get("http://payments:3000/charges");`,
    ],
    [
      "an instance from a factory's options",
      `${AXIOS} import { settings } from "settings"; const api = axios.create(settings); export const run = () => api.get("http://payments:3000/charges");`,
    ],
  ])("%s", async (_, source) => {
    expect(await boundOf(source)).toBe("unknown");
  });
});

describe("nobody can tell what limits a command", () => {
  it.each([
    ["options are handed in", lambda("{}", ", options")],
    ["the client's options are spread", lambda("{ ...settings }")],
    ["the handler is made elsewhere", lambda("{ requestHandler: makeHandler() }")],
    [
      "the client is injected",
      `import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda"; export class Charges { constructor(private readonly lambda: LambdaClient) {} run() { return this.lambda.send(new InvokeCommand({ FunctionName: "charge" })); } }`,
    ],
    [
      "it is sent elsewhere",
      `import { InvokeCommand } from "@aws-sdk/client-lambda"; export const run = () => new InvokeCommand({ FunctionName: "charge" });`,
    ],
  ])("%s", async (_, source) => {
    expect(await boundOf(source)).toBe("unknown");
  });
});
