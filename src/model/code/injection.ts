import type { Decorator, Expr } from "../../facts/source.js";
import type { ClassRef, Denotation, DenotationOf, Invocation, LibraryPath, Scope, SourceFile, WrittenType } from "./denotation.js";
import { barePath, libraryValue, type InjectionSite, type Linker } from "./linker.js";
import { readProviders, tokenKey, type Provider, type Providers } from "./providers.js";
import { choose, through, unknown } from "./text.js";

/** Decorators that name a token, by package. Any other `Inject…` of a package says what it injects by its own arguments. */
const TOKEN_DECORATORS: Readonly<Record<string, readonly string[]>> = {
  "@nestjs/common": ["Inject"],
  tsyringe: ["inject"],
  inversify: ["inject"],
  typedi: ["Inject"],
  "@inversifyjs/core": ["inject"],
};

/** Calls that ask a container for a token: package, and the path of the call. */
const CONTAINER_CALLS: Readonly<Record<string, RegExp>> = {
  "@nestjs/core": /^(ModuleRef#|NestFactory\.create\w*\(\)\.|ContextIdFactory)(get|resolve|create)$/,
  "@nestjs/common": /^(INestApplication(Context)?#)(get|resolve)$/,
  tsyringe: /^(container|DependencyContainer#|container\.createChildContainer\(\))\.?resolve$/,
  inversify: /^Container#(get|resolve|getAsync)$/,
  typedi: /^(Container|default|ContainerInstance#)\.?get$/,
  awilix: /(createContainer\(\)|AwilixContainer#)\.?resolve$/,
};

const NEST_CLIENT = { module: "@nestjs/microservices", subpath: "" };

/** What dependency-injection containers put where: Nest above all, and the basics of the others. */
export class Injection {
  readonly #linker: Linker;
  readonly #given = new Map<Provider, Map<string, Denotation | number>>();
  /** While registrations are read their tokens are denoted, which finds none yet. */
  #providers: Providers = new Map();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  read(): void {
    this.#providers = readProviders(this.#linker);
  }

  injected({ owner, name, decorators, type }: InjectionSite): Denotation | null {
    const { file } = owner;
    const written = type === null ? null : { file, type };
    for (const decorator of decorators) {
      const found = this.#byDecorator(decorator, owner.file, written);
      if (found !== null) return found;
    }
    if (written === null) return this.#byName(name, file);
    const named = this.#linker.namedType(written);
    if (named !== null && "methods" in named.summary) {
      const provided = this.resolveToken({ kind: "class", class: named as ClassRef, trail: [] }, file, written);
      if (provided !== null) return provided;
    }
    const typed = this.#linker.denoteType(written);
    return typed.kind === "library" ? (this.#providedLibrary(typed, file, written) ?? typed) : typed;
  }

  /** What the container gives for a token: `null` where nothing registers it. */
  resolveToken(token: Denotation, from: SourceFile, type: WrittenType | null): Denotation | null {
    if (token.kind === "choice") {
      const found = token.options.map((one) => this.resolveToken(one, from, type)).filter((one) => one !== null);
      return found.length === 0 ? null : choose(found);
    }
    const key = tokenKey(token);
    const all = key === null ? undefined : this.#providers.get(key);
    if (all === undefined) return null;
    const given = nearest(all, from).map((one) => through(one.place, this.#provide(one, type)));
    const known = given.filter((one) => one.kind !== "unknown");
    return known.length === 0 ? null : choose(known);
  }

  /** `container.resolve(Orders)`: `null` for any other call. */
  call(path: LibraryPath, invocation: Invocation): Denotation | null {
    const pattern = Object.hasOwn(CONTAINER_CALLS, path.module) ? CONTAINER_CALLS[path.module] : undefined;
    const [arg] = invocation.args;
    if (pattern === undefined || arg === undefined || !pattern.test(barePath(path))) return null;
    const token = this.#linker.denote(arg, invocation.scope, invocation.place);
    const provided = this.resolveToken(token, invocation.scope.file, null);
    if (provided !== null) return provided;
    if (token.kind === "class") return this.#linker.instanceOf(token.class, invocation.scope.file);
    return token.kind === "library"
      ? {
          kind: "library",
          path: { ...token.path, path: `${token.path.path}#`, calls: [...token.path.calls, { ...invocation, args: [] }], declared: true },
          trail: token.trail,
        }
      : null;
  }

  #byDecorator(decorator: Decorator, file: SourceFile, written: WrittenType | null): Denotation | null {
    const scope = this.#linker.moduleScope(file);
    const place = { path: file.path, startLine: decorator.line, endLine: decorator.line };
    const library = this.#linker.decorator(decorator, file);
    if (library === null) return this.#byOwnDecorator(decorator, scope, place, written);
    const name = barePath(library);
    const tokens = Object.hasOwn(TOKEN_DECORATORS, library.module) ? TOKEN_DECORATORS[library.module] : undefined;
    if (tokens?.includes(name) === true) return this.#byToken(decorator.args[0], scope, place, written);
    if (!/^inject/i.test(name) && !(name === "Client" && library.module === NEST_CLIENT.module)) return null;
    return this.#declaredBy(library, { args: decorator.args, scope, place }, written);
  }

  /** `@InjectOrdersClient()` of this system, which only calls a library's. */
  #byOwnDecorator(decorator: Decorator, scope: Scope, place: Invocation["place"], written: WrittenType | null): Denotation | null {
    if (!/inject|client/i.test(decorator.name)) return null;
    const callee = this.#linker.denote({ kind: "name", name: decorator.name }, scope, place);
    if (callee.kind !== "function" && callee.kind !== "library") return null;
    const made = callee.kind === "library" ? callee : this.#linker.call(callee, { args: decorator.args, scope, place }, false, "");
    const call = made.kind === "library" ? made.path.calls.at(-1) : undefined;
    if (made.kind !== "library" || call === undefined || !made.path.path.endsWith("()")) return null;
    const name = made.path.path.slice(0, -2);
    const tokens = Object.hasOwn(TOKEN_DECORATORS, made.path.module) ? TOKEN_DECORATORS[made.path.module] : undefined;
    if (tokens?.includes(name) === true) return this.#byToken(call.args[0], call.scope, place, written);
    return /^inject/i.test(name) ? this.#declaredBy({ ...made.path, path: name, calls: [] }, call, written) : null;
  }

  #byToken(arg: Expr | undefined, scope: Scope, place: Invocation["place"], written: WrittenType | null): Denotation | null {
    if (arg === undefined) return null;
    const token = this.#linker.denote(arg, scope, place);
    const settings = this.#linker.settingsOfToken(token);
    if (settings !== null) return settings;
    const provided = this.resolveToken(token, scope.file, written);
    if (provided !== null) return provided;
    if (token.kind === "class") return this.#linker.instanceOf(token.class, scope.file);
    const typed = written === null ? unknown() : this.#linker.denoteType(written);
    return typed.kind === "library" ? withTokens(typed, [token], { args: [arg], scope, place }) : typed;
  }

  /** `@InjectRepository(Order) orders: Repository<Order>`: the declared type, made as the decorator says. */
  #declaredBy(decorator: LibraryPath, invocation: Invocation, written: WrittenType | null): Denotation {
    const tokens = invocation.args.map((arg) => this.#tokenOf(arg, invocation));
    const typed = written === null ? unknown() : this.#linker.denoteType(written);
    if (typed.kind === "library") return withTokens(typed, tokens, invocation);
    if (typed.kind === "instance") return typed;
    return libraryValue({
      module: decorator.module,
      subpath: decorator.subpath,
      path: `${decorator.path}()`,
      calls: [invocation],
      typeArgs: tokens,
      declared: true,
    });
  }

  /** `Order.name` names the class as much as `Order` does. */
  #tokenOf(arg: Expr, { scope, place }: Invocation): Denotation {
    if (arg.kind === "member" && arg.property === "name") {
      const named = this.#linker.denote(arg.object, scope, place);
      if (named.kind === "class") return named;
    }
    return this.#linker.denote(arg, scope, place);
  }

  /** awilix passes by name. */
  #byName(name: string, from: SourceFile): Denotation | null {
    return this.resolveToken({ kind: "text", parts: [{ kind: "literal", text: name }], trail: [] }, from, null);
  }

  /** `{ provide: HttpService, useFactory }`: a library's class that this system makes itself. */
  #providedLibrary(typed: DenotationOf<"library">, from: SourceFile, written: WrittenType): Denotation | null {
    const { path } = typed;
    return this.resolveToken(libraryValue({ module: path.module, subpath: path.subpath, path: path.path.slice(0, -1) }), from, written);
  }

  /** What a registration gives. Registrations may lead in circles. */
  #provide(provider: Provider, type: WrittenType | null): Denotation {
    let given = this.#given.get(provider);
    if (given === undefined) this.#given.set(provider, (given = new Map<string, Denotation | number>()));
    const key = type === null ? "" : `${type.file.path} ${type.type.name}`;
    return this.#linker.answer(given, key, "", () => this.#make(provider, type));
  }

  #make({ how, scope, place, file }: Provider, type: WrittenType | null): Denotation {
    return this.#linker.within(place, () => {
      switch (how.kind) {
        case "value":
          return this.#linker.denote(how.value, scope);
        case "class": {
          const value = this.#linker.denote(how.value, scope);
          if (value.kind === "class") return this.#linker.instanceOf(value.class, file);
          return value.kind === "library"
            ? libraryValue({
                ...value.path,
                path: `${value.path.path}#`,
                calls: [...value.path.calls, { args: [], scope, place }],
                declared: true,
              })
            : unknown();
        }
        case "existing":
          return this.#givenFor(this.#linker.denote(how.value, scope), file) ?? unknown();
        case "factory":
          return this.#run(how.value, how.inject, scope, place);
        case "client":
          return this.#client({ args: [how.options], scope, place }, type);
        case "client-factory":
          return this.#clientOfFactory(how.value, how.inject, scope, place, type);
      }
    });
  }

  #givenFor(token: Denotation, from: SourceFile): Denotation | null {
    const provided = this.#linker.settingsOfToken(token) ?? this.resolveToken(token, from, null);
    if (provided !== null) return provided;
    if (token.kind === "class") return this.#linker.instanceOf(token.class, from);
    if (token.kind !== "library" || token.path.path === "") return null;
    const call: Invocation = { args: [], scope: this.#linker.moduleScope(from), place: this.#linker.place };
    return libraryValue({ ...token.path, path: `${token.path.path}#`, calls: [...token.path.calls, call], declared: true });
  }

  /** The scope of a factory's body, its parameters filled from what `inject` lists. */
  #entered(factory: DenotationOf<"function">, inject: readonly Expr[], scope: Scope): Scope {
    const { summary, file } = factory.function;
    const bindings = new Map<string, Denotation>();
    for (const parameter of summary.parameters) {
      const token = inject[parameter.index];
      if (token === undefined || parameter.property !== null) continue;
      const wanted = token.kind === "object" ? token.entries.find((one) => one.key === "token")?.value : token;
      const given = wanted === undefined ? null : this.#givenFor(this.#linker.denote(wanted, scope), scope.file);
      if (given !== null) bindings.set(parameter.name, given);
    }
    return this.#linker.scopeOf(file, summary, { self: factory.self, outer: factory.scope, bindings });
  }

  #run(value: Expr, inject: readonly Expr[], scope: Scope, place: Invocation["place"]): Denotation {
    const factory = this.#linker.denote(value, scope, place);
    if (factory.kind !== "function")
      return factory.kind === "library" ? this.#linker.call(factory, { args: [], scope, place }, false, "") : unknown();
    return this.#linker.resultOf({ function: factory.function, scope: this.#entered(factory, inject, scope) }, "");
  }

  #clientOfFactory(value: Expr, inject: readonly Expr[], scope: Scope, place: Invocation["place"], type: WrittenType | null): Denotation {
    const factory = this.#linker.denote(value, scope, place);
    const options = factory.kind === "function" ? factory.function.summary.returns[0] : undefined;
    if (factory.kind !== "function" || options === undefined) return this.#client({ args: [], scope, place }, type);
    return this.#client({ args: [options], scope: this.#entered(factory, inject, scope), place }, type);
  }

  /** A client for messages: of the declared class, made with the registered options. */
  #client(registration: Invocation, type: WrittenType | null): Denotation {
    const typed = type === null ? unknown() : this.#linker.denoteType(type);
    if (typed.kind === "library") return withTokens(typed, [], registration);
    return libraryValue({ ...NEST_CLIENT, path: "ClientProxy#", calls: [registration], declared: true });
  }
}

/** The declared library value, with the call that makes it and the tokens before its type arguments. */
function withTokens(typed: DenotationOf<"library">, tokens: readonly Denotation[], invocation: Invocation): Denotation {
  const { path } = typed;
  return { ...typed, path: { ...path, calls: [...path.calls.slice(0, -1), invocation], typeArgs: [...tokens, ...path.typeArgs] } };
}

/** Registrations in the asking service's own files come first, then shared ones, and of these the closest by path. */
function nearest(all: readonly Provider[], from: SourceFile): readonly Provider[] {
  if (all.length === 1) return all;
  const own = all.filter((one) => one.file.service === from.service);
  const shared = all.filter((one) => one.file.service === null);
  const candidates = own.length > 0 ? own : shared.length > 0 ? shared : all;
  const scores = candidates.map((one) => sharedLength(one.file.path, from.path));
  const best = Math.max(...scores);
  const closest = candidates.filter((_, index) => scores[index] === best);
  return closest.slice(0, 4);
}

function sharedLength(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  let count = 0;
  while (count < left.length - 1 && count < right.length - 1 && left[count] === right[count]) count++;
  return count;
}
