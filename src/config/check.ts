import { isAlias, isMap, isScalar, isSeq, Scalar, type Document, type LineCounter, type Node, type Pair, type YAMLMap } from "yaml";
import type { ConfigProblem } from "./config.js";
import { nearest } from "./nearest.js";
import type { Fields, NameRule, Shape, TextPattern } from "./shape.js";

/** A checked value. Maps rather than objects, so that a key such as `__proto__` is a key like any other. */
export type Value = string | number | boolean | readonly Value[] | Checked;

/** Checked fields by name, each with the line that its value begins on. */
export interface Checked {
  readonly fields: ReadonlyMap<string, Value>;
  readonly line: number;
}

/** More than any honest file has. Aliases of aliases reach the first soon; each alias costs a search for its anchor. */
const MOST_VALUES = 20_000;
const MOST_ALIASES = 200;
/** Nobody reads more. */
const MOST_PROBLEMS = 50;

/** Holds a parsed document against a shape. All problems are collected; what is wrong is left out of the value. */
export class Checker {
  readonly problems: ConfigProblem[] = [];
  #seen = 0;
  #aliases = 0;
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #path: string;

  constructor(document: Document, lines: LineCounter, path: string) {
    this.#document = document;
    this.#lines = lines;
    this.#path = path;
  }

  /** The value without what is wrong; `undefined` where nothing is left. */
  check(node: unknown, shape: Shape, name: string): Value | undefined {
    if (++this.#seen > MOST_VALUES) {
      if (this.#seen === MOST_VALUES + 1)
        this.#say(node, "the file holds too many values", "Shorten it; anchors that repeat each other count as often as they are used.");
      return undefined;
    }
    if (isAlias(node) && ++this.#aliases > MOST_ALIASES) return this.#say(node, "the file holds too many aliases", "Write the values out.");
    const resolved = isAlias(node) ? node.resolve(this.#document) : node;
    switch (shape.kind) {
      case "choice":
        return this.#choice(resolved, shape.values, name);
      case "text":
        return this.#text(resolved, shape.pattern, name);
      case "number":
        return this.#number(resolved, shape.least, shape.whole, name);
      case "boolean":
        return this.#boolean(resolved, name);
      case "option":
        return this.#option(resolved, name);
      case "list":
        return this.#list(resolved, shape.of, name);
      case "fields":
        return this.#fields(resolved, shape, name);
      case "map":
        return this.#map(resolved, shape.names, shape.of, name);
      default:
        return isMap(resolved) ? this.#fields(resolved, shape.full, name) : this.check(resolved, shape.short, name);
    }
  }

  #choice(node: unknown, values: readonly string[], name: string): string | undefined {
    const text = scalarText(node);
    if (text !== null && values.includes(text)) return text;
    const meant = text === null ? null : nearest(text, values);
    const advice = `${meant === null ? "" : `Did you mean ${meant}? `}Choose one of ${values.join(", ")}.`;
    return this.#say(node, `${name} is ${text === null ? describe(node) : quote(text)}, which is not a choice`, advice);
  }

  #text(node: unknown, pattern: TextPattern | undefined, name: string): string | undefined {
    const text =
      isScalar(node) && (typeof node.value === "string" || (pattern?.digits === true && typeof node.value === "number"))
        ? scalarText(node)
        : null;
    const looks = pattern?.looks ?? "text";
    if (text === null || text === "")
      return this.#say(
        node,
        `${name} is ${text === "" ? "empty" : describe(node)}`,
        `Write ${looks}${isScalar(node) && node.value !== null && text !== "" ? ", in quotes" : ""}.`,
      );
    if (pattern !== undefined && !pattern.expression.test(text))
      return this.#say(node, `${name} is ${quote(text)}`, `Write ${pattern.looks}.`);
    return text;
  }

  #number(node: unknown, least: number, whole: boolean, name: string): number | undefined {
    const value = isScalar(node) ? node.value : null;
    if (typeof value === "number" && Number.isFinite(value) && value >= least && (!whole || Number.isInteger(value))) return value;
    return this.#say(node, `${name} is ${describe(node)}`, `Write a ${whole ? "whole number" : "number"} of ${least} or more.`);
  }

  #boolean(node: unknown, name: string): boolean | undefined {
    if (isScalar(node) && typeof node.value === "boolean") return node.value;
    return this.#say(node, `${name} is ${describe(node)}`, "Write true or false.");
  }

  #option(node: unknown, name: string): Value | undefined {
    if (isSeq(node)) return this.#list(node, { kind: "text", description: "" }, name);
    const value = isScalar(node) ? node.value : null;
    if (typeof value === "number" || typeof value === "boolean" || typeof value === "string") return value;
    return this.#say(node, `${name} is ${describe(node)}`, "Write a number, true or false, a text, or a list of texts.");
  }

  #list(node: unknown, of: Shape, name: string): Value[] | undefined {
    if (isNull(node)) return this.#say(node, `${name} is empty`, "Give it a value or take the key out.");
    const items = isSeq(node) ? node.items : [node];
    return items.map((item) => this.check(item, of, isSeq(node) ? `an entry of ${name}` : name)).filter((value) => value !== undefined);
  }

  #fields(node: unknown, { fields, required, others }: Fields, name: string): Checked | undefined {
    if (!isMap(node))
      return this.#say(node, `${name} is ${describe(node)}`, `Write keys and values below it: ${Object.keys(fields).join(", ")}.`);
    const found = new Map<string, Value>();
    for (const [key, value, keyNode] of this.#entries(node)) {
      const shape = Object.hasOwn(fields, key) ? fields[key] : others;
      if (shape === undefined) this.#unknown(keyNode, key, Object.keys(fields), `key in ${name}`);
      else this.#keep(found, key, this.check(value, shape, key));
    }
    for (const key of required) {
      if (!node.items.some((pair: Pair) => scalarText(pair.key) === key)) this.#say(node, `${name} has no ${key}`, `Add ${key}.`);
    }
    return { fields: found, line: this.#position(node).line };
  }

  #map(node: unknown, names: NameRule, of: (name: string) => Shape, name: string): Checked | undefined {
    if (!isMap(node))
      return this.#say(node, `${name} is ${describe(node)}`, `Write one line for each ${names.what}, "${names.what}: value".`);
    const found = new Map<string, Value>();
    for (const [key, value, keyNode] of this.#entries(node)) {
      if (names.known !== null && !names.known.includes(key)) this.#unknown(keyNode, key, names.known, names.what);
      else this.#keep(found, key, this.check(value, of(key), `${name}.${key}`));
    }
    return { fields: found, line: this.#position(node).line };
  }

  #keep(found: Map<string, Value>, key: string, value: Value | undefined): void {
    if (value !== undefined) found.set(key, value);
  }

  #entries(map: YAMLMap): readonly (readonly [string, unknown, unknown])[] {
    const seen = new Set<string>();
    return map.items.map((pair: Pair) => {
      const key = scalarText(pair.key) ?? "";
      if (seen.has(key)) this.#say(pair.key, `${quote(key)} is there twice`, "Keep one of the two.");
      seen.add(key);
      return [key, pair.value ?? emptyAt(pair.key), pair.key] as const;
    });
  }

  #unknown(node: unknown, key: string, known: readonly string[], what: string): void {
    const meant = nearest(key, known);
    const list = known.length <= 20 ? `Known are ${known.join(", ")}.` : "";
    this.#say(node, `${quote(key)} is no known ${what}`, meant === null ? list || "Take it out." : `Did you mean ${meant}?`);
  }

  #say(node: unknown, message: string, advice: string): undefined {
    if (this.problems.length < MOST_PROBLEMS) this.problems.push({ path: this.#path, ...this.#position(node), message, advice });
    return undefined;
  }

  #position(node: unknown): { line: number; column: number } {
    const start = (node as Partial<Node> | null)?.range?.[0];
    if (start === undefined) return { line: 1, column: 1 };
    const { line, col } = this.#lines.linePos(start);
    return { line, column: col };
  }
}

/** A key without a value, to be complained about at the key. */
function emptyAt(key: unknown): Scalar {
  const empty = new Scalar(null);
  empty.range = (key as Partial<Node> | null)?.range ?? null;
  return empty;
}

function isNull(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** As it was written, so that `off` and `no` are words in every YAML version. */
function scalarText(node: unknown): string | null {
  if (!isScalar(node) || node.value === null) return null;
  return typeof node.value === "string" ? node.value : (node.source ?? JSON.stringify(node.value));
}

function describe(node: unknown): string {
  if (isMap(node)) return "a mapping";
  if (isSeq(node)) return "a list";
  if (isNull(node)) return "empty";
  return quote(scalarText(node) ?? "");
}

function quote(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return JSON.stringify(short);
}
