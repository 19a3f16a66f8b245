import type { CloudDelivery, CloudResource, CloudTransport } from "../../facts/deployment.js";
import type { CloudChannels, HandedChannel } from "../cloud-channels.js";
import { keyOf, type Declared, type Templates } from "../dead-letters/templates.js";
import type { Environment } from "../environment.js";
import type { Place } from "../evidence.js";
import { append } from "../fact-table.js";
import { directoryOf, lastSegment } from "../paths.js";

const TRANSPORTS: Readonly<Partial<Record<CloudResource["kind"], CloudTransport>>> = {
  queue: "sqs",
  topic: "sns",
  bus: "eventbridge",
  stream: "kinesis",
  table: "dynamodb",
};

/** What a resource is handed: from another that is declared, or from a channel that only has a name here. */
interface Handing {
  readonly delivery: CloudDelivery;
  readonly from: Declared | null;
  readonly name: string;
  readonly place: Place;
}

/** Reads what templates say of channels. */
export function linkCloudChannels(templates: Templates, environment: Pick<Environment, "lookup">): CloudChannels {
  return new Linked(templates, environment);
}

class Linked implements CloudChannels {
  readonly #templates: Templates;
  readonly #environment: Pick<Environment, "lookup">;
  readonly #names: ReadonlyMap<string, string>;
  /** The bus of the system, where it has one. */
  readonly #onlyBus: string | null;
  /** By the key of what is handed something. */
  readonly #handings = new Map<string, Handing[]>();
  readonly #functions = new Map<string, string[]>();
  readonly #channels = new Map<string, Set<string>>();

  constructor(templates: Templates, environment: Pick<Environment, "lookup">) {
    this.#templates = templates;
    this.#environment = environment;
    this.#names = channelNames(templates);
    this.#onlyBus = onlyBusOf(templates, this.#names);
    for (const { path, fact } of templates.all) for (const delivery of fact.deliveries) this.#add(path, delivery);
  }

  named(service: string, channel: string, transport: string | null): string {
    const [, variable, rest = ""] = /^\$\{(\w+)\}(\/.*)?$/s.exec(channel) ?? [];
    if (variable === undefined) return channel;
    const found = new Set(
      this.#environment
        .lookup(service, variable)
        .flatMap(({ value, evidence }) => this.#templates.resolve(evidence[0]?.path ?? "", value))
        .flatMap((declared) => this.#names.get(keyOf(declared)) ?? []),
    );
    // Functions of one service may know different queues by one name.
    const only = found.size === 1 ? [...found][0]! : found.size === 0 && transport === "eventbridge" ? this.#onlyBus : null;
    return only === null ? channel : `${only}${rest}`;
  }

  handedTo(path: string, startLine: number): readonly HandedChannel[] {
    return (this.#functions.get(`${path}:${startLine}`) ?? []).flatMap((key) => this.#handed(key));
  }

  before(channel: string): readonly HandedChannel[] {
    const all = new Map<string, HandedChannel>();
    const open = [channel];
    for (const name of open) {
      for (const one of [...(this.#channels.get(name) ?? [])].flatMap((key) => this.#handed(key))) {
        if (all.has(one.name) || one.name === channel) continue;
        all.set(one.name, one);
        open.push(one.name);
      }
    }
    return [...all.values()];
  }

  #add(path: string, delivery: CloudDelivery): void {
    const targets = this.#templates.resolve(path, delivery.target);
    for (const target of targets) {
      const key = keyOf(target);
      const place = { path, ...delivery.lines };
      for (const handing of this.#from(path, delivery)) append(this.#handings, key, { ...handing, place });
      const { kind, lines } = target.resource;
      if (kind === "function") appendOnce(this.#functions, `${target.path}:${lines.startLine}`, key);
      const name = this.#names.get(key);
      if (name !== undefined) this.#channels.set(name, (this.#channels.get(name) ?? new Set()).add(key));
    }
  }

  /** Brokers outside of the cloud have topics that no template declares. */
  #from(path: string, delivery: CloudDelivery): readonly Omit<Handing, "place">[] {
    const { source, transport } = delivery;
    const declared = transport === "kafka" || transport === "amqp" ? [] : this.#templates.resolve(path, source);
    if (declared.length > 0) return declared.map((from) => ({ delivery, from, name: this.#names.get(keyOf(from)) ?? "" }));
    const name = this.#templates.text(path, source) ?? (transport === "eventbridge" ? this.#onlyBus : null);
    return name === null ? [] : [{ delivery, from: null, name }];
  }

  #handed(key: string, seen = new Set<string>()): readonly HandedChannel[] {
    // Rules may hand to each other in a circle.
    if (seen.has(key)) return [];
    seen.add(key);
    return (this.#handings.get(key) ?? []).flatMap(({ delivery, from, name, place }) => {
      // A rule is no channel: what it is handed, it hands on.
      if (from?.resource.kind === "rule") return this.#handed(keyOf(from), seen).map((one) => ({ ...one, place }));
      const transport = delivery.transport ?? (from === null ? transportIn(delivery.source) : TRANSPORTS[from.resource.kind]) ?? "";
      if (transport !== "eventbridge") return [{ name, event: null, transport, place }];
      const events = delivery.events.length === 0 ? ["#"] : delivery.events;
      return events.map((event) => ({ name: `${name}/${event}`, event: event === "#" ? null : event, transport, place }));
    });
  }
}

function onlyBusOf({ all }: Templates, names: ReadonlyMap<string, string>): string | null {
  const buses = new Set(
    all.flatMap(({ path, fact }) =>
      fact.resources.filter(({ kind }) => kind === "bus").flatMap((resource) => names.get(keyOf({ path, resource })) ?? []),
    ),
  );
  return buses.size === 1 ? [...buses][0]! : null;
}

function appendOnce(lists: Map<string, string[]>, key: string, value: string): void {
  if (lists.get(key)?.includes(value) !== true) append(lists, key, value);
}

function transportIn(arn: string): CloudTransport | undefined {
  const service = /^arn:[^:]*:([^:]*):/.exec(arn)?.[1];
  return service === "events" ? "eventbridge" : (["sqs", "sns", "kinesis", "dynamodb"] as const).find((each) => each === service);
}

/** Names of channels by key: the physical one where it is written, else the id, with its directory where two files have the same. */
export function channelNames(templates: Templates): ReadonlyMap<string, string> {
  const byId = new Map<string, Declared[]>();
  const names = new Map<string, string>();
  for (const { path, fact } of templates.all) {
    for (const resource of fact.resources.filter(({ kind }) => kind !== "function" && kind !== "rule")) {
      const physical = resource.name === null ? null : templates.text(path, resource.name);
      if (physical === null) append(byId, resource.id, { path, resource });
      else names.set(keyOf({ path, resource }), physical);
    }
  }
  const short = new Map<string, Declared[]>();
  for (const [id, all] of byId) for (const declared of all) append(short, nameAmong(all, declared, id.includes(".")), declared);
  for (const [name, all] of short) {
    // A topic and its queue may have one word in Terraform.
    for (const declared of all) names.set(keyOf(declared), all.length === 1 ? name : name.replace(/[^/]*$/, () => declared.resource.id));
  }
  return names;
}

/** The id, with as much of its path before it as tells it from others: ids of Terraform are words that say little alone. */
function nameAmong(all: readonly Declared[], { path, resource: { id } }: Declared, isPlain: boolean): string {
  const word = id.slice(id.lastIndexOf(".") + 1);
  const ways: readonly ((path: string) => string)[] = [
    ...(isPlain ? [] : [() => ""]),
    (each) => lastSegment(directoryOf(each)),
    directoryOf,
    (each) => each,
  ];
  const own = ways.find((way) => all.filter((other) => way(other.path) === way(path)).length === 1) ?? ways.at(-1)!;
  return own(path) === "" ? word : `${own(path)}/${word}`;
}
