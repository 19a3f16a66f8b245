import { createHash } from "node:crypto";
import type { Run, RunKey } from "../store/store.js";
import type { AppParts } from "./app-parts.js";
import { createCheckRun, failCheckRun, findCheckRun, type CheckRunFailure, type CheckRunStart, type CheckRunState } from "./check-run.js";
import type { Octokit } from "./octokit.js";
import { takeUpQueued } from "./queued-checks.js";
import { isRefusal } from "./refusal.js";

export interface Wanted extends RunKey {
  readonly installation: number;
}

/** Stable, so that a second attempt, or one after the store was lost, finds the check run of the first. */
function externalId({ repository, number, base, head, settings, rerun }: RunKey): string {
  return createHash("sha256")
    .update(JSON.stringify([repository, number, base, head, settings, rerun]))
    .digest("hex")
    .slice(0, 40);
}

/** A run to go on with. */
export interface Begun {
  readonly run: Run;
  /** Its check run was made just now, so that nobody has written to it yet. */
  readonly created: boolean;
}

/**
 * The run for what is wanted: the one that there is, or a new one. The check on GitHub shows the newest run of a commit, so
 * that an older one for the same base and settings does not count once something else was judged in between.
 */
export async function beginRun(parts: AppParts, octokit: Octokit, wanted: Wanted): Promise<Begun> {
  const { store } = parts;
  const [newest] = (await store.runs.ofHead(wanted.repository, wanted.head)).filter(({ number }) => number === wanted.number);
  const known = wanted.rerun === null ? newest : await store.runs.find(wanted);
  if (known != null && fits(known, wanted) && !isVoid(known)) {
    const run = await resumed(parts, octokit, known);
    if (!isVoid(run)) return { run, created: false };
  }

  const taken = newest !== undefined && (await store.runs.find(wanted)) !== null;
  let key: Wanted = taken ? { ...wanted, rerun: `after:${newest.checkRun}` } : wanted;
  for (;;) {
    const start = { repository: key.repository, head: key.head, externalId: externalId(key), appId: parts.github.appId };
    const found = await findCheckRun(octokit, start);
    if (found !== null && isVoid(found)) {
      key = { ...key, rerun: `after:${found.id}` };
      continue;
    }
    const run = recorded(
      parts,
      key,
      found ?? (await takeUpQueued(parts, octokit, key, start)) ?? (await created(parts, octokit, key, start)),
    );
    await store.runs.save(run);
    await store.queuedChecks.forget(key);
    return { run, created: found === null };
  }
}

/** Where the process dies before the run is stored, and the head is replaced meanwhile, this check is called off all the same. */
async function created({ store }: AppParts, octokit: Octokit, key: Wanted, start: CheckRunStart): Promise<CheckRunState> {
  await store.queuedChecks.announce(key, start.externalId);
  return { id: await createCheckRun(octokit, start), status: "in_progress", conclusion: null };
}

/** It ended without a verdict: it was called off, or GitHub gave it up after two weeks. */
function isVoid({ conclusion }: Pick<Run, "conclusion">): boolean {
  return conclusion === "cancelled" || conclusion === "stale";
}

function fits(run: Run, wanted: Wanted): boolean {
  return run.base === wanted.base && run.settings === wanted.settings;
}

/** An attempt that broke off may have completed it on GitHub. */
async function resumed(parts: AppParts, octokit: Octokit, run: Run): Promise<Run> {
  if (run.state === "completed") return run;
  const found = await findCheckRun(octokit, {
    repository: run.repository,
    head: run.head,
    externalId: externalId(run),
    appId: parts.github.appId,
  });
  if (found?.status !== "completed") return run;
  const completed = completedAs(parts, run, found.conclusion);
  await parts.store.runs.save(completed);
  return completed;
}

function recorded({ now }: AppParts, key: Wanted, state: CheckRunState): Run {
  const completed = state.status === "completed";
  return {
    ...key,
    checkRun: state.id,
    state: completed ? "completed" : "in_progress",
    conclusion: state.conclusion,
    startedAt: now(),
    completedAt: completed ? now() : null,
    reviewed: false,
    report: null,
  };
}

export function completedAs({ now }: AppParts, run: Run, conclusion: string | null): Run {
  return { ...run, state: "completed", conclusion, completedAt: now() };
}

/** Completes a run that will have no report. */
export async function endRun(
  parts: AppParts,
  octokit: Octokit,
  run: Run,
  failure: Omit<CheckRunFailure, "repository" | "checkRun">,
): Promise<void> {
  try {
    await failCheckRun(octokit, { repository: run.repository, checkRun: run.checkRun, ...failure });
  } catch (error) {
    // The repository, the check run or the permission is gone: nobody waits for it any more.
    if (!isRefusal(error)) throw error;
    parts.log.warn({ err: error, repository: run.repository, checkRun: run.checkRun }, "a check run could not be completed");
  }
  await parts.store.runs.save({ ...completedAs(parts, run, failure.conclusion), reviewed: true });
  parts.metrics.verdicts.inc({ conclusion: failure.conclusion });
}

/** Ends what still runs of a pull request, but for what `keep` keeps. */
export async function callOff(
  parts: AppParts,
  octokit: Octokit,
  runs: readonly Run[],
  summary: string,
  keep: (run: Run) => boolean = () => false,
): Promise<void> {
  for (const run of runs) {
    if (run.state === "completed" || keep(run)) continue;
    await endRun(parts, octokit, run, { conclusion: "cancelled", title: "Called off", summary });
  }
}
