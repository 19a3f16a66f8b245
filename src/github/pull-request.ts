import type { Report } from "../report/report.js";
import type { Acceptance } from "../report/waivers.js";
import type { PullRequestJob } from "../store/jobs.js";
import { RetryLater, type QueuedCheck, type Run } from "../store/store.js";
import { settledAs, today, type AppParts } from "./app-parts.js";
import { readBeginning } from "./glance.js";
import { judgeCase, settingsHash } from "./judgement.js";
import { lookAgain, withTraces } from "./late-traces.js";
import { compareWith } from "./merge-base.js";
import { routeOf, type Octokit } from "./octokit.js";
import { mayComment } from "./publication.js";
import { callOffQueued, queuedChecksOf } from "./queued-checks.js";
import { statusOf } from "./refusal.js";
import { beginRun, callOff, endRun } from "./runs.js";
import { readAppSettings } from "./settings.js";
import { readConversation, type Pull } from "./threads.js";

type Of = Pick<PullRequestJob, "installation" | "repository" | "number">;

/** Judges the head that the pull request has now. Does nothing where that was done. */
export async function reviewPullRequest(parts: AppParts, job: PullRequestJob, signal: AbortSignal): Promise<void> {
  const { installation, repository, number } = job;
  const octokit = parts.github.installation(installation);
  const queued = await queuedChecksOf(parts, repository, { number });
  const pull = await readBeginning(octokit, repository, number);
  const runs = await parts.store.runs.ofPullRequest(repository, number);
  if (pull === null || !pull.open) return close(parts, octokit, runs, queued);

  const permissions = await parts.github.permissions(installation);
  if (permissions["checks"] !== "write") {
    parts.log.warn({ repository, pullRequest: number, installation }, "the installation lacks the permission checks: write");
    return;
  }
  const [read, { base, patches }] = await Promise.all([
    readAppSettings(octokit, repository, pull.tip, pull.settings),
    compareWith(octokit, repository, pull.tip, pull.head),
  ]);
  await parts.store.extensions.save(installation, repository, read.extended ?? []);
  const settings = await withTraces(octokit, repository, permissions, read, { base, head: pull.head });
  signal.throwIfAborted();
  await callOffQueued(
    parts,
    octokit,
    queued.filter(({ head }) => head !== pull.head),
    newer(pull),
  );
  await callOff(
    parts,
    octokit,
    runs,
    newer(pull),
    (run) => run.head === pull.head && run.base === base && run.settings === settingsHash(settings),
  );

  let wanted = true;
  const outcome = await judgeCase(
    parts,
    octokit,
    {
      installation,
      repository,
      number,
      branch: pull.baseRef,
      base,
      patches,
      head: pull.head,
      rerun: job.rerun,
      settings,
      permissions,
      accepted: await acceptedOn(parts, repository, number),
      present: async () => {
        // One request for both. Where it fails the verdict does not wait for it: comments are read again after it.
        const conversation = mayComment({ number, permissions })
          ? await readConversation(octokit, repository, number).catch(() => null)
          : null;
        const current = conversation?.pull ?? (await readPull(octokit, job));
        wanted = current?.open === true;
        return { superseded: supersededBy(pull, current), comments: conversation };
      },
      folded: (report) => fold(parts, octokit, { ...job, head: pull.head }, report),
    },
    signal,
  );
  if (outcome === "superseded") {
    if (wanted) await parts.store.enqueue([{ ...job, rerun: null }]);
    return;
  }
  settle(parts, job, pull);
  if (outcome !== "published") throw new RetryLater(outcome.commentsAfter, "the comments wait until requests to GitHub are less scarce");
  await lookAgain(
    parts,
    job,
    settings,
    runs.filter(({ head }) => head === pull.head),
  );
}

async function close(parts: AppParts, octokit: Octokit, runs: readonly Run[], queued: readonly QueuedCheck[]): Promise<void> {
  const why = "The pull request was closed.";
  await callOffQueued(parts, octokit, queued, why);
  await callOff(parts, octokit, runs, why);
}

function settle(parts: AppParts, { repository, number }: Of, pull: Pull): void {
  parts.settled.set(`${repository}#${number}`, settledAs(pull));
}

function newer(pull: Pull): string {
  return `A newer state of this pull request is judged instead, with the head ${pull.head}.`;
}

function supersededBy(then: Pull, current: Pull | null): string | null {
  if (current === null || !current.open) return "The pull request was closed while it was judged.";
  return current.head === then.head && current.baseRef === then.baseRef ? null : newer(current);
}

/** `null`: it is not there any more. */
async function readPull(octokit: Octokit, { repository, number }: Of): Promise<Pull | null> {
  try {
    const { data } = await octokit.rest.pulls.get({ ...routeOf(repository), pull_number: number });
    return { open: data.state === "open", head: data.head.sha, baseRef: data.base.ref, baseSha: data.base.sha };
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 410) return null;
    throw error;
  }
}

/** The waivers by command that hold today. */
export async function acceptedOn(parts: AppParts, repository: string, number: number): Promise<readonly Acceptance[]> {
  const waivers = await parts.store.waivers.of(repository, number);
  return waivers
    .filter(({ until }) => until === null || until >= today(parts))
    .map(({ fingerprint, reason, author }) => ({ fingerprint, reason, author }));
}

/** A check hangs on the commit: where another open pull request with this head fails, this one must not make it pass. */
async function fold(
  parts: AppParts,
  octokit: Octokit,
  { installation, repository, number, head }: Of & { readonly head: string },
  report: Report,
): Promise<Report> {
  if (report.verdict === "fail") return report;
  const others = new Map<number, Run>();
  for (const run of await parts.store.runs.ofHead(repository, head)) {
    if (run.number !== null && run.number !== number && run.conclusion !== "cancelled" && !others.has(run.number))
      others.set(run.number, run);
  }
  for (const [other, { conclusion }] of others) {
    if (conclusion !== "failure") continue;
    const pull = await readPull(octokit, { installation, repository, number: other });
    if (pull?.open !== true || pull.head !== head) continue;
    return {
      ...report,
      verdict: "fail",
      reasons: [...report.reasons, `Pull request ${other} has the same head and another base, and fails there.`],
    };
  }
  return report;
}

/** Ends in a completed check run what could not be judged. */
export async function failPullRequest(
  parts: AppParts,
  job: PullRequestJob,
  failure: { readonly title: string; readonly summary: string },
): Promise<void> {
  const { installation, repository, number } = job;
  const octokit = parts.github.installation(installation);
  const pull = await readPull(octokit, job);
  const runs = await parts.store.runs.ofPullRequest(repository, number);
  const queued = await parts.store.queuedChecks.of(repository, number);
  if (pull === null || !pull.open) return close(parts, octokit, runs, queued);
  await callOffQueued(
    parts,
    octokit,
    queued.filter(({ head }) => head !== pull.head),
    newer(pull),
  );
  await callOff(parts, octokit, runs, newer(pull), ({ head }) => head === pull.head);
  const own = runs.filter(({ head }) => head === pull.head);
  for (const run of own) {
    if (run.state === "in_progress") await endRun(parts, octokit, run, { conclusion: "failure", ...failure });
    // The verdict stands; what failed are the comments.
    else if (!run.reviewed) await parts.store.runs.save({ ...run, reviewed: true });
  }
  if (own.length === 0) {
    const { run } = await beginRun(parts, octokit, {
      installation,
      repository,
      number,
      base: pull.baseSha,
      head: pull.head,
      settings: "none",
      rerun: job.rerun,
    });
    if (run.state !== "completed") await endRun(parts, octokit, run, { conclusion: "failure", ...failure });
  }
  settle(parts, job, pull);
}
