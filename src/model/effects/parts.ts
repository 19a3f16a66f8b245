import { glanceOf } from "../../facts/source-outline.js";
import type { Program, SourceFile } from "../code/denotation.js";
import { grouped } from "../fact-table.js";
import { libraryDirectory } from "./library-modules.js";

/**
 * Source files that can meet in one process: the files of a service, and all that they lead to by their imports. A library is
 * in the part of each service that takes it in. No value passes from one part to another but over the network, so each can be
 * linked by itself.
 */
export interface Part {
  /** Sorted by path. */
  readonly files: readonly SourceFile[];
  /** The paths that each file imports, in the order of `files`. */
  readonly imports: readonly (readonly string[])[];
}

type Files = Pick<Program, "files" | "file" | "resolveModule">;

/**
 * The parts of the services, sorted by the path of their first files; then those of what no service imports, by library.
 * What is built on a service is in the part of that service. Services that import each other's files are in one part, whichever way round.
 *
 * @param paths every path of the commit: manifests decide what a library is
 */
export function partsOf(program: Files, paths: ReadonlySet<string>): readonly Part[] {
  const imports = new Map(program.files.map((file) => [file, importsOf(file, program)]));
  const owned = new Map(
    grouped(
      program.files.filter(({ service }) => service !== null),
      ({ service }) => service!,
    ),
  );
  const serviceOf = ({ service }: SourceFile): string | null => service;
  const services = closures(owned, imports, serviceOf);
  const reached = new Set(services.flat());
  const rest = grouped(
    program.files.filter((file) => !reached.has(file)),
    ({ path }) => libraryDirectory(path, paths),
  );
  const libraryOf = (file: SourceFile): string | null => (reached.has(file) ? null : libraryDirectory(file.path, paths));
  const others = closures(rest, imports, libraryOf);
  const apart = others.filter((files) => files.every(({ service }) => service === null));
  // What is built on a service is linked with it: in a part of its own the service's functions would stand once more.
  for (const files of others) {
    const service = files.find((file) => file.service !== null)?.service ?? null;
    if (service !== null) owned.set(service, [...owned.get(service)!, ...files]);
  }
  return [...(apart.length < others.length ? closures(owned, imports, serviceOf) : services), ...apart].map((files) => ({
    files,
    imports: files.map((file) => imports.get(file)!.map(({ path }) => path)),
  }));
}

/** Each group of files with all that they lead to, sorted by path; groups that lead to each other become one. */
function closures(
  groups: ReadonlyMap<string, readonly SourceFile[]>,
  imports: ReadonlyMap<SourceFile, readonly SourceFile[]>,
  groupOf: (file: SourceFile) => string | null,
): readonly (readonly SourceFile[])[] {
  const joined = new Groups();
  const found = new Map([...groups].map(([name, own]) => [name, reachable(own, imports)]));
  for (const [name, files] of found) {
    for (const file of files) {
      const other = groupOf(file);
      if (other !== null) joined.join(name, other);
    }
  }
  const parts = new Map<string, Set<SourceFile>>();
  for (const [name, files] of found) {
    const top = joined.of(name);
    const part = parts.get(top);
    if (part === undefined) parts.set(top, files);
    else for (const file of files) part.add(file);
  }
  return [...parts.values()].map((files) => [...files].sort(byPath)).sort(([one], [other]) => byPath(one!, other!));
}

function reachable(from: readonly SourceFile[], imports: ReadonlyMap<SourceFile, readonly SourceFile[]>): Set<SourceFile> {
  const found = new Set(from);
  // What is added while the set is gone through is gone through too.
  for (const file of found) for (const imported of imports.get(file)!) found.add(imported);
  return found;
}

function byPath(one: SourceFile, other: SourceFile): number {
  return one.path < other.path ? -1 : 1;
}

/** The source files that a file leads to. */
function importsOf(file: SourceFile, program: Files): readonly SourceFile[] {
  return glanceOf(file.fact).modules.flatMap((module) => {
    const target = program.resolveModule(file, module);
    return target.kind === "file" ? (program.file(target.path) ?? []) : [];
  });
}

/** Names that belong together. */
class Groups {
  readonly #above = new Map<string, string>();

  /** The name that stands for the group. */
  of(name: string): string {
    let top = name;
    for (let above = this.#above.get(top); above !== undefined; above = this.#above.get(top)) top = above;
    return top;
  }

  join(one: string, other: string): void {
    const [first, second] = [this.of(one), this.of(other)];
    if (first !== second) this.#above.set(first, second);
  }
}
