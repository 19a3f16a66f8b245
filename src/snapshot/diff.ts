import { diffLines, type Hunk } from "./lines.js";
import { findRenames, type OneSided } from "./renames.js";
import type { Snapshot, SnapshotFile } from "./snapshot.js";

export type { Hunk } from "./lines.js";

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

/** What leads from one snapshot to the other: moved files are paired, texts are compared line by line. */
export async function diffSnapshots(base: Snapshot, head: Snapshot): Promise<Diff> {
  const changed = (from: Snapshot, to: Snapshot) => [...from.files.values()].filter((file) => !isSame(file, to.files.get(file.path)));
  const gone = changed(base, head);
  const come = changed(head, base);
  const [baseTexts, headTexts] = await Promise.all([texts(base, gone), texts(head, come)]);

  const oneSided = (files: readonly SnapshotFile[], other: Snapshot, read: Texts): OneSided[] =>
    files
      .filter((file) => file.mode !== "submodule" && !other.files.has(file.path))
      .map((file) => ({ path: file.path, blob: file.blob, text: read.get(file.path) ?? null, empty: file.size === 0 }));
  const renames = findRenames(oneSided(gone, head, baseTexts), oneSided(come, base, headTexts));
  const moved = new Set(renames.values());

  const files: FileDiff[] = [];
  for (const file of come) {
    const before = base.files.get(renames.get(file.path) ?? file.path);
    files.push(changeOf(before, file, baseTexts, headTexts));
  }
  for (const file of gone) {
    if (!head.files.has(file.path) && !moved.has(file.path)) files.push(changeOf(file, undefined, baseTexts, headTexts));
  }
  files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { files: new Map(files.map((file) => [file.path, file])) };
}

type Texts = ReadonlyMap<string, string>;

async function texts(snapshot: Snapshot, files: readonly SnapshotFile[]): Promise<Texts> {
  const found = new Map<string, string>();
  for await (const content of snapshot.read(files)) {
    if ("text" in content) found.set(content.file.path, content.text);
  }
  return found;
}

function changeOf(before: SnapshotFile | undefined, after: SnapshotFile | undefined, baseTexts: Texts, headTexts: Texts): FileDiff {
  const path = after?.path ?? before?.path ?? "";
  const basePath = before === undefined || before.path === path ? null : before.path;
  return { path, basePath, change: kindOfChange(before, after), hunks: hunksOf(before, after, baseTexts, headTexts) };
}

function kindOfChange(before: SnapshotFile | undefined, after: SnapshotFile | undefined): FileDiff["change"] {
  if (before === undefined) return "added";
  if (after === undefined) return "deleted";
  return before.path === after.path ? "modified" : "renamed";
}

function hunksOf(
  before: SnapshotFile | undefined,
  after: SnapshotFile | undefined,
  baseTexts: Texts,
  headTexts: Texts,
): readonly Hunk[] | null {
  if (before !== undefined && isSame(before, after)) return [];
  // An absent side is an empty text; one that cannot be read is none.
  const from = before === undefined ? "" : baseTexts.get(before.path);
  const to = after === undefined ? "" : headTexts.get(after.path);
  return from === undefined || to === undefined
    ? null
    : diffLines(from, to, isCode(after?.path ?? before?.path ?? "") ? saying : undefined);
}

/** Languages in which a space or a line end more means nothing. */
function isCode(path: string): boolean {
  return /\.(?:[cm]?[jt]sx?|json)$/i.test(path);
}

/** What a formatter leaves as it is: neither its spaces and line ends, nor its quotes, semicolons and last commas. */
function saying(code: string): string {
  return code
    .replace(/;[ \t]*(?=\r?\n|$)/g, "")
    .replace(/['`]/g, '"')
    .replace(/\s+/g, " ")
    .replace(/ ?([^\w$]) ?/g, "$1")
    .replace(/,(?=[)\]}]|$)/g, "");
}

function isSame(file: SnapshotFile, other: SnapshotFile | undefined): boolean {
  return other !== undefined && file.blob === other.blob && file.mode === other.mode;
}
