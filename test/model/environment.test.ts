import { describe, expect, it } from "vitest";
import type { TextPart } from "../../src/model/code/denotation.js";
import { deployment, service, substrateOf } from "./system.js";

/** `value (stage) path:line path:line`, for each value. */
async function lookup(tree: Record<string, string>, variable: string, name = "orders"): Promise<readonly string[]> {
  const { environment } = await substrateOf(tree);
  return environment
    .lookup(name, variable)
    .map(
      ({ value, stage, complete, evidence }) =>
        `${value}${complete ? "" : " ?"} (${stage}) ${evidence.map(({ path, startLine }) => `${path}:${startLine}`).join(" ")}`,
    );
}

const orders = service("orders");

describe("a variable's value comes from", () => {
  it("compose, filled in from the project's environment", async () => {
    const tree = {
      ...orders,
      ".env": "DB_HOST=orders-db\nDB=${DB_HOST}:5432\n",
      "docker-compose.yml":
        "services:\n  orders:\n    build: orders\n    environment:\n      URL: pg://${DB}/${NAME:-orders}\n      MISSING: ${NOWHERE}\n",
    };
    expect(await lookup(tree, "URL")).toEqual(["pg://orders-db:5432/orders (any) docker-compose.yml:5 .env:2 .env:1"]);
    expect(await lookup(tree, "MISSING")).toEqual(["${NOWHERE} ? (any) docker-compose.yml:6"]);
  });

  it("environment files, the last one first and written ones before all", async () => {
    const tree = {
      ...orders,
      "docker-compose.yml":
        "services:\n  orders:\n    build: orders\n    env_file: [common.env, orders.env]\n    environment: { A: written }\n",
      "common.env": "A=common\nB=common\nC=common\n",
      "orders.env": "B=orders\n",
    };
    expect(await lookup(tree, "A")).toEqual(["written (any) docker-compose.yml:5"]);
    expect(await lookup(tree, "B")).toEqual(["orders (any) orders.env:1 docker-compose.yml:2"]);
    expect(await lookup(tree, "C")).toEqual(["common (any) common.env:3 docker-compose.yml:2"]);
  });

  it("the example of an environment file that is not committed, by its own path", async () => {
    const tree = {
      ...orders,
      "docker-compose.yml": "services:\n  orders:\n    build: orders\n    env_file: .env\n",
      ".env.example": "A=sample\n",
    };
    expect(await lookup(tree, "A")).toEqual(["sample (any) .env.example:1 docker-compose.yml:2"]);
  });

  it("several stages, production first", async () => {
    expect(
      await lookup(
        {
          ...orders,
          "docker-compose.yml": "services:\n  orders: { build: orders, environment: { URL: plain } }\n",
          "docker-compose.dev.yml": "services:\n  orders: { environment: { URL: dev } }\n",
          "docker-compose.prod.yml": "services:\n  orders: { environment: { URL: prod } }\n",
          "docker-compose.ci.yml": "services:\n  orders: { environment: { URL: ci } }\n",
          "docker-compose.legacy.yml": "services:\n  orders: { environment: { URL: former } }\n",
        },
        "URL",
      ),
    ).toEqual([
      "prod (production) docker-compose.prod.yml:2",
      "plain (any) docker-compose.yml:2",
      "dev (development) docker-compose.dev.yml:2",
      "former (development) docker-compose.legacy.yml:2",
      "ci (test) docker-compose.ci.yml:2",
    ]);
  });

  it("a service that it extends", async () => {
    expect(
      await lookup(
        {
          ...orders,
          "docker-compose.yml":
            "services:\n  base: { image: node, environment: { A: base, B: base } }\n  orders: { build: orders, extends: { service: base }, environment: { A: own } }\n",
        },
        "B",
      ),
    ).toEqual(["base (any) docker-compose.yml:2"]);
  });

  it("ConfigMaps by key and whole, and composition", async () => {
    const tree = {
      ...orders,
      "k8s/orders.yaml": deployment("orders", {
        env: "- name: HOST\n  valueFrom: { configMapKeyRef: { name: shop, key: host } }\n- { name: URL, value: 'pg://$(HOST)/$(DB_NAME)' }",
        envFrom: "- configMapRef: { name: orders }",
      }),
      "k8s/config.yaml":
        "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: shop }\ndata:\n  host: orders-db\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: orders }\ndata:\n  DB_NAME: orders\n",
    };
    expect(await lookup(tree, "HOST")).toEqual(["orders-db (any) k8s/orders.yaml:14 k8s/config.yaml:5"]);
    expect(await lookup(tree, "URL")).toEqual([expect.stringMatching(/^pg:\/\/orders-db\/orders \(any\) /)]);
    expect(await lookup(tree, "DB_NAME")).toEqual([expect.stringMatching(/^orders \(any\) k8s\/config\.yaml:11 /)]);
  });

  it("generators and overlays of Kustomize", async () => {
    expect(
      await lookup(
        {
          ...orders,
          "k8s/base/orders.yaml": deployment("orders", { envFrom: "- configMapRef: { name: orders }" }),
          "k8s/base/kustomization.yaml":
            "resources: [orders.yaml]\nconfigMapGenerator:\n  - name: orders\n    literals: [DB_NAME=orders]\n",
          "k8s/overlays/prod/kustomization.yaml":
            "resources: [../../base]\nconfigMapGenerator:\n  - name: orders\n    behavior: merge\n    envs: [orders.env]\n",
          "k8s/overlays/prod/orders.env": "DB_NAME=orders_live\n",
        },
        "DB_NAME",
      ),
    ).toEqual([
      expect.stringMatching(/^orders_live \(production\) k8s\/overlays\/prod\/orders\.env:1/),
      expect.stringMatching(/^orders \(any\) k8s\/base\/kustomization\.yaml:4/),
    ]);
  });

  it("Helm values, those for production before the defaults", async () => {
    expect(
      await lookup(
        {
          ...orders,
          "charts/orders/Chart.yaml": "apiVersion: v2\nname: orders\nversion: 1.0.0\n",
          "charts/orders/templates/deployment.yaml": deployment("orders", {
            image: "{{ .Values.image }}",
            env: '- name: URL\n  value: pg://{{ .Values.db.host }}/{{ .Values.db.name | default "orders" }}',
          }),
          "charts/orders/values.yaml": "image: acme/orders\ndb:\n  host: orders-db\n",
          "charts/orders/values-prod.yaml": "db:\n  host: pg.internal\n",
        },
        "URL",
      ),
    ).toEqual([
      "pg://pg.internal/orders (production) charts/orders/templates/deployment.yaml:14 charts/orders/values-prod.yaml:2",
      "pg://orders-db/orders (any) charts/orders/templates/deployment.yaml:14 charts/orders/values.yaml:3",
    ]);
  });

  it("Helm values that templates loop over", async () => {
    const tree = {
      ...orders,
      "chart/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 1.0.0\n",
      "chart/values.yaml": "orders:\n  env:\n    DB_NAME: orders\n  extraEnv:\n    - name: DB_HOST\n      value: pg\n",
    };
    expect(await lookup(tree, "DB_NAME")).toEqual(["orders (any) chart/values.yaml:3"]);
    expect(await lookup(tree, "DB_HOST")).toEqual([expect.stringMatching(/^pg \(any\) chart\/values\.yaml:[56]/)]);
  });

  it("Dockerfiles, serverless files and dotenv files", async () => {
    expect(await lookup({ ...orders, "orders/Dockerfile": "FROM node:22\nENV PORT=3000\nCOPY . .\n" }, "PORT")).toEqual([
      "3000 (any) orders/Dockerfile:2",
    ]);
    expect(
      await lookup(
        {
          "orders/serverless.yml":
            "service: orders\nprovider:\n  name: aws\n  environment:\n    TABLE: orders\nfunctions:\n  get: { handler: get.handler }\n",
          "orders/get.js": "exports.handler = 1;\n",
        },
        "TABLE",
      ),
    ).toEqual(["orders (any) orders/serverless.yml:5"]);
    expect(await lookup({ ...orders, "orders/.env": "A=1\n" }, "A")).toEqual(["1 (development) orders/.env:1"]);
  });

  it("dotenv files above the service, where nothing else says it", async () => {
    const tree = { ...service("apps/orders"), ".env.sample": "DB_NAME=shop\n" };
    expect(await lookup(tree, "DB_NAME")).toEqual(["shop (development) .env.sample:1"]);
    const { environment } = await substrateOf(tree);
    expect(environment.variables("orders")).toEqual([]);
  });

  it("settings, in any spelling, after what a deployment says", async () => {
    const tree = {
      "orders/pom.xml": "<project/>",
      "orders/src/main/java/Orders.java": "class Orders {}\n",
      "orders/src/main/resources/application.yml":
        "spring:\n  application:\n    name: orders\n  datasource:\n    url: jdbc:postgresql://${DB_HOST:localhost}/orders\n",
    };
    expect(await lookup(tree, "SPRING_DATASOURCE_URL")).toEqual([
      "jdbc:postgresql://localhost/orders (any) orders/src/main/resources/application.yml:5",
    ]);
    const deployed = {
      ...tree,
      "orders/Dockerfile": "FROM eclipse-temurin:21\nCOPY . .\n",
      "docker-compose.yml": "services:\n  orders: { build: orders, environment: { DB_HOST: pg } }\n",
    };
    expect(await lookup(deployed, "spring.datasource.url")).toEqual([
      "jdbc:postgresql://pg/orders (any) orders/src/main/resources/application.yml:5 docker-compose.yml:2",
    ]);
  });
});

describe("a variable without a value", () => {
  it("names the Secret and the key that hold it", async () => {
    const { environment } = await substrateOf({
      ...orders,
      "orders.yaml": deployment("orders", {
        namespace: "shop",
        env: "- name: DATABASE_URL\n  valueFrom: { secretKeyRef: { name: db, key: url } }",
      }),
    });
    expect(environment.lookup("orders", "DATABASE_URL")).toEqual([]);
    expect(environment.opaque("orders", "DATABASE_URL")).toMatchObject([{ kind: "secret", namespace: "shop", name: "db", key: "url" }]);
  });

  it("may come from the only Secret that is taken whole", async () => {
    const one = await substrateOf({ ...orders, "orders.yaml": deployment("orders", { envFrom: "- secretRef: { name: db }" }) });
    expect(one.environment.opaque("orders", "DATABASE_URL")).toMatchObject([{ name: "db", key: "DATABASE_URL" }]);
    const two = await substrateOf({
      ...orders,
      "orders.yaml": deployment("orders", { envFrom: "- secretRef: { name: db }\n- secretRef: { name: keys }" }),
    });
    expect(two.environment.opaque("orders", "DATABASE_URL")).toEqual([]);
  });
});

describe("expand", () => {
  const text = (value: string): TextPart => ({ kind: "literal", text: value });
  const variable = (name: string, fallback: readonly TextPart[] | null = null): TextPart => ({
    kind: "environment",
    name,
    fallback,
    place: { path: "orders/src/main.js", startLine: 1, endLine: 1 },
  });

  it("fills in what is known, takes the code's default for what is not, and leaves holes", async () => {
    const { environment } = await substrateOf({
      ...orders,
      "docker-compose.yml": "services:\n  orders: { build: orders, environment: { HOST: payments } }\n",
    });
    const expanded = environment.expand("orders", [
      text("http://"),
      variable("HOST"),
      text(":"),
      variable("PORT", [text("3000")]),
      text("/"),
      { kind: "hole", text: "id" },
    ]);
    expect(expanded).toMatchObject([{ text: "http://payments:3000/${id}", complete: false, fromFallback: true }]);
    expect(environment.expand("orders", [variable("UNKNOWN")])).toMatchObject([{ text: "${UNKNOWN}", complete: false }]);
    expect(environment.expand("orders", [])).toMatchObject([{ text: "", complete: true }]);
  });

  it("gives at most eight combinations", async () => {
    const files = Object.fromEntries(
      ["a", "b", "c", "d"].map((stage) => [
        `docker-compose.${stage}.yml`,
        `services:\n  orders: { build: orders, environment: { A: ${stage}, B: ${stage} } }\n`,
      ]),
    );
    const { environment } = await substrateOf({ ...orders, ...files });
    expect(environment.expand("orders", [variable("A"), variable("B")])).toHaveLength(8);
  });
});
