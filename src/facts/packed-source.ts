import { ByteReader, written, type ByteWriter, type Written } from "./bytes.js";
import { readClass, readType, writeClass, writeType } from "./packed-classes.js";
import { readFront, writeFront, type Front } from "./packed-front.js";
import { readFunction, writeFunction } from "./packed-functions.js";
import { readExpr, readText, writeExpr, writeText, type Calls, type SiteAt } from "./packed-values.js";
import type { Lines } from "./place.js";
import { outlineAndGlance, type OutlinedSource, type SourceGlance, type SourceOutline } from "./source-outline.js";
import type { CallQuote, ClassSummary, ExportBinding, FunctionSummary, ImportBinding, SourceFact, TypeSummary } from "./source.js";

/**
 * A source fact as bytes for caches and between threads, each call written once although its value stands in its site and
 * wherever it is used. What was packed by another version of the extractor must not be unpacked; malformed input throws or
 * gives nonsense.
 *
 * It comes in three parts. The front is what is asked of every file of a system: whom it imports. The head has the outline
 * and all declarations, which the files of one part of a system ask of each other; the body has the functions.
 */
export interface PackedSource {
  readonly front: string;
  readonly head: Written;
  readonly body: Written;
}

export function packSource(fact: SourceFact): PackedSource {
  const { glance, outline } = outlineAndGlance(fact);
  return {
    front: writeFront(fact, glance),
    head: written((out) => writeHead(out, fact, outline)),
    body: written((out) => writeBody(out, fact)),
  };
}

/** The fact, whose parts are read when something asks for what they hold. */
export function unpackSource(parts: PackedParts): SourceFact {
  return new UnpackedSource(parts);
}

/** Gives the parts of a packed source. */
export interface PackedParts {
  front(): string;
  head(): Written;
  body(): Written;
}

class UnpackedSource implements OutlinedSource {
  readonly kind = "source";
  readonly language = "typescript";
  readonly #parts: PackedParts;
  #front: Front | null = null;
  #head: Head | null = null;
  #body: Body | null = null;

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

  #seen(): Front {
    return (this.#front ??= readFront(this.#parts.front()));
  }

  #declared(): Head {
    return (this.#head ??= readHead(readerOf(this.#parts.head()), (fn) => (site) => this.functions[fn]!.calls[site]!));
  }

  #held(): Body {
    return (this.#body ??= readBody(readerOf(this.#parts.body())));
  }
}

function readerOf({ bytes, texts }: Written): ByteReader {
  return new ByteReader(bytes, texts);
}

// The head

/** Each read on the first question: a class may hold calls, for which the body has to be read. */
interface Head {
  readonly exports: () => readonly ExportBinding[];
  readonly classes: () => readonly ClassSummary[];
  readonly types: () => readonly TypeSummary[];
  readonly outline: () => SourceOutline;
}

function writeHead(out: ByteWriter, fact: SourceFact, outline: SourceOutline): void {
  const { functions } = fact;
  const top = functions[0]?.calls ?? [];
  out.apart(() => out.list(fact.exports, writeExport, top));
  out.apart(() => {
    out.number(fact.classes.length);
    for (const one of fact.classes) writeClass(out, one, functions[one.parent]?.calls ?? []);
  });
  out.apart(() => out.list(fact.types, writeType, top));
  out.apart(() => writeOutline(out, outline));
}

function readHead(from: ByteReader, siteIn: (fn: number) => SiteAt): Head {
  const top = siteIn(0);
  return {
    exports: from.later((later) => later.list(readExport, top)),
    classes: from.later((later) => later.list(readClass, siteIn)),
    types: from.later((later) => later.list(readType, top)),
    outline: from.later(readOutline),
  };
}

function writeExport(out: ByteWriter, { exported, value, from }: ExportBinding, calls: Calls): void {
  out.text(exported);
  out.optional(value, writeExpr, calls);
  out.optional(from, writeSource, undefined);
}

function readExport(from: ByteReader, siteAt: SiteAt): ExportBinding {
  return { exported: from.text(), value: from.optional(readExpr, siteAt), from: from.optional(readSource, undefined) };
}

type ReExported = NonNullable<ExportBinding["from"]>;

function writeSource(out: ByteWriter, { module, imported }: ReExported): void {
  out.text(module);
  out.text(imported);
}

function readSource(from: ByteReader): ReExported {
  return { module: from.text(), imported: from.text() };
}

const NAMES = ["declared", "calls", "roots", "receivers", "passed", "aliases", "made", "behaviours", "assigned"] as const;

function writeOutline(out: ByteWriter, outline: SourceOutline): void {
  for (const names of NAMES) out.list(outline[names], writeText, undefined);
  out.flag(outline.decorated);
}

function readOutline(from: ByteReader): SourceOutline {
  const names = (): readonly string[] => from.list(readText, undefined);
  return {
    declared: names(),
    calls: names(),
    roots: names(),
    receivers: names(),
    passed: names(),
    aliases: names(),
    made: names(),
    behaviours: names(),
    assigned: names(),
    decorated: from.flag(),
  };
}

// The body

type Body = Pick<SourceFact, "functions" | "quotes">;

function writeBody(out: ByteWriter, { functions, quotes }: SourceFact): void {
  out.list(functions, writeFunction, functions);
  out.list(quotes, writeQuote, undefined);
}

function readBody(from: ByteReader): Body {
  const functions: FunctionSummary[] = [];
  for (let count = from.number(); count > 0; count -= 1) functions.push(readFunction(from, functions));
  return { functions, quotes: from.list(readQuote, undefined) };
}

function writeQuote(out: ByteWriter, { function: fn, site, text, close }: CallQuote): void {
  out.number(fn);
  out.number(site);
  out.text(text);
  out.number(close);
}

function readQuote(from: ByteReader): CallQuote {
  return { function: from.number(), site: from.number(), text: from.text(), close: from.number() };
}
