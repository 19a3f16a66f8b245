import type { Place } from "../evidence.js";
import type { Denotation, TextPart } from "./denotation.js";

/** Longer literals carry no address or topic; holding them would cost memory for nothing. */
const MAX_LITERAL = 2_000;
const MAX_PARTS = 32;
/** A text of several open parts is followed for this many combinations. */
const MAX_VARIANTS = 4;
const MAX_OPTIONS = 8;
const MAX_TRAIL = 10;

export type Parts = readonly TextPart[];

export function literal(text: string): Denotation {
  return textual([{ kind: "literal", text }], []);
}

export function textual(parts: Parts, trail: readonly Place[]): Denotation {
  return { kind: "text", parts: tidy(parts), trail };
}

export function unknown(text = "", trail: readonly Place[] = []): Denotation {
  return { kind: "unknown", text, type: null, trail };
}

/** The places of several values in order, each once, the latest kept where they are too many. */
function joinTrails(...trails: readonly (readonly Place[])[]): readonly Place[] {
  let joined: readonly Place[] = NO_PLACES;
  for (const trail of trails) joined = joined.length === 0 ? trail : append(joined, trail);
  return joined;
}

const NO_PLACES: readonly Place[] = [];

function append(trail: readonly Place[], more: readonly Place[]): readonly Place[] {
  let joined: Place[] | null = null;
  for (const place of more) {
    const all: readonly Place[] = joined ?? trail;
    if (all.some((one) => one.startLine === place.startLine && one.path === place.path)) continue;
    joined ??= [...trail];
    joined.push(place);
  }
  if (joined === null) return trail;
  return joined.length > MAX_TRAIL ? joined.slice(-MAX_TRAIL) : joined;
}

/** The value, having come through this place. */
export function through(place: Place, value: Denotation): Denotation {
  const [first] = value.trail;
  if (first !== undefined && first.path === place.path && first.startLine === place.startLine) return value;
  return { ...value, trail: joinTrails([place], value.trail) };
}

/** Neighbouring literals as one, empty ones dropped. */
function tidy(parts: Parts): Parts {
  const tidied: TextPart[] = [];
  for (const part of parts) {
    const last = tidied.at(-1);
    if (part.kind === "literal" && part.text === "") continue;
    if (part.kind === "literal" && last?.kind === "literal") {
      tidied[tidied.length - 1] = { kind: "literal", text: (last.text + part.text).slice(0, MAX_LITERAL) };
    } else if (tidied.length < MAX_PARTS) {
      tidied.push(
        part.kind === "literal" && part.text.length > MAX_LITERAL ? { kind: "literal", text: part.text.slice(0, MAX_LITERAL) } : part,
      );
    }
  }
  return tidied;
}

/** The texts that a value may be inside a longer text. `name` names the hole where it is none. */
function variants(value: Denotation, name: string): readonly Parts[] {
  switch (value.kind) {
    case "text":
      return [value.parts];
    case "number":
    case "boolean":
      return [[{ kind: "literal", text: String(value.value) }]];
    case "choice":
      return distinct(value.options.flatMap((one) => variants(one, name))).slice(0, MAX_OPTIONS);
    case "unknown":
      return [[{ kind: "hole", text: lastName(value.text) || name }]];
    default:
      return [[{ kind: "hole", text: name }]];
  }
}

/** The values one after the other, as in a template literal. */
export function concatenate(values: readonly Denotation[], names: readonly string[]): Denotation {
  return combine(values, names, (parts) => parts.flat());
}

/** A text made from the texts of several values: for each combination of what they may be. */
export function combine(values: readonly Denotation[], names: readonly string[], make: (parts: readonly Parts[]) => Parts): Denotation {
  const all = values.map((value, index) => variants(value, names[index] ?? ""));
  const trail = joinTrails(...values.map((value) => value.trail));
  return choose(rowsOf(all).map((row) => textual(make(row), trail)));
}

/** One part that is open is any of its values; of several not every combination is meant, but each value of each of them. */
function rowsOf(all: readonly (readonly Parts[])[]): readonly (readonly Parts[])[] {
  const open = all.filter((options) => options.length > 1);
  const combinations = open.reduce((count, options) => count * options.length, 1);
  if (open.length > 1 && combinations > MAX_VARIANTS) {
    const most = Math.min(MAX_OPTIONS, Math.max(...open.map((options) => options.length)));
    return Array.from({ length: most }, (_, row) => all.map((options) => options[row % options.length]!));
  }
  let rows: Parts[][] = [[]];
  for (const options of all) rows = rows.flatMap((row) => options.map((option) => [...row, option])).slice(0, MAX_OPTIONS);
  return rows;
}

function distinct(all: readonly Parts[]): readonly Parts[] {
  return [...new Map(all.map((parts) => [JSON.stringify(parts, withoutPlaces), parts])).values()];
}

function withoutPlaces(key: string, value: unknown): unknown {
  return key === "place" ? undefined : value;
}

/**
 * One of several values: nested choices are flattened, equal ones merged, and absent ones (`null`, an empty text) left
 * out where there is another, since what is absent is never called or connected to (`enabled && client`).
 */
export function choose(options: readonly Denotation[]): Denotation {
  if (options.length === 1) return options[0]!;
  const flat = options.some(isChoice) ? options.flatMap((one) => (isChoice(one) ? one.options : [one])) : options;
  const present = flat.some(isAbsent) ? flat.filter((one) => !isAbsent(one)) : flat;
  const all = withoutDefaults(withoutEquals(present.length > 0 ? present : flat));
  if (all.length === 0) return unknown();
  if (all.length === 1) return all[0]!;
  return { kind: "choice", options: all.slice(0, MAX_OPTIONS), trail: joinTrails(...all.map((one) => one.trail)) };
}

function isChoice(value: Denotation): value is Extract<Denotation, { kind: "choice" }> {
  return value.kind === "choice";
}

/** The first of each that mean the same. To tell is costly, and mostly there are two of which it shows at once. */
function withoutEquals(all: readonly Denotation[]): readonly Denotation[] {
  if (all.length === 2) {
    const [one, other] = all as readonly [Denotation, Denotation];
    if (one === other) return [one];
    if (one.kind !== other.kind) return all;
  }
  const byKey = new Map<unknown, Denotation>();
  for (const one of all) {
    const key = keyOf(one);
    if (!byKey.has(key)) byKey.set(key, one);
  }
  return byKey.size === all.length ? all : [...byKey.values()];
}

/** Without what a variable among them falls back to anyway. */
function withoutDefaults(all: readonly Denotation[]): readonly Denotation[] {
  if (all.length === 1) return all;
  const defaults = new Set<unknown>();
  for (const one of all) {
    const [part] = one.kind === "text" && one.parts.length === 1 ? one.parts : [];
    if (part?.kind === "environment" && part.fallback !== null) defaults.add(keyOf({ kind: "text", parts: part.fallback, trail: [] }));
  }
  return defaults.size === 0 ? all : all.filter((one) => one.kind !== "text" || !defaults.has(keyOf(one)));
}

export function isAbsent(value: Denotation): boolean {
  if (value.kind === "unknown") return value.text === "" && value.type === null;
  return value.kind === "null" || (value.kind === "text" && value.parts.length === 0);
}

/** `process.env.X ?? "http://orders"`: later texts are what the first falls back to. */
export function withFallbacks(options: readonly Denotation[]): Denotation {
  const chosen = choose(options);
  if (chosen.kind !== "choice") return chosen;
  const merged: Denotation[] = [];
  for (const one of options.filter((option) => !isAbsent(option)).reverse()) {
    const next = merged[0];
    // `URLS[name] || usual`: the values of a table do not stand in for each other.
    if (one.kind === "text" && next?.kind === "text") {
      const [part] = one.parts;
      if (one.parts.length === 1 && part?.kind === "environment" && part.fallback === null) {
        merged[0] = { kind: "text", parts: [{ ...part, fallback: next.parts }], trail: joinTrails(one.trail, next.trail) };
        continue;
      }
    }
    merged.unshift(one);
  }
  return choose(merged);
}

/** Equal for values that mean the same thing: a text, or the parts of an object or list, which are the same or not. */
function keyOf(value: Denotation): unknown {
  switch (value.kind) {
    case "text":
      return `text ${JSON.stringify(value.parts, withoutPlaces)}`;
    case "number":
    case "boolean":
      return `${value.kind} ${value.value}`;
    case "null":
      return "null";
    case "library": {
      const from = value.path.calls.map((call) => `${call.place.path}:${call.place.startLine}`).join(",");
      return `library ${value.path.module}/${value.path.subpath} ${value.path.path} ${from}`;
    }
    case "function":
      return `function ${value.function.file.path} ${value.function.summary.id} ${value.self === null ? "" : keyOfClass(value.self.class)}`;
    case "class":
      return `class ${keyOfClass(value.class)}`;
    case "instance":
      return `instance ${keyOfClass(value.class)} ${value.construction === null ? "" : `${value.construction.place.path}:${value.construction.place.startLine}`}`;
    case "object":
      return value.entries;
    case "array":
      return value.items;
    case "module":
      return `module ${value.file.path}`;
    default:
      return value.kind;
  }
}

export function keyOfClass(of: { readonly file: { readonly path: string }; readonly summary: { readonly id: number } }): string {
  return `${of.file.path}#${of.summary.id}`;
}

function lastName(text: string): string {
  return text.slice(Math.max(text.lastIndexOf("."), text.lastIndexOf("(")) + 1);
}

export function withoutTrailingSlash(parts: Parts): Parts {
  const last = parts.at(-1);
  if (last?.kind !== "literal" || !last.text.endsWith("/")) return parts;
  return [...parts.slice(0, -1), { kind: "literal", text: last.text.slice(0, -1) }];
}

/** Segments joined by one slash each, as `path.join` and `urljoin` do. */
export function joinPath(all: readonly Parts[]): Parts {
  const joined: TextPart[] = [];
  for (const parts of all) {
    if (parts.length === 0) continue;
    const [first, ...rest] = parts;
    if (joined.length === 0) {
      joined.push(...parts);
      continue;
    }
    const kept = withoutTrailingSlash(joined);
    joined.splice(0, joined.length, ...kept);
    const text = first!.kind === "literal" ? first!.text.replace(/^\/+/, "") : null;
    if (text === null) joined.push({ kind: "literal", text: "/" }, first!);
    else if (/^[?#]/.test(text)) joined.push({ kind: "literal", text });
    else joined.push({ kind: "literal", text: `/${text}` });
    joined.push(...rest);
  }
  return tidy(joined);
}

/** `util.format("http://%s/orders", host)`. */
export function format(all: readonly Parts[]): Parts {
  const [pattern, ...args] = all;
  if (pattern === undefined) return [];
  const queue = [...args];
  return pattern.flatMap((part): Parts => {
    if (part.kind !== "literal") return [part];
    return part.text.split(/(%[sdifjoO%])/).flatMap((piece): Parts => {
      if (piece === "%%") return [{ kind: "literal", text: "%" }];
      if (piece.length !== 2 || !piece.startsWith("%") || queue.length === 0) return [{ kind: "literal", text: piece }];
      return queue.shift()!;
    });
  });
}

/** `text.replace(":id", id)`, in the literal parts. Only the first occurrence unless `all`. */
export function replace(text: Parts, from: string, to: Parts, all: boolean): Parts {
  if (from === "") return text;
  let open = true;
  return tidy(
    text.flatMap((part): Parts => {
      if (part.kind !== "literal" || !open || !part.text.includes(from)) return [part];
      if (all) {
        return part.text
          .split(from)
          .flatMap((piece, index): Parts => (index === 0 ? [{ kind: "literal", text: piece }] : [...to, { kind: "literal", text: piece }]));
      }
      open = false;
      const at = part.text.indexOf(from);
      return [{ kind: "literal", text: part.text.slice(0, at) }, ...to, { kind: "literal", text: part.text.slice(at + from.length) }];
    }),
  );
}

export function mapLiterals(parts: Parts, change: (text: string) => string): Parts {
  return tidy(parts.map((part) => (part.kind === "literal" ? { kind: "literal", text: change(part.text) } : part)));
}

/** The whole text where nothing in it is open. */
export function literalOf(value: Denotation): string | null {
  if (value.kind === "number") return String(value.value);
  if (value.kind !== "text") return null;
  if (value.parts.length === 0) return "";
  const [part] = value.parts;
  return value.parts.length === 1 && part?.kind === "literal" ? part.text : null;
}
