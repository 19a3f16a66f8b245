import { nameKey, variantKey, wordsOf } from "../identity.js";
import { directoryOf } from "../paths.js";
import { keysOf, placeKeysOf, type Draft, type Drafts } from "./draft.js";

/** Finds the draft that a name in some other file means. */
export interface Matcher {
  /** `path`: the file that says the name. Of several that are called so, it means the one that it stands nearest to. */
  match(name: string, path: string): Draft | null;
  /** The name without the words that every name of this system begins with. */
  withoutPrefix(name: string): string;
}

/**
 * Names are compared by their essential words: exactly, then without the prefix of the system (`shop-orders`,
 * `tckhb-orders`), then without the ending of a variant (`orders-worker`).
 */
export function matcher(drafts: Drafts, systemNames: readonly string[], hints: readonly string[]): Matcher {
  const prefixes = systemPrefixes(systemNames, hints);
  const called = new Map<string, Set<Draft>>();
  const offer = (key: string, draft: Draft): void => {
    if (key !== "") called.set(key, (called.get(key) ?? new Set()).add(draft));
  };
  const all = drafts.all().map((draft) => ({ draft, keys: keysOf(draft) }));
  for (const { draft } of all) for (const key of placeKeysOf(draft)) offer(key, draft);
  // A manifest that was copied from the neighbour still has the neighbour's name.
  const taken = new Set(called.keys());
  for (const { draft, keys } of all) for (const key of keys) if (!taken.has(key)) offer(key, draft);
  const exact = new Set(called.keys());
  for (const { draft, keys } of all) {
    for (const key of keys) {
      const bare = stripped(key, prefixes);
      if (!exact.has(bare)) offer(bare, draft);
    }
  }
  const match = (name: string, path: string): Draft | null => {
    for (const key of [nameKey(name), stripped(nameKey(name), prefixes), variantKey(name), stripped(variantKey(name), prefixes)]) {
      const found = nearest([...(called.get(key) ?? [])], path);
      if (found !== null) return found;
    }
    return null;
  };
  return { match, withoutPrefix: (name) => stripped(nameKey(name), prefixes) };
}

/** The only one, or the only one that shares the most directories with a file. */
function nearest(drafts: readonly Draft[], path: string): Draft | null {
  if (drafts.length <= 1) return drafts[0] ?? null;
  const shared = drafts.map((draft) => Math.max(0, ...draft.paths.map((directory) => sharedDepth(directory, path))));
  const most = Math.max(...shared);
  const [first, second] = drafts.filter((_, index) => shared[index] === most);
  return most > 0 && second === undefined ? first! : null;
}

/** How many directories two paths have in common. */
function sharedDepth(directory: string, path: string): number {
  const segments = directory.split("/");
  const others = directoryOf(path).split("/");
  const end = segments.findIndex((segment, index) => segment === "" || segment !== others[index]);
  return end < 0 ? segments.length : end;
}

function stripped(key: string, prefixes: readonly string[]): string {
  const prefix = prefixes.find((candidate) => key.startsWith(`${candidate}-`));
  return prefix === undefined ? key : nameKey(key.slice(prefix.length + 1));
}

/** Beginnings that at least half of the names share, or that a hint (the repository's name) confirms; longest first. */
function systemPrefixes(names: readonly string[], hints: readonly string[]): readonly string[] {
  const all = [...new Set(names.map((name) => wordsOf(name).join("-")))];
  const counts = new Map<string, number>();
  for (const name of all) {
    const words = name.split("-");
    for (const length of [1, 2]) {
      if (words.length <= length) continue;
      const prefix = words.slice(0, length).join("-");
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  const hinted = new Set(hints.flatMap((hint) => [wordsOf(hint).join("-"), ...wordsOf(hint)]));
  return [...counts]
    .filter(([prefix, count]) => (count >= 2 && count * 2 >= all.length) || hinted.has(prefix))
    .map(([prefix]) => prefix)
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
}
