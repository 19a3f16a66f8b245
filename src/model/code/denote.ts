import type { Expr, FunctionSummary, LocalValue, Parameter } from "../../facts/source.js";
import type { Place } from "../evidence.js";
import type { Callee, Denotation, DenotationOf, Invocation, ObjectMember, Scope, SourceFile } from "./denotation.js";
import type { Evaluation, Memo } from "./evaluation.js";
import { arrayCall, GLOBALS, textCall } from "./builtins.js";
import { calledPath, isText, libraryValue, memberPath, placeAt, type Linker } from "./linker.js";
import { reaching, type Use } from "./symbols.js";
import { choose, concatenate, isAbsent, literal, literalOf, through, unknown, withFallbacks } from "./text.js";

/** `URLS[name]` may be any of these; of more nobody can say anything. */
const MAX_ENTRIES = 12;

/** A wrapper may be given its own result; what goes deeper repeats itself. */
const MAX_RECURSION = 3;

/** Gives expressions their meaning. One method per kind of expression; names are looked up from the inside out. */
export class Denoter {
  readonly #linker: Linker;
  readonly #evaluation: Evaluation;
  readonly #memo = new WeakMap<Scope, Memo<Expr | Parameter>>();
  readonly #members = new WeakMap<SourceFile, Memo<string>>();
  readonly #running = new Map<FunctionSummary, number>();

  constructor(linker: Linker, evaluation: Evaluation) {
    this.#linker = linker;
    this.#evaluation = evaluation;
  }

  denote(expr: Expr, scope: Scope): Denotation {
    switch (expr.kind) {
      case "text":
        return literal(expr.value);
      case "number":
      case "boolean":
        return { kind: expr.kind, value: expr.value, trail: [] } as Denotation;
      case "null":
        return { kind: "null", trail: [] };
      case "function": {
        const summary = scope.file.fact.functions[expr.id];
        if (summary === undefined) return unknown();
        return { kind: "function", function: { file: scope.file, summary }, self: scope.self, scope, trail: [] };
      }
      case "class": {
        const summary = scope.file.fact.classes[expr.id];
        return summary === undefined ? unknown() : { kind: "class", class: { file: scope.file, summary }, trail: [] };
      }
      case "array":
        return { kind: "array", items: expr.items, scope, open: expr.spread, trail: [] };
      case "spread":
      case "unknown":
        return unknown();
      default:
        return this.#evaluation.answer(this.#memoOf(scope), expr, nameOf(expr), () => this.#compute(expr, scope));
    }
  }

  /** `value.property`, whatever the value is. */
  member(value: Denotation, property: string): Denotation {
    switch (value.kind) {
      case "object":
        return this.#entry(value, property);
      case "array":
        return /^\d{1,4}$/.test(property) ? this.#item(value, Number(property)) : unknown(property);
      case "module":
        return this.#exportedMember(value.file, property);
      case "library":
        return this.#libraryMember(value, property);
      case "instance":
        return this.#linker.instanceMember({ class: value.class, construction: value.construction }, property);
      case "class":
        return this.#linker.staticMember(value.class, property);
      case "choice":
        return choose(value.options.map((one) => this.member(one, property)));
      case "text":
        return property === "href" || property === "origin" ? value : unknown(property);
      case "unknown":
        return this.#typedMember(value, property);
      case "function":
      case "number":
      case "boolean":
      case "null":
        return unknown(property);
    }
  }

  #memoOf(scope: Scope): Memo<Expr | Parameter> {
    let memo = this.#memo.get(scope);
    if (memo === undefined) this.#memo.set(scope, (memo = new Map<Expr | Parameter, Denotation | number>()));
    return memo;
  }

  #compute(expr: Expr, scope: Scope): Denotation {
    switch (expr.kind) {
      case "template":
        return concatenate(expr.parts.map((part) => this.denote(part, scope)), expr.parts.map(lastNameOf));
      case "name":
        return this.#name(expr.name, scope);
      case "member":
        return this.#memberOf(expr, scope);
      case "element":
        return this.#element(expr, scope);
      case "call":
        return this.#callOf(expr, scope);
      case "object":
        return this.#object(expr, scope);
      case "choice":
        return withFallbacks(expr.options.map((option) => this.denote(option, scope)));
      default:
        return unknown();
    }
  }

  // Names

  #name(name: string, scope: Scope): Denotation {
    if (name === "this") return this.#self(scope);
    let use: Use | null = this.#use(scope);
    for (let at: Scope | null = scope; at !== null; ) {
      const bound = at.bindings?.get(name);
      if (bound !== undefined) return bound;
      const found = this.#defined(name, at, use);
      if (found !== null) return found;
      const around = this.#around(at);
      use = around !== null && around.file === at.file ? { lines: at.function.lines, later: true } : null;
      at = around;
    }
    return this.#global(name, scope);
  }

  /** Where the name is used, if evaluation stands in this file: what a variable was given later does not count. */
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

  #defined(name: string, scope: Scope, use: Use | null): Denotation | null {
    const symbols = this.#linker.symbols(scope.file);
    const definition = symbols.define(scope.function, name);
    switch (definition?.kind) {
      case undefined:
        return null;
      case "locals":
        return this.#locals(name, definition.values, scope, use);
      case "parameter":
        return this.#parameter(definition.parameter, scope);
      case "loop": {
        const { over, kind } = definition.block;
        if (over === null || (kind !== "for-of" && kind !== "for-await")) return unknown(name);
        return this.#linker.elementOf(this.denote(over, scope), name);
      }
      case "function":
        return { kind: "function", function: { file: scope.file, summary: definition.function }, self: scope.self, scope, trail: [] };
      case "class":
        return { kind: "class", class: { file: scope.file, summary: definition.class }, trail: [] };
      case "import": {
        const { module, imported, line } = definition.binding;
        const memo = this.#importsOf(scope.file);
        return this.#evaluation.answer(memo, `${imported}\0${module}`, name, () =>
          this.#linker.at(placeAt(scope.file, line), () => this.imported(scope.file, module, imported)),
        );
      }
      case "type": {
        const { values } = definition.type;
        if (values.length === 0) return unknown(name);
        const entries = values.map((one): [string, ObjectMember] => [one.name, { value: one.value, scope, line: one.lines.startLine }]);
        return { kind: "object", entries: new Map(entries), open: false, trail: [] };
      }
    }
  }

  #importsOf(file: SourceFile): Memo<string> {
    let memo = this.#members.get(file);
    if (memo === undefined) this.#members.set(file, (memo = new Map<string, Denotation | number>()));
    return memo;
  }

  #locals(name: string, values: readonly LocalValue[], scope: Scope, use: Use | null): Denotation {
    const memo = this.#memoOf(scope);
    const closed = values.filter((one) => !this.#evaluation.isOpen(memo, one.value));
    const options = reaching(closed, scope.function.blocks, use).map((one) => this.#local(one, scope));
    let value = options.length === 0 ? unknown(name) : choose(options);
    if (isAbsent(value) || (value.kind === "unknown" && value.type === null && values.every(isEmpty))) {
      const later = this.#assignedInside(name, scope);
      if (later !== null) value = later;
    }
    if (value.kind === "object") return this.#withAssigned(value, name, scope);
    return value.kind === "unknown" && value.text === "" ? { ...value, text: name } : value;
  }

  #local(local: LocalValue, scope: Scope): Denotation {
    return this.#linker.at(placeAt(scope.file, local.line), () => {
      const value = this.denote(local.value, scope);
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
      if (fn === owner || !this.#isNested(fn, owner, file)) continue;
      for (const local of fn.locals) {
        if (local.name !== name || isEmpty(local)) continue;
        const inside = this.#linker.scopeOf(file, fn);
        if (!this.#evaluation.isOpen(this.#memoOf(inside), local.value)) options.push(this.#local(local, inside));
      }
    }
    const known = options.filter((one) => one.kind !== "unknown");
    return known.length === 0 ? null : choose(known);
  }

  #isNested(fn: FunctionSummary, owner: FunctionSummary, file: SourceFile): boolean {
    if (owner.id === 0 && owner.parent === null) return true;
    let at = fn.parent;
    for (let steps = 0; at !== null && steps < 50; steps++) {
      if (at === owner.id) return true;
      at = file.fact.functions[at]?.parent ?? null;
    }
    return false;
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
    if (scope.self !== null) return { kind: "instance", class: scope.self.class, construction: scope.self.construction, assumed: false, trail: [] };
    const owner = this.#linker.symbols(scope.file).classOf(scope.function);
    if (owner === null) return unknown("this");
    return { kind: "class", class: { file: scope.file, summary: owner.class }, trail: [] };
  }

  #global(name: string, scope: Scope): Denotation {
    if (name === "undefined") return { kind: "null", trail: [] };
    if (name === "exports" || name === "module") return { kind: "module", file: scope.file, trail: [] };
    return GLOBALS.has(name) ? libraryValue({ module: "(global)", path: name === "globalThis" || name === "window" || name === "global" ? "" : name }) : unknown(name);
  }

  // Parameters

  #parameter(parameter: Parameter, scope: Scope): Denotation {
    return this.#evaluation.answer(this.#memoOf(scope), parameter, parameter.name, () => {
      const given = scope.invocation === null ? null : this.#argument(parameter, scope.invocation);
      if (given !== null && given.kind !== "unknown" && !isAbsent(given)) return given;
      return this.#unbound(parameter, scope, given);
    });
  }

  #argument(parameter: Parameter, invocation: Invocation): Denotation | null {
    const { args, scope, place } = invocation;
    for (let index = 0; index <= parameter.index; index++) if (args[index]?.kind === "spread") return unknown(parameter.name);
    const arg = args[parameter.index];
    if (arg === undefined) return null;
    const { property } = parameter;
    const whole = property === null ? null : this.#linker.within(place, () => this.denote(arg, scope));
    if (whole?.kind === "object" && !whole.open && !whole.entries.has(property!.split(".")[0]!)) return null;
    return this.#linker.at(place, () => (whole === null ? this.denote(arg, scope) : this.#path(whole, property!)));
  }

  #unbound(parameter: Parameter, scope: Scope, given: Denotation | null): Denotation {
    if (given === null) {
      const injected = this.#injected(parameter, scope);
      if (injected !== null && injected.kind !== "unknown") return injected;
      if (parameter.defaultValue !== null) {
        const usual = this.denote(parameter.defaultValue, scope);
        if (usual.kind !== "unknown") return usual;
      }
      const element = this.#iterated(parameter, scope);
      if (element !== null && element.kind !== "unknown") return element;
    }
    const { type, property, name } = parameter;
    const typed = type === null ? unknown() : this.#linker.denoteType({ file: scope.file, type });
    const value = property === null ? typed : this.#path(typed, property);
    if (value.kind !== "unknown") return value;
    return { kind: "unknown", text: given?.kind === "unknown" && given.text !== "" ? given.text : name, type: value.type, trail: given?.trail ?? [] };
  }

  /** `{ order: { id } }` as a parameter takes `order.id` of the argument. */
  #path(value: Denotation, path: string): Denotation {
    return path.split(".").reduce((object, property) => this.member(object, property), value);
  }

  /** What a container passes to a constructor. */
  #injected(parameter: Parameter, scope: Scope): Denotation | null {
    const { function: fn, file } = scope;
    const owner = fn.class === null || scope.invocation !== null ? undefined : file.fact.classes[fn.class];
    if (owner === undefined || !owner.methods.some((one) => one.function === fn.id && one.kind === "constructor")) return null;
    const { decorators, type, property } = parameter;
    const name = property ?? parameter.name;
    return this.#linker.injected({ owner: { file, summary: owner }, name, decorators, type: property === null ? type : null });
  }

  /** `orders.map((order) => …)`: the parameter is an element of what is iterated. */
  #iterated(parameter: Parameter, scope: Scope): Denotation | null {
    const { function: fn, file } = scope;
    if (fn.parent === null || parameter.index > 1 || parameter.property !== null) return null;
    const outer = this.#around(scope);
    const call = outer?.function.calls.find((site) => site.args.some((arg) => arg.kind === "function" && arg.id === fn.id));
    if (outer === null || call?.callee.kind !== "member" || file !== outer.file) return null;
    const { object, property } = call.callee;
    const index = property === "reduce" || property === "reduceRight" ? 1 : 0;
    if (parameter.index !== index || !ITERATING.has(property)) return null;
    return this.#linker.elementOf(this.denote(object, outer), parameter.name);
  }

  // Imports and exports

  imported(file: SourceFile, module: string, imported: string): Denotation {
    const target = this.#linker.target(file, module);
    if (target.kind === "package") return libraryValue({ module: target.name, subpath: target.subpath, path: imported === "*" ? "" : imported });
    const found = target.kind === "file" ? this.#linker.file(target.path) : null;
    if (found === null) return libraryValue({ module, path: imported === "*" ? "" : imported });
    if (imported !== "*") return this.#exportedMember(found, imported);
    const whole = this.#linker.symbols(found).exports.get("=")?.value ?? null;
    return whole === null ? { kind: "module", file: found, trail: [] } : this.#valueIn(found, whole);
  }

  exported(file: SourceFile, name: string): Denotation {
    if (name === "*") return { kind: "module", file, trail: [] };
    const found = this.#linker.findExport(file, name);
    switch (found?.kind) {
      case undefined:
        return name === "default" ? { kind: "module", file, trail: [] } : this.#starred(file, name);
      case "value":
        return this.#valueIn(found.file, found.value);
      case "property":
        return this.member(this.#valueIn(found.file, found.value), found.property);
      case "module":
        return { kind: "module", file: found.file, trail: [] };
      case "package": {
        const { target, imported } = found;
        return libraryValue({ module: target.name, subpath: target.subpath, path: imported === "*" ? "" : imported });
      }
      case "type":
        return this.#defined(found.type.name, this.#linker.moduleScope(found.file), null) ?? unknown(name);
    }
  }

  #exportedMember(file: SourceFile, name: string): Denotation {
    return this.#evaluation.answer(this.#importsOf(file), `export\0${name}`, name, () => this.exported(file, name));
  }

  /** `export * from "kafkajs"`: names that no own file has may come from the package. */
  #starred(file: SourceFile, name: string): Denotation {
    const [target, ...more] = this.#linker.starredPackages(file);
    if (target === undefined || more.length > 0) return unknown(name);
    return libraryValue({ module: target.name, subpath: target.subpath, path: name });
  }

  #valueIn(file: SourceFile, value: Expr): Denotation {
    const scope = this.#linker.moduleScope(file);
    return this.#linker.within({ path: file.path, ...scope.function.lines }, () => this.denote(value, scope));
  }

  // Members

  #memberOf(expr: Extract<Expr, { kind: "member" }>, scope: Scope): Denotation {
    const { object, property } = expr;
    if (object.kind === "name" && object.name === "super") return this.#superMember(property, scope);
    if (object.kind === "name" && object.name === "module" && property === "exports") return { kind: "module", file: scope.file, trail: [] };
    const value = this.member(this.denote(object, scope), property);
    return value.kind === "unknown" ? this.#named(value, property) : value;
  }

  /** The name of an unknown member is how it is called here. */
  #named(value: DenotationOf<"unknown">, property: string): Denotation {
    return value.text === "" ? { ...value, text: property } : value;
  }

  #superMember(property: string, scope: Scope): Denotation {
    const holder = this.#linker.symbols(scope.file).classOf(scope.function);
    if (holder === null || scope.self === null) return unknown(property);
    return this.#linker.instanceMember(scope.self, property, { file: scope.file, summary: holder.class });
  }

  #entry(value: DenotationOf<"object">, property: string): Denotation {
    const entry = value.entries.get(property);
    if (entry === undefined) return unknown(property);
    return this.#linker.at(placeAt(entry.scope.file, entry.line), () => this.denote(entry.value, entry.scope));
  }

  #item(value: DenotationOf<"array">, index: number): Denotation {
    const item = value.items[index];
    return item === undefined ? unknown() : this.denote(item, value.scope);
  }

  #libraryMember(value: DenotationOf<"library">, property: string): Denotation {
    const { path } = value;
    const setting = this.#linker.setting(path, property);
    if (setting !== null) return { ...setting, trail: setting.trail.length > 0 ? setting.trail : value.trail };
    return { kind: "library", path: memberPath(path, property), trail: value.trail };
  }

  #typedMember(value: DenotationOf<"unknown">, property: string): Denotation {
    const text = value.text === "" || value.text.length > 200 ? property : `${value.text}.${property}`;
    const typed = value.type === null ? null : this.#linker.memberType(value.type, property);
    if (typed === null) return { kind: "unknown", text, type: null, trail: value.trail };
    const found = this.#linker.denoteType(typed);
    return found.kind === "unknown" ? { ...found, text, trail: value.trail } : found;
  }

  #element(expr: Extract<Expr, { kind: "element" }>, scope: Scope): Denotation {
    const object = this.denote(expr.object, scope);
    const index = this.denote(expr.index, scope);
    const key = literalOf(index);
    if (key !== null) return this.member(object, key);
    if (index.kind === "choice" && object.kind !== "unknown") {
      const keys = index.options.map(literalOf);
      if (keys.every((one) => one !== null)) return choose(keys.map((one) => this.member(object, one)));
    }
    if (object.kind === "object" && object.entries.size > 0 && object.entries.size <= MAX_ENTRIES) {
      return choose([...object.entries.keys()].map((one) => this.#entry(object, one)));
    }
    if (object.kind === "array" || object.kind === "unknown") return this.#linker.elementOf(object, lastNameOf(expr.object));
    return unknown(lastNameOf(expr.index));
  }

  #object(expr: Extract<Expr, { kind: "object" }>, scope: Scope): Denotation {
    const entries = new Map<string, ObjectMember>();
    let open = false;
    for (const spread of expr.spreads) {
      const value = this.denote(spread, scope);
      if (value.kind !== "object") open = true;
      else {
        open ||= value.open;
        for (const [key, entry] of value.entries) entries.set(key, entry);
      }
    }
    for (const { key, value, line } of expr.entries) entries.set(key, { value, scope, line });
    return { kind: "object", entries, open, trail: [] };
  }

  // Calls

  #callOf(expr: Extract<Expr, { kind: "call" }>, scope: Scope): Denotation {
    const { callee, args, construct } = expr;
    if (callee.kind === "name" && (callee.name === "require" || callee.name === "import") && isText(args[0])) {
      return this.imported(scope.file, args[0].value, "*");
    }
    const site = scope.function.calls[expr.site];
    const own = site !== undefined && site.callee === callee ? site.lines : null;
    const place = own === null ? this.#linker.place : { path: scope.file.path, startLine: own.startLine, endLine: own.endLine };
    const invocation: Invocation = { args, scope, place };
    if (callee.kind === "member" && !construct) {
      const known = this.#methodCall(callee.object, callee.property, invocation);
      if (known !== null) return known;
    }
    return this.call(this.denote(callee, scope), invocation, construct, lastNameOf(callee));
  }

  /** Methods of values that the language itself has: of texts, arrays and functions. */
  #methodCall(object: Expr, method: string, invocation: Invocation): Denotation | null {
    const { scope, args } = invocation;
    if (method === "bind" || method === "call" || method === "apply") {
      const bound = this.denote(object, scope);
      if (bound.kind !== "function" && bound.kind !== "library") return null;
      if (method === "bind") return bound;
      return this.call(bound, { ...invocation, args: method === "call" ? args.slice(1) : [] }, false, lastNameOf(object));
    }
    const value = this.denote(object, scope);
    if (value.kind === "text" || value.kind === "choice") {
      return textCall(value, method, args, (arg) => this.denote(arg, scope));
    }
    if (value.kind === "array") return arrayCall(value, method, (item) => this.denote(item, value.scope), args.map((arg) => this.denote(arg, scope)));
    return null;
  }

  call(callee: Denotation, invocation: Invocation, construct: boolean, name: string): Denotation {
    switch (callee.kind) {
      case "function":
        return through(invocation.place, this.resultOf(this.#linker.enter(callee, invocation), name));
      case "class":
        if (!construct) return unknown(name);
        return { kind: "instance", class: callee.class, construction: invocation, assumed: false, trail: [invocation.place] };
      case "library": {
        const known = this.#linker.knownCall(callee.path, invocation, construct);
        if (known !== null) return known;
        return { kind: "library", path: calledPath(callee.path, invocation, construct), trail: callee.trail };
      }
      case "choice":
        return choose(callee.options.map((one) => this.call(one, invocation, construct, name)));
      case "unknown": {
        const { type } = callee;
        const result = type?.type.name === "=>" ? type.type.args[0] : undefined;
        if (type === null || result === undefined) return unknown(name, callee.trail);
        const typed = this.#linker.denoteType({ file: type.file, type: result });
        return typed.kind === "unknown" ? { ...typed, text: name } : typed;
      }
      default:
        return unknown(name);
    }
  }

  resultOf({ function: ref, scope }: Callee, name: string): Denotation {
    const { summary, file } = ref;
    if (summary.generator) return unknown(name);
    const running = this.#running.get(summary) ?? 0;
    if (running >= MAX_RECURSION) {
      this.#evaluation.cut();
      return unknown(name);
    }
    this.#running.set(summary, running + 1);
    try {
      return this.#result(file, summary, scope, name);
    } finally {
      this.#running.set(summary, running);
    }
  }

  #result(file: SourceFile, summary: FunctionSummary, scope: Scope, name: string): Denotation {
    const place: Place = { path: file.path, startLine: summary.lines.startLine, endLine: summary.lines.endLine };
    const values = this.#linker.within(place, () => choose(summary.returns.map((one) => this.denote(one, scope))));
    const value = summary.returns.length === 0 ? unknown() : values;
    if (value.kind !== "unknown") return value;
    const type = value.type === null && summary.returnType !== null ? this.#linker.denoteType({ file, type: summary.returnType }) : value;
    return type.kind === "unknown" ? { kind: "unknown", text: name, type: type.type ?? value.type, trail: value.trail } : type;
  }
}

const ITERATING = new Set(["map", "forEach", "flatMap", "filter", "some", "every", "find", "reduce", "reduceRight", "findIndex"]);

function isEmpty(local: LocalValue): boolean {
  const { value } = local;
  return value.kind === "null" || value.kind === "unknown" || (value.kind === "name" && value.name === "undefined") || (value.kind === "text" && value.value === "");
}

/** The last name in an expression: what a hole that it leaves is called. */
export function lastNameOf(expr: Expr): string {
  switch (expr.kind) {
    case "name":
      return expr.name;
    case "member":
      return expr.property;
    case "call":
      return lastNameOf(expr.callee);
    case "element":
      return isText(expr.index) ? expr.index.value : lastNameOf(expr.index);
    case "choice":
      return expr.options[0] === undefined ? "" : lastNameOf(expr.options[0]);
    default:
      return "";
  }
}

/** Names and dots as written, as far as the expression has them. */
function nameOf(expr: Expr): string {
  if (expr.kind === "member") {
    const object = nameOf(expr.object);
    return object === "" || object.length > 200 ? expr.property : `${object}.${expr.property}`;
  }
  return lastNameOf(expr);
}
