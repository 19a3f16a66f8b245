import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Config, ConfigProblem } from "../config/config.js";
import type { Catalogue } from "../config/keys.js";
import { nearest } from "../config/nearest.js";
import { defaultConfig, mergeSettings, parseSettings, SETTINGS_PATH } from "../config/settings.js";
import { CHECKLIST } from "../report/checklist.js";
import { rules } from "../rules/registry.js";
import type { FileContent, Snapshot, UnreadReason } from "../snapshot/snapshot.js";
import { UsageError } from "./failure.js";

/** What a settings file may name. */
export const catalogue: Catalogue = { rules, checklist: CHECKLIST.map(({ id }) => id) };

export interface LoadedSettings {
  readonly config: Config;
  /** Why the file could not be used: the defaults stand in, and nothing passes. */
  readonly problems: readonly ConfigProblem[];
  /** Other repositories' settings that it builds on, which only the App can read. */
  readonly extends: readonly string[];
}

/** A file on disk that was named on the command line: whatever is wrong with it ends the command. */
export async function settingsFromFile(directory: string, file: string): Promise<LoadedSettings> {
  const loaded = parse(await readSettingsFile(directory, file), file);
  if (loaded.problems.length === 0) return loaded;
  throw new UsageError(
    `${file} is not a valid settings file.\n${listProblems(loaded.problems)}`,
    "Correct the file, then check it with: faultline config validate FILE",
  );
}

export async function readSettingsFile(directory: string, file: string): Promise<string> {
  try {
    return await readFile(path.resolve(directory, file), "utf8");
  } catch (error) {
    throw new UsageError(
      `The settings file ${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown error"}).`,
      "Give the path of a file that exists and that you may read.",
    );
  }
}

/** The settings that a repository holds, from its content at the usual path; `null` where there is none. */
export function settingsFromContent(content: FileContent | null): LoadedSettings {
  if (content === null) return { config: defaultConfig(), problems: [], extends: [] };
  if ("text" in content) return parse(content.text, SETTINGS_PATH);
  const problem = {
    path: SETTINGS_PATH,
    line: 1,
    column: 1,
    message: `the file ${UNREADABLE[content.unread]}`,
    advice: "Keep the settings as a plain text file in this repository.",
  };
  return { config: defaultConfig(), problems: [problem], extends: [] };
}

export async function contentIn(snapshot: Snapshot, file: string): Promise<FileContent | null> {
  const entry = snapshot.files.get(file);
  if (entry === undefined) return null;
  for await (const content of snapshot.read([entry])) return content;
  return null;
}

function parse(source: string, file: string): LoadedSettings {
  const reading = parseSettings(source, file, catalogue);
  if ("problems" in reading) return { config: defaultConfig(), problems: reading.problems, extends: [] };
  const { config, problems } = mergeSettings([reading.settings]);
  return { config, problems, extends: reading.settings.extends };
}

export function listProblems(problems: readonly ConfigProblem[]): string {
  return problems
    .map(({ path: file, line, column, message, advice }) => `  ${file}:${line}:${column}: ${message}\n    ${advice}`)
    .join("\n");
}

export type FailOn = Config["failOn"];

export interface Overrides {
  readonly rules: readonly string[] | null;
  readonly failOn: FailOn | null;
}

/** What the command line says wins over the settings. */
export function withOverrides(config: Config, { rules: chosen, failOn }: Overrides): Config {
  let merged = config;
  if (chosen !== null) {
    const known = rules.map(({ id }) => id);
    for (const id of chosen) if (!known.includes(id)) throw unknownRule(id);
    merged = {
      ...merged,
      rules: { ...merged.rules, ...Object.fromEntries(known.map((id) => [id, chosenSettings(merged, id, chosen.includes(id))])) },
    };
  }
  if (failOn !== null) merged = { ...merged, failOn };
  if (failOn === "never") merged = { ...merged, rules: withoutBlocking(merged.rules) };
  return merged;
}

function chosenSettings(config: Config, id: string, chosen: boolean): Config["rules"][string] {
  const { level, options } = config.rules[id] ?? { level: null, options: {} };
  if (!chosen) return { level: "off", options };
  // Who names a rule wants to see it, whatever the settings say.
  return { level: level === "off" ? null : level, options };
}

function withoutBlocking(settings: Config["rules"]): Config["rules"] {
  return Object.fromEntries(
    Object.entries(settings).map(([id, rule]) => [id, rule.level === "block" ? { ...rule, level: "comment" as const } : rule]),
  );
}

export function unknownRule(id: string): UsageError {
  const known = rules.map((rule) => rule.id);
  const meant = nearest(id, known);
  return new UsageError(
    `There is no rule ${JSON.stringify(id)}.`,
    meant === null ? `The rules are: ${known.join(", ")}.` : `Did you mean ${meant}? \`faultline explain\` lists all of them.`,
  );
}

const UNREADABLE: Readonly<Record<UnreadReason, string>> = {
  symlink: "is a symbolic link, which is not followed",
  submodule: "is a submodule",
  binary: "is binary",
  "lfs-pointer": "is kept in Git LFS",
  "too-large": "is too large",
  "missing-object": "is missing from this copy of the repository",
  "not-listed": "could not be listed",
};
