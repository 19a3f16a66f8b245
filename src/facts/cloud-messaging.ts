import { functionDeliveries, resourceDeliveries, serverlessDeliveries } from "./cloud-deliveries.js";
import { intrinsic } from "./cloudformation.js";
import { Found, PARAMETER } from "./cloud-found.js";
import type { CloudMessagingFact, CloudResource } from "./deployment.js";
import type { Lines } from "./place.js";
import { entries, entry, get, items, text, type YamlEntry, type YamlNode } from "./yaml-node.js";

const MOST_DEPTH = 14;
const KINDS: ReadonlyMap<string, CloudResource["kind"]> = new Map([
  ["AWS::SQS::Queue", "queue"],
  ["AWS::SNS::Topic", "topic"],
  ["AWS::Lambda::Function", "function"],
  ["AWS::Serverless::Function", "function"],
  ["AWS::Events::EventBus", "bus"],
  ["AWS::Events::Rule", "rule"],
  ["AWS::Kinesis::Stream", "stream"],
  ["AWS::DynamoDB::Table", "table"],
]);
const NAMES = ["QueueName", "TopicName", "FunctionName", "TableName", "Name"];
/** What reads a queue or puts its messages back. Rights to everything say nothing of what is done. */
const READING = /^sqs:(receivemessage|startmessagemovetask)$/i;
/** Where someone is told, and nothing is done. */
const TELLING = /^(email|email-json|sms)$/i;

/** Queues and topics of a CloudFormation or SAM template, where their failed messages go, and who takes them from there. */
export function templateMessaging(root: YamlNode, lines: Lines): readonly CloudMessagingFact[] {
  const found = new Found();
  const resources = get(root, "Resources");
  // Files that are put into another one hold resources without a heading.
  const declared =
    resources === undefined
      ? entries(root).filter(({ value }) => text(get(value, "Type"))?.startsWith("AWS::") === true)
      : entries(resources);
  for (const resource of declared) readResource(resource, found);
  readOutputs(root, found);
  for (const parameter of entries(get(root, "Parameters"))) readParameter(parameter, found);
  return found.fact(lines);
}

function readOutputs(root: YamlNode | undefined, found: Found): void {
  for (const output of entries(get(root, "Outputs"))) {
    const value = intrinsic(get(output.value, "Value"));
    if (value !== null) found.outputs.push({ name: output.key, value, exported: intrinsic(get(output.value, "Export", "Name")) });
  }
}

/** A parameter that is kept in SSM means what another template puts there. */
function readParameter({ key, value }: YamlEntry, found: Found): void {
  const path = text(get(value, "Default"));
  if (path !== null && text(get(value, "Type"))?.startsWith("AWS::SSM::Parameter::Value") === true)
    found.values.push({ name: key, value: `\${import:${PARAMETER}${path}}` });
}

/** What a template puts into SSM for others. */
function storedParameter({ key, value }: YamlEntry, found: Found): void {
  const [name, stored] = [intrinsic(get(value, "Name")), intrinsic(get(value, "Value"))];
  if (name !== null && stored !== null && stored.includes("${"))
    found.outputs.push({ name: key, value: stored, exported: PARAMETER + name });
}

/** The same of `serverless.yml`: its functions and the resources beside them. */
export function serverlessMessaging(root: YamlNode, lines: Lines): readonly CloudMessagingFact[] {
  const found = new Found();
  const resources = get(root, "resources");
  for (const part of resources?.kind === "sequence" ? items(resources) : resources === undefined ? [] : [resources]) {
    for (const resource of entries(get(part, "Resources"))) readResource(resource, found);
    readOutputs(part, found);
  }
  const declared = get(root, "functions");
  for (const fn of declared?.kind === "sequence" ? items(declared).flatMap((item) => entries(item)) : entries(declared))
    readFunction(fn, found);
  named("self:custom", get(root, "custom"), found);
  const provider = get(root, "provider");
  if (provider !== undefined) readRights(provider, "provider", found);
  for (const { key, value, lines: at } of entries(get(provider, "environment"))) found.holds(key, "provider", intrinsic(value), at);
  const elsewhere = declared === undefined ? [] : includesOf(declared);
  return found.fact(lines, {
    includes: [...elsewhere, ...(resources === undefined ? [] : includesOf(resources))],
    functionsElsewhere: elsewhere.length > 0,
  });
}

/** Texts by the names under which the file speaks of them: `${self:custom.queues.orders}`. */
function named(name: string, value: YamlNode | undefined, found: Found, depth = 0): void {
  const whole = value === undefined ? null : intrinsic(value);
  if (whole !== null && whole.length < 300) found.values.push({ name, value: whole });
  if (depth < 3) for (const each of entries(value)) named(`${name}.${each.key}`, each.value, found, depth + 1);
}

function readResource({ key, value, lines }: YamlEntry, found: Found): void {
  const type = text(get(value, "Type")) ?? "";
  const properties = get(value, "Properties");
  const kind = KINDS.get(type);
  if (kind !== undefined)
    found.resources.push({ id: key, kind, name: NAMES.flatMap((name) => intrinsic(get(properties, name)) ?? [])[0] ?? null, lines });
  if (properties === undefined) return;
  readFailures(properties, key, found);
  if (type !== "AWS::SQS::QueuePolicy" && type !== "AWS::SNS::TopicPolicy") readRights(properties, key, found);
  readVariables(properties, key, found);
  resourceDeliveries(type, key, properties, lines, found);
  readers.get(type)?.({ key, value: properties, keyLine: lines.startLine, lines }, found);
}

/** What resources do by their type; `value` is the properties. */
const readers: ReadonlyMap<string, (resource: YamlEntry, found: Found) => void> = new Map<
  string,
  (resource: YamlEntry, found: Found) => void
>([
  ["AWS::Lambda::EventSourceMapping", ({ key, value }, found) => takes(key, entry(value, "EventSourceArn"), found)],
  ["AWS::Pipes::Pipe", ({ key, value }, found) => takes(key, entry(value, "Source"), found)],
  ["AWS::Events::Rule", ({ key, value }, found) => takes(key, entry(value, "EventBusName"), found)],
  ["AWS::SNS::Subscription", ({ key, value, lines }, found) => subscription(key, value, intrinsic(get(value, "TopicArn")), lines, found)],
  [
    "AWS::SNS::Topic",
    ({ key, value }, found) => items(get(value, "Subscription")).forEach((one) => subscription(key, one, `\${${key}}`, one.lines, found)),
  ],
  ["AWS::Serverless::Function", readEvents],
  ["AWS::SSM::Parameter", storedParameter],
  ["AWS::CloudWatch::Alarm", watched],
  ["AWS::CloudFormation::Stack", readNested],
  ["AWS::Serverless::Application", readNested],
]);

function readEvents({ key, value }: YamlEntry, found: Found): void {
  functionDeliveries(key, get(value, "Events"), found);
  for (const event of entries(get(value, "Events"))) {
    for (const name of ["Queue", "Topic", "Stream", "EventBusName"]) takes(key, entry(get(event.value, "Properties"), name), found);
  }
}

function readNested({ key, value }: YamlEntry, found: Found): void {
  const template = text(get(value, "TemplateURL")) ?? text(get(value, "Location"));
  if (template === null || /^\w+:\/\//.test(template)) return;
  const parameters = entries(get(value, "Parameters")).map((one) => ({ name: one.key, value: intrinsic(one.value) }));
  found.nested.push({ id: key, template, parameters });
}

function takes(from: string, at: YamlEntry | undefined, found: Found): void {
  if (at !== undefined) found.used("takes", from, intrinsic(at.value), at.lines);
}

function subscription(from: string, at: YamlNode, topic: string | null, lines: Lines, found: Found): void {
  found.used(TELLING.test(text(get(at, "Protocol")) ?? "") ? "watches" : "takes", from, topic, lines);
}

/** Alarms look at a queue by its name, in `Dimensions` of the alarm or of one of its metrics. */
function watched({ key, value }: YamlEntry, found: Found): void {
  each(value, (node) => {
    const name = text(get(node, "Name"));
    if (name === "QueueName" || name === "TopicName") found.used("watches", key, intrinsic(get(node, "Value")), node.lines);
  });
}

/** `RedrivePolicy`, `DeadLetterConfig`, `DeadLetterQueue` and `OnFailure`, wherever they stand. */
function readFailures(root: YamlNode, from: string, found: Found): void {
  each(root, (node) => {
    for (const { key, value, lines } of entries(node)) {
      if (key === "RedrivePolicy") found.fails(from, intrinsic(get(value, "deadLetterTargetArn")), lines);
      else if (key === "DeadLetterConfig" || key === "DeadLetterQueue")
        found.fails(from, intrinsic(get(value, "TargetArn")) ?? intrinsic(get(value, "Arn")), lines);
      else if (key === "OnFailure") found.fails(from, intrinsic(get(value, "Destination")), lines);
    }
  });
}

/** Statements and SAM's policy templates that let their holder read a queue. */
function readRights(root: YamlNode, from: string, found: Found): void {
  each(root, (node) => {
    const actions = get(node, "Action");
    if (actions !== undefined && listed(actions).some((action) => READING.test(text(action) ?? ""))) {
      for (const resource of listed(get(node, "Resource"))) found.used("takes", from, intrinsic(resource), node.lines);
    }
    const poller = entry(node, "SQSPollerPolicy");
    if (poller !== undefined) found.used("takes", from, intrinsic(get(poller.value, "QueueName")), poller.lines);
  });
}

/** `Environment: { Variables: { … } }` of functions, and `[{ Name, Value }]` of containers. */
function readVariables(root: YamlNode, from: string, found: Found): void {
  each(root, (node) => {
    const environment = get(node, "Environment");
    for (const { key, value, lines } of entries(get(environment, "Variables"))) found.holds(key, from, intrinsic(value), lines);
    for (const variable of items(environment)) {
      const name = text(get(variable, "Name"));
      if (name !== null) found.holds(name, from, intrinsic(get(variable, "Value")), variable.lines);
    }
  });
}

/** A function of `serverless.yml`. */
function readFunction({ key, value, lines }: YamlEntry, found: Found): void {
  found.resources.push({ id: key, kind: "function", name: text(get(value, "name")), lines });
  const onError = entry(value, "onError");
  if (onError !== undefined) found.fails(key, intrinsic(onError.value), onError.lines);
  for (const variable of entries(get(value, "environment"))) found.holds(variable.key, key, intrinsic(variable.value), variable.lines);
  readRights(value, key, found);
  each(value, (node) => {
    const onFailure = entry(node, "onFailure");
    if (onFailure !== undefined) found.fails(key, failureTarget(onFailure.value), onFailure.lines);
    const redrive = entry(node, "redrivePolicy");
    if (redrive !== undefined) found.fails(key, redriveTarget(redrive.value), redrive.lines);
    const own = entry(node, "deadLetterQueueArn");
    if (own !== undefined) found.fails(key, intrinsic(own.value), own.lines);
  });
  serverlessDeliveries(key, get(value, "events"), found);
  for (const event of items(get(value, "events"))) {
    for (const type of ["sqs", "sns", "stream", "eventBridge"]) {
      const source = entry(event, type);
      if (source === undefined) continue;
      const named = ["arn", "topicName", "eventBus"].flatMap((name) => intrinsic(get(source.value, name)) ?? []);
      found.used("takes", key, intrinsic(source.value) ?? named[0] ?? null, source.lines);
    }
  }
}

/** A function by its name, or an ARN, alone or with its type. */
function failureTarget(node: YamlNode): string | null {
  const written = intrinsic(node) ?? intrinsic(get(node, "arn"));
  return written !== null && /^[\w-]+$/.test(written) ? `\${${written}}` : written;
}

function redriveTarget(node: YamlNode): string | null {
  const ref = text(get(node, "deadLetterTargetRef"));
  return ref !== null ? `\${${ref}}` : intrinsic(get(node, "deadLetterTargetArn"));
}

/** Files that `${file(…)}` puts here. */
function includesOf(root: YamlNode): readonly string[] {
  const found = new Set<string>();
  each(root, (node) => {
    for (const [, file] of (text(node) ?? "").matchAll(/\$\{file\(([^)]{1,300})\)/g)) found.add(file!.trim());
  });
  return [...found];
}

function listed(node: YamlNode | undefined): readonly YamlNode[] {
  return node === undefined ? [] : node.kind === "sequence" ? node.items : [node];
}

/** Visits a node and all below it. */
function each(node: YamlNode, visit: (node: YamlNode) => void, depth = 0): void {
  if (depth > MOST_DEPTH) return;
  visit(node);
  if (node.kind === "map") for (const { value } of node.entries) each(value, visit, depth + 1);
  else if (node.kind === "sequence") for (const item of node.items) each(item, visit, depth + 1);
}
