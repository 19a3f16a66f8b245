import type { Database, Row } from "./database.js";
import { packed, unpacked } from "./packed.js";
import type { DebtStep, SystemStore } from "./store.js";

export function systemsIn(database: Database): SystemStore {
  return {
    async load(repository) {
      const [row] = await database.query("SELECT * FROM faultline.system WHERE repository = $1", [repository]);
      if (row === undefined) return null;
      return {
        repository,
        installation: Number(row.installation),
        commit: row.commit as string,
        at: row.at as Date,
        report: unpacked(row.packed_report as string),
      };
    },
    async save({ repository, installation, commit, at, report }, step) {
      await database.transaction(async ({ query }) => {
        await query(
          `INSERT INTO faultline.system (repository, installation, commit, at, packed_report) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (repository) DO UPDATE
           SET installation = excluded.installation, commit = excluded.commit, at = excluded.at, packed_report = excluded.packed_report`,
          [repository, installation, commit, at, packed(report)],
        );
        await query(
          `INSERT INTO faultline.debt_step (repository, installation, commit, at, introduced, fixed, open) VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT DO NOTHING`,
          [repository, step.installation, step.commit, step.at, step.introduced, step.fixed, step.open],
        );
      });
    },
    async history(repository, since) {
      const rows = await database.query("SELECT * FROM faultline.debt_step WHERE repository = $1 AND at >= $2 ORDER BY at, commit", [
        repository,
        since,
      ]);
      return rows.map(stepOf);
    },
  };
}

function stepOf(row: Row): DebtStep {
  return {
    installation: Number(row.installation),
    commit: row.commit as string,
    at: row.at as Date,
    introduced: row.introduced as number,
    fixed: row.fixed as number,
    open: row.open as number,
  };
}
