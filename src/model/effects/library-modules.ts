import type { Program, SourceFile } from "../code/denotation.js";
import type { Place } from "../evidence.js";

/** A service that imports library code, and the import through which it does. */
export interface Importer {
  readonly service: string;
  readonly place: Place;
}

/** What one file takes from another: names that it imports, and names that it passes on. */
interface Taking {
  readonly file: SourceFile;
  readonly imports: readonly { readonly name: string; readonly line: number }[];
  readonly passesOn: readonly { readonly name: string; readonly as: string }[];
}

/**
 * Which services import which files of library code, directly or through other library files. Names are followed and not
 * files alone: whoever takes a logger from a package's index does not open the database that the index passes on too.
 */
export class LibraryModules {
  readonly #program: Program;
  readonly #importers = new Map<string, readonly Importer[]>();
  #takings: ReadonlyMap<string, readonly Taking[]> | null = null;

  constructor(program: Program) {
    this.#program = program;
  }

  /** One importer per service, the first in order of path. */
  importersOf(file: SourceFile): readonly Importer[] {
    const known = this.#importers.get(file.path);
    if (known !== undefined) return known;
    const found = new Map<string, Importer>();
    // Of each library file the exported names that lead to the file asked for.
    const leading = new Map([[file.path, ownNames(file)]]);
    const open = [file.path];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      for (const taking of this.#reverse().get(next) ?? []) {
        const { file: from } = taking;
        const names = leading.get(next)!;
        const taken = taking.imports.find(({ name }) => leads(name, names));
        if (from.service === null) {
          if (grow(leading, from, taken !== undefined, passedOn(taking, names))) open.push(from.path);
        } else if (!found.has(from.service)) {
          const line = taken?.line ?? (passedOn(taking, names).length > 0 ? from.fact.lines.startLine : null);
          if (line !== null) found.set(from.service, { service: from.service, place: { path: from.path, startLine: line, endLine: line } });
        }
      }
    }
    const importers = [...found.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
    this.#importers.set(file.path, importers);
    return importers;
  }

  /** Who takes something from each library file. */
  #reverse(): ReadonlyMap<string, readonly Taking[]> {
    if (this.#takings !== null) return this.#takings;
    const reverse = new Map<string, Taking[]>();
    for (const file of this.#program.files) {
      for (const [module, taking] of takingsOf(file)) {
        const target = this.#program.resolveModule(file, module);
        if (target.kind !== "file" || target.path === file.path) continue;
        if (this.#program.file(target.path)?.service !== null) continue;
        const takings = reverse.get(target.path);
        if (takings === undefined) reverse.set(target.path, [taking]);
        else takings.push(taking);
      }
    }
    this.#takings = reverse;
    return reverse;
  }
}

/** By module as written. */
function takingsOf(file: SourceFile): ReadonlyMap<string, Taking> {
  const takings = new Map<
    string,
    { file: SourceFile; imports: { name: string; line: number }[]; passesOn: { name: string; as: string }[] }
  >();
  const of = (module: string) => {
    const known = takings.get(module) ?? { file, imports: [], passesOn: [] };
    takings.set(module, known);
    return known;
  };
  for (const { module, imported, line, typeOnly } of file.fact.imports) if (!typeOnly) of(module).imports.push({ name: imported, line });
  for (const { exported, from } of file.fact.exports)
    if (from !== null) of(from.module).passesOn.push({ name: from.imported, as: exported });
  return takings;
}

/** `=` stands for all that `module.exports` holds. */
function ownNames(file: SourceFile): Set<string> {
  return new Set(file.fact.exports.filter(({ from }) => from === null).map(({ exported }) => exported));
}

function leads(name: string, names: ReadonlySet<string>): boolean {
  return names.has(name) || names.has("=") || (name === "*" && names.size > 0);
}

function passedOn({ passesOn }: Taking, names: ReadonlySet<string>): readonly string[] {
  return passesOn.flatMap(({ name, as }) => (as === "*" ? [...names].filter((one) => one !== "default") : leads(name, names) ? [as] : []));
}

/** Adds names to those of a file; true where there are new ones. What a file's own code takes, all that it exports may use. */
function grow(leading: Map<string, Set<string>>, file: SourceFile, usesIt: boolean, passed: readonly string[]): boolean {
  const names = leading.get(file.path) ?? new Set<string>();
  const before = names.size;
  for (const name of passed) names.add(name);
  if (usesIt) for (const name of ownNames(file)) names.add(name);
  leading.set(file.path, names);
  return names.size > before;
}

/** The directory by which a library is known: of its package where that has a manifest, else above its sources. */
export function libraryDirectory(path: string, manifests: ReadonlySet<string>): string {
  const parts = path.split("/").slice(0, -1);
  for (let length = parts.length; length > 0; length -= 1) {
    const directory = parts.slice(0, length).join("/");
    if (manifests.has(`${directory}/package.json`) || manifests.has(`${directory}/project.json`)) return directory;
  }
  const source = parts.findIndex((part) => part === "src" || part === "lib");
  return (source > 0 ? parts.slice(0, source) : parts.slice(0, 2)).join("/");
}
