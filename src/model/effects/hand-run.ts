import type { FactTable } from "../fact-table.js";
import { directoryOf, isWithin, joined } from "../paths.js";
import type { ServiceDirectory } from "../services.js";

/** Directories, within a service, for what people run by hand or once. */
const BY_HAND = /(?:^|\/)(?:scripts?|bin|tools|hack|maintenance|backfills?|one-?offs?|ad-?hoc|playground)\//;
/** What talks with whoever sits at the terminal. */
const AT_TERMINAL = /^(?:(?:node:)?readline(?:\/promises)?|inquirer|@inquirer\/.+|prompts|enquirer|command-line-(?:args|usage))$/;
/** Scripts of a package that are how it is started. */
const STARTS = /^(?:start|serve|prod|dev|develop|worker)(?:[:.-]|$)/;
const RUNS_SCRIPT = /\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?(?:-\S+\s+)*([\w:.-]+)/g;
const EXTENSION = /\.[cm]?[jt]sx?$/;

/**
 * Which files only people start: they stand among scripts or ask at the terminal, nothing else imports them, and no image, compose
 * file, workload, function or start script names them. What they do happens, but not with every request.
 */
export function filesRunByHand(table: FactTable, services: ServiceDirectory): (path: string) => boolean {
  const started = startCommands(table).join("\n");
  const directories = services.services.flatMap(({ paths }) => paths);
  const isAside = (path: string): boolean =>
    (BY_HAND.test(path) && BY_HAND.test(path.slice(innermost(path, directories).length))) || asksAtTerminal(path, table);
  let elsewhere: ReadonlySet<string> | null = null;
  const isRunByHand = (path: string): boolean => {
    if (!isAside(path)) return false;
    const stem = path.replace(EXTENSION, "");
    const imported = (elsewhere ??= importedElsewhere(table, isAside));
    return !imported.has(stem) && !imported.has(stem.replace(/\/index$/, "")) && !started.includes(lastTwo(stem));
  };
  const known = new Map<string, boolean>();
  return (path) => {
    let answer = known.get(path);
    if (answer === undefined) known.set(path, (answer = isRunByHand(path)));
    return answer;
  };
}

function asksAtTerminal(path: string, table: FactTable): boolean {
  return table.in(path, "source").some((fact) => fact.imports.some(({ module }) => AT_TERMINAL.test(module)));
}

/** The directory of the service that a path belongs to. */
function innermost(path: string, directories: readonly string[]): string {
  return directories.filter((directory) => isWithin(path, directory)).reduce((best, one) => (one.length > best.length ? one : best), "");
}

/** Command lines that start something, those of package scripts included where a command runs the script. */
function startCommands(table: FactTable): readonly string[] {
  const commands = [
    ...table.of("dockerfile").flatMap(({ fact }) => [fact.command, ...fact.stages.map(({ command }) => command)]),
    ...table.of("compose").flatMap(({ fact }) => fact.services.map(({ command }) => command)),
    ...table.of("workload").flatMap(({ fact }) => fact.containers.map(({ command }) => command)),
    ...table
      .of("serverless-application")
      .flatMap(({ fact }) => fact.functions.map(({ code, handler }) => `${code ?? ""}/${handler ?? ""}`)),
  ].filter((command) => command !== null);
  const run = new Set(commands.flatMap((command) => [...command.matchAll(RUNS_SCRIPT)].map(([, name]) => name!)));
  const scripts = table.of("package").flatMap(({ fact }) => fact.scripts);
  return [...commands, ...scripts.filter(({ name }) => STARTS.test(name) || run.has(name)).map(({ command }) => command)];
}

/** Files, without extension, that something imports which is no such script itself. */
function importedElsewhere(table: FactTable, isAside: (path: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { path, fact } of table.of("source")) {
    if (isAside(path)) continue;
    for (const { module } of fact.imports) {
      const target = module.startsWith(".") ? joined(directoryOf(path), module) : null;
      if (target !== null) found.add(target.replace(EXTENSION, ""));
    }
  }
  return found;
}

/** `scripts/reconcile`, which is the same in the source and in what is built from it. */
function lastTwo(stem: string): string {
  return stem.split("/").slice(-2).join("/");
}
