import { describe, expect, test } from "vitest";
import { BUS, channels, DEFAULT_BUS, KAFKA, SNS, SQS, STREAM } from "./channels.js";

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

test("rules and exports that lead to each other come to an end", async () => {
  const many = Array.from({ length: 60 }, (_, index) => index);
  const rules = many.map(
    (index) =>
      `  R${index}:\n    Type: AWS::Events::Rule\n    Properties:\n      EventBusName: shop\n      EventPattern: { detail-type: [OrderPlaced] }\n      Targets: [${many.map((other) => `{ Arn: !Ref R${other} }`).join(", ")}, { Arn: !GetAtt Ship.Arn }]\n`,
  );
  const outputs = many.map((index) => `  O${index}: { Value: !ImportValue "*", Export: { Name: "*" } }\n`);
  const template = `AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  Ship: { Type: AWS::Serverless::Function, Properties: { CodeUri: src/, Handler: ship.handler, Events: { A: { Type: SQS, Properties: { Queue: !ImportValue "*" } } } } }\n${rules.join("")}Outputs:\n${outputs.join("")}`;
  expect(await channels({ "shipping/template.yaml": template })).toEqual(["shop/OrderPlaced:  -> shipping/handler"]);
});
