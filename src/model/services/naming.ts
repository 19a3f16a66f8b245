import { isGenericName, nameKey, variantKey, wordsOf } from "../identity.js";
import { byText, directoryOf, lastSegment } from "../paths.js";
import { keysOf, type Draft, type SignalSource } from "./draft.js";

/** Whose name a service takes, where several files name it: what its team calls it comes before what a tool calls it. */
const SOURCES: readonly SignalSource[] = [
  "settings",
  "compose",
  "project",
  "serverless",
  "application",
  "skaffold",
  "kubernetes",
  "workflow",
  "package",
  "repository",
];

/** The drafts with the names of the services, each name once, in order of name. */
export function nameDrafts(drafts: readonly Draft[]): readonly { readonly name: string; readonly draft: Draft }[] {
  const named = drafts
    .map((draft) => ({ name: ownName(draft), draft }))
    .sort((a, b) => byText(a.name, b.name) || byText(a.draft.directory ?? "", b.draft.directory ?? ""));
  const counts = countsOf(named.map(({ name }) => name));
  // Of several that one name was given to, the one whose directory is called so keeps it.
  const byDirectory = named.map(({ name, draft }) => ({
    name: counts.get(name) === 1 || draft.directory === null || draft.directory === "" ? name : lastSegment(draft.directory),
    draft,
  }));
  const left = countsOf(byDirectory.map(({ name }) => name));
  const taken = new Set<string>();
  return byDirectory
    .map(({ name, draft }) => ({ name: unused(left.get(name) === 1 ? name : qualified(name, draft), taken), draft }))
    .sort((a, b) => byText(a.name, b.name));
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function ownName(draft: Draft): string {
  const directory = draft.directory === null ? "" : lastSegment(draft.directory);
  for (const source of SOURCES) {
    const names = [...new Set(draft.names.filter((candidate) => candidate.source === source).map(({ name }) => name))];
    const chosen = source === "settings" ? names[0] : bestOf(names, directory);
    if (chosen === undefined) continue;
    const weak = source === "kubernetes" || source === "workflow" || source === "package" || source === "skaffold" || isGenericName(chosen);
    return weak && directory !== "" && !isGenericName(directory) && source !== "settings" ? directory : chosen;
  }
  if (directory !== "") return isGenericName(directory) ? distinctDirectory(draft.directory!) : directory;
  return [...draft.aliases].sort(byText)[0] ?? "service";
}

/** Of the names of several variants the one like the directory, else without a variant's ending, else the shortest. */
function bestOf(names: readonly string[], directory: string): string | undefined {
  const score = (name: string): number => {
    if (directory !== "" && nameKey(name) === nameKey(directory)) return 0;
    return variantKey(name) === nameKey(name) ? 1 : 2;
  };
  return [...names].sort(
    (a, b) => score(a) - score(b) || Number(isGenericName(a)) - Number(isGenericName(b)) || a.length - b.length || byText(a, b),
  )[0];
}

/** `orders/src` is called `orders`. */
function distinctDirectory(directory: string): string {
  const segments = directory.split("/").reverse();
  return segments.find((segment) => !isGenericName(segment)) ?? segments[0]!;
}

/** `shop-api` beside `billing-api`: a slash would part a service from what is in it. */
function qualified(name: string, draft: Draft): string {
  if (draft.directory === null) return name;
  const parent = lastSegment(directoryOf(draft.directory));
  return parent === "" ? name : `${parent}-${name}`;
}

function unused(name: string, taken: Set<string>): string {
  let candidate = name;
  for (let number = 2; taken.has(candidate); number += 1) candidate = `${name}#${number}`;
  taken.add(candidate);
  return candidate;
}

/** Every other name of a service, lower case, sorted. */
export function aliasesOf(name: string, draft: Draft): readonly string[] {
  const all = new Set<string>();
  for (const text of [...draft.names.map((candidate) => candidate.name), ...draft.aliases, ...draft.paths.map(lastSegment)]) {
    all.add(text.toLowerCase());
    all.add(wordsOf(text).join("-"));
  }
  for (const key of keysOf(draft)) all.add(key);
  all.delete(name.toLowerCase());
  all.delete("");
  return [...all].sort(byText);
}
