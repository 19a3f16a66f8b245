import type { Expr } from "../../facts/source.js";
import type { CallBound } from "../code.js";
import type { Denotation, Scope } from "../code/denotation.js";
import type { Place } from "../evidence.js";
import { GUARD_MODULES } from "../libraries/knowledge.js";
import type { BoundKnowledge, CallKnowledge } from "../libraries/library.js";
import { canonicalPath } from "../libraries/patterns.js";
import type { CallSites, DirectSite } from "./direct.js";
import { optionInsertion } from "./insertion.js";
import type { Linking } from "./linking.js";
import { calleeName, eachPart, placeOf, rootName, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";
import { allValuesAt, type LibraryCall } from "./values.js";

/** Options that hold for all instances of a service or module: `HttpModule.register`, `axios.defaults.timeout`. */
export interface InstanceDefaults {
  /** What limits instances of this library in this service, `unknown` where a factory makes their options. */
  boundOf(service: string | null, library: string): CallBound | null;
}

/** Names of own functions and decorators that say they limit a duration. */
const TIMED = /time_?out|deadline|withTimeLimit/i;
const RESILIENT = /time_?out|resilien/i;

type Answer = CallBound | null;

/** Whether and how the duration of one call is limited. */
export class Bounds {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #index: SiteIndex;
  readonly #defaults: InstanceDefaults;

  constructor(linking: Linking, sites: CallSites, index: SiteIndex, defaults: InstanceDefaults) {
    this.#linking = linking;
    this.#sites = sites;
    this.#index = index;
    this.#defaults = defaults;
  }

  boundOf(direct: DirectSite, knowledge: CallKnowledge, call: LibraryCall, service: string | null): CallBound {
    const { bound } = knowledge;
    const { at } = direct;
    const sending = bound.sender === null ? null : this.#sendingOf(direct, bound.sender, call.scope);
    const options = bound.sender !== null && sending === null ? ({ kind: "unknown" } as const) : this.#fromOptions(bound, sending ?? call);
    if (options?.kind === "bounded") return options;
    const wrapped = this.#fromChain(at, bound) ?? this.#fromWrappers(at, call.scope);
    if (wrapped !== null) return wrapped;
    if (options !== null) return options;
    const defaults = this.#defaults.boundOf(service, direct.known.library);
    if (defaults !== null) return defaults;
    if (bound.instance && (sending ?? call).path.declared && direct.known.library !== "HttpService") return { kind: "unknown" };
    const insertion = optionInsertion(at, bound);
    if (bound.defaultSeconds !== null) return { kind: "default", seconds: bound.defaultSeconds, insertion };
    return { kind: "unbounded", insertion };
  }

  /** `null`: none of the options limits it, and all of them could be read. */
  #fromOptions(bound: BoundKnowledge, call: LibraryCall): Answer {
    if (call.program.argumentsOf(call.args, call.scope).some(({ value }) => value.kind === "spread")) return { kind: "unknown" };
    let unknown = false;
    const values = allValuesAt(bound.options, call);
    const keys = this.#keysOf(bound, values);
    for (const value of values) {
      const answer = this.#fromObject(value, keys);
      if (answer?.kind === "bounded") return answer;
      if (answer?.kind === "unknown") unknown ||= bound.sender !== null || !isAddress(value, call);
    }
    return unknown ? { kind: "unknown" } : null;
  }

  /** With the key that counts only beside another one, where any of the options has that. */
  #keysOf({ keys, onlyWith }: BoundKnowledge, values: readonly Denotation[]): readonly string[] {
    if (onlyWith === null) return keys;
    const on = values.some((value) => this.#fromObject(value, [onlyWith.switch])?.kind === "bounded");
    return on ? [...keys, onlyWith.key] : keys;
  }

  /** The call that a command is handed to, by itself or in a variable; `null` where it, or what it is called on, cannot be seen. */
  #sendingOf({ at: command, known }: DirectSite, sender: string, scope: Scope): LibraryCall | null {
    const variables = new Set(command.summary.locals.filter(({ value }) => isResultOf(value, command.index)).map(({ name }) => name));
    const nested = this.#index.nestingOf(command)[command.index];
    const index = command.summary.calls.findIndex(({ args: [first] }, at) =>
      nested === null || nested === undefined
        ? first?.kind === "name" && variables.has(first.name)
        : at === nested.site && nested.argument === 0,
    );
    const sending = siteOf(command, index);
    if (sending === null) return null;
    const { library } = this.#linking.program.callees(sending.site, scope);
    if (library === null || canonicalPath(library.path) !== sender) return null;
    return this.#sites.libraryCall(sending, library, known, scope);
  }

  #fromObject(value: Denotation, keys: readonly string[]): Answer {
    const { program } = this.#linking;
    if (value.kind === "choice") {
      const answers = value.options.map((option) => this.#fromObject(option, keys));
      return answers.find((answer) => answer?.kind === "bounded") ?? answers.find((answer) => answer !== null) ?? null;
    }
    if (value.kind === "unknown" || value.kind === "library" || value.kind === "instance") return { kind: "unknown" };
    if (value.kind !== "object") return null;
    for (const key of keys) {
      const entry = value.entries.get(key);
      if (entry === undefined) continue;
      if (!isNoLimit(program.denote(entry.value, entry.scope))) {
        return { kind: "bounded", by: key, place: { path: entry.scope.file.path, startLine: entry.line, endLine: entry.line } };
      }
    }
    return value.open ? { kind: "unknown" } : null;
  }

  /** What is done with the result: `.timeout(5000)`, `.pipe(timeout(5000))`, `request.setTimeout(5000)`. */
  #fromChain(at: SiteAt, bound: BoundKnowledge): Answer {
    const followed = [at, ...this.#uses(at)];
    for (const start of followed) {
      let current: SiteAt | null = start;
      for (let depth = 0; current !== null && depth < 12; depth += 1) {
        const name = calleeName(current.site.callee);
        if (current !== at && name === "pipe") {
          const timeout = this.#pipedTimeout(current);
          if (timeout !== null) return timeout;
        } else if (current !== at && bound.chain.includes(name)) return { kind: "bounded", by: name, place: placeOf(current) };
        current = this.#receiverOf(current);
      }
    }
    return null;
  }

  /** The call that this one is the receiver of. */
  #receiverOf(at: SiteAt): SiteAt | null {
    const nested = this.#index.nestingOf(at)[at.index];
    if (nested === null || nested === undefined || nested.argument !== -1) return null;
    return siteOf(at, nested.site);
  }

  /** Calls on the variable that got the result: `req.setTimeout(5000)` after `const req = http.request(…)`. */
  #uses(at: SiteAt): readonly SiteAt[] {
    const names = new Set<string>();
    for (const local of at.summary.locals) if (isResultOf(local.value, at.index)) names.add(local.name);
    if (names.size === 0) return [];
    return at.summary.calls.flatMap((site, index) => (names.has(rootName(site.callee)) ? [{ ...at, index, site }] : []));
  }

  #pipedTimeout(pipe: SiteAt): Answer {
    for (const arg of pipe.site.args) {
      let place: Place | null = null;
      eachPart(arg, (part) => {
        if (part.kind !== "call" || place !== null) return place === null;
        const inner = siteOf(pipe, part.site);
        const known = inner === null ? null : this.#sites.known(inner);
        const timed = known?.knowledge.kind === "guard" && known.knowledge.guard === "timeout";
        if (inner !== null && (timed || TIMED.test(calleeName(part.callee)))) place = placeOf(inner);
        return place === null;
      });
      if (place !== null) return { kind: "bounded", by: "timeout", place };
    }
    return null;
  }

  /** What runs or waits for the call: `Promise.race`, `pTimeout`, `breaker.fire`, a function called `withTimeout`. */
  #fromWrappers(at: SiteAt, scope: Scope): Answer {
    let current: SiteAt | null = at;
    let fn: FunctionAt = at;
    for (let depth = 0; depth < 8; depth += 1) {
      for (let inner: SiteAt | null = current; inner !== null; inner = this.#enclosing(inner)) {
        if (inner === current && depth === 0) continue;
        const guard = this.#guardAt(inner);
        if (guard !== null) return guard;
      }
      const decorated = this.#decorated(fn);
      if (decorated !== null) return decorated;
      const held = this.#index.holderOf(fn);
      if (held === null) break;
      current = held.site;
      fn = held.site;
    }
    return this.#passedToGuard(fn, scope);
  }

  #enclosing(at: SiteAt): SiteAt | null {
    const nested = this.#index.nestingOf(at)[at.index];
    return nested === null || nested === undefined ? null : siteOf(at, nested.site);
  }

  #guardAt(at: SiteAt): Answer {
    const name = calleeName(at.site.callee);
    const known = this.#sites.known(at);
    if (known !== null) {
      if (known.knowledge.kind !== "guard") return null;
      const { guard } = known.knowledge;
      if (guard === "timeout") return bounded(known.library, at);
      if (guard === "breaker" && !turnsOff(at.site.args[1])) return bounded(known.library, at);
      if (guard === "race" && racesAgainst(at.site.args[0])) return bounded("Promise.race", at);
      return null;
    }
    return TIMED.test(name) && !/^(set|clear)/.test(name) ? bounded(name, at) : null;
  }

  /** `new CircuitBreaker(this.charge)`: the function is named where it is handed to what limits it. */
  #passedToGuard(fn: FunctionAt, _scope: Scope): Answer {
    const name = fn.summary.name.replace(/^.*\./, "");
    if (name === "" || name === "(module)") return null;
    for (const site of this.#index.named(name)) {
      if (calleeName(site.site.callee) === name || !importsGuard(site)) continue;
      const known = this.#sites.known(site);
      if (known?.knowledge.kind !== "guard") continue;
      const { guard } = known.knowledge;
      if (guard !== "timeout" && (guard !== "breaker" || turnsOff(site.site.args[1]))) continue;
      const passed = this.#sites.callees(site).callbacks;
      if (passed.some((callback) => callback.function.file === fn.file && callback.function.summary === fn.summary))
        return bounded(known.library, site);
    }
    return null;
  }

  /** `@Timeout(5000)` on the method, `@UseInterceptors(TimeoutInterceptor)` on it or its class. */
  #decorated(fn: FunctionAt): Answer {
    const owner = fn.summary.class === null ? undefined : fn.file.fact.classes[fn.summary.class];
    for (const decorator of [...fn.summary.decorators, ...(owner?.decorators ?? [])]) {
      // `@Timeout(5000)` of a scheduler is when a method runs, not how long.
      if (decorator.name === "Timeout" && this.#linking.program.decorator(decorator, fn.file)?.module === "@nestjs/schedule") continue;
      const named = RESILIENT.test(decorator.name) || decorator.args.some((arg) => mentions(arg, RESILIENT));
      if (named)
        return { kind: "bounded", by: decorator.name, place: { path: fn.file.path, startLine: decorator.line, endLine: decorator.line } };
    }
    return null;
  }
}

function bounded(by: string, at: SiteAt): CallBound {
  return { kind: "bounded", by, place: placeOf(at) };
}

function siteOf(at: FunctionAt, index: number): SiteAt | null {
  const site = at.summary.calls[index];
  return site === undefined ? null : { file: at.file, summary: at.summary, index, site };
}

function isResultOf(value: Expr, site: number): boolean {
  return value.kind === "call" && (value.site === site || isResultOf(value.callee, site))
    ? true
    : value.kind === "member" && isResultOf(value.object, site);
}

/** `timeout: 0`, `timeout: false`, `signal: undefined`: no limit at all. */
function isNoLimit(value: Denotation): boolean {
  return value.kind === "null" || (value.kind === "number" && value.value <= 0) || (value.kind === "boolean" && !value.value);
}

/** The first argument may be a URL or options: an unknown one counts as options only if it is called so. */
function isAddress(value: Denotation, call: LibraryCall): boolean {
  if (value.kind !== "unknown") return false;
  const [first] = call.args;
  if (first === undefined) return false;
  const isFirst = call.program.denote(first, call.scope, call.place) === value || (call.args.length === 1 && value.kind === "unknown");
  return isFirst && !/opt|conf|req|param|init|args/i.test(value.text);
}

function importsGuard({ file }: SiteAt): boolean {
  return file.fact.imports.some(({ module }) => GUARD_MODULES.has(module));
}

/** `{ timeout: false }`. */
function turnsOff(options: Expr | undefined): boolean {
  if (options?.kind !== "object") return false;
  return options.entries.some((entry) => entry.key === "timeout" && entry.value.kind === "boolean" && !entry.value.value);
}

function racesAgainst(list: Expr | undefined): boolean {
  return list?.kind === "array" ? list.items.length > 1 : false;
}

function mentions(expr: Expr, pattern: RegExp): boolean {
  let found = false;
  eachPart(expr, (part) => {
    if (part.kind === "name" && pattern.test(part.name)) found = true;
    return !found;
  });
  return found;
}
