import type { Decorator } from "../../facts/source.js";
import type { LibraryPath, SourceFile } from "./denotation.js";
import type { Linker } from "./linker.js";

/** Which library value each decorator of a file is, by the name that the file has for it. */
export class Decorators {
  readonly #linker: Linker;
  readonly #known = new Map<SourceFile, Map<string, LibraryPath | null>>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  of(decorator: Decorator, file: SourceFile): LibraryPath | null {
    let known = this.#known.get(file);
    if (known === undefined) this.#known.set(file, (known = new Map<string, LibraryPath | null>()));
    let found = known.get(decorator.name);
    if (found === undefined) known.set(decorator.name, (found = this.#find(decorator, file)));
    return found;
  }

  #find({ name }: Decorator, file: SourceFile): LibraryPath | null {
    const [head = "", ...rest] = name.split(".");
    const first = this.#linker.denote({ kind: "name", name: head }, this.#linker.moduleScope(file));
    const value = rest.reduce((object, property) => this.#linker.member(object, property), first);
    return value.kind === "library" ? value.path : null;
  }
}
