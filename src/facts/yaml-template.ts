/**
 * Go templates (Helm, decK) and Jinja inside YAML. What stands between `{{` and `}}` is replaced, line by line, so that the
 * rest parses: a line of control disappears, a value becomes a placeholder that the reader turns back into the text.
 */
export interface MaskedText {
  readonly text: string;
  /** Originals of the placeholders, by number. */
  readonly actions: readonly string[];
  /** Lines (1-based) on which a template inserts content that is not known here. */
  readonly opaque: ReadonlySet<number>;
  /** Lines that a condition or loop opens, continues or closes. */
  readonly control: ReadonlySet<number>;
}

const OPEN = "\uE000";
const CLOSE = "\uE001";
const CONTROL = /^(?:if|else|end|range|with|define|block|break|continue|for|endif|endfor|elif|set)\b/;
const COMMENT = /^\/\*/;
const ASSIGNMENT = /^\$\w+\s*:?=/;

interface Action {
  readonly start: number;
  /** Offset after the closing braces. */
  readonly end: number;
  readonly control: boolean;
  /** `${{ … }}`: an expression of a CI system or of decK, always a value. */
  readonly expression: boolean;
}

/** `null` where the text holds no template, so that it can be parsed as it is. */
export function maskTemplates(text: string): MaskedText | null {
  const actions = findActions(text);
  return actions.length === 0 ? null : mask(text, actions);
}

/** Puts the template text back where placeholders stand. */
export function unmask(text: string, actions: readonly string[]): string {
  if (!text.includes(OPEN)) {
    return text;
  }
  return text.replace(/\uE000(\d{1,7})\uE001/g, (placeholder, number: string) => actions[Number(number)] ?? placeholder);
}

export function isMasked(text: string): boolean {
  return text.includes(OPEN);
}

function findActions(text: string): Action[] {
  const found: Action[] = [];
  const jinja = text.includes("{%");
  let position = 0;
  for (;;) {
    const braces = text.indexOf("{{", position);
    const percent = jinja ? text.indexOf("{%", position) : -1;
    const start = percent >= 0 && (braces < 0 || percent < braces) ? percent : braces;
    if (start < 0) {
      return found;
    }
    const close = closing(text, start);
    if (close < 0) {
      return found;
    }
    found.push(describe(text, start, close));
    position = close;
  }
}

/** Offset after the end of the action that starts here; -1 where it has none. */
function closing(text: string, start: number): number {
  const isPercent = text.startsWith("{%", start);
  const body = text.slice(start + 2, start + 6).replace(/^[-\s]+/, "");
  if (COMMENT.test(body)) {
    const comment = text.indexOf("*/", start);
    const after = comment < 0 ? -1 : text.indexOf("}}", comment);
    return after < 0 ? -1 : after + 2;
  }
  const end = text.indexOf(isPercent ? "%}" : "}}", start + 2);
  return end < 0 ? -1 : end + 2;
}

function describe(text: string, start: number, end: number): Action {
  const expression = text[start - 1] === "$" && text[start + 1] === "{";
  const body = text
    .slice(start + 2, end - 2)
    .replace(/^-/, "")
    .trimStart();
  const control = !expression && (text[start + 1] === "%" || CONTROL.test(body) || COMMENT.test(body) || ASSIGNMENT.test(body));
  return { start: expression ? start - 1 : start, end, control, expression };
}

function mask(text: string, found: readonly Action[]): MaskedText {
  const actions: string[] = [];
  const opaque = new Set<number>();
  const control = new Set<number>();
  const out: string[] = [];
  let line = 1;
  let next = 0;
  let position = 0;
  while (position < text.length) {
    const group = logicalLine(text, position, found, next);
    const raw = text.slice(position, group.end);
    const of = found.slice(next, group.next);
    const breaks = countBreaks(raw);
    out.push(of.length === 0 ? raw : maskLine(text, position, group.end, of, { actions, opaque, control, line }, breaks));
    line += breaks;
    position = group.end;
    next = group.next;
  }
  return { text: out.join(""), actions, opaque, control };
}

/** A line of the file, with those lines into which an action that starts on it extends. */
function logicalLine(text: string, start: number, found: readonly Action[], first: number): { end: number; next: number } {
  let next = first;
  let end = lineEnd(text, start);
  for (let action = found[next]; action !== undefined && action.start < end; action = found[++next]) {
    if (action.end > end) {
      end = lineEnd(text, action.end);
    }
  }
  return { end, next };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end + 1;
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    count += 1;
  }
  return count;
}

interface Masking {
  readonly actions: string[];
  readonly opaque: Set<number>;
  readonly control: Set<number>;
  readonly line: number;
}

function maskLine(text: string, start: number, end: number, of: readonly Action[], state: Masking, breaks: number): string {
  const ending = "\n".repeat(breaks);
  const pieces = literalPieces(text, start, end, of);
  const blank = pieces.every((piece) => piece.trim() === "");
  if (of.some((action) => action.control)) {
    state.control.add(state.line);
  }
  if (blank && of.every((action) => !action.expression)) {
    if (of.some((action) => !action.control)) {
      state.opaque.add(state.line);
    }
    return ending;
  }
  const last = of[of.length - 1]!;
  const tail = pieces[pieces.length - 1]!.trim();
  const only = of.length === 1 && tail === "";
  if (only && ((opensBlock(pieces[0]!) && insertsBlock(text, last)) || (opensText(pieces[0]!) && !last.expression))) {
    state.opaque.add(state.line);
    return pieces[0]!.trimEnd() + ending;
  }
  return inline(text, pieces, of, state) + ending;
}

function literalPieces(text: string, start: number, end: number, of: readonly Action[]): string[] {
  const pieces: string[] = [];
  let from = start;
  for (const action of of) {
    pieces.push(text.slice(from, action.start));
    from = action.end;
  }
  pieces.push(text.slice(from, end).replace(/\r?\n$/, ""));
  return pieces;
}

const MAX_KEY = 300;

function opensBlock(literal: string): boolean {
  if (literal.length > MAX_KEY) {
    return false;
  }
  return /^[\s-]*[^\s#'"{[][^#'"{[]*:\s*$/.test(literal) || /^\s*-\s*$/.test(literal);
}

/** `kong.yml: |{{ .Files.Get "kong.yml" | nindent 4 }}`: the text of a block, which begins on the next line. */
function opensText(literal: string): boolean {
  return literal.length <= MAX_KEY && /^[^#'"]*[:-]\s+[|>][-+\d]{0,2}\s*$/.test(literal);
}

/** `labels: {{- include "labels" . | nindent 4 }}`: what follows may belong to the same block. */
function insertsBlock(text: string, action: Action): boolean {
  return !action.expression && /\b(?:nindent|indent|toYaml)\b/.test(text.slice(action.start, action.end));
}

function inline(text: string, pieces: readonly string[], of: readonly Action[], state: Masking): string {
  let out = pieces[0]!;
  of.forEach((action, index) => {
    const rest = pieces[index + 1]!;
    const atEdge = out.trim() === "" || (index === of.length - 1 && rest.trim() === "");
    if (!(action.control && atEdge)) {
      const separator = out.endsWith(":") && isKey(out) ? " " : "";
      out += `${separator}${OPEN}${state.actions.length}${CLOSE}`;
      state.actions.push(
        text
          .slice(action.start, action.end)
          .split("\n")
          .map((part) => part.trim())
          .join(" "),
      );
    }
    out += rest.includes("\n") ? rest.replace(/\r?\n/g, " ") : rest;
  });
  return out;
}

function isKey(literal: string): boolean {
  return literal.length <= MAX_KEY && /^[\s-]*[\w./-]+:$/.test(literal);
}
