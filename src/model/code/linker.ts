import type { Decorator, Expr, ImportBinding, TypeRef } from "../../facts/source.js";
import type { Place } from "../evidence.js";
import type {
  Callee,
  ClassRef,
  Denotation,
  DenotationOf,
  Instance,
  Invocation,
  LibraryPath,
  ModuleTarget,
  NamedType,
  ParameterAt,
  Program,
  Scope,
  SourceFile,
  WrittenType,
} from "./denotation.js";
import type { Memo } from "./evaluation.js";
import type { Exported, FileIndex } from "./symbols.js";

/** The program as its own parts see it: each part asks the others through this. */
export interface Linker extends Program, FileIndex {
  /** The innermost place through which evaluation went: where a variable of the environment is read. */
  readonly place: Place;
  moduleScope(file: SourceFile): Scope;
  /** Evaluates with `place` as the innermost place, and puts it on the trail of the value. */
  at(place: Place, evaluate: () => Denotation): Denotation;
  /** Evaluates with `place` as the innermost place. */
  within<T>(place: Place, evaluate: () => T): T;
  answer<K>(memo: Memo<K>, key: K, name: string, compute: () => Denotation): Denotation;

  /** What an import binds. */
  imported(file: SourceFile, binding: ImportBinding): Denotation;
  /** What `require(specifier)` gives. */
  required(file: SourceFile, specifier: string): Denotation;
  /** What calling or constructing a value gives. */
  call(callee: Denotation, invocation: Invocation, construct: boolean, name: string): Denotation;
  /** A function with the scope in which a call runs it. */
  enter(fn: DenotationOf<"function">, invocation: Invocation | null): Callee;
  /** What a function returns; `name` is the text of what cannot be said. */
  resultOf(callee: Callee, name: string): Denotation;
  /** The calls by name that reach a scope's function: a few, or none. */
  callersOf(scope: Scope): readonly Invocation[];
  /** What all callers of a function hand over for a parameter; `null` where they differ, or where that is no setting. */
  handed(at: ParameterAt): Denotation | null;
  /** An element of a list: of a literal one of its items, else what its type says. */
  elementOf(list: Denotation, name: string): Denotation;

  findExport(file: SourceFile, name: string): Exported | null;
  /** The packages that a file re-exports whole. */
  starredPackages(file: SourceFile): readonly Extract<ModuleTarget, { kind: "package" }>[];
  /** The declared type of a property of a type. */
  memberType(written: WrittenType, property: string): WrittenType | null;

  /** `Order` in `Repository<Order>`: the class, or what its name is. */
  denoteTypeArgument(written: WrittenType): Denotation;

  /** What a container puts into a parameter or field, `null` where its decorators and type do not say. */
  injected(site: InjectionSite): Denotation | null;
  /** What a container gives for a token. */
  resolveToken(token: Denotation, from: SourceFile, type: WrittenType | null): Denotation | null;
  /** What a settings library gives for a property of its value; `null` where the value is no settings object. */
  setting(path: LibraryPath, property: string): Denotation | null;
  /** The settings object that a token stands for: `@Inject(ordersConfig.KEY)`. */
  settingsOfToken(token: Denotation): Denotation | null;
  /** What a call of a library gives where its result is known: texts, settings, containers; else `null`. */
  knownCall(path: LibraryPath, invocation: Invocation, construct: boolean): Denotation | null;

  /** What code of this system makes for an interface or object type that no class implements. */
  madeFor(type: NamedType, from: SourceFile): Denotation | null;
  /** What runs in this system when a library's command bus is called. */
  handlersOf(bus: LibraryPath, invocation: Invocation): readonly Denotation[];
  /** What listens in this system to the event that a call of a library announces in its process, with what it is handed. */
  listenersOf(bus: LibraryPath, invocation: Invocation): readonly Callee[];
  /** The data sources of the GraphQL context of the service in which evaluation stands. */
  dataSources(): Denotation | null;

  instanceMember(self: Instance, property: string, after?: ClassRef | null): Denotation;
  staticMember(of: ClassRef, property: string): Denotation;
  /** An instance of a class whose objects the container makes or a type declares. */
  instanceOf(of: ClassRef, from: SourceFile): Denotation;
  /** The call of `super` in a class's constructor, or the construction that is handed on where it has none. */
  superInvocation(of: ClassRef, self: Instance, construction: Invocation | null): Invocation | null;
  /** What a class extends, whatever that is. */
  baseValue(of: ClassRef): Denotation | null;
}

export interface InjectionSite {
  readonly owner: ClassRef;
  /** The parameter's or field's name: some containers inject by name. */
  readonly name: string;
  readonly decorators: readonly Decorator[];
  readonly type: TypeRef | null;
}

export function isText(expr: Expr | undefined): expr is Extract<Expr, { kind: "text" }> {
  return expr?.kind === "text";
}

export function placeAt(file: SourceFile, line: number): Place {
  return { path: file.path, startLine: line, endLine: line };
}

/** A value from a package with nothing behind it yet. */
export function libraryValue(
  path: Partial<LibraryPath> & { readonly module: string; readonly path: string },
  trail: readonly Place[] = [],
): Denotation {
  return { kind: "library", path: { subpath: "", calls: [], typeArgs: [], declared: false, ...path }, trail };
}

/** `path.property` of a library value. */
export function memberPath(path: LibraryPath, property: string): LibraryPath {
  const separator = path.path === "" || path.path.endsWith("#") ? "" : ".";
  return { ...path, path: `${path.path}${separator}${property}` };
}

/** A path longer than this is a chain of builders, whose end says nothing more. */
const MAX_PATH = 300;

export function calledPath(path: LibraryPath, invocation: Invocation, construct: boolean): LibraryPath {
  const base = path.path === "" ? "default" : path.path;
  if (base.length > MAX_PATH) return path;
  return { ...path, path: `${base}${construct ? "#" : "()"}`, calls: [...path.calls, invocation] };
}

/** Path without a leading `default.`, as tables compare it. */
export function barePath(path: LibraryPath): string {
  return path.path.startsWith("default.") ? path.path.slice("default.".length) : path.path;
}

/**
 * Of several things those that code of a file can meet: of its own service, else of shared code. What belongs to
 * another service runs in another process. Shared code may meet all.
 */
export function withinReach<T extends { readonly file: SourceFile }>(all: readonly T[], from: SourceFile): readonly T[] {
  if (from.service === null) return all;
  const own = all.filter((one) => one.file.service === from.service);
  return own.length > 0 ? own : all.filter((one) => one.file.service === null);
}
