import { unreadBeforehand } from "../snapshot/content.js";
import type { FileContent, Snapshot, SnapshotFile } from "../snapshot/snapshot.js";
import { readBlobs } from "./blobs.js";
import type { Octokit } from "./octokit.js";
import { readTarball } from "./tarball.js";
import { listCommit } from "./tree.js";

/** From this many files on, the archive of the commit costs less than asking for them. */
const MANY_FILES = 400;

interface Commit {
  /** `owner/name`; of the base repository where the commit is a fork's, since GitHub finds it there too. */
  readonly repository: string;
  readonly commit: string;
}

/** A repository at one commit, as the API tells it. Throws `SnapshotError` where the commit is not there. */
export async function githubSnapshot(octokit: Octokit, at: Commit): Promise<Snapshot> {
  const { files, unlisted } = await listCommit(octokit, at.repository, at.commit);
  return { repository: at.repository, commit: at.commit, files, unlisted, read: (wanted) => read(octokit, at, wanted) };
}

async function* read(octokit: Octokit, at: Commit, files: readonly SnapshotFile[]): AsyncGenerator<FileContent> {
  const wanted: SnapshotFile[] = [];
  for (const file of files) {
    const unread = unreadBeforehand(file);
    if (unread === null) wanted.push(file);
    else yield { file, unread };
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
    for (const file of byBlob.get(content.file.blob) ?? []) yield { ...content, file };
  }

  if (waiting.size > MANY_FILES) {
    for await (const content of readTarball(octokit, at, [...waiting.values()])) yield* answer(content);
  }
  for await (const content of readBlobs(octokit, at.repository, [...waiting.values()])) yield* answer(content);
}
