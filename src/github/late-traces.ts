import type { MergeGroupJob, PullRequestJob } from "../store/jobs.js";
import type { Run } from "../store/store.js";
import type { AppParts } from "./app-parts.js";
import { findTraces } from "./artifacts.js";
import type { Octokit } from "./octokit.js";
import type { Permissions } from "./publication.js";
import type { AppSettings } from "./settings.js";

/** The settings with the artifacts that hold traces, where the settings name them and we may read them. */
export async function withTraces(
  octokit: Octokit,
  repository: string,
  permissions: Permissions,
  settings: AppSettings,
  commits: { readonly base: string; readonly head: string },
): Promise<AppSettings> {
  const name = settings.config.traces.artifact;
  if (name === null || permissions["actions"] === undefined) return settings;
  return { ...settings, traces: await findTraces(octokit, repository, name, commits) };
}

/** How long the workflow of a head may take until nobody looks for its traces any more, and the first pause. In milliseconds. */
const TRACES_COME_WITHIN = 60 * 60 * 1_000;
const FIRST_LOOK = 2 * 60 * 1_000;

/** The head's workflow may still run: its traces are looked for again, after pauses that double. `runs`: of this head, before this review. */
export async function lookAgain(
  { store, now }: Pick<AppParts, "store" | "now">,
  job: PullRequestJob | MergeGroupJob,
  { traces }: AppSettings,
  runs: readonly Run[],
): Promise<void> {
  if (traces === undefined || traces.base === null || traces.head !== null) return;
  const since = now().getTime() - Math.min(now().getTime(), ...runs.map(({ startedAt }) => startedAt.getTime()));
  if (since < TRACES_COME_WITHIN)
    await store.enqueue([{ ...job, rerun: null }], { after: new Date(now().getTime() + Math.max(FIRST_LOOK, since)) });
}
