import type { Lines } from "../facts/place.js";
import { glanceOf, outlineOf, type OutlinedSource, type SourceGlance, type SourceOutline } from "../facts/source-outline.js";
import type { CallQuote, ClassSummary, ExportBinding, FunctionSummary, ImportBinding, SourceFact, TypeSummary } from "../facts/source.js";

/** What is asked of every source file of a system. */
type Front = Pick<OutlinedSource, "lines" | "imports" | "glance">;

/** As JSON: `[last line, imports, glance]`, each import as `[local, module, imported, line, only a type]`. */
type WrittenFront = [number, (readonly [string, string, string, number, 0 | 1])[], SourceGlance];

export function writeFront(fact: SourceFact): string {
  const imports = fact.imports.map(
    ({ local, module, imported, line, typeOnly }) => [local, module, imported, line, typeOnly ? 1 : 0] as const,
  );
  return JSON.stringify([fact.lines.endLine, imports, glanceOf(fact)] satisfies WrittenFront);
}

function readFront(text: string): Front {
  const [endLine, imports, glance] = JSON.parse(text) as WrittenFront;
  return {
    lines: { startLine: 1, endLine },
    imports: imports.map(([local, module, imported, line, typeOnly]) => ({ local, module, imported, line, typeOnly: typeOnly === 1 })),
    glance,
  };
}

/** A source fact of which no more than the front is here. To ask for anything else before it was completed is an error. */
export class FrontedSource implements OutlinedSource {
  readonly kind = "source";
  readonly language = "typescript";
  /** Of its facts in the cache. */
  readonly key: string;
  readonly #written: string;
  #front: Front | null = null;
  #whole: SourceFact | null = null;

  constructor(key: string, written: string) {
    this.key = key;
    this.#written = written;
  }

  get isWhole(): boolean {
    return this.#whole !== null;
  }

  /** @param fact what the same text says, in full */
  complete(fact: SourceFact): void {
    this.#whole = fact;
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
    return this.#read().exports;
  }

  get classes(): readonly ClassSummary[] {
    return this.#read().classes;
  }

  get types(): readonly TypeSummary[] {
    return this.#read().types;
  }

  get outline(): SourceOutline {
    return outlineOf(this.#read());
  }

  get functions(): readonly FunctionSummary[] {
    return this.#read().functions;
  }

  get quotes(): readonly CallQuote[] {
    return this.#read().quotes;
  }

  #seen(): Front {
    return (this.#front ??= readFront(this.#written));
  }

  #read(): SourceFact {
    if (this.#whole === null) throw new Error("a source file was asked for more than was read of it");
    return this.#whole;
  }
}
