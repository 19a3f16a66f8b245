import { describe, expect, test } from "vitest";
import { systemOf, type Tree } from "./system.js";

/** What every target is: `handled`, `watched`, `undecided` or `open`. */
async function targets(tree: Tree): Promise<Readonly<Record<string, string>>> {
  const { deadLetters } = await systemOf(tree);
  return Object.fromEntries(
    deadLetters.map(({ name, handled, watched, undecided }) => [name, handled.length > 0 ? "handled" : undecided !== null ? "undecided" : watched.length > 0 ? "watched" : "open"]),
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
    ['!GetAtt [ChargesDlq, Arn]'],
    ['{ "Fn::GetAtt": [ChargesDlq, Arn] }'],
    ["!Sub '${ChargesDlq.Arn}'"],
    ["!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:charges-dlq'"],
    ["!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${ChargesDlq.QueueName}'"],
    ["arn:aws:sqs:eu-west-1:000000000000:charges-dlq"],
  ])("find the queue that %s means", async (reference) => {
    expect(await targets({ "payments/template.yaml": queue(reference) })).toEqual({ "charges-dlq": "open" });
    expect(await targets({ "payments/template.yaml": queue("!GetAtt ChargesDlq.Arn") + handler(reference) })).toEqual({ "charges-dlq": "handled" });
  });

  test("say nothing of a queue that is not in the repository", async () => {
    expect(await targets({ "payments/template.yaml": queue("!ImportValue shared-dlq") })).toEqual({});
  });

  test("find it through an export, and a parameter of a nested stack", async () => {
    const declared = 'Resources: { Dlq: { Type: "AWS::SQS::Queue" } }\nOutputs: { Arn: { Value: !GetAtt Dlq.Arn, Export: { Name: dlq } } }\n';
    expect(await targets({ "a/queues.yaml": declared, "b/template.yaml": queue("!ImportValue dlq") })).toEqual({ Dlq: "open" });
    const root = "Resources:\n  Queues: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: stacks/queues.yaml } }\n  App: { Type: AWS::Serverless::Application, Properties: { Location: stacks/app.yaml, Parameters: { Dead: !GetAtt Queues.Outputs.Arn } } }\n";
    expect(await targets({ "root.yaml": root, "stacks/queues.yaml": declared, "stacks/app.yaml": queue("!Ref Dead") })).toEqual({ Dlq: "open" });
    expect(await targets({ "root.yaml": root, "stacks/queues.yaml": declared, "stacks/app.yaml": queue("!Ref Dead") + handler("!Ref Dead") })).toEqual({ Dlq: "handled" });
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
    expect(await targets({ "t.yaml": queue("!GetAtt ChargesDlq.Arn") + rights('"sqs:ReceiveMessage"') })).toEqual({ "charges-dlq": "handled" });
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
  const lettering = 'await channel.assertQueue("orders", { arguments: { "x-dead-letter-exchange": "dead", "x-dead-letter-routing-key": "orders" } });';

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
    const tree = { ...rabbit(""), "orders/src/main.ts": `import { Kafka } from "kafkajs";\nawait new Kafka({ brokers: [] }).producer().send({ topic: "${topic}", messages: [{ value: "{}" }] });\n` };
    expect(await targets(tree)).toEqual(isOne ? { [topic]: "open" } : {});
  });
});
