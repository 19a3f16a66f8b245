import type { CallBound, CallTarget, ServiceCall } from "../code.js";
import { lowered, type Confidence, type Place } from "../evidence.js";
import type { Mesh, MeshRoute } from "../mesh.js";
import type { Bounds } from "./bounds.js";
import type { Breakers } from "./breakers.js";
import type { CallSites } from "./direct.js";
import type { FlowEffect } from "./flow.js";
import type { Linking } from "./linking.js";
import { placeOf, type FunctionAt, type SiteAt } from "./sites.js";
import { namelessOperation } from "./verbs.js";

/** A call as it will stand in the model, before calls are sorted and numbered. */
export interface DraftCall extends Omit<ServiceCall, "id" | "function"> {
  readonly holder: FunctionAt;
  /** Another caller's arguments could say no more. */
  readonly complete: boolean;
}

/** Collects the calls of all functions: one for each site, caller's service, target and operation. */
export class Calls {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #bounds: Bounds;
  readonly #breakers: Breakers;
  readonly #bySite = new Map<string, Map<string, DraftCall>>();

  constructor(linking: Linking, sites: CallSites, bounds: Bounds, breakers: Breakers) {
    this.#linking = linking;
    this.#sites = sites;
    this.#bounds = bounds;
    this.#breakers = breakers;
  }

  /** Adds the call that an effect is, and answers its key; `null` for other effects and calls of nobody's service. */
  add(effect: FlowEffect): string | null {
    const { evaluated, origin, service } = effect;
    if (evaluated.kind !== "call" || evaluated.to === null || evaluated.protocol === null || service === null) return null;
    const { file, summary, index } = origin.at;
    const group = `${file.path}#${summary.id}#${index}${service}`;
    const key = `${group}|${targetKey(evaluated.to)}|${namelessOperation(evaluated.operation ?? "")}`;
    const known = this.#bySite.get(group) ?? new Map<string, DraftCall>();
    this.#bySite.set(group, known);
    const before = known.get(key);
    if (before === undefined) known.set(key, this.#draft(effect, service));
    else {
      const loops = before.loops.length < effect.context.loops.length ? effect.context.loops : before.loops;
      // One caller with a breaker is enough: the others are thought to go through it.
      known.set(key, { ...before, loops, breaker: before.breaker ?? this.#breakers.of(effect, before.to, before.kind, service) });
    }
    return key;
  }

  /** Adds a call that the code declares and no call site makes. */
  declare(call: DraftCall): void {
    const { path, startLine } = call.place;
    const key = `${path}:${startLine}|${targetKey(call.to)}|${call.operation}`;
    this.#bySite.set(key, new Map([[key, call]]));
  }

  /** Sorted by caller, then place; where a caller's arguments told more, what the site alone says is left out. */
  all(): ReadonlyMap<string, DraftCall> {
    const found: [string, DraftCall][] = [];
    for (const variants of this.#bySite.values()) {
      const complete = [...variants].filter(([, call]) => call.complete && call.to.kind !== "unresolved");
      const resolved = complete.length > 0 ? complete : [...variants].filter(([, call]) => call.to.kind !== "unresolved");
      found.push(...(resolved.length > 0 ? resolved : [...variants].slice(0, 1)));
    }
    return new Map(
      found.sort(([a, one], [b, other]) => compare(one.from, other.from) || comparePlaces(one.place, other.place) || compare(a, b)),
    );
  }

  #draft(effect: FlowEffect, service: string): DraftCall {
    const { evaluated, origin, context } = effect;
    const { knowledge, library } = origin.known;
    const call = this.#sites.libraryCall(origin.at, origin.path, origin.known, effect.scope);
    return {
      from: service,
      holder: effect.origin.at,
      to: evaluated.to!,
      kind: evaluated.protocol!,
      library,
      operation: evaluated.operation ?? "",
      mutating: evaluated.mutating,
      place: placeOf(origin.at),
      confidence: confidenceOf(effect),
      evidence: evaluated.evidence,
      loops: context.loops,
      // A message that waits for its answer is bounded, or not, by whatever listens for the answer.
      bound:
        knowledge.kind !== "call"
          ? { kind: "unknown" }
          : this.#meshBound(this.#bounds.boundOf(origin, knowledge, call, service), evaluated.to!, service),
      breaker: this.#breakers.of(effect, evaluated.to!, evaluated.protocol!, service),
      runByHand: this.#linking.isRunByHand(origin.at.file.path),
      handler: evaluated.handler,
      complete: evaluated.complete,
    };
  }

  /** A route or a policy of the mesh limits every call to its host, whatever the client does. */
  #meshBound(bound: CallBound, to: CallTarget, from: string): CallBound {
    if (bound.kind === "bounded" || to.kind !== "service") return bound;
    const place = meshTimeout(this.#linking.mesh, (host) => {
      const found = this.#linking.services.at(host, null, from);
      return found.kind === "service" && found.service === to.service;
    });
    return place === null ? bound : { kind: "routed", by: "mesh route", place };
  }
}

function meshTimeout(mesh: Mesh, isTarget: (host: string) => boolean): Place | null {
  const isWay = (route: MeshRoute): boolean =>
    route.insideHosts.some((host) => (host.includes("*") ? route.destinations.some(isTarget) : isTarget(host)));
  const routes = mesh.routes.filter((route) => route.routes && isWay(route));
  const limit = mesh.limits.find(({ host }) => isTarget(host));
  if (limit !== undefined) return limit.place;
  const limited = routes.filter((route) => route.timeout !== null && (route.timeout.seconds ?? 1) > 0);
  return routes.length > 0 && limited.length === routes.length ? (limited[0]?.timeout?.place ?? null) : null;
}

/** The innermost function of a service: the one with the call site, or the first one that leads into library code. */
export function holderOf(effect: FlowEffect): FunctionAt {
  const sites: readonly SiteAt[] = [effect.origin.at, ...effect.via.toReversed()];
  return sites.find((site) => site.file.service !== null) ?? effect.origin.at;
}

export function confidenceOf(effect: FlowEffect): Confidence {
  return lowered(effect.evaluated.confidence, effect.steps);
}

function targetKey(to: CallTarget): string {
  return to.kind === "service" ? to.service : to.kind === "external" ? `external ${to.host}` : "";
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function comparePlaces(a: Place, b: Place): number {
  return compare(a.path, b.path) || a.startLine - b.startLine || a.endLine - b.endLine;
}
