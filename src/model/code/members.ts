import type { Expr, FieldSummary, FunctionSummary } from "../../facts/source.js";
import type { ClassRef, Denotation, FunctionRef, Instance, Invocation, Scope } from "./denotation.js";
import type { Memo } from "./evaluation.js";
import { MAX_ANCESTORS } from "./hierarchy.js";
import { memberPath, placeAt, type Linker } from "./linker.js";
import { invocationOf, madeBy, newMade } from "./scopes.js";
import { choose, isAbsent, literal, unknown } from "./text.js";

/** An abstract class with more below says nothing about which is meant. */
const MAX_SUBCLASSES = 8;

/** Fields, getters and methods of instances and classes, inherited ones too. */
export class Members {
  readonly #linker: Linker;
  readonly #unseen = newMade();
  readonly #statics = new Map<ClassRef, Memo<string>>();
  readonly #names = new Map<string, Expr>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** A member of an instance; with `after`, as `super` in that class sees it. */
  ofInstance(self: Instance, property: string, after: ClassRef | null = null): Denotation {
    const memo = memoFor(madeBy(self.construction, this.#unseen).members, self.class);
    const key = after === null ? property : `${property} after ${after.summary.id} of ${after.file.path}`;
    return this.#linker.answer(memo, key, property, () => this.#find(self, property, after));
  }

  ofClass(of: ClassRef, property: string): Denotation {
    return this.#linker.answer(memoFor(this.#statics, of), property, property, () => this.#findStatic(of, property));
  }

  method(of: ClassRef, name: string): FunctionRef | null {
    let at: ClassRef | null = of;
    for (let steps = 0; at !== null && steps < MAX_ANCESTORS; steps++) {
      const { file, summary } = at;
      const method = summary.methods.find((one) => one.name === name && one.kind !== "setter");
      const field = summary.fields.find((one) => one.name === name)?.value;
      const id = method?.function ?? (field?.kind === "function" ? field.id : undefined);
      const found = id === undefined ? undefined : file.fact.functions[id];
      if (found !== undefined) return this.#linker.symbols(file).functionRef(found);
      at = this.#linker.baseOf(at);
    }
    return null;
  }

  /** The arguments of the base's constructor. */
  superInvocation(of: ClassRef, self: Instance, construction: Invocation | null): Invocation | null {
    const constructor = constructorOf(of);
    if (constructor === null) return construction;
    const { supers } = madeBy(construction, this.#unseen);
    let ofClass = supers.get(of);
    if (ofClass === undefined) supers.set(of, (ofClass = new Map<ClassRef, Invocation | null>()));
    let found = ofClass.get(self.class);
    if (found === undefined) {
      const site = constructor.calls.find((one) => one.callee.kind === "name" && one.callee.name === "super");
      const scope = this.#linker.scopeOf(of.file, constructor, { self, invocation: construction });
      found = site === undefined ? null : invocationOf(site.args, scope, { path: of.file.path, ...site.lines });
      ofClass.set(self.class, found);
    }
    return found;
  }

  #find(self: Instance, property: string, after: ClassRef | null): Denotation {
    if (property === "constructor") return { kind: "class", class: self.class, trail: [] };
    let open: Denotation | null = null;
    let construction = self.construction;
    let passed = after === null;
    let at: ClassRef | null = self.class;
    for (let steps = 0; at !== null && steps < MAX_ANCESTORS; steps++) {
      const found: Denotation | null = passed ? this.#own(at, self, construction, property) : null;
      if (found !== null && found.kind !== "unknown") return found;
      open ??= found;
      passed ||= after !== null && at === after;
      construction = this.superInvocation(at, self, construction);
      at = this.#linker.baseOf(at);
    }
    const below = this.#below(self, property);
    if (below !== null) return below;
    if (open !== null) return open;
    const library = this.#linker.libraryBase(self.class);
    return library === null ? unknown(property) : { kind: "library", path: memberPath(library, property), trail: [] };
  }

  /** What subclasses have in the place of an abstract member. */
  #below(self: Instance, property: string): Denotation | null {
    if (!self.class.summary.abstract) return null;
    const below = this.#linker.subclassesOf(self.class).filter((one) => !one.summary.abstract);
    if (below.length === 0 || below.length > MAX_SUBCLASSES) return null;
    const found = below.map((one) => this.ofInstance({ class: one, construction: null }, property)).filter((one) => one.kind !== "unknown");
    return found.length === 0 ? null : choose(found);
  }

  #own(at: ClassRef, self: Instance, construction: Invocation | null, property: string): Denotation | null {
    const { file, summary } = at;
    const method = summary.methods.find(
      (one) => one.name === property && !one.static && one.kind !== "constructor" && one.kind !== "setter",
    );
    const body = method === undefined ? undefined : file.fact.functions[method.function];
    if (method !== undefined && body !== undefined) {
      const ref = this.#linker.symbols(file).functionRef(body);
      if (method.kind === "method") return { kind: "function", function: ref, self, scope: null, trail: [] };
      return this.#linker.resultOf({ function: ref, scope: this.#linker.scopeOf(file, body, { self }) }, property);
    }
    const field = summary.fields.find((one) => one.name === property && !one.static);
    const values = this.#valuesOf(at, self, construction, field, property);
    const known = values.filter((one) => one.kind !== "unknown" && !isAbsent(one));
    if (known.length > 0) return choose(known);
    const declared = field === undefined ? null : this.#declared(at, field);
    const [first] = values;
    if (declared?.kind === "unknown" && first?.kind === "unknown") return { ...declared, parameter: first.parameter };
    return declared ?? first ?? null;
  }

  #valuesOf(
    at: ClassRef,
    self: Instance,
    construction: Invocation | null,
    field: FieldSummary | undefined,
    property: string,
  ): readonly Denotation[] {
    const { file, summary } = at;
    const values: Denotation[] = [];
    const value = field?.value ?? null;
    if (field !== undefined && value !== null) {
      values.push(this.#linker.at(placeAt(file, field.lines.startLine), () => this.#linker.denote(value, this.#around(at, self))));
    }
    const constructor = constructorOf(at);
    if (constructor?.parameters.some((one) => one.field && one.name === property) === true) {
      const scope = this.#linker.scopeOf(file, constructor, { self, invocation: construction });
      values.push(this.#linker.denote(this.#nameExpr(property), scope));
    }
    if (constructor !== null)
      values.push(...this.#handedOver(constructor, property, this.#linker.scopeOf(file, constructor, { self, invocation: construction })));
    for (const { function: fn, local } of this.#linker.symbols(file).fieldAssignments(summary, property)) {
      const scope = this.#linker.scopeOf(file, fn, fn === constructor ? { self, invocation: construction } : { self });
      values.push(this.#linker.at(placeAt(file, local.line), () => this.#linker.denote(local.value, scope)));
    }
    return values;
  }

  /** `Object.assign(this, parts)` in a constructor. */
  #handedOver({ calls }: FunctionSummary, property: string, scope: Scope): readonly Denotation[] {
    return calls
      .filter(({ callee, args: [target] }) => isObjectAssign(callee) && target?.kind === "name" && target.name === "this")
      .flatMap(({ args }) => args.slice(1))
      .filter((arg) => arg.kind !== "spread")
      .map((arg) => this.#linker.member(this.#linker.denote(arg, scope), property))
      .filter((value) => value.kind !== "unknown" || value.type !== null || value.parameter !== undefined);
  }

  /** A field whose type or decorator says what it holds. */
  #declared(owner: ClassRef, field: FieldSummary): Denotation | null {
    const { name, decorators, type } = field;
    return this.#linker.at(placeAt(owner.file, field.lines.startLine), () => {
      const injected = decorators.length === 0 ? null : this.#linker.injected({ owner, name, decorators, type });
      if (injected !== null) return injected;
      const typed = type === null ? unknown(name) : this.#linker.denoteType({ file: owner.file, type });
      return typed.kind === "unknown" ? { ...typed, text: name } : typed;
    });
  }

  #findStatic(of: ClassRef, property: string): Denotation {
    let at: ClassRef | null = of;
    for (let steps = 0; at !== null && steps < MAX_ANCESTORS; steps++) {
      const found: Denotation | null = this.#ownStatic(at, property);
      if (found !== null) return found;
      // No base class says what another is called.
      if (property === "name") return literal(of.summary.name);
      const base = this.#linker.baseValue(at);
      if (base?.kind === "library") return { kind: "library", path: memberPath(base.path, property), trail: [] };
      at = this.#linker.baseOf(at);
    }
    if (property === "prototype") return { kind: "instance", class: of, construction: null, assumed: false, trail: [] };
    return unknown(property);
  }

  #ownStatic(at: ClassRef, property: string): Denotation | null {
    const { file, summary } = at;
    const method = summary.methods.find((one) => one.name === property && one.static && one.kind !== "setter");
    const body = method === undefined ? undefined : file.fact.functions[method.function];
    if (method !== undefined && body !== undefined) {
      const ref = this.#linker.symbols(file).functionRef(body);
      if (method.kind === "method") return { kind: "function", function: ref, self: null, scope: null, trail: [] };
      return this.#linker.resultOf({ function: ref, scope: this.#linker.scopeOf(file, body) }, property);
    }
    const field = summary.fields.find((one) => one.name === property && one.static);
    const values: Denotation[] = [];
    const value = field?.value ?? null;
    if (field !== undefined && value !== null) {
      values.push(this.#linker.at(placeAt(file, field.lines.startLine), () => this.#linker.denote(value, this.#around(at, null))));
    }
    for (const { function: fn, local } of this.#linker.symbols(file).staticAssignments(summary, property)) {
      values.push(this.#linker.at(placeAt(file, local.line), () => this.#linker.denote(local.value, this.#linker.scopeOf(file, fn))));
    }
    const known = values.filter((one) => one.kind !== "unknown" && !isAbsent(one));
    if (known.length > 0) return choose(known);
    return field === undefined ? (values[0] ?? null) : this.#declared(at, field);
  }

  /** The scope in which a field's initial value stands. */
  #around({ file, summary }: ClassRef, self: Instance | null): Scope {
    const around = file.fact.functions[summary.parent] ?? file.fact.functions[0];
    return around === undefined ? this.#linker.moduleScope(file) : this.#linker.scopeOf(file, around, { self });
  }

  #nameExpr(name: string): Expr {
    let expr = this.#names.get(name);
    if (expr === undefined) this.#names.set(name, (expr = { kind: "name", name }));
    return expr;
  }
}

function isObjectAssign(callee: Expr): boolean {
  return callee.kind === "member" && callee.property === "assign" && callee.object.kind === "name" && callee.object.name === "Object";
}

function memoFor(memos: Map<ClassRef, Memo<string>>, of: ClassRef): Memo<string> {
  let memo = memos.get(of);
  if (memo === undefined) memos.set(of, (memo = new Map<string, Denotation | number>()));
  return memo;
}

export function constructorOf({ file, summary }: ClassRef): FunctionSummary | null {
  const constructor = summary.methods.find((one) => one.kind === "constructor");
  return constructor === undefined ? null : (file.fact.functions[constructor.function] ?? null);
}
