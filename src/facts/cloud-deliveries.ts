import type { Found } from "./cloud-found.js";
import { intrinsic } from "./cloudformation.js";
import type { CloudTransport } from "./deployment.js";
import type { Lines } from "./place.js";
import { entries, entry, get, items, text, texts, type YamlNode } from "./yaml-node.js";

/** The bus that events go to where none is named. */
export const DEFAULT_BUS = "default";

/** What a resource of a template hands on, or is handed; `properties` are those of the resource. */
export function resourceDeliveries(type: string, id: string, properties: YamlNode, lines: Lines, found: Found): void {
  const of = (name: string): string | null => intrinsic(get(properties, name));
  switch (type) {
    case "AWS::Lambda::EventSourceMapping":
      return mapping(of("FunctionName"), properties, lines, found);
    case "AWS::SNS::Subscription":
      return found.delivers(of("TopicArn"), handedTo(properties), lines);
    case "AWS::SNS::Topic":
      for (const one of items(get(properties, "Subscription"))) found.delivers(reference(id), handedTo(one), one.lines);
      return;
    case "AWS::Pipes::Pipe":
      return found.delivers(of("Source"), of("Target"), lines);
    case "AWS::Events::Rule":
      return rule(id, properties, lines, found);
    default:
  }
}

/** `Events` of a function of SAM. */
export function functionDeliveries(id: string, events: YamlNode | undefined, found: Found): void {
  for (const { value, lines } of entries(events)) {
    const properties = get(value, "Properties");
    if (properties === undefined) continue;
    const type = text(get(value, "Type")) ?? "";
    const source = SOURCES.get(type);
    if (source !== undefined) found.delivers(intrinsic(get(properties, source[0])), reference(id), lines, { transport: source[1] });
    brokers(reference(id), properties, lines, found);
    if (type === "EventBridgeRule" || type === "CloudWatchEvent")
      found.delivers(intrinsic(get(properties, "EventBusName")) ?? DEFAULT_BUS, reference(id), lines, {
        transport: "eventbridge",
        events: eventTypes(get(properties, "Pattern")),
      });
  }
}

/** `events` of a function of `serverless.yml`. */
export function serverlessDeliveries(id: string, events: YamlNode | undefined, found: Found): void {
  for (const event of items(events)) {
    for (const { key, value, lines } of entries(event)) {
      const named = ["arn", "topicName", "queueName"].flatMap((name) => intrinsic(get(value, name)) ?? [])[0] ?? null;
      const source = intrinsic(value) ?? named;
      if (key === "sqs" || key === "sns") found.delivers(source, reference(id), lines, { transport: key });
      else if (key === "stream")
        found.delivers(source, reference(id), lines, { transport: STREAMS.get(text(get(value, "type")) ?? "") ?? null });
      else if (key === "msk" || key === "kafka")
        found.delivers(intrinsic(get(value, "topic")), reference(id), lines, { transport: "kafka" });
      else if (key === "rabbitmq" || key === "activemq")
        found.delivers(intrinsic(get(value, "queue")), reference(id), lines, { transport: "amqp" });
      else if (key === "eventBridge" && get(value, "pattern") !== undefined)
        found.delivers(intrinsic(get(value, "eventBus")) ?? DEFAULT_BUS, reference(id), lines, {
          transport: "eventbridge",
          events: eventTypes(get(value, "pattern")),
        });
    }
  }
}

/**
 * Types of the events that a pattern takes in; empty where it takes in any. Those that AWS itself sends are called after
 * the service that they come from.
 */
export function eventTypes(pattern: YamlNode | undefined): readonly string[] {
  const wanted = items(get(pattern, "detail-type"));
  const named = texts(get(pattern, "detail-type"));
  if (wanted.length > 0) return named.length === wanted.length ? named : [];
  const sources = texts(get(pattern, "source"));
  return sources.every((source) => source.startsWith("aws.")) ? sources : [];
}

/** Where an event of SAM names its source, and over what that comes. */
const SOURCES: ReadonlyMap<string, readonly [string, CloudTransport]> = new Map([
  ["SQS", ["Queue", "sqs"]],
  ["SNS", ["Topic", "sns"]],
  ["Kinesis", ["Stream", "kinesis"]],
  ["DynamoDB", ["Stream", "dynamodb"]],
]);
const STREAMS: ReadonlyMap<string, CloudTransport> = new Map([
  ["kinesis", "kinesis"],
  ["dynamodb", "dynamodb"],
]);

function reference(id: string): string {
  return `\${${id}}`;
}

/** A function may be named by its ARN, by a reference, or by its name alone. */
function mapping(target: string | null, properties: YamlNode, lines: Lines, found: Found): void {
  const topics = entry(properties, "Topics") ?? entry(properties, "Queues");
  if (topics === undefined) found.delivers(intrinsic(get(properties, "EventSourceArn")), target, lines);
  else if (target !== null) brokers(target, properties, lines, found);
}

/** Topics of Kafka and queues of a broker, which go by their own names. */
function brokers(target: string, properties: YamlNode, lines: Lines, found: Found): void {
  for (const [key, transport] of [["Topics", "kafka"] as const, ["Queues", "amqp"] as const])
    for (const name of items(get(properties, key))) found.delivers(intrinsic(name), target, lines, { transport });
}

function handedTo(subscription: YamlNode): string | null {
  return /^(?:lambda|sqs)$/.test(text(get(subscription, "Protocol")) ?? "") ? intrinsic(get(subscription, "Endpoint")) : null;
}

/** A rule without a pattern is a timetable. */
function rule(id: string, properties: YamlNode, lines: Lines, found: Found): void {
  const pattern = get(properties, "EventPattern");
  if (pattern === undefined) return;
  const bus = intrinsic(get(properties, "EventBusName")) ?? DEFAULT_BUS;
  found.delivers(bus, reference(id), lines, { transport: "eventbridge", events: eventTypes(pattern) });
  for (const target of items(get(properties, "Targets"))) found.delivers(reference(id), intrinsic(get(target, "Arn")), target.lines);
}
