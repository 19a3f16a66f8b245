import type { LibraryPath } from "../code/denotation.js";
import { brokers, OWN_BROKER } from "./brokers.js";
import { controlLibraries } from "./control.js";
import { databaseLibraries } from "./databases.js";
import { handlerLibraries } from "./handlers.js";
import { httpClients } from "./http.js";
import type { Knowledge, Library } from "./library.js";
import { canonicalPath, compilePattern, type PathPattern } from "./patterns.js";
import { GENERATED, rpcLibraries } from "./rpc.js";

/** What a table says about one path, with the names that its pattern kept. */
export interface Known {
  /** The library's name, for messages. */
  readonly library: string;
  readonly knowledge: Knowledge;
  readonly names: ReadonlyMap<string, string>;
}

interface Entry {
  readonly library: string;
  readonly pattern: PathPattern;
  readonly knowledge: Knowledge;
}

export const libraries: readonly Library[] = [
  ...httpClients,
  ...rpcLibraries,
  ...brokers,
  ...databaseLibraries,
  ...handlerLibraries,
  ...controlLibraries,
];

const BY_MODULE = index(libraries);
const FOUND = new Map<string, Known | null>();
const MOST_REMEMBERED = 20_000;

/** What is known of a call of the value at this path (`constructed`: of `new` on it). */
export function knowledgeOf(path: LibraryPath, constructed: boolean): Known | null {
  const module = isGeneratedClient(path) ? GENERATED : isOwnBroker(path) ? OWN_BROKER : path.module;
  return knowledgeAt(module, canonicalPath(path.path) + (constructed ? "#" : ""));
}

/** A publisher's base class in a package of the team's own that is not in the repository. */
function isOwnBroker({ module, path }: LibraryPath): boolean {
  return !isKnownModule(module) && /(Publisher|Producer)#\w+$/.test(path);
}

/** A class of a file that is not there, constructed with an address and gRPC credentials. */
function isGeneratedClient({ module, path, calls }: LibraryPath): boolean {
  if (!/^[.@]|generated|proto|_pb$/.test(module) || !/Client#\w+$/.test(path)) return false;
  const [, credentials] = calls[0]?.args ?? [];
  return (
    credentials?.kind === "call" &&
    credentials.callee.kind === "member" &&
    /^create(Insecure|Ssl|FromSecureContext)$/.test(credentials.callee.property)
  );
}

export function knowledgeAt(module: string, path: string): Known | null {
  const entries = BY_MODULE.get(module);
  if (entries === undefined) return null;
  const key = `${module} ${path}`;
  const remembered = FOUND.get(key);
  if (remembered !== undefined) return remembered;
  const known = search(entries, path);
  if (FOUND.size >= MOST_REMEMBERED) FOUND.clear();
  FOUND.set(key, known);
  return known;
}

/** Whether a table speaks of the package at all. */
export function isKnownModule(module: string): boolean {
  return BY_MODULE.has(module);
}

function search(entries: readonly Entry[], path: string): Known | null {
  for (const { library, pattern, knowledge } of entries) {
    const names = pattern.match(path);
    if (names !== null) return { library, knowledge, names };
  }
  return null;
}

function index(all: readonly Library[]): ReadonlyMap<string, readonly Entry[]> {
  const byModule = new Map<string, Entry[]>();
  for (const library of all) {
    const entries = Object.entries(library.paths).map(([pattern, knowledge]) => ({
      library: library.name,
      pattern: compilePattern(pattern),
      knowledge,
    }));
    for (const module of library.modules) byModule.set(module, [...(byModule.get(module) ?? []), ...entries]);
  }
  return byModule;
}

/** Kinds that are asked for only where a callback or a result leads to them: their names are everywhere. */
const ASKED_ON_THE_WAY: ReadonlySet<Knowledge["kind"]> = new Set(["iteration", "guard", "source"]);

const ALL = [...BY_MODULE].flatMap(([module, entries]) => entries.map((entry) => ({ module, ...entry })));
const SOUGHT = ALL.filter(({ knowledge }) => !ASKED_ON_THE_WAY.has(knowledge.kind));

/** Names that calls, publishes, database operations and handlers end in: a call by another name can only be one of our own. */
export const VOCABULARY: ReadonlySet<string> = new Set(
  SOUGHT.flatMap(({ pattern }) => pattern.lastNames ?? []).filter((name) => name !== ""),
);

/** Packages with clients whose methods have the names of a remote interface, so that any name may be a call. */
export const MODULES_OF_ANY_NAME: ReadonlySet<string> = new Set(
  SOUGHT.filter(({ pattern, knowledge }) => pattern.lastNames === null && knowledge.kind === "call").map(({ module }) => module),
);

/** Packages whose functions return functions that do something: `knex(…)("orders")`, `axios.create(…)(options)`. */
export const MODULES_OF_CALLED_RESULTS: ReadonlySet<string> = new Set(
  SOUGHT.filter(({ pattern }) => pattern.callsResult).map(({ module }) => module),
);

/** Packages that limit the duration of what they are given. */
export const GUARD_MODULES: ReadonlySet<string> = new Set(
  ALL.filter(({ knowledge }) => knowledge.kind === "guard" && (knowledge.guard === "timeout" || knowledge.guard === "breaker")).map(
    ({ module }) => module,
  ),
);
