import type { Block, Expr, FunctionSummary } from "../../facts/source.js";
import { NUMBERS_OF_CALLEES, type Branch, type EffectContext, type Loop } from "../code.js";
import { branchesOf } from "./branches.js";
import type { CallSites } from "./direct.js";
import type { Linking } from "./linking.js";
import { blockLoops, namesOf, type LoopAround } from "./loops.js";
import type { Run } from "./runs.js";
import { rootName, siteKey, type FunctionAt, type Nesting, type SiteAt, type SiteIndex } from "./sites.js";

const MOST_LOOPS = 6;
const WAITS_FOR_ALL = new Set(["all", "allSettled", "any", "race"]);

/** Where one call site stands in its own function. */
interface Standing {
  readonly loops: readonly LoopAround[];
  readonly tryOf: number | null;
  readonly catchOf: number | null;
  readonly concurrent: number | null;
  readonly transaction: number | null;
  readonly branches: readonly Branch[];
  /** Names that its callee and arguments come from, through local variables. */
  readonly names: ReadonlySet<string>;
}

/** Knows where call sites stand: in which loops, attempts, transactions and concurrent groups. */
export class Standings {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #index: SiteIndex;
  readonly #transactionAt: (site: SiteAt) => number | null;
  readonly #known = new Map<number, Standing>();

  constructor(linking: Linking, sites: CallSites, index: SiteIndex, transactionAt: (site: SiteAt) => number | null) {
    this.#linking = linking;
    this.#sites = sites;
    this.#index = index;
    this.#transactionAt = transactionAt;
  }

  namesAt(site: SiteAt): ReadonlySet<string> {
    return this.#at(site).names;
  }

  /** The context of an effect that a site has or leads to, seen from the site's function. */
  placed(site: SiteAt, inner: EffectContext, names: ReadonlySet<string>, run: Run | null): EffectContext {
    const standing = this.#at(site);
    const undone = run?.undo === "catch" ? 5000 + site.index : run?.undo === "registered" ? 6000 + site.index : inner.catchOf;
    return {
      loops: [...standing.loops.map((around) => closed(around, intersects(around.names, names))), ...inner.loops].slice(0, MOST_LOOPS),
      catchOf: standing.catchOf ?? undone,
      tryOf: standing.tryOf ?? inner.tryOf,
      transaction: run?.transaction === true ? site.index + 1 : (standing.transaction ?? inner.transaction),
      concurrent: standing.concurrent ?? inner.concurrent,
      branches: standing.branches.length === 0 ? inner.branches : [...standing.branches, ...inner.branches],
    };
  }

  /** The loops right around a site. */
  loopsAt(site: SiteAt, names: ReadonlySet<string>): readonly Loop[] {
    return this.#at(site).loops.map((around) => closed(around, intersects(around.names, names)));
  }

  #at(site: SiteAt): Standing {
    const key = siteKey(site, site.index);
    let standing = this.#known.get(key);
    if (standing === undefined) {
      standing = this.#standing(site);
      this.#known.set(key, standing);
    }
    return standing;
  }

  #standing(site: SiteAt): Standing {
    const { tryOf, catchOf } = triesOf(site);
    return {
      loops: blockLoops(site, this.#linking.program, this.#sites.scope(site)),
      tryOf: tryOf ?? this.#chainedCatch(site),
      catchOf,
      concurrent: this.#concurrentAt(site),
      transaction: this.#transactionAt(site),
      branches: branchesOf(site),
      names: namesAt(site),
    };
  }

  /** `reserve().then(charge).catch(undo)`: what stands before the `catch` is tried by it. */
  #chainedCatch(site: SiteAt): number | null {
    const nesting = this.#index.nestingOf(site);
    let at: Nesting | null = nesting[site.index] ?? null;
    for (let depth = 0; at !== null && depth < 12; depth += 1) {
      const { callee } = site.summary.calls[at.site]!;
      if (at.argument === -1 && callee.kind === "member" && callee.property === "catch") return 5000 + at.site;
      at = nesting[at.site] ?? null;
    }
    return null;
  }

  #concurrentAt(site: SiteAt): number | null {
    const nesting = this.#index.nestingOf(site);
    let at: Nesting | null = nesting[site.index] ?? null;
    for (let depth = 0; at !== null && depth < 12; depth += 1) {
      const { callee } = site.summary.calls[at.site]!;
      const isPromise = callee.kind === "member" && callee.object.kind === "name" && callee.object.name === "Promise";
      if (isPromise && WAITS_FOR_ALL.has(callee.property)) return at.site + 1;
      at = nesting[at.site] ?? null;
    }
    return null;
  }
}

/** Numbers of a called function, made different from those of its caller. */
export function renumbered(site: SiteAt, context: EffectContext): EffectContext {
  const other = (value: number | null): number | null =>
    value === null ? null : NUMBERS_OF_CALLEES * (site.index + 1) + (value % NUMBERS_OF_CALLEES);
  return {
    ...context,
    catchOf: other(context.catchOf),
    tryOf: other(context.tryOf),
    transaction: other(context.transaction),
    concurrent: other(context.concurrent),
  };
}

export function closed(around: LoopAround, dependent: boolean): Loop {
  return { ...around.loop, dependent, exempt: around.exempt, own: true };
}

export function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const name of a) if (b.has(name)) return true;
  return false;
}

function namesAt(site: SiteAt): ReadonlySet<string> {
  const names = new Set<string>();
  const parts: readonly Expr[] = [site.site.callee, ...site.site.args];
  for (const part of parts) for (const name of namesOf(part)) names.add(name);
  return expandedNames(site, names);
}

/** With the names that the values of the function's variables come from, and so on. */
export function expandedNames(at: FunctionAt, names: ReadonlySet<string>): ReadonlySet<string> {
  const all = new Set(names);
  const { locals } = at.summary;
  const filled = fillings(at.summary);
  for (const name of all) {
    if (all.size > 200) break;
    for (const local of locals)
      if (local.name === name || local.name.startsWith(`${name}.`)) for (const part of namesOf(local.value)) all.add(part);
    for (const part of filled.get(name) ?? []) all.add(part);
  }
  return all;
}

/** `query.append("sku", sku)`, `request.setSku(sku)`: what is asked for comes from what the query or the request is given. */
export const FILLS = /^(?:set|append|add|push|unshift|with|insert|assign|query|field|attach)(?![a-z])/;
const FILLINGS = new WeakMap<FunctionSummary, ReadonlyMap<string, ReadonlySet<string>>>();

/** By each variable of a function the names that it is filled with by calls of its own methods. */
function fillings(summary: FunctionSummary): ReadonlyMap<string, ReadonlySet<string>> {
  const known = FILLINGS.get(summary);
  if (known !== undefined) return known;
  const found = new Map<string, Set<string>>();
  const own = new Set([...summary.locals, ...summary.parameters].map(({ name }) => name));
  for (const { callee, args } of summary.calls) {
    if (callee.kind !== "member" || !FILLS.test(callee.property)) continue;
    // `Object.assign(body, { sku })`
    const isAssign = rootName(callee) === "Object";
    const [into, ...parts] = isAssign ? args : [callee.object, ...args];
    const name = into === undefined ? "" : rootName(into);
    if (!own.has(name)) continue;
    const names = found.get(name) ?? new Set<string>();
    for (const part of parts) for (const each of namesOf(part)) names.add(each);
    found.set(name, names);
  }
  FILLINGS.set(summary, found);
  return found;
}

function triesOf(site: SiteAt): { readonly tryOf: number | null; readonly catchOf: number | null } {
  let tryOf: number | null = null;
  let catchOf: number | null = null;
  let index: number | null = site.site.block;
  for (let guard = 0; index !== null && guard < 64; guard += 1) {
    const block: Block | undefined = site.summary.blocks[index];
    if (block === undefined) break;
    if (block.kind === "try") tryOf ??= block.group;
    if (block.kind === "catch") catchOf ??= block.group;
    index = block.parent;
  }
  return { tryOf, catchOf };
}
