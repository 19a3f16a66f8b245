import type { Program, SourceFile } from "../code/denotation.js";
import type { Place } from "../evidence.js";

/** A service that imports library code, and the import through which it does. */
export interface Importer {
  readonly service: string;
  readonly place: Place;
}

/** Which services import which files of library code, directly or through other library files. */
export class LibraryModules {
  readonly #program: Program;
  readonly #importers = new Map<string, readonly Importer[]>();
  #imports: ReadonlyMap<string, readonly { readonly file: SourceFile; readonly line: number }[]> | null = null;

  constructor(program: Program) {
    this.#program = program;
  }

  /** One importer per service, the first in order of path. */
  importersOf(file: SourceFile): readonly Importer[] {
    const known = this.#importers.get(file.path);
    if (known !== undefined) return known;
    const found = new Map<string, Importer>();
    const seen = new Set([file.path]);
    const open = [file.path];
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      for (const { file: from, line } of this.#reverse().get(next) ?? []) {
        if (from.service !== null) {
          if (!found.has(from.service)) found.set(from.service, { service: from.service, place: { path: from.path, startLine: line, endLine: line } });
        } else if (!seen.has(from.path)) {
          seen.add(from.path);
          open.push(from.path);
        }
      }
    }
    const importers = [...found.values()].sort((a, b) => (a.service < b.service ? -1 : 1));
    this.#importers.set(file.path, importers);
    return importers;
  }

  /** Files that import each library file. */
  #reverse(): ReadonlyMap<string, readonly { readonly file: SourceFile; readonly line: number }[]> {
    if (this.#imports !== null) return this.#imports;
    const reverse = new Map<string, { readonly file: SourceFile; readonly line: number }[]>();
    for (const file of this.#program.files) {
      const modules = new Map<string, number>();
      for (const { module, line, typeOnly } of file.fact.imports) if (!typeOnly && !modules.has(module)) modules.set(module, line);
      for (const { from } of file.fact.exports) if (from !== null && !modules.has(from.module)) modules.set(from.module, file.fact.lines.startLine);
      for (const [module, line] of modules) {
        const target = this.#program.resolveModule(file, module);
        if (target.kind !== "file" || target.path === file.path) continue;
        if (this.#program.file(target.path)?.service !== null) continue;
        const importers = reverse.get(target.path);
        if (importers === undefined) reverse.set(target.path, [{ file, line }]);
        else importers.push({ file, line });
      }
    }
    this.#imports = reverse;
    return reverse;
  }
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
