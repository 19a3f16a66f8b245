import type { CallSite, FunctionSummary } from "../../facts/source.js";
import { calleeName } from "../../facts/source-outline.js";
import { append } from "../fact-table.js";
import type { ClassRef, Denotation, Invocation, Scope, SourceFile } from "./denotation.js";
import { MAX_ANCESTORS } from "./hierarchy.js";
import { placeAt, type Linker } from "./linker.js";
import { constructorOf } from "./members.js";
import { invocationOf } from "./scopes.js";

/** A call by the name that is looked for. */
interface Candidate {
  readonly file: SourceFile;
  readonly fn: FunctionSummary;
  readonly site: CallSite;
}

/** A file, and by which names it may call what is looked for. */
interface CallingFile {
  readonly file: SourceFile;
  readonly names: ReadonlySet<string>;
}

/** What more calls than these hand over is data and no setting. */
const MOST_SITES = 8;

/**
 * Who calls a function or constructs a class by name. Settings, clients and repositories are made where a program starts, and
 * handed from there to what uses them: what all callers of a function give is what its parameter holds.
 */
export class Callers {
  readonly #linker: Linker;
  readonly #invocations = new Map<SourceFile, Map<CallSite, Invocation>>();
  readonly #known = new Map<SourceFile, Map<string, readonly Candidate[]>>();
  #files: ReadonlyMap<string, ReadonlySet<SourceFile>> | null = null;
  #takers: ReadonlyMap<string, ReadonlyMap<SourceFile, readonly string[]>> | null = null;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** The calls that reach the scope's function; none where they are too many, or where only a value could say whom they reach. */
  of({ file, function: fn, self }: Scope): readonly Invocation[] {
    const owner = this.#linker.symbols(file).classOf(fn);
    if (owner === null) return fn.id === 0 ? [] : this.#calls(lastName(fn.name), file, false, (value) => isFunction(value, file, fn));
    if (owner.method !== fn || constructorOf({ file, summary: owner.class }) !== fn) return [];
    const made = self?.class ?? this.#linker.symbols(file).classRef(owner.class);
    if (!this.#constructs(made, file, fn)) return [];
    return this.#calls(made.summary.name, made.file, true, (value) => isClass(value, made));
  }

  /** Whether constructing a class runs this constructor. */
  #constructs(made: ClassRef, file: SourceFile, fn: FunctionSummary): boolean {
    let at: ClassRef | null = made;
    for (let steps = 0; at !== null && steps < MAX_ANCESTORS; steps++) {
      const constructor = constructorOf(at);
      if (constructor !== null) return at.file === file && constructor === fn;
      at = this.#linker.baseOf(at);
    }
    return false;
  }

  #calls(name: string, home: SourceFile, construct: boolean, isIt: (value: Denotation) => boolean): readonly Invocation[] {
    return this.#candidates(name, home, construct).flatMap(({ file, fn, site }) => {
      const scope = this.#linker.scopeOf(file, fn);
      const place = placeAt(file, site.lines.startLine);
      return this.#linker.within(place, () => isIt(this.#linker.denote(site.callee, scope))) ? [this.#invocation(site, scope)] : [];
    });
  }

  /** The calls by the name; none where they are too many. */
  #candidates(name: string, home: SourceFile, construct: boolean): readonly Candidate[] {
    const known = this.#known.get(home) ?? new Map<string, readonly Candidate[]>();
    this.#known.set(home, known);
    const key = construct ? `new ${name}` : name;
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = this.#find(name, home, construct)));
    return found;
  }

  #find(name: string, home: SourceFile, construct: boolean): readonly Candidate[] {
    const found: Candidate[] = [];
    if (name === "") return found;
    for (const { file, names } of this.#callingFiles(name, home)) {
      for (const fn of file.fact.functions) {
        for (const site of fn.calls) {
          if (site.construct !== construct || !names.has(calleeName(site.callee))) continue;
          found.push({ file, fn, site });
          if (found.length > MOST_SITES) return [];
        }
      }
    }
    return found;
  }

  /** The files that call something by the name, or by the one under which they import it from its file: often the first few are enough. */
  *#callingFiles(name: string, home: SourceFile): Generator<CallingFile> {
    this.#files ??= filesByName(this.#linker.files);
    const isWhole = home.fact.exports.some(({ exported }) => exported === "default" || exported === "=");
    const whole = isWhole ? this.#wholeTakers(home) : NOBODY;
    const named = this.#files.get(name) ?? NONE;
    for (const file of named) yield* this.#calling(file, [name, ...(whole.get(file) ?? [])], name);
    for (const [file, locals] of whole) if (!named.has(file)) yield* this.#calling(file, locals, name);
  }

  *#calling(file: SourceFile, known: readonly string[], name: string): Generator<CallingFile> {
    const names = new Set(known);
    for (const { imported, local } of file.fact.imports) if (imported === name) names.add(local);
    if (file.outline.calls.some((called) => names.has(called))) yield { file, names };
  }

  /** Who takes a file whole or takes its default, and calls it by which names. */
  #wholeTakers(home: SourceFile): ReadonlyMap<SourceFile, readonly string[]> {
    this.#takers ??= this.#readWholeTakers();
    return this.#takers.get(home.path) ?? NOBODY;
  }

  #readWholeTakers(): ReadonlyMap<string, ReadonlyMap<SourceFile, readonly string[]>> {
    const takers = new Map<string, Map<SourceFile, string[]>>();
    for (const file of this.#linker.files) {
      const called = new Set(file.outline.calls);
      for (const { imported, local, module } of file.fact.imports) {
        if ((imported !== "default" && imported !== "*") || !called.has(local)) continue;
        const target = this.#linker.target(file, module);
        if (target.kind !== "file") continue;
        const known = takers.get(target.path) ?? new Map<SourceFile, string[]>();
        takers.set(target.path, known);
        append(known, file, local);
      }
    }
    return takers;
  }

  #invocation(site: CallSite, scope: Scope): Invocation {
    const known = this.#invocations.get(scope.file) ?? new Map<CallSite, Invocation>();
    this.#invocations.set(scope.file, known);
    let invocation = known.get(site);
    if (invocation === undefined) {
      const { startLine, endLine } = site.lines;
      known.set(site, (invocation = invocationOf(site.args, scope, { path: scope.file.path, startLine, endLine })));
    }
    return invocation;
  }
}

const NONE: ReadonlySet<SourceFile> = new Set();
const NOBODY: ReadonlyMap<SourceFile, readonly string[]> = new Map();

/** Files by the names that they call, under the exported one where they import it under another. */
function filesByName(files: readonly SourceFile[]): ReadonlyMap<string, ReadonlySet<SourceFile>> {
  const byName = new Map<string, Set<SourceFile>>();
  for (const file of files) {
    const names = new Set(file.outline.calls);
    for (const { local, imported } of file.fact.imports) if (names.has(local)) names.add(imported);
    for (const name of names) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, new Set([file]));
      else known.add(file);
    }
  }
  return byName;
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

function isFunction(value: Denotation, file: SourceFile, fn: FunctionSummary): boolean {
  if (value.kind === "choice") return value.options.some((one) => isFunction(one, file, fn));
  return value.kind === "function" && value.function.file === file && value.function.summary === fn;
}

function isClass(value: Denotation, of: ClassRef): boolean {
  if (value.kind === "choice") return value.options.some((one) => isClass(one, of));
  return value.kind === "class" && value.class === of;
}
