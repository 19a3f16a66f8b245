import type { Lines } from "./place.js";
import { joinDirectory } from "./shell-directory.js";
import { isAssignment, ShellVariables, splitAssignment } from "./shell-variables.js";
import { splitShell, type ShellSign, type ShellToken, type ShellWord } from "./shell-words.js";

/** A command of a script, as far as it can be told without running it. */
export interface ShellCommand {
  /** Program and arguments. Variables that the script sets to a literal are replaced, others stay as written. */
  readonly words: readonly string[];
  /** The values of loop variables that stand in the words. */
  readonly loops: ReadonlyMap<string, readonly string[]>;
  /** Assignments before the program (`DOCKER_HOST=… docker …`). */
  readonly environment: ReadonlyMap<string, string>;
  /** Where `cd` put it; `null`: where the script started. */
  readonly directory: string | null;
  readonly conditional: boolean;
  /** A heredoc, or the file that `<` names. */
  readonly input: ShellSign["input"];
  /** The command whose output it reads. */
  readonly pipedFrom: ShellCommand | null;
  readonly lines: Lines;
}

/** What is known before the script starts. */
export interface ShellStart {
  readonly variables?: ReadonlyMap<string, string>;
  readonly directory?: string | null;
  /** From lines of the text to lines of the file. */
  readonly place: (line: number) => number;
}

const MAX_COMMANDS = 3_000;
const MAX_CALL_DEPTH = 4;
const MAX_FRAMES = 200;
const MAX_WALKED = 200_000;
/** Of one command. */
const MAX_WORDS = 2_000;

/**
 * The commands in the order in which they stand; those of a function where it is called, with the arguments of the call
 * in place of `$1`. A function that the script itself never calls may be called by another: its commands come last.
 */
export function readShell(text: string, start: ShellStart): ShellCommand[] {
  return new Walk(start).script(splitShell(text));
}

interface ShellFunction {
  readonly body: readonly ShellToken[];
  called: boolean;
}

interface Frame {
  readonly kind: "if" | "case" | "loop" | "for" | "uncalled" | "group" | "subshell";
  /** What to restore at the end of a subshell. */
  readonly directory: string | null;
  /** The variable of a `for`. */
  readonly variable: string | null;
}

const CLOSING: Readonly<Record<string, readonly Frame["kind"][]>> = {
  fi: ["if"],
  esac: ["case"],
  done: ["loop", "for"],
  "}": ["group"],
};

class Walk {
  private readonly found: ShellCommand[] = [];
  private readonly variables: ShellVariables;
  private readonly place: (line: number) => number;
  private directory: string | null;
  private readonly pushed: (string | null)[] = [];
  private readonly frames: Frame[] = [];
  private words: ShellWord[] = [];
  private input: ShellSign["input"] = null;
  private pipedFrom: ShellCommand | null = null;
  /** Between `case x in` or `;;` and the `)` of the next pattern. */
  private pattern = false;
  /** The name before `()`. */
  private functionAhead: string | null = null;
  private readonly functions = new Map<string, ShellFunction>();
  private callDepth = 0;
  /** How many frames were open where the function that is walked was called. */
  private callFrames = 0;
  /** How many tokens were looked at, those of functions once per call. */
  private walked = 0;
  /** The command before `&&` was a test. */
  private afterTest = false;

  constructor(start: ShellStart) {
    this.variables = new ShellVariables(start.variables ?? new Map());
    this.directory = start.directory ?? null;
    this.place = start.place;
  }

  script(tokens: readonly ShellToken[]): ShellCommand[] {
    this.walk(tokens);
    this.frames.length = 0;
    this.push("uncalled");
    for (const uncalled of this.functions.values()) {
      if (!uncalled.called) {
        this.walk(uncalled.body);
      }
    }
    return this.found;
  }

  private walk(tokens: readonly ShellToken[]): void {
    for (let at = 0; at < tokens.length; at += 1) {
      this.walked += 1;
      if (this.found.length >= MAX_COMMANDS || this.walked > MAX_WALKED) {
        break;
      }
      const token = tokens[at]!;
      if (token.kind === "sign" && token.text === "(" && isSign(tokens[at + 1], ")") && this.words.length > 0) {
        this.functionAhead = this.words.at(-1)!.text;
        this.words = [];
        at += 1;
      } else if (token.kind === "sign") {
        this.sign(token);
      } else if (token.text === "{" && !token.quoted && this.nameOfFunction() !== null) {
        at = this.define(this.nameOfFunction()!, tokens, at + 1);
      } else if (this.words.length < MAX_WORDS) {
        this.words.push(token);
      }
    }
    this.finish();
  }

  /** `name() {` and `function name {`. */
  private nameOfFunction(): string | null {
    return this.words.length === 2 && this.words[0]!.text === "function"
      ? this.words[1]!.text
      : this.words.length === 0
        ? this.functionAhead
        : null;
  }

  /** Keeps the body for the calls; answers where it ends. */
  private define(name: string, tokens: readonly ShellToken[], start: number): number {
    let depth = 1;
    let end = start;
    for (; end < tokens.length; end += 1) {
      const token = tokens[end]!;
      const brace = token.kind === "word" && !token.quoted ? token.text : "";
      depth += brace === "{" ? 1 : brace === "}" ? -1 : 0;
      if (depth === 0) {
        break;
      }
    }
    this.functions.set(name, { body: tokens.slice(start, end), called: this.functions.get(name)?.called ?? false });
    this.words = [];
    this.functionAhead = null;
    return end;
  }

  private call(shellFunction: ShellFunction, args: readonly ShellWord[]): void {
    shellFunction.called = true;
    const { callFrames, pipedFrom, afterTest } = this;
    this.callFrames = this.frames.length;
    this.callDepth += 1;
    this.variables.during(args, this.directory, () => this.walk(shellFunction.body));
    this.callDepth -= 1;
    this.frames.length = Math.min(this.frames.length, this.callFrames);
    this.callFrames = callFrames;
    this.pipedFrom = pipedFrom;
    this.afterTest = afterTest;
  }

  private sign(sign: ShellSign): void {
    if (sign.text === "<") {
      this.input = sign.input;
      return;
    }
    if (sign.text === "(") {
      this.openParenthesis();
      return;
    }
    if (sign.text === ")") {
      this.closeParenthesis();
      return;
    }
    if (this.pattern) {
      // `a | b)` is one pattern.
      if (sign.text !== "\n") {
        return;
      }
      this.words = this.words.filter((word) => word.text === "esac");
    }
    const isTest = /^(?:\[\[?|test)$/.test(this.words.find((word) => !/^(?:if|!|elif|while)$/.test(word.text))?.text ?? "");
    const command = this.finish();
    this.pipedFrom = sign.text === "|" ? command : null;
    if (sign.text === "&&") {
      this.afterTest ||= isTest;
    } else if (sign.text === "||") {
      this.afterTest = isTest;
    } else if (sign.text !== "|") {
      this.afterTest = false;
    }
    this.pattern ||= sign.text === ";;" && this.frames.at(-1)?.kind === "case";
  }

  private openParenthesis(): void {
    if (this.pattern) {
      return;
    }
    this.finish();
    this.push("subshell");
  }

  private closeParenthesis(): void {
    if (this.pattern || this.words[0]?.text === "case") {
      // The first pattern may stand on the line of the `case`.
      if (!this.pattern) {
        this.finish();
      }
      this.words = [];
      this.pattern = false;
    } else {
      this.finish();
      this.pop(["subshell"]);
    }
  }

  private push(kind: Frame["kind"], variable: string | null = null): void {
    // Deeper than any script that is run: such a text is hostile, and each command looks at all frames.
    if (this.frames.length < MAX_FRAMES) {
      this.frames.push({ kind, directory: this.directory, variable });
    }
  }

  private pop(kinds: readonly Frame["kind"][]): void {
    const index = this.frames.findLastIndex((frame) => kinds.includes(frame.kind));
    if (index < 0) {
      return;
    }
    const [frame] = this.frames.splice(index);
    this.pattern &&= frame!.kind !== "case";
    if (frame!.kind === "subshell") {
      this.directory = frame!.directory;
    }
    if (frame!.variable !== null) {
      this.variables.forget(frame!.variable);
    }
  }

  /** Ends the command that was being collected. */
  private finish(): ShellCommand | null {
    const words = this.withoutKeywords(this.words);
    const input = this.input;
    this.words = [];
    this.input = null;
    if (words.length === 0) {
      return null;
    }
    const environment = new Map<string, string>();
    let first = 0;
    for (; first < words.length && isAssignment(words[first]!); first += 1) {
      const [name, value] = splitAssignment(words[first]!.text);
      environment.set(name, this.substitute(value));
    }
    if (first === words.length) {
      words.forEach((word) => this.assign(word));
      return null;
    }
    const called = this.functions.get(words[first]!.text);
    if (called !== undefined && this.callDepth < MAX_CALL_DEPTH) {
      this.call(called, words.slice(first + 1));
      return null;
    }
    return this.command(words.slice(first), environment, input);
  }

  private command(words: readonly ShellWord[], environment: ReadonlyMap<string, string>, input: ShellSign["input"]): ShellCommand | null {
    const texts = words.map((word) => this.substitute(word.text));
    const [program, ...rest] = texts;
    if (program === "cd" || program === "pushd" || program === "popd") {
      this.changeDirectory(program, rest);
      return null;
    }
    if (/^(?:export|local|readonly|declare|typeset)$/.test(program!)) {
      words
        .slice(1)
        .filter(isAssignment)
        .forEach((word) => this.assign(word));
      return null;
    }
    const line = this.place(words[0]!.line);
    const command: ShellCommand = {
      words: texts,
      loops: this.variables.loopsIn([...texts, this.directory ?? ""]),
      environment,
      directory: this.directory,
      conditional: this.afterTest || this.frames.some(({ kind }) => kind === "if" || kind === "case" || kind === "uncalled"),
      input,
      pipedFrom: this.pipedFrom,
      lines: { startLine: line, endLine: Math.max(line, this.place(words.at(-1)!.endLine)) },
    };
    this.found.push(command);
    return command;
  }

  /** Takes `if`, `then`, `do` and the like from the front of a command, and keeps account of what they open and close. */
  private withoutKeywords(words: readonly ShellWord[]): readonly ShellWord[] {
    for (let at = 0; at < words.length; at += 1) {
      const first = words[at]!;
      if (!first.quoted && (first.text === "for" || first.text === "select")) {
        this.openLoop(words.slice(at));
        return [];
      }
      if (!first.quoted && first.text === "case") {
        this.push("case");
        this.pattern = true;
        return [];
      }
      if (first.quoted || !this.keyword(first.text)) {
        return words.slice(at);
      }
    }
    return [];
  }

  private keyword(text: string): boolean {
    const closes = Object.hasOwn(CLOSING, text) ? CLOSING[text] : undefined;
    if (closes !== undefined) {
      this.pop(closes);
      return true;
    }
    switch (text) {
      case "if":
        this.push("if");
        return true;
      case "while":
      case "until":
        this.push("loop");
        return true;
      case "{":
        this.push("group");
        return true;
      default:
        return /^(?:then|else|elif|do|!|time)$/.test(text);
    }
  }

  private openLoop(words: readonly ShellWord[]): void {
    const name = words[1]?.text ?? "";
    this.push("for", name);
    this.variables.loop(name, words[2]?.text === "in" ? words.slice(3) : [], this.directory);
  }

  private assign(word: ShellWord): void {
    // Which of two branches ran is not known.
    this.variables.assign(word, !this.isConditional(), this.directory);
  }

  private isConditional(): boolean {
    return this.frames.slice(this.callFrames).some(({ kind }) => kind === "if" || kind === "case");
  }

  private substitute(text: string): string {
    return this.variables.substitute(text, this.directory);
  }

  private changeDirectory(program: string, args: readonly string[]): void {
    if (program === "popd") {
      this.directory = this.pushed.pop() ?? null;
      return;
    }
    if (program === "pushd") {
      this.pushed.push(this.directory);
    }
    const target = args.find((arg) => arg !== "--" && !/^-[LPe]$/.test(arg));
    this.directory =
      target === undefined || target === "-"
        ? null
        : this.variables.isBelow(target)
          ? joinDirectory(this.directory, `./${target}`)
          : joinDirectory(this.directory, target);
  }
}

function isSign(token: ShellToken | undefined, text: ShellSign["text"]): boolean {
  return token?.kind === "sign" && token.text === text;
}
