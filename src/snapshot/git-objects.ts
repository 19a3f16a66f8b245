import { byPath, contentOf, unreadBeforehand } from "./content.js";
import { cannotRun, firstComplaint, runGit, startGit, type GitLocation } from "./git-command.js";
import { SnapshotError, type FileContent, type SnapshotFile } from "./snapshot.js";

/** Each restart has lost one file, so a repository that needs more than this is broken through and through. */
const MAX_RESTARTS = 32;

/**
 * Objects below a commit or a tree that a partial clone lacks. Asked beforehand, because older versions of git try to fetch every
 * such object anew whenever it is named.
 */
export async function absentObjects(location: GitLocation, tree: string): Promise<ReadonlySet<string>> {
  const answer = await runGit(location, ["rev-list", "--objects", "--no-walk", "--missing=print", tree]);
  const missing = answer.stdout.toString("latin1").matchAll(/^\?([0-9a-f]{40,64})$/gm);
  return new Set([...missing].map((match) => match[1] ?? ""));
}

/** Every entry below a commit or a tree (or what of it `paths` name). Sizes are asked when something is to be read. */
export async function listTree(
  location: GitLocation,
  tree: string,
  paths: readonly string[] = [],
): Promise<ReadonlyMap<string, SnapshotFile>> {
  const answer = await runGit(location, ["ls-tree", "-r", "-z", "--full-tree", tree, ...(paths.length > 0 ? ["--", ...paths] : [])]);
  if (answer.code !== 0) {
    throw new SnapshotError(
      `The tree of ${tree.slice(0, 12)} cannot be listed: ${firstComplaint(answer.stderr)}`,
      "Part of the repository is missing. A partial clone needs its trees: clone with --filter=blob:none instead of tree:0, or check with `git fsck`.",
    );
  }
  const entries = parseTree(answer.stdout);
  return byPath(entries);
}

/** Records of `<mode> <type> <id>\t<path>\0`. Paths are bytes; those that are not UTF-8 get replacement characters. */
function parseTree(output: Buffer): SnapshotFile[] {
  const entries: SnapshotFile[] = [];
  // Decoding all at once costs a fraction of decoding each record.
  for (const record of output.toString("utf8").split("\0")) {
    const tab = record.indexOf("\t");
    if (tab === -1) continue;
    const mode = kindOf(record.slice(0, record.indexOf(" ")));
    const blob = record.slice(record.lastIndexOf(" ", tab) + 1, tab);
    entries.push({ path: record.slice(tab + 1), blob, size: null, mode });
  }
  return entries;
}

/** What git's octal file mode stands for. */
export function kindOf(mode: string): SnapshotFile["mode"] {
  if (mode === "120000") return "symlink";
  return mode === "160000" ? "submodule" : "file";
}

async function objectSizes(location: GitLocation, blobs: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  if (blobs.size === 0) return new Map();
  const answer = await runGit(
    location,
    ["cat-file", "--buffer", "--batch-check=%(objectname) %(objectsize)"],
    [...blobs].map((id) => `${id}\n`).join(""),
  );
  const sizes = new Map<string, number>();
  for (const line of answer.stdout.toString("latin1").split("\n")) {
    const [id, size] = line.split(" ");
    if (id !== undefined && size !== undefined && /^\d+$/.test(size)) sizes.set(id, Number(size));
  }
  return sizes;
}

/**
 * Reads the contents of the entries through one process that is asked for all of them. How large they are is asked beforehand,
 * but where there are few: a large one among these costs no more than another process.
 */
export async function* readObjects(
  location: GitLocation,
  files: readonly SnapshotFile[],
  absent: ReadonlySet<string>,
): AsyncGenerator<FileContent> {
  const blobs = new Set(files.flatMap(({ mode, blob }) => (mode === "file" && !absent.has(blob) ? [blob] : [])));
  const sizes = files.length > MAX_RESTARTS ? await objectSizes(location, blobs) : null;
  const wanted: SnapshotFile[] = [];
  for (const file of files) {
    const unread = unreadBeforehand({ ...file, size: sizes?.get(file.blob) ?? null });
    if (unread !== null) yield { file, unread };
    else if (sizes === null ? blobs.has(file.blob) : sizes.has(file.blob)) wanted.push(file);
    else yield { file, unread: "missing-object" };
  }

  let done = 0;
  // A corrupt object ends the process: it is left out, and a new process goes on behind it.
  for (let attempt = 0; done < wanted.length && attempt < MAX_RESTARTS; attempt++) {
    let isCut = false;
    for await (const content of readBatch(location, wanted.slice(done))) {
      done++;
      isCut = "unread" in content && content.unread === "too-large";
      yield content;
    }
    if (isCut) continue;
    const culprit = wanted[done];
    if (culprit !== undefined) {
      done++;
      yield { file: culprit, unread: "missing-object" };
    }
  }
  for (const file of wanted.slice(done)) yield { file, unread: "missing-object" };
}

/** Answers in the order asked. Ends early, without an error, where the process does, and behind what is too large to be waited for. */
async function* readBatch(location: GitLocation, files: readonly SnapshotFile[]): AsyncGenerator<FileContent> {
  const child = startGit(location, ["cat-file", "--batch", "--buffer"]);
  const failure = new Promise<never>((_, reject) => child.on("error", (error) => reject(cannotRun(error))));
  failure.catch(() => undefined);
  child.stderr.resume();
  child.stdin.on("error", () => undefined);
  child.stdin.end(files.map((file) => `${file.blob}\n`).join(""));

  const bytes = new ByteReader(child.stdout);
  try {
    for (const file of files) {
      const header = await Promise.race([bytes.line(), failure]);
      if (header === null) return;
      const [, type, size] = header.split(" ");
      if (type === "missing" || size === undefined) {
        yield { file, unread: "missing-object" };
        continue;
      }
      if (unreadBeforehand({ ...file, size: Number(size) }) === "too-large") {
        yield { file, unread: "too-large" };
        return;
      }
      const content = await bytes.take(Number(size) + 1);
      if (content === null) return;
      yield type === "blob" ? contentOf(file, content.subarray(0, -1)) : { file, unread: "missing-object" };
    }
  } finally {
    child.stdout.destroy();
    child.kill();
  }
}

/** Takes lines and counted bytes from a stream, holding no more than one answer and one chunk. */
class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The next line without its end; `null` at the end of the stream. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#rest.indexOf(10);
      if (end !== -1) {
        const line = this.#rest.toString("latin1", 0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      const next = await this.#next();
      if (next === null) return null;
      this.#rest = Buffer.concat([this.#rest, next]);
    }
  }

  /** The next `count` bytes; `null` where the stream ends before. */
  async take(count: number): Promise<Buffer | null> {
    const parts = [this.#rest];
    let size = this.#rest.length;
    while (size < count) {
      const next = await this.#next();
      if (next === null) return null;
      parts.push(next);
      size += next.length;
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts);
    this.#rest = all.subarray(count);
    return all.subarray(0, count);
  }

  async #next(): Promise<Buffer | null> {
    const { done, value } = await this.#chunks.next();
    return done === true ? null : value;
  }
}
