import { describe, expect, it } from "vitest";
import { orders, shop } from "./shop.js";

/** Ways to keep addresses in a map that code fills before it asks. */
const REGISTRIES: readonly (readonly [string, string])[] = [
  [
    "in a constructor, one element of a list after the other",
    `export class Registry {
      private entries: Map<string, { name: string; url: string }>;
      constructor() { this.entries = new Map(); this.fill(); }
      private fill(): void {
        const all: Entry[] = [{ name: "stock", url: "http://inventory:3000" }, { name: "pay", url: "http://payments:3000" }];
        all.forEach(entry => { this.entries.set(entry.name, entry); });
      }
      urlOf(name: string): string {
        const entry = this.entries.get(name);
        if (!entry) throw new Error(name);
        return entry.url;
      }
    }
    const registry = new Registry();
    export const run = () => fetch(registry.urlOf("pay") + "/charges", { method: "POST" });`,
  ],
  [
    "with pairs at once",
    `const urls = new Map([["stock", "http://inventory:3000"], ["pay", "http://payments:3000"]]); export const run = () => fetch(urls.get("pay") + "/charges", { method: "POST" });`,
  ],
  [
    "by single calls",
    `const urls = new Map<string, string>(); urls.set("stock", "http://inventory:3000"); urls.set("pay", "http://payments:3000"); export const run = () => fetch(\`\${urls.get("pay")}/charges\`, { method: "POST" });`,
  ],
  [
    "in a loop over pairs",
    `const urls = new Map(); for (const [name, url] of [["stock", "http://inventory:3000"], ["pay", "http://payments:3000"]]) urls.set(name, url); export const run = () => fetch(urls.get("pay") + "/charges", { method: "POST" });`,
  ],
  [
    "in a loop over objects",
    `const urls = new Map(); for (const { name, url } of [{ name: "stock", url: "http://inventory:3000" }, { name: "pay", url: "http://payments:3000" }]) urls.set(name, url); export const run = () => fetch(urls.get("pay") + "/charges", { method: "POST" });`,
  ],
  [
    "from the entries of an object",
    `const urls = new Map(); Object.entries({ stock: "http://inventory:3000", pay: "http://payments:3000" }).forEach(([name, url]) => urls.set(name, url)); export const run = () => fetch(urls.get("pay") + "/charges", { method: "POST" });`,
  ],
];

describe("a registry that is filled", () => {
  it.each(REGISTRIES)("%s", async (_, source) => {
    const system = await orders(source);
    expect(system.calls).toEqual(["orders -> payments POST /charges"]);
  });
});

it("leads to any of its addresses where the name is not known", async () => {
  const system = await orders(
    `const urls = new Map([["stock", "http://inventory:3000"], ["pay", "http://payments:3000"]]); export const run = (name) => fetch(urls.get(name) + "/status");`,
  );
  expect(system.calls.toSorted()).toEqual(["orders -> inventory GET /status", "orders -> payments GET /status"]);
});

it("leads nowhere for a name that was not registered", async () => {
  const system = await orders(
    `const urls = new Map([["stock", "http://inventory:3000"]]); export const run = () => fetch(urls.get("pay") + "/charges", { method: "POST" });`,
  );
  expect(system.calls).toEqual([expect.stringContaining("orders -> ?")]);
});

it("asks every service of an address list that a loop goes through", async () => {
  const names = ["billing", "catalog", "inventory", "mails", "payments", "reviews", "shipping"];
  const list = names.map((name) => `${name}: process.env.${name.toUpperCase()}_URL || "http://${name}:3000"`).join(", ");
  const system = await shop(
    {
      "orders/src/orders.ts": `const URLS = { ${list} }; export async function run() { for (const [name, url] of Object.entries(URLS)) await ask(name, url); } async function ask(name, url) { return fetch(\`\${url}/status\`); }`,
    },
    names,
  );
  expect(system.calls.map((call) => call.split(" ")[2]).toSorted()).toEqual(names);
});

it("knows what fills a place that the settings keep free", async () => {
  const system = await shop({
    "orders/src/settings.js": `const settings = { port: 3000, broker: { url: process.env.BROKER_URL, channel: null } }; export default settings;`,
    "orders/src/broker.js": `import amqplib from "amqplib"; import settings from "./settings"; export class Broker { static async init() { const connection = await amqplib.connect(settings.broker.url); const channel = await connection.createChannel(); settings.broker.channel = channel; return channel; } }`,
    "orders/src/orders.js": `import settings from "./settings"; export async function publish(order) { const { channel } = settings.broker; channel.sendToQueue("parcels", Buffer.from(JSON.stringify(order))); } export async function listen() { const channel = settings.broker.channel; if (!channel) throw new Error("no channel"); const queue = "payments"; channel.consume(queue, async (message) => { await fetch("http://payments:3000/" + message.content); }); }`,
  });
  expect(system.model.channels.map(({ name, publishers, consumers }) => [name, publishers[0]?.service, consumers[0]?.service])).toEqual([
    ["parcels", "orders", undefined],
    ["payments", undefined, "orders"],
  ]);
});
