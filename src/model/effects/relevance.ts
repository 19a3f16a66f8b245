import type { Expr, FunctionSummary } from "../../facts/source.js";
import { ANNOUNCING, isListener } from "../code/event-listeners.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Runs } from "./runs.js";
import { functionKey, siteKey, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";

/** Functions that lead to a known call, with the sites in them that do: nothing else has to be followed. */
export class Relevance {
  /** By function, in order of evaluation. */
  readonly #sites = new Map<number, SiteAt[]>();

  constructor(direct: readonly DirectSite[], index: SiteIndex, sites: CallSites, runs: Runs) {
    const queue: FunctionAt[] = [];
    const marked = new Set<number>();
    const mark = (at: SiteAt): void => {
      const site = siteKey(at, at.index);
      if (marked.has(site)) return;
      marked.add(site);
      const key = functionKey(at);
      const known = this.#sites.get(key);
      if (known !== undefined) {
        known.push(at);
        return;
      }
      this.#sites.set(key, [at]);
      queue.push(at);
    };
    for (const { at } of direct) mark(at);
    const callers = new Callers(index, sites, runs);
    for (let next = 0; next < queue.length; next += 1) for (const site of callers.of(queue[next]!)) mark(site);
    for (const known of this.#sites.values()) known.sort((a, b) => a.index - b.index);
  }

  /** Sites of the function that lead to an effect, in order of evaluation. */
  sitesOf(at: FunctionAt): readonly SiteAt[] {
    return this.#sites.get(functionKey(at)) ?? [];
  }

  /** In order of path, then function. */
  functions(): readonly FunctionAt[] {
    return [...this.#sites.values()].map(([first]) => first!).sort((a, b) => functionKey(a) - functionKey(b));
  }
}

/** Who calls a function: all sites that know a name are followed once, and listed by what they reach. */
class Callers {
  readonly #index: SiteIndex;
  readonly #sites: CallSites;
  readonly #runs: Runs;
  readonly #bySite = new Map<number, ReadonlySet<number>>();
  readonly #byName = new Map<string, ReadonlyMap<number, readonly SiteAt[]>>();

  constructor(index: SiteIndex, sites: CallSites, runs: Runs) {
    this.#index = index;
    this.#sites = sites;
    this.#runs = runs;
  }

  of(at: FunctionAt): readonly SiteAt[] {
    const held = this.#index.holderOf(at);
    const key = functionKey(at);
    if (held !== null) return this.#reached(held.site).has(key) ? [held.site] : [];
    return [...namesOf(at), ...this.#resultNames(at), ...announcing(at)].flatMap((name) => this.#named(name).get(key) ?? []);
  }

  /** `reserve` of `const reserve = caller(url)`, where `caller` makes and returns the function. */
  #resultNames(at: FunctionAt): readonly string[] {
    const { file, summary } = at;
    const maker = summary.parent === null ? undefined : file.fact.functions[summary.parent];
    if (maker === undefined || !isReturned(summary, maker)) return [];
    const made: FunctionAt = { file, summary: maker };
    const names = namesOf(made)
      .flatMap((name) => this.#named(name).get(functionKey(made)) ?? [])
      .flatMap(heldNames);
    return [...new Set(names)];
  }

  #named(name: string): ReadonlyMap<number, readonly SiteAt[]> {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const found = new Map<number, SiteAt[]>();
    const passing = this.#index.passing(name);
    for (const site of this.#index.named(name)) {
      // What it is given has other names than the one that is looked for: to follow it all would be most of the work.
      for (const key of passing.has(site) ? this.#reached(site) : this.#called(site)) {
        const callers = found.get(key);
        if (callers === undefined) found.set(key, [site]);
        else callers.push(site);
      }
    }
    this.#byName.set(name, found);
    return found;
  }

  /** What the site runs without what is handed on. */
  #called(site: SiteAt): ReadonlySet<number> {
    const { functions, listeners } = this.#sites.callees(site);
    if (functions.length + listeners.length === 0) return NONE;
    const own = this.#sites.ownCallees(site).map(functionKey);
    return new Set([...own, ...[...functions, ...listeners].map(({ function: fn }) => functionKey(fn))]);
  }

  #reached(site: SiteAt): ReadonlySet<number> {
    const key = siteKey(site, site.index);
    let reached = this.#bySite.get(key);
    if (reached === undefined) {
      const { functions, callbacks, listeners } = this.#sites.callees(site);
      reached =
        functions.length + callbacks.length + listeners.length === 0
          ? NONE
          : new Set(this.#runs.of(site).map((run) => functionKey(run.at)));
      this.#bySite.set(key, reached);
    }
    return reached;
  }
}

const NONE: ReadonlySet<number> = new Set();

/** `return (order) => …`, `const send = (order) => …; return send;` */
function isReturned({ id }: FunctionSummary, { returns, locals }: FunctionSummary): boolean {
  const isIt = (value: Expr): boolean => value.kind === "function" && value.id === id;
  return returns.some((one) => isIt(one) || (one.kind === "name" && locals.some(({ name, value }) => name === one.name && isIt(value))));
}

/** Last names of what keeps the result of a call: a variable, a property, an export. */
function heldNames({ file, summary, index }: SiteAt): readonly string[] {
  const names: string[] = [];
  const look = (value: Expr | null, name: string): void => {
    if (value === null) return;
    if (value.kind === "call" && value.site === index) names.push(name);
    else if (value.kind === "object") for (const entry of value.entries) look(entry.value, entry.key);
  };
  for (const { value, name } of summary.locals) look(value, name.slice(name.lastIndexOf(".") + 1));
  for (const value of summary.returns) look(value, "");
  if (summary.id === 0) for (const { value, exported } of file.fact.exports) look(value, exported === "=" ? "default" : exported);
  return names.filter((name) => name !== "");
}

/** How the event is announced that the function listens to. */
function announcing({ file, summary }: FunctionAt): readonly string[] {
  const owner = summary.class === null ? undefined : file.fact.classes[summary.class];
  return owner !== undefined && isListener(owner, summary) ? ANNOUNCING : [];
}

/** Names under which others may call it: its own, its class's, or any where it is what the file exports by default. */
function namesOf({ file, summary }: FunctionAt): readonly string[] {
  const { name } = summary;
  if (name === "(module)") return [];
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (last === "constructor") return [`new ${name.slice(0, -".constructor".length).replace(/^.*\./, "")}`];
  const isDefault = file.fact.exports.some(({ exported }) => exported === "default" || exported === "=");
  // `actions: { reserve: { handler() { … } } }` is called `reserve`.
  if (last === "handler") return [last, name.split(".").at(-2) ?? last];
  return isDefault && !name.includes(".") ? [last, "default"] : [last];
}
