import { createHash } from "node:crypto";
import { RetryLater, type QueuedCheck, type RunKey } from "../store/store.js";
import type { AppParts } from "./app-parts.js";
import { createCheckRun, failCheckRun, findCheckRun, takeUpCheckRun, type CheckRunStart, type CheckRunState } from "./check-run.js";
import { routeOf, type Octokit } from "./octokit.js";
import { isRefusal } from "./refusal.js";

/** So long a job may wait before its check says so, in seconds: most begin at once, and a check of its own for that costs requests. */
const PATIENCE = 10;

/** How many are told in one look. Each costs three requests more than a check that is in progress from the beginning. */
const AT_ONCE = 5;

/** After a limit of GitHub its requests are kept for verdicts, for so many milliseconds. */
const AFTER_A_LIMIT = 5 * 60_000;

/** A claim whose process did not say for so long what became of it belonged to one that is gone. Longer than a request takes at most. */
const CLAIMED_FOR = 45_000;

const WAITS = {
  title: "Waits for its turn",
  summary: "Other pull requests are being judged. This commit is among the next, and nobody needs to do anything for it.",
};
const BEGUN = { title: "Is being judged", summary: "The verdict follows here." };

/** Tells on GitHub, as queued check runs, which heads wait for long. */
export async function tellWaiting(parts: AppParts, signal: AbortSignal): Promise<void> {
  const { store, log } = parts;
  for (const check of await store.queuedChecks.claim(PATIENCE, AT_ONCE)) {
    const about = { repository: check.repository, pullRequest: check.number, head: check.head };
    try {
      if (signal.aborted || (await isScarce(parts, check.installation))) await store.queuedChecks.forget(check);
      else await store.queuedChecks.settle(check, await createQueued(parts, check));
    } catch (error) {
      // GitHub may have acted all the same: what becomes of the claim is found out when the job begins.
      if (isRefusal(error)) await store.queuedChecks.settle(check, null);
      log.info({ ...about, err: error }, "a waiting head could not be told of");
    }
  }
}

async function isScarce({ store, budgets, now }: AppParts, installation: number): Promise<boolean> {
  const { pausedUntil } = await store.budgets.of(installation);
  const lately = pausedUntil !== null && pausedUntil.getTime() > now().getTime() - AFTER_A_LIMIT;
  return lately || (await budgets.scarceUntil(installation)) !== null;
}

/** `null`: the head has a check run of ours already, of which this store does not know. */
async function createQueued(parts: AppParts, check: QueuedCheck): Promise<number | null> {
  const octokit = parts.github.installation(check.installation);
  const { data } = await octokit.rest.checks.listForRef({
    ...routeOf(check.repository),
    ref: check.head,
    filter: "all",
    per_page: 1,
    app_id: parts.github.appId,
  });
  if (data.check_runs.length > 0) return null;
  const checkRun = await createCheckRun(octokit, startOf(parts, check), WAITS);
  parts.log.info({ repository: check.repository, pullRequest: check.number, head: check.head, checkRun }, "told that it waits");
  return checkRun;
}

function startOf({ github }: AppParts, { repository, number, head, externalId }: QueuedCheck): CheckRunStart {
  return { repository, head, externalId: externalId ?? waitingId(repository, number, head), appId: github.appId };
}

function waitingId(repository: string, number: number | null, head: string): string {
  return createHash("sha256")
    .update(JSON.stringify(["queued", repository, number, head]))
    .digest("hex")
    .slice(0, 40);
}

/**
 * The queued checks of a pull request, or the one of a merge group with this head, once it is known what became of each.
 * Throws `RetryLater` while one is being made.
 */
export async function queuedChecksOf(
  { store, now }: AppParts,
  repository: string,
  of: { readonly number: number } | { readonly group: string },
): Promise<readonly QueuedCheck[]> {
  const checks =
    "number" in of
      ? await store.queuedChecks.of(repository, of.number)
      : (await store.queuedChecks.of(repository, null)).filter(({ head }) => head === of.group);
  const later = new Date(now().getTime() + 1_000);
  if (checks.some(({ settled, externalId, at }) => !settled && externalId === null && now().getTime() - at.getTime() < CLAIMED_FOR))
    throw new RetryLater(later, "its check is being queued");
  return checks;
}

/** Makes a queued check the one of a run that begins. `null`: there is none. Forget it once the run is stored. */
export async function takeUpQueued(
  parts: AppParts,
  octokit: Octokit,
  { repository, number, head }: RunKey,
  start: CheckRunStart,
): Promise<CheckRunState | null> {
  const check = (await parts.store.queuedChecks.of(repository, number)).find((one) => one.head === head);
  const id = check === undefined ? null : await idOf(parts, octokit, check);
  if (id === null) return null;
  await takeUpCheckRun(octokit, id, start, BEGUN);
  return { id, status: "in_progress", conclusion: null };
}

async function idOf(parts: AppParts, octokit: Octokit, check: QueuedCheck): Promise<number | null> {
  if (check.settled) return check.checkRun;
  return (await findCheckRun(octokit, startOf(parts, check)))?.id ?? null;
}

/** Ends queued checks of heads that nobody will judge any more. */
export async function callOffQueued(parts: AppParts, octokit: Octokit, checks: readonly QueuedCheck[], summary: string): Promise<void> {
  for (const check of checks) {
    try {
      const checkRun = await idOf(parts, octokit, check);
      if (checkRun !== null)
        await failCheckRun(octokit, { repository: check.repository, checkRun, conclusion: "cancelled", title: "Called off", summary });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      parts.log.warn({ err: error, repository: check.repository, head: check.head }, "a queued check could not be called off");
    }
    await parts.store.queuedChecks.forget(check);
  }
}
