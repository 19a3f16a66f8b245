import type { CallQuote, Expr, FunctionSummary, ImportBinding } from "../source.js";

/** Longer lines are no place for a suggestion. */
const MAX_LINE = 160;
const MAX_QUOTES = 200;
/** A line like this is quoted nowhere. */
const MAY_HOLD_A_SECRET = /:\/\/[^\s"'`/]*@|passw|secret|token|api_?-?key|authorization|bearer|credential/i;

/**
 * Calls whose whole text stands on one line, where what is called comes straight from a package or is no name of this file:
 * what a suggestion may put one more argument into.
 */
export function quotesOf(
  text: string,
  lineStarts: ArrayLike<number>,
  functions: readonly FunctionSummary[],
  imports: readonly ImportBinding[],
): readonly CallQuote[] {
  const packages = new Set(imports.filter(({ module }) => !module.startsWith(".")).map(({ local }) => local));
  const own = new Map<string, boolean>();
  const isOwn = (name: string): boolean => {
    let known = own.get(name);
    if (known === undefined) own.set(name, (known = isNameOf(name, functions, imports)));
    return known;
  };
  const quotes: CallQuote[] = [];
  for (const fn of functions) {
    fn.calls.forEach((call, site) => {
      if (call.construct || call.lines.startLine !== call.lines.endLine || quotes.length >= MAX_QUOTES) return;
      const root = rootOf(call.callee);
      if (!packages.has(root) && (call.callee.kind !== "name" || isOwn(root))) return;
      const line = lineAt(text, lineStarts, call.lines.startLine);
      const quote = line === null ? null : quoteAt(line, lastName(call.callee));
      if (quote !== null) quotes.push({ function: fn.id, site, ...quote });
    });
  }
  return quotes;
}

/** Few names are asked for, beside all that a file has. */
function isNameOf(name: string, functions: readonly FunctionSummary[], imports: readonly ImportBinding[]): boolean {
  return (
    imports.some(({ local }) => local === name) ||
    functions.some(
      (fn) =>
        fn.name === name ||
        fn.name.endsWith(`.${name}`) ||
        fn.locals.some((local) => local.name === name) ||
        fn.parameters.some((parameter) => parameter.name === name),
    )
  );
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
  if (name === "" || MAY_HOLD_A_SECRET.test(text)) return null;
  const start = argumentsOf(text, name);
  const close = start === null ? null : closing(text, start);
  return close === null ? null : { text, close };
}

/** Index behind the parenthesis that opens the one call of a name; `null` where there is none or are several. */
function argumentsOf(text: string, name: string): number | null {
  let found: number | null = null;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    if (at > 0 && /[\w$]/.test(text[at - 1]!)) continue;
    const start = behindParenthesis(text, at + name.length);
    if (start === null) continue;
    if (found !== null) return null;
    found = start;
  }
  return found;
}

/** Type arguments may stand before the parenthesis. */
function behindParenthesis(text: string, index: number): number | null {
  if (text[index] === "(") return index + 1;
  if (text[index] !== "<") return null;
  const open = text.indexOf("(", index);
  return open > 0 && text[open - 1] === ">" && !text.slice(index, open).includes(")") ? open + 1 : null;
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
