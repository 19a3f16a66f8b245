import type { CallSite, Parameter } from "../../facts/source.js";
import type { Callee, Denotation, DenotationOf, FunctionRef, Scope } from "./denotation.js";
import { placeAt, type Linker } from "./linker.js";
import { invocationOf } from "./scopes.js";
import { choose } from "./text.js";

/** Methods that hand their callback one element after the other. */
const ITERATING = new Set(["map", "forEach", "flatMap", "filter", "some", "every", "find", "reduce", "reduceRight", "findIndex"]);

/** A helper that may be one of more functions than this is none. */
const MOST_HELPERS = 4;

/**
 * `orders.map((order) => …)`: an element of what is iterated. `connect().then((client) => …)`: what is awaited.
 * `inTransaction((client) => …)`: what the team's own helper calls it with, or declares to.
 */
export function callbackArgument(parameter: Parameter, { function: fn }: Scope, outer: Scope | null, linker: Linker): Denotation | null {
  if (outer === null || fn.parent === null || parameter.property === "...") return null;
  const isIt = (arg: CallSite["args"][number]): boolean => arg.kind === "function" && arg.id === fn.id;
  const call = outer.function.calls.find((site) => site.args.some(isIt));
  if (call === undefined) return null;
  const iterated = call.callee.kind === "member" ? iteratedBy(call.callee, parameter, outer, linker) : null;
  return iterated ?? handedByHelper(call, call.args.findIndex(isIt), parameter.index, outer, linker);
}

function iteratedBy(
  { object, property }: Extract<CallSite["callee"], { kind: "member" }>,
  { index, name }: Parameter,
  outer: Scope,
  linker: Linker,
): Denotation | null {
  if (index !== (property === "reduce" || property === "reduceRight" ? 1 : 0)) return null;
  if (property === "then") return linker.denote(object, outer);
  return ITERATING.has(property) ? linker.elementOf(linker.denote(object, outer), name) : null;
}

function handedByHelper(call: CallSite, argument: number, index: number, outer: Scope, linker: Linker): Denotation | null {
  const place = placeAt(outer.file, call.lines.startLine);
  const value = linker.denote(call.callee, outer, place);
  const helpers = (value.kind === "choice" ? value.options : [value]).filter(
    (one): one is DenotationOf<"function"> => one.kind === "function",
  );
  if (helpers.length === 0 || helpers.length > MOST_HELPERS) return null;
  const given = helpers.flatMap((helper) => {
    const callee = linker.enter(helper, invocationOf(call.args, outer, place));
    const taken = callee.function.summary.parameters.find((one) => one.index === argument && one.property === null);
    return taken === undefined ? [] : (passedTo(taken, index, callee, linker) ?? declaredFor(taken, index, callee.function, linker) ?? []);
  });
  return given.length === 0 ? null : choose(given);
}

/** What the helper itself, or a function inside of it, calls its parameter with. */
function passedTo(taken: Parameter, index: number, { function: { file, summary }, scope }: Callee, linker: Linker): Denotation | null {
  for (const fn of [summary, ...file.fact.functions.filter(({ parent }) => parent === summary.id)]) {
    const call = fn.calls.find(({ callee }) => callee.kind === "name" && callee.name === taken.name);
    const arg = call?.args[index];
    if (call === undefined || arg === undefined) continue;
    const inside = fn === summary ? scope : linker.scopeOf(file, fn, { outer: scope, self: scope.self });
    const value = linker.denote(arg, inside, placeAt(file, call.lines.startLine));
    if (value.kind !== "unknown") return value;
  }
  return null;
}

/** `work: (client: PoolClient) => Promise<T>`. */
function declaredFor({ type }: Parameter, index: number, { file }: FunctionRef, linker: Linker): Denotation | null {
  const declared = type?.name === "=>" ? type.args[index + 1] : undefined;
  if (declared === undefined) return null;
  const value = linker.denoteType({ file, type: declared });
  return value.kind === "unknown" ? null : value;
}
