import type { Database } from "./database.js";
import type { BudgetStore } from "./store.js";

export function budgetsIn(database: Database): BudgetStore {
  return {
    async of(installation) {
      const rows = await database.query("SELECT most, remaining, renewed_at FROM faultline.budget WHERE installation = $1", [installation]);
      const [pause] = await database.query("SELECT until FROM faultline.pause WHERE installation = $1", [installation]);
      return {
        pausedUntil: (pause?.until as Date | undefined) ?? null,
        budgets: rows.map((row) => ({ most: row.most as number, remaining: row.remaining as number, renewedAt: row.renewed_at as Date })),
      };
    },
    async note(installation, seen) {
      // In order, so that two processes wait for each other instead of locking each other out.
      for (const [resource, { most, remaining, renewedAt }] of [...seen].sort(([a], [b]) => (a < b ? -1 : 1))) {
        await database.query(
          `INSERT INTO faultline.budget AS known (installation, resource, most, remaining, renewed_at) VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (installation, resource) DO UPDATE SET most = excluded.most, renewed_at = excluded.renewed_at,
             remaining = CASE WHEN excluded.renewed_at > known.renewed_at THEN excluded.remaining ELSE LEAST(known.remaining, excluded.remaining) END
           WHERE excluded.renewed_at >= known.renewed_at`,
          [installation, resource, most, remaining, renewedAt],
        );
      }
    },
    async pause(installation, until) {
      await database.query(
        `INSERT INTO faultline.pause AS known (installation, until) VALUES ($1, $2)
         ON CONFLICT (installation) DO UPDATE SET until = GREATEST(known.until, excluded.until)`,
        [installation, until],
      );
    },
  };
}
