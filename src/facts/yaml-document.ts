import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, type CST, type Document, type ParsedNode } from "yaml";
import type { Unreadable } from "./facts.js";
import type { Lines } from "./place.js";
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from "./yaml-node.js";
import { isMasked, unmask, type MaskedText } from "./yaml-template.js";

export interface YamlDocument {
  /** `null`: empty, or broken (then the file's problems say so). */
  readonly root: YamlNode | null;
  readonly lines: Lines;
  /** Lines of this document on which a template inserts content that is not known here. */
  readonly opaque: readonly number[];
  /** Lines on which a template's condition or loop begins, goes on or ends. */
  readonly control: readonly number[];
}

const MAX_DEPTH = 150;
const MAX_LEXEMES = 800_000;
/** How many nodes a document may have once its aliases are followed. */
const MAX_EXPANDED = 300_000;

class TooDeep extends Error {}

class NoAnchor extends Error {
  readonly line: number;
  constructor(name: string, line: number) {
    super(`Unresolved alias: ${name}`);
    this.line = line;
  }
}

/** One document on its way from text to tree. */
export class DocumentReading {
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
      const reason =
        error instanceof TooDeep || error instanceof RangeError
          ? "too large, too deeply nested, or its aliases expand without bound"
          : "not valid YAML";
      return this.broken(this.place(this.firstLine), reason);
    }
  }

  private broken(line: number, reason: string): null {
    this.problems.push({ line, reason });
    return null;
  }

  /** The first document of the text, with its first error: a broken text has one in each of thousands of lines, and each costs. */
  private compose(): Document.Parsed | null {
    const composer = new Composer({ schema: "failsafe", uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
    let result: Document.Parsed | null = null;
    for (const token of this.tokens()) {
      for (const document of composer.next(token)) result ??= document;
      if (token.type === "error") break;
    }
    for (const document of composer.end()) result ??= document;
    return result;
  }

  private *tokens(): Generator<CST.Token> {
    const parser = new Parser(this.counter.addNewLine);
    this.counter.addNewLine(0);
    let lexemes = 0;
    for (const lexeme of new Lexer().lex(this.text)) {
      lexemes += 1;
      if (lexemes > MAX_LEXEMES) throw new TooDeep();
      yield* parser.next(lexeme);
      if (parser.stack.length > MAX_DEPTH) throw new TooDeep();
    }
    yield* parser.end();
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
      const lines =
        node.flow === true
          ? own
          : spanning(
              own.startLine,
              items.map((item) => item.lines),
              own,
            );
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
    const lines =
      node.flow === true
        ? own
        : spanning(
            own.startLine,
            [...byKey.values()].map((entry) => entry.lines),
            own,
          );
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
