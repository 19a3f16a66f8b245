import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, expect, test } from "vitest";
import { lockDirectory } from "../../src/store/directory-lock.js";
import { openStore } from "../../src/store/open.js";
import { QUICK, removeDirectories, temporaryDirectory } from "./engines.js";

afterAll(removeDirectories);
const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill("SIGKILL")));

/** A process that opens the directory, and the first line it says. */
async function holder(dataDirectory: string): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, "holder.mjs"), JSON.stringify({ dataDirectory }), "hold", "{}"],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, line };
}

test("a second process is refused with advice, and may have the directory as soon as the first is killed", async () => {
  const directory = temporaryDirectory();
  const first = await holder(directory);
  expect(first.line).toBe("open");
  const second = await holder(directory);
  expect(second.line).toBe(
    `StoreError: ${directory} is in use by another Faultline process. Stop that one, choose another FAULTLINE_DATA_DIR, or set DATABASE_URL to run several processes on one PostgreSQL database.`,
  );
  await expect(openStore({ dataDirectory: directory }, QUICK)).rejects.toThrow("in use by another Faultline process");
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const store = await openStore({ dataDirectory: directory }, QUICK);
  await store.close();
  expect(readdirSync(directory)).toEqual(["database"]);
});

test("a holder that is too busy to answer is still the holder", async () => {
  const directory = temporaryDirectory();
  const busy = spawn(
    process.execPath,
    [
      "-e",
      `require("net").createServer().listen(${JSON.stringify(path.join(directory, "lock-0"))}, () => { console.log("on"); for (;;); })`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  children.push(busy);
  await once(busy.stdout, "data");
  await expect(lockDirectory(directory)).rejects.toThrow("in use");
});

test("of many that start at once exactly one gets the directory", async () => {
  for (let round = 0; round < 10; round += 1) {
    const directory = temporaryDirectory();
    const attempts = await Promise.allSettled(Array.from({ length: 6 }, () => lockDirectory(directory)));
    const locks = attempts.filter((attempt) => attempt.status === "fulfilled");
    expect(locks).toHaveLength(1);
    await locks[0]?.value.release();
    expect(readdirSync(directory)).toEqual([]);
    await (await lockDirectory(directory)).release();
  }
});

test("a path that is too long for a lock is said to be", async () => {
  const directory = path.join(temporaryDirectory(), "orders".repeat(20));
  mkdirSync(directory);
  await expect(lockDirectory(directory)).rejects.toThrow("Choose a shorter FAULTLINE_DATA_DIR");
});

test("a directory that is a file is said to be unusable", async () => {
  const file = path.join(temporaryDirectory(), "data");
  writeFileSync(file, "");
  await expect(openStore({ dataDirectory: file }, QUICK)).rejects.toThrow(`Cannot create ${file} (EEXIST)`);
});

test("a database that is broken is moved aside, and the next start begins anew", async () => {
  const dataDirectory = temporaryDirectory();
  await (await openStore({ dataDirectory }, QUICK)).close();
  rmSync(path.join(dataDirectory, "database", "global"), { recursive: true });
  await expect(openStore({ dataDirectory }, QUICK)).rejects.toThrow(/was moved aside to .*database-broken-.*Start again/);
  const store = await openStore({ dataDirectory }, QUICK);
  expect(await store.knownDeliveries(["d1"])).toEqual(new Set());
  await store.close();
  expect(readdirSync(dataDirectory).filter((name) => name.startsWith("database-broken-"))).toHaveLength(1);
});

test("a sound database stays where it is when the thread cannot start", async () => {
  const dataDirectory = temporaryDirectory();
  await (await openStore({ dataDirectory }, QUICK)).close();
  await expect(openStore({ dataDirectory }, { worker: new URL("file:///nowhere/worker.js") })).rejects.toThrow("Cannot open the database");
  expect(readdirSync(dataDirectory)).toEqual(["database"]);
});
