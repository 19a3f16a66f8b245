import type { FileFacts } from "../../facts/facts.js";
import type { CallSite, Decorator, Expr, FunctionSummary, ImportBinding } from "../../facts/source.js";
import type { Place } from "../evidence.js";
import { knownFunction } from "./builtins.js";
import { Callers } from "./callers.js";
import { Calls } from "./calls.js";
import { CommandBus } from "./command-bus.js";
import { EventListeners } from "./event-listeners.js";
import type {
  Argument,
  Callee,
  Callees,
  ClassRef,
  Decoration,
  Denotation,
  DenotationOf,
  FunctionRef,
  Instance,
  Invocation,
  LibraryPath,
  ModuleTarget,
  NamedType,
  ParameterAt,
  Program,
  Scope,
  ScopeContext,
  SourceFile,
  WrittenType,
} from "./denotation.js";
import { DataSources } from "./data-sources.js";
import { Decorators } from "./decorators.js";
import { Denoter } from "./denote.js";
import { Evaluation, type Memo } from "./evaluation.js";
import { FileTable } from "./file-table.js";
import { Hierarchy } from "./hierarchy.js";
import { Imports } from "./imports.js";
import { Injection } from "./injection.js";
import type { InjectionSite, Linker } from "./linker.js";
import { Makers } from "./makers.js";
import { Members } from "./members.js";
import { ModuleResolver } from "./modules.js";
import { Scopes } from "./scopes.js";
import { Settings, settingsFiles } from "./settings.js";
import type { Exported, FileSymbols } from "./symbols.js";
import { through, unknown } from "./text.js";
import { elementOf, Types } from "./types.js";

export type { Program } from "./denotation.js";

/** What the programs of one commit share. */
export interface Surroundings {
  readonly modules: ModuleResolver;
  /** Files of node-config. */
  readonly settings: readonly FileFacts[];
}

/**
 * @param files all files of the commit; package.json and tsconfig.json facts decide how modules resolve
 * @param paths every path of the commit
 */
export function surroundingsOf(files: readonly FileFacts[], paths: ReadonlySet<string>): Surroundings {
  return { modules: new ModuleResolver(files, paths), settings: settingsFiles(files) };
}

/**
 * Links source files of one commit. What can be asked of the result, and what the answers are, is written down in
 * `denotation.ts`:
 *
 *     scopeOf(file, fn)          where expressions stand
 *     denote(expr, scope)        what an expression is: text with variables, library value, instance, function, object
 *     member(value, "name")      a part of such a value
 *     callees(site, scope)       own functions that a call runs, each with the scope of this call; the library value;
 *                                functions among the arguments
 *     classes, subclassesOf, implementationsOf, libraryBase, namedType, decorator: declarations
 *
 * Files are in `file-table.ts`; names are looked up in `names.ts`, exports in `imports.ts`, fields in `members.ts`;
 * `injection.ts` and `settings.ts` know containers and settings libraries. Nothing is walked before it is asked for, but
 * what a container is told and which class extends which: that is read once, before the first answer.
 *
 * @param files all that can meet, sorted by path; what an import leads to outside of them is unknown
 */
export function createProgram(files: readonly SourceFile[], surroundings: Surroundings): Program {
  return new LinkedProgram(files, surroundings);
}

class LinkedProgram implements Linker {
  readonly files: readonly SourceFile[];
  place: Place = { path: "", startLine: 1, endLine: 1 };
  readonly #table: FileTable;
  readonly #evaluation = new Evaluation(() => this.#root);
  readonly #scopes = new Scopes((file) => this.symbols(file));
  readonly #types = new Types(this);
  readonly #hierarchy = new Hierarchy(this);
  readonly #injection = new Injection(this);
  readonly #makers = new Makers(this);
  readonly #commandBus = new CommandBus(this);
  readonly #eventListeners = new EventListeners(this);
  readonly #dataSources = new DataSources(this);
  readonly #sources = new Map<string, Denotation | number>();
  readonly #calls = new Calls(this);
  readonly #callers = new Callers(this);
  readonly #settings: Settings;
  #denoter = new Denoter(this, this.#evaluation);
  #members = new Members(this);
  #imports = new Imports(this);
  #decorators = new Decorators(this);
  /** The file out of which the present question came. */
  #root = "";
  #ready = false;

  constructor(files: readonly SourceFile[], { modules, settings }: Surroundings) {
    this.#table = new FileTable(files, modules);
    this.files = files;
    this.#settings = new Settings(this, settings);
  }

  // Files and names

  file(path: string): SourceFile | null {
    return this.#table.file(path);
  }

  filesOf(service: string): readonly SourceFile[] {
    return this.#table.filesOf(service);
  }

  classes(): readonly ClassRef[] {
    return this.#table.classes();
  }

  symbols(file: SourceFile): FileSymbols {
    return this.#table.symbols(file);
  }

  target(from: SourceFile, specifier: string): ModuleTarget {
    return this.#table.target(from, specifier);
  }

  resolveModule(from: SourceFile, specifier: string): ModuleTarget {
    return this.#table.target(from, specifier);
  }

  findExport(file: SourceFile, name: string): Exported | null {
    return this.#table.findExport(file, name);
  }

  starredPackages(file: SourceFile): readonly Extract<ModuleTarget, { kind: "package" }>[] {
    return this.#table.starredPackages(file);
  }

  exported(file: SourceFile, name: string): Denotation {
    this.#prepare();
    return this.#imports.exported(file, name);
  }

  imported(file: SourceFile, binding: ImportBinding): Denotation {
    return this.#imports.bound(file, binding);
  }

  required(file: SourceFile, specifier: string): Denotation {
    return this.#imports.imported(file, specifier, "*");
  }

  decorator(decorator: Decorator, file: SourceFile): LibraryPath | null {
    return this.#decorators.of(decorator, file);
  }

  decorations(decorator: Decorator, file: SourceFile): readonly Decoration[] {
    this.#prepare();
    return this.#decorators.applied(decorator, file);
  }

  // Scopes and values

  moduleScope(file: SourceFile): Scope {
    return this.#scopes.ofModule(file);
  }

  scopeOf(file: SourceFile, fn: FunctionSummary, context: ScopeContext = {}): Scope {
    this.#prepare();
    return this.#scopes.of(file, fn, context);
  }

  enter(fn: DenotationOf<"function">, invocation: Invocation | null): Callee {
    const { file, summary } = fn.function;
    return { function: fn.function, scope: this.#scopes.of(file, summary, { self: fn.self, outer: fn.scope, invocation }) };
  }

  denote(expr: Expr, scope: Scope, at?: Place): Denotation {
    this.#prepare();
    if (!this.#evaluation.isRunning) this.#root = scope.file.path;
    const place = at ?? (this.#evaluation.isRunning ? null : { path: scope.file.path, ...scope.function.lines });
    return place === null ? this.#denoter.denote(expr, scope) : this.within(place, () => this.#denoter.denote(expr, scope));
  }

  argumentsOf(args: readonly Expr[], scope: Scope): readonly Argument[] {
    if (!args.some(({ kind }) => kind === "spread")) return args.map((value) => ({ value, scope }));
    return args.flatMap((value): readonly Argument[] => {
      const list = value.kind === "spread" ? this.denote(value.value, scope) : null;
      if (list?.kind !== "array" || list.open) return [{ value, scope }];
      return list.items.map((item) => ({ value: item, scope: list.scope }));
    });
  }

  member(value: Denotation, property: string): Denotation {
    this.#prepare();
    return this.#denoter.member(value, property);
  }

  within<T>(place: Place, evaluate: () => T): T {
    const before = this.place;
    this.place = place;
    try {
      return evaluate();
    } finally {
      this.place = before;
    }
  }

  at(place: Place, evaluate: () => Denotation): Denotation {
    return through(place, this.within(place, evaluate));
  }

  answer<K>(memo: Memo<K>, key: K, name: string, compute: () => Denotation): Denotation {
    return this.#evaluation.answer(memo, key, name, compute);
  }

  call(callee: Denotation, invocation: Invocation, construct: boolean, name: string): Denotation {
    return this.#denoter.call(callee, invocation, construct, name);
  }

  resultOf(callee: Callee, name: string): Denotation {
    return this.#denoter.resultOf(callee, name);
  }

  callersOf(scope: Scope): readonly Invocation[] {
    return this.#callers.of(scope);
  }

  handed(at: ParameterAt): Denotation | null {
    return this.#denoter.handed(at);
  }

  elementOf(list: Denotation, name: string): Denotation {
    return elementOf(this, this.#types, list, name);
  }

  knownCall(path: LibraryPath, invocation: Invocation, construct: boolean): Denotation | null {
    const known = knownFunction(this, path, invocation, construct);
    if (known !== null || construct) return known;
    return this.#settings.call(path, invocation) ?? this.#injection.call(path, invocation);
  }

  setting(path: LibraryPath, property: string): Denotation | null {
    return this.#settings.member(path, property);
  }

  madeFor(type: NamedType, from: SourceFile): Denotation | null {
    return this.#makers.of(type, from);
  }

  handlersOf(bus: LibraryPath, invocation: Invocation): readonly Denotation[] {
    return this.#commandBus.handlers(bus, invocation);
  }

  listenersOf(bus: LibraryPath, invocation: Invocation): readonly Callee[] {
    return this.#eventListeners.of(bus, invocation);
  }

  dataSources(): Denotation | null {
    const file = this.file(this.place.path);
    if (file === null) return null;
    const memo = this.#sources;
    return this.answer(memo, file.service ?? "", "", () => this.#dataSources.of(file) ?? unknown());
  }

  settingsOfToken(token: Denotation): Denotation | null {
    return this.#settings.ofToken(token);
  }

  // Types and classes

  denoteType(written: WrittenType): Denotation {
    this.#prepare();
    return this.#types.denote(written);
  }

  denoteTypeArgument(written: WrittenType): Denotation {
    return this.#types.argument(written);
  }

  memberType(written: WrittenType, property: string): WrittenType | null {
    return this.#types.memberType(written, property);
  }

  namedType(written: WrittenType): NamedType | ClassRef | null {
    this.#prepare();
    return this.#types.named(written);
  }

  instanceMember(self: Instance, property: string, after: ClassRef | null = null): Denotation {
    return this.#members.ofInstance(self, property, after);
  }

  staticMember(of: ClassRef, property: string): Denotation {
    return this.#members.ofClass(of, property);
  }

  superInvocation(of: ClassRef, self: Instance, construction: Invocation | null): Invocation | null {
    return this.#members.superInvocation(of, self, construction);
  }

  method(of: ClassRef, name: string): FunctionRef | null {
    this.#prepare();
    return this.#members.method(of, name);
  }

  instanceOf(of: ClassRef, from: SourceFile): Denotation {
    return this.#hierarchy.instanceOf(of, from);
  }

  baseValue(of: ClassRef): Denotation | null {
    return this.#hierarchy.base(of);
  }

  baseOf(of: ClassRef): ClassRef | null {
    this.#prepare();
    return this.#hierarchy.baseOf(of);
  }

  libraryBase(of: ClassRef): LibraryPath | null {
    this.#prepare();
    return this.#hierarchy.libraryBase(of);
  }

  subclassesOf(of: ClassRef): readonly ClassRef[] {
    this.#prepare();
    return this.#hierarchy.subclassesOf(of);
  }

  implementationsOf(of: NamedType): readonly ClassRef[] {
    this.#prepare();
    return this.#hierarchy.implementationsOf(of);
  }

  // Injection and calls

  injected(site: InjectionSite): Denotation | null {
    return this.#injection.injected(site);
  }

  resolveToken(token: Denotation, from: SourceFile, type: WrittenType | null): Denotation | null {
    return this.#injection.resolveToken(token, from, type);
  }

  callees(site: CallSite, scope: Scope): Callees {
    this.#prepare();
    return this.#calls.callees(site, scope);
  }

  calleesOf(value: Denotation, invocation: Invocation | null = null): readonly Callee[] {
    this.#prepare();
    return this.#calls.calleesOf(value, invocation);
  }

  /**
   * Reads what answers rest on, each part with the fuel of a question of its own. What was denoted on the way is
   * forgotten: it could not yet see all of it.
   */
  #prepare(): void {
    if (this.#ready) return;
    this.#ready = true;
    this.#hierarchy.read();
    this.#settings.read();
    this.#injection.read();
    this.#dataSources.read();
    this.#commandBus.read();
    this.#eventListeners.read();
    this.#makers.read();
    this.#scopes.forget();
    this.#denoter = new Denoter(this, this.#evaluation);
    this.#members = new Members(this);
    this.#imports = new Imports(this);
    this.#decorators = new Decorators(this);
    this.#sources.clear();
  }
}
