import type { ContractField, ContractType } from "../../facts/contract.js";
import type { ContractShapeField, EventContract } from "../contracts.js";
import type { Evidence } from "../evidence.js";
import { byText } from "../paths.js";
import type { ContractFile, ContractFiles } from "./references.js";

const MOST_FIELDS = 300;
const DEEPEST = 8;
/** References that are followed for one message: unions of unions multiply. */
const MOST_STEPS = 4000;

export type ContractShape = Pick<EventContract, "fields" | "reserved">;

/**
 * The fields of a message, through references in this file and others; bounded, and safe from types that hold themselves.
 * `name`: the definition that the type is of, where it is one.
 */
export function contractShape(type: ContractType, file: ContractFile, files: ContractFiles, name = ""): ContractShape {
  const reading = new Reading(files, `${file.path} ${name}`);
  reading.expand(type, file, { path: "", key: "", depth: 0 });
  return { fields: [...reading.fields.values()].sort((one, other) => byText(one.path, other.path)), reserved: reading.reserved };
}

interface Position {
  readonly path: string;
  readonly key: string;
  readonly depth: number;
}

/** A type as one text, and what else it says. */
interface Spelling {
  readonly text: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

class Reading {
  readonly fields = new Map<string, ContractShapeField>();
  readonly reserved: { within: string; from: number; to: number }[] = [];
  readonly #files: ContractFiles;
  readonly #busy = new Set<string>();
  #steps = 0;

  constructor(files: ContractFiles, own: string) {
    this.#files = files;
    this.#busy.add(own);
  }

  expand(type: ContractType, file: ContractFile, at: Position): void {
    this.#steps += 1;
    if (at.depth > DEEPEST || this.#steps > MOST_STEPS) return;
    switch (type.kind) {
      case "record":
        for (const { from, to } of type.reserved) this.reserved.push({ within: at.key, from, to });
        for (const field of type.fields) this.#field(field, file, at);
        return;
      case "list":
        return this.expand(type.of, file, { ...at, path: `${at.path}[]` });
      case "map":
        return this.expand(type.of, file, { ...at, path: `${at.path}{}` });
      case "all":
        return type.of.forEach((part) => this.expand(part, file, at));
      case "union":
        return this.#union(
          type.of.filter(({ kind }) => kind !== "null"),
          file,
          at,
        );
      case "reference":
        return this.#follow(type, file, (found, there) => this.expand(found, there, at));
      default:
    }
  }

  /** Of several shapes each is told by its name; those without one are not looked into. */
  #union(parts: readonly ContractType[], file: ContractFile, at: Position): void {
    if (parts.length === 1) return this.expand(parts[0]!, file, at);
    for (const part of parts) {
      if (part.kind !== "reference") continue;
      const name = part.to[0]?.split(/[./#]/).at(-1) ?? "";
      this.expand(part, file, { ...at, path: `${at.path}<${name}>`, key: `${at.key}<${name}>`, depth: at.depth + 1 });
    }
  }

  /** Goes to what a reference means, unless it is on the way there already. */
  #follow(type: ContractType & { kind: "reference" }, file: ContractFile, go: (type: ContractType, file: ContractFile) => void): void {
    const found = this.#files.definition(type, file);
    if (found === null) return;
    const id = `${found.file.path} ${found.definition.name}`;
    if (this.#busy.has(id)) return;
    this.#busy.add(id);
    go(found.definition.type, found.file);
    this.#busy.delete(id);
  }

  #field(field: ContractField, file: ContractFile, at: Position): void {
    const path = at.path === "" ? field.name : `${at.path}.${field.name}`;
    const own = field.number === null ? field.name : String(field.number);
    const key = at.key === "" ? own : `${at.key}.${own}`;
    if (this.fields.size >= MOST_FIELDS && !this.fields.has(key)) return;
    const { text, nullable, hasDefault } = this.#spelt(field.type, file, 0);
    const evidence = (lines: ContractField["lines"], note: string): Evidence => ({ path: file.path, ...lines, kind: "contract", note });
    this.fields.set(key, {
      path,
      key,
      type: text,
      optional: field.optional,
      nullable,
      aliases: field.aliases,
      hasDefault: field.hasDefault,
      hasDefaultValue: hasDefault,
      required: field.required === null ? null : evidence(field.required, `${path} is required`),
      evidence: evidence(field.lines, `field ${path}`),
    });
    this.expand(field.type, file, { path, key, depth: at.depth + 1 });
  }

  /** In canonical spelling: unions sorted, enums by their values, records as `object`. */
  #spelt(type: ContractType, file: ContractFile, depth: number): Spelling {
    const plain = (text: string): Spelling => ({ text, nullable: false, hasDefault: false });
    this.#steps += 1;
    if (depth > DEEPEST || this.#steps > MOST_STEPS) return plain("unknown");
    switch (type.kind) {
      case "plain":
        return plain(type.name);
      case "values":
        return { text: type.values.toSorted(byText).join("|"), nullable: false, hasDefault: type.hasDefault };
      case "record":
        return plain("object");
      case "list":
        return plain(`${this.#element(type.of, file, depth)}[]`);
      case "map":
        return plain(`map<${this.#spelt(type.of, file, depth + 1).text}>`);
      case "null":
        return { text: "", nullable: true, hasDefault: false };
      case "all":
        return type.of.map((part) => this.#spelt(part, file, depth + 1)).find(({ text }) => text !== "unknown") ?? plain("unknown");
      case "union":
        return this.#unionSpelt(type.of.map((part) => this.#spelt(part, file, depth + 1)));
      case "reference":
        return this.#referenceSpelt(type, file, depth);
      case "unknown":
        return plain("unknown");
    }
  }

  #element(type: ContractType, file: ContractFile, depth: number): string {
    const { text } = this.#spelt(type, file, depth + 1);
    return text.includes("|") ? `(${text})` : text;
  }

  #unionSpelt(parts: readonly Spelling[]): Spelling {
    const texts = new Set(parts.map(({ text }) => text).filter((text) => text !== ""));
    return {
      text: texts.has("unknown") ? "unknown" : [...texts].sort(byText).join("|"),
      nullable: parts.some(({ nullable }) => nullable),
      hasDefault: parts.some(({ hasDefault }) => hasDefault),
    };
  }

  #referenceSpelt(type: ContractType & { kind: "reference" }, file: ContractFile, depth: number): Spelling {
    const found = this.#files.definition(type, file);
    // A type of someone else's library is known by its name alone (`google.protobuf.Timestamp`).
    if (found === null)
      return {
        text: file.fact.format === "protobuf" ? (type.to.at(-1)?.split(".").at(-1) ?? "unknown") : "unknown",
        nullable: false,
        hasDefault: false,
      };
    return this.#spelt(found.definition.type, found.file, depth + 1);
  }
}
