import { describe, expect, it } from "vitest";
import { buildTraces, normalised } from "../../src/model/traces.js";

interface Call {
  readonly path: string;
  readonly failed?: boolean;
  readonly parent?: string;
}

/** A Zipkin trace: `orders` serves one request and calls `inventory` for each path. */
function trace(calls: readonly Call[]): string {
  const root = {
    traceId: "t1",
    id: "root",
    name: "get",
    kind: "SERVER",
    timestamp: 1,
    localEndpoint: { serviceName: "orders" },
    tags: { "http.method": "GET", "http.route": "/orders/{id}" },
  };
  const spans = calls.map(({ path, failed, parent }, index) => ({
    traceId: "t1",
    id: `c${index}`,
    parentId: parent ?? "root",
    name: "get",
    kind: "CLIENT",
    timestamp: 10 + index,
    localEndpoint: { serviceName: "orders" },
    remoteEndpoint: { serviceName: "inventory" },
    tags: { "http.method": "GET", "http.path": path, ...(failed ? { error: "timeout" } : {}) },
  }));
  return JSON.stringify([root, ...spans]);
}

const read = (calls: readonly Call[]) => buildTraces([{ path: "traces/head/order.json", text: trace(calls) }], (name) => name);
const stock = (count: number): readonly Call[] => Array.from({ length: count }, (_, index) => ({ path: `/stock/${index}` }));

describe("buildTraces", () => {
  it("counts calls by template and parameters, under the root operation", () => {
    const traces = read(stock(7));
    expect(traces.operations).toEqual(["orders GET /orders/{id}"]);
    expect(traces.calls).toMatchObject([
      { caller: "orders", target: "inventory", calls: 7, templates: [{ template: "GET /stock/:id", calls: 7, parameters: 7 }] },
    ]);
  });

  it("counts a failed call and its retry once", () => {
    expect(read([{ path: "/stock/1", failed: true }, { path: "/stock/1" }, { path: "/stock/2" }]).calls).toMatchObject([{ calls: 2 }]);
  });

  it("leaves health checks out", () => {
    expect(read([{ path: "/healthz" }, { path: "/health" }]).calls).toEqual([]);
  });

  it("keeps the worst of several traces", () => {
    const files = [3, 9, 5].map((count, index) => ({ path: `${index}.json`, text: trace(stock(count)) }));
    expect(buildTraces(files, (name) => name).calls).toMatchObject([{ calls: 9 }]);
  });

  it("reports files that it cannot read", () => {
    expect(buildTraces([{ path: "x.json", text: "{" }], () => null).unreadable).toEqual([
      { path: "x.json", line: 1, reason: expect.stringContaining("JSON") },
    ]);
  });
});

it("normalises identifiers in paths", () => {
  expect(normalised("/orders/42/lines/3f2504e0-4f89-11d3-9a0c-0305e82c3301/notes")).toBe("/orders/:id/lines/:id/notes");
});
