import { randomUUID } from "node:crypto";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "./store.js";

export interface DirectoryLock {
  release(): Promise<void>;
}

const PREFIX = "lock-";
/** A socket's path may have 104 bytes on some systems, and longer ones are cut silently. */
const LONGEST_PATH = 103;
/** How long one contender waits for another that started at the same time to give way. */
const PATIENCE = 5_000;
const ANSWER_TIME = 1_000;
const ABANDONED = 60_000;

/**
 * Makes sure that one process at a time uses a directory. A process id would not do: in containers every process may be
 * number 1. So the holder listens on a socket in the directory, which refuses connections as soon as its process is gone.
 *
 * Each contender first shows a socket of its own, already listening, and then looks for others. Of two that look at the
 * same time at least one sees the other, and then the smaller name wins. Names are never used twice, so that removing a
 * dead one can never remove a live one.
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const name = `${PREFIX}${randomUUID().slice(0, 13)}`;
  const shown = path.join(directory, name);
  let held = false;
  const server = await listen(path.join(directory, `.${name}`), () => (held ? "held" : "starting"));
  const release = async (): Promise<void> => {
    await rm(shown, { force: true });
    await new Promise((resolve) => server.close(resolve));
  };
  try {
    await rename(path.join(directory, `.${name}`), shown);
    await outlast(directory, name);
  } catch (error) {
    await release();
    throw error;
  }
  held = true;
  return { release };
}

/** Returns once no other process holds the directory or is before us in taking it. */
async function outlast(directory: string, own: string): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  for (const name of await readdir(directory)) {
    if (name === own) continue;
    if (name.startsWith(`.${PREFIX}`)) await removeAbandoned(path.join(directory, name));
    if (!name.startsWith(PREFIX)) continue;
    for (;;) {
      const state = await ask(path.join(directory, name));
      if (state === "dead") break;
      if (state === "held" || name < own || Date.now() > deadline) throw inUse(directory);
      await pause(50);
    }
    await rm(path.join(directory, name), { force: true });
  }
}

function inUse(directory: string): StoreError {
  return new StoreError(
    `${directory} is in use by another Faultline process. Stop that one, choose another FAULTLINE_DATA_DIR, or set DATABASE_URL to run several processes on one PostgreSQL database.`,
  );
}

/** A hidden socket is about to be shown, unless its process died right then. */
async function removeAbandoned(hidden: string): Promise<void> {
  const stats = await lstat(hidden).catch(() => null);
  if (stats !== null && Date.now() - stats.mtimeMs > ABANDONED) await rm(hidden, { force: true });
}

async function listen(socket: string, state: () => string): Promise<Server> {
  if (Buffer.byteLength(socket) > LONGEST_PATH) {
    throw new StoreError(`${path.dirname(socket)} is too long a path for a lock (a socket). Choose a shorter FAULTLINE_DATA_DIR.`);
  }
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    connection.end(state());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(socket, error)));
    server.listen(socket, resolve);
  });
  server.on("error", () => {});
  server.unref();
  return server;
}

function cannotListen(socket: string, { code = "unknown error" }: NodeJS.ErrnoException): StoreError {
  return new StoreError(
    `Cannot lock ${path.dirname(socket)} (${code}). The directory must be writable and on a file system with sockets: a local disk or a named volume. Or set DATABASE_URL to use PostgreSQL.`,
  );
}

/** Whoever accepts a connection lives, even when too busy to answer. Only a refusal proves that nobody is there. */
async function ask(socket: string): Promise<"held" | "starting" | "dead"> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    let answer = "";
    const settle = (state: "held" | "starting" | "dead"): void => {
      connection.destroy();
      resolve(state);
    };
    connection.setTimeout(ANSWER_TIME, () => settle("held"));
    connection.on("data", (bytes: Buffer) => (answer += bytes.toString()));
    connection.on("end", () => settle(answer === "starting" ? "starting" : "held"));
    connection.on("error", ({ code }: NodeJS.ErrnoException) => settle(code === "ECONNREFUSED" || code === "ENOENT" ? "dead" : "held"));
  });
}
