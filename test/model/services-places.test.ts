import { describe, expect, it } from "vitest";
import type { Host } from "../../src/model/services.js";
import { deployment, service, substrateOf } from "./system.js";

describe("files belong to", () => {
  it("the service of the innermost directory, and those of libraries to none", async () => {
    const { linked } = await substrateOf({
      "package.json": '{ "private": true, "workspaces": ["apps/*", "libs/*"] }',
      ...service("apps/orders"),
      "libs/money/package.json": '{ "name": "@shop/money", "main": "index.js" }',
      "libs/money/index.js": "exports.cents = 1;\n",
    });
    const { serviceOf } = linked.directory;
    expect(serviceOf("apps/orders/src/deep/file.ts")).toBe("orders");
    expect(serviceOf("libs/money/index.js")).toBe(null);
    expect(serviceOf("README.md")).toBe(null);
  });
});

describe("hosts", () => {
  const tree = {
    ...service("orders"),
    ...service("payments"),
    "docker-compose.yml":
      "services:\n  orders: { build: orders, ports: ['8081:3000'] }\n  payments: { build: payments, container_name: shop-payments, ports: ['${PAYMENTS_PORT:-8082}:3000'] }\n  db: { image: 'postgres:17', ports: ['15432:5432'] }\n",
    "k8s/payments.yaml": `${deployment("payments", { namespace: "shop" })}---\napiVersion: v1\nkind: Service\nmetadata: { name: payments-svc, namespace: shop }\nspec:\n  selector: { app: payments }\n  ports: [{ port: 80, targetPort: 3000 }]\n`,
  };

  it.each<[string, number | null, Partial<Host>]>([
    ["payments", 3000, { kind: "service", service: "payments" }],
    ["shop-payments", null, { kind: "service", service: "payments" }],
    ["payments-svc", 80, { kind: "service", service: "payments" }],
    ["payments-svc.shop", 80, { kind: "service", service: "payments" }],
    ["payments-svc.shop.svc.cluster.local", 80, { kind: "service", service: "payments" }],
    ["localhost", 8081, { kind: "service", service: "orders" }],
    ["127.0.0.1", 8082, { kind: "service", service: "payments" }],
    ["localhost", 15432, { kind: "infrastructure", name: "db", engine: "postgres" }],
    ["db", 5432, { kind: "infrastructure", name: "db", role: "record" }],
    ["localhost", 9999, { kind: "unknown" }],
    ["api.stripe.com", 443, { kind: "external", host: "api.stripe.com" }],
    ["${PAYMENTS_HOST}", null, { kind: "unknown" }],
    ["10.0.0.7", 80, { kind: "unknown" }],
    ["__proto__", null, { kind: "unknown" }],
    ["constructor", null, { kind: "unknown" }],
  ])("%s:%s", async (host, port, expected) => {
    const { linked } = await substrateOf(tree);
    expect(linked.directory.at(host, port, "orders")).toMatchObject(expected);
  });

  it("on this machine are nobody else's where the caller's own file has it listen", async () => {
    const { linked } = await substrateOf({ ...tree, "orders/.env": "PORT=8082\n" });
    expect(linked.directory.at("localhost", 8082, "orders")).toMatchObject({ kind: "unknown" });
    expect(linked.directory.at("localhost", 8082, "payments")).toMatchObject({ kind: "service", service: "payments" });
  });

  it("of equal names are looked for in the caller's own compose file first", async () => {
    const compose = (name: string): string => `services:\n  ${name}: { build: . }\n  db: { image: 'postgres:17' }\n`;
    const { linked } = await substrateOf({
      ...service("orders", { "docker-compose.yml": compose("orders") }),
      ...service("payments", { "docker-compose.yml": compose("payments") }),
    });
    expect(linked.directory.at("db", 5432, "orders")).toMatchObject({ id: "compose:orders#db" });
    expect(linked.directory.at("db", 5432, "payments")).toMatchObject({ id: "compose:payments#db" });
  });

  it.each([
    ["PAYMENTS_URL", "payments"],
    ["PAYMENTS_SERVICE_HOST", "payments"],
    ["NEXT_PUBLIC_PAYMENTS_API_URL", "payments"],
    ["BILLING_URL", "payments"],
    ["DATABASE_URL", null],
    ["SERVICE_URL", null],
  ])("are meant by %s", async (variable, expected) => {
    const { linked } = await substrateOf({
      ...tree,
      "docker-compose.override.yml": "services:\n  orders:\n    environment:\n      BILLING_URL: http://payments:3000\n",
    });
    expect(linked.directory.meantBy(variable)).toBe(expected);
  });
});
