import type { Decorator, Expr, FunctionSummary } from "../../facts/source.js";
import type { Place } from "../evidence.js";
import type { Callee, Decoration, Denotation, LibraryPath, Scope, SourceFile } from "./denotation.js";
import { placeAt, type Linker } from "./linker.js";
import { invocationOf } from "./scopes.js";

/** Decorators of the team's own that call one another; what goes deeper repeats itself. */
const MAX_DEPTH = 3;

/** Which library value each decorator of a file is, by the name that the file has for it. */
export class Decorators {
  readonly #linker: Linker;
  readonly #known = new Map<SourceFile, Map<string, Denotation>>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  of(decorator: Decorator, file: SourceFile): LibraryPath | null {
    const value = this.#value(decorator, file);
    return value.kind === "library" ? value.path : null;
  }

  applied(decorator: Decorator, file: SourceFile): readonly Decoration[] {
    return this.#applied(this.#value(decorator, file), decorator.args, this.#linker.moduleScope(file), placeAt(file, decorator.line), 0);
  }

  #applied(value: Denotation, args: readonly Expr[], scope: Scope, place: Place, depth: number): readonly Decoration[] {
    if (value.kind === "library") return [{ library: value.path, args, scope }, ...made(value.path)];
    if (value.kind !== "function" || depth >= MAX_DEPTH) return [];
    const callee = this.#linker.enter(value, invocationOf(args, scope, place));
    return this.#bodies(callee).flatMap((inside) =>
      inside.function.calls.flatMap(({ callee: called, args: given, lines }) =>
        this.#applied(this.#linker.denote(called, inside), given, inside, { path: inside.file.path, ...lines }, depth + 1),
      ),
    );
  }

  /** The function's own body, and those of the functions in it: `(target, key) => EventPattern(topic)(target, key)`. */
  #bodies({ function: { file, summary }, scope }: Callee): readonly Scope[] {
    const bodies = new Map<FunctionSummary["id"], Scope>([[summary.id, scope]]);
    for (const fn of file.fact.functions) {
      const outer = fn.parent === null ? undefined : bodies.get(fn.parent);
      if (outer !== undefined && !bodies.has(fn.id)) bodies.set(fn.id, this.#linker.scopeOf(file, fn, { outer }));
    }
    return [...bodies.values()];
  }

  #value({ name }: Decorator, file: SourceFile): Denotation {
    let known = this.#known.get(file);
    if (known === undefined) this.#known.set(file, (known = new Map<string, Denotation>()));
    let found = known.get(name);
    if (found === undefined) known.set(name, (found = this.#find(name, file)));
    return found;
  }

  #find(name: string, file: SourceFile): Denotation {
    const [head = "", ...rest] = name.split(".");
    const first = this.#linker.denote({ kind: "name", name: head }, this.#linker.moduleScope(file));
    return rest.reduce((object, property) => this.#linker.member(object, property), first);
  }
}

/** `const OnPayment = EventPattern("payment.done")`: the decorator with the arguments that it was made with. */
function made(path: LibraryPath): readonly Decoration[] {
  const last = path.calls.at(-1);
  if (last === undefined || !path.path.endsWith("()")) return [];
  return [{ library: { ...path, path: path.path.slice(0, -2), calls: path.calls.slice(0, -1) }, args: last.args, scope: last.scope }];
}
