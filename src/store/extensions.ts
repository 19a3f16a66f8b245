import type { Database } from "./database.js";
import type { ExtensionStore } from "./store.js";

export function extensionsIn(database: Database): ExtensionStore {
  return {
    async save(installation, repository, files) {
      const [repositories, paths] = [files.map((file) => file.repository), files.map(({ path }) => path)];
      await database.query(
        `DELETE FROM faultline.extension WHERE repository = $1
         AND (extended, path) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
        [repository, repositories, paths],
      );
      if (files.length === 0) return;
      await database.query(
        `INSERT INTO faultline.extension (installation, repository, extended, path)
         SELECT $1, $2, extended, path FROM unnest($3::text[], $4::text[]) AS named (extended, path)
         ON CONFLICT (repository, extended, path) DO UPDATE SET installation = excluded.installation, at = now()`,
        [installation, repository, repositories, paths],
      );
    },
    async of(extended) {
      const rows = await database.query(
        "SELECT installation, repository, path FROM faultline.extension WHERE extended = $1 ORDER BY repository, path",
        [extended],
      );
      return rows.map((row) => ({
        installation: Number(row.installation),
        repository: row.repository as string,
        path: row.path as string,
      }));
    },
  };
}
