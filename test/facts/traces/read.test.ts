import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTraces } from "../../../src/facts/traces/read.js";

const otlp = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: "service.name", value: { stringValue: "orders" } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: "a1",
              spanId: "b1",
              parentSpanId: "",
              name: "GET",
              kind: 3,
              startTimeUnixNano: "1000000",
              attributes: [
                { key: "http.request.method", value: { stringValue: "GET" } },
                { key: "url.full", value: { stringValue: "http://inventory:3000/stock/7?fresh=1" } },
                { key: "server.address", value: { stringValue: "inventory" } },
                { key: "http.request.resend_count", value: { intValue: "1" } },
              ],
            },
          ],
        },
      ],
    },
  ],
};
const jaeger = {
  data: [
    {
      traceID: "a1",
      processes: { p1: { serviceName: "orders" } },
      spans: [
        {
          traceID: "a1",
          spanID: "b1",
          operationName: "GET",
          processID: "p1",
          startTime: 1000,
          references: [{ refType: "CHILD_OF", traceID: "a1", spanID: "b0" }],
          tags: [
            { key: "span.kind", type: "string", value: "client" },
            { key: "http.url", type: "string", value: "http://inventory:3000/stock/7" },
            { key: "error", type: "bool", value: true },
          ],
        },
      ],
    },
  ],
};
const zipkin = [
  {
    traceId: "a1",
    id: "b1",
    name: "get",
    kind: "CLIENT",
    timestamp: 1000,
    localEndpoint: { serviceName: "orders" },
    remoteEndpoint: { serviceName: "inventory" },
    tags: { "http.path": "/stock/7", "http.method": "GET" },
  },
  {
    traceId: "a1",
    id: "b1",
    name: "get",
    kind: "SERVER",
    shared: true,
    timestamp: 1001,
    localEndpoint: { serviceName: "inventory" },
    tags: {},
  },
];

describe("readTraces", () => {
  it("reads OTLP, with today's attributes", () => {
    expect(readTraces(JSON.stringify(otlp)).spans).toMatchObject([
      { service: "orders", kind: "client", method: "GET", path: "/stock/7", peer: "inventory", parentId: null, retry: 1, start: 1000 },
    ]);
  });

  it("reads OTLP as lines", () => {
    expect(readTraces(`${JSON.stringify(otlp)}\n${JSON.stringify(otlp)}\n`).spans).toHaveLength(2);
  });

  it("reads Jaeger", () => {
    expect(readTraces(JSON.stringify(jaeger)).spans).toMatchObject([
      { service: "orders", kind: "client", path: "/stock/7", parentId: "b0", failed: true },
    ]);
  });

  it("reads Zipkin, whose two ends may share an id", () => {
    const { spans } = readTraces(JSON.stringify(zipkin));
    expect(spans[0]).toMatchObject({ service: "orders", peer: "inventory", method: "GET" });
    expect(spans[1]).toMatchObject({ service: "inventory", parentId: spans[0]!.spanId });
    expect(spans[1]!.spanId).not.toBe(spans[0]!.spanId);
  });

  it("says what it cannot read", () => {
    expect(readTraces("{}").reason).toContain("none of");
    expect(readTraces("spans:").reason).toContain("not JSON");
  });

  it("survives any JSON", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        readTraces(json);
        readTraces(`{"resourceSpans":[${json}]}`);
        readTraces(`{"data":[{"spans":[${json}]}]}`);
      }),
    );
  });
});
