import { describe, expect, test } from "vitest";
import { cdk } from "../../src/facts/cdk.js";
import type { CloudMessagingFact, ServerlessFact } from "../../src/facts/deployment.js";

function read(body: string, imports = ""): { messaging: CloudMessagingFact | undefined; functions: ServerlessFact["functions"] } {
  const text = `import { Stack, Duration } from "aws-cdk-lib";\n${imports}\nexport class OrdersStack extends Stack {\n  constructor(scope, id, props) {\n    super(scope, id, props);\n${body}\n  }\n}\n`;
  const { facts, unreadable } = cdk.extract({ path: "lib/orders-stack.ts", text });
  expect(unreadable).toEqual([]);
  const application = facts.find((fact) => fact.kind === "serverless-application");
  return { messaging: facts.find((fact) => fact.kind === "cloud-messaging"), functions: application?.functions ?? [] };
}

const failures = (body: string): readonly string[] =>
  read(body).messaging?.failures.map(({ from, target }) => `${from} -> ${target}`) ?? [];
const uses = (body: string): readonly string[] => read(body).messaging?.uses.map(({ kind, target }) => `${kind} ${target}`) ?? [];

describe("where failed messages go", () => {
  test.each([
    [
      "a variable",
      'const dlq = new Queue(this, "Dlq"); new Queue(this, "Orders", { deadLetterQueue: { queue: dlq, maxReceiveCount: 3 } });',
      "Orders -> ${OrdersStack:dlq}",
    ],
    [
      "an own property",
      'this.dlq = new sqs.Queue(this, "Dlq"); new sqs.Queue(this, "Orders", { deadLetterQueue: { queue: this.dlq, maxReceiveCount: 3 } });',
      "Orders -> ${OrdersStack.dlq}",
    ],
    [
      "a queue made in place",
      'new Queue(this, "Orders", { deadLetterQueue: { queue: new Queue(this, "Dlq"), maxReceiveCount: 3 } });',
      "Orders -> ${Dlq}",
    ],
    [
      "an option of the stack",
      'new Queue(this, "Orders", { deadLetterQueue: { queue: props.dlq, maxReceiveCount: 3 } });',
      "Orders -> ${props.dlq}",
    ],
    [
      "options in a variable",
      'const options = { deadLetterQueue: { queue: props.dlq, maxReceiveCount: 3 } }; new Queue(this, "Orders", { fifo: true, ...options });',
      "Orders -> ${props.dlq}",
    ],
    ["a function", 'new NodejsFunction(this, "Create", { deadLetterQueue: props.dlq });', "Create -> ${props.dlq}"],
    [
      "a shorthand",
      'const { deadLetterQueue } = props; new NodejsFunction(this, "Create", { deadLetterQueue });',
      "Create -> ${OrdersStack:deadLetterQueue}",
    ],
    ["a destination", 'new NodejsFunction(this, "Create", { onFailure: new SqsDestination(props.dlq) });', "Create -> ${props.dlq}"],
    [
      "a subscription",
      "topic.addSubscription(new LambdaSubscription(create, { deadLetterQueue: props.dlq }));",
      "LambdaSubscription -> ${props.dlq}",
    ],
  ])("%s", (_, body, expected) => {
    expect(failures(body)).toEqual([expected]);
  });
});

test("what takes messages, what only tells of them, and what holds the address", () => {
  expect(uses("create.addEventSource(new SqsEventSource(props.dlq, { batchSize: 1 }));")).toEqual(["takes ${props.dlq}"]);
  expect(uses("props.dlq.grantConsumeMessages(redrive);")).toEqual(["takes ${props.dlq}"]);
  expect(uses('new EventSourceMapping(this, "Again", { eventSourceArn: props.dlq.queueArn });')).toEqual(["takes ${props.dlq.queueArn}"]);
  expect(uses("props.failures.addSubscription(new EmailSubscription('shop@example.com'));")).toEqual(["watches ${props.failures}"]);
  expect(uses('new Alarm(this, "Full", { metric: props.dlq.metricApproximateNumberOfMessagesVisible() });')).toEqual([
    "watches ${props.dlq}",
  ]);
  expect(uses('new NodejsFunction(this, "Create", { deadLetterQueue: props.dlq, environment: { DLQ_URL: props.dlq.queueUrl } });')).toEqual(
    ["holds ${props.dlq.queueUrl}"],
  );
  expect(failures("props.orders.grantSendMessages(create);")).toEqual([]);
});

test("stacks of the repository with what they are given and what they give", () => {
  const { messaging } = read(
    'const queues = new QueueStack(app, "Queues"); new HandlerStack(app, "Handlers", { dlq: queues.dlq }); this.dlq = queues.dlq;',
    'import { QueueStack } from "./queue-stack";\nimport { HandlerStack } from "./handlers/handler-stack.js";',
  );
  expect(messaging?.nested).toEqual([
    { id: "OrdersStack:queues", template: "./queue-stack", parameters: [] },
    {
      id: "new HandlerStack",
      template: "./handlers/handler-stack",
      parameters: [{ name: "props.dlq", value: "${OrdersStack:queues.dlq}" }],
    },
  ]);
  expect(messaging?.outputs).toEqual([{ name: "dlq", value: "${OrdersStack:queues.dlq}", exported: null }]);
});

test("functions with code and variables", () => {
  const { functions } = read(
    'new NodejsFunction(this, "Create", {\n  entry: path.join(__dirname, "../services/orders/src/create.ts"),\n  environment: { DATABASE_URL: `postgres://${props.db.host}/orders` },\n});\nnew Function(this, "Ship", { handler: "src/ship.handler", code: Code.fromAsset("services/shipping") });',
  );
  expect(functions).toMatchObject([
    {
      name: "Create",
      code: "./../services/orders/src",
      handler: "create.handler",
      environment: [{ name: "DATABASE_URL", value: "postgres://${props.db.host}/orders", lines: { startLine: 8, endLine: 8 } }],
    },
    { name: "Ship", code: "services/shipping", handler: "src/ship.handler" },
  ]);
});

test("equal ids are told apart, and other code is left alone", () => {
  expect(read('new Queue(this, "Dlq"); new Queue(that, "Dlq");').messaging?.resources.map(({ id }) => id)).toEqual(["Dlq", "Dlq/2"]);
  expect(cdk.extract({ path: "src/orders.ts", text: 'new Queue(this, "Orders", { deadLetterQueue: { queue: dlq } });\n' })).toEqual({
    facts: [],
    unreadable: [],
  });
});
