import type { Expr } from "../source.js";
import { readAssignment } from "./assignments.js";
import { dropDenied, noteComparison } from "./comparisons.js";
import { kinds, type ts } from "./compiler.js";
import { conditionsOf, readArm } from "./conditions.js";
import { choice, numeric } from "./expressions.js";
import { UNKNOWN, type SourceReader, type Use } from "./reader.js";

export function readBinary(reader: SourceReader, node: ts.BinaryExpression, use: Use): Expr {
  const operator = node.operatorToken.kind;
  if (operator >= kinds.FirstAssignment && operator <= kinds.LastAssignment) return readAssignment(reader, node);
  if (operator === kinds.PlusToken) return readSum(reader, node);
  reader.tokens.mark(node.kind);
  reader.tokens.mark(operator);
  switch (operator) {
    case kinds.BarBarToken:
    case kinds.QuestionQuestionToken:
      return choice(reader.expression(node.left, use), reader.expression(node.right, use));
    case kinds.AmpersandAmpersandToken:
      reader.expression(node.left);
      return choice(UNKNOWN, readGuarded(reader, node, use));
    case kinds.CommaToken:
      reader.expression(node.left, "floating");
      return reader.expression(node.right, use);
    default:
      return readCalculation(reader, node, operator);
  }
}

/** `b` of `a && b`. */
function readGuarded(reader: SourceReader, { left, right }: ts.BinaryExpression, use: Use): Expr {
  const { frame } = reader;
  return readArm(
    reader,
    "if",
    frame.group(),
    () => conditionsOf(left, true),
    right,
    () => reader.expression(right, use),
  );
}

/** Arithmetic and comparisons. `30 * 1000` is a number; anything else that is calculated is unknown. */
function readCalculation(reader: SourceReader, node: ts.BinaryExpression, operator: ts.SyntaxKind): Expr {
  const left = reader.expression(node.left);
  const right = reader.expression(node.right);
  if (left.kind === "number" && right.kind === "number") return calculated(operator, left.value, right.value);
  noteComparison(reader, operator, left, right, node);
  return UNKNOWN;
}

function calculated(operator: ts.SyntaxKind, left: number, right: number): Expr {
  switch (operator) {
    case kinds.AsteriskToken:
      return numeric(left * right);
    case kinds.SlashToken:
      return numeric(left / right);
    case kinds.MinusToken:
      return numeric(left - right);
    default:
      return UNKNOWN;
  }
}

/** `a + b + c`, however long: the compiler nests sums to the left, one level for each `+`. */
function readSum(reader: SourceReader, node: ts.BinaryExpression): Expr {
  const operands: ts.Expression[] = [];
  let left: ts.Expression = node;
  while (left.kind === kinds.BinaryExpression && (left as ts.BinaryExpression).operatorToken.kind === kinds.PlusToken) {
    operands.push((left as ts.BinaryExpression).right);
    left = (left as ts.BinaryExpression).left;
  }
  operands.push(left);
  const parts: Expr[] = [];
  for (let index = operands.length - 1; index >= 0; index -= 1) {
    reader.tokens.mark(kinds.PlusToken);
    const part = reader.expression(operands[index]!);
    if (parts.length < 200) addPart(parts, part);
  }
  if (parts.every((part) => part.kind === "number")) return numeric(parts.reduce((sum, part) => sum + part.value, 0));
  if (parts.every((part) => part.kind === "unknown" || part.kind === "number")) return UNKNOWN;
  return parts.length === 1 ? parts[0]! : { kind: "template", parts };
}

function addPart(parts: Expr[], part: Expr): void {
  const last = parts.at(-1);
  if (part.kind === "template") for (const each of part.parts) addPart(parts, each);
  else if (part.kind === "text" && last?.kind === "text")
    parts[parts.length - 1] = { kind: "text", value: (last.value + part.value).slice(0, 2000) };
  else parts.push(part);
}

/**
 * The condition of a loop: its operands, so that `page < pages` shows both names and `tries < 3` its limit.
 */
export function readCondition(reader: SourceReader, node: ts.Expression): Expr {
  if (node.kind === kinds.ParenthesizedExpression) return readCondition(reader, (node as ts.ParenthesizedExpression).expression);
  if (node.kind === kinds.PrefixUnaryExpression) {
    reader.tokens.mark((node as ts.PrefixUnaryExpression).operator);
    const operand = readCondition(reader, (node as ts.PrefixUnaryExpression).operand);
    dropDenied(reader, operand);
    return operand;
  }
  if (node.kind !== kinds.BinaryExpression) return reader.expression(node);
  const { left, operatorToken, right } = node as ts.BinaryExpression;
  const operator = operatorToken.kind;
  if (operator === kinds.PlusToken || operator === kinds.CommaToken) return reader.expression(node);
  if (operator >= kinds.FirstAssignment && operator <= kinds.LastAssignment) return reader.expression(node);
  reader.tokens.mark(operator);
  const first = readCondition(reader, left);
  const second = readCondition(reader, right);
  noteComparison(reader, operator, first, second, node);
  return choice(first, second);
}
