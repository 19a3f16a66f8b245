import type { Anchor } from "../report/report.js";
import { routeOf, type Octokit } from "./octokit.js";

/** Lines of one hunk, 1-based and inclusive, on both sides. */
interface PatchHunk {
  readonly base: readonly [first: number, last: number];
  readonly head: readonly [first: number, last: number];
}

/** Hunks by path, as GitHub shows them: only there it takes comments. A file without a patch (large, binary) has none. */
export type Patches = ReadonlyMap<string, readonly PatchHunk[]>;

export function hunksByPath(files: readonly { readonly filename: string; readonly patch?: string | undefined }[]): Patches {
  return new Map(files.map(({ filename, patch }) => [filename, hunksOf(patch ?? "")]));
}

/** The hunks of these files of a pull request. */
export async function patchesOf(octokit: Octokit, repository: string, number: number, paths: ReadonlySet<string>): Promise<Patches> {
  const found = new Map<string, readonly PatchHunk[]>();
  for await (const { data } of octokit.paginate.iterator(octokit.rest.pulls.listFiles, {
    ...routeOf(repository),
    pull_number: number,
    per_page: 100,
  })) {
    for (const { filename, patch } of data) {
      if (paths.has(filename)) found.set(filename, hunksOf(patch ?? ""));
    }
    if (found.size === paths.size) break;
  }
  return found;
}

/** The headers say which lines follow; an empty side has none. */
function hunksOf(patch: string): readonly PatchHunk[] {
  return [...patch.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(([, baseStart, baseLines, headStart, headLines]) => ({
    base: span(baseStart, baseLines),
    head: span(headStart, headLines),
  }));
}

function span(start = "0", lines = "1"): readonly [number, number] {
  return [Number(start), Number(start) + Number(lines) - 1];
}

/** Whether one hunk holds all of the lines. */
export function holdsLines(patches: Patches, { path, side, startLine, endLine }: Anchor): boolean {
  return (patches.get(path) ?? []).some((hunk) => {
    const [first, last] = hunk[side];
    return startLine >= first && endLine <= last;
  });
}
