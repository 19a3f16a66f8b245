import type { FactKind, FactOf, SnapshotFacts } from "../facts/facts.js";
import { byText, upwards } from "./paths.js";

/** A fact and the file that states it. */
export interface Stated<K extends FactKind> {
  readonly path: string;
  readonly fact: FactOf<K>;
}

/** The facts of a snapshot by kind and path, and its tree. */
export interface FactTable {
  readonly repository: string | null;
  /** In order of path. */
  of<K extends FactKind>(kind: K): readonly Stated<K>[];
  in<K extends FactKind>(path: string, kind: K): readonly FactOf<K>[];
  hasFile(path: string): boolean;
  hasDirectory(path: string): boolean;
  /** The files directly in a directory, by full path. */
  filesOf(directory: string): readonly string[];
  /** The directories directly in a directory, by full path. */
  directoriesOf(directory: string): readonly string[];
  readonly paths: ReadonlySet<string>;
}

export function tabulate(facts: SnapshotFacts): FactTable {
  const byKind = new Map<string, { path: string; fact: unknown }[]>();
  const files = [...facts.files].sort((a, b) => byText(a.path, b.path));
  for (const file of files) {
    for (const fact of file.facts) append(byKind, fact.kind, { path: file.path, fact });
  }
  const byPath = new Map(files.map((file) => [file.path, file.facts]));
  const tree = treeOf(facts.paths);
  return {
    repository: facts.repository,
    paths: facts.paths,
    of: <K extends FactKind>(kind: K) => (byKind.get(kind) ?? []) as unknown as readonly Stated<K>[],
    in: <K extends FactKind>(path: string, kind: K) => (byPath.get(path) ?? []).filter((fact): fact is FactOf<K> => fact.kind === kind),
    hasFile: (path) => facts.paths.has(path),
    hasDirectory: (path) => tree.has(path),
    filesOf: (directory) => tree.get(directory)?.files ?? [],
    directoriesOf: (directory) => tree.get(directory)?.directories ?? [],
  };
}

interface Branch {
  readonly files: string[];
  readonly directories: string[];
}

function treeOf(paths: ReadonlySet<string>): ReadonlyMap<string, Branch> {
  const tree = new Map<string, Branch>([["", { files: [], directories: [] }]]);
  for (const path of [...paths].sort(byText)) {
    let child: string | null = null;
    for (const directory of upwards(path)) {
      if (directory === path) continue;
      const known = tree.get(directory);
      const branch = known ?? { files: [], directories: [] };
      if (known === undefined) tree.set(directory, branch);
      if (child === null) branch.files.push(path);
      else branch.directories.push(child);
      if (known !== undefined) break;
      child = directory;
    }
  }
  return tree;
}

/** Adds a value to the list under a key. */
export function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** The values by what they have in common, in order. */
export function grouped<K, V>(values: readonly V[], keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) append(groups, keyOf(value), value);
  return groups;
}
