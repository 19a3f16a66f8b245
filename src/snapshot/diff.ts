/** Line numbers are 1-based; a hunk's ranges include its context lines, as in a unified diff. */
export interface Hunk {
  readonly baseStart: number;
  readonly baseLines: number;
  readonly headStart: number;
  readonly headLines: number;
  /** Lines of the base that the change removed or replaced. */
  readonly removed: readonly number[];
  /** Lines of the head that the change added or replaced. */
  readonly added: readonly number[];
}

export interface FileDiff {
  /** Path in head; for a deleted file its path in base. */
  readonly path: string;
  /** Path in base, where it differs (a rename); `null` otherwise. */
  readonly basePath: string | null;
  readonly change: "added" | "deleted" | "modified" | "renamed";
  /** `null` where there is no line diff: binary, too large, unreadable. */
  readonly hunks: readonly Hunk[] | null;
}

/** What a pull request changes, by path in head (deleted files by path in base). */
export interface Diff {
  readonly files: ReadonlyMap<string, FileDiff>;
}
