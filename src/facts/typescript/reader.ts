import type { Lines } from "../place.js";
import type { ClassSummary, ExportBinding, Expr, FunctionSummary, ImportBinding, TypeSummary } from "../source.js";
import { CodeTokens } from "./body-hash.js";
import type { ts } from "./compiler.js";
import type { Frame } from "./frame.js";
import type { LineIndex } from "./text-scan.js";

/** What becomes of a value: `CallSite.result` of the call that gives it. */
export type Use = "awaited" | "returned" | "floating" | "used";

export type ExpressionReading = (reader: SourceReader, node: never, use: Use) => Expr;
export type StatementReading = (reader: SourceReader, node: never) => void;

/** How each kind of syntax is read, by `SyntaxKind`. Kinds without an entry say nothing. */
export interface Readings {
  readonly expressions: readonly (ExpressionReading | undefined)[];
  readonly statements: readonly (StatementReading | undefined)[];
}

/** A function that was read; its hash comes when all names of the file are known. */
export type ReadFunction = Omit<FunctionSummary, "bodyHash"> & { bodyHash: string };

/** Code nested deeper than this is cut off: the stack of the machine must not decide what is read. */
const MAX_NESTING = 400;

export const UNKNOWN: Expr = { kind: "unknown" };

/**
 * One file being read: what was found so far, and where the reader stands. It hands each piece of syntax to the reading of
 * its kind, which calls back for the parts; the readings stand in files of their own and know only this class.
 */
export class SourceReader {
  readonly text: string;
  readonly lineIndex: LineIndex;
  readonly tokens: CodeTokens;
  readonly imports: ImportBinding[] = [];
  readonly exports: ExportBinding[] = [];
  readonly functions: (ReadFunction | null)[] = [];
  /** The body in `tokens` of each function. */
  readonly bodies: number[] = [];
  readonly classes: (ClassSummary | null)[] = [];
  readonly types: TypeSummary[] = [];
  frame: Frame;
  /** What a function or class without a name is called after: a name, or the call that takes it. */
  holder: string | ts.CallExpression | ts.NewExpression = "";
  /** The class whose `this` the code being read sees, where that is not the class of the frame's function. */
  class: number | null = null;
  /** The first line that was nested too deep to be read. */
  cutAt: number | null = null;
  private nesting = 0;
  private readonly readings: Readings;

  constructor(text: string, lineIndex: LineIndex, readings: Readings, frame: Frame) {
    this.text = text;
    this.tokens = new CodeTokens();
    this.lineIndex = lineIndex;
    this.readings = readings;
    this.frame = frame;
  }

  expression(node: ts.Expression, use: Use = "used"): Expr {
    const read = this.readings.expressions[node.kind];
    if (read === undefined) {
      this.tokens.mark(node.kind);
      return UNKNOWN;
    }
    if (this.nesting >= MAX_NESTING) return this.cut(node);
    this.nesting += 1;
    const value = read(this, node as never, use);
    this.nesting -= 1;
    return value;
  }

  statement(node: ts.Node): void {
    const read = this.readings.statements[node.kind];
    if (read === undefined) return;
    if (this.nesting >= MAX_NESTING) {
      this.cut(node);
      return;
    }
    this.nesting += 1;
    read(this, node as never);
    this.nesting -= 1;
  }

  /** The line of a node that starts where its last token ends: a name, a keyword. */
  lineOfEnd(node: ts.Node): number {
    return this.lineIndex.at(node.end - 1);
  }

  /** The line of a node's first token. */
  lineOfStart(node: ts.Node): number {
    return this.lineIndex.at(this.start(node));
  }

  linesOf(node: ts.Node): Lines {
    const startLine = this.lineOfStart(node);
    return { startLine, endLine: Math.max(startLine, this.lineOfEnd(node)) };
  }

  /** Offset of a node's first character, behind white space and comments. */
  start(node: ts.Node): number {
    return skipTrivia(this.text, node.pos, node.end);
  }

  private cut(node: ts.Node): Expr {
    this.cutAt ??= this.lineOfStart(node);
    return UNKNOWN;
  }
}

const SLASH = 47;
const STAR = 42;
const NEWLINE = 10;

/** Skips white space and comments. */
function skipTrivia(text: string, from: number, end: number): number {
  let index = from;
  while (index < end) {
    const code = text.charCodeAt(index);
    if (code <= 32 || code === 0xfeff || code === 0xa0 || code === 0x2028 || code === 0x2029) index += 1;
    else if (code === SLASH && text.charCodeAt(index + 1) === SLASH) {
      while (index < end && text.charCodeAt(index) !== NEWLINE) index += 1;
    } else if (code === SLASH && text.charCodeAt(index + 1) === STAR) {
      const close = text.indexOf("*/", index + 2);
      index = close < 0 ? end : close + 2;
    } else if (code === 35 && index === 0 && text.charCodeAt(1) === 33) {
      while (index < end && text.charCodeAt(index) !== NEWLINE) index += 1;
    } else break;
  }
  return index;
}
