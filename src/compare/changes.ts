import type { Lines } from "../facts/place.js";
import type { Evidence, Place } from "../model/evidence.js";
import type { Diff, FileDiff, Hunk } from "../snapshot/diff.js";
import type { ComparedEvidence } from "./comparison.js";

export type Side = "base" | "head";

/** The diff, asked by place: what a pull request changed of it, and where a place of the base stands in head. */
export interface Changes {
  readonly files: readonly FileDiff[];
  /** The change of the file that has this path on this side; `undefined` for an untouched one. */
  fileOn(side: Side, path: string): FileDiff | undefined;
  /** The path in head of a file of the base; `null` for a deleted one. */
  toHead(basePath: string): string | null;
  /** The path in base of a file of the head; `null` for an added one. */
  toBase(headPath: string): string | null;
  /** The pull request added, replaced or removed at least one line of the place, or its whole file. A new layout is no change. */
  touches(place: Place, side: Side): boolean;
  /** Lines were taken out from inside the place in head, none of its own lines being new. */
  cutsInto(place: Place): boolean;
  /** The same lines in head, if none of them was touched; `null` otherwise. */
  carry(place: Place): Place | null;
}

/** Prepares the questions. Work grows with the diff, not with the repository. */
export function changesOf(diff: Diff): Changes {
  const files = [...diff.files.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const byHead = new Map<string, FileDiff>();
  const byBase = new Map<string, FileDiff>();
  for (const file of files) {
    if (file.change !== "deleted") byHead.set(file.path, file);
    if (file.change !== "added") byBase.set(file.basePath ?? file.path, file);
  }
  const lines = { base: new Map<FileDiff, readonly number[]>(), head: new Map<FileDiff, readonly number[]>() };
  const touchedLines = (file: FileDiff, side: Side): readonly number[] => {
    const known =
      lines[side].get(file) ?? (file.hunks ?? []).flatMap((hunk) => (side === "head" ? hunk.added : hunk.removed)).sort((a, b) => a - b);
    lines[side].set(file, known);
    return known;
  };
  const changedLines = (file: FileDiff, side: Side): readonly number[] => {
    const kind = side === "head" ? "added" : "removed";
    const laidOut = new Set((file.hunks ?? []).flatMap((hunk) => hunk.laidOut?.[kind] ?? []));
    const touched = touchedLines(file, side);
    return laidOut.size === 0 ? touched : touched.filter((line) => !laidOut.has(line));
  };
  const fileOn = (side: Side, path: string): FileDiff | undefined => (side === "head" ? byHead : byBase).get(path);

  return {
    files,
    fileOn,
    toHead(basePath) {
      const file = byBase.get(basePath);
      if (file !== undefined) return file.change === "deleted" ? null : file.path;
      return basePath;
    },
    toBase(headPath) {
      const file = byHead.get(headPath);
      if (file !== undefined) return file.change === "added" ? null : (file.basePath ?? file.path);
      return headPath;
    },
    touches(place, side) {
      const file = fileOn(side, place.path);
      if (file === undefined) return false;
      if (file.change === "added" || file.change === "deleted") return true;
      if (file.hunks === null) return true;
      return anyWithin(changedLines(file, side), place);
    },
    cutsInto(place) {
      const hunks = fileOn("head", place.path)?.hunks;
      return hunks?.some((hunk) => hunk.removed.some((line) => cutAt(hunk, line, place))) ?? false;
    },
    carry(place) {
      const file = byBase.get(place.path);
      if (file === undefined) return place;
      if (file.change === "deleted" || file.hunks === null) return null;
      const carried = carryLines(touchedLines(file, "base"), touchedLines(file, "head"), place);
      return carried === null ? null : { ...place, path: file.path, ...carried };
    },
  };
}

/** A piece of evidence with the side it stands on and whether the pull request touched it. Other repositories are not. */
export function onSide(evidence: Evidence, side: Side, changes: Changes): ComparedEvidence {
  const changed = evidence.repository === undefined && (changes.touches(evidence, side) || (side === "head" && changes.cutsInto(evidence)));
  return { ...evidence, side, changed };
}

/** Of sorted lines, whether one lies in the range. */
function anyWithin(sorted: readonly number[], { startLine, endLine }: Lines): boolean {
  const next = sorted[countBefore(sorted, startLine)];
  return next !== undefined && next <= endLine;
}

/** How many of the sorted lines come before this one. */
function countBefore(sorted: readonly number[], line: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The removed line stood strictly between two lines that the place still has. */
function cutAt(hunk: Hunk, removed: number, place: Lines): boolean {
  const previous = headLineBefore(hunk, removed);
  return previous >= place.startLine && previous < place.endLine;
}

/** The last line of the head that stands before where this line of the base stood. */
function headLineBefore(hunk: Hunk, baseLine: number): number {
  const gone = new Set(hunk.removed);
  let kept = 0;
  for (let line = hunk.baseStart; line < baseLine; line++) if (!gone.has(line)) kept++;
  const added = new Set(hunk.added);
  let head = hunk.headStart - 1;
  for (let seen = 0; seen < kept || added.has(head + 1);) {
    head++;
    if (!added.has(head)) seen++;
  }
  return head;
}

/** Untouched lines keep their order, so the k-th untouched line of the base is the k-th untouched line of the head. */
function carryLines(removed: readonly number[], added: readonly number[], lines: Lines): Lines | null {
  if (anyWithin(removed, lines)) return null;
  const before = countBefore(removed, lines.startLine);
  const startLine = nthUntouched(lines.startLine - before, added);
  const endLine = nthUntouched(lines.endLine - before, added);
  return endLine - startLine === lines.endLine - lines.startLine ? { startLine, endLine } : null;
}

function nthUntouched(nth: number, added: readonly number[]): number {
  let line = nth;
  for (const one of added) {
    if (one > line) break;
    line++;
  }
  return line;
}
