import { PgBoss, type Db, type JobWithMetadata } from "pg-boss";
import type { Database, Queries } from "./database.js";
import { keyOf, type Job } from "./jobs.js";
import { putJob, WORK, type StoredJob } from "./put-job.js";
import { RetryLater, type Handler, type PoisonHandler, type QueueState } from "./store.js";

const POISON = "poison";

/** In seconds, but for `retries`. */
export interface Pace {
  readonly retries: number;
  /** Before the first retry; it doubles each time, with some chance in it. */
  readonly retryDelay: number;
  readonly longestRetryDelay: number;
  /** A job whose process is silent for this long is taken from it. */
  readonly heartbeat: number;
  /** Between two looks for such jobs. */
  readonly supervision: number;
  /** Between two looks for jobs that another process stored or that have become due. */
  readonly polling: number;
}

const PACE: Pace = { retries: 5, retryDelay: 5, longestRetryDelay: 300, heartbeat: 15, supervision: 10, polling: 2 };

/** Any number will do, as long as it is always the same, and no other's. */
const LOCK = 7_320_519;

/** How long an aborted handler may take to notice. */
const GRACE = 1_000;
const LONGEST_ERROR = 2_000;

interface Running {
  readonly job: Job;
  readonly abort: AbortController;
}

export class JobQueue {
  readonly #database: Database;
  readonly #boss: PgBoss;
  readonly #pace: Pace;
  readonly #running = new Map<string, Running>();
  #workers: string[] = [];

  private constructor(database: Database, pace: Pace) {
    this.#database = database;
    this.#pace = pace;
    this.#boss = new PgBoss({
      db: adapter(database),
      backend: database.engine,
      schedule: false,
      registerInstance: false,
      superviseIntervalSeconds: pace.supervision,
      monitorIntervalSeconds: pace.supervision,
      monitorVacuum: database.engine === "postgres",
      reindex: database.engine === "postgres",
    });
    // A look for jobs or a sweep failed. The next one follows soon, and what the App itself asks fails for itself.
    this.#boss.on("error", () => {});
  }

  static async open(database: Database, pace: Partial<Pace> = {}): Promise<JobQueue> {
    const queue = new JobQueue(database, { ...PACE, ...pace });
    const start = async (): Promise<void> => {
      await queue.#boss.start();
      await queue.#declare();
    };
    if (database.engine === "pglite") {
      await start();
      await queue.#takeBackAll();
    } else {
      // Several processes that start at once on an empty database make the same tables, of which the engine lets one succeed.
      await database.transaction(async ({ query }) => {
        await query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
        await start();
      });
    }
    return queue;
  }

  /** Inside a transaction, so that a delivery and its jobs are stored together. Call `wake` once it is committed. */
  async put(queries: Queries, jobs: readonly Job[], after: Date | null): Promise<void> {
    // In order of their keys, which are locked: two transactions with the same keys wait instead of locking each other out.
    const sorted = [...jobs].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    for (const job of sorted) await putJob(this.#boss, adapter(queries), job, { after, parked: false });
  }

  wake(): void {
    for (const worker of this.#workers) this.#boss.notifyWorker(worker);
  }

  async work(handler: Handler, onPoison: PoisonHandler, concurrency: number): Promise<void> {
    const polling = { pollingIntervalSeconds: this.#pace.polling };
    for (let count = 0; count < concurrency; count += 1) {
      const worker: string = await this.#boss.work<StoredJob>(WORK, polling, async ([taken]) => {
        if (taken === undefined) return;
        const { since: _, ...job } = taken.data;
        try {
          await this.#run(taken.id, job, taken.signal, handler);
        } finally {
          // A worker that was woken looks once; there may be more.
          this.#boss.notifyWorker(worker);
        }
      });
      this.#workers.push(worker);
    }
    await this.#boss.work<Job, void, { includeMetadata: true; pollingIntervalSeconds: number }>(
      POISON,
      { includeMetadata: true, ...polling },
      async ([taken]: JobWithMetadata<Job>[]) => {
        if (taken !== undefined) await onPoison(taken.data, lastError(taken));
      },
    );
  }

  async drain(ms: number): Promise<void> {
    this.#workers = [];
    const stopped = Promise.all([this.#boss.offWork(WORK), this.#boss.offWork(POISON)]);
    if (await within(ms, stopped)) return;
    for (const { abort } of this.#running.values()) abort.abort();
    await within(GRACE, stopped);
    // These did not listen. They are handed back all the same, and whatever they still finish counts for nothing.
    for (const [id, { job }] of this.#running) await this.#handBack(id, job);
  }

  async state(): Promise<QueueState> {
    const [row] = await this.#database.query(
      `SELECT count(*) FILTER (WHERE state < 'active')::int AS waiting, count(*) FILTER (WHERE state = 'active')::int AS active,
       COALESCE(EXTRACT(EPOCH FROM now() - min(start_after) FILTER (WHERE state < 'active')), 0)::float8 AS oldest
       FROM pgboss.job WHERE name = $1 AND state < 'completed'`,
      [WORK],
    );
    return { waiting: Number(row?.waiting), active: Number(row?.active), oldestSeconds: Math.max(0, Number(row?.oldest)) };
  }

  async close(): Promise<void> {
    await this.drain(0);
    await this.#boss.stop({ graceful: false, close: false });
  }

  async #declare(): Promise<void> {
    const { retries, retryDelay, longestRetryDelay, heartbeat } = this.#pace;
    const often = { retryLimit: retries, retryDelay, retryBackoff: true, retryDelayMax: longestRetryDelay, heartbeatSeconds: heartbeat };
    await this.#boss.createQueue(POISON, often);
    await this.#boss.createQueue(WORK, { policy: "singleton", deadLetter: POISON, deleteAfterSeconds: 24 * 60 * 60, ...often });
    // Queues that exist keep their old settings otherwise.
    await this.#boss.updateQueue(WORK, often);
  }

  /** Nobody else has the directory, so that what is still active belonged to a process that is gone. It costs an attempt: it may be the cause. */
  async #takeBackAll(): Promise<void> {
    for (const name of [WORK, POISON]) {
      const rows = await this.#database.query("SELECT id FROM pgboss.job WHERE name = $1 AND state = 'active'", [name]);
      const ids = rows.map(({ id }) => String(id));
      if (ids.length > 0) await this.#boss.fail(name, ids, { message: "the process ended while it worked on this" });
    }
  }

  async #run(id: string, job: Job, taken: AbortSignal, handler: Handler): Promise<void> {
    const abort = new AbortController();
    this.#running.set(id, { job, abort });
    try {
      await this.#handle(job, AbortSignal.any([taken, abort.signal]), abort.signal, handler);
    } finally {
      this.#running.delete(id);
    }
  }

  async #handle(job: Job, signal: AbortSignal, drained: AbortSignal, handler: Handler): Promise<void> {
    try {
      await handler(job, signal);
    } catch (error) {
      if (error instanceof RetryLater) return this.#park(job, error.at);
      if (drained.aborted) return this.#park(job, new Date());
      throw plain(error);
    }
  }

  /** A copy waits, and the job itself counts as done. A crash between the two runs it once too often, and never too seldom. */
  async #park(job: Job, at: Date): Promise<void> {
    await this.#database.transaction((queries) => putJob(this.#boss, adapter(queries), job, { after: at, parked: true }));
  }

  async #handBack(id: string, job: Job): Promise<void> {
    await this.#database.transaction(async (queries) => {
      const db = adapter(queries);
      await this.#boss.deleteJob(WORK, id, { db });
      await putJob(this.#boss, db, job, { after: new Date(), parked: true });
    });
  }
}

function adapter(queries: Queries): Db {
  return { executeSql: async (sql, values) => ({ rows: [...(await queries.query(sql, values))] }) };
}

/** Errors of requests carry what was sent and received, which must not be stored. */
function plain(error: unknown): Error {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const stored = new Error(text.replaceAll("\0", "").slice(0, LONGEST_ERROR));
  delete stored.stack;
  return stored;
}

function lastError({ sourceOutput }: JobWithMetadata<Job>): Error {
  const { message, value } = (sourceOutput ?? {}) as { message?: string; value?: { message?: string } };
  return new Error(message ?? value?.message ?? "failed for an unknown reason");
}

/** Whether the work was done in time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
