import { describe, expect, it } from "vitest";
import { orders, shop } from "./shop.js";

const GET = "fetch(`http://inventory:3000/stock/${sku}`)";

async function loopOf(body: string, before = ""): Promise<string> {
  const system = await orders(`${before}\nexport async function run(items, options) { ${body} }`);
  return system.loop("run");
}

describe("a loop multiplies a call", () => {
  it.each([
    ["for…of", `for (const { sku } of items) await ${GET};`],
    ["for…in", `for (const sku in items) await ${GET};`],
    ["a counted loop", `for (let i = 0; i < items.length; i++) { const sku = items[i]; await ${GET}; }`],
    ["while over a list", `while (items.length > 0) { const sku = items.pop(); await ${GET}; }`],
    ["for await over rows", `for await (const { sku } of items) await ${GET};`],
    ["map", `return Promise.all(items.map((sku) => ${GET}));`],
    ["forEach", `items.forEach(async (sku) => { await ${GET}; });`],
    ["flatMap, filter and reduce", `await Promise.all(items.flatMap((sku) => ${GET}));`],
    ["filter", `return items.filter(async (sku) => (await ${GET}).ok);`],
    ["reduce", `return items.reduce(async (sum, sku) => (await sum) + (await ${GET}).status, 0);`],
    ["Array.from", `return Array.from(items, (sku) => ${GET});`],
    [
      "what depends on the item through a variable",
      `for (const item of items) { const sku = item.sku; const url = \`http://inventory:3000/stock/\${sku}\`; await fetch(url); }`,
    ],
    [
      "inside try and if",
      `for (const sku of items) { try { if (sku) { const answer = await ${GET}; console.log(answer.status); } } catch { continue; } }`,
    ],
    ["a limit on concurrency", `const limit = pLimit(5); return Promise.all(items.map((sku) => limit(() => ${GET})));`],
    ["groups of people", `for (const group of items) await fetch("http://payments:3000/groups/" + group.id);`],
    ["the status of each", `for (const sku of items) await fetch(\`http://inventory:3000/stock/\${sku}/status\`, { method: "PATCH" });`],
    ["values of a map", `for (const sku of new Map(items).values()) await ${GET};`],
  ])("%s", async (_, body) => {
    expect(await loopOf(body, `import pLimit from "p-limit";`)).toBe("multiplies");
  });

  it.each([
    ["p-map", `import pMap from "p-map";`, `return pMap(items, (sku) => ${GET}, { concurrency: 4 });`],
    ["lodash", `import _ from "lodash";`, `return Promise.all(_.map(items, (sku) => ${GET}));`],
    ["async", `import { eachLimit } from "async";`, `await eachLimit(items, 4, async (sku) => { await ${GET}; });`],
    ["bluebird", `import Promise from "bluebird";`, `return Promise.map(items, (sku) => ${GET});`],
    ["a function by name", `const stockOf = (sku) => ${GET};`, `return Promise.all(items.map(stockOf));`],
    [
      "a helper of a helper",
      `const stockOf = (sku) => ${GET}; const enrich = async (item) => ({ ...item, stock: await stockOf(item.sku) });`,
      `for (const item of items) await enrich(item);`,
    ],
    ["RxJS over a list", `import { from, mergeMap } from "rxjs";`, `return from(items).pipe(mergeMap((sku) => ${GET}));`],
  ])("%s", async (_, before, body) => {
    expect(await loopOf(body, before)).toBe("multiplies");
  });

  it("reports the loop of the function that has it, and of no caller", async () => {
    const system = await orders(`
      const stockOf = (sku) => ${GET};
      export async function list(items) { for (const sku of items) await stockOf(sku); }
      export async function page(request) { return list(request.items); }`);
    expect(system.loop("list")).toBe("multiplies");
    expect(system.loop("page")).toBe("none");
    expect(system.loop("stockOf")).toBe("none");
  });

  it("reports the loop of library code where a service leads to it", async () => {
    const system = await shop(
      {
        "packages/stock/package.json": `{ "name": "@shop/stock", "main": "index.ts" }`,
        "packages/stock/index.ts": `export async function all(items) { for (const sku of items) await ${GET}; }`,
        "package.json": `{ "workspaces": ["packages/*", "orders"] }`,
        "orders/src/orders.ts": `import { all } from "@shop/stock"; export const run = (items) => all(items);`,
        "docker-compose.yml": "services:\n  orders:\n    build: ./orders\n  inventory:\n    build: ./inventory\n",
      },
      ["inventory"],
    );
    expect(system.loop("run")).toBe("multiplies");
  });

  it("goes through recursion over children", async () => {
    expect(
      await loopOf(
        `return tree(items);`,
        `async function tree(sku) { const node = await ${GET}; for (const child of node.children) await tree(child); }`,
      ),
    ).toBe("none");
    const system = await orders(
      `export async function tree(sku) { const node = await ${GET}; for (const child of node.children) await tree(child); }`,
    );
    expect(system.loop("tree")).toBe("multiplies");
  });

  it("sees a call that has nothing to do with the item", async () => {
    expect(await loopOf(`for (const item of items) { item.rate = await fetch("http://payments:3000/rates"); }`)).toBe("redundant");
  });
});

describe("a loop is none that multiplies", () => {
  it.each([
    [
      "pagination",
      "pages by number",
      `let page = 1; let more = true; while (more) { const answer = await fetch("http://inventory:3000/stock?page=" + page); const body = await answer.json(); more = body.more; page += 1; }`,
    ],
    [
      "pagination",
      "pages by cursor",
      `let cursor; do { const answer = await fetch("http://inventory:3000/stock?after=" + cursor); cursor = (await answer.json()).next; } while (cursor);`,
    ],
    [
      "pagination",
      "a known number of pages",
      `const all = []; for (let page = 1; page <= options.pages; page++) all.push(await fetch("http://inventory:3000/stock?page=" + page));`,
    ],
    ["literal-list", "three rounds", `for (let i = 0; i < 3; i++) await fetch("http://inventory:3000/stock/" + items[i]);`],
    [
      "retry",
      "attempts",
      `for (let attempt = 0; attempt < 3; attempt++) { try { await fetch("http://inventory:3000/stock"); } catch { await sleep(100); } }`,
    ],
    ["exits", "a call that is returned", `for (const sku of items) { return ${GET}; }`],
    ["exits", "a call before break", `for (const sku of items) { const answer = await ${GET}; break; }`],
    ["polling", "waiting for an answer", `while (!done()) { await fetch("http://inventory:3000/state"); await sleep(1000); }`],
    ["literal-list", "three in a list", `for (const sku of ["a", "b", "c"]) await ${GET};`],
    ["literal-list", "a constant list", `await Promise.all(["a", "b"].map((sku) => ${GET}));`],
    [
      "batch",
      "chunks",
      `for (const part of chunk(items, 100)) await fetch("http://inventory:3000/stock", { method: "POST", body: part });`,
    ],
    [
      "batch",
      "slices",
      `for (let i = 0; i < items.length; i += 100) await fetch("http://inventory:3000/stock", { method: "POST", body: items.slice(i, i + 100) });`,
    ],
    [
      "batch",
      "batches by name",
      `for (const batch of options.batches) await fetch("http://inventory:3000/stock", { method: "POST", body: batch });`,
    ],
    [
      "stream",
      "messages of a stream",
      `for await (const message of options.subscription) await fetch("http://inventory:3000/stock/" + message.sku);`,
    ],
    ["stream", "an outbox", `for (const row of options.outbox) await fetch("http://inventory:3000/events/" + row.id, { method: "POST" });`],
    [
      "stream",
      "a queue in a table",
      `let job = await nextJob(); while (job) { await fetch("http://inventory:3000/stock/" + job.sku); job = await nextJob(); }`,
    ],
    ["fan-out", "health checks", `for (const sku of items) await fetch(\`http://inventory:3000/health?\${sku}\`);`],
    [
      "fan-out",
      "different services",
      `for (const [name, url] of Object.entries({ inventory: "http://inventory:3000", payments: "http://payments:3000", shipping: "http://shipping:3000", gateway: "http://gateway:3000" })) await fetch(url + "/report");`,
    ],
  ])("%s: %s", async (exempt, _, body) => {
    expect(await loopOf(body)).toBe(exempt);
  });

  it.each([
    [
      "a list that is built first",
      `const skus = []; for (const item of items) skus.push(item.sku); await fetch("http://inventory:3000/stock?skus=" + skus.join());`,
    ],
    ["a promise's then", `return fetch("http://inventory:3000/stock").then((answer) => fetch("http://payments:3000/" + answer.url));`],
    ["one value of an observable", `return options.http.pipe(map((sku) => sku)); `],
    ["a handler that is registered per item", `for (const sku of items) options.emitter.on(sku, () => ${GET});`],
    [
      "a DataLoader",
      `const loader = new DataLoader(async (skus) => fetch("http://inventory:3000/stock", { method: "POST", body: skus })); for (const sku of items) await loader.load(sku);`,
    ],
  ])("%s", async (_, body) => {
    expect(await loopOf(body, `import DataLoader from "dataloader"; import { map } from "rxjs";`)).toBe("none");
  });

  it("but one of several services for each of many items is asked often, whichever it is", async () => {
    const system = await shop({
      "orders/src/orders.ts": `const HOSTS = { stock: process.env.INVENTORY_URL, money: process.env.PAYMENTS_URL };
        export async function run(documents) { for (const document of documents) await fetch(HOSTS[document.kind] + "/documents/" + document.id); }`,
      "inventory/src/main.js": `require("express")().listen(3000);`,
      "payments/src/main.js": `require("express")().listen(3000);`,
    });
    const effects = system.function("run").effects.map(({ target, confidence, context }) => [target, confidence, context.loops[0]?.exempt]);
    expect(effects).toEqual([
      ["inventory", "low", null],
      ["payments", "low", null],
    ]);
  });

  it("an endpoint that is called as the result of a request, through RxJS", async () => {
    const system = await orders(`
      import { HttpService } from "@nestjs/axios"; import { switchMap } from "rxjs";
      export class Orders { constructor(private readonly http: HttpService) {}
        run(id) { return this.http.get("http://payments:3000/charges/" + id).pipe(switchMap(({ data }) => this.http.get("http://inventory:3000/stock/" + data.sku))); } }`);
    expect(system.calls).toHaveLength(2);
    expect(system.loop("Orders.run")).toBe("none");
  });

  it("a handler of messages", async () => {
    const system = await orders(`
      import { Kafka } from "kafkajs";
      export async function start() {
        const consumer = new Kafka({ brokers: [] }).consumer({ groupId: "orders" });
        await consumer.subscribe({ topic: "stock.changed" });
        await consumer.run({ eachBatch: async ({ batch }) => { for (const message of batch.messages) await fetch("http://inventory:3000/stock/" + message.key); } });
      }`);
    const handler = system.model.code.functions.find(({ entries }) => entries.some(({ kind }) => kind === "consumer"));
    expect(handler?.entries[0]?.operation).toBe("stock.changed");
    expect(system.loop(handler!.id)).toBe("stream");
  });
});

describe("a field resolver", () => {
  it("runs once per object of its type", async () => {
    const system = await orders(
      `export const resolvers = { Query: { order: (_, { id }) => fetch("http://payments:3000/orders/" + id) }, Order: { stock: (order) => fetch("http://inventory:3000/stock/" + order.sku) } };`,
    );
    expect(system.loop("orders/resolvers.Order.stock")).toBe("multiplies");
    expect(system.loop("orders/resolvers.Query.order")).toBe("none");
  });

  it("is a method with @ResolveField", async () => {
    const system = await orders(`
      import { Parent, ResolveField, Resolver } from "@nestjs/graphql";
      @Resolver("Order") export class OrderResolver { @ResolveField() stock(@Parent() order) { return fetch("http://inventory:3000/stock/" + order.sku); } }`);
    expect(system.loop("OrderResolver.stock")).toBe("multiplies");
  });
});
