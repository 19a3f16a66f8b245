import type { Expr, FunctionSummary } from "../../facts/source.js";
import { arrayCall, textCall } from "./builtins.js";
import type { Callee, Denotation, DenotationOf, Invocation, ObjectMember, ParameterAt, Scope, SourceFile } from "./denotation.js";
import type { Evaluation } from "./evaluation.js";
import { isSetting, saysLittle } from "./handed.js";
import { calledPath, isText, memberPath, placeAt, type Linker } from "./linker.js";
import { isMap, Maps } from "./maps.js";
import { lastNameOf, nameOf } from "./name-of.js";
import { Names } from "./names.js";
import { Placeholders } from "./placeholders.js";
import { invocationOf, valuesIn } from "./scopes.js";
import { choose, concatenate, literal, literalOf, textual, through, unknown, withFallbacks } from "./text.js";
import { partOfUrl } from "./urls.js";

/** `URLS[name]` may be any of these; of more nobody can say anything. */
const MAX_ENTRIES = 12;

/** A wrapper may be given its own result; what goes deeper repeats itself. */
const MAX_RECURSION = 3;
/** What a row that a database found may do; all else of it is what it holds. */
const CHANGES_ITSELF = /^(?:save|remove|softRemove|recover|update|updateOne|deleteOne|destroy|increment|decrement|restore)$/;

/** Gives expressions their meaning. One method per kind of expression; names are looked up from the inside out. */
export class Denoter {
  readonly #linker: Linker;
  readonly #evaluation: Evaluation;
  readonly #names: Names;
  readonly #maps: Maps;
  readonly #placeholders: Placeholders;
  readonly #running = new Map<FunctionSummary, number>();

  constructor(linker: Linker, evaluation: Evaluation) {
    this.#linker = linker;
    this.#evaluation = evaluation;
    this.#names = new Names(linker, evaluation);
    this.#maps = new Maps(linker);
    this.#placeholders = new Placeholders(linker);
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
        return { kind: "function", function: this.#linker.symbols(scope.file).functionRef(summary), self: scope.self, scope, trail: [] };
      }
      case "class": {
        const summary = scope.file.fact.classes[expr.id];
        return summary === undefined ? unknown() : { kind: "class", class: this.#linker.symbols(scope.file).classRef(summary), trail: [] };
      }
      case "array":
        return { kind: "array", items: expr.items, scope, open: expr.spread, trail: [] };
      case "spread":
      case "unknown":
        return unknown();
      case "name":
        // Cheaper made anew than remembered, and it leads nowhere.
        if (expr.name === "this") return this.#names.denote("this", scope);
        return this.#evaluation.answer(valuesIn(scope), expr, expr.name, () => this.#names.denote(expr.name, scope));
      default:
        return this.#evaluation.answer(valuesIn(scope), expr, nameOf(expr), () => this.#compute(expr, scope));
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
        return this.#linker.exported(value.file, property);
      case "library":
        return this.#libraryMember(value, property);
      case "instance":
        return this.#linker.instanceMember({ class: value.class, construction: value.construction }, property);
      case "class":
        return this.#linker.staticMember(value.class, property);
      case "choice":
        return choose(value.options.map((one) => this.member(one, property)));
      case "text":
        return partOfUrl(value, property) ?? unknown(property);
      case "unknown":
        return this.#openMember(value, property);
      default:
        return unknown(property);
    }
  }

  #compute(expr: Expr, scope: Scope): Denotation {
    switch (expr.kind) {
      case "template":
        return concatenate(
          expr.parts.map((part) => this.denote(part, scope)),
          expr.parts.map(lastNameOf),
        );
      case "name":
        return this.#names.denote(expr.name, scope);
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

  // Members

  #memberOf(expr: Extract<Expr, { kind: "member" }>, scope: Scope): Denotation {
    const { object, property } = expr;
    if (object.kind === "name" && object.name === "super") return this.#superMember(property, scope);
    if (object.kind === "name" && object.name === "module" && property === "exports")
      return { kind: "module", file: scope.file, trail: [] };
    const value = this.member(this.denote(object, scope), property);
    if (object.kind === "name" && isVariableOf(object.name, property, value))
      return textual([{ kind: "environment", name: property, fallback: null, place: this.#linker.place }], [this.#linker.place]);
    return value.kind === "unknown" ? this.#named(value, property) : value;
  }

  /** The name of an unknown member is how it is called here. */
  #named(value: DenotationOf<"unknown">, property: string): Denotation {
    return value.text === "" ? { ...value, text: property } : value;
  }

  #superMember(property: string, scope: Scope): Denotation {
    const symbols = this.#linker.symbols(scope.file);
    const holder = symbols.classOf(scope.function);
    if (holder === null || scope.self === null) return unknown(property);
    return this.#linker.instanceMember(scope.self, property, symbols.classRef(holder.class));
  }

  #entry(value: DenotationOf<"object">, property: string): Denotation {
    const entry = value.entries.get(property);
    if (entry === undefined) return unknown(property);
    const held = this.#linker.at(placeAt(entry.scope.file, entry.line), () => this.denote(entry.value, entry.scope));
    return entry.value.kind === "null" ? (this.#placeholders.filled(entry, property) ?? held) : held;
  }

  #item(value: DenotationOf<"array">, index: number): Denotation {
    const item = value.items[index];
    return item === undefined ? unknown() : this.denote(item, value.scope);
  }

  #libraryMember(value: DenotationOf<"library">, property: string): Denotation {
    const { path } = value;
    if (path.path.endsWith(").each") && !CHANGES_ITSELF.test(property)) return { ...unknown(property), trail: value.trail };
    const setting = this.#linker.setting(path, property);
    if (setting !== null) return { ...setting, trail: setting.trail.length > 0 ? setting.trail : value.trail };
    return { kind: "library", path: memberPath(path, property), trail: value.trail };
  }

  /** What callers hand over for a parameter. */
  handed(at: ParameterAt): Denotation | null {
    return this.#names.handed(at);
  }

  /** A member of something unknown: as its type says, or as those say who hand it over. */
  #openMember(value: DenotationOf<"unknown">, property: string): Denotation {
    const typed = this.#typedMember(value, property);
    const whole = value.parameter === undefined || !saysLittle(typed, property) ? null : this.handed(value.parameter);
    if (whole === null) return typed;
    const member = this.member(whole, property);
    return isSetting(member, value.parameter!) ? whole.trail.reduceRight((found, place) => through(place, found), member) : typed;
  }

  #typedMember(value: DenotationOf<"unknown">, property: string): Denotation {
    const text = value.text === "" || value.text.length > 200 ? property : `${value.text}.${property}`;
    const typed = value.type === null ? null : this.#linker.memberType(value.type, property);
    if (typed === null && property === "dataSources") {
      const sources = this.#linker.dataSources();
      if (sources !== null && sources.kind !== "unknown") return sources;
    }
    if (typed === null) return { kind: "unknown", text, type: null, trail: value.trail };
    const found = this.#linker.denoteType(typed);
    return found.kind === "unknown" ? { ...found, text, trail: value.trail } : found;
  }

  #element(expr: Extract<Expr, { kind: "element" }>, scope: Scope): Denotation {
    const object = this.#names.whole(this.denote(expr.object, scope));
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
      const value = this.#names.whole(this.denote(spread, scope));
      if (value.kind !== "object") open = true;
      else {
        open ||= value.open;
        for (const [key, entry] of value.entries) entries.set(key, entry);
      }
    }
    for (const { key, value, line } of expr.entries) entries.set(this.#keyOf(key, scope), { value, scope, line });
    return { kind: "object", entries, open, assumed: false, trail: [] };
  }

  /** `[Topics.ORDERS]: …` stands under what the name denotes. */
  #keyOf(key: string, scope: Scope): string {
    if (!key.startsWith("[")) return key;
    const [head = "", ...rest] = key.slice(1, -1).split(".");
    if (head === "") return key;
    const value = rest.reduce((object, name) => this.member(object, name), this.denote({ kind: "name", name: head }, scope));
    return literalOf(value) ?? key;
  }

  // Calls

  #callOf(expr: Extract<Expr, { kind: "call" }>, scope: Scope): Denotation {
    const { callee, args, construct } = expr;
    if (callee.kind === "name" && (callee.name === "require" || callee.name === "import") && isText(args[0])) {
      return this.#linker.required(scope.file, args[0].value);
    }
    const site = scope.function.calls[expr.site];
    const own = site !== undefined && site.callee === callee ? site.lines : null;
    const place = own === null ? this.#linker.place : { path: scope.file.path, startLine: own.startLine, endLine: own.endLine };
    const invocation = invocationOf(args, scope, place);
    if (callee.kind === "member" && !construct) {
      const known = this.#methodCall(callee.object, callee.property, invocation);
      if (known !== null) return known;
    }
    return this.call(this.denote(callee, scope), invocation, construct, lastNameOf(expr));
  }

  /** Methods of values that the language itself has: of texts, arrays, maps and functions. */
  #methodCall(object: Expr, method: string, invocation: Invocation): Denotation | null {
    const { scope, args } = invocation;
    if (method === "bind" || method === "call" || method === "apply") {
      const bound = this.denote(object, scope);
      if (bound.kind !== "function" && bound.kind !== "library") return null;
      if (method === "bind") return bound;
      return this.call(bound, invocationOf(method === "call" ? args.slice(1) : [], scope, invocation.place), false, lastNameOf(object));
    }
    const value = this.denote(object, scope);
    if (method === "then" || method === "catch" || method === "finally") return this.#promised(value, object, method, invocation);
    if (value.kind === "text" || value.kind === "choice") {
      return textCall(value, method, args, (arg) => this.denote(arg, scope));
    }
    if (value.kind === "library" && method === "get" && isMap(value.path) && args[0] !== undefined)
      return this.#maps.get(value.path, this.denote(args[0], scope));
    if (value.kind === "array")
      return arrayCall(
        value,
        method,
        (item) => this.denote(item, value.scope),
        args.map((arg) => this.denote(arg, scope)),
      );
    return null;
  }

  /** `connect().then((client) => client.channel())`: what the callback gives; `catch` and `finally` change nothing. */
  #promised(value: Denotation, object: Expr, method: string, { args, scope, place }: Invocation): Denotation | null {
    if (method !== "then") return value.kind === "library" ? null : value;
    const callback = args[0] === undefined ? null : this.denote(args[0], scope);
    if (callback?.kind !== "function") return null;
    const result = this.call(callback, invocationOf([object], scope, place), false, "");
    return result.kind === "unknown" && value.kind === "library" ? null : result;
  }

  call(callee: Denotation, invocation: Invocation, construct: boolean, name: string): Denotation {
    switch (callee.kind) {
      case "function":
        return (
          this.#promisified(callee, invocation, name) ??
          through(invocation.place, this.resultOf(this.#linker.enter(callee, invocation), name))
        );
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

  /** `promisify(client.reserve)` by a function of the team's own: the same method, without a callback. */
  #promisified({ function: { summary } }: DenotationOf<"function">, { args, scope, place }: Invocation, name: string): Denotation | null {
    const [method] = args;
    if (method?.kind !== "member" || !(PROMISIFIES.test(summary.name) || PROMISIFIES.test(name))) return null;
    const value = this.#linker.denote(method, scope, place);
    return value.kind === "library" ? value : null;
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
    const place = { path: file.path, startLine: summary.lines.startLine, endLine: summary.lines.endLine };
    const values = this.#linker.within(place, () => choose(summary.returns.map((one) => this.denote(one, scope))));
    const value = summary.returns.length === 0 ? unknown() : values;
    if (value.kind !== "unknown") return value;
    const type = value.type === null && summary.returnType !== null ? this.#linker.denoteType({ file, type: summary.returnType }) : value;
    return type.kind === "unknown" ? { kind: "unknown", text: name, type: type.type ?? value.type, trail: value.trail } : type;
  }
}

/** `env.ORDERS_URL` of an object that another package or the platform gives: what it is called says enough. */
function isVariableOf(object: string, property: string, value: Denotation): boolean {
  if (!/^(?:env|environment)$/.test(object) || !/^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/.test(property)) return false;
  return value.kind === "unknown" || (value.kind === "library" && value.path.calls.length === 0);
}

/** How functions are called that make a promise of what takes a callback. */
const PROMISIFIES = /^(?:\w*\.)*(?:promisi[fz]y?e?|toPromise|asPromise|makePromise)\w*$/i;
