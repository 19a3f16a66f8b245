import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, type Document, type ParsedNode } from "yaml";
import type { SourceText, Unreadable } from "./facts.js";
import type { Lines } from "./place.js";
import { isMasked, maskTemplates, unmask, type MaskedText } from "./yaml-template.js";

/**
 * YAML as facts need it: every value with its lines, no types guessed, nothing executed. Aliases and merge keys are
 * followed, so that a reader sees a plain tree of maps, sequences and scalars; parts of it may be shared, never cyclic.
 */
export type YamlNode = YamlMap | YamlSequence | YamlScalar;

export interface YamlScalar {
  readonly kind: "scalar";
  /** As written, without quotes and escapes; template actions stand in it as in the file. */
  readonly text: string;
  /** Written in quotes or as a block, and so a string whatever it looks like. */
  readonly quoted: boolean;
  /** A literal block (`|`): its lines are lines of the file. */
  readonly literal: boolean;
  readonly tag: string | null;
  readonly templated: boolean;
  readonly lines: Lines;
}

export interface YamlSequence {
  readonly kind: "sequence";
  readonly items: readonly YamlNode[];
  readonly flow: boolean;
  readonly tag: string | null;
  readonly lines: Lines;
}

export interface YamlMap {
  readonly kind: "map";
  /** In order, those of merge keys last. Of a key given twice the last one stands; the others are left out. */
  readonly entries: readonly YamlEntry[];
  readonly byKey: ReadonlyMap<string, YamlEntry>;
  readonly flow: boolean;
  readonly tag: string | null;
  readonly lines: Lines;
}

export interface YamlEntry {
  readonly key: string;
  readonly keyLine: number;
  readonly value: YamlNode;
  /** From the key to the end of the value. */
  readonly lines: Lines;
}

export interface YamlDocument {
  /** `null`: empty, or broken (then the file's problems say so). */
  readonly root: YamlNode | null;
  readonly lines: Lines;
  /** Lines of this document on which a template inserts content that is not known here. */
  readonly opaque: readonly number[];
  /** Lines on which a template's condition or loop begins, goes on or ends. */
  readonly control: readonly number[];
}

export interface YamlFile {
  /** In order; texts of nothing but comments are no documents. */
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Unreadable[];
  /** A key that a map gives twice, with the line of the one that is not used. */
  readonly duplicates: readonly { readonly key: string; readonly line: number }[];
  /** The lines of the whole text, without line ends; line n is `text[n - 1]`. */
  readonly text: readonly string[];
  readonly crlf: boolean;
}

const MAX_CHARACTERS = 2_000_000;
const MAX_DEPTH = 150;
const MAX_LEXEMES = 800_000;
/** How many nodes a document may have once its aliases are followed. */
const MAX_EXPANDED = 300_000;

const read = new WeakMap<SourceText, YamlFile>();

/** Reads the file once, however many extractors ask. JSON is read too. Total: what cannot be read is a problem. */
export function readYaml(source: SourceText): YamlFile {
  let file = read.get(source);
  if (file === undefined) {
    file = parseYaml(source.text);
    read.set(source, file);
  }
  return file;
}

/** As `readYaml`, for text that stands in another file. `place` says on which line of it a line of the text stands. */
export function parseYaml(text: string, place: (line: number) => number = (line) => line): YamlFile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const shape = { text: lines, crlf: text.includes("\r\n") };
  if (text.length > MAX_CHARACTERS) {
    return { ...shape, documents: [], problems: [{ line: place(1), reason: "larger than YAML is read here" }], duplicates: [] };
  }
  const clean = lines.join("\n");
  const masked = maskTemplates(clean);
  const maskedLines = masked === null ? lines : masked.text.split("\n");
  const problems: Unreadable[] = [];
  const duplicates: { key: string; line: number }[] = [];
  const documents: YamlDocument[] = [];
  for (const chunk of splitDocuments(maskedLines, masked !== null)) {
    const reading = new Reading(chunk.text, chunk.line, masked, place);
    documents.push(reading.document());
    problems.push(...reading.problems);
    duplicates.push(...reading.duplicates);
  }
  return { ...shape, documents, problems, duplicates };
}

interface Chunk {
  readonly text: string;
  /** The line of the file on which the text starts. */
  readonly line: number;
}

/** A line that starts with `---` ends whatever is open, so a broken document leaves its neighbours alone. */
function splitDocuments(lines: readonly string[], templated: boolean): Chunk[] {
  const chunks: Chunk[] = [];
  let current: string[] = [];
  let start = 1;
  const flush = (next: number): void => {
    if (current.some((line) => line.trim() !== "" && !/^\s*#|^%/.test(line))) {
      chunks.push({ text: current.map((line) => (line.startsWith("%") ? "" : line)).join("\n"), line: start });
    }
    current = [];
    start = next;
  };
  lines.forEach((line, index) => {
    // Manifests in branches of a template, or after a definition, often have no line of dashes between them.
    if (templated && line.startsWith("apiVersion:") && current.some((other) => /^\s*[^\s#]/.test(other) && !other.startsWith("kind:"))) {
      flush(index + 1);
    }
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) {
      flush(index + 1);
      current.push(`   ${line.slice(3)}`);
      return;
    }
    current.push(line);
  });
  flush(lines.length + 1);
  return chunks;
}

class TooDeep extends Error {}

class NoAnchor extends Error {
  readonly line: number;
  constructor(name: string, line: number) {
    super(`Unresolved alias: ${name}`);
    this.line = line;
  }
}

/** One document on its way from text to tree. */
class Reading {
  readonly problems: Unreadable[] = [];
  readonly duplicates: { key: string; line: number }[] = [];
  private readonly text: string;
  private readonly firstLine: number;
  private readonly masked: MaskedText | null;
  private readonly place: (line: number) => number;
  private readonly counter = new LineCounter();
  private readonly anchors = new Map<string, { node: YamlNode; size: number } | null>();
  private size = 0;

  constructor(text: string, firstLine: number, masked: MaskedText | null, place: (line: number) => number) {
    this.text = text;
    this.firstLine = firstLine;
    this.masked = masked;
    this.place = place;
  }

  document(): YamlDocument {
    const count = this.text.trimEnd().split("\n").length;
    return {
      root: this.root(),
      lines: { startLine: this.place(this.firstLine), endLine: this.place(this.firstLine + count - 1) },
      opaque: this.inside(this.masked?.opaque),
      control: this.inside(this.masked?.control),
    };
  }

  private inside(lines: ReadonlySet<number> | undefined): number[] {
    const found: number[] = [];
    if (lines === undefined || lines.size === 0) {
      return found;
    }
    const end = this.firstLine + this.text.split("\n").length;
    for (let line = this.firstLine; line < end; line += 1) {
      if (lines.has(line)) {
        found.push(this.place(line));
      }
    }
    return found;
  }

  private root(): YamlNode | null {
    try {
      const document = this.compose();
      if (document === null) {
        return null;
      }
      const [error] = document.errors;
      if (error !== undefined) {
        return this.broken(this.lineAt(error.pos[0]), firstSentence(error.message));
      }
      return document.contents === null ? null : this.convert(document.contents);
    } catch (error) {
      if (error instanceof NoAnchor) {
        return this.broken(error.line, error.message);
      }
      const reason = error instanceof TooDeep || error instanceof RangeError ? "too large, too deeply nested, or its aliases expand without bound" : "not valid YAML";
      return this.broken(this.place(this.firstLine), reason);
    }
  }

  private broken(line: number, reason: string): null {
    this.problems.push({ line, reason });
    return null;
  }

  private compose(): Document.Parsed | null {
    const parser = new Parser(this.counter.addNewLine);
    const composer = new Composer({ schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
    this.counter.addNewLine(0);
    let result: Document.Parsed | null = null;
    const take = (documents: Iterable<Document.Parsed>): void => {
      for (const document of documents) {
        result ??= document;
      }
    };
    let lexemes = 0;
    for (const lexeme of new Lexer().lex(this.text)) {
      lexemes += 1;
      if (lexemes > MAX_LEXEMES) {
        throw new TooDeep();
      }
      for (const token of parser.next(lexeme)) {
        take(composer.next(token));
      }
      if (parser.stack.length > MAX_DEPTH) {
        throw new TooDeep();
      }
    }
    for (const token of parser.end()) {
      take(composer.next(token));
    }
    take(composer.end());
    return result;
  }

  private lineAt(offset: number): number {
    return this.place(Math.max(this.counter.linePos(offset).line, 1) + this.firstLine - 1);
  }

  /** The line of the last character before `offset` that is not white space. */
  private lastLine(start: number, offset: number): number {
    let end = offset;
    while (end > start + 1 && /\s/.test(this.text[end - 1]!)) {
      end -= 1;
    }
    return this.lineAt(Math.max(start, end - 1));
  }

  private convert(node: ParsedNode): YamlNode {
    this.size += 1;
    if (this.size > MAX_EXPANDED) {
      throw new TooDeep();
    }
    if (isAlias(node)) {
      return this.alias(node.source, node.range[0]);
    }
    const anchor = node.anchor;
    const before = this.size;
    if (anchor !== undefined) {
      this.anchors.set(anchor, null);
    }
    const converted = this.structure(node);
    if (anchor !== undefined) {
      this.anchors.set(anchor, { node: converted, size: this.size - before });
    }
    return converted;
  }

  private alias(name: string, offset: number): YamlNode {
    const target = this.anchors.get(name);
    const line = this.lineAt(offset);
    if (target === undefined) {
      throw new NoAnchor(name, line);
    }
    if (target === null) {
      return emptyScalar({ startLine: line, endLine: line });
    }
    this.size += target.size;
    return target.node;
  }

  private structure(node: Exclude<ParsedNode, { source: string; anchor?: never }>): YamlNode {
    if (isMap(node)) {
      return this.map(node);
    }
    if (isSeq(node)) {
      const items = (node as SequenceNode).items.map((item) => this.convert(item));
      const own = this.own(node.range);
      const lines = node.flow === true ? own : spanning(own.startLine, items.map((item) => item.lines), own);
      return { kind: "sequence", items, flow: node.flow === true, tag: node.tag ?? null, lines };
    }
    return this.scalar(node);
  }

  private scalar(node: ParsedNode): YamlScalar {
    const value = isScalar(node) && typeof node.value === "string" ? node.value : "";
    const type = isScalar(node) ? node.type : undefined;
    return {
      kind: "scalar",
      text: this.masked === null ? value : unmask(value, this.masked.actions),
      quoted: type !== undefined && type !== "PLAIN",
      literal: type === "BLOCK_LITERAL",
      tag: node.tag ?? null,
      templated: this.masked !== null && isMasked(value),
      lines: this.own(node.range),
    };
  }

  private own(range: readonly [number, number, number]): Lines {
    return { startLine: this.lineAt(range[0]), endLine: this.lastLine(range[0], range[1]) };
  }

  private map(node: MapNode): YamlMap {
    const byKey = new Map<string, YamlEntry>();
    const merged: YamlEntry[] = [];
    for (const pair of node.items) {
      const keyLine = this.lineAt(pair.key.range[0]);
      const key = this.key(pair.key);
      const value = pair.value === null ? emptyScalar({ startLine: keyLine, endLine: keyLine }) : this.convert(pair.value);
      if (key === "<<") {
        merged.push(...mergedEntries(value));
        continue;
      }
      if (key === null) {
        continue;
      }
      const isAliased = pair.value !== null && isAlias(pair.value);
      const end = isAliased ? this.lineAt(pair.value.range[0]) : Math.max(keyLine, value.lines.endLine);
      const earlier = byKey.get(key);
      if (earlier !== undefined) {
        this.duplicates.push({ key, line: earlier.keyLine });
        byKey.delete(key);
      }
      byKey.set(key, { key, keyLine, value, lines: { startLine: keyLine, endLine: end } });
    }
    const own = this.own(node.range);
    const lines = node.flow === true ? own : spanning(own.startLine, [...byKey.values()].map((entry) => entry.lines), own);
    this.size += merged.length;
    for (const entry of merged) {
      if (!byKey.has(entry.key)) {
        byKey.set(entry.key, entry);
      }
    }
    return { kind: "map", entries: [...byKey.values()], byKey, flow: node.flow === true, tag: node.tag ?? null, lines };
  }

  private key(node: ParsedNode): string | null {
    const converted = this.convert(node);
    return converted.kind === "scalar" ? converted.text : null;
  }
}

interface MapNode {
  readonly items: readonly { readonly key: ParsedNode; readonly value: ParsedNode | null }[];
  readonly range: readonly [number, number, number];
  readonly flow?: boolean;
  readonly tag?: string;
}

interface SequenceNode {
  readonly items: readonly ParsedNode[];
}

function mergedEntries(value: YamlNode): readonly YamlEntry[] {
  if (value.kind === "map") {
    return value.entries;
  }
  return value.kind === "sequence" ? value.items.flatMap((item) => (item.kind === "map" ? item.entries : [])) : [];
}

/** A block ends where its last member ends, not where the next key or a comment starts. */
function spanning(startLine: number, members: readonly Lines[], own: Lines): Lines {
  if (members.length === 0) {
    return own;
  }
  const last = Math.max(startLine, ...members.slice(-1).map((lines) => lines.endLine));
  return { startLine, endLine: Math.min(last, Math.max(own.endLine, startLine)) };
}

function emptyScalar(lines: Lines): YamlScalar {
  return { kind: "scalar", text: "", quoted: false, literal: false, tag: null, templated: false, lines };
}

function firstSentence(message: string): string {
  return message.split("\n")[0]!.trim();
}

type Maybe = YamlNode | null | undefined;

/** The value at a path of keys; `undefined` where a step is missing or no map. */
export function get(node: Maybe, ...path: readonly string[]): YamlNode | undefined {
  let current: Maybe = node;
  for (const key of path) {
    current = entry(current, key)?.value;
  }
  return current ?? undefined;
}

/** The entry of a map, for its lines. */
export function entry(node: Maybe, key: string): YamlEntry | undefined {
  return node?.kind === "map" ? node.byKey.get(key) : undefined;
}

export function entries(node: Maybe): readonly YamlEntry[] {
  return node?.kind === "map" ? node.entries : [];
}

export function items(node: Maybe): readonly YamlNode[] {
  return node?.kind === "sequence" ? node.items : [];
}

/** Nothing written, `null` or `~`. */
export function isNull(node: Maybe): boolean {
  return node === undefined || node === null || (node.kind === "scalar" && !node.quoted && /^(?:|~|null|Null|NULL)$/.test(node.text));
}

/** A scalar's text; `null` for nothing, for null and for collections. */
export function text(node: Maybe): string | null {
  return node?.kind === "scalar" && !isNull(node) ? node.text : null;
}

/** The texts of a sequence of scalars, or of a single scalar. */
export function texts(node: Maybe): string[] {
  const nodes = node?.kind === "scalar" ? [node] : items(node);
  return nodes.flatMap((item) => text(item) ?? []);
}

/** A whole number; `null` where there is none, or a template in its stead. */
export function integer(node: Maybe): number | null {
  const written = text(node);
  return written !== null && /^-?\d{1,15}$/.test(written.trim()) ? Number(written) : null;
}

/** A truth value in any of YAML's spellings; `null` for anything else. */
export function flag(node: Maybe): boolean | null {
  const written = text(node)?.trim().toLowerCase();
  if (written === "true" || written === "yes" || written === "on") {
    return true;
  }
  return written === "false" || written === "no" || written === "off" ? false : null;
}

/** A map of scalars; safe for keys such as `__proto__`. */
export function record(node: Maybe): Readonly<Record<string, string>> {
  const result = Object.create(null) as Record<string, string>;
  for (const { key, value } of entries(node)) {
    const written = text(value);
    if (written !== null) {
      result[key] = written;
    }
  }
  return result;
}
