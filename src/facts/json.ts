import { parseTree, printParseErrorCode, type Node, type ParseError } from "jsonc-parser";
import type { SourceText, Unreadable } from "./facts.js";
import type { Lines } from "./place.js";
import type { YamlEntry, YamlNode } from "./yaml-node.js";

/** A JSON file as the same tree that YAML gives, so that one set of questions (`get`, `text`, `entries`) reads both. */
export interface JsonFile {
  /** `null`: empty or broken (then the problems say so). */
  readonly root: YamlNode | null;
  readonly problems: readonly Unreadable[];
}

const MAX_DEPTH = 150;
const MAX_CHARACTERS = 2_000_000;

const read = new WeakMap<SourceText, JsonFile>();

/** Reads JSON, with comments and trailing commas where they stand. Total; once per file, however many ask. */
export function readJson(source: SourceText): JsonFile {
  let file = read.get(source);
  if (file === undefined) {
    file = parseJson(source.text);
    read.set(source, file);
  }
  return file;
}

function parseJson(written: string): JsonFile {
  // A byte order mark becomes a space: offsets and lines stay.
  const text = written.replace(/^\uFEFF/, " ");
  if (text.length > MAX_CHARACTERS) {
    return broken(1, "larger than JSON is read here");
  }
  const lines = new LineIndex(text);
  const tooDeep = firstTooDeep(text);
  if (tooDeep !== null) {
    return broken(lines.at(tooDeep), "nested too deeply");
  }
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true });
  const [error] = errors;
  if (error !== undefined) {
    return broken(lines.at(error.offset), `not valid JSON: ${inWords(printParseErrorCode(error.error))}`);
  }
  return { root: tree === undefined ? null : convert(tree, text, lines), problems: [] };
}

function broken(line: number, reason: string): JsonFile {
  return { root: null, problems: [{ line, reason }] };
}

const BRACKETS = /"(?:[^"\\\n]|\\.)*"?|\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|[{}[\]]/g;

/** The parser recurses, this does not. */
function firstTooDeep(text: string): number | null {
  let depth = 0;
  for (const match of text.matchAll(BRACKETS)) {
    const [bracket] = match;
    depth += bracket === "{" || bracket === "[" ? 1 : bracket === "}" || bracket === "]" ? -1 : 0;
    if (depth > MAX_DEPTH) {
      return match.index;
    }
  }
  return null;
}

/** `PropertyNameExpected` to `property name expected`. */
function inWords(code: string): string {
  return code.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase();
}

function convert(node: Node, text: string, index: LineIndex): YamlNode {
  const lines = index.span(node.offset, node.offset + node.length);
  if (node.type === "array") {
    const items = (node.children ?? []).map((child) => convert(child, text, index));
    return { kind: "sequence", items, flow: true, tag: null, lines };
  }
  if (node.type === "object") {
    const byKey = new Map<string, YamlEntry>();
    for (const property of node.children ?? []) {
      const converted = convertProperty(property, text, index);
      if (converted !== null) {
        byKey.delete(converted.key);
        byKey.set(converted.key, converted);
      }
    }
    return { kind: "map", entries: [...byKey.values()], byKey, flow: true, tag: null, lines };
  }
  const isString = node.type === "string";
  return {
    kind: "scalar",
    text: isString ? String(node.value) : text.slice(node.offset, node.offset + node.length),
    quoted: isString,
    literal: false,
    tag: null,
    templated: false,
    lines,
  };
}

function convertProperty(property: Node, text: string, index: LineIndex): YamlEntry | null {
  const [key, value] = property.children ?? [];
  if (key === undefined || value === undefined) {
    return null;
  }
  const converted = convert(value, text, index);
  const keyLine = index.at(key.offset);
  return { key: String(key.value), keyLine, value: converted, lines: { startLine: keyLine, endLine: converted.lines.endLine } };
}

/** From offsets in a text to lines. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    const ends = /\r\n|\n|\r/g;
    for (let match = ends.exec(text); match !== null; match = ends.exec(text)) {
      this.starts.push(match.index + match[0].length);
    }
  }

  /** The line, 1-based, on which the character at this offset stands. */
  at(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low + 1;
  }

  /** The lines of the characters from `start` up to, not with, `end`. */
  span(start: number, end: number): Lines {
    return { startLine: this.at(start), endLine: this.at(Math.max(start, end - 1)) };
  }
}
