import { createHash } from "node:crypto";
import { MAX_FILE_BYTES, type FileContent, type SnapshotFile, type UnreadReason } from "./snapshot.js";

/** How far git looks for a NUL byte before it calls a file text. */
const BINARY_WINDOW = 8000;

/** Git LFS keeps a short text in the repository in place of the file. */
const LFS_POINTER = "version https://git-lfs.github.com/spec/";
const LFS_POINTER_MAX_BYTES = 1024;

/** Bytes of one entry as text, or the reason why they are none. */
export function contentOf(file: SnapshotFile, bytes: Buffer): FileContent {
  if (bytes.length > MAX_FILE_BYTES) return { file, unread: "too-large" };
  if (bytes.subarray(0, BINARY_WINDOW).includes(0)) return { file, unread: "binary" };
  if (isLfsPointer(bytes)) return { file, unread: "lfs-pointer" };
  return { file, text: decode(bytes) };
}

/** Why an entry is not even asked for; `null` where its bytes are worth reading. */
export function unreadBeforehand(file: SnapshotFile): UnreadReason | null {
  if (file.mode !== "file") return file.mode;
  if (file.size !== null && file.size > MAX_FILE_BYTES) return "too-large";
  return null;
}

export type ObjectFormat = "sha1" | "sha256";

/** The object id that git gives to these bytes. */
export function blobId(bytes: Buffer, format: ObjectFormat = "sha1"): string {
  return createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Entries by path, in code-unit order of the path. */
export function byPath(files: Iterable<SnapshotFile>): ReadonlyMap<string, SnapshotFile> {
  const sorted = [...files];
  // Git lists them in the order of their bytes, which is nearly always this one.
  if (sorted.some(({ path }, index) => index > 0 && path < sorted[index - 1]!.path))
    sorted.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const entries = new Map<string, SnapshotFile>();
  for (const file of sorted) entries.set(file.path, file);
  return entries;
}

function isLfsPointer(bytes: Buffer): boolean {
  if (bytes.length > LFS_POINTER_MAX_BYTES) return false;
  const text = bytes.toString("latin1");
  return text.startsWith(LFS_POINTER) && text.includes("\noid sha256:");
}

/** UTF-8 without byte order mark; bytes that are none become replacement characters. */
function decode(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.startsWith("\uFEFF") ? text.slice(1) : text;
}
