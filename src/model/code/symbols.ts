import type {
  Block,
  ClassSummary,
  ExportBinding,
  Expr,
  FunctionSummary,
  ImportBinding,
  LocalValue,
  Parameter,
  TypeSummary,
} from "../../facts/source.js";
import type { Lines } from "../../facts/place.js";
import type { ClassRef, FunctionRef, Instance, ModuleTarget, SourceFile } from "./denotation.js";

/** What a name means in one function, before anything is followed. Functions and classes are variables that hold them. */
export type Definition =
  | { readonly kind: "locals"; readonly values: readonly LocalValue[] }
  | { readonly kind: "parameter"; readonly parameter: Parameter }
  | { readonly kind: "loop"; readonly block: Block }
  | { readonly kind: "import"; readonly binding: ImportBinding }
  | { readonly kind: "type"; readonly type: TypeSummary };

/** What a file exports under a name, before the value is followed. */
export type Exported =
  | { readonly kind: "value"; readonly file: SourceFile; readonly value: Expr }
  | { readonly kind: "type"; readonly file: SourceFile; readonly type: TypeSummary }
  /** The whole file, for `export * as urls from "./urls"`. */
  | { readonly kind: "module"; readonly file: SourceFile }
  | { readonly kind: "package"; readonly target: Extract<ModuleTarget, { kind: "package" }>; readonly imported: string }
  /** The name is a property of what `module.exports` was given. */
  | { readonly kind: "property"; readonly file: SourceFile; readonly value: Expr; readonly property: string };

export interface FieldAssignment {
  readonly function: FunctionSummary;
  readonly local: LocalValue;
}

interface FunctionSymbols {
  readonly locals: ReadonlyMap<string, readonly LocalValue[]>;
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, LocalValue>>;
}

const NONE: FunctionSymbols = { locals: new Map(), properties: new Map() };

/** The names of one file, made into maps when first asked for. */
export class FileSymbols {
  readonly file: SourceFile;
  #imports: ReadonlyMap<string, ImportBinding> | null = null;
  #types: ReadonlyMap<string, TypeSummary> | null = null;
  #exports: ReadonlyMap<string, ExportBinding> | null = null;
  #stars: readonly string[] | null = null;
  readonly #classRefs: ClassRef[] = [];
  readonly #functionRefs: FunctionRef[] = [];
  readonly #selves = new Map<FunctionSummary, Instance | null>();
  #objects: Map<number, Expr> | null = null;
  readonly #statics = new Map<number, Map<string, FieldAssignment[]>>();
  readonly #fields = new Map<number, Map<string, FieldAssignment[]>>();
  readonly #byFunction = new Map<number, FunctionSymbols>();
  #classes: ReadonlyMap<string, ClassSummary> | null = null;

  constructor(file: SourceFile) {
    this.file = file;
  }

  get imports(): ReadonlyMap<string, ImportBinding> {
    return (this.#imports ??= new Map(this.file.fact.imports.map((one) => [one.local, one])));
  }

  get types(): ReadonlyMap<string, TypeSummary> {
    return (this.#types ??= new Map(this.file.fact.types.map((one) => [one.name, one])));
  }

  get exports(): ReadonlyMap<string, ExportBinding> {
    return (this.#exports ??= new Map(this.file.fact.exports.filter((one) => one.exported !== "*").map((one) => [one.exported, one])));
  }

  /** Modules whose every export is exported again. */
  get stars(): readonly string[] {
    return (this.#stars ??= this.file.fact.exports.flatMap((one) => (one.exported === "*" && one.from !== null ? [one.from.module] : [])));
  }

  /** The function's own definition of a name; not those around it. Imports and types belong to the module's code. */
  define(fn: FunctionSummary, name: string): Definition | null {
    const own = this.#of(fn);
    const values = own.locals.get(name);
    const parameter = fn.parameters.find((one) => one.name === name);
    if (values !== undefined && parameter === undefined) return { kind: "locals", values };
    if (parameter !== undefined) return { kind: "parameter", parameter };
    const block = fn.blocks.find((one) => one.binds.includes(name));
    if (block !== undefined) return { kind: "loop", block };
    return fn.parent === null && fn.class === null ? this.#inModule(name) : null;
  }

  /** The properties that an object in a variable is given after it was made: `services.orders = …`. */
  properties(fn: FunctionSummary, name: string): ReadonlyMap<string, LocalValue> | null {
    return this.#of(fn).properties.get(name) ?? null;
  }

  /** The one reference to a class of this file: references may be compared. */
  classRef(summary: ClassSummary): ClassRef {
    return (this.#classRefs[summary.id] ??= { file: this.file, summary });
  }

  functionRef(summary: FunctionSummary): FunctionRef {
    return (this.#functionRefs[summary.id] ??= { file: this.file, summary });
  }

  /** The object of `this` where nothing is known of the caller: some instance of the class that holds the code. */
  selfOf(fn: FunctionSummary): Instance | null {
    let self = this.#selves.get(fn);
    if (self === undefined) {
      const owner = this.classOf(fn);
      const isStatic = owner?.class.methods.some((one) => one.function === owner.method.id && one.static) ?? true;
      self = owner === null || isStatic ? null : { class: this.classRef(owner.class), construction: null };
      this.#selves.set(fn, self);
    }
    return self;
  }

  /** A class at the top of the file. */
  classNamed(name: string): ClassSummary | null {
    this.#classes ??= new Map(this.file.fact.classes.filter((one) => one.parent === 0).map((one) => [one.name, one]));
    return this.#classes.get(name) ?? null;
  }

  /** What the methods of a class give to a field: `this.client = …`, also in functions nested in them. */
  fieldAssignments(of: ClassSummary, field: string): readonly FieldAssignment[] {
    let fields = this.#fields.get(of.id);
    if (fields === undefined) this.#fields.set(of.id, (fields = this.#readFields(of)));
    return fields.get(field) ?? [];
  }

  /** What static methods of a class give to its static fields: `Orders.instance = …`, or `this.instance = …`. */
  staticAssignments(of: ClassSummary, field: string): readonly FieldAssignment[] {
    let fields = this.#statics.get(of.id);
    if (fields === undefined) this.#statics.set(of.id, (fields = this.#readStatics(of)));
    return fields.get(field) ?? [];
  }

  #readStatics(of: ClassSummary): Map<string, FieldAssignment[]> {
    const fields = new Map<string, FieldAssignment[]>();
    const byName = `${of.name}.`;
    for (const method of of.methods) {
      const fn = this.file.fact.functions[method.function];
      for (const local of fn?.locals ?? []) {
        const prefix = local.name.startsWith(byName) ? byName : method.static && local.name.startsWith("this.") ? "this." : null;
        if (prefix !== null && fn !== undefined) append(fields, local.name.slice(prefix.length), { function: fn, local });
      }
    }
    return fields;
  }

  /** The object literal that holds a function as a method: its `this`. */
  objectAround(fn: FunctionSummary): Expr | null {
    if (this.#objects === null) {
      this.#objects = new Map<number, Expr>();
      for (const one of this.file.fact.functions) {
        for (const { value } of one.locals) this.#findObjects(value, 0);
        for (const value of one.returns) this.#findObjects(value, 0);
        for (const { args } of one.calls) for (const arg of args) this.#findObjects(arg, 0);
      }
      for (const { value } of this.file.fact.exports) if (value !== null) this.#findObjects(value, 0);
    }
    return this.#objects.get(fn.id) ?? null;
  }

  #findObjects(expr: Expr, depth: number): void {
    if (expr.kind !== "object" || depth > 4) return;
    for (const { value } of expr.entries) {
      if (value.kind === "function") this.#objects?.set(value.id, expr);
      else this.#findObjects(value, depth + 1);
    }
  }

  /** The class whose field's initial value stands at these lines: that code belongs to the function around the class. */
  classAround(fn: FunctionSummary, lines: Lines): ClassSummary | null {
    return (
      this.file.fact.classes.find(
        (one) => one.parent === fn.id && one.lines.startLine <= lines.startLine && one.lines.endLine >= lines.endLine,
      ) ?? null
    );
  }

  /** The function, other than the module's own code, that has a variable of this name: `(function () { … })()`. */
  functionWith(name: string): FunctionSummary | null {
    return this.file.fact.functions.find((one) => one.id !== 0 && one.locals.some((local) => local.name === name)) ?? null;
  }

  #readFields(of: ClassSummary): Map<string, FieldAssignment[]> {
    const fields = new Map<string, FieldAssignment[]>();
    for (const fn of this.file.fact.functions) {
      const assigned = fn.locals.filter((one) => one.name.startsWith("this."));
      if (assigned.length === 0 || this.classOf(fn)?.class !== of) continue;
      for (const local of assigned) append(fields, local.name.slice("this.".length), { function: fn, local });
    }
    return fields;
  }

  /** The class whose code this is: a method's, also for functions nested in it. */
  classOf(fn: FunctionSummary): { readonly class: ClassSummary; readonly method: FunctionSummary } | null {
    let at: FunctionSummary | undefined = fn;
    for (let steps = 0; at !== undefined && steps < 50; steps++) {
      if (at.class !== null) {
        const found = this.file.fact.classes[at.class];
        return found === undefined ? null : { class: found, method: at };
      }
      at = at.parent === null ? undefined : this.file.fact.functions[at.parent];
    }
    return null;
  }

  #inModule(name: string): Definition | null {
    const binding = this.imports.get(name);
    if (binding !== undefined) return { kind: "import", binding };
    const type = this.types.get(name);
    return type === undefined ? null : { kind: "type", type };
  }

  #of(fn: FunctionSummary): FunctionSymbols {
    let found = this.#byFunction.get(fn.id);
    if (found === undefined) this.#byFunction.set(fn.id, (found = this.#read(fn)));
    return found;
  }

  #read(fn: FunctionSummary): FunctionSymbols {
    if (fn.locals.length === 0) return NONE;
    const locals = new Map<string, LocalValue[]>();
    const properties = new Map<string, Map<string, LocalValue>>();
    for (const local of fn.locals) {
      append(locals, local.name, local);
      const dot = local.name.lastIndexOf(".");
      if (dot < 0) continue;
      const object = local.name.slice(0, dot);
      const assigned = properties.get(object) ?? new Map<string, LocalValue>();
      properties.set(object, assigned.set(local.name.slice(dot + 1), local));
    }
    return { locals, properties };
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Where a name is used. `later` for a function written there, which may run after anything else. */
export interface Use {
  readonly lines: Lines;
  readonly later: boolean;
}

/**
 * Which of a variable's values a use may see. Later values replace earlier ones where both always happen on the way to
 * the use; values in branches are added; a variable of the same name in another block is another variable.
 */
export function reaching(values: readonly LocalValue[], blocks: readonly Block[], use: Use | null): readonly LocalValue[] {
  if (values.length < 2 || use === null) return values;
  const before = use.later ? values : values.filter((one) => one.line <= use.lines.endLine);
  const candidates = before.length > 0 ? before : values;
  const around = (block: number): boolean => block === 0 || encloses(blocks[block], use.lines);
  const own = candidates.filter((one) => around(one.block));
  if (own.length === 0) return candidates;
  const reached: LocalValue[] = [];
  for (const one of candidates) {
    if (around(one.block)) reached.length = 0;
    else if (!own.some((other) => isInside(one.block, other.block, blocks))) continue;
    reached.push(one);
  }
  return reached;
}

function encloses(block: Block | undefined, use: Lines): boolean {
  return block !== undefined && block.lines.startLine <= use.startLine && block.lines.endLine >= use.endLine;
}

function isInside(block: number, ancestor: number, blocks: readonly Block[]): boolean {
  let at: number | null = block;
  for (let steps = 0; at !== null && steps < 100; steps++) {
    if (at === ancestor) return true;
    at = blocks[at]?.parent ?? null;
  }
  return false;
}

/** How files find each other: the part of the program that following exports needs. */
export interface FileIndex {
  symbols(file: SourceFile): FileSymbols;
  target(from: SourceFile, specifier: string): ModuleTarget;
  file(path: string): SourceFile | null;
}

/** Re-exports lead through at most this many files; barrels of barrels rarely pass four. */
const MAX_REEXPORTS = 400;

/**
 * Follows a name through re-exports and `export *` to the file that has its value. Files that export each other are
 * visited once each.
 */
export function findExport(index: FileIndex, file: SourceFile, name: string): Exported | null {
  const seen = new Set<string>();
  const find = (at: SourceFile, wanted: string): Exported | null => {
    const key = `${at.path}\0${wanted}`;
    if (seen.has(key) || seen.size > MAX_REEXPORTS) return null;
    seen.add(key);
    const symbols = index.symbols(at);
    const binding = symbols.exports.get(wanted);
    if (binding !== undefined) {
      if (binding.from !== null) return follow(at, binding.from.module, binding.from.imported);
      if (binding.value !== null) return { kind: "value", file: at, value: binding.value };
    }
    const type = symbols.types.get(wanted);
    if (type !== undefined) return { kind: "type", file: at, type };
    const whole = symbols.exports.get("=")?.value ?? null;
    if (whole !== null)
      return wanted === "default"
        ? { kind: "value", file: at, value: whole }
        : { kind: "property", file: at, value: whole, property: wanted };
    if (wanted === "default") return null;
    for (const module of symbols.stars) {
      const found = follow(at, module, wanted, true);
      if (found !== null) return found;
    }
    return null;
  };
  const follow = (from: SourceFile, module: string, imported: string, star = false): Exported | null => {
    const target = index.target(from, module);
    if (target.kind === "package") return star ? null : { kind: "package", target, imported };
    const next = target.kind === "file" ? index.file(target.path) : null;
    if (next === null) return star ? null : { kind: "package", target: { kind: "package", name: module, subpath: "" }, imported };
    return imported === "*" ? { kind: "module", file: next } : find(next, imported);
  };
  return find(file, name);
}

/** The packages that a file re-exports whole (`export * from "rxjs"`), its own or those of files it re-exports. */
export function reexportedPackages(index: FileIndex, file: SourceFile): readonly Extract<ModuleTarget, { kind: "package" }>[] {
  const found: Extract<ModuleTarget, { kind: "package" }>[] = [];
  const seen = new Set<string>([file.path]);
  const queue = [file];
  for (let at = queue.pop(); at !== undefined && seen.size < MAX_REEXPORTS; at = queue.pop()) {
    for (const module of index.symbols(at).stars) {
      const target = index.target(at, module);
      if (target.kind === "package") found.push(target);
      const next = target.kind === "file" ? index.file(target.path) : null;
      if (next === null || seen.has(next.path)) continue;
      seen.add(next.path);
      queue.push(next);
    }
  }
  return found;
}
