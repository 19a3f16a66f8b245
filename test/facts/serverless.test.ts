import { describe, expect, test } from "vitest";
import type { ServerlessFact, SkaffoldFact } from "../../src/facts/deployment.js";
import { serverless } from "../../src/facts/serverless.js";
import { skaffold } from "../../src/facts/skaffold.js";

function read(path: string, text: string): ServerlessFact {
  const { facts, unreadable } = serverless.extract({ path, text });
  expect(unreadable).toEqual([]);
  return facts[0] as ServerlessFact;
}

const variables = (of: { environment: ServerlessFact["environment"] }): string[] =>
  of.environment.map(({ name, value, lines }) => `${lines.startLine} ${name}=${value}`);

const readSkaffold = (text: string): SkaffoldFact => skaffold.extract({ path: "skaffold.yaml", text }).facts[0] as SkaffoldFact;

const template = (...values: readonly string[]): string => `AWSTemplateFormatVersion: "2010-09-09"
Transform: [AWS::Serverless-2016-10-31]
Globals:
  Function:
    Environment: { Variables: { STAGE: prod } }
Resources:
  Orders: { Type: AWS::DynamoDB::Table }
  CreateOrder:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: services/orders/
      Handler: main.handler
      Environment:
        Variables:
${values.map((value, index) => `          V${index}: ${value}\n`).join("")}`;

describe("serverless.yml", () => {
  test("reads service, variables and functions, from a list too", () => {
    const fact = read(
      "services/orders/serverless.yml",
      `service: { name: orders }
provider:
  environment:
    TABLE: \${self:service}-orders
    TOPIC: !Ref OrdersTopic
functions:
  - create: { handler: src/create.handler }
  - \${file(other.yml)}
  - cancel:
      image: orders
      environment: { LOG: debug }
`,
    );
    expect(fact).toMatchObject({ framework: "serverless", name: "orders" });
    expect(variables(fact)).toEqual(["4 TABLE=${self:service}-orders", "5 TOPIC=${OrdersTopic}"]);
    expect(fact.functions.map(({ name, handler, lines }) => [name, handler, lines.startLine, lines.endLine])).toEqual([
      ["create", "src/create.handler", 7, 7],
      ["cancel", "orders", 9, 11],
    ]);
  });
});

describe("serverless.ts", () => {
  test("reads the object that it exports, with the constants that it is made of", () => {
    const fact = read(
      "services/orders/serverless.ts",
      `import type { AWS } from "@serverless/typescript";
import cancel from "./src/cancel";

const name = "orders";
const shared = { LOG: "debug" };

const configuration: AWS = {
  service: name,
  provider: {
    name: "aws",
    environment: { ...shared, TABLE: \`\${name}-\${stage()}\`, "TOPIC": { Ref: "OrdersTopic" } },
  },
  functions: {
    create: {
      handler: "src/create.handler",
    },
    cancel,
  },
} as const;

module.exports = configuration;
`,
    );
    expect(fact).toMatchObject({ framework: "serverless", name: "orders" });
    expect(variables(fact)).toEqual(["5 LOG=debug", "11 TABLE=orders-${stage()}", "11 TOPIC=${OrdersTopic}"]);
    expect(fact.functions.map(({ name, handler, lines }) => [name, handler, lines.startLine, lines.endLine])).toEqual([
      ["create", "src/create.handler", 14, 16],
      ["cancel", null, 17, 17],
    ]);
  });

  test.each(["export const handler = 1;", "module.exports = withDefaults(configuration);", "export default name; const name = name;", ""])(
    "finds none in %s",
    (text) => {
      expect(serverless.extract({ path: "serverless.ts", text })).toEqual({ facts: [], unreadable: [] });
    },
  );
});

describe("SAM and CloudFormation", () => {
  test.each([
    ["literal", "literal"],
    ["!Ref Orders", "${Orders}"],
    ["{ Ref: Orders }", "${Orders}"],
    ["!GetAtt Orders.Arn", "${Orders.Arn}"],
    ["{ Fn::GetAtt: [Orders, Arn] }", "${Orders.Arn}"],
    ['!Sub "https://${Api}.example"', "https://${Api}.example"],
    ["!Sub ['${A}', { A: 1 }]", "${A}"],
    ["{ Fn::Sub: 'x-${AWS::StackName}' }", "x-${AWS::StackName}"],
    ["!Join ['/', ['https:/', !Ref Api]]", "https://${Api}"],
    ["!ImportValue shared-db", "${import:shared-db}"],
    ["{ Fn::ImportValue: !Sub '${Env}-db' }", "${import:${Env}-db}"],
    ["!If [A, b, c]", null],
    ["!FindInMap [A, b, c]", null],
  ])("%s", (written, value) => {
    expect(read("template.yaml", template(written)).functions[0]!.environment[0]!.value).toBe(value);
  });

  test("reads functions with their code and lines", () => {
    const fact = read("template.yaml", template("1"));
    expect(fact).toMatchObject({
      framework: "sam",
      functions: [{ name: "CreateOrder", handler: "services/orders/main.handler", lines: { startLine: 8, endLine: 15 } }],
    });
    expect(variables(fact)).toEqual(["5 STAGE=prod"]);
  });

  test("reads JSON, and leaves a template without functions alone", () => {
    const json =
      '{ "AWSTemplateFormatVersion": "2010-09-09", "Resources": { "A": { "Type": "AWS::Lambda::Function", "Properties": { "Handler": "a.b" } } } }';
    expect(read("stack.json", json)).toMatchObject({ framework: "cloudformation", functions: [{ name: "A", handler: "a.b" }] });
    expect(serverless.extract({ path: "queue.yml", text: "Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n" })).toEqual({
      facts: [],
      unreadable: [],
    });
  });
});

describe("skaffold.yaml", () => {
  test("of today", () => {
    const fact = readSkaffold(`apiVersion: skaffold/v4beta11
kind: Config
requires:
  - path: ../shared
    configs: [base]
build:
  artifacts:
    - image: shop/orders
      context: services/orders
      docker: { dockerfile: Dockerfile.prod }
    - image: shop/payments
manifests:
  rawYaml: ["k8s/*.yaml"]
  kustomize: { paths: [overlays/prod] }
deploy:
  helm: { releases: [{ name: shop, chartPath: charts/shop }] }
`);
    expect(fact).toMatchObject({
      artifacts: [
        { image: "shop/orders", context: "services/orders", dockerfile: "Dockerfile.prod", lines: { startLine: 8, endLine: 10 } },
        { image: "shop/payments", context: ".", dockerfile: null },
      ],
      manifests: ["k8s/*.yaml", "overlays/prod", "charts/shop"],
      requires: ["../shared", "base"],
    });
  });

  test("of older versions", () => {
    expect(
      readSkaffold("apiVersion: skaffold/v2beta16\nkind: Config\ndeploy:\n  kubectl:\n    manifests: [./infra/*]\n").manifests,
    ).toEqual(["./infra/*"]);
  });
});
