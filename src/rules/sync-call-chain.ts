import type { CodeFunction } from "../model/code.js";
import { weakest, type Confidence, type Evidence } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import { callEvidence, cyclesOf, isInternal, serviceGraph, type InternalCall } from "./queries/call-graph.js";
import { code } from "./words.js";
import type { Finding, Judgement, RuleOptions, StateRule } from "./rule.js";

export const syncCallChain: StateRule = {
  about: "state",
  id: "sync-call-chain",
  title: "Synchronous call chain",
  summary: "Finds requests that run through too many services, each waiting for the next.",
  severity: "error",
  checklist: ["failure-isolation", "async-communication"],
  options: { "max-hops": { description: "Calls in a row that are still accepted.", default: 3 } },
  check,
};

function check(model: SystemModel, options: RuleOptions): Judgement {
  const accepted = Number(options["max-hops"]);
  const chains = longestChains(model).filter(({ steps }) => steps.length > accepted);
  return { findings: onePerLastEdge(chains).map(describe), cleared: [] };
}

/** A call that a chain goes through, and whether the next call is known to happen while it is served. */
interface Step {
  readonly call: InternalCall;
  readonly way: readonly Evidence[];
  readonly proven: boolean;
}

interface Chain {
  readonly entry: CodeFunction;
  readonly steps: readonly Step[];
}

/** For each way into the system the longest chain of calls that it sets off. */
function longestChains(model: SystemModel): readonly Chain[] {
  const walk = new Walk(model);
  const served = new Set(model.code.calls.filter(isInternal).map(({ handler }) => handler));
  return model.code.functions
    .filter(({ id, entries }) => entries.some(({ kind }) => kind !== "startup") && !served.has(id))
    .map((entry) => ({ entry, steps: withoutGateway(entry, walk.longestFrom(entry)) }));
}

/** What stands in front of the system adds a hop to everything; that hop is nobody's design. */
function withoutGateway(entry: CodeFunction, steps: readonly Step[]): readonly Step[] {
  return /(^|-)(api-?)?(gateway|proxy|edge|ingress)(-|$)/.test(entry.service) ? steps.slice(1) : steps;
}

/** Follows calls from handler to handler. Services that call each other in a circle count as one. */
class Walk {
  readonly #functions: ReadonlyMap<string, CodeFunction>;
  readonly #entriesOf = new Map<string, CodeFunction[]>();
  readonly #calls: SystemModel["code"]["calls"];
  readonly #group = new Map<string, string>();
  readonly #longest = new Map<string, readonly Step[]>();

  constructor(model: SystemModel) {
    this.#calls = model.code.calls;
    this.#functions = new Map(model.code.functions.map((fn) => [fn.id, fn]));
    for (const fn of model.code.functions) {
      if (fn.entries.length > 0) this.#entriesOf.set(fn.service, [...(this.#entriesOf.get(fn.service) ?? []), fn]);
    }
    for (const cycle of cyclesOf(serviceGraph(model))) for (const service of cycle) this.#group.set(service, cycle[0]!);
  }

  longestFrom(fn: CodeFunction): readonly Step[] {
    const known = this.#longest.get(fn.id);
    if (known !== undefined) return known;
    // Calls that leave a circle lead to services that cannot lead back, so that the recursion ends.
    const chains = this.#leaving(fn).map((step) => [step, ...this.#onwardFrom(step.call)]);
    const longest = chains.reduce<readonly Step[]>((best, chain) => (longer(chain, best) ? chain : best), []);
    this.#longest.set(fn.id, longest);
    return longest;
  }

  #onwardFrom(call: InternalCall): readonly Step[] {
    const handler = call.handler === null ? undefined : this.#functions.get(call.handler);
    if (handler !== undefined) return this.longestFrom(handler);
    const chains = (this.#entriesOf.get(call.to.service) ?? []).map((entry) => this.longestFrom(entry));
    const longest = chains.reduce<readonly Step[]>((best, chain) => (longer(chain, best) ? chain : best), []);
    return longest.map((step, index) => (index === 0 ? { ...step, proven: false } : step));
  }

  /** Calls that leave the circle of the function's service, its own and those of the handlers it reaches inside. */
  #leaving(start: CodeFunction): readonly Step[] {
    const seen = new Set([start.id]);
    const open = [start];
    const steps: Step[] = [];
    for (let fn = open.pop(); fn !== undefined; fn = open.pop()) {
      for (const { call, way } of this.#callsOf(fn)) {
        if (this.#groupOf(call.from) !== this.#groupOf(call.to.service)) {
          steps.push({ call, way, proven: true });
          continue;
        }
        const inside = call.handler === null ? undefined : this.#functions.get(call.handler);
        if (inside === undefined || seen.has(inside.id)) continue;
        seen.add(inside.id);
        open.push(inside);
      }
    }
    return steps;
  }

  #callsOf(fn: CodeFunction): readonly { readonly call: InternalCall; readonly way: readonly Evidence[] }[] {
    return fn.effects.flatMap(({ kind, call, via }) => {
      const target = kind === "call" && call !== null ? this.#calls[call] : undefined;
      if (target === undefined || !isInternal(target)) return [];
      return [{ call: target, way: via.map((place): Evidence => ({ ...place, kind: "code", note: `on the way from ${fn.name}` })) }];
    });
  }

  #groupOf(service: string): string {
    return this.#group.get(service) ?? service;
  }
}

/** Length first; among equals what is proven, then the order of calls, so that the choice is always the same. */
function longer(one: readonly Step[], other: readonly Step[]): boolean {
  if (one.length !== other.length) return one.length > other.length;
  return unproven(one) < unproven(other);
}

function unproven(steps: readonly Step[]): number {
  return steps.filter(({ proven }) => !proven).length;
}

/** A new edge lengthens many chains; the longest of those that end in the same call speaks for all. */
function onePerLastEdge(chains: readonly Chain[]): readonly Chain[] {
  const best = new Map<string, Chain>();
  for (const chain of chains) {
    const { from, to } = chain.steps.at(-1)!.call;
    const key = `${from} ${to.service}`;
    const known = best.get(key);
    if (known === undefined || longer(chain.steps, known.steps)) best.set(key, chain);
  }
  return [...best.values()];
}

function describe({ entry, steps }: Chain): Finding {
  const services = [steps[0]!.call.from, ...steps.map(({ call }) => call.to.service)];
  const last = services.at(-1)!;
  const hops = steps.length;
  const guessed = unproven(steps) > 0;
  const operation = entry.entries[0]!.operation;
  return {
    rule: syncCallChain.id,
    subject: [`entry:${entry.id}`, `service:${last}`],
    discriminator: "",
    // A path between services that no handler is known to take is a hint, not a request.
    severity: guessed ? "info" : "error",
    confidence: guessed ? "low" : confidenceOf(steps),
    members: [...new Set(services)].sort(),
    measure: { name: "hops", value: hops },
    services: [...new Set(services)].sort(),
    title: `${operation} waits for ${hops} calls in a row: ${services.join(" → ")}`,
    message:
      `${code(operation)} in ${code(entry.service)} is answered only after ${hops} synchronous calls, one inside the other: ${services.map(code).join(" → ")}. ` +
      `Its latency is the sum of all, and it fails when any of the ${services.length} services does.`,
    remedy:
      `Shorten the chain where the answer is not needed at once: let ${code(services.at(-2)!)} publish an event that ${code(last)} consumes, or keep in ${code(services.at(-2)!)} ` +
      `a copy of what it asks ${code(last)} for, fed by events. A composition at the edge that calls services side by side is shorter too.`,
    evidence: [...steps].reverse().flatMap(({ call, way }) => [...callEvidence(call), ...way]),
    suggestion: null,
    bodyHash: entry.bodyHash,
  };
}

function confidenceOf(steps: readonly Step[]): Confidence {
  return weakest(...steps.map(({ call }) => call.confidence));
}
