import type { SourceText, Unreadable } from "./facts.js";
import { DocumentReading, type YamlDocument } from "./yaml-document.js";
import { maskTemplates } from "./yaml-template.js";

export interface YamlFile {
  /** In order; texts of nothing but comments are no documents. */
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Unreadable[];
  /** A key that a map gives twice, with the line of the one that is not used. */
  readonly duplicates: readonly { readonly key: string; readonly line: number }[];
  /** The lines of the whole text, without line ends; line n is `text[n - 1]`. */
  readonly text: readonly string[];
  readonly crlf: boolean;
}

const MAX_CHARACTERS = 2_000_000;

const read = new WeakMap<SourceText, YamlFile>();

/** Reads the file once, however many extractors ask. JSON is read too. Total: what cannot be read is a problem. */
export function readYaml(source: SourceText): YamlFile {
  let file = read.get(source);
  if (file === undefined) {
    file = parseYaml(source.text);
    read.set(source, file);
  }
  return file;
}

/** As `readYaml`, for text that stands in another file. `place` says on which line of it a line of the text stands. */
export function parseYaml(text: string, place: (line: number) => number = (line) => line): YamlFile {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const shape = { text: lines, crlf: text.includes("\r\n") };
  if (text.length > MAX_CHARACTERS) {
    return { ...shape, documents: [], problems: [{ line: place(1), reason: "larger than YAML is read here" }], duplicates: [] };
  }
  const clean = lines.join("\n");
  const masked = maskTemplates(clean);
  const maskedLines = masked === null ? lines : masked.text.split("\n");
  const problems: Unreadable[] = [];
  const duplicates: { key: string; line: number }[] = [];
  const documents: YamlDocument[] = [];
  for (const chunk of splitDocuments(maskedLines, masked !== null)) {
    const reading = new DocumentReading(chunk.text, chunk.line, masked, place);
    documents.push(reading.document());
    problems.push(...reading.problems);
    duplicates.push(...reading.duplicates);
  }
  return { ...shape, documents, problems, duplicates };
}

interface Chunk {
  readonly text: string;
  /** The line of the file on which the text starts. */
  readonly line: number;
}

/** A line that starts with `---` ends whatever is open, so a broken document leaves its neighbours alone. */
function splitDocuments(lines: readonly string[], templated: boolean): Chunk[] {
  const chunks: Chunk[] = [];
  let current: string[] = [];
  let start = 1;
  const flush = (next: number): void => {
    if (current.some((line) => line.trim() !== "" && !/^\s*#|^%/.test(line))) {
      chunks.push({ text: current.map((line) => (line.startsWith("%") ? "" : line)).join("\n"), line: start });
    }
    current = [];
    start = next;
  };
  lines.forEach((line, index) => {
    // Manifests in branches of a template, or after a definition, often have no line of dashes between them.
    if (templated && line.startsWith("apiVersion:") && current.some((other) => /^\s*[^\s#]/.test(other) && !other.startsWith("kind:"))) {
      flush(index + 1);
    }
    if (/^(?:---|\.\.\.)(?:\s|$)/.test(line)) {
      flush(index + 1);
      current.push(`   ${line.slice(3)}`);
      return;
    }
    current.push(line);
  });
  flush(lines.length + 1);
  return chunks;
}
