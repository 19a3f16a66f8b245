import { describe, expect, it } from "vitest";
import { extractors } from "../../../src/facts/extractors.js";
import { systemOf, type Tree } from "../system.js";

const KONG = `_format_version: "3.0"
services:
  - name: payments
    url: http://payments:3000/v1
    routes:
      - { name: payments, paths: [/pay] }
  - { name: orders, host: orders, port: 3000 }
  - { name: search, url: "https://search.example.com" }
routes:
  - { name: orders, service: orders, paths: [/orders], strip_path: false }
  - { name: refunds, service: orders, paths: [/pay/refunds] }
  - { name: search, service: search, paths: [/search] }
`;

const tyk = (path: string, url: string, strips: boolean): string =>
  JSON.stringify({ name: "one", proxy: { listen_path: path, target_url: url, strip_listen_path: strips } });

/** Shipping asks the gateway for `path`. */
async function asked(path: string, tree: Tree): Promise<readonly string[]> {
  const service = (name: string): Tree => ({
    [`${name}/package.json`]: `{ "name": "${name}", "dependencies": { "express": "4" } }`,
    [`${name}/src/server.ts`]: `import express from "express"; express().listen(3000);`,
  });
  const { code } = await systemOf({
    ...service("shipping"),
    ...service("orders"),
    ...service("payments"),
    "shipping/src/main.ts": `export const run = (id) => fetch(\`http://gateway:8000${path}\`);`,
    ...tree,
  });
  return code.calls.map(
    ({ to, operation }) => `${to.kind === "service" ? to.service : to.kind === "external" ? to.host : "?"} ${operation}`,
  );
}

function compose(gateway: string): string {
  return `services:\n  shipping: { build: shipping }\n  orders: { build: orders }\n  payments: { build: payments }\n  gateway: { ${gateway} }\n`;
}

describe("a request to the system's own gateway", () => {
  it.each([
    ["/pay/charges", "payments GET /v1/charges"],
    ["/orders/${id}", "orders GET /orders/:id"],
    ["/pay/refunds/7", "orders GET /7"],
    ["/search/7", "gateway GET /search/7"],
    ["/payments", "gateway GET /payments"],
    // May be `/pay/refunds`.
    ["/pay/${id}", "gateway GET /pay/:id"],
  ])("reaches what Kong passes %s on to", async (path, expected) => {
    expect(await asked(path, { "docker-compose.yml": compose("image: kong:3.9"), "kong.yml": KONG })).toEqual([expected]);
  });

  it("reaches what Tyk passes it on to, of a built image too", async () => {
    const tree = {
      "docker-compose.yml": compose("build: gateway"),
      "gateway/Dockerfile": "FROM tykio/tyk-gateway:v5\nCOPY apps /opt/tyk-gateway/apps\n",
      "gateway/apps/payments.json": tyk("/api/pay", "http://payments:3000/v1/", true),
      "gateway/apps/orders.json": JSON.stringify({
        openapi: "3.0.3",
        "x-tyk-api-gateway": {
          server: { listenPath: { value: "/api/orders/", strip: false } },
          upstream: { url: "http://orders:3000" },
        },
      }),
    };
    expect(await asked("/api/pay/charges", tree)).toEqual(["payments GET /v1/charges"]);
    expect(await asked("/api/orders/${id}", tree)).toEqual(["orders GET /api/orders/:id"]);
  });

  it.each([
    [
      "kong.yml",
      "image: kong:3.9",
      '{ _format_version: "3.0", services: [{ name: pay, url: "http://gate:hunter2@payments:3000", routes: [{ paths: [/pay] }] }] }',
    ],
    ["tyk.json", "image: tykio/tyk-gateway:v5", tyk("/pay", "http://gate:hunter2@payments:3000", true)],
  ])("is followed past the upstream's password, which %s keeps to itself", async (path, gateway, text) => {
    const facts = extractors.filter((one) => one.accepts(path)).flatMap((one) => one.extract({ path, text }).facts);
    expect(JSON.stringify(facts)).not.toContain("hunter2");
    expect(await asked("/pay/7", { [path]: text, "docker-compose.yml": compose(gateway) })).toEqual(["payments GET /7"]);
  });

  it("is none of another service where it comes back, or the routes are another product's", async () => {
    const own = { "kong.yml": KONG.replaceAll("payments", "shipping") };
    expect(await asked("/pay/charges", { ...own, "docker-compose.yml": compose("image: kong:3.9") })).toEqual(["gateway GET /pay/charges"]);
    expect(await asked("/pay/charges", { "kong.yml": KONG, "docker-compose.yml": compose("image: traefik:3") })).toEqual([
      "gateway GET /pay/charges",
    ]);
  });
});
