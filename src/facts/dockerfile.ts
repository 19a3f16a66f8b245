import type { DockerfileFact, DockerfileStage, EnvironmentVariable } from "./deployment.js";
import type { Extraction, Extractor, SourceText, Unreadable } from "./facts.js";
import type { Lines } from "./place.js";

const NAME = /(?:^|\/)(?:(?:Docker|Container)file(?:[._-][^/]+)?|[^/]+[._-](?:Docker|Container)file)$/i;
const NOT_A_BUILD = /\.(?:dockerignore|md|sh|ya?ml|json|[jt]s|txt|golden)$/i;

/** A Dockerfile or Containerfile: what it copies, sets and runs, stage by stage. */
export const dockerfile: Extractor = {
  id: "dockerfile",
  version: 1,
  accepts: (path) => NAME.test(path) && !NOT_A_BUILD.test(path),
  extract: readDockerfile,
};

interface Instruction {
  readonly name: string;
  readonly rest: string;
  readonly lines: Lines;
}

function readDockerfile(source: SourceText): Extraction {
  const { instructions, unreadable } = readInstructions(source.text.replace(/^\uFEFF/, ""));
  const stages: Stage[] = [];
  const args: EnvironmentVariable[] = [];
  for (const instruction of instructions) {
    if (instruction.name === "FROM") {
      stages.push(newStage(instruction));
    } else if (instruction.name === "ARG") {
      args.push(...assignments(instruction, true));
    } else {
      stages.at(-1)?.take(instruction);
    }
  }
  if (stages.length === 0) {
    // A fragment that other tools complete, or no Dockerfile at all.
    return {
      facts: [],
      unreadable: unreadable.length > 0 || instructions.length === 0 ? unreadable : [{ line: 1, reason: "no FROM instruction" }],
    };
  }
  return { facts: [fact(stages, args, source.text)], unreadable };
}

function fact(stages: readonly Stage[], args: readonly EnvironmentVariable[], text: string): DockerfileFact {
  const ancestry = ancestors(stages);
  const names = new Set(stages.flatMap((stage) => stage.name?.toLowerCase() ?? []));
  const environment = new Map(ancestry.toReversed().flatMap((stage) => stage.environment.map((variable) => [variable.name, variable])));
  return {
    kind: "dockerfile",
    lines: { startLine: 1, endLine: countLines(text) },
    baseImages: unique(stages.map((stage) => stage.from).filter((from) => !names.has(from.toLowerCase()))),
    copies: unique(stages.flatMap((stage) => stage.copies)),
    exposes: unique(ancestry.flatMap((stage) => stage.exposes)),
    environment: [...environment.values()],
    args,
    workdir: ancestry.find((stage) => stage.workdir !== null)?.workdir ?? null,
    command: commandOf(ancestry),
    stages: stages.map((stage) => stage.fact()),
  };
}

/** The last stage, then the stage that it stands on, and so on. */
function ancestors(stages: readonly Stage[]): Stage[] {
  const line: Stage[] = [];
  let index = stages.length - 1;
  while (index >= 0) {
    const stage: Stage = stages[index]!;
    line.push(stage);
    const from = stage.from.toLowerCase();
    // Only an earlier stage counts, so this comes to an end.
    index = stages.slice(0, index).findLastIndex((earlier) => earlier.name?.toLowerCase() === from);
  }
  return line;
}

function commandOf(ancestry: readonly Stage[]): string | null {
  const entrypoint = ancestry.find((stage) => stage.entrypoint !== null)?.entrypoint ?? null;
  const cmd = ancestry.find((stage) => stage.cmd !== null)?.cmd ?? null;
  return [entrypoint, cmd].filter((part) => part !== null).join(" ") || null;
}

class Stage {
  readonly copies: string[] = [];
  readonly copiesFrom: string[] = [];
  readonly environment: EnvironmentVariable[] = [];
  readonly exposes: string[] = [];
  workdir: string | null = null;
  entrypoint: string | null = null;
  cmd: string | null = null;
  readonly name: string | null;
  readonly from: string;
  private readonly startLine: number;
  private endLine: number;

  constructor(name: string | null, from: string, lines: Lines) {
    this.name = name;
    this.from = from;
    this.startLine = lines.startLine;
    this.endLine = lines.endLine;
  }

  take(instruction: Instruction): void {
    this.endLine = instruction.lines.endLine;
    switch (instruction.name) {
      case "COPY":
      case "ADD":
        this.copy(instruction.rest);
        return;
      case "ENV":
        this.environment.push(...assignments(instruction, false));
        return;
      case "EXPOSE":
        this.exposes.push(...words(instruction.rest));
        return;
      case "WORKDIR":
        this.workdir = words(instruction.rest)[0] ?? this.workdir;
        return;
      case "ENTRYPOINT":
        this.entrypoint = commandLine(instruction.rest);
        return;
      case "CMD":
        this.cmd = commandLine(instruction.rest);
        return;
      default:
    }
  }

  private copy(rest: string): void {
    const all = listForm(rest) ?? words(rest);
    const options = all.filter((word) => word.startsWith("--"));
    const paths = all.filter((word) => !word.startsWith("--"));
    const from = options.find((option) => option.startsWith("--from="))?.slice("--from=".length);
    if (from !== undefined) {
      this.copiesFrom.push(from);
      return;
    }
    this.copies.push(...paths.slice(0, -1).filter((path) => !path.startsWith("<<") && !/^[a-z]+:\/\/|^git@/i.test(path)));
  }

  fact(): DockerfileStage {
    return {
      name: this.name,
      from: this.from,
      copies: unique(this.copies),
      copiesFrom: unique(this.copiesFrom),
      environment: this.environment,
      command: [this.entrypoint, this.cmd].filter((part) => part !== null).join(" ") || null,
      lines: { startLine: this.startLine, endLine: this.endLine },
    };
  }
}

function newStage(instruction: Instruction): Stage {
  const parts = words(instruction.rest).filter((word) => !word.startsWith("--"));
  const name = parts[1]?.toUpperCase() === "AS" ? (parts[2] ?? null) : null;
  return new Stage(name, parts[0] ?? "", instruction.lines);
}

const MAX_INSTRUCTIONS = 5_000;

/** Instructions with continued lines joined and the bodies of heredocs left out. */
function readInstructions(text: string): { instructions: Instruction[]; unreadable: Unreadable[] } {
  const lines = text.split(/\r\n|\n|\r/);
  const escape = /^#\s*escape\s*=\s*`/im.test(lines.slice(0, 5).join("\n")) ? "`" : "\\";
  const instructions: Instruction[] = [];
  const unreadable: Unreadable[] = [];
  const missing = new Set<string>();
  let index = 0;
  while (index < lines.length && instructions.length < MAX_INSTRUCTIONS) {
    const start = index;
    const joined = joinContinued(lines, index, escape);
    index = joined.next;
    const match = /^\s*([A-Za-z]+)(?:\s+([^]*))?$/.exec(joined.text);
    if (match === null) {
      if (joined.text.trim() !== "" && unreadable.length === 0) {
        unreadable.push({ line: start + 1, reason: "this line holds no instruction" });
      }
      continue;
    }
    const name = match[1]!.toUpperCase();
    const rest = (match[2] ?? "").trim();
    if (name === "RUN" || name === "COPY" || name === "ADD") {
      index = afterHeredocs(rest, lines, index, missing);
    }
    instructions.push({ name, rest, lines: { startLine: start + 1, endLine: Math.max(start + 1, index) } });
  }
  return { instructions, unreadable };
}

function joinContinued(lines: readonly string[], index: number, escape: string): { text: string; next: number } {
  const parts: string[] = [];
  let next = index;
  while (next < lines.length) {
    const line = lines[next]!;
    next += 1;
    const isComment = /^\s*#/.test(line);
    if (isComment && parts.length === 0) {
      break;
    }
    // Comments and blank lines between continued lines are skipped.
    if (isComment || (parts.length > 0 && line.trim() === "")) {
      continue;
    }
    const trimmed = line.trimEnd();
    if (!trimmed.endsWith(escape)) {
      parts.push(line);
      break;
    }
    parts.push(trimmed.slice(0, -1));
  }
  return { text: parts.join(" "), next };
}

/** `missing` are delimiters that no later line closes: they are looked for once. */
function afterHeredocs(rest: string, lines: readonly string[], index: number, missing: Set<string>): number {
  let next = index;
  const heredocs = [...rest.slice(0, 4_000).matchAll(/(?<![<\w])<<-?\s*(["']?)([A-Za-z_]\w*)\1/g)];
  for (const match of heredocs.slice(0, 20)) {
    const delimiter = match[2]!;
    let end = next;
    while (!missing.has(delimiter) && end < lines.length && lines[end]!.trim() !== delimiter) {
      end += 1;
    }
    if (end >= lines.length) {
      missing.add(delimiter);
    } else if (!missing.has(delimiter)) {
      next = end + 1;
    }
  }
  return next;
}

/** `ENV A=1 B="two words"`, the old `ENV A one value`, `ARG A`, `ARG A=default`. */
function assignments(instruction: Instruction, withoutValue: boolean): EnvironmentVariable[] {
  const make = (name: string, value: string | null): EnvironmentVariable => ({ name, value, source: null, lines: instruction.lines });
  const parts = words(instruction.rest);
  const [first] = parts;
  if (first === undefined) {
    return [];
  }
  if (!withoutValue && !first.includes("=")) {
    const value = instruction.rest.slice(instruction.rest.indexOf(first) + first.length).trim();
    return value === "" ? [] : [make(first, value)];
  }
  return parts.flatMap((part) => {
    const equals = part.indexOf("=");
    if (equals > 0) {
      return make(part.slice(0, equals), part.slice(equals + 1));
    }
    return withoutValue && equals < 0 ? make(part, null) : [];
  });
}

/** `["node", "main.js"]` or `node main.js`. */
function commandLine(rest: string): string | null {
  return (listForm(rest)?.join(" ") ?? rest) || null;
}

function listForm(rest: string): string[] | null {
  const list = /^(?:--\S+\s+)*(\[[^]*\])\s*$/.exec(rest)?.[1];
  if (list === undefined || list.length > 20_000) {
    return null;
  }
  try {
    const parsed: unknown = JSON.parse(list);
    return Array.isArray(parsed) && parsed.every((item) => typeof item === "string") ? parsed : null;
  } catch {
    return null;
  }
}

/** Of one instruction. */
const MAX_WORDS = 2_000;

/** Words as the builder splits them: quotes group and vanish, a backslash keeps the next character. */
function words(text: string): string[] {
  const found: string[] = [];
  let current = "";
  let open = false;
  let quote: string | null = null;
  for (let at = 0; at < text.length && found.length < MAX_WORDS; at += 1) {
    const character = text[at]!;
    if (character === "\\" && quote !== "'" && at + 1 < text.length) {
      at += 1;
      current += text[at]!;
      open = true;
    } else if (quote !== null) {
      if (character === quote) {
        quote = null;
      } else {
        current += character;
      }
    } else if (character === '"' || character === "'") {
      quote = character;
      open = true;
    } else if (/\s/.test(character)) {
      if (open) {
        found.push(current);
      }
      current = "";
      open = false;
    } else {
      current += character;
      open = true;
    }
  }
  if (open) {
    found.push(current);
  }
  return found;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function countLines(text: string): number {
  return text.split(/\r\n|\n|\r/).length;
}
