import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { openStore, type StoreOptions } from "../../src/store/open.js";
import type { StoreLocation } from "../../src/store/store.js";

/** `npm test` builds first. */
const DIST = path.resolve(import.meta.dirname, "../../dist");

/** Waits short enough for tests. */
export const QUICK: StoreOptions = {
  pace: { retries: 1, retryDelay: 1, longestRetryDelay: 1, heartbeat: 10, supervision: 2, polling: 0.5 },
  worker: new URL(`file://${DIST}/store/pglite-worker.js`),
};

export type EngineName = "pglite" | "postgres";

/** Places for stores on one engine. */
export interface Places {
  readonly name: EngineName;
  /** One where nothing is stored yet. */
  place(): Promise<StoreLocation>;
  /** Removes them all. */
  close(): void;
}

/** Directories, each with a database that is made already: making one costs seconds, copying one does not. */
export async function directories(): Promise<Places> {
  const made: string[] = [];
  const make = (): string => {
    const directory = mkdtempSync(path.join(tmpdir(), "faultline-store-"));
    made.push(directory);
    return directory;
  };
  const template = make();
  await (await openStore({ dataDirectory: template }, QUICK)).close();
  return {
    name: "pglite",
    async place() {
      const dataDirectory = make();
      await cp(path.join(template, "database"), path.join(dataDirectory, "database"), { recursive: true });
      return { dataDirectory };
    },
    close() {
      for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Databases on a server that is started for them. */
export async function databases(binaries: string): Promise<Places> {
  const directory = mkdtempSync(path.join(tmpdir(), "faultline-postgres-"));
  const port = await freePort();
  const address = `postgres://faultline@127.0.0.1:${port}`;
  if (isRoot()) execFileSync("chown", ["postgres", directory]);
  asServer(binaries, "initdb", ["-D", `${directory}/data`, "-U", "faultline", "-A", "trust", "-N"]);
  asServer(binaries, "pg_ctl", ["-D", `${directory}/data`, "-l", `${directory}/log`, "-w", "-o", `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -F`, "start"]);
  let count = 0;
  return {
    name: "postgres",
    async place() {
      const name = `test${++count}`;
      await statement(`${address}/postgres`, `CREATE DATABASE ${name}`);
      return { databaseUrl: `${address}/${name}` };
    },
    close() {
      asServer(binaries, "pg_ctl", ["-D", `${directory}/data`, "-m", "immediate", "-w", "stop"]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function statement(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql);
  await client.end();
}

/** The server refuses to run as root. */
function asServer(binaries: string, program: string, parameters: readonly string[]): void {
  const command = [path.join(binaries, program), ...parameters];
  const [file = "", ...rest] = isRoot() ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", ...command] : command;
  execFileSync(file, rest, { stdio: "ignore", cwd: "/" });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Where the server's programs are: the newest version of a Debian system, or the path. */
export function findServer(): string | null {
  const versions = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql").sort() : [];
  const places = [...versions.map((version) => `/usr/lib/postgresql/${version}/bin`).reverse(), ...(process.env.PATH ?? "").split(":")];
  return places.find((place) => existsSync(path.join(place, "initdb"))) ?? null;
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise((resolve) => listener.close(resolve));
  return port;
}
