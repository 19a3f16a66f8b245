import type { Picture, PictureEdge, PictureElement } from "./picture.js";

/** GitHub stops being readable well before Mermaid stops drawing. */
const DEFAULT_LIMIT = 30;

/** Seen on the light ground of GitHub and on the dark one. */
const COLOURS = { added: "#2da44e", removed: "#e5534b" } as const;

/**
 * A Mermaid flowchart. Names are escaped to entity codes, so that no name can end a label, add an edge or a link.
 * Above `limit` elements the picture says how many are left out.
 */
export function renderMermaid(picture: Picture, limit = DEFAULT_LIMIT): string {
  const shown = mostConnected(picture, limit);
  const ids = new Map(shown.map(({ id }, index) => [id, `e${index + 1}`]));
  const edges = picture.edges.filter(({ from, to }) => ids.has(from) && ids.has(to));
  const left = picture.elements.length - shown.length;
  return [
    "flowchart LR",
    ...shown.map((element) => `  ${ids.get(element.id)!}${shapeOf(element)}`),
    ...edges.map((edge) => `  ${ids.get(edge.from)!} ${arrowOf(edge)} ${ids.get(edge.to)!}`),
    ...(left > 0 ? [`  more["and ${left} more"]:::more`] : []),
    `  classDef added stroke:${COLOURS.added},stroke-width:2px`,
    `  classDef removed stroke:${COLOURS.removed},stroke-width:2px,stroke-dasharray:4 3`,
    ...(left > 0 ? ["  classDef more stroke-dasharray:2 3"] : []),
    ...edges.flatMap(({ change }, index) =>
      change === "same" ? [] : [`  linkStyle ${index} stroke:${COLOURS[change]},stroke-width:2.5px`],
    ),
    "",
  ].join("\n");
}

function shapeOf({ kind, label, change }: PictureElement): string {
  const text = `"${escapeMermaid(label)}"`;
  const shape = { service: `[${text}]`, database: `[(${text})]`, channel: `{{${text}}}` }[kind];
  return change === "same" ? shape : `${shape}:::${change}`;
}

function arrowOf({ kind, labels, change }: PictureEdge): string {
  const dotted = kind === "publishes" || kind === "consumes" || change === "removed";
  const arrow = dotted ? "-.->" : "-->";
  if (kind !== "calls" || labels.length === 0) return arrow;
  const text = labels.length === 1 ? labels[0]! : `${labels.length} operations`;
  return `${arrow}|"${escapeMermaid(text)}"|`;
}

function escapeMermaid(text: string): string {
  return Array.from(text.slice(0, 60), (character) =>
    /[\p{L}\p{N} ._/-]/u.test(character) ? character : `#${character.codePointAt(0)!};`,
  ).join("");
}

function mostConnected({ elements, edges }: Picture, limit: number): readonly PictureElement[] {
  if (elements.length <= limit) return elements;
  const degree = new Map<string, number>();
  for (const { from, to, change } of edges) {
    for (const end of [from, to]) degree.set(end, (degree.get(end) ?? 0) + (change === "same" ? 1 : 100));
  }
  const kept = new Set([...elements].sort((a, b) => (degree.get(b.id) ?? 0) - (degree.get(a.id) ?? 0)).slice(0, limit));
  return elements.filter((element) => kept.has(element));
}
