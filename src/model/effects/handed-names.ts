import type { CallSite, Expr, FunctionSummary } from "../../facts/source.js";
import type { Evaluated } from "./evaluated.js";
import { namesOf } from "./loops.js";
import type { Run } from "./runs.js";
import { calleeName, eachPart, functionKey, isWithinFunction, rootName, type FunctionAt, type SiteAt } from "./sites.js";
import { expandedNames, FILLS } from "./standings.js";

const MOST_ROUNDS = 8;

/** An effect as a called function has it: names in its code that the arguments come from. */
interface EffectBelow {
  readonly evaluated: Evaluated;
  readonly names: ReadonlySet<string>;
}

/**
 * Names at a call that a request of the called function comes from: of the arguments those alone whose parameters lead to it. A
 * helper that is given the order and asks for the rates asks the same for each order. Where that cannot be told, all names.
 */
export class HandedNames {
  readonly #known = new WeakMap<ReadonlySet<string>, Map<number, ReadonlySet<number> | null>>();

  at(site: SiteAt, run: Run, effect: EffectBelow, all: ReadonlySet<string>): ReadonlySet<string> {
    // What changes something is sent for each item, whatever it says.
    if (effect.evaluated.kind !== "call" || effect.evaluated.mutating !== false || run.how !== "call") return all;
    const { callee, args } = site.site;
    if (args.length === 0 || args.some(({ kind }) => kind === "spread") || isRebound(callee) || isNested(run.at)) return all;
    const used = this.#parametersIn(run.at, effect.names);
    if (used === null || args.every((_, index) => used.has(index))) return all;
    const given = args.filter((_, index) => used.has(index));
    return expandedNames(site, new Set([callee, ...given].flatMap((part) => [...namesOf(part)])));
  }

  /** Positions of the parameters that names of a function come from; `null` where something on the way is not known. */
  #parametersIn(at: FunctionAt, names: ReadonlySet<string>): ReadonlySet<number> | null {
    const known = this.#known.get(names) ?? new Map<number, ReadonlySet<number> | null>();
    this.#known.set(names, known);
    const key = functionKey(at);
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = parametersBehind(at, names)));
    return found;
  }
}

function parametersBehind(at: FunctionAt, names: ReadonlySet<string>): ReadonlySet<number> | null {
  const { parameters } = at.summary;
  if (parameters.some(({ property }) => property === "...") || names.has("arguments")) return null;
  const all = new Set(names);
  const inside = at.file.fact.functions.filter(
    (fn) => fn === at.summary || isWithinFunction({ file: at.file, summary: fn }, at.summary.id),
  );
  for (let round = 0, size = -1; size !== all.size; round += 1) {
    if (round > MOST_ROUNDS) return null;
    size = all.size;
    for (const fn of inside)
      for (const source of sourcesIn(fn, inside, all)) if (!addNames(all, source, at.file.fact.functions, 0)) return null;
  }
  return new Set(parameters.filter(({ name }) => all.has(name)).map(({ index }) => index));
}

/** What the named variables of a function are given: by assignments, loops, calls that fill them, and whoever calls a callback. */
function sourcesIn(fn: FunctionSummary, inside: readonly FunctionSummary[], names: ReadonlySet<string>): readonly Expr[] {
  return [
    ...fn.locals.filter(({ name }) => names.has(name.split(".")[0]!)).map(({ value }) => value),
    ...fn.blocks.flatMap(({ over, binds }) => (over !== null && binds.some((name) => names.has(name)) ? [over] : [])),
    ...fn.calls.flatMap((call) => (fills(call, names) || takesNamed(call, inside, names) ? [call.callee, ...call.args] : [])),
  ];
}

function fills({ callee, args }: CallSite, names: ReadonlySet<string>): boolean {
  if (callee.kind !== "member" || !FILLS.test(calleeName(callee))) return false;
  const root = rootName(callee);
  return names.has(root) || (root === "Object" && args[0] !== undefined && names.has(rootName(args[0])));
}

/** `ids.map((id) => …)`, where `id` is asked for. */
function takesNamed({ args }: CallSite, inside: readonly FunctionSummary[], names: ReadonlySet<string>): boolean {
  return args.some(
    (arg) =>
      arg.kind === "function" && inside.some(({ id, parameters }) => id === arg.id && parameters.some(({ name }) => names.has(name))),
  );
}

/** `false` where a part cannot be read: it could come from anything. */
function addNames(names: Set<string>, expr: Expr, functions: readonly FunctionSummary[], depth: number): boolean {
  let isKnown = true;
  eachPart(expr, (part) => {
    if (part.kind === "name") names.add(part.name);
    if (part.kind === "unknown" || part.kind === "class") isKnown = false;
    if (part.kind !== "function") return isKnown;
    const fn = functions[part.id];
    const inner = fn === undefined ? [] : [...fn.returns, ...fn.locals.map(({ value }) => value), ...fn.calls.flatMap(({ args }) => args)];
    if (depth > 4 || !inner.every((each) => addNames(names, each, functions, depth + 1))) isKnown = false;
    return false;
  });
  return isKnown;
}

/** `send.call(this, order)`: the arguments are not where they seem. */
function isRebound(callee: Expr): boolean {
  return callee.kind === "member" && /^(call|apply|bind)$/.test(callee.property);
}

/** A function in a function sees the variables around it. */
function isNested({ file, summary }: FunctionAt): boolean {
  const outer = summary.parent === null ? undefined : file.fact.functions[summary.parent];
  return outer !== undefined && outer.name !== "(module)";
}
