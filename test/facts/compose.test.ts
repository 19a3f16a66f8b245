import { describe, expect, test } from "vitest";
import { compose } from "../../src/facts/compose.js";
import type { ComposeFact, ComposeService } from "../../src/facts/deployment.js";

function read(text: string, path = "docker-compose.yml"): ComposeFact {
  const { facts, unreadable } = compose.extract({ path, text });
  expect(unreadable).toEqual([]);
  expect(facts).toHaveLength(1);
  return facts[0] as ComposeFact;
}

function service(text: string, name = "orders"): ComposeService {
  return read(text).services.find((candidate) => candidate.name === name)!;
}

/** The lines of a service `orders`, below its name. */
function orders(...lines: readonly string[]): ComposeService {
  return service(["services:", "  orders:", "    image: shop/orders", ...lines.map((line) => `    ${line}`)].join("\n"));
}

const variables = (of: ComposeService): string[] =>
  of.environment.map(({ name, value, lines }) => `${lines.startLine} ${name}=${value ?? "(passed on)"}`);

describe("environment", () => {
  test("is a map or a list; without a value it is passed on", () => {
    expect(variables(orders("environment:", "  A: 1", "  B:", "  C: ''"))).toEqual(["5 A=1", "6 B=(passed on)", "7 C="]);
    expect(variables(orders("environment:", "  - A=1=2", "  - B", "  - C="))).toEqual(["5 A=1=2", "6 B=(passed on)", "7 C="]);
  });

  test("keeps variables as written", () => {
    expect(orders("environment:", "  URL: postgres://${DB_HOST:-db}:5432/$$x").environment[0]?.value).toBe(
      "postgres://${DB_HOST:-db}:5432/$$x",
    );
  });

  test("through a merge key has the line that really sets it", () => {
    const text = `x-env: &env
  DB_HOST: orders-db
  LOG: info
services:
  orders:
    image: shop/orders
    environment:
      <<: *env
      LOG: debug
`;
    expect(variables(service(text)).sort()).toEqual(["2 DB_HOST=orders-db", "9 LOG=debug"]);
  });

  test("of a service that merges another has that one's lines", () => {
    const text = `x-service: &service
  image: shop/app
  environment: { DB_HOST: db }
services:
  orders:
    <<: *service
    container_name: shop-orders
`;
    expect(service(text)).toMatchObject({ image: "shop/app", containerName: "shop-orders", lines: { startLine: 5, endLine: 7 } });
    expect(variables(service(text))).toEqual(["3 DB_HOST=db"]);
  });

  test("that !reset takes away is not there, and !override is an ordinary value", () => {
    expect(variables(orders("environment: !reset null"))).toEqual([]);
    expect(variables(orders("environment:", "  A: !reset null", "  B: 2"))).toEqual(["6 B=2"]);
    expect(variables(orders("environment: !override", "  A: 1"))).toEqual(["5 A=1"]);
  });
});

describe("build", () => {
  test.each([
    ["build: ./services/orders", { context: "./services/orders", dockerfile: null, target: null }],
    [
      "build: { context: ., dockerfile: '${ORDERS_DOCKERFILE}', target: prod }",
      { context: ".", dockerfile: "${ORDERS_DOCKERFILE}", target: "prod" },
    ],
    ["build: { dockerfile: docker/orders.Dockerfile }", { context: ".", dockerfile: "docker/orders.Dockerfile", target: null }],
  ])("%s", (line, expected) => {
    expect(orders(line).build).toMatchObject({ ...expected, lines: { startLine: 4, endLine: 4 } });
  });

  test("of version 1 has the Dockerfile beside it, and no services key", () => {
    const fact = read("orders:\n  build: .\n  dockerfile: Dockerfile.orders\n  links:\n    - db:orders-db\ndb:\n  image: mysql\n");
    expect(fact.services.map(({ name, build, aliases }) => [name, build?.dockerfile ?? null, aliases])).toEqual([
      ["orders", "Dockerfile.orders", []],
      ["db", null, ["orders-db"]],
    ]);
  });

  test("keeps its arguments", () => {
    expect(orders("build: { context: ., args: { SERVICE: orders } }").build?.args).toMatchObject([{ name: "SERVICE", value: "orders" }]);
    expect(orders("build: { context: ., args: [SERVICE=orders] }").build?.args).toMatchObject([{ name: "SERVICE", value: "orders" }]);
  });
});

describe("ports", () => {
  test.each([
    ['"3000"', null, "3000"],
    ['"8080:3000"', "8080", "3000"],
    ['"127.0.0.1:8080:3000/tcp"', "8080", "3000"],
    ['"${PORT:-8080}:3000"', "${PORT:-8080}", "3000"],
    ['"[::1]:8080:3000"', "8080", "3000"],
    ["{ target: 3000, published: 8080 }", "8080", "3000"],
  ])("%s", (written, host, container) => {
    expect(orders(`ports: [${written}]`).ports).toEqual([{ host, container }]);
  });

  test("that are only exposed have no host port", () => {
    expect(orders("ports: ['80:3000']", "expose: [3000, 9090]").ports).toEqual([
      { host: "80", container: "3000" },
      { host: null, container: "9090" },
    ]);
  });
});

test("env_file is a path, a list, or objects", () => {
  expect(orders("env_file: .env").envFiles).toEqual([".env"]);
  expect(orders("env_file: [.env, { path: orders.env, required: false }]").envFiles).toEqual([".env", "orders.env"]);
});

test("reads command, entrypoint, profiles, extends, depends_on, aliases", () => {
  const text = `services:
  orders:
    image: shop/orders
    entrypoint: ["node"]
    command: dist/worker.js --queue orders
    profiles: [worker]
    extends: { file: common.yml, service: base }
    depends_on: { orders-db: { condition: service_healthy } }
    networks: { backend: { aliases: [orders.internal] } }
  migrate:
    extends: orders
    depends_on: [orders]
`;
  expect(service(text)).toMatchObject({
    command: "node dist/worker.js --queue orders",
    profiles: ["worker"],
    extends: { file: "common.yml", service: "base" },
    dependsOn: ["orders-db"],
    aliases: ["orders.internal"],
  });
  expect(service(text, "migrate")).toMatchObject({ extends: { file: null, service: "orders" }, dependsOn: ["orders"] });
});

test("include is a path, or an object with one or several", () => {
  expect(read("include:\n  - a.yml\n  - path: b.yml\n  - path: [c.yml, d.yml]\n").includes).toEqual(["a.yml", "b.yml", "c.yml", "d.yml"]);
});

describe("which files", () => {
  const text = "services:\n  orders:\n    environment: { A: 1 }\n";

  test.each([
    "docker-compose.yml",
    "compose.yaml",
    "docker-compose.prod.yml",
    "docker-compose-deps.yml",
    "shop.compose.yml",
    "compose.override.yaml",
    "docker-stack.yml",
    "deploy/stack.yml",
  ])("%s may leave out image and build", (path) => {
    expect(read(text, path).services).toHaveLength(1);
  });

  test("any other name counts with an image or a build alone", () => {
    expect(compose.extract({ path: "infra/services.yml", text }).facts).toEqual([]);
    expect(read("services:\n  orders: { image: shop/orders }\n", "infra/services.yml").services).toHaveLength(1);
  });

  test.each([
    ["a Kubernetes object", "docker-compose.yml", "apiVersion: v1\nkind: Service\nservices: { a: { image: x } }\n"],
    ["Kong's list of services", "kong.yml", "services:\n  - name: orders\n    host: orders\n"],
    ["services of Symfony", "config/services.yaml", "services:\n  App\\Orders: { autowire: true }\n"],
    ["a CloudFormation stack", "stack.yml", "Resources:\n  Orders: { Type: AWS::SQS::Queue }\n"],
  ])("%s is none", (_, path, other) => {
    expect(compose.extract({ path, text: other }).facts).toEqual([]);
  });
});

test("a broken file says where, and only if it is called a compose file", () => {
  const text = "services:\n  orders:\n    image: a\n   build: .\n";
  const { unreadable } = compose.extract({ path: "docker-compose.yml", text });
  expect(unreadable).toHaveLength(1);
  expect(unreadable[0]!.line).toBe(4);
  expect(compose.extract({ path: "notes.yml", text }).unreadable).toEqual([]);
});
