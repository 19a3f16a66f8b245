import { knownDirectories } from "./shell-directory.js";
import type { ShellWord } from "./shell-words.js";

const MAX_VALUES = 64;
const MAX_CHARACTERS = 4_000;
const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;
const EXPRESSION = /\$\{\{[^}]*\}\}/g;
/** A variable may hold an absolute path; one that loops over relative ones does not. */
const LEADING_VARIABLE = /^\$\{?(\w+)\}?/;
/** How many words a function takes as `$1`, `$2`, …. */
const POSITIONS = 9;

/** The variables of a script at one of its commands: those with one known value, and those of loops and lists, which have several. */
export class ShellVariables {
  private readonly known: Map<string, readonly string[]>;

  constructor(known: ReadonlyMap<string, string>) {
    this.known = new Map([...known].map(([name, value]) => [name, [value]]));
  }

  forget(name: string): void {
    this.known.delete(name);
  }

  /** `name=value`, `name+=value` or `name=(a b)`. A value that only a run could tell is not known from here on. */
  assign(word: ShellWord, isCertain: boolean, directory: string | null): void {
    const [name, value] = splitAssignment(word.text);
    const values = word.elements?.map((element) => this.substitute(element, directory)) ?? [this.substitute(value, directory)];
    const isKnown = values.every((each) => !/\$\(|`/.test(each)) && values.length <= MAX_VALUES && values.join("").length <= MAX_CHARACTERS;
    if (isKnown && isCertain) {
      this.known.set(name, word.text.startsWith(`${name}+=`) ? [...(this.known.get(name) ?? []), ...values] : values);
    } else {
      this.known.delete(name);
    }
  }

  /** The variable of a loop over these words. */
  loop(name: string, words: readonly ShellWord[], directory: string | null): void {
    const values = words.flatMap((word) => this.valuesOf(word, directory));
    if (values.length > 0 && values.length <= MAX_VALUES && values.every((value) => !/[$`]/.test(value.replace(EXPRESSION, "")))) {
      this.known.set(name, values);
    } else {
      this.known.delete(name);
    }
  }

  /** `a`, `$LIST`, `"${LIST[@]}"`: the words that the loop goes through. */
  private valuesOf(word: ShellWord, directory: string | null): string[] {
    const list = /^\$\{?(\w+)(?:\[[@*]\])?\}?$/.exec(word.text);
    const known = list === null ? undefined : this.known.get(list[1]!);
    if (known === undefined) {
      return braces(this.substitute(word.text, directory));
    }
    return word.quoted && !word.text.includes("[")
      ? [...known]
      : known.flatMap((value) => value.split(/\s+/).filter((part) => part !== ""));
  }

  /** Runs a function's body with the words of its call as `$1`, `$2`, …. What it assigns is seldom read outside it. */
  during(args: readonly ShellWord[], directory: string | null, body: () => void): void {
    const values = args.map((arg) => this.argument(arg, directory));
    const outer = new Map(this.known);
    for (let position = 1; position <= POSITIONS; position += 1) {
      const value = values[position - 1];
      if (value === undefined) {
        this.known.delete(String(position));
      } else {
        this.known.set(String(position), value);
      }
    }
    body();
    this.known.clear();
    outer.forEach((value, name) => this.known.set(name, value));
  }

  /** A loop variable hands all its values on. */
  private argument(word: ShellWord, directory: string | null): readonly string[] {
    const name = /^\$\{?(\w+)\}?$/.exec(word.text)?.[1];
    return (name === undefined ? undefined : this.known.get(name)) ?? [this.substitute(word.text, directory)];
  }

  /** With the variables of one value replaced, and with the directories that programs like `dirname` would answer. */
  substitute(text: string, directory: string | null): string {
    if (!/[$`]/.test(text)) {
      return text;
    }
    return knownDirectories(text, directory).replace(VARIABLE, (written: string, braced: string | undefined, plain: string | undefined) => {
      const values = this.known.get(braced ?? plain ?? "");
      // A loop variable has several values: it is told apart by `loopsIn`.
      return values?.length === 1 ? values[0]! : written;
    });
  }

  /** The values of the loop variables that stand in the texts. */
  loopsIn(texts: readonly string[]): ReadonlyMap<string, readonly string[]> {
    const loops = new Map<string, readonly string[]>();
    for (const text of texts) {
      for (const match of text.matchAll(VARIABLE)) {
        const name = match[1] ?? match[2] ?? "";
        const values = this.known.get(name);
        if (values !== undefined && values.length > 1) {
          loops.set(name, values);
        }
      }
    }
    return loops;
  }

  /** A path that begins with a variable, but is relative all the same. */
  isBelow(target: string): boolean {
    const values = this.known.get(LEADING_VARIABLE.exec(target)?.[1] ?? "");
    return values?.every((value) => /^[\w.@-]/.test(value)) === true || /^\$\{\{\s*matrix\./.test(target);
  }
}

export function isAssignment(word: ShellWord): boolean {
  return /^[A-Za-z_]\w*\+?=/.test(word.text);
}

export function splitAssignment(text: string): [string, string] {
  const equals = text.indexOf("=");
  return [text.slice(0, equals).replace(/\+$/, ""), text.slice(equals + 1)];
}

/** `{orders,payments}.yaml` is two words. */
function braces(text: string): string[] {
  const match = /^([^{}$]*)\{([^{}]*,[^{}]*)\}([^{}]*)$/.exec(text);
  return match === null ? [text] : match[2]!.split(",").map((part) => `${match[1]}${part}${match[3]}`);
}
