import { describe, expect, it } from "vitest";
import { renderHtml } from "../../../src/report/graph/html.js";
import { layOut } from "../../../src/report/graph/layout.js";
import { renderMermaid } from "../../../src/report/graph/mermaid.js";
import { changedPart, drawPicture } from "../../../src/report/graph/picture.js";
import { renderSvg } from "../../../src/report/graph/svg.js";
import type { SystemSummary } from "../../../src/report/report.js";

const at = (path: string) => [{ path, startLine: 3, endLine: 3, side: "head", changed: false, kind: "code", note: "opens it" } as const];
const use = (service: string) => ({ service, evidence: at(`services/${service}/main.ts`) });

const before: SystemSummary = {
  services: ["inventory", "orders", "payments"].map((name) => ({ name, paths: [`services/${name}`] })),
  databases: [{ id: "postgres/orders_db", engine: "postgres", name: "orders_db", services: ["orders"], uses: [use("orders")] }],
  calls: [{ from: "orders", to: "inventory", kind: "http", operation: "POST /stock/batch", evidence: [] }],
  channels: [
    {
      name: "order.placed",
      publishers: ["orders"],
      consumers: ["inventory"],
      publications: [use("orders")],
      consumptions: [use("inventory")],
    },
  ],
};
const after: SystemSummary = {
  ...before,
  databases: [{ ...before.databases[0]!, services: ["inventory", "orders"], uses: [use("inventory"), use("orders")] }],
  calls: [
    ...before.calls,
    { from: "orders", to: "inventory", kind: "http", operation: "GET /stock/:sku", evidence: [] },
    { from: "orders", to: "payments", kind: "http", operation: "POST /charges", evidence: [] },
  ],
  channels: [],
};

describe("the picture", () => {
  it("folds the calls between two services into one edge", () => {
    const edges = drawPicture(after).edges.filter(({ kind }) => kind === "calls");
    expect(edges.map(({ from, to, labels }) => [from, to, labels])).toEqual([
      ["service:orders", "service:inventory", ["GET /stock/:sku", "POST /stock/batch"]],
      ["service:orders", "service:payments", ["POST /charges"]],
    ]);
  });

  it("says what a change added and removed", () => {
    const changed = changedPart(drawPicture(after, before));
    expect(changed.edges.filter(({ change }) => change === "added").map(({ from, to }) => `${from} ${to}`)).toEqual([
      "service:inventory database:postgres/orders_db",
      "service:orders service:payments",
    ]);
    expect(changed.elements.filter(({ change }) => change === "removed").map(({ id }) => id)).toEqual(["channel:order.placed"]);
  });

  it("knows the places behind every edge to a database or channel", () => {
    const edges = drawPicture(before).edges.filter(({ kind }) => kind !== "calls");
    expect(edges.map(({ kind, evidence }) => [kind, ...evidence.map(({ path }) => path)])).toEqual([
      ["consumes", "services/inventory/main.ts"],
      ["publishes", "services/orders/main.ts"],
      ["uses", "services/orders/main.ts"],
    ]);
  });

  it("is placed without overlaps", () => {
    const { elements } = layOut(drawPicture(after, before));
    for (const [index, one] of elements.entries()) {
      for (const other of elements.slice(index + 1)) {
        const apart =
          Math.abs(one.x - other.x) >= (one.width + other.width) / 2 || Math.abs(one.y - other.y) >= (one.height + other.height) / 2;
        expect(apart, `${one.id} and ${other.id}`).toBe(true);
      }
    }
  });
});

describe("hostile names", () => {
  const name = `x"]:::y; click z "https://evil.example" </script><img src=x onerror=alert(1)> @everyone`;
  const hostile: SystemSummary = {
    services: [{ name, paths: [name] }],
    databases: [],
    calls: [{ from: name, to: name, kind: "http", operation: name, evidence: [] }],
    channels: [],
  };

  it("stay inside a label in Mermaid", () => {
    const labels = renderMermaid(drawPicture(hostile)).replaceAll(/"[^"\n]*"/g, "");
    expect(labels).not.toMatch(/click|evil|@|<|onerror/);
  });

  it("are text in SVG", () => {
    expect(renderSvg(drawPicture(hostile))).not.toMatch(/<(img|script)/);
  });

  it("are text in HTML, where the only script is our own", () => {
    const page = renderHtml(hostile, hostile);
    expect(page).not.toContain("<img");
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
  });
});

describe("Mermaid", () => {
  it("keeps the best connected of many and counts the rest", () => {
    const many: SystemSummary = {
      ...before,
      databases: [],
      channels: [],
      services: Array.from({ length: 50 }, (_, index) => ({ name: `service-${index}`, paths: [] })),
      calls: before.calls,
    };
    const text = renderMermaid(drawPicture(many), 10);
    expect(text).toContain('["orders"]');
    expect(text).toContain("and 42 more");
  });
});

describe("the page", () => {
  it("asks no other host for anything", () => {
    expect(renderHtml(after, before).replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/(src|href)=|@import|url\(|https?:/);
  });

  it("can be read without a script", () => {
    expect(renderHtml(after)).toContain("<td>POST /charges</td>");
  });
});
