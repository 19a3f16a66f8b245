import type { Scope } from "../code/denotation.js";
import type { CallKnowledge, ConsumeKnowledge, Knowledge, PublishKnowledge } from "../libraries/library.js";
import { knowledgeOf } from "../libraries/knowledge.js";
import { SOME_METHOD } from "../libraries/patterns.js";
import { consumedBy } from "./consumers.js";
import { databaseEffect } from "./database-effect.js";
import type { CallSites, DirectSite } from "./direct.js";
import { NOTHING, type Evaluated } from "./evaluated.js";
import type { Linking } from "./linking.js";
import { withRow } from "./outbox-row.js";
import { Procedures } from "./procedures.js";
import { publishEffects } from "./publish-effect.js";
import { Reaching, type ReachedOne } from "./reaching.js";
import type { RegisteredBases } from "./registered-bases.js";
import { insertedRows } from "./row-change.js";
import type { SiteAt, SiteIndex } from "./sites.js";
import { applicationOf, invokedApplication, sidecarPublish } from "./sidecar.js";
import { literalText, taggedText } from "./texts.js";
import { literalOf, valueAt, type LibraryCall } from "./values.js";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Says what known call sites do. */
export class Evaluation {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #index: SiteIndex;
  readonly #reaching: Reaching;
  readonly #procedures: Procedures;

  constructor(linking: Linking, sites: CallSites, index: SiteIndex, registered: RegisteredBases) {
    this.#linking = linking;
    this.#sites = sites;
    this.#index = index;
    this.#reaching = new Reaching(linking, registered);
    this.#procedures = new Procedures(linking, this.#reaching);
  }

  /**
   * What the site does in this scope; nothing for knowledge that is no effect, one for each service where the address is
   * one of several. `service`: whose environment counts.
   */
  evaluate(direct: DirectSite, scope: Scope, service: string | null): readonly Evaluated[] {
    const { at } = direct;
    const path = scope === this.#sites.scope(at) ? direct.path : (this.#linking.program.callees(at.site, scope).library ?? direct.path);
    // A caller may name the method: `client[method](request)`.
    const named = path.path === direct.path.path ? null : knowledgeOf(path, at.site.construct);
    const isOpen = direct.path.path.endsWith(SOME_METHOD);
    const known = named !== null && (isOpen || named.knowledge === direct.known.knowledge) ? named : direct.known;
    const call = this.#sites.libraryCall(at, path, known, scope, service);
    const found = this.#of(known.knowledge, call, at, service);
    return path.path.endsWith(SOME_METHOD) ? found.map((one) => ({ ...one, complete: false })) : found;
  }

  #of(knowledge: Knowledge, call: LibraryCall, at: SiteAt, service: string | null): readonly Evaluated[] {
    switch (knowledge.kind) {
      case "call":
        return this.#call(knowledge, call, service);
      case "publish":
        return this.#publish(knowledge, call, service);
      case "consume":
        return consumeEffects(knowledge, call).map((effect) => this.#declared(effect, service));
      case "database": {
        const effect = databaseEffect(knowledge, call);
        if (effect === null) return [];
        const rows = effect.kind === "outbox-add" ? insertedRows(knowledge, call, this.#index.chainOf(at)) : [];
        return rows.length === 0 ? [effect] : rows.map((row) => withRow(effect, row));
      }
      default:
        return [];
    }
  }

  #publish(knowledge: PublishKnowledge, call: LibraryCall, service: string | null): readonly Evaluated[] {
    const effects = publishEffects(knowledge, call)
      // What a class is called is no evidence without a channel.
      .filter(({ channel }) => knowledge.transport !== "" || channel !== null)
      .map((effect) => this.#declared(effect, service));
    if (isAnswer(knowledge, call) || isTimetable(knowledge, call)) return [];
    return awaitsAnswer(knowledge, call) ? effects.map((effect) => this.#procedures.overQueue(effect, service)) : effects;
  }

  /** With the name of the resource that a variable holds in place of the variable. */
  #declared(effect: Evaluated, service: string | null): Evaluated {
    const { channel, operation } = effect;
    if (service === null || channel === null) return effect;
    const named = this.#linking.cloud.named(service, channel, effect.transport);
    return named === channel ? effect : { ...effect, channel: named, operation: operation === channel ? named : operation };
  }

  #call(knowledge: CallKnowledge, call: LibraryCall, service: string | null): readonly Evaluated[] {
    switch (knowledge.protocol) {
      case "http":
      case "graphql":
        return this.#reached(knowledge, call, service)
          .filter((reached) => !isOfPage(reached, call))
          .map((reached) => sidecarPublish(reached) ?? this.#invoked(knowledge, call, reached) ?? this.#http(knowledge, call, reached));
      case "grpc":
        return [this.#procedures.grpc(knowledge, call, service)];
      case "rpc":
        return this.#procedures.isLocal(knowledge, call, service) ? [] : [this.#procedures.rpc(knowledge, call, service)];
      case "lambda":
        return [this.#procedures.lambda(knowledge, call)];
      case "dapr":
        return [this.#procedures.dapr(knowledge, call)];
    }
  }

  /** A request that the sidecar passes on to another application. */
  #invoked(knowledge: CallKnowledge, call: LibraryCall, reached: ReachedOne): Evaluated | null {
    const passedOn = invokedApplication(reached, this.#linking.services);
    return passedOn === null ? null : { ...this.#http(knowledge, call, passedOn), protocol: "dapr" };
  }

  /** Whom the address reaches; one of the sidecar may leave it to a header. */
  #reached(knowledge: CallKnowledge, call: LibraryCall, service: string | null): readonly ReachedOne[] {
    return this.#reaching.all(knowledge, call, service).map((reached) => {
      const name = reached.to.kind === "unresolved" ? applicationOf(call) : null;
      const meant = name === null ? null : (this.#linking.services.named(name) ?? this.#linking.services.meantBy(name));
      return meant === null
        ? reached
        : { ...reached, to: { kind: "service", service: meant }, confidence: "high", complete: reached.path !== null };
    });
  }

  #http(knowledge: CallKnowledge, call: LibraryCall, reached: ReachedOne): Evaluated {
    const isOpen = isOpenVerb(knowledge, call);
    const verb = isOpen ? "ANY" : (literalText(knowledge.method, call) ?? "").toUpperCase();
    const path = reached.path ?? "/";
    if (knowledge.protocol === "graphql") {
      const query = valueAt(knowledge.operation, call);
      const text = query === null ? null : taggedText(query, call);
      const operation = text === null ? "query" : (/\b(query|mutation)\s+(\w+)/.exec(text)?.slice(1).join(" ") ?? "query");
      return {
        ...this.#answer(knowledge, reached),
        operation,
        mutating: text === null ? null : /^\s*mutation\b/.test(text),
        handler: this.#linking.serving.http(reached.to, "POST", path),
      };
    }
    const method = verb === "" ? "GET" : verb;
    return {
      ...this.#answer(knowledge, reached),
      complete: reached.complete && !isOpen,
      operation: `${method} ${path}`,
      mutating: method === "ANY" ? null : !SAFE.has(method),
      handler: this.#linking.serving.http(reached.to, method, path),
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
}

/** One for each channel; one without a channel where only a caller can name it. */
function consumeEffects(knowledge: ConsumeKnowledge, call: LibraryCall): readonly Evaluated[] {
  const { channels, complete } = consumedBy(knowledge, call);
  const base: Evaluated = { ...NOTHING, kind: "consume", transport: knowledge.transport, complete };
  return channels.length === 0 ? [base] : channels.map(({ name, event }) => ({ ...base, channel: name, operation: event }));
}

/** `request({ method, path })`: the options name a verb that is not known here. */
function isOpenVerb({ method }: CallKnowledge, call: LibraryCall): boolean {
  const named = method.split(" | ").filter((at) => at.includes(".") && !at.startsWith("="));
  return named.some((at) => {
    const dot = at.lastIndexOf(".");
    const options = valueAt(at.slice(0, dot), call);
    return options?.kind === "object" && options.entries.has(at.slice(dot + 1)) && literalText(at, call) === null;
  });
}

/** `queue.add("sweep", {}, { repeat: { every: 60_000 } })`. */
function isTimetable({ timetable }: PublishKnowledge, call: LibraryCall): boolean {
  return timetable.split(" | ").some((at) => {
    const dot = at.lastIndexOf(".");
    // Of a payload that is not known nobody can say whether it has such options.
    const given = valueAt(at.slice(0, Math.max(dot, 0)), call)?.kind === "object" ? valueAt(at, call) : null;
    return given !== null && given.kind !== "null";
  });
}

/** Whether the message names where its answer is to go. A wrapper's default may be that it names nothing. */
function awaitsAnswer({ reply }: PublishKnowledge, call: LibraryCall): boolean {
  const queue = valueAt(reply, call);
  return queue !== null && queue.kind !== "null" && literalOf(queue) !== "";
}

/** `sendToQueue(message.properties.replyTo, …)`: the other half of a request that has come, no message of its own. */
function isAnswer({ channel, reply }: PublishKnowledge, call: LibraryCall): boolean {
  if (reply === "") return false;
  const to = valueAt(channel, call);
  const text = to?.kind === "unknown" ? to.text : to?.kind === "library" ? to.path.path : "";
  return /(?:^|[.#])reply_?to$/i.test(text);
}

/** `fetch("/api/orders")` runs in a page, which knows its host: a server has none to add. */
function isOfPage({ to }: ReachedOne, { path }: LibraryCall): boolean {
  return path.module === "(global)" && to.kind === "unresolved" && /^\/(?!\/)/.test(to.text);
}
