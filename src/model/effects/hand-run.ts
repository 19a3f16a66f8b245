import type { SnapshotFacts } from "../../facts/facts.js";
import type { PackageFact } from "../../facts/workspace.js";
import { directoryOf, isWithin, joined } from "../paths.js";
import type { ServiceDirectory } from "../services.js";

/** Directories, within a service, for what people run by hand or once. */
const BY_HAND = /(?:^|\/)(?:scripts?|bin|tools|hack|maintenance|backfills?|one-?offs?|ad-?hoc|playground)\//;
/** Scripts of a package that are how it is started. */
const STARTS = /^(?:start|serve|prod|dev|develop|worker)(?:[:.-]|$)/;
const RUNS_SCRIPT = /\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:-\S+\s+)*([\w:.-]+)/g;
const EXTENSION = /\.[cm]?[jt]sx?$/;

/**
 * Which files only people start: they stand among scripts, nothing else imports them, and no image, compose file, workload,
 * function or start script names them. What they do happens, but not with every request.
 */
export function filesRunByHand(facts: SnapshotFacts, services: ServiceDirectory): (path: string) => boolean {
  const started = startCommands(facts).join("\n");
  const directories = services.services.flatMap(({ paths }) => paths);
  const isAside = (path: string): boolean => BY_HAND.test(path) && BY_HAND.test(path.slice(innermost(path, directories).length));
  const imported = importedElsewhere(facts, isAside);
  const isRunByHand = (path: string): boolean => {
    if (!isAside(path)) return false;
    const stem = path.replace(EXTENSION, "");
    return !imported.has(stem) && !imported.has(stem.replace(/\/index$/, "")) && !started.includes(lastTwo(stem));
  };
  const known = new Map<string, boolean>();
  return (path) => {
    let answer = known.get(path);
    if (answer === undefined) known.set(path, (answer = isRunByHand(path)));
    return answer;
  };
}

/** The directory of the service that a path belongs to. */
function innermost(path: string, directories: readonly string[]): string {
  return directories.filter((directory) => isWithin(path, directory)).reduce((best, one) => (one.length > best.length ? one : best), "");
}

/** Command lines that start something, those of package scripts included where a command runs the script. */
function startCommands({ files }: SnapshotFacts): readonly string[] {
  const commands: string[] = [];
  const scripts: PackageFact["scripts"][number][] = [];
  const add = (...found: readonly (string | null)[]): void => {
    for (const command of found) if (command !== null) commands.push(command);
  };
  for (const { facts } of files)
    for (const fact of facts) {
      if (fact.kind === "dockerfile") add(fact.command, ...fact.stages.map(({ command }) => command));
      else if (fact.kind === "compose") add(...fact.services.map(({ command }) => command));
      else if (fact.kind === "workload") add(...fact.containers.map(({ command }) => command));
      else if (fact.kind === "serverless-application") add(...fact.functions.map(({ code, handler }) => `${code ?? ""}/${handler ?? ""}`));
      else if (fact.kind === "package") scripts.push(...fact.scripts);
    }
  const run = new Set(commands.flatMap((command) => [...command.matchAll(RUNS_SCRIPT)].map(([, name]) => name!)));
  add(...scripts.filter(({ name }) => STARTS.test(name) || run.has(name)).map(({ command }) => command));
  return commands;
}

/** Files, without extension, that something imports which is no such script itself. */
function importedElsewhere({ files }: SnapshotFacts, isAside: (path: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { path, facts } of files) {
    if (isAside(path)) continue;
    for (const fact of facts) {
      if (fact.kind !== "source") continue;
      for (const { module } of fact.imports) {
        const target = module.startsWith(".") ? joined(directoryOf(path), module) : null;
        if (target !== null) found.add(target.replace(EXTENSION, ""));
      }
    }
  }
  return found;
}

/** `scripts/reconcile`, which is the same in the source and in what is built from it. */
function lastTwo(stem: string): string {
  return stem.split("/").slice(-2).join("/");
}
