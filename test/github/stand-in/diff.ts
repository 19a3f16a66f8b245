export interface Hunk {
  readonly baseStart: number;
  readonly baseLength: number;
  readonly headStart: number;
  readonly headLength: number;
}

export type Side = "LEFT" | "RIGHT";

/** The hunks that a patch names. */
export function hunksOf(patch: string): readonly Hunk[] {
  return [...patch.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(
    ([, baseStart, baseLength = "1", headStart, headLength = "1"]) => ({
      baseStart: Number(baseStart),
      baseLength: Number(baseLength),
      headStart: Number(headStart),
      headLength: Number(headLength),
    }),
  );
}

/** The place of the hunk that shows a line on a side; -1 where none does. */
export function hunkAt(hunks: readonly Hunk[], side: Side, line: number): number {
  return hunks.findIndex((hunk) => {
    const [start, length] = side === "LEFT" ? [hunk.baseStart, hunk.baseLength] : [hunk.headStart, hunk.headLength];
    return line >= start && line < start + length;
  });
}

/** Where a line went through hunks without context around them; `null` where it was changed. */
export function movedLine(hunks: readonly Hunk[], line: number): number | null {
  let shift = 0;
  for (const { baseStart, baseLength, headLength } of hunks) {
    const after = baseLength === 0 ? baseStart + 1 : baseStart + baseLength;
    if (line >= after) shift += headLength - baseLength;
    else if (baseLength > 0 && line >= baseStart) return null;
  }
  return line + shift;
}
