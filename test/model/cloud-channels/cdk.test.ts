import { describe, expect, test } from "vitest";
import { BUS, channels, KAFKA, SNS, SQS } from "./channels.js";

describe("CDK", () => {
  const stack = (body: string): string => `import * as cdk from "aws-cdk-lib";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import * as sqs from "aws-cdk-lib/aws-sqs";
import * as sns from "aws-cdk-lib/aws-sns";
import * as subs from "aws-cdk-lib/aws-sns-subscriptions";
import * as events from "aws-cdk-lib/aws-events";
import * as targets from "aws-cdk-lib/aws-events-targets";
import { SqsEventSource, ManagedKafkaEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
export class ShopStack extends cdk.Stack {
  constructor(scope, id, props) {
    super(scope, id, props);
    const ship = new NodejsFunction(this, "Ship", { entry: "../shipping/src/ship.ts" });
${body}  }
}
`;
  const create = (variable: string): string =>
    `    new NodejsFunction(this, "Create", { entry: "../orders/src/create.ts", environment: { ${variable} } });\n`;

  test.each([
    [
      "a source of events",
      SQS,
      `    const queue = new sqs.Queue(this, "Orders");\n    ship.addEventSource(new SqsEventSource(queue));\n${create("ORDERS_URL: queue.queueUrl")}`,
      ["Orders: orders -> shipping/handler"],
    ],
    [
      "a mapping",
      SQS,
      `    const queue = new sqs.Queue(this, "Orders");\n    ship.addEventSourceMapping("Map", { eventSourceArn: queue.queueArn });\n${create("ORDERS_URL: queue.queueUrl")}`,
      ["Orders: orders -> shipping/handler"],
    ],
    [
      "a subscription",
      SNS,
      `    const topic = new sns.Topic(this, "Placed");\n    topic.addSubscription(new subs.LambdaSubscription(ship));\n${create("TOPIC_ARN: topic.topicArn")}`,
      ["Placed: orders -> shipping/handler"],
    ],
    [
      "a queue that is subscribed",
      SNS,
      `    const topic = new sns.Topic(this, "Placed", { topicName: "orders-placed" });\n    const queue = new sqs.Queue(this, "Inbox");\n    topic.addSubscription(new subs.SqsSubscription(queue));\n    ship.addEventSource(new SqsEventSource(queue));\n${create("TOPIC_ARN: topic.topicArn")}`,
      ["Inbox:  -> shipping/handler", "orders-placed: orders -> shipping/handler"],
    ],
    [
      "a rule with targets",
      BUS,
      `    const bus = new events.EventBus(this, "Bus", { eventBusName: "shop" });\n    new events.Rule(this, "Placed", { eventBus: bus, eventPattern: { detailType: ["OrderPlaced"] }, targets: [new targets.LambdaFunction(ship)] });\n${create("BUS_NAME: bus.eventBusName")}`,
      ["shop/OrderPlaced: orders -> shipping/handler"],
    ],
    [
      "a rule on a bus that code takes for the usual one where it is not told",
      BUS.replace("process.env.BUS_NAME", 'process.env.BUS_NAME || "default"'),
      `    const bus = new events.EventBus(this, "Bus", { eventBusName: "shop" });\n    new events.Rule(this, "Placed", { eventBus: bus, eventPattern: { detailType: ["OrderPlaced"] }, targets: [new targets.LambdaFunction(ship)] });\n${create("BUS_NAME: props.busName || `shop-${props.stage}`")}`,
      ["shop/OrderPlaced: orders -> shipping/handler"],
    ],
    [
      "a rule that gets a target",
      BUS,
      `    const bus = new events.EventBus(this, "Bus", { eventBusName: "shop" });\n    const rule = new events.Rule(this, "Placed", { eventBus: bus, eventPattern: { source: ["orders"] } });\n    rule.addTarget(new targets.LambdaFunction(ship));\n${create("BUS_NAME: bus.eventBusName")}`,
      ["shop/OrderPlaced: orders -> shipping/handler"],
    ],
    [
      "a topic of Kafka",
      KAFKA,
      `    ship.addEventSource(new ManagedKafkaEventSource({ clusterArn: "arn", topic: "orders.placed" }));\n${create('A: "b"')}`,
      ["orders.placed: orders -> shipping/handler"],
    ],
    [
      "a rule of a timetable",
      KAFKA,
      `    new events.Rule(this, "Nightly", { schedule: events.Schedule.rate(cdk.Duration.hours(1)), targets: [new targets.LambdaFunction(ship)] });\n${create('A: "b"')}`,
      ["orders.placed: orders -> "],
    ],
  ])("%s", async (_, source, body, expected) => {
    const found = await channels({ "orders/src/create.ts": source, "infra/cdk.json": "{}", "infra/stack.ts": stack(body) });
    expect(found).toEqual(expected);
  });
});

describe("containers of CDK", () => {
  const stack = (body: string): string => `import * as cdk from "aws-cdk-lib";
import * as ecs from "aws-cdk-lib/aws-ecs";
import * as patterns from "aws-cdk-lib/aws-ecs-patterns";
import * as sns from "aws-cdk-lib/aws-sns";
import { LambdaSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
export class ShopStack extends cdk.Stack {
  constructor(scope, id) {
    super(scope, id);
    const topic = new sns.Topic(this, "Placed", { topicName: "orders-placed" });
    topic.addSubscription(new LambdaSubscription(new NodejsFunction(this, "Ship", { entry: "../shipping/src/ship.ts" })));
${body}  }
}
`;

  test.each([
    [
      "of a task",
      `    const task = new ecs.FargateTaskDefinition(this, "Task");\n    task.addContainer("orders", { image: ecs.ContainerImage.fromAsset("../orders"), environment: { TOPIC_ARN: topic.topicArn } });\n`,
    ],
    [
      "of a service",
      `    new patterns.ApplicationLoadBalancedFargateService(this, "Web", { taskImageOptions: { image: ecs.ContainerImage.fromAsset("../orders"), environment: { TOPIC_ARN: topic.topicArn } } });\n`,
    ],
  ])("%s", async (_, body) => {
    const tree = { "orders/Dockerfile": "FROM node:22-alpine\n", "orders/src/create.ts": SNS, "infra/cdk.json": "{}" };
    expect(await channels({ ...tree, "infra/stack.ts": stack(body) })).toEqual(["orders-placed: orders -> shipping/handler"]);
  });
});

describe("stacks of CDK that know each other by name", () => {
  const imports = `import * as cdk from "aws-cdk-lib"; import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs"; import * as sns from "aws-cdk-lib/aws-sns"; import * as ssm from "aws-cdk-lib/aws-ssm"; import * as subs from "aws-cdk-lib/aws-sns-subscriptions";\n`;
  const stack = (name: string, body: string): string =>
    `${imports}export class ${name} extends cdk.Stack {\n  constructor(scope, id, props) {\n    super(scope, id, props);\n${body}  }\n}\n`;
  const create = (arn: string): string =>
    `    new NodejsFunction(this, "Create", { entry: "../orders/src/create.ts", environment: { TOPIC_ARN: ${arn} } });\n`;
  const shipped = (arn: string): string =>
    `    const topic = sns.Topic.fromTopicArn(this, "Placed", ${arn});\n    topic.addSubscription(new subs.LambdaSubscription(new NodejsFunction(this, "Ship", { entry: "../shipping/src/ship.ts" })));\n`;
  const topic = `    const placed = new sns.Topic(this, "Placed", { topicName: "orders-placed" });\n`;

  test.each([
    [
      "an export",
      `${topic}    new cdk.CfnOutput(this, "Out", { exportName: Names.Placed, value: placed.topicArn });\n${create("placed.topicArn")}`,
      "cdk.Fn.importValue(Names.Placed)",
    ],
    [
      "a parameter of SSM",
      `${topic}    new ssm.StringParameter(this, "Out", { parameterName: "/shop/placed", stringValue: placed.topicArn });\n${create("placed.topicArn")}`,
      'ssm.StringParameter.valueForStringParameter(this, "/shop/placed")',
    ],
  ])("by %s", async (_, orders, arn) => {
    const tree = {
      "infra/cdk.json": "{}",
      "infra/orders.ts": stack("OrdersStack", orders),
      "infra/shipping.ts": stack("ShippingStack", shipped(arn)),
    };
    expect(await channels({ "orders/src/create.ts": SNS, ...tree })).toEqual(["orders-placed: orders -> shipping/handler"]);
  });

  test("by an option inside an option", async () => {
    const tree = {
      "infra/cdk.json": "{}",
      "infra/orders.ts": stack("OrdersStack", `${topic}    this.placed = placed;\n${create("placed.topicArn")}`),
      "infra/shipping.ts": stack("ShippingStack", `    const { topics } = props;\n${shipped("topics.placed.topicArn")}`),
      "infra/app.ts": `import { App } from "aws-cdk-lib"; import { OrdersStack } from "./orders"; import { ShippingStack } from "./shipping";\nconst app = new App();\nconst orders = new OrdersStack(app, "Orders");\nnew ShippingStack(app, "Shipping", { topics: { placed: orders.placed } });\n`,
    };
    expect(await channels({ "orders/src/create.ts": SNS, ...tree })).toEqual(["orders-placed: orders -> shipping/handler"]);
  });

  test("have queues of their own under one name", async () => {
    const queue = (service: string, file: string): string =>
      `import * as cdk from "aws-cdk-lib"; import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs"; import { Queue } from "aws-cdk-lib/aws-sqs"; import { SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";\nexport class OwnStack extends cdk.Stack {\n  constructor(scope, id) {\n    super(scope, id);\n    const inbox = new Queue(this, "Inbox");\n    new NodejsFunction(this, "Handle", { entry: "../../${service}/src/${file}.ts", events: [new SqsEventSource(inbox)] });\n  }\n}\n`;
    expect(
      await channels({
        "orders/src/create.ts": `export const handler = async () => {};\n`,
        "infra/orders/cdk.json": "{}",
        "infra/orders/stack.ts": queue("orders", "create"),
        "infra/shipping/cdk.json": "{}",
        "infra/shipping/stack.ts": queue("shipping", "ship"),
      }),
    ).toEqual(["orders/Inbox:  -> orders/handler", "shipping/Inbox:  -> shipping/handler"]);
  });
});
