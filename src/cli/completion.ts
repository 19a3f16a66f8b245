import path from "node:path";
import { script } from "@bomb.sh/tab";
import type { Command, Option } from "commander";
import { runGit } from "../snapshot/git-command.js";
import { BASH_SCRIPT } from "./completion-bash.js";
import { EXIT, type ExitCode } from "./exit.js";
import type { Shell } from "./formats.js";
import type { Terminal } from "./terminal.js";

/** Prints the script that makes a shell ask `faultline complete`. The library writes to standard output itself. */
export async function completionCommand(shell: Shell, terminal: Terminal): Promise<ExitCode> {
  if (shell === "bash") await terminal.out.write(BASH_SCRIPT);
  else script(shell, "faultline", "faultline");
  return EXIT.pass;
}

/** What can stand at the end of a command line, and what is said of it. */
interface Candidate {
  readonly value: string;
  readonly about: string;
}

/** `path`: a file or directory, which shells complete themselves. */
type Offer = readonly Candidate[] | "path";

/** What the scripts understand below the candidates: whether the shell may offer files. */
const FILES = ":0";
const NO_FILES = ":4";

/** Answers the scripts: what fits to the last of the words that were typed, one a line; after `--format=` the value alone. */
export async function completeCommand(program: Command, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const offer = await offerFor(program, words, terminal.directory);
  const lines = offer === "path" ? [FILES] : [...offer.map(({ value, about }) => `${value}\t${about}`), NO_FILES];
  await terminal.out.write(`${lines.join("\n")}\n`);
  return EXIT.pass;
}

async function offerFor(program: Command, words: readonly string[], directory: string): Promise<Offer> {
  const typed = words.at(-1) ?? "";
  const { command, option, place, repository } = standing(program, words.slice(0, -1));
  const from = path.resolve(directory, repository);
  if (option !== null) return fitting(await valuesOf(placeholderOf(option), option.argChoices, typed, from), typed);
  const [, name, begun] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
  if (name !== undefined && begun !== undefined) {
    const known = command.options.find(({ long }) => long === name);
    const values = known === undefined ? [] : await valuesOf(placeholderOf(known), known.argChoices, begun, from);
    return fitting(values, begun);
  }
  if (typed.startsWith("-")) return fitting(optionsOf(command), typed);
  const below = place === 0 ? commandsOf(command) : [];
  const argument = command.registeredArguments[place];
  const ofHelp = argument?.name() === "command" ? commandsOf(program) : [];
  const values = argument === undefined ? [] : await valuesOf(argument.name(), argument.argChoices, typed, from);
  return values === "path" ? "path" : fitting([...below, ...ofHelp, ...values], typed);
}

function fitting(offer: readonly Candidate[], typed: string): readonly Candidate[];
function fitting(offer: Offer, typed: string): Offer;
function fitting(offer: Offer, typed: string): Offer {
  return offer === "path" ? "path" : offer.filter(({ value }) => value.startsWith(typed));
}

interface Standing {
  readonly command: Command;
  /** The option whose value is next; `null`: none. */
  readonly option: Option | null;
  /** Arguments that are there already. */
  readonly place: number;
  /** What `--repo` says. */
  readonly repository: string;
}

/** Where the words before the last lead. */
function standing(program: Command, words: readonly string[]): Standing {
  let command = program;
  let option: Option | null = null;
  let place = 0;
  let repository = ".";
  for (const word of words) {
    if (option !== null) {
      if (option.long === "--repo") repository = word;
      option = null;
    } else if (word.startsWith("-")) {
      const known = command.options.find(({ long, short }) => word === long || word === short);
      option = known !== undefined && (known.required || known.optional) ? known : null;
      if (word.startsWith("--repo=")) repository = word.slice("--repo=".length);
    } else {
      const below =
        place === 0
          ? command
              .createHelp()
              .visibleCommands(command)
              .find((each) => each.name() === word)
          : undefined;
      if (below === undefined) place++;
      else command = below;
    }
  }
  return { command, option, place, repository };
}

const placeholderOf = ({ flags }: Option): string => /[<[]([^>\]]+)/.exec(flags)?.[1] ?? "";

function optionsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, short, description }) => ({ value: long ?? short ?? "", about: description }));
}

function commandsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), about: each.description() }));
}

/** Values by what the help calls them: `--base <ref>`. */
async function valuesOf(placeholder: string, choices: readonly string[] | undefined, typed: string, directory: string): Promise<Offer> {
  if (choices !== undefined) return choices.map((value) => ({ value, about: "" }));
  switch (placeholder) {
    case "dir":
    case "file":
      return "path";
    case "ref":
      return refsIn(directory);
    case "rule":
      return rulesAfter("");
    case "ids":
      return rulesAfter(typed.slice(0, typed.lastIndexOf(",") + 1));
    default:
      return [];
  }
}

/** In a list each rule stands once. */
async function rulesAfter(list: string): Promise<readonly Candidate[]> {
  const { rules } = await import("../rules/registry.js");
  const there = new Set(list.split(","));
  return rules.filter(({ id }) => !there.has(id)).map(({ id, summary }) => ({ value: `${list}${id}`, about: summary }));
}

/** Branches and tags; none where there is no repository. */
async function refsIn(directory: string): Promise<readonly Candidate[]> {
  const namespaces = ["refs/heads", "refs/remotes", "refs/tags"];
  const { code, stdout } = await runGit({ directory }, ["for-each-ref", "--format=%(refname:short)%09%(subject)", ...namespaces]);
  if (code !== 0) return [];
  const lines = stdout.toString("utf8").split("\n").filter(Boolean);
  return ["HEAD\t", ...lines].map((line) => {
    const tab = line.indexOf("\t");
    return { value: line.slice(0, tab), about: line.slice(tab + 1) };
  });
}
