import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { lstat, open, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { inBatches } from "./batches.js";
import { blobId, byPath, contentOf, unreadBeforehand, type ObjectFormat } from "./content.js";
import { MAX_FILE_BYTES, SnapshotError, type FileContent, type Snapshot, type SnapshotFile } from "./snapshot.js";

const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What a directory holds beside its sources, by name. */
const NOT_LISTED = new Set([".git", "node_modules"]);

/** A tree that has more entries than this is no repository; it is refused before it fills the memory. */
const MAX_ENTRIES = 500_000;

/** A plain directory, whether or not git knows it. Symbolic links are entries and are never followed. */
export async function directorySnapshot(directory: string): Promise<Snapshot> {
  const names = await listFiles(directory);
  const entries: SnapshotFile[] = [];
  await inBatches(names, async (name) => {
    const entry = await fileOnDisk(directory, name, "sha1");
    if (entry !== null) entries.push(entry);
  });
  return {
    repository: null,
    commit: null,
    files: byPath(entries),
    unlisted: [],
    read: (files) => readFromDisk(directory, files),
  };
}

async function listFiles(root: string): Promise<string[]> {
  const names: string[] = [];
  const pending = [""];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of await readDirectory(root, directory)) {
      if (NOT_LISTED.has(entry.name)) continue;
      const name = directory === "" ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) pending.push(name);
      else if (entry.isFile() || entry.isSymbolicLink()) names.push(name);
      if (names.length > MAX_ENTRIES) {
        throw new SnapshotError(`${root} holds more than ${MAX_ENTRIES} files.`, "Give the directory of one repository.");
      }
    }
  }
  return names;
}

async function readDirectory(root: string, directory: string) {
  try {
    return await readdir(path.join(root, directory), { withFileTypes: true });
  } catch (error) {
    if (directory === "") {
      throw new SnapshotError(`${root} cannot be read: ${(error as Error).message}`, "Give a directory that exists and that you may read.");
    }
    return [];
  }
}

/** The entry for what stands at `name` now; `null` where nothing does, or nothing that git would store. */
export async function fileOnDisk(root: string, name: string, format: ObjectFormat): Promise<SnapshotFile | null> {
  const full = path.join(root, name);
  try {
    const stats = await lstat(full);
    if (stats.isSymbolicLink()) {
      const target = await readlink(full, { encoding: "buffer" });
      return { path: name, blob: blobId(target, format), size: target.length, mode: "symlink" };
    }
    if (!stats.isFile()) return null;
    const blob =
      stats.size > MAX_FILE_BYTES
        ? await hashLargeFile(full, stats.size, format)
        : blobId((await readRegular(full)) ?? Buffer.alloc(0), format);
    return { path: name, blob, size: stats.size, mode: "file" };
  } catch (error) {
    if (isGone(error)) return null;
    // It is there and may not be read: reading it later gives the reason.
    return { path: name, blob: blobId(Buffer.from(name), format), size: null, mode: "file" };
  }
}

/** Reads entries below `root`, a few at a time. */
export async function* readFromDisk(root: string, files: readonly SnapshotFile[]): AsyncGenerator<FileContent> {
  const WINDOW = 64;
  for (let start = 0; start < files.length; start += WINDOW) {
    const contents = await Promise.all(files.slice(start, start + WINDOW).map((file) => readEntry(root, file)));
    yield* contents;
  }
}

async function readEntry(root: string, file: SnapshotFile): Promise<FileContent> {
  const unread = unreadBeforehand(file);
  if (unread !== null) return { file, unread };
  try {
    const bytes = await readRegular(path.join(root, file.path));
    return bytes === null ? { file, unread: "missing-object" } : contentOf(file, bytes);
  } catch {
    return { file, unread: "missing-object" };
  }
}

/** The bytes of a regular file, at most one more than is ever read as text; `null` for anything else. */
async function readRegular(full: string): Promise<Buffer | null> {
  // Neither a link that took the file's place since it was listed, nor a pipe without a writer.
  const handle = await open(full, OPEN_FLAGS);
  try {
    const { size } = await handle.stat().then((stats) => (stats.isFile() ? stats : { size: null }));
    if (size === null) return null;
    const buffer = Buffer.alloc(Math.min(size, MAX_FILE_BYTES) + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length);
    }
  } finally {
    await handle.close();
  }
}

async function hashLargeFile(full: string, size: number, format: ObjectFormat): Promise<string> {
  const hash = createHash(format).update(`blob ${size}\0`);
  for await (const chunk of createReadStream(full, { flags: "r" })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
