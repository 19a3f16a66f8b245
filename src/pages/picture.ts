import { layOut, type Direction } from "../report/graph/layout.js";
import type { Picture, PictureEdge } from "../report/graph/picture.js";
import { svgElement } from "../report/graph/svg.js";
import { html, Markup } from "./html.js";

/** A picture of so few is drawn downwards too, for narrow pages. */
const FEW_ELEMENTS = 14;

/** More than this is neither readable nor quick to lay out. */
const MOST_ELEMENTS = 150;

/** A picture that can be moved about in, and what its lines and colours mean. */
export function drawing(picture: Picture, title: string): Markup {
  const { elements, edges } = picture;
  if (elements.length === 0) return html`<p class="quiet">There is nothing to draw: no services were found.</p>`;
  if (elements.length > MOST_ELEMENTS)
    return html`<p class="quiet">${elements.length} elements are too many for a picture here. <code>faultline graph --format html</code> draws them.</p>`;
  const changed = [...elements, ...edges].some(({ change }) => change !== "same");
  const few = elements.length <= FEW_ELEMENTS;
  const narrow = few ? html`<div class="drawing narrow">${drawn(picture, title, "down")}</div>` : null;
  return html`<div class="drawing${few ? " wide" : ""}" tabindex="0" role="region" aria-label="${title}">${drawn(picture, title, "right")}</div>${narrow}${legend(changed)}`;
}

/** Names are escaped by the drawing itself. */
function drawn(picture: Picture, title: string, direction: Direction): Markup {
  return new Markup(svgElement(layOut(picture, direction), title));
}

function legend(changed: boolean): Markup {
  const line = (kind: string, text: string): Markup =>
    html`<li class="${kind}"><svg viewBox="0 0 28 10" width="28" height="10" aria-hidden="true"><path class="flow" d="M1 5H20"/><path class="tip" d="M27 5L19 1.5V8.5z"/></svg>${text}</li>`;
  return html`<ul class="legend" aria-label="Legend">${line("calls", "calls")}${line("uses", "uses a database")}${line("publishes", "publishes, consumes")}${changed ? [line("added", "added"), line("removed", "removed")] : null}</ul>`;
}

/** What changes between two systems, in words. */
export function changesInWords({ elements, edges }: Picture): Markup | null {
  const labels = new Map(elements.map(({ id, label }) => [id, label]));
  const told = [
    ...elements
      .filter(({ change }) => change !== "same")
      .map(
        ({ change, kind, label }) =>
          html`<li class="${change}">The ${kind} <code>${label}</code> is ${change === "added" ? "new" : "gone"}</li>`,
      ),
    ...edges.filter(({ change }) => change !== "same").map((edge) => html`<li class="${edge.change}">${inWords(edge, labels)}</li>`),
  ];
  return told.length === 0 ? null : html`<ul class="changes">${told}</ul>`;
}

const MOST_LABELS = 5;

function inWords({ from, to, kind, labels, change }: PictureEdge, names: ReadonlyMap<string, string>): Markup {
  const [first, second] = [names.get(from) ?? from, names.get(to) ?? to];
  const [subject, object] = kind === "consumes" ? [second, first] : [first, second];
  const operations = labels.slice(0, MOST_LABELS).join(", ");
  return html`<code>${subject}</code> ${change === "added" ? "now" : "no longer"} ${kind} <code>${object}</code>${operations === "" ? null : html` <span class="quiet">${operations}</span>`}`;
}
