import type { Expr, FunctionSummary, TypeRef } from "../../facts/source.js";
import type { Denotation, NamedType, Scope, SourceFile } from "./denotation.js";
import { withinReach, type Linker } from "./linker.js";
import { choose, unknown } from "./text.js";

/** Something that gives a value of a declared type: a function, or a variable at the top of a file. */
type Maker =
  | { readonly file: SourceFile; readonly function: FunctionSummary }
  | { readonly file: SourceFile; readonly value: Expr; readonly scope: Scope };

/** A type that more code makes is a shape of data. */
const MAX_MAKERS = 8;

/**
 * Who makes objects of an interface or object type that no class implements: `makeOrders(): OrdersService`,
 * `const orders: OrdersService = { … }`. Only types with functions count; others are payloads.
 */
export class Makers {
  readonly #linker: Linker;
  readonly #byType = new Map<string, Maker[]>();
  readonly #made = new Map<string, Denotation | number>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(): void {
    const names = new Set<string>();
    for (const { outline } of this.#linker.files) for (const name of outline.behaviours) names.add(name);
    if (names.size === 0) return;
    for (const file of this.#linker.files) {
      if (!file.outline.made.some((name) => names.has(name))) continue;
      for (const fn of file.fact.functions) {
        const type = fn.returnType === null ? null : awaited(fn.returnType);
        if (type !== null && names.has(type.name)) this.#add(file, type, { file, function: fn });
      }
      const scope = this.#linker.moduleScope(file);
      for (const { type, value } of scope.function.locals) {
        if (type !== null && names.has(type.name) && value.kind !== "unknown") this.#add(file, type, { file, value, scope });
      }
    }
  }

  /** What the makers within reach of a file give; `null` where there are none. */
  of(type: NamedType, from: SourceFile): Denotation | null {
    const makers = withinReach(this.#byType.get(keyOf(type)) ?? [], from);
    if (makers.length === 0 || makers.length > MAX_MAKERS) return null;
    const made = this.#linker.answer(this.#made, `${keyOf(type)} ${from.service ?? ""}`, "", () => this.#make(makers));
    return made.kind === "unknown" ? null : made;
  }

  #make(makers: readonly Maker[]): Denotation {
    const values = makers
      .map((maker) => ("value" in maker ? this.#linker.denote(maker.value, maker.scope) : this.#result(maker.file, maker.function)))
      .flatMap((one) => (one.kind === "choice" ? one.options : [one]))
      .filter((one) => one.kind === "object" || one.kind === "instance")
      .map((one): Denotation => ({ ...one, assumed: true }));
    return values.length === 0 ? unknown() : choose(values);
  }

  #result(file: SourceFile, fn: FunctionSummary): Denotation {
    return this.#linker.resultOf({ function: this.#linker.symbols(file).functionRef(fn), scope: this.#linker.scopeOf(file, fn) }, "");
  }

  #add(file: SourceFile, type: TypeRef, maker: Maker): void {
    const named = this.#linker.namedType({ file, type });
    if (named === null || "methods" in named.summary) return;
    const key = keyOf(named as NamedType);
    const list = this.#byType.get(key);
    if (list === undefined) this.#byType.set(key, [maker]);
    else list.push(maker);
  }
}

function keyOf({ file, summary }: NamedType): string {
  return `${file.path}#${summary.name}`;
}

function awaited(type: TypeRef): TypeRef {
  return type.name === "Promise" ? (type.args[0] ?? type) : type;
}
