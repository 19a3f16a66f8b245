import type { ComparedFinding, Comparison } from "../compare/comparison.js";
import type { EvidenceKind } from "../model/evidence.js";
import type { FileContent, Snapshot, SnapshotFile } from "../snapshot/snapshot.js";
import { mayHoldCredential } from "./credentials.js";
import type { Excerpt } from "./report.js";
import { isNew } from "./verdict.js";

/** How much of the source is read beside findings; what is left out is told by path and line. */
export interface ExcerptExtent {
  /** `new`: of findings that are introduced or worsened. */
  readonly of: "new" | "all";
  /** Of each finding at most so many places, changed ones first. */
  readonly places: number;
}

/** What a terminal shows. */
const BRIEF: ExcerptExtent = { of: "new", places: 1 };

const MOST_FINDINGS = 50;
const MOST_LINES = 12;
const LONGEST_LINE = 200;

/** Deployment files and settings are where credentials are kept, so they are named and not quoted. */
const QUOTABLE: ReadonlySet<EvidenceKind> = new Set(["code", "contract", "pipeline"]);

interface Wanted {
  readonly side: "base" | "head";
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/**
 * The lines that a reader wants to see beside a finding: its places, and what its suggestion replaces. Bounded; a line that
 * may hold a credential is left out with its whole excerpt.
 */
export async function readExcerpts(
  base: Snapshot,
  head: Snapshot,
  comparison: Comparison,
  extent: ExcerptExtent = BRIEF,
): Promise<readonly Excerpt[]> {
  const findings = extent.of === "all" ? comparison.findings : comparison.findings.filter(isNew);
  const wanted = findings.slice(0, MOST_FINDINGS).flatMap((finding) => placesOf(finding, extent.places));
  const sides = await Promise.all([
    readLines(
      base,
      wanted.filter(({ side }) => side === "base"),
    ),
    readLines(
      head,
      wanted.filter(({ side }) => side === "head"),
    ),
  ]);
  return sides.flat();
}

function placesOf({ evidence, head }: ComparedFinding, most: number): readonly Wanted[] {
  const own = evidence.filter(({ repository }) => repository === undefined);
  const sorted = [...own.filter(({ changed }) => changed), ...own.filter(({ changed }) => !changed)];
  const places: Wanted[] = sorted
    .slice(0, most)
    .filter(({ kind }) => QUOTABLE.has(kind))
    .map(({ side, path, startLine, endLine }) => ({
      side,
      path,
      startLine: Math.max(1, startLine - 2),
      endLine: Math.min(endLine + 2, startLine + MOST_LINES - 3),
    }));
  const suggestion = head?.suggestion ?? null;
  if (suggestion !== null && suggestion.endLine - suggestion.startLine < MOST_LINES) places.push({ side: "head", ...suggestion });
  return places;
}

async function readLines(snapshot: Snapshot, wanted: readonly Wanted[]): Promise<readonly Excerpt[]> {
  const files = [...new Set(wanted.map(({ path }) => path))]
    .map((path) => snapshot.files.get(path))
    .filter((file): file is SnapshotFile => file !== undefined);
  if (files.length === 0) return [];
  const texts = new Map<string, readonly string[]>();
  for await (const content of snapshot.read(files)) texts.set(content.file.path, linesOf(content));
  const excerpts = new Map<string, Excerpt>();
  for (const { side, path, startLine, endLine } of wanted) {
    const lines = texts.get(path)?.slice(startLine - 1, endLine) ?? [];
    const shown = lines.length > 0 && lines.every((line) => line.length <= LONGEST_LINE && !mayHoldCredential(line));
    if (shown) excerpts.set(JSON.stringify([side, path, startLine, endLine]), { side, path, startLine, lines });
  }
  return [...excerpts.values()];
}

function linesOf(content: FileContent): readonly string[] {
  return "text" in content ? content.text.split(/\r\n|\n|\r/) : [];
}

/** The lines of one range, where an excerpt holds all of them. */
export function linesFrom(excerpts: readonly Excerpt[], range: Wanted): readonly string[] | null {
  const excerpt = excerpts.find(
    ({ side, path, startLine, lines }) =>
      side === range.side && path === range.path && startLine <= range.startLine && startLine + lines.length > range.endLine,
  );
  return excerpt?.lines.slice(range.startLine - excerpt.startLine, range.endLine - excerpt.startLine + 1) ?? null;
}

/** The excerpt in which a place begins. */
export function excerptAt(excerpts: readonly Excerpt[], place: Pick<Wanted, "side" | "path" | "startLine">): Excerpt | null {
  return (
    excerpts.find(
      ({ side, path, startLine, lines }) =>
        side === place.side && path === place.path && startLine <= place.startLine && startLine + lines.length > place.startLine,
    ) ?? null
  );
}
