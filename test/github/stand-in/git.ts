import { fork } from "node:child_process";
import { Refusal } from "./http.js";

/** Reads of a bare repository, by git itself. */
export interface GitReader {
  readonly directory: string;
  run(...args: string[]): Promise<string>;
  bytes(args: readonly string[], input?: string | Buffer): Promise<Buffer>;
  /** The commit that a branch, tag or id names; `null` where there is none. */
  commit(name: string): Promise<string | null>;
}

export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size?: number;
}

export interface BlobRead {
  readonly sha: string;
  readonly bytes: Buffer;
}

export interface ChangedFile {
  readonly filename: string;
  readonly previous: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed";
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  readonly patch: string | null;
}

const NOTHING = "0".repeat(40);

export function gitReader(directory: string): GitReader {
  const remembered = new Map<string, Promise<Buffer>>();
  /** What only reads is answered from memory until something is written: the same is asked for many times. */
  const bytes = async (args: readonly string[], input: string | Buffer = ""): Promise<Buffer> => {
    const [command = ""] = args;
    if (!READS.has(command)) {
      remembered.clear();
      return runGit(directory, args, input).finally(() => remembered.clear());
    }
    const key = JSON.stringify([args, input.toString("base64")]);
    const known = remembered.get(key) ?? runGit(directory, args, input);
    remembered.set(key, known);
    return known;
  };
  const run = async (...args: string[]): Promise<string> => (await bytes(args)).toString().trim();
  return {
    directory,
    run,
    bytes,
    async commit(name) {
      const isId = /^[0-9a-f]{40}$/.test(name);
      for (const candidate of isId ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
        const found = await run("rev-parse", "--verify", "--quiet", "--end-of-options", `${candidate}^{commit}`).catch(() => null);
        if (found !== null && found !== "") return found;
      }
      return null;
    },
  };
}

const READS = new Set(["cat-file", "diff", "diff-tree", "for-each-ref", "ls-tree", "merge-base", "rev-list", "rev-parse", "show"]);

type Told = { readonly id: number } & ({ readonly bytes: Uint8Array } | { readonly failure: string });

interface Runner {
  ask(directory: string, args: readonly string[], input: string | Buffer): Promise<Buffer>;
}

let runner: Runner | null = null;

async function runGit(directory: string, args: readonly string[], input: string | Buffer): Promise<Buffer> {
  return (runner ??= startRunner()).ask(directory, args, input);
}

/** One for the whole process, which it does not keep alive while nothing is asked. */
function startRunner(): Runner {
  const child = fork(new URL("git-runner.mjs", import.meta.url), { serialization: "advanced", execArgv: [] });
  const asked = new Map<
    number,
    { readonly args: readonly string[]; readonly resolve: (bytes: Buffer) => void; readonly reject: (error: Error) => void }
  >();
  let last = 0;
  const rest = (): void => {
    if (asked.size > 0) return;
    child.unref();
    child.channel?.unref();
  };
  child.on("message", (told: Told) => {
    const { args, resolve, reject } = asked.get(told.id)!;
    asked.delete(told.id);
    rest();
    if ("bytes" in told) resolve(Buffer.from(told.bytes.buffer, told.bytes.byteOffset, told.bytes.byteLength));
    else reject(new Error(`git ${args.join(" ")}: ${told.failure}`));
  });
  child.on("exit", () => {
    runner = null;
    for (const { reject } of asked.values()) reject(new Error("the runner of git ended"));
  });
  return {
    ask: (directory, args, input) =>
      new Promise((resolve, reject) => {
        const id = ++last;
        asked.set(id, { args, resolve, reject });
        child.ref();
        child.channel?.ref();
        child.send({ id, directory, args, input });
      }),
  };
}

export async function treeEntries(git: GitReader, tree: string, recursive: boolean): Promise<readonly TreeEntry[]> {
  const listed = await git.bytes(["ls-tree", "-z", "-l", ...(recursive ? ["-r", "-t"] : []), tree]).catch(() => null);
  if (listed === null) throw new Refusal(404, "Not Found");
  return listed
    .toString()
    .split("\0")
    .filter((line) => line !== "")
    .map((line) => {
      const tab = line.indexOf("\t");
      const [facts, path] = [line.slice(0, tab), line.slice(tab + 1)];
      const [mode = "", type = "", sha = "", size = "-"] = facts.split(/ +/);
      return { path, mode, type, sha, ...(type === "blob" ? { size: Number(size) } : {}) };
    });
}

/** Blobs by their ids, in one process; those that are not there are left out. */
export async function readBlobs(git: GitReader, ids: readonly string[]): Promise<ReadonlyMap<string, BlobRead>> {
  const found = new Map<string, BlobRead>();
  const answer = await git.bytes(["cat-file", "--batch"], ids.map((id) => `${id}\n`).join(""));
  let at = 0;
  for (const id of ids) {
    const end = answer.indexOf(10, at);
    const [sha = "", type = "", size = "0"] = answer.subarray(at, end).toString().split(" ");
    at = end + 1;
    if (type === "missing" || sha === "") continue;
    const bytes = answer.subarray(at, at + Number(size));
    at += Number(size) + 1;
    if (type === "blob") found.set(id, { sha, bytes });
  }
  return found;
}

export async function mergeBaseOf(git: GitReader, base: string, head: string): Promise<string | null> {
  return git.run("merge-base", base, head).catch(() => null);
}

/** The files that differ, with the patches that GitHub shows: three lines around each change. */
export async function changedFiles(git: GitReader, from: string, to: string): Promise<readonly ChangedFile[]> {
  const fields = (await git.bytes(["diff-tree", "-r", "-M", "-z", "--raw", "--no-abbrev", from, to])).toString().split("\0");
  const patches = patchesOf((await git.bytes(["diff-tree", "-r", "-M", "-p", "--no-abbrev", from, to])).toString());
  const files: ChangedFile[] = [];
  for (let at = 0; at + 1 < fields.length;) {
    const [, , , sha = NOTHING, letter = "M"] = (fields[at] ?? "").split(" ");
    const renamed = letter.startsWith("R");
    const filename = fields[at + (renamed ? 2 : 1)] ?? "";
    const patch = patches.get(filename) ?? null;
    const lines = (patch ?? "").split("\n").filter((line) => !line.startsWith("@@"));
    files.push({
      filename,
      previous: renamed ? (fields[at + 1] ?? null) : null,
      status: renamed ? "renamed" : letter === "A" ? "added" : letter === "D" ? "removed" : "modified",
      sha,
      additions: lines.filter((line) => line.startsWith("+")).length,
      deletions: lines.filter((line) => line.startsWith("-")).length,
      patch,
    });
    at += renamed ? 3 : 2;
  }
  return files;
}

/** Patches by path, from the first hunk on; a file without a text patch has none. */
function patchesOf(diff: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const part of diff.split(/^diff --git /m).slice(1)) {
    const hunks = part.search(/^@@ /m);
    if (hunks === -1) continue;
    const header = part.slice(0, hunks);
    const path = /^\+\+\+ b\/(.*?)\t?$/m.exec(header)?.[1] ?? /^--- a\/(.*?)\t?$/m.exec(header)?.[1];
    if (path !== undefined) found.set(path, part.slice(hunks).replace(/\n$/, ""));
  }
  return found;
}
