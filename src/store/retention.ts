import type { Database } from "./database.js";

/**
 * Days that things are kept. Deliveries: longer than GitHub can be asked for them; so are answers, which are given once for
 * each delivery. Queued checks: until GitHub calls them stale. Waivers: from the last run of their pull request on. Audit: as long as questions come. Limits of GitHub: they last an hour.
 */
export const RETENTION = {
  deliveries: 14,
  unusedFacts: 30,
  reports: 90,
  answers: 90,
  queuedChecks: 14,
  history: 400,
  waivers: 400,
  audit: 800,
  limits: 1,
} as const;

const DAY = 24 * 60 * 60 * 1000;

export async function tidy(database: Database, now: Date): Promise<void> {
  const before = (days: number): Date => new Date(now.getTime() - days * DAY);
  await database.query("DELETE FROM faultline.delivery WHERE received_at < $1", [before(RETENTION.deliveries)]);
  await database.query("DELETE FROM faultline.fact WHERE used_on < $1::timestamptz::date", [before(RETENTION.unusedFacts)]);
  await database.query(
    "UPDATE faultline.run SET packed_report = NULL WHERE state = 'completed' AND completed_at < $1 AND packed_report IS NOT NULL",
    [before(RETENTION.reports)],
  );
  await database.query("DELETE FROM faultline.answered WHERE at < $1", [before(RETENTION.answers)]);
  await database.query("DELETE FROM faultline.audit WHERE at < $1", [before(RETENTION.audit)]);
  await database.query(
    `DELETE FROM faultline.waiver WHERE at < $1 AND NOT EXISTS (
       SELECT FROM faultline.run WHERE run.repository = waiver.repository AND run.number = waiver.number AND run.started_at >= $1)`,
    [before(RETENTION.waivers)],
  );
  await database.query("DELETE FROM faultline.budget WHERE renewed_at < $1", [before(RETENTION.limits)]);
  await database.query("DELETE FROM faultline.pause WHERE until < $1", [before(RETENTION.limits)]);
  await database.query("DELETE FROM faultline.queued_check WHERE at < $1", [before(RETENTION.queuedChecks)]);
  for (const table of ["system", "debt_step", "extension"])
    await database.query(`DELETE FROM faultline.${table} WHERE at < $1`, [before(RETENTION.history)]);
}
