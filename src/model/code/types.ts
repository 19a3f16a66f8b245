import type { Expr, TypeMember, TypeRef } from "../../facts/source.js";
import type { ClassRef, Denotation, DenotationOf, LibraryPath, NamedType, SourceFile, WrittenType } from "./denotation.js";
import { libraryValue, memberPath, withinReach, type Linker } from "./linker.js";
import { invocationOf } from "./scopes.js";
import { choose, unknown } from "./text.js";

/** What a name in a type stands for. */
type Declared =
  | { readonly kind: "class"; readonly class: ClassRef }
  | { readonly kind: "type"; readonly type: NamedType }
  | { readonly kind: "library"; readonly path: Pick<LibraryPath, "module" | "subpath" | "path"> };

/** Types whose value is used as that of their argument. */
const TRANSPARENT = new Set([
  "Promise",
  "Awaited",
  "Readonly",
  "Partial",
  "Required",
  "NonNullable",
  "DeepReadonly",
  "Omit",
  "Pick",
  "PromiseLike",
  "MaybePromise",
  "ConfigType",
]);
const LISTS = new Set([
  "[]",
  "Set",
  "ReadonlySet",
  "Iterable",
  "AsyncIterable",
  "Iterator",
  "Generator",
  "AsyncGenerator",
  "IterableIterator",
  "[,]",
]);
const PRIMITIVES = new Set([
  "string",
  "number",
  "boolean",
  "void",
  "any",
  "unknown",
  "never",
  "null",
  "undefined",
  "object",
  "bigint",
  "symbol",
  "Date",
  "Record",
  "Map",
  "Buffer",
  "Error",
  "=>",
  "{}",
  "{in}",
  "keyof",
]);
/** How zod, io-ts and TypeBox call the types that they derive from schemas. */
const INFERRED = /(?:^|\.)(?:infer|input|output|TypeOf|OutputOf|Static|StaticDecode|StaticEncode)$/;
/** An interface that more classes implement is a marker; nothing follows from it. */
const MAX_IMPLEMENTATIONS = 8;
const MAX_ALIASES = 12;

/** Follows declared types: where code hides what a value is, its type mostly says it. */
export class Types {
  readonly #linker: Linker;
  readonly #declared = new Map<SourceFile, Map<string, Declared | null>>();

  constructor(linker: Linker) {
    this.#linker = linker;
  }

  denote(written: WrittenType, depth = 0): Denotation {
    const { type, file } = written;
    const open: Denotation = { kind: "unknown", text: "", type: written, trail: [] };
    if (depth > MAX_ALIASES || PRIMITIVES.has(type.name) || LISTS.has(type.name)) return open;
    const operated = this.#operated(written, open, depth);
    if (operated !== null) return operated;
    const declared = this.#declare(file, type.name);
    switch (declared?.kind) {
      case "class":
        return this.#linker.instanceOf(declared.class, file);
      case "library":
        return isInferred(type) ? open : this.#libraryInstance(declared.path, type, file);
      case "type":
        return this.#named(declared.type, written, depth);
      case undefined:
        return open;
    }
  }

  /** Operators and built-in types that are made from another type; `null` for names. */
  #operated({ type, file }: WrittenType, open: Denotation, depth: number): Denotation | null {
    const [first] = type.args;
    const inner = (): Denotation => (first === undefined ? open : this.denote({ file, type: first }, depth + 1));
    if (TRANSPARENT.has(type.name)) return inner();
    switch (type.name) {
      case "|":
        return this.#union(type.args, file, open, depth);
      case "&":
      case "?:":
        return this.#firstKnown(type.args, file, depth) ?? open;
      case "typeof":
        return first === undefined ? open : this.#valueOf(first.name, file);
      case "InstanceType":
        return this.#instance(inner(), file, open);
      case "ReturnType": {
        const value = inner();
        return value.kind === "function" || value.kind === "library" ? this.#linker.call(value, this.#noCall(file), false, "") : open;
      }
      default:
        return null;
    }
  }

  /** The interface, alias, enum or class of a type's name. */
  named({ file, type }: WrittenType): NamedType | ClassRef | null {
    const declared = this.#declare(file, type.name);
    if (declared?.kind === "class") return declared.class;
    return declared?.kind === "type" ? declared.type : null;
  }

  /** The declared type of a property, through aliases, `extends` and intersections. */
  memberType(written: WrittenType, property: string, depth = 0): WrittenType | null {
    const { file, type } = written;
    if (depth > MAX_ALIASES) return null;
    if (type.members !== null) return memberIn(type.members, property, file);
    if (TRANSPARENT.has(type.name) || type.name === "|" || type.name === "&") return this.#memberOfAny(type.args, file, property, depth);
    const declared = this.#declare(file, type.name);
    if (declared?.kind === "class") {
      const field = declared.class.summary.fields.find((one) => one.name === property);
      return field?.type == null ? null : { file: declared.class.file, type: field.type };
    }
    if (declared?.kind !== "type") return null;
    const { summary, file: home } = declared.type;
    const own = memberIn(summary.members, property, home);
    if (own !== null) return own;
    return this.#memberOfAny(summary.type === null ? summary.extends : [summary.type, ...summary.extends], home, property, depth);
  }

  #memberOfAny(types: readonly TypeRef[], file: SourceFile, property: string, depth: number): WrittenType | null {
    for (const type of types.slice(0, 20)) {
      const found = this.memberType({ file, type }, property, depth + 1);
      if (found !== null) return found;
    }
    return null;
  }

  /** The type of an element of a list type. */
  elementType({ file, type }: WrittenType): WrittenType | null {
    if (type.name === "Promise" || type.name === "Readonly") {
      const [inner] = type.args;
      return inner === undefined ? null : this.elementType({ file, type: inner });
    }
    const [element] = type.args;
    return LISTS.has(type.name) && element !== undefined ? { file, type: element } : null;
  }

  /** Of several shapes that have no names of their own the union is all there is; of several classes it may be each. */
  #union(args: readonly TypeRef[], file: SourceFile, open: Denotation, depth: number): Denotation {
    const parts = args.filter(({ name }) => name !== "null" && name !== "undefined");
    const known = this.#firstKnown(parts, file, depth);
    if (known === null || parts.length < 2) return known ?? open;
    if (known.kind === "unknown") return open;
    if (known.kind !== "instance") return known;
    const all = parts.slice(0, 6).map((type) => this.denote({ file, type }, depth + 1));
    return choose(all.filter((one) => one.kind === "instance"));
  }

  #firstKnown(args: readonly TypeRef[], file: SourceFile, depth: number): Denotation | null {
    let open: Denotation | null = null;
    for (const arg of args.slice(0, 6)) {
      if (arg.name === "null" || arg.name === "undefined") continue;
      const found = this.denote({ file, type: arg }, depth + 1);
      if (found.kind !== "unknown") return found;
      open ??= found;
    }
    return open;
  }

  #named(named: NamedType, written: WrittenType, depth: number): Denotation {
    const { summary, file } = named;
    if (summary.kind === "alias" && summary.type !== null) {
      const aliased = this.denote({ file, type: summary.type }, depth + 1);
      return aliased.kind === "unknown" ? { kind: "unknown", text: "", type: written, trail: [] } : aliased;
    }
    if (summary.kind === "interface") {
      const chosen = withinReach(this.#linker.implementationsOf(named), written.file);
      if (chosen.length > 0 && chosen.length <= MAX_IMPLEMENTATIONS) {
        return choose(chosen.map((one): Denotation => ({ kind: "instance", class: one, construction: null, assumed: true, trail: [] })));
      }
      for (const base of summary.extends) {
        const found = this.denote({ file, type: base }, depth + 1);
        if (found.kind === "library") return found;
      }
    }
    const made = this.#linker.madeFor(named, written.file);
    if (made !== null) return made;
    return { kind: "unknown", text: "", type: written, trail: [] };
  }

  #libraryInstance(path: Pick<LibraryPath, "module" | "subpath" | "path">, type: TypeRef, file: SourceFile): Denotation {
    const typeArgs = type.args.slice(0, 4).map((arg) => this.argument({ file, type: arg }));
    return libraryValue({
      ...path,
      path: `${path.path === "" ? "default" : path.path}#`,
      calls: [this.#noCall(file)],
      typeArgs,
      declared: true,
    });
  }

  /** `Order` in `Repository<Order>`: the class, or the name with its type. */
  argument(written: WrittenType): Denotation {
    const declared = this.#declare(written.file, written.type.name);
    if (declared?.kind === "class") return { kind: "class", class: declared.class, trail: [] };
    const literal = written.type.literal;
    if (literal !== null) return { kind: "text", parts: [{ kind: "literal", text: literal.replace(/^"|"$/g, "") }], trail: [] };
    return { kind: "unknown", text: written.type.name, type: written, trail: [] };
  }

  #instance(value: Denotation, from: SourceFile, open: Denotation): Denotation {
    if (value.kind === "class") return this.#linker.instanceOf(value.class, from);
    return value.kind === "library"
      ? { ...value, path: { ...value.path, path: `${value.path.path}#`, calls: [...value.path.calls, this.#noCall(from)], declared: true } }
      : open;
  }

  #noCall(file: SourceFile): LibraryPath["calls"][number] {
    return invocationOf([], this.#linker.moduleScope(file), this.#linker.place);
  }

  /** The value of a dotted name at the top of a file. */
  #valueOf(name: string, file: SourceFile): Denotation {
    const [head = "", ...rest] = name.split(".");
    const scope = this.#linker.moduleScope(file);
    return rest.reduce((value, property) => this.#linker.member(value, property), this.#linker.denote({ kind: "name", name: head }, scope));
  }

  #declare(file: SourceFile, name: string): Declared | null {
    let names = this.#declared.get(file);
    if (names === undefined) this.#declared.set(file, (names = new Map<string, Declared | null>()));
    let declared = names.get(name);
    if (declared === undefined) {
      names.set(name, null);
      declared = this.#find(file, name);
      names.set(name, declared);
    }
    return declared;
  }

  #find(file: SourceFile, name: string): Declared | null {
    const symbols = this.#linker.symbols(file);
    const own = symbols.classNamed(name);
    if (own !== null) return { kind: "class", class: symbols.classRef(own) };
    const type = symbols.types.get(name);
    if (type !== undefined) return { kind: "type", type: { file, summary: type } };
    const [head = "", ...rest] = name.split(".");
    const binding = symbols.imports.get(head);
    if (binding === undefined) return rest.length === 0 ? this.#throughValue(file, name) : null;
    const tail = rest.join(".");
    if (binding.imported === "*") return this.#inModule(file, binding.module, tail === "" ? "*" : tail);
    return this.#inModule(file, binding.module, tail === "" ? binding.imported : `${binding.imported}.${tail}`);
  }

  #inModule(from: SourceFile, module: string, name: string): Declared | null {
    const target = this.#linker.target(from, module);
    const home = target.kind === "file" ? this.#linker.file(target.path) : null;
    if (home === null) {
      const path = name === "*" ? "" : name;
      return {
        kind: "library",
        path: target.kind === "package" ? { module: target.name, subpath: target.subpath, path } : { module, subpath: "", path },
      };
    }
    return this.#exported(home, name);
  }

  #exported(file: SourceFile, name: string): Declared | null {
    const [head = "", ...rest] = name.split(".");
    const found = this.#linker.findExport(file, head);
    switch (found?.kind) {
      case "type":
        return { kind: "type", type: { file: found.file, summary: found.type } };
      case "value":
        return found.value.kind === "name" && rest.length === 0
          ? this.#declare(found.file, found.value.name)
          : this.#throughDenotation(this.#linker.exported(file, head));
      case "package": {
        const path = found.imported === "*" ? rest.join(".") : [found.imported, ...rest].join(".");
        return { kind: "library", path: { module: found.target.name, subpath: found.target.subpath, path } };
      }
      case "module":
        return rest.length === 0 ? null : this.#exported(found.file, rest.join("."));
      case "property":
        return this.#throughDenotation(this.#linker.exported(file, head));
      case undefined:
        return rest.length === 0 ? this.#throughDenotation(this.#linker.exported(file, head)) : null;
    }
  }

  /** `const OrdersApi = createApi()` and then `orders: OrdersApi`: a class held by a variable. */
  #throughValue(file: SourceFile, name: string): Declared | null {
    const top = file.fact.functions[0];
    if (top === undefined || !top.locals.some((one) => one.name === name)) return null;
    return this.#throughDenotation(this.#valueOf(name, file));
  }

  #throughDenotation(value: Denotation): Declared | null {
    if (value.kind === "class") return { kind: "class", class: value.class };
    return value.kind === "library" && value.path.calls.length === 0 ? { kind: "library", path: value.path } : null;
  }
}

/** `z.infer<typeof order>`: the type of what a schema of ours lets through, and no object of the library that derives it. */
export function isInferred({ name, args }: TypeRef): boolean {
  return args[0]?.name === "typeof" && INFERRED.test(name);
}

function memberIn(members: readonly TypeMember[], property: string, file: SourceFile): WrittenType | null {
  const type = members.find((one) => one.name === property)?.type ?? null;
  return type === null ? null : { file, type };
}

/** A list whose elements are more than these is data. */
const MAX_ITEMS = 8;

/** `[first, ...new Set([second, third])]`: what a list or set gives that is spread into another one. */
function spreadIn(linker: Linker, { value }: Extract<Expr, { kind: "spread" }>, { scope }: DenotationOf<"array">): readonly Denotation[] {
  const list = linker.denote(value, scope);
  const made = list.kind === "library" && /^(?:default\.)?Set#$/.test(list.path.path) ? list.path.calls.at(-1) : undefined;
  const [held] = made?.args ?? [];
  const inner = made === undefined || held === undefined ? list : linker.denote(held, made.scope);
  if (inner.kind !== "array" || inner.items.length > MAX_ITEMS) return [inner];
  const known = inner.items.map((item) => linker.denote(item.kind === "spread" ? item.value : item, inner.scope));
  return known.filter((one, index) => inner.items[index]!.kind !== "spread" || one.kind !== "unknown");
}

/** What a database found: its rows may have methods of their own. */
const FOUND = /(?:^|[.#])find(?:By|All)?\(\)(?:\.\w+\(\))*$/;

/** What an element of a list is. */
export function elementOf(linker: Linker, types: Types, list: Denotation, name: string): Denotation {
  if (list.kind === "array") {
    if (list.items.length === 0 || list.items.length > MAX_ITEMS) return unknown(name);
    return choose(
      list.items.flatMap((item) => (item.kind === "spread" ? spreadIn(linker, item, list) : [linker.denote(item, list.scope)])),
    );
  }
  if (list.kind === "library" && FOUND.test(list.path.path)) return { ...list, path: memberPath(list.path, "each") };
  const element = list.kind === "unknown" && list.type !== null ? types.elementType(list.type) : null;
  if (element === null) return unknown(name);
  const typed = linker.denoteType(element);
  return typed.kind === "unknown" ? { ...typed, text: name } : typed;
}
