import type { FileFacts } from "../../facts/facts.js";
import type { CallSite, Expr, FunctionSummary } from "../../facts/source.js";
import type { Denotation, DenotationOf, Invocation, LibraryPath, Scope, SourceFile, TextPart } from "./denotation.js";
import { barePath, libraryValue, type Linker } from "./linker.js";
import { choose, literal, literalOf, textual, unknown } from "./text.js";

/** A factory of settings for `@nestjs/config`, under its name (`registerAs("orders", …)`) or under none (`load: […]`). */
interface SettingsFactory {
  readonly file: SourceFile;
  readonly namespace: string | null;
  readonly value: Expr;
  readonly scope: Scope;
}

/** Files of node-config in one `config/` directory, by key; the usual ones first. */
interface SettingsFiles {
  readonly values: ReadonlyMap<string, { readonly path: string; readonly line: number; readonly value: string }>;
  /** `custom-environment-variables`: the variable that overrides a key. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Functions that check settings and give them back: envalid, zod, joi, class-transformer and the like. */
const CHECKS = new Set([
  "parse",
  "safeParse",
  "parseAsync",
  "validate",
  "validateSync",
  "attempt",
  "cleanEnv",
  "parseEnv",
  "createEnv",
  "plainToInstance",
  "plainToClass",
  "create",
  "load",
  "from",
  "customCleanEnv",
]);
/** Where a check that gives a result object keeps the settings in it. */
const RESULTS = new Set(["data", "value", "parsed", "output"]);

/** Settings: variables of the environment, and the libraries through which code reads them. */
export class Settings {
  readonly #linker: Linker;
  readonly #facts: readonly FileFacts[];
  readonly #made = new Map<Invocation, Denotation | number>();
  #factories: readonly SettingsFactory[] = [];
  #files: ReadonlyMap<string, SettingsFiles> = new Map();

  constructor(linker: Linker, facts: readonly FileFacts[]) {
    this.#linker = linker;
    this.#facts = facts;
  }

  /** Reads the factories of `@nestjs/config` and the files of node-config. */
  read(): void {
    this.#factories = this.#readFactories();
    this.#files = this.#readFiles();
    this.#made.clear();
  }

  /** `path.property` where `path` holds settings; `null` where it does not. */
  member(path: LibraryPath, property: string): Denotation | null {
    if (isEnvironment(path)) return this.#variable(property, null);
    if (path.module === "@nestjs/config" && path.path === "registerAs()") {
      return property === "KEY" ? null : this.#linker.member(this.#registered(path.calls[0]), property);
    }
    if (path.module === "config" && path.calls.length === 0) {
      const key = barePath(path) === "default" ? property : `${barePath(path)}.${property}`;
      return this.#fromFiles(key, this.#linker.place.path);
    }
    if (path.module === "dotenv" && path.path.endsWith("config().parsed")) return this.#variable(property, null);
    return this.#checked(path, property);
  }

  /** What a call that reads one setting gives; `null` for any other call. */
  call(path: LibraryPath, invocation: Invocation): Denotation | null {
    const bare = barePath(path);
    switch (path.module) {
      case "(global)":
        return bare === "Deno.env.get" ? this.#keyed(invocation) : null;
      case "@nestjs/config":
        if (bare === "registerAs()") return this.#registered(path.calls[0]);
        return bare === "ConfigService#get" || bare === "ConfigService#getOrThrow" ? this.#fromService(invocation) : null;
      case "config":
        return bare === "get" || bare === "default.get" ? this.#fromFilesCall(invocation) : null;
      case "convict":
        return bare.endsWith(".get") ? this.#fromConvict(path, invocation) : null;
      case "nconf":
        return bare.endsWith("get") ? this.#keyed(invocation) : null;
      case "env-var":
        return /\.as[A-Z]\w*$/.test(bare) ? this.#fromEnvVar(path) : null;
      default:
        return null;
    }
  }

  /** The settings object of a token: `@Inject(ordersConfig.KEY)`. */
  ofToken(token: Denotation): Denotation | null {
    if (token.kind !== "library" || token.path.module !== "@nestjs/config" || token.path.path !== "registerAs().KEY") return null;
    return this.#registered(token.path.calls[0]);
  }

  #variable(name: string, fallback: readonly TextPart[] | null): Denotation {
    const { place } = this.#linker;
    return textual([{ kind: "environment", name, fallback, place }], [place]);
  }

  /** The variable that a call's first argument names, with the second as what it falls back to. */
  #keyed({ args, scope }: Invocation): Denotation {
    const key = args[0] === undefined ? null : literalOf(this.#linker.denote(args[0], scope));
    return key === null ? unknown() : this.#variable(key, this.#text(args[1], scope));
  }

  #text(expr: Expr | undefined, scope: Scope): readonly TextPart[] | null {
    if (expr === undefined) return null;
    const value = this.#linker.denote(expr, scope);
    if (value.kind === "number") return [{ kind: "literal", text: String(value.value) }];
    return value.kind === "text" ? value.parts : null;
  }

  // Checked settings

  #checked(path: LibraryPath, property: string): Denotation | null {
    if (path.calls.length === 0) return null;
    const match = /^(?:.*[.#])?(\w+)\(\)(?:\.(\w+))?$/.exec(path.path);
    const [, method = "", result] = match ?? [];
    if (match === null || (!CHECKS.has(method) && method !== "default") || (result !== undefined && !RESULTS.has(result))) return null;
    const last = path.calls.at(-1);
    if (last === undefined || (result === undefined && RESULTS.has(property) && method !== "cleanEnv")) return null;
    for (const arg of last.args) {
      const given = this.#linker.denote(arg, last.scope);
      if (isEnvironmentValue(given)) return this.#variable(property, this.#schemaDefault(path, property));
      if (given.kind === "object") {
        const found = this.#checkedObject(given, path, property);
        if (found !== null) return found;
      }
    }
    return null;
  }

  /** `parse({ ordersUrl: process.env.ORDERS_URL })`, `parse({ ...process.env })`, `createEnv({ server, runtimeEnv: process.env })`. */
  #checkedObject(given: DenotationOf<"object">, path: LibraryPath, property: string): Denotation | null {
    const own = given.entries.get(property);
    if (own !== undefined && own.value.kind !== "call") return this.#linker.member(given, property);
    const source = given.entries.get("runtimeEnv") ?? given.entries.get("runtimeEnvStrict") ?? given.entries.get("env");
    const environment = source === undefined ? null : this.#linker.denote(source.value, source.scope);
    const whole = given.open && path.calls.at(-1)?.args.some((arg) => this.#spreadsEnvironment(arg, path.calls.at(-1)!.scope)) === true;
    if (environment !== null && environment.kind === "object") return this.#linker.member(environment, property);
    if (whole || (environment !== null && isEnvironmentValue(environment)))
      return this.#variable(property, this.#schemaDefault(path, property));
    return null;
  }

  #spreadsEnvironment(expr: Expr, scope: Scope): boolean {
    return expr.kind === "object" && expr.spreads.some((one) => isEnvironmentValue(this.#linker.denote(one, scope)));
  }

  /** What a schema among the arguments says is the value of an unset variable. */
  #schemaDefault(path: LibraryPath, property: string): readonly TextPart[] | null {
    for (const call of path.calls) {
      for (const arg of call.args) {
        const schema = this.#linker.denote(arg, call.scope);
        const entry = schema.kind === "object" ? schema.entries.get(property) : undefined;
        const nested = schema.kind === "object" && entry === undefined ? schema.entries.get("server") : undefined;
        const inner = nested === undefined ? null : this.#linker.denote(nested.value, nested.scope);
        const found = entry ?? (inner?.kind === "object" ? inner.entries.get(property) : undefined);
        if (found !== undefined) return this.#defaultIn(found.value, found.scope, 0);
      }
    }
    return null;
  }

  /** `z.string().default("x")`, `str({ default: "x" })`. */
  #defaultIn(expr: Expr, scope: Scope, depth: number): readonly TextPart[] | null {
    if (expr.kind !== "call" || depth > 10) return null;
    const [arg] = expr.args;
    if (expr.callee.kind === "member" && expr.callee.property === "default") return this.#text(arg, scope);
    if (arg?.kind === "object") {
      const given = arg.entries.find((one) => one.key === "default") ?? arg.entries.find((one) => one.key === "devDefault");
      if (given !== undefined) return this.#text(given.value, scope);
    }
    return expr.callee.kind === "member" ? this.#defaultIn(expr.callee.object, scope, depth + 1) : null;
  }

  #fromEnvVar(path: LibraryPath): Denotation | null {
    const steps = [...path.path.matchAll(/(\w*)(?:\(\)|#)/g)].map((match) => match[1]);
    const got = path.calls[steps.lastIndexOf("get")];
    if (got === undefined) return null;
    const usual = path.calls[steps.lastIndexOf("default")];
    const key = got.args[0] === undefined ? null : literalOf(this.#linker.denote(got.args[0], got.scope));
    const fallback =
      steps.lastIndexOf("default") > steps.lastIndexOf("get") && usual !== undefined ? this.#text(usual.args[0], usual.scope) : null;
    return key === null ? null : this.#variable(key, fallback);
  }

  #fromConvict(path: LibraryPath, invocation: Invocation): Denotation | null {
    const [made] = path.calls;
    const key = invocation.args[0] === undefined ? null : literalOf(this.#linker.denote(invocation.args[0], invocation.scope));
    if (made?.args[0] === undefined || key === null) return null;
    let at = this.#linker.denote(made.args[0], made.scope);
    for (const name of key.split(".")) at = this.#linker.member(at, name);
    if (at.kind !== "object") return null;
    const name = literalOf(this.#linker.member(at, "env"));
    const usual = this.#linker.member(at, "default");
    if (name === null) return usual;
    return this.#variable(
      name,
      usual.kind === "text" ? usual.parts : usual.kind === "number" ? [{ kind: "literal", text: String(usual.value) }] : null,
    );
  }

  // @nestjs/config

  #fromService(invocation: Invocation): Denotation | null {
    const { args, scope } = invocation;
    const asked = args[0] === undefined ? unknown() : this.#linker.denote(args[0], scope);
    const key = literalOf(asked);
    if (key === null) return null;
    const found = this.#fromFactories(key, scope.file);
    if (found !== null) return found;
    if (/^[A-Za-z_]\w*$/.test(key)) return this.#variable(key, this.#text(args[1], scope));
    const usual = this.#text(args[1], scope);
    return usual === null ? unknown(key.slice(key.lastIndexOf(".") + 1)) : textual(usual, [this.#linker.place]);
  }

  #fromFactories(key: string, from: SourceFile): Denotation | null {
    const near =
      from.service === null
        ? this.#factories
        : this.#factories.filter((one) => one.file.service === from.service || one.file.service === null);
    const found: Denotation[] = [];
    for (const one of near) {
      const path =
        one.namespace === null
          ? key
          : key === one.namespace
            ? ""
            : key.startsWith(`${one.namespace}.`)
              ? key.slice(one.namespace.length + 1)
              : null;
      if (path === null) continue;
      const made = this.#make(this.#linker.denote(one.value, one.scope), one.scope);
      const value = path === "" ? made : path.split(".").reduce((object, name) => this.#linker.member(object, name), made);
      if (value.kind !== "unknown") found.push(value);
    }
    return found.length === 0 ? null : choose(found);
  }

  #registered(invocation: Invocation | undefined): Denotation {
    const factory = invocation?.args[1];
    if (invocation === undefined || factory === undefined) return unknown();
    return this.#linker.answer(this.#made, invocation, "", () =>
      this.#make(this.#linker.denote(factory, invocation.scope), invocation.scope),
    );
  }

  /** What a factory gives. */
  #make(factory: Denotation, scope: Scope): Denotation {
    if (factory.kind === "library" && factory.path.path === "registerAs()") return this.#registered(factory.path.calls[0]);
    if (factory.kind !== "function") return factory;
    return this.#linker.call(factory, { args: [], scope, place: this.#linker.place }, false, "");
  }

  #readFactories(): readonly SettingsFactory[] {
    const files = this.#linker.files.filter((file) => file.fact.imports.some((one) => one.module === "@nestjs/config"));
    return files.flatMap((file) => file.fact.functions.flatMap((fn) => fn.calls.flatMap((site) => this.#factoriesIn(site, file, fn))));
  }

  #factoriesIn({ callee, args }: CallSite, file: SourceFile, fn: FunctionSummary): readonly SettingsFactory[] {
    const name = callee.kind === "name" ? callee.name : callee.kind === "member" ? callee.property : "";
    const [first, value] = args;
    if (first === undefined) return [];
    const scope = this.#linker.scopeOf(file, fn);
    if (name === "forRoot" || name === "forFeature") return this.#loaded(name, first, scope);
    if (name !== "registerAs" || value === undefined) return [];
    const namespace = literalOf(this.#linker.denote(first, scope));
    return namespace === null ? [] : [{ file, namespace, value, scope }];
  }

  /** `ConfigModule.forRoot({ load: [settings] })`, `ConfigModule.forFeature(settings)`. */
  #loaded(name: string, arg: Expr, scope: Scope): readonly SettingsFactory[] {
    const { file } = scope;
    const given = this.#linker.denote(arg, scope);
    const load = given.kind === "object" && name === "forRoot" && given.entries.has("load") ? this.#linker.member(given, "load") : null;
    const values =
      load?.kind === "array"
        ? load.items.map((value) => ({ value, scope: load.scope }))
        : name === "forFeature"
          ? [{ value: arg, scope }]
          : [];
    return values
      .filter((one) => this.#linker.denote(one.value, one.scope).kind === "function")
      .map((one) => ({ file, namespace: null, value: one.value, scope: one.scope }));
  }

  // node-config

  #fromFilesCall({ args, scope }: Invocation): Denotation | null {
    const key = args[0] === undefined ? null : literalOf(this.#linker.denote(args[0], scope));
    if (key === null) return null;
    // A group of settings: its members are looked up by the longer key.
    return this.#fromFiles(key, scope.file.path) ?? libraryValue({ module: "config", path: key });
  }

  #fromFiles(key: string, from: string): Denotation | null {
    if (this.#files.size === 0) return null;
    for (let dir = from; dir !== "";) {
      dir = dir.includes("/") ? dir.slice(0, dir.lastIndexOf("/")) : "";
      const files = this.#files.get(dir === "" ? "config" : `${dir}/config`);
      if (files === undefined) continue;
      const value = files.values.get(key);
      const variable = files.variables.get(key);
      if (variable !== undefined) return this.#variable(variable, value === undefined ? null : [{ kind: "literal", text: value.value }]);
      if (value !== undefined)
        return { ...literal(value.value), trail: [{ path: value.path, startLine: value.line, endLine: value.line }] };
    }
    return null;
  }

  #readFiles(): Map<string, SettingsFiles> {
    const found = new Map<string, { values: Map<string, { path: string; line: number; value: string }>; variables: Map<string, string> }>();
    for (const file of this.#facts) {
      const dir = file.path.slice(0, file.path.lastIndexOf("/"));
      const there = found.get(dir) ?? {
        values: new Map<string, { path: string; line: number; value: string }>(),
        variables: new Map<string, string>(),
      };
      found.set(dir, there);
      for (const fact of file.facts) {
        if (fact.kind !== "settings-file") continue;
        for (const { key, value, lines } of fact.settings) {
          if (file.path.includes("custom-environment-variables")) there.variables.set(key, value);
          else there.values.set(key, { path: file.path, line: lines.startLine, value });
        }
      }
    }
    return found;
  }
}

/** The files of node-config among all files, the default file last, so that it wins: what production says is mostly a variable of its own. */
export function settingsFiles(files: readonly FileFacts[]): readonly FileFacts[] {
  return files
    .filter(({ path }) => /(^|\/)config\/(default|production|custom-environment-variables)\.(json5?|ya?ml)$/.test(path))
    .sort((a, b) => rankOf(a.path) - rankOf(b.path));
}

function rankOf(path: string): number {
  return path.includes("/default.") || path.startsWith("config/default.") ? 1 : 0;
}

function isEnvironmentValue(value: Denotation): boolean {
  return value.kind === "library" && isEnvironment(value.path);
}

/** `process.env`, however it was come by. */
function isEnvironment({ module, path }: LibraryPath): boolean {
  switch (module) {
    case "(global)":
      return path === "process.env" || path === "import.meta.env" || path === "Bun.env";
    case "node:process":
      return path === "env" || path === "default.env";
    default:
      return false;
  }
}
