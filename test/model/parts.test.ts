import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import { gatherFacts } from "../../src/extraction/gather.js";
import type { SnapshotFacts } from "../../src/facts/facts.js";
import { linkSystem, type LinkedSystem } from "../../src/model/build.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import { ruleCases, systemCases, type Tree } from "../fixtures/cases.js";
import { edited, randomEdits } from "../fixtures/random-edits.js";

const config = defaultConfig();

interface Linked extends LinkedSystem {
  readonly facts: SnapshotFacts;
}

async function linked(tree: Tree, before?: Linked): Promise<Linked> {
  const [facts] = await gatherFacts([memorySnapshot(tree)], config);
  return { ...linkSystem(facts, config, before === undefined ? undefined : { facts: before.facts, system: before }), facts };
}

/** How many parts of a system were taken over from another one. */
function taken(system: LinkedSystem, before: LinkedSystem): number {
  return [...system.parts].filter(([key, part]) => before.parts.get(key) === part).length;
}

/** Three services, of which `orders` asks `inventory`, and `shipping` neither. */
const system: Tree = {
  "docker-compose.yml": `services:
  orders: { build: services/orders, environment: { INVENTORY_URL: "http://inventory:3000" } }
  inventory: { build: services/inventory }
  shipping: { build: services/shipping }
`,
  ...Object.fromEntries(
    ["orders", "inventory", "shipping"].flatMap((name) => [
      [`services/${name}/package.json`, JSON.stringify({ name, dependencies: { axios: "1.0.0", express: "5.0.0" } })],
      [`services/${name}/Dockerfile`, "FROM node:22\nCMD node src/main.js\n"],
    ]),
  ),
  "services/orders/src/main.ts": `import axios from "axios";
import express from "express";
const app = express();
app.post("/orders", async (request, response) => {
  response.json(await axios.get(\`\${process.env.INVENTORY_URL}/stock/\${request.body.product}\`));
});
`,
  "services/inventory/src/main.ts": `import express from "express";
import { stock } from "./stock";
const app = express();
app.get("/stock/:product", (request, response) => response.json(stock(request.params.product)));
`,
  "services/inventory/src/stock.ts": `export const stock = (product: string) => product.length;\n`,
  "services/shipping/src/main.ts": `import express from "express";\nconst app = express();\napp.get("/parcels", parcels);\nfunction parcels() {}\n`,
};

describe("parts of the code", () => {
  test("are the services, where nothing but the network connects them", async () => {
    const { parts, model } = await linked(system);
    expect(parts.size).toBe(3);
    expect(model.code.calls).toMatchObject([{ from: "orders", to: { service: "inventory" }, operation: "GET /stock/:product" }]);
    expect(model.code.functions.map(({ id }) => id)).toContain(model.code.calls[0]!.handler);
  });

  const library = {
    "libs/http/package.json": '{ "name": "@shop/http" }',
    "libs/http/src/index.ts": 'export { timeout } from "./timeout";\n',
    "libs/http/src/timeout.ts": "export const timeout = 1000;\n",
    "services/orders/src/timeout.ts": 'import { timeout } from "../../../libs/http/src";\nexport const own = timeout;\n',
    "services/shipping/src/timeout.ts": 'import { timeout } from "../../../libs/http/src";\nexport const own = timeout;\n',
  };

  test("each hold the libraries that their services take in", async () => {
    const before = await linked({ ...system, ...library });
    expect(before.parts.size).toBe(3);
    const after = await linked({ ...system, ...library, "libs/http/src/timeout.ts": "export const timeout = 2000;\n" }, before);
    expect(taken(after, before)).toBe(1);
  });

  test("are one where services import each other's files, directly or through a library", async () => {
    const direct = { "services/orders/src/parcels.ts": 'export * from "../../shipping/src/main";\n' };
    expect((await linked({ ...system, ...direct })).parts.size).toBe(2);
    const through = { ...library, "libs/http/src/timeout.ts": 'export { timeout } from "../../../services/inventory/src/stock";\n' };
    expect((await linked({ ...system, ...through })).parts.size).toBe(1);
  });

  test("hold what no service takes in and what leads to a service, so that its functions are listed once", async () => {
    const sdk = {
      "packages/sdk/package.json": '{ "name": "@shop/sdk" }',
      "packages/sdk/src/index.ts":
        'export * from "../../../services/orders/src/main";\nexport const ask = () => fetch("http://inventory:3000/stock/1");\n',
    };
    const { parts, model } = await linked({ ...system, ...sdk });
    expect(parts.size).toBe(3);
    const ids = model.code.functions.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
    expect(model.code.calls.map(({ from, operation }) => [from, operation])).toEqual([["orders", "GET /stock/:product"]]);
  });

  test("are libraries too that no service takes in", async () => {
    expect((await linked({ ...system, "tools/report.ts": "export const report = () => fetch('http://orders:3000');\n" })).parts.size).toBe(
      4,
    );
  });

  test("are one where a file is required in the middle of an expression", async () => {
    const file = { "services/orders/src/wire.js": 'module.exports = (app) => app.use(require("../../shipping/src/main"));\n' };
    expect((await linked({ ...system, ...file })).parts.size).toBe(2);
  });

  test.each<[string, Tree, number]>([
    ["nothing of the code", { "README.md": "# Shop\n" }, 3],
    ["a service that nobody asks", { "services/shipping/src/main.ts": "export {};\n" }, 2],
    ["a file more", { "services/shipping/src/more.ts": "export const more = 1;\n" }, 2],
    ["code behind an answer", { "services/inventory/src/stock.ts": "export const stock = () => 1;\n" }, 2],
    ["who answers", { "services/inventory/src/main.ts": `import "./stock";\n${system["services/inventory/src/main.ts"]!}` }, 2],
    ["an answer", { "services/inventory/src/main.ts": "export {};\n" }, 1],
    ["the deployment", { "docker-compose.yml": system["docker-compose.yml"]!.replace("http://inventory", "http://shipping") }, 0],
  ])("are taken over where they depend on nothing that changed: %s", async (_, change, others) => {
    const before = await linked(system);
    const head = { ...system, ...change };
    const after = await linked(head, before);
    expect(taken(after, before)).toBe(others);
    expect(after.model).toEqual((await linked(head)).model);
  });

  const stock = system["services/inventory/src/stock.ts"]!;
  const controller = `import { Controller, Get } from "@nestjs/common";
@Controller() export class Health { @Get("health") check() { return 1; } }
`;
  test.each<[string, Tree, boolean, Tree?]>([
    ["the code of a function", { "services/inventory/src/stock.ts": stock.replace("length", "length + 1") }, true],
    ["a line before all others", { "services/inventory/src/stock.ts": `// Counted by hand.\n${stock}` }, true],
    ["a function more", { "services/inventory/src/stock.ts": `${stock}export const none = () => 0;\n` }, true],
    ["an import more", { "services/inventory/src/stock.ts": `import "./main";\n${stock}` }, false],
    ["where it runs", { "services/inventory/src/stock.ts": `${stock}document.createElement("p");\n` }, false],
    ["a file more", { "services/inventory/src/more.ts": "export {};\n" }, false],
    ["a manifest", { "services/inventory/package.json": '{ "name": "inventory" }' }, false],
    ["a library's code", { "libs/http/src/timeout.ts": "export const timeout = 2000;\n" }, true, library],
    [
      "a library's handlers",
      { "libs/http/src/timeout.ts": controller },
      false,
      { ...library, "libs/http/src/timeout.ts": controller.replace(/@\w+\(.*?\)/g, "") },
    ],
    [
      "other code beside a library's handlers",
      { "services/inventory/src/stock.ts": `${stock}// One.\n` },
      false,
      { ...library, "libs/http/src/timeout.ts": controller },
    ],
  ])("lie as they did where all files look as they did: %s", async (_, change, same, more = {}) => {
    const before = await linked({ ...system, ...more });
    const head = { ...system, ...more, ...change };
    const after = await linked(head, before);
    expect(after.layout === before.layout).toBe(same);
    const { layout, model } = await linked(head);
    expect({ layout: after.layout, model: after.model }).toEqual({ layout, model });
  });

  test("that are taken over change no system, whatever is edited", async () => {
    const trees = [system, systemCases()[0]!.base];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...trees), randomEdits, async (tree, edits) => {
        const before = await linked(tree);
        const head = edits.reduce(edited, tree);
        const [after, { model, layout }] = [await linked(head, before), await linked(head)];
        expect({ model: after.model, layout: after.layout }).toEqual({ model, layout });
      }),
      { numRuns: 40 },
    );
  });
});

test.each(ruleCases().map(({ name, base, head }) => ({ name, base, head })))(
  "$name is linked alike with parts of its base",
  async ({ base, head }) => {
    const [after, { model, layout }] = [await linked(head, await linked(base)), await linked(head)];
    expect({ model: after.model, layout: after.layout }).toEqual({ model, layout });
  },
);
