import type { MergeGroupJob } from "../store/jobs.js";
import type { AppParts } from "./app-parts.js";
import { judgeCase, settingsHash } from "./judgement.js";
import { lookAgain, withTraces } from "./late-traces.js";
import { routeOf, type Octokit } from "./octokit.js";
import { acceptedOn } from "./pull-request.js";
import { callOffQueued, queuedChecksOf } from "./queued-checks.js";
import { beginRun, callOff, endRun } from "./runs.js";
import { readAppSettings } from "./settings.js";

const GONE = "The merge group is gone.";

/** Judges the combined tree of a merge group, under the same name as the pull requests in it. */
export async function reviewMergeGroup(parts: AppParts, job: MergeGroupJob, signal: AbortSignal): Promise<void> {
  const { installation, repository, base, head, rerun } = job;
  const octokit = parts.github.installation(installation);
  const queued = await queuedChecksOf(parts, repository, { group: head });
  if (job.destroyed) {
    await callOffQueued(parts, octokit, queued, GONE);
    return callOff(parts, octokit, await runsOf(parts, job), GONE);
  }
  const permissions = await parts.github.permissions(installation);
  if (permissions["checks"] !== "write") return;
  const runs = await runsOf(parts, job);
  // An attempt that broke off may be repeated after the group was destroyed.
  if (rerun === null && runs[0]?.conclusion === "cancelled" && (await refOf(octokit, repository, head)) === "") return;
  const settings = await withTraces(octokit, repository, permissions, await readAppSettings(octokit, repository, base), { base, head });
  const { branch, number } = queuedIn(job.ref === "" ? await refOf(octokit, repository, head) : job.ref);
  const accepted = number === null ? [] : await acceptedOn(parts, repository, number);
  const outcome = await judgeCase(
    parts,
    octokit,
    {
      installation,
      repository,
      number: null,
      branch,
      base,
      head,
      rerun,
      settings,
      permissions,
      accepted,
      present: () => Promise.resolve({ superseded: null, comments: null }),
    },
    signal,
  );
  if (outcome === "published") await lookAgain(parts, job, settings, runs);
}

/** `refs/heads/gh-readonly-queue/main/pr-7-<sha>`: where the group goes to, and the pull request whose accepted findings hold in the queue. */
function queuedIn(ref: string): { readonly branch: string | null; readonly number: number | null } {
  const [, branch, number] = /\/gh-readonly-queue\/(.+)\/pr-(\d{1,9})-[0-9a-f]+$/.exec(ref) ?? [];
  return { branch: branch ?? null, number: number === undefined ? null : Number(number) };
}

/** A run that is taken up again knows its commit alone. Empty where the group is gone. */
async function refOf(octokit: Octokit, repository: string, head: string): Promise<string> {
  const { data } = await octokit.rest.git.listMatchingRefs({ ...routeOf(repository), ref: "heads/gh-readonly-queue/" });
  return data.find(({ object }) => object.sha === head)?.ref ?? "";
}

async function runsOf(parts: AppParts, { repository, head }: MergeGroupJob) {
  return (await parts.store.runs.ofHead(repository, head)).filter(({ number }) => number === null);
}

/** Ends in a completed check run what could not be judged. */
export async function failMergeGroup(
  parts: AppParts,
  job: MergeGroupJob,
  failure: { readonly title: string; readonly summary: string },
): Promise<void> {
  const { installation, repository, base, head } = job;
  const octokit = parts.github.installation(installation);
  const own = await runsOf(parts, job);
  for (const run of own) if (run.state === "in_progress") await endRun(parts, octokit, run, { conclusion: "failure", ...failure });
  if (job.destroyed) await callOffQueued(parts, octokit, await queuedChecksOf(parts, repository, { group: head }), GONE);
  if (own.length > 0 || job.destroyed) return;
  const settings = await readAppSettings(octokit, repository, base).then(settingsHash, () => "none");
  const { run } = await beginRun(parts, octokit, { installation, repository, number: null, base, head, settings, rerun: job.rerun });
  if (run.state !== "completed") await endRun(parts, octokit, run, { conclusion: "failure", ...failure });
}
