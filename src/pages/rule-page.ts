import { micromark } from "micromark";
import { gfmTable, gfmTableHtml } from "micromark-extension-gfm-table";
import { html, Markup } from "./html.js";
import { rulePath, RULES_PATH } from "./paths.js";
import { page, type PageFrame } from "./shell.js";

/** A rule in a list of rules. */
export interface ListedRule {
  readonly id: string;
  readonly severity: "error" | "warning" | "info";
  readonly summary: string;
}

/** The page of one rule. `text`: Markdown of the documentation, in which HTML counts as text. */
export function rulePage(frame: PageFrame, id: string, text: string): string {
  return page(frame, {
    title: id,
    trail: [
      { text: "Rules", path: RULES_PATH },
      { text: id, path: null },
    ],
    main: html`<article class="prose">${rendered(frame, text)}</article>`,
  });
}

/** All rules. */
export function rulesPage(frame: PageFrame, rules: readonly ListedRule[]): string {
  const lines = rules.map(
    ({ id, severity, summary }) =>
      html`<li><span class="chip ${severity}">${severity}</span> <a href="${frame.root}${rulePath(id)}"><code>${id}</code></a><br>${summary}</li>`,
  );
  return page(frame, {
    title: "Rules",
    trail: [{ text: "Rules", path: null }],
    main: html`<div class="lead"><h1>Rules</h1><ul class="lines">${lines}</ul></div>`,
  });
}

const SIDES: Readonly<Record<string, string>> = { file: "", base: " before", head: " after" };

function rendered({ root }: PageFrame, text: string): Markup {
  // What stands behind the language of a block says which file it is, and Markdown does not show it.
  const named = text.replaceAll(
    /^```(\w+) (file|base|head)=(\S+)$/gm,
    (_, language: string, side: string, path: string) => `\`${path}\`${SIDES[side] ?? ""}\n\n\`\`\`${language}`,
  );
  const markup = micromark(named, { extensions: [gfmTable()], htmlExtensions: [gfmTableHtml()] })
    .replaceAll(/<a href="([a-z0-9-]+)\.md">/g, (_, id: string) => `<a href="${root}${rulePath(id)}">`)
    .replaceAll("<pre>", '<pre tabindex="0">')
    .replaceAll("<table>", '<div class="scroll" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>")
    .replaceAll("<th>", '<th scope="col">')
    // The first column of some tables has no name, and each header cell must have one.
    .replaceAll('<th scope="col"></th>', "<td></td>");
  return new Markup(markup);
}
