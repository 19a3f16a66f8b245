import {
  linesAt,
  listAt,
  NONE,
  packAll,
  packExpr,
  packOptional,
  packOptionalType,
  packTypeRef,
  trimmed,
  unpackAll,
  unpackExpr,
  unpackOptional,
  unpackOptionalType,
  unpackTypeRef,
  type Calls,
  type Json,
  type List,
  type SiteAt,
} from "./packed-values.js";
import type { Block, BlockKind, CallSite, Comparison, Condition, Decorator, FunctionSummary, LocalValue, Parameter } from "./source.js";

const RESULTS: readonly CallSite["result"][] = ["awaited", "returned", "floating", "used"];
const KINDS: readonly BlockKind[] = [
  "body",
  "for",
  "for-of",
  "for-in",
  "for-await",
  "while",
  "do",
  "if",
  "else",
  "case",
  "try",
  "catch",
  "finally",
];
const OPERATORS: readonly Comparison["operator"][] = ["===", "!==", "<", "<=", ">", ">=", "starts"];

/** An index or none, so that none is an empty value. */
function packIndex(index: number | null): number {
  return index === null ? 0 : index + 1;
}

function unpackIndex(json: Json | undefined): number | null {
  return json == null || json === 0 ? null : (json as number) - 1;
}

export function packFunction(one: FunctionSummary, all: readonly FunctionSummary[]): Json {
  const { calls, lines } = one;
  const around = all[one.parent ?? 0]?.calls ?? [];
  return trimmed([
    one.name,
    lines.startLine,
    lines.endLine,
    one.bodyHash,
    (one.async ? 1 : 0) + (one.generator ? 2 : 0),
    packIndex(one.parent),
    packIndex(one.class),
    calls.map((site) => packCall(site, calls)),
    one.locals.map((local) => packLocal(local, calls)),
    one.blocks.slice(1).map((block) => packBlock(block, calls)),
    packAll(one.returns, calls),
    one.parameters.map((parameter) => packParameter(parameter, calls)),
    packOptionalType(one.returnType),
    one.comparisons.map((comparison) => packComparison(comparison, calls)),
    one.decorators.map((decorator) => packDecorator(decorator, around)),
  ]);
}

export function unpackFunction(list: List, before: readonly FunctionSummary[]): FunctionSummary {
  const flags = (list[4] ?? 0) as number;
  const parent = unpackIndex(list[5]);
  const lines = linesAt(list, 1);
  const calls: CallSite[] = [];
  const siteAt: SiteAt = (site) => calls[site]!;
  for (const site of (list[7] ?? NONE) as List) calls.push(unpackCall(site as List, siteAt));
  const around: SiteAt = (site) => before[parent ?? 0]!.calls[site]!;
  const body: Block = { parent: null, kind: "body", lines, over: null, binds: NONE, group: 0 };
  return {
    id: before.length,
    name: list[0] as string,
    lines,
    bodyHash: list[3] as string,
    parent,
    class: unpackIndex(list[6]),
    parameters: listAt(list, 11, (one) => unpackParameter(one as List, siteAt)),
    decorators: listAt(list, 14, (one) => unpackDecorator(one as List, around)),
    async: (flags & 1) !== 0,
    generator: (flags & 2) !== 0,
    returnType: unpackOptionalType(list[12]),
    locals: listAt(list, 8, (one) => unpackLocal(one as List, siteAt)),
    calls,
    blocks: [body, ...listAt(list, 9, (one) => unpackBlock(one as List, siteAt))],
    comparisons: listAt(list, 13, (one) => unpackComparison(one as List, siteAt)),
    returns: listAt(list, 10, (one) => unpackExpr(one, siteAt)),
  };
}

function packCall(site: CallSite, calls: Calls): Json {
  const flags = RESULTS.indexOf(site.result) + (site.construct ? 4 : 0) + (site.exits ? 8 : 0);
  const { startLine, endLine } = site.lines;
  return trimmed([
    packExpr(site.callee, calls),
    startLine,
    endLine - startLine,
    packAll(site.args, calls),
    flags,
    site.block,
    site.typeArgs.map(packTypeRef),
  ]);
}

function unpackCall(list: List, siteAt: SiteAt): CallSite {
  const startLine = list[1] as number;
  const flags = (list[4] ?? 0) as number;
  return {
    lines: { startLine, endLine: startLine + ((list[2] ?? 0) as number) },
    callee: unpackExpr(list[0]!, siteAt),
    args: listAt(list, 3, (one) => unpackExpr(one, siteAt)),
    construct: (flags & 4) !== 0,
    typeArgs: listAt(list, 6, unpackTypeRef),
    result: RESULTS[flags & 3]!,
    block: (list[5] ?? 0) as number,
    exits: (flags & 8) !== 0,
  };
}

function packLocal({ name, value, type, line, block }: LocalValue, calls: Calls): Json {
  return trimmed([name, packExpr(value, calls), line, block, packOptionalType(type)]);
}

function unpackLocal(list: List, siteAt: SiteAt): LocalValue {
  return {
    name: list[0] as string,
    value: unpackExpr(list[1]!, siteAt),
    type: unpackOptionalType(list[4]),
    line: list[2] as number,
    block: (list[3] ?? 0) as number,
  };
}

const LEAVES = [undefined, "returns", "throws", "continues"] as const;

function packBlock({ parent, kind, lines, over, binds, group, leaves, when }: Block, calls: Calls): Json {
  const { startLine, endLine } = lines;
  return trimmed([
    KINDS.indexOf(kind),
    parent ?? 0,
    startLine,
    endLine,
    group,
    packOptional(over, calls),
    [...binds],
    LEAVES.indexOf(leaves),
    (when ?? []).map(({ subject, constant, holds }) => [subject, constant, holds]),
  ]);
}

function unpackCondition([subject, constant, holds]: List): Condition {
  return { subject: subject as string, constant: constant as string | null, holds: holds as boolean };
}

function unpackBlock(list: List, siteAt: SiteAt): Block {
  const leaves = LEAVES[(list[7] ?? 0) as number];
  return {
    parent: list[1] as number,
    kind: KINDS[list[0] as number]!,
    lines: linesAt(list, 2),
    over: unpackOptional(list[5], siteAt),
    binds: (list[6] ?? NONE) as readonly string[],
    group: (list[4] ?? 0) as number,
    ...(leaves === undefined ? {} : { leaves }),
    ...(list[8] === undefined ? {} : { when: listAt(list, 8, (one) => unpackCondition(one as List)) }),
  };
}

function packParameter(one: Parameter, calls: Calls): Json {
  return trimmed([
    one.name,
    one.index,
    one.field ? 1 : 0,
    one.property,
    packOptionalType(one.type),
    packOptional(one.defaultValue, calls),
    one.decorators.map((decorator) => packDecorator(decorator, calls)),
  ]);
}

function unpackParameter(list: List, siteAt: SiteAt): Parameter {
  return {
    name: list[0] as string,
    index: (list[1] ?? 0) as number,
    property: (list[3] ?? null) as string | null,
    type: unpackOptionalType(list[4]),
    decorators: listAt(list, 6, (one) => unpackDecorator(one as List, siteAt)),
    defaultValue: unpackOptional(list[5], siteAt),
    field: list[2] === 1,
  };
}

function packComparison({ subject, operator, constant, line }: Comparison, calls: Calls): Json {
  return [packExpr(subject, calls), OPERATORS.indexOf(operator), packExpr(constant, calls), line];
}

function unpackComparison(list: List, siteAt: SiteAt): Comparison {
  return {
    subject: unpackExpr(list[0]!, siteAt),
    operator: OPERATORS[list[1] as number]!,
    constant: unpackExpr(list[2]!, siteAt),
    line: list[3] as number,
  };
}

export function packDecorator({ name, args, line }: Decorator, calls: Calls): Json {
  return [name, line, ...packAll(args, calls)];
}

export function unpackDecorator(list: List, siteAt: SiteAt): Decorator {
  return { name: list[0] as string, args: unpackAll(list, 2, siteAt), line: list[1] as number };
}
