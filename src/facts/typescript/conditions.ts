import type { BranchKind, Condition, Expr } from "../source.js";
import { kinds, type ts } from "./compiler.js";
import type { OpenBlock } from "./frame.js";
import { dottedName } from "./names.js";
import type { SourceReader } from "./reader.js";

/** What is written in an arm of `a ? b : c`, or after `a &&`: a block of its own, where it holds calls. */
export function readArm(
  reader: SourceReader,
  kind: BranchKind,
  group: number,
  when: () => readonly Condition[],
  node: ts.Expression,
  read: () => Expr,
): Expr {
  const { frame } = reader;
  const blocks = frame.blocks.length;
  const before = frame.written();
  const block = frame.openBlock(kind, reader.linesOf(node), group);
  const value = read();
  frame.closeBlock();
  if (frame.written() === before) frame.dropBlocks(blocks);
  else noteConditions(block, when());
  return value;
}

export function noteConditions(block: OpenBlock, when: readonly Condition[]): void {
  if (when.length > 0) block.when = when;
}

/** What is known of single values where a condition is (or is not) fulfilled; of what it asks besides, nothing. */
export function conditionsOf(node: ts.Expression, fulfilled: boolean): readonly Condition[] {
  switch (node.kind) {
    case kinds.ParenthesizedExpression:
      return conditionsOf((node as ts.ParenthesizedExpression).expression, fulfilled);
    case kinds.PrefixUnaryExpression: {
      const { operator, operand } = node as ts.PrefixUnaryExpression;
      return operator === kinds.ExclamationToken ? conditionsOf(operand, !fulfilled) : [];
    }
    case kinds.BinaryExpression:
      return ofBinary(node as ts.BinaryExpression, fulfilled);
    // `if (isNew)`; what objects say of themselves changes with what is done to them.
    case kinds.Identifier:
      return [{ subject: (node as ts.Identifier).text, constant: null, holds: fulfilled }];
    default:
      return [];
  }
}

function ofBinary({ left, operatorToken, right }: ts.BinaryExpression, fulfilled: boolean): readonly Condition[] {
  switch (operatorToken.kind) {
    case kinds.AmpersandAmpersandToken:
      return fulfilled ? [...conditionsOf(left, true), ...conditionsOf(right, true)] : [];
    case kinds.BarBarToken:
      return fulfilled ? [] : [...conditionsOf(left, false), ...conditionsOf(right, false)];
    case kinds.EqualsEqualsEqualsToken:
    case kinds.EqualsEqualsToken:
      return ofEquation(left, right, fulfilled);
    case kinds.ExclamationEqualsEqualsToken:
    case kinds.ExclamationEqualsToken:
      return ofEquation(left, right, !fulfilled);
    default:
      return [];
  }
}

function ofEquation(left: ts.Expression, right: ts.Expression, holds: boolean): readonly Condition[] {
  const [of, constant] = isConstant(right) ? [left, right] : isConstant(left) ? [right, left] : [null, null];
  const subject = of === null ? null : dottedName(of);
  return subject === null || constant === null ? [] : [{ subject, constant: textOf(constant), holds }];
}

/** Texts, numbers, members of enums and names in capitals. */
function isConstant(node: ts.Expression): boolean {
  if (node.kind === kinds.StringLiteral || node.kind === kinds.NumericLiteral) return true;
  return /^[A-Z]\w*\.\w+$|^[A-Z][A-Z0-9_]+$/.test(dottedName(node) ?? "");
}

/** Texts in quotes, so that they are told from names. */
function textOf(node: ts.Expression): string {
  const { text } = node as ts.LiteralExpression;
  return (dottedName(node) ?? (node.kind === kinds.StringLiteral ? JSON.stringify(text) : text)).slice(0, 100);
}
