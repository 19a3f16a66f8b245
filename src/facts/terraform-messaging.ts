import { Found } from "./cloud-found.js";
import { SUBQUEUE, type CloudMessagingFact, type CloudResource } from "./deployment.js";
import { terraformDeliveries } from "./terraform-deliveries.js";
import { attribute, attributeEntry, blocksOf, type HclBlock, type HclBody } from "./hcl.js";
import { written } from "./hcl-value.js";
import { registryModule } from "./terraform-functions.js";
import type { Lines } from "./place.js";
import { entries, get, items, text, texts, type YamlEntry, type YamlNode } from "./yaml-node.js";

const KINDS: ReadonlyMap<string, CloudResource["kind"]> = new Map([
  ["aws_sqs_queue", "queue"],
  ["aws_sns_topic", "topic"],
  ["aws_lambda_function", "function"],
  ["aws_cloudwatch_event_bus", "bus"],
  ["aws_cloudwatch_event_rule", "rule"],
  ["aws_kinesis_stream", "stream"],
  ["aws_dynamodb_table", "table"],
  ["google_pubsub_topic", "topic"],
  ["azurerm_servicebus_queue", "queue"],
  ["azurerm_servicebus_topic", "topic"],
]);
const NAMES = ["name", "function_name"];
const READING = /^sqs:(?:receivemessage|startmessagemovetask)$/i;
const TELLING = /^(?:email|email-json|sms)$/i;

/**
 * Queues and topics of a Terraform file, where their failed messages go, and who takes them from there. Resources go by
 * their address (`aws_sqs_queue.orders`), modules by theirs (`module.orders`), which makes them nested stacks.
 */
export function terraformMessaging(body: HclBody, lines: Lines): readonly CloudMessagingFact[] {
  const found = new Found();
  for (const block of body.blocks) readBlock(block, found);
  return found.fact(lines, { wholeDirectory: true });
}

function readBlock(block: HclBlock, found: Found): void {
  const [first = "", second = ""] = block.labels;
  switch (block.type) {
    case "resource":
      return readResource(first, `${first}.${second}`, block, found);
    case "data":
      return first === "aws_iam_policy_document" ? statements(block.body, `${first}.${second}`, found) : undefined;
    case "module":
      return readModule(first, block, found);
    case "locals":
      for (const { key, value } of block.body.attributes.values()) named(`local.${key}`, value, found);
      return;
    case "variable":
      return named(`var.${first}`, attribute(block.body, "default"), found);
    case "output": {
      const value = text(attribute(block.body, "value"));
      if (value !== null && value.includes("${")) found.outputs.push({ name: first, value, exported: null });
      return;
    }
    default:
  }
}

/** A name for an address: other values are of no use here. A map gives one name for each of its keys. */
function named(name: string, value: YamlNode | undefined, found: Found, depth = 0): void {
  const whole = text(value);
  if (whole !== null && whole.length < 300) found.values.push({ name, value: whole });
  if (depth < 3) for (const each of entries(value)) named(`${name}.${each.key}`, each.value, found, depth + 1);
}

/** Modules of the registry that stand for one resource. */
const MODULES: ReadonlyMap<string, CloudResource["kind"]> = new Map([
  ["sqs", "queue"],
  ["sns", "topic"],
  ["lambda", "function"],
]);

function readModule(label: string, { body, lines }: HclBlock, found: Found): void {
  const source = text(attribute(body, "source"));
  const kind = MODULES.get(registryModule(source) ?? "");
  if (kind !== undefined) {
    const id = `module.${label}`;
    found.resources.push({ id, kind, name: NAMES.flatMap((name) => text(attribute(body, name)) ?? [])[0] ?? null, lines });
    for (const { value, lines: at } of entries(attribute(body, "event_source_mapping")))
      found.delivers(text(get(value, "event_source_arn")), `\${${id}}`, at);
    return;
  }
  if (source === null || !/^\.{1,2}(?:\/|$)/.test(source)) return;
  const parameters = [...body.attributes.values()].map(({ key, value }) => ({ name: `var.${key}`, value: text(value) }));
  found.nested.push({ id: `module.${label}`, template: source, parameters });
}

function readResource(type: string, id: string, { body, lines }: HclBlock, found: Found): void {
  const kind = KINDS.get(type);
  if (kind !== undefined)
    found.resources.push({ id, kind, name: NAMES.flatMap((name) => text(attribute(body, name)) ?? [])[0] ?? null, lines });
  readers.get(type)?.(id, body, lines, found);
  if (!type.startsWith("aws_")) return;
  readAws(type, id, body, found);
  terraformDeliveries(type, id, { body, lines }, (reference) => forEach(body, reference), found);
}

type Reader = (id: string, body: HclBody, lines: Lines, found: Found) => void;

/** What resources do by their type. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["aws_sqs_queue", (id, body, _, found) => redrives(id, body, found)],
  ["aws_sqs_queue_redrive_policy", (id, body, _, found) => redrives(text(attribute(body, "queue_url")) ?? id, body, found)],
  ["aws_lambda_event_source_mapping", eventSource],
  ["aws_pipes_pipe", (id, body, _, found) => takes(id, attributeEntry(body, "source"), found)],
  ["aws_sns_topic_subscription", subscription],
  ["aws_cloudwatch_event_rule", (id, body, _, found) => takes(id, attributeEntry(body, "event_bus_name"), found)],
  ["aws_cloudwatch_metric_alarm", alarm],
  ["google_pubsub_subscription", pubSubSubscription],
  ["google_cloudfunctions_function", (id, body, _, found) => takes(id, attributeEntry(body, "event_trigger", "resource"), found)],
  ["google_cloudfunctions2_function", (id, body, _, found) => takes(id, attributeEntry(body, "event_trigger", "pubsub_topic"), found)],
  ["google_eventarc_trigger", (id, body, _, found) => takes(id, attributeEntry(body, "transport", "pubsub", "topic"), found)],
  ["google_monitoring_alert_policy", (id, body, _, found) => metricFilters(id, body, found)],
  ["azurerm_servicebus_queue", serviceBus],
  ["azurerm_servicebus_subscription", serviceBus],
  ["azurerm_monitor_metric_alert", deadLetterMetric],
]);

/**
 * What a reference means in a resource that is made once for each of many: of a list or map that is written here, each of its
 * values; of a name for one, `${local.queues.*}`.
 */
function forEach(body: HclBody, reference: string | null): readonly (string | null)[] {
  const [, attributes] = /^\$\{each\.(?:value|key)((?:\.[\w-]+)*)\}$/.exec(reference ?? "") ?? [];
  const all = attribute(body, "for_each");
  if (attributes === undefined || all === undefined) return [reference];
  const whole = /^\$\{((?:local|var)\.[\w.-]+)\}$/.exec(text(all) ?? "")?.[1];
  if (whole !== undefined) return [`\${${whole}.*${attributes}}`];
  const each = all.kind === "map" ? all.entries.map(({ value }) => value) : items(all);
  const steps = attributes.split(".").slice(1);
  return each.map((value) => text(steps.length === 0 ? value : get(value, ...steps)));
}

function eventSource(id: string, body: HclBody, _: Lines, found: Found): void {
  const at = attributeEntry(body, "event_source_arn");
  if (at !== undefined) for (const queue of forEach(body, text(at.value))) found.used("takes", id, queue, at.lines);
}

function takes(from: string, at: YamlEntry | undefined, found: Found): void {
  if (at !== undefined) found.used("takes", from, text(at.value), at.lines);
}

function redrives(from: string, body: HclBody, found: Found): void {
  const policy = attributeEntry(body, "redrive_policy");
  if (policy !== undefined) found.fails(plain(from), text(get(written(policy.value), "deadLetterTargetArn")), policy.lines);
}

/** `${aws_sqs_queue.orders.id}` is spoken of as `aws_sqs_queue.orders`. */
function plain(reference: string): string {
  return /^\$\{(\w+\.[\w-]+)\.(?:id|url|arn|name)\}$/.exec(reference)?.[1] ?? reference;
}

function subscription(id: string, body: HclBody, lines: Lines, found: Found): void {
  found.used(TELLING.test(text(attribute(body, "protocol")) ?? "") ? "watches" : "takes", id, text(attribute(body, "topic_arn")), lines);
  redrives(id, body, found);
}

/** By the name of what it watches, in its dimensions or in those of one of its metrics. */
function alarm(id: string, body: HclBody, _: Lines, found: Found): void {
  const own = attributeEntry(body, "dimensions");
  const inner = blocksOf(body, "metric").flatMap((metric) => attributeEntry(metric.body, "dimensions") ?? []);
  for (const dimensions of own === undefined ? inner : [own, ...inner]) {
    for (const name of ["QueueName", "TopicName"])
      for (const watched of forEach(body, text(get(dimensions.value, name)))) found.used("watches", id, watched, dimensions.lines);
  }
}

/** A push subscription hands on by itself, another one keeps messages until somebody asks for them. */
function pubSubSubscription(id: string, body: HclBody, lines: Lines, found: Found): void {
  const target = attributeEntry(body, "dead_letter_policy", "dead_letter_topic");
  if (target !== undefined) found.fails(id, text(target.value), target.lines);
  const topic = text(attribute(body, "topic"));
  if (topic === null) return;
  const hands = body.blocks.some(({ type }) => /^(?:push|bigquery|cloud_storage)_config$/.test(type));
  if (hands) found.used("takes", id, topic, lines);
  else found.uses.push({ kind: "keeps", from: id, target: topic, variable: text(attribute(body, "name")), lines });
}

function metricFilters(id: string, body: HclBody, found: Found): void {
  for (const { body: condition } of blocksOf(body, "condition_threshold")) {
    const filter = attributeEntry(condition, "filter");
    for (const [, reference] of (text(filter?.value) ?? "").matchAll(/(\$\{google_pubsub_(?:topic|subscription)\.[^}]{1,200}\})/g)) {
      found.used("watches", id, reference!, filter!.lines);
    }
  }
}

/** A Service Bus queue keeps what fails in a queue inside it, unless it forwards it. Named where the file asks for it. */
function serviceBus(id: string, body: HclBody, lines: Lines, found: Found): void {
  const forward = attributeEntry(body, "forward_dead_lettered_messages_to");
  if (forward !== undefined && text(forward.value) !== null) {
    found.fails(id, text(forward.value), forward.lines);
    return;
  }
  const asked = ["dead_lettering_on_message_expiration", "dead_lettering_on_filter_evaluation_error", "max_delivery_count"].flatMap(
    (name) => attributeEntry(body, name) ?? [],
  );
  const wanted = asked.find(({ value }) => text(value) !== "false");
  if (wanted === undefined) return;
  const name = text(attribute(body, "name"));
  found.resources.push({ id: `${id}${SUBQUEUE}`, kind: "queue", name: name === null ? null : `${name}${SUBQUEUE}`, lines });
  found.fails(id, `\${${id}${SUBQUEUE}}`, wanted.lines);
}

/** An alert on the namespace's count of dead letters, of one queue or of all. */
function deadLetterMetric(id: string, body: HclBody, lines: Lines, found: Found): void {
  for (const { body: criteria } of body.blocks.filter(({ type }) => type === "criteria")) {
    if (!/^DeadletteredMessages$/i.test(text(attribute(criteria, "metric_name")) ?? "")) continue;
    const queues = blocksOf(criteria, "dimension").flatMap((dimension) => texts(attribute(dimension.body, "values")));
    for (const queue of queues)
      found.used(
        "watches",
        id,
        queue.includes("${") ? `\${${plain(queue).replace(/^\$\{|\}$/g, "")}${SUBQUEUE}}` : `${queue}${SUBQUEUE}`,
        lines,
      );
  }
}

/** Targets and settings of failure that many resources of AWS have, the variables that hold addresses, and rights to read. */
function readAws(type: string, id: string, body: HclBody, found: Found): void {
  for (const path of FAILURES) {
    const target = attributeEntry(body, ...path);
    if (target !== undefined) found.fails(id, text(target.value), target.lines);
  }
  for (const { key, value, lines } of entries(attribute(body, "environment", "variables"))) found.holds(key, id, text(value), lines);
  for (const container of items(written(attribute(body, "container_definitions") ?? NOTHING))) {
    for (const variable of items(get(container, "environment"))) {
      const name = text(get(variable, "name"));
      if (name !== null) found.holds(name, id, text(get(variable, "value")), variable.lines);
    }
  }
  if (/^aws_(?:sqs_queue|sns_topic)_policy$/.test(type)) return;
  const policy = attribute(body, "policy");
  if (policy !== undefined) rights(written(policy), id, found);
}

const NOTHING: YamlNode = { kind: "sequence", items: [], flow: true, tag: null, lines: { startLine: 1, endLine: 1 } };

const FAILURES: readonly (readonly string[])[] = [
  ["dead_letter_config", "target_arn"],
  ["dead_letter_config", "arn"],
  ["destination_config", "on_failure", "destination"],
  ["destination_config", "on_failure", "destination_arn"],
  ["target", "dead_letter_config", "arn"],
  ["source_parameters", "sqs_queue_parameters", "dead_letter_config", "arn"],
];

/** `jsonencode({ Statement = [{ Action, Resource }] })` */
function rights(policy: YamlNode, from: string, found: Found): void {
  const statement = get(policy, "Statement");
  for (const each of statement?.kind === "map" ? [statement] : items(statement)) {
    if (!texts(get(each, "Action")).some((action) => READING.test(action))) continue;
    for (const resource of texts(get(each, "Resource"))) found.used("takes", from, resource, each.lines);
  }
}

function statements(body: HclBody, from: string, found: Found): void {
  for (const { body: statement, lines } of blocksOf(body, "statement")) {
    // A policy of the queue itself says for whom, and not what is done.
    const ofQueue = statement.blocks.some(({ type }) => type === "principals");
    if (ofQueue || !texts(attribute(statement, "actions")).some((action) => READING.test(action))) continue;
    for (const resource of texts(attribute(statement, "resources"))) found.used("takes", from, resource, lines);
  }
}
