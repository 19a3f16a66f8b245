import type {
  CallSite,
  ClassSummary,
  Decorator,
  Expr,
  FunctionSummary,
  Parameter,
  SourceFact,
  TypeRef,
  TypeSummary,
} from "../../facts/source.js";
import type { SourceOutline } from "../../facts/source-outline.js";
import type { Place } from "../evidence.js";

/** One source file of the system, with what linking needs at hand. */
export interface SourceFile {
  readonly path: string;
  readonly fact: SourceFact;
  /** What its functions hold, as far as it can be asked without reading them: passes over all files look here first. */
  readonly outline: SourceOutline;
  /** The service whose code it is; `null` for a library that several services import. */
  readonly service: string | null;
  /** Functions and call sites are numbered through all files of a program: the first number of its functions, and of each function's sites. */
  readonly firstFunction: number;
  readonly firstSites: readonly number[];
}

export interface FunctionRef {
  readonly file: SourceFile;
  readonly summary: FunctionSummary;
}

export interface ClassRef {
  readonly file: SourceFile;
  readonly summary: ClassSummary;
}

/** An interface, type alias or enum of this system. */
export interface NamedType {
  readonly file: SourceFile;
  readonly summary: TypeSummary;
}

/** A type as written in a file: its names are looked up there. */
export interface WrittenType {
  readonly file: SourceFile;
  readonly type: TypeRef;
}

/** A call or construction that was seen: the arguments, and where they stand. */
export interface Invocation {
  readonly args: readonly Expr[];
  readonly scope: Scope;
  readonly place: Place;
}

/** One argument of a call, and the scope in which it stands. */
export interface Argument {
  readonly value: Expr;
  readonly scope: Scope;
}

/** The object that is `this`: its class, and how it was made where a `new` was seen. */
export interface Instance {
  readonly class: ClassRef;
  readonly construction: Invocation | null;
}

/**
 * Where an expression stands: names are looked up from here. Make one with `Program.scopeOf`, or take the one that
 * `Program.callees` gives for a function that is called.
 */
export interface Scope {
  readonly file: SourceFile;
  readonly function: FunctionSummary;
  /** The object of `this`; its class may be a subclass of the one that holds the code. */
  readonly self: Instance | null;
  /** The scope in which a nested function was written, where it was reached through it: closures see its parameters. */
  readonly outer: Scope | null;
  /** The call through which the function was reached: its arguments are the parameters' values, per caller. */
  readonly invocation: Invocation | null;
  /** Values of parameters by name that no argument gives, such as a transaction that a library hands to a callback. */
  readonly bindings: ReadonlyMap<string, Denotation> | null;
}

export interface ObjectMember {
  readonly value: Expr;
  readonly scope: Scope;
  readonly line: number;
}

/**
 * What an expression denotes once imports, constants, parameters, fields and injection were followed. Total and
 * bounded: what cannot be followed is `unknown` with the text that could be read.
 */
export type Denotation = {
  /** Declarations and calls through which the value came, nearest to its origin last. Bounded, without repetition. */
  readonly trail: readonly Place[];
} & (
  | { readonly kind: "text"; readonly parts: readonly TextPart[] }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "library"; readonly path: LibraryPath }
  /** `scope` is where it was written, so that a closure sees what its maker was given. */
  | { readonly kind: "function"; readonly function: FunctionRef; readonly self: Instance | null; readonly scope: Scope | null }
  | { readonly kind: "class"; readonly class: ClassRef }
  /**
   * An object of a class of this system: constructed, injected, or of that declared type. `assumed` is true where the
   * class was taken because it alone (or with few others) implements the declared interface or extends the abstract class.
   */
  | { readonly kind: "instance"; readonly class: ClassRef; readonly construction: Invocation | null; readonly assumed: boolean }
  /** `open` where more may be in it than was read; `assumed` as for instances: a function or variable of its type made it. */
  | { readonly kind: "object"; readonly entries: ReadonlyMap<string, ObjectMember>; readonly open: boolean; readonly assumed: boolean }
  | { readonly kind: "array"; readonly items: readonly Expr[]; readonly scope: Scope; readonly open: boolean }
  /** A whole file as an object: `import * as urls from "./urls"`. Ask `Program.member` for what it exports. */
  | { readonly kind: "module"; readonly file: SourceFile }
  /** One of these. Never nested, at least two, at most eight. */
  | { readonly kind: "choice"; readonly options: readonly Denotation[] }
  /**
   * `type` where something declares it: the shape of a payload, the fields of a parameter. `parameter` where it is one of
   * which no call was seen: those who call its function by name may say more.
   */
  | { readonly kind: "unknown"; readonly text: string; readonly type: WrittenType | null; readonly parameter?: ParameterAt | undefined }
);

/** A parameter, in a scope of its function. */
export interface ParameterAt {
  readonly parameter: Parameter;
  readonly scope: Scope;
}

export type DenotationOf<K extends Denotation["kind"]> = Extract<Denotation, { kind: K }>;

/** A piece of a text: literal, an environment variable, or a hole that nothing fills. */
export type TextPart =
  | { readonly kind: "literal"; readonly text: string }
  /**
   * `process.env.NAME`, also through config services (`config.get("NAME")`) and settings objects. `fallback` is what
   * the code uses when it is unset: `process.env.NAME ?? "http://orders"`.
   */
  | { readonly kind: "environment"; readonly name: string; readonly fallback: readonly TextPart[] | null; readonly place: Place }
  /** The last name of the expression where it has one: `${order.id}` is `id`; else empty. */
  | { readonly kind: "hole"; readonly text: string };

/**
 * A value that comes from a package: the package and the way from it. The one key to all library knowledge: a table
 * says what a path does.
 *
 *     axios.post                      axios            default.post
 *     axios.create({ … })             axios            default.create()
 *     api.get (api as above)          axios            default.create().get
 *     this.http (HttpService)         @nestjs/axios    HttpService#          an instance of an exported class
 *     new Kafka({}).producer().send   kafkajs          Kafka#producer().send
 *     fetch                           (global)         fetch
 *
 * `require("axios").post` and `import * as axios` give `post`, without `default.`: tables compare paths without a
 * leading `default.`. Calling or constructing a whole module (`require("got")(…)`) gives `default()` and `default#`.
 */
export interface LibraryPath {
  /**
   * Package name without subpath (`@nestjs/axios`, `aws-sdk`), `node:http` for Node's own, `(global)` for globals. The
   * specifier as written for a file that was not read, such as a generated client (`../generated/prisma`).
   */
  readonly module: string;
  /** Subpath of the import, without the leading slash; mostly empty. */
  readonly subpath: string;
  /** Dotted; `()` after a call, `#` after construction or for a declared instance. */
  readonly path: string;
  /**
   * Arguments of each call and construction on the way, one for each `()` and `#` of the path. A `#` that only a type
   * declares has those of the injection decorator (`@InjectQueue("mail")`), or of the registration of its token
   * (`ClientsModule.register([{ name, transport, options }])`: that one object), or none.
   */
  readonly calls: readonly Invocation[];
  /** Tokens of the injection decorator (`@InjectRepository(Order)`), then type arguments (`Repository<Order>`). */
  readonly typeArgs: readonly Denotation[];
  /** Only a declared or injected type says so; the dispatch was not seen. */
  readonly declared: boolean;
}

/** What a module specifier leads to. */
export type ModuleTarget =
  | { readonly kind: "file"; readonly path: string }
  /** `@scope/name` or `name` or `node:http`; subpath without the leading slash, mostly empty. */
  | { readonly kind: "package"; readonly name: string; readonly subpath: string }
  | { readonly kind: "unresolved" };

/** A function that a call reaches, with the scope in which its body then runs. */
export interface Callee {
  readonly function: FunctionRef;
  readonly scope: Scope;
}

/** Whom one call site reaches. */
export interface Callees {
  /** Own functions: several where an interface or a choice leaves it open. */
  readonly functions: readonly Callee[];
  /** The callee itself as a library value: `default.post` for `axios.post(url)`; look it up in the tables. */
  readonly library: LibraryPath | null;
  /** The callee could not be followed to its end. */
  readonly unresolved: boolean;
  /** By how many steps the confidence falls: the dispatch rests on a declared type alone, or on one of several. */
  readonly steps: number;
  /** It falls only since one of several values of one and the same library is meant: they may be made with different settings. */
  readonly alike: boolean;
  /**
   * Functions among the arguments, also inside object and array arguments (`key` is the property, or the index of an
   * array). Whether and how often they run is the knowledge of the callee.
   */
  readonly callbacks: readonly Callback[];
  /** Own functions that listen to the event which the call announces in this process. */
  readonly listeners: readonly Callee[];
}

export interface Callback extends Callee {
  readonly argument: number;
  readonly key: string | null;
}

/** A decorator of a library: written where it stands, or applied by a decorator of the team's own, whose arguments it is then given. */
export interface Decoration {
  readonly library: LibraryPath;
  readonly args: readonly Expr[];
  /** In which the arguments stand. */
  readonly scope: Scope;
}

/** What may be said about the way into a function. */
export interface ScopeContext {
  readonly self?: Instance | null;
  readonly outer?: Scope | null;
  readonly invocation?: Invocation | null;
  readonly bindings?: ReadonlyMap<string, Denotation> | null;
}

/** Answers what names, values and calls in the source files of one commit mean. All answers are bounded in work and size. */
export interface Program {
  /** Sorted by path. */
  readonly files: readonly SourceFile[];
  file(path: string): SourceFile | null;
  filesOf(service: string): readonly SourceFile[];
  /** Sorted by path, then id. */
  classes(): readonly ClassRef[];

  resolveModule(from: SourceFile, specifier: string): ModuleTarget;
  /** What a file exports under a name (`default`, `*` for all), through re-exports. */
  exported(file: SourceFile, name: string): Denotation;

  /** The scope of a function's body, by default as if nothing were known of its caller. */
  scopeOf(file: SourceFile, fn: FunctionSummary, context?: ScopeContext): Scope;
  /** `at` is where the expression stands, for the places of variables in it; the function's own lines by default. */
  denote(expr: Expr, scope: Scope, at?: Place): Denotation;
  /**
   * The arguments of a call one by one: `...params` of a wrapper is what its caller gave. A spread that cannot be
   * followed stays one, and nothing after it has a known position.
   */
  argumentsOf(args: readonly Expr[], scope: Scope): readonly Argument[];
  /** `value.property`: of objects, instances (fields, getters, methods, inherited too), classes, modules, libraries. */
  member(value: Denotation, property: string): Denotation;
  /** What a value of this declared type is: an instance, a library value, or `unknown` with the type. */
  denoteType(written: WrittenType): Denotation;

  callees(site: CallSite, scope: Scope): Callees;
  /** What calling this value runs, when something else calls it: a handler given to a router, say. */
  calleesOf(value: Denotation, invocation?: Invocation | null): readonly Callee[];

  /** The method or function-valued field of a class, its own or inherited. */
  method(of: ClassRef, name: string): FunctionRef | null;
  /** The class that a class of this system extends, if it is one of this system too. */
  baseOf(of: ClassRef): ClassRef | null;
  /** The library class that a class extends, directly or through own classes: `@apollo/datasource-rest RESTDataSource#`. */
  libraryBase(of: ClassRef): LibraryPath | null;
  /** All classes below, sorted. */
  subclassesOf(of: ClassRef): readonly ClassRef[];
  /** Classes that say `implements` of an interface, or of one that extends it; sorted. */
  implementationsOf(of: NamedType): readonly ClassRef[];

  /** Where a type's name is declared: followed through imports; `null` for built-in and package types. */
  namedType(written: WrittenType): NamedType | ClassRef | null;
  /** The declared type of a property, through aliases, `extends` and intersections. */
  memberType(written: WrittenType, property: string): WrittenType | null;
  /** The library value that a decorator is: `@nestjs/common Controller`; `null` for own decorators. */
  decorator(decorator: Decorator, file: SourceFile): LibraryPath | null;
  /** The same with its arguments; for own decorators those of libraries that they apply: `applyDecorators(EventPattern(topic))`. */
  decorations(decorator: Decorator, file: SourceFile): readonly Decoration[];
}
