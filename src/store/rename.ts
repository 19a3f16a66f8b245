import type { Database } from "./database.js";

/** Gives what is kept about a repository its new name. What was already kept under that one, a delivery overtook, and stays. */
export async function renameIn(database: Database, from: string, to: string): Promise<void> {
  await database.transaction(async ({ query }) => {
    await query(
      `UPDATE faultline.run AS old SET repository = $2 WHERE old.repository = $1 AND NOT EXISTS (
         SELECT 1 FROM faultline.run AS new
         WHERE new.repository = $2 AND new.head = old.head AND new.base = old.base AND new.settings = old.settings
         AND COALESCE(new.number, 0) = COALESCE(old.number, 0) AND COALESCE(new.rerun, '') = COALESCE(old.rerun, ''))`,
      [from, to],
    );
    await query(
      `INSERT INTO faultline.waiver (repository, number, fingerprint, reason, author, at, until)
       SELECT $2, number, fingerprint, reason, author, at, until FROM faultline.waiver WHERE repository = $1
       ON CONFLICT (repository, number, fingerprint) DO NOTHING`,
      [from, to],
    );
    await query("DELETE FROM faultline.waiver WHERE repository = $1", [from]);
    for (const [table, key] of [
      ["system", "true"],
      ["debt_step", "new.commit = old.commit"],
      ["queued_check", "new.number = old.number AND new.head = old.head"],
    ]) {
      await query(
        `UPDATE faultline.${table} AS old SET repository = $2 WHERE old.repository = $1 AND NOT EXISTS (SELECT 1 FROM faultline.${table} AS new WHERE new.repository = $2 AND ${key})`,
        [from, to],
      );
      await query(`DELETE FROM faultline.${table} WHERE repository = $1`, [from]);
    }
    await query("UPDATE faultline.audit SET repository = $2 WHERE repository = $1", [from, to]);
  });
}
