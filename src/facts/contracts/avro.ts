import type { ContractDefinition, ContractFact, ContractField, ContractType } from "../contract.js";
import type { Extraction, Extractor, SourceText } from "../facts.js";
import { readJson } from "../json.js";
import { entry, get, isNull, items, text, texts, type YamlNode } from "../yaml-node.js";
import { UNKNOWN } from "./schema.js";

/** Avro schemas and protocols in JSON. */
export const avro: Extractor = {
  id: "avro",
  version: 1,
  accepts: (path) => /\.(?:avsc|avpr)$/i.test(path),
  extract: readAvro,
};

function readAvro(source: SourceText): Extraction {
  const { root, problems } = readJson(source);
  if (root === null) return { facts: [], unreadable: problems };
  const protocol = get(root, "protocol") !== undefined;
  const { definitions } = avroType(protocol ? get(root, "types") : root, text(get(root, "namespace")) ?? "");
  return { facts: definitions.length === 0 ? [] : [avroFact(definitions, root.lines)], unreadable: [] };
}

export function avroFact(
  definitions: readonly ContractDefinition[],
  lines: ContractFact["lines"],
  exchanged: readonly string[] = [],
): ContractFact {
  return { kind: "contract", lines, format: "avro", application: null, definitions, messages: [], channels: [], exchanged };
}

/** A schema as a type, and the named types that it declares, by full name. */
export function avroType(
  node: YamlNode | undefined,
  namespace = "",
): { readonly type: ContractType; readonly definitions: readonly ContractDefinition[] } {
  const reading = new Reading();
  const type = reading.type(node, namespace, true, 0);
  return { type, definitions: reading.definitions };
}

const PRIMITIVES = new Set(["boolean", "int", "long", "float", "double", "bytes", "string"]);
const DEEPEST = 24;

class Reading {
  readonly definitions: ContractDefinition[] = [];

  type(node: YamlNode | undefined, namespace: string, top: boolean, depth: number): ContractType {
    if (node === undefined || depth > DEEPEST) return UNKNOWN;
    if (node.kind === "sequence") {
      const all = node.items.map((part) => this.type(part, namespace, top, depth + 1));
      return { kind: "union", of: all };
    }
    if (node.kind === "scalar") return isNull(node) ? { kind: "null" } : avroName(node.text, namespace);
    const type = get(node, "type");
    // `{ "type": { "type": "record", … } }` wraps a schema once more.
    if (type !== undefined && type.kind !== "scalar") return this.type(type, namespace, top, depth + 1);
    switch (text(type)) {
      case "record":
      case "error":
        return this.#record(node, namespace, top, depth);
      case "enum":
        return this.#enum(node, namespace);
      case "fixed":
        return this.#named(node, namespace, { kind: "plain", name: "bytes" }, false);
      case "array":
        return { kind: "list", of: this.type(get(node, "items"), namespace, false, depth + 1) };
      case "map":
        return { kind: "map", of: this.type(get(node, "values"), namespace, false, depth + 1) };
      case null:
        return isNull(type) && type !== undefined ? { kind: "null" } : UNKNOWN;
      default:
        return avroName(text(type) ?? "", namespace);
    }
  }

  #record(node: YamlNode, namespace: string, top: boolean, depth: number): ContractType {
    const inner = namespaceOf(node, namespace);
    const fields = items(get(node, "fields")).flatMap((field) => {
      const name = text(get(field, "name"));
      return name === null ? [] : [this.#field(field, name, inner, depth)];
    });
    return this.#named(node, namespace, { kind: "record", fields, reserved: [] }, top);
  }

  #field(node: YamlNode, name: string, namespace: string, depth: number): ContractField {
    const hasDefault = entry(node, "default") !== undefined;
    return {
      name,
      type: this.type(get(node, "type"), namespace, false, depth + 1),
      optional: hasDefault,
      required: null,
      number: null,
      aliases: texts(get(node, "aliases")),
      hasDefault,
      lines: node.lines,
    };
  }

  #enum(node: YamlNode, namespace: string): ContractType {
    const values = texts(get(node, "symbols")).map((symbol) => JSON.stringify(symbol));
    return this.#named(node, namespace, { kind: "values", values, hasDefault: text(get(node, "default")) !== null }, false);
  }

  #named(node: YamlNode, namespace: string, type: ContractType, top: boolean): ContractType {
    const simple = text(get(node, "name"));
    if (simple === null) return type;
    const inner = namespaceOf(node, namespace);
    const name = simple.includes(".") ? simple : full(simple, inner);
    this.definitions.push({ name, titles: [], aliases: texts(get(node, "aliases")), type, top, lines: node.lines });
    return { kind: "reference", to: [name] };
  }
}

/** A type by its name: one of the format's own, or one that is declared somewhere. */
export function avroName(name: string, namespace: string): ContractType {
  if (name === "null") return { kind: "null" };
  if (PRIMITIVES.has(name)) return { kind: "plain", name };
  return name === "" ? UNKNOWN : { kind: "reference", to: name.includes(".") || namespace === "" ? [name] : [full(name, namespace), name] };
}

/** The namespace that names inside a type have. */
function namespaceOf(node: YamlNode, outer: string): string {
  const name = text(get(node, "name")) ?? "";
  return name.includes(".") ? name.slice(0, name.lastIndexOf(".")) : (text(get(node, "namespace")) ?? outer);
}

function full(name: string, namespace: string): string {
  return namespace === "" ? name : `${namespace}.${name}`;
}
