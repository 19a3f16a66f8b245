import type { CallTarget, Effect, ServiceCall } from "../code.js";
import type { Denotation, Scope } from "../code/denotation.js";
import type { Confidence, Evidence } from "../evidence.js";
import { canonicalPath } from "../libraries/patterns.js";
import type { CallKnowledge, DatabaseKnowledge, Knowledge, PublishKnowledge } from "../libraries/library.js";
import { addressesOf, isAbsolute, joinParts, reach, readable, type Address, type Reached } from "./address.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Handlers } from "./handlers.js";
import type { Linking } from "./linking.js";
import { channelName, keyed } from "./channel-names.js";
import { patternOf } from "./message-pattern.js";
import { firstVerb, isWriteVerb, tablesOf } from "./statement.js";
import { literalOf, valueAt, valuesAt, type LibraryCall } from "./values.js";
import { isMutatingName } from "./verbs.js";

/** What one known call site does when it is reached with the given arguments, in the environment of one service. */
export interface Evaluated {
  readonly kind: Effect["kind"];
  /** For calls. */
  readonly to: CallTarget | null;
  readonly protocol: ServiceCall["kind"] | null;
  /** Channel for messages; `null` where it is not known. */
  readonly channel: string | null;
  readonly transport: string | null;
  readonly operation: string | null;
  readonly mutating: boolean | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  /** Another caller's arguments could say no more. */
  readonly complete: boolean;
  /** The address leads to several services: one call for each, not many calls of one. */
  readonly fanOut: boolean;
  /** Key of the handler's function. */
  readonly handler: string | null;
}

const NOTHING: Evaluated = {
  kind: "call",
  to: null,
  protocol: null,
  channel: null,
  transport: null,
  operation: null,
  mutating: null,
  confidence: "high",
  evidence: [],
  complete: true,
  fanOut: false,
  handler: null,
};

/** One of the ways that an address may go. */
type ReachedOne = Reached & { readonly fanOut: boolean };

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

export class Evaluation {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #handlers: Handlers;

  constructor(linking: Linking, sites: CallSites, handlers: Handlers) {
    this.#linking = linking;
    this.#sites = sites;
    this.#handlers = handlers;
  }

  /**
   * What the site does in this scope; nothing for knowledge that is no effect, one for each service where the address is
   * one of several. `service`: whose environment counts.
   */
  evaluate(direct: DirectSite, scope: Scope, service: string | null): readonly Evaluated[] {
    const { at, known } = direct;
    const path = scope === this.#sites.scope(at) ? direct.path : (this.#linking.program.callees(at.site, scope).library ?? direct.path);
    const call = this.#sites.libraryCall(at, path, known, scope);
    return this.#of(known.knowledge, call, service);
  }

  #of(knowledge: Knowledge, call: LibraryCall, service: string | null): readonly Evaluated[] {
    switch (knowledge.kind) {
      case "call":
        return this.#call(knowledge, call, service);
      case "publish": {
        const effect = publishEffect(knowledge, call);
        // What a class is called is no evidence without a channel.
        return knowledge.transport === "" && effect.channel === null ? [] : [effect];
      }
      case "database": {
        const effect = databaseEffect(knowledge, call);
        return effect === null ? [] : [effect];
      }
      default:
        return [];
    }
  }

  #call(knowledge: CallKnowledge, call: LibraryCall, service: string | null): readonly Evaluated[] {
    switch (knowledge.protocol) {
      case "http":
      case "graphql":
        return this.#reachAll(knowledge, call, service).map((reached) => this.#http(knowledge, call, reached));
      case "grpc":
        return [this.#grpc(knowledge, call, service)];
      case "rpc":
        return [this.#rpc(knowledge, call, service)];
      case "lambda":
      case "dapr":
        return [this.#named(knowledge, call)];
    }
  }

  #http(knowledge: CallKnowledge, call: LibraryCall, reached: ReachedOne): Evaluated {
    const verb = (literalText(knowledge.method, call) ?? "").toUpperCase();
    const path = reached.path ?? "/";
    if (knowledge.protocol === "graphql") {
      const query = valueAt(knowledge.operation, call);
      const text = query === null ? null : taggedText(query, call);
      const operation = text === null ? "query" : (/\b(query|mutation)\s+(\w+)/.exec(text)?.slice(1).join(" ") ?? "query");
      return { ...this.#answer(knowledge, reached), operation, mutating: text === null ? null : /^\s*mutation\b/.test(text), handler: this.#handlers.http(reached.to, "POST", path) };
    }
    const method = verb === "" ? "GET" : verb;
    return {
      ...this.#answer(knowledge, reached),
      operation: `${method} ${path}`,
      mutating: method === "ANY" ? null : !SAFE.has(method),
      handler: this.#handlers.http(reached.to, method, path),
    };
  }

  #answer(knowledge: CallKnowledge, reached: ReachedOne): Evaluated {
    return {
      ...NOTHING,
      to: reached.to,
      protocol: knowledge.protocol,
      confidence: reached.confidence,
      evidence: reached.evidence,
      complete: reached.complete,
      fanOut: reached.fanOut,
    };
  }

  /** One for each service that the address may lead to, else the best that it leads to. */
  #reachAll(knowledge: CallKnowledge, call: LibraryCall, service: string | null): readonly ReachedOne[] {
    const addresses = this.#addresses(knowledge, call);
    const [first] = addresses;
    if (first === undefined || service === null) {
      const text = first === undefined ? "" : readable(first.parts);
      return [{ to: { kind: "unresolved", text }, path: null, confidence: "low", evidence: [], complete: false, fanOut: false }];
    }
    const all = addresses.map((address) => reach(address, service, this.#linking.services, this.#linking.environment));
    const byService = new Map(all.flatMap((each) => (each.to.kind === "service" ? [[each.to.service, each] as const] : [])));
    const fanOut = byService.size > 1;
    if (byService.size > 0) return [...byService.values()].map((each) => ({ ...each, fanOut }));
    return [{ ...(all.find(({ to }) => to.kind === "external") ?? all[0]!), fanOut }];
  }

  #reach(knowledge: CallKnowledge, call: LibraryCall, service: string | null): ReachedOne {
    return this.#reachAll(knowledge, call, service)[0]!;
  }

  #addresses(knowledge: CallKnowledge, call: LibraryCall): readonly Address[] {
    const { program } = this.#linking;
    const urls = valuesAt(knowledge.url, call).flatMap((value) => addressesOf(value, program));
    const bases = valuesAt(knowledge.base, call).flatMap((value) => addressesOf(value, program));
    if (urls.length === 0) return bases;
    if (bases.length === 0) return urls;
    return urls.flatMap((url) =>
      isAbsolute(url.parts) ? [url] : bases.map((base) => ({ parts: joinParts(base.parts, url.parts), trail: [...base.trail, ...url.trail] })),
    );
  }

  #grpc(knowledge: CallKnowledge, call: LibraryCall, service: string | null): Evaluated {
    const named = remoteService(valueAt(knowledge.operation, call));
    const method = literalText(knowledge.method, call) ?? "";
    const operation = named === null ? method : `${named}/${upperFirst(method)}`;
    const handled = named === null ? null : this.#handlers.grpc(named, method);
    const base = { ...NOTHING, protocol: "grpc" as const, operation, mutating: isMutatingName(method) };
    if (handled !== null) return { ...base, to: { kind: "service", service: handled.service }, confidence: "high", handler: handled.function, evidence: handled.evidence };
    const reached = this.#reach(knowledge, call, service);
    if (reached.to.kind !== "unresolved") return { ...base, to: reached.to, confidence: reached.confidence, evidence: reached.evidence, complete: reached.complete };
    const meant = named === null ? null : this.#linking.services.meantBy(named);
    if (meant !== null && meant !== service) return { ...base, to: { kind: "service", service: meant }, confidence: "medium" };
    return { ...base, to: { kind: "unresolved", text: operation }, confidence: "low", complete: named !== null };
  }

  #rpc(knowledge: CallKnowledge, call: LibraryCall, service: string | null): Evaluated {
    const value = valueAt(knowledge.operation, call);
    const pattern = value === null ? null : patternOf(value, this.#linking.program);
    const base = { ...NOTHING, protocol: "rpc" as const, operation: pattern ?? "", mutating: pattern === null ? null : isMutatingName(pattern) };
    if (knowledge.url !== "") {
      const reached = this.#reach(knowledge, call, service);
      return { ...base, to: reached.to, confidence: reached.confidence, evidence: reached.evidence, complete: reached.complete };
    }
    const client = this.#client(call, service);
    const handled = pattern === null ? null : this.#handlers.rpc(pattern, client?.service ?? null, service);
    if (handled !== null) {
      return { ...base, to: { kind: "service", service: handled.service }, handler: handled.function, confidence: handled.confidence, evidence: handled.evidence };
    }
    if (client !== null) return { ...base, to: { kind: "service", service: client.service }, confidence: client.confidence, evidence: client.evidence, complete: pattern !== null };
    return { ...base, to: { kind: "unresolved", text: pattern ?? "" }, confidence: "low", complete: pattern !== null };
  }

  /** The service behind a client object: its registration's host, queue or address, or what its token is called. */
  #client(call: LibraryCall, service: string | null): { readonly service: string; readonly confidence: Confidence; readonly evidence: readonly Evidence[] } | null {
    const { program, services } = this.#linking;
    const registration = call.path.calls[0];
    const [options] = registration?.args ?? [];
    if (registration !== undefined && options !== undefined && service !== null) {
      const value = program.denote(options, registration.scope, registration.place);
      const settings = value.kind === "object" && value.entries.has("options") ? program.member(value, "options") : value;
      for (const name of ["url", "host"]) {
        if (settings.kind !== "object" || !settings.entries.has(name)) continue;
        const port = settings.entries.has("port") ? addressesOf(program.member(settings, "port"), program)[0] : undefined;
        for (const address of addressesOf(program.member(settings, name), program)) {
          const parts = port === undefined ? address.parts : [...address.parts, { kind: "literal" as const, text: ":" }, ...port.parts];
          const reached = reach({ ...address, parts }, service, services, this.#linking.environment);
          if (reached.to.kind === "service" && reached.to.service !== service) return { service: reached.to.service, confidence: reached.confidence, evidence: reached.evidence };
        }
      }
      const queue = settings.kind === "object" && settings.entries.has("queue") ? literalOf(program.member(settings, "queue")) : null;
      const consumer = queue === null ? null : this.#handlers.queue(queue);
      if (consumer !== null && consumer !== service) return { service: consumer, confidence: "high", evidence: [] };
      const meantByQueue = queue === null ? null : services.meantBy(queue.replace(/[_.-]?queue$/i, ""));
      if (meantByQueue !== null && meantByQueue !== service) return { service: meantByQueue, confidence: "medium", evidence: [] };
    }
    for (const token of call.path.typeArgs) {
      const name = literalOf(token);
      const meant = name === null ? null : services.meantBy(name);
      if (meant !== null && meant !== service) return { service: meant, confidence: "medium", evidence: [] };
    }
    return null;
  }

  /** Lambda functions and Dapr applications are called by name. */
  #named(knowledge: CallKnowledge, call: LibraryCall): Evaluated {
    const { services } = this.#linking;
    const value = valueAt(knowledge.url, call);
    const name = value === null ? null : literalOf(value);
    const method = literalText(knowledge.method, call);
    // An event invocation returns at once.
    if (knowledge.protocol === "lambda" && method === "Event") {
      return { ...NOTHING, kind: "publish", channel: name, transport: "lambda", operation: name, mutating: true, complete: name !== null };
    }
    const path = literalText(knowledge.operation, call) ?? "";
    const verb = knowledge.protocol === "dapr" ? (method ?? "POST").toUpperCase() : null;
    const operation = verb === null ? (name ?? path) : `${verb} /${path.replace(/^\//, "")}`;
    const target = name === null ? null : (services.named(name) ?? services.meantBy(name));
    const variables = value?.kind === "text" ? value.parts.flatMap((part) => (part.kind === "environment" ? [part.name] : [])) : [];
    const meant = target ?? variables.map((variable) => services.meantBy(variable)).find((each) => each !== null) ?? null;
    const to: CallTarget = meant === null ? { kind: "unresolved", text: name ?? "" } : { kind: "service", service: meant };
    return {
      ...NOTHING,
      to,
      protocol: knowledge.protocol,
      operation,
      mutating: verb === null ? isMutatingName(operation) : !SAFE.has(verb),
      confidence: target === null ? "medium" : "high",
      complete: name !== null,
      handler: verb === null ? null : this.#handlers.http(to, verb, operation.slice(verb.length + 1)),
    };
  }
}

function literalText(at: string, call: LibraryCall): string | null {
  const values = valuesAt(at, call);
  for (const value of values) {
    const text = literalOf(value);
    if (text !== null) return text;
    // `axios.request({ method: HttpMethod.POST })`, `Method.POST` of an enum of a library.
    if (value.kind === "library" || value.kind === "unknown") {
      const word = /([A-Za-z]+)$/.exec(value.kind === "library" ? value.path.path : value.text)?.[1]?.toUpperCase();
      if (word !== undefined && /^(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)$/.test(word)) return word;
    }
  }
  return null;
}

/** A text, also as the template of a tag: gql`…`, sql`…`. */
function taggedText(value: Denotation, call: LibraryCall): string | null {
  if (value.kind === "text") return value.parts.map((part) => (part.kind === "literal" ? part.text : " ? ")).join("");
  if (value.kind === "choice") return value.options.map((option) => taggedText(option, call)).find((text) => text !== null) ?? null;
  if (value.kind !== "library") return null;
  const last = value.path.calls.at(-1);
  const [first] = last?.args ?? [];
  return last === undefined || first === undefined ? null : taggedText(call.program.denote(first, last.scope, last.place), call);
}

/** `PaymentsService` of `proto.shop.payments.PaymentsService`, of a generated definition, or of a name. */
function remoteService(value: Denotation | null): string | null {
  if (value === null) return null;
  const text = literalOf(value);
  if (text !== null) return text.split(".").at(-1) ?? text;
  if (value.kind === "library") return canonicalPath(value.path.path).replace(/[#()]/g, "").split(".").filter((part) => part !== "service" && part !== "").at(-1) ?? null;
  if (value.kind === "unknown" && value.text !== "") return value.text.split(".").at(-1)?.replace(/Definition$/, "") ?? null;
  if (value.kind === "class" || value.kind === "instance") return value.class.summary.name;
  return null;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function publishEffect(knowledge: PublishKnowledge, call: LibraryCall): Evaluated {
  const channel = channelName(valueAt(knowledge.channel, call), call);
  const event = channelName(valueAt(knowledge.event, call), call);
  const name = knowledge.keyed ? keyed(channel, event) : channel;
  return {
    ...NOTHING,
    kind: "publish",
    channel: name,
    transport: knowledge.transport,
    operation: event ?? channel,
    mutating: true,
    confidence: name === null ? "medium" : "high",
    complete: name !== null && (knowledge.event === "" || event !== null),
  };
}

function databaseEffect(knowledge: DatabaseKnowledge, call: LibraryCall): Evaluated | null {
  const base: Evaluated = { ...NOTHING, kind: "db-read", mutating: false };
  if (knowledge.access === "commit") return null;
  if (knowledge.access === "transaction") return { ...base, kind: "transaction", mutating: null };
  const entity = entityName(valueAt(knowledge.entity, call), call);
  if (knowledge.access === "flush") return { ...base, kind: "db-write", operation: entity, mutating: true };
  if (knowledge.access !== "statement") {
    const isWrite = knowledge.access === "write";
    return { ...base, kind: isWrite ? writeKind(entity) : "db-read", operation: entity, mutating: isWrite, complete: entity !== null };
  }
  const statement = valueAt(knowledge.statement, call);
  const sql = statement === null ? null : taggedText(statement, call);
  const verb = sql === null ? null : firstVerb(sql);
  if (sql === null || verb === null) return { ...base, complete: false, confidence: "low" };
  const table = tablesOf(sql)[0] ?? null;
  if (/^(begin|start|commit|rollback|savepoint)$/.test(verb)) return { ...base, kind: "transaction", operation: verb, mutating: null };
  // Definitions and settings touch no row.
  if (!/^(select|with|values|show|explain)$/.test(verb) && !isWriteVerb(verb)) return null;
  return isWriteVerb(verb) ? { ...base, kind: writeKind(table), operation: table, mutating: true } : { ...base, operation: table };
}

function writeKind(entity: string | null): Effect["kind"] {
  return entity !== null && /outbox/i.test(entity) ? "outbox-add" : "db-write";
}

function entityName(value: Denotation | null, call: LibraryCall): string | null {
  if (value === null) return null;
  const text = literalOf(value);
  if (text !== null) return text;
  if (value.kind === "class" || value.kind === "instance") return value.class.summary.name;
  if (value.kind === "library") {
    // `pgTable("orders", …)`, `getRepositoryToken(Order)`
    const last = value.path.calls.at(-1);
    const [first] = last?.args ?? [];
    return last === undefined || first === undefined ? null : entityName(call.program.denote(first, last.scope, last.place), call);
  }
  if (value.kind === "unknown" && value.type !== null) {
    const { name } = value.type.type;
    return /^[A-Z]\w*$/.test(name) && name !== "Document" ? name.replace(/Document$/, "") : null;
  }
  return null;
}

