/**
 * What a settings file may hold, as data: the checker reads it and the JSON Schema for editors is made from it, so the two
 * cannot disagree.
 */
export type Shape =
  | { readonly kind: "choice"; readonly values: readonly string[]; readonly description: string }
  | { readonly kind: "text"; readonly pattern?: TextPattern; readonly description: string }
  | { readonly kind: "number"; readonly least: number; readonly whole: boolean; readonly description: string }
  | { readonly kind: "boolean"; readonly description: string }
  /** A value of a rule's option of which nothing is known: a number, a boolean, a text or several texts. */
  | { readonly kind: "option"; readonly description: string }
  /** A list; a single element may stand for a list of one. */
  | { readonly kind: "list"; readonly of: Shape; readonly description: string }
  | Fields
  /** Names chosen by the author, or out of `names` where that is given, to values of one or of several shapes. */
  | { readonly kind: "map"; readonly names: NameRule; readonly of: (name: string) => Shape; readonly description: string }
  /** A text in short, or fields in full. */
  | { readonly kind: "short-or-full"; readonly short: Shape; readonly full: Fields; readonly description: string };

export interface Fields {
  readonly kind: "fields";
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
  /** What keys besides these hold; without it there are none. */
  readonly others?: Shape;
  readonly description: string;
}

export interface NameRule {
  /** `service`, `rule`, `checklist line`: for messages. */
  readonly what: string;
  /** `null`: any name. */
  readonly known: readonly string[] | null;
}

export interface TextPattern {
  readonly expression: RegExp;
  /** How a value looks, for messages: `a date such as 2026-12-31`. */
  readonly looks: string;
  /** Numbers are taken as written: a fingerprint may happen to be all digits. */
  readonly digits?: boolean;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export type Schema = { readonly [key: string]: Json };

/** The shape as JSON Schema (draft 2020-12 keywords that draft-07 knows too). */
export function schemaOf(shape: Shape): Schema {
  const { description } = shape;
  switch (shape.kind) {
    case "choice":
      return { description, enum: shape.values };
    case "text":
      return { description, ...textSchema(shape.pattern) };
    case "number":
      return { description, type: shape.whole ? "integer" : "number", minimum: shape.least };
    case "boolean":
      return { description, type: "boolean" };
    case "option":
      return { description, type: ["number", "boolean", "string", "array"], items: { type: "string" } };
    case "list":
      return { description, anyOf: [{ type: "array", items: schemaOf(shape.of) }, schemaOf(shape.of)] };
    case "map":
      return { description, type: "object", ...mapSchema(shape.names, shape.of) };
    case "short-or-full":
      return { description, anyOf: [schemaOf(shape.short), schemaOf(shape.full)] };
    default:
      return { description, ...fieldsSchema(shape) };
  }
}

function fieldsSchema({ fields, required, others }: Fields): Schema {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, schemaOf(field)]));
  return {
    type: "object",
    properties,
    additionalProperties: others === undefined ? false : schemaOf(others),
    ...(required.length > 0 ? { required } : {}),
  };
}

function textSchema(pattern: TextPattern | undefined): Schema {
  if (pattern === undefined) return { type: "string", minLength: 1 };
  return { type: pattern.digits === true ? ["string", "number"] : "string", pattern: pattern.expression.source };
}

function mapSchema(names: NameRule, of: (name: string) => Shape): Schema {
  if (names.known === null) return { additionalProperties: schemaOf(of("")) };
  const properties = Object.fromEntries(names.known.map((name) => [name, schemaOf(of(name))]));
  return { properties, additionalProperties: false };
}
