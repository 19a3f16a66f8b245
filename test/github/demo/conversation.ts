import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { html, Markup, type Content } from "../../../src/pages/html.js";
import { ASSETS, type SiteFile } from "../stand-in/stand-in.js";
import { filesOf } from "../stand-in/routes/pulls.js";
import {
  nameOf,
  type CheckRun,
  type IssueComment,
  type PullRequest,
  type Repository,
  type Review,
  type ReviewComment,
  type Thread,
  type World,
} from "../stand-in/world.js";
import { CONVERSATION_STYLE } from "./conversation-style.js";

const DIAGRAMS = `${ASSETS}mermaid.js`;

/** What a reader of the demo follows links to on the stand-in. `null`: there is none. */
export async function siteFile(world: World, path: string): Promise<SiteFile | null> {
  if (path === DIAGRAMS)
    return { type: "text/javascript; charset=utf-8", body: await readFile(fileURLToPath(import.meta.resolve("@mermaid-js/tiny"))) };
  const body = await sitePage(world, path);
  return body === null ? null : { type: "text/html; charset=utf-8", body };
}

async function sitePage(world: World, path: string): Promise<string | null> {
  const [, owner, name, kind, id, ...rest] = path.split("/").map(decodeURIComponent);
  const repository = world.repositories.get(`${owner}/${name}`.toLowerCase());
  if (repository === undefined) return null;
  if (kind === "blob") return filePage(repository, id ?? "", rest.join("/"));
  const pull = repository.pulls.get(Number(kind === "pull" ? id : 1));
  return pull === undefined ? null : conversationPage(repository, pull);
}

/** Diagrams are drawn where a script may run, as GitHub does it; else their text stays. */
const DRAW = `if (document.querySelector(".mermaid")) {
  const script = document.createElement("script");
  script.src = ${JSON.stringify(DIAGRAMS)};
  script.onload = () => {
    mermaid.initialize({ startOnLoad: false, theme: matchMedia("(prefers-color-scheme:dark)").matches ? "dark" : "default" });
    void mermaid.run().then(() => document.body.classList.add("drawn"));
  };
  document.head.append(script);
}`;

function page(title: string, main: Content): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><title>${title}</title><style>${new Markup(CONVERSATION_STYLE)}</style></head>
<body><header class="bar"><strong>A stand-in for GitHub</strong> <span>on this machine</span></header><main>${main}</main><script>${new Markup(DRAW)}</script></body></html>
`.text;
}

async function filePage(repository: Repository, commit: string, path: string): Promise<string | null> {
  const text = await repository.git.run("show", `${commit}:${path}`).catch(() => null);
  if (text === null) return null;
  const lines = text.split("\n").map((line, index) => html`<span id="L${index + 1}" data-line="${index + 1}">${line}\n</span>`);
  return page(path, [
    html`<h1>${path}</h1>`,
    html`<p class="quiet">${nameOf(repository)} at ${commit.slice(0, 7)}</p>`,
    html`<pre class="file" tabindex="0"><code>${lines}</code></pre>`,
  ]);
}

async function conversationPage(repository: Repository, pull: PullRequest): Promise<string> {
  const files = await filesOf(repository, pull);
  const runs = [...repository.checkRuns.values()].filter(({ head }) => head === pull.head);
  const timeline = [
    ...pull.reviews.map((review) => ({ at: review.createdAt, shown: reviewItem(review, pull) })),
    ...pull.comments.map((comment) => ({ at: comment.createdAt, shown: commentItem(comment) })),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  const patches = new Map(files.map(({ filename, patch }) => [filename, patch ?? ""]));
  return page(`${pull.title} · #${pull.number}`, [
    html`<h1>${pull.title} <span class="quiet">#${pull.number}</span></h1>`,
    html`<p><span class="state ${pull.merged ? "merged" : pull.state}">${pull.merged ? "Merged" : pull.state === "open" ? "Open" : "Closed"}</span> <strong>${pull.author}</strong> wants to merge into <code>${pull.baseBranch}</code> from <code>${pull.headBranch}</code></p>`,
    html`<section aria-labelledby="conversation"><h2 id="conversation">Conversation</h2>${timeline.map(({ shown }) => shown)}${pull.threads.map((thread) => threadItem(thread, patches))}</section>`,
    html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2>${runs.map(mergeBox)}</section>`,
    html`<section aria-labelledby="output"><h2 id="output">What the check says</h2>${runs.map(output)}</section>`,
  ]);
}

function byline({ author }: Pick<IssueComment, "author">, did: string): Markup {
  return html`<p class="byline"><strong>${author.login}</strong>${author.bot ? html` <span class="label">bot</span>` : null} ${did}</p>`;
}

function reviewItem(review: Review, { threads }: PullRequest): Content {
  const count = threads.filter(({ comments: [first] }) => first?.review === review.id).length;
  return html`<article class="item">${byline(review, `reviewed${count === 0 ? "" : `, ${count} comments on lines below`}`)}<div class="body">${markdown(review.body)}</div></article>`;
}

function commentItem(comment: IssueComment): Content {
  if (comment.minimized !== null) return hidden(comment);
  return html`<article class="item">${byline(comment, "commented")}<div class="body">${markdown(comment.body)}</div></article>`;
}

function hidden({ author, minimized, body }: IssueComment | ReviewComment): Content {
  return html`<details class="item"><summary>A comment of ${author.login} is hidden: ${minimized}</summary><div class="body">${markdown(body)}</div></details>`;
}

const CONTEXT = 4;

function threadItem({ path, line, side, originalLine, comments }: Thread, patches: ReadonlyMap<string, string>): Content {
  const [first, ...replies] = comments;
  if (first === undefined) return null;
  if (first.minimized !== null)
    return html`<div class="thread"><p class="path">${path}${line === null ? " · outdated" : ""}</p>${hidden(first)}</div>`;
  const lines = line === null ? [] : linesBefore(patches.get(path) ?? "", side, line);
  const code = lines.map(
    ({ text, number }) =>
      html`<span class="${text.startsWith("+") ? "plus" : text.startsWith("-") ? "minus" : "same"}" data-line="${number}">${text}\n</span>`,
  );
  return html`<div class="thread"><p class="path">${path}${line === null ? ` · outdated, line ${originalLine ?? 1}` : ""}</p>${code.length === 0 ? null : html`<pre tabindex="0"><code>${code}</code></pre>`}${[first, ...replies].map((comment) => html`<div class="comment">${byline(comment, "")}<div class="body">${markdown(comment.body, lines.at(-1)?.text.slice(1))}</div></div>`)}</div>`;
}

/** The lines of a patch that end at the line of a comment, with their numbers on its side. */
function linesBefore(patch: string, side: Thread["side"], line: number): readonly { readonly text: string; readonly number: number }[] {
  const shown: { text: string; number: number }[] = [];
  let [left, right] = [0, 0];
  for (const text of patch.split("\n")) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(text);
    if (hunk !== null) {
      [left, right] = [Number(hunk[1]), Number(hunk[2])];
      shown.length = 0;
      continue;
    }
    const own = text.startsWith("-") ? side === "LEFT" : text.startsWith("+") ? side === "RIGHT" : true;
    const number = side === "LEFT" ? left : right;
    shown.push({ text, number: own ? number : text.startsWith("-") ? left : right });
    if (own && number === line) return shown.slice(-CONTEXT);
    if (!text.startsWith("+")) left++;
    if (!text.startsWith("-")) right++;
  }
  return [];
}

const MARKS: Readonly<Record<string, string>> = { success: "✓", failure: "✗", neutral: "–" };

function mergeBox({ name, conclusion, output: { title }, detailsUrl }: CheckRun): Content {
  const word = conclusion ?? "in progress";
  return html`<p class="check ${word}"><span aria-hidden="true">${MARKS[word] ?? "•"}</span> <strong>${name}</strong> <span>${word}: ${title}</span>${detailsUrl === null ? null : html` <a href="${detailsUrl}">Details</a>`}</p>`;
}

function output({ output: { title, summary, text } }: CheckRun): Content {
  return html`<article class="item"><p class="byline"><strong>${title}</strong></p><div class="body">${markdown(summary ?? "")}</div><details><summary>The whole report</summary><div class="body">${markdown(text ?? "")}</div></details></article>`;
}

/** As GitHub shows it. `replaced`: the line that a suggestion would replace. */
function markdown(source: string, replaced?: string): Markup {
  const before = replaced === undefined ? "" : html`<span class="minus">- ${replaced}\n</span>`.text;
  const suggested = (code: string): string =>
    code
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => `<span class="plus">+ ${line}\n</span>`)
      .join("");
  const rendered = micromark(source, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
    .replaceAll(
      /<pre><code class="language-suggestion">([^]*?)<\/code><\/pre>/g,
      (_, code: string) =>
        `<figure class="suggestion"><figcaption>Suggested change</figcaption><pre tabindex="0"><code>${before}${suggested(code)}</code></pre><button type="button" disabled>Commit suggestion</button></figure>`,
    )
    .replaceAll(
      /<pre><code class="language-mermaid">([^]*?)<\/code><\/pre>/g,
      '<pre class="mermaid" tabindex="0" aria-label="Diagram">$1</pre>',
    )
    .replaceAll("<pre><code", '<pre tabindex="0"><code')
    .replaceAll(/<h([1-4])>/g, (_, level: string) => `<h${Math.max(3, Number(level))}>`)
    .replaceAll(/<\/h([1-4])>/g, (_, level: string) => `</h${Math.max(3, Number(level))}>`)
    // The first column of some tables has no name, and each header cell must have one.
    .replaceAll(/<th([^>]*)><\/th>/g, "<td$1></td>");
  return new Markup(rendered);
}
