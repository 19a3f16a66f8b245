import type { ServiceCall } from "../../model/code.js";
import type { Confidence, Evidence, Place } from "../../model/evidence.js";
import type { SystemModel } from "../../model/model.js";

/** A synchronous call whose target is a service of this system, another than its own. */
export interface InternalCall extends ServiceCall {
  readonly to: { readonly kind: "service"; readonly service: string };
}

/** All calls from one service to another, by caller, then callee. */
export type ServiceGraph = ReadonlyMap<string, ReadonlyMap<string, readonly InternalCall[]>>;

export function isInternal(call: ServiceCall): call is InternalCall {
  return call.to.kind === "service" && call.to.service !== call.from;
}

export function serviceGraph(model: SystemModel): ServiceGraph {
  const graph = new Map<string, Map<string, InternalCall[]>>();
  for (const call of model.code.calls.filter(isInternal)) {
    const targets = graph.get(call.from) ?? new Map<string, InternalCall[]>();
    graph.set(call.from, targets.set(call.to.service, [...(targets.get(call.to.service) ?? []), call]));
  }
  return graph;
}

/** Services that reach each other, each group sorted, groups sorted by their first; single services are left out. */
export function cyclesOf(graph: ServiceGraph): readonly (readonly string[])[] {
  const reach = new Map([...graph.keys()].map((service) => [service, reachableFrom(graph, service)] as const));
  const groups = new Map<string, readonly string[]>();
  for (const [service, reached] of reach) {
    if (!reached.has(service)) continue;
    const group = [...reached].filter((other) => reach.get(other)?.has(service) === true).sort();
    groups.set(group[0]!, group);
  }
  return [...groups.values()].sort((one, other) => (one[0]! < other[0]! ? -1 : 1));
}

/** The call itself, then the lines through which its target was found. */
export function callEvidence(call: InternalCall): readonly Evidence[] {
  const at = ({ path, startLine }: Place): string => `${path}:${startLine}`;
  const own: Evidence = { ...call.place, kind: "code", note: `calls ${call.operation} of ${call.to.service}` };
  return [own, ...call.evidence.filter((evidence) => at(evidence) !== at(call.place))];
}

/** The surest that any of the calls is: one sure call makes the edge sure. */
export function surest(calls: readonly InternalCall[]): Confidence {
  const values = new Set(calls.map(({ confidence }) => confidence));
  if (values.has("high")) return "high";
  return values.has("medium") ? "medium" : "low";
}

/** Everything that can be reached over at least one edge; the start only if a cycle leads back to it. */
function reachableFrom(graph: ServiceGraph, start: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...(graph.get(start)?.keys() ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(graph.get(next)?.keys() ?? []));
  }
  return reached;
}
