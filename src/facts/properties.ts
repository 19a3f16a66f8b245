import type { Setting, SettingsFileFact } from "./configuration.js";
import type { Extraction } from "./facts.js";

const MAX_SETTINGS = 20_000;

/** Java properties: `key=value`, `key: value`, `key value`, continued lines, documents parted by `#---`. */
export function readProperties(text: string, flavour: SettingsFileFact["flavour"]): Extraction {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const facts: SettingsFileFact[] = [];
  let settings: Setting[] = [];
  let start = 1;
  const flush = (end: number): void => {
    if (settings.length > 0) {
      facts.push({ kind: "settings-file", lines: { startLine: start, endLine: Math.max(start, end) }, flavour, settings });
    }
    settings = [];
  };
  for (let index = 0, count = 0; index < lines.length && count < MAX_SETTINGS; index += 1, count += 1) {
    if (/^[#!]---\s*$/.test(lines[index]!)) {
      flush(index);
      start = index + 1;
    }
    const first = index;
    if (/^\s*(?:[#!]|$)/.test(lines[first]!)) {
      continue;
    }
    const parts = [lines[index]!.trimStart()];
    while (isContinued(parts.at(-1)!) && index + 1 < lines.length) {
      parts.push(parts.pop()!.slice(0, -1));
      index += 1;
      parts.push(lines[index]!.trimStart());
    }
    const setting = property(parts.join(""));
    if (setting !== null) {
      settings.push({ ...setting, lines: { startLine: first + 1, endLine: index + 1 } });
    }
  }
  flush(lines.length);
  return { facts, unreadable: [] };
}

/** An odd number of backslashes ends the line: of two, the first escapes the second. */
function isContinued(line: string): boolean {
  let at = line.length;
  while (at > 0 && line[at - 1] === "\\") {
    at -= 1;
  }
  return (line.length - at) % 2 === 1;
}

function property(line: string): { key: string; value: string } | null {
  const match = /^((?:\\.|[^\\:=\s])+)\s*[:=]?\s*/.exec(line);
  return match === null ? null : { key: unescape(match[1]!), value: unescape(line.slice(match[0].length)).trimEnd() };
}

function unescape(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escaped: string) => {
    if (escaped.length === 5) {
      return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    }
    return { n: "\n", t: "\t", r: "\r", f: "\f" }[escaped] ?? escaped;
  });
}
