import type { InsertionPoint } from "../kubernetes.js";
import { entries, entry, type YamlMap, type YamlNode } from "../yaml-node.js";
import type { YamlFile } from "../yaml.js";
import { hasWithin, keyColumn, type Manifest } from "./object.js";

/** What of a file is needed to say where it takes new lines; `body` is the tree whose style is followed. */
export type Writable = Pick<Manifest, "body" | "document"> & { readonly file: Pick<YamlFile, "text" | "crlf"> };

/** The indentation of a block's keys, read from the line of its first key; `null` in flow style. */
function indentOf(map: YamlMap, file: Pick<YamlFile, "text">): string | null {
  const [first] = map.entries;
  const line = first === undefined || map.flow ? undefined : file.text[first.keyLine - 1];
  return line === undefined ? null : line.slice(0, keyColumn(map, file)).replaceAll("-", " ");
}

/** One level of indentation, as the file's own blocks show it. */
function stepOf(root: YamlNode | null, file: Pick<YamlFile, "text">): string {
  let level: YamlNode | null = root;
  for (let depth = 0; depth < 4 && level?.kind === "map"; depth += 1) {
    const outer = indentOf(level, file);
    const inner = entries(level)
      .map((it) => it.value)
      .find((value) => value.kind === "map" && !value.flow && value.entries.length > 0) as YamlMap | undefined;
    const deeper = inner === undefined ? null : indentOf(inner, file);
    if (outer !== null && deeper !== null && deeper.length > outer.length) {
      return deeper.slice(outer.length);
    }
    level = inner ?? null;
  }
  return "  ";
}

/** Where a block takes one more key: after its last line. `null` for flow style, and where a template stands close by. */
export function insertionAtEnd(map: YamlNode | undefined, manifest: Writable): InsertionPoint | null {
  if (map?.kind !== "map") {
    return null;
  }
  const indent = indentOf(map, manifest.file);
  return indent === null || crossedByTemplate(map.lines, manifest) ? null : pointAt(map.lines.endLine, indent, manifest);
}

/** Where the members of a key without value go: below the key, one level deeper. */
export function insertionBelow(map: YamlNode | undefined, key: string, manifest: Writable): InsertionPoint | null {
  const found = entry(map, key);
  const indent = map?.kind === "map" ? indentOf(map, manifest.file) : null;
  if (found === undefined || indent === null || crossedByTemplate(found.lines, manifest)) {
    return null;
  }
  // `trafficPolicy: {}` or `null` would have to be replaced rather than added to.
  const bare = /:\s*(?:#.*)?$/.test(manifest.file.text[found.keyLine - 1] ?? "");
  return bare ? pointAt(found.keyLine, indent + stepOf(manifest.body, manifest.file), manifest) : null;
}

function pointAt(line: number, indent: string, manifest: Writable): InsertionPoint | null {
  const text = manifest.file.text[line - 1];
  return text === undefined ? null : { line, text, indent, step: stepOf(manifest.body, manifest.file), crlf: manifest.file.crlf };
}

/** Behind the last line a condition may end, but inside the block it may decide whether that line is there. */
function crossedByTemplate(lines: { readonly startLine: number; readonly endLine: number }, manifest: Writable): boolean {
  const withNext = { startLine: lines.startLine, endLine: lines.endLine + 1 };
  return hasWithin(manifest.document.control, lines) || hasWithin(manifest.document.opaque, withNext);
}
