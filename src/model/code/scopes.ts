import type { CallSite, Expr, FunctionSummary, Parameter } from "../../facts/source.js";
import type { Place } from "../evidence.js";
import type { Callees, ClassRef, Denotation, Instance, Invocation, Scope, ScopeContext, SourceFile } from "./denotation.js";
import type { Memo } from "./evaluation.js";
import type { FileSymbols } from "./symbols.js";

/** The scopes that were entered from somewhere, by function; several differ in `self` or in what is around. */
type Entered = Map<FunctionSummary, KnownScope[]>;

/**
 * A scope with what is remembered of it. Kept on the object and not beside it in weak maps, which cost the garbage
 * collector more than the linking itself.
 */
class KnownScope implements Scope {
  readonly file: SourceFile;
  readonly function: FunctionSummary;
  readonly self: Instance | null;
  readonly outer: Scope | null;
  readonly invocation: Invocation | null;
  readonly bindings: ReadonlyMap<string, Denotation> | null;
  values: Memo<Expr | Parameter> | null = null;
  callees: Map<CallSite, Callees> | null = null;
  entered: Entered | null = null;

  constructor(file: SourceFile, fn: FunctionSummary, self: Instance | null, context: ScopeContext) {
    this.file = file;
    this.function = fn;
    this.self = self;
    this.outer = context.outer ?? null;
    this.invocation = context.invocation ?? null;
    this.bindings = context.bindings ?? null;
  }
}

/** What is remembered of an object made by one construction, or of all objects whose construction was not seen. */
export interface Made {
  readonly members: Map<ClassRef, Memo<string>>;
  readonly supers: Map<ClassRef, Map<ClassRef, Invocation | null>>;
}

class KnownInvocation implements Invocation {
  readonly args: readonly Expr[];
  readonly scope: Scope;
  readonly place: Place;
  /** Mostly one scope: a call enters one function. */
  entered: KnownScope[] | null = null;
  made: Made | null = null;

  constructor(args: readonly Expr[], scope: Scope, place: Place) {
    this.args = args;
    this.scope = scope;
    this.place = place;
  }
}

export function invocationOf(args: readonly Expr[], scope: Scope, place: Place): Invocation {
  return new KnownInvocation(args, scope, place);
}

/** What is remembered of the values of expressions in a scope. */
export function valuesIn(scope: Scope): Memo<Expr | Parameter> {
  if (!(scope instanceof KnownScope)) return new Map<Expr | Parameter, Denotation | number>();
  scope.values ??= new Map<Expr | Parameter, Denotation | number>();
  return scope.values;
}

export function calleesIn(scope: Scope): Map<CallSite, Callees> {
  if (!(scope instanceof KnownScope)) return new Map<CallSite, Callees>();
  scope.callees ??= new Map<CallSite, Callees>();
  return scope.callees;
}

export function madeBy(construction: Invocation | null, unseen: Made): Made {
  if (construction === null) return unseen;
  if (!(construction instanceof KnownInvocation)) return newMade();
  construction.made ??= newMade();
  return construction.made;
}

export function newMade(): Made {
  return { members: new Map<ClassRef, Memo<string>>(), supers: new Map<ClassRef, Map<ClassRef, Invocation | null>>() };
}

/** What a file's functions are when nothing is known of their callers. */
interface Plain {
  readonly scopes: Map<FunctionSummary, KnownScope>;
  readonly entered: Entered;
}

/**
 * Makes scopes, and gives the same object for the same way into a function: what is remembered of a scope then serves
 * every question about it. A scope lives as long as the call through which it was entered.
 */
export class Scopes {
  readonly #symbols: (file: SourceFile) => FileSymbols;
  readonly #plain = new Map<SourceFile, Plain>();
  readonly #all: KnownScope[] = [];
  #remembers = true;

  constructor(symbols: (file: SourceFile) => FileSymbols) {
    this.#symbols = symbols;
  }

  ofModule(file: SourceFile): Scope {
    return this.#default(file, file.fact.functions[0]!);
  }

  of(file: SourceFile, fn: FunctionSummary, context: ScopeContext): Scope {
    const { outer = null, invocation = null, bindings = null } = context;
    if (context.self === undefined && outer === null && invocation === null && bindings === null) return this.#default(file, fn);
    const self = context.self === undefined ? this.#symbols(file).selfOf(fn) : context.self;
    if (bindings !== null) return this.#make(file, fn, self, context);
    const variants = this.#enteredFrom(invocation ?? self?.construction ?? outer, file, fn);
    for (const one of variants) {
      if (one.function === fn && one.file === file && one.outer === outer && one.invocation === invocation && isSame(one.self, self))
        return one;
    }
    const made = this.#make(file, fn, self, context);
    variants.push(made);
    return made;
  }

  /** Forgets what was remembered while not everything was known. */
  forget(): void {
    for (const scope of this.#all) scope.values = scope.callees = null;
    this.#all.length = 0;
    this.#remembers = false;
  }

  #default(file: SourceFile, fn: FunctionSummary): Scope {
    const { scopes } = this.#plainOf(file);
    let scope = scopes.get(fn);
    if (scope === undefined) scopes.set(fn, (scope = this.#make(file, fn, this.#symbols(file).selfOf(fn), {})));
    return scope;
  }

  #make(file: SourceFile, fn: FunctionSummary, self: Instance | null, context: ScopeContext): KnownScope {
    const scope = new KnownScope(file, fn, self, context);
    if (this.#remembers) this.#all.push(scope);
    return scope;
  }

  /** The scopes that were entered from a call, from a scope around, or with nothing known but `this`. */
  #enteredFrom(from: Invocation | Scope | null, file: SourceFile, fn: FunctionSummary): KnownScope[] {
    if (from instanceof KnownInvocation) return (from.entered ??= []);
    if (from !== null && !(from instanceof KnownScope)) return [];
    const entered = from === null ? this.#plainOf(file).entered : (from.entered ??= new Map<FunctionSummary, KnownScope[]>());
    let variants = entered.get(fn);
    if (variants === undefined) entered.set(fn, (variants = []));
    return variants;
  }

  #plainOf(file: SourceFile): Plain {
    let plain = this.#plain.get(file);
    if (plain === undefined) {
      plain = { scopes: new Map<FunctionSummary, KnownScope>(), entered: new Map<FunctionSummary, KnownScope[]>() };
      this.#plain.set(file, plain);
    }
    return plain;
  }
}

function isSame(a: Instance | null, b: Instance | null): boolean {
  return a === b || (a !== null && b !== null && a.class === b.class && a.construction === b.construction);
}
