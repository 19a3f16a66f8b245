import type { CallTarget } from "../code.js";
import type { Denotation, DenotationOf } from "../code/denotation.js";
import type { Confidence, Evidence } from "../evidence.js";
import type { CallKnowledge } from "../libraries/library.js";
import { canonicalPath } from "../libraries/patterns.js";
import { addressesOf, reach, readable } from "./address.js";
import { NOTHING, type Evaluated } from "./evaluated.js";
import type { Linking } from "./linking.js";
import { patternOf } from "./message-pattern.js";
import type { ReachedOne, Reaching } from "./reaching.js";
import { literalText } from "./texts.js";
import { literalOf, valueAt, type LibraryCall } from "./values.js";
import { isMutatingName } from "./verbs.js";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** The service that a client object stands for, and how sure that is. */
interface ClientTarget {
  readonly service: string;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** Calls of procedures by name: gRPC, message patterns, functions and applications. */
export class Procedures {
  readonly #linking: Linking;
  readonly #reaching: Reaching;

  constructor(linking: Linking, reaching: Reaching) {
    this.#linking = linking;
    this.#reaching = reaching;
  }

  grpc(knowledge: CallKnowledge, call: LibraryCall, service: string | null): Evaluated {
    const named = remoteService(valueAt(knowledge.operation, call));
    const method = literalText(knowledge.method, call) ?? "";
    const operation = named === null ? method : `${named}/${upperFirst(method)}`;
    const handled = named === null ? null : this.#linking.serving.grpc(named, method);
    const base = { ...NOTHING, protocol: "grpc" as const, operation, mutating: isMutatingName(method), complete: method !== "*" };
    if (handled !== null)
      return {
        ...base,
        to: { kind: "service", service: handled.service },
        confidence: "high",
        handler: handled.function,
        evidence: handled.evidence,
      };
    const reached = this.#reach(knowledge, call, service);
    if (reached.to.kind !== "unresolved")
      return {
        ...base,
        to: reached.to,
        confidence: reached.confidence,
        evidence: reached.evidence,
        complete: base.complete && reached.complete,
      };
    const meant = named === null ? null : this.#linking.services.meantBy(named);
    if (meant !== null && meant !== service) return { ...base, to: { kind: "service", service: meant }, confidence: "medium" };
    return { ...base, to: { kind: "unresolved", text: operation }, confidence: "low", complete: named !== null };
  }

  rpc(knowledge: CallKnowledge, call: LibraryCall, service: string | null): Evaluated {
    const value = valueAt(knowledge.operation, call);
    const pattern = value === null ? null : (patternOf(value, this.#linking.program) ?? this.#linking.variables.of(value, service));
    const base = {
      ...NOTHING,
      protocol: "rpc" as const,
      operation: pattern ?? "",
      mutating: pattern === null ? null : isMutatingName(pattern),
    };
    if (knowledge.target !== "") return { ...base, ...this.#targeted(knowledge, call, service) };
    if (knowledge.url !== "") {
      const reached = this.#reach(knowledge, call, service);
      return { ...base, to: reached.to, confidence: reached.confidence, evidence: reached.evidence, complete: reached.complete };
    }
    const client = this.#client(call, service);
    const handled = pattern === null ? null : this.#linking.serving.rpc(pattern, client?.service ?? null, service);
    if (handled !== null) {
      return {
        ...base,
        to: { kind: "service", service: handled.service },
        handler: handled.function,
        confidence: handled.confidence,
        evidence: handled.evidence,
      };
    }
    if (client !== null)
      return {
        ...base,
        to: { kind: "service", service: client.service },
        confidence: client.confidence,
        evidence: client.evidence,
        complete: pattern !== null,
      };
    return { ...base, to: { kind: "unresolved", text: pattern ?? "" }, confidence: "low", complete: pattern !== null };
  }

  /** A Moleculer broker calls actions of its own process first. */
  isLocal(knowledge: CallKnowledge, call: LibraryCall, service: string | null): boolean {
    if (call.path.module !== "moleculer" || service === null) return false;
    const action = literalText(knowledge.operation, call);
    return action !== null && this.#linking.serving.isAnsweredBy(action, service);
  }

  /** A message that names where its answer is to go: a call of whoever takes it. */
  overQueue({ channel, operation, confidence, complete }: Evaluated, service: string | null): Evaluated {
    const name = operation ?? "";
    const base = { ...NOTHING, protocol: "rpc" as const, operation: name, mutating: name === "" ? null : isMutatingName(name), complete };
    const taken = channel === null ? null : this.#linking.serving.taking(channel, service);
    if (taken === null) return { ...base, to: { kind: "unresolved", text: name }, confidence: "low" };
    return { ...base, to: { kind: "service", service: taken.service }, handler: taken.function, confidence, evidence: taken.evidence };
  }

  #reach(knowledge: CallKnowledge, call: LibraryCall, service: string | null): ReachedOne {
    return this.#reaching.all(knowledge, call, service)[0]!;
  }

  /** A client of the team's own: the settings or its arguments name whom it calls. */
  #targeted(knowledge: CallKnowledge, call: LibraryCall, service: string | null): Pick<Evaluated, "to" | "confidence" | "complete"> {
    const { services } = this.#linking;
    const name = literalText(knowledge.target, call);
    const found = name === null ? null : (services.named(name) ?? services.meantBy(name));
    if (found === null || found === service)
      return { to: { kind: "unresolved", text: name ?? "" }, confidence: "low", complete: name !== null };
    return { to: { kind: "service", service: found }, confidence: "high", complete: true };
  }

  /** The service behind a client object: its registration's host, queue or address, or what its token is called. */
  #client(call: LibraryCall, service: string | null): ClientTarget | null {
    const registration = call.path.calls[0];
    const [options] = registration?.args ?? [];
    if (registration !== undefined && options !== undefined && service !== null) {
      const { program } = this.#linking;
      const value = program.denote(options, registration.scope, registration.place);
      const settings = value.kind === "object" && value.entries.has("options") ? program.member(value, "options") : value;
      const found = settings.kind === "object" ? (this.#atAddress(settings, service) ?? this.#ofQueue(settings, service)) : null;
      if (found !== null) return found;
    }
    return call.path.typeArgs.map((token) => this.#meant(literalOf(token), service)).find((meant) => meant !== null) ?? null;
  }

  /** `{ host, port }` and `{ url }`. */
  #atAddress(settings: DenotationOf<"object">, service: string): ClientTarget | null {
    const { program } = this.#linking;
    const port = settings.entries.has("port") ? addressesOf(program.member(settings, "port"), program)[0] : undefined;
    for (const name of ["url", "host"]) {
      if (!settings.entries.has(name)) continue;
      for (const address of addressesOf(program.member(settings, name), program)) {
        const parts = port === undefined ? address.parts : [...address.parts, { kind: "literal" as const, text: ":" }, ...port.parts];
        const { to, confidence, evidence } = reach({ ...address, parts }, service, this.#linking);
        if (to.kind === "service" && to.service !== service) return { service: to.service, confidence, evidence };
      }
    }
    return null;
  }

  /** `{ queue }`: who takes from it, else whom it is called after. */
  #ofQueue(settings: DenotationOf<"object">, service: string): ClientTarget | null {
    const queue = settings.entries.has("queue") ? literalOf(this.#linking.program.member(settings, "queue")) : null;
    if (queue === null) return null;
    const consumer = this.#linking.serving.queue(queue);
    if (consumer !== null && consumer !== service) return { service: consumer, confidence: "high", evidence: [] };
    return this.#meant(queue.replace(/[_.-]?queue$/i, ""), service);
  }

  #meant(name: string | null, service: string | null): ClientTarget | null {
    const meant = name === null ? null : this.#linking.services.meantBy(name);
    return meant === null || meant === service ? null : { service: meant, confidence: "medium", evidence: [] };
  }

  /** A Lambda function, called by name. */
  lambda(knowledge: CallKnowledge, call: LibraryCall): Evaluated {
    const value = valueAt(knowledge.url, call);
    const name = value === null ? null : (literalOf(value) ?? nameInStage(value));
    // An event invocation returns at once.
    if (literalText(knowledge.method, call) === "Event") {
      return { ...NOTHING, kind: "publish", channel: name, transport: "lambda", operation: name, mutating: true, complete: name !== null };
    }
    const invoked = name === null ? null : this.#linking.serving.lambda(name);
    const { to, confidence } = this.#application(value, invoked?.service ?? null);
    const operation = name ?? "";
    return {
      ...NOTHING,
      to,
      protocol: "lambda",
      operation,
      mutating: isMutatingName(operation),
      confidence,
      evidence: invoked?.evidence ?? [],
      complete: name !== null,
      handler: invoked?.function ?? null,
    };
  }

  /** A Dapr application, called by its id. */
  dapr(knowledge: CallKnowledge, call: LibraryCall): Evaluated {
    const value = valueAt(knowledge.url, call);
    const { to, confidence } = this.#application(value, null);
    const verb = (literalText(knowledge.method, call) ?? "POST").toUpperCase();
    const path = `/${(literalText(knowledge.operation, call) ?? "").replace(/^\//, "")}`;
    return {
      ...NOTHING,
      to,
      protocol: "dapr",
      operation: `${verb} ${path}`,
      mutating: !SAFE.has(verb),
      confidence,
      complete: value !== null && literalOf(value) !== null,
      handler: this.#linking.serving.http(to, verb, path),
    };
  }

  /** The service of that name, else the one that the variable with the name speaks of. */
  #application(value: Denotation | null, known: string | null): { readonly to: CallTarget; readonly confidence: Confidence } {
    const { services } = this.#linking;
    const name = value === null ? null : literalOf(value);
    const found = known ?? (name === null ? null : (services.named(name) ?? services.meantBy(name)));
    if (found !== null) return { to: { kind: "service", service: found }, confidence: "high" };
    const variables = value?.kind === "text" ? value.parts.flatMap((part) => (part.kind === "environment" ? [part.name] : [])) : [];
    const meant = variables.map((variable) => services.meantBy(variable)).find((each) => each !== null);
    if (meant !== undefined) return { to: { kind: "service", service: meant }, confidence: "medium" };
    return { to: { kind: "unresolved", text: name ?? "" }, confidence: "medium" };
  }
}

/** `PaymentsService` of `proto.shop.payments.PaymentsService`, of a generated definition, or of a name. */
/** `inventory-${process.env.STAGE}-reserve`: whatever the stage is called, service and function are told. */
function nameInStage(value: Denotation): string | null {
  if (value.kind !== "text" || value.parts.length < 3 || value.parts.some(({ kind }) => kind === "hole")) return null;
  return value.parts[0]?.kind === "literal" && value.parts.at(-1)?.kind === "literal" ? readable(value.parts) : null;
}

function remoteService(value: Denotation | null): string | null {
  if (value === null) return null;
  const text = literalOf(value);
  if (text !== null) return text.split(".").at(-1) ?? text;
  if (value.kind === "library")
    return (
      canonicalPath(value.path.path)
        .replace(/[#()]/g, "")
        .split(".")
        .filter((part) => part !== "service" && part !== "")
        .at(-1) ?? null
    );
  if (value.kind === "unknown" && value.text !== "")
    return (
      value.text
        .split(".")
        .at(-1)
        ?.replace(/Definition$/, "") ?? null
    );
  if (value.kind === "class" || value.kind === "instance") return value.class.summary.name;
  return null;
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
