import type { FactsCache } from "../extraction/extraction.js";
import { unreadBeforehand } from "../snapshot/content.js";
import type { FileContent, Snapshot, SnapshotFile } from "../snapshot/snapshot.js";
import { LONGEST_TEXT, MOST_OBJECTS, readBlobs } from "./blobs.js";
import type { Octokit } from "./octokit.js";
import { readTarball } from "./tarball.js";
import { listCommit, listOnce } from "./tree.js";

/** From this many files on, the archive of the commit costs less than asking for them. */
const MANY_FILES = 400;

interface Commit {
  /** `owner/name`; of the base repository where the commit is a fork's, since GitHub finds it there too. */
  readonly repository: string;
  readonly commit: string;
}

/** A repository at one commit, as the API tells it. Throws `SnapshotError` where the commit is not there. With `cache` its files are listed once. */
export async function githubSnapshot(octokit: Octokit, at: Commit, cache?: FactsCache): Promise<Snapshot> {
  return remembering(octokit, at, cache, new Memory());
}

/**
 * Base and head of a review. What differs between them is read at once, in one request for both: a review looks at all of
 * it, to see which lines changed. More than fits into a request is left to be read when it is wanted.
 */
export async function githubSnapshots(
  octokit: Octokit,
  { repository, base, head }: { readonly repository: string; readonly base: string; readonly head: string },
  cache: FactsCache,
): Promise<readonly [Snapshot, Snapshot]> {
  const memory = new Memory();
  const [before, after] = await Promise.all([
    remembering(octokit, { repository, commit: base }, cache, memory),
    remembering(octokit, { repository, commit: head }, undefined, memory),
  ]);
  const changed = [...differing(before, after), ...differing(after, before)];
  if (changed.length > 0 && changed.length <= MOST_OBJECTS)
    for await (const content of readBlobs(octokit, repository, changed)) memory.keep(content);
  return [before, after];
}

/** Files of one side that the other has not, or otherwise; each content once. */
function differing({ files }: Snapshot, other: Snapshot): readonly SnapshotFile[] {
  const blobs = new Map<string, SnapshotFile>();
  for (const [path, file] of files) {
    if (other.files.get(path)?.blob !== file.blob && unreadBeforehand(file) === null && (file.size ?? 0) <= LONGEST_TEXT)
      blobs.set(file.blob, file);
  }
  return [...blobs.values()];
}

async function remembering(octokit: Octokit, at: Commit, cache: FactsCache | undefined, memory: Memory): Promise<Snapshot> {
  const { files, unlisted } = await (cache === undefined
    ? listCommit(octokit, at.repository, at.commit)
    : listOnce(octokit, at.repository, at.commit, cache));
  return { repository: at.repository, commit: at.commit, files, unlisted, read: (wanted) => read(octokit, at, wanted, memory) };
}

/** Characters that are kept of what was read: a review reads the files that changed more than once. */
const MOST_REMEMBERED = 8_000_000;

/** Contents by blob, as long as there is room. */
class Memory {
  readonly #contents = new Map<string, FileContent>();
  #left = MOST_REMEMBERED;

  of(blob: string): FileContent | undefined {
    return this.#contents.get(blob);
  }

  keep(content: FileContent): void {
    const size = "text" in content ? content.text.length : 0;
    if (size > this.#left || this.#contents.has(content.file.blob)) return;
    this.#left -= size;
    this.#contents.set(content.file.blob, content);
  }
}

async function* read(octokit: Octokit, at: Commit, files: readonly SnapshotFile[], memory: Memory): AsyncGenerator<FileContent> {
  const wanted: SnapshotFile[] = [];
  for (const file of files) {
    const unread = unreadBeforehand(file);
    const known = memory.of(file.blob);
    if (unread !== null) yield { file, unread };
    else if (known !== undefined) yield { ...known, file };
    else wanted.push(file);
  }

  // Copies of one file are read once.
  const waiting = new Map<string, SnapshotFile>();
  const byBlob = new Map<string, SnapshotFile[]>();
  for (const file of wanted) {
    const copies = byBlob.get(file.blob);
    if (copies !== undefined) copies.push(file);
    else {
      byBlob.set(file.blob, [file]);
      waiting.set(file.blob, file);
    }
  }
  function* answer(content: FileContent): Generator<FileContent> {
    waiting.delete(content.file.blob);
    memory.keep(content);
    for (const file of byBlob.get(content.file.blob) ?? []) yield { ...content, file };
  }

  if (waiting.size > MANY_FILES) {
    for await (const content of readTarball(octokit, at, [...waiting.values()])) yield* answer(content);
  }
  for await (const content of readBlobs(octokit, at.repository, [...waiting.values()])) yield* answer(content);
}
