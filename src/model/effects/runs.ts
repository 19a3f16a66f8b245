import type { Callback, Callees, Scope } from "../code/denotation.js";
import type { CallSites } from "./direct.js";
import { callbackLoop, type LoopAround } from "./loops.js";
import { calleeName, rootName, siteKey, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";
import type { Linking } from "./linking.js";

/** One function that a call site runs, and how. */
export interface Run {
  readonly at: FunctionAt;
  readonly scope: Scope;
  /** `call`: it is called here. `callback`: it is passed here and run by what is called. `event`: it listens to what is announced here. */
  readonly how: "call" | "callback" | "event";
  /** Run once per item. */
  readonly loop: LoopAround | null;
  readonly transaction: boolean;
  /** Run to undo: on failure, or registered as a compensation. */
  readonly undo: "catch" | "registered" | null;
  /** The confidence falls by so many steps. */
  readonly steps: number;
}

/** Functions given to these run some other time, on behalf of nobody here. */
const LATER =
  /^(on|once|off|addListener|addEventListener|prependListener|setTimeout|setInterval|setImmediate|nextTick|queueMicrotask|schedule|scheduleJob|cron|use|command|action|describe|it|test|beforeEach|afterEach|beforeAll|afterAll|hook|addHook|decorate|listen|handle|registerHandler|createServer|defineConfig|middleware)$/;
/** Own functions of such names keep what they are given until a message comes; `subscribe` of an observable runs it. */
const KEEPS = /^(subscribe\w*|register\w*|add\w*(Handler|Listener|Consumer|Subscriber))$/;
/** `procedure.input(Order).mutation(async ({ input }) => …)`: builders of a router keep what they are given until somebody asks. */
const PROCEDURES = /^(?:query|mutation|subscription|handler|resolver)$/;
/** `tool({ description, execute: async (order) => … })`: a model may call it, or not. */
const MAKES_TOOL = /^(?:(?:create|define|dynamic)?[tT]ool)$/;
const VERBS = /^(get|post|put|patch|delete|all|route|register)$/;
const UNDO = /compensat|undo|roll_?backs?|revert/i;
const STEP = /^(invoke|execute|run|action|perform|do|forward|transaction|task)$/i;
const UNDOES = { loop: null, transaction: false, undo: "registered" } as const;
/** Own functions that are called like something that goes through a list. */
const OWN_ITERATORS =
  /^(p?map|each|forEach|for_?each|async(Map|ForEach|Each|Filter))\w*$|(Series|Parallel|Sequential(ly)?|Concurrent(ly)?|WithConcurrency|InBatches?)$/;

/** What each call site runs: own functions, and functions among its arguments. */
export class Runs {
  readonly #linking: Linking;
  readonly #sites: CallSites;
  readonly #index: SiteIndex;
  readonly #known = new Map<number, readonly Run[]>();

  constructor(linking: Linking, sites: CallSites, index: SiteIndex) {
    this.#linking = linking;
    this.#sites = sites;
    this.#index = index;
  }

  of(at: SiteAt): readonly Run[] {
    const key = siteKey(at, at.index);
    let runs = this.#known.get(key);
    if (runs === undefined) this.#known.set(key, (runs = this.#find(at)));
    return runs;
  }

  #find(at: SiteAt): readonly Run[] {
    const callees = this.#sites.callees(at);
    const steps = callees.steps + (callees.functions.length > 1 ? 1 : 0);
    const runs: Run[] = callees.functions.map((callee) => ({
      at: { file: callee.function.file, summary: callee.function.summary },
      scope: callee.scope,
      how: "call",
      loop: null,
      transaction: false,
      undo: null,
      steps,
    }));
    for (const own of this.#sites.ownCallees(at))
      runs.push({ at: own, scope: this.#sites.scope(own), how: "call", loop: null, transaction: false, undo: null, steps: 0 });
    for (const { function: fn, scope } of callees.listeners) {
      // Nobody waits for a listener, and it may be told by others too.
      runs.push({ at: { file: fn.file, summary: fn.summary }, scope, how: "event", loop: null, transaction: false, undo: null, steps: 1 });
    }
    if (callees.callbacks.length === 0 || this.isLater(at)) return runs;
    for (const callback of callees.callbacks) {
      const target: FunctionAt = { file: callback.function.file, summary: callback.function.summary };
      const how = takesBack(callees, callback) ? UNDOES : this.#callback(at, target, callback.key, callbackNames(at));
      if (how !== null) runs.push({ at: target, scope: callback.scope, how: "callback", steps: 0, ...how });
    }
    return runs;
  }

  /** Whether what is passed here runs some other time: a handler given to a router, a listener, a batch function. */
  isLater(at: SiteAt): boolean {
    for (let current: SiteAt | null = at, depth = 0; current !== null && depth < 12; depth += 1) {
      if (this.#registers(current)) return true;
      const nested: { readonly site: number; readonly argument: number } | null = this.#index.nestingOf(current)[current.index] ?? null;
      if (nested === null) return false;
      const outer: SiteAt | null = nested.argument < 0 ? null : siteOf(current, nested.site);
      current = outer;
    }
    return false;
  }

  #registers(at: SiteAt): boolean {
    const known = this.#sites.known(at);
    if (known !== null) {
      const { knowledge } = known;
      if (knowledge.kind === "guard") return knowledge.guard === "deferred" || knowledge.guard === "batch-loader";
      return knowledge.kind === "route" || knowledge.kind === "mount" || knowledge.kind === "consume";
    }
    const name = calleeName(at.site.callee);
    if (LATER.test(name) || isWrapper(at)) return true;
    const isOwn = this.#sites.callees(at).functions.length > 0;
    if (isOwn ? KEEPS.test(name) : MAKES_TOOL.test(name) || keepsHandler(at) || isHandlerByName(at)) return true;
    const [first, ...others] = at.site.args;
    if (first?.kind === "function") return PROCEDURES.test(name) && others.length === 0;
    return VERBS.test(name) && at.site.callee.kind === "member" && first?.kind === "text" && first.value.startsWith("/");
  }

  #callback(at: SiteAt, target: FunctionAt, key: string | null, names: string): Pick<Run, "loop" | "transaction" | "undo"> | null {
    const once = { loop: null, transaction: false, undo: null } as const;
    const known = this.#sites.known(at);
    const name = calleeName(at.site.callee);
    if (known !== null) {
      const { knowledge } = known;
      if (knowledge.kind === "database" && knowledge.access === "transaction") return { ...once, transaction: true };
      if (knowledge.kind === "guard" && knowledge.guard === "race") return once;
      if (key !== null) return STEP.test(key) ? once : null;
    } else if (key !== null) {
      if (UNDO.test(key)) return { ...once, undo: "registered" };
      return STEP.test(key) || /^\d+$/.test(key) ? once : null;
    }
    if (name === "catch") return { ...once, undo: "catch" };
    if (UNDO.test(names)) return { ...once, undo: "registered" };
    const callees = this.#sites.callees(at);
    const own = callees.functions.length > 0;
    const scope = this.#sites.scope(at);
    const loop = callbackLoop(at, target, known, own && !OWN_ITERATORS.test(name), this.#linking.program, scope);
    return { ...once, loop };
  }
}

/** `saga.addStep("reserve", reserve, release)`, where the third parameter of `addStep` is called `compensation`. */
function takesBack({ functions }: Callees, { argument, key }: Callback): boolean {
  const [callee] = functions;
  return (
    key === null &&
    callee !== undefined &&
    callee.function.summary.parameters.some((parameter) => parameter.index === argument && UNDO.test(parameter.name))
  );
}

/**
 * `registry.register("order.paid", async (order) => …);`, `app.route("/orders").post(async (request) => …);`: nobody waits for what
 * is told a name or a verb and a function, so that it runs some other time. A step with a name is waited for.
 */
function keepsHandler({ site: { callee, args, result, construct }, file }: SiteAt): boolean {
  const last = args.at(-1);
  if (result !== "floating" || last?.kind !== "function" || (callee.kind !== "member" && !construct)) return false;
  const [first] = args;
  const takesSomething = (file.fact.functions[last.id]?.parameters.length ?? 0) > 0;
  if (args.length === 1) return takesSomething && VERBS.test(calleeName(callee));
  if (first?.kind === "text" || first?.kind === "template") return true;
  return takesSomething && first?.kind === "member" && first.object.kind === "name" && /^[A-Z]/.test(first.object.name);
}

/** `{ pay: guarded(async (order) => …) }`: whoever asks for it by its name runs it. */
function isHandlerByName({ site: { args, result }, summary, file, index }: SiteAt): boolean {
  const last = args.at(-1);
  if (result !== "used" || last?.kind !== "function" || (file.fact.functions[last.id]?.parameters.length ?? 0) === 0) return false;
  return [...summary.returns, ...summary.locals.map(({ value }) => value)].some(
    (value) => value.kind === "object" && value.entries.some((entry) => entry.value.kind === "call" && entry.value.site === index),
  );
}

/** `export const create = asyncHandler(async (request) => …)`: what is made at the top of a file is run by others. */
function isWrapper(at: SiteAt): boolean {
  return at.summary.parent === null && at.summary.class === null && at.site.result === "used";
}

/** The names of what is called, for telling `compensations.push(undo)` from `tasks.push(run)`. */
function callbackNames(at: SiteAt): string {
  const { callee } = at.site;
  return callee.kind === "member"
    ? `${rootName(callee)} ${callee.object.kind === "member" ? callee.object.property : ""} ${callee.property}`
    : calleeName(callee);
}

function siteOf(at: FunctionAt, index: number): SiteAt | null {
  const site = at.summary.calls[index];
  return site === undefined ? null : { file: at.file, summary: at.summary, index, site };
}
