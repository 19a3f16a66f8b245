import type { Database } from "./database.js";

/** Days that things are kept. Deliveries: longer than GitHub can be asked for them. */
export const RETENTION = { deliveries: 14, unusedFacts: 30, reports: 90, history: 400 } as const;

const DAY = 24 * 60 * 60 * 1000;

export async function tidy(database: Database, now: Date): Promise<void> {
  const before = (days: number): Date => new Date(now.getTime() - days * DAY);
  await database.query("DELETE FROM faultline.delivery WHERE received_at < $1", [before(RETENTION.deliveries)]);
  await database.query("DELETE FROM faultline.fact WHERE used_on < $1::timestamptz::date", [before(RETENTION.unusedFacts)]);
  await database.query("UPDATE faultline.run SET packed_report = NULL WHERE state = 'completed' AND completed_at < $1 AND packed_report IS NOT NULL", [
    before(RETENTION.reports),
  ]);
  for (const table of ["system", "debt_step"]) await database.query(`DELETE FROM faultline.${table} WHERE at < $1`, [before(RETENTION.history)]);
}
