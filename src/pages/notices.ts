import { html, type Markup } from "./html.js";
import { SIGN_IN_PATH, systemPath } from "./paths.js";
import { page, type PageFrame } from "./shell.js";

function notice(frame: PageFrame, title: string, text: Markup): string {
  return page(frame, { title, trail: [], main: html`<div class="lead"><h1>${title}</h1>${text}</div>` });
}

/** The first page, for who is not signed in. */
export function welcomePage(frame: PageFrame): string {
  return notice(
    frame,
    "Faultline",
    html`<p>Reviews of pull requests, and the systems behind them. You see what you can read on GitHub.</p><p><a class="button" href="${frame.root}${SIGN_IN_PATH}">Sign in with GitHub</a></p>`,
  );
}

/** The first page, for who is signed in. */
export function repositoriesPage(frame: PageFrame, repositories: readonly string[], more: boolean): string {
  const { root } = frame;
  const list =
    repositories.length === 0
      ? html`<p>Faultline is installed on no repository that you can read.</p>`
      : html`<ul class="lines">${repositories.map((name) => html`<li><a href="${root}${systemPath(name)}">${name}</a></li>`)}</ul>${more ? html`<p class="quiet">More than are listed here; the check of any pull request leads to the others.</p>` : null}`;
  return notice(frame, "Repositories", list);
}

/** Not there, or not for who asks: which of the two is not said. */
export function notFoundPage(frame: PageFrame): string {
  return notice(frame, "Not found", html`<p>There is no such page, or you cannot read its repository on GitHub.</p>`);
}

/** A review whose report was deleted after its time, or kept by another version. */
export function forgottenPage(frame: PageFrame, repository: string): string {
  return notice(
    frame,
    "No longer kept",
    html`<p>The report of this review is not kept any more. The check run on GitHub still has its text. <a href="${frame.root}${systemPath(repository)}">See the system as it is now</a>.</p>`,
  );
}

/** A review that has not come to its end. */
export function unfinishedPage(frame: PageFrame): string {
  return notice(frame, "Not finished", html`<p>There is no report yet. Reload this page in a minute.</p>`);
}

/** The way back from GitHub was not the one that leads from here, or was refused there. */
export function refusedPage(frame: PageFrame): string {
  return notice(
    frame,
    "Not signed in",
    html`<p>GitHub was not asked, or you said no, or too much time has passed. <a href="${frame.root}${SIGN_IN_PATH}">Try again</a>.</p>`,
  );
}

/** GitHub cannot be asked who may see what, so that nothing is shown. */
export function unansweredPage(frame: PageFrame): string {
  return notice(
    frame,
    "GitHub does not answer",
    html`<p>Whether you can read this repository could not be asked. Try again in a minute.</p>`,
  );
}
