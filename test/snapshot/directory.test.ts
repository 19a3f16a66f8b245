import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { directorySnapshot } from "../../src/snapshot/directory.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import { MAX_FILE_BYTES, SnapshotError } from "../../src/snapshot/snapshot.js";
import { temporaryDirectory } from "./repository.js";

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

function write(name: string, content: string | Buffer): void {
  mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
  writeFileSync(path.join(directory, name), content);
}

test("a directory is the same as its files in memory, and has the ids of git", async () => {
  const files = { "b/c.ts": "c\n", "a.ts": "", "Z.ts": "z", "ü.ts": "ü" };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const snapshot = await directorySnapshot(directory);
  expect([...snapshot.files]).toEqual([...memorySnapshot(files).files]);
  expect(snapshot.files.get("b/c.ts")?.blob).toBe(
    execFileSync("git", ["hash-object", "--stdin"], { input: "c\n", encoding: "utf8" }).trim(),
  );
});

test("links, pipes and large files cost nothing and are named", async () => {
  write("large.sql", Buffer.alloc(MAX_FILE_BYTES + 10, "x"));
  symlinkSync("/", path.join(directory, "root"));
  symlinkSync(".", path.join(directory, "loop"));
  execFileSync("mkfifo", [path.join(directory, "pipe")]);
  const snapshot = await directorySnapshot(directory);
  const found = [];
  for await (const content of snapshot.read([...snapshot.files.values()]))
    found.push([content.file.path, "unread" in content ? content.unread : "text"]);
  expect(found).toEqual([
    ["large.sql", "too-large"],
    ["loop", "symlink"],
    ["root", "symlink"],
  ]);
  expect(snapshot.files.get("large.sql")?.blob).toBe(
    execFileSync("git", ["hash-object", path.join(directory, "large.sql")], { encoding: "utf8" }).trim(),
  );
});

test("what was listed and is gone, or became a link, is missing", async () => {
  write("a.ts", "a");
  write("b.ts", "b");
  const snapshot = await directorySnapshot(directory);
  rmSync(path.join(directory, "a.ts"));
  rmSync(path.join(directory, "b.ts"));
  symlinkSync("/etc/hostname", path.join(directory, "b.ts"));
  const found = [];
  for await (const content of snapshot.read([...snapshot.files.values()])) found.push("unread" in content ? content.unread : content.text);
  expect(found).toEqual(["missing-object", "missing-object"]);
});

test("git's own directory and installed packages are not listed", async () => {
  write(".git/config", "");
  write("services/orders/node_modules/axios/index.js", "");
  write("services/orders/main.ts", "");
  expect([...(await directorySnapshot(directory)).files.keys()]).toEqual(["services/orders/main.ts"]);
});

test("a directory that is not there is refused", async () => {
  await expect(directorySnapshot(path.join(directory, "none"))).rejects.toThrow(SnapshotError);
});
