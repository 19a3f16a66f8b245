import type { Changes } from "../compare/changes.js";
import type { ComparedEvidence } from "../compare/comparison.js";
import type { Suggestion } from "../rules/rule.js";
import type { Hunk } from "../snapshot/diff.js";
import type { Anchor } from "./report.js";

/** The piece of evidence that gets the comment, and the lines of the diff on which it stands. */
export interface Placement {
  readonly index: number;
  readonly anchor: Anchor;
}

/**
 * The first changed piece that lies in a hunk: evidence comes with the head's changed places first. Where the fix can be
 * applied with a click in the same hunk, the comment takes the fix's lines.
 */
export function placementOf(evidence: readonly ComparedEvidence[], suggestion: Suggestion | null, changes: Changes): Placement | null {
  for (const [index, one] of evidence.entries()) {
    if (!one.changed || one.repository !== undefined) continue;
    const anchor = anchorOf(one, suggestion, changes);
    if (anchor !== null) return { index, anchor };
  }
  return null;
}

function anchorOf(evidence: ComparedEvidence, suggestion: Suggestion | null, changes: Changes): Anchor | null {
  const file = changes.fileOn(evidence.side, evidence.path);
  const hunks = file?.hunks ?? [];
  const hunk =
    hunks.find((candidate) => overlap(changedLines(candidate, evidence.side), evidence)) ??
    hunks.find((candidate) => meet(span(candidate, evidence.side), evidence));
  if (file === undefined || hunk === undefined) return null;

  const head = span(hunk, "head");
  if (
    suggestion !== null &&
    suggestion.path === file.path &&
    suggestion.startLine >= head.startLine &&
    suggestion.endLine <= head.endLine
  ) {
    return { path: file.path, side: "head", startLine: suggestion.startLine, endLine: suggestion.endLine, suggestion: true };
  }
  const { startLine, endLine } = clipped(hunk, evidence);
  return { path: file.path, side: evidence.side, startLine, endLine, suggestion: false };
}

/** What the pull request changed of the place, within the hunk; a cut leaves the lines on both sides of it. */
function clipped(hunk: Hunk, evidence: ComparedEvidence): Lines {
  const changed = changedLines(hunk, evidence.side).filter((line) => line >= evidence.startLine && line <= evidence.endLine);
  const whole = span(hunk, evidence.side);
  const first = changed[0] ?? Math.max(whole.startLine, evidence.startLine);
  const last = changed.at(-1) ?? Math.min(whole.endLine, evidence.endLine);
  // A comment over a hundred lines is read as a comment on none.
  return { startLine: last - first < MOST_LINES ? first : last, endLine: last };
}

const MOST_LINES = 12;

interface Lines {
  readonly startLine: number;
  readonly endLine: number;
}

function changedLines(hunk: Hunk, side: "base" | "head"): readonly number[] {
  return side === "head" ? hunk.added : hunk.removed;
}

function span(hunk: Hunk, side: "base" | "head"): Lines {
  const [start, lines] = side === "head" ? [hunk.headStart, hunk.headLines] : [hunk.baseStart, hunk.baseLines];
  return { startLine: start, endLine: start + lines - 1 };
}

function overlap(lines: readonly number[], range: Lines): boolean {
  return lines.some((line) => line >= range.startLine && line <= range.endLine);
}

function meet(one: Lines, other: Lines): boolean {
  return one.startLine <= other.endLine && other.startLine <= one.endLine;
}
