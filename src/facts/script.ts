import { readCommands } from "./deploy-command.js";
import type { Extraction, Extractor, SourceText } from "./facts.js";
import type { ScriptFact } from "./pipeline.js";
import type { Lines } from "./place.js";

const MAKEFILE = /(?:^|\/)(?:GNU)?[Mm]akefile(?:\.[\w-]+)?$|\.mk$/;
const SHELL = /\.(?:sh|bash)$/;
/** Where scripts without an extension stand; the first line then says that it is one. */
const BARE = /(?:^|\/)(?:bin|scripts?|ci|deploy(?:ment)?|tools|hack|infra(?:structure)?)\/[\w-]+$/;

/** Shell scripts and Makefiles: what they deploy and build, and what they call. */
export const script: Extractor = {
  id: "script",
  version: 1,
  accepts: (path) => MAKEFILE.test(path) || SHELL.test(path) || BARE.test(path),
  extract: (source) => (MAKEFILE.test(source.path) ? readMakefile(source) : readScript(source)),
};

function readScript(source: SourceText): Extraction {
  if (!SHELL.test(source.path) && !/^#!.*sh\b/.test(source.text)) {
    return { facts: [], unreadable: [] };
  }
  const reading = readCommands(source.text, { place: (line) => line });
  const lines = { startLine: 1, endLine: source.text.split(/\r\n|\n|\r/).length };
  return { facts: worthKeeping({ kind: "script", lines, target: null, ...reading }), unreadable: [] };
}

/** Most scripts deploy nothing: they leave no fact. */
function worthKeeping(fact: ScriptFact): ScriptFact[] {
  return fact.commands.length > 0 || fact.calls.length > 0 || fact.tests || fact.throwaway ? [fact] : [];
}

interface Rule {
  readonly targets: readonly string[];
  readonly prerequisites: readonly string[];
  readonly recipe: { readonly text: string; readonly line: number }[];
  readonly lines: { startLine: number; endLine: number };
}

const MAX_RULES = 1_000;

function readMakefile(source: SourceText): Extraction {
  const { rules, variables } = readRules(source.text.split(/\r\n|\n|\r/));
  const known = new Set(rules.flatMap((rule) => rule.targets));
  const facts = rules.flatMap((rule) => {
    const readings = rule.recipe.map(({ text, line }) => readCommands(text, { variables, place: (at) => line + at - 1 }));
    const prerequisites = rule.prerequisites.filter((name) => known.has(name)).map((name) => `make:${name}`);
    const calls = [...new Set([...prerequisites, ...readings.flatMap((reading) => reading.calls)])];
    const lines: Lines = { ...rule.lines };
    return rule.targets.flatMap((target) =>
      worthKeeping({
        kind: "script",
        lines,
        target,
        commands: readings.flatMap((reading) => reading.commands),
        calls,
        tests: readings.some((reading) => reading.tests),
        throwaway: readings.some((reading) => reading.throwaway),
      }),
    );
  });
  return { facts, unreadable: [] };
}

function readRules(lines: readonly string[]): { rules: Rule[]; variables: ReadonlyMap<string, string> } {
  const rules: Rule[] = [];
  const variables = new Map<string, string>();
  let current: Rule | null = null;
  for (let index = 0; index < lines.length && rules.length < MAX_RULES; index += 1) {
    const start = index;
    while (lines[index]!.endsWith("\\") && index + 1 < lines.length) {
      index += 1;
    }
    const text = lines.slice(start, index + 1).join("\n");
    if (text.startsWith("\t")) {
      current?.recipe.push({ text: recipe(text), line: start + 1 });
      if (current !== null) {
        current.lines.endLine = index + 1;
      }
      continue;
    }
    const assignment = /^(?:export\s+|override\s+)*([\w.-]+)\s*(?::{0,2}|\?|\+)=\s*([^#]*)/.exec(text);
    if (assignment !== null) {
      const value = dollars(assignment[2]!.replace(/\\\n\s*/g, " ").trim());
      variables.set(
        assignment[1]!,
        value.replace(/\$\{(\w+)\}/g, (written, name: string) => variables.get(name) ?? written).slice(0, 4_000),
      );
      continue;
    }
    current =
      newRule(text, start + 1, index + 1) ??
      (text.trim() === "" || text.startsWith("#") || /^(?:ifn?(?:eq|def)|else|endif)\b/.test(text) ? current : null);
    if (current !== null && current.lines.startLine === start + 1) {
      rules.push(current);
    }
  }
  return { rules, variables };
}

/** `deploy: build push ; command`. Special targets such as `.PHONY` are none. */
function newRule(text: string, startLine: number, endLine: number): Rule | null {
  const match = /^([^\s:#=][^:#=]*)::?(?!=)([^;=]*)(?:;([^]*))?$/.exec(text.replace(/\s#.*$/, ""));
  if (match === null || match[1]!.startsWith(".")) {
    return null;
  }
  const inline = match[3] === undefined ? [] : [{ text: recipe(match[3]), line: startLine }];
  return { targets: words(match[1]!).slice(0, 20), prerequisites: words(match[2]!), recipe: inline, lines: { startLine, endLine } };
}

function words(part: string): string[] {
  return part.split(/[\s\\|]+/).filter((word) => word !== "");
}

/** Each line of a recipe is a shell of its own. */
function recipe(text: string): string {
  return dollars(text.replace(/^[\t ]*[@+-]*[\t ]*/, ""));
}

/** From make's spelling of variables to the shell's. */
function dollars(text: string): string {
  return text
    .replace(/\$[({]MAKE[)}]/g, "make")
    .replace(/\$[({]([\w.-]+)[)}]/g, (_, name: string) => `\${${name.replace(/[.-]/g, "_")}}`)
    .replace(/\$\$/g, "$");
}
