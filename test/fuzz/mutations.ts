/** Numbers that follow from a seed alone. */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What parsers of any format trip over. */
export const PIECES: readonly string[] = [
  "{",
  "}",
  "[",
  "]",
  "(",
  ")",
  ":",
  "- ",
  "#",
  "//",
  "/*",
  "*/",
  '"',
  "'",
  "`",
  "\\",
  "\n",
  "\r",
  "\t",
  " ",
  "$",
  "${",
  "{{",
  "}}",
  "<<",
  "&a ",
  "*a",
  "|",
  ">",
  "---",
  "__proto__",
  "constructor",
  "null",
  "~",
  "-1",
  "1e999",
  "9".repeat(30),
  "\0",
  "\uFEFF",
  "\uD800",
  "é",
  "<!--",
  "@",
  "=",
  ",",
  ";",
  "/faultline ",
  "until=",
  "::",
  "..",
  "%s",
];

/** What a text may grow to by repeating a part of it: where time grows with the square, this shows it. */
const LONGEST = 60_000;

/** Another text, made of valid ones: cut, spliced, repeated, filled with what parsers trip over, nested deeply. */
export function mutated(valid: readonly string[], random: Random): string {
  let text = valid[random(valid.length)] ?? "";
  for (let times = 1 + random(4); times > 0; times--) text = mutate(text, valid, random);
  return text;
}

function mutate(text: string, valid: readonly string[], random: Random): string {
  const at = random(text.length + 1);
  const end = Math.min(text.length, at + random(40));
  const piece = PIECES[random(PIECES.length)]!;
  switch (random(9)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(end);
    case 2:
      return text.slice(0, at) + piece + text.slice(at);
    case 3:
      return text.slice(0, at) + text.slice(at, end).repeat(2 + random(5)) + text.slice(end);
    case 4: {
      const other = valid[random(valid.length)] ?? "";
      return text.slice(0, at) + other.slice(random(other.length + 1));
    }
    case 5:
      return text.slice(0, at) + String.fromCharCode(random(random(4) === 0 ? 65_536 : 128)) + text.slice(at + 1);
    case 6:
      return long(text, piece, at, random);
    case 7:
      return long(text, text.slice(at, end) || piece, at, random);
    default: {
      const line = text.split("\n");
      const from = random(line.length);
      const to = random(line.length);
      [line[from], line[to]] = [line[to] ?? "", line[from] ?? ""];
      return line.join("\n");
    }
  }
}

/** Rarely, since it is slow. */
function long(text: string, piece: string, at: number, random: Random): string {
  const length = random(12) === 0 ? LONGEST : 500;
  return text.slice(0, at) + piece.repeat(Math.ceil(random(length) / piece.length)) + text.slice(at);
}
