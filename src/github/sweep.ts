import type { Job } from "../store/jobs.js";
import type { Run } from "../store/store.js";
import type { AppParts } from "./app-parts.js";
import { limitEnds } from "./limits.js";
import { openPulls, repositoriesOf, unsettled, type Lists } from "./open-pulls.js";

const HOUR = 60 * 60 * 1_000;

/** GitHub can be asked for deliveries of this long: so far back the first sweep looks. */
const REDELIVERABLE = 72 * HOUR;

/** Later ones look at what came since, and again at what was asked for then. */
const LATELY = HOUR;

/** What one sweep leaves for the next. */
export interface Swept {
  /** When the last look at the deliveries began. */
  deliveries: Date | null;
  readonly lists: Lists;
}

/** A delivery that failed this often has another cause than bad luck; its pull request is found all the same. */
const MOST_ATTEMPTS = 8;

/** How far GitHub's clock and ours may lie apart, in milliseconds. */
const CLOCKS = 60_000;

/** A run that is in progress for so long is stuck. */
const STUCK = 10 * 60 * 1_000;

/** Finds what was missed: deliveries that failed, runs that are stuck, open pull requests that nobody judged. Never throws. */
export async function sweep(parts: AppParts, swept: Swept, signal: AbortSignal): Promise<void> {
  for (const [name, part] of Object.entries({ deliveries: redeliver, runs: takeUpRuns, pulls: judgeOpenPulls, store: tidy })) {
    if (signal.aborted) return;
    try {
      await part(parts, swept, signal);
    } catch (error) {
      parts.log.warn({ err: error, part: name }, "a part of the sweep failed");
    }
  }
}

interface Attempted {
  /** Of the newest attempt. */
  readonly id: number;
  attempts: number;
  /** When it was answered with success, for the first time; null where it never was. */
  answered: number | null;
}

/** What GitHub could not deliver it sends again only when asked; so too what a power cut or a restored backup took from the store. */
async function redeliver(parts: AppParts, swept: Swept, signal: AbortSignal): Promise<void> {
  const { github, store, metrics, log } = parts;
  const begun = parts.now();
  const oldest = Math.max(begun.getTime() - REDELIVERABLE, (swept.deliveries?.getTime() ?? 0) - LATELY);
  const byGuid = new Map<string, Attempted>();
  paging: for await (const { data } of github.app.paginate.iterator(github.app.rest.apps.listWebhookDeliveries, { per_page: 100 })) {
    for (const { id, guid, status_code: status, delivered_at: at } of data) {
      if (Date.parse(at) < oldest) break paging;
      const known = byGuid.get(guid) ?? { id, attempts: 0, answered: null };
      known.attempts++;
      // The newest come first.
      if (status >= 200 && status < 400) known.answered = Date.parse(at);
      byGuid.set(guid, known);
    }
  }
  const first = (await store.firstDelivery())?.getTime() ?? Number.POSITIVE_INFINITY;
  const doubtful = [...byGuid].filter(
    ([, { answered, attempts }]) => attempts < MOST_ATTEMPTS && (answered === null || answered > first + CLOCKS),
  );
  const stored = await store.knownDeliveries(doubtful.map(([guid]) => guid));
  for (const [guid, { id, answered }] of doubtful) {
    if (signal.aborted) return;
    if (stored.has(guid)) continue;
    await github.app.rest.apps.redeliverWebhookDelivery({ delivery_id: id });
    metrics.redelivered.inc();
    if (answered !== null) metrics.dropped.inc();
    log[answered === null ? "info" : "error"](
      { delivery: guid },
      answered === null ? "asked for a missed delivery" : "asked for a delivery that was stored once and is not there",
    );
  }
  swept.deliveries = begun;
}

/** The job that began it is gone, or waits: either way it reads what is so now. */
async function takeUpRuns({ store, now, metrics }: AppParts): Promise<void> {
  const stuck = await store.runs.unfinished(new Date(now().getTime() - STUCK));
  if (stuck.length > 0) metrics.healed.inc({ kind: "run" }, stuck.length);
  await store.enqueue(stuck.map(jobOf));
}

function jobOf({ installation, repository, number, base, head, rerun }: Run): Job {
  if (number === null) return { kind: "merge-group", installation, repository, base, head, ref: "", rerun, destroyed: false };
  return { kind: "pull-request", installation, repository, number, rerun };
}

async function judgeOpenPulls(parts: AppParts, { lists }: Swept, signal: AbortSignal): Promise<void> {
  const { github, store, budgets, log, metrics, now } = parts;
  const installations = await github.app.paginate(github.app.rest.apps.listInstallations, { per_page: 100 });
  for (const { id, suspended_at: suspended } of installations) {
    // Its pull requests are listed when the limit is over.
    if (suspended != null || (await budgets.pausedUntil(id)) !== null) continue;
    try {
      const octokit = github.installation(id);
      for (const repository of await repositoriesOf(octokit)) {
        if (signal.aborted) return;
        const pulls = await openPulls(octokit, repository, lists).catch((error: unknown) => {
          if (limitEnds(error, now()) !== null) throw error;
          log.warn({ err: error, repository }, "the pull requests of a repository could not be listed");
          return [];
        });
        const jobs = unsettled(parts, id, repository, pulls);
        if (jobs.length > 0) metrics.healed.inc({ kind: "pull-request" }, jobs.length);
        await store.enqueue(jobs);
      }
    } catch (error) {
      log.warn({ err: error, installation: id }, "the pull requests of an installation could not be listed");
    }
  }
}

async function tidy({ store, now }: AppParts): Promise<void> {
  await store.tidy(now());
}
