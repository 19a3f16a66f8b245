import { describe, expect, test } from "vitest";
import { BUS, channels, KAFKA, SNS, SQS } from "./channels.js";

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
