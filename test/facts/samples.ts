/**
 * One valid file of each format, by a path that its extractor accepts. The shared test of all extractors cuts them off
 * and fills them with garbage; a new extractor adds its sample here.
 */
export const samples: ReadonlyMap<string, string> = new Map([
  [
    "services/orders/Dockerfile",
    `FROM node:22 AS build
WORKDIR /app
COPY package.json ./
COPY services/orders services/orders
RUN <<EOF
npm ci
EOF
FROM node:22-slim
ENV PORT=3000 DB_NAME="orders_db"
COPY --from=build /app/dist ./dist
EXPOSE 3000
CMD ["node", "dist/main.js"]
`,
  ],
  [
    "services/orders/pyproject.toml",
    `[project]
name = "orders"
dependencies = ["asyncpg>=0.30", "fastapi"]

[tool.poetry.dependencies]
sqlalchemy = { version = "^2.0", extras = ["asyncio"] }
`,
  ],
  [
    "dapr.yaml",
    `version: 1
common:
  resourcesPath: ./components
  env:
    LOG_LEVEL: info
apps:
  - appID: order-processor
    appDirPath: ./services/orders/
    appPort: 6001
    command: ["node", "app.js"]
    env:
      PAYMENTS_APP: payment-processor
`,
  ],
  [
    "services/orders/.env",
    `# database
export DB_HOST=orders-db
DATABASE_URL="postgres://orders:secret@\${DB_HOST}:5432/orders_db" # the own one
KEY='one
two'
`,
  ],
  [
    "services/orders/package.json",
    `{
  "name": "@shop/orders",
  "private": true,
  "main": "dist/index.js",
  "exports": { ".": { "import": "./dist/index.mjs" }, "./events": "./dist/events.js" },
  "scripts": { "deploy": "skaffold run -f skaffold.yaml", "test": "vitest" },
  "dependencies": { "kafkajs": "^2.0.0" },
  "devDependencies": { "vitest": "^4.0.0" }
}
`,
  ],
  [
    "services/orders/prisma/schema.prisma",
    `generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Order {
  id Int @id // key
  @@map("orders")
}
`,
  ],
  [
    "proto/orders.proto",
    `syntax = "proto3";
package shop.orders.v1;
import "google/protobuf/empty.proto";
service Orders {
  // creates one
  rpc Create (CreateOrder) returns (Order) { option (x) = { y: 1 }; }
  rpc Get (GetOrder) returns (stream Order);
}
message Order { reserved 4 to 6, 9; reserved "old"; oneof paid { string card = 1; Voucher voucher = 2 [deprecated = true]; } map<string, int32> counts = 3; enum State { OPEN = 0; } }
`,
  ],
  [
    "services/orders/asyncapi.yaml",
    `asyncapi: 3.0.0
info: { title: orders, version: 1.0.0 }
channels:
  orderPlaced:
    address: order.placed.v1
    messages:
      OrderPlaced: { $ref: "#/components/messages/OrderPlaced" }
operations:
  announce: { action: send, channel: { $ref: "#/channels/orderPlaced" } }
components:
  messages:
    OrderPlaced:
      payload: { type: object, required: [orderId], properties: { orderId: { type: string } } }
`,
  ],
  [
    "schemas/orders.avdl",
    `@namespace("shop.orders.v1")
protocol Orders {
  import idl "money.avdl";
  enum State { PAID, OPEN } = OPEN;
  record OrderPlaced { string orderId, @aliases(["memo"]) note = "none; {}"; union { null, State } state = null; array<map<long?>> counts; }
  OrderPlaced place(string orderId) throws Refused;
}
`,
  ],
  [
    "schemas/order-placed.avsc",
    `{
  "type": "record", "name": "OrderPlaced", "namespace": "shop.orders.v1",
  "fields": [
    { "name": "orderId", "type": "string" },
    { "name": "note", "type": ["null", "string"], "default": null },
    { "name": "state", "type": { "type": "enum", "name": "State", "symbols": ["PAID", "OPEN"] } }
  ]
}
`,
  ],
  [
    "events/order-placed.schema.json",
    `{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "OrderPlaced",
  "type": "object",
  "required": ["orderId"],
  "properties": { "orderId": { "type": "string" }, "items": { "type": "array", "items": { "$ref": "#/$defs/Item" } } },
  "$defs": { "Item": { "type": "object", "properties": { "sku": { "enum": ["a", null] } } } }
}
`,
  ],
  [
    "scripts/deploy.sh",
    `#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")/.."
for service in orders inventory; do
  kubectl apply -f "k8s/$service.yaml"
done
ssh deploy@shop.example <<'EOF'
  docker compose up -d
EOF
`,
  ],
  [
    "Makefile",
    `CHART := charts/shop

.PHONY: deploy
deploy: build
\thelm upgrade --install shop $(CHART) \\
\t  --values values.yaml

build:
\tdocker build -t shop/orders services/orders
`,
  ],
  [
    "tsconfig.json",
    `{
  // paths of the workspace
  "extends": "./tsconfig.base.json",
  "compilerOptions": { "baseUrl": ".", "paths": { "@shop/*": ["libs/*/src"] }, },
}
`,
  ],
  [
    "docker-compose.yml",
    `name: shop
x-common: &common
  restart: always
  environment: &env
    LOG_LEVEL: info
include:
  - monitoring.yml
services:
  orders:
    <<: *common
    build:
      context: .
      dockerfile: services/orders/Dockerfile
    environment:
      <<: *env
      DATABASE_URL: postgres://orders:\${DB_PASSWORD}@orders-db:5432/orders_db
    env_file: [.env, { path: orders.env, required: false }]
    ports: ["\${PORT:-3000}:3000", { target: 9090, published: "9091" }]
    depends_on: { orders-db: { condition: service_healthy } }
  orders-db:
    image: postgres:17
    ports: !reset []
`,
  ],
  [
    ".github/workflows/deploy.yml",
    `name: Deploy
on:
  push:
    branches: [main]
    paths: ["services/**"]
jobs:
  deploy:
    needs: [build]
    strategy:
      matrix:
        service: [orders, inventory]
        include:
          - service: payments
    steps:
      - uses: docker/build-push-action@v6
        with:
          context: services/\${{ matrix.service }}
          push: true
      - run: |
          # kubectl apply -f old.yaml
          kubectl apply -f k8s/\${{ matrix.service }}.yaml
`,
  ],
  [
    "action.yml",
    `name: Deploy one service
runs:
  using: composite
  steps:
    - run: ./scripts/deploy.sh
      shell: bash
`,
  ],
  ["pnpm-workspace.yaml", "packages:\n  - services/*\n  - '!services/old'\n"],
  ["lerna.json", '{ "packages": ["services/*"] }\n'],
  ["rush.json", '{ "projects": [{ "packageName": "@shop/orders", "projectFolder": "services/orders" }] }\n'],
  ["apps/orders/project.json", '{ "name": "orders", "projectType": "application", "sourceRoot": "apps/orders/src" }\n'],
  ["nest-cli.json", '{ "monorepo": true, "projects": { "orders": { "type": "application", "root": "apps/orders" } } }\n'],
  [
    "skaffold.yaml",
    `apiVersion: skaffold/v4beta11
kind: Config
build:
  artifacts:
    - image: shop/orders
      context: services/orders
manifests:
  rawYaml: ["k8s/*.yaml"]
`,
  ],
  [
    "src/main/resources/application.yml",
    `spring:
  datasource:
    url: jdbc:postgresql://\${DB_HOST}:5432/orders
---
spring:
  config.activate.on-profile: prod
`,
  ],
  ["src/main/resources/application.properties", "spring.datasource.url=jdbc:postgresql://db/orders\nlong=a\\\n  b\n#---\nkey: value\n"],
  ["appsettings.json", '{ "ConnectionStrings": { "Orders": "Host=db;Database=orders" }, }\n'],
  ["charts/shop/values.yaml", "orders:\n  env:\n    - name: DB_NAME\n      value: orders_db\n"],
  [
    "serverless.yml",
    `service: orders
provider:
  name: aws
  environment:
    TABLE: \${self:service}-orders
functions:
  create:
    handler: src/create.handler
    environment: { TOPIC: !Ref OrdersTopic }
resources:
  Resources:
    OrdersTopic: { Type: "AWS::SNS::Topic" }
`,
  ],
  [
    "template.yaml",
    `AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  CreateOrder:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: services/orders
      Handler: main.handler
      Environment:
        Variables:
          TABLE: !Ref Orders
          URL: !Sub "https://\${Api}.example/orders"
          ARN: !GetAtt Orders.Arn
`,
  ],
  ["charts/shop/Chart.yaml", "apiVersion: v2\nname: shop\ndependencies:\n  - name: orders\n    repository: file://../orders\n"],
  ["k8s/kustomization.yaml", "resources:\n  - orders.yaml\nconfigMapGenerator:\n  - name: orders\n    literals: [DB_NAME=orders_db]\n"],
  [
    "k8s/orders.yaml",
    `apiVersion: apps/v1
kind: Deployment
metadata: { name: orders, labels: { app: orders } }
spec:
  template:
    spec:
      containers:
        - name: orders
          image: shop/orders:1.0
          env:
            - { name: DB_NAME, value: orders_db }
            - name: DB_PASSWORD
              valueFrom: { secretKeyRef: { name: orders, key: password } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders }
spec:
  hosts: [orders]
  http:
    - route: [{ destination: { host: orders } }]
      timeout: 10s
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders }
spec:
  host: orders
  trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } }
`,
  ],
  [
    "kong.yaml",
    `_format_version: "3.0"
services:
  - name: orders
    host: orders
    routes:
      - { name: orders, paths: [/orders], plugins: [{ name: jwt }] }
plugins:
  - { name: rate-limiting, config: { minute: 100 } }
`,
  ],
  [
    "live/prod/functions/terragrunt.hcl",
    `terraform {
  source = "../../..//infra/functions"
}

dependency "queues" {
  config_path = "../queues"
}

inputs = {
  failed_orders_arn = dependency.queues.outputs.failed_orders_arn
}
`,
  ],
  [
    "infra/queues.tf",
    `locals {
  names = { orders = "\${var.stage}-orders", "dead" = "orders-dead" }
}

resource "aws_sqs_queue" "orders" {
  name           = local.names.orders
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[0].arn # the only one
    maxReceiveCount     = var.patient ? 9 : 3
  })
}

resource "aws_sqs_queue" "dead" {
  count = 1
  name  = local.names["dead"]
  tags  = merge({ team = "orders" }, { for key, value in { a = "b" } : key => value if value != null })
}

resource "aws_iam_role_policy" "again" {
  policy = <<-EOT
    { "Statement": [{ "Action": "sqs:ReceiveMessage", "Resource": "\${one(aws_sqs_queue.dead[*].arn)}" }] }
  EOT
}

resource "aws_lambda_function" "create" {
  function_name = "create-order"
  handler       = "src/main.handler"
  filename      = "\${path.module}/../services/orders/dist/orders.zip"
  dynamic "environment" {
    for_each = [1]
    content {
      variables = { DATABASE_URL = "postgres://\${aws_db_instance.orders.address}/orders" }
    }
  }
}
`,
  ],
  [
    "broker/definitions.json",
    `{
  "queues": [{ "name": "orders", "arguments": { "x-dead-letter-exchange": "dead" } }, { "name": "orders.dead", "arguments": {} }],
  "policies": [{ "pattern": "^ord", "definition": { "dead-letter-exchange": "dead" } }],
  "bindings": [{ "source": "dead", "destination": "orders.dead", "destination_type": "queue", "routing_key": "#" }]
}
`,
  ],
  [
    "infra/lib/orders-stack.ts",
    `import { Stack } from "aws-cdk-lib";
import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import { QueueStack } from "./queue-stack";

export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, { failed, ...props }: OrdersProps) {
    super(scope, id, props);
    this.orders = new Queue(this, \`\${id}-orders\`, { deadLetterQueue: { queue: failed, maxReceiveCount: 3 } });
    const options = { entry: path.join(__dirname, "../src/create.ts"), environment: { QUEUE_URL: this.orders.queueUrl } };
    const create = new NodejsFunction(this, "Create", { ...options, deadLetterQueue: new Queue(this, "CreateDlq") });
    create.addEventSource(new SqsEventSource(this.orders));
    new QueueStack(this, "Queues", { create });
  }
}
`,
  ],
  [
    "services/orders/src/orders.service.ts",
    `import axios from "axios";
import { Injectable } from "@nestjs/common";

@Injectable()
export class OrdersService {
  constructor(private readonly payments: PaymentsClient) {}
  async create(items: Item[]): Promise<Order> {
    for (const item of items) {
      await axios.post(\`\${process.env.INVENTORY_URL}/items/\${item.id}\`, { count: 1 });
    }
    try {
      return await this.payments.charge({ items });
    } catch (error) {
      await this.cancel();
      throw error;
    }
  }
}
`,
  ],
]);
