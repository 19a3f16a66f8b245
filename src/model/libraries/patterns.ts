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
  const pieces = piecesOf(pattern);
  // Of thousands of patterns a run asks few whether they match.
  let matcher: Matcher | null = null;
  return {
    lastNames: lastNames(pieces),
    callsResult: pattern.includes("()") && [...tails(pieces, (text) => text.length > 1)].some((tail) => tail.endsWith("()")),
    match(path) {
      const { regex, names } = (matcher ??= matcherOf(pattern));
      const found = regex.exec(path);
      if (found === null) return null;
      if (names.length === 0) return NO_NAMES;
      return new Map(names.map((name, index) => [name, found[index + 1] ?? ""]));
    },
  };
}

interface Matcher {
  readonly regex: RegExp;
  /** Of its groups, in order. */
  readonly names: readonly string[];
}

function matcherOf(pattern: string): Matcher {
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
  return { regex: new RegExp(`^(?:${source})$`, "s"), names };
}

/** A path as the tables spell it: without `default`, which is only how it was imported. */
export function canonicalPath(path: string): string {
  let rest = path;
  while (/^default(?=$|[.#(])/.test(rest)) rest = rest.slice("default".length).replace(/^\./, "");
  return rest;
}

function lastNames(pattern: readonly Piece[]): readonly string[] | null {
  const names = new Set<string>();
  for (const tail of tails(pattern, (text) => /[.#()]./.test(text))) {
    const name = /([^.#()]*)#?$/.exec(tail)?.[1] ?? "";
    if (name !== NAMED_BY_CALLER && (name.includes("*") || name.includes("<"))) return null;
    names.add(name);
  }
  return [...names];
}

/** Text, or the alternatives of `{a,b}`. */
type Piece = string | readonly (readonly Piece[])[];

function piecesOf(pattern: string): readonly Piece[] {
  const outer: { readonly done: Piece[][]; readonly pieces: Piece[] }[] = [];
  let [done, pieces]: [Piece[][], Piece[]] = [[], []];
  if (!pattern.includes("{")) return [pattern];
  for (const [token] of pattern.matchAll(/[{},]|[^{},]+/g)) {
    if (token === "{") {
      outer.push({ done, pieces });
      [done, pieces] = [[], []];
    } else if (token === "," && outer.length > 0) {
      done.push(pieces);
      pieces = [];
    } else if (token === "}") {
      const alternatives = [...done, pieces];
      ({ done, pieces } = outer.pop()!);
      pieces.push(alternatives);
    } else pieces.push(token);
  }
  return pieces;
}

/** How what the pieces stand for may end, each end no longer than is `enough`: spelt out whole, some patterns are thousands of paths. */
function tails(pieces: readonly Piece[], enough: (tail: string) => boolean): ReadonlySet<string> {
  let found = new Set([""]);
  for (const piece of pieces.toReversed()) {
    const ends = typeof piece === "string" ? [piece] : piece.flatMap((alternative) => [...tails(alternative, enough)]);
    found = new Set([...found].flatMap((tail) => (enough(tail) ? [tail] : ends.map((end) => end + tail))));
  }
  return found;
}
