import { packClass, packType, unpackClass, unpackType } from "./packed-classes.js";
import { packFunction, unpackFunction } from "./packed-functions.js";
import { NONE, packOptional, trimmed, unpackOptional, lazy, type Calls, type Json, type List, type SiteAt } from "./packed-values.js";
import { knowOutline, outlineOf, type SourceOutline } from "./source-outline.js";
import type { CallQuote, ExportBinding, FunctionSummary, ImportBinding, SourceFact } from "./source.js";

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
