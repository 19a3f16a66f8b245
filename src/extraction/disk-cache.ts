import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import type { FactsCache } from "./extraction.js";
import { packEntries, readIndex, type PackEntry } from "./pack.js";

export interface DiskCacheOptions {
  /** Where packs lie; made when something is saved. */
  readonly directory: string;
  /** When the packs together are larger, those that were not used for longest go. */
  readonly maxBytes?: number;
  /** When there are more packs, the smallest are merged. */
  readonly maxPacks?: number;
}

const MAX_BYTES = 512 * 1024 * 1024;
const MAX_PACKS = 40;

const PACK = /^[0-9a-f]+\.pack$/;

/** A temporary file this old was left behind by a process that died. */
const ABANDONED_MS = 60 * 60 * 1000;

/** Where caches belong on this machine; `null` where it has no such place. */
export function cacheDirectory(environment: NodeJS.ProcessEnv): string | null {
  const xdg = environment["XDG_CACHE_HOME"];
  const home = environment["HOME"] ?? homedirOrNothing();
  const root = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.isAbsolute(home) ? path.join(home, ".cache") : null;
  return root === null ? null : path.join(root, "faultline", "facts");
}

function homedirOrNothing(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}

/**
 * Facts in packs: each save writes one file, entries first and their index behind, under a name that nothing else has.
 * A pack is complete or not there, and never changes, so that processes need no lock; whatever is damaged is skipped.
 */
export function diskCache(options: DiskCacheOptions): FactsCache {
  const { directory, maxBytes = MAX_BYTES, maxPacks = MAX_PACKS } = options;
  return {
    async load(keys) {
      const wanted = new Set(keys);
      const found = new Map<string, Uint8Array>();
      for (const pack of await listPacks(directory)) {
        if (wanted.size === 0) break;
        await quietly(() => loadFrom(pack.file, wanted, found));
      }
      return found;
    },
    async save(entries) {
      await quietly(async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writePack(
          directory,
          [...entries].map(([key, bytes]) => ({ key, bytes })),
        );
        await tidy(directory, maxBytes, maxPacks);
      });
    },
  };
}

interface Pack {
  readonly file: string;
  readonly size: number;
  readonly usedAt: number;
}

/** The most recently used first. */
async function listPacks(directory: string): Promise<Pack[]> {
  const packs: Pack[] = [];
  await quietly(async () => {
    for (const name of await readdir(directory)) {
      if (!PACK.test(name)) continue;
      const file = path.join(directory, name);
      await quietly(async () => {
        const { size, mtimeMs } = await stat(file);
        packs.push({ file, size, usedAt: mtimeMs });
      });
    }
  });
  return packs.sort((a, b) => b.usedAt - a.usedAt || (a.file < b.file ? -1 : 1));
}

/** Moves what the pack has of the wanted keys into `found`. */
async function loadFrom(file: string, wanted: Set<string>, found: Map<string, Uint8Array>): Promise<void> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const index = await readIndex(handle, size);
    const hits = index.filter((entry) => wanted.has(entry.key));
    if (hits.length === 0) return;
    const read = await reader(handle, size, hits);
    for (const entry of hits) {
      const bytes = await read(entry);
      if (!entry.matches(bytes)) continue;
      found.set(entry.key, bytes);
      wanted.delete(entry.key);
    }
    const now = new Date();
    await quietly(() => utimes(file, now, now));
  } finally {
    await handle.close();
  }
}

/** Reads the whole file where much of it is wanted, else piece by piece. */
async function reader(handle: FileHandle, size: number, hits: readonly PackEntry[]): Promise<(entry: PackEntry) => Promise<Buffer>> {
  const bytes = hits.reduce((sum, entry) => sum + entry.length, 0);
  if (bytes * 4 < size) {
    return async (entry) => {
      const piece = Buffer.alloc(entry.length);
      await handle.read(piece, 0, entry.length, entry.offset);
      return piece;
    };
  }
  const all = await handle.readFile();
  return (entry) => Promise.resolve(all.subarray(entry.offset, entry.offset + entry.length));
}

async function writePack(directory: string, entries: readonly { readonly key: string; readonly bytes: Uint8Array }[]): Promise<void> {
  const name = randomBytes(12).toString("hex");
  const temporary = path.join(directory, `${name}.tmp`);
  try {
    await writePieces(temporary, packEntries(entries));
    await rename(temporary, path.join(directory, `${name}.pack`));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function writePieces(file: string, pieces: readonly Uint8Array[]): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    const { bytesWritten } = await handle.writev(pieces);
    if (bytesWritten !== pieces.reduce((sum, { length }) => sum + length, 0)) throw new Error("the disk is full");
  } finally {
    await handle.close();
  }
}

async function tidy(directory: string, maxBytes: number, maxPacks: number): Promise<void> {
  await removeAbandoned(directory);
  const packs = await listPacks(directory);
  let size = packs.reduce((sum, pack) => sum + pack.size, 0);
  while (size > maxBytes && packs.length > 0) {
    const oldest = packs.pop();
    if (oldest === undefined) break;
    await rm(oldest.file, { force: true });
    size -= oldest.size;
  }
  if (packs.length > maxPacks) await merge(directory, packs.sort((a, b) => a.size - b.size).slice(0, Math.ceil(packs.length * 0.75)));
}

/** Puts the entries of several packs into one. The old ones go when the new one is there. */
async function merge(directory: string, packs: readonly Pack[]): Promise<void> {
  const entries = new Map<string, Buffer>();
  for (const { file } of packs) {
    await quietly(async () => {
      const handle = await open(file, "r");
      try {
        const index = await readIndex(handle, (await handle.stat()).size);
        const all = await handle.readFile();
        for (const entry of index) {
          const bytes = all.subarray(entry.offset, entry.offset + entry.length);
          if (entry.matches(bytes)) entries.set(entry.key, bytes);
        }
      } finally {
        await handle.close();
      }
    });
  }
  await writePack(
    directory,
    [...entries].map(([key, bytes]) => ({ key, bytes })),
  );
  for (const { file } of packs) await rm(file, { force: true });
}

async function removeAbandoned(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.endsWith(".tmp")) continue;
    const file = path.join(directory, name);
    await quietly(async () => {
      if (Date.now() - (await stat(file)).mtimeMs > ABANDONED_MS) await rm(file, { force: true });
    });
  }
}

/** A cache that cannot be read or written only makes the next run slower. */
async function quietly(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch {
    // Nothing is lost but time.
  }
}
