import { layOut } from "../report/graph/layout.js";
import type { Picture, PictureEdge } from "../report/graph/picture.js";
import { svgElement } from "../report/graph/svg.js";
import { html, Markup } from "./html.js";

/** More than this is neither readable nor quick to lay out. */
const MOST_ELEMENTS = 150;

/** A picture that can be moved about in, and what its lines and colours mean. */
export function drawing(picture: Picture, title: string): Markup {
  const { elements, edges } = picture;
  if (elements.length === 0) return html`<p class="quiet">There is nothing to draw: no services were found.</p>`;
  if (elements.length > MOST_ELEMENTS) return html`<p class="quiet">${elements.length} elements are too many for a picture here. <code>faultline graph --format html</code> draws them.</p>`;
  // Names are escaped by the drawing itself.
  const svg = new Markup(svgElement(layOut(picture), title));
  const changed = [...elements, ...edges].some(({ change }) => change !== "same");
  return html`<div class="drawing" tabindex="0" role="region" aria-label="${title}">${svg}</div>${legend(changed)}`;
}

function legend(changed: boolean): Markup {
  const line = (kind: string, text: string): Markup => html`<li class="${kind}"><svg viewBox="0 0 28 10" width="28" height="10" aria-hidden="true"><path class="flow" d="M1 5H20"/><path class="tip" d="M27 5L19 1.5V8.5z"/></svg>${text}</li>`;
  return html`<ul class="legend" aria-label="Legend">${line("calls", "calls")}${line("uses", "uses a database")}${line("publishes", "publishes, consumes")}${changed ? [line("added", "added"), line("removed", "removed")] : null}</ul>`;
}

/** What changes between two systems, in words. */
export function changesInWords({ elements, edges }: Picture): Markup | null {
  const told = [
    ...elements.filter(({ change }) => change !== "same").map(({ change, kind, label }) => html`<li class="${change}"><strong>${change}</strong> ${kind} <code>${label}</code></li>`),
    ...edges.filter(({ change }) => change !== "same").map((edge) => html`<li class="${edge.change}"><strong>${edge.change}</strong> ${inWords(edge)}</li>`),
  ];
  return told.length === 0 ? null : html`<ul class="changes">${told}</ul>`;
}

function inWords({ from, to, kind, labels }: PictureEdge): Markup {
  const shown = labels.slice(0, 5).join(", ");
  return html`<code>${nameOf(from)}</code> ${kind} <code>${nameOf(to)}</code>${shown === "" ? null : html` <span class="quiet">${shown}</span>`}`;
}

function nameOf(id: string): string {
  return id.slice(id.indexOf(":") + 1);
}
