import type { FactTable } from "../fact-table.js";
import { knownImage, parseImage } from "../images.js";
import { isGenericName, nameKey, variantKey } from "../identity.js";
import { directoryOf, isWithin, joined, lastSegment } from "../paths.js";
import type { SourceTree } from "./source-tree.js";

/** What a build says about where its code is. */
export interface Build {
  readonly context: string;
  /** Path of the Dockerfile; `null` where it does not exist or is not named. */
  readonly dockerfile: string | null;
  readonly target: string | null;
  readonly args: readonly string[];
  readonly command: string | null;
  /** The name under which it is built. */
  readonly name: string;
}

/** Directories that hold Dockerfiles of services whose code is elsewhere. */
const DOCKER_SHELF =
  /^(?:\.?docker|dockerfiles?|deploy(?:ment)?s?|infra(?:structure)?|build|ci|\.ci|ops|devops|containers?|images?|config)$/i;
/** Directories inside a service. */
const INSIDE = /^(?:src|docker|build|deploy|deployment|app|server|\.docker|dist|publish)$/i;

/**
 * The directory of the code that a build packs. More than half of all builds take the whole repository as their context:
 * then the Dockerfile's directory, the build's arguments, its target, its name or what the Dockerfile copies tell.
 * `null` where it packs no code of the repository.
 */
export function directoryOfBuild(table: FactTable, tree: SourceTree, build: Build): string | null {
  if (packsProduct(table, build)) return null;
  const found = narrow(table, tree, build);
  if (found === null || !(tree.hasCode(found) || isScripted(table, tree, build, found))) return null;
  return found === build.context && isShelf(table, tree, found) && !copiesCode(table, tree, build) ? null : outward(table, tree, found);
}

function narrow(table: FactTable, tree: SourceTree, build: Build): string | null {
  const context = build.context;
  if (context !== "" && !isShelf(table, tree, context)) return withinContext(tree, build) ?? context;
  return withinContext(tree, build) ?? byWords(tree, build) ?? byCopies(table, tree, build) ?? context;
}

/** The Dockerfile stands in the service's own directory below the context. */
function withinContext(tree: SourceTree, build: Build): string | null {
  if (build.dockerfile === null) return null;
  const directory = directoryOf(build.dockerfile);
  if (directory === build.context || !isWithin(directory, build.context)) return null;
  if (DOCKER_SHELF.test(lastSegment(directory))) {
    const parent = directoryOf(directory);
    return parent !== build.context && isWithin(parent, build.context) && tree.hasCode(parent) && tree.hasManifest(parent) ? parent : null;
  }
  return tree.hasCode(directory) || tree.hasScripts(directory) ? directory : null;
}

/** Shell scripts on a plain operating system are a service of their own; with somebody's product they are its setup. */
function isScripted(table: FactTable, tree: SourceTree, build: Build, directory: string): boolean {
  if (directory === "" || !tree.hasScripts(directory) || build.dockerfile === null) return false;
  const images = table.in(build.dockerfile, "dockerfile").flatMap((fact) => fact.baseImages);
  return images.length > 0 && images.every((text) => knownImage(parseImage(text)?.name ?? "")?.role === "runtime");
}

/** A word of the build is the name of an application's directory. */
function byWords(tree: SourceTree, build: Build): string | null {
  const words = [
    ...build.args,
    ...(build.target === null ? [] : [build.target]),
    ...dockerfileWords(build.dockerfile),
    ...commandWords(build.command),
    build.name,
  ];
  for (const word of words) {
    for (const key of new Set([nameKey(lastSegment(word)), variantKey(lastSegment(word))])) {
      const found = tree.called(key).find((directory) => isWithin(directory, build.context));
      if (key !== "" && !isGenericName(key) && found !== undefined) return found;
    }
  }
  return null;
}

/** `Dockerfile.orders`, `orders.Dockerfile`, `docker/orders/Dockerfile`. */
function dockerfileWords(path: string | null): readonly string[] {
  if (path === null) return [];
  const word = lastSegment(path).replace(/\.?dockerfile\.?/i, "");
  return word === "" ? [lastSegment(directoryOf(path))] : [word];
}

/** Segments of paths in a command: `node dist/apps/orders/main.js`. */
function commandWords(command: string | null): readonly string[] {
  if (command === null) return [];
  return command
    .split(/[\s"',]+/)
    .filter((word) => word.includes("/"))
    .flatMap((word) => word.split("/").slice(0, -1))
    .filter((word) => word !== "" && !isGenericName(word) && word !== "dist");
}

/** The Dockerfile copies the directory of exactly one application. Beside one that its arguments choose, the others are libraries. */
function byCopies(table: FactTable, tree: SourceTree, build: Build): string | null {
  const copied = new Set<string>();
  for (const source of copiesOf(table, build)) {
    if (/\$\{?\w/.test(source)) return null;
    const directory = joined(build.context, source);
    if (directory !== null && directory !== build.context && tree.hasCode(directory) && tree.hasManifest(directory)) copied.add(directory);
  }
  return copied.size === 1 ? [...copied][0]! : null;
}

function copiesOf(table: FactTable, build: Build): readonly string[] {
  return build.dockerfile === null ? [] : table.in(build.dockerfile, "dockerfile").flatMap((fact) => fact.copies);
}

function copiesCode(table: FactTable, tree: SourceTree, build: Build): boolean {
  if (build.dockerfile === null || table.in(build.dockerfile, "dockerfile").length === 0) return true;
  return copiesOf(table, build).some((source) => {
    const place = joined(build.context, source.replace(/\*.*$/, ""));
    return place !== null && (tree.hasCode(place) || /\.(?:[cm]?[jt]s|go|py|java|cs|jar)$/.test(place));
  });
}

/** The root, or a directory that holds several applications. */
function isShelf(table: FactTable, tree: SourceTree, directory: string): boolean {
  if (directory === "") return true;
  const applications = table.directoriesOf(directory).filter((below) => tree.hasManifest(below));
  return applications.length >= 2 && !tree.hasManifest(directory);
}

/** `services/cart/src` with a Dockerfile in it belongs to `services/cart`. */
function outward(table: FactTable, tree: SourceTree, directory: string): string {
  const parent = directoryOf(directory);
  if (!INSIDE.test(lastSegment(directory)) || parent === "") return directory;
  const siblings = table
    .directoriesOf(parent)
    .filter((sibling) => sibling !== directory && tree.hasManifest(sibling) && !tree.isAside(sibling));
  return siblings.length === 0 ? parent : directory;
}

/** It only adds settings to somebody else's product: a database with its scripts, a broker with an agent. */
function packsProduct(table: FactTable, build: Build): boolean {
  if (build.dockerfile === null) return false;
  const stages = table.in(build.dockerfile, "dockerfile").flatMap((fact) => fact.baseImages);
  const last = stages.at(-1);
  const image = last === undefined ? null : parseImage(last);
  const role = image === null ? null : (knownImage(image.name)?.role ?? null);
  return stages.length === 1 && role !== null && role !== "runtime" && role !== "gateway";
}
