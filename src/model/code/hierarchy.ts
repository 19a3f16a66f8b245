import type { ClassRef, Denotation, LibraryPath, NamedType, SourceFile } from "./denotation.js";
import { withinReach, type Linker } from "./linker.js";
import { invocationOf } from "./scopes.js";
import { choose } from "./text.js";
import { isTypeParameter } from "./type-parameter.js";

/** Classes that extend each other in a circle, or seem to, end here. */
export const MAX_ANCESTORS = 20;

/** Abstract classes with more concrete ones below say nothing about which is meant. */
const MAX_SUBCLASSES = 8;

/** Which class extends which, and who implements what. */
export class Hierarchy {
  readonly #linker: Linker;
  readonly #bases = new Map<ClassRef, Denotation | null>();
  #below: ReadonlyMap<ClassRef, readonly ClassRef[]> = new Map();
  #implementing: ReadonlyMap<string, readonly ClassRef[]> = new Map();
  // Asked for again at each call of a method, and long where all entities of a system extend one class.
  readonly #subclasses = new Map<ClassRef, readonly ClassRef[]>();
  readonly #implementations = new Map<string, readonly ClassRef[]>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** Reads all classes: asked for in the middle of a question, that would use up its fuel. */
  read(): void {
    this.#below = this.#readBelow();
    this.#implementing = this.#readImplementing();
    this.#subclasses.clear();
    this.#implementations.clear();
  }

  /** What stands behind `extends`: a class, a library value, or something unknown; `null` where nothing does. */
  base(of: ClassRef): Denotation | null {
    let base = this.#bases.get(of);
    if (base === undefined) {
      this.#bases.set(of, null);
      base = this.#readBase(of);
      this.#bases.set(of, base);
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
    let below: ClassRef | null = null;
    for (let steps = 0; at !== null && steps < MAX_ANCESTORS; steps++) {
      const base = this.base(at);
      if (base?.kind === "library") {
        const place = { path: at.file.path, startLine: at.summary.lines.startLine, endLine: at.summary.lines.startLine };
        const construction = this.#linker.superInvocation(at, { class: of, construction: null }, null);
        const made = construction ?? invocationOf([], this.#linker.moduleScope(at.file), place);
        const typeArgs = this.#typeArgs(at, below);
        return {
          ...base.path,
          path: `${base.path.path === "" ? "default" : base.path.path}#`,
          calls: [...base.path.calls, made],
          typeArgs,
        };
      }
      below = at;
      at = this.baseOf(at);
    }
    return null;
  }

  /** What a class gives the base that it extends: `Order` for `T` where the class below it extends `Store<Order>`. */
  #typeArgs({ file, summary }: ClassRef, below: ClassRef | null): readonly Denotation[] {
    return summary.extendsArgs.map((type, index) => {
      const all = below?.summary.extendsArgs ?? [];
      const given = all.length === 1 ? all[0] : all[index];
      const isOpen = below !== null && given !== undefined && isTypeParameter({ file, type }, this.#linker);
      return this.#linker.denoteTypeArgument(isOpen ? { file: below.file, type: given } : { file, type });
    });
  }

  /** An object that a container makes or a type declares: of an abstract class one of those below that `from` can meet. */
  instanceOf(of: ClassRef, from: SourceFile): Denotation {
    const own: Denotation = { kind: "instance", class: of, construction: null, assumed: false, trail: [] };
    if (!of.summary.abstract) return own;
    const chosen = withinReach(
      this.subclassesOf(of).filter((one) => !one.summary.abstract),
      from,
    );
    if (chosen.length === 0 || chosen.length > MAX_SUBCLASSES) return own;
    return choose(chosen.map((one): Denotation => ({ kind: "instance", class: one, construction: null, assumed: true, trail: [] })));
  }

  subclassesOf(of: ClassRef): readonly ClassRef[] {
    const known = this.#subclasses.get(of);
    if (known !== undefined) return known;
    const found = new Set<ClassRef>();
    const queue = [of];
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const one of this.#below.get(at) ?? []) {
        if (found.has(one)) continue;
        found.add(one);
        queue.push(one);
      }
    }
    const subclasses = sorted(found);
    this.#subclasses.set(of, subclasses);
    return subclasses;
  }

  implementationsOf(of: NamedType): readonly ClassRef[] {
    const key = keyOfType(of);
    const known = this.#implementations.get(key);
    if (known !== undefined) return known;
    const found = new Set<ClassRef>();
    for (const one of this.#implementing.get(key) ?? []) {
      if (!one.summary.abstract) found.add(one);
      for (const below of this.subclassesOf(one)) if (!below.summary.abstract) found.add(below);
    }
    const implementations = sorted(found);
    this.#implementations.set(key, implementations);
    return implementations;
  }

  #readBase(of: ClassRef): Denotation | null {
    const { file, summary } = of;
    if (summary.extends === null) return null;
    const around = file.fact.functions[summary.parent];
    const scope = around === undefined ? this.#linker.moduleScope(file) : this.#linker.scopeOf(file, around);
    const { startLine } = summary.lines;
    const base = this.#linker.denote(summary.extends, scope, { path: file.path, startLine, endLine: startLine });
    return base.kind === "class" && base.class === of ? null : base;
  }

  #readBelow(): Map<ClassRef, ClassRef[]> {
    const below = new Map<ClassRef, ClassRef[]>();
    for (const one of this.#linker.classes()) {
      const base = one.summary.extends === null ? null : this.baseOf(one);
      if (base !== null) append(below, base, one);
      for (const type of one.summary.implements) {
        const named = this.#linker.namedType({ file: one.file, type });
        if (named !== null && isClass(named)) append(below, named, one);
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

function append<K>(map: Map<K, ClassRef[]>, key: K, value: ClassRef): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function sorted(found: ReadonlySet<ClassRef>): readonly ClassRef[] {
  return [...found].sort((a, b) => (a.file.path < b.file.path ? -1 : a.file.path > b.file.path ? 1 : a.summary.id - b.summary.id));
}
