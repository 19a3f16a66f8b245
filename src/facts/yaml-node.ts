import type { Lines } from "./place.js";

/**
 * YAML as facts need it: every value with its lines, no types guessed, nothing executed. Aliases and merge keys are
 * followed, so that a reader sees a plain tree of maps, sequences and scalars; parts of it may be shared, never cyclic.
 */
export type YamlNode = YamlMap | YamlSequence | YamlScalar;

export interface YamlScalar {
  readonly kind: "scalar";
  /** As written, without quotes and escapes; template actions stand in it as in the file. */
  readonly text: string;
  /** Written in quotes or as a block, and so a string whatever it looks like. */
  readonly quoted: boolean;
  /** A literal block (`|`): its lines are lines of the file. */
  readonly literal: boolean;
  readonly tag: string | null;
  readonly templated: boolean;
  readonly lines: Lines;
}

export interface YamlSequence {
  readonly kind: "sequence";
  readonly items: readonly YamlNode[];
  readonly flow: boolean;
  readonly tag: string | null;
  readonly lines: Lines;
}

export interface YamlMap {
  readonly kind: "map";
  /** In order, those of merge keys last. Of a key given twice the last one stands; the others are left out. */
  readonly entries: readonly YamlEntry[];
  readonly byKey: ReadonlyMap<string, YamlEntry>;
  readonly flow: boolean;
  readonly tag: string | null;
  readonly lines: Lines;
}

export interface YamlEntry {
  readonly key: string;
  readonly keyLine: number;
  readonly value: YamlNode;
  /** From the key to the end of the value. */
  readonly lines: Lines;
}

type Maybe = YamlNode | null | undefined;

/** The value at a path of keys; `undefined` where a step is missing or no map. */
export function get(node: Maybe, ...path: readonly string[]): YamlNode | undefined {
  let current: Maybe = node;
  for (const key of path) {
    current = entry(current, key)?.value;
  }
  return current ?? undefined;
}

/** The entry of a map, for its lines. */
export function entry(node: Maybe, key: string): YamlEntry | undefined {
  return node?.kind === "map" ? node.byKey.get(key) : undefined;
}

export function entries(node: Maybe): readonly YamlEntry[] {
  return node?.kind === "map" ? node.entries : [];
}

export function items(node: Maybe): readonly YamlNode[] {
  return node?.kind === "sequence" ? node.items : [];
}

/** Nothing written, `null` or `~`. */
export function isNull(node: Maybe): boolean {
  return node === undefined || node === null || (node.kind === "scalar" && !node.quoted && /^(?:|~|null|Null|NULL)$/.test(node.text));
}

/** A scalar's text; `null` for nothing, for null and for collections. */
export function text(node: Maybe): string | null {
  return node?.kind === "scalar" && !isNull(node) ? node.text : null;
}

/** The texts of a sequence of scalars, or of a single scalar. */
export function texts(node: Maybe): string[] {
  const nodes = node?.kind === "scalar" ? [node] : items(node);
  return nodes.flatMap((item) => text(item) ?? []);
}

/** A whole number; `null` where there is none, or a template in its stead. */
export function integer(node: Maybe): number | null {
  const written = text(node);
  return written !== null && /^-?\d{1,15}$/.test(written.trim()) ? Number(written) : null;
}

/** A truth value in any of YAML's spellings; `null` for anything else. */
export function flag(node: Maybe): boolean | null {
  const written = text(node)?.trim().toLowerCase();
  if (written === "true" || written === "yes" || written === "on") {
    return true;
  }
  return written === "false" || written === "no" || written === "off" ? false : null;
}

/** A map of scalars; safe for keys such as `__proto__`. */
export function record(node: Maybe): Readonly<Record<string, string>> {
  const result = Object.create(null) as Record<string, string>;
  for (const { key, value } of entries(node)) {
    const written = text(value);
    if (written !== null) {
      result[key] = written;
    }
  }
  return result;
}
