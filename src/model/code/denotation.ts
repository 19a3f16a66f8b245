import type { ClassSummary, Expr, FunctionSummary, SourceFact } from "../../facts/source.js";
import type { Place } from "../evidence.js";

/** One source file of the system, with what linking needs at hand. */
export interface SourceFile {
  readonly path: string;
  readonly fact: SourceFact;
  /** The service whose code it is; `null` for a library that several services import. */
  readonly service: string | null;
}

export interface FunctionRef {
  readonly file: SourceFile;
  readonly summary: FunctionSummary;
}

export interface ClassRef {
  readonly file: SourceFile;
  readonly summary: ClassSummary;
}

/**
 * Where an expression stands: names are looked up from here. `bindings` are the arguments of the call through which
 * it was reached, by parameter name, so that a wrapper's URL is known per caller; `self` is the class of `this`, which
 * may be a subclass of the one that holds the code.
 */
export interface Scope {
  readonly file: SourceFile;
  readonly function: FunctionSummary;
  readonly self: ClassRef | null;
  readonly bindings: ReadonlyMap<string, Denotation> | null;
}

/**
 * What an expression denotes once imports, constants, parameters, fields and injection were followed. Total and
 * bounded: what cannot be followed is `unknown` with the text that could be read.
 */
export type Denotation = { readonly trail: readonly Place[] } & (
  | { readonly kind: "text"; readonly parts: readonly TextPart[] }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  | { readonly kind: "library"; readonly path: LibraryPath }
  | { readonly kind: "function"; readonly function: FunctionRef; readonly self: ClassRef | null; readonly scope: Scope | null }
  | { readonly kind: "class"; readonly class: ClassRef }
  /** An object of a class of this system; `declared` is true where only a declared or injected type says so. */
  | { readonly kind: "instance"; readonly class: ClassRef; readonly declared: boolean }
  | { readonly kind: "object"; readonly entries: ReadonlyMap<string, { readonly value: Expr; readonly scope: Scope; readonly line: number }>; readonly open: boolean }
  | { readonly kind: "array"; readonly items: readonly Expr[]; readonly scope: Scope; readonly open: boolean }
  | { readonly kind: "choice"; readonly options: readonly Denotation[] }
  | { readonly kind: "unknown"; readonly text: string }
);

/** A piece of a text: literal, an environment variable, or a hole that nothing fills. */
export type TextPart =
  | { readonly kind: "literal"; readonly text: string }
  /** `process.env.NAME`, also through config services (`config.get("NAME")`) and settings objects. */
  | { readonly kind: "environment"; readonly name: string; readonly fallback: readonly TextPart[] | null; readonly place: Place }
  /** `:name` of the expression where it has one: `${order.id}` is `id`. */
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
 */
export interface LibraryPath {
  /** Package name without subpath (`@nestjs/axios`, `aws-sdk`), `node:http` for Node's own, `(global)` for globals. */
  readonly module: string;
  /** Subpath of the import, without the leading slash; mostly empty. */
  readonly subpath: string;
  /** Dotted; `()` after a call, `#` after construction or for a declared instance. */
  readonly path: string;
  /** Arguments of each call and construction on the way, in order of the path. */
  readonly calls: readonly { readonly args: readonly Expr[]; readonly scope: Scope; readonly place: Place }[];
  /** Type arguments of a declared type (`Repository<Order>`, `Model<OrderDocument>`), or the decorator's tokens. */
  readonly typeArgs: readonly Denotation[];
  /** Only a declared or injected type says so; the dispatch was not seen. */
  readonly declared: boolean;
}
