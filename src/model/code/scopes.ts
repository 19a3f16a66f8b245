import type { FunctionSummary } from "../../facts/source.js";
import type { Instance, Scope, ScopeContext, SourceFile } from "./denotation.js";
import type { FileSymbols } from "./symbols.js";
import { keyOfClass } from "./text.js";

/**
 * Makes scopes, and gives the same object for the same way into a function: what is remembered of a scope then serves
 * every question about it. A scope lives as long as the call through which it was entered.
 */
export class Scopes {
  readonly #symbols: (file: SourceFile) => FileSymbols;
  readonly #known = new WeakMap<object, Map<string, Scope>>();
  readonly #ids = new WeakMap<object, number>();
  readonly #modules = new Map<SourceFile, Scope>();
  #count = 0;

  constructor(symbols: (file: SourceFile) => FileSymbols) {
    this.#symbols = symbols;
  }

  ofModule(file: SourceFile): Scope {
    let scope = this.#modules.get(file);
    if (scope === undefined) {
      scope = { file, function: file.fact.functions[0]!, self: null, outer: null, invocation: null, bindings: null };
      this.#modules.set(file, scope);
    }
    return scope;
  }

  of(file: SourceFile, fn: FunctionSummary, context: ScopeContext): Scope {
    const { outer = null, invocation = null, bindings = null } = context;
    const self = context.self === undefined ? this.#ownSelf(file, fn) : context.self;
    if (bindings !== null) return { file, function: fn, self, outer, invocation, bindings };
    if (fn.id === 0 && self === null && outer === null && invocation === null) return this.ofModule(file);
    const construction = self?.construction ?? null;
    const anchor = invocation ?? construction ?? outer ?? file;
    let scopes = this.#known.get(anchor);
    if (scopes === undefined) this.#known.set(anchor, (scopes = new Map<string, Scope>()));
    const key = `${this.#id(file)} ${fn.id} ${self === null ? "" : keyOfClass(self.class)} ${this.#id(construction)} ${this.#id(outer)} ${this.#id(invocation)}`;
    let scope = scopes.get(key);
    if (scope === undefined) scopes.set(key, (scope = { file, function: fn, self, outer, invocation, bindings: null }));
    return scope;
  }

  /** The object of `this` where nothing is known of the caller: some instance of the class that holds the code. */
  #ownSelf(file: SourceFile, fn: FunctionSummary): Instance | null {
    const owner = this.#symbols(file).classOf(fn);
    if (owner === null || owner.class.methods.some((one) => one.function === owner.method.id && one.static)) return null;
    return { class: { file, summary: owner.class }, construction: null };
  }

  #id(object: object | null): number {
    if (object === null) return 0;
    let id = this.#ids.get(object);
    if (id === undefined) this.#ids.set(object, (id = ++this.#count));
    return id;
  }
}
