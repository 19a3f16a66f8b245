import type { Expr } from "../../facts/source.js";
import type { CallBreaker, CallTarget, ServiceCall } from "../code.js";
import { GUARD_MODULES } from "../libraries/knowledge.js";
import type { CallSites } from "./direct.js";
import type { FlowEffect } from "./flow.js";
import type { Linking } from "./linking.js";
import { calleeName, eachPart, functionKey, placeOf, siteKey, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";
import { valuesAt } from "./values.js";

/** Own functions, objects and decorators that say they stop calling what keeps failing. */
const NAMED = /breaker|circuit|resilien/i;

/** Whether something stops a call for a while when what it calls keeps failing. */
export class Breakers {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #index: SiteIndex;
  readonly #around = new Map<number, CallBreaker | null>();
  readonly #named = new Map<number, CallBreaker | null>();
  readonly #breakers = new Map<string, readonly SiteAt[]>();

  constructor(linking: Linking, sites: CallSites, index: SiteIndex) {
    this.#linking = linking;
    this.#sites = sites;
    this.#index = index;
  }

  /** The breaker around the call or around a call that leads to it, else the one that stands in front of the target. */
  of({ origin, via }: FlowEffect, to: CallTarget, kind: ServiceCall["kind"], from: string): CallBreaker | null {
    for (const at of [origin.at, ...via.toReversed()]) {
      const around = this.#aroundSite(at);
      if (around !== null) return around;
    }
    return this.#inMesh(to, from) ?? (kind === "dapr" ? this.#inDapr(to) : null);
  }

  #aroundSite(at: SiteAt): CallBreaker | null {
    const key = siteKey(at, at.index);
    let found = this.#around.get(key);
    if (found === undefined) {
      found = this.#walk(at);
      this.#around.set(key, found);
    }
    return found;
  }

  /** Outwards: the calls that the site is an argument of, and those that take the function that it stands in. */
  #walk(at: SiteAt): CallBreaker | null {
    let current: SiteAt = at;
    for (let depth = 0; depth < 8; depth += 1) {
      for (let outer = depth === 0 ? this.#enclosing(current) : current; outer !== null; outer = this.#enclosing(outer)) {
        if (this.#isBreaker(outer)) return { by: this.#nameOf(outer), kind: "code", place: placeOf(outer) };
      }
      const taken = decorated(current) ?? this.#handed(current);
      if (taken !== null) return taken;
      const held = this.#index.holderOf(current);
      if (held === null) return null;
      current = held.site;
    }
    return null;
  }

  #enclosing(at: SiteAt): SiteAt | null {
    const nested = this.#index.nestingOf(at)[at.index];
    const site = nested === null || nested === undefined ? undefined : at.summary.calls[nested.site];
    return site === undefined ? null : { ...at, index: nested!.site, site };
  }

  #isBreaker(at: SiteAt): boolean {
    const known = this.#sites.known(at);
    if (known === null) return isNamed(at.site.callee);
    if (known.knowledge.kind !== "guard") return false;
    return known.knowledge.guard === "breaker" || this.#combines(at);
  }

  /** `wrap(retries, breaker).execute(…)`. */
  #combines(at: SiteAt): boolean {
    const { library } = this.#sites.callees(at);
    const known = this.#sites.known(at);
    if (library === null || known === null || !library.path.includes("wrap()")) return false;
    const call = this.#sites.libraryCall(at, library, known, this.#sites.scope(at));
    return valuesAt("wrap:0+", call).some((value) => value.kind === "library" && /circuitBreaker/i.test(value.path.path));
  }

  #nameOf(at: SiteAt): string {
    return this.#sites.known(at)?.library ?? calleeName(at.site.callee);
  }

  /** `new CircuitBreaker(charge)`: the function is named where it is handed to the breaker. */
  #handed(fn: FunctionAt): CallBreaker | null {
    const key = functionKey(fn);
    let found = this.#named.get(key);
    if (found === undefined) {
      found = this.#handedTo(fn);
      this.#named.set(key, found);
    }
    return found;
  }

  #handedTo(fn: FunctionAt): CallBreaker | null {
    const name = fn.summary.name.replace(/^.*\./, "");
    if (name === "" || name === "(module)") return null;
    for (const at of this.#breakersGiven(name)) {
      const { callbacks } = this.#sites.callees(at);
      if (callbacks.some((each) => each.function.file === fn.file && each.function.summary === fn.summary))
        return { by: this.#nameOf(at), kind: "code", place: placeOf(at) };
    }
    return null;
  }

  /** Breakers that are handed something of this name. */
  #breakersGiven(name: string): readonly SiteAt[] {
    let found = this.#breakers.get(name);
    if (found === undefined) {
      found = this.#index
        .named(name)
        .filter((at) => calleeName(at.site.callee) !== name && (isNamed(at.site.callee) || importsGuard(at)) && this.#isBreaker(at));
      this.#breakers.set(name, found);
    }
    return found;
  }

  /** Outlier detection for all traffic to the host. */
  #inMesh(to: CallTarget, from: string): CallBreaker | null {
    const used = this.#linking.mesh.destinations.filter((destination) => destination.used && this.#isHost(destination.host, to, from));
    const covered = used.filter(({ outlierDetection }) => outlierDetection?.effective === true);
    if (covered.length === 0 || covered.length < used.length) return null;
    return { by: "outlier detection of the mesh", kind: "deployment", place: covered[0]!.outlierDetection!.place };
  }

  #isHost(host: string, to: CallTarget, from: string): boolean {
    if (to.kind === "external") return to.host === host;
    if (to.kind === "unresolved") return false;
    const found = this.#linking.services.at(host, null, from);
    return found.kind === "service" && found.service === to.service;
  }

  #inDapr(to: CallTarget): CallBreaker | null {
    if (to.kind !== "service") return null;
    for (const { path, fact } of this.#linking.table.of("traffic-policy")) {
      if (fact.policyKind !== "dapr-resiliency" || !fact.circuitBreaker) continue;
      const covers = fact.targets.some(
        ({ name }) => (this.#linking.services.named(name) ?? this.#linking.services.meantBy(name)) === to.service,
      );
      if (covers) return { by: "Dapr resiliency", kind: "deployment", place: { path, ...fact.lines } };
    }
    return null;
  }
}

/** `@UseResilience(new CircuitBreakerStrategy())` on the method or its class. */
function decorated({ file, summary }: FunctionAt): CallBreaker | null {
  const owner = summary.class === null ? undefined : file.fact.classes[summary.class];
  for (const { name, args, line } of [...summary.decorators, ...(owner?.decorators ?? [])]) {
    if (NAMED.test(name) || args.some(isNamed))
      return { by: name, kind: "code", place: { path: file.path, startLine: line, endLine: line } };
  }
  return null;
}

function isNamed(expr: Expr): boolean {
  let found = false;
  eachPart(expr, (part) => {
    if ((part.kind === "name" && NAMED.test(part.name)) || (part.kind === "member" && NAMED.test(part.property))) found = true;
    return !found;
  });
  return found;
}

function importsGuard({ file }: SiteAt): boolean {
  return file.fact.imports.some(({ module }) => GUARD_MODULES.has(module));
}
