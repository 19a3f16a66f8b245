import { describe, expect, test } from "vitest";
import { systemOf, type Tree } from "./system.js";

const SQS = `import { SQSClient, SendMessageCommand } from "@aws-sdk/client-sqs";
const sqs = new SQSClient({});
export const create = async (order) => { await sqs.send(new SendMessageCommand({ QueueUrl: process.env.ORDERS_URL, MessageBody: JSON.stringify({ type: "OrderPlaced", id: order.id }) })); };
`;
const SNS = `import { SNSClient, PublishCommand } from "@aws-sdk/client-sns";
const sns = new SNSClient({});
export const create = async (order) => { await sns.send(new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Message: JSON.stringify({ type: "OrderPlaced", id: order.id }) })); };
`;
const BUS = `import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
const bus = new EventBridgeClient({});
export const create = async (order) => { await bus.send(new PutEventsCommand({ Entries: [{ EventBusName: process.env.BUS_NAME, Source: "orders", DetailType: "OrderPlaced", Detail: JSON.stringify({ id: order.id }) }] })); };
`;
const DEFAULT_BUS = BUS.replace("EventBusName: process.env.BUS_NAME, ", "");
const STREAM = `import { KinesisClient, PutRecordCommand } from "@aws-sdk/client-kinesis";
const kinesis = new KinesisClient({});
export const create = async (order) => { await kinesis.send(new PutRecordCommand({ StreamName: process.env.STREAM, Data: JSON.stringify({ type: "OrderPlaced", id: order.id }) })); };
`;
const KAFKA = `import { Kafka } from "kafkajs";
const producer = new Kafka({ brokers: [] }).producer();
export const create = async (order) => { await producer.send({ topic: "orders.placed", messages: [{ value: JSON.stringify({ id: order.id }) }] }); };
`;
/** Inserts for each message, and tells nobody of what kind the message is. */
const SHIP = `import { Pool } from "pg";
const pool = new Pool();
export const handler = async (event) => { await pool.query("INSERT INTO shipments (order_id) VALUES ($1)", [event.id]); };
`;

/** `orders-queue: orders -> shipping`, with the handler's name where it is known. */
async function channels(tree: Tree): Promise<readonly string[]> {
  const { channels: all } = await systemOf({
    "orders/package.json": '{ "name": "orders" }',
    "shipping/package.json": '{ "name": "shipping" }',
    "shipping/src/ship.ts": SHIP,
    ...tree,
  });
  return all.map(
    ({ name, publishers, consumers }) =>
      `${name}: ${publishers.map(({ service }) => service).join(", ")} -> ${consumers.map(({ service, function: at }) => at ?? service).join(", ")}`,
  );
}

const yml = (service: string, rest: string): string => `service: ${service}\nprovider: { name: aws }\n${rest}`;
const ship = (event: string): string => yml("shipping", `functions:\n  ship:\n    handler: src/ship.handler\n    events:\n${event}`);

describe("serverless.yml", () => {
  const queue = `resources:
  Resources:
    OrdersQueue: { Type: AWS::SQS::Queue, Properties: { QueueName: orders-queue } }
`;
  const orders = (source: string, variable: string, resources: string): Tree => ({
    "orders/src/create.ts": source,
    "orders/serverless.yml": yml(
      "orders",
      `functions:\n  create:\n    handler: src/create.create\n    environment: { ${variable} }\n${resources}`,
    ),
  });

  test.each([
    ["an ARN", "      - sqs: arn:aws:sqs:eu-west-1:000000000000:orders-queue\n"],
    ["an ARN with open parts", "      - sqs: { arn: 'arn:aws:sqs:${aws:region}:${aws:accountId}:orders-queue', batchSize: 1 }\n"],
    [
      "a setting of the file",
      "      - sqs: { arn: 'arn:aws:sqs:${aws:region}:${aws:accountId}:${self:custom.orders}' }\ncustom: { orders: orders-queue }\n",
    ],
  ])("a queue by %s", async (_, event) => {
    expect(await channels({ ...orders(SQS, "ORDERS_URL: !Ref OrdersQueue", queue), "shipping/serverless.yml": ship(event) })).toEqual([
      "orders-queue: orders -> shipping/handler",
    ]);
  });

  test("a topic by its name, and one that a queue is subscribed to", async () => {
    const topic = "resources: { Resources: { Orders: { Type: AWS::SNS::Topic, Properties: { TopicName: orders-topic } } } }\n";
    const told = orders(SNS, "TOPIC_ARN: !Ref Orders", topic);
    expect(await channels({ ...told, "shipping/serverless.yml": ship("      - sns: orders-topic\n") })).toEqual([
      "orders-topic: orders -> shipping/handler",
    ]);
    const subscribed = `resources:
  Resources:
    Inbox: { Type: AWS::SQS::Queue }
    ToInbox:
      Type: AWS::SNS::Subscription
      Properties: { Protocol: sqs, TopicArn: "arn:aws:sns:eu-west-1:000000000000:orders-topic", Endpoint: !GetAtt Inbox.Arn }
`;
    expect(await channels({ ...told, "shipping/serverless.yml": ship(`      - sqs: { arn: !GetAtt Inbox.Arn }\n${subscribed}`) })).toEqual([
      "Inbox:  -> shipping/handler",
      "orders-topic: orders -> shipping/handler",
    ]);
  });

  test("events of a bus, by their types", async () => {
    const bus = "resources: { Resources: { Shop: { Type: AWS::Events::EventBus, Properties: { Name: shop } } } }\n";
    const told = orders(BUS, "BUS_NAME: !Ref Shop", bus);
    const rule = (pattern: string): string => `      - eventBridge:\n          eventBus: shop\n          pattern: ${pattern}\n`;
    expect(await channels({ ...told, "shipping/serverless.yml": ship(rule("{ detail-type: [OrderPlaced] }")) })).toEqual([
      "shop/OrderPlaced: orders -> shipping/handler",
    ]);
    expect(await channels({ ...told, "shipping/serverless.yml": ship(rule("{ source: [orders] }")) })).toEqual([
      "shop/OrderPlaced: orders -> shipping/handler",
    ]);
    expect(await channels({ ...told, "shipping/serverless.yml": ship(rule("{ detail-type: [OrderPaid] }")) })).toEqual([
      "shop/OrderPaid:  -> shipping/handler",
      "shop/OrderPlaced: orders -> ",
    ]);
    expect(
      await channels({
        ...orders(DEFAULT_BUS, "A: b", ""),
        "shipping/serverless.yml": ship("      - eventBridge: { pattern: { detail-type: [OrderPlaced] } }\n"),
      }),
    ).toEqual(["default/OrderPlaced: orders -> shipping/handler"]);
  });

  test("topics of Kafka and streams", async () => {
    expect(
      await channels({
        ...orders(KAFKA, "A: b", ""),
        "shipping/serverless.yml": ship("      - msk: { arn: 'arn:aws:kafka:eu-west-1:0:cluster/shop/1', topic: orders.placed }\n"),
      }),
    ).toEqual(["orders.placed: orders -> shipping/handler"]);
    const stream = "resources: { Resources: { Orders: { Type: AWS::Kinesis::Stream, Properties: { Name: orders-stream } } } }\n";
    expect(
      await channels({
        ...orders(STREAM, "STREAM: !Ref Orders", stream),
        "shipping/serverless.yml": ship("      - stream: { type: kinesis, arn: 'arn:aws:kinesis:eu-west-1:0:stream/orders-stream' }\n"),
      }),
    ).toEqual(["orders-stream: orders -> shipping/handler"]);
    expect(
      await channels({
        "shipping/serverless.yml": ship(
          "      - stream: { type: dynamodb, arn: 'arn:aws:dynamodb:eu-west-1:0:table/orders/stream/2026-01-01T00:00:00.000' }\n",
        ),
      }),
    ).toEqual(["orders:  -> shipping/handler"]);
  });

  test("queues of another stack, by an export, an output, or a parameter of SSM", async () => {
    const declared = `resources:
  Resources:
    Inbox: { Type: AWS::SQS::Queue, Properties: { QueueName: shipping-inbox } }
    InboxUrl: { Type: AWS::SSM::Parameter, Properties: { Name: "/shop/\${sls:stage}/inbox-url", Value: !Ref Inbox } }
  Outputs:
    InboxOut: { Value: !Ref Inbox, Export: { Name: "\${sls:stage}-inbox" } }
`;
    const handler = ship(`      - sqs: { arn: !GetAtt Inbox.Arn }\n${declared}`);
    for (const url of [
      "!ImportValue { 'Fn::Sub': '${Stage}-inbox' }",
      "${cf:shipping-${sls:stage}.InboxOut}",
      "${ssm:/shop/${sls:stage}/inbox-url}",
      "${ssm(eu-west-1):/shop/prod/inbox-url~true}",
    ]) {
      const tree = orders(SQS, `ORDERS_URL: "${url}"`.replace(/"(!.*)"/, "$1"), "");
      expect(await channels({ ...tree, "shipping/serverless.yml": handler }), url).toEqual(["shipping-inbox: orders -> shipping/handler"]);
    }
  });

  test("the one bus of the system, by whatever it is called", async () => {
    const told = orders(BUS, "BUS_NAME: '${param:bus}'", "");
    const rule = ship("      - eventBridge: { eventBus: '${param:bus}', pattern: { detail-type: [OrderPlaced] } }\n");
    const bus = (name: string): string =>
      yml("platform", `resources: { Resources: { Bus: { Type: AWS::Events::EventBus, Properties: { Name: ${name} } } } }\n`);
    expect(await channels({ ...told, "shipping/serverless.yml": rule, "platform/serverless.yml": bus("shop") })).toEqual([
      "shop/OrderPlaced: orders -> shipping/handler",
    ]);
    const two = { "platform/serverless.yml": bus("shop"), "other/serverless.yml": bus("audit") };
    expect(await channels({ ...told, "shipping/serverless.yml": rule, ...two })).toEqual(["${BUS_NAME}/OrderPlaced: orders -> "]);
  });

  test("a timetable and a request are no channels", async () => {
    expect(
      await channels({
        "shipping/serverless.yml": ship(
          "      - schedule: rate(1 hour)\n      - eventBridge: { schedule: rate(1 hour) }\n      - httpApi: 'POST /ships'\n",
        ),
      }),
    ).toEqual([]);
  });

  test("one variable that holds several queues of a service names none of them", async () => {
    const tree = orders(SQS, "ORDERS_URL: !Ref OrdersQueue", `${queue}    Other: { Type: AWS::SQS::Queue }\n`);
    const two = tree["orders/serverless.yml"]!.replace(
      "functions:\n",
      "functions:\n  other:\n    handler: src/other.run\n    environment: { ORDERS_URL: !Ref Other }\n",
    );
    expect(await channels({ ...tree, "orders/serverless.yml": two })).toEqual(["${ORDERS_URL}: orders -> "]);
  });
});

describe("SAM and CloudFormation", () => {
  const template = (resources: string): string =>
    `AWSTemplateFormatVersion: "2010-09-09"\nTransform: AWS::Serverless-2016-10-31\nResources:\n${resources}`;
  const create = (variable: string): string => `  Create:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: orders/src/, Handler: create.create, Environment: { Variables: { ${variable} } } }
`;
  const function_ = (events: string): string => `  Ship:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: shipping/src/
      Handler: ship.handler
${events}`;
  const event = (type: string, properties: string): string =>
    `      Events:\n        Placed: { Type: ${type}, Properties: { ${properties} } }\n`;
  const queue = "  OrdersQueue: { Type: AWS::SQS::Queue }\n";

  test.each([
    ["SQS", SQS, create("ORDERS_URL: !Ref OrdersQueue") + queue + function_(event("SQS", "Queue: !GetAtt OrdersQueue.Arn")), "OrdersQueue"],
    [
      "a mapping",
      SQS,
      `${create("ORDERS_URL: !Ref OrdersQueue")}${queue}${function_("")}  Mapping: { Type: AWS::Lambda::EventSourceMapping, Properties: { EventSourceArn: !GetAtt OrdersQueue.Arn, FunctionName: !Ref Ship } }\n`,
      "OrdersQueue",
    ],
    [
      "SNS",
      SNS,
      `${create("TOPIC_ARN: !Ref Topic")}  Topic: { Type: AWS::SNS::Topic }\n${function_(event("SNS", "Topic: !Ref Topic"))}`,
      "Topic",
    ],
    [
      "a topic's own subscription",
      SNS,
      `${create("TOPIC_ARN: !Ref Topic")}  Topic: { Type: AWS::SNS::Topic, Properties: { Subscription: [{ Protocol: lambda, Endpoint: !GetAtt Ship.Arn }] } }\n${function_("")}`,
      "Topic",
    ],
    [
      "EventBridge",
      BUS,
      `${create("BUS_NAME: !Ref Bus")}  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop } }\n${function_(event("EventBridgeRule", "EventBusName: !Ref Bus, Pattern: { detail-type: [OrderPlaced] }"))}`,
      "shop/OrderPlaced",
    ],
    [
      "a rule",
      DEFAULT_BUS,
      `${create("A: b")}${function_("")}  Rule: { Type: AWS::Events::Rule, Properties: { EventPattern: { detail-type: [OrderPlaced] }, Targets: [{ Id: a, Arn: !GetAtt Ship.Arn }] } }\n`,
      "default/OrderPlaced",
    ],
    [
      "Kinesis",
      STREAM,
      `${create("STREAM: !Ref Stream")}  Stream: { Type: AWS::Kinesis::Stream }\n${function_(event("Kinesis", "Stream: !GetAtt Stream.Arn"))}`,
      "Stream",
    ],
    ["MSK", KAFKA, create("A: b") + function_(event("MSK", "Stream: arn, Topics: [orders.placed]")), "orders.placed"],
  ])("%s", async (_, source, resources, channel) => {
    const found = await channels({ "orders/src/create.ts": source, "template.yaml": template(resources) });
    // One template is one application, and so one service.
    expect(found).toEqual([`${channel}: service -> service/handler`]);
  });

  test("changes of a table", async () => {
    expect(
      await channels({
        "template.yaml": template(
          `  Orders: { Type: AWS::DynamoDB::Table, Properties: { TableName: orders } }\n${function_(event("DynamoDB", "Stream: !GetAtt Orders.StreamArn"))}`,
        ),
      }),
    ).toEqual(["orders:  -> service/handler"]);
  });

  test("a function in a language that is not read", async () => {
    const python = function_(event("SQS", "Queue: !GetAtt OrdersQueue.Arn"))
      .replace("shipping/src/", "src/")
      .replace("ship.handler", "app.handle");
    expect(
      await channels({
        "orders/src/create.ts": SQS,
        "orders/template.yaml": template(create("ORDERS_URL: !ImportValue orders-url").replace("orders/src/", "src/")),
        "shipping/template.yaml": template(
          `${queue}${python}Outputs: { Url: { Value: !Ref OrdersQueue, Export: { Name: orders-url } } }\n`,
        ),
        "shipping/src/app.py": "def handle(event, context): pass\n",
      }),
    ).toEqual(["OrdersQueue: orders -> shipping"]);
  });
});

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

test("settings that are made of each other come to an end", async () => {
  const custom = Array.from({ length: 12 }, (_, index) => `  q${index}: "${`\${self:custom.q${index + 1}}`.repeat(12)}"\n`).join("");
  const text = yml(
    "shipping",
    `custom:\n${custom}functions:\n  ship:\n    handler: src/ship.handler\n    events:\n      - sqs: "\${self:custom.q0}"\n`,
  );
  expect(await channels({ "shipping/serverless.yml": text })).toEqual([]);
}, 10_000);

test("rules and exports that lead to each other come to an end", async () => {
  const many = Array.from({ length: 60 }, (_, index) => index);
  const rules = many.map(
    (index) =>
      `  R${index}:\n    Type: AWS::Events::Rule\n    Properties:\n      EventBusName: shop\n      EventPattern: { detail-type: [OrderPlaced] }\n      Targets: [${many.map((other) => `{ Arn: !Ref R${other} }`).join(", ")}, { Arn: !GetAtt Ship.Arn }]\n`,
  );
  const outputs = many.map((index) => `  O${index}: { Value: !ImportValue "*", Export: { Name: "*" } }\n`);
  const template = `AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  Ship: { Type: AWS::Serverless::Function, Properties: { CodeUri: src/, Handler: ship.handler, Events: { A: { Type: SQS, Properties: { Queue: !ImportValue "*" } } } } }\n${rules.join("")}Outputs:\n${outputs.join("")}`;
  expect(await channels({ "shipping/template.yaml": template })).toEqual(["shop/OrderPlaced:  -> shipping/handler"]);
}, 10_000);

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

describe("Terraform", () => {
  const lambda = (name: string, handler: string, environment = ""): string => `
data "archive_file" "${name}" {
  type        = "zip"
  source_dir  = "\${path.module}/../${name}/src"
  output_path = "${name}.zip"
}
resource "aws_lambda_function" "${name}" {
  function_name = "${name}"
  handler       = "${handler}"
  filename      = data.archive_file.${name}.output_path
${environment === "" ? "" : `  environment {\n    variables = { ${environment} }\n  }\n`}}
`;
  const both = (variable: string): string => lambda("orders", "create.create", variable) + lambda("shipping", "ship.handler");

  test.each([
    [
      "a mapping",
      SQS,
      `${both("ORDERS_URL = aws_sqs_queue.placed.url")}
resource "aws_sqs_queue" "placed" { name = "orders-placed" }
resource "aws_lambda_event_source_mapping" "ship" {
  event_source_arn = aws_sqs_queue.placed.arn
  function_name    = aws_lambda_function.shipping.arn
}
`,
      ["orders-placed: orders -> shipping/handler"],
    ],
    [
      "a queue whose name is computed",
      SQS,
      `${both("ORDERS_URL = aws_sqs_queue.placed.url")}
resource "aws_sqs_queue" "placed" { name = "\${var.stage}-placed" }
resource "aws_lambda_event_source_mapping" "ship" {
  event_source_arn = aws_sqs_queue.placed.arn
  function_name    = aws_lambda_function.shipping.function_name
}
`,
      ["infra/placed: orders -> shipping/handler"],
    ],
    [
      "a subscription",
      SNS,
      `${both("TOPIC_ARN = aws_sns_topic.placed.arn")}
resource "aws_sns_topic" "placed" { name = "orders-placed" }
resource "aws_sns_topic_subscription" "ship" {
  topic_arn = aws_sns_topic.placed.arn
  protocol  = "lambda"
  endpoint  = aws_lambda_function.shipping.arn
}
`,
      ["orders-placed: orders -> shipping/handler"],
    ],
    [
      "a queue that is called like its topic",
      SNS,
      `${both("TOPIC_ARN = aws_sns_topic.placed.arn")}
resource "aws_sns_topic" "placed" { name = "\${var.stage}-placed" }
resource "aws_sqs_queue" "placed" { name = "\${var.stage}-placed" }
resource "aws_sns_topic_subscription" "ship" {
  topic_arn = aws_sns_topic.placed.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.placed.arn
}
resource "aws_lambda_event_source_mapping" "ship" {
  event_source_arn = aws_sqs_queue.placed.arn
  function_name    = aws_lambda_function.shipping.arn
}
`,
      ["infra/aws_sns_topic.placed: orders -> shipping/handler", "infra/aws_sqs_queue.placed:  -> shipping/handler"],
    ],
    [
      "modules of the registry",
      SQS,
      `${lambda("orders", "create.create", "ORDERS_URL = module.placed.queue_url")}
module "placed" {
  source = "terraform-aws-modules/sqs/aws"
  name   = "orders-placed"
}
module "ship" {
  source        = "terraform-aws-modules/lambda/aws"
  function_name = "ship"
  handler       = "ship.handler"
  source_path   = "../shipping/src"
  event_source_mapping = {
    placed = { event_source_arn = module.placed.queue_arn }
  }
}
`,
      ["orders-placed: orders -> shipping/handler"],
    ],
    [
      "a rule and its target",
      BUS,
      `${both("BUS_NAME = aws_cloudwatch_event_bus.shop.name")}
resource "aws_cloudwatch_event_bus" "shop" { name = "shop" }
resource "aws_cloudwatch_event_rule" "placed" {
  name           = "placed"
  event_bus_name = aws_cloudwatch_event_bus.shop.name
  event_pattern  = jsonencode({ "detail-type" = ["OrderPlaced"] })
}
resource "aws_cloudwatch_event_target" "ship" {
  rule = aws_cloudwatch_event_rule.placed.name
  arn  = aws_lambda_function.shipping.arn
}
`,
      ["shop/OrderPlaced: orders -> shipping/handler"],
    ],
    [
      "topics of Kafka",
      KAFKA,
      `${both('A = "b"')}
resource "aws_lambda_event_source_mapping" "ship" {
  event_source_arn = aws_msk_cluster.shop.arn
  topics           = ["orders.placed"]
  function_name    = aws_lambda_function.shipping.arn
}
`,
      ["orders.placed: orders -> shipping/handler"],
    ],
  ])("%s", async (_, source, text, expected) => {
    expect(await channels({ "orders/src/create.ts": source, "infra/main.tf": text })).toEqual(expected);
  });

  test("a worker that asks a subscribed queue for messages", async () => {
    const worker = `import { Pool } from "pg"; import { Consumer } from "sqs-consumer";
const pool = new Pool();
const handle = async (message) => { await pool.query("INSERT INTO shipments (body) VALUES ($1)", [message.Body]); };
Consumer.create({ queueUrl: process.env.QUEUE_URL, handleMessage: handle }).start();
`;
    const text = `${lambda("orders", "create.create", "TOPIC_ARN = aws_sns_topic.placed.arn")}
resource "aws_sns_topic" "placed" { name = "orders-placed" }
resource "aws_sqs_queue" "inbox" { name = "shipping-inbox" }
resource "aws_sns_topic_subscription" "inbox" {
  topic_arn = aws_sns_topic.placed.arn
  protocol  = "sqs"
  endpoint  = aws_sqs_queue.inbox.arn
}
resource "aws_ecs_task_definition" "shipping" {
  family = "shipping"
  container_definitions = jsonencode([
    { name = "shipping", environment = [{ name = "QUEUE_URL", value = aws_sqs_queue.inbox.url }] }
  ])
}
`;
    const tree = { "shipping/Dockerfile": "FROM node:22-alpine\n", "shipping/src/ship.ts": worker, "infra/main.tf": text };
    expect(await channels({ "orders/src/create.ts": SNS, ...tree })).toEqual([
      "orders-placed: orders -> shipping/handle",
      "shipping-inbox:  -> shipping/handle",
    ]);
  });
});
