import { packClass, packType, unpackClass, unpackType } from "./packed-classes.js";
import { packFunction, unpackFunction } from "./packed-functions.js";
import {
  NONE,
  listAt,
  packOptional,
  trimmed,
  unpackOptional,
  lazy,
  type Calls,
  type Json,
  type List,
  type SiteAt,
} from "./packed-values.js";
import type { Lines } from "./place.js";
import { glanceOf, outlineOf, type OutlinedSource, type SourceGlance, type SourceOutline } from "./source-outline.js";
import type { CallQuote, ClassSummary, ExportBinding, FunctionSummary, ImportBinding, SourceFact, TypeSummary } from "./source.js";

/**
 * A source fact as JSON for caches and between threads: lists instead of objects, and each call written once although its
 * value stands in its site and wherever it is used. A quarter of the plain form, to write and to read. What was packed by
 * another version of the extractor must not be unpacked; malformed input throws or gives nonsense.
 *
 * It comes in three parts. The front is what is asked of every file of a system: whom it imports. The head has the outline
 * and all declarations, which the files of one part of a system ask of each other; the body has the functions.
 */
export interface PackedSource {
  readonly front: List;
  readonly head: List;
  readonly body: List;
}

export function packSource(fact: SourceFact): PackedSource {
  const { functions } = fact;
  const top = functions[0]?.calls ?? [];
  const glance = glanceOf(fact);
  return {
    front: trimmed([
      fact.lines.endLine,
      fact.imports.map(packImport),
      glance.functions,
      glance.sites,
      // Nearly always all of them are imported.
      glance.modules.slice(new Set(fact.imports.map(({ module }) => module)).size),
      glance.touchesDocument ? 1 : 0,
    ]),
    head: [
      fact.exports.map((one) => packExport(one, top)),
      fact.classes.map((one) => packClass(one, functions[one.parent]?.calls ?? [])),
      fact.types.map((one) => packType(one, top)),
      packOutline(outlineOf(fact)),
    ],
    body: [
      functions.map((one) => packFunction(one, functions)),
      fact.quotes.map((quote) => [quote.function, quote.site, quote.text, quote.close]),
    ],
  };
}

/** The fact, whose parts are read when something asks for what they hold. */
export function unpackSource(parts: PackedParts): SourceFact {
  return new UnpackedSource(parts);
}

/** Gives the parts of a packed source. */
export interface PackedParts {
  front(): List;
  head(): List;
  body(): List;
}

class UnpackedSource implements OutlinedSource {
  readonly kind = "source";
  readonly language = "typescript";
  readonly #parts: PackedParts;
  #front: UnpackedFront | null = null;
  #head: UnpackedHead | null = null;
  #body: Pick<SourceFact, "functions" | "quotes"> | null = null;

  constructor(parts: PackedParts) {
    this.#parts = parts;
  }

  get lines(): Lines {
    return this.#seen().lines;
  }

  get imports(): readonly ImportBinding[] {
    return this.#seen().imports;
  }

  get glance(): SourceGlance {
    return this.#seen().glance;
  }

  get exports(): readonly ExportBinding[] {
    return this.#declared().exports();
  }

  get classes(): readonly ClassSummary[] {
    return this.#declared().classes();
  }

  get types(): readonly TypeSummary[] {
    return this.#declared().types();
  }

  get outline(): SourceOutline {
    return this.#declared().outline();
  }

  get functions(): readonly FunctionSummary[] {
    return this.#held().functions;
  }

  get quotes(): readonly CallQuote[] {
    return this.#held().quotes;
  }

  /** As it was before it was packed. */
  toJSON(): SourceFact {
    const { kind, lines, language, imports, exports, functions, classes, types, quotes } = this;
    return { kind, lines, language, imports, exports, functions, classes, types, quotes };
  }

  #seen(): UnpackedFront {
    return (this.#front ??= unpackFront(this.#parts.front()));
  }

  #declared(): UnpackedHead {
    return (this.#head ??= unpackHead(this.#parts.head(), (fn) => (site) => this.functions[fn]!.calls[site]!));
  }

  #held(): Pick<SourceFact, "functions" | "quotes"> {
    return (this.#body ??= unpackBody(this.#parts.body()));
  }
}

type UnpackedFront = Pick<OutlinedSource, "lines" | "imports" | "glance">;

function unpackFront(front: List): UnpackedFront {
  if (typeof front[0] !== "number") throw new TypeError("no packed source");
  const imports = listAt(front, 1, unpackImport);
  return { lines: { startLine: 1, endLine: front[0] }, imports, glance: unpackGlance(front, imports) };
}

function unpackGlance(front: List, imports: readonly ImportBinding[]): SourceGlance {
  const imported = [...new Set(imports.map(({ module }) => module))];
  return {
    functions: (front[2] ?? 0) as number,
    sites: (front[3] ?? 0) as number,
    modules: [...imported, ...((front[4] ?? NONE) as readonly string[])],
    touchesDocument: front[5] === 1,
  };
}

/** Each read on the first question: a class may hold calls, for which the body has to be read. */
interface UnpackedHead {
  readonly exports: () => readonly ExportBinding[];
  readonly classes: () => readonly ClassSummary[];
  readonly types: () => readonly TypeSummary[];
  readonly outline: () => SourceOutline;
}

function unpackHead([exports, classes, types, outline]: List, siteIn: (fn: number) => SiteAt): UnpackedHead {
  const top = siteIn(0);
  return {
    exports: lazy(() => (exports as List).map((one) => unpackExport(one, top))),
    classes: lazy(() => (classes as List).map((one) => unpackClass(one as List, siteIn))),
    types: lazy(() => (types as List).map((one) => unpackType(one as List, top))),
    outline: lazy(() => unpackOutline(outline as List)),
  };
}

function unpackBody([functions, quotes]: List): Pick<SourceFact, "functions" | "quotes"> {
  const read: FunctionSummary[] = [];
  for (const one of functions as List) read.push(unpackFunction(one as List, read));
  return { functions: read, quotes: (quotes as List).map(unpackQuote) };
}

function packOutline(outline: SourceOutline): List {
  const { declared, calls, roots, receivers, passed, aliases, made, behaviours, assigned, decorated } = outline;
  return trimmed([calls, roots, declared, receivers, passed, aliases, made, behaviours, assigned, decorated ? 1 : 0]);
}

function unpackOutline(list: List): SourceOutline {
  const names = (index: number): readonly string[] => (list[index] ?? NONE) as readonly string[];
  return {
    calls: names(0),
    roots: names(1),
    declared: names(2),
    receivers: names(3),
    passed: names(4),
    aliases: names(5),
    made: names(6),
    behaviours: names(7),
    assigned: names(8),
    decorated: list[9] === 1,
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
