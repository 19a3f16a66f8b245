import { readAction } from "./deploy-action.js";
import { readCommands, type CommandReading } from "./deploy-command.js";
import type { WorkflowStep } from "./pipeline.js";
import { entries, entry, get, record, text, type YamlEntry, type YamlNode } from "./yaml-node.js";

/** What a step takes over from its job and workflow. */
export interface StepContext {
  readonly directory: string | null;
  readonly variables: ReadonlyMap<string, string>;
}

const NOTHING: CommandReading = { commands: [], calls: [], tests: false, throwaway: false };

export function readStep(node: YamlNode, context: StepContext): WorkflowStep[] {
  if (node.kind !== "map") {
    return [];
  }
  const workingDirectory = text(get(node, "working-directory")) ?? (entry(node, "run") === undefined ? null : context.directory);
  const known = new Map([...context.variables, ...variables(get(node, "env"))]);
  const uses = text(get(node, "uses"));
  const inputs = record(get(node, "with"));
  const run = entry(node, "run");
  const reading =
    run !== undefined
      ? readRun(run, workingDirectory, known)
      : uses !== null
        ? readAction(uses, inputs, node.lines, scriptPlace(node))
        : NOTHING;
  return [
    {
      name: text(get(node, "name")),
      lines: node.lines,
      uses,
      inputs,
      condition: text(get(node, "if")),
      workingDirectory,
      ...reading,
    },
  ];
}

/** What `env:` sets, for the scripts that read it. */
export function variables(node: YamlNode | undefined): ReadonlyMap<string, string> {
  return new Map(entries(node).flatMap(({ key, value }): [string, string][] => (text(value) === null ? [] : [[key, text(value)!]])));
}

function readRun(run: YamlEntry, directory: string | null, known: ReadonlyMap<string, string>): CommandReading {
  return readCommands(text(run.value) ?? "", { directory, variables: known, place: placeOf(run) });
}

/** In a literal block each line of the script is a line of the file; a folded one has lost its line ends. */
function placeOf({ value }: YamlEntry): (line: number) => number {
  if (value.kind === "scalar" && value.literal) {
    const { startLine, endLine } = value.lines;
    return (line) => Math.min(startLine + line, Math.max(startLine, endLine));
  }
  return () => value.lines.startLine;
}

/** Where the lines of an action's `script:` stand. */
function scriptPlace(node: YamlNode): (line: number) => number {
  const script = entries(get(node, "with")).find(({ key }) => /^(?:script|run|command|commands|args|cmd)$/.test(key));
  return script === undefined ? () => node.lines.startLine : placeOf(script);
}
