import type { ServiceCall } from "../../model/code.js";
import type { Confidence, Evidence, Place } from "../../model/evidence.js";
import type { SystemModel } from "../../model/model.js";
import { calledOf } from "./call-subject.js";

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
  // Whoever is left last can reach all that it is in a circle with; backwards from there comes only who reaches it.
  const callers = reversed(graph);
  const grouped = new Set<string>();
  const groups: string[][] = [];
  for (const service of inOrderOfLeaving(graph).reverse()) {
    const group = walked(callers, service, grouped);
    if (group.length > 1) groups.push(group.sort());
  }
  return groups.sort((one, other) => (one[0]! < other[0]! ? -1 : 1));
}

type Edges = ReadonlyMap<string, { keys(): Iterable<string> }>;

function reversed(graph: ServiceGraph): Edges {
  const callers = new Map<string, Set<string>>();
  for (const [from, targets] of graph) for (const to of targets.keys()) callers.set(to, (callers.get(to) ?? new Set<string>()).add(from));
  return callers;
}

/** Every service after all that were first reached from it. */
function inOrderOfLeaving(graph: Edges): string[] {
  const seen = new Set<string>();
  const left: string[] = [];
  for (const start of graph.keys()) walked(graph, start, seen, left);
  return left;
}

/** What can be reached from a service and was not seen before, itself too, in no certain order; `left` gets each when all below it are done. */
function walked(graph: Edges, start: string, seen: Set<string>, left: string[] = []): string[] {
  const found: string[] = [];
  const open: { readonly service: string; readonly next: Iterator<string> }[] = [];
  const enter = (service: string): void => {
    if (seen.has(service)) return;
    seen.add(service);
    found.push(service);
    open.push({ service, next: (graph.get(service)?.keys() ?? [])[Symbol.iterator]() });
  };
  enter(start);
  for (let at = open.at(-1); at !== undefined; at = open.at(-1)) {
    const { done, value } = at.next.next();
    if (done !== true) enter(value);
    else left.push(open.pop()!.service);
  }
  return found;
}

/** The call itself, then the lines through which its target was found. */
export function callEvidence(call: InternalCall): readonly Evidence[] {
  const at = ({ path, startLine }: Place): string => `${path}:${startLine}`;
  const own: Evidence = { ...call.place, kind: "code", note: `calls ${calledOf(call)}` };
  return [own, ...call.evidence.filter((evidence) => at(evidence) !== at(call.place))];
}

/** The surest that any of the calls is: one sure call makes the edge sure. */
export function surest(calls: readonly InternalCall[]): Confidence {
  const values = new Set(calls.map(({ confidence }) => confidence));
  if (values.has("high")) return "high";
  return values.has("medium") ? "medium" : "low";
}
