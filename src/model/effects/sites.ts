import type { CallSite, Expr, FunctionSummary } from "../../facts/source.js";
import type { Program, SourceFile } from "../code/denotation.js";
import type { Place } from "../evidence.js";
import { isKnownModule } from "../libraries/knowledge.js";
import { packageOf } from "../libraries/package-name.js";

/** One function of one file. Files with equal text share their summaries, so the file is part of the identity. */
export interface FunctionAt {
  readonly file: SourceFile;
  readonly summary: FunctionSummary;
}

/** One call site of one file. */
export interface SiteAt extends FunctionAt {
  /** Index in `summary.calls`. */
  readonly index: number;
  readonly site: CallSite;
}

/** Where a function expression stands as an argument: it is run by that call, or handed on by it. */
export interface HeldBy {
  readonly site: SiteAt;
  readonly argument: number;
}

/** The number of a call site in its program: numbers are cheaper to look up by than places. */
export function siteKey(at: FunctionAt, index: number): number {
  return at.file.firstSites[at.summary.id]! + index;
}

/** The number of a function in its program. */
export function functionKey(at: FunctionAt): number {
  return at.file.firstFunction + at.summary.id;
}

export function placeOf(at: SiteAt): Place {
  return { path: at.file.path, startLine: at.site.lines.startLine, endLine: at.site.lines.endLine };
}

/** The last name of what is called: `get` in `this.http.get`, `fetch` in `fetch`; empty where there is none. */
export function calleeName(callee: Expr): string {
  if (callee.kind === "name") return callee.name;
  if (callee.kind === "member") return callee.property;
  if (callee.kind === "choice") return calleeName(callee.options[0] ?? { kind: "unknown" });
  return "";
}

/** The leftmost name of an expression: `this` in `this.http.get(url)`. */
export function rootName(expr: Expr): string {
  let at = expr;
  for (let depth = 0; depth < 64; depth += 1) {
    if (at.kind === "name") return at.name;
    if (at.kind === "member" || at.kind === "element") at = at.object;
    else if (at.kind === "call") at = at.callee;
    else return "";
  }
  return "";
}

/**
 * Every call site of the program by the name that it calls, so that callers of a function are found without following
 * every call there is. A name that was imported under another one is listed under the exported name; what was imported
 * as `default` is listed under `default`. Names that are passed as arguments are listed too: `ids.map(fetchProduct)`.
 */
export class SiteIndex {
  private readonly byName = new Map<string, SiteAt[]>();
  private readonly found = new Map<string, readonly SiteAt[]>();
  private readonly aliases = new Map<string, Set<string>>();
  private readonly holders = new Map<number, ReadonlyMap<number, HeldBy>>();
  private readonly nesting = new Map<number, readonly (Nesting | null)[]>();

  /** Last names of all functions: no other name can lead to one. */
  private readonly functions = new Set<string>();

  constructor(program: Program) {
    for (const file of program.files) {
      for (const { name } of file.fact.functions) this.functions.add(name.slice(name.lastIndexOf(".") + 1));
    }
    for (const file of program.files) this.add(file);
  }

  /** Sites that may reach a function of this name, by whatever name they know it. */
  named(name: string): readonly SiteAt[] {
    const aliases = this.aliases.get(name);
    if (aliases === undefined) return this.byName.get(name) ?? [];
    let found = this.found.get(name);
    if (found === undefined) {
      found = [...new Set([name, ...aliases].flatMap((known) => this.byName.get(known) ?? []))];
      this.found.set(name, found);
    }
    return found;
  }

  /** The call that a function expression is an argument of; `null` where it is stored, returned, or a declaration. */
  holderOf(at: FunctionAt): HeldBy | null {
    const { parent } = at.summary;
    if (parent === null) return null;
    const key = at.file.firstFunction + parent;
    let held = this.holders.get(key);
    if (held === undefined) {
      held = functionArguments(at.file, at.file.fact.functions[parent]);
      this.holders.set(key, held);
    }
    return held.get(at.summary.id) ?? null;
  }

  /** For each site of a function, the site of the same function that it is an argument or the receiver of. */
  nestingOf(at: FunctionAt): readonly (Nesting | null)[] {
    const key = functionKey(at);
    let nesting = this.nesting.get(key);
    if (nesting === undefined) {
      nesting = nestingOf(at.summary);
      this.nesting.set(key, nesting);
    }
    return nesting;
  }

  /** The calls on the result of a call, in order: `insert(orders).values(row).returning()`. */
  chainOf(at: SiteAt): readonly SiteAt[] {
    const chain: SiteAt[] = [];
    let current = at;
    for (let depth = 0; depth < 16; depth += 1) {
      const nested = this.nestingOf(current)[current.index];
      const site = nested?.argument === -1 ? current.summary.calls[nested.site] : undefined;
      if (site === undefined) return chain;
      current = { ...current, index: nested!.site, site };
      chain.push(current);
    }
    return chain;
  }

  private add(file: SourceFile): void {
    const imported = new Map<string, string>();
    for (const binding of file.fact.imports) {
      // What a known package exports is none of ours.
      if (binding.imported !== binding.local && binding.imported !== "*" && !isKnownModule(packageOf(binding.module))) imported.set(binding.local, binding.imported);
    }
    const listed = (name: string): string => imported.get(name) ?? name;
    for (const exported of file.fact.exports) this.aliasesOf(exported.value, exported.exported === "=" ? "default" : exported.exported);
    for (const of of file.fact.classes) {
      for (const field of of.fields) this.aliasesOf(field.value, field.name);
    }
    for (const summary of file.fact.functions) {
      for (const local of summary.locals) this.aliasesOf(local.value, local.name.replace(/^.*\./, ""));
      for (const value of summary.returns) if (value.kind === "object") this.aliasesOf(value, "");
      summary.calls.forEach((site, index) => this.addSite({ file, summary, index, site }, listed));
    }
  }

  private addSite(at: SiteAt, listed: (name: string) => string): void {
    const name = listed(calleeName(at.site.callee));
    const names = new Set(name === "" ? [] : [name]);
    const passed = new Set<string>();
    for (const arg of at.site.args) addPassedNames(arg, passed, listed);
    for (const each of passed) if (this.functions.has(each)) names.add(each);
    if (at.site.construct) names.add(`new ${name}`);
    for (const each of names) {
      const sites = this.byName.get(each);
      if (sites === undefined) this.byName.set(each, [at]);
      else sites.push(at);
    }
  }

  /** `const create = withLog(createOrder)`, `export default createOrder`, `{ create: createOrder }`. */
  private aliasesOf(value: Expr | null, name: string, depth = 0): void {
    if (value === null || depth > 3) return;
    if (value.kind === "name" || value.kind === "member") this.alias(calleeName(value), name);
    else if (value.kind === "object") {
      for (const entry of value.entries) this.aliasesOf(entry.value, entry.key, depth + 1);
    } else if (value.kind === "call" && name !== "default") {
      for (const arg of value.args) this.aliasesOf(arg, name, depth + 1);
    } else if (value.kind === "choice") {
      for (const option of value.options) this.aliasesOf(option, name, depth + 1);
    }
  }

  private alias(name: string, alias: string): void {
    if (name === alias || alias === "" || !this.functions.has(name)) return;
    const known = this.aliases.get(name);
    if (known === undefined) this.aliases.set(name, new Set([alias]));
    else known.add(alias);
  }
}

/** How a site stands inside another one of the same function. */
export interface Nesting {
  readonly site: number;
  /** Index of the argument, or -1 for the receiver. */
  readonly argument: number;
}

function nestingOf(summary: FunctionSummary): readonly (Nesting | null)[] {
  const nesting: (Nesting | null)[] = summary.calls.map(() => null);
  summary.calls.forEach((site, index) => {
    const claim = (expr: Expr, argument: number): void => {
      eachPart(expr, (part) => {
        if (part.kind !== "call" || part.site < 0 || part.site === index || part.site >= nesting.length) return true;
        nesting[part.site] ??= { site: index, argument };
        return false;
      });
    };
    site.args.forEach((arg, argument) => claim(arg, argument));
    claim(site.callee, -1);
  });
  return nesting;
}

function functionArguments(file: SourceFile, summary: FunctionSummary | undefined): ReadonlyMap<number, HeldBy> {
  const held = new Map<number, HeldBy>();
  summary?.calls.forEach((site, index) => {
    site.args.forEach((arg, argument) => {
      eachPart(arg, (part) => {
        // A call inside the argument holds its own functions.
        if (part.kind === "call") return false;
        if (part.kind === "function" && !held.has(part.id)) held.set(part.id, { site: { file, summary, index, site }, argument });
        return true;
      });
    });
  });
  return held;
}

function addPassedNames(expr: Expr, names: Set<string>, listed: (name: string) => string, depth = 0): void {
  if (depth > 3) return;
  if (expr.kind === "name") names.add(listed(expr.name));
  else if (expr.kind === "member") names.add(expr.property);
  else if (expr.kind === "object") for (const entry of expr.entries) addPassedNames(entry.value, names, listed, depth + 1);
  else if (expr.kind === "array") for (const item of expr.items) addPassedNames(item, names, listed, depth + 1);
  else if (expr.kind === "call" && expr.callee.kind === "member" && expr.callee.property === "bind") {
    addPassedNames(expr.callee.object, names, listed, depth + 1);
  }
}

/** Visits an expression and its parts; `visit` says whether to go into the parts of what it was given. */
export function eachPart(expr: Expr, visit: (part: Expr) => boolean, depth = 0): void {
  if (depth > 64 || !visit(expr)) return;
  for (const part of partsOf(expr)) eachPart(part, visit, depth + 1);
}

function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "template":
      return expr.parts;
    case "member":
      return [expr.object];
    case "element":
      return [expr.object, expr.index];
    case "call":
      return [expr.callee, ...expr.args];
    case "object":
      return [...expr.entries.map((entry) => entry.value), ...expr.spreads];
    case "array":
      return expr.items;
    case "choice":
      return expr.options;
    case "spread":
      return [expr.value];
    default:
      return [];
  }
}
