import type { Deployment } from "./command-line.js";
import { readTool } from "./deploy-tools.js";
import type { DeployCommand } from "./pipeline.js";
import { readWorkspaceRun, runnerCall } from "./package-runner.js";
import type { Lines } from "./place.js";
import { joinDirectory } from "./shell-directory.js";
import { readShell, type ShellCommand, type ShellStart } from "./shell.js";
import { isTestScript, runsTests, startsThrowawayCluster } from "./test-command.js";

/** What a shell text does that concerns deployment. */
export interface CommandReading {
  readonly commands: readonly DeployCommand[];
  /** Spelt as in `WorkflowStep.calls`. */
  readonly calls: readonly string[];
  readonly tests: boolean;
  readonly throwaway: boolean;
}

export interface CommandStart extends ShellStart {
  /** The text runs on another machine. */
  readonly remote?: boolean;
}

const MAX_NESTING = 4;

/** Reads a script, a `run:` of a workflow, a recipe of a Makefile or a package script. Total. */
export function readCommands(text: string, start: CommandStart): CommandReading {
  const reader = new Reader();
  reader.read(text, start, 0);
  return reader.reading();
}

class Reader {
  private readonly commands: DeployCommand[] = [];
  private readonly calls = new Set<string>();
  private tests = false;
  private throwaway = false;
  /** `docker context use` sends what follows elsewhere. */
  private remoteContext = false;

  reading(): CommandReading {
    return { commands: this.commands, calls: [...this.calls], tests: this.tests, throwaway: this.throwaway };
  }

  read(text: string, start: CommandStart, depth: number): void {
    for (const command of readShell(text, start)) {
      this.command(command, unwrap(command.words), start, depth);
    }
  }

  private command(command: ShellCommand, words: readonly string[], start: CommandStart, depth: number): void {
    const [program, ...rest] = words;
    if (program === undefined) {
      return;
    }
    const name = program.replace(/^.*\//, "");
    if (depth < MAX_NESTING && this.nested(name, rest, command, start, depth)) {
      return;
    }
    if (name === "docker" && rest[0] === "context" && rest[1] === "use") {
      this.remoteContext = rest[2] !== "default";
    }
    this.throwaway ||= startsThrowawayCluster(name, rest);
    this.tests ||= runsTests(name, rest);
    const found = this.deployment(name, rest, command, start);
    if (found !== null) {
      this.commands.push(...complete(found, command, start, this.remoteContext));
    }
    const call = callOf(program, rest, command.directory);
    // What a script of another machine does is not in this repository.
    if (call === null || start.remote === true) {
      return;
    }
    for (const each of expanded([call], command.loops)) {
      this.calls.add(each);
      this.tests ||= isTestScript(each);
    }
  }

  private deployment(name: string, rest: readonly string[], command: ShellCommand, start: CommandStart): Deployment | null {
    const environment = new Map([...(start.variables ?? []), ...command.environment]);
    const found = readTool(name, rest, environment) ?? readWorkspaceRun(name, rest);
    // Only on another machine do these deploy: on a runner they start a database for a test.
    const needsHost = found !== null && /^(?:systemctl|docker run)\b/.test(found.verb);
    return needsHost && start.remote !== true && !found.remote && !this.remoteContext ? null : found;
  }

  /** `ssh host '…'`, `bash -c '…'`, `eval '…'`: a script inside the script. */
  private nested(name: string, rest: readonly string[], command: ShellCommand, start: CommandStart, depth: number): boolean {
    const place = (line: number): number => Math.min(command.lines.startLine + line - 1, command.lines.endLine);
    if (name === "ssh" || name === "sshpass") {
      const remote = sshCommand(name === "ssh" ? rest : rest.slice(rest.indexOf("ssh") + 1));
      this.read(remote, { place, remote: true }, depth + 1);
      this.readInput(command, { ...start, remote: true, directory: null }, depth);
      return true;
    }
    if (/^(?:ba|da|z)?sh$/.test(name)) {
      const script = rest.findIndex((word) => /^-[a-z]*c$/.test(word));
      if (script >= 0) {
        this.read(rest[script + 1] ?? "", { ...start, directory: command.directory, place }, depth + 1);
        return true;
      }
      if (rest.every((word) => word.startsWith("-"))) {
        this.readInput(command, start, depth);
      }
      return false;
    }
    if (name === "eval") {
      this.read(rest.join(" "), { ...start, directory: command.directory, place }, depth + 1);
      return true;
    }
    return false;
  }

  private readInput({ input }: ShellCommand, start: CommandStart, depth: number): void {
    if (input !== null && "text" in input) {
      this.read(input.text, { ...start, place: (line) => start.place(input.line + line - 1) }, depth + 1);
    }
  }
}

/** What follows the host; options of ssh before it take a value where they are listed. */
function sshCommand(words: readonly string[]): string {
  let at = 0;
  while (at < words.length && words[at]!.startsWith("-")) {
    at += /^-[BbcDEeFIiJLlmOopQRSWw]$/.test(words[at]!) ? 2 : 1;
  }
  return words.slice(at + 1).join(" ");
}

/** Programs that run the program after them, with those of their options that take a value. */
const WRAPPERS: ReadonlyMap<string, RegExp | null> = new Map<string, RegExp | null>([
  ["command", null],
  ["cross-env", null],
  ["doppler", null],
  ["dotenv", /^-[ecv]$/],
  ["dotenvx", /^-f$/],
  ["env", /^-[uC]$/],
  ["env-cmd", /^-[fe]$/],
  ["exec", null],
  ["infisical", null],
  ["k3s", null],
  ["microk8s", null],
  ["microk8s.kubectl", null],
  ["minikube", null],
  ["nice", /^-n$/],
  ["nohup", null],
  ["op", null],
  ["retry", /^-[a-z]$/],
  ["sudo", /^-[ugpCHh]$/],
  ["time", null],
  ["timeout", /^-[ks]$/],
  ["unbuffer", null],
  ["xargs", /^-[IndLPsEa]$/],
]);

/** `sudo -u deploy env A=b kubectl apply …` to `kubectl apply …`. */
function unwrap(words: readonly string[]): readonly string[] {
  let left = words;
  for (let turns = 0; turns < 6; turns += 1) {
    const [program = "", second = ""] = left;
    const packaged = packagedProgram(left);
    if (packaged !== null) {
      left = packaged;
      continue;
    }
    const name = program.replace(/^.*\//, "");
    if (!WRAPPERS.has(name) || (name === "minikube" && second !== "kubectl")) {
      return left;
    }
    const valued = WRAPPERS.get(name);
    let at = 1;
    while (at < left.length && (left[at]!.startsWith("-") || /^[A-Za-z_]\w*=/.test(left[at]!) || /^(?:run|\d+[smh]?)$/.test(left[at]!))) {
      at += valued?.test(left[at]!) === true ? 2 : 1;
    }
    left = left.slice(at);
  }
  return left;
}

/** `npx serverless deploy`, `pnpm exec nx …`, `yarn dlx …`: the program of a package. */
function packagedProgram(words: readonly string[]): readonly string[] | null {
  const [program = "", second = ""] = words;
  const from =
    program === "npx" || program === "bunx" || program === "pnpx" || program === "uvx"
      ? 1
      : /^(?:npm|pnpm|yarn|bun|poetry|pipenv|uv)$/.test(program) && /^(?:exec|dlx|x)$/.test(second)
        ? 2
        : 0;
  if (from === 0) {
    return null;
  }
  let at = from;
  while (at < words.length && words[at]!.startsWith("-")) {
    at += /^(?:-p|--package|-c|--call|-w|--workspace)$/.test(words[at]!) ? 2 : 1;
  }
  const rest = words.slice(at);
  // `npx nx@17`: the version is not part of the name.
  return rest.length === 0 ? null : [rest[0]!.replace(/(?<=.)@[^/]*$/, ""), ...rest.slice(1)];
}

/** A script of this repository, a make target, a package script; `null` where the command is none of these. */
function callOf(program: string, rest: readonly string[], directory: string | null): string | null {
  const name = program.replace(/^.*\//, "");
  const script = scriptPath(program, rest);
  if (script !== null) {
    return joinDirectory(directory, script);
  }
  if (name === "make" || name === "gmake") {
    return makeCall(rest, directory);
  }
  return runnerCall(name, rest, directory);
}

function scriptPath(program: string, rest: readonly string[]): string | null {
  const isShell = /^(?:(?:.*\/)?(?:ba|da|z)?sh|source|\.)$/.test(program);
  const candidate = isShell ? rest.find((word) => !word.startsWith("-") && !word.startsWith("+")) : program;
  if (
    candidate === undefined ||
    /^\/(?:usr|bin|etc|opt)\//.test(candidate) ||
    /(?:^|\/)(?:mvnw|gradlew|\.venv\/.*|node_modules\/.*)$/.test(candidate)
  ) {
    return null;
  }
  const isPath =
    /\.(?:sh|bash)$/.test(candidate) ||
    (isShell && /^[\w./${}<>-]+$/.test(candidate)) ||
    /^(?:\.{1,2}|<script>|<root>)\/[\w./-]+$/.test(candidate);
  if (/\.(?:[cm]?[jt]s|py|rb|jar|exe|ps1)$/.test(candidate)) {
    return null;
  }
  // A name that only a run can tell leads to no file.
  return isPath && !candidate.includes("`") ? candidate : null;
}

function makeCall(rest: readonly string[], directory: string | null): string | null {
  const at = rest.findIndex((word) => word === "-C" || word === "--directory");
  const below = at >= 0 ? rest[at + 1]! : (rest.find((word) => word.startsWith("--directory="))?.slice("--directory=".length) ?? null);
  const where = below === null ? directory : joinDirectory(directory, below);
  const target = rest.find(
    (word, index) =>
      !word.startsWith("-") && !word.includes("=") && !(index > 0 && /^(?:-C|-f|-j|--directory|--file|--makefile)$/.test(rest[index - 1]!)),
  );
  return `make:${target ?? ""}${where === null ? "" : `@${where}`}`;
}

const MAX_EXPANDED = 100;

/** One command, or one for each directory that a loop goes through; none where it is not known what is applied. */
function complete(found: Deployment, command: ShellCommand, start: CommandStart, remoteContext: boolean): DeployCommand[] {
  const piped = found.fromInput === true ? inputTargets(command) : [];
  const all = [...(found.targets ?? []), ...piped];
  if (found.fromInput === true && all.length === 0) {
    return [];
  }
  const below = found.directory ?? null;
  const directory = below === null ? command.directory : joinDirectory(command.directory, below);
  return each(directory, command.loops).map(({ directory: where, loops }) => {
    const targets = expanded(all, loops);
    const names = expanded(found.names ?? [], loops).filter((name) => name.trim() !== "");
    return {
      tool: found.tool,
      targets,
      names,
      directory: where,
      builds: found.builds === true,
      remote: start.remote === true || found.remote === true || (remoteContext && found.verb.startsWith("docker ")),
      conditional: command.conditional,
      text: inShort(found.verb, [...targets, ...names]),
      lines: command.lines,
    };
  });
}

type Loops = ReadonlyMap<string, readonly string[]>;

function each(directory: string | null, loops: Loops): { directory: string | null; loops: Loops }[] {
  const variable = directory === null ? undefined : [...loops.keys()].find((name) => withValue(directory, name, "") !== directory);
  if (directory === null || variable === undefined) {
    return [{ directory, loops }];
  }
  return loops
    .get(variable)!
    .map((value) => ({ directory: withValue(directory, variable, value), loops: new Map([...loops, [variable, [value]]]) }));
}

/** `helm template … | kubectl apply -f -`, `envsubst < orders.yaml | kubectl apply -f -`: what goes through the pipe. */
function inputTargets(command: ShellCommand): string[] {
  const found: string[] = [];
  for (let source: ShellCommand | null = command, turns = 0; source !== null && turns < 6; source = source.pipedFrom, turns += 1) {
    const input = source.input;
    if (input !== null && "file" in input) {
      found.push(input.file);
    }
    if (source !== command) {
      found.push(...producedFrom(unwrap(source.words)));
    }
  }
  return found;
}

function producedFrom(words: readonly string[]): string[] {
  const [program = "", ...rest] = words;
  const paths = rest.filter(
    (word) => !word.startsWith("-") && /[./]/.test(word) && !/[|*^\\]|:\/\//.test(word) && !/^s(.).*\1.*\1\w*$/.test(word),
  );
  switch (program.replace(/^.*\//, "")) {
    case "kustomize":
    case "kubectl":
      return rest.includes("build") || rest.includes("kustomize") ? rest.filter((word) => !word.startsWith("-")).slice(1) : [];
    case "helm":
      return rest.includes("template") ? paths : [];
    case "cat":
    case "sed":
    case "awk":
    case "envsubst":
    case "yq":
    case "ytt":
    case "jsonnet":
      return paths;
    default:
      return [];
  }
}

/** Each text once for every value of the loop variables in it. */
function expanded(texts: readonly string[], loops: Loops): string[] {
  let all: readonly string[] = texts;
  for (const [name, values] of loops) {
    all = all.flatMap((text) => {
      const variants = values.map((value) => withValue(text, name, value));
      return variants[0] === text ? [text] : variants;
    });
    all = all.slice(0, MAX_EXPANDED);
  }
  return [...new Set(all)].slice(0, MAX_EXPANDED);
}

function withValue(text: string, name: string, value: string): string {
  return text.replaceAll(`\${${name}}`, () => value).replaceAll(new RegExp(`\\$${name}(?!\\w)`, "g"), () => value);
}

const MAX_TEXT = 160;

/** Without options: values of `--set` and the like may be credentials. So may the user part of a URL. */
function inShort(verb: string, objects: readonly string[]): string {
  const text = [verb, ...objects]
    .join(" ")
    .replace(/\/\/[^/@\s]*@/g, "//")
    .replace(/\s+/g, " ");
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

/** A command that something other than a shell text gives: the inputs of an action. */
export function deployCommand(found: Deployment, lines: Lines, directory: string | null = null): DeployCommand[] {
  const none: ShellCommand = {
    words: [],
    loops: new Map(),
    environment: new Map(),
    directory,
    conditional: false,
    input: null,
    pipedFrom: null,
    lines,
  };
  return complete(found, none, { place: (line) => line }, false);
}
