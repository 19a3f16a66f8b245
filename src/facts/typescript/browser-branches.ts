import { kinds, type ts } from "./compiler.js";

/** Of a condition that asks where the code runs: the side that only a page takes. */
export type PageSide = "true" | "false";

const OF_PAGES: ReadonlySet<string> = new Set(["window", "document"]);
const SWAPPED: Readonly<Record<PageSide, PageSide>> = { true: "false", false: "true" };

/** `typeof window === "undefined"`: what is done when it is not true is done in a page, and is no back-end code. */
export function pageSide(condition: ts.Expression): PageSide | null {
  switch (condition.kind) {
    case kinds.ParenthesizedExpression:
      return pageSide((condition as ts.ParenthesizedExpression).expression);
    case kinds.PrefixUnaryExpression: {
      const { operator, operand } = condition as ts.PrefixUnaryExpression;
      const side = operator === kinds.ExclamationToken ? pageSide(operand) : null;
      return side === null ? null : SWAPPED[side];
    }
    case kinds.BinaryExpression:
      return sideOfBinary(condition as ts.BinaryExpression);
    default:
      return null;
  }
}

function sideOfBinary({ left, right, operatorToken }: ts.BinaryExpression): PageSide | null {
  switch (operatorToken.kind) {
    case kinds.EqualsEqualsEqualsToken:
    case kinds.EqualsEqualsToken:
      return asksForPage(left, right) || asksForPage(right, left) ? "false" : null;
    case kinds.ExclamationEqualsEqualsToken:
    case kinds.ExclamationEqualsToken:
      return asksForPage(left, right) || asksForPage(right, left) ? "true" : null;
    // True in pages alone where one part is; false in pages alone where one part is.
    case kinds.AmpersandAmpersandToken:
      return pageSide(left) === "true" || pageSide(right) === "true" ? "true" : null;
    case kinds.BarBarToken:
      return pageSide(left) === "false" || pageSide(right) === "false" ? "false" : null;
    default:
      return null;
  }
}

function asksForPage(asked: ts.Expression, answer: ts.Expression): boolean {
  if (asked.kind !== kinds.TypeOfExpression || answer.kind !== kinds.StringLiteral) return false;
  const { expression } = asked as ts.TypeOfExpression;
  return (
    (answer as ts.StringLiteral).text === "undefined" &&
    expression.kind === kinds.Identifier &&
    OF_PAGES.has((expression as ts.Identifier).text)
  );
}

/** `if (typeof window === "undefined") return null;`: what follows is done in a page. */
export function leavesServer(statement: ts.Statement): boolean {
  if (statement.kind !== kinds.IfStatement) return false;
  const { expression, thenStatement, elseStatement } = statement as ts.IfStatement;
  return elseStatement === undefined && pageSide(expression) === "false" && leaves(thenStatement);
}

function leaves(statement: ts.Statement): boolean {
  const last = statement.kind === kinds.Block ? (statement as ts.Block).statements.at(-1) : statement;
  return last !== undefined && (last.kind === kinds.ReturnStatement || last.kind === kinds.ThrowStatement);
}
