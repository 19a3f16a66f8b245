import type { CodeDeadLetters, DeadLetterTarget } from "../dead-letters.js";
import type { Evidence } from "../evidence.js";
import type { Channel } from "../model.js";
import { compare } from "./calls.js";
import type { Binding, DeadLetterFacts, DeadLettering } from "./dead-letter-facts.js";

/** Names that say what is in it: `orders.dlt`, `payments-dlq`, `ORDERS_DEAD_LETTER_TOPIC`. */
const IN_WORDS = /(?:^|[^a-z])(?:dlq|dlt|dead[-_.]?letters?)(?:[^a-z]|$)/i;
const IN_CAPITALS = /(?:D(?:lq|LQ|lt|LT)|[dD]eadLetters?)(?:[^a-z]|$)/;

/** Dead letters as the code of the services has them: arguments of queues, and channels that are called so. */
export function codeDeadLetters(parts: readonly DeadLetterFacts[], channels: readonly Channel[]): CodeDeadLetters {
  const bindings = parts.flatMap((part) => part.bindings);
  const letterings = parts.flatMap((part) => part.letterings);
  const taken = new Map(parts.flatMap((part) => part.taken));
  const filled = new Map(
    channels.flatMap(({ name, publishers }) => publishers.slice(0, 1).map(({ evidence }) => [name, evidence[0]!] as const)),
  );
  const exchanges = merged(letterings.filter(({ waits }) => !waits).flatMap((one) => targetsOf(one, bindings, letterings, taken)));
  const named = new Set(exchanges.map(({ name }) => name));
  const topics = channels
    .filter(({ name, publishers }) => publishers.length > 0 && isDeadLetters(name) && !named.has(name))
    .map((channel) => topicTarget(channel, channels, taken));
  const rows = merged(parts.flatMap((part) => part.rows));
  return { targets: [...exchanges, ...topics, ...rows].sort((a, b) => compare(a.name, b.name)), taken, filled };
}

/** What is told of a dead-letter queue: `orders.dlq.redriven.v1` is an event. */
const TOLD =
  /[^a-z](?:completed|redriven|replayed|reprocessed|requeued|retried|received|created|purged|cleared|drained|resolved)(?:[._:/-]?v\d+)?$/i;

/** Whether a channel is called like one for messages that failed. */
export function isDeadLetters(name: string): boolean {
  return (IN_WORDS.test(name) || IN_CAPITALS.test(name)) && !TOLD.test(name);
}

/** The queues in which messages of a queue end, or the exchange where none is bound to it. */
function targetsOf(
  one: DeadLettering,
  bindings: readonly Binding[],
  all: readonly DeadLettering[],
  taken: ReadonlyMap<string, Evidence>,
): readonly DeadLetterTarget[] {
  const { exchange, routingKey } = one;
  const source: Evidence = {
    ...one.place,
    kind: "code",
    note: `messages that fail in ${one.queue === null || one.queue === "" ? "a queue" : one.queue} go to ${exchange === "" ? routingKey : exchange}`,
  };
  const base = { sources: one.queue === null ? [] : [one.queue], watched: [], isSqs: false, undecided: null };
  const services = (...names: readonly (string | null)[]): readonly string[] =>
    [...new Set([one.service, ...names].flatMap((name) => name ?? []))].sort();
  const handledIn = (queue: string): readonly Evidence[] => [
    ...(taken.has(queue) ? [taken.get(queue)!] : []),
    ...all.filter((other) => other.waits && other.queue === queue).map(putsBack),
  ];
  if (exchange === "") {
    if (routingKey === null) return [];
    return [
      {
        ...base,
        name: routingKey,
        kind: "queue",
        services: services(),
        evidence: [source],
        handled: handledIn(routingKey),
        confidence: "high",
      },
    ];
  }
  const ofExchange = bindings.filter((binding) => binding.exchange === exchange);
  const fitting = ofExchange.filter(({ key }) => fits(key, routingKey));
  const bound = fitting.length > 0 ? fitting : ofExchange;
  // Subscriptions that name exchange and key themselves.
  const direct = [...taken]
    .filter(([channel]) => channel === exchange || channel.startsWith(`${exchange}/`))
    .map(([, evidence]) => evidence);
  if (bound.length === 0)
    return [{ ...base, name: exchange, kind: "exchange", services: services(), evidence: [source], handled: direct, confidence: "medium" }];
  return bound.map(({ queue, takenHere, evidence, service }): DeadLetterTarget => {
    const handled = [...direct, ...(takenHere === null ? [] : [takenHere]), ...(queue === null ? [] : handledIn(queue))];
    const undecided = queue === null && handled.length === 0 ? "the name of its queue could not be followed" : null;
    return {
      ...base,
      name: queue ?? exchange,
      kind: queue === null ? "exchange" : "queue",
      services: services(service),
      evidence: [source, evidence],
      handled,
      undecided,
      confidence: "high",
    };
  });
}

function putsBack({ place, exchange, queue }: DeadLettering): Evidence {
  return { ...place, kind: "code", note: `${queue ?? "the queue"} puts them back to ${exchange === "" ? "work" : exchange} after a while` };
}

/** Whether a binding takes in a key; the queue's own key is not known here. */
function fits(binding: string | null, key: string | null): boolean {
  if (binding === null || key === null || binding === "" || binding === "#") return true;
  const source = binding
    .split(".")
    .map((word) => (word === "*" ? "[^.]+" : word === "#" ? ".*" : escaped(word)))
    .join("\\.");
  return new RegExp(`^${source}$`).test(key);
}

/** One target of the same name, with all that leads to it. */
function merged(targets: readonly DeadLetterTarget[]): readonly DeadLetterTarget[] {
  const found = new Map<string, DeadLetterTarget>();
  for (const one of targets) {
    const other = found.get(one.name);
    found.set(one.name, other === undefined ? one : joinTargets(other, one));
  }
  return [...found.values()];
}

export function joinTargets(one: DeadLetterTarget, other: DeadLetterTarget): DeadLetterTarget {
  const evidence = (all: readonly Evidence[]): readonly Evidence[] => [
    ...new Map(all.map((each) => [`${each.path}:${each.startLine}:${each.note}`, each])).values(),
  ];
  return {
    ...one,
    sources: [...new Set([...one.sources, ...other.sources])].sort(),
    services: [...new Set([...one.services, ...other.services])].sort(),
    evidence: evidence([...one.evidence, ...other.evidence]),
    handled: evidence([...one.handled, ...other.handled]),
    watched: evidence([...one.watched, ...other.watched]),
    undecided: one.undecided ?? other.undecided,
  };
}

/** A channel that is called like one for dead letters. */
function topicTarget(channel: Channel, channels: readonly Channel[], taken: ReadonlyMap<string, Evidence>): DeadLetterTarget {
  const pattern = patternOf(channel.name);
  // Subscriptions of Pub/Sub are called after their topic: `orders-dead-letters-sub`.
  const isNamedAfter = (name: string): boolean => channel.transport === "pubsub" && new RegExp(`^${escaped(channel.name)}[._-]`).test(name);
  const handled = [...taken]
    .filter(([name]) => pattern.test(name) || isNamedAfter(name) || (name.includes("${") && patternOf(name).test(channel.name)))
    .map(([, evidence]) => evidence);
  // A variable's name is not the topic's: another consumer may mean it by the value.
  const others = channel.name.includes("${") && channels.some(({ name, consumers }) => consumers.length > 0 && isDeadLetters(name));
  return {
    name: channel.name,
    kind: channel.transport === "kafka" || channel.transport === "pubsub" ? "topic" : "channel",
    sources: [],
    services: [...new Set(channel.publishers.map(({ service }) => service))].sort(),
    evidence: channel.publishers.flatMap(({ evidence }) =>
      evidence.map((each): Evidence =>
        each.note.startsWith("publishes") ? { ...each, note: `sends what failed to ${channel.name}` } : each,
      ),
    ),
    handled,
    watched: [],
    isSqs: false,
    undecided: handled.length === 0 && others ? "its name is in a variable" : null,
    confidence: channel.name.includes("${") ? "medium" : "high",
  };
}

/** A name with parts that stand for anything: `${topic}.dlt`. A variable alone is only itself. */
function patternOf(name: string): RegExp {
  const parts = name.split(/\$\{[^}]*\}/).map(escaped);
  return new RegExp(`^${parts.join("") === "" ? escaped(name) : parts.join(".+")}$`);
}

function escaped(text: string): string {
  return text.replace(/[^\w-]/g, "\\$&");
}
