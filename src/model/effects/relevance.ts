import type { CallSites, DirectSite } from "./direct.js";
import type { Runs } from "./runs.js";
import { functionKey, siteKey, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";

/** Functions that lead to a known call, with the sites in them that do: nothing else has to be followed. */
export class Relevance {
  readonly #sites = new Map<string, Set<number>>();
  readonly #functions = new Map<string, FunctionAt>();

  constructor(direct: readonly DirectSite[], index: SiteIndex, sites: CallSites, runs: Runs) {
    const queue: FunctionAt[] = [];
    const mark = (at: SiteAt): void => {
      const key = functionKey(at);
      let known = this.#sites.get(key);
      if (known === undefined) {
        known = new Set();
        this.#sites.set(key, known);
        this.#functions.set(key, at);
        queue.push(at);
      }
      known.add(at.index);
    };
    for (const { at } of direct) mark(at);
    const callers = new Callers(index, sites, runs);
    for (let next = 0; next < queue.length; next += 1) for (const site of callers.of(queue[next]!)) mark(site);
  }

  /** Sites of the function that lead to an effect, in order of evaluation. */
  sitesOf(at: FunctionAt): readonly SiteAt[] {
    const indices = this.#sites.get(functionKey(at));
    if (indices === undefined) return [];
    return [...indices].sort((a, b) => a - b).map((index) => ({ file: at.file, summary: at.summary, index, site: at.summary.calls[index]! }));
  }

  /** In order of path, then function. */
  functions(): readonly FunctionAt[] {
    return [...this.#functions.values()].sort((a, b) => (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.summary.id - b.summary.id));
  }
}

/** Who calls a function: all sites that know a name are followed once, and listed by what they reach. */
class Callers {
  readonly #index: SiteIndex;
  readonly #sites: CallSites;
  readonly #runs: Runs;
  readonly #bySite = new Map<string, ReadonlySet<string>>();
  readonly #byName = new Map<string, ReadonlyMap<string, readonly SiteAt[]>>();

  constructor(index: SiteIndex, sites: CallSites, runs: Runs) {
    this.#index = index;
    this.#sites = sites;
    this.#runs = runs;
  }

  of(at: FunctionAt): readonly SiteAt[] {
    const held = this.#index.holderOf(at);
    const key = functionKey(at);
    if (held !== null) return this.#reached(held.site).has(key) ? [held.site] : [];
    return namesOf(at).flatMap((name) => this.#named(name).get(key) ?? []);
  }

  #named(name: string): ReadonlyMap<string, readonly SiteAt[]> {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const found = new Map<string, SiteAt[]>();
    for (const site of this.#index.named(name)) {
      for (const key of this.#reached(site)) {
        const callers = found.get(key);
        if (callers === undefined) found.set(key, [site]);
        else callers.push(site);
      }
    }
    this.#byName.set(name, found);
    return found;
  }

  #reached(site: SiteAt): ReadonlySet<string> {
    const key = siteKey(site, site.index);
    let reached = this.#bySite.get(key);
    if (reached === undefined) {
      const { functions, callbacks } = this.#sites.callees(site);
      reached = functions.length === 0 && callbacks.length === 0 ? NONE : new Set(this.#runs.of(site).map((run) => functionKey(run.at)));
      this.#bySite.set(key, reached);
    }
    return reached;
  }
}

const NONE: ReadonlySet<string> = new Set();

/** Names under which others may call it: its own, its class's, or any where it is what the file exports by default. */
function namesOf({ file, summary }: FunctionAt): readonly string[] {
  const { name } = summary;
  if (name === "(module)") return [];
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (last === "constructor") return [`new ${name.slice(0, -".constructor".length).replace(/^.*\./, "")}`];
  const isDefault = file.fact.exports.some(({ exported }) => exported === "default" || exported === "=");
  return isDefault && !name.includes(".") ? [last, "default"] : [last];
}
