import type { ByteReader, ByteWriter } from "./bytes.js";
import {
  readDecorator,
  readExpr,
  readIndex,
  readLines,
  readText,
  readTypeRef,
  writeDecorator,
  writeExpr,
  writeIndex,
  writeLines,
  writeText,
  writeTypeRef,
  type Calls,
  type SiteAt,
} from "./packed-values.js";
import type { Block, BlockKind, CallSite, Comparison, Condition, FunctionSummary, LocalValue, Parameter } from "./source.js";

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

const NONE: readonly never[] = [];

/** Calls stand first: the rest refers to them. */
export function writeFunction(out: ByteWriter, one: FunctionSummary, all: readonly FunctionSummary[]): void {
  const { calls } = one;
  out.text(one.name);
  writeLines(out, one.lines);
  out.text(one.bodyHash);
  out.number((one.async ? 1 : 0) + (one.generator ? 2 : 0));
  writeIndex(out, one.parent);
  writeIndex(out, one.class);
  out.list(calls, writeCall, calls);
  out.list(one.parameters, writeParameter, calls);
  out.list(one.decorators, writeDecorator, all[one.parent ?? 0]?.calls ?? NONE);
  out.optional(one.returnType, writeTypeRef, undefined);
  out.list(one.locals, writeLocal, calls);
  out.list(one.blocks.slice(1), writeBlock, calls);
  out.list(one.comparisons, writeComparison, calls);
  out.list(one.returns, writeExpr, calls);
}

export function readFunction(from: ByteReader, before: readonly FunctionSummary[]): FunctionSummary {
  const name = from.text();
  const lines = readLines(from);
  const bodyHash = from.text();
  const flags = from.number();
  const parent = readIndex(from);
  const holder = readIndex(from);
  const calls: CallSite[] = [];
  const siteAt: SiteAt = (site) => calls[site]!;
  for (let count = from.number(); count > 0; count -= 1) calls.push(readCall(from, siteAt));
  const around: SiteAt = (site) => before[parent ?? 0]!.calls[site]!;
  return {
    id: before.length,
    name,
    lines,
    bodyHash,
    parent,
    class: holder,
    parameters: from.list(readParameter, siteAt),
    decorators: from.list(readDecorator, around),
    async: (flags & 1) !== 0,
    generator: (flags & 2) !== 0,
    returnType: from.optional(readTypeRef, undefined),
    locals: from.list(readLocal, siteAt),
    calls,
    blocks: [{ parent: null, kind: "body", lines, over: null, binds: NONE, group: 0 }, ...from.list(readBlock, siteAt)],
    comparisons: from.list(readComparison, siteAt),
    returns: from.list(readExpr, siteAt),
  };
}

function writeCall(out: ByteWriter, site: CallSite, calls: Calls): void {
  out.number(RESULTS.indexOf(site.result) + (site.construct ? 4 : 0) + (site.exits ? 8 : 0));
  writeLines(out, site.lines);
  writeExpr(out, site.callee, calls);
  out.list(site.args, writeExpr, calls);
  out.list(site.typeArgs, writeTypeRef, undefined);
  out.number(site.block);
}

function readCall(from: ByteReader, siteAt: SiteAt): CallSite {
  const flags = from.number();
  return {
    lines: readLines(from),
    callee: readExpr(from, siteAt),
    args: from.list(readExpr, siteAt),
    construct: (flags & 4) !== 0,
    typeArgs: from.list(readTypeRef, undefined),
    result: RESULTS[flags & 3]!,
    block: from.number(),
    exits: (flags & 8) !== 0,
  };
}

function writeLocal(out: ByteWriter, { name, value, type, line, block }: LocalValue, calls: Calls): void {
  out.text(name);
  writeExpr(out, value, calls);
  out.optional(type, writeTypeRef, undefined);
  out.number(line);
  out.number(block);
}

function readLocal(from: ByteReader, siteAt: SiteAt): LocalValue {
  return {
    name: from.text(),
    value: readExpr(from, siteAt),
    type: from.optional(readTypeRef, undefined),
    line: from.number(),
    block: from.number(),
  };
}

const LEAVES = [undefined, "returns", "throws", "continues"] as const;

function writeBlock(out: ByteWriter, { parent, kind, lines, over, binds, group, leaves, when }: Block, calls: Calls): void {
  out.number(KINDS.indexOf(kind));
  out.number(parent ?? 0);
  writeLines(out, lines);
  out.number(group);
  out.optional(over, writeExpr, calls);
  out.list(binds, writeText, undefined);
  out.number(LEAVES.indexOf(leaves));
  out.list(when ?? [], writeCondition, undefined);
}

function readBlock(from: ByteReader, siteAt: SiteAt): Block {
  const kind = KINDS[from.number()]!;
  const parent = from.number();
  const lines = readLines(from);
  const group = from.number();
  const over = from.optional(readExpr, siteAt);
  const binds = from.list(readText, undefined);
  const leaves = LEAVES[from.number()];
  const when = from.list(readCondition, undefined);
  return {
    parent,
    kind,
    lines,
    over,
    binds,
    group,
    ...(leaves === undefined ? {} : { leaves }),
    ...(when.length === 0 ? {} : { when }),
  };
}

function writeCondition(out: ByteWriter, { subject, constant, holds }: Condition): void {
  out.text(subject);
  out.optional(constant, writeText, undefined);
  out.flag(holds);
}

function readCondition(from: ByteReader): Condition {
  return { subject: from.text(), constant: from.optional(readText, undefined), holds: from.flag() };
}

function writeParameter(out: ByteWriter, one: Parameter, calls: Calls): void {
  out.text(one.name);
  out.number(one.index);
  out.optional(one.property, writeText, undefined);
  out.optional(one.type, writeTypeRef, undefined);
  out.list(one.decorators, writeDecorator, calls);
  out.optional(one.defaultValue, writeExpr, calls);
  out.flag(one.field);
}

function readParameter(from: ByteReader, siteAt: SiteAt): Parameter {
  return {
    name: from.text(),
    index: from.number(),
    property: from.optional(readText, undefined),
    type: from.optional(readTypeRef, undefined),
    decorators: from.list(readDecorator, siteAt),
    defaultValue: from.optional(readExpr, siteAt),
    field: from.flag(),
  };
}

function writeComparison(out: ByteWriter, { subject, operator, constant, line }: Comparison, calls: Calls): void {
  writeExpr(out, subject, calls);
  out.number(OPERATORS.indexOf(operator));
  writeExpr(out, constant, calls);
  out.number(line);
}

function readComparison(from: ByteReader, siteAt: SiteAt): Comparison {
  return {
    subject: readExpr(from, siteAt),
    operator: OPERATORS[from.number()]!,
    constant: readExpr(from, siteAt),
    line: from.number(),
  };
}
