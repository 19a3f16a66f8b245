import { describe, expect, it } from "vitest";
import { deployment, service, servicesOf, substrateOf, systemOf } from "./system.js";

const names = async (tree: Record<string, string>, settings = {}): Promise<readonly string[]> => servicesOf(await systemOf(tree, settings));

describe("services are found in", () => {
  it("compose files, whatever they build", async () => {
    expect(
      await names({
        ...service("services/orders"),
        ...service("services/payments"),
        "docker-compose.yml":
          "services:\n  orders:\n    build: services/orders\n  payments:\n    build: { context: services/payments }\n  postgres:\n    image: postgres:17\n  kafka:\n    image: apache/kafka:3.9.0\n",
      }),
    ).toEqual(["orders [services/orders]", "payments [services/payments]"]);
  });

  it("no image that another compose file builds of a product and its settings", async () => {
    const tree = {
      ...service("services/orders"),
      "services/gateway/Dockerfile": "FROM kong:3.9\nCOPY kong.yml /kong.yml\n",
      "docker-compose.yml": "services:\n  orders: { build: services/orders, image: acme/orders }\n  gateway: { build: services/gateway }\n",
      "docker-compose.server.yml":
        "services:\n  orders: { image: acme/orders }\n  gateway: { image: acme/shop-gateway }\n  mailer: { image: acme/mailer }\n",
    };
    expect(await names(tree)).toEqual(["mailer []", "orders [services/orders]"]);
  });

  it("builds with the root as their context, by the Dockerfile, its variable, its name, arguments, target or command", async () => {
    const code = Object.fromEntries(
      ["orders", "payments", "shipping", "customers", "inventory", "notifications"].flatMap((name) => [
        [`apps/${name}/src/main.ts`, "export {};\n"],
        [`apps/${name}/package.json`, `{ "name": "${name}" }`],
      ]),
    );
    expect(
      await names({
        ...code,
        ".env": "PAYMENTS_DOCKERFILE=./apps/payments/Dockerfile\n",
        "apps/orders/Dockerfile": "FROM node:22\nCOPY . .\n",
        "apps/payments/Dockerfile": "FROM node:22\nCOPY . .\n",
        "docker/Dockerfile.shipping": "FROM node:22\nCOPY . .\n",
        "service.Dockerfile": "FROM node:22\nARG SERVICE\nCOPY . .\n",
        "docker-compose.yml": [
          "services:",
          "  orders: { build: { context: ., dockerfile: apps/orders/Dockerfile } }",
          "  payments: { build: { context: ., dockerfile: '${PAYMENTS_DOCKERFILE}' } }",
          "  shipping: { build: { context: ., dockerfile: docker/Dockerfile.shipping } }",
          "  crm: { build: { context: ., dockerfile: service.Dockerfile, args: { SERVICE: customers } } }",
          "  stock: { build: { context: ., dockerfile: service.Dockerfile, target: inventory } }",
          "  mailer: { build: { context: ., dockerfile: service.Dockerfile }, command: node dist/apps/notifications/main.js }",
          "",
        ].join("\n"),
      }),
    ).toEqual([
      "crm [apps/customers]",
      "mailer [apps/notifications]",
      "orders [apps/orders]",
      "payments [apps/payments]",
      "shipping [apps/shipping]",
      "stock [apps/inventory]",
    ]);
  });

  it("Nest projects of their own, but not the package that they depend on", async () => {
    const project = (name: string, dependencies: Record<string, string>): Record<string, string> => ({
      [`src/${name}/nest-cli.json`]: JSON.stringify({ collection: "@nestjs/schematics" }),
      [`src/${name}/package.json`]: JSON.stringify({ name, dependencies }),
      [`src/${name}/src/index.ts`]: "export {};\n",
    });
    expect(
      await names({
        ...project("orders", { "shop-kit": "file:../shop-kit" }),
        ...project("payments", { "shop-kit": "file:../shop-kit" }),
        ...project("shop-kit", {}),
      }),
    ).toEqual(["orders [src/orders]", "payments [src/payments]"]);
  });

  it("Nx and Nest projects, without their libraries and end-to-end tests", async () => {
    const project = (name: string, type: string): string => JSON.stringify({ name, projectType: type });
    expect(
      await names({
        "nx.json": "{}",
        "apps/orders/project.json": project("@shop/orders", "application"),
        "apps/orders/src/main.ts": "export {};\n",
        "apps/orders-e2e/project.json": project("orders-e2e", "application"),
        "apps/orders-e2e/src/orders.ts": "export {};\n",
        "libs/prices/project.json": project("prices", "library"),
        "libs/prices/src/index.ts": "export {};\n",
      }),
    ).toEqual(["orders [apps/orders]"]);
    expect(
      await names({
        "nest-cli.json": JSON.stringify({
          monorepo: true,
          root: "apps/gateway",
          sourceRoot: "apps/gateway/src",
          projects: {
            gateway: { type: "application", root: "apps/gateway" },
            orders: { type: "application", root: "apps/orders" },
            shared: { type: "library", root: "libs/shared" },
          },
        }),
        "package.json": '{ "name": "shop" }',
        "apps/gateway/src/main.ts": "export {};\n",
        "apps/orders/src/main.ts": "export {};\n",
        "libs/shared/src/index.ts": "export {};\n",
      }),
    ).toEqual(["gateway [apps/gateway]", "orders [apps/orders]"]);
  });

  it("workspaces: what can be started and nobody depends on", async () => {
    expect(
      await names({
        "package.json": '{ "private": true, "workspaces": ["packages/*"] }',
        "packages/orders/package.json":
          '{ "name": "@shop/orders", "scripts": { "start": "node src/main.js" }, "dependencies": { "@shop/money": "*" } }',
        "packages/orders/src/main.js": "require('@shop/money');\n",
        "packages/payments/package.json": '{ "name": "@shop/payments", "scripts": { "start": "node src/main.js" } }',
        "packages/payments/src/main.js": "require('express')();\n",
        "packages/money/package.json": '{ "name": "@shop/money", "main": "src/index.js", "scripts": { "dev": "tsc --watch" } }',
        "packages/money/src/index.js": "exports.cents = (n) => n;\n",
      }),
    ).toEqual(["orders [packages/orders]", "payments [packages/payments]"]);
  });

  it("workspaces: no plugin that an application loads, on whatever shelf among libraries", async () => {
    expect(
      await names({
        "package.json": '{ "private": true, "workspaces": ["apps/*", "packages/plugins/@shop/*"] }',
        "apps/orders/package.json": '{ "name": "orders", "scripts": { "start": "node src/main.js" } }',
        "apps/orders/src/main.js": "require('express')();\n",
        "packages/plugins/@shop/coupons/package.json": '{ "name": "@shop/coupons", "main": "dist/index.js" }',
        "packages/plugins/@shop/coupons/server.js": "module.exports = require('./dist');\n",
      }),
    ).toEqual(["orders [apps/orders]"]);
  });

  it("workspaces: an application that another one takes the types of, but not what all share", async () => {
    const app = (directory: string, dependencies: Record<string, string> = {}): Record<string, string> => ({
      [`${directory}/package.json`]: JSON.stringify({
        name: `@shop/${directory.split("/").at(-1)}`,
        scripts: { dev: "tsx watch src/index.ts", start: "node dist/index.js" },
        dependencies,
      }),
      [`${directory}/src/index.ts`]: "export {};\n",
    });
    expect(
      await names({
        "package.json": '{ "private": true, "workspaces": ["apps/*", "packages/*"] }',
        ...app("apps/orders", { "@shop/common": "*" }),
        ...app("apps/web", { "@shop/orders": "*" }),
        ...app("apps/common"),
        ...app("packages/bus"),
        ...app("packages/words", { "@shop/bus": "*" }),
      }),
    ).toEqual(["orders [apps/orders]", "web [apps/web]", "words [packages/words]"]);
  });

  it("functions of SST, by the paths of their handlers", async () => {
    const code = (directory: string): Record<string, string> => ({
      [`${directory}/package.json`]: JSON.stringify({ name: `@shop/${directory.split("/").at(-1)}` }),
      [`${directory}/src/place.ts`]: "export const main = async () => {};\n",
    });
    const before = {
      "package.json": '{ "private": true, "workspaces": ["services/*", "packages/*"] }',
      ...code("services/orders"),
      ...code("services/payments"),
      ...code("packages/mails"),
      "packages/gateway/package.json": JSON.stringify({
        name: "@shop/gateway",
        dependencies: { "@shop/orders": "*", "@shop/payments": "*" },
      }),
      "packages/gateway/src/index.ts": 'import "@shop/orders";\n',
    };
    const expected = ["mails [packages/mails]", "orders [services/orders]", "payments [services/payments]"];
    expect(
      await names({
        ...before,
        "packages/stacks/package.json": '{ "name": "@shop/stacks" }',
        "packages/stacks/src/shop.ts": [
          'import { Api, Function, Queue } from "@serverless-stack/resources";',
          "export function ShopStack({ stack }) {",
          '  const orders = new Function(stack, "Orders", { handler: "services/orders/src/place.main" });',
          '  new Queue(stack, "Mails", { consumer: "packages/mails/src/place.main" });',
          '  return new Api(stack, "Api", { routes: { "GET /orders": orders, "POST /payments": { function: { handler: "services/payments/src/place.main" } } } });',
          "}",
          "",
        ].join("\n"),
      }),
    ).toEqual(expected);
    expect(
      await names({
        ...before,
        "sst.config.ts": [
          "export default $config({",
          "  async run() {",
          '    new sst.aws.Function("Orders", { handler: "services/orders/src/place.main" });',
          '    const mails = new sst.aws.Queue("Mails");',
          '    mails.subscribe("packages/mails/src/place.main");',
          '    const api = new sst.aws.ApiGatewayV2("Api");',
          '    api.route("POST /payments", { handler: "services/payments/src/place.main" });',
          "  },",
          "});",
          "",
        ].join("\n"),
      }),
    ).toEqual(expected);
  });

  it("applications beside one that is packed already, but not the libraries beside it", async () => {
    expect(
      await names({
        "apps/orders/package.json": '{ "name": "@shop/orders" }',
        "apps/orders/Dockerfile": 'FROM node:22\nCMD ["node", "dist/main.js"]\n',
        "apps/orders/src/main.ts": "export {};\n",
        "apps/payments/package.json": '{ "name": "@shop/payments" }',
        "apps/payments/src/main.ts": "export {};\n",
        "apps/words/package.json": '{ "name": "@shop/words" }',
        "apps/words/src/index.ts": "export const shop = 1;\n",
      }),
    ).toEqual(["orders [apps/orders]", "payments [apps/payments]"]);
  });

  it("Spring applications, serverless files and skaffold artifacts", async () => {
    expect(
      await names({
        "orders/pom.xml": "<project/>",
        "orders/src/main/java/shop/Orders.java": "class Orders {}\n",
        "orders/src/main/resources/application.properties": "spring.application.name=order-service\n",
        "receipts/serverless.yml": "service: receipts\nprovider:\n  name: aws\nfunctions:\n  print:\n    handler: src/print.handler\n",
        "receipts/src/print.js": "exports.handler = async () => {};\n",
        "skaffold.yaml":
          "apiVersion: skaffold/v4beta11\nkind: Config\nbuild:\n  artifacts:\n    - image: shop/carts\n      context: src/cartservice\n",
        "src/cartservice/Dockerfile": "FROM golang:1.23\nCOPY . .\n",
        "src/cartservice/main.go": "package main\n",
      }),
    ).toEqual(["cartservice [src/cartservice]", "order-service [orders]", "receipts [receipts]"]);
  });

  it("clusters, where the code is elsewhere", async () => {
    expect(
      await names({
        "orders.yaml": deployment("orders"),
        "payments.yaml": deployment("shop-payments", { image: "123456789.dkr.ecr.eu-west-1.amazonaws.com/payments:2" }),
        "redis.yaml": deployment("redis", { image: "redis:7" }),
        "exporter.yaml": deployment("postgres-exporter", { image: "registry.shop.example/postgres-exporter:1" }),
      }),
    ).toEqual(["orders []", "shop-payments []"]);
  });

  it("the repository itself, called after its package or its own name", async () => {
    expect(await names({ "package.json": '{ "name": "@shop/orders" }', "src/main.ts": "export {};\n" })).toEqual(["orders [.]"]);
    expect(
      await names(
        { Dockerfile: "FROM golang:1.23\nCOPY . .\n", "main.go": "package main\n", "go.mod": "module orders\n" },
        { repository: "shop/orders-api" },
      ),
    ).toEqual(["orders-api [.]"]);
  });

  it("the settings, whatever the files say", async () => {
    expect(
      await names(
        {
          ...service("services/orders"),
          ...service("services/orders-worker"),
          "docker-compose.yml": "services:\n  orders: { build: services/orders }\n  worker: { build: services/orders-worker }\n",
        },
        { services: [{ name: "ordering", paths: ["services/orders", "services/orders-worker/**"] }] },
      ),
    ).toEqual(["ordering [services/orders-worker, services/orders]"]);
  });
});

describe("one service is", () => {
  it("the web, worker and test entries of one build", async () => {
    const model = await systemOf({
      ...service("orders"),
      "docker-compose.yml":
        "services:\n  orders-test: { build: orders }\n  orders: { build: orders }\n  orders-worker: { build: orders, command: node worker.js }\n",
    });
    expect(servicesOf(model)).toEqual(["orders [orders]"]);
    expect(model.services[0]?.aliases).toEqual(expect.arrayContaining(["orders-test", "orders-worker"]));
  });

  it("what compose, cluster and directory call by prefixed and decorated names", async () => {
    const { linked } = await substrateOf({
      ...service("apps/orders"),
      ...service("apps/tickets"),
      "infra/orders.yaml": `${deployment("tckhb-orders-deployment", { image: "acme/tckhb-orders" })}---\napiVersion: v1\nkind: Service\nmetadata: { name: tckhb-orders-clusterip-service }\nspec:\n  selector: { app: tckhb-orders-deployment }\n`,
      "infra/tickets.yaml": deployment("tckhb-tickets-deployment", { image: "acme/tckhb-tickets" }),
    });
    expect(servicesOf(linked.directory)).toEqual(["orders [apps/orders]", "tickets [apps/tickets]"]);
    for (const spelling of ["orders", "ORDERS", "orders-svc", "OrdersService", "tckhb-orders", "orders-api"])
      expect(linked.directory.named(spelling), spelling).toBe("orders");
    expect(linked.directory.at("tckhb-orders-clusterip-service", 3000, null)).toMatchObject({ kind: "service", service: "orders" });
  });

  it("a Deployment called `-depl` whose image has a prefix of its own", async () => {
    const model = await systemOf({
      ...service("event-bus"),
      ...service("orders"),
      "infra/event-bus.yaml": deployment("event-bus-depl", { image: "acme/lesson-event-bus" }),
      "infra/orders.yaml": deployment("orders-depl", { image: "acme/orders" }),
    });
    expect(servicesOf(model)).toEqual(["event-bus [event-bus]", "orders [orders]"]);
  });

  it("a Deployment and the nearest of two directories called like it", async () => {
    const { linked } = await substrateOf({
      ...service("outlet/storefront"),
      ...service("outlet/orders"),
      ...service("market/storefront"),
      "outlet/k8s/storefront.yaml": `${deployment("storefront-depl", { image: "acme/storefront" })}---\napiVersion: v1\nkind: Service\nmetadata: { name: storefront-srv }\nspec:\n  selector: { app: storefront-depl }\n`,
      "market/k8s/storefront.yaml": deployment("storefront-depl", { image: "acme/storefront" }),
    });
    expect(servicesOf(linked.directory)).toEqual([
      "market-storefront [market/storefront]",
      "orders [outlet/orders]",
      "outlet-storefront [outlet/storefront]",
    ]);
    expect(linked.directory.at("storefront-srv", 3000, "orders")).toMatchObject({ kind: "service", service: "outlet-storefront" });
  });

  it("told apart from another of its name by its directory", async () => {
    expect(
      await names({
        ...service("shop/api"),
        ...service("billing/api"),
        "docker-compose.yml": "services:\n  api: { build: shop/api }\n",
        "billing/docker-compose.yml": "services:\n  api: { build: api }\n",
      }),
    ).toEqual(["billing-api [billing/api]", "shop-api [shop/api]"]);
  });
});

describe("no service is", () => {
  it("a build of what is not there", async () => {
    expect(
      await names({
        ...service("orders"),
        "docker-compose.yml": "services:\n  orders: { build: orders }\n  payments: { build: ./payments }\n",
      }),
    ).toEqual(["orders [orders]"]);
  });

  it("a database, broker or proxy with settings of its own", async () => {
    expect(
      await names({
        ...service("orders"),
        "docker/postgres/Dockerfile": "FROM postgres:17\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
        "docker/postgres/init.sql": "CREATE DATABASE orders;\n",
        "docker/kafka/Dockerfile": "FROM apache/kafka:3.9.0\nCOPY agent.jar /\n",
        "docker-compose.yml":
          "services:\n  orders: { build: orders }\n  db: { build: docker/postgres }\n  kafka: { build: docker/kafka }\n",
      }),
    ).toEqual(["orders [orders]"]);
  });

  it("a library that one Dockerfile of many services copies beside the service of its argument", async () => {
    expect(
      await names({
        Dockerfile: "FROM node:22\nARG SERVICE_NAME\nCOPY common ./common\nCOPY services/${SERVICE_NAME} ./services/${SERVICE_NAME}\n",
        "package.json": '{ "private": true, "workspaces": ["common", "services/*"] }',
        "common/package.json": '{ "name": "@shop/common", "scripts": { "start": "node dist/index.js" } }',
        "common/src/kafka.ts": "export const brokers = ['kafka:9092'];\n",
        "services/orders/package.json": '{ "name": "orders", "dependencies": { "@shop/common": "*" } }',
        "services/orders/src/index.ts": 'import "@shop/common";\n',
        "docker-compose.yml": "services:\n  orders: { build: { context: ., args: { SERVICE_NAME: orders } } }\n",
      }),
    ).toEqual(["orders [services/orders]"]);
  });

  it("an image of somebody who publishes products, whatever it is called", async () => {
    expect(
      await names({
        ...service("orders"),
        ...service("ui"),
        "docker-compose.yml": "services:\n  orders: { build: orders }\n",
        "engine/docker-compose.yml":
          "services:\n  temporal: { image: 'temporalio/auto-setup:1.24' }\n  temporal-admin-tools: { image: 'temporalio/admin-tools:1.24' }\n  workflows: { image: 'temporalio/ui:2.26' }\n",
        "infra/tempo.yaml": deployment("tempo-writer", { image: "docker.io/grafana/tempo-distributed:2" }),
      }),
    ).toEqual(["orders [orders]", "ui [ui]"]);
  });

  it("a migrator, seeder, load generator or base image", async () => {
    expect(
      await names({
        ...service("orders"),
        ...service("orders-migrations"),
        ...service("loadgenerator"),
        "Dockerfile.base": "FROM node:22\n",
        "docker-compose.yml":
          "services:\n  orders: { build: orders }\n  orders-migrations: { build: orders-migrations }\n  loadgenerator: { build: loadgenerator }\n  base: { build: { context: ., dockerfile: Dockerfile.base } }\n",
      }),
    ).toEqual(["orders [orders]"]);
  });

  it("a copy of the repository inside it, or what stands in documentation", async () => {
    expect(
      await names({
        ...service("services/orders"),
        ...service("services/payments"),
        ...service("copy/services/orders"),
        ...service("copy/services/payments"),
        ...service("docs/old/customers"),
      }),
    ).toEqual(["orders [services/orders]", "payments [services/payments]"]);
  });
});

describe("without any deployment file, services are", () => {
  it("directories with a package or module and an entry file", async () => {
    expect(
      await names({
        "orders/package.json": '{ "name": "orders" }',
        "orders/src/server.ts": "export {};\n",
        "payments/go.mod": "module payments\n",
        "payments/main.go": "package main\n",
        "shipping/requirements.txt": "flask\n",
        "shipping/app.py": "app = 1\n",
        "money/package.json": '{ "name": "money", "main": "index.js" }',
        "money/index.js": "exports.cents = 1;\n",
      }),
    ).toEqual(["orders [orders]", "payments [payments]", "shipping [shipping]"]);
  });
});
