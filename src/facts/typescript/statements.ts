import type { BlockKind, Condition, Expr } from "../source.js";
import { addLocal, bind, type Binding } from "./assignments.js";
import { leavesServer, pageSide } from "./browser-branches.js";
import { noteCase } from "./comparisons.js";
import { conditionsOf, noteConditions } from "./conditions.js";
import { blockScoped, kinds, type ts } from "./compiler.js";
import type { OpenBlock } from "./frame.js";
import { nameOfLocal } from "./names.js";
import { readCondition } from "./operators.js";
import { UNKNOWN, type SourceReader } from "./reader.js";
import { requiredModule, readRequire } from "./requires.js";
import { typeRef } from "./type-refs.js";

/** Statements one after the other; each knows whether it or one that is sure to follow leaves. */
export function readStatements(reader: SourceReader, statements: readonly ts.Statement[]): void {
  const { frame } = reader;
  const inherited = frame.leaves;
  const exit = firstExit(reader, statements);
  const detour = exit < 0 ? -1 : lastDetour(reader, statements, exit);
  for (let index = 0; index < statements.length; index += 1) {
    const statement = statements[index]!;
    const isLast = index === statements.length - 1;
    frame.leaves = (index <= exit && index > detour) || (isLast && inherited);
    reader.statement(statement);
    if (leavesServer(statement)) break;
  }
  frame.leaves = inherited;
}

/** -1 where none is one. A loop, as this is asked of every block of every file. */
function firstExit(reader: SourceReader, statements: readonly ts.Statement[]): number {
  for (let index = 0; index < statements.length; index += 1) if (isExit(reader, statements[index]!)) return index;
  return -1;
}

/** The last statement before `exit` in which a round may end and the next begin; -1 where there is none. */
function lastDetour({ text }: SourceReader, statements: readonly ts.Statement[], exit: number): number {
  for (let index = exit - 1; index >= 0; index -= 1) {
    const { pos, end } = statements[index]!;
    if (text.slice(pos, end).includes("continue")) return index;
  }
  return -1;
}

function isExit(reader: SourceReader, statement: ts.Statement): boolean {
  switch (statement.kind) {
    case kinds.ReturnStatement:
    case kinds.ThrowStatement:
      return true;
    case kinds.BreakStatement:
      return reader.frame.breakLeaves || (statement as ts.BreakStatement).label !== undefined;
    default:
      return false;
  }
}

export function readExpressionStatement(reader: SourceReader, node: ts.ExpressionStatement): void {
  reader.tokens.mark(node.kind);
  reader.expression(node.expression, "floating");
}

export function readVariables(reader: SourceReader, node: ts.VariableStatement): void {
  reader.tokens.mark(node.kind);
  readDeclarations(reader, node.declarationList);
}

function readDeclarations(reader: SourceReader, list: ts.VariableDeclarationList): void {
  const hoisted = isHoisted(list);
  for (const declaration of list.declarations) readDeclaration(reader, declaration, hoisted);
}

/** `var`. */
function isHoisted(list: ts.VariableDeclarationList): boolean {
  return (list.flags & blockScoped) === 0;
}

function readDeclaration(reader: SourceReader, node: ts.VariableDeclaration, hoisted: boolean): void {
  const { name, initializer } = node;
  if (initializer !== undefined) {
    const required = requiredModule(initializer);
    if (required !== null && (required.imported === "*" || name.kind === kinds.Identifier)) {
      readRequire(reader, name, required);
      return;
    }
  }
  const written = node.type ?? (initializer === undefined ? undefined : assertedType(initializer));
  const type = written === undefined ? null : typeRef(reader, written);
  const isName = name.kind === kinds.Identifier;
  const { holder } = reader;
  reader.holder = isName ? nameOfLocal(reader, name.text, initializer) : "";
  const value = initializer === undefined ? UNKNOWN : reader.expression(initializer);
  reader.holder = holder;
  for (const bound of bind(reader, name, value, hoisted)) addLocal(reader, bound.name, bound.value, bound.line, isName ? type : null);
}

/** The `T` of `x as T`, `x satisfies T`, `<T>x`. */
function assertedType(node: ts.Expression): ts.TypeNode | undefined {
  switch (node.kind) {
    case kinds.AsExpression:
    case kinds.SatisfiesExpression:
    case kinds.TypeAssertionExpression:
      return isConst((node as ts.AsExpression).type) ? undefined : (node as ts.AsExpression).type;
    case kinds.AwaitExpression:
    case kinds.ParenthesizedExpression:
      return assertedType((node as ts.AwaitExpression).expression);
    default:
      return undefined;
  }
}

/** `as const`. */
function isConst(node: ts.TypeNode): boolean {
  if (node.kind !== kinds.TypeReference) return false;
  const { typeName } = node as ts.TypeReferenceNode;
  return typeName.kind === kinds.Identifier && typeName.text === "const";
}

export function readReturn(reader: SourceReader, node: ts.ReturnStatement): void {
  reader.tokens.mark(node.kind);
  if (node.expression === undefined) return;
  addReturn(reader, reader.expression(node.expression, "returned"));
}

/** What a function returns; that it returns something unknown is said once. */
export function addReturn(reader: SourceReader, value: Expr): void {
  const { returns } = reader.frame;
  if (value !== UNKNOWN || !returns.includes(UNKNOWN)) returns.push(value);
}

/** `break` and `continue`: for `bodyHash` alone. */
export function readJump(reader: SourceReader, node: ts.BreakOrContinueStatement): void {
  reader.tokens.mark(node.kind);
}

/** What is thrown is not an effect; what its arguments call may be. */
export function readThrow(reader: SourceReader, node: ts.ThrowStatement): void {
  reader.tokens.mark(node.kind);
  const { expression } = node;
  if (expression.kind !== kinds.NewExpression) {
    reader.expression(expression);
    return;
  }
  const thrown = expression as ts.NewExpression;
  reader.expression(thrown.expression);
  const { holder } = reader;
  for (const argument of thrown.arguments ?? []) {
    reader.holder = thrown;
    reader.expression(argument);
  }
  reader.holder = holder;
}

export function readPlainBlock(reader: SourceReader, node: ts.Block): void {
  reader.tokens.openScope();
  readStatements(reader, node.statements);
  reader.tokens.closeScope();
}

/** A statement or block as a block of its own. */
function readBlock(
  reader: SourceReader,
  kind: BlockKind,
  group: number,
  node: ts.Node,
  startLine: number,
  when: readonly Condition[] = [],
): void {
  const block = reader.frame.openBlock(kind, { startLine, endLine: reader.lineOfEnd(node) }, group);
  if (kind === "if" || kind === "else") noteWayOut(block, node.kind === kinds.Block ? (node as ts.Block).statements.at(-1) : node);
  noteConditions(block, when);
  readBranch(reader, node);
  reader.frame.closeBlock();
}

/** Braces around all that a `case` does are usual. */
function lastOf({ statements }: ts.CaseOrDefaultClause): ts.Node | undefined {
  const last = statements.at(-1);
  return last?.kind === kinds.Block ? (last as ts.Block).statements.at(-1) : last;
}

function noteWayOut(block: OpenBlock, last: ts.Node | undefined): void {
  if (last?.kind === kinds.ReturnStatement) block.leaves = "returns";
  else if (last?.kind === kinds.ThrowStatement) block.leaves = "throws";
  else if (last?.kind === kinds.ContinueStatement && (last as ts.ContinueStatement).label === undefined) block.leaves = "continues";
}

function readBranch(reader: SourceReader, node: ts.Node): void {
  reader.tokens.openScope();
  readStatements(reader, node.kind === kinds.Block ? (node as ts.Block).statements : [node as ts.Statement]);
  reader.tokens.closeScope();
  reader.tokens.mark(0);
}

export function readIf(reader: SourceReader, node: ts.IfStatement): void {
  const { frame } = reader;
  reader.tokens.mark(node.kind);
  const startLine = reader.lineOfStart(node);
  reader.expression(node.expression);
  const blocks = frame.blocks.length;
  const before = frame.written();
  const group = frame.group();
  const inPage = pageSide(node.expression);
  if (inPage !== "true") readBlock(reader, "if", group, node.thenStatement, startLine, conditionsOf(node.expression, true));
  if (node.elseStatement !== undefined && inPage !== "false")
    readBlock(reader, "else", group, node.elseStatement, reader.lineOfStart(node.elseStatement), conditionsOf(node.expression, false));
  if (frame.written() === before) frame.dropBlocks(blocks);
}

export function readSwitch(reader: SourceReader, node: ts.SwitchStatement): void {
  const { frame } = reader;
  reader.tokens.mark(node.kind);
  const subject = reader.expression(node.expression);
  const blocks = frame.blocks.length;
  const before = frame.written();
  const group = frame.group();
  const { breakLeaves } = frame;
  frame.breakLeaves = false;
  reader.tokens.openScope();
  for (const clause of node.caseBlock.clauses) {
    reader.tokens.mark(clause.kind);
    if (clause.kind === kinds.CaseClause) {
      const { expression } = clause;
      noteCase(reader, subject, reader.expression(expression), expression);
    }
    noteWayOut(frame.openBlock("case", reader.linesOf(clause), group), lastOf(clause));
    readStatements(reader, clause.statements);
    frame.closeBlock();
  }
  reader.tokens.closeScope();
  frame.breakLeaves = breakLeaves;
  if (frame.written() === before) frame.dropBlocks(blocks);
}

export function readTry(reader: SourceReader, node: ts.TryStatement): void {
  const { frame } = reader;
  reader.tokens.mark(node.kind);
  const blocks = frame.blocks.length;
  const before = frame.written();
  const group = frame.group();
  readBlock(reader, "try", group, node.tryBlock, reader.lineOfStart(node));
  if (node.catchClause !== undefined) readCatch(reader, node.catchClause, group);
  if (node.finallyBlock !== undefined) readBlock(reader, "finally", group, node.finallyBlock, reader.lineOfStart(node.finallyBlock));
  if (frame.written() === before) frame.dropBlocks(blocks);
}

function readCatch(reader: SourceReader, node: ts.CatchClause, group: number): void {
  const { frame } = reader;
  reader.tokens.mark(node.kind);
  reader.tokens.openScope();
  const block = frame.openBlock("catch", reader.linesOf(node), group);
  if (node.variableDeclaration !== undefined) block.binds = bind(reader, node.variableDeclaration.name, UNKNOWN).map(({ name }) => name);
  readBranch(reader, node.block);
  frame.closeBlock();
  reader.tokens.closeScope();
}

/** `for (const order of orders)`, `for await`, `for (const key in orders)`. What is iterated is evaluated before the loop. */
export function readForOf(reader: SourceReader, node: ts.ForOfStatement | ts.ForInStatement): void {
  reader.tokens.mark(node.kind);
  const isOf = node.kind === kinds.ForOfStatement;
  const waits = isOf && node.awaitModifier !== undefined;
  const over = reader.expression(node.expression);
  const { frame } = reader;
  const firstLocal = frame.locals.length;
  const block = frame.blocks.length;
  let bound: readonly Binding[] = [];
  readLoop(reader, waits ? "for-await" : isOf ? "for-of" : "for-in", node, () => {
    bound = loopBindings(reader, node.initializer, { kind: "element", object: over, index: UNKNOWN });
    return { over, binds: bound.map(({ name }) => name) };
  });
  // Of `[name, url]` each name has a part of the element: a variable of the loop.
  const parts = isOf && frame.blocks.length > block ? bound.filter(({ path, value }) => path !== null && value !== UNKNOWN) : [];
  frame.locals.splice(firstLocal, 0, ...parts.map(({ name, value, line }) => ({ name, value, type: null, line, block })));
}

export function readFor(reader: SourceReader, node: ts.ForStatement): void {
  reader.tokens.mark(node.kind);
  reader.tokens.openScope();
  const binds = node.initializer === undefined ? [] : loopStart(reader, node.initializer);
  readLoop(reader, "for", node, () => {
    const over = node.condition === undefined ? null : readCondition(reader, node.condition);
    if (node.incrementor !== undefined) reader.expression(node.incrementor, "floating");
    return { over, binds };
  });
  reader.tokens.closeScope();
}

export function readWhile(reader: SourceReader, node: ts.WhileStatement | ts.DoStatement): void {
  reader.tokens.mark(node.kind);
  readLoop(reader, node.kind === kinds.DoStatement ? "do" : "while", node, () => ({
    over: readCondition(reader, node.expression),
    binds: [],
  }));
}

interface LoopHead {
  readonly over: Expr | null;
  readonly binds: readonly string[];
}

/** A loop's block. The head is read inside it: a condition is evaluated again for each round. */
function readLoop(reader: SourceReader, kind: BlockKind, node: ts.IterationStatement, readHead: () => LoopHead): void {
  const { frame } = reader;
  const blocks = frame.blocks.length;
  const before = frame.written();
  const { leaves, breakLeaves } = frame;
  reader.tokens.openScope();
  const block = frame.openBlock(kind, reader.linesOf(node), frame.group());
  frame.leaves = false;
  frame.breakLeaves = true;
  Object.assign(block, readHead());
  readBranch(reader, node.statement);
  frame.leaves = leaves;
  frame.breakLeaves = breakLeaves;
  frame.closeBlock();
  reader.tokens.closeScope();
  if (frame.written() === before) frame.dropBlocks(blocks);
}

function isDeclarationList(node: ts.ForInitializer): node is ts.VariableDeclarationList {
  return (node as ts.VariableDeclarationList).declarations !== undefined;
}

function loopBindings(reader: SourceReader, initializer: ts.ForInitializer, element: Expr): readonly Binding[] {
  if (isDeclarationList(initializer)) {
    const hoisted = isHoisted(initializer);
    return initializer.declarations.flatMap((each) => bind(reader, each.name, element, hoisted));
  }
  const target = reader.expression(initializer);
  return target.kind === "name"
    ? [{ name: target.name, path: null, value: element, defaultValue: null, line: reader.lineOfEnd(initializer) }]
    : [];
}

function loopStart(reader: SourceReader, initializer: ts.ForInitializer): string[] {
  if (!isDeclarationList(initializer)) {
    reader.expression(initializer, "floating");
    return [];
  }
  readDeclarations(reader, initializer);
  return initializer.declarations.flatMap(({ name }) => (name.kind === kinds.Identifier ? [name.text] : []));
}

export function readLabeled(reader: SourceReader, node: ts.LabeledStatement): void {
  reader.statement(node.statement);
}

export function readWith(reader: SourceReader, node: ts.WithStatement): void {
  reader.expression(node.expression);
  readBranch(reader, node.statement);
}
