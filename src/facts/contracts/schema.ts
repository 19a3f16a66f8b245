import type { ContractDefinition, ContractField, ContractType } from "../contract.js";
import { entries, flag, get, isNull, items, text, texts, type YamlMap, type YamlNode } from "../yaml-node.js";

const DEEPEST = 24;
export const UNKNOWN: ContractType = { kind: "unknown" };
const NULL: ContractType = { kind: "null" };

/** What a JSON Schema (any draft, and OpenAPI's dialect) says of a value. */
export function schemaType(node: YamlNode | undefined, depth = 0): ContractType {
  if (node?.kind !== "map" || depth > DEEPEST) return UNKNOWN;
  const parts = [referenced(node), ...allOf(node, depth), own(node, depth), alternatives(node, depth)].filter((part) => part !== null);
  const type = parts.length === 0 ? UNKNOWN : parts.length === 1 ? parts[0]! : ({ kind: "all", of: parts } as const);
  return flag(get(node, "nullable")) === true ? { kind: "union", of: [type, NULL] } : type;
}

function referenced(node: YamlMap): ContractType | null {
  const to = text(get(node, "$ref"));
  return to === null ? null : { kind: "reference", to: [to] };
}

function allOf(node: YamlMap, depth: number): readonly ContractType[] {
  return items(get(node, "allOf")).map((part) => schemaType(part, depth + 1));
}

function alternatives(node: YamlMap, depth: number): ContractType | null {
  const options = [...items(get(node, "oneOf")), ...items(get(node, "anyOf"))];
  // `anyOf: [{ required: [a] }, …]` says which fields come together, and nothing of their types.
  const typed = options.filter((option) =>
    ["type", "$ref", "properties", "enum", "const", "allOf", "oneOf", "anyOf"].some((key) => get(option, key) !== undefined),
  );
  return typed.length === 0 || typed.length < options.length
    ? null
    : { kind: "union", of: typed.map((option) => schemaType(option, depth + 1)) };
}

function own(node: YamlMap, depth: number): ContractType | null {
  const values = get(node, "enum") ?? get(node, "const");
  const names = texts(get(node, "type"));
  if (values !== undefined) return literals(values.kind === "sequence" ? values.items : [values], names);
  const types = names.length === 0 && get(node, "properties") !== undefined ? ["object"] : names;
  const found = types.map((name) => typeCalled(name, node, depth));
  // The type "null" may stand unquoted.
  const nulls =
    names.length === 0 && get(node, "type") !== undefined && isNull(get(node, "type"))
      ? [NULL]
      : items(get(node, "type"))
          .filter(isNull)
          .map(() => NULL);
  const all = [...found, ...nulls];
  return all.length === 0 ? null : all.length === 1 ? all[0]! : { kind: "union", of: all };
}

function literals(values: readonly YamlNode[], types: readonly string[]): ContractType {
  const spelt = values.flatMap((value) => {
    const written = text(value);
    if (written === null || value.kind !== "scalar") return [];
    const isText = value.quoted || types.includes("string") || !/^(-?\d[\d.eE+-]*|true|false)$/.test(written);
    return [isText ? JSON.stringify(written) : written];
  });
  const type: ContractType = { kind: "values", values: [...new Set(spelt)], hasDefault: false };
  return values.some(isNull) ? { kind: "union", of: [type, NULL] } : type;
}

function typeCalled(name: string, node: YamlMap, depth: number): ContractType {
  if (name === "null") return NULL;
  if (name === "array") return { kind: "list", of: schemaType(get(node, "items"), depth + 1) };
  if (name !== "object") return { kind: "plain", name };
  const properties = get(node, "properties");
  if (properties !== undefined) return { kind: "record", fields: fieldsOf(node, depth), reserved: [] };
  const rest = get(node, "additionalProperties");
  return rest?.kind === "map" ? { kind: "map", of: schemaType(rest, depth + 1) } : { kind: "plain", name };
}

function fieldsOf(node: YamlMap, depth: number): readonly ContractField[] {
  const required = new Map(
    items(get(node, "required")).flatMap((item) => (text(item) === null ? [] : [[text(item)!, item.lines] as const])),
  );
  return entries(get(node, "properties")).map(({ key, value, lines }) => ({
    name: key,
    type: schemaType(value, depth + 1),
    optional: !required.has(key),
    required: required.get(key) ?? null,
    number: null,
    aliases: [],
    hasDefault: false,
    lines,
  }));
}

/** The schema itself as `#`, and those that stand below it for others to refer to. */
export function schemaDefinitions(root: YamlNode, top: boolean): readonly ContractDefinition[] {
  const named = ["title", "$id", "id"].flatMap((key) => text(get(root, key)) ?? []);
  const below = ["definitions", "$defs"].flatMap((key) => definitionsIn(get(root, key), `#/${key}`));
  return [{ name: "#", titles: named, aliases: [], type: schemaType(root), top, lines: root.lines }, ...below];
}

/** A map of schemas, each by its pointer. */
export function definitionsIn(node: YamlNode | undefined, at: string): readonly ContractDefinition[] {
  return entries(node).map(({ key, value, lines }) => ({
    name: `${at}/${pointerPart(key)}`,
    titles: [],
    aliases: [],
    type: schemaType(value),
    top: false,
    lines,
  }));
}

/** A key as it stands in a JSON pointer. */
export function pointerPart(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
