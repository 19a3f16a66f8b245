import type { Lines } from "./place.js";

/**
 * The summary of one source file: what the model needs to follow values and calls across files, and nothing else.
 * It is language-neutral and knows no library: that `axios.post` is an HTTP call is the model's knowledge, so that a
 * new library never invalidates cached facts.
 */
export interface SourceFact {
  readonly kind: "source";
  readonly lines: Lines;
  readonly language: "typescript";
  readonly imports: readonly ImportBinding[];
  readonly exports: readonly ExportBinding[];
  /** Functions by their index (`FunctionSummary.id`). The first is the module's own top-level code. */
  readonly functions: readonly FunctionSummary[];
  readonly classes: readonly ClassSummary[];
  readonly types: readonly TypeSummary[];
  /** Lines with a call that a suggestion may add to, word for word. */
  readonly quotes: readonly CallQuote[];
}

/** A line of source that holds the whole of one call: enough to write one more argument into it. */
export interface CallQuote {
  /** Index into `SourceFact.functions`, and into that function's `calls`. */
  readonly function: number;
  readonly site: number;
  /** The whole line without its end. */
  readonly text: string;
  /** Index in `text` of the parenthesis that closes the call. */
  readonly close: number;
}

/**
 * `import { a as b } from "m"`, `import * as b`, `import b`, `const b = require("m")`, `const { a: b } = require("m")`,
 * `const b = await import("m")`, at whatever depth they stand. `import "m"` has an empty `local`.
 */
export interface ImportBinding {
  readonly local: string;
  readonly module: string;
  /** The exported name, `default`, or `*` for the whole module. */
  readonly imported: string;
  readonly typeOnly: boolean;
  readonly line: number;
}

/**
 * `export const a`, `export { a as b }`, `export { a } from "m"`, `export * from "m"`, `export default`, `export =`,
 * `module.exports = …`, `exports.a = …`.
 */
export interface ExportBinding {
  /** The name under which others import it; `default`; `*` re-exports everything of `module`; `=` is `module.exports`. */
  readonly exported: string;
  /** The value in this file, for exports that are not re-exports: the name of what is declared (a type's too), or an expression. */
  readonly value: Expr | null;
  /** For re-exports: the module and the name there. */
  readonly from: { readonly module: string; readonly imported: string } | null;
}

/**
 * An expression, reduced to what can carry a URL, a topic, a receiver or a payload. `await`, parentheses, `as`,
 * `satisfies` and `!` are transparent. Depth and width are bounded; what is cut off is `unknown`.
 */
export type Expr =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
  /** Template literals and `+`, except of numbers. Long texts are cut. */
  | { readonly kind: "template"; readonly parts: readonly Expr[] }
  /** A local variable, a parameter, an import, a module-level name, or a global. `this` and `super` too. */
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "member"; readonly object: Expr; readonly property: string }
  | { readonly kind: "element"; readonly object: Expr; readonly index: Expr }
  /**
   * A call, `new` or tagged template. `site` is the index in `FunctionSummary.calls` of the function that holds it: for
   * fields and decorators that is the function that declares the class. -1 for a getter of an object literal, and for
   * calls that are left out of `calls` because they reach nothing. `callee` and `args` are the call site's own objects.
   */
  | { readonly kind: "call"; readonly callee: Expr; readonly args: readonly Expr[]; readonly construct: boolean; readonly site: number }
  | { readonly kind: "object"; readonly entries: readonly ObjectEntry[]; readonly spreads: readonly Expr[] }
  | { readonly kind: "array"; readonly items: readonly Expr[]; readonly spread: boolean }
  /** `a || b`, `a ?? b`, `c ? a : b`: the values it may have, in order. `a && b` is unknown or `b`. */
  | { readonly kind: "choice"; readonly options: readonly Expr[] }
  /** A function or arrow expression: an index into `SourceFact.functions`. */
  | { readonly kind: "function"; readonly id: number }
  /** A class expression: an index into `SourceFact.classes`. */
  | { readonly kind: "class"; readonly id: number }
  /** `...x` as an argument or in an array. */
  | { readonly kind: "spread"; readonly value: Expr }
  | { readonly kind: "unknown" };

export interface ObjectEntry {
  /** `[Topics.ORDERS]` where it is computed. */
  readonly key: string;
  readonly value: Expr;
  readonly line: number;
}

export interface FunctionSummary {
  readonly id: number;
  /**
   * Qualified inside the file: `OrdersService.create`, `createOrder`, `routes.post`. Functions without a name are called
   * after what holds them: the variable, the property, or the call that takes them (`router.post("/orders")`,
   * `server.route("GET /orders").handler`). What stands in a function has its name in front: `checkout.map`.
   * The module's top-level code is `(module)`.
   */
  readonly name: string;
  readonly lines: Lines;
  /** Hash of the body without comments, white space and names of locals: finds a function again after a move or rename. */
  readonly bodyHash: string;
  /** The function that this one stands in, the module for the outermost; `null` for the module and for methods of top-level classes. */
  readonly parent: number | null;
  /** Index into `SourceFact.classes` for methods, accessors, constructors and function-valued fields. */
  readonly class: number | null;
  readonly parameters: readonly Parameter[];
  readonly decorators: readonly Decorator[];
  readonly async: boolean;
  readonly generator: boolean;
  readonly returnType: TypeRef | null;
  /** What variables are given, in source order: declarations, assignments, destructuring (one entry per bound name). */
  readonly locals: readonly LocalValue[];
  /** Every call and `new` in this function's own code, in evaluation order: arguments come before the call. */
  readonly calls: readonly CallSite[];
  /** Blocks that calls can stand in; `CallSite.block` refers to them. Statements that hold neither calls nor locals have none. */
  readonly blocks: readonly Block[];
  /** What is compared with a constant: `event.version < 2`, `case "order.created":`. */
  readonly comparisons: readonly Comparison[];
  readonly returns: readonly Expr[];
}

/** A comparison with a text, a number or a member of an enum. `subject` is the other side. */
export interface Comparison {
  readonly subject: Expr;
  /** As if the subject stood on the left; `starts` for `startsWith`. */
  readonly operator: "===" | "!==" | "<" | "<=" | ">" | ">=" | "starts";
  readonly constant: Expr;
  readonly line: number;
}

export interface Parameter {
  /** `{ a, b }` gives one entry per name with `property` set. */
  readonly name: string;
  readonly index: number;
  /** Dotted where patterns are nested; a number in arrays; `null` for the whole and for what `{ ...rest }` takes; `...` for a rest parameter. */
  readonly property: string | null;
  /** Of the whole parameter, also where `property` is set. */
  readonly type: TypeRef | null;
  readonly decorators: readonly Decorator[];
  readonly defaultValue: Expr | null;
  /** `constructor(private orders: OrdersService)`: it is a field as well. */
  readonly field: boolean;
}

export interface Decorator {
  /** Dotted, without the call: `Controller`, `nest.Inject`. */
  readonly name: string;
  readonly args: readonly Expr[];
  readonly line: number;
}

/** A type as written, reduced to a name, its arguments, and how many steps of `[]` / `Promise<>` etc. stay in `args`. */
export interface TypeRef {
  /**
   * `OrdersService`, `Repository`, `string`, `nest.ClientProxy`; `|` for unions, `&` for intersections, `[]` for arrays
   * (`Array<T>` too), `[,]` for tuples, `{}` for literals, `=>` for functions (`args`: the result, then the parameters), `typeof` and
   * `keyof` of `args[0]`, `.[]` for `Order["id"]` (`args`: object and index), `?:` for conditional types (`args`: both
   * results), `{in}` for mapped types. `readonly` and parentheses leave no trace.
   */
  readonly name: string;
  readonly args: readonly TypeRef[];
  /** Members of a type literal, or `null`. */
  readonly members: readonly TypeMember[] | null;
  /** The value of a literal type (`"created"`, `2`), as JSON. */
  readonly literal: string | null;
}

export interface TypeMember {
  /** `[]` for an index signature. */
  readonly name: string;
  readonly type: TypeRef | null;
  readonly optional: boolean;
  readonly lines: Lines;
}

export interface LocalValue {
  readonly name: string;
  /**
   * `this.client = …` has the name `this.client`, and so has every assignment to names and dots. Functions and classes
   * that are declared are values of the function they stand in.
   */
  readonly value: Expr;
  /** As declared; of `as T` and `satisfies T` where nothing is declared. */
  readonly type: TypeRef | null;
  readonly line: number;
  readonly block: number;
}

export interface CallSite {
  /**
   * Of a chain only the call's own link (`.post(…)`); of a call that takes a function with a body, down to where the body
   * starts: the lines that a reader means by the call.
   */
  readonly lines: Lines;
  readonly callee: Expr;
  readonly args: readonly Expr[];
  readonly construct: boolean;
  /** Type arguments as written. */
  readonly typeArgs: readonly TypeRef[];
  /**
   * What becomes of the result: `awaited`, `returned` (also from an arrow body), `floating` (a statement, or `void`),
   * `used` (anything else: assigned, passed on, a receiver).
   */
  readonly result: "awaited" | "returned" | "floating" | "used";
  /** Index into `FunctionSummary.blocks`; 0 is the function's body. */
  readonly block: number;
  /**
   * The statement itself or the very next one leaves the loop or function unconditionally (`return`, `break`, `throw`): no second
   * round of the loop makes the call again. In a callback it only leaves the callback.
   */
  readonly exits: boolean;
}

export interface Block {
  readonly parent: number | null;
  readonly kind: BlockKind;
  readonly lines: Lines;
  /** Loops: what is iterated (`orders` in `for (const o of orders)`), or the operands of the condition of `while` and `for` as a choice. */
  readonly over: Expr | null;
  /** Loops: names bound anew per iteration; those of a pattern (`[name, url]`) are locals of the loop's block too. `catch`: the error's name. */
  readonly binds: readonly string[];
  /** `try`, `catch` and `finally` of one statement share a number; `if` and `else` of one statement too. */
  readonly group: number;
  /** `if`, `else` and `case`: how its last statement leaves the function or the round of a loop, where it does. */
  readonly leaves?: "returns" | "throws" | "continues";
  /** `if` and `else`, also of `a ? b : c` and `a && b`: what is known of single values in it. */
  readonly when?: readonly Condition[];
}

/** That a value equals a constant or does not; with no constant, that it is truthy or is not. */
export interface Condition {
  /** `kind`, `order.kind`. */
  readonly subject: string;
  /** `Kind.Paid`, `"paid"` with its quotes, `3`. */
  readonly constant: string | null;
  readonly holds: boolean;
}

export type BranchKind = "if" | "else";

export type BlockKind =
  | "body"
  | "for"
  | "for-of"
  | "for-in"
  | "for-await"
  | "while"
  | "do"
  | "if"
  | "else"
  | "case"
  | "try"
  | "catch"
  | "finally";

export interface ClassSummary {
  readonly id: number;
  readonly name: string;
  readonly lines: Lines;
  /** The function whose code declares it; 0 for top-level classes. */
  readonly parent: number;
  readonly extends: Expr | null;
  readonly extendsArgs: readonly TypeRef[];
  readonly implements: readonly TypeRef[];
  readonly abstract: boolean;
  readonly decorators: readonly Decorator[];
  readonly fields: readonly FieldSummary[];
  /** Ids of methods, accessors and the constructor. */
  readonly methods: readonly {
    readonly name: string;
    readonly function: number;
    readonly static: boolean;
    readonly kind: "method" | "constructor" | "getter" | "setter";
  }[];
}

export interface FieldSummary {
  readonly name: string;
  readonly type: TypeRef | null;
  readonly value: Expr | null;
  readonly static: boolean;
  readonly optional: boolean;
  readonly decorators: readonly Decorator[];
  readonly lines: Lines;
}

/** Interfaces, type aliases and enums: shapes of events and payloads. */
export interface TypeSummary {
  readonly name: string;
  readonly kind: "interface" | "alias" | "enum";
  readonly lines: Lines;
  readonly exported: boolean;
  readonly typeParameters: readonly string[];
  readonly extends: readonly TypeRef[];
  /** Members of an interface or of an alias for a type literal. */
  readonly members: readonly TypeMember[];
  /** The aliased type where it is not a literal. */
  readonly type: TypeRef | null;
  /** Enum members with their values. */
  readonly values: readonly { readonly name: string; readonly value: Expr; readonly lines: Lines }[];
}
