import type { ContractDefinition, ContractFact, ContractField, ContractType, ReservedNumbers } from "../contract.js";
import type { Extraction, Extractor, SourceText, Unreadable } from "../facts.js";
import { LineIndex } from "../json.js";
import { afterBlock, tokenize, type Token } from "../proto-tokens.js";

/** The messages and enums of a Protobuf file. */
export const protobuf: Extractor = {
  id: "proto-messages",
  version: 3,
  accepts: (path) => path.endsWith(".proto"),
  extract: readProtobuf,
};

function readProtobuf(source: SourceText): Extraction {
  if (!/\bmessage\b/.test(source.text)) return { facts: [], unreadable: [] };
  const reading = new Reading(source.text.replace(/^\uFEFF/, " "));
  reading.file();
  return { facts: reading.definitions.length === 0 ? [] : [reading.fact()], unreadable: reading.unreadable };
}

const SCALARS = new Set([
  "double",
  "float",
  "int32",
  "int64",
  "uint32",
  "uint64",
  "sint32",
  "sint64",
  "fixed32",
  "fixed64",
  "sfixed32",
  "sfixed64",
  "bool",
  "string",
  "bytes",
]);
const LABELS = new Set(["optional", "required", "repeated"]);
const DEEPEST = 12;
/** Longer ones are no names: each reference has one of every scope around it in front. */
const LONGEST_NAME = 200;
const LONGEST_PACKAGE = 300;
/** `reserved 5 to max;` */
const LARGEST = 536_870_911;

interface Body {
  readonly fields: ContractField[];
  readonly reserved: ReservedNumbers[];
}

class Reading {
  readonly definitions: ContractDefinition[] = [];
  readonly unreadable: Unreadable[] = [];
  readonly #exchanged = new Set<string>();
  readonly #tokens: readonly Token[];
  readonly #index: LineIndex;
  readonly #end: number;
  #package = "";
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
    this.#index = new LineIndex(text);
    this.#end = Math.max(0, text.length - 1);
  }

  fact(): ContractFact {
    const lines = { startLine: 1, endLine: this.#index.at(this.#end) };
    return {
      kind: "contract",
      lines,
      format: "protobuf",
      application: null,
      definitions: this.definitions,
      messages: [],
      channels: [],
      exchanged: [...this.#exchanged],
    };
  }

  file(): void {
    while (this.#at < this.#tokens.length) {
      const word = this.#text();
      if (word === "package") {
        this.#package ||= this.#packageName(this.#text(1));
        this.#at += 2;
      } else if (!this.#declaration(word, this.#package, 0)) {
        if (word === "service" && this.#text(2) === "{") this.#service();
        else if (word === "extend" && this.#text(2) === "{") this.#extension();
        else if (word === "{") this.#at = afterBlock(this.#tokens, this.#at + 1);
        else this.#at += 1;
      }
    }
  }

  #packageName(name: string): string {
    if (name.length <= LONGEST_PACKAGE) return name;
    this.unreadable.push({ line: this.#index.at(this.#tokens[this.#at]!.offset), reason: "the package's name is too long to be one" });
    return "";
  }

  #text(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.text ?? "";
  }

  /** Reads a message or an enum, if one begins here. */
  #declaration(word: string, scope: string, depth: number): boolean {
    if ((word !== "message" && word !== "enum") || this.#text(2) !== "{" || !isName(this.#text(1), /^\w+$/)) return false;
    const start = this.#tokens[this.#at]!;
    const name = scope === "" ? this.#text(1) : `${scope}.${this.#text(1)}`;
    this.#at += 3;
    const slot = this.definitions.length;
    const type: ContractType = word === "enum" ? this.#enum() : this.#message(name, depth);
    const end = this.#tokens[this.#at - 1];
    const closed = end?.text === "}";
    if (!closed) this.unreadable.push({ line: this.#index.at(start.offset), reason: `${word} ${this.#name(name)} has no closing brace` });
    const lines = this.#index.span(start.offset, (closed ? end.offset : this.#end) + 1);
    // Before those that stand inside it.
    this.definitions.splice(slot, 0, { name, titles: [], aliases: [], type, top: depth === 0 && word === "message", lines });
    return true;
  }

  #name(full: string): string {
    return full.slice(full.lastIndexOf(".") + 1);
  }

  #message(name: string, depth: number): ContractType {
    const body: Body = { fields: [], reserved: [] };
    // Braces of `oneof`, whose fields are the message's own.
    let open = 1;
    while (open > 0 && this.#at < this.#tokens.length) {
      const word = this.#text();
      if (word === "oneof" && this.#text(2) === "{") {
        open += 1;
        this.#at += 3;
      } else if (word === "}") {
        open -= 1;
        this.#at += 1;
      } else if (depth >= DEEPEST || !this.#declaration(word, name, depth + 1)) {
        this.#member(word, name, body);
      }
    }
    return { kind: "record", ...body };
  }

  #member(word: string, scope: string, body: Body): void {
    if (word === "reserved") {
      this.#reserved(body);
    } else if (word === "{") {
      this.#at = afterBlock(this.#tokens, this.#at + 1);
    } else if (word === "option" || word === "extensions") {
      this.#statement();
    } else if (!this.#field(scope, body)) {
      this.#at += 1;
    }
  }

  /** `optional string id = 1 [deprecated = true];`, `map<string, Item> items = 2;`. */
  #field(scope: string, body: Body): boolean {
    const start = this.#at;
    const label = LABELS.has(this.#text()) ? this.#text() : "";
    let at = label === "" ? 0 : 1;
    const isMap = this.#text(at) === "map" && this.#text(at + 1) === "<";
    const typeName = isMap ? this.#text(at + 4) : this.#text(at);
    at += isMap ? 6 : 1;
    const name = this.#text(at);
    const number = Number(this.#text(at + 2));
    if (!isName(typeName, /^[\w.]+$/) || !/^\w+$/.test(name) || this.#text(at + 1) !== "=" || !Number.isInteger(number)) return false;
    this.#at += at;
    this.#statement();
    const plain = typeOf(typeName, scope);
    const type: ContractType = isMap ? { kind: "map", of: plain } : label === "repeated" ? { kind: "list", of: plain } : plain;
    const end = this.#tokens[this.#at - 1]!;
    const lines = this.#index.span(this.#tokens[start]!.offset, end.offset + end.text.length);
    body.fields.push({ name, type, optional: label !== "required", required: null, number, aliases: [], hasDefault: false, lines });
    return true;
  }

  #reserved(body: Body): void {
    const end = this.#statement();
    const words = end.map(({ text }) => text);
    words.forEach((word, index) => {
      if (!/^\d+$/.test(word) || words[index - 1] === "to") return;
      const to = words[index + 1] === "to" ? words[index + 2] : word;
      body.reserved.push({ from: Number(word), to: to === "max" ? LARGEST : Number(to) });
    });
  }

  /** Goes behind the next semicolon that is outside brackets, or before a brace that closes the block. */
  #statement(): readonly Token[] {
    const start = this.#at;
    let depth = 0;
    while (this.#at < this.#tokens.length) {
      const word = this.#text();
      if (depth === 0 && word === "}") break;
      this.#at += 1;
      if (word === "[" || word === "{") depth += 1;
      else if (word === "]" || word === "}") depth -= 1;
      else if (word === ";" && depth <= 0) break;
    }
    return this.#tokens.slice(start, this.#at);
  }

  #enum(): ContractType {
    const values: string[] = [];
    while (this.#at < this.#tokens.length && this.#text() !== "}") {
      if (/^[A-Za-z_]\w*$/.test(this.#text()) && this.#text(1) === "=") values.push(JSON.stringify(this.#text()));
      this.#statement();
    }
    this.#at += 1;
    return { kind: "values", values, hasDefault: false };
  }

  /** What annotates a file of this language (`extend google.protobuf.FileOptions`) is no message of the system's. */
  #extension(): void {
    const isOfLanguage = /^\.?google\.protobuf\.\w+Options$/.test(this.#text(1));
    const end = afterBlock(this.#tokens, this.#at + 3);
    const body: Body = { fields: [], reserved: [] };
    this.#at += 3;
    while (this.#at < end) if (!this.#field(this.#package, body)) this.#at += 1;
    if (!isOfLanguage) return;
    for (const name of body.fields.flatMap(({ type }) => referencesOf(type))) this.#exchanged.add(name);
  }

  #service(): void {
    const end = afterBlock(this.#tokens, this.#at + 3);
    for (; this.#at < end; this.#at += 1) {
      const word = this.#text(1) === "stream" ? this.#text(2) : this.#text(1);
      if (this.#text() !== "(" || !isName(word, /^[\w.]+$/)) continue;
      for (const name of namesOf(word, this.#package)) this.#exchanged.add(name);
    }
  }
}

function isName(text: string, made: RegExp): boolean {
  return text.length <= LONGEST_NAME && made.test(text);
}

function referencesOf(type: ContractType): readonly string[] {
  if (type.kind === "list" || type.kind === "map") return referencesOf(type.of);
  return type.kind === "reference" ? type.to : [];
}

function typeOf(name: string, scope: string): ContractType {
  return SCALARS.has(name) ? { kind: "plain", name } : { kind: "reference", to: namesOf(name, scope) };
}

/** What a name may mean, from the innermost scope outwards. */
function namesOf(name: string, scope: string): readonly string[] {
  if (name.startsWith(".")) return [name.slice(1)];
  const parts = scope === "" ? [] : scope.split(".");
  return [...parts.map((_, index) => `${parts.slice(0, parts.length - index).join(".")}.${name}`), name];
}
