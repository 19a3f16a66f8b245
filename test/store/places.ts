import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { openStore, type StoreOptions } from "../../src/store/open.js";
import type { StoreLocation } from "../../src/store/store.js";

/** `npm test` builds first. */
const ROOT = path.resolve(import.meta.dirname, "../..");
const DIST = path.join(ROOT, "dist");

/** Waits short enough for tests. */
export const QUICK: StoreOptions = {
  pace: { retries: 1, retryDelay: 1, longestRetryDelay: 1, heartbeat: 10, supervision: 2, polling: 0.5 },
  worker: new URL(`file://${DIST}/pglite-worker.js`),
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
  keepEngineCompiled();
  const template = await preparedDatabase();
  return {
    name: "pglite",
    async place() {
      const dataDirectory = mkdtempSync(path.join(tmpdir(), "faultline-store-"));
      made.push(dataDirectory);
      await cp(template, path.join(dataDirectory, "database"), { recursive: true });
      return { dataDirectory };
    },
    close() {
      for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
    },
  };
}

const ENGINE = path.dirname(createRequire(import.meta.url).resolve("@electric-sql/pglite"));
let compiled: object | null = null;

/** As long as one module of it lives in a process, each thread that opens the engine gets the machine code that is there already. */
function keepEngineCompiled(): void {
  const { Module } = Reflect.get(globalThis, "WebAssembly") as { readonly Module: new (bytes: Uint8Array) => object };
  compiled ??= new Module(readFileSync(path.join(ENGINE, "pglite.wasm")));
}

/** What decides how a new database looks. */
const MAKERS = [
  "node_modules/@electric-sql/pglite/package.json",
  "node_modules/pg-boss/package.json",
  "src/store/migrations.ts",
  "src/store/queue.ts",
];

/** A database with all tables, made once for all processes: for this engine, this queue and these migrations. */
async function preparedDatabase(): Promise<string> {
  const version = createHash("sha256");
  for (const file of MAKERS) version.update(readFileSync(path.join(ROOT, file)));
  const all = path.join(ROOT, "node_modules/.cache/faultline-store");
  const template = path.join(all, version.digest("hex").slice(0, 16));
  if (existsSync(template)) return template;
  mkdirSync(all, { recursive: true });
  const dataDirectory = mkdtempSync(path.join(all, "new-"));
  await (await openStore({ dataDirectory }, QUICK)).close();
  try {
    renameSync(path.join(dataDirectory, "database"), template);
  } catch (error) {
    // Another process was first.
    if (!existsSync(template)) throw error;
  } finally {
    rmSync(dataDirectory, { recursive: true, force: true });
  }
  return template;
}

/** Databases on a server that is started for them. */
export async function databases(binaries: string): Promise<Places> {
  const directory = mkdtempSync(path.join(tmpdir(), "faultline-postgres-"));
  const port = await freePort();
  const address = `postgres://faultline@127.0.0.1:${port}`;
  if (isRoot()) execFileSync("chown", ["postgres", directory]);
  asServer(binaries, "initdb", ["-D", `${directory}/data`, "-U", "faultline", "-A", "trust", "-N"]);
  asServer(binaries, "pg_ctl", [
    "-D",
    `${directory}/data`,
    "-l",
    `${directory}/log`,
    "-w",
    "-o",
    `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -F`,
    "start",
  ]);
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
