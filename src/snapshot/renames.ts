import { splitLines } from "./lines.js";

/** A file that exists on one side only. */
export interface OneSided {
  readonly path: string;
  readonly blob: string;
  /** `null` where it could not be read as text. */
  readonly text: string | null;
  readonly empty: boolean;
}

/** From this share of common content on, a file is the same one under another name. */
const SIMILAR = 0.5;

/** A line that more deleted files than this have in common says nothing about where a file came from. */
const MAX_HOLDERS = 16;

/** How many deleted files are compared in full with one added file. */
const MAX_COMPARED = 8;

interface Pair {
  readonly added: string;
  readonly deleted: string;
  readonly score: number;
  readonly sameName: boolean;
}

/** Path in head → path in base, for files that were moved; each deleted file is used once. */
export function findRenames(deleted: readonly OneSided[], added: readonly OneSided[]): Map<string, string> {
  const renames = new Map<string, string>();
  const used = new Set<string>();
  const take = ({ added: to, deleted: from }: Pair): void => {
    if (renames.has(to) || used.has(from)) return;
    renames.set(to, from);
    used.add(from);
  };
  identical(deleted, added).forEach(take);
  const left = (files: readonly OneSided[], gone: { has(path: string): boolean }) =>
    files.filter((file) => !file.empty && file.text !== null && !gone.has(file.path));
  similar(left(deleted, used), left(added, renames)).forEach(take);
  return renames;
}

function identical(deleted: readonly OneSided[], added: readonly OneSided[]): Pair[] {
  const byBlob = new Map<string, OneSided[]>();
  for (const file of deleted) {
    if (!file.empty) byBlob.set(file.blob, [...(byBlob.get(file.blob) ?? []), file]);
  }
  const pairs = added.flatMap((file) => (byBlob.get(file.blob) ?? []).slice(0, MAX_COMPARED).map((source) => pair(file, source, 1)));
  return pairs.sort(bestFirst);
}

function similar(deleted: readonly OneSided[], added: readonly OneSided[]): Pair[] {
  const profiles = new Map(deleted.map((file) => [file.path, profile(file)]));
  const holders = new Map<string, string[]>();
  for (const [path, { lines }] of profiles) {
    for (const line of lines.keys()) {
      const paths = holders.get(line);
      if (paths === undefined) holders.set(line, [path]);
      else if (paths.length <= MAX_HOLDERS) paths.push(path);
    }
  }
  const sources = new Map(deleted.map((file) => [file.path, file]));
  const pairs: Pair[] = [];
  for (const file of added) {
    const own = profile(file);
    for (const path of likely(own, holders, baseName(file.path), deleted)) {
      const source = sources.get(path);
      const other = profiles.get(path);
      if (source === undefined || other === undefined) continue;
      const score = similarity(own, other);
      if (score >= SIMILAR) pairs.push(pair(file, source, score));
    }
  }
  return pairs.sort(bestFirst);
}

interface Profile {
  /** Total length of each distinct line in the file. */
  readonly lines: ReadonlyMap<string, number>;
  readonly size: number;
}

function profile(file: OneSided): Profile {
  const lines = new Map<string, number>();
  let size = 0;
  for (const line of splitLines(file.text ?? "")) {
    // A line end that changed does not make another file.
    const text = line.trimEnd();
    lines.set(text, (lines.get(text) ?? 0) + text.length + 1);
    size += text.length + 1;
  }
  return { lines, size };
}

/** The deleted files that share most of the telling lines, and those of the same name. */
function likely(own: Profile, holders: ReadonlyMap<string, readonly string[]>, name: string, deleted: readonly OneSided[]): string[] {
  const shared = new Map<string, number>();
  for (const [line, length] of own.lines) {
    const paths = holders.get(line) ?? [];
    if (paths.length > MAX_HOLDERS) continue;
    for (const path of paths) shared.set(path, (shared.get(path) ?? 0) + length);
  }
  const best = [...shared].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MAX_COMPARED);
  const namesakes = deleted.filter((file) => baseName(file.path) === name).slice(0, MAX_COMPARED);
  return [...new Set([...best.map(([path]) => path), ...namesakes.map((file) => file.path)])];
}

/** Common content as a share of the larger file. */
function similarity(a: Profile, b: Profile): number {
  const larger = Math.max(a.size, b.size);
  if (larger === 0 || Math.min(a.size, b.size) / larger < SIMILAR) return 0;
  let common = 0;
  for (const [line, length] of a.lines) common += Math.min(length, b.lines.get(line) ?? 0);
  return common / larger;
}

function pair(added: OneSided, deleted: OneSided, score: number): Pair {
  return { added: added.path, deleted: deleted.path, score, sameName: baseName(added.path) === baseName(deleted.path) };
}

/** A file keeps its name more often than not, so a namesake that is similar at all comes first. */
function bestFirst(a: Pair, b: Pair): number {
  if (a.sameName !== b.sameName) return a.sameName ? -1 : 1;
  if (a.score !== b.score) return b.score - a.score;
  if (a.added !== b.added) return a.added < b.added ? -1 : 1;
  return a.deleted < b.deleted ? -1 : 1;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
