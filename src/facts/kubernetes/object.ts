import type { KubernetesObject } from "../kubernetes.js";
import type { Lines } from "../place.js";
import type { YamlDocument } from "../yaml-document.js";
import { entry, get, isNull, items, record, text, type YamlMap, type YamlNode } from "../yaml-node.js";
import type { YamlFile } from "../yaml.js";

/** One object of a manifest, of a `List`, or of a JSON file. */
export interface Manifest {
  /** Without group and version: `VirtualService`. */
  readonly kind: string;
  /** `networking.istio.io`; empty for the core group; as written where a template stands in it. */
  readonly group: string;
  readonly body: YamlMap;
  readonly spec: YamlNode | undefined;
  readonly object: KubernetesObject;
  readonly document: YamlDocument;
  readonly file: YamlFile;
}

const API_VERSION = /^[ \t"'{-]*apiVersion["']?[ \t]*:|"apiVersion"/m;
const KIND = /\bkind["']?[ \t]*:[ \t]*["']?(\w{1,60})/g;

/** A cheap look, before anything is parsed: one of the kinds is named. A definition of resources is megabytes of none. */
export function looksLikeManifest(source: string, kinds: ReadonlySet<string>): boolean {
  if (!API_VERSION.test(source)) {
    return false;
  }
  for (const [, kind] of source.matchAll(KIND)) {
    if (kinds.has(kind!) || kind!.endsWith("List")) {
      return true;
    }
  }
  return false;
}

/** The objects of one document; none where it is no manifest. */
export function manifestsOf(document: YamlDocument, file: YamlFile): Manifest[] {
  return document.root?.kind === "map" ? manifestsIn(document.root, document, file, 0) : [];
}

function manifestsIn(body: YamlMap, document: YamlDocument, file: YamlFile, depth: number): Manifest[] {
  const kind = text(get(body, "kind"));
  const apiVersion = text(get(body, "apiVersion"));
  if (kind === null || apiVersion === null) {
    return [];
  }
  if (kind.endsWith("List") && get(body, "items") !== undefined) {
    const members = depth > 2 ? [] : items(get(body, "items"));
    return members.flatMap((item) => (item.kind === "map" ? manifestsIn(item, document, file, depth + 1) : []));
  }
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : apiVersion.includes("{{") ? apiVersion : "";
  return [{ kind, group, body, spec: get(body, "spec"), object: objectOf(body, document), document, file }];
}

function objectOf(body: YamlMap, document: YamlDocument): KubernetesObject {
  const metadata = get(body, "metadata");
  return {
    lines: body.lines,
    name: text(get(metadata, "name")) ?? text(get(metadata, "generateName")) ?? "",
    namespace: text(get(metadata, "namespace")),
    labels: record(get(metadata, "labels")),
    annotations: record(get(metadata, "annotations")),
    templated: hasWithin(document.opaque, body.lines) || hasWithin(document.control, body.lines) || holdsTemplate(body),
    kongPlugins: kongPluginsOf(get(metadata, "annotations")),
  };
}

function kongPluginsOf(annotations: YamlNode | undefined): KubernetesObject["kongPlugins"] {
  const found = entry(annotations, "konghq.com/plugins") ?? entry(annotations, "plugins.konghq.com");
  const written = text(found?.value);
  if (found === undefined || written === null) {
    return null;
  }
  return {
    names: written
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    lines: found.lines,
  };
}

/**
 * A template inserts unknown content into the block: between its lines, or behind its last one at the depth of its keys.
 * The depth is what the template says (`nindent 6`), else where it stands.
 */
export function isOpaque({ document, file }: Pick<Manifest, "document" | "file">, block: YamlNode): boolean {
  if (hasWithin(document.opaque, block.lines)) {
    return true;
  }
  const next = block.lines.endLine + 1;
  const isEmpty = isNull(block);
  if ((block.kind !== "map" && !isEmpty) || !hasWithin(document.opaque, { startLine: next, endLine: next })) {
    return false;
  }
  const written = file.text[next - 1] ?? "";
  const depth = Number(/\bn?indent\s+(\d{1,3})/.exec(written)?.[1] ?? /^ */.exec(written)![0].length);
  // Nothing stands below the key but what the template inserts there.
  if (block.kind !== "map") {
    return depth > /^[\s-]*/.exec(file.text[block.lines.endLine - 1] ?? "")![0].length;
  }
  return depth >= keyColumn(block, file);
}

/** The column of a block's keys, 0-based; a list's dash counts as a space. */
export function keyColumn(map: YamlMap, file: Pick<YamlFile, "text">): number {
  const [first] = map.entries;
  const line = first === undefined ? undefined : file.text[first.keyLine - 1];
  return line === undefined ? 0 : /^[\s-]*/.exec(line)![0].length;
}

/** Whether one of the sorted lines stands within the range. */
export function hasWithin(sorted: readonly number[], lines: Lines): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < lines.startLine) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < sorted.length && sorted[low]! <= lines.endLine;
}

function holdsTemplate(node: YamlNode): boolean {
  let left = 20_000;
  const pending: YamlNode[] = [node];
  for (let next = pending.pop(); next !== undefined && left > 0; next = pending.pop()) {
    left -= 1;
    if (next.kind === "scalar") {
      if (next.templated) {
        return true;
      }
      continue;
    }
    const children = next.kind === "map" ? next.entries.map((it) => it.value) : next.items;
    for (const child of children) {
      pending.push(child);
    }
  }
  return false;
}
