import type { Database, Row } from "./database.js";
import { WAITS_SINCE, WORK } from "./put-job.js";
import type { QueuedCheck, QueuedChecks } from "./store.js";

/** What a job, a run or a queued check is about, in SQL: a merge group has no number, and 0 stands for that. */
const NUMBER = "COALESCE((job.data->>'number')::int, 0)";

/**
 * The job's row is locked meanwhile, so that whoever takes the job finds the claim. While another job of the pull request
 * or merge group runs, nothing is claimed: it may be about to judge this very head. Neither is it where the group is gone.
 */
const CLAIM = `WITH waiting AS (
    SELECT (data->>'installation')::bigint AS installation, data->>'repository' AS repository, ${NUMBER} AS number, data->>'head' AS head
    FROM pgboss.job AS job
    WHERE name = $1 AND state < 'active' AND data->>'kind' IN ('pull-request', 'merge-group') AND data->>'head' IS NOT NULL
    AND ${WAITS_SINCE} < (EXTRACT(EPOCH FROM now())::float8 - $2::float8) * 1000
    AND NOT EXISTS (SELECT FROM pgboss.job AS other WHERE other.name = $1 AND other.singleton_key = job.singleton_key
      AND (other.state = 'active' OR other.state < 'active' AND other.data->>'destroyed' = 'true'))
    AND NOT EXISTS (SELECT FROM faultline.run
      WHERE run.repository = job.data->>'repository' AND COALESCE(run.number, 0) = ${NUMBER} AND run.head = job.data->>'head')
    AND NOT EXISTS (SELECT FROM faultline.queued_check AS known
      WHERE known.repository = job.data->>'repository' AND known.number = ${NUMBER} AND known.head = job.data->>'head')
    ORDER BY ${WAITS_SINCE} DESC LIMIT $3
    FOR UPDATE OF job SKIP LOCKED
  )
  INSERT INTO faultline.queued_check (installation, repository, number, head) SELECT installation, repository, number, head FROM waiting
  ON CONFLICT DO NOTHING RETURNING *`;

export function queuedChecksIn(database: Database): QueuedChecks {
  return {
    claim: async (seconds, most) => (await database.query(CLAIM, [WORK, seconds, most])).map(checkOf),
    async announce({ installation, repository, number, head }, externalId) {
      await database.query(
        `INSERT INTO faultline.queued_check (installation, repository, number, head, external_id) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (repository, number, head) DO UPDATE SET external_id = excluded.external_id, check_run = NULL, settled = false, at = now()`,
        [installation, repository, number ?? 0, head, externalId],
      );
    },
    async settle({ repository, number, head }, checkRun) {
      await database.query(
        "UPDATE faultline.queued_check SET check_run = $4, settled = true WHERE repository = $1 AND number = $2 AND head = $3",
        [repository, number ?? 0, head, checkRun],
      );
    },
    async of(repository, number) {
      const rows = await database.query("SELECT * FROM faultline.queued_check WHERE repository = $1 AND number = $2 ORDER BY at, head", [
        repository,
        number ?? 0,
      ]);
      return rows.map(checkOf);
    },
    async forget({ repository, number, head }) {
      await database.query("DELETE FROM faultline.queued_check WHERE repository = $1 AND number = $2 AND head = $3", [
        repository,
        number ?? 0,
        head,
      ]);
    },
  };
}

function checkOf(row: Row): QueuedCheck {
  return {
    installation: Number(row.installation),
    repository: row.repository as string,
    number: row.number === 0 ? null : (row.number as number),
    head: row.head as string,
    checkRun: row.check_run === null ? null : Number(row.check_run),
    settled: row.settled as boolean,
    at: row.at as Date,
    externalId: row.external_id as string | null,
  };
}
