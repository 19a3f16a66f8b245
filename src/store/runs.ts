import type { Database, Row } from "./database.js";
import { packed, unpacked } from "./packed.js";
import type { Run, RunStore } from "./store.js";

const KEY = "repository, head, base, settings, COALESCE(number, 0), COALESCE(rerun, '')";

const WITHOUT_REPORT =
  "repository, number, base, head, settings, rerun, check_run, state, conclusion, started_at, completed_at, reviewed, installation";

export function runsIn(database: Database): RunStore {
  return {
    async find(key) {
      const [row] = await database.query(
        `SELECT * FROM faultline.run WHERE repository = $1 AND head = $2 AND base = $3 AND settings = $4
         AND COALESCE(number, 0) = $5 AND COALESCE(rerun, '') = $6`,
        [key.repository, key.head, key.base, key.settings, key.number ?? 0, key.rerun ?? ""],
      );
      return row === undefined ? null : runOf(row);
    },
    async save(run) {
      await database.query(
        `INSERT INTO faultline.run (repository, number, base, head, settings, rerun, check_run, state, conclusion, started_at, completed_at, reviewed, packed_report, installation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (${KEY}) DO UPDATE SET check_run = excluded.check_run, state = excluded.state, conclusion = excluded.conclusion,
           started_at = excluded.started_at, completed_at = excluded.completed_at, reviewed = excluded.reviewed, packed_report = excluded.packed_report, installation = excluded.installation`,
        [
          run.repository,
          run.number,
          run.base,
          run.head,
          run.settings,
          run.rerun,
          run.checkRun,
          run.state,
          run.conclusion,
          run.startedAt,
          run.completedAt,
          run.reviewed,
          run.report === null ? null : packed(run.report),
          run.installation,
        ],
      );
    },
    async ofPullRequest(repository, number) {
      const rows = await database.query("SELECT * FROM faultline.run WHERE repository = $1 AND number = $2 ORDER BY started_at DESC", [
        repository,
        number,
      ]);
      return rows.map(runOf);
    },
    async ofHead(repository, head) {
      const rows = await database.query("SELECT * FROM faultline.run WHERE repository = $1 AND head = $2 ORDER BY started_at DESC", [
        repository,
        head,
      ]);
      return rows.map(runOf);
    },
    async ofCheckRun(repository, checkRun) {
      const [row] = await database.query("SELECT * FROM faultline.run WHERE repository = $1 AND check_run = $2 ORDER BY started_at DESC", [
        repository,
        checkRun,
      ]);
      return row === undefined ? null : runOf(row);
    },
    async recent(repository, limit) {
      const rows = await database.query(
        `SELECT ${WITHOUT_REPORT} FROM faultline.run WHERE repository = $1 AND number IS NOT NULL ORDER BY started_at DESC LIMIT $2`,
        [repository, limit],
      );
      return rows.map((row) => {
        const { report: _, ...run } = runOf({ ...row, packed_report: null });
        return run;
      });
    },
    async unfinished(olderThan) {
      const rows = await database.query("SELECT * FROM faultline.run WHERE state = 'in_progress' AND started_at < $1 ORDER BY started_at", [
        olderThan,
      ]);
      return rows.map(runOf);
    },
  };
}

function runOf(row: Row): Run {
  return {
    repository: row.repository as string,
    installation: Number(row.installation),
    number: row.number as number | null,
    base: row.base as string,
    head: row.head as string,
    settings: row.settings as string,
    rerun: row.rerun as string | null,
    checkRun: Number(row.check_run),
    state: row.state as Run["state"],
    conclusion: row.conclusion as string | null,
    startedAt: row.started_at as Date,
    completedAt: row.completed_at as Date | null,
    reviewed: row.reviewed as boolean,
    report: row.packed_report === null ? null : unpacked(row.packed_report as string),
  };
}
