import type { CallSite, ClassSummary, Expr, FunctionSummary, SourceFact, TypeRef } from "./source.js";

/**
 * What can be asked of a source file without reading its functions, whose facts are nine tenths of it and stay packed until
 * somebody asks for them. Each list names at least what the functions hold: a name that is missing is in none of them.
 */
export interface SourceOutline {
  /** Last names of functions: `create` for `OrdersService.create`. */
  readonly declared: readonly string[];
  /**
   * Last names of what is called. Those called on a built-in collection that the code makes itself have it in front:
   * `Map#.get` for `this.known.get(id)` where the field is `new Map()`.
   */
  readonly calls: readonly string[];
  /** Leftmost names of what is called: `this` for `this.http.get(url)`. */
  readonly roots: readonly string[];
  /** Last names of what methods are called on: `http` for `this.http.get(url)`. */
  readonly receivers: readonly string[];
  /** Names of what is handed on as an argument. */
  readonly passed: readonly string[];
  /** Pairs of a name and another one that its value gets: `const create = withLog(createOrder)`. */
  readonly aliases: readonly string[];
  /** Names of the types of results and of variables at the top of the file. */
  readonly made: readonly string[];
  /** Names of the types that have functions among their members. */
  readonly behaviours: readonly string[];
  /** Dotted names that are assigned to, but for fields of `this`. */
  readonly assigned: readonly string[];
  /** Some function has a decorator. */
  readonly decorated: boolean;
}

/** What is asked of every source file of a system, so that most of them need not be read any further. */
export interface SourceGlance {
  /** Numbers of functions and of call sites. */
  readonly functions: number;
  readonly sites: number;
  /** The modules that the file imports, passes on, or requires in the middle of something, each once. */
  readonly modules: readonly string[];
  /** It calls what only a page's `document` has. */
  readonly touchesDocument: boolean;
}

/** A source fact that knows what would otherwise be made of it. */
export interface OutlinedSource extends SourceFact {
  readonly glance: SourceGlance;
  readonly outline: SourceOutline;
}

const KNOWN = new WeakMap<SourceFact, Pick<OutlinedSource, "glance" | "outline">>();

/** What there is to see of a file at first, read with its facts or made of them. */
export function glanceOf(fact: SourceFact): SourceGlance {
  return outlined(fact).glance;
}

/** The outline of a file, read with its facts or made of them. */
export function outlineOf(fact: SourceFact): SourceOutline {
  return outlined(fact).outline;
}

function outlined(fact: SourceFact): Pick<OutlinedSource, "glance" | "outline"> {
  if (isOutlined(fact)) return fact;
  let known = KNOWN.get(fact);
  if (known === undefined) KNOWN.set(fact, (known = outlineAndGlance(fact)));
  return known;
}

/** Both, made of the facts and not remembered. */
export function outlineAndGlance(fact: SourceFact): Pick<OutlinedSource, "glance" | "outline"> {
  if (isOutlined(fact)) return fact;
  const outline = readOutline(fact);
  return { outline, glance: readGlance(fact, outline) };
}

function isOutlined(fact: SourceFact): fact is OutlinedSource {
  return "outline" in fact;
}

function readGlance(fact: SourceFact, { calls, receivers }: SourceOutline): SourceGlance {
  const modules = new Set(fact.imports.map(({ module }) => module));
  for (const { from } of fact.exports) if (from !== null) modules.add(from.module);
  if (calls.some((name) => REQUIRING.has(name))) for (const module of requiredIn(fact)) modules.add(module);
  return {
    functions: fact.functions.length,
    sites: fact.functions.reduce((sum, one) => sum + one.calls.length, 0),
    modules: [...modules],
    touchesDocument: receivers.includes("document") && touchesDocument(fact),
  };
}

const REQUIRING: ReadonlySet<string> = new Set(["require", "import"]);

/** `app.use("/orders", require("./orders"))`: what is not bound to a name is no import. */
function requiredIn({ functions }: SourceFact): readonly string[] {
  return functions.flatMap(({ calls }) =>
    calls.flatMap(({ callee, args: [module] }) =>
      callee.kind === "name" && REQUIRING.has(callee.name) && module?.kind === "text" ? [module.value] : [],
    ),
  );
}

/** `document.querySelector(…)`: only a page has a document. */
function touchesDocument({ functions }: SourceFact): boolean {
  return functions.some(({ calls }) =>
    calls.some(
      ({ callee }) =>
        callee.kind === "member" && callee.object.kind === "name" && callee.object.name === "document" && DOM.test(callee.property),
    ),
  );
}

const DOM = /^(getElementById|querySelector(All)?|addEventListener|createElement|getElementsBy\w+)$/;

/** Every file is read so, and most have many calls: one walk, and no list in between. */
function readOutline(fact: SourceFact): SourceOutline {
  const collections = ownCollections(fact);
  const declared = new Set<string>();
  const calls = new Set<string>();
  const roots = new Set<string>();
  const receivers = new Set<string>();
  const passed = new Set<string>();
  const made = new Set<string>();
  const assigned = new Set<string>();
  let decorated = false;
  for (const fn of fact.functions) {
    declared.add(lastName(fn.name));
    decorated ||= fn.decorators.length > 0;
    for (const site of fn.calls) {
      const { callee, args } = site;
      calls.add(calledName(site, fn, collections));
      roots.add(rootName(callee));
      if (callee.kind === "member") receivers.add(calleeName(callee.object));
      for (const arg of args) addPassedNames(arg, passed);
    }
    if (fn.returnType !== null) made.add(awaited(fn.returnType));
    for (const { name } of fn.locals) if (name.includes(".") && !name.startsWith("this.")) assigned.add(name);
  }
  for (const { type } of fact.functions[0]?.locals ?? []) if (type !== null) made.add(awaited(type));
  return {
    declared: named(declared),
    calls: named(calls),
    roots: named(roots),
    receivers: named(receivers),
    passed: named(passed),
    aliases: aliasesOf(fact),
    made: named(made),
    behaviours: fact.types.filter(({ members }) => members.some(({ type }) => type?.name === "=>")).map(({ name }) => name),
    assigned: named(assigned),
    decorated,
  };
}

/** `create` of `OrdersService.create`. */
function lastName(dotted: string): string {
  return dotted.slice(dotted.lastIndexOf(".") + 1);
}

/** What has no name of its own stands in the set as an empty one. */
function named(names: Set<string>): readonly string[] {
  names.delete("");
  return [...names];
}

/** The last name of what is called: `get` in `this.http.get`, `fetch` in `fetch`; empty where there is none. */
export function calleeName(callee: Expr): string {
  if (callee.kind === "name") return callee.name;
  if (callee.kind === "member") return callee.property;
  if (callee.kind === "choice") return calleeName(callee.options[0] ?? { kind: "unknown" });
  return "";
}

/** The leftmost name of an expression: `this` in `this.http.get(url)`. */
export function rootName(expr: Expr): string {
  let at = expr;
  for (let depth = 0; depth < 64; depth += 1) {
    if (at.kind === "name") return at.name;
    if (at.kind === "member" || at.kind === "element") at = at.object;
    else if (at.kind === "call") at = at.callee;
    else return "";
  }
  return "";
}

/** What a type is about once it has come: `Orders` of `Promise<Orders>`. */
function awaited(type: TypeRef): string {
  return type.name === "Promise" ? (type.args[0] ?? type).name : type.name;
}

/** Calls of a function held as an argument: itself, in a list or an object, or bound. `named` gives names that stand alone another one. */
export function addPassedNames(expr: Expr, names: Set<string>, named = asIs, depth = 0): void {
  if (depth > 3) return;
  if (expr.kind === "name") names.add(named(expr.name));
  else if (expr.kind === "member") names.add(expr.property);
  else if (expr.kind === "object") for (const entry of expr.entries) addPassedNames(entry.value, names, named, depth + 1);
  else if (expr.kind === "array") for (const item of expr.items) addPassedNames(item, names, named, depth + 1);
  else if (expr.kind === "call" && expr.callee.kind === "member" && expr.callee.property === "bind") {
    addPassedNames(expr.callee.object, names, named, depth + 1);
  }
}

function asIs(name: string): string {
  return name;
}

// Other names

function aliasesOf(fact: SourceFact): readonly string[] {
  const pairs = new Map<string, Set<string>>();
  const add = (value: Expr | null, name: string): void => addAliases(pairs, value, name, 0);
  for (const { value, exported } of fact.exports) add(value, exported === "=" ? "default" : exported);
  for (const { fields } of fact.classes) for (const { value, name } of fields) add(value, name);
  for (const { locals, returns } of fact.functions) {
    for (const { value, name } of locals) add(value, lastName(name));
    for (const value of returns) if (value.kind === "object") add(value, "");
  }
  const flat: string[] = [];
  for (const [name, aliases] of pairs) for (const alias of aliases) flat.push(name, alias);
  return flat;
}

/** `const create = withLog(createOrder)`, `export default createOrder`, `{ create: createOrder }`. */
function addAliases(pairs: Map<string, Set<string>>, value: Expr | null, name: string, depth: number): void {
  if (value === null || depth > 3) return;
  if (value.kind === "name" || value.kind === "member") {
    const known = calleeName(value);
    if (known === name || name === "" || known === "") return;
    const aliases = pairs.get(known);
    if (aliases === undefined) pairs.set(known, new Set([name]));
    else aliases.add(name);
  } else if (value.kind === "object") {
    for (const entry of value.entries) addAliases(pairs, entry.value, entry.key, depth + 1);
  } else if (value.kind === "call" && name !== "default") {
    for (const arg of value.args) addAliases(pairs, arg, name, depth + 1);
  } else if (value.kind === "choice") {
    for (const option of value.options) addAliases(pairs, option, name, depth + 1);
  }
}

// Collections

const COLLECTIONS: ReadonlySet<string> = new Set(["Map", "Set", "WeakMap", "WeakSet"]);

/** Of each class the fields that hold a collection from the start and are given nothing else. */
function ownCollections(fact: SourceFact): ReadonlyMap<number, ReadonlyMap<string, string>> {
  const found = new Map<number, ReadonlyMap<string, string>>();
  const makers = fact.classes.filter(({ fields }) => fields.some((field) => collectionOf(field.value) !== null));
  if (makers.length === 0 || isOverwritten(fact)) return found;
  const assigned = new Set<string>();
  for (const { locals } of fact.functions) for (const { name } of locals) if (name.startsWith("this.")) assigned.add(name);
  for (const one of makers) found.set(one.id, collectionsIn(one, fact, assigned));
  return found;
}

function collectionsIn(of: ClassSummary, fact: SourceFact, assigned: ReadonlySet<string>): ReadonlyMap<string, string> {
  const taken = new Set([
    ...of.methods.map(({ name }) => name),
    ...of.methods.flatMap(({ function: id }) => fact.functions[id]?.parameters.flatMap((one) => (one.field ? [one.name] : [])) ?? []),
  ]);
  const fields = of.fields.filter(
    ({ name, static: isStatic }) =>
      !isStatic && !taken.has(name) && !assigned.has(`this.${name}`) && of.fields.filter((other) => other.name === name).length === 1,
  );
  return new Map(
    fields.flatMap(({ name, value }): [string, string][] => {
      const collection = collectionOf(value);
      return collection === null ? [] : [[name, collection]];
    }),
  );
}

function collectionOf(value: Expr | null): string | null {
  return value?.kind === "call" && value.construct && value.callee.kind === "name" && COLLECTIONS.has(value.callee.name)
    ? value.callee.name
    : null;
}

/** Whether the file means something of its own by the name of a collection. */
function isOverwritten({ imports, functions, classes, types }: SourceFact): boolean {
  const isTaken = ({ name }: { readonly name: string }): boolean => COLLECTIONS.has(name);
  return (
    imports.some(({ local }) => COLLECTIONS.has(local)) ||
    classes.some(isTaken) ||
    types.some(isTaken) ||
    functions.some(({ locals, parameters }) => locals.some(isTaken) || parameters.some(isTaken))
  );
}

function calledName({ callee }: CallSite, fn: FunctionSummary, collections: ReadonlyMap<number, ReadonlyMap<string, string>>): string {
  const name = calleeName(callee);
  if (
    fn.class === null ||
    callee.kind !== "member" ||
    callee.object.kind !== "member" ||
    callee.object.object.kind !== "name" ||
    callee.object.object.name !== "this"
  )
    return name;
  const collection = collections.get(fn.class)?.get(callee.object.property);
  return collection === undefined ? name : `${collection}#.${name}`;
}
