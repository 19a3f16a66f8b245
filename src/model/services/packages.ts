import { Minimatch } from "minimatch";
import type { PackageFact } from "../../facts/workspace.js";
import type { FactTable } from "../fact-table.js";
import { isGenericName, isToolName } from "../identity.js";
import { directoryOf, joined, lastSegment } from "../paths.js";
import type { Signal } from "./draft.js";
import { at } from "./signals.js";
import type { SourceTree } from "./source-tree.js";

/** A package.json of the repository's own code. */
export interface OwnPackage {
  readonly directory: string;
  readonly path: string;
  readonly fact: PackageFact;
}

/** Every package of the repository except the root's, in order of path. */
function ownPackages(table: FactTable, tree: SourceTree): readonly OwnPackage[] {
  return table
    .of("package")
    .filter(({ path }) => lastSegment(path) === "package.json" && directoryOf(path) !== "" && !tree.isAside(path))
    .map(({ path, fact }) => ({ directory: directoryOf(path), path, fact }));
}

/** Names of packages that packages of the repository depend on. */
function wantedNames(packages: readonly OwnPackage[]): ReadonlySet<string> {
  return new Set(packages.flatMap(({ fact }) => Object.keys(fact.dependencies)));
}

const APPLICATION_SHELF = /^(?:apps|services|microservices|applications|backends?|servers?|functions|lambdas)$/;
const LIBRARY_SHELF = /^(?:libs?|libraries|packages|shared|common|tools|plugins)$/;
const ENTRY_FILE = /^(?:main|server|app)\.[cm]?[jt]s$/i;
const INDEX_FILE = /^index\.[cm]?[jt]s$/;
const CALLED_SERVICE = /(?:^|[-_.])(?:service|svc|microservice|api|gateway|server|backend|worker)$/i;
const SERVERS = ["express", "fastify", "koa", "@hapi/hapi", "restify", "hono", "polka", "@nestjs/core", "@apollo/server", "apollo-server"];
const START = /^(?:start(?::prod(?:uction)?|:dev)?|serve|dev)$/;
const NOT_STARTED = /storybook|styleguid|docusaurus|vitepress|tsc\b.*--watch|tsup|rollup/;

/**
 * Packages that are applications: they stand on a shelf for applications or can be started, and no other package depends
 * on them, unless they do both. Beside packages that deployment files speak of, the unmentioned ones are libraries, except on a shelf for
 * applications, where they may not be packed yet.
 */
export function* packageSignals(table: FactTable, tree: SourceTree, isDeployed: (directory: string) => boolean): Generator<Signal> {
  const packages = ownPackages(table, tree);
  const wanted = wantedNames(packages);
  const shelves = new Set(packages.filter(({ directory }) => isDeployed(directory)).map(({ directory }) => directoryOf(directory)));
  for (const { directory, path, fact } of packages) {
    if (!tree.hasCode(directory) || isToolName(lastSegment(directory))) continue;
    if (fact.name !== null && wanted.has(fact.name) && !isLentFrom(directory, fact)) continue;
    if (
      !isDeployed(directory) &&
      !(shelves.has(directoryOf(directory)) ? runsOnShelf(table, directory, fact) : isApplication(table, directory, fact))
    )
      continue;
    const name = fact.name === null ? null : withoutScope(fact.name);
    yield {
      source: "package",
      directory,
      name,
      aliases: [],
      evidence: isDeployed(directory)
        ? null
        : at(path, fact.lines, "configuration", `is the application \`${name ?? lastSegment(directory)}\``),
    };
  }
}

/** `orders` of `@shop/orders`. */
function withoutScope(name: string): string {
  return name.replace(/^@[^/]*\//, "");
}

/** An application that others take the types of, as clients of tRPC do: it stands on a shelf for applications and is started. */
function isLentFrom(directory: string, fact: PackageFact): boolean {
  return (
    APPLICATION_SHELF.test(lastSegment(directoryOf(directory))) &&
    isStarted(fact) &&
    !/common|shared|core|utils?$/i.test(lastSegment(directory))
  );
}

function isApplication(table: FactTable, directory: string, fact: PackageFact): boolean {
  const starts = isStarted(fact);
  if (standsAmongLibraries(directory)) return starts && fact.entries["."] === undefined;
  const shelf = lastSegment(directoryOf(directory));
  return starts || APPLICATION_SHELF.test(shelf) || hasEntryFile(table, directory, ENTRY_FILE) || isServer(table, directory, fact);
}

/** `packages/orders`, `packages/plugins/@shop/orders`: the nearest directory above that is a shelf is one for libraries. */
function standsAmongLibraries(directory: string): boolean {
  const shelf = directory
    .split("/")
    .slice(0, -1)
    .findLast((part) => LIBRARY_SHELF.test(part) || APPLICATION_SHELF.test(part));
  return shelf !== undefined && LIBRARY_SHELF.test(shelf);
}

/** `booking-service/index.js` beside a package.json with express and nothing but a test to run. */
function isServer(table: FactTable, directory: string, fact: PackageFact): boolean {
  return (
    CALLED_SERVICE.test(lastSegment(directory)) &&
    SERVERS.some((name) => Object.hasOwn(fact.dependencies, name)) &&
    hasEntryFile(table, directory, INDEX_FILE)
  );
}

function runsOnShelf(table: FactTable, directory: string, fact: PackageFact): boolean {
  if (!APPLICATION_SHELF.test(lastSegment(directoryOf(directory)))) return false;
  return isStarted(fact) || hasEntryFile(table, directory, ENTRY_FILE) || isNextApplication(table, directory, fact);
}

/** Next.js starts without a script of the package where the workspace knows how. */
function isNextApplication(table: FactTable, directory: string, { dependencies }: PackageFact): boolean {
  return (
    Object.hasOwn(dependencies, "next") && table.filesOf(directory).some((path) => /^next\.config\.[cm]?[jt]s$/.test(lastSegment(path)))
  );
}

function isStarted(fact: PackageFact): boolean {
  return fact.scripts.some(({ name, command }) => START.test(name) && !NOT_STARTED.test(command));
}

function hasEntryFile(table: FactTable, directory: string, name: RegExp): boolean {
  return [directory, `${directory}/src`].some((place) => table.filesOf(place).some((path) => name.test(lastSegment(path))));
}

/** Applications of Nx and of the Nest command line. A nest-cli.json does not say so of a single project: a package that others depend on is a library. */
export function* projectSignals(table: FactTable, tree: SourceTree): Generator<Signal> {
  const packages = ownPackages(table, tree);
  const wanted = wantedNames(packages);
  const libraries = new Set(packages.flatMap(({ directory, fact }) => (fact.name !== null && wanted.has(fact.name) ? [directory] : [])));
  for (const { path, fact } of table.of("project")) {
    if (fact.type !== "application") continue;
    const directory = joined(directoryOf(path), fact.root);
    if (directory === null || !tree.hasCode(directory) || tree.isAside(path)) continue;
    const name = fact.name === "" ? lastSegment(directory) : withoutScope(fact.name);
    if (isToolName(name) || isToolName(lastSegment(directory)) || isNestRoot(table, directory, fact.tool)) continue;
    if (fact.tool === "nest" && fact.name === "" && libraries.has(directory)) continue;
    yield {
      source: "project",
      directory,
      name: isGenericName(name) ? null : name,
      aliases: [],
      evidence: at(path, fact.lines, "configuration", `declares the application \`${name}\``),
    };
  }
}

/** The entry for the repository itself in a nest-cli.json that has projects too. */
function isNestRoot(table: FactTable, directory: string, tool: "nx" | "nest"): boolean {
  return tool === "nest" && directory === "" && table.of("project").filter(({ fact }) => fact.tool === "nest").length > 1;
}

/** Programs in Go and Python with a module of their own that no deployment file speaks of. */
export function* programSignals(table: FactTable, tree: SourceTree): Generator<Signal> {
  for (const path of table.paths) {
    const manifest = /^(?:go\.mod|requirements\.txt|pyproject\.toml)$/.exec(lastSegment(path))?.[0];
    const directory = directoryOf(path);
    if (manifest === undefined || directory === "" || tree.isAside(path) || isToolName(lastSegment(directory))) continue;
    const entry = manifest === "go.mod" ? /^main\.go$/ : /^(?:main|app|server|manage|wsgi|asgi)\.py$/;
    if (!hasEntryFile(table, directory, entry)) continue;
    yield {
      source: "package",
      directory,
      name: null,
      aliases: [],
      evidence: at(path, { startLine: 1, endLine: 1 }, "configuration", `is the module of \`${lastSegment(directory)}\``),
    };
  }
}

/** Directories of workspace packages that are libraries: their files belong to no service. */
export function libraryDirectories(table: FactTable, tree: SourceTree, isService: (directory: string) => boolean): readonly string[] {
  const globs = workspaceGlobs(table).map((glob) => new Minimatch(glob));
  const projects = table.of("project").filter(({ fact }) => fact.type === "library");
  const fromProjects = projects.flatMap(({ path, fact }) => joined(directoryOf(path), fact.root) ?? []);
  const fromPackages = ownPackages(table, tree)
    .map(({ directory }) => directory)
    .filter((directory) => globs.some((glob) => glob.match(directory)));
  return [...new Set([...fromProjects, ...fromPackages])].filter((directory) => directory !== "" && !isService(directory));
}

function workspaceGlobs(table: FactTable): readonly string[] {
  const ofPackages = table.of("package").flatMap(({ path, fact }) => fact.workspaces.map((glob) => [directoryOf(path), glob] as const));
  const ofTools = table.of("workspace").flatMap(({ path, fact }) => fact.packages.map((glob) => [directoryOf(path), glob] as const));
  return [...ofPackages, ...ofTools]
    .filter(([, glob]) => !glob.startsWith("!"))
    .map(([directory, glob]) => (directory === "" ? "" : `${directory}/`) + glob.replace(/^\.\//, "").replace(/\/+$/, ""))
    .slice(0, 200);
}
