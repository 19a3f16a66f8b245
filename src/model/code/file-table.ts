import type { FileFacts } from "../../facts/facts.js";
import { glanceOf, outlineOf, type SourceOutline } from "../../facts/source-outline.js";
import type { SourceFact } from "../../facts/source.js";
import type { ClassRef, ModuleTarget, SourceFile } from "./denotation.js";
import type { ModuleResolver } from "./modules.js";
import { FileSymbols, findExport, reexportedPackages, type Exported, type FileIndex } from "./symbols.js";

type PackageTarget = Extract<ModuleTarget, { kind: "package" }>;

/** Source files of one commit, with what each declares and exports: looked for when first asked, and remembered. */
export class FileTable implements FileIndex {
  readonly files: readonly SourceFile[];
  readonly #byPath: ReadonlyMap<string, SourceFile>;
  readonly #byService = new Map<string, SourceFile[]>();
  readonly #modules: ModuleResolver;
  readonly #symbols = new Map<SourceFile, FileSymbols>();
  readonly #exports = new Map<SourceFile, Map<string, Exported | null>>();
  readonly #starred = new Map<SourceFile, readonly PackageTarget[]>();
  #classes: readonly ClassRef[] | null = null;

  constructor(files: readonly SourceFile[], modules: ModuleResolver) {
    this.files = files;
    this.#modules = modules;
    this.#byPath = new Map(this.files.map((file) => [file.path, file]));
    for (const file of this.files) {
      if (file.service === null) continue;
      const list = this.#byService.get(file.service);
      if (list === undefined) this.#byService.set(file.service, [file]);
      else list.push(file);
    }
  }

  file(path: string): SourceFile | null {
    return this.#byPath.get(path) ?? null;
  }

  filesOf(service: string): readonly SourceFile[] {
    return this.#byService.get(service) ?? [];
  }

  classes(): readonly ClassRef[] {
    this.#classes ??= this.files.flatMap((file) => file.fact.classes.map((summary) => this.symbols(file).classRef(summary)));
    return this.#classes;
  }

  symbols(file: SourceFile): FileSymbols {
    let symbols = this.#symbols.get(file);
    if (symbols === undefined) this.#symbols.set(file, (symbols = new FileSymbols(file)));
    return symbols;
  }

  target(from: SourceFile, specifier: string): ModuleTarget {
    return this.#modules.resolve(from.path, specifier);
  }

  findExport(file: SourceFile, name: string): Exported | null {
    let exports = this.#exports.get(file);
    if (exports === undefined) this.#exports.set(file, (exports = new Map<string, Exported | null>()));
    let found = exports.get(name);
    if (found === undefined) exports.set(name, (found = findExport(this, file, name)));
    return found;
  }

  /** The packages that a file re-exports whole. */
  starredPackages(file: SourceFile): readonly PackageTarget[] {
    let starred = this.#starred.get(file);
    if (starred === undefined) this.#starred.set(file, (starred = reexportedPackages(this, file)));
    return starred;
  }
}

/** The source files among all files, sorted by path, with functions and call sites numbered. */
export function sourceFiles(files: readonly FileFacts[], serviceOf: (path: string) => string | null): readonly SourceFile[] {
  const sources = files.flatMap(({ path, facts }) => {
    const fact = facts.find((one) => one.kind === "source");
    return fact === undefined ? [] : [{ path, fact }];
  });
  let functions = 0;
  let sites = 0;
  return sources
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, fact }) => {
      const glance = glanceOf(fact);
      const file = new LinkedFile(path, fact, serviceOf(path), functions, sites);
      functions += glance.functions;
      sites += glance.sites;
      return file;
    });
}

class LinkedFile implements SourceFile {
  readonly path: string;
  readonly fact: SourceFact;
  readonly service: string | null;
  readonly firstFunction: number;
  readonly #firstSite: number;
  #firstSites: readonly number[] | null = null;

  constructor(path: string, fact: SourceFact, service: string | null, firstFunction: number, firstSite: number) {
    this.path = path;
    this.fact = fact;
    this.service = service;
    this.firstFunction = firstFunction;
    this.#firstSite = firstSite;
  }

  get outline(): SourceOutline {
    return outlineOf(this.fact);
  }

  get firstSites(): readonly number[] {
    if (this.#firstSites === null) {
      let sites = this.#firstSite;
      this.#firstSites = this.fact.functions.map(({ calls }) => (sites += calls.length) - calls.length);
    }
    return this.#firstSites;
  }
}
