import type { Expr, FunctionSummary } from "../../facts/source.js";
import type { Denotation, Invocation, Scope, SourceFile } from "./denotation.js";
import { placeAt, type Linker } from "./linker.js";
import { keyOfClass, literalOf } from "./text.js";
import type { Place } from "../evidence.js";

/** What a container is told to give for a token. */
export interface Provider {
  readonly file: SourceFile;
  readonly scope: Scope;
  readonly place: Place;
  readonly how:
    | { readonly kind: "class"; readonly value: Expr }
    | { readonly kind: "value"; readonly value: Expr }
    | { readonly kind: "factory"; readonly value: Expr; readonly inject: readonly Expr[] }
    | { readonly kind: "existing"; readonly value: Expr }
    /** `ClientsModule.register`: the options of a client for messages. */
    | { readonly kind: "client"; readonly options: Expr }
    | { readonly kind: "client-factory"; readonly value: Expr; readonly inject: readonly Expr[] };
}

/** Objects nested deeper than this hold no providers. */
const MAX_DEPTH = 12;

/** Every registration of the system, by the key of its token. */
export type Providers = ReadonlyMap<string, readonly Provider[]>;

/** Equal for tokens that a container holds to be the same; `null` for values that are no token. */
export function tokenKey(token: Denotation): string | null {
  switch (token.kind) {
    case "class":
    case "instance":
      return `class ${keyOfClass(token.class)}`;
    case "text":
    case "number": {
      const text = literalOf(token);
      return text === null ? null : `text ${text}`;
    }
    case "library":
      return libraryKey(token.path.module, token.path.path, token.path.calls[0]);
    default:
      return null;
  }
}

/** `Symbol.for("ORDERS")` is known by its text; `Symbol("ORDERS")` by where it is made. */
function libraryKey(module: string, path: string, call: Invocation | undefined): string {
  if (module !== "(global)" || call === undefined) return `library ${module} ${path}`;
  const [arg] = call.args;
  const text = arg?.kind === "text" ? arg.value : "";
  if (path === "Symbol.for()") return `symbol ${text}`;
  return `symbol ${call.scope.file.path}:${call.place.startLine}:${text}`;
}

/** Reads the registrations of all files: Nest's `provide`, and what inversify, tsyringe, typedi and awilix call. */
export function readProviders(linker: Linker): Providers {
  const reading = new ProviderReading(linker);
  for (const file of linker.files) reading.read(file);
  return reading.found;
}

class ProviderReading {
  readonly found = new Map<string, Provider[]>();
  readonly #linker: Linker;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(file: SourceFile): void {
    const nest = file.fact.imports.some((one) => one.module.startsWith("@nestjs/")) || /(provider|module)s?\.[cm]?[jt]s$/.test(file.path);
    if (nest)
      for (const one of file.fact.classes) for (const { args } of one.decorators) this.#walkAll(args, this.#linker.moduleScope(file));
    if (!nest && !mayRegister(file)) return;
    for (const fn of file.fact.functions) this.#readFunction(file, fn, nest);
  }

  #readFunction(file: SourceFile, fn: FunctionSummary, nest: boolean): void {
    let known: Scope | null = null;
    const scope = (): Scope => (known ??= this.#linker.scopeOf(file, fn));
    if (nest) {
      for (const { value } of fn.locals) if (mayProvide(value)) this.#walk(value, scope(), 0);
      for (const value of fn.returns) if (mayProvide(value)) this.#walk(value, scope(), 0);
    }
    for (const { callee, args, lines } of fn.calls) {
      if (callee.kind !== "member" || args.length === 0) continue;
      const place = { path: file.path, ...lines };
      switch (callee.property) {
        case "register":
        case "registerAsync":
          if (isNamed(callee.object, "ClientsModule")) this.#clients(args[0]!, scope(), place);
          else this.#registered(args, scope(), place);
          break;
        case "registerSingleton":
        case "registerInstance":
        case "set":
        case "bind":
          this.#pair(callee.property, callee.object, args, scope(), place);
          break;
        case "to":
        case "toConstantValue":
        case "toDynamicValue":
        case "toFactory":
          this.#bound(callee.object, callee.property, args[0]!, scope(), place);
          break;
        default:
      }
    }
  }

  // Nest

  #walkAll(all: readonly Expr[], scope: Scope): void {
    for (const expr of all) this.#walk(expr, scope, 0);
  }

  #walk(expr: Expr, scope: Scope, depth: number): void {
    if (depth > MAX_DEPTH) return;
    switch (expr.kind) {
      case "array":
        for (const item of expr.items) this.#walk(item, scope, depth + 1);
        break;
      case "choice":
        for (const option of expr.options) this.#walk(option, scope, depth + 1);
        break;
      case "spread":
        this.#walk(expr.value, scope, depth + 1);
        break;
      case "call":
        for (const arg of expr.args) this.#walk(arg, scope, depth + 1);
        break;
      case "object":
        if (expr.entries.some((one) => one.key === "provide")) this.#provided(expr, scope);
        else for (const entry of expr.entries) this.#walk(entry.value, scope, depth + 1);
        break;
      default:
    }
  }

  #provided(expr: Extract<Expr, { kind: "object" }>, scope: Scope): void {
    const { provide, useClass, useValue, useExisting, useFactory, inject } = byKey(expr);
    if (provide === undefined) return;
    const line = expr.entries.find((one) => one.key === "provide")?.line ?? scope.function.lines.startLine;
    const place = placeAt(scope.file, line);
    const how: Provider["how"] | null =
      useClass !== undefined
        ? { kind: "class", value: useClass }
        : useExisting !== undefined
          ? { kind: "existing", value: useExisting }
          : useFactory !== undefined
            ? { kind: "factory", value: useFactory, inject: inject?.kind === "array" ? inject.items : [] }
            : useValue !== undefined
              ? { kind: "value", value: useValue }
              : null;
    if (how !== null) this.#add(provide, scope, place, how);
  }

  /** `[{ name, transport, options }]`, `{ clients: […] }`, `[{ name, useFactory, inject }]`. */
  #clients(arg: Expr, scope: Scope, place: Place): void {
    const given = this.#linker.denote(arg, scope, place);
    const list = given.kind === "object" ? this.#linker.member(given, "clients") : given;
    if (list.kind !== "array") return;
    for (const item of list.items) {
      const client = this.#linker.denote(item.kind === "spread" ? item.value : item, list.scope, place);
      if (client.kind === "array") for (const inner of client.items) this.#client(inner, client.scope, place);
      else this.#client(item, list.scope, place);
    }
  }

  #client(item: Expr, scope: Scope, around: Place): void {
    const client = this.#linker.denote(item, scope, around);
    const name = client.kind === "object" ? client.entries.get("name") : undefined;
    if (client.kind !== "object" || name === undefined) return;
    const place = placeAt(name.scope.file, name.line);
    const factory = client.entries.get("useFactory");
    const inject = client.entries.get("inject")?.value;
    const options: Expr = item.kind === "object" ? item : name.value;
    const how: Provider["how"] =
      factory !== undefined
        ? { kind: "client-factory", value: factory.value, inject: inject?.kind === "array" ? inject.items : [] }
        : { kind: "client", options: item.kind === "object" ? options : item };
    const key = tokenKey(this.#linker.denote(name.value, name.scope, place));
    if (key !== null) this.#put(key, { file: scope.file, scope: factory?.scope ?? scope, place, how });
  }

  // Other containers

  /** tsyringe's `register(token, { useClass })`, awilix's `register({ orders: asClass(Orders) })`. */
  #registered(args: readonly Expr[], scope: Scope, place: Place): void {
    const [first, second] = args;
    if (second?.kind === "object") {
      const { useClass, useValue, useFactory, useToken } = byKey(second);
      if (useClass !== undefined) this.#add(first!, scope, place, { kind: "class", value: useClass });
      else if (useValue !== undefined) this.#add(first!, scope, place, { kind: "value", value: useValue });
      else if (useFactory !== undefined) this.#add(first!, scope, place, { kind: "factory", value: useFactory, inject: [] });
      else if (useToken !== undefined) this.#add(first!, scope, place, { kind: "existing", value: useToken });
    } else if (first?.kind === "object") {
      for (const { key, value, line } of first.entries) {
        const how = awilixHow(value);
        if (how !== null) this.#put(`text ${key}`, { file: scope.file, scope, place: placeAt(scope.file, line), how });
      }
    }
  }

  #pair(method: string, container: Expr, [token, value]: readonly Expr[], scope: Scope, place: Place): void {
    if (token === undefined || method === "bind") return;
    if (method === "registerSingleton") this.#add(token, scope, place, { kind: "class", value: value ?? token });
    else if (value !== undefined && (method === "registerInstance" || isNamed(container, "Container")))
      this.#add(token, scope, place, { kind: "value", value });
  }

  /** inversify's `bind(TYPES.Orders).to(Orders)`. */
  #bound(object: Expr, method: string, value: Expr, scope: Scope, place: Place): void {
    if (object.kind !== "call" || object.args[0] === undefined) return;
    const { callee } = object;
    const name = callee.kind === "name" ? callee.name : callee.kind === "member" ? callee.property : "";
    if (name !== "bind" && name !== "rebind") return;
    const kind = method === "to" ? "class" : method === "toConstantValue" ? "value" : "factory";
    this.#add(object.args[0], scope, place, kind === "factory" ? { kind, value, inject: [] } : { kind, value });
  }

  #add(token: Expr, scope: Scope, place: Place, how: Provider["how"]): void {
    const key = tokenKey(this.#linker.denote(token, scope, place));
    if (key !== null) this.#put(key, { file: scope.file, scope, place, how });
  }

  #put(key: string, provider: Provider): void {
    const list = this.found.get(key);
    if (list === undefined) this.found.set(key, [provider]);
    else list.push(provider);
  }
}

const REGISTERING: ReadonlySet<string> = new Set([
  "register",
  "registerAsync",
  "registerSingleton",
  "registerInstance",
  "to",
  "toConstantValue",
  "toDynamicValue",
  "toFactory",
]);

/** Whether a file calls what `#readFunction` looks at. */
function mayRegister({ outline }: SourceFile): boolean {
  return outline.calls.some((name) => REGISTERING.has(name)) || (outline.calls.includes("set") && outline.receivers.includes("Container"));
}

/** Cheap look at what cannot hold a `provide`. */
function mayProvide(expr: Expr): boolean {
  return expr.kind === "array" || expr.kind === "object";
}

function byKey(expr: Extract<Expr, { kind: "object" }>): Partial<Record<string, Expr>> {
  const found = Object.create(null) as Partial<Record<string, Expr>>;
  for (const { key, value } of expr.entries) found[key] = value;
  return found;
}

function isNamed(expr: Expr, name: string): boolean {
  return expr.kind === "name" ? expr.name === name : expr.kind === "member" && expr.property === name;
}

/** `asClass(Orders).singleton()`. */
function awilixHow(expr: Expr, depth = 0): Provider["how"] | null {
  if (expr.kind !== "call" || depth > 4) return null;
  const { callee, args } = expr;
  const name = callee.kind === "name" ? callee.name : callee.kind === "member" ? callee.property : "";
  const [value] = args;
  if (value !== undefined && name === "asClass") return { kind: "class", value };
  if (value !== undefined && name === "asValue") return { kind: "value", value };
  if (value !== undefined && name === "asFunction") return { kind: "factory", value, inject: [] };
  return callee.kind === "member" ? awilixHow(callee.object, depth + 1) : null;
}
