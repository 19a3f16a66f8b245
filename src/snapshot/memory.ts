import { blobId, byPath, contentOf, unreadBeforehand } from "./content.js";
import type { FileContent, Snapshot, SnapshotFile } from "./snapshot.js";

/** What one entry holds: its text, its bytes, or the kind of entry that has no content of its own. */
export type MemoryFile = string | Uint8Array | { readonly symlink: string } | { readonly submodule: string };

export interface MemorySnapshotOptions {
  readonly commit?: string | null;
  readonly repository?: string | null;
  readonly unlisted?: readonly string[];
}

/** A snapshot of files that are at hand, with the object ids that git would give. */
export function memorySnapshot(
  files: Readonly<Record<string, MemoryFile>> | ReadonlyMap<string, MemoryFile>,
  options: MemorySnapshotOptions = {},
): Snapshot {
  const contents = new Map<string, Buffer>();
  const entries: SnapshotFile[] = [];
  for (const [path, file] of files instanceof Map ? files : Object.entries(files as Record<string, MemoryFile>)) {
    const { mode, bytes } = entryOf(file);
    contents.set(path, bytes);
    const blob = mode === "submodule" ? bytes.toString() : blobId(bytes);
    entries.push({ path, blob, size: mode === "submodule" ? null : bytes.length, mode });
  }

  return {
    repository: options.repository ?? null,
    commit: options.commit ?? null,
    files: byPath(entries),
    unlisted: options.unlisted ?? [],
    async *read(wanted): AsyncGenerator<FileContent> {
      for (const file of wanted) {
        const unread = unreadBeforehand(file);
        const bytes = contents.get(file.path);
        if (unread !== null) yield { file, unread };
        else if (bytes === undefined) yield { file, unread: "missing-object" };
        else yield contentOf(file, bytes);
      }
    },
  };
}

function entryOf(file: MemoryFile): { mode: SnapshotFile["mode"]; bytes: Buffer } {
  if (typeof file === "string") return { mode: "file", bytes: Buffer.from(file) };
  if (file instanceof Uint8Array) return { mode: "file", bytes: Buffer.from(file) };
  if ("symlink" in file) return { mode: "symlink", bytes: Buffer.from(file.symlink) };
  return { mode: "submodule", bytes: Buffer.from(file.submodule) };
}
