import { diffArrays } from "diff";

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
  /** Of those, lines that say what was said before, laid out otherwise. */
  readonly laidOut?: { readonly removed: readonly number[]; readonly added: readonly number[] };
}

/** Unchanged lines around a change, as in a unified diff. */
const CONTEXT = 3;

/** More changed lines than this, in a text or between two anchors, are not aligned: the effort grows with their square. */
const MAX_EDITS = 400;

/** A run of lines `[baseStart, baseEnd)` that became `[headStart, headEnd)`, 0-based. */
interface Edit {
  readonly baseStart: number;
  readonly baseEnd: number;
  readonly headStart: number;
  readonly headEnd: number;
}

/**
 * Hunks that lead from one text to the other, with the lines that git would call changed: line ends count, and so does
 * a missing one at the end. Near linear, whatever the texts: where they have little in common it says "replaced"
 * sooner than it looks for the shortest way.
 *
 * @param saying what some lines say, however they are laid out; without it every other layout says something else
 */
export function diffLines(base: string, head: string, saying?: (lines: string) => string): Hunk[] {
  const numbers = new Map<string, number>();
  const found = edits(numbered(base, numbers), numbered(head, numbers));
  const lines = { base: splitLines(base), head: splitLines(head) };
  const isLayout = ({ baseStart, baseEnd, headStart, headEnd }: Edit): boolean =>
    saying !== undefined &&
    baseEnd > baseStart &&
    headEnd > headStart &&
    saying(lines.base.slice(baseStart, baseEnd).join("")) === saying(lines.head.slice(headStart, headEnd).join(""));
  return group(found, { base: lines.base.length, head: lines.head.length }, isLayout);
}

/** Lines of a text with their ends; the last may have none. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
    lines.push(text.slice(start, end + 1));
    start = end + 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

/** Equal lines get equal numbers. */
function numbered(text: string, numbers: Map<string, number>): number[] {
  return splitLines(text).map((line) => {
    const known = numbers.get(line);
    if (known !== undefined) return known;
    numbers.set(line, numbers.size);
    return numbers.size - 1;
  });
}

function edits(base: readonly number[], head: readonly number[]): Edit[] {
  const whole = trimmed(base, head, { baseStart: 0, baseEnd: base.length, headStart: 0, headEnd: head.length });
  return align(base, head, whole) ?? betweenAnchors(base, head, whole);
}

/** Without the lines that both have at either end. */
function trimmed(base: readonly number[], head: readonly number[], range: Edit): Edit {
  let { baseStart, baseEnd, headStart, headEnd } = range;
  while (baseStart < baseEnd && headStart < headEnd && base[baseStart] === head[headStart]) {
    baseStart++;
    headStart++;
  }
  while (baseStart < baseEnd && headStart < headEnd && base[baseEnd - 1] === head[headEnd - 1]) {
    baseEnd--;
    headEnd--;
  }
  return { baseStart, baseEnd, headStart, headEnd };
}

/** The shortest edits inside a range; `null` where they are too many. */
function align(base: readonly number[], head: readonly number[], range: Edit): Edit[] | null {
  const { baseStart, baseEnd, headStart, headEnd } = range;
  if (baseStart === baseEnd && headStart === headEnd) return [];
  if (baseStart === baseEnd || headStart === headEnd) return [range];
  const parts = diffArrays(base.slice(baseStart, baseEnd), head.slice(headStart, headEnd), { maxEditLength: MAX_EDITS });
  if (parts === undefined) return null;
  const found: Edit[] = [];
  const at = { base: baseStart, head: headStart };
  let open: { base: number; head: number } | null = null;
  const close = (): void => {
    if (open !== null) found.push({ baseStart: open.base, baseEnd: at.base, headStart: open.head, headEnd: at.head });
    open = null;
  };
  for (const { count, added, removed } of parts) {
    if (added || removed) open ??= { ...at };
    else close();
    if (!added) at.base += count;
    if (!removed) at.head += count;
  }
  close();
  return found;
}

/** Splits the range at lines that occur exactly once on both sides, and aligns what lies between them. */
function betweenAnchors(base: readonly number[], head: readonly number[], range: Edit): Edit[] {
  const found: Edit[] = [];
  let { baseStart, headStart } = range;
  const end = { base: range.baseEnd, head: range.headEnd };
  for (const anchor of [...anchors(base, head, range), end]) {
    const gap = trimmed(base, head, { baseStart, baseEnd: anchor.base, headStart, headEnd: anchor.head });
    found.push(...(align(base, head, gap) ?? [gap]));
    baseStart = anchor.base + 1;
    headStart = anchor.head + 1;
  }
  return found;
}

interface Anchor {
  readonly base: number;
  readonly head: number;
}

/** The longest series of unique common lines that stand in the same order on both sides. */
function anchors(base: readonly number[], head: readonly number[], range: Edit): Anchor[] {
  const inBase = uniquePositions(base, range.baseStart, range.baseEnd);
  const inHead = uniquePositions(head, range.headStart, range.headEnd);
  const common: Anchor[] = [];
  for (const [line, position] of inBase) {
    const other = inHead.get(line);
    if (other !== undefined) common.push({ base: position, head: other });
  }
  common.sort((a, b) => a.base - b.base);
  return longestIncreasing(common);
}

function uniquePositions(lines: readonly number[], start: number, end: number): Map<number, number> {
  const positions = new Map<number, number>();
  const repeated = new Set<number>();
  for (let at = start; at < end; at++) {
    const line = lines[at] ?? -1;
    if (positions.has(line)) repeated.add(line);
    else positions.set(line, at);
  }
  for (const line of repeated) positions.delete(line);
  return positions;
}

/** Patience sorting: the longest subsequence whose `head` rises. */
function longestIncreasing(anchors: readonly Anchor[]): Anchor[] {
  const tails: number[] = [];
  const before: (number | undefined)[] = [];
  const headOf = (index: number | undefined): number => anchors[index ?? -1]?.head ?? -1;
  anchors.forEach((anchor, index) => {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (headOf(tails[middle]) < anchor.head) low = middle + 1;
      else high = middle;
    }
    before[index] = tails[low - 1];
    tails[low] = index;
  });
  const chain: Anchor[] = [];
  for (let index = tails.at(-1); index !== undefined; index = before[index]) {
    const anchor = anchors[index];
    if (anchor !== undefined) chain.push(anchor);
  }
  return chain.reverse();
}

/** Gathers edits into hunks: two whose context would touch become one. */
function group(all: readonly Edit[], lines: { base: number; head: number }, isLayout: (edit: Edit) => boolean): Hunk[] {
  const hunks: Hunk[] = [];
  let members: Edit[] = [];
  for (const edit of all) {
    const last = members.at(-1);
    if (last !== undefined && edit.baseStart - last.baseEnd > 2 * CONTEXT) {
      hunks.push(hunk(members, lines, isLayout));
      members = [];
    }
    members.push(edit);
  }
  if (members.length > 0) hunks.push(hunk(members, lines, isLayout));
  return hunks;
}

function hunk(members: readonly Edit[], lines: { base: number; head: number }, isLayout: (edit: Edit) => boolean): Hunk {
  const [first] = members;
  const last = members.at(-1);
  if (first === undefined || last === undefined) throw new Error("A hunk holds at least one edit.");
  const before = Math.min(CONTEXT, first.baseStart, first.headStart);
  const after = Math.min(CONTEXT, lines.base - last.baseEnd, lines.head - last.headEnd);
  const baseLines = last.baseEnd - first.baseStart + before + after;
  const headLines = last.headEnd - first.headStart + before + after;
  const layouts = members.filter(isLayout);
  return {
    // As in a unified diff: an empty side names the line before.
    baseStart: first.baseStart - before + (baseLines === 0 ? 0 : 1),
    baseLines,
    headStart: first.headStart - before + (headLines === 0 ? 0 : 1),
    headLines,
    ...linesOf(members),
    ...(layouts.length === 0 ? {} : { laidOut: linesOf(layouts) }),
  };
}

function linesOf(edits: readonly Edit[]): Pick<Hunk, "removed" | "added"> {
  return {
    removed: edits.flatMap((edit) => range(edit.baseStart + 1, edit.baseEnd)),
    added: edits.flatMap((edit) => range(edit.headStart + 1, edit.headEnd)),
  };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
