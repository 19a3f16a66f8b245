import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract, type Extract } from "tar-stream";
import { contentOf } from "../snapshot/content.js";
import { MAX_FILE_BYTES, type FileContent, type SnapshotFile } from "../snapshot/snapshot.js";
import { isOf } from "./blobs.js";
import { routeOf, type Octokit } from "./octokit.js";

type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** Unpacked bytes after which an archive is not read on. */
const MOST_BYTES = 4_000_000_000;

/**
 * Reads files out of the archive of a commit: one request, whatever their number. Files that the archive lacks or changes
 * (`export-ignore` and `export-subst` in .gitattributes) are not answered, and neither is what follows a break.
 */
export async function* readTarball(
  octokit: Octokit,
  at: { readonly repository: string; readonly commit: string },
  files: readonly SnapshotFile[],
): AsyncGenerator<FileContent> {
  const wanted = new Map(files.map((file) => [file.path, file]));
  const archive = await openArchive(octokit, at);
  if (archive === null) return;
  const entries = extract();
  const gunzip = createGunzip();
  archive.on("error", (error) => gunzip.destroy(error));
  gunzip.on("error", (error) => entries.destroy(error));
  archive.pipe(gunzip).pipe(entries);
  let bytes = 0;
  try {
    for await (const entry of entries) {
      bytes += entry.header.size ?? 0;
      if (bytes > MOST_BYTES) break;
      const content = await contentFrom(entry, wanted);
      if (content === null) continue;
      wanted.delete(content.file.path);
      yield content;
      if (wanted.size === 0) break;
    }
  } catch {
    // A broken archive costs requests, not the review: the caller reads the rest blob by blob.
  } finally {
    archive.destroy();
    gunzip.destroy();
  }
}

async function openArchive(
  octokit: Octokit,
  { repository, commit }: { readonly repository: string; readonly commit: string },
): Promise<Readable | null> {
  try {
    const { data } = await octokit.request("GET /repos/{owner}/{repo}/tarball/{ref}", {
      ...routeOf(repository),
      ref: commit,
      request: { parseSuccessResponseBody: false },
    });
    return data instanceof ReadableStream ? Readable.fromWeb(data) : null;
  } catch {
    return null;
  }
}

async function contentFrom(entry: Entry, wanted: ReadonlyMap<string, SnapshotFile>): Promise<FileContent | null> {
  const { name, type, size } = entry.header;
  // Everything lies in one directory that is named for the repository and the commit.
  const file = wanted.get(name.slice(name.indexOf("/") + 1));
  if (file === undefined || type !== "file" || (size ?? 0) > MAX_FILE_BYTES) {
    entry.resume();
    return null;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return isOf(file, bytes) ? contentOf(file, bytes) : null;
}
