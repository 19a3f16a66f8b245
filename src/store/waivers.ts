import { storable, type Database, type Row } from "./database.js";
import type { CommandWaiver, WaiverStore } from "./store.js";

export function waiversIn(database: Database): WaiverStore {
  return {
    async add(waiver) {
      await database.query(
        `INSERT INTO faultline.waiver (repository, number, fingerprint, reason, author, at, until) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (repository, number, fingerprint) DO UPDATE
         SET reason = excluded.reason, author = excluded.author, at = excluded.at, until = excluded.until`,
        [waiver.repository, waiver.number, waiver.fingerprint, storable(waiver.reason), waiver.author, waiver.at, waiver.until],
      );
    },
    async remove(repository, number, fingerprint) {
      const removed = await database.query(
        "DELETE FROM faultline.waiver WHERE repository = $1 AND number = $2 AND fingerprint = $3 RETURNING fingerprint",
        [repository, number, fingerprint],
      );
      return removed.length > 0;
    },
    async of(repository, number) {
      const rows = await database.query("SELECT * FROM faultline.waiver WHERE repository = $1 AND number = $2 ORDER BY at, fingerprint", [
        repository,
        number,
      ]);
      return rows.map(waiverOf);
    },
  };
}

function waiverOf(row: Row): CommandWaiver {
  return {
    repository: row.repository as string,
    number: row.number as number,
    fingerprint: row.fingerprint as string,
    reason: row.reason as string,
    author: row.author as string,
    at: row.at as Date,
    until: row.until as string | null,
  };
}
