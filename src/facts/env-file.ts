import type { EnvironmentVariable } from "./deployment.js";
import type { Extraction, Extractor, SourceText, Unreadable } from "./facts.js";

/** Last parts of a file name that mean another format: `config.env.ts`, `env.json`. */
const OTHER_FORMAT =
  /\.(?:[cm]?[jt]sx?|jsonc?|ya?ml|toml|md|html?|py|go|java|kt|cs|rb|rs|php|sh|bash|ps1|tf|tfvars|tpl|vue|css|enc|gpg|age|vault|golden|proto|graphqls?|gql|sql|xml|svg|csv|lock|log|hcl|prisma|kts|scala|groovy|gradle|swift|dart|lua|exs?|erl|c|h|cc|cpp|hpp|nix|cue)$/i;
const NAME = /(?:^|\/)(?:[^/]*\.env(?:[._-][^/]*)?|env(?:\.[^/]*)?)$/i;

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]{0,200})[ \t]*[=:]([^\n]*)$/;
const MAX_VARIABLES = 5_000;

/** `.env`, `.env.production`, `orders.env`: variables as dotenv and Docker read them. Values stay as written. */
export const envFile: Extractor = {
  id: "env-file",
  version: 1,
  accepts: (path) => NAME.test(path) && !OTHER_FORMAT.test(path) && !/(?:^|\/)\.envrc$/.test(path),
  extract: readEnvFile,
};

function readEnvFile(source: SourceText): Extraction {
  const lines = source.text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const variables: EnvironmentVariable[] = [];
  const unreadable: Unreadable[] = [];
  let index = 0;
  while (index < lines.length && variables.length < MAX_VARIABLES) {
    const start = index;
    const match = ASSIGNMENT.exec(lines[index]!);
    if (match === null) {
      const stray = strayLine(lines[index]!, index + 1);
      index += 1;
      if (stray !== null) {
        unreadable.push(stray);
      }
      continue;
    }
    const value = readValue(match[2]!, lines, index);
    if (value.problem !== null) {
      unreadable.push({ line: start + 1, reason: value.problem });
    }
    index = value.last + 1;
    variables.push({ name: match[1]!, value: value.text, source: null, lines: { startLine: start + 1, endLine: value.last + 1 } });
  }
  const facts = variables.length === 0 ? [] : [{ kind: "env-file" as const, lines: { startLine: 1, endLine: lines.length }, variables }];
  return { facts, unreadable: unreadable.slice(0, 1) };
}

/** A line that sets nothing: a comment, a name passed on without a value, or a mistake. Its text is never repeated. */
function strayLine(line: string, number: number): Unreadable | null {
  const trimmed = line.trim();
  if (trimmed === "" || /^[#;/]/.test(trimmed) || /^(?:export\s+)?[A-Za-z_][\w.-]*$/.test(trimmed)) {
    return null;
  }
  return { line: number, reason: "this line sets no variable" };
}

interface Value {
  readonly text: string;
  /** Index of the last line that belongs to it. */
  readonly last: number;
  readonly problem: string | null;
}

function readValue(written: string, lines: readonly string[], index: number): Value {
  const rest = written.trimStart();
  const quote = rest[0];
  if (quote === '"' || quote === "'" || quote === "`") {
    const quoted = readQuoted(rest.slice(1), quote, lines, index);
    if (quoted !== null) {
      return quoted;
    }
    // Without its closing quote the value is what stands on this line, as dotenv has it.
    return { text: unquoted(rest), last: index, problem: "a quoted value without its closing quote" };
  }
  return { text: unquoted(rest), last: index, problem: null };
}

/** A comment needs white space before it: `#` inside a password is part of the password. */
function unquoted(rest: string): string {
  const comment = rest.startsWith("#") ? 0 : rest.search(/\s#/);
  return (comment < 0 ? rest : rest.slice(0, comment)).trim();
}

const MAX_LINES_OF_A_VALUE = 200;

function readQuoted(first: string, quote: string, lines: readonly string[], index: number): Value | null {
  const parts: string[] = [];
  let line = first;
  for (let at = index; at < lines.length && at - index < MAX_LINES_OF_A_VALUE; at += 1, line = lines[at] ?? "") {
    const end = closingQuote(line, quote);
    if (end >= 0) {
      parts.push(line.slice(0, end));
      const text = parts.join("\n");
      return { text: quote === '"' ? unescape(text) : text, last: at, problem: null };
    }
    parts.push(line);
  }
  return null;
}

function closingQuote(line: string, quote: string): number {
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === "\\" && quote === '"') {
      at += 1;
    } else if (line[at] === quote) {
      return at;
    }
  }
  return -1;
}

function unescape(text: string): string {
  return text.replace(/\\([nrt"\\$])/g, (_, escaped: string) => ({ n: "\n", r: "\r", t: "\t" })[escaped] ?? escaped);
}
