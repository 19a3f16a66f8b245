import type { Expr, ImportBinding } from "../../facts/source.js";
import type { Denotation, Scope, SourceFile } from "./denotation.js";
import type { Memo } from "./evaluation.js";
import { libraryValue, placeAt, type Linker } from "./linker.js";
import { unknown } from "./text.js";

/** Gives imported and exported names their meaning. */
export class Imports {
  readonly #linker: Linker;
  readonly #imports = new Map<SourceFile, Memo<ImportBinding>>();
  readonly #exports = new Map<SourceFile, Memo<string>>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  /** What an import binds. */
  bound(file: SourceFile, binding: ImportBinding): Denotation {
    const memo = memoOf(this.#imports, file);
    return this.#linker.answer(memo, binding, binding.local, () =>
      this.#linker.at(placeAt(file, binding.line), () => this.imported(file, binding.module, binding.imported)),
    );
  }

  /** What a module gives under a name; `*` for all of it. */
  imported(file: SourceFile, module: string, name: string): Denotation {
    const target = this.#linker.target(file, module);
    if (target.kind === "package") return libraryValue({ module: target.name, subpath: target.subpath, path: name === "*" ? "" : name });
    const found = target.kind === "file" ? this.#linker.file(target.path) : null;
    if (found === null) return libraryValue({ module, path: name === "*" ? "" : name });
    if (name !== "*") return this.exported(found, name);
    const whole = this.#linker.symbols(found).exports.get("=")?.value ?? null;
    return whole === null ? { kind: "module", file: found, trail: [] } : this.#valueIn(found, whole);
  }

  exported(file: SourceFile, name: string): Denotation {
    return this.#linker.answer(memoOf(this.#exports, file), name, name, () => this.#exported(file, name));
  }

  #exported(file: SourceFile, name: string): Denotation {
    if (name === "*") return { kind: "module", file, trail: [] };
    const found = this.#linker.findExport(file, name);
    if (found === null) return name === "default" ? { kind: "module", file, trail: [] } : this.#starred(file, name);
    switch (found.kind) {
      case "value":
        return this.#valueIn(found.file, found.value);
      case "property":
        return this.#linker.member(this.#valueIn(found.file, found.value), found.property);
      case "module":
        return { kind: "module", file: found.file, trail: [] };
      case "package": {
        const { target, imported } = found;
        return libraryValue({ module: target.name, subpath: target.subpath, path: imported === "*" ? "" : imported });
      }
      default:
        return this.#valueIn(found.file, { kind: "name", name: found.type.name });
    }
  }

  /** `export * from "kafkajs"`: names that no own file has may come from the package. */
  #starred(file: SourceFile, name: string): Denotation {
    const [target, ...more] = this.#linker.starredPackages(file);
    if (target === undefined || more.length > 0) return unknown(name);
    return libraryValue({ module: target.name, subpath: target.subpath, path: name });
  }

  /** Where an exported value stands: mostly in the module's code, in old code in a function that is called at once. */
  #scopeOf(file: SourceFile, value: Expr): Scope {
    const scope = this.#linker.moduleScope(file);
    const name = rootName(value);
    if (name === null || name === "this") return scope;
    const symbols = this.#linker.symbols(file);
    if (symbols.define(scope.function, name) !== null) return scope;
    const inside = symbols.functionWith(name);
    return inside === null ? scope : this.#linker.scopeOf(file, inside);
  }

  #valueIn(file: SourceFile, value: Expr): Denotation {
    const scope = this.#scopeOf(file, value);
    const { startLine, endLine } = scope.function.lines;
    return this.#linker.within({ path: file.path, startLine, endLine }, () => this.#linker.denote(value, scope));
  }
}

function rootName(expr: Expr): string | null {
  let at = expr;
  while (at.kind === "member" || at.kind === "call") at = at.kind === "member" ? at.object : at.callee;
  return at.kind === "name" ? at.name : null;
}

function memoOf<K>(memos: Map<SourceFile, Memo<K>>, file: SourceFile): Memo<K> {
  let memo = memos.get(file);
  if (memo === undefined) memos.set(file, (memo = new Map<K, Denotation | number>()));
  return memo;
}
