import type { CallSites, DirectSite } from "./direct.js";
import type { Runs } from "./runs.js";
import { functionKey, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";

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
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      for (const site of callersOf(next, index)) {
        if (this.#sites.get(functionKey(site))?.has(site.index) === true) continue;
        if (reaches(site, next, sites, runs)) mark(site);
      }
    }
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

function callersOf(at: FunctionAt, index: SiteIndex): readonly SiteAt[] {
  const held = index.holderOf(at);
  if (held !== null) return [held.site];
  const { name } = at.summary;
  if (name === "(module)") return [];
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (last === "constructor") return index.named(`new ${name.slice(0, -".constructor".length).replace(/^.*\./, "")}`);
  return [...index.named(last), ...(isDefaultExport(at) ? index.named("default") : [])];
}

/** The function, or the class or object that it is a method of, may be known to importers by any name. */
function isDefaultExport(at: FunctionAt): boolean {
  return at.file.fact.exports.some(({ exported }) => exported === "default" || exported === "=");
}

function reaches(site: SiteAt, target: FunctionAt, sites: CallSites, runs: Runs): boolean {
  const callees = sites.callees(site);
  const isTarget = (file: FunctionAt["file"], summary: FunctionAt["summary"]): boolean => file === target.file && summary === target.summary;
  if (callees.functions.some((callee) => isTarget(callee.function.file, callee.function.summary))) return true;
  return callees.callbacks.some((callback) => isTarget(callback.function.file, callback.function.summary)) && runs.of(site).some((run) => isTarget(run.at.file, run.at.summary));
}
