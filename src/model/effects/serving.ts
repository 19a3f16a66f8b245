import type { CallTarget, EntryPoint } from "../code.js";
import type { Confidence, Evidence } from "../evidence.js";
import { takesIn } from "./channel-names.js";
import type { Handler } from "./handler.js";
import type { Listener } from "./listeners.js";
import { matchScore, segmentsOf } from "./route-match.js";
import { functionName } from "./sites.js";

/** A handler as other parts of the code see it. */
export interface Served {
  readonly service: string;
  /** Name of the function by its file; `null` where the code is not known. */
  readonly function: string | null;
  readonly entry: EntryPoint;
  readonly method: string;
  readonly path: string;
  readonly channel: string | null;
}

/** Who answers a call, and by which function. */
export interface Handled {
  readonly service: string;
  readonly function: string | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** Whom the parts of the code reach in each other: all that one part may know of the others. */
export interface Serving {
  /** The function that serves a request to a service, as far as the path tells. */
  http(to: CallTarget, method: string, path: string): string | null;
  grpc(remote: string, method: string): Handled | null;
  /** Who answers a message pattern: with several, the one that the client's address means. */
  rpc(pattern: string, client: string | null, from: string | null): Handled | null;
  /** Whether a service answers a pattern itself: where callers share a process with it, nothing goes over the network. */
  isAnsweredBy(pattern: string, service: string): boolean;
  /** The service of a function that is invoked by name: `inventory-prod-reserve` is `reserve` of inventory. */
  lambda(name: string): Handled | null;
  /** The only service that takes messages from a queue. */
  queue(name: string): string | null;
  /** The only other service that takes messages from a channel, also by a key with wildcards. */
  taking(channel: string, from: string | null): Handled | null;
  /**
   * Who listens on a port of this machine by default, where neither compose nor a dotenv file says it. Where the caller
   * itself does, or several others do, the port tells nothing.
   */
  listener(host: string, port: number | null, from: string): Pick<Listener, "service" | "evidence"> | null;
}

export function servedBy({ service, function: at, entry, method, path, channel }: Handler): Served {
  return { service, function: at === null ? null : functionName(at), entry, method, path, channel };
}

const LOCAL = /^(localhost|127\.0\.0\.1|0\.0\.0\.0|\[?::1\]?)$/;

/** Everything that the code of a system serves. */
export class SystemServing implements Serving {
  readonly #lambdas: readonly Served[];
  readonly #http = new Map<string, Served[]>();
  readonly #byPattern = new Map<string, Served[]>();
  readonly #byRpc = new Map<string, Served[]>();
  readonly #byQueue = new Map<string, Served[]>();
  readonly #listeners = new Map<number, Map<string, Listener>>();

  constructor(served: readonly Served[], listeners: readonly Listener[]) {
    this.#lambdas = served.filter(({ entry }) => entry.kind === "lambda");
    for (const one of served) this.#add(one);
    for (const one of listeners) {
      const there = this.#listeners.get(one.port) ?? new Map<string, Listener>();
      this.#listeners.set(one.port, there);
      if (!there.has(one.service)) there.set(one.service, one);
    }
  }

  http(to: CallTarget, method: string, path: string): string | null {
    if (to.kind !== "service") return null;
    const segments = segmentsOf(path);
    let best: Served | null = null;
    let bestScore = 0;
    for (const one of this.#http.get(to.service) ?? []) {
      if (one.method !== "ANY" && method !== "ANY" && one.method !== method) continue;
      const score = matchScore(segments, segmentsOf(one.path));
      if (score > bestScore) {
        best = one;
        bestScore = score;
      }
    }
    return best?.function ?? null;
  }

  grpc(remote: string, method: string): Handled | null {
    const name = remote.toLowerCase();
    const found = this.#byRpc.get(`${name}/${method.toLowerCase()}`)?.[0] ?? this.#byRpc.get(`${name}/*`)?.[0];
    return found === undefined ? null : handled(found);
  }

  rpc(pattern: string, client: string | null, from: string | null): Handled | null {
    const others = this.#patterned(pattern).filter(({ service }) => service !== from);
    const meant = others.find(({ service }) => service === client);
    if (meant !== undefined) return handled(meant);
    return client === null ? only(others) : null;
  }

  isAnsweredBy(pattern: string, service: string): boolean {
    return this.#patterned(pattern).some((one) => one.service === service);
  }

  lambda(name: string): Handled | null {
    const found = this.#lambdas.filter(({ entry }) => entry.operation === name || name.endsWith(`-${entry.operation}`));
    const named = new Set(found.map(({ service }) => service).filter((service) => name.includes(service)));
    return only(found) ?? only(found.filter(({ service }) => named.has(service)));
  }

  queue(name: string): string | null {
    return only(this.#byQueue.get(name) ?? [])?.service ?? null;
  }

  taking(channel: string, from: string | null): Handled | null {
    const found = [...this.#byQueue].flatMap(([name, all]) =>
      name === channel || takesIn(name, channel) ? all.filter(({ service }) => service !== from) : [],
    );
    return only(found.toSorted((one, other) => Number(one.function === null) - Number(other.function === null)));
  }

  listener(host: string, port: number | null, from: string): Pick<Listener, "service" | "evidence"> | null {
    if (port === null || !LOCAL.test(host)) return null;
    const [one, ...others] = this.#listeners.get(port)?.values() ?? [];
    if (one === undefined || others.length > 0 || one.service === from) return null;
    return { service: one.service, evidence: one.evidence };
  }

  #patterned(pattern: string): readonly Served[] {
    return this.#byPattern.get(pattern) ?? this.#byPattern.get(pattern.replace(/[^.]*$/, "*")) ?? [];
  }

  #add(one: Served): void {
    const { kind, operation } = one.entry;
    if (kind === "http") push(this.#http, one.service, one);
    if (kind === "rpc") push(this.#byPattern, operation, one);
    if (kind === "grpc") push(this.#byRpc, operation.toLowerCase(), one);
    if (kind === "consumer" && one.channel !== null) push(this.#byQueue, one.channel, one);
  }
}

/** The first, where all are of one service. */
function only(all: readonly Served[]): Handled | null {
  const [first] = all;
  return first !== undefined && all.every(({ service }) => service === first.service) ? handled(first) : null;
}

function push(map: Map<string, Served[]>, key: string, one: Served): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [one]);
  else known.push(one);
}

function handled({ service, function: fn, entry }: Served): Handled {
  return {
    service,
    function: fn,
    confidence: "high",
    evidence: [{ ...entry.place, kind: "code", note: `${service} answers it here` }],
  };
}

/** A question about other parts, and its answer, as JSON. */
export type Asked = readonly (readonly [question: string, answer: string])[];

/** Answers, and keeps what was asked: with the same answers the part that asked would be linked the same. */
export class RecordedServing implements Serving {
  readonly #from: Serving;
  readonly #asked = new Map<string, string>();

  constructor(from: Serving) {
    this.#from = from;
  }

  get asked(): Asked {
    return [...this.#asked];
  }

  http(...args: Parameters<Serving["http"]>): string | null {
    return this.#note("http", args, this.#from.http(...args));
  }

  grpc(...args: Parameters<Serving["grpc"]>): Handled | null {
    return this.#note("grpc", args, this.#from.grpc(...args));
  }

  rpc(...args: Parameters<Serving["rpc"]>): Handled | null {
    return this.#note("rpc", args, this.#from.rpc(...args));
  }

  isAnsweredBy(...args: Parameters<Serving["isAnsweredBy"]>): boolean {
    return this.#note("isAnsweredBy", args, this.#from.isAnsweredBy(...args));
  }

  lambda(...args: Parameters<Serving["lambda"]>): Handled | null {
    return this.#note("lambda", args, this.#from.lambda(...args));
  }

  queue(...args: Parameters<Serving["queue"]>): string | null {
    return this.#note("queue", args, this.#from.queue(...args));
  }

  taking(...args: Parameters<Serving["taking"]>): Handled | null {
    return this.#note("taking", args, this.#from.taking(...args));
  }

  listener(...args: Parameters<Serving["listener"]>): ReturnType<Serving["listener"]> {
    return this.#note("listener", args, this.#from.listener(...args));
  }

  #note<T>(method: keyof Serving, args: readonly unknown[], answer: T): T {
    this.#asked.set(JSON.stringify([method, ...args]), JSON.stringify(answer));
    return answer;
  }
}

/** Whether all questions of a part still have the answers that they had. */
export function isAnsweredAlike(asked: Asked, serving: Serving): boolean {
  return asked.every(([question, answer]) => {
    const [method, ...args] = JSON.parse(question) as [keyof Serving, ...never[]];
    return JSON.stringify((serving[method] as (...args: never[]) => unknown)(...args)) === answer;
  });
}
