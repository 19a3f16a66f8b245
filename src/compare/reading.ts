import type { FactCoverage } from "../facts/facts.js";
import type { Evidence } from "../model/evidence.js";
import type { Finding } from "../rules/rule.js";
import type { Changes, Side } from "./changes.js";

/** What was not looked at. A path that ends in `/` is a directory whose entries are not known. */
export type ReadCoverage = Pick<FactCoverage, "unreadable" | "excluded">;

/** What the product could see of each side, and so whether silence there means anything. */
export interface Reading {
  /** Had the finding existed on that side, it would have been found. */
  wouldHaveShown(finding: Finding, side: Side): boolean;
}

export function reading(
  coverage: { readonly base: ReadCoverage; readonly head: ReadCoverage },
  brokenRules: { readonly base: ReadonlySet<string>; readonly head: ReadonlySet<string> },
  changes: Changes,
): Reading {
  const sides = { base: blindSpots(coverage.base), head: blindSpots(coverage.head) };
  const translate = { base: (path: string) => changes.toBase(path), head: (path: string) => changes.toHead(path) };
  const newlyBlind = { base: blinder("base"), head: blinder("head") };

  /** More of the file is dark on this side than on the other. */
  function darker(path: string, side: Side): boolean {
    const other = side === "head" ? "base" : "head";
    const there = translate[other](path);
    return sides[side].gaps(path) > (there === null ? 0 : sides[other].gaps(there)) || sides[side].hides(path);
  }

  function blinder(side: Side): boolean {
    return sides[side].paths.some((path) => darker(path, side));
  }

  /** Looked at before, under the same name, and now put aside for what it says (a `generated` header). */
  function putAside(path: string, here: string, side: Side): boolean {
    const other = side === "head" ? "base" : "head";
    return path === here && sides[side].excluded.has(here) && !sides[other].excluded.has(path);
  }

  /** The place no longer says what the finding rests on, whatever else became unreadable. */
  function gone(evidence: Evidence, side: Side): boolean {
    return changes.touches(evidence, side === "head" ? "base" : "head");
  }

  return {
    wouldHaveShown(finding, side) {
      if (brokenRules[side].has(finding.rule)) return false;
      const own = finding.evidence.filter((evidence) => evidence.repository === undefined);
      for (const evidence of own) {
        const here = translate[side](evidence.path);
        // A deleted file was read to its end, unless the whole directory could not be listed.
        if (sides[side].hides(here ?? evidence.path)) return false;
        if (here !== null && (darker(here, side) || putAside(evidence.path, here, side))) return false;
      }
      return !newlyBlind[side] || own.some((evidence) => gone(evidence, side));
    },
  };
}

interface BlindSpots {
  /** Files that are not, or not wholly, read. */
  readonly paths: readonly string[];
  readonly excluded: ReadonlySet<string>;
  /** How many parts of a file could not be read. */
  gaps(path: string): number;
  /** The path lies in a directory that was not listed, or where there is a submodule now. */
  hides(path: string): boolean;
}

function blindSpots(coverage: ReadCoverage): BlindSpots {
  const gaps = new Map<string, number>();
  for (const { path } of coverage.unreadable) gaps.set(path, (gaps.get(path) ?? 0) + 1);
  const unlisted = [...gaps.keys()].filter((path) => path.endsWith("/"));
  return {
    paths: [...gaps.keys()],
    excluded: new Set(coverage.excluded.map((file) => file.path)),
    gaps: (path) => gaps.get(path) ?? 0,
    hides: (path) =>
      unlisted.some((directory) => directory === "/" || path.startsWith(directory)) || parentsOf(path).some((parent) => gaps.has(parent)),
  };
}

function parentsOf(path: string): readonly string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index));
}
