import { lstat, realpath } from "node:fs/promises";
import path from "node:path";
import { byPath, type ObjectFormat } from "./content.js";
import { fileOnDisk, readFromDisk } from "./directory.js";
import { firstComplaint, runGit, type GitLocation } from "./git-command.js";
import { kindOf, readObjects } from "./git-objects.js";
import { inBatches } from "./batches.js";
import { SnapshotError, type FileContent, type Snapshot, type SnapshotFile } from "./snapshot.js";

/**
 * What stands on disk in `directory`, which lies in a work tree: tracked files and new ones that are not ignored, with
 * paths from `directory`. Ids of tracked files that git knows to be unchanged come from the index.
 */
export async function workingTreeSnapshot(directory: string, format: ObjectFormat): Promise<Snapshot> {
  const location: GitLocation = { directory };
  const [index, touched, untracked] = await Promise.all([
    list(location, ["ls-files", "--stage", "-z"]),
    list(location, ["diff-files", "--name-only", "--relative", "-z", "--ignore-submodules=all"]),
    list(location, ["ls-files", "--others", "--exclude-standard", "-z"]),
  ]);
  const tracked = index.map(parseIndexEntry);
  const changed = new Set(touched);
  // An entry in conflict is listed once per side.
  const conflicted = new Set(tracked.filter((entry) => entry.stage !== "0").map((entry) => entry.file.path));
  const kept = tracked.filter(({ file }) => !changed.has(file.path) && !conflicted.has(file.path));
  const hashed = [...new Set([...changed, ...conflicted, ...untracked])].filter((name) => !name.endsWith("/"));

  const root = await realpath(directory);
  const entries: SnapshotFile[] = [];
  // Left out of a sparse checkout: in the index, unchanged, and not on disk.
  const sparse = new Set<string>();
  await inBatches(kept, async ({ file }) => {
    const size = file.mode === "submodule" ? null : await sizeOnDisk(path.join(root, file.path));
    if (size === null && file.mode !== "submodule") sparse.add(file.path);
    entries.push({ ...file, size: size ?? (file.mode === "submodule" ? null : 0) });
  });
  const submodules = new Set(tracked.filter(({ file }) => file.mode === "submodule").map(({ file }) => file.path));
  await inBatches(
    hashed.filter((name) => !submodules.has(name)),
    async (name) => {
      if (!(await standsBelow(root, name))) return;
      const entry = await fileOnDisk(root, name, format);
      if (entry !== null) entries.push(entry);
    },
  );

  async function* read(files: readonly SnapshotFile[]): AsyncGenerator<FileContent> {
    yield* readFromDisk(
      root,
      files.filter((file) => !sparse.has(file.path)),
    );
    const inStore = files.filter((file) => sparse.has(file.path));
    if (inStore.length > 0) yield* readObjects(location, inStore, new Set());
  }
  return { repository: null, commit: null, files: byPath(entries), unlisted: [], read };
}

async function list(location: GitLocation, args: readonly string[]): Promise<string[]> {
  const answer = await runGit(location, args);
  if (answer.code !== 0) {
    throw new SnapshotError(
      `The working tree cannot be listed: ${firstComplaint(answer.stderr)}`,
      "Check the repository with `git status`.",
    );
  }
  return answer.stdout
    .toString("utf8")
    .split("\0")
    .filter((record) => record !== "");
}

/** `<mode> <id> <stage>\t<path>` */
function parseIndexEntry(record: string): { file: SnapshotFile; stage: string } {
  const tab = record.indexOf("\t");
  const [mode = "", blob = "", stage = "0"] = record.slice(0, tab).split(" ");
  return { file: { path: record.slice(tab + 1), blob, size: null, mode: kindOf(mode) }, stage };
}

/** False where a directory on the way was replaced by a link: git counts what stood there as deleted. */
async function standsBelow(root: string, name: string): Promise<boolean> {
  const parent = path.join(root, path.dirname(name));
  try {
    return (await realpath(parent)) === parent;
  } catch {
    return false;
  }
}

async function sizeOnDisk(file: string): Promise<number | null> {
  try {
    return (await lstat(file)).size;
  } catch {
    return null;
  }
}
