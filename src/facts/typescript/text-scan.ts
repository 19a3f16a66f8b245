/** What one look at the characters tells before anything is parsed. */
export interface TextScan {
  /** Offset at which each line starts. Lines end with `\n` alone, as they do in a diff. */
  readonly lineStarts: readonly number[];
  /** The deepest nesting of brackets, and where it is. Brackets in strings count too: it is a guard, not a parser. */
  readonly depth: number;
  readonly deepest: number;
}

const NEWLINE = 10;

export function scanText(text: string): TextScan {
  const lineStarts = [0];
  let depth = 0;
  let greatest = 0;
  let deepest = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === NEWLINE) lineStarts.push(index + 1);
    // ( [ {
    else if (code === 40 || code === 91 || code === 123) {
      depth += 1;
      if (depth > greatest) {
        greatest = depth;
        deepest = index;
      }
    }
    // ) ] }
    else if ((code === 41 || code === 93 || code === 125) && depth > 0) depth -= 1;
  }
  return { lineStarts, depth: greatest, deepest };
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
