import type { Database } from "./database.js";
import { packed, unpackedBytes } from "./packed.js";
import type { FactsStore } from "./store.js";

/** Rows in one statement: fewer cost more trips, more cost more planning. */
const CHUNK = 200;

/** As a cache it never fails: what cannot be read is read from the files again. */
export function factsIn(database: Database): FactsStore {
  return {
    async load(keys) {
      const found = new Map<string, Uint8Array>();
      try {
        for (const chunk of chunks([...keys])) {
          const rows = await database.query("SELECT key, packed FROM faultline.fact WHERE key = ANY($1::text[])", [chunk]);
          for (const row of rows) found.set(String(row.key), unpackedBytes(String(row.packed)));
          // Once a day is enough to know what is in use.
          await database.query("UPDATE faultline.fact SET used_on = current_date WHERE key = ANY($1::text[]) AND used_on < current_date", [
            chunk,
          ]);
        }
      } catch {
        return found;
      }
      return found;
    },
    async save(entries) {
      // In order, so that two processes that save the same keys wait for each other instead of locking each other out.
      const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
      try {
        for (const chunk of chunks(sorted)) {
          const places = chunk.map((_, index) => `($${2 * index + 1}, $${2 * index + 2})`).join(", ");
          const values = chunk.flatMap(([key, bytes]) => [key, packed(bytes)]);
          await database.query(`INSERT INTO faultline.fact (key, packed) VALUES ${places} ON CONFLICT (key) DO NOTHING`, values);
        }
      } catch {
        return;
      }
    },
  };
}

function* chunks<T>(items: readonly T[]): Generator<T[]> {
  for (let at = 0; at < items.length; at += CHUNK) yield items.slice(at, at + CHUNK);
}
