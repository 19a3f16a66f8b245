import type { Program, SourceFile } from "../code/denotation.js";
import type { Place } from "../evidence.js";

/** A service that imports library code, and the import through which it does. */
export interface Importer {
  readonly service: string;
  readonly place: Place;
}

/** What one file takes from library files, and what there is to take from it. */
interface Takings {
  /** What its own code takes. */
  readonly imports: readonly Taken[];
  /** What it passes on under one name each. */
  readonly named: readonly (Taken & { readonly as: string })[];
  /** The files of which it passes on everything, `export * from`. */
  readonly stars: readonly SourceFile[];
  /** The names of its own code's exports. `=` stands for all that `module.exports` holds. */
  readonly own: ReadonlySet<string>;
}

interface Taken {
  readonly from: SourceFile;
  readonly name: string;
  readonly line: number;
}

/** A name that somebody takes from a library file, and the place through which a service does. */
interface Step {
  readonly from: SourceFile;
  readonly name: string;
  readonly place: Place;
}

/** Every export, and every one but the default, as `export *` has it. */
const ALL = "*";
const ALL_NAMED = "**";

/**
 * Which services import which files of library code, directly or through other library files. Names are followed and not
 * files alone: whoever takes a logger from a package's index does not open the database that the index passes on too.
 */
export class LibraryModules {
  readonly #program: Program;
  readonly #takings = new Map<SourceFile, Takings>();
  readonly #offers = new Map<SourceFile, ReadonlySet<string>>();
  #importers: ReadonlyMap<string, readonly Importer[]> | null = null;

  constructor(program: Program) {
    this.#program = program;
  }

  /** One importer per service, the nearest to the file, and the first in order of path of those. Sorted by service. */
  importersOf(file: SourceFile): readonly Importer[] {
    return (this.#importers ??= this.#all()).get(file.path) ?? NONE;
  }

  /** All at once, from the services on: to go back from each library file to those who take it costs its square. */
  #all(): ReadonlyMap<string, readonly Importer[]> {
    const files = new Map<string, SourceFile[]>();
    for (const file of this.#program.files) {
      if (file.service !== null) files.set(file.service, [...(files.get(file.service) ?? []), file]);
    }
    const importers = new Map<string, Importer[]>();
    for (const service of [...files.keys()].sort()) {
      for (const [path, place] of this.#usedBy(files.get(service)!)) {
        const found = importers.get(path);
        if (found === undefined) importers.set(path, [{ service, place }]);
        else found.push({ service, place });
      }
    }
    return importers;
  }

  /** The library files whose own code some files use, each with the place that leads there by the fewest steps. */
  #usedBy(files: readonly SourceFile[]): ReadonlyMap<string, Place> {
    const used = new Map<string, Place>();
    const seen = new Map<SourceFile, Set<string>>();
    const open: Step[] = [];
    const take = (from: SourceFile, name: string, place: Place): void => {
      const names = seen.get(from) ?? new Set<string>();
      seen.set(from, names);
      if (names.has(name) || !this.#hasOffer(from, name)) return;
      names.add(name);
      open.push({ from, name, place });
    };
    for (const file of files) {
      const { imports, named, stars } = this.#takingsOf(file);
      const at = (line: number): Place => ({ path: file.path, startLine: line, endLine: line });
      for (const { from, name, line } of [...imports, ...named]) take(from, name, at(line));
      for (const from of stars) take(from, ALL_NAMED, at(file.fact.lines.startLine));
    }
    for (let next = 0; next < open.length; next += 1) {
      const { from, name, place } = open[next]!;
      const { imports, named, stars, own } = this.#takingsOf(from);
      if (!used.has(from.path) && leads(name, own)) {
        used.set(from.path, place);
        // What a file's own code takes, all that it exports may use.
        for (const each of imports) take(each.from, each.name, place);
      }
      for (const each of named) if (asksFor(name, each.as)) take(each.from, each.name, place);
      if (name !== "default") for (const each of stars) take(each, name === ALL ? ALL_NAMED : name, place);
    }
    return used;
  }

  /** Most names that are asked of an `export *` are another's. */
  #hasOffer(file: SourceFile, name: string): boolean {
    const offers = this.#offers.get(file) ?? this.#offersOf(file);
    this.#offers.set(file, offers);
    return leads(name, offers);
  }

  /** All names under which something can be taken from a file. */
  #offersOf(file: SourceFile): ReadonlySet<string> {
    const names = new Set<string>();
    const passing = new Set([file]);
    for (const each of passing) {
      const { own, named, stars } = this.#takingsOf(each);
      for (const name of own) if (each === file || name !== "default") names.add(name);
      for (const { as } of named) if (each === file || as !== "default") names.add(as);
      for (const star of stars) passing.add(star);
    }
    return names;
  }

  #takingsOf(file: SourceFile): Takings {
    const known = this.#takings.get(file);
    if (known !== undefined) return known;
    const { imports, exports, lines } = file.fact;
    const takings = {
      imports: imports.flatMap(({ module, imported: name, line, typeOnly }) =>
        typeOnly ? [] : this.#libraryAt(file, module).map((from) => ({ from, name, line })),
      ),
      named: exports.flatMap(({ exported: as, from: passed }) =>
        passed === null || as === "*"
          ? []
          : this.#libraryAt(file, passed.module).map((from) => ({ from, name: passed.imported, as, line: lines.startLine })),
      ),
      stars: exports.flatMap(({ exported, from }) => (from === null || exported !== "*" ? [] : this.#libraryAt(file, from.module))),
      own: new Set(exports.filter(({ from }) => from === null).map(({ exported }) => exported)),
    };
    this.#takings.set(file, takings);
    return takings;
  }

  /** The file of library code that a module is, where it is one of another file. */
  #libraryAt(file: SourceFile, module: string): readonly SourceFile[] {
    const target = this.#program.resolveModule(file, module);
    const found = target.kind === "file" && target.path !== file.path ? this.#program.file(target.path) : null;
    return found?.service === null ? [found] : NONE;
  }
}

const NONE: readonly never[] = [];

/** Whether what is asked for may be one of the names. */
function leads(name: string, names: ReadonlySet<string>): boolean {
  if (name === ALL) return names.size > 0;
  if (name === ALL_NAMED) return names.size > (names.has("default") ? 1 : 0);
  return names.has(name) || names.has("=");
}

function asksFor(name: string, as: string): boolean {
  return name === ALL || as === "=" || (name === ALL_NAMED ? as !== "default" : name === as);
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
