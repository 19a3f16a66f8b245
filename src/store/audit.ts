import { storable, type Database } from "./database.js";
import type { AuditStore } from "./store.js";

export function auditIn(database: Database): AuditStore {
  return {
    async write({ at, actor, repository, action, detail }) {
      await database.query("INSERT INTO faultline.audit (at, actor, repository, action, detail) VALUES ($1, $2, $3, $4, $5)", [
        at,
        actor,
        repository,
        action,
        storable(detail),
      ]);
    },
    async of(repository) {
      const rows = await database.query("SELECT at, actor, action, detail FROM faultline.audit WHERE repository = $1 ORDER BY id", [
        repository,
      ]);
      return rows.map((row) => ({
        at: row.at as Date,
        actor: row.actor as string,
        action: row.action as string,
        detail: row.detail as string,
      }));
    },
  };
}
