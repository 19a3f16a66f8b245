import type { BackfillJob, Job } from "../store/jobs.js";
import { settledAs, type AppParts, type Glance } from "./app-parts.js";
import { routeOf, type Octokit } from "./octokit.js";
import { isRefusal, statusOf } from "./refusal.js";

export interface OpenPull extends Glance {
  readonly number: number;
}

/** All open pull requests of a repository; none where it is gone or closed to us. */
export async function openPulls(octokit: Octokit, repository: string): Promise<readonly OpenPull[]> {
  try {
    const found = await octokit.paginate(octokit.rest.pulls.list, { ...routeOf(repository), state: "open", per_page: 100 });
    return found.map(({ number, head, base }) => ({ number, head: head.sha, baseRef: base.ref, baseSha: base.sha }));
  } catch (error) {
    if (isRefusal(error) || statusOf(error) === 451) return [];
    throw error;
  }
}

/** Names of the repositories that an installation may see. */
export async function repositoriesOf(octokit: Octokit): Promise<readonly string[]> {
  const found = await octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, { per_page: 100 });
  // Their types say one thing, and what pagination makes of the answer is a list.
  return (found as unknown as readonly { full_name: string; archived?: boolean; disabled?: boolean }[]).filter(({ archived, disabled }) => archived !== true && disabled !== true).map((repository) => repository.full_name);
}

/** Asks for a judgement of open pull requests: of all of them, since their settings may have changed. */
export async function backfill(parts: AppParts, { installation, repository }: BackfillJob, signal: AbortSignal): Promise<void> {
  const octokit = parts.github.installation(installation);
  if (repository === null) await octokit.auth({ type: "installation", refresh: true });
  for (const each of repository === null ? await repositoriesOf(octokit) : [repository]) {
    signal.throwIfAborted();
    const pulls = await openPulls(octokit, each);
    await parts.store.enqueue(pulls.map(({ number }) => ({ kind: "pull-request", installation, repository: each, number, rerun: null })));
  }
}

/** Jobs for those that were not judged as they are now. */
export function unsettled(parts: AppParts, installation: number, repository: string, pulls: readonly OpenPull[]): readonly Job[] {
  return pulls
    .filter((pull) => parts.settled.get(`${repository}#${pull.number}`) !== settledAs(pull))
    .map(({ number }) => ({ kind: "pull-request", installation, repository, number, rerun: null }));
}
