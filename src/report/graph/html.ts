import { plainMessage } from "../escape.js";
import type { SystemSummary } from "../report.js";
import { layOut } from "./layout.js";
import { PAGE_SCRIPT } from "./page-script.js";
import { PAGE_STYLE } from "./page-style.js";
import { drawPicture, type Picture } from "./picture.js";
import { escapeXml, svgElement } from "./svg.js";

/**
 * A page that needs nothing else: the drawing, a panel that shows the evidence of whatever is chosen, and the same as
 * tables for reading without a script. With a base it can show before, after and the difference.
 */
export function renderHtml(head: SystemSummary, base: SystemSummary | null = null): string {
  const views =
    base === null
      ? [view("after", "System", drawPicture(head))]
      : [
          view("difference", "Difference", drawPicture(head, base)),
          view("before", "Before", drawPicture(base)),
          view("after", "After", drawPicture(head)),
        ];
  const title = base === null ? "The system" : "The system before and after";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} · Faultline</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="counts">${counts(head)}</p>
${tabs(views)}
<button type="button" class="fit" aria-pressed="false" hidden>Fit the width</button>
<label class="search">Find <input type="search" placeholder="orders" autocomplete="off"></label>
</header>
<main>
<div class="views">${views.map(section).join("")}</div>
<aside aria-live="polite" aria-label="What is chosen"><h2>Evidence</h2><p class="hint">Choose a service, a database, a channel or an arrow.</p></aside>
${legend(base !== null)}
</main>
<section class="tables" aria-label="The system as tables">
${tables(head)}
</section>
<script type="application/json" id="data">${json(views)}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

interface View {
  readonly id: string;
  readonly title: string;
  readonly picture: Picture;
}

function view(id: string, title: string, picture: Picture): View {
  return { id, title, picture };
}

function tabs(views: readonly View[]): string {
  if (views.length === 1) return "";
  const buttons = views.map(
    ({ id, title }, index) => `<button type="button" data-view="${id}" aria-pressed="${index === 0}">${title}</button>`,
  );
  return `<div class="tabs" role="group" aria-label="What is shown">${buttons.join("")}</div>`;
}

function section({ id, title, picture }: View, index: number): string {
  return `<section class="view" data-view="${id}" aria-label="${title}"${index === 0 ? "" : " hidden"}>${svgElement(layOut(picture), title, "", "group")}</section>`;
}

function legend(compared: boolean): string {
  const line = (kind: string, text: string): string =>
    `<li class="${kind}"><svg viewBox="0 0 28 10" width="28" height="10" aria-hidden="true"><path class="flow" d="M1 5H20"/><path class="tip" d="M27 5L19 1.5V8.5z"/></svg>${text}</li>`;
  const lines = [
    line("calls", "calls"),
    line("uses", "uses a database"),
    line("publishes", "publishes, consumes"),
    ...(compared ? [line("added", "added"), line("removed", "removed")] : []),
  ];
  return `<ul class="legend" aria-label="Legend">${lines.join("")}</ul>`;
}

function counts({ services, databases, calls, channels }: SystemSummary): string {
  const links = new Set(calls.map(({ from, to }) => `${from} ${to}`)).size;
  return [
    plural(services.length, "service"),
    plural(databases.length, "database"),
    plural(channels.length, "channel"),
    plural(links, "call"),
  ].join(" · ");
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function tables({ services, databases, calls, channels }: SystemSummary): string {
  return [
    table(
      "Services",
      ["Name", "Paths"],
      services.map(({ name, paths }) => [name, paths.join(", ")]),
    ),
    table(
      "Databases",
      ["Name", "Engine", "Used by"],
      databases.map(({ name, engine, services: users }) => [name, engine, users.join(", ")]),
    ),
    table(
      "Calls",
      ["From", "To", "Kind", "Operation"],
      calls.map(({ from, to, kind, operation }) => [from, to, kind, operation]),
    ),
    table(
      "Channels",
      ["Name", "Published by", "Consumed by"],
      channels.map(({ name, publishers, consumers }) => [name, publishers.join(", "), consumers.join(", ")]),
    ),
  ].join("");
}

function table(caption: string, columns: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const head = columns.map((column) => `<th scope="col">${column}</th>`).join("");
  const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${escapeXml(cell)}</td>`).join("")}</tr>`).join("");
  return `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** JSON inside a script element: nothing in it can close the element or open a comment. */
function json(views: readonly View[]): string {
  const data = views.map(({ id, picture }) => ({
    view: id,
    elements: picture.elements.map((element) => ({
      id: element.id,
      kind: element.kind,
      label: element.label,
      detail: element.detail,
      change: element.change,
    })),
    edges: picture.edges.map(({ from, to, kind, labels, change, evidence }) => ({
      from,
      to,
      kind,
      labels,
      change,
      evidence: evidence.map(({ path, startLine, endLine, note }) => ({ path, startLine, endLine, note: plainMessage(note) })),
    })),
  }));
  return JSON.stringify(data)
    .replaceAll("<", String.raw`\u003c`)
    .replaceAll("\u2028", String.raw`\u2028`);
}
