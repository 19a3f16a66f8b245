/** A name, a sign, a string or a number of a text in the manner of C: Protobuf, Avro's IDL. */
export interface Token {
  readonly text: string;
  readonly offset: number;
}

/**
 * Strings, comments, names (with dots) and single signs. Linear: none can match the empty text, and a comment or string that
 * is not closed is one token, so that nothing is looked at twice.
 */
const TOKENS = /\/\/[^\n\r]*|\/\*[^]*?(?:\*\/|$)|"(?:[^"\\\n\r]|\\.)*"?|'(?:[^'\\\n\r]|\\.)*'?|[\w.]+|[^\s\w]/g;
const MAX_TOKENS = 400_000;

/** The tokens in order, without comments. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(TOKENS)) {
    if (!match[0].startsWith("//") && !match[0].startsWith("/*")) {
      tokens.push({ text: match[0], offset: match.index });
    }
    if (tokens.length >= MAX_TOKENS) {
      break;
    }
  }
  return tokens;
}

/** Where it goes on behind the brace that closes the block; `start` is the first token inside. */
export function afterBlock(tokens: readonly Token[], start: number): number {
  let depth = 1;
  let at = start;
  while (at < tokens.length && depth > 0) {
    const { text } = tokens[at]!;
    depth += text === "{" ? 1 : text === "}" ? -1 : 0;
    at += 1;
  }
  return at;
}
