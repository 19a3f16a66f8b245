import type { FileFacts, SnapshotFacts } from "../facts/facts.js";
import { samePaths } from "../facts/same-paths.js";
import { glanceOf } from "../facts/source-outline.js";
import type { SourceFact } from "../facts/source.js";
import { sourceFiles } from "./code/file-table.js";
import { createProgram, type Surroundings } from "./code/program.js";
import { registryImports } from "./contracts/registry.js";
import type { FactTable } from "./fact-table.js";
import type { ServiceDirectory } from "./services.js";
import { browserFiles } from "./effects/browser.js";
import { filesRunByHand } from "./effects/hand-run.js";
import { handlersInLibraries, hasHandlers, mayHaveHandlers } from "./effects/library-handlers.js";
import { partsOf } from "./effects/parts.js";
import type { ReadingSteps } from "./reading-steps.js";

/**
 * How the source of a commit lies: which files can meet in one process, whose they are, and where they run. It follows from what
 * all files show at a glance, from manifests and from paths. Plain data.
 */
export interface Layout {
  readonly parts: readonly PartLayout[];
  /** Files of no service that belong to the one service which takes in the handlers that they hold. */
  readonly taken: ReadonlyMap<string, string>;
  /** Whether files of no service hold handlers: whose those are more than a glance tells. */
  readonly hasLibraryHandlers: boolean;
  /** Files whose code runs in a browser or on a phone. */
  readonly browser: ReadonlySet<string>;
  /** Files that only people start. */
  readonly byHand: ReadonlySet<string>;
  /** Files that import a client of a schema registry. */
  readonly registryClients: ReadonlySet<string>;
}

export interface PartLayout {
  /** Sorted. */
  readonly paths: readonly string[];
  /** The paths that each imports, in the same order. */
  readonly imports: readonly (readonly string[])[];
}

/** What is laid out, with what stands around it. */
export interface Site {
  readonly facts: SnapshotFacts;
  readonly table: FactTable;
  readonly services: ServiceDirectory;
  readonly surroundings: Surroundings;
}

export function* layoutOf({ facts, table, services, surroundings }: Site): ReadingSteps<Layout> {
  const ofDirectory = (path: string): string | null => services.serviceOf(path);
  const first = createProgram(sourceFiles(facts.files, ofDirectory), surroundings);
  const suspect = first.files.filter((file) => file.service === null && mayHaveHandlers(file.fact));
  yield suspect.map(({ fact }) => fact);
  const handling = suspect.filter((file) => hasHandlers(file.fact));
  // To find who takes them in, modules are followed wherever they lead.
  if (handling.length > 0) yield first.files.map(({ fact }) => fact);
  const taken = handlersInLibraries(handling, first);
  const program =
    taken.size === 0
      ? first
      : createProgram(
          sourceFiles(facts.files, (path) => ofDirectory(path) ?? taken.get(path) ?? null),
          surroundings,
        );
  const paths = program.files.map(({ path }) => path);
  return {
    parts: partsOf(program, facts.paths).map(({ files, imports }) => ({ paths: files.map(({ path }) => path), imports })),
    taken,
    hasLibraryHandlers: handling.length > 0,
    browser: new Set(paths.filter(browserFiles(table))),
    byHand: new Set(paths.filter(filesRunByHand(table, services))),
    registryClients: new Set(program.files.filter(({ fact }) => registryImports(fact).length > 0).map(({ path }) => path)),
  };
}

/**
 * The layout of another commit, if it is the layout of this one: all paths and all that is not source are the same, and the files
 * that changed look as they did. `null` where that cannot be told at a glance.
 *
 * @param services of this commit
 */
export function sameLayout(
  before: { readonly facts: SnapshotFacts; readonly layout: Layout },
  facts: SnapshotFacts,
  services: ServiceDirectory,
): Layout | null {
  if (before.layout.hasLibraryHandlers || before.facts.identity === null || facts.identity === null) return null;
  if (!samePaths(before.facts.paths, facts.paths) || before.facts.files.length !== facts.files.length) return null;
  for (const [index, file] of facts.files.entries()) {
    const old = before.facts.files[index]!;
    if (old.path !== file.path) return null;
    if (old.blob !== file.blob && !isAlike(old, file, services)) return null;
  }
  return before.layout;
}

function isAlike(old: FileFacts, file: FileFacts, services: ServiceDirectory): boolean {
  const [one, other] = [sourceAlone(old), sourceAlone(file)];
  if (one === null || other === null || looks(one) !== looks(other)) return false;
  return services.serviceOf(file.path) !== null || !mayHaveHandlers(other);
}

function sourceAlone({ facts }: FileFacts): SourceFact | null {
  const [only, ...others] = facts;
  return only?.kind === "source" && others.length === 0 ? only : null;
}

/** All that a layout can depend on of a file. */
function looks(fact: SourceFact): string {
  const { modules, touchesDocument } = glanceOf(fact);
  return JSON.stringify([modules, touchesDocument, fact.imports.map(({ module, imported, typeOnly }) => [module, imported, typeOnly])]);
}
