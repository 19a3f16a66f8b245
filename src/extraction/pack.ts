import type { FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";

/*
 * A pack:
 *
 *     magic         8 bytes
 *     entries       their bytes, one behind the other
 *     index         per entry: key 32, offset 6, length 4, checksum 4
 *     end           number of entries 4, checksum of the index 4, magic 8
 */
const MAGIC = Buffer.from("faultln1");
const KEY_BYTES = 32;
const ROW_BYTES = KEY_BYTES + 6 + 4 + 4;
const END_BYTES = 4 + 4 + MAGIC.length;

export interface PackEntry {
  /** 64 hexadecimal digits. */
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  /** These are the bytes that were packed. */
  matches(bytes: Uint8Array): boolean;
}

/** The pack in pieces that belong one behind the other: to put them together in memory would cost more than to write them. */
export function packEntries(entries: readonly { readonly key: string; readonly bytes: Uint8Array }[]): readonly Uint8Array[] {
  const index = Buffer.alloc(entries.length * ROW_BYTES);
  let offset = MAGIC.length;
  entries.forEach(({ key, bytes }, row) => {
    const at = row * ROW_BYTES;
    index.write(key, at, KEY_BYTES, "hex");
    index.writeUIntBE(offset, at + KEY_BYTES, 6);
    index.writeUInt32BE(bytes.length, at + KEY_BYTES + 6);
    index.writeUInt32BE(crc32(bytes), at + KEY_BYTES + 10);
    offset += bytes.length;
  });
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32BE(entries.length, 0);
  end.writeUInt32BE(crc32(index), 4);
  MAGIC.copy(end, 8);
  return [MAGIC, ...entries.map((entry) => entry.bytes), index, end];
}

/** The index of a pack; empty where the file is none, or is damaged. */
export async function readIndex(handle: FileHandle, size: number): Promise<PackEntry[]> {
  if (size < MAGIC.length + END_BYTES) return [];
  const end = await readAt(handle, size - END_BYTES, END_BYTES);
  if (!end.subarray(8).equals(MAGIC)) return [];
  const count = end.readUInt32BE(0);
  const start = size - END_BYTES - count * ROW_BYTES;
  if (start < MAGIC.length) return [];
  const index = await readAt(handle, start, count * ROW_BYTES);
  if (crc32(index) !== end.readUInt32BE(4)) return [];
  return Array.from({ length: count }, (_, row) => entryAt(index, row * ROW_BYTES));
}

function entryAt(index: Buffer, at: number): PackEntry {
  const checksum = index.readUInt32BE(at + KEY_BYTES + 10);
  return {
    key: index.toString("hex", at, at + KEY_BYTES),
    offset: index.readUIntBE(at + KEY_BYTES, 6),
    length: index.readUInt32BE(at + KEY_BYTES + 6),
    matches: (bytes) => crc32(bytes) === checksum,
  };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await handle.read(buffer, 0, length, position);
  return buffer;
}
