import type { Evidence } from "./evidence.js";

/** What a name stands for when a text is filled in. */
export interface NamedValue {
  readonly value: string;
  readonly evidence: readonly Evidence[];
}

/** `null`: nothing is known of the name; it stays as it is. */
export type Names = (name: string) => NamedValue | null;

export interface Interpolated {
  readonly text: string;
  /** No `${NAME}` and no template is left. */
  readonly complete: boolean;
  /** Where the values came from, in order of use. */
  readonly evidence: readonly Evidence[];
}

/** Filling in is bounded: names that stand for each other must come to an end. */
const MAX_DEPTH = 8;
const MAX_LENGTH = 4096;

/**
 * Fills in `${NAME}`, `$NAME`, `${NAME:-default}`, `${NAME-default}`, `${NAME:?message}`, `${NAME:+other}` (compose,
 * shells, dotenv files), `${NAME:default}` (Spring) and `$(NAME)` (Kubernetes). `$$` is a dollar sign. What is not known
 * stays, spelt `${NAME}`.
 */
export function interpolate(text: string, names: Names): Interpolated {
  if (!text.includes("$")) return { text, complete: !text.includes("{{"), evidence: [] };
  return fill(text, names, new Set());
}

const REFERENCE = /\$(\$|[A-Za-z_][A-Za-z0-9_]*|\(([A-Za-z_][A-Za-z0-9_.-]*)\)|\{)/g;

function fill(text: string, names: Names, open: ReadonlySet<string>): Interpolated {
  const evidence: Evidence[] = [];
  let complete = true;
  let result = "";
  let from = 0;
  REFERENCE.lastIndex = 0;
  for (let match = REFERENCE.exec(text); match !== null; match = REFERENCE.exec(text)) {
    result += text.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[1] === "$") {
      result += "$";
      continue;
    }
    const reference = referenceAt(text, match);
    from = reference.end;
    REFERENCE.lastIndex = from;
    const filled = lookUp(reference, names, open);
    REFERENCE.lastIndex = from;
    result += filled.text;
    complete &&= filled.complete;
    evidence.push(...filled.evidence);
    if (result.length > MAX_LENGTH) return { text: result.slice(0, MAX_LENGTH), complete: false, evidence };
  }
  result += text.slice(from);
  return { text: result, complete: complete && !result.includes("{{"), evidence };
}

interface Reference {
  readonly name: string;
  readonly operator: "" | "default" | "default-if-empty" | "other" | "required";
  readonly word: string;
  readonly end: number;
}

function referenceAt(text: string, match: RegExpExecArray): Reference {
  const end = match.index + match[0].length;
  if (match[1] !== "{") return { name: match[2] ?? match[1]!, operator: "", word: "", end };
  const close = closingBrace(text, end);
  const inside = text.slice(end, close);
  const parts = /^([A-Za-z_][\w.-]*?)(:-|:\?|:\+|-|\?|\+|:)([^]*)$/.exec(inside);
  const [name, sign, word] = parts === null ? [inside, "", ""] : [parts[1] ?? "", parts[2] ?? "", parts[3] ?? ""];
  return { name: name.trim(), operator: OPERATORS[sign] ?? "", word, end: Math.min(close + 1, text.length) };
}

const OPERATORS: Readonly<Record<string, Reference["operator"]>> = {
  ":-": "default-if-empty",
  "-": "default",
  ":": "default",
  ":+": "other",
  "+": "other",
  ":?": "required",
  "?": "required",
};

function closingBrace(text: string, from: number): number {
  let depth = 1;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === "{") depth += 1;
    if (text[index] === "}") depth -= 1;
    if (depth === 0) return index;
  }
  return text.length;
}

function lookUp(reference: Reference, names: Names, open: ReadonlySet<string>): Interpolated {
  const unknown: Interpolated = { text: `\${${reference.name}}`, complete: false, evidence: [] };
  if (open.size >= MAX_DEPTH || open.has(reference.name)) return unknown;
  const found = names(reference.name);
  const missing = found === null || (found.value === "" && reference.operator === "default-if-empty");
  if (missing) {
    if (reference.operator !== "default" && reference.operator !== "default-if-empty") return unknown;
    return fill(reference.word, names, new Set([...open, reference.name]));
  }
  const inner = fill(reference.operator === "other" ? reference.word : found.value, names, new Set([...open, reference.name]));
  return { ...inner, evidence: [...found.evidence, ...inner.evidence] };
}
