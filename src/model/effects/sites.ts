import type { CallSite, Expr, FunctionSummary } from "../../facts/source.js";
import { addPassedNames, calleeName } from "../../facts/source-outline.js";
import { append } from "../fact-table.js";
import type { Program, SourceFile } from "../code/denotation.js";
import type { Place } from "../evidence.js";
import { isKnownModule } from "../libraries/knowledge.js";
import { packageOf } from "../libraries/package-name.js";

export { calleeName, rootName } from "../../facts/source-outline.js";

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

/** What a function is called where programs do not share numbers: its file, and its place among the functions of it. */
export function functionName(at: FunctionAt): string {
  return `${at.file.path}#${at.summary.id}`;
}

export function placeOf(at: SiteAt): Place {
  return { path: at.file.path, startLine: at.site.lines.startLine, endLine: at.site.lines.endLine };
}

/**
 * Every call site of the program by the name that it calls, so that callers of a function are found without following
 * every call there is. A name that was imported under another one is listed under the exported name; what was imported
 * as `default` is listed under `default`. Names that are passed as arguments are listed too: `ids.map(fetchProduct)`.
 */
export class SiteIndex {
  /** The files that know a name, in order; their sites are looked through when somebody asks for it. */
  private readonly files = new Map<string, SourceFile[]>();
  private readonly byName = new Map<string, readonly SiteAt[]>();
  private readonly bySite = new Map<SourceFile, SitesByName>();
  private readonly found = new Map<string, readonly SiteAt[]>();
  private readonly aliases = new Map<string, Set<string>>();
  private readonly holders = new Map<number, ReadonlyMap<number, HeldBy>>();
  private readonly nesting = new Map<number, readonly (Nesting | null)[]>();

  /** Last names of all functions: no other name can lead to one. */
  private readonly functions = new Set<string>();

  constructor(program: Program) {
    for (const { outline } of program.files) for (const name of outline.declared) this.functions.add(name);
    for (const file of program.files) this.add(file);
  }

  /** Sites that may reach a function of this name, by whatever name they know it; only those of files that `wanted` takes. */
  named(name: string, wanted?: (file: SourceFile) => boolean): readonly SiteAt[] {
    if (wanted !== undefined) return this.namedIn(name, wanted);
    const aliases = this.aliases.get(name);
    if (aliases === undefined) return this.sitesOf(name);
    let found = this.found.get(name);
    if (found === undefined) {
      found = [...new Set([name, ...aliases].flatMap((known) => this.sitesOf(known)))];
      this.found.set(name, found);
    }
    return found;
  }

  /** Of these the sites that hand on something of the name, rather than call it. */
  passing(name: string): ReadonlySet<SiteAt> {
    const sites = new Set<SiteAt>();
    for (const known of [name, ...(this.aliases.get(name) ?? [])])
      for (const file of this.files.get(fileName(known)) ?? [])
        for (const site of this.sitesIn(file).passing.get(known) ?? []) sites.add(site);
    return sites;
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

  private namedIn(name: string, wanted: (file: SourceFile) => boolean): readonly SiteAt[] {
    const names = [name, ...(this.aliases.get(name) ?? [])];
    return [
      ...new Set(
        names.flatMap((known) =>
          (this.files.get(fileName(known)) ?? []).filter(wanted).flatMap((file) => this.sitesIn(file).all.get(known) ?? []),
        ),
      ),
    ];
  }

  private sitesOf(name: string): readonly SiteAt[] {
    let sites = this.byName.get(name);
    if (sites === undefined)
      this.byName.set(name, (sites = (this.files.get(fileName(name)) ?? []).flatMap((file) => this.sitesIn(file).all.get(name) ?? [])));
    return sites;
  }

  private sitesIn(file: SourceFile): SitesByName {
    let sites = this.bySite.get(file);
    if (sites === undefined) this.bySite.set(file, (sites = sitesByName(file, this.functions)));
    return sites;
  }

  private add(file: SourceFile): void {
    const { calls, passed, aliases } = file.outline;
    const listed = exportedNames(file);
    const names = new Set([...calls.map((call) => call.slice(call.indexOf("#.") < 0 ? 0 : call.indexOf("#.") + 2)), ...passed]);
    for (const name of names) {
      this.addFile(name, file);
      const exported = listed(name);
      if (exported !== name && !names.has(exported)) this.addFile(exported, file);
    }
    for (let at = 0; at < aliases.length; at += 2) this.alias(aliases[at]!, aliases[at + 1]!);
  }

  private addFile(name: string, file: SourceFile): void {
    const files = this.files.get(name);
    if (files === undefined) this.files.set(name, [file]);
    else if (files.at(-1) !== file) files.push(file);
  }

  private alias(name: string, alias: string): void {
    if (!this.functions.has(name)) return;
    const known = this.aliases.get(name);
    if (known === undefined) this.aliases.set(name, new Set([alias]));
    else known.add(alias);
  }
}

/** Under which name files list what is listed as `new Orders`. */
function fileName(name: string): string {
  return name.startsWith("new ") ? name.slice("new ".length) : name;
}

/** Exported names of what a file imports under another one. What a known package exports is none of ours. */
function exportedNames({ fact }: SourceFile): (name: string) => string {
  const imported = new Map<string, string>();
  for (const { local, imported: exported, module } of fact.imports) {
    if (exported !== local && exported !== "*" && !isKnownModule(packageOf(module))) imported.set(local, exported);
  }
  return imported.size === 0 ? (name) => name : (name) => imported.get(name) ?? name;
}

/** The sites of a file by the names that they know. */
interface SitesByName {
  readonly all: ReadonlyMap<string, readonly SiteAt[]>;
  /** Those that know the name because they hand on what has it. */
  readonly passing: ReadonlyMap<string, readonly SiteAt[]>;
}

function sitesByName(file: SourceFile, functions: ReadonlySet<string>): SitesByName {
  const all = new Map<string, SiteAt[]>();
  const passing = new Map<string, SiteAt[]>();
  const listed = exportedNames(file);
  for (const summary of file.fact.functions) {
    for (const [index, site] of summary.calls.entries()) {
      const name = listed(calleeName(site.callee));
      const names = new Set(name === "" ? [] : [name]);
      const passed = new Set<string>();
      for (const arg of site.args) addPassedNames(arg, passed, listed);
      const at: SiteAt = { file, summary, index, site };
      for (const each of passed) {
        if (!functions.has(each)) continue;
        names.add(each);
        append(passing, each, at);
      }
      if (site.construct) names.add(`new ${name}`);
      for (const each of names) append(all, each, at);
    }
  }
  return { all, passing };
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

/** Whether a function stands inside the one with this id, in the same file. */
export function isWithinFunction(at: FunctionAt, id: number): boolean {
  let parent = at.summary.parent;
  for (let guard = 0; parent !== null && guard < 32; guard += 1) {
    if (parent === id) return true;
    parent = at.file.fact.functions[parent]?.parent ?? null;
  }
  return false;
}
