import { hash } from "node:crypto";
import type { Config } from "../config/config.js";
import { pathFilter } from "../facts/exclusion.js";
import { extractionKey, extractorsFor } from "../facts/extract.js";
import type { Extractor, FactCoverage } from "../facts/facts.js";
import { samePaths } from "../facts/same-paths.js";
import type { Snapshot, SnapshotFile } from "../snapshot/snapshot.js";

export type Excluded = FactCoverage["excluded"][number];

/** A file that is looked at, and the key that its facts have: equal keys, equal facts. */
export interface Candidate {
  readonly file: SnapshotFile;
  readonly key: string;
  /** Ids of the extractors that look at it; `null` where they were not asked for anew. */
  readonly readers: readonly string[] | null;
  readonly included: boolean;
}

/** What becomes of a file: it is looked at, it is left out for a reason, or it is of no interest. */
export type Decision = Candidate | Excluded | null;

export type SelectionSettings = Pick<Config, "exclude" | "include">;

export interface Selection {
  readonly snapshot: Snapshot;
  readonly paths: ReadonlySet<string>;
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly candidates: readonly Candidate[];
  readonly excluded: readonly Excluded[];
}

export function selectionOf(snapshot: Snapshot, paths: ReadonlySet<string>, decisions: ReadonlyMap<string, Decision>): Selection {
  const decided = [...decisions.values()].filter((decision) => decision !== null);
  return {
    snapshot,
    paths,
    decisions,
    candidates: decided.filter((decision) => "key" in decision),
    excluded: decided.filter((decision) => "reason" in decision),
  };
}

/** The same paths, and the same content in all files that are looked at: a change of a README says nothing new. */
export function readAlike(one: Selection, other: Selection): boolean {
  if (one.snapshot === other.snapshot) return true;
  if (one.snapshot.repository !== other.snapshot.repository || one.candidates.length !== other.candidates.length) return false;
  if (one.snapshot.unlisted.length > 0 || other.snapshot.unlisted.length > 0) return false;
  const keys = new Map(other.candidates.map(({ file, key }) => [file.path, key]));
  return one.candidates.every(({ file, key }) => keys.get(file.path) === key) && samePaths(one.paths, other.paths);
}

/** @param before of another snapshot, with the same settings: most files are the same there, and so is what is decided about each */
export function select(snapshot: Snapshot, config: SelectionSettings, before?: Selection): Selection {
  const own = new Set(snapshot.files.keys());
  const alike = before !== undefined && samePaths(before.paths, own);
  const paths = alike ? before.paths : own;
  const decide = pathFilter(config);
  const decisions = new Map<string, Decision>();
  for (const file of snapshot.files.values()) {
    const there = before?.snapshot.files.get(file.path);
    const same = there?.blob === file.blob && there.mode === file.mode;
    const known = same ? before?.decisions.get(file.path) : undefined;
    decisions.set(file.path, alike && known !== undefined ? known : decisionOn(file, decide, paths, known));
  }
  return selectionOf(snapshot, paths, decisions);
}

/** @param known what was decided about the same file among other paths: who reads it, and its key, do not depend on these */
function decisionOn(
  file: SnapshotFile,
  decide: ReturnType<typeof pathFilter>,
  paths: ReadonlySet<string>,
  known: Decision | undefined,
): Decision {
  if (known === null) return null;
  const found = known !== undefined && "key" in known ? known : null;
  const readers = found === null ? extractorsFor(file.path) : [];
  // What is in a submodule may be anything, so that it is told as unread.
  if (found === null && readers.length === 0 && file.mode !== "submodule") return null;
  const decision = decide(file.path, paths);
  if ("excluded" in decision) return { path: file.path, reason: decision.excluded };
  return found ?? candidate(file, decision.included === "settings", readers);
}

function candidate(file: SnapshotFile, included: boolean, readers: readonly Extractor[]): Candidate {
  const text = `${file.mode}\0${file.blob}\0${extractionKey(file.path, { included }, readers)}`;
  return { file, included, readers: readers.map(({ id }) => id), key: hash("sha256", text) };
}
