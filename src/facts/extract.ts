import { extractors } from "./extractors.js";
import type { ExclusionReason, Extractor, Extraction, InlineIgnore, Unreadable } from "./facts.js";
import { exclusionByContent } from "./exclusion.js";
import { findIgnores } from "./ignores.js";

/** Raised whenever something in this file or below it, apart from the extractors, may give another result. */
const VERSION = 8;

/** Everything that one text says, whatever path it has. */
export interface TextFacts extends Extraction {
  readonly ignores: readonly InlineIgnore[];
  /** What the text shows itself to be, so that it does not count; facts and the rest are empty then. */
  readonly excluded: ExclusionReason | null;
}

export interface ExtractionOptions {
  /** Asked for by the settings: what looks generated is read too. */
  readonly included?: boolean;
}

/** The extractors that look at a file with this path, in order of id. None: the file is of no interest. */
export function extractorsFor(path: string): readonly Extractor[] {
  return extractors.filter((extractor) => extractor.accepts(path));
}

/** Those with these ids, in the same order. */
export function extractorsNamed(ids: readonly string[]): readonly Extractor[] {
  return extractors.filter(({ id }) => ids.includes(id));
}

/**
 * All that the result for a path and a text depends on besides the text: part of the key under which it may be kept.
 */
export function extractionKey(path: string, options: ExtractionOptions = {}, readers = extractorsFor(path)): string {
  const versions = readers.map(({ id, version }) => `${id}@${version}`);
  return [VERSION, options.included === true ? "included" : "", baseName(path), ...versions].join("\0");
}

/** Loads what the extractors of this path need before `extractText`; `null` where they need nothing. */
export function prepareFor(path: string, readers = extractorsFor(path)): Promise<unknown> | null {
  const pending = readers.flatMap((extractor) => extractor.prepare?.() ?? []);
  return pending.length === 0 ? null : Promise.all(pending);
}

/** Runs every extractor that accepts the path, once `prepareFor` has ended. Total: a failure inside an extractor is part of the answer. */
export function extractText(path: string, text: string, options: ExtractionOptions = {}, readers = extractorsFor(path)): TextFacts {
  const excluded = options.included === true ? null : exclusionByContent(path, text);
  if (excluded !== null) return { facts: [], unreadable: [], ignores: [], excluded };
  const parts = readers.map((extractor) => guarded(extractor, path, text));
  return {
    facts: parts.flatMap((part) => part.facts),
    unreadable: distinct(parts.flatMap((part) => part.unreadable)),
    ignores: findIgnores(text),
    excluded: null,
  };
}

function guarded(extractor: Extractor, path: string, text: string): Extraction {
  try {
    return extractor.extract({ path, text });
  } catch (error) {
    return { facts: [], unreadable: [{ line: 1, reason: failure(extractor, error) }] };
  }
}

/** The message of the error is left out: it may quote the file, and the file may hold a credential. */
function failure(extractor: Extractor, error: unknown): string {
  if (error instanceof RangeError && /call stack/i.test(error.message)) return "is nested too deeply to be read";
  const name = error instanceof Error ? error.name : typeof error;
  return `could not be read because of a bug in Faultline (${name} in the extractor "${extractor.id}"); please report it together with this file`;
}

function distinct(unreadable: readonly Unreadable[]): Unreadable[] {
  const seen = new Map(unreadable.map((entry) => [`${entry.line}\0${entry.reason}`, entry]));
  return [...seen.values()].sort((a, b) => a.line - b.line || (a.reason < b.reason ? -1 : 1));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
