import type { Comparison, Expr } from "../source.js";
import { kinds, type ts } from "./compiler.js";
import type { SourceReader } from "./reader.js";

type Operator = Comparison["operator"];

let operators: ReadonlyMap<ts.SyntaxKind, Exclude<Operator, "starts">> | null = null;

/** The operator that compares; `==` and `===` are one. */
function comparing(kind: ts.SyntaxKind): Exclude<Operator, "starts"> | undefined {
  operators ??= new Map<ts.SyntaxKind, Exclude<Operator, "starts">>([
    [kinds.EqualsEqualsEqualsToken, "==="],
    [kinds.EqualsEqualsToken, "==="],
    [kinds.ExclamationEqualsEqualsToken, "!=="],
    [kinds.ExclamationEqualsToken, "!=="],
    [kinds.LessThanToken, "<"],
    [kinds.LessThanEqualsToken, "<="],
    [kinds.GreaterThanToken, ">"],
    [kinds.GreaterThanEqualsToken, ">="],
  ]);
  return operators.get(kind);
}

/** The operator for exchanged sides. */
const EXCHANGED: Readonly<Record<Exclude<Operator, "starts">, Operator>> = {
  "===": "===",
  "!==": "!==",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** Writes down `subject < constant`, whichever side the constant stands on. */
export function noteComparison(reader: SourceReader, kind: ts.SyntaxKind, left: Expr, right: Expr, end: ts.Node): void {
  if (isConstant(right)) addComparison(reader, left, comparing(kind), right, end);
  else if (isConstant(left)) {
    const operator = comparing(kind);
    addComparison(reader, right, operator === undefined ? undefined : EXCHANGED[operator], left, end);
  }
}

/** `case Status.Paid:`. */
export function noteCase(reader: SourceReader, subject: Expr, label: Expr, end: ts.Node): void {
  if (isConstant(label)) addComparison(reader, subject, "===", label, end);
}

/** `row.topic.startsWith("order-")`. */
export function noteBeginning(reader: SourceReader, callee: Expr, args: readonly Expr[], end: ts.Node): void {
  const [beginning] = args;
  if (callee.kind === "member" && callee.property === "startsWith" && args.length === 1 && beginning !== undefined && isConstant(beginning))
    addComparison(reader, callee.object, "starts", beginning, end);
}

/** `!row.topic.startsWith("order-")` was read as if it were not denied. */
export function dropDenied({ frame }: SourceReader, operand: Expr): void {
  const isLast = operand.kind === "call" && operand.callee.kind === "member" && operand.callee.property === "startsWith";
  if (isLast && frame.comparisons.at(-1)?.operator === "starts") frame.comparisons.pop();
}

function addComparison(reader: SourceReader, subject: Expr, operator: Operator | undefined, constant: Expr, end: ts.Node): void {
  if (operator === undefined || subject.kind === "unknown" || isConstant(subject)) return;
  reader.frame.comparisons.push({ subject, operator, constant, line: reader.lineOfEnd(end) });
}

/** Texts, numbers and members of enums. Comparisons with nothing, zero and -1 are about absence, and too many. */
function isConstant(value: Expr): boolean {
  if (value.kind === "text") return value.value !== "" && value.value.length < 200;
  if (value.kind === "number") return value.value > 0;
  return value.kind === "member" && value.object.kind === "name" && /^[A-Z]/.test(value.object.name);
}
