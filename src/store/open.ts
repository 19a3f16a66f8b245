import { auditIn } from "./audit.js";
import { budgetsIn } from "./budgets.js";
import type { Database } from "./database.js";
import { openEmbedded } from "./embedded.js";
import { extensionsIn } from "./extensions.js";
import { factsIn } from "./facts.js";
import { migrate } from "./migrations.js";
import { JobQueue, type Pace } from "./queue.js";
import { queuedChecksIn } from "./queued-checks.js";
import { renameIn } from "./rename.js";
import { tidy } from "./retention.js";
import { runsIn } from "./runs.js";
import { openServer } from "./server.js";
import type { Delivery, Store, StoreLocation } from "./store.js";
import { systemsIn } from "./systems.js";
import { waiversIn } from "./waivers.js";

export interface StoreOptions {
  readonly pace?: Partial<Pace>;
  /** The compiled thread of the embedded engine. */
  readonly worker?: URL;
}

/** Opens the store and brings its tables up to date. Throws `StoreError`. */
export async function openStore(at: StoreLocation, options: StoreOptions = {}): Promise<Store> {
  const database = await openDatabase(at, options);
  try {
    return await openStoreOn(database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
}

export async function openDatabase(at: StoreLocation, { worker }: StoreOptions = {}): Promise<Database> {
  return "databaseUrl" in at ? openServer(at.databaseUrl) : openEmbedded(at.dataDirectory, worker);
}

/** The store in a database that is open, and is closed with it. */
export async function openStoreOn(database: Database, { pace }: StoreOptions = {}): Promise<Store> {
  await migrate(database);
  return storeOn(database, await JobQueue.open(database, pace));
}

function storeOn(database: Database, queue: JobQueue): Store {
  return {
    async accept(delivery, jobs) {
      const stored = await database.transaction(async (queries) => {
        const added = await queries.query(ADD_DELIVERY, deliveryValues(delivery));
        if (added.length > 0) await queue.put(queries, jobs, null);
        return added.length > 0;
      });
      if (stored) queue.wake();
      return stored ? "stored" : "duplicate";
    },
    async enqueue(jobs, { after } = {}) {
      await database.transaction((queries) => queue.put(queries, jobs, after ?? null));
      queue.wake();
    },
    work: (handler, onPoison, concurrency) => queue.work(handler, onPoison, concurrency),
    drain: (ms) => queue.drain(ms),
    queue: () => queue.state(),
    async knownDeliveries(ids) {
      const rows = await database.query("SELECT id FROM faultline.delivery WHERE id = ANY($1::text[])", [[...ids]]);
      return new Set(rows.map(({ id }) => String(id)));
    },
    async firstDelivery() {
      const [row] = await database.query("SELECT min(received_at) AS first FROM faultline.delivery");
      return (row?.first as Date | null | undefined) ?? null;
    },
    facts: factsIn(database),
    runs: runsIn(database),
    systems: systemsIn(database),
    waivers: waiversIn(database),
    answered: {
      async first(key) {
        return (
          (await database.query("INSERT INTO faultline.answered (key) VALUES ($1) ON CONFLICT DO NOTHING RETURNING key", [key])).length > 0
        );
      },
    },
    audit: auditIn(database),
    budgets: budgetsIn(database),
    queuedChecks: queuedChecksIn(database),
    extensions: extensionsIn(database),
    rename: (from, to) => renameIn(database, from, to),
    tidy: (now) => tidy(database, now),
    async close() {
      await queue.close();
      await database.close();
    },
  };
}

const ADD_DELIVERY =
  "INSERT INTO faultline.delivery (id, event, action, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING id";

function deliveryValues({ id, event, action, receivedAt }: Delivery): readonly unknown[] {
  return [id, event, action, receivedAt];
}
