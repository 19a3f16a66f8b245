import type { Lines } from "../../facts/place.js";
import type { ClassSummary, Expr, FunctionSummary, LocalValue, Parameter } from "../../facts/source.js";
import { GLOBALS } from "./builtins.js";
import { callbackArgument } from "./callback-parameters.js";
import type { Argument, Denotation, DenotationOf, Invocation, ObjectMember, ParameterAt, Scope, SourceFile } from "./denotation.js";
import type { Evaluation, Memo } from "./evaluation.js";
import { isSetting, saysLittle, someMethod } from "./handed.js";
import { libraryValue, placeAt, type Linker } from "./linker.js";
import { valuesIn } from "./scopes.js";
import { reaching, type Definition, type Use } from "./symbols.js";
import { choose, isAbsent, through, unknown } from "./text.js";

/** Gives names their meaning: looked up from the inside out, with what reaches the place where they are used. */
export class Names {
  readonly #linker: Linker;
  readonly #evaluation: Evaluation;
  readonly #handed = new Map<Scope, Memo<Parameter>>();

  constructor(linker: Linker, evaluation: Evaluation) {
    this.#linker = linker;
    this.#evaluation = evaluation;
  }

  denote(name: string, scope: Scope): Denotation {
    if (name === "this") return this.#self(scope);
    let use: Use | null = this.#use(scope);
    for (let at: Scope | null = scope; at !== null;) {
      const bound = at.bindings?.get(name);
      if (bound !== undefined) return bound;
      const definition = this.#linker.symbols(at.file).define(at.function, name);
      if (definition !== null) return this.#defined(name, definition, at, use);
      const around = this.#around(at);
      use = around !== null && around.file === at.file ? { lines: at.function.lines, later: true } : null;
      at = around;
    }
    return this.#global(name, scope);
  }

  /** Where the name is used, if evaluation stands in this function: what a variable was given later does not count. */
  #use(scope: Scope): Use | null {
    const { place } = this.#linker;
    const { lines } = scope.function;
    const inside = place.path === scope.file.path && place.startLine >= lines.startLine && place.endLine <= lines.endLine;
    return inside ? { lines: place, later: false } : null;
  }

  #around(scope: Scope): Scope | null {
    if (scope.outer !== null) return scope.outer;
    const { file, function: fn, self } = scope;
    const owner = fn.class === null ? undefined : file.fact.classes[fn.class];
    const parent = fn.parent ?? owner?.parent ?? null;
    const above = parent === null ? undefined : file.fact.functions[parent];
    if (above !== undefined && above !== fn) return this.#linker.scopeOf(file, above, { self: fn.class === null ? self : null });
    const top = file.fact.functions[0];
    return top === undefined || top === fn ? null : this.#linker.moduleScope(file);
  }

  #defined(name: string, definition: Definition, scope: Scope, use: Use | null): Denotation {
    switch (definition.kind) {
      case "locals":
        return this.#locals(name, definition.values, scope, use);
      case "parameter":
        return this.#parameter(definition.parameter, scope);
      case "loop": {
        const { over, kind } = definition.block;
        if (over === null || (kind !== "for-of" && kind !== "for-await")) return unknown(name);
        return this.#linker.elementOf(this.#linker.denote(over, scope), name);
      }
      case "import":
        return this.#linker.imported(scope.file, definition.binding);
      default: {
        const { values } = definition.type;
        if (values.length === 0) return unknown(name);
        const entries = values.map((one): [string, ObjectMember] => [one.name, { value: one.value, scope, line: one.lines.startLine }]);
        return { kind: "object", entries: new Map(entries), open: false, assumed: false, trail: [] };
      }
    }
  }

  // Variables

  #locals(name: string, values: readonly LocalValue[], scope: Scope, use: Use | null): Denotation {
    const memo = valuesIn(scope);
    const closed = values.filter((one) => !this.#evaluation.isOpen(memo, one.value));
    const reached = reaching(closed, scope.function.blocks, use);
    let value = this.#anyOf(
      reached.filter((one) => !isEmpty(one)),
      name,
      scope,
    );
    // What is assigned says more than the declared type: `let queue: Queue;`.
    if (isAbsent(value) || value.kind === "unknown") {
      const later = values.every(isEmpty) ? this.#assignedInside(name, scope) : null;
      value = later ?? this.#anyOf(reached, name, scope);
    }
    if (isAbsent(value)) value = this.#assignedInside(name, scope) ?? value;
    if (value.kind === "object") return this.#withAssigned(value, name, scope);
    if (value.kind === "array" && value.scope === scope && value.items.length > 0) return withPushed(value, name, scope);
    return value.kind === "unknown" && value.text === "" ? { ...value, text: name } : value;
  }

  #anyOf(values: readonly LocalValue[], name: string, scope: Scope): Denotation {
    return values.length === 0 ? unknown(name) : choose(values.map((one) => this.#local(one, scope)));
  }

  #local(local: LocalValue, scope: Scope): Denotation {
    return this.#linker.at(placeAt(scope.file, local.line), () => {
      const value = this.#linker.denote(local.value, scope);
      if (local.type === null || value.kind !== "unknown" || value.type !== null) return value;
      const typed = this.#linker.denoteType({ file: scope.file, type: local.type });
      return typed.kind === "unknown" ? { ...typed, text: value.text || local.name } : typed;
    });
  }

  /** `let client;` that another function of the file fills. */
  #assignedInside(name: string, scope: Scope): Denotation | null {
    const { file, function: owner } = scope;
    const options: Denotation[] = [];
    for (const fn of file.fact.functions) {
      if (fn === owner || !isNested(fn, owner, file)) continue;
      for (const local of fn.locals) {
        if (local.name !== name || isEmpty(local)) continue;
        const inside = this.#linker.scopeOf(file, fn);
        if (!this.#evaluation.isOpen(valuesIn(inside), local.value)) options.push(this.#local(local, inside));
      }
    }
    const known = options.filter((one) => one.kind !== "unknown");
    return known.length === 0 ? null : choose(known);
  }

  /** `const services = {}; services.orders = …`: the object with what it was given afterwards. */
  #withAssigned(value: DenotationOf<"object">, name: string, scope: Scope): Denotation {
    const assigned = this.#linker.symbols(scope.file).properties(scope.function, name);
    if (assigned === null) return value;
    const entries = new Map(value.entries);
    for (const [property, local] of assigned) entries.set(property, { value: local.value, scope, line: local.line });
    return { ...value, entries };
  }

  #self(scope: Scope): Denotation {
    for (let at: Scope | null = scope; at !== null && at.self === null; at = at.outer) {
      const bound = at.bindings?.get("this");
      if (bound !== undefined) return bound;
    }
    if (scope.self !== null)
      return { kind: "instance", class: scope.self.class, construction: scope.self.construction, assumed: false, trail: [] };
    const symbols = this.#linker.symbols(scope.file);
    const owner = symbols.classOf(scope.function);
    if (owner !== null) return { kind: "class", class: symbols.classRef(owner.class), trail: [] };
    const { place } = this.#linker;
    const around = place.path === scope.file.path ? symbols.classAround(scope.function, place) : null;
    if (around === null) return this.#holder(scope) ?? unknown("this");
    if (isInStaticField(around, place)) return { kind: "class", class: symbols.classRef(around), trail: [] };
    return { kind: "instance", class: symbols.classRef(around), construction: null, assumed: false, trail: [] };
  }

  /** `this` in a method of an object literal. */
  #holder(scope: Scope): Denotation | null {
    for (let at: Scope | null = scope; at !== null && at.file === scope.file;) {
      const object = this.#linker.symbols(at.file).objectAround(at.function);
      const around = this.#around(at);
      if (object !== null) return this.#linker.denote(object, around ?? this.#linker.moduleScope(at.file));
      at = around;
    }
    return null;
  }

  #global(name: string, scope: Scope): Denotation {
    if (name === "undefined") return { kind: "null", trail: [] };
    if (name === "exports" || name === "module") return { kind: "module", file: scope.file, trail: [] };
    if (!GLOBALS.has(name)) return unknown(name);
    return libraryValue({ module: "(global)", path: name === "globalThis" || name === "window" || name === "global" ? "" : name });
  }

  // Parameters

  #parameter(parameter: Parameter, scope: Scope): Denotation {
    return this.#evaluation.answer(valuesIn(scope), parameter, parameter.name, () => {
      const given = scope.invocation === null ? null : this.#argument(parameter, scope.invocation);
      if (given !== null && given.kind !== "unknown" && !isAbsent(given)) return given;
      return this.#unbound(parameter, scope, given);
    });
  }

  /** What a call gives for a parameter; `null` where it gives nothing. */
  #argument(parameter: Parameter, invocation: Invocation): Denotation | null {
    const { place } = invocation;
    const { property, index, name } = parameter;
    const args = this.#linker.within(place, () => this.#linker.argumentsOf(invocation.args, invocation.scope));
    if (args.slice(0, index + 1).some(({ value }) => value.kind === "spread") && property !== "...") return unknown(name);
    if (property === "...") return this.#rest(args.slice(index), invocation);
    const arg = args[index];
    if (arg === undefined) return null;
    if (property === null) return this.#linker.at(place, () => this.#linker.denote(arg.value, arg.scope));
    const whole = this.#linker.within(place, () => this.#linker.denote(arg.value, arg.scope));
    if (whole.kind === "object" && !whole.open && !whole.entries.has(property.split(".")[0]!)) return null;
    return this.#linker.at(place, () => this.#path(whole, property));
  }

  /** What `...args` holds. Arguments of several scopes are bound to names of their own in one. */
  #rest(args: readonly Argument[], invocation: Invocation): Denotation {
    const { scope, place } = invocation;
    const open = args.some(({ value }) => value.kind === "spread");
    const [first] = args;
    if (args.every((one) => one.scope === first?.scope)) {
      return { kind: "array", items: args.map((one) => one.value), scope: first?.scope ?? scope, open, trail: [place] };
    }
    const names = args.map((_, index) => `...${index}`);
    const bindings = new Map(args.map((one, index) => [names[index]!, this.#linker.denote(one.value, one.scope)]));
    const items = names.map((name): Expr => ({ kind: "name", name }));
    return {
      kind: "array",
      items,
      scope: this.#linker.scopeOf(scope.file, scope.function, { outer: scope, bindings }),
      open,
      trail: [place],
    };
  }

  #unbound(parameter: Parameter, scope: Scope, given: Denotation | null): Denotation {
    const known = (given === null ? this.#assumed(parameter, scope) : null) ?? this.#typed(parameter, scope);
    const isOpen = given === null && scope.invocation === null && parameter.property !== "...";
    if (isOpen && saysLittle(known)) {
      // Objects stay what their type calls them: their members are looked up in what callers hand over.
      const handed = this.handed({ parameter, scope });
      if (handed !== null && handed.kind !== "object" && handed.kind !== "function") return handed;
    }
    if (known.kind !== "unknown") return known;
    return {
      kind: "unknown",
      text: given?.kind === "unknown" && given.text !== "" ? given.text : parameter.name,
      type: known.type,
      trail: given?.trail ?? [],
      parameter: isOpen ? { parameter, scope } : given?.kind === "unknown" ? given.parameter : undefined,
    };
  }

  #typed({ type, property }: Parameter, scope: Scope): Denotation {
    const typed = type === null ? unknown() : this.#linker.denoteType({ file: scope.file, type });
    return property === null || property === "..." ? typed : this.#path(typed, property);
  }

  /** The value, or what callers hand over for the parameter that it is. */
  whole(value: Denotation): Denotation {
    return value.kind === "unknown" && value.parameter !== undefined ? (this.handed(value.parameter) ?? value) : value;
  }

  handed(at: ParameterAt): Denotation | null {
    let memo = this.#handed.get(at.scope);
    if (memo === undefined) this.#handed.set(at.scope, (memo = new Map<Parameter, Denotation | number>()));
    const value = this.#evaluation.answer(memo, at.parameter, "", () => this.#handedBy(at));
    return isSetting(value, at) ? value : null;
  }

  #handedBy({ parameter, scope }: ParameterAt): Denotation {
    const values = this.#linker.callersOf(scope).map((one) => through(one.place, this.whole(this.#argument(parameter, one) ?? unknown())));
    const value = choose(values);
    if (values.some((one) => one.kind === "unknown")) return unknown();
    return values.length > 1 && value.kind === "choice" ? (someMethod(value.options) ?? unknown()) : value;
  }

  /** What a container injects, the default, or what a callback is called with. */
  #assumed(parameter: Parameter, scope: Scope): Denotation | null {
    const injected = this.#injected(parameter, scope);
    if (injected !== null && injected.kind !== "unknown") return injected;
    if (parameter.defaultValue !== null) {
      const usual = this.#linker.denote(parameter.defaultValue, scope);
      if (usual.kind !== "unknown") return usual;
    }
    const around = this.#around(scope);
    const whole = callbackArgument(parameter, scope, around?.file === scope.file ? around : null, this.#linker);
    const element = whole === null || parameter.property === null ? whole : this.#path(whole, parameter.property);
    return element !== null && element.kind !== "unknown" ? element : null;
  }

  /** `{ order: { id } }` as a parameter takes `order.id` of the argument. */
  #path(value: Denotation, path: string): Denotation {
    return path.split(".").reduce((object, property) => this.#linker.member(object, property), value);
  }

  /** What a container passes to a constructor. */
  #injected(parameter: Parameter, scope: Scope): Denotation | null {
    const { function: fn, file } = scope;
    const owner = fn.class === null || scope.invocation !== null ? undefined : file.fact.classes[fn.class];
    if (owner === undefined || !owner.methods.some((one) => one.function === fn.id && one.kind === "constructor")) return null;
    const { decorators, type, property } = parameter;
    const name = property ?? parameter.name;
    return this.#linker.injected({
      owner: this.#linker.symbols(file).classRef(owner),
      name,
      decorators,
      type: property === null ? type : null,
    });
  }
}

/** `const topics = [ORDERS]; topics.push(PAYMENTS)`: what a list that begins in the code is given in the same function. */
function withPushed(list: DenotationOf<"array">, name: string, { function: fn }: Scope): Denotation {
  const pushed = fn.calls.flatMap(({ callee, args }) =>
    callee.kind === "member" && callee.property === "push" && callee.object.kind === "name" && callee.object.name === name ? args : [],
  );
  return pushed.length === 0 ? list : { ...list, items: [...list.items, ...pushed], open: true };
}

function isNested(fn: FunctionSummary, owner: FunctionSummary, file: SourceFile): boolean {
  if (owner.id === 0 && owner.parent === null) return true;
  let at = fn.parent;
  for (let steps = 0; at !== null && steps < 50; steps++) {
    if (at === owner.id) return true;
    at = file.fact.functions[at]?.parent ?? null;
  }
  return false;
}

/** `static Placed = this.named("placed")`: there `this` is the class. */
function isInStaticField({ fields }: ClassSummary, { startLine, endLine }: Lines): boolean {
  return fields.some((field) => field.static && field.lines.startLine <= startLine && field.lines.endLine >= endLine);
}

function isEmpty({ value }: LocalValue): boolean {
  return (
    value.kind === "null" ||
    value.kind === "unknown" ||
    (value.kind === "name" && value.name === "undefined") ||
    (value.kind === "text" && value.value === "")
  );
}
