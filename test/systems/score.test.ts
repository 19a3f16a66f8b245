import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { KINDS, precisionAndRecall, score, type Graph, type Reading } from "./score.js";

const reading: Reading = {
  repository: "shop/shop",
  commit: "0".repeat(40),
  reading: "",
  calls: [
    ["orders", "payments", "http"],
    ["orders", "inventory", "grpc"],
  ],
  publishes: [["orders", "order.created"]],
  consumes: [["shipping", "order.created"]],
  databases: [
    ["orders", ["postgres/orders_db", "postgres/orders_dev"]],
    ["shipping", "mongodb"],
  ],
  open: { services: ["storefront"], edges: [["publishes", "orders", "order.archived"]] },
};

const graph: Graph = {
  calls: [
    { from: "orders", to: "payments", kind: "http" },
    { from: "orders", to: "inventory", kind: "http" },
    { from: "storefront", to: "orders", kind: "http" },
  ],
  channels: [
    { name: "order.created", publishers: ["orders"], consumers: [] },
    { name: "order.archived", publishers: ["orders"], consumers: [] },
  ],
  databases: [
    { id: "postgres/orders_db", engine: "postgres", name: "orders_db", services: ["orders"] },
    { id: "postgres/orders_dev", engine: "postgres", name: "orders_dev", services: ["orders"] },
    { id: "mongodb/deliveries", engine: "mongodb", name: "deliveries", services: ["shipping"] },
    { id: "redis/0", engine: "redis", name: "0", services: ["orders"] },
  ],
};

describe("what a graph shows against what was read", () => {
  const scores = score(reading, graph);
  const of = (kind: string) => scores.find((one) => one.kind === kind)!;

  it("counts an edge of another protocol as missed and as wrong", () => {
    expect(of("calls")).toEqual({
      kind: "calls",
      found: ["orders -> payments http"],
      missed: ["orders -> inventory grpc"],
      wrong: ["orders -> inventory http"],
    });
  });

  it("leaves open edges and open services out", () => {
    expect(of("publishes")).toEqual({ kind: "publishes", found: ["orders -> order.created"], missed: [], wrong: [] });
    expect(of("consumes").missed).toEqual(["shipping -> order.created"]);
  });

  it("takes each name of a database for it, an engine alone for any name, and no cache", () => {
    expect(of("databases")).toMatchObject({ missed: [], wrong: [] });
    expect(of("databases").found).toHaveLength(2);
  });

  it("divides", () => {
    expect(precisionAndRecall(scores)).toEqual({ precision: 4 / 5, recall: 4 / 6 });
    expect(precisionAndRecall([])).toEqual({ precision: 1, recall: 1 });
  });
});

describe.each(readdirSync(import.meta.dirname).filter((file) => file.endsWith(".json")))("%s", (file) => {
  const system = JSON.parse(readFileSync(path.join(import.meta.dirname, file), "utf8")) as Reading;

  it("names a commit, and every edge once", () => {
    expect(system.commit).toMatch(/^[0-9a-f]{40}$/);
    for (const kind of KINDS) expect(new Set(system[kind].map((edge) => JSON.stringify(edge))).size).toBe(system[kind].length);
    expect(system.calls.filter(([from, to]) => from === to)).toEqual([]);
  });
});
