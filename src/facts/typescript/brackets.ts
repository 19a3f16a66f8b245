const MOST_DEPTH = 300;

/** The parser recurses: brackets that are never closed must not exhaust the stack. */
export function isDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === "{" || character === "(" || character === "[") depth += 1;
    else if (character === "}" || character === ")" || character === "]") depth = Math.max(0, depth - 1);
    if (depth > MOST_DEPTH) return true;
  }
  return false;
}
