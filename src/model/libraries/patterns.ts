/** A path pattern of the library tables, compiled. */
export interface PathPattern {
  /** Names kept by `<name>`, or `null` where the path does not match. */
  match(path: string): ReadonlyMap<string, string> | null;
  /** The names that a call which matches may end in (empty: the module itself), or `null` for any: lets a caller skip the rest unread. */
  readonly lastNames: readonly string[] | null;
  /** What it calls may be the result of a call, held by a variable of any name: `sql` after `const sql = postgres(url)`. */
  readonly callsResult: boolean;
}

/** Ends the path of a call whose method only a caller can name: `client[method](request)`. */
export const SOME_METHOD = "*";

/** How a pattern is spelt that takes nothing but such calls. */
export const NAMED_BY_CALLER = "\\*";

const TOKEN = /\\\*|\*\*|\*|<([a-z]+)>|\{|\}|,|[^*<{},\\]+/g;
const NO_NAMES: ReadonlyMap<string, string> = new Map();

export function compilePattern(pattern: string): PathPattern {
  const names: string[] = [];
  let depth = 0;
  let source = "";
  for (const [token, kept] of pattern.matchAll(TOKEN)) {
    if (token === NAMED_BY_CALLER) source += "\\*";
    else if (token === "**") source += ".*";
    else if (token === "*") source += "[^.#()]+";
    else if (kept !== undefined) {
      names.push(kept);
      source += "([^.#()]+)";
    } else if (token === "{") {
      depth += 1;
      source += "(?:";
    } else if (token === "}") {
      depth -= 1;
      source += ")";
    } else if (token === "," && depth > 0) source += "|";
    else source += token.replace(/[.#()+?^$|[\]\\]/g, "\\$&");
  }
  let regex: RegExp | null = null;
  return {
    lastNames: lastNames(pattern),
    callsResult: alternatives(pattern).some((alternative) => alternative.endsWith("()")),
    match(path) {
      const found = (regex ??= new RegExp(`^(?:${source})$`, "s")).exec(path);
      if (found === null) return null;
      if (names.length === 0) return NO_NAMES;
      return new Map(names.map((name, index) => [name, found[index + 1] ?? ""]));
    },
  };
}

/** A path as the tables spell it: without `default`, which is only how it was imported. */
export function canonicalPath(path: string): string {
  let rest = path;
  while (/^default(?=$|[.#(])/.test(rest)) rest = rest.slice("default".length).replace(/^\./, "");
  return rest;
}

function lastNames(pattern: string): readonly string[] | null {
  const names: string[] = [];
  for (const alternative of alternatives(pattern)) {
    const name = /([^.#()]*)#?$/.exec(alternative)?.[1] ?? "";
    if (name !== NAMED_BY_CALLER && (name.includes("*") || name.includes("<"))) return null;
    names.push(name);
  }
  return names;
}

/** Spells out `{a,b}`; bounded, since the tables are ours and small. */
function alternatives(pattern: string): readonly string[] {
  const open = pattern.indexOf("{");
  if (open < 0) return [pattern];
  const close = pattern.indexOf("}", open);
  const rest = alternatives(pattern.slice(close + 1));
  return pattern
    .slice(open + 1, close)
    .split(",")
    .flatMap((option) => rest.map((tail) => pattern.slice(0, open) + option + tail));
}
