import type { Decorator, Expr, FunctionSummary, Parameter } from "../source.js";
import { addLocal, bind } from "./assignments.js";
import { kinds, type ts } from "./compiler.js";
import { readDecorators } from "./decorators.js";
import { Frame } from "./frame.js";
import { CALLBACK_METHODS, literalText, nameFromHolder, qualified } from "./names.js";
import { UNKNOWN, type SourceReader } from "./reader.js";
import { addReturn, readStatements } from "./statements.js";
import { typeRef } from "./type-refs.js";

/** Function and arrow expressions, methods and accessors of object literals. */
export function readFunctionExpression(reader: SourceReader, node: ts.FunctionLikeDeclaration): Expr {
  if (node.body === undefined) return UNKNOWN;
  reader.tokens.mark(node.kind);
  const own = node.kind === kinds.FunctionExpression ? node.name?.text : undefined;
  const name = reader.holder === "" && own !== undefined ? own : nameFromHolder(reader);
  return { kind: "function", id: readFunction(reader, node, { name: qualified(reader, name), class: reader.class, decorators: [] }) };
}

/** A function declaration: a local of the function it stands in. */
export function readFunctionDeclaration(reader: SourceReader, node: ts.FunctionDeclaration): void {
  if (node.body === undefined) return;
  reader.tokens.mark(node.kind);
  const name = node.name?.text ?? "default";
  reader.tokens.declare(name);
  const id = readFunction(reader, node, { name: qualified(reader, name), class: null, decorators: [] });
  addLocal(reader, name, { kind: "function", id }, node.name === undefined ? reader.lineOfStart(node) : reader.lineOfEnd(node.name));
}

export interface FunctionContext {
  readonly name: string;
  readonly class: number | null;
  readonly decorators: readonly Decorator[];
  /** Methods of top-level classes stand in no function. */
  readonly parent?: number | null;
}

/** Reads one function with a body into `SourceFact.functions`; gives its id. */
export function readFunction(reader: SourceReader, node: ts.FunctionLikeDeclaration, context: FunctionContext): number {
  const id = reader.functions.length;
  reader.functions.push(null);
  const { frame: outer, holder, class: outerClass } = reader;
  const lines = { startLine: startLine(reader, node), endLine: reader.lineOfEnd(node) };
  const frame = new Frame(id, context.name, lines);
  reader.frame = frame;
  reader.holder = "";
  reader.class = null;
  reader.tokens.openScope(true);
  if (node.kind === kinds.FunctionExpression && node.name !== undefined) reader.tokens.declare(node.name.text);

  const parameters = readParameters(reader, node.parameters);
  const body = reader.tokens.openBody();
  reader.bodies[id] = body;
  readBody(reader, node.body!);
  reader.tokens.closeBody(body);

  reader.tokens.closeScope();
  reader.frame = outer;
  reader.holder = holder;
  reader.class = outerClass;
  reader.functions[id] = {
    id,
    name: context.name,
    lines,
    bodyHash: "",
    parent: context.parent === undefined ? outer.id : context.parent,
    class: context.class,
    parameters,
    decorators: context.decorators,
    async: hasModifier(node, kinds.AsyncKeyword),
    generator: (node as ts.FunctionDeclaration).asteriskToken !== undefined,
    returnType: node.type === undefined ? null : typeRef(reader, node.type),
    locals: frame.locals,
    calls: frame.calls,
    blocks: frame.blocks,
    comparisons: frame.comparisons,
    returns: frame.returns,
  };
  return id;
}

function readBody(reader: SourceReader, body: ts.Node): void {
  if (body.kind === kinds.Block) {
    readStatements(reader, (body as ts.Block).statements);
    return;
  }
  reader.tokens.mark(kinds.ReturnStatement);
  addReturn(reader, reader.expression(body as ts.Expression, "returned"));
}

/** The first line without decorators, which have their own. */
function startLine(reader: SourceReader, node: ts.FunctionLikeDeclaration): number {
  const { modifiers } = node as { modifiers?: ts.NodeArray<ts.ModifierLike> };
  const last = modifiers?.findLast((modifier) => modifier.kind === kinds.Decorator);
  if (last === undefined) return reader.lineOfStart(node);
  const behind =
    modifiers!.find((modifier) => modifier.pos >= last.end) ?? (node as { asteriskToken?: ts.Node }).asteriskToken ?? node.name;
  return behind === undefined ? reader.lineOfStart(node) : reader.lineOfStart(behind);
}

export function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  const { modifiers } = node as { modifiers?: ts.NodeArray<ts.ModifierLike> };
  return modifiers !== undefined && modifiers.some((modifier) => modifier.kind === kind);
}

function readParameters(reader: SourceReader, nodes: readonly ts.ParameterDeclaration[]): Parameter[] {
  const parameters: Parameter[] = [];
  let index = 0;
  for (const node of nodes) {
    if (node.name.kind === kinds.Identifier && node.name.text === "this") continue;
    readParameter(reader, node, index, parameters);
    index += 1;
  }
  return parameters;
}

function readParameter(reader: SourceReader, node: ts.ParameterDeclaration, index: number, parameters: Parameter[]): void {
  const type = node.type === undefined ? null : typeRef(reader, node.type);
  const decorators = node.modifiers === undefined ? [] : readDecorators(reader, node.modifiers);
  const field = node.modifiers !== undefined && node.modifiers.some((modifier) => modifier.kind !== kinds.Decorator);
  const bindings = bind(reader, node.name, UNKNOWN);
  const whole = node.initializer === undefined ? null : reader.expression(node.initializer);
  const isRest = node.dotDotDotToken !== undefined;
  for (const { name, path, defaultValue } of bindings) {
    parameters.push({
      name,
      index,
      property: isRest && path === null ? "..." : path,
      type,
      decorators,
      defaultValue: defaultValue ?? (path === null ? whole : null),
      field,
    });
  }
}

/**
 * `orders.filter((order) => order.paid)`: a function that calls nothing, keeps nothing and makes nothing is not worth a
 * summary. There are more of these than of all others.
 */
export function dropTrivialCallback(reader: SourceReader, callee: Expr, argument: Expr): Expr {
  if (argument.kind !== "function" || argument.id !== reader.functions.length - 1) return argument;
  if (callee.kind !== "member" || !CALLBACK_METHODS.has(callee.property)) return argument;
  const summary = reader.functions[argument.id]!;
  if (!isTrivial(summary)) return argument;
  reader.functions.pop();
  reader.bodies.pop();
  return UNKNOWN;
}

function isTrivial(summary: FunctionSummary): boolean {
  if (summary.calls.length > 0 || summary.locals.length > 0) return false;
  return summary.returns.every((value) => isPlain(value, 0));
}

function isPlain(value: Expr, depth: number): boolean {
  switch (value.kind) {
    case "member":
      return depth < 4 && isPlain(value.object, depth + 1);
    case "element":
      return depth < 4 && isPlain(value.object, depth + 1) && isPlain(value.index, depth + 1);
    case "unknown":
    case "boolean":
    case "null":
    case "number":
      return true;
    case "name":
      return true;
    default:
      return literalText(value) === "";
  }
}
