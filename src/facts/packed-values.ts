import type { ByteReader, ByteWriter } from "./bytes.js";
import type { Lines } from "./place.js";
import type { CallSite, Decorator, Expr, ObjectEntry, TypeMember, TypeRef } from "./source.js";

/** The call sites of the function that an expression stands in. */
export type Calls = readonly CallSite[];
/** One of them by its number: it may have to be read first. */
export type SiteAt = (site: number) => CallSite;

const NONE: readonly never[] = [];

/** An index or none, so that none is 0. */
export function writeIndex(out: ByteWriter, index: number | null): void {
  out.number(index === null ? 0 : index + 1);
}

export function readIndex(from: ByteReader): number | null {
  const index = from.number();
  return index === 0 ? null : index - 1;
}

export function writeText(out: ByteWriter, text: string): void {
  out.text(text);
}

export function readText(from: ByteReader): string {
  return from.text();
}

export function writeLines(out: ByteWriter, { startLine, endLine }: Lines): void {
  out.number(startLine);
  // In half-typed code an end may stand before its start.
  out.difference(endLine - startLine);
}

export function readLines(from: ByteReader): Lines {
  const startLine = from.number();
  return { startLine, endLine: startLine + from.difference() };
}

// Expressions: a byte that says which kind, and behind it what that kind holds.

const UNKNOWN_VALUE = 0;
const NAME = 1;
const MEMBER = 2;
const TEXT = 3;
const NUMBER = 4;
const TRUE = 5;
const FALSE = 6;
const NULL = 7;
/** A call whose site is at hand: its callee and arguments are the site's own. */
const SITE = 8;
const CALL = 9;
const CONSTRUCT = 10;
const OBJECT = 11;
const ARRAY = 12;
const OPEN_ARRAY = 13;
const TEMPLATE = 14;
const CHOICE = 15;
const ELEMENT = 16;
const FUNCTION = 17;
const CLASS = 18;
const SPREAD = 19;

const UNKNOWN: Expr = { kind: "unknown" };

export function writeExpr(out: ByteWriter, expr: Expr, calls: Calls): void {
  switch (expr.kind) {
    case "name":
      out.number(NAME);
      out.text(expr.name);
      return;
    case "member":
      out.number(MEMBER);
      writeExpr(out, expr.object, calls);
      out.text(expr.property);
      return;
    case "text":
      out.number(TEXT);
      out.text(expr.value);
      return;
    case "number":
      writeNumber(out, expr.value);
      return;
    case "boolean":
      out.number(expr.value ? TRUE : FALSE);
      return;
    case "null":
      out.number(NULL);
      return;
    case "unknown":
      out.number(UNKNOWN_VALUE);
      return;
    case "call":
      writeCallValue(out, expr, calls);
      return;
    case "element":
      out.number(ELEMENT);
      writeExpr(out, expr.object, calls);
      writeExpr(out, expr.index, calls);
      return;
    case "function":
    case "class":
      out.number(expr.kind === "function" ? FUNCTION : CLASS);
      out.number(expr.id);
      return;
    case "spread":
      out.number(SPREAD);
      writeExpr(out, expr.value, calls);
      return;
    default:
      writeCompound(out, expr, calls);
  }
}

/** In its own words: it may have a fraction, and be negative. */
function writeNumber(out: ByteWriter, value: number): void {
  if (!Number.isFinite(value)) {
    out.number(UNKNOWN_VALUE);
    return;
  }
  out.number(NUMBER);
  out.text(String(value));
}

function writeCompound(out: ByteWriter, expr: Extract<Expr, { kind: "template" | "choice" | "object" | "array" }>, calls: Calls): void {
  switch (expr.kind) {
    case "template":
      out.number(TEMPLATE);
      out.list(expr.parts, writeExpr, calls);
      return;
    case "choice":
      out.number(CHOICE);
      out.list(expr.options, writeExpr, calls);
      return;
    case "object":
      out.number(OBJECT);
      out.list(expr.entries, writeEntry, calls);
      out.list(expr.spreads, writeExpr, calls);
      return;
    default:
      out.number(expr.spread ? OPEN_ARRAY : ARRAY);
      out.list(expr.items, writeExpr, calls);
  }
}

function writeEntry(out: ByteWriter, { key, value, line }: ObjectEntry, calls: Calls): void {
  out.text(key);
  writeExpr(out, value, calls);
  out.number(line);
}

function writeCallValue(out: ByteWriter, expr: Extract<Expr, { kind: "call" }>, calls: Calls): void {
  const site = calls[expr.site];
  if (site !== undefined && site.callee === expr.callee && site.args === expr.args) {
    out.number(SITE);
    out.number(expr.site);
    return;
  }
  out.number(expr.construct ? CONSTRUCT : CALL);
  out.number(expr.site + 1);
  writeExpr(out, expr.callee, calls);
  out.list(expr.args, writeExpr, calls);
}

export function readExpr(from: ByteReader, siteAt: SiteAt): Expr {
  const kind = from.number();
  switch (kind) {
    case NAME:
      return { kind: "name", name: from.text() };
    case MEMBER:
      return { kind: "member", object: readExpr(from, siteAt), property: from.text() };
    case TEXT:
      return { kind: "text", value: from.text() };
    case NUMBER:
      return { kind: "number", value: Number(from.text()) };
    case TRUE:
    case FALSE:
      return { kind: "boolean", value: kind === TRUE };
    case NULL:
      return { kind: "null" };
    case UNKNOWN_VALUE:
      return UNKNOWN;
    case SITE:
      return readSite(from, siteAt);
    case CALL:
    case CONSTRUCT:
      return readCallValue(from, siteAt, kind === CONSTRUCT);
    case ELEMENT:
      return { kind: "element", object: readExpr(from, siteAt), index: readExpr(from, siteAt) };
    case FUNCTION:
      return { kind: "function", id: from.number() };
    case CLASS:
      return { kind: "class", id: from.number() };
    case SPREAD:
      return { kind: "spread", value: readExpr(from, siteAt) };
    default:
      return readCompound(from, kind, siteAt);
  }
}

function readCompound(from: ByteReader, kind: number, siteAt: SiteAt): Expr {
  switch (kind) {
    case OBJECT:
      return { kind: "object", entries: from.list(readEntry, siteAt), spreads: from.list(readExpr, siteAt) };
    case ARRAY:
    case OPEN_ARRAY:
      return { kind: "array", items: from.list(readExpr, siteAt), spread: kind === OPEN_ARRAY };
    case TEMPLATE:
      return { kind: "template", parts: from.list(readExpr, siteAt) };
    case CHOICE:
      return { kind: "choice", options: from.list(readExpr, siteAt) };
    default:
      throw new RangeError("no kind of expression");
  }
}

function readEntry(from: ByteReader, siteAt: SiteAt): ObjectEntry {
  return { key: from.text(), value: readExpr(from, siteAt), line: from.number() };
}

function readSite(from: ByteReader, siteAt: SiteAt): Expr {
  const site = from.number();
  const { callee, args, construct } = siteAt(site);
  return { kind: "call", callee, args, construct, site };
}

function readCallValue(from: ByteReader, siteAt: SiteAt, construct: boolean): Expr {
  const site = from.number() - 1;
  return { kind: "call", callee: readExpr(from, siteAt), args: from.list(readExpr, siteAt), construct, site };
}

// Types

const NAMED = 0;
const WITH_ARGUMENTS = 1;
const WITH_MEMBERS = 2;
const LITERAL = 3;

export function writeTypeRef(out: ByteWriter, type: TypeRef): void {
  const { name, args, members, literal } = type;
  if (literal !== null) {
    out.number(LITERAL);
    out.text(name);
    out.text(literal);
  } else if (members !== null) {
    out.number(WITH_MEMBERS);
    out.text(name);
    out.list(members, writeMember, undefined);
  } else if (args.length > 0) {
    out.number(WITH_ARGUMENTS);
    out.text(name);
    out.list(args, writeTypeRef, undefined);
  } else {
    out.number(NAMED);
    out.text(name);
  }
}

export function readTypeRef(from: ByteReader): TypeRef {
  const kind = from.number();
  const name = from.text();
  switch (kind) {
    case NAMED:
      return { name, args: NONE, members: null, literal: null };
    case WITH_ARGUMENTS:
      return { name, args: from.list(readTypeRef, undefined), members: null, literal: null };
    case WITH_MEMBERS:
      return { name, args: NONE, members: from.list(readMember, undefined), literal: null };
    case LITERAL:
      return { name, args: NONE, members: null, literal: from.text() };
    default:
      throw new RangeError("no kind of type");
  }
}

export function writeMember(out: ByteWriter, { name, type, optional, lines }: TypeMember): void {
  out.text(name);
  out.flag(optional);
  writeLines(out, lines);
  out.optional(type, writeTypeRef, undefined);
}

export function readMember(from: ByteReader): TypeMember {
  const name = from.text();
  const optional = from.flag();
  const lines = readLines(from);
  return { name, type: from.optional(readTypeRef, undefined), optional, lines };
}

// Decorators

export function writeDecorator(out: ByteWriter, { name, args, line }: Decorator, calls: Calls): void {
  out.text(name);
  out.number(line);
  out.list(args, writeExpr, calls);
}

export function readDecorator(from: ByteReader, siteAt: SiteAt): Decorator {
  const name = from.text();
  const line = from.number();
  return { name, args: from.list(readExpr, siteAt), line };
}
