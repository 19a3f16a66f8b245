/** Packages whose values are schemas, from which the types of messages are derived. */
export const SCHEMA_PACKAGES: ReadonlySet<string> = new Set(["zod", "io-ts", "@sinclair/typebox", "typebox"]);

/** Steps of a path that build nothing: where builders are found, the fields of a built object, and a checked value in its result. */
export const SCHEMA_NAMESPACES: ReadonlySet<string> = new Set([
  "z",
  "t",
  "Type",
  "Value",
  "coerce",
  "iso",
  "shape",
  "props",
  "properties",
  "data",
]);

/** Builders without parts by the type that they let through, in lower case: `Type.String()` is `z.string()` is `t.string`. */
export const SCHEMA_TYPES: ReadonlyMap<string, string> = byWord({
  string: "string uuid guid email url datetime date time duration cuid cuid2 ulid nanoid base64 jwt ipv4 ipv6 templateliteral uint8array",
  number: "number int integer int32 float32 float64 nan",
  boolean: "boolean stringbool",
  bigint: "bigint",
  object: "record map unknownrecord",
  null: "null nulltype",
  undefined: "undefined void",
  unknown: "any unknown never custom instanceof lazy recursion transform json",
});

/** What a builder of several parts gives: one of its values, one of its schemas, all of them at once, some fields of one, or another schema. */
export const SCHEMA_OPERATIONS: ReadonlyMap<string, "values" | "one" | "all" | "some" | "other"> = byWord({
  values: "literal enum nativeenum",
  one: "union or discriminatedunion",
  all: "intersection intersect composite and extend safeextend merge",
  some: "pick omit partial required deeppartial",
  other: "pipe preprocess",
});

function byWord<K extends string>(words: Readonly<Record<K, string>>): ReadonlyMap<string, K> {
  return new Map((Object.keys(words) as K[]).flatMap((key) => words[key].split(" ").map((word) => [word, key] as const)));
}
