import type { CallTarget } from "../code.js";
import { takesIn } from "./channel-names.js";
import type { Listener } from "./listeners.js";
import { matchScore, segmentsOf } from "./route-match.js";
import type { Aliased, Handled, Served, Serving } from "./serving.js";

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

  aliased(from: string): readonly Aliased[] {
    return [...this.#byPattern].flatMap(([action, all]) =>
      all.filter(({ path, service }) => path !== "" && service !== from).map((one) => ({ action, handled: handled(one) })),
    );
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
