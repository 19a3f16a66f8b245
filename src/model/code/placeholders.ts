import type { Expr, FunctionSummary, LocalValue } from "../../facts/source.js";
import type { Denotation, ObjectMember, SourceFile } from "./denotation.js";
import { placeAt, type Linker } from "./linker.js";
import { choose, isAbsent } from "./text.js";

/** More code that fills one name fills several objects; which is meant nobody can say. */
const MOST_FILLERS = 8;

interface Filler {
  readonly file: SourceFile;
  readonly function: FunctionSummary;
  readonly local: LocalValue;
}

/** `broker: { channel: null }` in a module of settings, and `settings.broker.channel = channel` where the service starts. */
export class Placeholders {
  readonly #linker: Linker;
  #fillers: ReadonlyMap<string, readonly Filler[]> | null = null;

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** What code of the same service puts in the place of an absent member of an object literal; `null` where nothing does. */
  filled(member: ObjectMember, property: string): Denotation | null {
    const { service } = member.scope.file;
    const fillers = (this.#all().get(property) ?? []).filter(({ file }) => file.service === service).slice(0, MOST_FILLERS);
    const values = fillers.flatMap((filler) => this.#value(filler, member, property) ?? []);
    const known = values.filter((value) => value.kind !== "unknown" && !isAbsent(value));
    return known.length === 0 ? null : choose(known);
  }

  #value({ file, function: fn, local }: Filler, member: ObjectMember, property: string): Denotation | null {
    const [head = "", ...path] = local.name.split(".").slice(0, -1);
    const scope = this.#linker.scopeOf(file, fn);
    const place = placeAt(file, local.line);
    const name: Expr = { kind: "name", name: head };
    const object = path.reduce((value, each) => this.#linker.member(value, each), this.#linker.denote(name, scope, place));
    const own = object.kind === "object" ? object.entries.get(property) : undefined;
    // Files of equal text share their expressions.
    if (own?.value !== member.value || own.scope.file !== member.scope.file) return null;
    return this.#linker.at(place, () => this.#linker.denote(local.value, scope));
  }

  /** Assignments to members of members, by the last name. */
  #all(): ReadonlyMap<string, readonly Filler[]> {
    if (this.#fillers !== null) return this.#fillers;
    const all = new Map<string, Filler[]>();
    for (const file of this.#linker.files) {
      for (const fn of file.fact.functions) {
        for (const local of fn.locals) {
          if (!local.name.includes(".") || local.name.startsWith("this.") || local.value.kind === "null") continue;
          const property = local.name.slice(local.name.lastIndexOf(".") + 1);
          const known = all.get(property);
          if (known === undefined) all.set(property, [{ file, function: fn, local }]);
          else known.push({ file, function: fn, local });
        }
      }
    }
    this.#fillers = all;
    return all;
  }
}
