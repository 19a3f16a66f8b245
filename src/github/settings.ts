import type { Config, ConfigProblem } from "../config/config.js";
import type { Catalogue } from "../config/keys.js";
import { defaultConfig, mergeSettings, parseSettings, SETTINGS_PATH, type Settings } from "../config/settings.js";
import { CHECKLIST } from "../report/checklist.js";
import { rules } from "../rules/registry.js";
import type { Snapshot } from "../snapshot/snapshot.js";
import type { RecordedTraces } from "./artifacts.js";
import { routeOf, type Octokit } from "./octokit.js";
import { isRefusal, statusOf } from "./refusal.js";

const catalogue: Catalogue = { rules, checklist: CHECKLIST.map(({ id }) => id) };

/** The settings that hold for a repository. With problems the defaults stand in, and nothing passes. */
export interface AppSettings {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
  /** The artifacts that `traces.artifact` leads to; without that setting there are none. */
  readonly traces?: RecordedTraces;
  /** Files of other repositories that they build on by `extends`, found or not. */
  readonly extended?: readonly { readonly repository: string; readonly path: string }[];
}

/** Files that may stand between the organisation's and the repository's own. */
const MOST_EXTENDED = 10;

/** The settings file at its usual place, by repository; `null` where there is none. What is not in it is asked for. */
export type KnownSettings = ReadonlyMap<string, { readonly text: string } | null>;

/** Reads the settings at a commit of the base branch, upon those of the organisation's `.github` repository and all that they extend. */
export async function readAppSettings(
  octokit: Octokit,
  repository: string,
  commit: string,
  known: KnownSettings = new Map(),
): Promise<AppSettings> {
  const { owner } = routeOf(repository);
  const organisation = `${owner}/.github`;
  const layers: Settings[] = [];
  const problems: ConfigProblem[] = [];
  const seen = new Set<string>();
  const others: { readonly repository: string; readonly path: string }[] = [];

  const add = async (from: string, path: string, ref: string | null, named: string): Promise<boolean> => {
    if (seen.has(`${from}:${path}`) || seen.size > MOST_EXTENDED) return true;
    seen.add(`${from}:${path}`);
    const given = path === SETTINGS_PATH ? known.get(from) : undefined;
    const source = given === undefined ? await fileAt(octokit, from, path, ref) : given;
    if (source === null) return false;
    const reading =
      "problem" in source
        ? {
            problems: [
              {
                path: named,
                line: 1,
                column: 1,
                message: source.problem,
                advice: "Keep the settings as a plain text file in this repository.",
              },
            ],
          }
        : parseSettings(source.text, named, catalogue);
    if ("problems" in reading) {
      problems.push(...reading.problems);
      return true;
    }
    for (const extended of reading.settings.extends) {
      const [of = "", at = SETTINGS_PATH] = extended.split(":", 2);
      if (of !== repository && others.length < MOST_EXTENDED) others.push({ repository: of, path: at });
      if (await add(of, at, null, `${of}:${at}`)) continue;
      problems.push({
        path: named,
        line: 1,
        column: 1,
        message: `extends names ${extended}, which the App cannot read`,
        advice: "Correct the name, or install the App on that repository.",
      });
    }
    layers.push(reading.settings);
    return true;
  };

  if (repository !== organisation) await add(organisation, SETTINGS_PATH, null, `${organisation}:${SETTINGS_PATH}`);
  await add(repository, SETTINGS_PATH, commit, SETTINGS_PATH);
  if (problems.length > 0) return { config: defaultConfig(), problems, extended: others };
  return { ...mergeSettings(layers), extended: others };
}

type Source = { readonly text: string } | { readonly problem: string } | null;

/** `null`: there is none, or none that we may see. */
async function fileAt(octokit: Octokit, repository: string, path: string, ref: string | null): Promise<Source> {
  try {
    const { data } = await octokit.rest.repos.getContent({ ...routeOf(repository), path, ...(ref === null ? {} : { ref }) });
    if (Array.isArray(data) || data.type !== "file" || !("content" in data)) return { problem: "the settings are not a plain file" };
    if (data.encoding !== "base64") return { problem: "the file is too large" };
    return { text: Buffer.from(data.content, "base64").toString("utf8") };
  } catch (error) {
    if (statusOf(error) === 404 || (ref === null && isRefusal(error))) return null;
    throw error;
  }
}

/** The settings as they would be after the change, upon all that they build on; `null` where it leaves the file alone. */
export async function proposedSettings(octokit: Octokit, repository: string, base: Snapshot, head: Snapshot): Promise<AppSettings | null> {
  const after = head.files.get(SETTINGS_PATH);
  if (base.files.get(SETTINGS_PATH)?.blob === after?.blob) return null;
  if (after === undefined) return readAppSettings(octokit, repository, "", new Map([[repository, null]]));
  for await (const content of head.read([after]))
    if ("text" in content) return readAppSettings(octokit, repository, "", new Map([[repository, content]]));
  return {
    config: defaultConfig(),
    problems: [
      {
        path: SETTINGS_PATH,
        line: 1,
        column: 1,
        message: "the settings are not a plain file",
        advice: "Keep the settings as a plain text file in this repository.",
      },
    ],
  };
}
