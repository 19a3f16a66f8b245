import type { ContractDefinition, ContractField, ContractType } from "../contract.js";
import type { Extraction, Extractor, SourceText, Unreadable } from "../facts.js";
import { LineIndex } from "../json.js";
import type { Lines } from "../place.js";
import { afterBlock, tokenize, type Token } from "../proto-tokens.js";
import { avroFact, avroName } from "./avro.js";
import { UNKNOWN } from "./schema.js";

/** Avro's own language: protocols, and files of schemas alone. */
export const avroIdl: Extractor = {
  id: "avro-idl",
  version: 1,
  accepts: (path) => /\.avdl$/i.test(path),
  extract: readAvroIdl,
};

function readAvroIdl(source: SourceText): Extraction {
  const reading = new Reading(source.text);
  reading.file();
  return {
    facts:
      reading.definitions.length === 0 ? [] : [avroFact(reading.definitions, reading.lines(0, source.text.length), [...reading.exchanged])],
    unreadable: reading.unreadable,
  };
}

/** What the language calls types that are others underneath. */
const LOGICAL: Readonly<Record<string, string>> = {
  date: "int",
  time_ms: "int",
  timestamp_ms: "long",
  local_timestamp_ms: "long",
  uuid: "string",
  decimal: "bytes",
};
const DEEPEST = 24;

/** Annotations before a declaration or a name (`@aliases(["total"])`), by name. */
type Annotations = ReadonlyMap<string, readonly string[]>;

class Reading {
  readonly definitions: ContractDefinition[] = [];
  readonly unreadable: Unreadable[] = [];
  /** Types that the protocol's messages take and answer. */
  readonly exchanged = new Set<string>();
  readonly #tokens: readonly Token[];
  readonly #index: LineIndex;
  #namespace = "";
  #at = 0;

  constructor(text: string) {
    // A name in backticks may be one of the language's own words.
    this.#tokens = tokenize(text).filter((token) => token.text !== "`" && token.text !== "\uFEFF");
    this.#index = new LineIndex(text);
  }

  lines(start: number, end: number): Lines {
    return this.#index.span(start, Math.max(start + 1, end));
  }

  file(): void {
    let annotations: Annotations = new Map();
    while (this.#at < this.#tokens.length) {
      const word = this.#text();
      if (word === "@") {
        annotations = new Map([...annotations, this.#annotation()]);
        continue;
      }
      if (word === "protocol" && this.#text(2) === "{") {
        this.#namespace = annotations.get("namespace")?.[0] ?? this.#namespace;
        this.#at += 3;
      } else if (word === "namespace" && this.#text(2) === ";") {
        this.#namespace = this.#text(1);
        this.#at += 3;
      } else if ((word === "record" || word === "error") && this.#text(2) === "{") {
        this.#record(annotations);
      } else if (word === "enum" && this.#text(2) === "{") {
        this.#enum(annotations);
      } else if (word === "fixed" && this.#text(2) === "(") {
        this.#named(annotations, { kind: "plain", name: "bytes" }, this.#at, false);
        this.#skipStatement();
      } else if (word === "import" || word === "schema" || word === "}") {
        if (word === "}") this.#at += 1;
        else this.#skipStatement();
      } else {
        this.#message();
      }
      annotations = new Map();
    }
  }

  #text(ahead = 0): string {
    return this.#tokens[this.#at + ahead]?.text ?? "";
  }

  /** `@name("text")`, `@name(["a", "b"])`: its texts. */
  #annotation(): readonly [string, readonly string[]] {
    let name = this.#text(1);
    this.#at += 2;
    // `@java-class("…")`
    while (this.#text() === "-") {
      name += `-${this.#text(1)}`;
      this.#at += 2;
    }
    if (this.#text() !== "(") return [name, []];
    const start = this.#at + 1;
    this.#at = afterParenthesis(this.#tokens, start);
    return [name, this.#tokens.slice(start, this.#at - 1).flatMap(({ text }) => (/^".*"$/.test(text) ? [text.slice(1, -1)] : []))];
  }

  /** Goes behind the next semicolon outside braces and brackets. */
  #skipStatement(): void {
    let depth = 0;
    while (this.#at < this.#tokens.length) {
      const word = this.#text();
      if (depth === 0 && word === "}") return;
      this.#at += 1;
      if (/^[[({]$/.test(word)) depth += 1;
      else if (/^[\])}]$/.test(word)) depth -= 1;
      else if (word === ";" && depth <= 0) return;
    }
  }

  #record(annotations: Annotations): void {
    const start = this.#at;
    const namespace = annotations.get("namespace")?.[0] ?? this.#namespace;
    this.#at += 3;
    const end = afterBlock(this.#tokens, this.#at);
    const fields: ContractField[] = [];
    while (this.#at < end - 1) fields.push(...this.#fields(namespace, end - 1));
    this.#at = end;
    if (this.#tokens[end - 1]?.text !== "}")
      this.unreadable.push({
        line: this.#index.at(this.#tokens[start]!.offset),
        reason: `record ${this.#tokens[start + 1]!.text} has no closing brace`,
      });
    this.#named(annotations, { kind: "record", fields, reserved: [] }, start, true, namespace);
  }

  /** `string sku, @aliases(["n"]) name = "none";`: one type, and names that have it. */
  #fields(namespace: string, end: number): readonly ContractField[] {
    const first = this.#tokens[this.#at]!;
    while (this.#text() === "@") this.#annotation();
    const type = this.#type(namespace, 0);
    const fields: ContractField[] = [];
    while (this.#at < end) {
      const aliases: string[] = [];
      while (this.#text() === "@") {
        const [name, texts] = this.#annotation();
        if (name === "aliases") aliases.push(...texts);
      }
      const token = this.#tokens[this.#at];
      if (token === undefined || !/^\w+$/.test(token.text)) break;
      this.#at += 1;
      const hasDefault = this.#text() === "=";
      let depth = 0;
      for (; this.#at < end && (depth > 0 || !/^[,;]$/.test(this.#text())); this.#at += 1)
        depth += /^[[{(]$/.test(this.#text()) ? 1 : /^[\]})]$/.test(this.#text()) ? -1 : 0;
      const last = this.#tokens[this.#at - 1]!;
      fields.push({
        name: token.text,
        type,
        optional: hasDefault,
        required: null,
        number: null,
        aliases,
        hasDefault,
        lines: this.lines(fields.length === 0 ? first.offset : token.offset, last.offset + last.text.length),
      });
      if (this.#text() !== ",") break;
      this.#at += 1;
    }
    if (fields.length === 0 || this.#text() !== ";") this.#skipStatement();
    else this.#at += 1;
    return fields;
  }

  #type(namespace: string, depth: number): ContractType {
    while (this.#text() === "@") this.#annotation();
    const name = this.#text();
    this.#at += 1;
    const type = depth > DEEPEST ? UNKNOWN : this.#structure(name, namespace, depth);
    if (this.#text() !== "?") return type;
    this.#at += 1;
    return { kind: "union", of: [type, { kind: "null" }] };
  }

  #structure(name: string, namespace: string, depth: number): ContractType {
    if ((name === "array" || name === "map") && this.#text() === "<") {
      this.#at += 1;
      const of = this.#type(namespace, depth + 1);
      if (this.#text() === ">") this.#at += 1;
      return { kind: name === "array" ? "list" : "map", of };
    }
    if (name === "union" && this.#text() === "{") {
      this.#at += 1;
      const of: ContractType[] = [];
      while (this.#at < this.#tokens.length && this.#text() !== "}" && this.#text() !== ";") {
        of.push(this.#type(namespace, depth + 1));
        if (this.#text() === ",") this.#at += 1;
      }
      this.#at += 1;
      return { kind: "union", of };
    }
    if (name === "decimal" && this.#text() === "(") this.#at = afterParenthesis(this.#tokens, this.#at + 1);
    if (!/^[\w.]+$/.test(name)) return UNKNOWN;
    return avroName(Object.hasOwn(LOGICAL, name) ? LOGICAL[name]! : name, namespace);
  }

  #enum(annotations: Annotations): void {
    const start = this.#at;
    this.#at += 3;
    const end = afterBlock(this.#tokens, this.#at);
    const values = this.#tokens.slice(this.#at, end - 1).flatMap(({ text }) => (/^\w+$/.test(text) ? [JSON.stringify(text)] : []));
    this.#at = end;
    const hasDefault = this.#text() === "=";
    this.#named(annotations, { kind: "values", values, hasDefault }, start, false);
    if (hasDefault) this.#skipStatement();
  }

  /** Keeps a declaration whose word stands at `start` and whose name follows it. */
  #named(
    annotations: Annotations,
    type: ContractType,
    start: number,
    top: boolean,
    namespace = annotations.get("namespace")?.[0] ?? this.#namespace,
  ): void {
    const simple = this.#tokens[start + 1]!.text;
    const name = namespace === "" || simple.includes(".") ? simple : `${namespace}.${simple}`;
    const last = this.#tokens[Math.min(this.#at, this.#tokens.length) - 1]!;
    this.definitions.push({
      name,
      titles: [],
      aliases: annotations.get("aliases") ?? [],
      type,
      top,
      lines: this.lines(this.#tokens[start]!.offset, last.offset + last.text.length),
    });
  }

  /** `Receipt charge(Order order) throws Refused;`: a call, whose types are no events. */
  #message(): void {
    const start = this.#at;
    this.#skipStatement();
    if (this.#at === start) this.#at += 1;
    const tokens = this.#tokens.slice(start, this.#at);
    if (!tokens.some(({ text }) => text === "(")) return;
    for (const { text } of tokens) {
      if (!/^[A-Z_a-z][\w.]*$/.test(text)) continue;
      this.exchanged.add(text).add(this.#namespace === "" || text.includes(".") ? text : `${this.#namespace}.${text}`);
    }
  }
}

/** Where it goes on behind the parenthesis that closes; `start` is the first token inside. */
function afterParenthesis(tokens: readonly Token[], start: number): number {
  let depth = 1;
  let at = start;
  for (; at < tokens.length && depth > 0; at += 1) depth += tokens[at]!.text === "(" ? 1 : tokens[at]!.text === ")" ? -1 : 0;
  return at;
}
