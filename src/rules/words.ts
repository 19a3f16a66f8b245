/** A name from the repository, as it stands in a rule's Markdown. Renderers escape; a rule only marks what is a name. */
export function code(name: string): string {
  return `\`${name.replaceAll("`", "'")}\``;
}

/** `a`, `a and b`, `a, b and c`; above `most` the rest is counted. */
export function listOf(items: readonly string[], most = 6): string {
  if (items.length <= 1) return items[0] ?? "";
  const shown = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items;
  return `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)!}`;
}
