/** What one look at the characters tells before anything is parsed. */
export interface TextScan {
  /** Offset at which each line starts. Lines end with `\n` alone, as they do in a diff. */
  readonly lineStarts: readonly number[];
  /** The deepest nesting of brackets. Brackets in strings count too: it is a guard, not a parser. */
  readonly brackets: Depth;
  /**
   * The deepest nesting of `async (` inside the parentheses of another. The compiler tries each as an arrow function's parameters
   * and then as a call's arguments, so that every level doubles its time.
   */
  readonly asyncs: Depth;
}

export interface Depth {
  readonly depth: number;
  /** Where it is reached. */
  readonly offset: number;
}

const PLAIN = 0;
const NEWLINE = 1;
const OPEN = 2;
const CLOSE = 3;
const CLOSING_PARENTHESIS = 41;

/** What the characters below 128 are. */
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return character === "\n" ? NEWLINE : "([{".includes(character) ? OPEN : ")]}".includes(character) ? CLOSE : PLAIN;
});

export function scanText(text: string): TextScan {
  const lineStarts = [0];
  const asyncs = new OpenAsyncs(text);
  let depth = 0;
  let greatest = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const kind = code < 128 ? CLASSES[code]! : PLAIN;
    if (kind === PLAIN) continue;
    if (kind === NEWLINE) lineStarts.push(index + 1);
    else if (kind === OPEN) {
      depth += 1;
      asyncs.open(index, depth);
      if (depth > greatest) {
        greatest = depth;
        deepest = index;
      }
    } else if (depth > 0) {
      // In half-typed code another bracket may close before it.
      if (code === CLOSING_PARENTHESIS) asyncs.close(depth);
      depth -= 1;
    }
  }
  return { lineStarts, brackets: { depth: greatest, offset: deepest }, asyncs: asyncs.deepest };
}

/** The parentheses that are open and belong to an `async`. */
class OpenAsyncs {
  deepest: Depth = { depth: 0, offset: 0 };
  private readonly text: string;
  /** Bracket depths at which they were opened. */
  private readonly depths: number[] = [];
  private next: number;

  constructor(text: string) {
    this.text = text;
    this.next = text.indexOf("async");
  }

  /** A bracket opens. It belongs to an `async` where there is one between it and the bracket before. */
  open(index: number, depth: number): void {
    if (this.next < 0 || this.next > index) return;
    let own = false;
    for (; this.next >= 0 && this.next < index; this.next = this.text.indexOf("async", this.next + 5)) {
      own ||= !isWord(this.text.charCodeAt(this.next + 5));
    }
    if (!own) return;
    this.depths.push(depth);
    if (this.depths.length > this.deepest.depth) this.deepest = { depth: this.depths.length, offset: index };
  }

  close(depth: number): void {
    if (this.depths.length > 0 && this.depths.at(-1)! >= depth) this.depths.pop();
  }
}

function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95 || code === 36;
}

/** Finds the line of an offset. Made for questions in nearly ascending order: it remembers where it was. */
export class LineIndex {
  private readonly starts: readonly number[];
  private last = 0;

  constructor(starts: readonly number[]) {
    this.starts = starts;
  }

  /** The 1-based line of an offset. */
  at(offset: number): number {
    const { starts } = this;
    let line = this.last;
    if (starts[line]! > offset || (starts[line + 8] ?? Infinity) <= offset) line = this.search(offset);
    while (line + 1 < starts.length && starts[line + 1]! <= offset) line += 1;
    this.last = line;
    return line + 1;
  }

  private search(offset: number): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
