// A system as many teams write it, of any size: each service has routes, a service class, a repository, a client of its two
// neighbours, a publisher and a consumer; the rest, about four files in five, is domain code that talks to nobody.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const THEMES = ["orders", "inventory", "payments", "shipping", "notifications", "customers"];
const WIRED = 7;

export const serviceName = (service) => `${THEMES[service % THEMES.length]}-${String(service).padStart(3, "0")}`;

/** Writes a system below `root`: `services` services with `files` source files each (at least eight). */
export function writeSystem(root, { services, files }) {
  const neighbour = (service, step) => serviceName((service + step) % services);
  write(root, "docker-compose.yml", compose(services, neighbour));
  write(root, "package.json", JSON.stringify({ name: "shop", private: true, workspaces: ["services/*"] }));
  for (let service = 0; service < services; service += 1) {
    const at = `services/${serviceName(service)}`;
    const dependencies = { axios: "1.0.0", express: "5.0.0", kafkajs: "2.0.0", pg: "8.0.0" };
    write(root, `${at}/package.json`, JSON.stringify({ name: `@shop/${serviceName(service)}`, private: true, dependencies }));
    write(root, `${at}/Dockerfile`, 'FROM node:22-alpine\nCOPY . .\nCMD ["node", "dist/main.js"]\n');
    for (const [name, text] of Object.entries(wiring(neighbour(service, 1), neighbour(service, 2), THEMES[service % THEMES.length])))
      write(root, `${at}/src/${name}`, text);
    for (let index = 0; index < files - WIRED; index += 1) write(root, `${at}/src/domain/part-${index}.ts`, part(index, files - WIRED));
  }
}

/** A pull request: changes so many source files, spread over the services, first clients and then domain code. */
export function changeFiles(root, { services, files }, count) {
  for (let index = 0; index < Math.min(count, services * (files - WIRED)); index += 1) {
    const at = `services/${serviceName(index % services)}/src`;
    const round = Math.floor(index / services);
    if (round === 0)
      write(root, `${at}/neighbours.ts`, neighbours(serviceName((index + 1) % services), serviceName((index + 2) % services), 3_000));
    else write(root, `${at}/domain/part-${round}.ts`, part(round, files - WIRED).replaceAll("known.total", "known.total + 1"));
  }
}

/** Every source file names its service, so that no two have one content: facts of equal files would be read once. */
function write(root, file, text) {
  const [, service = ""] = /^services\/([^/]+)\/.*\.ts$/.exec(file) ?? [];
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), service === "" ? text : `${text}\nexport const OWNER = "${service}";\n`);
}

function compose(services, neighbour) {
  const all = Array.from({ length: services }, (_, service) => {
    const name = serviceName(service);
    const variables = `      NEXT_URL: http://${neighbour(service, 1)}:3000\n      DATABASE_URL: postgres://app@database/${name.replace("-", "_")}\n`;
    return `  ${name}:\n    build: services/${name}\n    environment:\n${variables}`;
  });
  return `services:\n${all.join("")}  database:\n    image: postgres:17\n`;
}

function wiring(next, afterNext, theme) {
  return {
    "main.ts": `import express from "express";\nimport { consume } from "./consumer.js";\nimport { routes } from "./routes.js";\n\nconst app = express();\napp.use("/items", routes);\napp.listen(3000);\nvoid consume();\n`,
    "routes.ts": `import { Router } from "express";\nimport { ItemService } from "./service.js";\n\nconst items = new ItemService();\nexport const routes = Router();\nroutes.get("/:id", async (request, response) => response.json(await items.find(request.params.id)));\nroutes.post("/", async (request, response) => response.json(await items.create(request.body)));\nroutes.delete("/:id", async (request, response) => response.json(await items.cancel(request.params.id)));\n`,
    "neighbours.ts": neighbours(next, afterNext, 2_000),
    "repository.ts": repository(),
    "events.ts": `import { Kafka } from "kafkajs";\n\nconst producer = new Kafka({ clientId: "${theme}", brokers: [process.env.KAFKA ?? "kafka:9092"] }).producer();\n\nexport async function announce(type: "created" | "cancelled", id: string): Promise<void> {\n  await producer.send({ topic: "${theme}.changed", messages: [{ key: id, value: JSON.stringify({ type, id, version: 1 }) }] });\n}\n`,
    "consumer.ts": `import { Kafka } from "kafkajs";\nimport { ItemService } from "./service.js";\n\nconst items = new ItemService();\n\nexport async function consume(): Promise<void> {\n  const consumer = new Kafka({ clientId: "${theme}", brokers: ["kafka:9092"] }).consumer({ groupId: "${theme}" });\n  await consumer.subscribe({ topic: "${THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]}.changed" });\n  await consumer.run({ eachMessage: async ({ message }) => items.refresh(JSON.parse(String(message.value)).id) });\n}\n`,
    "service.ts": service(),
  };
}

function neighbours(next, afterNext, timeout) {
  const calls = [next, afterNext].map(
    (name, index) => `
export async function fromNeighbour${index + 1}(id: string): Promise<number> {
  const { data } = await axios.get(\`\${${index === 0 ? "process.env.NEXT_URL ?? " : ""}"http://${name}:3000"}/items/\${id}\`, { timeout: ${timeout} });
  return data.total;
}`,
  );
  return `import axios from "axios";\n${calls.join("\n")}\n`;
}

function repository() {
  return `import { Pool } from "pg";

export interface Item { id: string; total: number; state: "open" | "paid" | "sent" }

export class ItemRepository {
  private readonly pool = new Pool({ connectionString: process.env.DATABASE_URL });

  async find(id: string): Promise<Item | null> {
    const { rows } = await this.pool.query("SELECT id, total, state FROM items WHERE id = $1", [id]);
    return rows[0] ?? null;
  }

  async save(item: Item): Promise<void> {
    await this.pool.query("INSERT INTO items (id, total, state) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET total = $2, state = $3", [item.id, item.total, item.state]);
  }

  async remove(id: string): Promise<void> {
    await this.pool.query("DELETE FROM items WHERE id = $1", [id]);
  }
}
`;
}

function service() {
  return `import { announce } from "./events.js";
import { fromNeighbour1, fromNeighbour2 } from "./neighbours.js";
import { ItemRepository, type Item } from "./repository.js";
import { Part0 } from "./domain/part-0.js";

export class ItemService {
  private readonly repository = new ItemRepository();
  private readonly rules = new Part0();

  async find(id: string): Promise<Item | null> {
    return this.repository.find(id);
  }

  async create(order: { id: string; lines: { sku: string; quantity: number }[] }): Promise<Item> {
    const total = this.rules.step0(order.id, order.lines) + (await fromNeighbour1(order.id));
    const item: Item = { id: order.id, total, state: "open" };
    await this.repository.save(item);
    await announce("created", item.id);
    return item;
  }

  async refresh(id: string): Promise<void> {
    const known = await this.repository.find(id);
    if (known === null) return;
    await this.repository.save({ ...known, total: await fromNeighbour2(id) });
  }

  async cancel(id: string): Promise<void> {
    await this.repository.remove(id);
    await announce("cancelled", id);
  }
}
`;
}

function part(index, parts) {
  const last = index === parts - 1;
  const before = last ? "" : `import { Part${index + 1}, total as later } from "./part-${index + 1}.js";\n`;
  const members = Array.from(
    { length: 8 },
    (_, member) => `
  /** Looks one up and keeps what it learns. */
  step${member}(id: string, lines: { sku: string; quantity: number }[]): number {
    const known = this.cache.get(id) ?? { id, total: 0 };
    if (lines.length === 0) return known.total;
    const sum = lines.filter(({ quantity }) => quantity > ${member}).reduce((total, line) => total + line.quantity, 0);
    try {
      this.cache.set(id, { id, total: sum + ${last ? "1" : `new Part${index + 1}().step${member}(id, lines.slice(1))`} });
    } catch (error) {
      throw new Error(\`Part ${index} could not count \${id}\`, { cause: error });
    }
    return sum${last ? "" : " + later([id])"};
  }`,
  ).join("\n");
  return `${before}
export interface Item${index} { id: string; total: number; note?: string; state: "open" | "paid" | "sent" }

export function total(ids: string[]): number {
  return ids.map((id) => id.length).reduce((sum, length) => sum + length, 0);
}

export class Part${index} {
  private readonly cache = new Map<string, { id: string; total: number }>();
${members}
}
`;
}
