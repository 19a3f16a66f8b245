/** Names of the field whose one value tells the shapes of a union of messages apart. */
export const DISCRIMINANTS = ["type", "eventType", "event_type", "kind", "eventName", "event", "name"];

export function join(prefix: string, name: string): string {
  return prefix === "" ? name : `${prefix}.${name}`;
}

/** The path of a field of what stands at another: `items` and `[].sku` are `items[].sku`. */
export function inside(prefix: string, path: string): string {
  return /^(?:\[\]|<)/.test(path) ? `${prefix}${path}` : join(prefix, path);
}

/** The canonical spelling of a union: sorted, without what makes it nullable or optional. */
export function unionOf(texts: readonly string[]): string {
  const kept = new Set(texts.flatMap((text) => text.split("|")).filter((text) => text !== "null" && text !== "undefined"));
  if (kept.has("true") && kept.has("false")) {
    kept.delete("true");
    kept.delete("false");
    kept.add("boolean");
  }
  return [...kept].sort().join("|");
}
