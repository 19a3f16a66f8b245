import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import { fromPglite } from "pg-boss";

/** What the thread is asked. "close" is the last. */
export type Request =
  | { readonly id: number; readonly sql: string; readonly values: readonly unknown[] }
  | { readonly id: number; readonly close: true };

/** What it answers; the one with id 0 says that the database is open, or why not. */
export type Answer =
  | { readonly id: number; readonly rows: readonly Record<string, unknown>[] }
  | { readonly id: number; readonly error: EngineFailure };

export interface EngineFailure {
  readonly message: string;
  readonly code: string | undefined;
  readonly constraint: string | undefined;
}

/** The embedded engine runs in a thread of its own, as it blocks the one it runs in. */
async function serve(directory: string): Promise<void> {
  const port = parentPort;
  if (port === null) throw new TypeError("this file is started as a worker thread");
  const answer = (message: Answer): void => port.postMessage(message);
  let engine: PGlite;
  try {
    engine = await PGlite.create(directory);
  } catch (error) {
    answer({ id: 0, error: described(error) });
    port.close();
    return;
  }
  const database = fromPglite(engine);
  port.on("message", (request: Request) => {
    const work = "close" in request ? engine.close().then(() => ({ rows: [] })) : database.executeSql(request.sql, [...request.values]);
    work.then(
      ({ rows }: { rows: Record<string, unknown>[] }) => answer({ id: request.id, rows }),
      (error: unknown) => answer({ id: request.id, error: described(error) }),
    );
    if ("close" in request) void work.finally(() => port.close());
  });
  answer({ id: 0, rows: [] });
}

function described(error: unknown): EngineFailure {
  const { message, code, constraint } = error as Partial<EngineFailure>;
  return { message: message ?? String(error), code, constraint };
}

await serve(workerData as string);
