/** One entry of a commit's tree. */
export interface SnapshotFile {
  /** Path from the root of the repository, with `/` whatever the platform. */
  readonly path: string;
  /** The git object id of the content. A directory without git gets the id that git would give. */
  readonly blob: string;
  /** Size in bytes; `null` where it is not known before the content is read. */
  readonly size: number | null;
  readonly mode: "file" | "symlink" | "submodule";
}

/** Why the content of an entry is not available as text. */
export type UnreadReason = "symlink" | "submodule" | "binary" | "lfs-pointer" | "too-large" | "missing-object" | "not-listed";

export type FileContent =
  | { readonly file: SnapshotFile; readonly text: string }
  | { readonly file: SnapshotFile; readonly unread: UnreadReason };

/**
 * A repository at one commit (or a working tree, or a plain directory).
 * The list of files is complete and cheap; contents are read on demand, in batches.
 */
export interface Snapshot {
  /** `owner/name` on GitHub, where known. */
  readonly repository: string | null;
  /** The commit's id; `null` for a working tree or a plain directory. */
  readonly commit: string | null;
  /** Every entry by path, in code-unit order of the path. */
  readonly files: ReadonlyMap<string, SnapshotFile>;
  /** Directories whose entries could not be listed (a truncated tree), as paths that end in `/`. */
  readonly unlisted: readonly string[];
  /**
   * Reads the given entries, in any order, each exactly once. Never throws for a single entry: what cannot be read
   * is answered with its reason. Bytes that are not UTF-8 are decoded with replacement characters.
   */
  read(files: readonly SnapshotFile[]): AsyncIterable<FileContent>;
}

/** Files larger than this many bytes are reported as not read. */
export const MAX_FILE_BYTES = 1_500_000;

export class SnapshotError extends Error {
  /** What the user can do about it. */
  readonly advice: string;
  constructor(message: string, advice: string) {
    super(message);
    this.name = "SnapshotError";
    this.advice = advice;
  }
}
