import {
  linesAt,
  listAt,
  NONE,
  packAll,
  packExpr,
  packMember,
  packOptional,
  packOptionalType,
  packTypeRef,
  trimmed,
  unpackAll,
  unpackExpr,
  unpackMember,
  unpackOptional,
  unpackOptionalType,
  unpackTypeRef,
  type Calls,
  type Json,
  type List,
  type SiteAt,
} from "./packed-values.js";
import { knowOutline, outlineOf, type SourceOutline } from "./source-outline.js";
import type {
  Block,
  BlockKind,
  CallQuote,
  CallSite,
  ClassSummary,
  Comparison,
  Decorator,
  ExportBinding,
  FieldSummary,
  FunctionSummary,
  ImportBinding,
  LocalValue,
  Parameter,
  SourceFact,
  TypeSummary,
} from "./source.js";

/**
 * A source fact as JSON for caches and between threads: lists instead of objects, and each call written once although its
 * value stands in its site and wherever it is used. A quarter of the plain form, to write and to read. What was packed by
 * another version of the extractor must not be unpacked; malformed input throws or gives nonsense.
 *
 * It comes in two parts. The head has the outline and all declarations; the body has the functions, which most questions
 * about a file can do without.
 */
export interface PackedSource {
  readonly head: List;
  readonly body: List;
}

export function packSource(fact: SourceFact): PackedSource {
  const { functions } = fact;
  const top = functions[0]?.calls ?? [];
  const head = [
    fact.lines.endLine,
    fact.imports.map(packImport),
    fact.exports.map((one) => packExport(one, top)),
    fact.classes.map((one) => packClass(one, functions[one.parent]?.calls ?? [])),
    fact.types.map((one) => packType(one, top)),
    packOutline(outlineOf(fact)),
  ];
  return {
    head,
    body: [
      functions.map((one) => packFunction(one, functions)),
      fact.quotes.map((quote) => [quote.function, quote.site, quote.text, quote.close]),
    ],
  };
}

/** The fact of a head, whose body is read when something asks for what it holds. */
export function unpackSource(head: List, body: () => List): SourceFact {
  const [endLine, imports, exports, classes, types, outline] = head as [number, List, List, List, List, List];
  const known = lazy(() => unpackBody(body()));
  const siteIn =
    (fn: number): SiteAt =>
    (site) =>
      known().functions[fn]!.calls[site]!;
  const top = siteIn(0);
  const read = {
    exports: lazy(() => exports.map((one) => unpackExport(one, top))),
    classes: lazy(() => classes.map((one) => unpackClass(one as List, siteIn))),
    types: lazy(() => types.map((one) => unpackType(one as List, top))),
  };
  const fact: SourceFact = {
    kind: "source",
    lines: { startLine: 1, endLine },
    language: "typescript",
    imports: imports.map(unpackImport),
    get exports() {
      return read.exports();
    },
    get functions() {
      return known().functions;
    },
    get classes() {
      return read.classes();
    },
    get types() {
      return read.types();
    },
    get quotes() {
      return known().quotes;
    },
  };
  knowOutline(fact, unpackOutline(outline));
  return fact;
}

function unpackBody([functions, quotes]: List): Pick<SourceFact, "functions" | "quotes"> {
  const read: FunctionSummary[] = [];
  for (const one of functions as List) read.push(unpackFunction(one as List, read));
  return { functions: read, quotes: (quotes as List).map(unpackQuote) };
}

function lazy<T>(read: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => (known ??= { value: read() }).value;
}

function packOutline(outline: SourceOutline): List {
  const { functions, sites, declared, calls, roots, receivers, passed, aliases, made, behaviours, assigned, decorated } = outline;
  return trimmed([
    functions,
    sites,
    [...calls],
    [...roots],
    [...declared],
    [...receivers],
    [...passed],
    [...aliases],
    [...made],
    [...behaviours],
    [...assigned],
    decorated ? 1 : 0,
  ]);
}

function unpackOutline(list: List): SourceOutline {
  const names = (index: number): readonly string[] => (list[index] ?? NONE) as readonly string[];
  return {
    functions: (list[0] ?? 0) as number,
    sites: (list[1] ?? 0) as number,
    calls: names(2),
    roots: names(3),
    declared: names(4),
    receivers: names(5),
    passed: names(6),
    aliases: names(7),
    made: names(8),
    behaviours: names(9),
    assigned: names(10),
    decorated: list[11] === 1,
  };
}

// Imports and exports

function packImport({ local, module, imported, typeOnly, line }: ImportBinding): Json {
  return [local, module, line, local === imported ? 0 : imported, typeOnly ? 1 : 0];
}

function unpackImport(json: Json): ImportBinding {
  const [local, module, line, imported, typeOnly] = json as [string, string, number, string | number, number];
  return { local, module, imported: typeof imported === "string" ? imported : local, typeOnly: typeOnly === 1, line };
}

function packExport({ exported, value, from }: ExportBinding, calls: Calls): Json {
  return trimmed([exported, packOptional(value, calls), from?.module ?? null, from?.imported ?? null]);
}

function unpackExport(json: Json, siteAt: SiteAt): ExportBinding {
  const list = json as List;
  const from = list[2] == null ? null : { module: list[2] as string, imported: list[3] as string };
  return { exported: list[0] as string, value: unpackOptional(list[1], siteAt), from };
}

function unpackQuote(json: Json): CallQuote {
  const [fn, site, text, close] = json as [number, number, string, number];
  return { function: fn, site, text, close };
}

// Functions

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
const OPERATORS: readonly Comparison["operator"][] = ["===", "!==", "<", "<=", ">", ">="];

/** An index or none, so that none is an empty value. */
function packIndex(index: number | null): number {
  return index === null ? 0 : index + 1;
}

function unpackIndex(json: Json | undefined): number | null {
  return json == null || json === 0 ? null : (json as number) - 1;
}

function packFunction(one: FunctionSummary, all: readonly FunctionSummary[]): Json {
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

function unpackFunction(list: List, before: readonly FunctionSummary[]): FunctionSummary {
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

function packBlock({ parent, kind, lines, over, binds, group }: Block, calls: Calls): Json {
  return trimmed([KINDS.indexOf(kind), parent ?? 0, lines.startLine, lines.endLine, group, packOptional(over, calls), [...binds]]);
}

function unpackBlock(list: List, siteAt: SiteAt): Block {
  return {
    parent: list[1] as number,
    kind: KINDS[list[0] as number]!,
    lines: linesAt(list, 2),
    over: unpackOptional(list[5], siteAt),
    binds: (list[6] ?? NONE) as readonly string[],
    group: (list[4] ?? 0) as number,
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

function packDecorator({ name, args, line }: Decorator, calls: Calls): Json {
  return [name, line, ...packAll(args, calls)];
}

function unpackDecorator(list: List, siteAt: SiteAt): Decorator {
  return { name: list[0] as string, args: unpackAll(list, 2, siteAt), line: list[1] as number };
}

// Classes and types

const METHODS: readonly ClassSummary["methods"][number]["kind"][] = ["method", "constructor", "getter", "setter"];

function packClass(one: ClassSummary, calls: Calls): Json {
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

function unpackClass(list: List, siteIn: (fn: number) => SiteAt): ClassSummary {
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

function packType(one: TypeSummary, calls: Calls): Json {
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

function unpackType(list: List, siteAt: SiteAt): TypeSummary {
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
