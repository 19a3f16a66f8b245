import type { ComposeService, EnvironmentVariable } from "../facts/deployment.js";
import type { Stage } from "./environment.js";
import type { Evidence } from "./evidence.js";
import type { FactTable } from "./fact-table.js";
import { interpolate, type NamedValue, type Names } from "./interpolation.js";
import { meantDirectory } from "./meant-directory.js";
import { byText, directoryOf, joined, lastSegment, upwards } from "./paths.js";
import { byStage, stageOf } from "./stage.js";

/** One service of one compose file, with its variables filled in from the project's environment files. */
export interface ComposeEntry {
  readonly path: string;
  /** The directory that the file's paths start from. */
  readonly directory: string;
  readonly key: string;
  /** Equal for the entries of one service in the files of one directory (`docker-compose.yml`, `….prod.yml`). */
  readonly identity: string;
  readonly stage: Stage;
  /** With what it takes over by `extends`. */
  readonly service: ComposeService;
  readonly image: string | null;
  /** `null` without `build:`, or where it builds something that is not in the repository. */
  readonly build: ComposeBuildPlace | null;
  /** It has a `build:` whose directory does not exist here. */
  readonly buildsMissing: boolean;
  /** Fills in what the file takes from its project's environment. */
  readonly names: Names;
}

export interface ComposeBuildPlace {
  /** Directory of the context. */
  readonly context: string;
  /** Path of the Dockerfile where it exists. */
  readonly dockerfile: string | null;
  readonly target: string | null;
  /** Values of the build's arguments. */
  readonly args: readonly string[];
}

/** Every compose service of the snapshot, in order of path and of the file. */
export function composeEntries(table: FactTable): readonly ComposeEntry[] {
  const environments = new Map<string, Names>();
  const namesIn = (directory: string): Names => {
    const known = environments.get(directory) ?? projectNames(table, directory);
    environments.set(directory, known);
    return known;
  };
  const entries = table.of("compose").flatMap(({ path, fact }) => {
    const directory = directoryOf(path);
    const names = namesIn(directory);
    return fact.services.map((service) => entryOf(table, path, directory, withExtended(table, path, service, new Set()), names));
  });
  return withFamilyImages(entries);
}

/** An override file may add ports or variables to a service alone: what runs is said in the file beside it. */
function withFamilyImages(entries: readonly ComposeEntry[]): readonly ComposeEntry[] {
  const images = new Map<string, string>();
  for (const { identity, image } of entries) if (image !== null && !images.has(identity)) images.set(identity, image);
  return entries.map((entry) =>
    entry.image === null && entry.build === null && !entry.buildsMissing ? { ...entry, image: images.get(entry.identity) ?? null } : entry,
  );
}

function entryOf(table: FactTable, path: string, directory: string, service: ComposeService, names: Names): ComposeEntry {
  const build = buildPlace(table, directory, service, names);
  return {
    path,
    directory,
    key: service.name,
    identity: `${directory}#${service.name}`,
    stage: stageOfEntry(path, service),
    service,
    image: service.image === null ? null : interpolate(service.image, names).text,
    build,
    buildsMissing: service.build !== null && build === null,
    names,
  };
}

function stageOfEntry(path: string, service: ComposeService): Stage {
  const stages = [stageOf(path), ...service.profiles.map(stageOf)].filter((stage) => stage !== "any");
  return stages.at(-1) ?? "any";
}

function buildPlace(table: FactTable, directory: string, service: ComposeService, names: Names): ComposeBuildPlace | null {
  if (service.build === null) return null;
  const written = joined(directory, interpolate(service.build.context, names).text);
  const context = written === null ? null : meantDirectory(table, written);
  if (context === null) return null;
  const named = interpolate(service.build.dockerfile ?? "Dockerfile", names).text;
  const dockerfile = joined(context, named);
  return {
    context,
    dockerfile: dockerfile !== null && table.hasFile(dockerfile) ? dockerfile : null,
    target: service.build.target,
    args: service.build.args.flatMap((arg) => (arg.value === null ? [] : [interpolate(arg.value, names).text])),
  };
}

/** The service with what its `extends` chain gives it. */
function withExtended(table: FactTable, path: string, service: ComposeService, seen: ReadonlySet<string>): ComposeService {
  if (service.extends === null) return service;
  const file = service.extends.file === null ? path : joined(directoryOf(path), service.extends.file);
  const id = `${file}#${service.extends.service}`;
  if (file === null || seen.has(id)) return service;
  const found = table
    .in(file, "compose")
    .flatMap((fact) => fact.services)
    .find((other) => other.name === service.extends?.service);
  if (found === undefined) return service;
  const base = withExtended(table, file, found, new Set([...seen, id]));
  const own = new Set(service.environment.map((variable) => variable.name));
  return {
    ...service,
    image: service.image ?? base.image,
    build: service.build ?? base.build,
    command: service.command ?? base.command,
    environment: [...service.environment, ...base.environment.filter((variable) => !own.has(variable.name))],
    envFiles: service.envFiles.length > 0 ? service.envFiles : base.envFiles,
    ports: service.ports.length > 0 ? service.ports : base.ports,
  };
}

/**
 * What a compose project takes from its environment: the `.env` files of its directory and of those above it, the plain
 * one first. Example files stand in where nothing else says the value.
 */
function projectNames(table: FactTable, directory: string): Names {
  const values = new Map<string, NamedValue>();
  for (const above of upwards(directory)) {
    for (const path of environmentFiles(table, above)) {
      for (const variable of table.in(path, "env-file").flatMap((fact) => fact.variables)) {
        if (variable.value === null || values.has(variable.name)) continue;
        values.set(variable.name, { value: variable.value, evidence: [variableEvidence(path, variable)] });
      }
    }
  }
  return (name) => values.get(name) ?? null;
}

/** The dotenv files of a directory: `.env`, then those for production, those without a stage, and the others. */
export function environmentFiles(table: FactTable, directory: string): readonly string[] {
  return table
    .filesOf(directory)
    .filter((path) => table.in(path, "env-file").length > 0)
    .sort((a, b) => rank(a) - rank(b) || byStage(stageOf(lastSegment(a)), stageOf(lastSegment(b))) || byText(a, b));
}

function rank(path: string): number {
  const name = lastSegment(path);
  if (name === ".env") return 0;
  return /example|sample|template|dist/i.test(name) ? 2 : 1;
}

/** The line that gives a variable its value. Says nothing of the value: it may be a secret. */
export function variableEvidence(path: string, variable: EnvironmentVariable, note = `sets \`${variable.name}\``): Evidence {
  return { path, startLine: variable.lines.startLine, endLine: variable.lines.endLine, kind: "deployment", note };
}
