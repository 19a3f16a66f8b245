import type { Expr } from "../../facts/source.js";
import type { Denotation, Scope, SourceFile } from "./denotation.js";
import type { Linker } from "./linker.js";
import { choose } from "./text.js";

const NAME = "dataSources";
/** `context: async () => ({ dataSources })` inside the options of a server inside those of a plugin. */
const MAX_DEPTH = 5;

/**
 * What `dataSources` of a GraphQL context holds. Resolvers get their context from the server, which no code shows; the
 * name is a convention of Apollo, so that the one place of a service that makes it says what all its resolvers see.
 */
export class DataSources {
  readonly #linker: Linker;
  readonly #found = new Map<string | null, { readonly value: Expr; readonly scope: Scope }[]>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(): void {
    for (const file of this.#linker.files) {
      if (!file.fact.imports.some((one) => /apollo|graphql|mercurius/.test(one.module))) continue;
      for (const fn of file.fact.functions) {
        for (const site of fn.calls) for (const arg of site.args) this.#search(arg, this.#linker.scopeOf(file, fn), 0);
        for (const value of fn.returns) this.#search(value, this.#linker.scopeOf(file, fn), 0);
      }
    }
  }

  /** The object of data sources that the service of a file makes; `null` where it makes none. */
  of(file: SourceFile): Denotation | null {
    const made = (this.#found.get(file.service) ?? []).map(({ value, scope }) => {
      const given = this.#linker.denote(value, scope);
      return given.kind === "function" ? this.#linker.resultOf(this.#linker.enter(given, null), "") : given;
    });
    const inContexts = this.#linker.classes().filter((one) => one.file.service === file.service && hasDataSources(one.summary.fields));
    const held = inContexts.map((one) => this.#linker.instanceMember({ class: one, construction: null }, NAME));
    const known = [...made, ...held].filter((one) => one.kind === "object" || one.kind === "instance");
    return known.length === 0 ? null : choose(known);
  }

  #search(expr: Expr, scope: Scope, depth: number): void {
    if (expr.kind !== "object" || depth > MAX_DEPTH) return;
    for (const { key, value } of expr.entries) {
      if (key === NAME) this.#add(scope, value);
      else this.#search(value, scope, depth + 1);
    }
  }

  #add(scope: Scope, value: Expr): void {
    const { service } = scope.file;
    const list = this.#found.get(service);
    if (list === undefined) this.#found.set(service, [{ value, scope }]);
    else list.push({ value, scope });
  }
}

function hasDataSources(fields: readonly { readonly name: string }[]): boolean {
  return fields.some((one) => one.name === NAME);
}
