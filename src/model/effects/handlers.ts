import type { CallTarget, EntryPoint } from "../code.js";
import type { Confidence, Evidence } from "../evidence.js";
import { takesIn } from "./channel-names.js";
import { consumersOf } from "./consumers.js";
import { decoratedHandlers } from "./decorated-handlers.js";
import type { CallSites, DirectSite } from "./direct.js";
import { fileHandlers } from "./file-handlers.js";
import type { Handler } from "./handler.js";
import type { Linking } from "./linking.js";
import { moleculerHandlers, schemasOf } from "./moleculer.js";
import { matchScore, segmentsOf } from "./route-match.js";
import { registeredHandlers } from "./registered-handlers.js";
import { functionKey, type SiteIndex } from "./sites.js";

export interface Handled {
  readonly service: string;
  /** Number of the function. */
  readonly function: number | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** Every handler of the system, by what it serves. */
export class Handlers {
  readonly #all: Handler[] = [];
  readonly #byFunction = new Map<number, EntryPoint[]>();
  readonly #http = new Map<string, Handler[]>();
  readonly #byPattern = new Map<string, Handler[]>();
  readonly #byRpc = new Map<string, Handler[]>();
  readonly #byQueue = new Map<string, Handler[]>();

  constructor(linking: Linking, sites: CallSites, direct: readonly DirectSite[], index: SiteIndex) {
    this.add([
      ...decoratedHandlers(linking),
      ...registeredHandlers(linking, sites, direct),
      ...consumersOf(linking, sites, direct, index),
      ...fileHandlers(linking),
      ...moleculerHandlers(schemasOf(linking.program), linking.program),
    ]);
  }

  get all(): readonly Handler[] {
    return this.#all;
  }

  /** Handlers that are known only when effects have been followed. */
  add(handlers: readonly Handler[]): void {
    for (const handler of handlers) {
      this.#all.push(handler);
      this.#add(handler);
    }
  }

  entriesOf(key: number): readonly EntryPoint[] {
    return this.#byFunction.get(key) ?? [];
  }

  /** The function that serves a request to a service, as far as the path tells. */
  http(to: CallTarget, method: string, path: string): number | null {
    if (to.kind !== "service") return null;
    const segments = segmentsOf(path);
    let best: Handler | null = null;
    let bestScore = 0;
    for (const handler of this.#http.get(to.service) ?? []) {
      if (handler.method !== "ANY" && method !== "ANY" && handler.method !== method) continue;
      const score = matchScore(segments, segmentsOf(handler.path));
      if (score > bestScore) {
        best = handler;
        bestScore = score;
      }
    }
    return best?.function === undefined || best?.function === null ? null : functionKey(best.function);
  }

  grpc(remote: string, method: string): Handled | null {
    const name = remote.toLowerCase();
    const found = this.#byRpc.get(`${name}/${method.toLowerCase()}`)?.[0] ?? this.#byRpc.get(`${name}/*`)?.[0];
    return found === undefined ? null : handled(found, "high");
  }

  /** Who answers a message pattern: with several, the one that the client's address means. */
  rpc(pattern: string, client: string | null, from: string | null): Handled | null {
    const found = this.#patterned(pattern);
    const others = found.filter((handler) => handler.service !== from);
    const meant = others.find((handler) => handler.service === client);
    if (meant !== undefined) return handled(meant, "high");
    if (client !== null) return null;
    const services = new Set(others.map((handler) => handler.service));
    const [only] = others;
    return services.size === 1 && only !== undefined ? handled(only, "high") : null;
  }

  /** Whether a service answers a pattern itself: where callers share a process with it, nothing goes over the network. */
  isAnsweredBy(pattern: string, service: string): boolean {
    return this.#patterned(pattern).some((handler) => handler.service === service);
  }

  #patterned(pattern: string): readonly Handler[] {
    return this.#byPattern.get(pattern) ?? this.#byPattern.get(pattern.replace(/[^.]*$/, "*")) ?? [];
  }

  /** The service of a function that is invoked by name: `inventory-prod-reserve` is `reserve` of inventory. */
  lambda(name: string): Handled | null {
    const found = this.all.filter(
      ({ entry }) => entry.kind === "lambda" && (entry.operation === name || name.endsWith(`-${entry.operation}`)),
    );
    const services = new Set(found.map(({ service }) => service));
    const named = [...services].filter((service) => name.includes(service));
    const only = services.size === 1 ? found[0] : named.length === 1 ? found.find(({ service }) => service === named[0]) : undefined;
    return only === undefined ? null : handled(only, "high");
  }

  /** The only service that takes messages from a queue. */
  queue(name: string): string | null {
    const services = new Set(this.#byQueue.get(name)?.map(({ service }) => service));
    return services.size === 1 ? ([...services][0] ?? null) : null;
  }

  /** The only other service that takes messages from a channel, also by a key with wildcards. */
  taking(channel: string, from: string | null): Handled | null {
    const found = [...this.#byQueue].flatMap(([name, handlers]) =>
      name === channel || takesIn(name, channel) ? handlers.filter(({ service }) => service !== from) : [],
    );
    const first = found.find((handler) => handler.function !== null) ?? found[0];
    return first !== undefined && new Set(found.map(({ service }) => service)).size === 1 ? handled(first, "high") : null;
  }

  #add(handler: Handler): void {
    if (handler.function !== null) {
      const key = functionKey(handler.function);
      const known = this.#byFunction.get(key) ?? [];
      if (!known.some((entry) => entry.kind === handler.entry.kind && entry.operation === handler.entry.operation))
        known.push(handler.entry);
      this.#byFunction.set(key, known);
    }
    const { kind, operation } = handler.entry;
    if (kind === "http") push(this.#http, handler.service, handler);
    if (kind === "rpc") push(this.#byPattern, operation, handler);
    if (kind === "grpc") push(this.#byRpc, operation.toLowerCase(), handler);
    if (kind === "consumer" && handler.channel !== null) push(this.#byQueue, handler.channel, handler);
  }
}

function push(map: Map<string, Handler[]>, key: string, handler: Handler): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [handler]);
  else known.push(handler);
}

function handled(handler: Handler, confidence: Confidence): Handled {
  return {
    service: handler.service,
    function: handler.function === null ? null : functionKey(handler.function),
    confidence,
    evidence: [{ ...handler.entry.place, kind: "code", note: `${handler.service} answers it here` }],
  };
}
