import type { Db, PgBoss } from "pg-boss";
import { storable } from "./database.js";
import { keyOf, type Job, type PullRequestJob } from "./jobs.js";

/** The name of the queue. */
export const WORK = "work";

interface When {
  /** Null: at once. */
  readonly after: Date | null;
  /** The job ran already and comes back, so that one that waits is newer. */
  readonly parked: boolean;
}

/** Adds a job inside a transaction. For a pull request one that waits is enough: it reads the newest state when it runs. */
export async function putJob(boss: PgBoss, db: Db, job: Job, when: When): Promise<void> {
  if (job.kind !== "pull-request") return send(boss, db, job, when.after);
  await db.executeSql("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [keyOf(job)]);
  const replaced = await removeWaiting(db, job);
  const older = replaced.map(({ rerun }) => rerun).find((rerun) => rerun !== null) ?? null;
  const rerun = when.parked ? (older ?? job.rerun) : (job.rerun ?? older);
  const since = replaced.length === 0 ? {} : { since: Math.min(...replaced.map((one) => one.since)) };
  return send(boss, db, { ...job, rerun, ...since }, when.parked ? when.after : earliest(when.after, replaced));
}

/** A job as it is stored. `since`: when the first of those that it replaced came, in milliseconds since 1970. */
export type StoredJob = Job & { readonly since?: number };

interface Replaced {
  readonly rerun: string | null;
  readonly due: Date;
  readonly since: number;
}

/** When a stored job began to wait, in SQL. */
export const WAITS_SINCE = "COALESCE((data->>'since')::float8, EXTRACT(EPOCH FROM created_on)::float8 * 1000)";

/** In one statement, so that a worker that takes the job at the same moment keeps it. */
async function removeWaiting(db: Db, job: PullRequestJob): Promise<readonly Replaced[]> {
  const { rows } = await db.executeSql(
    `DELETE FROM pgboss.job WHERE name = $1 AND singleton_key = $2 AND state < 'active' AND data->>'kind' = 'pull-request'
     RETURNING data->>'rerun' AS rerun, start_after AS due, ${WAITS_SINCE} AS since`,
    [WORK, keyOf(job)],
  );
  return rows as Replaced[];
}

/** A sweep that spreads its jobs over time must not delay what somebody waits for. */
function earliest(after: Date | null, replaced: readonly Replaced[]): Date | null {
  if (after === null) return null;
  return new Date(Math.min(after.getTime(), ...replaced.map(({ due }) => due.getTime())));
}

async function send(boss: PgBoss, db: Db, job: StoredJob, after: Date | null): Promise<void> {
  await boss.send(WORK, cleaned(job), { singletonKey: keyOf(job), db, ...(after === null ? {} : { startAfter: after }) });
}

function cleaned(job: StoredJob): StoredJob {
  return Object.fromEntries(
    Object.entries(job).map(([key, value]) => [key, typeof value === "string" ? storable(value) : (value as unknown)]),
  ) as unknown as StoredJob;
}
