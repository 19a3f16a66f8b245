import type { Block, Expr, FunctionSummary } from "../../facts/source.js";
import type { Denotation, Program, Scope } from "../code/denotation.js";
import { calleeName, rootName, type SiteAt } from "./sites.js";

const MOST_VALUES = 8;

/** Says what the variables of a loop over something are, where it can. */
type Bind = (over: Expr | null, names: readonly string[], scope: Scope, bindings: Map<string, Denotation>) => void;

/**
 * The scope of a site with the loop variables around it bound to all the values that they take, where the loop goes
 * through an object that is written in the code: `for (const [name, url] of Object.entries(SERVICE_URLS))`. `null` where
 * there is no such loop.
 */
export function loopScope(at: SiteAt, scope: Scope, program: Program): Scope | null {
  return boundScope(at, scope, program, (over, names, around, bindings) => bindEntries(over, names, around, program, bindings));
}

/**
 * The scope of a site with the loop variables around it left open, where the loop goes through a list that is written in
 * the code: what all rounds have in common does not change with the list. `null` where there is no such loop.
 */
export function openScope(at: SiteAt, scope: Scope, program: Program): Scope | null {
  return boundScope(at, scope, program, (over, names, around, bindings) => {
    const list = over === null ? null : program.denote(over, around);
    if (list?.kind !== "array" || list.items.length < 2) return;
    for (const name of names) bindings.set(name, { kind: "unknown", text: name, type: null, trail: [] });
  });
}

function boundScope(at: SiteAt, scope: Scope, program: Program, bind: Bind): Scope | null {
  const bindings = new Map<string, Denotation>();
  for (let index: number | null = at.site.block, guard = 0; index !== null && guard < 64; guard += 1) {
    const block: Block | undefined = at.summary.blocks[index];
    if (block === undefined) break;
    if (block.kind === "for-of") bind(block.over, block.binds, scope, bindings);
    index = block.parent;
  }
  bindParameters(at, scope, program, bindings, bind);
  return bindings.size === 0
    ? null
    : program.scopeOf(at.file, at.summary, { self: scope.self, outer: scope.outer, invocation: scope.invocation, bindings });
}

/** `Object.entries(URLS).map(async ([name, url]) => …)`: the parameters of the callback that the site stands in. */
function bindParameters(at: SiteAt, scope: Scope, program: Program, bindings: Map<string, Denotation>, bind: Bind): void {
  const { parent, id, parameters } = at.summary;
  const outer: FunctionSummary | undefined = parent === null ? undefined : at.file.fact.functions[parent];
  const holder = outer?.calls.find((call) => call.args.some((arg) => arg.kind === "function" && arg.id === id));
  if (outer === undefined || holder?.callee.kind !== "member" || !/^(map|forEach|flatMap|filter)$/.test(holder.callee.property)) return;
  const around = scope.outer ?? program.scopeOf(at.file, outer);
  const names = parameters.filter(({ index }) => index === 0).map(({ name }) => name);
  bind(holder.callee.object, names, around, bindings);
}

function bindEntries(over: Expr | null, binds: readonly string[], scope: Scope, program: Program, bindings: Map<string, Denotation>): void {
  if (over?.kind !== "call" || rootName(over.callee) !== "Object" || over.args[0] === undefined) return;
  const method = calleeName(over.callee);
  const value = program.denote(over.args[0], scope);
  if (value.kind !== "object" || value.entries.size === 0) return;
  const keys = [...value.entries.keys()].slice(0, MOST_VALUES);
  const texts = keys.map((key): Denotation => ({ kind: "text", parts: [{ kind: "literal", text: key }], trail: [] }));
  const values = keys.map((key) => program.member(value, key));
  const [first, second] = binds;
  if (method === "keys" && first !== undefined) bindings.set(first, choice(texts));
  if (method === "values" && first !== undefined) bindings.set(first, choice(values));
  if (method === "entries" && first !== undefined && second !== undefined) {
    bindings.set(first, choice(texts));
    bindings.set(second, choice(values));
  }
}

function choice(options: readonly Denotation[]): Denotation {
  const flat = options.flatMap((option) => (option.kind === "choice" ? option.options : [option])).slice(0, MOST_VALUES);
  return flat.length === 1 ? flat[0]! : { kind: "choice", options: flat, trail: [] };
}
