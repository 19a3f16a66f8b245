import type { CallQuote, Expr, FunctionSummary, ImportBinding } from "../source.js";

/** Longer lines are no place for a suggestion. */
const MAX_LINE = 160;
const MAX_QUOTES = 200;

/**
 * Calls whose whole text stands on one line, where what is called comes straight from a package or is no name of this file:
 * what a suggestion may put one more argument into.
 */
export function quotesOf(text: string, lineStarts: ArrayLike<number>, functions: readonly FunctionSummary[], imports: readonly ImportBinding[]): readonly CallQuote[] {
  const packages = new Set(imports.filter(({ module }) => !module.startsWith(".")).map(({ local }) => local));
  const own = new Set([...imports.map(({ local }) => local), ...functions.flatMap(ownNames)]);
  const quotes: CallQuote[] = [];
  for (const fn of functions) {
    fn.calls.forEach((call, site) => {
      if (call.construct || call.lines.startLine !== call.lines.endLine || quotes.length >= MAX_QUOTES) return;
      const root = rootOf(call.callee);
      const isGlobal = call.callee.kind === "name" && !own.has(root);
      if (!packages.has(root) && !isGlobal) return;
      const line = lineAt(text, lineStarts, call.lines.startLine);
      const quote = line === null ? null : quoteAt(line, lastName(call.callee));
      if (quote !== null) quotes.push({ function: fn.id, site, ...quote });
    });
  }
  return quotes;
}

function ownNames(fn: FunctionSummary): readonly string[] {
  return [fn.name.slice(fn.name.lastIndexOf(".") + 1), ...fn.locals.map(({ name }) => name), ...fn.parameters.map(({ name }) => name)];
}

function rootOf(expr: Expr): string {
  if (expr.kind === "name") return expr.name;
  return expr.kind === "member" && expr.object.kind === "name" ? expr.object.name : "";
}

function lastName(expr: Expr): string {
  return expr.kind === "name" ? expr.name : expr.kind === "member" ? expr.property : "";
}

/** The line, unless it is too long. */
function lineAt(text: string, lineStarts: ArrayLike<number>, line: number): string | null {
  const start = lineStarts[line - 1] ?? 0;
  const end = lineStarts[line] ?? text.length;
  return end - start > MAX_LINE ? null : text.slice(start, end).replace(/[\r\n]+$/, "");
}

/** The line and its call of that name, if it is the only one there and ends there. */
function quoteAt(text: string, name: string): { readonly text: string; readonly close: number } | null {
  if (name === "") return null;
  const open = new RegExp(`(?<![\\w$])${name.replace(/\$/g, "\\$")}(?:<[^()]*>)?\\(`, "g");
  const [found, ...more] = [...text.matchAll(open)];
  if (found === undefined || more.length > 0) return null;
  const close = closing(text, found.index + found[0].length);
  return close === null ? null : { text, close };
}

const PAIRS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Index of the parenthesis that closes what stands open at `start`; texts are skipped. */
function closing(text: string, start: number): number | null {
  const open: string[] = [")"];
  for (let index = start; index < text.length; index += 1) {
    const character = text[index]!;
    if (character === '"' || character === "'" || character === "`") {
      const end = endOfText(text, index);
      if (end === null) return null;
      index = end;
    } else if (PAIRS[character] !== undefined) open.push(PAIRS[character]);
    else if (character === open.at(-1)) {
      open.pop();
      if (open.length === 0) return index;
    } else if (character === "/" && (text[index + 1] === "/" || text[index + 1] === "*")) return null;
  }
  return null;
}

function endOfText(text: string, start: number): number | null {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === "\\") index += 1;
    else if (text[index] === text[start]) return index;
  }
  return null;
}
