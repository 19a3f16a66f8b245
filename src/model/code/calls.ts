import type { CallSite, Expr } from "../../facts/source.js";
import type { Callback, Callee, Callees, ClassRef, Denotation, DenotationOf, Invocation, LibraryPath, Scope } from "./denotation.js";
import { MAX_ANCESTORS } from "./hierarchy.js";
import { SOME_METHOD } from "../libraries/patterns.js";
import { isText, type Linker } from "./linker.js";
import { constructorOf } from "./members.js";
import { calleesIn, invocationOf } from "./scopes.js";

/** Entries of an object argument that are looked at for functions. */
const MAX_ENTRIES = 40;

/** Finds whom call sites reach. */
export class Calls {
  readonly #linker: Linker;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  callees(site: CallSite, scope: Scope): Callees {
    const known = calleesIn(scope);
    let found = known.get(site);
    if (found === undefined) known.set(site, (found = this.#find(site, scope)));
    return found;
  }

  calleesOf(value: Denotation, invocation: Invocation | null): readonly Callee[] {
    switch (value.kind) {
      case "function":
        return [this.#linker.enter(value, invocation)];
      case "choice":
        return value.options.flatMap((one) => this.calleesOf(one, invocation));
      default:
        return [];
    }
  }

  #find(site: CallSite, scope: Scope): Callees {
    const { startLine, endLine } = site.lines;
    const invocation = invocationOf(site.args, scope, { path: scope.file.path, startLine, endLine });
    const { callee } = site;
    if (callee.kind === "name" && callee.name === "super") return this.#superCall(invocation);
    if (callee.kind === "name" && (callee.name === "require" || callee.name === "import") && isText(site.args[0])) {
      return new Answer(this.#linker, [], null, false, 0, invocation);
    }
    const shifted = this.#throughCall(callee, invocation);
    const reached = shifted ?? { value: this.#called(callee, scope, invocation), invocation };
    const libraries = distinct(librariesIn(reached.value));
    const handlers = libraries.flatMap((one) => this.#linker.handlersOf(one, invocation));
    const functions = [
      ...this.#functionsOf(reached.value, reached.invocation, site.construct),
      ...handlers.flatMap((one) => this.calleesOf(one, invocation)),
    ];
    const receiver = callee.kind === "member" ? this.#linker.denote(callee.object, scope, invocation.place) : null;
    const several = functions.length - handlers.length + libraries.length > 1 || handlers.length > 1;
    const assumed = receiver !== null && isAssumed(receiver);
    const steps = several || assumed ? 1 : 0;
    const alike = several && !assumed && functions.length === 0 && areAlike(libraries);
    const unresolved = hasUnknown(reached.value, site.construct) && !(receiver !== null && isPlain(receiver)) && !isPromiseMethod(callee);
    const listeners = libraries.flatMap((one) => this.#linker.listenersOf(one, invocation));
    return new Answer(this.#linker, functions, libraries[0] ?? null, unresolved, steps, invocation, { listeners, alike });
  }

  /** The value of what is called. Of `client[method](request)` and `client[model].create(row)` at least that it is something of the client. */
  #called(callee: Expr, scope: Scope, { place }: Invocation): Denotation {
    const value = this.#linker.denote(callee, scope, place);
    const inner = callee.kind === "member" ? callee.object : callee;
    if (inner.kind !== "element" || value.kind !== "unknown") return value;
    const receiver = this.#linker.denote(inner.object, scope, place);
    if (receiver.kind !== "library") return value;
    const some = this.#linker.member(receiver, SOME_METHOD);
    return callee.kind === "member" ? this.#linker.member(some, callee.property) : some;
  }

  /** `reserve.call(this, order)`. */
  #throughCall(callee: Expr, invocation: Invocation): { readonly value: Denotation; readonly invocation: Invocation } | null {
    if (callee.kind !== "member" || (callee.property !== "call" && callee.property !== "apply")) return null;
    const value = this.#linker.denote(callee.object, invocation.scope, invocation.place);
    if (value.kind !== "function") return null;
    return {
      value,
      invocation: invocationOf(callee.property === "call" ? invocation.args.slice(1) : [], invocation.scope, invocation.place),
    };
  }

  #functionsOf(value: Denotation, invocation: Invocation, construct: boolean): readonly Callee[] {
    switch (value.kind) {
      case "function":
        return [this.#linker.enter(value, invocation)];
      case "class":
        return construct ? this.#constructorsOf(value.class, value.class, invocation, invocation) : [];
      case "choice":
        return value.options.flatMap((one) => this.#functionsOf(one, invocation, construct));
      default:
        return [];
    }
  }

  /** The constructor that runs: the class's own, or the nearest inherited one. */
  #constructorsOf(of: ClassRef, made: ClassRef, invocation: Invocation, construction: Invocation | null): readonly Callee[] {
    let at: ClassRef | null = of;
    for (let steps = 0; at !== null && steps < MAX_ANCESTORS; steps++) {
      const constructor = constructorOf(at);
      if (constructor !== null) {
        const scope = this.#linker.scopeOf(at.file, constructor, { self: { class: made, construction }, invocation });
        return [{ function: this.#linker.symbols(at.file).functionRef(constructor), scope }];
      }
      at = this.#linker.baseOf(at);
    }
    return [];
  }

  #superCall(invocation: Invocation): Callees {
    const { scope } = invocation;
    const symbols = this.#linker.symbols(scope.file);
    const holder = symbols.classOf(scope.function);
    const base = holder === null ? null : this.#linker.baseValue(symbols.classRef(holder.class));
    const self = scope.self;
    const functions =
      base?.kind === "class" ? this.#constructorsOf(base.class, self?.class ?? base.class, invocation, self?.construction ?? null) : [];
    return new Answer(
      this.#linker,
      functions,
      base?.kind === "library" ? base.path : null,
      base === null || base.kind === "unknown",
      0,
      invocation,
    );
  }
}

class Answer implements Callees {
  readonly functions: readonly Callee[];
  readonly library: LibraryPath | null;
  readonly unresolved: boolean;
  readonly steps: number;
  readonly listeners: readonly Callee[];
  readonly alike: boolean;
  readonly #linker: Linker;
  readonly #invocation: Invocation;
  #callbacks: readonly Callback[] | null = null;

  constructor(
    linker: Linker,
    functions: readonly Callee[],
    library: LibraryPath | null,
    unresolved: boolean,
    steps: number,
    invocation: Invocation,
    { listeners, alike }: Pick<Callees, "listeners" | "alike"> = { listeners: [], alike: false },
  ) {
    this.#linker = linker;
    this.functions = functions;
    this.library = library;
    this.unresolved = unresolved;
    this.steps = steps;
    this.listeners = listeners;
    this.alike = alike;
    this.#invocation = invocation;
  }

  /** Looked for when first asked: most calls are never asked. */
  get callbacks(): readonly Callback[] {
    this.#callbacks ??= this.#invocation.args.flatMap((arg, argument) => this.#in(arg, argument));
    return this.#callbacks;
  }

  #in(arg: Expr, argument: number): readonly Callback[] {
    if (!mayBeFunction(arg)) return [];
    const { scope, place } = this.#invocation;
    const value = this.#linker.denote(arg, scope, place);
    switch (value.kind) {
      case "object":
        return [...value.entries]
          .slice(0, MAX_ENTRIES)
          .flatMap(([key, entry]) =>
            mayBeFunction(entry.value) ? this.#as(this.#linker.denote(entry.value, entry.scope), argument, key) : [],
          );
      case "array":
        return value.items
          .slice(0, MAX_ENTRIES)
          .flatMap((item, index) => (mayBeFunction(item) ? this.#as(this.#linker.denote(item, value.scope), argument, String(index)) : []));
      default:
        return this.#as(value, argument, null);
    }
  }

  #as(value: Denotation, argument: number, key: string | null): readonly Callback[] {
    const options = value.kind === "choice" ? value.options : [value];
    return options
      .filter((one): one is DenotationOf<"function"> => one.kind === "function")
      .map((one) => ({ ...this.#linker.enter(one, null), argument, key }));
  }
}

function mayBeFunction(expr: Expr): boolean {
  switch (expr.kind) {
    case "text":
    case "number":
    case "boolean":
    case "null":
    case "template":
    case "unknown":
      return false;
    default:
      return true;
  }
}

function librariesIn(value: Denotation): readonly LibraryPath[] {
  if (value.kind === "library") return [value.path];
  return value.kind === "choice" ? value.options.flatMap(librariesIn) : [];
}

/** `(secure ? https : http).request`: one library in two forms. */
function distinct(paths: readonly LibraryPath[]): readonly LibraryPath[] {
  const isForm = ({ module }: LibraryPath): boolean => /^(?:node:)?https?$/.test(module);
  return paths.filter((one, index) => !isForm(one) || paths.findIndex((other) => isForm(other) && other.path === one.path) === index);
}

function areAlike([first, ...others]: readonly LibraryPath[]): boolean {
  return others.length > 0 && others.every(({ module, path }) => module === first!.module && path === first!.path);
}

function isAssumed(value: Denotation): boolean {
  if (value.kind === "instance" || value.kind === "object") return value.assumed;
  return value.kind === "choice" && value.options.some(isAssumed);
}

function hasUnknown(value: Denotation, construct: boolean): boolean {
  switch (value.kind) {
    case "function":
    case "library":
      return false;
    case "class":
      return !construct;
    case "choice":
      return value.options.some((one) => hasUnknown(one, construct));
    default:
      return true;
  }
}

/** Methods that any promise has: what they are given matters, not whom they reach. */
function isPromiseMethod(callee: Expr): boolean {
  return callee.kind === "member" && (callee.property === "then" || callee.property === "catch" || callee.property === "finally");
}

/** Values whose methods are the language's own. */
function isPlain(value: Denotation): boolean {
  return value.kind === "text" || value.kind === "array" || value.kind === "number" || value.kind === "boolean";
}
