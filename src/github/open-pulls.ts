import type { BackfillJob, Job } from "../store/jobs.js";
import { settledAs, type AppParts, type Glance } from "./app-parts.js";
import { limitEnds } from "./limits.js";
import { routeOf, type Octokit } from "./octokit.js";
import { isRefusal, statusOf } from "./refusal.js";

export interface OpenPull extends Glance {
  readonly number: number;
}

/** A list as GitHub gave it, and the tag by which it is asked whether that is still so, which costs nothing of the budget. */
interface Listed {
  readonly tag: string;
  readonly pulls: readonly OpenPull[];
}

export type Lists = Map<string, Listed>;

const PAGE = 100;

/** All open pull requests of a repository; none where it is gone or closed to us. With `lists` what was listed before is not sent again. */
export async function openPulls(octokit: Octokit, repository: string, lists: Lists = new Map()): Promise<readonly OpenPull[]> {
  const known = lists.get(repository);
  const query = { ...routeOf(repository), state: "open", per_page: PAGE } as const;
  try {
    const { data, headers } = await octokit.rest.pulls.list({
      ...query,
      ...(known === undefined ? {} : { headers: { "if-none-match": known.tag } }),
    });
    lists.delete(repository);
    if (data.length >= PAGE) return (await octokit.paginate(octokit.rest.pulls.list, query)).map(openPull);
    const pulls = data.map(openPull);
    if (headers.etag !== undefined) lists.set(repository, { tag: headers.etag, pulls });
    return pulls;
  } catch (error) {
    if (known !== undefined && statusOf(error) === 304) return known.pulls;
    if (limitEnds(error, new Date()) === null && (isRefusal(error) || statusOf(error) === 451)) return [];
    throw error;
  }
}

function openPull({ number, head, base }: { number: number; head: { sha: string }; base: { ref: string; sha: string } }): OpenPull {
  return { number, head: head.sha, baseRef: base.ref, baseSha: base.sha };
}

/** Names of the repositories that an installation may see. */
export async function repositoriesOf(octokit: Octokit): Promise<readonly string[]> {
  const found = await octokit.paginate(octokit.rest.apps.listReposAccessibleToInstallation, { per_page: 100 });
  // Their types say one thing, and what pagination makes of the answer is a list.
  return (found as unknown as readonly { full_name: string; archived?: boolean; disabled?: boolean }[])
    .filter(({ archived, disabled }) => archived !== true && disabled !== true)
    .map((repository) => repository.full_name);
}

/** Asks for a judgement of open pull requests: of all of them, since their settings may have changed. */
export async function backfill(
  parts: AppParts,
  { installation, repository, renamedFrom, touched }: BackfillJob,
  signal: AbortSignal,
): Promise<void> {
  if (repository !== null && renamedFrom !== undefined) await parts.store.rename(renamedFrom, repository);
  const octokit = parts.github.installation(installation);
  if (repository !== null && parts.pages !== null) await parts.store.enqueue([{ kind: "system", installation, repository }]);
  if (repository === null) await octokit.auth({ type: "installation", refresh: true });
  for (const each of repository === null ? await repositoriesOf(octokit) : [repository]) {
    signal.throwIfAborted();
    await judgeOpen(parts, installation, each);
  }
  for (const each of repository === null ? [] : await buildingOn(parts, repository, touched)) {
    signal.throwIfAborted();
    await judgeOpen(parts, each.installation, each.repository);
  }
}

async function judgeOpen({ github, store }: AppParts, installation: number, repository: string): Promise<void> {
  const pulls = await openPulls(github.installation(installation), repository);
  await store.enqueue(pulls.map((pull) => jobOf(installation, repository, pull)));
}

/** The repositories whose settings build on this one's, each once. */
async function buildingOn(
  { store }: AppParts,
  repository: string,
  touched: BackfillJob["touched"],
): Promise<readonly { readonly installation: number; readonly repository: string }[]> {
  const found = (await store.extensions.of(repository)).filter(({ path }) => touched?.includes(path) ?? true);
  return [...new Map(found.map((one) => [one.repository, one])).values()];
}

/** Jobs for those that were not judged as they are now. */
export function unsettled(parts: AppParts, installation: number, repository: string, pulls: readonly OpenPull[]): readonly Job[] {
  return pulls
    .filter((pull) => parts.settled.get(`${repository}#${pull.number}`) !== settledAs(pull))
    .map((pull) => jobOf(installation, repository, pull));
}

function jobOf(installation: number, repository: string, { number, head }: OpenPull): Job {
  return { kind: "pull-request", installation, repository, number, rerun: null, head };
}
