import type { Expr, ObjectEntry } from "../source.js";
import { pageSide } from "./browser-branches.js";
import { dropDenied } from "./comparisons.js";
import { kinds, type ts } from "./compiler.js";
import { conditionsOf, readArm } from "./conditions.js";
import { nameOfEntry, propertyName } from "./names.js";
import { UNKNOWN, type SourceReader, type Use } from "./reader.js";

/** Longer texts are cut: the first characters of a statement or a template say what it is. */
const MAX_TEXT = 2000;
const MAX_ENTRIES = 200;

export function readText(reader: SourceReader, node: ts.StringLiteral | ts.NoSubstitutionTemplateLiteral): Expr {
  reader.tokens.word(node.text);
  return { kind: "text", value: shortText(node.text) };
}

function shortText(text: string): string {
  return text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
}

export function readNumber(reader: SourceReader, node: ts.NumericLiteral): Expr {
  reader.tokens.word(node.text);
  return numeric(Number(node.text));
}

/** A number that JSON can hold. */
export function numeric(value: number): Expr {
  return Number.isFinite(value) ? { kind: "number", value: value === 0 ? 0 : value } : UNKNOWN;
}

/** Regular expressions and big integers: for `bodyHash` alone. */
export function readOpaque(reader: SourceReader, node: ts.RegularExpressionLiteral | ts.BigIntLiteral): Expr {
  reader.tokens.word(node.text);
  return UNKNOWN;
}

const TRUE: Expr = { kind: "boolean", value: true };
const FALSE: Expr = { kind: "boolean", value: false };
const NULL: Expr = { kind: "null" };

export function readBoolean(reader: SourceReader, node: ts.Expression): Expr {
  reader.tokens.mark(node.kind);
  return node.kind === kinds.TrueKeyword ? TRUE : FALSE;
}

export function readNull(reader: SourceReader, node: ts.Expression): Expr {
  reader.tokens.mark(node.kind);
  return NULL;
}

export function readIdentifier(reader: SourceReader, node: ts.Identifier): Expr {
  reader.tokens.reference(node.text);
  return { kind: "name", name: node.text };
}

const THIS: Expr = { kind: "name", name: "this" };
const SUPER: Expr = { kind: "name", name: "super" };

export function readThis(reader: SourceReader, node: ts.Expression): Expr {
  reader.tokens.mark(node.kind);
  return node.kind === kinds.ThisKeyword ? THIS : SUPER;
}

/** `import.meta`, `new.target`. */
export function readMetaProperty(reader: SourceReader, node: ts.MetaProperty): Expr {
  reader.tokens.mark(node.kind);
  return node.name.text === "meta" ? { kind: "member", object: { kind: "name", name: "import" }, property: "meta" } : UNKNOWN;
}

/** What a reader of values sees through: parentheses, `as`, `satisfies`, `!`. */
export function readThrough(reader: SourceReader, node: ts.ParenthesizedExpression, use: Use): Expr {
  return reader.expression(node.expression, use);
}

export function readAwait(reader: SourceReader, node: ts.AwaitExpression): Expr {
  reader.tokens.mark(node.kind);
  return reader.expression(node.expression, "awaited");
}

/** A coroutine waits for what it yields. */
export function readYield(reader: SourceReader, node: ts.YieldExpression): Expr {
  reader.tokens.mark(node.kind);
  return node.expression === undefined ? UNKNOWN : reader.expression(node.expression, "awaited");
}

/** `void`, `typeof`, `delete`. */
export function readDiscarded(reader: SourceReader, node: ts.VoidExpression): Expr {
  reader.tokens.mark(node.kind);
  reader.expression(node.expression, node.kind === kinds.VoidExpression ? "floating" : "used");
  return UNKNOWN;
}

export function readPrefix(reader: SourceReader, node: ts.PrefixUnaryExpression): Expr {
  reader.tokens.mark(node.kind);
  reader.tokens.mark(node.operator);
  const operand = reader.expression(node.operand);
  if (node.operator === kinds.ExclamationToken) dropDenied(reader, operand);
  if (operand.kind === "number" && node.operator === kinds.MinusToken) return numeric(-operand.value);
  return node.operator === kinds.PlusToken ? operand : UNKNOWN;
}

export function readPostfix(reader: SourceReader, node: ts.PostfixUnaryExpression): Expr {
  reader.tokens.mark(node.kind);
  reader.tokens.mark(node.operator);
  reader.expression(node.operand);
  return UNKNOWN;
}

export function readMember(reader: SourceReader, node: ts.PropertyAccessExpression): Expr {
  reader.tokens.mark(node.kind);
  const object = reader.expression(node.expression);
  const property = node.name.text;
  reader.tokens.word(property);
  return { kind: "member", object, property };
}

/** `process.env["HOST"]` is a member like any other. */
export function readElement(reader: SourceReader, node: ts.ElementAccessExpression): Expr {
  reader.tokens.mark(node.kind);
  const object = reader.expression(node.expression);
  const index = reader.expression(node.argumentExpression);
  return index.kind === "text" ? { kind: "member", object, property: index.value } : { kind: "element", object, index };
}

export function readTemplate(reader: SourceReader, node: ts.TemplateExpression): Expr {
  reader.tokens.mark(node.kind);
  const parts: Expr[] = [];
  let length = 0;
  const addText = (text: string): void => {
    reader.tokens.word(text);
    if (text === "") return;
    if (length < MAX_TEXT) parts.push({ kind: "text", value: text.slice(0, MAX_TEXT - length) });
    length += text.length;
  };
  addText(node.head.text);
  for (const span of node.templateSpans) {
    const part = reader.expression(span.expression);
    if (parts.length < MAX_ENTRIES) parts.push(part);
    addText(span.literal.text);
  }
  return { kind: "template", parts };
}

export function readConditional(reader: SourceReader, node: ts.ConditionalExpression, use: Use): Expr {
  const { condition, whenTrue, whenFalse } = node;
  reader.tokens.mark(node.kind);
  reader.expression(condition);
  const inPage = pageSide(condition);
  if (inPage !== null) return reader.expression(inPage === "true" ? whenFalse : whenTrue, use);
  const group = reader.frame.group();
  return choice(
    readArm(
      reader,
      "if",
      group,
      () => conditionsOf(condition, true),
      whenTrue,
      () => reader.expression(whenTrue, use),
    ),
    readArm(
      reader,
      "else",
      group,
      () => conditionsOf(condition, false),
      whenFalse,
      () => reader.expression(whenFalse, use),
    ),
  );
}

/** The values of both sides, without a choice in a choice. */
export function choice(first: Expr, second: Expr): Expr {
  const options = [...(first.kind === "choice" ? first.options : [first]), ...(second.kind === "choice" ? second.options : [second])];
  if (options.every((option) => option.kind === "unknown")) return UNKNOWN;
  return { kind: "choice", options: options.slice(0, MAX_ENTRIES) };
}

export function readSpread(reader: SourceReader, node: ts.SpreadElement): Expr {
  reader.tokens.mark(node.kind);
  return { kind: "spread", value: reader.expression(node.expression) };
}

export function readArray(reader: SourceReader, node: ts.ArrayLiteralExpression): Expr {
  reader.tokens.mark(node.kind);
  const { holder } = reader;
  const items: Expr[] = [];
  let spread = false;
  for (const element of node.elements) {
    if (element.kind === kinds.OmittedExpression) continue;
    reader.holder = holder;
    const item = reader.expression(element);
    if (item.kind === "spread") spread = true;
    if (items.length < MAX_ENTRIES) items.push(item);
    else spread = true;
  }
  reader.tokens.mark(0);
  return { kind: "array", items, spread };
}

export function readObject(reader: SourceReader, node: ts.ObjectLiteralExpression): Expr {
  reader.tokens.mark(node.kind);
  const { holder } = reader;
  const entries: ObjectEntry[] = [];
  const spreads: Expr[] = [];
  for (const property of node.properties) {
    reader.holder = holder;
    if (property.kind === kinds.SpreadAssignment) {
      spreads.push(reader.expression(property.expression));
      continue;
    }
    const entry = readEntry(reader, property, node);
    if (entries.length < MAX_ENTRIES) entries.push(entry);
    else if (entries.length === MAX_ENTRIES && spreads.at(-1) !== UNKNOWN) spreads.push(UNKNOWN);
  }
  reader.holder = holder;
  reader.tokens.mark(0);
  return { kind: "object", entries, spreads };
}

function readEntry(reader: SourceReader, property: ts.ObjectLiteralElementLike, object: ts.ObjectLiteralExpression): ObjectEntry {
  const name = property.name!;
  const key = propertyName(name);
  reader.tokens.word(key);
  if (name.kind === kinds.ComputedPropertyName) reader.expression(name.expression);
  const line = reader.lineOfEnd(name);
  if (property.kind === kinds.ShorthandPropertyAssignment) {
    return { key, value: readIdentifier(reader, name as ts.Identifier), line };
  }
  if (property.kind === kinds.PropertyAssignment) {
    const { initializer } = property;
    if (takesName(initializer)) reader.holder = nameOfEntry(reader, key, object);
    return { key, value: reader.expression(initializer), line };
  }
  reader.holder = nameOfEntry(reader, key, object);
  const value = reader.expression(property as unknown as ts.Expression);
  if (property.kind === kinds.GetAccessor)
    return { key, value: { kind: "call", callee: value, args: [], construct: false, site: -1 }, line };
  return { key, value: property.kind === kinds.SetAccessor ? UNKNOWN : value, line };
}

/** Functions, and what may hold or take some: only for these is a name worth making. */
function takesName(node: ts.Expression): boolean {
  switch (node.kind) {
    case kinds.ArrowFunction:
    case kinds.FunctionExpression:
    case kinds.ClassExpression:
    case kinds.ObjectLiteralExpression:
    case kinds.ArrayLiteralExpression:
    case kinds.ConditionalExpression:
    case kinds.ParenthesizedExpression:
    case kinds.AsExpression:
    case kinds.SatisfiesExpression:
    case kinds.BinaryExpression:
    case kinds.CallExpression:
      return true;
    default:
      return false;
  }
}
