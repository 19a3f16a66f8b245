import { mkdir, readdir, rename } from "node:fs/promises";
import path from "node:path";
import { Worker } from "node:worker_threads";
import type { Database, Queries, Row } from "./database.js";
import { lockDirectory } from "./directory-lock.js";
import type { Answer, EngineFailure, Request } from "./pglite-worker.js";
import { StoreError } from "./store.js";

const COMPILED = new URL("./pglite-worker.js", import.meta.url);
/** These say that the machine is at fault, not what is stored. */
const OUTSIDE = /EACCES|EPERM|EROFS|ENOSPC|EDQUOT|EMFILE|ENFILE|EIO|out of memory|No space left|Permission denied/i;

/** Opens the database in a directory, which is made if there is none and locked until the database is closed. */
export async function openEmbedded(directory: string, worker: URL = COMPILED): Promise<Database> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StoreError(
      `Cannot create ${directory} (${(error as NodeJS.ErrnoException).code}). Choose a FAULTLINE_DATA_DIR that can be written to.`,
    );
  }
  const lock = await lockDirectory(directory);
  try {
    const thread = await start(directory, worker);
    return new EmbeddedDatabase(thread, lock.release);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function start(directory: string, worker: URL): Promise<Thread> {
  const data = path.join(directory, "database");
  const existed = (await readdir(data).catch(() => [])).length > 0;
  const thread = new Thread(worker, data);
  try {
    await thread.opened;
    return thread;
  } catch (error) {
    await thread.end();
    const reason = (error as Error).message;
    // Only the engine itself can tell that what is stored is broken, and only if the machine gave it all it needs.
    const broken = error instanceof EngineError && existed && !OUTSIDE.test(reason);
    if (!broken) throw new StoreError(`Cannot open the database in ${directory}: ${reason}`);
    const aside = path.join(directory, `database-broken-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`);
    await rename(data, aside);
    throw new StoreError(
      `The database in ${directory} cannot be opened (${reason}) and was moved aside to ${aside}. Start again: Faultline begins anew and asks GitHub for what it missed. Findings accepted by commands and the audit log are only in the directory moved aside.`,
    );
  }
}

/** What the engine answered, as opposed to the failure of its thread. */
class EngineError extends Error {
  readonly code: string | undefined;
  readonly constraint: string | undefined;

  constructor({ message, code, constraint }: EngineFailure) {
    super(message);
    this.code = code;
    this.constraint = constraint;
  }
}

/** The thread with the engine, and the answers it owes. */
class Thread {
  readonly opened: Promise<unknown>;
  readonly #worker: Worker;
  readonly #owed = new Map<number, { resolve: (rows: readonly Row[]) => void; reject: (error: Error) => void }>();
  #last = 0;
  #gone: Error | null = null;

  constructor(file: URL, directory: string) {
    this.#worker = new Worker(file, { workerData: directory, name: "database" });
    this.opened = new Promise((resolve, reject) => this.#owed.set(0, { resolve, reject }));
    this.#worker.on("message", (answer: Answer) => this.#take(answer));
    this.#worker.on("error", (error: Error) => this.#lose(error));
    this.#worker.on("exit", () => this.#lose(new StoreError("The thread of the embedded database has ended.")));
  }

  ask(request: { readonly sql: string; readonly values: readonly unknown[] } | { readonly close: true }): Promise<readonly Row[]> {
    if (this.#gone !== null) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#owed.set(id, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      this.#worker.postMessage({ id, ...request } satisfies Request);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(answer: Answer): void {
    const owed = this.#owed.get(answer.id);
    this.#owed.delete(answer.id);
    if ("rows" in answer) owed?.resolve(answer.rows);
    else owed?.reject(new EngineError(answer.error));
  }

  #lose(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#owed.values()) reject(this.#gone);
    this.#owed.clear();
  }
}

/** One connection, so that whoever has a transaction has the engine alone. */
class EmbeddedDatabase implements Database {
  readonly engine = "pglite";
  readonly #thread: Thread;
  readonly #released: () => Promise<void>;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(thread: Thread, released: () => Promise<void>) {
    this.#thread = thread;
    this.#released = released;
  }

  query(sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return this.#alone(() => this.#thread.ask({ sql, values }));
  }

  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const direct: Queries = { query: (sql, values = []) => this.#thread.ask({ sql, values }) };
    return this.#alone(async () => {
      await direct.query("BEGIN");
      try {
        const result = await work(direct);
        await direct.query("COMMIT");
        return result;
      } catch (error) {
        await direct.query("ROLLBACK").catch(() => {});
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#alone(() => this.#thread.ask({ close: true })).catch(() => {});
    await this.#thread.end();
    await this.#released();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#tail.then(work);
    this.#tail = turn.catch(() => {});
    return turn;
  }
}
