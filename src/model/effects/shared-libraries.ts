import type { FactCoverage } from "../../facts/facts.js";
import type { ServiceCall } from "../code.js";
import type { Program, SourceFile } from "../code/denotation.js";
import { byText } from "../paths.js";
import type { BusinessPart, LibraryImporter, SharedLibrary } from "../shared-libraries.js";
import { BusinessParts, type FoundPart } from "./business-parts.js";
import type { CallSites, DirectSite } from "./direct.js";
import type { Evaluation } from "./evaluate.js";
import { libraryDirectory, LibraryModules, type Importer } from "./library-modules.js";
import type { Linking } from "./linking.js";

const STRENGTH: readonly BusinessPart["kind"][] = [
  "entity",
  "schema",
  "repository",
  "migration",
  "command-handler",
  "domain-service",
  "service-client",
  "branch",
];

/** A library as its files come in. */
interface Draft {
  readonly directory: string;
  readonly importers: Map<string, LibraryImporter>;
  readonly parts: BusinessPart[];
}

/** What one part of the code says of the libraries that its services import. */
export interface LibraryFacts {
  readonly libraries: readonly SharedLibrary[];
  /** By library file with calls in it: whoever imports a client is bound to it, whether calls were found through it or not. */
  readonly importers: ReadonlyMap<string, readonly LibraryImporter[]>;
}

/** Libraries of the repository that services import, with what of the business is in them. */
export function libraryFacts(
  linking: Linking,
  sites: CallSites,
  direct: readonly DirectSite[],
  evaluation: Evaluation,
  calls: readonly ServiceCall[],
): LibraryFacts {
  const { program, table, isBrowser } = linking;
  const drafts = drafted(linking);
  if (drafts.size === 0) return { libraries: [], importers: new Map() };
  const modules = new LibraryModules(program);
  const importersOf = (file: SourceFile): readonly LibraryImporter[] =>
    modules
      .importersOf(file)
      .filter(({ place }) => !isBrowser(place.path))
      .map(asImport);
  for (const part of new BusinessParts(linking, sites, direct, evaluation, calls).all()) {
    const draft = drafts.get(libraryDirectory(part.file.path, table.paths));
    const importers = importersOf(part.file);
    if (draft !== undefined && importers.length > 0) draft.parts.push(written(part, importers));
  }
  for (const draft of drafts.values()) {
    draft.parts.push(...schemaParts(draft, linking, importersOf));
  }
  const names = namesOf(linking);
  const calling = direct.filter(({ at, known }) => at.file.service === null && known.knowledge.kind === "call").map(({ at }) => at.file);
  const libraries = [...drafts.values()]
    .filter(({ importers, parts }) => importers.size > 0 || parts.length > 0)
    .map(({ directory, importers, parts }) => ({
      name: names.get(directory) ?? directory,
      directory,
      importers: [...importers.values()].sort((a, b) => byText(a.service, b.service)),
      parts: parts.sort(strongestFirst),
    }));
  return { libraries, importers: new Map([...new Set(calling)].map((file) => [file.path, importersOf(file)])) };
}

/** The libraries of all parts, each once. Sorted by name. */
export function sharedLibraries(all: readonly LibraryFacts[]): readonly SharedLibrary[] {
  const importers = new Map<string, LibraryImporter[]>();
  for (const part of all) for (const [path, some] of part.importers) importers.set(path, [...(importers.get(path) ?? []), ...some]);
  const found = new Map<string, SharedLibrary>();
  for (const one of all.flatMap(({ libraries }) => libraries)) {
    const other = found.get(one.directory);
    found.set(one.directory, other === undefined ? one : joined(other, one));
  }
  return [...found.values()]
    .map((library) => ({
      ...library,
      parts: library.parts.map((part) => ({
        ...part,
        importers: importersIn([...part.importers, ...(importers.get(part.evidence.path) ?? [])]),
      })),
    }))
    .sort((a, b) => byText(a.name, b.name));
}

function joined(one: SharedLibrary, other: SharedLibrary): SharedLibrary {
  const parts = new Map<string, BusinessPart>();
  for (const part of [...one.parts, ...other.parts]) {
    const key = JSON.stringify([part.kind, part.name, part.evidence.path]);
    const known = parts.get(key);
    parts.set(key, known === undefined ? part : { ...known, importers: [...known.importers, ...part.importers] });
  }
  return { ...one, importers: importersIn([...one.importers, ...other.importers]), parts: [...parts.values()].sort(strongestFirst) };
}

/** The first of each service, sorted. */
function importersIn(all: readonly LibraryImporter[]): readonly LibraryImporter[] {
  const found = new Map<string, LibraryImporter>();
  for (const one of all) if (!found.has(one.service)) found.set(one.service, one);
  return [...found.values()].sort((a, b) => byText(a.service, b.service));
}

function strongestFirst(a: BusinessPart, b: BusinessPart): number {
  return STRENGTH.indexOf(a.kind) - STRENGTH.indexOf(b.kind) || byText(a.name, b.name) || byText(a.evidence.path, b.evidence.path);
}

/** By directory, each with the services that import something of it. */
function drafted({ program, table, isBrowser }: Linking): ReadonlyMap<string, Draft> {
  const drafts = new Map<string, Draft>();
  const of = (file: SourceFile): Draft => {
    const directory = libraryDirectory(file.path, table.paths);
    const draft = drafts.get(directory) ?? { directory, importers: new Map<string, LibraryImporter>(), parts: [] };
    drafts.set(directory, draft);
    return draft;
  };
  for (const file of program.files) {
    if (file.service === null) of(file);
    else if (!isBrowser(file.path)) {
      for (const { module, line, typeOnly } of file.fact.imports) {
        const library = typeOnly ? null : libraryFile(file, module, program);
        if (library === null) continue;
        const { importers } = of(library);
        if (!importers.has(file.service))
          importers.set(file.service, asImport({ service: file.service, place: { path: file.path, startLine: line, endLine: line } }));
      }
    }
  }
  return drafts;
}

function libraryFile(from: SourceFile, module: string, program: Program): SourceFile | null {
  const target = program.resolveModule(from, module);
  const file = target.kind === "file" ? program.file(target.path) : null;
  return file !== null && file.service === null ? file : null;
}

function asImport({ service, place }: Importer): LibraryImporter {
  return { service, evidence: { ...place, kind: "code", note: `imported by ${service}` } };
}

function written({ kind, name, place, note }: FoundPart, importers: readonly LibraryImporter[]): BusinessPart {
  return { kind, name, importers, evidence: { ...place, kind: "code", note } };
}

/** Models of a Prisma schema that stands in the library, for those who import the client that the library makes of it. */
function schemaParts(
  { directory }: Draft,
  { table, program }: Linking,
  importersOf: (file: SourceFile) => readonly LibraryImporter[],
): readonly BusinessPart[] {
  const models = table
    .of("prisma")
    .filter(({ path }) => path.startsWith(`${directory}/`) && libraryDirectory(path, table.paths) === directory)
    .flatMap(({ path, fact }) => fact.models.map((model) => ({ path, model })));
  if (models.length === 0) return [];
  const users = new Map<string, LibraryImporter>();
  for (const file of program.files) {
    if (file.service !== null || libraryDirectory(file.path, table.paths) !== directory) continue;
    if (
      ![...file.fact.imports.map(({ module }) => module), ...file.fact.exports.map(({ from }) => from?.module ?? "")].some((module) =>
        /prisma/i.test(module),
      )
    )
      continue;
    for (const importer of importersOf(file)) if (!users.has(importer.service)) users.set(importer.service, importer);
  }
  const importers = [...users.values()].sort((a, b) => byText(a.service, b.service));
  if (importers.length === 0) return [];
  return models.map(({ path, model: { name, lines } }) => ({
    kind: "schema",
    name,
    importers,
    evidence: { path, startLine: lines.startLine, endLine: lines.startLine, kind: "code", note: `the table of ${name}` },
  }));
}

/** Migrations beside tables: whoever imports those is bound to what they turn into. */
export function withMigrations(libraries: readonly SharedLibrary[], excluded: FactCoverage["excluded"]): readonly SharedLibrary[] {
  const migrations = excluded
    .filter(({ reason }) => reason === "migration")
    .map(({ path }) => path)
    .sort(byText);
  return libraries.map((library) => {
    const holdsTables = library.parts.some(({ kind }) => kind === "entity" || kind === "schema" || kind === "repository");
    const first = holdsTables ? migrations.find((path) => path.startsWith(`${library.directory}/`)) : undefined;
    return first === undefined ? library : { ...library, parts: [...library.parts, migrationsIn(library, first)].sort(strongestFirst) };
  });
}

function migrationsIn({ parts }: SharedLibrary, first: string): BusinessPart {
  return {
    kind: "migration",
    name: first.slice(0, first.lastIndexOf("/")),
    importers: importersIn(parts.flatMap((part) => part.importers)),
    evidence: { path: first, startLine: 1, endLine: 1, kind: "code", note: "migrates the tables" },
  };
}

/** Names of manifests by directory; two packages of one name keep their directories. */
function namesOf({ table }: Linking): ReadonlyMap<string, string> {
  const named = table
    .of("package")
    .flatMap(({ path, fact }) => (fact.name === null ? [] : [[path.slice(0, Math.max(0, path.lastIndexOf("/"))), fact.name] as const]));
  const counts = new Map<string, number>();
  for (const [, name] of named) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(named.filter(([, name]) => counts.get(name) === 1));
}
