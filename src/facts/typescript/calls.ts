import type { CallSite, Expr } from "../source.js";
import { noteBeginning } from "./comparisons.js";
import { kinds, type ts } from "./compiler.js";
import { dropTrivialCallback } from "./functions.js";
import { holderOfArguments } from "./names.js";
import { UNKNOWN, type SourceReader, type Use } from "./reader.js";
import { typeList } from "./type-refs.js";

export function readCall(reader: SourceReader, node: ts.CallExpression | ts.NewExpression, use: Use): Expr {
  const construct = node.kind === kinds.NewExpression;
  reader.tokens.mark(node.kind);
  const awaited = construct ? null : awaitedArgument(node);
  if (awaited !== null) return reader.expression(awaited, "awaited");
  const callee = node.expression.kind === kinds.ImportKeyword ? IMPORT : reader.expression(node.expression);
  const args = readArguments(reader, node, callee);
  if (!construct && isSilent(callee, use)) return UNKNOWN;
  if (!construct && isConversion(callee)) return args[0] ?? UNKNOWN;
  noteBeginning(reader, callee, args, node);
  return addCall(reader, node, { callee, args, construct, use, typeArguments: node.typeArguments });
}

/** At the top of a file without imports and exports the compiler takes `await (…)` for a call. */
function awaitedArgument({ expression, arguments: list }: ts.CallExpression): ts.Expression | null {
  return expression.kind === kinds.Identifier && (expression as ts.Identifier).text === "await" && list.length === 1 ? list[0]! : null;
}

const IMPORT: Expr = { kind: "name", name: "import" };

/** `` gql`…` ``, `` prisma.$queryRaw`…` ``: a call with the template as its argument. */
export function readTaggedTemplate(reader: SourceReader, node: ts.TaggedTemplateExpression, use: Use): Expr {
  reader.tokens.mark(node.kind);
  const callee = reader.expression(node.tag);
  const args = [reader.expression(node.template)];
  return addCall(reader, node, { callee, args, construct: false, use, typeArguments: node.typeArguments });
}

function readArguments(reader: SourceReader, node: ts.CallExpression | ts.NewExpression, callee: Expr): Expr[] {
  const list = node.arguments;
  if (list === undefined || list.length === 0) return [];
  const { holder } = reader;
  const own = holderOfArguments(reader, node);
  const args: Expr[] = [];
  for (const argument of list) {
    // Set anew for each: an argument's own parts change it.
    reader.holder = own;
    args.push(dropTrivialCallback(reader, callee, reader.expression(argument)));
  }
  reader.holder = holder;
  reader.tokens.mark(0);
  return args;
}

interface CallParts {
  readonly callee: Expr;
  readonly args: readonly Expr[];
  readonly construct: boolean;
  readonly use: Use;
  readonly typeArguments: readonly ts.TypeNode[] | undefined;
}

function addCall(reader: SourceReader, node: ts.CallExpression | ts.NewExpression | ts.TaggedTemplateExpression, parts: CallParts): Expr {
  const { frame } = reader;
  const { callee, args, construct, use, typeArguments } = parts;
  const site: CallSite = {
    lines: callLines(reader, node),
    callee,
    args,
    construct,
    typeArgs: typeList(reader, typeArguments),
    result: use,
    block: frame.block,
    exits: frame.leaves,
  };
  frame.calls.push(site);
  return { kind: "call", callee, args, construct, site: frame.calls.length - 1 };
}

/**
 * The lines that someone who comments on the call would choose: of a chain only the last link, and of a call that takes
 * a function only down to where its body starts. The body has lines of its own.
 */
function callLines(reader: SourceReader, node: ts.CallExpression | ts.NewExpression | ts.TaggedTemplateExpression): CallSite["lines"] {
  const callee = node.kind === kinds.TaggedTemplateExpression ? node.tag : (node as ts.CallExpression).expression;
  const startLine =
    node.kind !== kinds.NewExpression && callee.kind === kinds.PropertyAccessExpression
      ? reader.lineOfEnd((callee as ts.PropertyAccessExpression).name)
      : reader.lineOfStart(node);
  const body = firstBody((node as ts.CallExpression).arguments, 0);
  const end = body === null ? node.end - 1 : reader.start(body);
  return { startLine, endLine: Math.max(startLine, reader.lineIndex.at(end)) };
}

/** The first block body among functions that a call takes, also through a call in it: `Promise.all(orders.map(…))`. */
function firstBody(list: readonly ts.Expression[] | undefined, depth: number): ts.Node | null {
  if (list === undefined || depth > 3) return null;
  for (const argument of list) {
    if (argument.kind === kinds.ArrowFunction || argument.kind === kinds.FunctionExpression) {
      const { body } = argument as ts.ArrowFunction;
      if (body.kind === kinds.Block) return body;
    } else if (argument.kind === kinds.CallExpression) {
      const inner = firstBody((argument as ts.CallExpression).arguments, depth + 1);
      if (inner !== null) return inner;
    }
  }
  return null;
}

const SILENT_GLOBALS: ReadonlySet<string> = new Set(["console", "Math", "performance"]);
const SILENT_FUNCTIONS: ReadonlySet<string> = new Set(["isNaN", "isFinite"]);
const CONVERSIONS: ReadonlySet<string> = new Set(["Number", "parseFloat", "parseInt"]);

/** A port is the same whether it is a text or a number. */
function isConversion(callee: Expr): boolean {
  return callee.kind === "name" && CONVERSIONS.has(callee.name);
}

/** Calls that reach nothing and carry nothing. What their arguments call was written down before. */
function isSilent(callee: Expr, use: Use): boolean {
  if (callee.kind === "name") return SILENT_FUNCTIONS.has(callee.name);
  if (callee.kind !== "member" || callee.object.kind !== "name") return false;
  const { name } = callee.object;
  if (SILENT_GLOBALS.has(name)) return true;
  return use === "floating" && name === "JSON" ? true : name === "Date" && callee.property === "now";
}
