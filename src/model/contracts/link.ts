import { append } from "../fact-table.js";
import type { Channel, EventType } from "../model.js";
import { byText } from "../paths.js";
import type { DeclaredMessage } from "./declared.js";
import { eventKey } from "./naming.js";

/**
 * Joins what contract files declare with the events that code publishes: by the name of the event or of its type, or by the
 * topic where only one message goes through it. What no code speaks of is an event of its own where it shows itself to be one.
 */
export function linkContracts(
  events: readonly EventType[],
  channels: readonly Channel[],
  messages: readonly DeclaredMessage[],
): readonly EventType[] {
  if (messages.length === 0) return events;
  const index = new EventIndex(events, channels, messages);
  const joined = new Map<string, DeclaredMessage[]>();
  const alone = new Map<string, DeclaredMessage[]>();
  for (const message of messages) {
    const event = index.eventOf(message);
    if (event !== null) append(joined, event.name, message);
    else if (message.isEvent || index.isConsumed(message)) append(alone, ownKey(message), message);
  }
  const named = events.map((event) => withContracts(event, joined.get(event.name) ?? []));
  const all = [...named];
  for (const group of alone.values()) all.push(withContracts(eventAlone(group, channels, all), group));
  return all.toSorted((one, other) => byText(one.name, other.name));
}

/** A single word (`created`) says too little: its namespace or topic tells whose it is. */
function ownKey({ name, contract }: DeclaredMessage): string {
  const key = eventKey(name);
  return key.includes("-") ? key : eventKey(`${contract.channels[0] ?? contract.name}.${key}`);
}

class EventIndex {
  readonly #byKey = new Map<string, Set<EventType>>();
  readonly #byChannel = new Map<string, EventType[]>();
  readonly #declaredOn = new Map<string, Set<string>>();
  readonly #consumed: ReadonlySet<string>;

  constructor(events: readonly EventType[], channels: readonly Channel[], messages: readonly DeclaredMessage[]) {
    for (const event of events) {
      for (const name of [event.name, ...event.types, ...event.channels]) {
        const key = eventKey(name);
        this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(event));
      }
      for (const channel of event.channels) append(this.#byChannel, channel, event);
    }
    for (const { contract, keys } of messages) {
      for (const channel of contract.channels) this.#declaredOn.set(channel, (this.#declaredOn.get(channel) ?? new Set()).add(keys[0]!));
    }
    this.#consumed = new Set(
      channels.flatMap(({ name, consumers }) =>
        consumers.length === 0 ? [] : [eventKey(name), ...consumers.flatMap(({ event }) => (event === null ? [] : [eventKey(event)]))],
      ),
    );
  }

  eventOf({ keys, contract }: DeclaredMessage): EventType | null {
    for (const key of keys) {
      const found = [...(this.#byKey.get(key) ?? [])];
      if (found.length === 1) return found[0]!;
      const exact = found.find(({ name }) => eventKey(name) === key);
      if (exact !== undefined) return exact;
    }
    for (const channel of contract.channels) {
      const found = this.#byChannel.get(channel) ?? [];
      if (found.length === 1 && this.#declaredOn.get(channel)!.size === 1) return found[0]!;
    }
    return null;
  }

  /** Code waits for it under its name, whoever publishes it. */
  isConsumed({ keys, contract }: DeclaredMessage): boolean {
    return [...keys.filter((key) => key.includes("-")), ...contract.channels.map(eventKey)].some((key) => this.#consumed.has(key));
  }
}

/** An event that only contracts tell of, with the consumers that code has for its topic or name. */
function eventAlone(group: readonly DeclaredMessage[], channels: readonly Channel[], taken: readonly EventType[]): EventType {
  const topics = sorted(group.flatMap(({ contract }) => contract.channels));
  const keys = new Set(group.flatMap((message) => message.keys).filter((key) => key.includes("-")));
  const own = channels.filter(({ name }) => topics.includes(name) || keys.has(eventKey(name)));
  const consumers = channels.flatMap((channel) =>
    channel.consumers.filter(({ event }) => own.includes(channel) || (event !== null && keys.has(eventKey(event)))),
  );
  const [first] = group;
  // Two events of one name would be taken for each other.
  const name =
    [first!.name, first!.contract.name, ownKey(first!)].find((one) => !taken.some((event) => event.name === one)) ??
    `${first!.contract.format} ${first!.contract.name}`;
  return {
    name,
    channels: sorted([...topics, ...own.map((channel) => channel.name)]),
    publishers: [],
    consumers: sorted(consumers.map(({ service }) => service)),
    types: [],
    versions: [],
    contracts: [],
  };
}

/** Adds contracts, and the services that they say take part. What code shows of a service counts for more. */
function withContracts(event: EventType, messages: readonly DeclaredMessage[]): EventType {
  if (messages.length === 0) return event;
  const publishers = new Set(event.publishers);
  const consumers = new Set(event.consumers);
  for (const { service, sends, receives } of messages) {
    if (service === null) continue;
    if (sends && !event.consumers.includes(service)) publishers.add(service);
    if (receives && !event.publishers.includes(service)) consumers.add(service);
  }
  const holders = new Set(messages.flatMap(({ service, sends, receives }) => (service === null || sends || receives ? [] : [service])));
  // A copy of a schema lies beside whoever writes or reads such messages.
  for (const holder of holders) {
    if (publishers.has(holder) || consumers.has(holder)) continue;
    if (publishers.size > 0) consumers.add(holder);
    else if (holders.size === 1) publishers.add(holder);
  }
  return {
    ...event,
    publishers: sorted(publishers),
    consumers: sorted(consumers),
    contracts: [...event.contracts, ...messages.map(({ contract }) => contract)],
  };
}

function sorted(texts: Iterable<string>): readonly string[] {
  return [...new Set(texts)].sort(byText);
}
