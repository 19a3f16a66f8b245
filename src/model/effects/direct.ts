import type { Expr, Parameter } from "../../facts/source.js";
import type { Callees, Denotation, LibraryPath, Scope, SourceFile } from "../code/denotation.js";
import { HANDING, handedTo } from "../libraries/handed.js";
import {
  MODULES_OF_ANY_NAME,
  MODULES_OF_CALLED_RESULTS,
  isKnownModule,
  knowledgeAt,
  knowledgeOf,
  VOCABULARY,
  type Known,
} from "../libraries/knowledge.js";
import { packageOf } from "../libraries/package-name.js";
import { TOOLKIT_CALL, toolkitCall } from "./hapi-toolkit.js";
import type { Reading } from "./linking.js";
import { moleculerCall, schemasOf } from "./moleculer.js";
import { OwnActions } from "./own-actions.js";
import { calleeName, functionKey, placeOf, rootName, siteKey, type FunctionAt, type SiteAt, type SiteIndex } from "./sites.js";
import { TeamClients } from "./team-clients.js";
import { untypedChannelCall } from "./untyped-channels.js";
import type { LibraryCall } from "./values.js";

/** A call site whose callee a library table knows. */
export interface DirectSite {
  readonly at: SiteAt;
  readonly known: Known;
  readonly path: LibraryPath;
}

/** Kinds of knowledge that make a site worth finding; the others are asked for on the way. */
const SOUGHT: ReadonlySet<string> = new Set([
  "call",
  "publish",
  "consume",
  "database",
  "connection",
  "route",
  "mount",
  "prefix",
  "defaults",
]);

/** How parameters are called that take a client or a transaction; what they are is asked of so many callers. */
const CLIENT =
  /^(tx|trx|t|transaction|manager|em|entityManager|queryRunner|client|conn|connection|db|database|pool|knex|prisma|channel|producer)$/;
const MOST_CALLERS = 8;

function isUntypedClient({ name, type, property }: Parameter): boolean {
  return property === null && (type === null || type.name === "any") && CLIENT.test(name);
}

/** Finds and remembers what each call site reaches. */
export class CallSites {
  readonly #reading: Reading;
  readonly #index: SiteIndex;
  readonly #scopes = new Map<number, Scope>();
  readonly #callees = new Map<number, Callees>();
  #own: OwnActions | null = null;
  readonly #bindings = new Map<number, ReadonlyMap<string, Denotation> | null>();

  constructor(reading: Reading, index: SiteIndex) {
    this.#reading = reading;
    this.#index = index;
  }

  /** The function's scope, as if nothing were known of its caller. */
  scope(at: FunctionAt): Scope {
    const key = functionKey(at);
    let scope = this.#scopes.get(key);
    if (scope === undefined) {
      scope = this.#scopeOf(at);
      this.#scopes.set(key, scope);
    }
    return scope;
  }

  #scopeOf(at: FunctionAt): Scope {
    const { program } = this.#reading;
    const bindings = this.#handed(at);
    const outer = bindings === null && !this.#isInsideHanded(at) ? null : this.#outer(at);
    return bindings === null && outer === null
      ? program.scopeOf(at.file, at.summary)
      : program.scopeOf(at.file, at.summary, { bindings, outer });
  }

  #outer(at: FunctionAt): Scope | null {
    const { parent } = at.summary;
    const summary = parent === null ? undefined : at.file.fact.functions[parent];
    return summary === undefined ? null : this.scope({ file: at.file, summary });
  }

  #isInsideHanded(at: FunctionAt): boolean {
    let parent = at.summary.parent;
    for (let depth = 0; parent !== null && depth < 16; depth += 1) {
      const summary = at.file.fact.functions[parent];
      if (summary === undefined) return false;
      if (this.#handed({ file: at.file, summary }) !== null) return true;
      parent = summary.parent;
    }
    return false;
  }

  /** What a library gives the parameters of a callback, or callers give for clients without a type. */
  #handed(at: FunctionAt): ReadonlyMap<string, Denotation> | null {
    const key = functionKey(at);
    const known = this.#bindings.get(key);
    if (known !== undefined) return known;
    // What the holder's own scope asks for must not come back here.
    this.#bindings.set(key, null);
    const bindings = this.#handedBy(at) ?? this.#givenTo(at) ?? this.#selfOf(at);
    this.#bindings.set(key, bindings);
    return bindings;
  }

  /** `add(tx: any, row)`: the transaction that callers pass, where the function uses it and no type says what it is. */
  #givenTo(at: FunctionAt): ReadonlyMap<string, Denotation> | null {
    const { name, parameters, calls } = at.summary;
    const untyped = parameters.filter(
      (one) =>
        isUntypedClient(one) &&
        calls.some(({ callee, args }) => rootName(callee) === one.name || args.some((arg) => arg.kind === "name" && arg.name === one.name)),
    );
    if (untyped.length === 0) return null;
    const bindings = new Map<string, Denotation>();
    for (const caller of this.#index.named(name.slice(name.lastIndexOf(".") + 1)).slice(0, MOST_CALLERS)) {
      if (!this.callees(caller).functions.some(({ function: fn }) => fn.file === at.file && fn.summary === at.summary)) continue;
      for (const { name: parameter, index } of untyped) {
        const arg = caller.site.args[index];
        if (arg === undefined || bindings.has(parameter)) continue;
        const value = this.#reading.program.denote(arg, this.scope(caller), placeOf(caller));
        if (value.kind === "library") bindings.set(parameter, value);
      }
    }
    return bindings.size === 0 ? null : bindings;
  }

  #handedBy(at: FunctionAt): ReadonlyMap<string, Denotation> | null {
    const { parent, id, parameters } = at.summary;
    const outer = parent === null || parameters.length === 0 ? undefined : at.file.fact.functions[parent];
    const index =
      outer?.calls.findIndex(
        (site) => HANDING.has(calleeName(site.callee)) && site.args.some((arg) => arg.kind === "function" && arg.id === id),
      ) ?? -1;
    if (outer === undefined || index < 0) return null;
    const holder: SiteAt = { file: at.file, summary: outer, index, site: outer.calls[index]! };
    const { library } = this.callees(holder);
    return library === null
      ? null
      : handedTo(library, parameters, { args: holder.site.args, scope: this.scope(holder), place: placeOf(holder) });
  }

  /** `this` in a function of a Moleculer service. */
  #selfOf(at: FunctionAt): ReadonlyMap<string, Denotation> | null {
    const self = this.#ownActions().self(at);
    return self === null ? null : new Map([["this", self]]);
  }

  #ownActions(): OwnActions {
    return (this.#own ??= new OwnActions(this.#reading.program));
  }

  /** Functions of the same process that a call over a bus reaches. */
  ownCallees(at: SiteAt): readonly FunctionAt[] {
    return this.#ownActions().called(at);
  }

  callees(at: SiteAt): Callees {
    const key = siteKey(at, at.index);
    let callees = this.#callees.get(key);
    if (callees === undefined) {
      callees = this.#reading.program.callees(at.site, this.scope(at));
      this.#callees.set(key, callees);
    }
    return callees;
  }

  /** What the tables say of the site's callee, or `null`. */
  known(at: SiteAt): Known | null {
    const { library } = this.callees(at);
    return library === null ? null : knowledgeOf(library, at.site.construct);
  }

  /** The call as `At` reads it, in the given scope of its function and in the environment of the service. */
  libraryCall(at: SiteAt, path: LibraryPath, known: Known, scope: Scope, service = at.file.service): LibraryCall {
    const { args, callee } = at.site;
    const receiver = callee.kind === "member" ? callee.object : null;
    const { program, variables } = this.#reading;
    const naming: LibraryCall["naming"] = (parts) => variables.text(parts, service);
    return { program, path, names: known.names, args, receiver, scope, place: placeOf(at), naming };
  }

  /** Every site of the system that a table knows, in order of path, function and evaluation. */
  all(): readonly DirectSite[] {
    const { program } = this.#reading;
    const anyName = this.#filesOfAnyName();
    const clients = new TeamClients(this.#reading.config);
    const schemas = new Set(schemasOf(program).map(({ file }) => file.service));
    const found: DirectSite[] = [];
    for (const file of program.files) {
      if (this.#reading.isBrowser(file.path)) continue;
      const locals = knownLocals(file);
      const any = anyName.has(file);
      const results = file.fact.imports.some(({ module }) => MODULES_OF_CALLED_RESULTS.has(packageOf(module)));
      if (!any && !results && clients.isEmpty && !schemas.has(file.service) && !mayBeKnown(file, locals)) continue;
      for (const summary of file.fact.functions) {
        summary.calls.forEach((site, index) => {
          const name = calleeName(site.callee);
          const at: SiteAt = { file, summary, index, site };
          const special =
            (schemas.has(file.service) ? moleculerCall(site.callee, site.args) : null) ??
            toolkitCall(site, summary) ??
            (clients.isEmpty ? null : clients.at(this.callees(at), name, file));
          if (special !== null) {
            found.push({ at, ...special });
            return;
          }
          if (
            !VOCABULARY.has(name) &&
            !locals.has(rootName(site.callee)) &&
            !(any && (site.callee.kind === "member" || isVariable(site.callee, file))) &&
            site.callee.kind !== "element" &&
            !(results && site.callee.kind === "name")
          )
            return;
          const { library, functions } = this.callees(at);
          if (library === null) {
            const stray = functions.length > 0 ? null : untypedChannelCall(site);
            if (stray !== null) found.push({ at, ...stray });
            return;
          }
          const known = knowledgeOf(library, site.construct);
          if (known !== null && SOUGHT.has(known.knowledge.kind)) found.push({ at, known, path: library });
        });
      }
    }
    return found;
  }

  /** Files where a method of any name may be a remote call: they, or what they import, make such clients. */
  #filesOfAnyName(): ReadonlySet<SourceFile> {
    const { program } = this.#reading;
    const makers = new Set<string>();
    const files = new Set<SourceFile>();
    for (const file of program.files) {
      if (!file.fact.imports.some((binding) => MODULES_OF_ANY_NAME.has(packageOf(binding.module)) || binding.imported.endsWith("Client")))
        continue;
      makers.add(file.path);
      files.add(file);
    }
    if (makers.size === 0) return files;
    for (const file of program.files) {
      for (const { module } of file.fact.imports) {
        const target = program.resolveModule(file, module);
        if (target.kind === "file" && makers.has(target.path)) files.add(file);
      }
    }
    return files;
  }
}

/** Whether a call of the file goes by a name that a table speaks of, or starts with one of its packages. */
function mayBeKnown({ outline }: SourceFile, locals: ReadonlySet<string>): boolean {
  return (
    (locals.size > 0 && outline.roots.some((root) => locals.has(root))) ||
    outline.calls.some((call) => call === TOOLKIT_CALL || isSoughtCall(call))
  );
}

const SOUGHT_CALLS = new Map<string, boolean>();

function isSoughtCall(call: string): boolean {
  let sought = SOUGHT_CALLS.get(call);
  if (sought === undefined) {
    const [, collection, name] = /^(\w+#)\.(.*)$/.exec(call) ?? [];
    sought =
      collection === undefined || name === undefined ? VOCABULARY.has(call) : knowledgeAt("(global)", `${collection}.${name}()`) !== null;
    if (SOUGHT_CALLS.size < MOST_REMEMBERED) SOUGHT_CALLS.set(call, sought);
  }
  return sought;
}

const MOST_REMEMBERED = 20_000;

/** `const reserve = promisify(client.reserve)`: a name that is no function of the file may hold a method of a client. */
function isVariable(callee: Expr, { outline }: SourceFile): boolean {
  return callee.kind === "name" && !outline.declared.includes(callee.name);
}

/** Local names of imports from packages that a table speaks of: `axios(config)` may be called by any name. */
function knownLocals(file: SourceFile): ReadonlySet<string> {
  const names = new Set<string>();
  for (const binding of file.fact.imports) if (isKnownModule(packageOf(binding.module))) names.add(binding.local);
  return names;
}
