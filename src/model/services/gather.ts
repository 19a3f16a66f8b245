import type { SystemSettings } from "../../config/config.js";
import type { ComposeEntry } from "../compose.js";
import { append, grouped, type FactTable } from "../fact-table.js";
import { knownAs, parseImage } from "../images.js";
import { directoryOf, isWithin, lastSegment } from "../paths.js";
import { Drafts, keysOf, type Draft, type SignalSource } from "./draft.js";
import { matcher, type Matcher } from "./matcher.js";
import { packageSignals, programSignals, projectSignals } from "./packages.js";
import {
  applicationSignals,
  cdkSignals,
  composeSignals,
  dockerfileSignals,
  imageSignals,
  serverlessSignals,
  skaffoldSignals,
  workflowSignals,
} from "./signals.js";
import type { SourceTree } from "./source-tree.js";

/** Services with code in the repository, before deployment files that only run images are read. */
export interface Gathered {
  readonly drafts: Drafts;
  /** Compose entries by identity that build a draft. */
  readonly built: ReadonlyMap<string, Draft>;
}

/** Collects every signal that code of this repository is deployed, and joins those that speak of one service. */
export function gatherDrafts(table: FactTable, tree: SourceTree, entries: readonly ComposeEntry[], config: SystemSettings): Gathered {
  const drafts = new Drafts();
  const built = new Map<string, Draft>();
  for (const signal of composeSignals(table, tree, entries)) built.set(signal.identity, drafts.add(signal));
  for (const signals of [
    serverlessSignals,
    cdkSignals,
    projectSignals,
    applicationSignals,
    skaffoldSignals,
    workflowSignals,
    dockerfileSignals,
  ]) {
    for (const signal of signals(table, tree)) drafts.add(signal);
  }
  for (const signal of imageSignals(table, tree, entries)) if (drafts.at(signal.directory) === null) drafts.add(signal);
  const deployed = new Set(drafts.all().map((draft) => draft.directory));
  for (const signal of packageSignals(table, tree, (directory) => deployed.has(directory))) drafts.add(signal);
  if (deployed.size === 0) for (const signal of programSignals(table, tree)) drafts.add(signal);

  const joins = new Map<Draft, Draft>();
  dropCopies(drafts, joins);
  dropTwins(table, drafts, joins);
  joinNested(drafts, joins);
  dropShelves(tree, drafts, joins);
  dropRoot(table, tree, drafts, joins);
  applySettings(drafts, config, joins);
  if (drafts.at("")?.names.length === 0) addRepository(table, tree, drafts);
  return { drafts, built: new Map([...built].flatMap(([identity, draft]) => follow(drafts, joins, identity, draft))) };
}

function follow(drafts: Drafts, joins: ReadonlyMap<Draft, Draft>, identity: string, draft: Draft): readonly (readonly [string, Draft])[] {
  let current = draft;
  for (let next = joins.get(current); next !== undefined; next = joins.get(current)) current = next;
  return drafts.all().includes(current) ? [[identity, current]] : [];
}

/** A copy of the repository inside itself: two or more directories that end like other services' directories, below one prefix. */
function dropCopies(drafts: Drafts, joins: Map<Draft, Draft>): void {
  const directories = new Map(
    drafts.all().flatMap((draft) => (draft.directory === null || draft.directory === "" ? [] : [[draft.directory, draft] as const])),
  );
  const byPrefix = new Map<string, [Draft, Draft][]>();
  for (const [directory, draft] of directories) {
    const segments = directory.split("/");
    for (let index = 1; index < segments.length - 1; index += 1) {
      const original = directories.get(segments.slice(index).join("/"));
      if (original !== undefined) append(byPrefix, segments.slice(0, index).join("/"), [draft, original]);
    }
  }
  for (const pairs of byPrefix.values()) {
    if (pairs.length < 2) continue;
    for (const [copy, original] of pairs) {
      drafts.remove(copy);
      joins.set(copy, original);
    }
  }
}

/** What the code alone says of a service: nothing deploys it. */
const IN_CODE: ReadonlySet<SignalSource> = new Set(["package", "dockerfile", "application"]);

/** A package with the same files elsewhere, as long and with the same imports, of which nothing is deployed, is a copy. */
function dropTwins(table: FactTable, drafts: Drafts, joins: Map<Draft, Draft>): void {
  for (const twins of twinsIn(table, drafts)) {
    const copies = twins.filter((draft) => draft.names.every(({ source }) => IN_CODE.has(source)));
    const original = twins.find((draft) => !copies.includes(draft)) ?? [...copies].sort((a, b) => depthOf(a) - depthOf(b))[0]!;
    for (const copy of copies) {
      if (copy === original) continue;
      drafts.join(copy, original);
      joins.set(copy, original);
    }
  }
}

/** Packages that look alike. Nearly all have a manifest of their own: their files are not looked at. */
function twinsIn(table: FactTable, drafts: Drafts): readonly (readonly Draft[])[] {
  const manifestOf = ({ directory }: Draft): string => JSON.stringify(table.in(`${directory}/package.json`, "package")[0] ?? null);
  const packages = drafts.all().filter(({ directory }) => directory !== null && directory !== "");
  return [...grouped(packages, manifestOf)].flatMap(([manifest, alike]) =>
    manifest === "null" || alike.length < 2
      ? []
      : [...grouped(alike, ({ directory }) => shapeTextOf(table, directory!))].filter(([shape]) => shape !== "").map(([, twins]) => twins),
  );
}

/** Empty where the directory holds fewer than two source files: one that looks like another says little. */
function shapeTextOf(table: FactTable, directory: string): string {
  const shape = shapeOf(table, directory);
  return shape.filter(({ imports }) => imports !== undefined).length > 1 ? JSON.stringify(shape) : "";
}

function depthOf({ directory }: Draft): number {
  return directory === null ? 0 : directory.split("/").length;
}

interface FileShape {
  readonly path: string;
  readonly endLine?: number | undefined;
  readonly imports?: unknown;
}

/** The files below a directory: their paths from there, and of source how long it is and whom it imports. */
function shapeOf(table: FactTable, directory: string, from = directory): readonly FileShape[] {
  const files = table.filesOf(directory).map((path): FileShape => {
    const [source] = table.in(path, "source");
    return { path: path.slice(from.length + 1), endLine: source?.lines.endLine, imports: source?.imports };
  });
  return [...files, ...table.directoriesOf(directory).flatMap((inner) => shapeOf(table, inner, from))];
}

/** What only a Dockerfile or a package below a service speaks for is a part of that service. */
function joinNested(drafts: Drafts, joins: Map<Draft, Draft>): void {
  const sourcesOf = (draft: Draft): readonly SignalSource[] => draft.names.map(({ source }) => source);
  for (const draft of drafts.all()) {
    const directory = draft.directory;
    if (directory === null || directory === "" || !sourcesOf(draft).every((source) => IN_CODE.has(source))) continue;
    const outer = drafts
      .all()
      .find((other) => other !== draft && other.directory !== null && other.directory !== "" && isWithin(directory, other.directory));
    if (outer === undefined) continue;
    drafts.join(draft, outer);
    joins.set(draft, outer);
  }
}

/** A directory that holds several services and no manifest of its own is no service: a base image was built there. */
function dropShelves(tree: SourceTree, drafts: Drafts, joins: Map<Draft, Draft>): void {
  for (const draft of drafts.all()) {
    const { directory } = draft;
    if (directory === null || directory === "" || tree.hasManifest(directory)) continue;
    const inside = drafts.all().filter((other) => other !== draft && other.directory !== null && isWithin(other.directory, directory));
    if (inside.length < 2) continue;
    drafts.remove(draft);
    for (const [from, into] of joins) if (into === draft) joins.delete(from);
  }
}

/**
 * The root is a service of its own beside others only where it has code of its own: an entry file or `src`. A workspace's
 * root with a Dockerfile is the base that the services' images stand on.
 */
function dropRoot(table: FactTable, tree: SourceTree, drafts: Drafts, joins: Map<Draft, Draft>): void {
  const root = drafts.at("");
  if (root === null) return;
  const others = drafts.all().filter((draft) => draft !== root && draft.directory !== null);
  const covered = (directory: string): boolean =>
    others.some((draft) => isWithin(directory, draft.directory!) || isWithin(draft.directory!, directory));
  const ownCode =
    ["src", "app", "lib", "cmd", "server"].some((name) => tree.hasCode(name) && !covered(name)) ||
    table.filesOf("").some((path) => /^(?:index|main|server|app)\.[cm]?[jt]s$|^main\.(?:go|py)$|^Program\.cs$/.test(path));
  if (others.length === 0 || ownCode) return;
  drafts.remove(root);
  for (const [from, into] of joins) if (into === root) joins.delete(from);
}

/** What the settings say about services always wins. */
function applySettings(drafts: Drafts, config: SystemSettings, joins: Map<Draft, Draft>): void {
  for (const { name, paths } of config.services) {
    const directories = paths.map(literalDirectory);
    const mine = drafts
      .all()
      .filter(
        (draft) => draft.directory !== null && directories.some((directory) => directory !== "" && isWithin(draft.directory!, directory)),
      );
    const into = drafts.add({ source: "settings", directory: directories[0] ?? null, name, aliases: [], evidence: null });
    for (const directory of directories) if (!into.paths.includes(directory)) into.paths.push(directory);
    for (const draft of mine) {
      if (draft === into) continue;
      drafts.join(draft, into);
      joins.set(draft, into);
    }
  }
}

/** The directory that a path of the settings speaks of: what stands before the first wildcard. */
export function literalDirectory(path: string): string {
  const wildcard = path.search(/[*?[{(!]/);
  const literal = wildcard < 0 ? path : path.slice(0, path.lastIndexOf("/", wildcard) + 1);
  return literal.replace(/^\.?\/+/, "").replace(/\/+$/, "");
}

/** The repository itself, called after its package or its own name. */
export function addRepository(table: FactTable, tree: SourceTree, drafts: Drafts): void {
  if (!tree.hasCode("")) return;
  const own = table.of("package").find(({ path }) => path === "package.json");
  const name = own?.fact.name ?? table.repository ?? null;
  drafts.add({
    source: "repository",
    directory: "",
    name: name === null ? null : lastSegment(name),
    aliases: [],
    evidence:
      own === undefined
        ? null
        : { path: own.path, startLine: 1, endLine: 1, kind: "configuration", note: "is the application of this repository" },
  });
}

/** The matcher for names in deployment files, with what is known of the system's own prefix. */
export function matcherFor(table: FactTable, entries: readonly ComposeEntry[], drafts: Drafts): Matcher {
  const workloads = table.of("workload").map(({ fact }) => fact.name);
  const images = [
    ...entries.flatMap((entry) => entry.image ?? []),
    ...table.of("workload").flatMap(({ fact }) => fact.containers.flatMap((container) => container.image ?? [])),
  ];
  const ownImages = images.flatMap((text) => {
    const image = parseImage(text);
    return image === null || knownAs(image) !== null || image.name.includes("$") ? [] : [image.name];
  });
  const keys = drafts.all().flatMap((draft) => [...keysOf(draft)]);
  const rootPackage = table.of("package").find(({ path }) => path === "package.json")?.fact.name;
  const hints = [table.repository, rootPackage].flatMap((hint) => (hint == null ? [] : [lastSegment(hint)]));
  return matcher(drafts, [...workloads, ...ownImages, ...keys], hints);
}

/** Who publishes images that match a directory of this repository. */
export function imageOwners(entries: readonly ComposeEntry[], table: FactTable, drafts: Drafts, matching: Matcher): ReadonlySet<string> {
  const owners = new Set<string>();
  const repositoryOwner = table.repository === null ? "" : directoryOf(table.repository);
  if (repositoryOwner !== "") owners.add(repositoryOwner.toLowerCase());
  for (const entry of entries) {
    if (entry.image === null) continue;
    const image = parseImage(entry.image);
    if (
      image !== null &&
      image.owner !== "" &&
      knownAs(image) === null &&
      (entry.build !== null || matching.match(image.name, entry.path) !== null)
    )
      owners.add(image.owner);
  }
  return owners.size > 0 && drafts.all().length > 0 ? owners : new Set([...owners, ...mainOwners(entries, table)]);
}

/** Without code here, the system's own images are those of the owner that most images come from. */
function mainOwners(entries: readonly ComposeEntry[], table: FactTable): readonly string[] {
  const byOwner = new Map<string, Set<string>>();
  for (const text of [
    ...entries.map(({ image }) => image),
    ...table.of("workload").flatMap(({ fact }) => fact.containers.map(({ image }) => image)),
  ]) {
    const image = text === null ? null : parseImage(text);
    if (image !== null && image.owner !== "" && knownAs(image) === null)
      byOwner.set(image.owner, (byOwner.get(image.owner) ?? new Set()).add(image.name));
  }
  const most = Math.max(0, ...[...byOwner.values()].map(({ size }) => size));
  return most < 2 ? [] : [...byOwner].filter(([, names]) => names.size === most).map(([owner]) => owner);
}
