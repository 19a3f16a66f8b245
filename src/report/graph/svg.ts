import { layOut, type Layout, type PlacedEdge, type PlacedElement } from "./layout.js";
import type { Picture } from "./picture.js";

/** Colours of both schemes; the page uses the same custom properties. */
export const PALETTE = `
:root,svg{--ground:#fff;--ink:#1f2328;--quiet:#59636e;--line:#8c959f;--box:#f6f8fa;--edge:#d1d9e0;--service:#0969da;--database:#8250df;--channel:#9a6700;--added:#1a7f37;--removed:#cf222e}
@media (prefers-color-scheme:dark){:root,svg{--ground:#0d1117;--ink:#f0f6fc;--quiet:#9198a1;--line:#656c76;--box:#151b23;--edge:#3d444d;--service:#4493f8;--database:#ab7df8;--channel:#d29922;--added:#3fb950;--removed:#f85149}}`;

export const SHAPES = `
.label{font:600 13px system-ui,sans-serif;fill:var(--ink)}
.detail{font:11px system-ui,sans-serif;fill:var(--quiet)}
.shape{fill:var(--box);stroke-width:1.5}
.service .shape{stroke:var(--service)}.database .shape{stroke:var(--database)}.channel .shape{stroke:var(--channel)}
.flow{fill:none;stroke:var(--line);stroke-width:1.4}
.publishes .flow,.consumes .flow{stroke-dasharray:5 4}.uses .flow{stroke:var(--database);stroke-opacity:.75}
.tip{fill:var(--line)}.uses .tip{fill:var(--database);fill-opacity:.6}
.added .shape,.added .flow{stroke:var(--added);stroke-width:2.5;stroke-opacity:1}.added .tip{fill:var(--added);fill-opacity:1}
.removed .shape,.removed .flow{stroke:var(--removed);stroke-width:2;stroke-opacity:1;stroke-dasharray:4 3}.removed .tip{fill:var(--removed);fill-opacity:1}
.removed .label{text-decoration:line-through;fill:var(--quiet)}`;

/** A picture on its own: light or dark by the reader's scheme, nothing fetched, every name escaped. */
export function renderSvg(picture: Picture, title = "The system"): string {
  const layout = layOut(picture);
  return `${svgElement(layout, title, `<style>${PALETTE}${SHAPES}</style><rect width="100%" height="100%" fill="var(--ground)"/>`)}\n`;
}

/** The drawing without a style of its own, for a page that has one. `group`: its parts can be chosen one by one. */
export function svgElement(layout: Layout, title: string, head = "", role: "img" | "group" = "img"): string {
  const { width, height, elements, edges } = layout;
  const empty = elements.length === 0 ? `<text class="detail" x="24" y="44">Nothing to draw: no services were found.</text>` : "";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="${role}" aria-label="${escapeXml(title)}">`,
    head,
    `<g class="drawing">`,
    ...edges.map(drawEdge),
    ...elements.map(drawElement),
    empty,
    "</g></svg>",
  ].join("");
}

/** Control characters, those that turn the direction of text round so that it reads other than it is, and what XML lacks. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]|\p{Surrogate}/gu;

/** Text for elements and for attributes between quotes, in XML and HTML alike. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replaceAll(UNSEEN, "\ufffd");
}

function drawElement(element: PlacedElement): string {
  const { id, kind, change, x, y, width, height, label, detail, text } = element;
  const alone = detail === "" || kind === "channel";
  const middle = kind === "database" ? y + 4 : y;
  const second = alone
    ? ""
    : `<text class="detail" text-anchor="middle" x="${round(x)}" y="${round(middle + 13)}">${escapeXml(fit(detail, width))}</text>`;
  return [
    `<g class="element ${kind} ${change}" data-id="${escapeXml(id)}">`,
    `<title>${escapeXml(`${kind} ${label}${change === "same" ? "" : ` (${change})`}`)}</title>`,
    SHAPE[kind](x - width / 2, y - height / 2, width, height),
    `<text class="label" text-anchor="middle" x="${round(x)}" y="${round(middle + (alone ? 4.5 : -2))}">${escapeXml(text)}</text>${second}</g>`,
  ].join("");
}

const SHAPE: Record<PlacedElement["kind"], (x: number, y: number, width: number, height: number) => string> = {
  service: (x, y, width, height) =>
    `<rect class="shape" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="8"/>`,
  database: (x, y, width, height) => {
    const curve = 6;
    const [left, right, top, bottom] = [round(x), round(x + width), round(y + curve), round(y + height - curve)];
    const half = round(width / 2);
    return `<path class="shape" d="M${left} ${top}a${half} ${curve} 0 0 1 ${round(width)} 0V${bottom}a${half} ${curve} 0 0 1 -${round(width)} 0zM${left} ${top}a${half} ${curve} 0 0 0 ${round(width)} 0H${right}"/>`;
  },
  channel: (x, y, width, height) =>
    `<rect class="shape" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${height}" rx="${height / 2}"/>`,
};

function drawEdge(edge: PlacedEdge, index: number): string {
  const { kind, change, points, from, to, labels } = edge;
  if (points.length < 2) return "";
  const title = `${nameOf(from)} ${kind} ${nameOf(to)}${labels.length === 0 ? "" : `: ${labels.join(", ")}`}`;
  return `<g class="edge ${kind} ${change}" data-edge="${index}"><title>${escapeXml(title)}</title><path class="flow" d="${curveThrough(points)}"/>${arrowhead(points)}</g>`;
}

function nameOf(id: string): string {
  return id.slice(id.indexOf(":") + 1);
}

type Point = PlacedEdge["points"][number];

/** Straight to the first midpoint, then quadratic curves from midpoint to midpoint with the points as controls. */
function curveThrough(points: readonly Point[]): string {
  const middle = (a: Point, b: Point): string => `${round((a.x + b.x) / 2)} ${round((a.y + b.y) / 2)}`;
  const inner = points.slice(1, -1).map((point, index) => `Q${round(point.x)} ${round(point.y)} ${middle(point, points[index + 2]!)}`);
  const last = points.at(-1)!;
  return `M${round(points[0]!.x)} ${round(points[0]!.y)}${points.length > 2 ? `L${middle(points[0]!, points[1]!)}` : ""}${inner.join("")}L${round(last.x)} ${round(last.y)}`;
}

function arrowhead(points: readonly Point[]): string {
  const [before, tip] = [points.at(-2)!, points.at(-1)!];
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const corner = (turn: number): string => `${round(tip.x - 8 * Math.cos(angle + turn))} ${round(tip.y - 8 * Math.sin(angle + turn))}`;
  return `<path class="tip" d="M${round(tip.x)} ${round(tip.y)}L${corner(0.42)}L${corner(-0.42)}z"/>`;
}

function fit(text: string, width: number): string {
  const room = Math.floor((width - 16) / 5.8);
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
