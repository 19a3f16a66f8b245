import type { ClassRef, Denotation, LibraryPath, NamedType } from "./denotation.js";
import type { Linker } from "./linker.js";
import { keyOfClass } from "./text.js";

/** Classes that extend each other in a circle, or seem to, end here. */
export const MAX_ANCESTORS = 20;

/** Which class extends which, and who implements what. */
export class Hierarchy {
  readonly #linker: Linker;
  readonly #bases = new Map<string, Denotation | null>();
  #below: ReadonlyMap<string, readonly ClassRef[]> = new Map();
  #implementing: ReadonlyMap<string, readonly ClassRef[]> = new Map();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** Reads all classes: asked for in the middle of a question, that would use up its fuel. */
  read(): void {
    this.#below = this.#readBelow();
    this.#implementing = this.#readImplementing();
  }

  /** What stands behind `extends`: a class, a library value, or something unknown; `null` where nothing does. */
  base(of: ClassRef): Denotation | null {
    const key = keyOfClass(of);
    let base = this.#bases.get(key);
    if (base === undefined) {
      this.#bases.set(key, null);
      base = this.#readBase(of);
      this.#bases.set(key, base);
    }
    return base;
  }

  baseOf(of: ClassRef): ClassRef | null {
    const base = this.base(of);
    if (base?.kind === "class") return base.class;
    return base?.kind === "choice" ? (base.options.find((one) => one.kind === "class")?.class ?? null) : null;
  }

  libraryBase(of: ClassRef): LibraryPath | null {
    let at: ClassRef | null = of;
    for (let steps = 0; at !== null && steps < MAX_ANCESTORS; steps++) {
      const base = this.base(at);
      if (base?.kind === "library") {
        const place = { path: at.file.path, startLine: at.summary.lines.startLine, endLine: at.summary.lines.startLine };
        const construction = this.#linker.superInvocation(at, { class: of, construction: null }, null);
        const made = construction ?? { args: [], scope: this.#linker.moduleScope(at.file), place };
        const typeArgs = at.summary.extendsArgs.map((type) => this.#linker.denoteTypeArgument({ file: of.file, type }));
        return { ...base.path, path: `${base.path.path === "" ? "default" : base.path.path}#`, calls: [...base.path.calls, made], typeArgs };
      }
      at = this.baseOf(at);
    }
    return null;
  }

  subclassesOf(of: ClassRef): readonly ClassRef[] {
    const found = new Map<string, ClassRef>();
    const queue = [of];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const one of this.#below.get(keyOfClass(at)) ?? []) {
        const key = keyOfClass(one);
        if (found.has(key)) continue;
        found.set(key, one);
        queue.push(one);
      }
    }
    return sorted(found);
  }

  implementationsOf(of: NamedType): readonly ClassRef[] {
    const found = new Map<string, ClassRef>();
    for (const one of this.#implementing.get(keyOfType(of)) ?? []) {
      if (!one.summary.abstract) found.set(keyOfClass(one), one);
      for (const below of this.subclassesOf(one)) if (!below.summary.abstract) found.set(keyOfClass(below), below);
    }
    return sorted(found);
  }

  #readBase({ file, summary }: ClassRef): Denotation | null {
    if (summary.extends === null) return null;
    const around = file.fact.functions[summary.parent];
    const scope = around === undefined ? this.#linker.moduleScope(file) : this.#linker.scopeOf(file, around);
    const { startLine } = summary.lines;
    const base = this.#linker.denote(summary.extends, scope, { path: file.path, startLine, endLine: startLine });
    return base.kind === "class" && keyOfClass(base.class) === keyOfClass({ file, summary }) ? null : base;
  }

  #readBelow(): Map<string, ClassRef[]> {
    const below = new Map<string, ClassRef[]>();
    for (const one of this.#linker.classes()) {
      const base = one.summary.extends === null ? null : this.baseOf(one);
      if (base !== null) append(below, keyOfClass(base), one);
      for (const type of one.summary.implements) {
        const named = this.#linker.namedType({ file: one.file, type });
        if (named !== null && isClass(named)) append(below, keyOfClass(named), one);
      }
    }
    return below;
  }

  #readImplementing(): Map<string, ClassRef[]> {
    const implementing = new Map<string, ClassRef[]>();
    for (const one of this.#linker.classes()) {
      const seen = new Set<string>();
      const queue = one.summary.implements.map((type) => ({ file: one.file, type }));
      for (let at = queue.pop(); at !== undefined && seen.size < 50; at = queue.pop()) {
        const named = this.#linker.namedType(at);
        if (named === null || isClass(named) || seen.has(keyOfType(named))) continue;
        seen.add(keyOfType(named));
        append(implementing, keyOfType(named), one);
        for (const type of named.summary.extends) queue.push({ file: named.file, type });
      }
    }
    return implementing;
  }
}

function isClass(named: NamedType | ClassRef): named is ClassRef {
  return "methods" in named.summary;
}

function keyOfType({ file, summary }: NamedType): string {
  return `${file.path}#${summary.name}`;
}

function append(map: Map<string, ClassRef[]>, key: string, value: ClassRef): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function sorted(found: ReadonlyMap<string, ClassRef>): readonly ClassRef[] {
  return [...found.values()].sort((a, b) => (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.summary.id - b.summary.id));
}
