import { SnapshotError } from "../snapshot/snapshot.js";
import { keyOf, type Job } from "../store/jobs.js";
import { RetryLater } from "../store/store.js";
import { AnalysisError } from "./analysis.js";
import type { AppParts } from "./app-parts.js";
import { answerCommand } from "./commands.js";
import { counting } from "./effort.js";
import { limitEnds } from "./limits.js";
import { failMergeGroup, reviewMergeGroup } from "./merge-group.js";
import { backfill } from "./open-pulls.js";
import { failPullRequest, reviewPullRequest } from "./pull-request.js";
import { isRefusal, statusOf } from "./refusal.js";
import { pressedAction, rerunHead } from "./rerun.js";
import { readSystem } from "./system.js";

/** After a push it can take a moment until every server of GitHub has it, and a machine may be short of memory for one. In milliseconds. */
const DOUBT = 10_000;

const LIMITED = "waits for a limit of GitHub";

/** Does one job. Throws `RetryLater` at a limit of GitHub, where another replica met one too, and other errors where trying again may help. */
export async function handleJob(parts: AppParts, job: Job, signal: AbortSignal): Promise<void> {
  const { log, metrics, budgets } = parts;
  const about = aboutOf(job);
  const later = (until: Date, why: string): RetryLater => {
    metrics.jobs.inc({ kind: job.kind, result: "later" });
    log.info({ ...about, until }, why);
    return new RetryLater(until, why);
  };
  const paused = await budgets.pausedUntil(job.installation);
  if (paused !== null) throw later(paused, LIMITED);
  try {
    await performAndShare(parts, job, signal);
    parts.doubted.delete(keyOf(job));
    metrics.jobs.inc({ kind: job.kind, result: "done" });
  } catch (error) {
    if (signal.aborted) throw error;
    const limit = limitEnds(error, parts.now());
    if (limit !== null) {
      await budgets.pause(job.installation, limit);
      throw later(limit, LIMITED);
    }
    if (error instanceof RetryLater) throw later(error.at, error.message);
    metrics.jobs.inc({ kind: job.kind, result: "failed" });
    log.warn({ ...about, err: error }, "a job failed");
    if (error instanceof AnalysisError) metrics.analyses.inc({ kind: error.kind });
    if (!isFinal(error)) throw error;
    if (statusOf(error) !== 403 && !parts.doubted.has(keyOf(job))) {
      parts.doubted.add(keyOf(job));
      throw new RetryLater(new Date(parts.now().getTime() + DOUBT), "asked for once more");
    }
    parts.doubted.delete(keyOf(job));
    await giveUp(parts, job, reasonOf(error));
  }
}

/** The last attempt failed: what people wait for ends all the same. */
export async function handlePoison(parts: AppParts, job: Job, error: unknown): Promise<void> {
  parts.metrics.jobs.inc({ kind: job.kind, result: "poison" });
  parts.log.error({ ...aboutOf(job), err: error }, "a job was given up");
  await giveUp(parts, job, {
    title: "The review did not come to an end",
    summary:
      "Faultline tried several times and failed each time; the App's log has the cause. Press Re-run on this check to try again. The pull request is not judged, so that this check does not pass.",
  });
}

async function performAndShare(parts: AppParts, job: Job, signal: AbortSignal): Promise<void> {
  try {
    await counting(() => perform(parts, job, signal));
  } finally {
    await parts.budgets.share(job.installation);
  }
}

async function perform(parts: AppParts, job: Job, signal: AbortSignal): Promise<void> {
  switch (job.kind) {
    case "pull-request":
      return reviewPullRequest(parts, job, signal);
    case "merge-group":
      return reviewMergeGroup(parts, job, signal);
    case "head":
      return rerunHead(parts, job);
    case "action":
      return pressedAction(parts, job);
    case "command":
      return answerCommand(parts, job);
    case "backfill":
      return backfill(parts, job, signal);
    case "system":
      return readSystem(parts, job, signal);
  }
}

interface Reason {
  readonly title: string;
  readonly summary: string;
}

/** Trying again and again gives the same answer. */
function isFinal(error: unknown): boolean {
  return error instanceof SnapshotError || error instanceof AnalysisError || isRefusal(error);
}

const SMALLER =
  "If it holds generated or foreign code, leave that out with `exclude` in `.github/faultline.yml` on the base branch, then press Re-run on this check. The pull request is not judged, so that this check does not pass.";

const BROKEN_DOWN: Readonly<Record<AnalysisError["kind"], Reason>> = {
  time: {
    title: "The review took too long",
    summary: `The analysis of this repository was ended after several minutes, twice. ${SMALLER}`,
  },
  memory: {
    title: "The review took too much memory",
    summary: `The analysis of this repository was ended because it needed too much memory, twice. ${SMALLER}`,
  },
  defect: {
    title: "The review broke down",
    summary:
      "A defect of Faultline ended the analysis, twice; the App's log has the cause. Please report it. Press Re-run on this check to try again. The pull request is not judged, so that this check does not pass.",
  },
};

function reasonOf(error: unknown): Reason {
  if (error instanceof SnapshotError) return { title: "Nothing to compare", summary: `${error.message} ${error.advice}` };
  if (error instanceof AnalysisError) return BROKEN_DOWN[error.kind];
  const status = statusOf(error);
  if (status === 403)
    return {
      title: "A permission is missing",
      summary:
        "GitHub did not let Faultline read what it needs. Ask an owner of the organisation to accept the App's permissions, then press Re-run on this check.",
    };
  return {
    title: "GitHub did not give what was asked for",
    summary: `GitHub answered ${status ?? "with an error"}. The branch may have been pushed over or deleted meanwhile; press Re-run on this check to try again.`,
  };
}

async function giveUp(parts: AppParts, job: Job, reason: Reason): Promise<void> {
  try {
    if (job.kind === "pull-request") await failPullRequest(parts, job, reason);
    else if (job.kind === "merge-group") await failMergeGroup(parts, job, reason);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // The installation or the repository is gone, and with it whoever waits.
    parts.log.warn({ ...aboutOf(job), err: error }, "nobody can be told");
  }
}

/** What the log says of a job: no text of people. */
function aboutOf(job: Job): object {
  const { kind, installation, repository } = job;
  return {
    kind,
    installation,
    repository,
    ...("number" in job ? { pullRequest: job.number } : {}),
    ...("head" in job ? { head: job.head } : {}),
  };
}
