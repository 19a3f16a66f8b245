import { readFront, type Front } from "../facts/packed-front.js";
import type { Lines } from "../facts/place.js";
import { outlineOf, type OutlinedSource, type SourceGlance, type SourceOutline } from "../facts/source-outline.js";
import type { CallQuote, ClassSummary, ExportBinding, FunctionSummary, ImportBinding, SourceFact, TypeSummary } from "../facts/source.js";

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
