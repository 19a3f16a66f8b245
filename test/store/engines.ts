import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { cp } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe } from "vitest";
import { openStore, type StoreOptions } from "../../src/store/open.js";
import type { Store, StoreLocation } from "../../src/store/store.js";

/** `npm test` builds first. */
const DIST = path.resolve(import.meta.dirname, "../../dist");

/** Waits short enough for tests. */
export const QUICK: StoreOptions = {
  pace: { retries: 1, retryDelay: 1, longestRetryDelay: 1, heartbeat: 10, supervision: 2, polling: 0.5 },
  worker: new URL(`file://${DIST}/store/pglite-worker.js`),
};

/** What starting an engine may take on a machine that does much else. */
export const BUSY = 120_000;

export interface Engine {
  readonly name: "pglite" | "postgres";
  /** A place where nothing is stored yet. */
  place(): Promise<StoreLocation>;
  /** Closed after the test, if the test does not do it. */
  open(at?: StoreLocation): Promise<Store>;
}

/** Describes the same behaviour once for each engine. */
export function onBothEngines(name: string, tests: (engine: Engine) => void): void {
  describe(`${name} on pglite`, { timeout: BUSY }, () => {
    tests(embedded());
  });
  const binaries = findServer();
  if (binaries === null && process.env.CI === "true") throw new Error("PostgreSQL is not installed: apt-get install postgresql");
  const reason = binaries === null ? " (skipped: PostgreSQL is not installed here)" : "";
  describe.runIf(binaries !== null)(`${name} on postgres${reason}`, { timeout: BUSY }, () => {
    tests(server(binaries ?? ""));
  });
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), "faultline-store-"));
  directories.push(directory);
  return directory;
}

const directories: string[] = [];

export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Stores opened by a test, closed after it. */
function opener(place: () => Promise<StoreLocation>): Engine["open"] {
  const open: Store[] = [];
  afterEach(async () => {
    for (const store of open.splice(0)) await store.close();
  }, BUSY);
  return async (at) => {
    const store = await openStore(at ?? (await place()), QUICK);
    let closed: Promise<void> | null = null;
    const once = { ...store, close: () => (closed ??= store.close()) };
    open.push(once);
    return once;
  };
}

function embedded(): Engine {
  let template = "";
  // Making a database costs seconds, copying one does not.
  beforeAll(async () => {
    template = temporaryDirectory();
    await (await openStore({ dataDirectory: template }, QUICK)).close();
  }, BUSY);
  afterAll(removeDirectories);
  const place = async (): Promise<StoreLocation> => {
    const dataDirectory = temporaryDirectory();
    await cp(path.join(template, "database"), path.join(dataDirectory, "database"), { recursive: true });
    return { dataDirectory };
  };
  return { name: "pglite", place, open: opener(place) };
}

function server(binaries: string): Engine {
  let address = "";
  let directory = "";
  let databases = 0;
  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), "faultline-postgres-"));
    const port = await freePort();
    address = `postgres://faultline@127.0.0.1:${port}`;
    if (isRoot()) execFileSync("chown", ["postgres", directory]);
    asServer(binaries, "initdb", ["-D", `${directory}/data`, "-U", "faultline", "-A", "trust", "-N"]);
    asServer(binaries, "pg_ctl", ["-D", `${directory}/data`, "-l", `${directory}/log`, "-w", "-o", `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -F`, "start"]);
  }, BUSY);
  afterAll(() => {
    asServer(binaries, "pg_ctl", ["-D", `${directory}/data`, "-m", "immediate", "-w", "stop"]);
    rmSync(directory, { recursive: true, force: true });
  });
  const place = async (): Promise<StoreLocation> => {
    const name = `test${++databases}`;
    await statement(`${address}/postgres`, `CREATE DATABASE ${name}`);
    return { databaseUrl: `${address}/${name}` };
  };
  return { name: "postgres", place, open: opener(place) };
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
function findServer(): string | null {
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
