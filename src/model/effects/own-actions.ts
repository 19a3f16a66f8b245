import type { Expr } from "../../facts/source.js";
import type { Denotation, DenotationOf, ObjectMember, Program } from "../code/denotation.js";
import { functionsOf } from "./handler.js";
import { members, moleculerCall, schemasOf, type Schema } from "./moleculer.js";
import { functionKey, type FunctionAt, type SiteAt } from "./sites.js";

const MAX_MIXINS = 3;
/** Packages whose mixin gives a service an adapter for its table, and methods over it. */
const TABLE_MIXINS: ReadonlySet<string> = new Set(["moleculer-db", "@moleculer/database"]);
const TABLE_METHODS = ["_create", "_insert", "_update", "_remove", "createEntity", "createEntities", "updateEntity", "removeEntity"];
/** Stands for a value in the scope that holds it: nothing can be called so. */
const HELD = "...held";

/** What a Moleculer service is to itself: `this` in its functions, and its own actions, which do not leave the process. */
export class OwnActions {
  readonly #program: Program;
  /** `null` for a function that several services have. */
  readonly #selves = new Map<number, Denotation | null>();
  readonly #actions = new Map<string, readonly FunctionAt[]>();

  constructor(program: Program) {
    this.#program = program;
    for (const schema of schemasOf(program)) this.#read(schema);
  }

  /** `this` in a function of a service. */
  self(at: FunctionAt): Denotation | null {
    return this.#selves.size === 0 ? null : (this.#selves.get(functionKey(at)) ?? null);
  }

  /** What `ctx.call("orders.log", …)` runs in the process that has the action. */
  called({ site: { callee, args }, file }: SiteAt): readonly FunctionAt[] {
    const [action] = this.#actions.size === 0 ? [] : args;
    if (action?.kind !== "text" || moleculerCall(callee, args)?.known.knowledge.kind !== "call") return [];
    return this.#actions.get(`${file.service} ${action.value}`) ?? [];
  }

  #read(schema: Schema): void {
    const { file, name } = schema;
    const parts = this.#parts(schema.value, 0);
    const self = this.#selfOf(schema, parts);
    for (const { value } of parts) {
      if (value.kind !== "object") continue;
      const actions = members(value, "actions", this.#program);
      for (const [action, , functions] of actions) this.#actions.set(`${file.service} ${name}.${action}`, functions);
      const others = [...members(value, "methods", this.#program), ...members(value, "events", this.#program)];
      for (const [, , functions] of [...actions, ...others]) for (const fn of functions) this.#keep(fn, self);
      for (const hook of ["created", "started", "stopped"])
        if (value.entries.has(hook))
          for (const fn of functionsOf(this.#program.calleesOf(this.#program.member(value, hook)))) this.#keep(fn, self);
    }
  }

  #keep(fn: FunctionAt, self: Denotation): void {
    const key = functionKey(fn);
    const known = this.#selves.get(key);
    this.#selves.set(key, known === undefined || known === self ? self : null);
  }

  /** The schema and what is mixed into it, the farthest first. */
  #parts(value: Denotation, depth: number): readonly { readonly value: Denotation }[] {
    if (value.kind !== "object") return [{ value }];
    const mixins = value.entries.has("mixins") && depth < MAX_MIXINS ? this.#program.member(value, "mixins") : null;
    const mixed = mixins?.kind === "array" ? mixins.items.map((item) => this.#program.denote(item, mixins.scope)) : [];
    return [...mixed.flatMap((one) => this.#parts(one, depth + 1)), { value }];
  }

  #selfOf({ file, name }: Schema, parts: readonly { readonly value: Denotation }[]): Denotation {
    const entries = new Map<string, ObjectMember>();
    const actions = new Map<string, ObjectMember>();
    for (const { value } of parts) {
      if (value.kind === "library" && TABLE_MIXINS.has(value.path.module)) this.#addTable(entries, { file, name });
      if (value.kind !== "object") continue;
      for (const [key, entry] of value.entries) entries.set(key, entry);
      for (const [key, entry] of this.#group(value, "methods")) entries.set(key, entry);
      for (const [key, entry] of this.#group(value, "actions")) actions.set(key, entry);
    }
    entries.set("actions", this.#held({ kind: "object", entries: actions, open: true, assumed: false, trail: [] }, file, 1));
    return { kind: "object", entries, open: true, assumed: false, trail: [] };
  }

  /** Of `{ params, handler() { … } }` the handler. */
  #group(value: DenotationOf<"object">, name: string): readonly (readonly [string, ObjectMember])[] {
    const group = value.entries.has(name) ? this.#program.member(value, name) : null;
    if (group?.kind !== "object") return [];
    return [...group.entries].map(([key, entry]) => {
      const one = this.#program.member(group, key);
      return [key, (one.kind === "object" ? one.entries.get("handler") : undefined) ?? entry];
    });
  }

  #addTable(entries: Map<string, ObjectMember>, { file, name }: Pick<Schema, "file" | "name">): void {
    const scope = this.#program.scopeOf(file, file.fact.functions[0]!);
    const named: Expr = { kind: "text", value: name.slice(name.lastIndexOf(".") + 1) };
    const calls = [{ args: [named], scope, place: { path: file.path, startLine: 1, endLine: 1 } }];
    const adapter: Denotation = {
      kind: "library",
      path: { module: "moleculer-db", subpath: "", path: "Adapter#", calls, typeArgs: [], declared: false },
      trail: [],
    };
    entries.set("adapter", this.#held(adapter, file, 1));
    for (const method of TABLE_METHODS) entries.set(method, this.#held(this.#program.member(adapter, method), file, 1));
  }

  #held(value: Denotation, file: Schema["file"], line: number): ObjectMember {
    const scope = this.#program.scopeOf(file, file.fact.functions[0]!, { bindings: new Map([[HELD, value]]) });
    return { value: { kind: "name", name: HELD }, scope, line };
  }
}
