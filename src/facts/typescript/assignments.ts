import type { Expr, TypeRef } from "../source.js";
import { kinds, type ts } from "./compiler.js";
import { choice } from "./expressions.js";
import { dottedName, nameOfLocal, propertyName } from "./names.js";
import { UNKNOWN, type SourceReader } from "./reader.js";

/** Writes down what a variable or a dotted name is given. */
export function addLocal(reader: SourceReader, name: string, value: Expr, line: number, type: TypeRef | null = null): void {
  const { frame } = reader;
  frame.locals.push({ name, value, type, line, block: frame.block });
}

/** One name that a pattern binds, and the way to its value: `b` with `a` of `{ a: b }`. */
export interface Binding {
  readonly name: string;
  /** Dotted; `null` for what the pattern does not name (`...rest`). */
  readonly path: string | null;
  readonly value: Expr;
  readonly defaultValue: Expr | null;
  readonly line: number;
}

/**
 * The names that a declaration binds, each with its value; declares them for `bodyHash` too. `hoisted` for `var`, which
 * declares in the whole function.
 */
export function bind(reader: SourceReader, name: ts.BindingName, value: Expr, hoisted = false): Binding[] {
  const found: Binding[] = [];
  bindPart(reader, name, { value, path: null, hoisted, found });
  return found;
}

interface Part {
  readonly value: Expr;
  readonly path: string | null;
  readonly hoisted: boolean;
  readonly found: Binding[];
}

function bindPart(reader: SourceReader, name: ts.BindingName, part: Part): void {
  if (name.kind === kinds.Identifier) {
    const { text } = name;
    reader.tokens.declare(text, part.hoisted);
    reader.tokens.reference(text);
    part.found.push({ name: text, path: part.path, value: part.value, defaultValue: null, line: reader.lineOfEnd(name) });
    return;
  }
  const isObject = name.kind === kinds.ObjectBindingPattern;
  const { elements } = name;
  for (let index = 0; index < elements.length; index += 1) {
    const element = elements[index]!;
    if (element.kind !== kinds.OmittedExpression) bindElement(reader, element, isObject ? null : index, part);
  }
}

function bindElement(reader: SourceReader, element: ts.BindingElement, index: number | null, whole: Part): void {
  const { path, value, found } = whole;
  if (element.dotDotDotToken !== undefined) {
    bindPart(reader, element.name, index === null ? whole : { ...whole, value: UNKNOWN });
    return;
  }
  const property = index === null ? propertyName(element.propertyName ?? element.name) : String(index);
  reader.tokens.word(property);
  const part = partOf(value, property, index);
  const first = found.length;
  bindPart(reader, element.name, { ...whole, value: part, path: path === null ? property : `${path}.${property}` });
  if (element.initializer === undefined) return;
  const defaultValue = reader.expression(element.initializer);
  const bound = found[first];
  if (element.name.kind === kinds.Identifier && bound !== undefined) {
    found[first] = { ...bound, value: value === UNKNOWN ? defaultValue : choice(part, defaultValue), defaultValue };
  }
}

/** `object.property` or `array[index]`, read from the literal where there is one. */
function partOf(value: Expr, property: string, index: number | null): Expr {
  if (value === UNKNOWN) return UNKNOWN;
  if (index === null) return { kind: "member", object: value, property };
  return { kind: "element", object: value, index: { kind: "number", value: index } };
}

/** `a = x`, `this.a = x`, `{ a, b } = x`, `a += x`, `exports.a = x`. */
export function readAssignment(reader: SourceReader, node: ts.BinaryExpression): Expr {
  const operator = node.operatorToken.kind;
  const { left, right } = node;
  reader.tokens.mark(operator);
  const name = dottedName(left);
  reader.expression(left);
  const { holder } = reader;
  reader.holder = name === null ? "" : nameOfLocal(reader, name, right);
  const given = reader.expression(right);
  reader.holder = holder;
  if (name === null) {
    assignPattern(reader, left, given);
    return given;
  }
  const value = combined(operator, { kind: "name", name }, given);
  const line = reader.lineOfEnd(left);
  if (operator !== kinds.EqualsToken || !exportAssigned(reader, name, value)) addLocal(reader, name, value, line);
  return given;
}

function combined(operator: ts.SyntaxKind, before: Expr, given: Expr): Expr {
  switch (operator) {
    case kinds.EqualsToken:
      return given;
    case kinds.PlusEqualsToken:
      return given.kind === "number" ? UNKNOWN : { kind: "template", parts: [before, given] };
    case kinds.BarBarEqualsToken:
    case kinds.QuestionQuestionEqualsToken:
    case kinds.AmpersandAmpersandEqualsToken:
      return choice(before, given);
    default:
      return UNKNOWN;
  }
}

/** CommonJS: `module.exports = …`, `exports.a = …`. */
function exportAssigned(reader: SourceReader, name: string, value: Expr): boolean {
  const match = /^(?:module\.)?exports(?:\.(.+))?$/.exec(name);
  if (match === null || name === "exports") return name === "exports";
  reader.exports.push({ exported: match[1] ?? "=", value, from: null });
  return true;
}

/** `[a, b] = x`, `({ a, b: this.c } = x)`. */
function assignPattern(reader: SourceReader, left: ts.Expression, value: Expr): void {
  if (left.kind === kinds.ParenthesizedExpression) {
    assignPattern(reader, (left as ts.ParenthesizedExpression).expression, value);
  } else if (left.kind === kinds.ArrayLiteralExpression) {
    (left as ts.ArrayLiteralExpression).elements.forEach((element, index) => assignPart(reader, element, partOf(value, "", index)));
  } else if (left.kind === kinds.ObjectLiteralExpression) {
    for (const property of (left as ts.ObjectLiteralExpression).properties) {
      const key = property.name === undefined ? "" : propertyName(property.name);
      if (property.kind === kinds.ShorthandPropertyAssignment) assignPart(reader, property.name, partOf(value, key, null));
      if (property.kind === kinds.PropertyAssignment) assignPart(reader, property.initializer, partOf(value, key, null));
    }
  }
}

function assignPart(reader: SourceReader, target: ts.Expression, value: Expr): void {
  const name = dottedName(target);
  if (name === null) assignPattern(reader, target, value);
  else addLocal(reader, name, value, reader.lineOfEnd(target));
}
