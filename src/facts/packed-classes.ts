import type { ByteReader, ByteWriter } from "./bytes.js";
import {
  readDecorator,
  readExpr,
  readLines,
  readMember,
  readText,
  readTypeRef,
  writeDecorator,
  writeExpr,
  writeLines,
  writeMember,
  writeText,
  writeTypeRef,
  type Calls,
  type SiteAt,
} from "./packed-values.js";
import type { ClassSummary, FieldSummary, TypeSummary } from "./source.js";

type Method = ClassSummary["methods"][number];

const METHODS: readonly Method["kind"][] = ["method", "constructor", "getter", "setter"];

/** Values stand apart: they may hold calls, for which functions have to be read. */
export function writeClass(out: ByteWriter, one: ClassSummary, calls: Calls): void {
  out.number(one.id);
  out.text(one.name);
  writeLines(out, one.lines);
  out.number(one.parent);
  out.flag(one.abstract);
  out.apart(() => out.optional(one.extends, writeExpr, calls));
  out.list(one.extendsArgs, writeTypeRef, undefined);
  out.list(one.implements, writeTypeRef, undefined);
  out.list(one.methods, writeMethod, undefined);
  out.list(one.fields, writeField, calls);
  out.apart(() => out.list(one.decorators, writeDecorator, calls));
}

/** @param siteIn gives the calls of a function by its number */
export function readClass(from: ByteReader, siteIn: (fn: number) => SiteAt): ClassSummary {
  const id = from.number();
  const name = from.text();
  const lines = readLines(from);
  const parent = from.number();
  const siteAt = siteIn(parent);
  const abstract = from.flag();
  const base = from.later((later) => later.optional(readExpr, siteAt));
  const extendsArgs = from.list(readTypeRef, undefined);
  const implemented = from.list(readTypeRef, undefined);
  const methods = from.list(readMethod, undefined);
  const fields = from.list(readField, siteAt);
  const decorators = from.later((later) => later.list(readDecorator, siteAt));
  return {
    id,
    name,
    lines,
    parent,
    get extends() {
      return base();
    },
    extendsArgs,
    implements: implemented,
    abstract,
    get decorators() {
      return decorators();
    },
    fields,
    methods,
  };
}

function writeMethod(out: ByteWriter, method: Method): void {
  out.text(method.name);
  out.number(method.function);
  out.number(METHODS.indexOf(method.kind) + (method.static ? 4 : 0));
}

function readMethod(from: ByteReader): Method {
  const name = from.text();
  const fn = from.number();
  const flags = from.number();
  return { name, function: fn, static: flags >= 4, kind: METHODS[flags & 3]! };
}

function writeField(out: ByteWriter, one: FieldSummary, calls: Calls): void {
  out.text(one.name);
  writeLines(out, one.lines);
  out.number((one.static ? 1 : 0) + (one.optional ? 2 : 0));
  out.optional(one.type, writeTypeRef, undefined);
  out.apart(() => out.optional(one.value, writeExpr, calls));
  out.apart(() => out.list(one.decorators, writeDecorator, calls));
}

function readField(from: ByteReader, siteAt: SiteAt): FieldSummary {
  const name = from.text();
  const lines = readLines(from);
  const flags = from.number();
  const type = from.optional(readTypeRef, undefined);
  const value = from.later((later) => later.optional(readExpr, siteAt));
  const decorators = from.later((later) => later.list(readDecorator, siteAt));
  return {
    name,
    type,
    get value() {
      return value();
    },
    static: (flags & 1) !== 0,
    optional: (flags & 2) !== 0,
    get decorators() {
      return decorators();
    },
    lines,
  };
}

const TYPES: readonly TypeSummary["kind"][] = ["interface", "alias", "enum"];

export function writeType(out: ByteWriter, one: TypeSummary, calls: Calls): void {
  out.text(one.name);
  out.number(TYPES.indexOf(one.kind) + (one.exported ? 4 : 0));
  writeLines(out, one.lines);
  out.list(one.typeParameters, writeText, undefined);
  out.list(one.extends, writeTypeRef, undefined);
  out.list(one.members, writeMember, undefined);
  out.optional(one.type, writeTypeRef, undefined);
  out.list(one.values, writeEnumMember, calls);
}

export function readType(from: ByteReader, siteAt: SiteAt): TypeSummary {
  const name = from.text();
  const flags = from.number();
  return {
    name,
    kind: TYPES[flags & 3]!,
    lines: readLines(from),
    exported: flags >= 4,
    typeParameters: from.list(readText, undefined),
    extends: from.list(readTypeRef, undefined),
    members: from.list(readMember, undefined),
    type: from.optional(readTypeRef, undefined),
    values: from.list(readEnumMember, siteAt),
  };
}

type EnumMember = TypeSummary["values"][number];

function writeEnumMember(out: ByteWriter, { name, value, lines }: EnumMember, calls: Calls): void {
  out.text(name);
  writeLines(out, lines);
  writeExpr(out, value, calls);
}

function readEnumMember(from: ByteReader, siteAt: SiteAt): EnumMember {
  const name = from.text();
  const lines = readLines(from);
  return { name, value: readExpr(from, siteAt), lines };
}
