import type { DeployTool } from "./pipeline.js";

/** What a command line deploys or builds, before loops, directories and lines are added. */
export interface Deployment {
  readonly tool: DeployTool;
  /** The words that say what is done (`kubectl apply`). */
  readonly verb: string;
  readonly targets?: readonly string[];
  readonly names?: readonly string[];
  readonly builds?: boolean;
  readonly remote?: boolean;
  /** A directory that an option names. */
  readonly directory?: string | null;
  /** What it applies comes from the command before the pipe, from `<`, or from a heredoc. */
  readonly fromInput?: boolean;
}

export type ToolReader = (words: readonly string[], environment: ReadonlyMap<string, string>) => Deployment | null;

/** Options of a command line and what is left beside them. */
export interface CommandArguments {
  /** Values of an option, by any of its spellings (`-f`, `--file`); an option without a value gives `""`. */
  option(...names: readonly string[]): readonly string[];
  has(...names: readonly string[]): boolean;
  /** Arguments that are neither options nor their values. */
  readonly rest: readonly string[];
}

/**
 * Reads GNU-style options: `-f x`, `-fx`, `--file x`, `--file=x`. Only the options in `valued` take the next word:
 * a tool's own list is short, and an option that is not known is taken for a switch.
 */
export function readArguments(words: readonly string[], valued: string): CommandArguments {
  const takesValue = new Set(valued.split(" "));
  const options = new Map<string, string[]>();
  const rest: string[] = [];
  const add = (name: string, value: string): void => {
    const values = options.get(name);
    if (values === undefined) {
      options.set(name, [value]);
    } else {
      values.push(value);
    }
  };
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const equals = word.indexOf("=");
    if (word === "--") {
      rest.push(...words.slice(at + 1));
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      rest.push(word);
    } else if (takesValue.has(word)) {
      at += 1;
      add(word, words[at] ?? "");
    } else if (equals > 0 && (word.startsWith("--") || takesValue.has(word.slice(0, equals)))) {
      add(word.slice(0, equals), word.slice(equals + 1));
    } else if (!word.startsWith("--") && takesValue.has(word.slice(0, 2))) {
      add(word.slice(0, 2), word.slice(2));
    } else if (/^-[A-Za-z]{2,4}$/.test(word) && takesValue.has(`-${word.at(-1)!}`)) {
      // `-Rf k8s`: switches in one word, the last of which takes a value.
      at += 1;
      add(`-${word.at(-1)!}`, words[at] ?? "");
    } else {
      add(word, "");
    }
  }
  return {
    option: (...names) => names.flatMap((name) => options.get(name) ?? []),
    has: (...names) => names.some((name) => options.has(name)),
    rest,
  };
}
