import { describe, expect, test } from "vitest";
import { systemOf, type Tree } from "./system.js";

/** What every target is: `handled`, `watched`, `undecided` or `open`. */
async function targets(tree: Tree): Promise<Readonly<Record<string, string>>> {
  const { deadLetters } = await systemOf(tree);
  return Object.fromEntries(
    deadLetters.map(({ name, handled, watched, undecided }) => [
      name,
      handled.length > 0 ? "handled" : undecided !== null ? "undecided" : watched.length > 0 ? "watched" : "open",
    ]),
  );
}

const queue = (target: string): string => `Resources:
  Charges:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: { deadLetterTargetArn: ${target}, maxReceiveCount: 3 }
  ChargesDlq: { Type: AWS::SQS::Queue, Properties: { QueueName: charges-dlq } }
`;

const handler = (source: string): string => `  Again:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { EventSourceArn: ${source}, FunctionName: again }
`;

describe("templates", () => {
  test.each([
    ["!GetAtt ChargesDlq.Arn"],
    ["!GetAtt [ChargesDlq, Arn]"],
    ['{ "Fn::GetAtt": [ChargesDlq, Arn] }'],
    ["!Sub '${ChargesDlq.Arn}'"],
    ["!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:charges-dlq'"],
    ["!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${ChargesDlq.QueueName}'"],
    ["arn:aws:sqs:eu-west-1:000000000000:charges-dlq"],
  ])("find the queue that %s means", async (reference) => {
    expect(await targets({ "payments/template.yaml": queue(reference) })).toEqual({ "charges-dlq": "open" });
    expect(await targets({ "payments/template.yaml": queue("!GetAtt ChargesDlq.Arn") + handler(reference) })).toEqual({
      "charges-dlq": "handled",
    });
  });

  test("say nothing of a queue that is not in the repository", async () => {
    expect(await targets({ "payments/template.yaml": queue("!ImportValue shared-dlq") })).toEqual({});
  });

  test("find it through an export, and a parameter of a nested stack", async () => {
    const declared =
      'Resources: { Dlq: { Type: "AWS::SQS::Queue" } }\nOutputs: { Arn: { Value: !GetAtt Dlq.Arn, Export: { Name: dlq } } }\n';
    expect(await targets({ "a/queues.yaml": declared, "b/template.yaml": queue("!ImportValue dlq") })).toEqual({ Dlq: "open" });
    const root =
      "Resources:\n  Queues: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: stacks/queues.yaml } }\n  App: { Type: AWS::Serverless::Application, Properties: { Location: stacks/app.yaml, Parameters: { Dead: !GetAtt Queues.Outputs.Arn } } }\n";
    expect(await targets({ "root.yaml": root, "stacks/queues.yaml": declared, "stacks/app.yaml": queue("!Ref Dead") })).toEqual({
      Dlq: "open",
    });
    expect(
      await targets({ "root.yaml": root, "stacks/queues.yaml": declared, "stacks/app.yaml": queue("!Ref Dead") + handler("!Ref Dead") }),
    ).toEqual({ Dlq: "handled" });
  });

  test("take a topic that only mails as watched, and one that a function subscribes to as handled", async () => {
    const failing = (protocol: string): string => `Resources:
  Ship: { Type: AWS::Lambda::Function, Properties: { DeadLetterConfig: { TargetArn: !Ref Failures } } }
  Failures: { Type: AWS::SNS::Topic, Properties: { Subscription: [{ Protocol: ${protocol}, Endpoint: x }] } }
`;
    expect(await targets({ "t.yaml": failing("email") })).toEqual({ Failures: "watched" });
    expect(await targets({ "t.yaml": failing("lambda") })).toEqual({ Failures: "handled" });
  });

  test("count the right to read a queue, and not the right to write it", async () => {
    const rights = (action: string): string => `  Role:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyDocument: { Statement: [{ Effect: Allow, Action: [${action}], Resource: !GetAtt ChargesDlq.Arn }] }
`;
    expect(await targets({ "t.yaml": queue("!GetAtt ChargesDlq.Arn") + rights('"sqs:ReceiveMessage"') })).toEqual({
      "charges-dlq": "handled",
    });
    expect(await targets({ "t.yaml": queue("!GetAtt ChargesDlq.Arn") + rights('"sqs:SendMessage"') })).toEqual({ "charges-dlq": "open" });
  });

  test("leave a queue open to question whose address a container holds", async () => {
    const task = `  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: { ContainerDefinitions: [{ Name: tool, Environment: [{ Name: DEAD, Value: !Ref ChargesDlq }] }] }
`;
    expect(await targets({ "t.yaml": queue("!GetAtt ChargesDlq.Arn") + task })).toEqual({ "charges-dlq": "undecided" });
  });
});

describe("code", () => {
  const rabbit = (body: string): Tree => ({
    "docker-compose.yml": "services: { orders: { build: ./orders } }",
    "orders/package.json": '{ "name": "orders" }',
    "orders/src/main.ts": `import amqp from "amqplib";\nconst channel = await (await amqp.connect("amqp://rabbitmq")).createChannel();\n${body}\n`,
  });
  const lettering =
    'await channel.assertQueue("orders", { arguments: { "x-dead-letter-exchange": "dead", "x-dead-letter-routing-key": "orders" } });';

  test("an exchange is one with the queues that get its messages", async () => {
    expect(await targets(rabbit(lettering))).toEqual({ dead: "open" });
    const bound = `${lettering}\nawait channel.bindQueue("orders.dead", "dead", "orders");\nawait channel.bindQueue("payments.dead", "dead", "payments");`;
    expect(await targets(rabbit(bound))).toEqual({ "orders.dead": "open" });
    expect(await targets(rabbit(`${bound}\nawait channel.consume("orders.dead", console.log);`))).toEqual({ "orders.dead": "handled" });
    expect(await targets(rabbit(`${bound}\nawait channel.consume("payments.dead", console.log);`))).toEqual({ "orders.dead": "open" });
    expect(await targets(rabbit(`${bound}\nconst message = await channel.get("orders.dead");`))).toEqual({ "orders.dead": "handled" });
  });

  test("a consumer counts where it is called", async () => {
    const consumer = 'function park() { return channel.consume("dead", console.log); }';
    const own = 'await channel.assertQueue("orders", { deadLetterExchange: "", deadLetterRoutingKey: "dead" });';
    expect(await targets(rabbit(`${own}\n${consumer}`))).toEqual({ dead: "open" });
    expect(await targets(rabbit(`${own}\n${consumer}\nawait park();`))).toEqual({ dead: "handled" });
  });

  test.each([
    ["orders.dlt", true],
    ["orders-dlq", true],
    ["OrdersDLQ", true],
    ["ordersDeadLetters", true],
    ["orders.adlt", false],
    ["orders.deadline", false],
  ])("the topic %s is for dead letters: %s", async (topic, isOne) => {
    const tree = {
      ...rabbit(""),
      "orders/src/main.ts": `import { Kafka } from "kafkajs";\nawait new Kafka({ brokers: [] }).producer().send({ topic: "${topic}", messages: [{ value: "{}" }] });\n`,
    };
    expect(await targets(tree)).toEqual(isOne ? { [topic]: "open" } : {});
  });
});

describe("Terraform", () => {
  const dead = (more: string): Tree => ({
    "infra/queues.tf": `resource "aws_sqs_queue" "charges" {
  name           = "charges"
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 3 })
}

resource "aws_sqs_queue" "dead" {
  name = "charges-dead"
}
`,
    "infra/more.tf": more,
  });

  const mapping = (source: string): string => `resource "aws_lambda_event_source_mapping" "again" {
  event_source_arn = ${source}
  function_name    = "again"
}
`;

  test.each([
    ["a reference", mapping("aws_sqs_queue.dead.arn")],
    ["one of several", mapping("aws_sqs_queue.dead[0].arn")],
    ["a local value", `locals { source = { dead = aws_sqs_queue.dead.arn } }\n${mapping('local.source["dead"]')}`],
    ["its name in an ARN", mapping('"arn:aws:sqs:eu-west-1:000000000000:charges-dead"')],
    ["a condition", mapping("var.again ? aws_sqs_queue.dead.arn : null")],
    [
      "a right to read",
      'data "aws_iam_policy_document" "again" {\n  statement {\n    actions = ["sqs:ReceiveMessage"]\n    resources = [aws_sqs_queue.dead.arn]\n  }\n}\n',
    ],
    [
      "a written policy",
      'resource "aws_iam_role_policy" "again" {\n  policy = <<EOF\n{ "Statement": [{ "Action": ["sqs:ReceiveMessage"], "Resource": "${aws_sqs_queue.dead.arn}" }] }\nEOF\n}\n',
    ],
    ["a pipe", 'resource "aws_pipes_pipe" "again" {\n  source = aws_sqs_queue.dead.arn\n}\n'],
  ])("takes %s as a consumer", async (_, more) => {
    expect(await targets(dead(""))).toEqual({ "charges-dead": "open" });
    expect(await targets(dead(more))).toEqual({ "charges-dead": "handled" });
  });

  test("tells alarms, and variables whose use is not seen, from consumers", async () => {
    const alarm =
      'resource "aws_cloudwatch_metric_alarm" "dead" {\n  metric_name = "ApproximateNumberOfMessagesVisible"\n  dimensions = { QueueName = aws_sqs_queue.dead.name }\n}\n';
    expect(await targets(dead(alarm))).toEqual({ "charges-dead": "watched" });
    const holder =
      'resource "aws_lambda_function" "redrive" {\n  environment {\n    variables = { DEAD_URL = aws_sqs_queue.dead.url }\n  }\n}\n';
    expect(await targets(dead(holder))).toEqual({ "charges-dead": "undecided" });
    const task =
      'resource "aws_ecs_task_definition" "redrive" {\n  container_definitions = jsonencode([{ name = "redrive", environment = [{ name = "DEAD_URL", value = aws_sqs_queue.dead.url }] }])\n}\n';
    expect(await targets(dead(task))).toEqual({ "charges-dead": "undecided" });
  });

  test("does not take the queue's own policy, or a queue of the same label elsewhere, for a consumer", async () => {
    const policy =
      'resource "aws_sqs_queue_policy" "dead" {\n  policy = jsonencode({ Statement = [{ Action = "sqs:ReceiveMessage", Resource = aws_sqs_queue.dead.arn }] })\n}\n';
    expect(await targets(dead(policy))).toEqual({ "charges-dead": "open" });
    expect(
      await targets({
        ...dead(""),
        "other/queues.tf": `resource "aws_sqs_queue" "dead" {\n  name = "other"\n}\n${mapping("aws_sqs_queue.dead.arn")}`,
      }),
    ).toEqual({ "charges-dead": "open" });
  });

  test("follows modules by relative path, in and out", async () => {
    const queue = {
      "modules/queue/main.tf":
        'variable "dead_arn" {}\nresource "aws_sqs_queue" "this" {\n  redrive_policy = jsonencode({ deadLetterTargetArn = var.dead_arn })\n}\n',
    };
    const root =
      'resource "aws_sqs_queue" "dead" {\n  name = "dead"\n}\nmodule "orders" {\n  source = "../modules/queue"\n  dead_arn = aws_sqs_queue.dead.arn\n}\n';
    expect(await targets({ ...queue, "live/main.tf": root })).toEqual({ dead: "open" });
    expect(await targets({ ...queue, "live/main.tf": root + mapping("aws_sqs_queue.dead.arn") })).toEqual({ dead: "handled" });
    const own =
      'resource "aws_sqs_queue" "dead" {\n  name = "${var.name}-dlq"\n}\nresource "aws_sqs_queue" "this" {\n  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })\n}\noutput "dead_arn" {\n  value = aws_sqs_queue.dead.arn\n}\n';
    expect(await targets({ "modules/queue/main.tf": own })).toEqual({ "queue/dead": "undecided" });
    const user = 'module "orders" {\n  source = "../modules/queue"\n}\n';
    expect(await targets({ "modules/queue/main.tf": own, "live/main.tf": user })).toEqual({ "queue/dead": "open" });
    expect(await targets({ "modules/queue/main.tf": own, "live/main.tf": user + mapping("module.orders.dead_arn") })).toEqual({
      "queue/dead": "handled",
    });
  });

  test("reads Lambda, SNS and EventBridge", async () => {
    const target = 'resource "aws_sqs_queue" "dead" {\n  name = "dead"\n}\n';
    for (const failing of [
      'resource "aws_lambda_function" "ship" {\n  dead_letter_config {\n    target_arn = aws_sqs_queue.dead.arn\n  }\n}\n',
      'resource "aws_lambda_function_event_invoke_config" "ship" {\n  destination_config {\n    on_failure {\n      destination = aws_sqs_queue.dead.arn\n    }\n  }\n}\n',
      'resource "aws_lambda_event_source_mapping" "ship" {\n  destination_config {\n    on_failure {\n      destination_arn = aws_sqs_queue.dead.arn\n    }\n  }\n}\n',
      'resource "aws_sns_topic_subscription" "ship" {\n  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn })\n}\n',
      'resource "aws_cloudwatch_event_target" "ship" {\n  dead_letter_config {\n    arn = aws_sqs_queue.dead.arn\n  }\n}\n',
    ]) {
      expect(await targets({ "main.tf": target + failing })).toEqual({ dead: "open" });
    }
  });

  const pubsub = (subscription: string): Tree => ({
    "main.tf": `resource "google_pubsub_topic" "dead" {
  name = "orders-dead"
}
resource "google_pubsub_subscription" "orders" {
  topic = "orders"
  dead_letter_policy {
    dead_letter_topic = google_pubsub_topic.dead.id
  }
}
${subscription}`,
  });

  test("knows what becomes of a Pub/Sub topic for dead letters", async () => {
    const subscribed = (config: string): string =>
      `resource "google_pubsub_subscription" "dead" {\n  name  = "orders-dead-reader"\n  topic = google_pubsub_topic.dead.name\n${config}}\n`;
    expect(await targets(pubsub(""))).toEqual({ "orders-dead": "open" });
    expect(await targets(pubsub(subscribed("")))).toEqual({ "orders-dead": "undecided" });
    expect(await targets(pubsub(subscribed('  push_config {\n    push_endpoint = "https://orders.example.com/dead"\n  }\n')))).toEqual({
      "orders-dead": "handled",
    });
    const reader = {
      "orders/package.json": '{ "name": "orders" }',
      "orders/src/main.js":
        'const { PubSub } = require("@google-cloud/pubsub");\nconst handle = (message) => message.ack();\nnew PubSub().subscription("orders-dead-reader").on("message", handle);\n',
    };
    expect(await targets({ ...pubsub(subscribed("")), ...reader })).toEqual({ "orders-dead": "handled" });
  });

  test("knows the dead letters inside a Service Bus queue that asks for them", async () => {
    const queue = (settings: string): Tree => ({
      "main.tf": `resource "azurerm_servicebus_queue" "orders" {\n  name = "orders"\n${settings}}\n`,
    });
    expect(await targets(queue(""))).toEqual({});
    expect(await targets(queue("  dead_lettering_on_message_expiration = false\n"))).toEqual({});
    expect(await targets(queue("  dead_lettering_on_message_expiration = true\n"))).toEqual({ "orders/$DeadLetterQueue": "open" });
    const alert =
      'resource "azurerm_monitor_metric_alert" "dead" {\n  criteria {\n    metric_name = "DeadletteredMessages"\n    dimension {\n      name = "EntityName"\n      values = [azurerm_servicebus_queue.orders.name]\n    }\n  }\n}\n';
    expect(await targets({ ...queue("  max_delivery_count = 5\n"), "alerts.tf": alert })).toEqual({ "orders/$DeadLetterQueue": "watched" });
    expect(
      await targets({
        ...queue("  forward_dead_lettered_messages_to = azurerm_servicebus_queue.dead.name\n"),
        "dead.tf": 'resource "azurerm_servicebus_queue" "dead" {\n  name = "dead"\n}\n',
      }),
    ).toEqual({ dead: "open" });
  });
});

describe("AWS CDK", () => {
  const stack = (name: string, body: string): string =>
    `import { Stack } from "aws-cdk-lib";\nexport class ${name} extends Stack {\n  constructor(scope, id, props) {\n    super(scope, id);\n    ${body}\n  }\n}\n`;
  const queues = stack(
    "QueueStack",
    'this.dlq = new Queue(this, "ChargesDlq", { queueName: "charges-dlq" });\n    new Queue(this, "Charges", { deadLetterQueue: { queue: this.dlq, maxReceiveCount: 3 } });',
  );
  const app = (more: string): string =>
    `import { App } from "aws-cdk-lib";\nimport { QueueStack } from "../lib/queue-stack";\nimport { HandlerStack } from "../lib/handler-stack";\nconst app = new App();\nconst queues = new QueueStack(app, "Queues");\n${more}`;
  const handlers = (use: string): string =>
    stack("HandlerStack", `const { dlq } = props;\n    const again = new NodejsFunction(this, "Again");\n    ${use}`);

  test("follows a queue from the stack that makes it to the one that takes from it", async () => {
    expect(await targets({ "lib/queue-stack.ts": queues })).toEqual({ "charges-dlq": "open" });
    const tree = (use: string, more: string): Tree => ({
      "lib/queue-stack.ts": queues,
      "lib/handler-stack.ts": handlers(use),
      "bin/app.ts": app(more),
    });
    const given = 'new HandlerStack(app, "Handlers", { dlq: queues.dlq });\n';
    expect(await targets(tree("again.addEventSource(new SqsEventSource(dlq));", given))).toEqual({ "charges-dlq": "handled" });
    expect(await targets(tree("dlq.grantConsumeMessages(again);", given))).toEqual({ "charges-dlq": "handled" });
    expect(await targets(tree("again.addEventSource(new SqsEventSource(dlq));", ""))).toEqual({ "charges-dlq": "open" });
    expect(await targets(tree("dlq.metricApproximateNumberOfMessagesVisible().createAlarm(this, 'Full', {});", given))).toEqual({
      "charges-dlq": "watched",
    });
  });
});

describe("broker definitions", () => {
  const definitions =
    '{ "queues": [{ "name": "orders", "arguments": { "x-dead-letter-exchange": "dead" } }, { "name": "orders.dead" }], "bindings": [{ "source": "dead", "destination": "orders.dead", "destination_type": "queue", "routing_key": "#" }] }';
  const reader = (...queues: readonly string[]): Tree => ({
    "orders/package.json": '{ "name": "orders" }',
    "orders/src/main.js": `const amqp = require("amqplib");\nasync function main() {\n  const channel = await (await amqp.connect("amqp://rabbitmq")).createChannel();\n${queues.map((queue) => `  await channel.consume("${queue}", (message) => channel.ack(message));\n`).join("")}}\nmain();\n`,
  });

  test("of RabbitMQ are judged where code reads their queues", async () => {
    expect(await targets({ "broker/definitions.json": definitions })).toEqual({ "orders.dead": "undecided" });
    expect(await targets({ "broker/definitions.json": definitions, ...reader("orders") })).toEqual({ "orders.dead": "open" });
    expect(await targets({ "broker/definitions.json": definitions, ...reader("orders", "orders.dead") })).toEqual({
      "orders.dead": "handled",
    });
  });

  test("of Dapr know the subscription to a topic for dead letters", async () => {
    const subscription = (topic: string, dead: string): string =>
      `apiVersion: dapr.io/v1alpha1\nkind: Subscription\nmetadata: { name: on-${topic} }\nspec:\n  topic: ${topic}\n${dead}  route: /${topic}\n  pubsubname: pubsub\n`;
    const orders = { "components/orders.yaml": subscription("orders", "  deadLetterTopic: orders-dead\n") };
    expect(await targets(orders)).toEqual({ "orders-dead": "open" });
    expect(await targets({ ...orders, "components/dead.yaml": subscription("orders-dead", "") })).toEqual({ "orders-dead": "handled" });
  });
});
