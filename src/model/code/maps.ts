import type { Expr, FunctionSummary, Parameter } from "../../facts/source.js";
import type { Denotation, DenotationOf, LibraryPath, Scope, SourceFile } from "./denotation.js";
import { placeAt, type Linker } from "./linker.js";
import { choose, literalOf } from "./text.js";

/** Of a longer list nobody can say what a map holds. */
const MOST_ITEMS = 24;

/** Methods that hand their callback each element of a list. */
const ITERATING = new Set(["forEach", "map", "flatMap"]);

/** What a map is given under a key; the key is `null` where it is not known. */
interface MapEntry {
  readonly key: string | null;
  readonly value: Denotation;
}

/** A value that `new Map(…)` made. */
export function isMap({ module, path, calls }: LibraryPath): boolean {
  return module === "(global)" && (path === "Map#" || path === "WeakMap#") && calls.length > 0;
}

/**
 * What maps hold: registries that a constructor fills. Read are the pairs that `new Map([…])` is given, and every
 * `set(key, value)` on the same map in the file that made it, also one per element of a list that is written there.
 */
export class Maps {
  readonly #linker: Linker;
  readonly #known = new Map<string, readonly MapEntry[]>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** `map.get(key)`: what was put under the key, or any of the values where the key is not known; `null` for an empty map. */
  get(map: LibraryPath, key: Denotation): Denotation | null {
    const entries = this.#entriesOf(map);
    const wanted = literalOf(key);
    const exact = wanted === null ? [] : entries.filter((entry) => entry.key === wanted);
    const possible = exact.length > 0 ? exact : wanted === null ? entries : entries.filter((entry) => entry.key === null);
    return possible.length === 0 ? null : choose(possible.map(({ value }) => value));
  }

  #entriesOf(map: LibraryPath): readonly MapEntry[] {
    const made = map.calls.at(-1)!;
    const key = `${made.place.path}:${made.place.startLine}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    // A map that holds itself holds nothing that matters.
    this.#known.set(key, []);
    const [pairs] = made.args;
    const entries = [...(pairs === undefined ? [] : this.#pairs(pairs, made.scope)), ...this.#puts(made.scope.file, key)];
    this.#known.set(key, entries);
    return entries;
  }

  #pairs(pairs: Expr, scope: Scope): readonly MapEntry[] {
    const mapped = this.#mapped(pairs, scope);
    if (mapped !== null) return mapped;
    const list = this.#linker.denote(pairs, scope);
    if (list.kind !== "array") return [];
    return list.items.slice(0, MOST_ITEMS).flatMap((item) => {
      const pair = this.#linker.denote(item, list.scope);
      return pair.kind === "array" && pair.items.length === 2 ? [this.#entry(pair.items[0]!, pair.items[1]!, pair.scope)] : [];
    });
  }

  /** `new Map(services.map((name) => [name, new Queue(name)]))` over a list that is written in the code. */
  #mapped(pairs: Expr, scope: Scope): readonly MapEntry[] | null {
    if (pairs.kind !== "call" || pairs.callee.kind !== "member" || pairs.callee.property !== "map") return null;
    const [callback] = pairs.args;
    const fn = callback?.kind === "function" ? scope.file.fact.functions[callback.id] : undefined;
    const pair = fn?.returns[0];
    if (fn === undefined || pair?.kind !== "array" || pair.items.length !== 2) return null;
    const inner = this.#linker.scopeOf(scope.file, fn, { self: scope.self, outer: scope });
    const rounds = this.#rounds(fn, -1, inner);
    return rounds.map((each) => this.#entry(pair.items[0]!, pair.items[1]!, each));
  }

  #puts(file: SourceFile, key: string): readonly MapEntry[] {
    return file.fact.functions.flatMap((fn) =>
      fn.calls.flatMap(({ callee, args, lines, block }) => {
        const [first, second] = args;
        if (callee.kind !== "member" || callee.property !== "set" || first === undefined || second === undefined) return [];
        const scope = this.#linker.scopeOf(file, fn);
        const place = placeAt(file, lines.startLine);
        const receiver = this.#linker.denote(callee.object, scope, place);
        if (receiver.kind !== "library" || !isMap(receiver.path)) return [];
        const made = receiver.path.calls.at(-1)!.place;
        if (`${made.path}:${made.startLine}` !== key) return [];
        const entries = this.#rounds(fn, block, scope).map((each) =>
          this.#linker.within(place, () => ({ key: this.#keyOf(first, each), in: each })),
        );
        return entries
          .filter(({ key, in: each }) => key !== null || each !== scope || !isRecord(second))
          .map(({ key, in: each }) => ({ key, value: this.#linker.within(place, () => this.#linker.denote(second, each)) }));
      }),
    );
  }

  #entry(key: Expr, value: Expr, scope: Scope): MapEntry {
    return { key: this.#keyOf(key, scope), value: this.#linker.denote(value, scope) };
  }

  #keyOf(key: Expr, scope: Scope): string | null {
    return literalOf(this.#linker.denote(key, scope));
  }

  /** The scope once for each round of the loop around, where that goes through a list that is written in the code. */
  #rounds(fn: FunctionSummary, block: number, scope: Scope): readonly Scope[] {
    const round = this.#callbackRound(fn, scope) ?? this.#loopRound(fn, block, scope);
    if (round === null || round.list.items.length === 0 || round.list.items.length > MOST_ITEMS) return [scope];
    return round.list.items.map((item) => {
      const value = this.#linker.denote(item, round.list.scope);
      return this.#linker.scopeOf(scope.file, fn, { self: scope.self, outer: scope.outer, bindings: round.bind(value) });
    });
  }

  /** `list.forEach(({ name, url }) => map.set(name, url))`. */
  #callbackRound(fn: FunctionSummary, { file }: Scope): Round | null {
    const outer = fn.parent === null ? undefined : file.fact.functions[fn.parent];
    const call = outer?.calls.find((site) => site.args.some((arg) => arg.kind === "function" && arg.id === fn.id));
    if (outer === undefined || call?.callee.kind !== "member" || !ITERATING.has(call.callee.property)) return null;
    const list = this.#linker.denote(call.callee.object, this.#linker.scopeOf(file, outer));
    const element = fn.parameters.filter(({ index }) => index === 0);
    return list.kind === "array" ? { list, bind: (value) => new Map(element.map((one) => [one.name, this.#part(value, one)])) } : null;
  }

  #part(value: Denotation, { property }: Parameter): Denotation {
    return property === null || property === "..."
      ? value
      : property.split(".").reduce((object, name) => this.#linker.member(object, name), value);
  }

  /** `for (const service of list) map.set(service.name, service)`, also with the parts of a pattern. */
  #loopRound(fn: FunctionSummary, block: number, scope: Scope): Round | null {
    for (let at: number | null = block, guard = 0; at !== null && guard < 64; guard += 1) {
      const loop: FunctionSummary["blocks"][number] | undefined = fn.blocks[at];
      if (loop?.kind === "for-of" && loop.over !== null) {
        const list = this.#linker.denote(loop.over, scope);
        const { binds } = loop;
        return list.kind === "array" ? { list, bind: (value) => this.#bound(value, binds) } : null;
      }
      at = loop?.parent ?? null;
    }
    return null;
  }

  #bound(value: Denotation, names: readonly string[]): ReadonlyMap<string, Denotation> {
    const [only] = names;
    if (names.length === 1 && only !== undefined) return new Map([[only, value]]);
    return new Map(names.map((name, index) => [name, this.#linker.member(value, value.kind === "array" ? String(index) : name)]));
  }
}

/**
 * What is written together where it is put: under a key that only running code knows it is data, and no part of a registry.
 * To follow it would lead through everything that code computes.
 */
function isRecord({ kind }: Expr): boolean {
  return kind === "object" || kind === "array" || kind === "template";
}

/** A list that a loop goes through, and what its variables are in the round of an element. */
interface Round {
  readonly list: DenotationOf<"array">;
  readonly bind: (value: Denotation) => ReadonlyMap<string, Denotation>;
}
