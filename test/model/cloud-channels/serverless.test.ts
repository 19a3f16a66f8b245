import { describe, expect, test } from "vitest";
import type { Tree } from "../system.js";
import { BUS, channels, DEFAULT_BUS, KAFKA, SNS, SQS, STREAM } from "./channels.js";

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

  test("a stream of a table whose name is kept elsewhere has none", async () => {
    const arn =
      "!Join ['', ['arn:aws:dynamodb:eu-west-1:0:table/', !Sub '${ssm:/${self:custom.project}/orders/table/name}', '/stream/2026-01-01T00:00:00.000']]";
    expect(await channels({ "shipping/serverless.yml": ship(`      - stream: { type: dynamodb, arn: ${arn} }\n`) })).toEqual([]);
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

test("settings that are made of each other come to an end", async () => {
  const custom = Array.from({ length: 12 }, (_, index) => `  q${index}: "${`\${self:custom.q${index + 1}}`.repeat(12)}"\n`).join("");
  const text = yml(
    "shipping",
    `custom:\n${custom}functions:\n  ship:\n    handler: src/ship.handler\n    events:\n      - sqs: "\${self:custom.q0}"\n`,
  );
  expect(await channels({ "shipping/serverless.yml": text })).toEqual([]);
});
