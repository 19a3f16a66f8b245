/** A piece of a shell text: a word, or a sign that separates commands. */
export type ShellToken = ShellWord | ShellSign;

export interface ShellWord {
  readonly kind: "word";
  /** Without its quotes; variables and substitutions stay as written. */
  readonly text: string;
  /** Some of it stood in quotes: no keyword, whatever it spells. */
  readonly quoted: boolean;
  /** The elements of `NAME=(a b c)`. */
  readonly elements: readonly string[] | null;
  readonly line: number;
  readonly endLine: number;
}

export interface ShellSign {
  readonly kind: "sign";
  readonly text: ";" | ";;" | "\n" | "&" | "&&" | "|" | "||" | "(" | ")" | "<";
  readonly line: number;
  /** For `<`: the file, or the text of a heredoc that follows. */
  readonly input: { readonly file: string } | { readonly text: string; readonly line: number } | null;
}

const MAX_TOKENS = 60_000;
const MAX_CHARACTERS = 1_000_000;

/**
 * Splits a script into words and signs. Comments and output redirections vanish, continued lines are joined, `${{ … }}` is
 * one piece of a word. Total and linear: what is not closed ends with the text.
 */
export function splitShell(text: string): ShellToken[] {
  return new Splitter(text.length > MAX_CHARACTERS ? text.slice(0, MAX_CHARACTERS) : text).tokens();
}

interface PendingHeredoc {
  readonly delimiter: string;
  readonly index: number;
}

class Splitter {
  private readonly text: string;
  private at = 0;
  private line = 1;
  private readonly found: ShellToken[] = [];
  private readonly heredocs: PendingHeredoc[] = [];

  constructor(text: string) {
    this.text = text.replace(/\r\n?/g, "\n");
  }

  tokens(): ShellToken[] {
    while (this.at < this.text.length && this.found.length < MAX_TOKENS) {
      this.step();
    }
    return this.found;
  }

  private step(): void {
    const character = this.text[this.at]!;
    if (character === "\n") {
      this.sign("\n", 1);
      this.line += 1;
      this.readHeredocs();
    } else if (character === " " || character === "\t") {
      this.at += 1;
    } else if (character === "\\" && this.text[this.at + 1] === "\n") {
      this.at += 2;
      this.line += 1;
    } else if (character === "#") {
      this.at = this.endOfLine();
    } else if (character === "<" || character === ">") {
      this.redirection();
    } else if (!this.separator(character)) {
      this.word();
    }
  }

  private separator(character: string): boolean {
    const pair = this.text.slice(this.at, this.at + 2);
    if (pair === "((") {
      this.arithmetic();
    } else if (pair === "&>") {
      this.at += 1;
      this.redirection();
    } else if (pair === "&&" || pair === "||" || pair === ";;") {
      this.sign(pair, 2);
    } else if (character === ";" || character === "|" || character === "&" || character === "(" || character === ")") {
      this.sign(character, 1);
    } else {
      return false;
    }
    return true;
  }

  /** `(( i << 2 ))` holds no heredoc. */
  private arithmetic(): void {
    const end = this.text.indexOf("))", this.at);
    this.at = end < 0 || end > this.endOfLine() ? this.at + 2 : end + 2;
  }

  private sign(text: ShellSign["text"], length: number): void {
    this.found.push({ kind: "sign", text, line: this.line, input: null });
    this.at += length;
  }

  private endOfLine(): number {
    const end = this.text.indexOf("\n", this.at);
    return end < 0 ? this.text.length : end;
  }

  /** `> file` and `2>&1` say nothing here; `< file` and heredocs feed the command. */
  private redirection(): void {
    const start = this.text.slice(this.at, this.at + 3);
    const last = this.found.at(-1);
    // The `2` of `2>` is no argument.
    if (last?.kind === "word" && /^\d$/.test(last.text) && this.text[this.at - 1] === last.text) {
      this.found.pop();
    }
    const isHeredoc = start.startsWith("<<") && start !== "<<<";
    this.at += /^(?:<<<|<<-|&>>)/.test(start) ? 3 : /^(?:<<|>>|>&|<&|>\||<>|&>)/.test(start) ? 2 : 1;
    if (start[0] === "<" && this.text[this.at] === "(") {
      return;
    }
    this.skipBlanks();
    const line = this.line;
    const target = this.readWord();
    if (isHeredoc) {
      this.heredocs.push({ delimiter: target.text, index: this.found.length });
    }
    if (start[0] === "<") {
      const input = start === "<<<" ? { text: target.text, line } : isHeredoc ? null : { file: target.text };
      this.found.push({ kind: "sign", text: "<", line, input });
    }
  }

  private skipBlanks(): void {
    while (this.text[this.at] === " " || this.text[this.at] === "\t") {
      this.at += 1;
    }
  }

  private readHeredocs(): void {
    for (const { delimiter, index } of this.heredocs.splice(0)) {
      const line = this.line;
      const start = this.at;
      let end = this.at;
      while (this.at < this.text.length) {
        const stop = this.endOfLine();
        const written = this.text.slice(this.at, stop);
        end = this.at;
        this.at = Math.min(stop + 1, this.text.length);
        this.line += 1;
        if (written.trim() === delimiter) {
          break;
        }
        end = this.at;
      }
      this.found[index] = { kind: "sign", text: "<", line, input: { text: this.text.slice(start, end), line } };
    }
  }

  private word(): void {
    const line = this.line;
    const { text, quoted } = this.readWord();
    const elements = !quoted && /^[A-Za-z_]\w*\+?=$/.test(text) && this.text[this.at] === "(" ? this.readElements() : null;
    this.found.push({ kind: "word", text, quoted, elements, line, endLine: this.line });
  }

  private readElements(): string[] {
    const elements: string[] = [];
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== ")") {
      const character = this.text[this.at]!;
      if (character === "#") {
        this.at = this.endOfLine();
      } else if (/\s/.test(character)) {
        this.line += character === "\n" ? 1 : 0;
        this.at += 1;
      } else {
        const before = this.at;
        elements.push(this.readWord().text);
        this.at = Math.max(this.at, before + 1);
      }
    }
    this.at += 1;
    return elements;
  }

  private readWord(): { text: string; quoted: boolean } {
    let text = "";
    let quoted = false;
    const start = this.at;
    while (this.at < this.text.length) {
      const character = this.text[this.at]!;
      if (/[\s;|&()<>]/.test(character)) {
        break;
      }
      if (character === "'") {
        text += this.singleQuoted();
        quoted = true;
      } else if (character === '"') {
        text += this.doubleQuoted();
        quoted = true;
      } else if (character === "\\") {
        text += this.escaped();
      } else {
        text += this.substitution() ?? this.plain();
      }
    }
    // A sign where a word should stand.
    if (this.at === start && this.at < this.text.length && this.text[this.at] !== "\n") {
      this.at += 1;
    }
    return { text, quoted };
  }

  private plain(): string {
    const character = this.text[this.at]!;
    this.at += 1;
    return character;
  }

  private escaped(): string {
    const next = this.text[this.at + 1] ?? "";
    this.at += 2;
    if (next === "\n") {
      this.line += 1;
      return "";
    }
    return next;
  }

  private singleQuoted(): string {
    const end = this.text.indexOf("'", this.at + 1);
    return this.take(this.at + 1, end < 0 ? this.text.length : end, 1);
  }

  private doubleQuoted(): string {
    let text = "";
    this.at += 1;
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      if (this.text[this.at] === "\\" && /["\\$`\n]/.test(this.text[this.at + 1] ?? "")) {
        text += this.escaped();
      } else {
        const piece = this.substitution() ?? this.plain();
        this.line += piece === "\n" ? 1 : 0;
        text += piece;
      }
    }
    this.at += 1;
    return text;
  }

  /** `${{ … }}`, `${…}`, `$(…)` and backquotes, whole and as written; `null` where none starts here. */
  private substitution(): string | null {
    if (this.text.startsWith("${{", this.at)) {
      const end = this.text.indexOf("}}", this.at);
      return this.take(this.at, end < 0 ? this.text.length : end + 2, 0);
    }
    if (this.text.startsWith("${", this.at)) {
      return this.take(this.at, this.balanced(this.at + 2, "{", "}"), 0);
    }
    if (this.text.startsWith("$(", this.at)) {
      return this.take(this.at, this.balanced(this.at + 2, "(", ")"), 0);
    }
    if (this.text[this.at] === "`") {
      const end = this.text.indexOf("`", this.at + 1);
      return this.take(this.at, end < 0 ? this.text.length : end + 1, 0);
    }
    return null;
  }

  /** Offset after the sign that closes. Quotes inside are not looked at: they rarely hold a lone bracket. */
  private balanced(from: number, open: string, close: string): number {
    let depth = 1;
    for (let at = from; at < this.text.length; at += 1) {
      depth += this.text[at] === open ? 1 : this.text[at] === close ? -1 : 0;
      if (depth === 0) {
        return at + 1;
      }
    }
    return this.text.length;
  }

  private take(start: number, end: number, closing: number): string {
    const piece = this.text.slice(start, end);
    for (let at = piece.indexOf("\n"); at >= 0; at = piece.indexOf("\n", at + 1)) {
      this.line += 1;
    }
    this.at = end + closing;
    return piece;
  }
}
