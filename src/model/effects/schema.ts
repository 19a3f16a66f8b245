import type { EventField } from "../event-field.js";
import type { Place } from "../evidence.js";
import { DISCRIMINANTS, inside, unionOf } from "./field-types.js";

/** What a schema of zod, io-ts or TypeBox says of the values that it lets through. */
export interface Schema {
  readonly text: string;
  readonly optional: boolean;
  readonly nullable: boolean;
  /** By their paths in the value, each with the line that declares it. */
  readonly fields: readonly (Omit<EventField, "evidence"> & { readonly at: Place })[];
  /** Part of it could not be read: there may be more fields. */
  readonly open: boolean;
}

/** A schema of values without fields. */
export function plain(text: string): Schema {
  return { text, optional: text === "undefined", nullable: text === "null", fields: [], open: false };
}

function topOf(path: string): string {
  return path.replace(/[.[<].*$/s, "");
}

/** What the libraries' words for one schema make of it; most of them only narrow its values. */
export function changed(name: string, made: Schema | null): Schema | null {
  if (made === null) return name === "array" || name === "readonlyarray" ? plain("unknown[]") : null;
  switch (name) {
    case "array":
    case "readonlyarray":
    case "set":
      return { ...made, ...plain(`${made.text}[]`), fields: made.fields.map((field) => ({ ...field, path: inside("[]", field.path) })) };
    case "tuple":
      return plain(`${made.text}[]`);
    case "transform":
      return plain("unknown");
    case "optional":
      return { ...made, optional: true };
    case "nullable":
      return { ...made, nullable: true };
    case "nullish":
      return { ...made, optional: true, nullable: true };
    case "default":
    case "catch":
      return { ...made, optional: false };
    case "keyof":
      return plain(unionOf(made.fields.map(({ path }) => JSON.stringify(topOf(path)))));
    default:
      return made;
  }
}

/** Without keys all fields are meant, of which those of `pick` and `omit` always have some. */
export function chosen(name: string, made: Schema, keys: ReadonlySet<string>): Schema {
  const meant = (path: string): boolean => keys.has(topOf(path));
  if (name === "pick" || name === "omit") return { ...made, fields: made.fields.filter(({ path }) => meant(path) === (name === "pick")) };
  if (name === "deeppartial") return { ...made, fields: made.fields.map((field) => ({ ...field, optional: true })) };
  const fields = made.fields.map((field) =>
    field.path === topOf(field.path) && (keys.size === 0 || meant(field.path)) ? { ...field, optional: name === "partial" } : field,
  );
  return { ...made, fields };
}

/** Of two fields with one name the later one counts. */
export function merged(parts: readonly (Schema | null)[]): Schema {
  const fields = new Map(parts.flatMap((part) => part?.fields ?? []).map((field) => [field.path, field] as const));
  return { ...plain("object"), fields: [...fields.values()], open: parts.some((part) => part === null || part.open) };
}

/** Several objects are told apart by the value of a field; where one has none, they are not looked into. `by`: the field, where it is named. */
export function united(parts: readonly (Schema | null)[], by: string | null = null): Schema {
  const known = parts.map((part) => part ?? plain("unknown"));
  const flags = { optional: known.some((part) => part.optional), nullable: known.some((part) => part.nullable) };
  const valued = known.filter(({ text }) => text !== "null" && text !== "undefined");
  const texts = known.map(({ text }) => text);
  const whole = { ...plain(texts.includes("unknown") ? "unknown" : unionOf(texts)), ...flags };
  if (valued.length === 1) return { ...whole, fields: valued[0]!.fields, open: valued[0]!.open };
  const names = valued.map((part) => discriminantOf(part, by));
  if (names.includes(null) || new Set(names).size < names.length) return { ...whole, open: true };
  const fields = valued.flatMap((part, index) => part.fields.map((field) => ({ ...field, path: inside(`<${names[index]}>`, field.path) })));
  return { ...whole, fields, open: valued.some(({ open }) => open) };
}

/** The schema of a field of what another lets through; `null` where it has none of that name. */
export function fieldOf({ fields }: Schema, name: string): Schema | null {
  const own = fields.find(({ path }) => path === name);
  if (own === undefined) return null;
  const inner = fields.filter(({ path }) => path !== name && topOf(path) === name);
  return {
    text: own.type,
    optional: own.optional,
    nullable: own.nullable,
    fields: inner.map((field) => ({ ...field, path: field.path.slice(name.length).replace(/^\./, "") })),
    open: false,
  };
}

function discriminantOf({ fields }: Schema, by: string | null): string | null {
  const literals = (by === null ? DISCRIMINANTS : [by]).map((name) => fields.find(({ path }) => path === name)?.type ?? "");
  return literals.find((text) => /^"[^"|]*"$/.test(text))?.slice(1, -1) ?? null;
}
