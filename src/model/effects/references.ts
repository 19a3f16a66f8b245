import type { Expr } from "../../facts/source.js";
import type { ClassRef, Denotation, Scope, SourceFile, TextPart } from "../code/denotation.js";
import type { DatabaseReference } from "../databases.js";
import type { Evidence, Place } from "../evidence.js";
import { canonicalPath } from "../libraries/patterns.js";
import type { ConnectionKnowledge } from "../libraries/library.js";
import { addressesOf } from "./address.js";
import { compare } from "./calls.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { FlowEffect } from "./flow.js";
import { libraryDirectory, LibraryModules } from "./library-modules.js";
import type { Linking } from "./linking.js";
import { preparesOnly } from "./preparing.js";
import { placeOf, type SiteAt, type SiteIndex } from "./sites.js";
import type { Use } from "./use.js";
import { literalOf, valuesAt, type LibraryCall } from "./values.js";

/** What one service's code does to its tables, by library. */
export interface TableUse {
  readonly service: string;
  readonly library: string;
  readonly entities: ReadonlySet<string>;
  readonly writes: boolean;
}

type Parts = readonly TextPart[];

/** A connection as its call says it, whoever runs it. */
interface Connection {
  readonly file: SourceFile;
  readonly library: string;
  readonly engine: string | null;
  readonly place: Place;
  readonly trail: readonly Place[];
  readonly url: Parts | null;
  readonly host: Parts | null;
  readonly port: Parts | null;
  readonly database: Parts | null;
  readonly schema: Parts | null;
  readonly user: Parts | null;
}

const ENTITY_MODULES =
  /^(typeorm|sequelize-typescript|@mikro-orm\/core|@nestjs\/mongoose|@typegoose\/typegoose|typegoose|sequelize|mongoose)$/;
const ENTITY_DECORATORS = /^(Entity|Table|Schema|ViewEntity|ChildEntity|modelOptions)$/;

/** What references are made of. */
export interface ReferenceParts {
  readonly linking: Linking;
  readonly sites: CallSites;
  readonly direct: readonly DirectSite[];
  readonly uses: readonly TableUse[];
  readonly use: Use;
  readonly index: SiteIndex;
}

/** Databases that the code opens, and those of shared modules that it imports. */
export function databaseReferences({ linking, sites, direct, uses, use, index }: ReferenceParts): readonly DatabaseReference[] {
  const modules = new LibraryModules(linking.program);
  const references: DatabaseReference[] = [];
  for (const site of direct) {
    const { knowledge } = site.known;
    if (knowledge.kind !== "connection" || preparesOnly(site.at)) continue;
    // A shared pool that nobody initializes is no database of those who import what stands beside it.
    if (site.at.file.service === null && !use.of(site.at)) continue;
    const opened = connectionAt(site, knowledge, sites.libraryCall(site.at, site.path, site.known, sites.scope(site.at)), linking);
    const given = site.at.file.service === null && isOpen(opened) ? callersOf(site.at, sites, index) : [];
    for (const { at, scope } of given) {
      const connection = connectionAt(site, knowledge, sites.libraryCall(site.at, site.path, site.known, scope), linking);
      references.push(...referencesTo({ ...connection, file: at.file, trail: [placeOf(at), ...connection.trail] }, modules, uses, linking));
    }
    if (given.length === 0) references.push(...referencesTo(opened, modules, uses, linking));
  }
  references.push(...sharedEntities(linking, modules, uses));
  return mergedReferences(references);
}

/** The address is not where the connection is opened. */
function isOpen({ url, host, database }: Connection): boolean {
  return [url, host, database].every((parts) => parts === null || parts.some(({ kind }) => kind === "hole"));
}

/** The services' own calls of the shared function that a site stands in, each with the function's scope. */
function callersOf(at: SiteAt, sites: CallSites, index: SiteIndex): readonly { readonly at: SiteAt; readonly scope: Scope }[] {
  const { name } = at.summary;
  return index.named(name.slice(name.lastIndexOf(".") + 1)).flatMap((caller) => {
    if (caller.file.service === null) return [];
    const entered = sites.callees(caller).functions.find(({ function: fn }) => fn.file === at.file && fn.summary === at.summary);
    return entered === undefined ? [] : [{ at: caller, scope: entered.scope }];
  });
}

function connectionAt(site: DirectSite, knowledge: ConnectionKnowledge, call: LibraryCall, linking: Linking): Connection {
  const trail: Place[] = [];
  const text = (at: string): Parts | null => {
    for (const value of valuesAt(at, call)) {
      if (isOptions(value)) continue;
      const [address] = addressesOf(value, linking.program);
      if (address === undefined || address.parts.every((part) => part.kind === "hole")) continue;
      trail.push(...address.trail);
      return address.parts;
    }
    return null;
  };
  const engine =
    knowledge.engine === ""
      ? (valuesAt(knowledge.engineAt, call)
          .map(engineText)
          .find((each) => each !== null) ?? null)
      : knowledge.engine;
  return {
    file: site.at.file,
    library: site.known.library,
    engine,
    place: placeOf(site.at),
    url: text(knowledge.url),
    host: text(knowledge.host),
    port: text(knowledge.port),
    database: text(knowledge.database),
    schema: text(knowledge.schema),
    user: text(knowledge.user),
    trail,
  };
}

/** `new Pool({ host, database })`: where a URL may stand, options may stand too, and are read part by part. */
function isOptions(value: Denotation): boolean {
  return value.kind === "object" && !["url", "uri", "href"].some((name) => value.entries.has(name));
}

function engineText(value: Denotation): string | null {
  const text = literalOf(value);
  if (text !== null) return text;
  // `driver: PostgreSqlDriver`
  return value.kind === "library"
    ? canonicalPath(value.path.path)
        .toLowerCase()
        .replace(/(sql)?(driver|dialect)$/, "$1")
    : null;
}

function referencesTo(
  connection: Connection,
  modules: LibraryModules,
  uses: readonly TableUse[],
  linking: Linking,
): readonly DatabaseReference[] {
  const { file, place, trail, library, ...parts } = connection;
  const code: readonly Evidence[] = [
    { ...place, kind: "code", note: `opens the database with ${library}` },
    ...trail.map((at): Evidence => ({ ...at, kind: "code", note: "the connection's address comes from here" })),
  ];
  const { url, host, port, database, schema, user, engine } = parts;
  const base = { engine, url, host, port, database, schema, user };
  if (file.service !== null) {
    return [{ ...base, service: file.service, ...touched(file.service, library, uses), module: null, evidence: code }];
  }
  const module = libraryDirectory(file.path, linking.table.paths);
  return modules.importersOf(file).map(({ service, place: at }) => ({
    ...base,
    service,
    ...touched(service, library, uses),
    module,
    evidence: [{ ...at, kind: "code", note: `imports the database of ${module}` }, ...code],
  }));
}

/** Entities that a shared module declares belong to one database, whoever imports them. */
function sharedEntities(linking: Linking, modules: LibraryModules, uses: readonly TableUse[]): readonly DatabaseReference[] {
  const byModule = new Map<string, Map<string, { readonly names: Set<string>; readonly evidence: Evidence[] }>>();
  for (const of of linking.program.classes()) {
    if (of.file.service !== null || !isEntity(of, linking)) continue;
    const module = libraryDirectory(of.file.path, linking.table.paths);
    const services = byModule.get(module) ?? new Map<string, { readonly names: Set<string>; readonly evidence: Evidence[] }>();
    byModule.set(module, services);
    for (const { service, place } of modules.importersOf(of.file)) {
      const found = services.get(service) ?? { names: new Set<string>(), evidence: [] };
      services.set(service, found);
      if (!isUsed(service, of, uses)) continue;
      found.names.add(of.summary.name);
      if (found.evidence.length < 3) {
        found.evidence.push(
          { ...place, kind: "code", note: `imports ${of.summary.name}` },
          {
            path: of.file.path,
            startLine: of.summary.lines.startLine,
            endLine: of.summary.lines.startLine,
            kind: "code",
            note: `${of.summary.name} is declared here`,
          },
        );
      }
    }
  }
  return [...byModule].flatMap(([module, services]) =>
    [...services].flatMap(([service, { names, evidence }]): DatabaseReference[] =>
      names.size === 0
        ? []
        : [
            {
              service,
              engine: null,
              url: null,
              host: null,
              port: null,
              database: null,
              schema: null,
              user: null,
              entities: [...names].sort(),
              access: accessOf(service, names, uses),
              module,
              evidence,
            },
          ],
    ),
  );
}

function isUsed(service: string, of: ClassRef, uses: readonly TableUse[]): boolean {
  return uses.some((use) => use.service === service && use.entities.has(of.summary.name));
}

function accessOf(service: string, names: ReadonlySet<string>, uses: readonly TableUse[]): DatabaseReference["access"] {
  const touching = uses.filter((use) => use.service === service && [...names].some((name) => use.entities.has(name)));
  if (touching.length === 0) return "unknown";
  return touching.some((use) => use.writes) ? "read-write" : "read-only";
}

export function isEntity(of: ClassRef, linking: Linking): boolean {
  for (const decorator of of.summary.decorators) {
    if (!ENTITY_DECORATORS.test(decorator.name)) continue;
    if (ENTITY_MODULES.test(linking.program.decorator(decorator, of.file)?.module ?? "")) return true;
  }
  const base: Expr | null = of.summary.extends;
  return (
    base !== null &&
    ENTITY_MODULES.test(linking.program.libraryBase(of)?.module ?? "") &&
    /Model#?$/.test(linking.program.libraryBase(of)?.path ?? "")
  );
}

function touched(service: string, library: string, uses: readonly TableUse[]): Pick<DatabaseReference, "entities" | "access"> {
  const own = uses.filter((use) => use.service === service && sameFamily(use.library, library));
  const entities = [...new Set(own.flatMap((use) => [...use.entities]))].sort();
  return { entities, access: own.length === 0 ? "unknown" : own.some((use) => use.writes) ? "read-write" : "read-only" };
}

/** Connections and queries of one driver, whatever is laid over it. */
function sameFamily(a: string, b: string): boolean {
  const family = (library: string): string => (library === "Mongoose" ? "mongodb" : library === "pg-promise" ? "pg" : library);
  return family(a) === family(b);
}

/** One reference per service and connection call, in order. */
export function mergedReferences(references: readonly DatabaseReference[]): readonly DatabaseReference[] {
  const key = (reference: DatabaseReference): string =>
    JSON.stringify([
      reference.service,
      reference.module,
      reference.evidence[0]?.path,
      reference.evidence[0]?.startLine,
      reference.url,
      reference.database,
    ]);
  const distinct = new Map(references.map((reference) => [key(reference), reference]));
  return [...distinct].sort(([a], [b]) => compare(a, b)).map(([, reference]) => reference);
}

/** Which tables each service's functions touch. */
export function tableUses(effects: Iterable<{ readonly service: string; readonly effect: FlowEffect }>): readonly TableUse[] {
  const uses = new Map<string, { service: string; library: string; entities: Set<string>; writes: boolean }>();
  for (const { service, effect } of effects) {
    const { kind, operation } = effect.evaluated;
    if (kind !== "db-read" && kind !== "db-write" && kind !== "outbox-add") continue;
    const { library } = effect.origin.known;
    const key = `${service} ${library}`;
    const use = uses.get(key) ?? { service, library, entities: new Set<string>(), writes: false };
    uses.set(key, use);
    if (operation !== null) use.entities.add(operation);
    use.writes ||= kind !== "db-read";
  }
  return [...uses.values()];
}
