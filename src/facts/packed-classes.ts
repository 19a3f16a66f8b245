import { packDecorator, unpackDecorator } from "./packed-functions.js";
import {
  linesAt,
  listAt,
  NONE,
  packExpr,
  packMember,
  packOptional,
  packOptionalType,
  packTypeRef,
  trimmed,
  unpackExpr,
  unpackMember,
  unpackOptional,
  unpackOptionalType,
  unpackTypeRef,
  lazy,
  type Calls,
  type Json,
  type List,
  type SiteAt,
} from "./packed-values.js";
import type { ClassSummary, FieldSummary, TypeSummary } from "./source.js";

const METHODS: readonly ClassSummary["methods"][number]["kind"][] = ["method", "constructor", "getter", "setter"];

export function packClass(one: ClassSummary, calls: Calls): Json {
  return trimmed([
    one.name,
    one.lines.startLine,
    one.lines.endLine,
    one.parent,
    one.abstract ? 1 : 0,
    packOptional(one.extends, calls),
    one.extendsArgs.map(packTypeRef),
    one.implements.map(packTypeRef),
    one.methods.map((method) => [method.name, method.function, METHODS.indexOf(method.kind) + (method.static ? 4 : 0)]),
    one.fields.map((field) => packField(field, calls)),
    one.decorators.map((decorator) => packDecorator(decorator, calls)),
    one.id,
  ]);
}

export function unpackClass(list: List, siteIn: (fn: number) => SiteAt): ClassSummary {
  const parent = (list[3] ?? 0) as number;
  const siteAt = siteIn(parent);
  const base = lazy(() => unpackOptional(list[5], siteAt));
  const decorators = lazy(() => listAt(list, 10, (one) => unpackDecorator(one as List, siteAt)));
  return {
    id: (list[11] ?? 0) as number,
    name: list[0] as string,
    lines: linesAt(list, 1),
    parent,
    get extends() {
      return base();
    },
    extendsArgs: listAt(list, 6, unpackTypeRef),
    implements: listAt(list, 7, unpackTypeRef),
    abstract: list[4] === 1,
    get decorators() {
      return decorators();
    },
    fields: listAt(list, 9, (one) => unpackField(one as List, siteAt)),
    methods: listAt(list, 8, (one) => {
      const [name, fn, flags] = one as [string, number, number];
      return { name, function: fn, static: flags >= 4, kind: METHODS[flags & 3]! };
    }),
  };
}

function packField(one: FieldSummary, calls: Calls): Json {
  const flags = (one.static ? 1 : 0) + (one.optional ? 2 : 0);
  return trimmed([
    one.name,
    one.lines.startLine,
    one.lines.endLine,
    flags,
    packOptionalType(one.type),
    packOptional(one.value, calls),
    one.decorators.map((decorator) => packDecorator(decorator, calls)),
  ]);
}

function unpackField(list: List, siteAt: SiteAt): FieldSummary {
  const flags = (list[3] ?? 0) as number;
  const value = lazy(() => unpackOptional(list[5], siteAt));
  return {
    name: list[0] as string,
    type: unpackOptionalType(list[4]),
    get value() {
      return value();
    },
    static: (flags & 1) !== 0,
    optional: (flags & 2) !== 0,
    decorators: listAt(list, 6, (one) => unpackDecorator(one as List, siteAt)),
    lines: linesAt(list, 1),
  };
}

const TYPES: readonly TypeSummary["kind"][] = ["interface", "alias", "enum"];

export function packType(one: TypeSummary, calls: Calls): Json {
  return trimmed([
    one.name,
    TYPES.indexOf(one.kind) + (one.exported ? 4 : 0),
    one.lines.startLine,
    one.lines.endLine,
    packOptionalType(one.type),
    one.members.map(packMember),
    [...one.typeParameters],
    one.extends.map(packTypeRef),
    one.values.map(({ name, value, lines }) => [name, lines.startLine, lines.endLine, packExpr(value, calls)]),
  ]);
}

export function unpackType(list: List, siteAt: SiteAt): TypeSummary {
  const flags = list[1] as number;
  return {
    name: list[0] as string,
    kind: TYPES[flags & 3]!,
    lines: linesAt(list, 2),
    exported: flags >= 4,
    typeParameters: (list[6] ?? NONE) as readonly string[],
    extends: listAt(list, 7, unpackTypeRef),
    members: listAt(list, 5, unpackMember),
    type: unpackOptionalType(list[4]),
    values: listAt(list, 8, (one) => {
      const value = one as List;
      return { name: value[0] as string, value: unpackExpr(value[3]!, siteAt), lines: linesAt(value, 1) };
    }),
  };
}
