import { describe, expect, it } from "vitest";
import { renderMarkdown } from "../../src/report/markdown.js";
import { defaultConfig } from "../../src/config/settings.js";
import { review } from "../../src/review.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import { databasesOf, deployment, service, systemOf, type Tree } from "./system.js";

const databases = async (tree: Tree): Promise<readonly string[]> => databasesOf(await systemOf(tree));

const two = { ...service("orders"), ...service("payments") };
const compose = (orders: string, payments: string, more = ""): Tree => ({
  ...two,
  "docker-compose.yml": `services:\n  orders: { build: orders, environment: { ${orders} } }\n  payments: { build: payments, environment: { ${payments} } }\n  pg: { image: 'postgres:17', container_name: shop-pg, ports: ['15432:5432'] }\n${more}`,
});

describe("one database is", () => {
  it("what dotenv files name without an engine and code opens on the port that it writes out", async () => {
    const code =
      'import { DataSource } from "typeorm"; export const data = new DataSource({ type: "postgres", host: process.env.DB_HOST, port: 5432, database: process.env.DB_NAME });\n';
    const own = (name: string): Tree => service(name, { ".env": "DB_HOST=localhost\nDB_NAME=shop\n", "src/data.ts": code });
    expect(await databases({ ...own("orders"), ...own("payments") })).toEqual(["postgres/shop: orders, payments"]);
    expect(
      await databases({
        ...own("orders"),
        ...own("payments"),
        "docker-compose.yml": "services:\n  db: { image: 'postgres:17', ports: ['5432:5432'], environment: { POSTGRES_DB: shop } }\n",
      }),
    ).toEqual(["postgres/shop: orders, payments"]);
  });

  it.each([
    ["a URL and its parts", "DATABASE_URL: 'postgres://u:p@pg:5432/shop'", "DB_HOST: pg, DB_PORT: 5432, DB_NAME: shop"],
    ["a URL and a JDBC URL", "DATABASE_URL: 'postgresql://u@pg/shop'", "SPRING_DATASOURCE_URL: 'jdbc:postgresql://pg:5432/shop'"],
    [
      "an ADO and a libpq string",
      "ConnectionStrings__Default: 'Host=pg;Database=shop;Username=u;Password=p'",
      "DSN: 'host=pg dbname=shop user=u password=p'",
    ],
    ["the variables of libpq and of the image", "PGHOST: pg, PGDATABASE: shop", "POSTGRES_HOST: pg, POSTGRES_DB: shop"],
    ["odd casing and prefixes", "ordersDbHost: pg, ordersDbName: shop", "TYPEORM_HOST: pg, TYPEORM_DATABASE: shop"],
    ["a service and its container's name", "DATABASE_URL: 'postgres://pg/shop'", "DATABASE_URL: 'postgres://shop-pg/shop'"],
    [
      "a published port of the developer's machine",
      "DATABASE_URL: 'postgres://pg/shop'",
      "DATABASE_URL: 'postgres://host.docker.internal:15432/shop'",
    ],
    [
      "another host's name in small and capital letters",
      "DATABASE_URL: 'postgres://DB.shop.internal/shop'",
      "DATABASE_URL: 'postgres://db.shop.internal:5432/shop'",
    ],
    ["the same unknown host of one project", "DATABASE_URL: 'postgres://${DB_HOST}/shop'", "DB_HOST: '${DB_HOST}', DB_NAME: shop"],
    ["the public schema and none", "DATABASE_URL: 'postgres://pg/shop?schema=public'", "DATABASE_URL: 'postgres://pg/shop'"],
  ])("%s", async (_, orders, payments) => {
    expect(await databases(compose(orders, payments))).toEqual(["postgres/shop: orders, payments"]);
  });

  it("the same unfilled variable of one compose file, whatever the services call it", async () => {
    expect(await databases(compose("DATABASE_URL: '${SHOP_DATABASE_URL}'", "PAYMENTS_DATABASE_URL: '${SHOP_DATABASE_URL}'"))).toEqual([
      "other/SHOP_DATABASE_URL: orders, payments",
    ]);
  });

  it("an entry of a Secret and what a compose file names for the same variable of all who take it", async () => {
    const env = `- name: DATABASE_URL\n  valueFrom: { secretKeyRef: { name: shop, key: url } }`;
    const cluster: Tree = { "orders.yaml": deployment("orders", { env }), "payments.yaml": deployment("payments", { env }) };
    const url = (name: string): string => `DATABASE_URL: 'postgres://u@pg/${name}'`;
    expect(await databases({ ...cluster, ...compose(url("shop"), url("shop")) })).toEqual(["postgres/shop: orders, payments"]);
    expect(await databases({ ...cluster, ...compose(url("orders"), url("payments")) })).toEqual([
      "other/shop/url: orders, payments",
      "postgres/orders: orders",
      "postgres/payments: payments",
    ]);
  });

  it("the same entry of the same Secret", async () => {
    const env = (key: string): string => `- name: DATABASE_URL\n  valueFrom: { secretKeyRef: { name: shop, key: ${key} } }`;
    expect(
      await databases({ "a.yaml": deployment("orders", { env: env("url") }), "b.yaml": deployment("payments", { env: env("url") }) }),
    ).toEqual(["other/shop/url: orders, payments"]);
    expect(
      await databases({
        "a.yaml": deployment("orders", { env: env("orders-url") }),
        "b.yaml": deployment("payments", { env: env("payments-url") }),
      }),
    ).toEqual(["other/shop/orders-url: orders", "other/shop/payments-url: payments"]);
  });

  it("the same parameter of the cloud", async () => {
    const application = (name: string, path: string): Tree => ({
      [`${name}/serverless.yml`]: `service: ${name}\nprovider:\n  name: aws\n  environment:\n    DATABASE_URL: \${ssm:${path}}\nfunctions:\n  get: { handler: get.handler }\n`,
      [`${name}/get.js`]: "exports.handler = 1;\n",
    });
    expect(await databases({ ...application("orders", "/shop/database-url"), ...application("payments", "/shop/database-url") })).toEqual([
      "other/shop/database-url: orders, payments",
    ]);
    expect(
      await databases({ ...application("orders", "/orders/database-url"), ...application("payments", "/payments/database-url") }),
    ).toHaveLength(2);
  });

  it("reached through the cluster's and the compose file's name for it, where one variable holds both", async () => {
    expect(
      await databases({
        ...compose("DATABASE_URL: 'postgres://pg/shop'", "DATABASE_URL: 'postgres://pg/shop'"),
        "k8s/orders.yaml": deployment("orders", { env: "- { name: DATABASE_URL, value: 'postgres://orders-pg.shop.svc/shop' }" }),
      }),
    ).toEqual(["postgres/shop: orders, payments"]);
  });
});

describe("two databases are", () => {
  it.each([
    [
      "two names on one server",
      "DATABASE_URL: 'postgres://pg/orders'",
      "DATABASE_URL: 'postgres://pg/payments'",
      ["postgres/orders: orders", "postgres/payments: payments"],
    ],
    [
      "one name on two servers",
      "DATABASE_URL: 'postgres://a.internal/shop'",
      "DATABASE_URL: 'postgres://b.internal/shop'",
      ["postgres/shop@a.internal: orders", "postgres/shop@b.internal: payments"],
    ],
    [
      "two schemas",
      "DATABASE_URL: 'postgres://pg/shop?schema=orders'",
      "DATABASE_URL: 'postgres://pg/shop?schema=payments'",
      ["postgres/shop/orders: orders", "postgres/shop/payments: payments"],
    ],
    [
      "different unfilled variables",
      "DATABASE_URL: '${ORDERS_URL}'",
      "DATABASE_URL: '${PAYMENTS_URL}'",
      ["other/ORDERS_URL: orders", "other/PAYMENTS_URL: payments"],
    ],
  ])("%s", async (_, orders, payments, expected) => {
    expect(await databases(compose(orders, payments))).toEqual(expected);
  });

  it("behind a proxy in each pod", async () => {
    const env = "- { name: DB_HOST, value: 127.0.0.1 }\n- { name: DB_NAME, value: shop }";
    expect(await databases({ "a.yaml": deployment("orders", { env }), "b.yaml": deployment("payments", { env }) })).toEqual([
      "other/shop@localhost: orders",
      "other/shop@localhost#2: payments",
    ]);
  });

  it("containers of one name in two compose projects", async () => {
    const own = (name: string): Tree =>
      service(name, {
        "docker-compose.yml": `services:\n  ${name}: { build: ., environment: { DATABASE_URL: 'postgres://db/shop' } }\n  db: { image: 'postgres:17' }\n`,
      });
    expect(await databases({ ...own("orders"), ...own("payments") })).toEqual(["postgres/shop@db: orders", "postgres/shop@db#2: payments"]);
  });
});

describe("no use of a database is", () => {
  it("a server without a name", async () => {
    expect(await databases(compose("MONGO_URL: 'mongodb://mongo:27017'", "MONGO_URL: 'mongodb://mongo:27017'"))).toEqual([]);
  });

  it("the database container's own environment, an exporter's or an admin tool's", async () => {
    const more =
      "  exporter: { image: 'prometheuscommunity/postgres-exporter', environment: { DATA_SOURCE_NAME: 'postgresql://pg/orders' } }\n  pgadmin: { image: 'dpage/pgadmin4', environment: { DATABASE_URL: 'postgres://pg/orders' } }\n";
    expect(await databases(compose("DATABASE_URL: 'postgres://pg/orders'", "PORT: 3000", more))).toEqual(["postgres/orders: orders"]);
  });

  it("a value for developers where production has another", async () => {
    const tree = compose(
      "DATABASE_URL: 'postgres://orders-pg.internal/orders'",
      "DATABASE_URL: 'postgres://payments-pg.internal/payments'",
    );
    expect(
      await databases({
        ...tree,
        "docker-compose.dev.yml":
          "services:\n  orders: { environment: { DATABASE_URL: 'postgres://pg/shop' } }\n  payments: { environment: { DATABASE_URL: 'postgres://pg/shop' } }\n",
      }),
    ).toEqual(["postgres/orders: orders", "postgres/payments: payments"]);
  });

  it("a file of variables that a service without a driver is given too", async () => {
    const withDriver = {
      ...service("orders"),
      "orders/package.json": '{ "name": "orders", "dependencies": { "pg": "8" } }',
      ...service("payments"),
    };
    expect(
      await databases({
        ...withDriver,
        "shop.env": "DATABASE_URL=postgres://pg/shop\n",
        "docker-compose.yml":
          "services:\n  orders: { build: orders, env_file: shop.env }\n  payments: { build: payments, env_file: shop.env }\n",
      }),
    ).toEqual(["postgres/shop: orders"]);
  });

  it("what samples are written with", async () => {
    const sample = 'DATABASE_URL="postgresql://johndoe:randompassword@localhost:5432/mydb?schema=public"\n';
    expect(await databases({ ...two, "orders/.env.example": sample, "payments/.env.example": sample })).toEqual([]);
  });
});

describe("products", () => {
  it("are kept apart from services", async () => {
    const more = "  keycloak: { image: 'quay.io/keycloak/keycloak:26', environment: { KC_DB_URL: 'jdbc:postgresql://pg/keycloak' } }\n";
    expect(await databases(compose("DATABASE_URL: 'postgres://pg/orders'", "DATABASE_URL: 'postgres://pg/keycloak'", more))).toEqual([
      "postgres/keycloak: payments | keycloak",
      "postgres/orders: orders",
    ]);
  });

  it("are known by what their database is called", async () => {
    expect(await databases(compose("OPENHIM_MONGO_URL: 'mongodb://mongo/openhim-dev'", "PORT: 3000"))).toEqual([
      "mongodb/openhim-dev: orders | openhim",
    ]);
  });
});

describe("roles and access", () => {
  it("tell caches, search and buses from records, and readers from writers", async () => {
    const model = await systemOf(
      compose("REDIS_URL: 'redis://redis/0', SEARCH: 'elasticsearch://es/orders'", "DATABASE_URL: 'postgres://payments_ro:p@pg/shop'"),
    );
    expect(model.databases.map(({ id, role }) => `${id} ${role}`)).toEqual([
      "elasticsearch/orders search",
      "postgres/shop record",
      "redis/0 cache",
    ]);
    expect(model.databases[1]?.uses[0]).toMatchObject({ service: "payments", access: "read-only", via: ["dsn"], confidence: "high" });
  });

  it("take the engine from the container where nothing else says it", async () => {
    expect(
      await databases({
        ...two,
        "docker-compose.yml":
          "services:\n  orders: { build: orders, environment: { DB_HOST: store, DB_NAME: shop } }\n  store: { image: 'mariadb:11' }\n",
      }),
    ).toEqual(["mysql/shop: orders"]);
  });

  it("leave the plain name to the database and not to its replica", async () => {
    expect(
      await databases(
        compose("DATABASE_URL: 'postgres://orders:p@orders-db/shop'", "DATABASE_URL: 'postgres://payments_ro:p@orders-db-replica/shop'"),
      ),
    ).toEqual(["postgres/shop: orders", "postgres/shop@orders-db-replica: payments"]);
  });
});

describe("Prisma schemas", () => {
  const schema = (url: string): string =>
    `datasource db {\n  provider = "postgresql"\n  url = ${url}\n}\n\nmodel Order {\n  id String @id\n  @@map("orders")\n}\n`;

  it("give tables to the database that their variable leads to", async () => {
    const model = await systemOf({
      ...compose("DATABASE_URL: 'postgres://pg/shop'", "DATABASE_URL: 'postgres://pg/shop'"),
      "orders/prisma/schema.prisma": schema('env("DATABASE_URL")'),
    });
    expect(model.databases).toHaveLength(1);
    expect(model.databases[0]?.uses).toMatchObject([
      { service: "orders", entities: ["orders"], via: ["dsn", "schema"] },
      { service: "payments", entities: [] },
    ]);
  });

  it("are a database of the service's own where no file fills their variable", async () => {
    expect(await databases({ ...two, "orders/prisma/schema.prisma": schema('env("ORDERS_STORE")') })).toEqual([
      "postgres/orders/ORDERS_STORE: orders",
    ]);
  });

  it("in a package speak for all services that depend on it", async () => {
    const manifest = (name: string): string =>
      `{ "name": "${name}", "scripts": { "start": "node src/main.js" }, "dependencies": { "@shop/db": "*" } }`;
    expect(
      await databases({
        ...two,
        "orders/package.json": manifest("orders"),
        "payments/package.json": manifest("payments"),
        "packages/db/package.json": '{ "name": "@shop/db" }',
        "packages/db/prisma/schema.prisma": schema('env("DATABASE_URL")'),
      }),
    ).toEqual(["postgres/packages/db: orders, payments"]);
  });
});

describe("credentials", () => {
  it("are in no part of the model or the report", async () => {
    const secrets = ["hunter2", "correcthorse", "swordfish", "opensesame", "alice", "mallory"];
    const tree: Tree = {
      ...compose(
        "DATABASE_URL: 'postgres://alice:hunter2@pg:5432/shop?password=swordfish', DB_HOST: 'mallory:opensesame@pg', DB_NAME: shop, DB_PASSWORD: swordfish, MONGO: 'mongodb://alice:hunter2@a,b/shop', BROKEN: 'postgres://alice:hunter2'",
        "DSN: 'Host=pg;Database=shop;Username=alice;Password=correcthorse', REDIS_URL: 'redis://:opensesame@redis/0', DATABASE_NAME: 'postgres://alice:hunter2@pg/shop'",
      ),
      "orders/src/database.js":
        'const { Pool } = require("pg");\nexports.pool = new Pool({ connectionString: "postgres://alice:hunter2@pg:5432/shop" });\n',
      "secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: { name: shop }\nstringData: { url: 'postgres://alice:hunter2@pg/shop' }\n",
      "k8s/orders.yaml": deployment("orders", {
        env: "- { name: PG_URL, value: 'postgres://alice:hunter2@pg/shop' }",
        envFrom: "- secretRef: { name: shop }",
      }),
    };
    const model = await systemOf(tree);
    const report = await review(memorySnapshot({}), memorySnapshot(tree), defaultConfig());
    expect(model.databases.some(({ id, uses }) => id.startsWith("postgres/shop") && uses.length === 2)).toBe(true);
    for (const said of [JSON.stringify(model), JSON.stringify(report), renderMarkdown(report, { extent: "findings" })]) {
      expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
    }
  });
});
