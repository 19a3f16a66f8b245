import pg from "pg";
import type { Database, Row } from "./database.js";
import { StoreError } from "./store.js";

const CONNECTIONS = 10;

/** Opens a database on a PostgreSQL server. Several processes may use it at once. */
export async function openServer(url: string): Promise<Database> {
  const pool = connectTo(url);
  // A connection that breaks while idle is replaced by the next query, which says so if it cannot.
  pool.on("error", () => {});
  try {
    await pool.query("SELECT 1");
  } catch (error) {
    await pool.end();
    throw unreachable(error);
  }
  return {
    engine: "postgres",
    query: (sql, values) => run(pool, sql, values),
    async transaction(work) {
      const client = await pool.connect();
      let broken = false;
      try {
        await client.query("BEGIN");
        const result = await work({ query: (sql, values) => run(client, sql, values) });
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK").catch(() => (broken = true));
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

function connectTo(url: string): pg.Pool {
  try {
    return new pg.Pool({ connectionString: url, max: CONNECTIONS, connectionTimeoutMillis: 10_000, application_name: "faultline" });
  } catch {
    throw new StoreError("DATABASE_URL is not an address of a database. It looks like postgres://user:password@host:5432/faultline.");
  }
}

/** The address is left out, as it may hold a password. */
function unreachable(error: unknown): StoreError {
  const { code } = error as { code?: string };
  return new StoreError(
    `Cannot use the database of DATABASE_URL (${code ?? "no answer"}). Check its host, port, user, password and name, and that it accepts connections from here.`,
  );
}

async function run(on: pg.Pool | pg.PoolClient, sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  // Several statements at once have several results.
  const result = (await (values.length > 0 ? on.query(sql, [...values]) : on.query(sql))) as pg.QueryResult<Row> | pg.QueryResult<Row>[];
  return Array.isArray(result) ? result.flatMap(({ rows }) => rows) : result.rows;
}
