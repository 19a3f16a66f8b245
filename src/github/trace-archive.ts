import type { Readable } from "node:stream";
import { fromBufferPromise, type Entry, type ZipFile } from "yauzl";
import { TRACE_FILE, type TraceFile } from "../facts/traces/span.js";

/** What of an archive is read. More of anything, and none of it is. */
export interface ArchiveLimits {
  readonly entries: number;
  readonly files: number;
  /** Unpacked bytes of all files. */
  readonly bytes: number;
}

const LIMITS: ArchiveLimits = { entries: 10_000, files: 2_000, bytes: 32_000_000 };

/** An archive that cannot be read. The message completes a sentence that begins with its name. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

/**
 * The trace files in a zip archive, in order of path. Nothing is written anywhere, and names are only shown. Anybody may
 * have packed it, so that what it says of its sizes is not believed. Throws `ArchiveError`.
 */
export async function readTraceArchive(zip: Buffer, limits: ArchiveLimits = LIMITS): Promise<readonly TraceFile[]> {
  try {
    const archive = await fromBufferPromise(zip, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
    return await readEntries(archive, limits);
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError("is broken, or packed in a way that is not read");
  }
}

async function readEntries(archive: ZipFile, limits: ArchiveLimits): Promise<readonly TraceFile[]> {
  const files: TraceFile[] = [];
  let entries = 0;
  let left = limits.bytes;
  for await (const entry of archive.eachEntry()) {
    if (++entries > limits.entries) throw new ArchiveError(`has more than ${limits.entries} entries`);
    if (!TRACE_FILE.test(entry.fileName)) continue;
    if (files.length === limits.files) throw new ArchiveError(`has more than ${limits.files} files of traces`);
    const bytes = await unpack(archive, entry, left, limits);
    left -= bytes.length;
    files.push({ path: entry.fileName, text: bytes.toString("utf8") });
  }
  return files.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Ends as soon as there is too much: a small archive may unpack to any size. */
async function unpack(archive: ZipFile, entry: Entry, most: number, limits: ArchiveLimits): Promise<Buffer> {
  const stream: Readable = await archive.openReadStreamPromise(entry);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new ArchiveError(`unpacks to more than ${limits.bytes / 1_000_000} MB of traces`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
