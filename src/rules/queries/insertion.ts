import type { InsertionPoint } from "../../facts/kubernetes.js";
import type { Suggestion } from "../rule.js";

/** Writes lines after an insertion point, in the file's own indentation and line ends. `>` begins a deeper line. */
export function insertLines(path: string, point: InsertionPoint, lines: readonly string[]): Suggestion {
  const written = lines.map((line) => {
    const depth = /^>*/.exec(line)![0].length;
    return `${point.indent}${point.step.repeat(depth)}${line.slice(depth)}`;
  });
  return { path, startLine: point.line, endLine: point.line, replacement: [point.text, ...written].join(point.crlf ? "\r\n" : "\n") };
}
