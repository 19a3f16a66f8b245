import type { ClassRef } from "../code/denotation.js";
import type { CallSites } from "./direct.js";
import type { Handlers } from "./handlers.js";
import type { Linking } from "./linking.js";
import { calleeName, eachPart, functionKey, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";

const MOST_DEPTH = 8;
/** Methods that a framework calls once it has made the object. */
const LIFECYCLE = /^(constructor|onModuleInit|onApplicationBootstrap|onModuleDestroy|afterInit|configure)$/;

/**
 * Whether code is ever run: a handler that nobody registers and a class that nobody makes do nothing. In doubt it is: a
 * call of something unknown may run any method of that name. `strict`, for shared code, says no in that doubt, and takes
 * every service's own code for run.
 */
export class Use {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #index: SiteIndex;
  readonly #handlers: Handlers;
  readonly #strict: boolean;
  readonly #known = new Map<number, boolean>();
  #imported: ReadonlySet<string> | null = null;

  constructor(linking: Linking, sites: CallSites, index: SiteIndex, handlers: Handlers, how: "strict" | "lenient" = "lenient") {
    this.#strict = how === "strict";
    this.#linking = linking;
    this.#sites = sites;
    this.#index = index;
    this.#handlers = handlers;
  }

  of(at: FunctionAt, depth = 0): boolean {
    const key = functionKey(at);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (depth > MOST_DEPTH) return true;
    // Functions that only call each other are not used.
    this.#known.set(key, false);
    const used = this.#ask(at, depth);
    this.#known.set(key, used);
    return used;
  }

  #ask(at: FunctionAt, depth: number): boolean {
    const { file, summary } = at;
    if (summary.name === "(module)" || (this.#strict && file.service !== null)) return true;
    const own = summary.class === null ? undefined : file.fact.classes[summary.class];
    const name = summary.name.slice(summary.name.lastIndexOf(".") + 1);
    if (own !== undefined) {
      const entered = this.#handlers.entriesOf(functionKey(at)).length > 0 || summary.decorators.length > 0 || LIFECYCLE.test(name);
      if (entered) return this.#isClassUsed({ file, summary: own });
    } else {
      if (this.#handlers.entriesOf(functionKey(at)).length > 0) return true;
      const parent = summary.parent === null ? undefined : file.fact.functions[summary.parent];
      if (parent !== undefined && (parent.name !== "(module)" || this.#index.holderOf(at) !== null))
        return this.of({ file, summary: parent }, depth + 1);
    }
    return this.#index.named(name).some((site) => this.#reaches(site, at) && this.of(site, depth + 1));
  }

  #reaches(site: SiteAt, at: FunctionAt): boolean {
    if (site.file === at.file && site.summary === at.summary) return false;
    const { functions, callbacks, unresolved, library } = this.#sites.callees(site);
    const isIt = (fn: FunctionAt): boolean => fn.file === at.file && fn.summary === at.summary;
    if (functions.some((callee) => isIt(callee.function)) || callbacks.some((callback) => isIt(callback.function))) return true;
    return !this.#strict && unresolved && library === null && functions.length === 0 && site.site.callee.kind === "member";
  }

  #isClassUsed({ file, summary }: ClassRef): boolean {
    this.#imported ??= new Set(
      this.#linking.program.files.flatMap(({ fact }) =>
        fact.imports.map(({ imported, local }) => (imported === "default" || imported === "*" ? local : imported)),
      ),
    );
    if (this.#imported.has(summary.name)) return true;
    if (
      file.fact.exports.some(
        ({ exported, value }) => (exported === "default" || exported === "=") && value?.kind === "name" && value.name === summary.name,
      )
    )
      return true;
    return (
      file.fact.functions.some(
        (fn) =>
          fn.class !== summary.id &&
          fn.calls.some(({ callee, args }) => calleeName(callee) === summary.name || args.some((arg) => names(arg, summary.name))),
      ) || file.fact.classes.some((other) => other.decorators.some(({ args }) => args.some((arg) => names(arg, summary.name))))
    );
  }
}

function names(expr: Parameters<typeof eachPart>[0], name: string): boolean {
  let found = false;
  eachPart(expr, (part) => {
    if (part.kind === "name" && part.name === name) found = true;
    return !found;
  });
  return found;
}
