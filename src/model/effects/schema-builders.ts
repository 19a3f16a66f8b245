import type { Expr } from "../../facts/source.js";
import type { Denotation, DenotationOf, Invocation, Program, WrittenType } from "../code/denotation.js";
import { isInferred } from "../code/types.js";
import type { Place } from "../evidence.js";
import { canonicalPath } from "../libraries/patterns.js";
import { SCHEMA_NAMESPACES, SCHEMA_OPERATIONS, SCHEMA_PACKAGES, SCHEMA_TYPES } from "../libraries/schemas.js";
import { inside, unionOf } from "./field-types.js";
import { changed, chosen, fieldOf, merged, plain, united, type Schema } from "./schema.js";
import { literalOf } from "./values.js";

/** So many schemas are read for one message: deep ones that share their parts would take forever. */
const MOST_SCHEMAS = 400;

/** The schema that a value was built as, or was checked with (`orderPlaced.parse(event)`); `null` for other values. */
export function schemaOf(value: Denotation, program: Program): Schema | null {
  return new SchemaReader(program).schema(value);
}

/** The schema behind `z.infer<typeof orderPlaced>`, `Static<…>` and `t.TypeOf<…>`; `null` for other types. */
export function inferredSchema({ type, file }: WrittenType, program: Program): Schema | null {
  return isInferred(type) ? schemaOf(program.denoteType({ file, type: type.args[0]! }), program) : null;
}

/** An expression among a builder's arguments, and the call in whose scope it stands. */
interface Part {
  readonly arg: Expr;
  readonly at: Invocation;
}

class SchemaReader {
  readonly #program: Program;
  #left = MOST_SCHEMAS;

  constructor(program: Program) {
    this.#program = program;
  }

  schema(value: Denotation): Schema | null {
    this.#left -= 1;
    if (this.#left < 0) return null;
    if (value.kind === "object") return this.#object(value);
    if (value.kind !== "library" || !SCHEMA_PACKAGES.has(value.path.module)) return null;
    const calls = [...value.path.calls];
    let made: Schema | null = null;
    for (const step of canonicalPath(value.path.path).split(".")) {
      if (SCHEMA_NAMESPACES.has(step)) continue;
      const call = step.endsWith("()") ? calls.shift() : undefined;
      const name = step.replace("()", "").toLowerCase();
      // Methods on what is built: `.uuid()` of a text narrows it, `z.uuid()` is one.
      const text = made === null ? SCHEMA_TYPES.get(name) : undefined;
      const field: Schema | null = made === null || call !== undefined ? null : fieldOf(made, step);
      if (text !== undefined) made = plain(text);
      else if (field !== null) made = field;
      else if (call === undefined) return null;
      else made = this.#built(name, made, call);
      if (made === null) return null;
    }
    return made;
  }

  /** What a builder makes of its arguments, or a method of the schema that it is called on: `z.array(x)` is `x.array()`. */
  #built(name: string, receiver: Schema | null, call: Invocation): Schema | null {
    const first = this.#listed(call, 0);
    const made = receiver ?? this.#argument(first[0]);
    const before = receiver === null ? [] : [receiver];
    switch (SCHEMA_OPERATIONS.get(name)) {
      case "values":
        return plain(this.#literals(first));
      case "one":
        return name === "discriminatedunion"
          ? united(this.#arguments(this.#listed(call, 1)), this.#key(first[0]))
          : united([...before, ...this.#arguments(first)]);
      case "all":
        return merged([
          ...before,
          ...this.#arguments(name === "intersection" && first.length < 2 ? [...first, ...this.#listed(call, 1)] : first),
        ]);
      case "some":
        return made === null
          ? null
          : chosen(name, made, this.#keys(receiver !== null ? first : /^(pick|omit)$/.test(name) ? this.#listed(call, 1) : []));
      case "other":
        return this.#argument(this.#listed(call, name === "preprocess" ? 1 : 0)[0]) ?? plain("unknown");
      case undefined:
        return changed(name, made);
    }
  }

  #key(part: Part | undefined): string | null {
    return part === undefined ? null : literalOf(this.#program.denote(part.arg, part.at.scope, part.at.place));
  }

  /** An argument, or each of a list's. Later ones are mostly options and names, which say nothing of the shape. */
  #listed(call: Invocation, index: number): readonly Part[] {
    const arg = call.args[index];
    if (arg === undefined) return [];
    const value = this.#program.denote(arg, call.scope, call.place);
    return value.kind === "array" ? value.items.map((item) => ({ arg: item, at: { ...call, scope: value.scope } })) : [{ arg, at: call }];
  }

  #arguments(parts: readonly Part[]): readonly (Schema | null)[] {
    return parts.map((part) => this.#argument(part));
  }

  #argument(part: Part | undefined): Schema | null {
    if (part === undefined) return null;
    const { arg, at } = part;
    const made = this.schema(this.#program.denote(arg, at.scope, at.place));
    if (arg.kind !== "object" || arg.spreads.length === 0 || made === null) return made;
    return merged([...arg.spreads.map((spread) => this.#argument({ arg: spread, at })), { ...made, open: false }]);
  }

  #object(value: DenotationOf<"object">): Schema {
    const fields = [...value.entries].flatMap(([name, entry]) => {
      const at: Place = { path: entry.scope.file.path, startLine: entry.line, endLine: entry.line };
      const made = this.schema(this.#program.denote(entry.value, entry.scope, at)) ?? plain("unknown");
      const own = { path: name, type: made.text, optional: made.optional, nullable: made.nullable, at };
      return [own, ...made.fields.map((field) => ({ ...field, path: inside(name, field.path) }))];
    });
    return { ...plain("object"), fields, open: value.open };
  }

  /** Literals as a union type; an enum is an object of them. */
  #literals(values: readonly Part[]): string {
    const texts = values.flatMap(({ arg, at }) => {
      const value = this.#program.denote(arg, at.scope, at.place);
      if (value.kind !== "object") return [literalText(value)];
      return [...value.entries.values()].map((entry) => literalText(this.#program.denote(entry.value, entry.scope)));
    });
    return texts.length === 0 || texts.includes("unknown") ? "unknown" : unionOf(texts) || texts[0]!;
  }

  /** `{ total: true }` of zod, `["total"]` of TypeBox. */
  #keys(values: readonly Part[]): ReadonlySet<string> {
    const names = values.flatMap(({ arg, at }) => {
      const value = this.#program.denote(arg, at.scope, at.place);
      return value.kind === "object" ? [...value.entries.keys()] : [literalOf(value) ?? ""];
    });
    return new Set(names);
  }
}

function literalText(value: Denotation): string {
  if (value.kind === "number" || value.kind === "boolean") return String(value.value);
  const text = literalOf(value);
  return value.kind === "null" ? "null" : text === null ? "unknown" : JSON.stringify(text);
}
