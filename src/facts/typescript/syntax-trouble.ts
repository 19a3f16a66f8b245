import type { Unreadable } from "../facts.js";
import type { ts } from "./compiler.js";
import type { LineIndex } from "./text-scan.js";

/** With a syntax error on every tenth line little of what was read is what the author meant. */
const SPARSE = 10;
const FEW = 5;

/**
 * What the parser could not make sense of, where that puts the facts in doubt. The parser recovers from a slip and the
 * rest of the file is read well, so a slip is no trouble; a text that ends in the middle, conflict markers and a
 * file full of errors are.
 */
export function syntaxTrouble(source: ts.SourceFile, text: string, lines: LineIndex): Unreadable[] {
  const diagnostics = (source as unknown as { parseDiagnostics: readonly ts.DiagnosticWithLocation[] }).parseDiagnostics;
  const [first] = diagnostics;
  if (first === undefined) return [];
  const conflict = /^<{7} /m.exec(text);
  if (conflict !== null) return [{ line: lines.at(conflict.index), reason: "unresolved merge conflict" }];
  const broken = new Set(diagnostics.map(({ start }) => lines.at(start))).size;
  if (broken > FEW && broken * SPARSE >= lines.at(text.length)) {
    return [{ line: lines.at(first.start), reason: `${broken} lines with syntax errors, the first: ${message(first)}` }];
  }
  const end = text.trimEnd().length;
  const cutOff = diagnostics.find(({ start }) => start >= end);
  return cutOff === undefined
    ? []
    : [{ line: lines.at(Math.max(0, end - 1)), reason: `syntax error at the end of the file: ${message(cutOff)}` }];
}

function message({ messageText }: ts.DiagnosticWithLocation): string {
  return typeof messageText === "string" ? messageText : messageText.messageText;
}
