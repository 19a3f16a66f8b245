import type { InlineIgnore } from "./facts.js";

const MARKER = "faultline-ignore";

/** More of them in one file, and longer ones, are no answer of a person. */
const MAX_IGNORES = 500;
const MAX_LENGTH = 1000;

/** What stands before the marker on its line: the start of a comment in some format, or nothing (inside a block comment). */
const COMMENT_START = /^\s*$|^\s*\*|\/\/|\/\*|#|<!--|--|;/;

const DIRECTIVE = /^faultline-ignore[ \t]+([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)[ \t]*(?:--[ \t]*(.*))?$/;

/** Ends of comments that share the line with the reason. */
const COMMENT_END = /[ \t]*(?:\*\/\s*\}{0,2}|--!?>|[#%]\}|\}\})\s*$/;

const UNTIL = /(?:^|[ \t])until=(\S*)/;

/** Finds `faultline-ignore <rule>[, <rule>] -- reason [until=2026-12-31]` in comments of any format. */
export function findIgnores(text: string): InlineIgnore[] {
  const ignores: InlineIgnore[] = [];
  let line = 1;
  let counted = 0;
  for (let at = text.indexOf(MARKER); at !== -1 && ignores.length < MAX_IGNORES; at = text.indexOf(MARKER, at + 1)) {
    line += countLineEnds(text, counted, at);
    counted = at;
    const start = text.lastIndexOf("\n", at) + 1;
    if (!COMMENT_START.test(text.slice(Math.max(start, at - MAX_LENGTH), at))) continue;
    ignores.push(...parse(restOfLine(text, at), line));
  }
  return ignores;
}

function parse(directive: string, line: number): InlineIgnore[] {
  const match = DIRECTIVE.exec(directive.replace(COMMENT_END, "").trimEnd());
  if (match === null) return [];
  const [, rules = "", remark = ""] = match;
  const until = UNTIL.exec(remark)?.[1] ?? null;
  const reason = remark.replace(UNTIL, "").trim();
  return rules.split(",").map((rule) => ({ rule: rule.trim(), reason: reason === "" ? null : reason, until, line }));
}

function restOfLine(text: string, at: number): string {
  const end = text.indexOf("\n", at);
  return text.slice(at, Math.min(end === -1 ? text.length : end, at + MAX_LENGTH)).trimEnd();
}

function countLineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) count++;
  return count;
}
