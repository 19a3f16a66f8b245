import { describe, expect, test } from "vitest";
import { brokerDefinitions } from "../../src/facts/broker-definitions.js";
import type { CloudMessagingFact } from "../../src/facts/deployment.js";

function read(path: string, text: string): CloudMessagingFact | undefined {
  return brokerDefinitions.extract({ path, text }).facts[0] as CloudMessagingFact | undefined;
}

const failures = (fact: CloudMessagingFact | undefined): readonly string[] =>
  fact?.failures.map(({ from, target }) => `${from} -> ${target}`) ?? [];

describe("definitions of RabbitMQ", () => {
  const definitions = (queue: object, more: object = {}): string =>
    JSON.stringify(
      {
        queues: [{ name: "orders", ...queue }, { name: "orders.dead" }, { name: "payments.dead" }],
        bindings: [
          { source: "dead", destination: "orders.dead", destination_type: "queue", routing_key: "orders" },
          { source: "dead", destination: "payments.dead", destination_type: "queue", routing_key: "payments" },
        ],
        ...more,
      },
      null,
      1,
    );

  test.each([
    [
      "the key that is given",
      { arguments: { "x-dead-letter-exchange": "dead", "x-dead-letter-routing-key": "payments" } },
      ["orders -> payments.dead"],
    ],
    ["the queue's own name", { arguments: { "x-dead-letter-exchange": "dead" } }, ["orders -> orders.dead"]],
    [
      "the default exchange",
      { arguments: { "x-dead-letter-exchange": "", "x-dead-letter-routing-key": "orders.dead" } },
      ["orders -> orders.dead"],
    ],
    ["an exchange without a queue", { arguments: { "x-dead-letter-exchange": "nowhere" } }, ["orders -> nowhere"]],
    ["none, where messages only wait", { arguments: { "x-dead-letter-exchange": "dead", "x-message-ttl": 1000 } }, []],
  ])("follow %s", (_, queue, expected) => {
    expect(failures(read("definitions.json", definitions(queue)))).toEqual(expected);
  });

  test("take plain patterns of policies, and leave others alone", () => {
    const policy = (pattern: string): object => ({
      policies: [{ pattern, "apply-to": "queues", definition: { "dead-letter-exchange": "dead", "dead-letter-routing-key": "orders" } }],
    });
    expect(failures(read("definitions.json", definitions({}, policy("^orders$"))))).toEqual(["orders -> orders.dead"]);
    expect(failures(read("definitions.json", definitions({}, policy("^(a+)+$"))))).toEqual([]);
  });
});

test("connectors of Kafka Connect in each of their forms", () => {
  const settings = { "connector.class": "JdbcSink", "errors.deadletterqueue.topic.name": "orders-dead" };
  expect(failures(read("sink.json", JSON.stringify({ name: "orders-sink", config: settings })))).toEqual(["orders-sink -> orders-dead"]);
  expect(failures(read("sink.properties", "name=orders-sink\nerrors.deadletterqueue.topic.name=orders-dead\n"))).toEqual([
    "orders-sink -> orders-dead",
  ]);
  const strimzi =
    "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaConnector\nmetadata: { name: orders-sink }\nspec:\n  config:\n    errors.deadletterqueue.topic.name: orders-dead\n";
  expect(failures(read("sink.yaml", strimzi))).toEqual(["orders-sink -> orders-dead"]);
});

test("subscriptions of Dapr", () => {
  const subscription =
    "apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata: { name: orders }\nspec:\n  topic: orders\n  deadLetterTopic: orders-dead\n  pubsubname: pubsub\n";
  const fact = read("subscription.yaml", subscription);
  expect(failures(fact)).toEqual(["orders -> orders-dead"]);
  expect(fact?.uses).toMatchObject([{ kind: "takes", target: "orders" }]);
});
