import { Found } from "./cloud-found.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import { readJson } from "./json.js";
import type { Lines } from "./place.js";
import { readProperties } from "./properties.js";
import { entries, entry, get, items, text, texts, type YamlEntry, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

const CONNECT_TOPIC = "errors.deadletterqueue.topic.name";
const EXCHANGE = /^(?:x-)?dead-letter-exchange$/;
const ROUTING_KEY = /^(?:x-)?dead-letter-routing-key$/;
const TELLS = /dead-letter-exchange|errors\.deadletterqueue\.topic\.name|deadLetterTopic|dapr\.io\/v\w+\s[^]{0,200}?kind:\s*Subscription/;

/** Definitions of RabbitMQ, connectors of Kafka Connect, and subscriptions of Dapr: where messages go that fail. */
export const brokerDefinitions: Extractor = {
  id: "broker-definitions",
  version: 2,
  accepts: (path) => /\.(?:json|properties|ya?ml)$/i.test(path) && !/(?:^|\/)(?:package(?:-lock)?|tsconfig[^/]*)\.json$/.test(path),
  extract: readDefinitions,
};

function readDefinitions(source: SourceText): Extraction {
  if (!TELLS.test(source.text)) return { facts: [], unreadable: [] };
  const found = new Found();
  const problems: Extraction["unreadable"][number][] = [];
  if (/\.properties$/i.test(source.path)) propertiesOf(source, found);
  else if (/\.json$/i.test(source.path)) {
    const { root, problems: own } = readJson(source);
    problems.push(...own);
    readRoot(root, found);
  } else {
    // Problems of manifests are named by the extractor of Kubernetes.
    for (const { root } of readYaml(source).documents) readRoot(root, found);
  }
  const lines = { startLine: 1, endLine: source.text.split(/\r\n|\n|\r/).length };
  return { facts: found.fact(lines, { consumersInCode: true }), unreadable: problems };
}

function readRoot(root: YamlNode | null, found: Found): void {
  if (root === null) return;
  if (get(root, "queues") !== undefined) rabbit(root, found);
  const group = text(get(root, "apiVersion")) ?? "";
  if (text(get(root, "kind")) === "Subscription" && group.startsWith("dapr.io/")) daprSubscription(root, found);
  // Strimzi writes a connector as `spec.config`, the interface of Connect takes `config`, or the settings alone.
  const config = get(root, "spec", "config") ?? get(root, "config") ?? root;
  const topic = entry(config, CONNECT_TOPIC);
  if (topic !== undefined)
    connector(
      text(get(root, "name")) ?? text(get(root, "metadata", "name")) ?? text(get(config, "name")),
      text(topic.value),
      topic.lines,
      found,
    );
}

function connector(name: string | null, topic: string | null, lines: Lines, found: Found): void {
  if (topic === null || topic === "") return;
  found.resources.push({ id: topic, kind: "topic", name: topic, lines });
  found.fails(name ?? "a connector", topic, lines);
}

function propertiesOf(source: SourceText, found: Found): void {
  const settings = readProperties(source.text, "other").facts.flatMap((fact) => (fact.kind === "settings-file" ? fact.settings : []));
  const topic = settings.find(({ key }) => key === CONNECT_TOPIC);
  if (topic !== undefined) connector(settings.find(({ key }) => key === "name")?.value ?? null, topic.value, topic.lines, found);
}

/** A topic whose failed messages go to another, and the topic that something subscribes to. */
function daprSubscription(root: YamlNode, found: Found): void {
  const spec = get(root, "spec");
  const topic = entry(spec, "topic");
  const name = text(topic?.value);
  if (topic === undefined || name === null) return;
  found.used("takes", text(get(root, "metadata", "name")) ?? "a subscription", name, topic.lines);
  const dead = entry(spec, "deadLetterTopic");
  const target = text(dead?.value);
  if (dead === undefined || target === null) return;
  found.resources.push({ id: target, kind: "topic", name: target, lines: dead.lines });
  found.fails(name, target, dead.lines);
}

interface RabbitQueue {
  readonly name: string;
  readonly exchange: YamlEntry | null;
  readonly routingKey: string | null;
  readonly waits: boolean;
  readonly lines: Lines;
}

function rabbit(root: YamlNode, found: Found): void {
  const queues = items(get(root, "queues")).flatMap((queue) => queueOf(queue, root) ?? []);
  const bindings = items(get(root, "bindings"));
  for (const { name, lines } of queues) found.resources.push({ id: name, kind: "queue", name, lines });
  const exchanges = new Set<string>();
  for (const queue of queues) {
    const exchange = text(queue.exchange?.value);
    if (queue.exchange === null || exchange === null) continue;
    // Messages leave such a queue by growing old: it puts them back.
    if (queue.waits) {
      found.used("takes", queue.name, queue.name, queue.exchange.lines);
      continue;
    }
    const targets = exchange === "" ? [queue.routingKey ?? queue.name] : boundTo(exchange, queue.routingKey ?? queue.name, bindings);
    for (const target of targets) found.fails(queue.name, target, queue.exchange.lines);
    if (targets.length > 0) continue;
    if (!exchanges.has(exchange)) found.resources.push({ id: exchange, kind: "exchange", name: exchange, lines: queue.exchange.lines });
    exchanges.add(exchange);
    found.fails(queue.name, exchange, queue.exchange.lines);
  }
}

function queueOf(queue: YamlNode, root: YamlNode): RabbitQueue | null {
  const name = text(get(queue, "name"));
  if (name === null) return null;
  const own = entries(get(queue, "arguments"));
  const all = own.some(({ key }) => EXCHANGE.test(key)) ? own : [...own, ...policyOf(name, root)];
  const value = (keys: RegExp): YamlEntry | undefined => all.find(({ key }) => keys.test(key));
  return {
    name,
    exchange: value(EXCHANGE) ?? null,
    routingKey: text(value(ROUTING_KEY)?.value),
    waits: value(/^(?:x-)?message-ttl$/) !== undefined,
    lines: queue.lines,
  };
}

/** The settings of the policy whose pattern the name fits; only of patterns that are plain. */
function policyOf(name: string, root: YamlNode): readonly YamlEntry[] {
  const fitting = items(get(root, "policies")).find((policy) => {
    const pattern = text(get(policy, "pattern")) ?? "";
    if (text(get(policy, "apply-to")) === "exchanges" || !/^\^?[\w\\.-]*(?:\.\*)?\$?$/.test(pattern)) return false;
    const literal = pattern
      .replace(/^\^|\$$/g, "")
      .replace(/\.\*$/, "")
      .replace(/\\(.)/g, "$1");
    if (!pattern.startsWith("^")) return name.includes(literal);
    return pattern.endsWith("$") && !pattern.endsWith(".*$") ? name === literal : name.startsWith(literal);
  });
  return entries(get(fitting, "definition"));
}

/** Queues bound to an exchange: those that the key fits, or all where none says so. */
function boundTo(exchange: string, key: string, bindings: readonly YamlNode[]): readonly string[] {
  const bound = bindings.filter(
    (binding) => text(get(binding, "source")) === exchange && (text(get(binding, "destination_type")) ?? "queue") === "queue",
  );
  const fitting = bound.filter((binding) => [key, "#", "", null].includes(text(get(binding, "routing_key"))));
  return [...new Set((fitting.length > 0 ? fitting : bound).flatMap((binding) => texts(get(binding, "destination"))))];
}
