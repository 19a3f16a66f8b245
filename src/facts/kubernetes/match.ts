import type { YamlNode } from "../yaml-node.js";

const MAX_LENGTH = 300;

/**
 * A match in one spelling, whatever the order and style of its keys: `uri.prefix=/orders&method.exact=GET`, alternatives
 * joined by ` || `. Empty: matches everything.
 */
export function canonicalMatch(match: YamlNode | undefined): string {
  const alternatives = match?.kind === "sequence" ? match.items : match === undefined ? [] : [match];
  const written = alternatives.map((alternative) => flattened(alternative, "", 0).sort().join("&")).sort();
  // An alternative without conditions takes everything, and so does the whole.
  return written.includes("") ? "" : shortened(written.join(" || "));
}

function flattened(node: YamlNode, prefix: string, depth: number): string[] {
  if (node.kind === "scalar") {
    return [prefix === "" ? node.text : `${prefix}=${node.text}`];
  }
  if (depth > 6) {
    return [`${prefix}=…`];
  }
  const children =
    node.kind === "map" ? node.entries.map((it) => [it.key, it.value] as const) : node.items.map((item) => ["", item] as const);
  return children
    .filter(([key]) => key !== "name")
    .flatMap(([key, value]) => flattened(value, [prefix, key].filter((part) => part !== "").join("."), depth + 1));
}

/** Long matches keep a beginning that can be read, and a number that tells them apart. */
function shortened(text: string): string {
  if (text.length <= MAX_LENGTH) {
    return text;
  }
  let hash = 0;
  for (const character of text) {
    hash = (Math.imul(hash, 31) + character.codePointAt(0)!) | 0;
  }
  return `${text.slice(0, MAX_LENGTH)}…${(hash >>> 0).toString(16)}`;
}

const STREAM =
  /(?:^|[^a-z])(?:ws|wss|websockets?|socket\.?io|sockjs|signalr|stream(?:s|ing)?|sse|event-?stream|watch|subscriptions?|grpc-stream|long-?poll(?:ing)?|live)(?:$|[^a-z])|headers\.upgrade/i;

/** A name, host or match that says a connection stays open: WebSocket, server-sent events, a watch. */
export function namesStream(...names: readonly (string | null)[]): boolean {
  return names.some((name) => name !== null && STREAM.test(name));
}
