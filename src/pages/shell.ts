import { html, Markup, type Content } from "./html.js";
import { MARK } from "./icon.js";
import { ICON_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, STYLE_PATH } from "./paths.js";

/** Whom a page is for and where it stands. */
export interface PageFrame {
  /** Path of the App's address before its own paths: empty, or `/faultline` behind a proxy. */
  readonly root: string;
  /** Where people read GitHub, without a slash at the end. */
  readonly site: string;
  /** Login of who is signed in. */
  readonly user: string | null;
}

export interface PageContent {
  /** Plain text. */
  readonly title: string;
  /** The way here, from the outside in; the last is this page and has no address. */
  readonly trail: readonly { readonly text: string; readonly path: string | null }[];
  readonly main: Content;
}

/** A whole page. It asks for nothing but the style sheet of the same host and runs no script. */
export function page(frame: PageFrame, { title, trail, main }: PageContent): string {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Faultline</title>
<link rel="icon" href="${frame.root}${ICON_PATH}" type="image/svg+xml">
<link rel="stylesheet" href="${frame.root}${STYLE_PATH}">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top">
<a class="brand" href="${frame.root}/"><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">${new Markup(MARK)}</svg>Faultline</a>
${breadcrumb(frame, trail)}
${person(frame)}
</header>
<main id="main" tabindex="-1">
${main}
</main>
</body>
</html>
`;
  return document.text;
}

function breadcrumb({ root }: PageFrame, trail: PageContent["trail"]): Markup | null {
  if (trail.length === 0) return null;
  const steps = trail.map(({ text, path }) =>
    path === null ? html`<li aria-current="page">${text}</li>` : html`<li><a href="${root}${path}">${text}</a></li>`,
  );
  return html`<nav class="trail" aria-label="Breadcrumb"><ol>${steps}</ol></nav>`;
}

function person({ root, user }: PageFrame): Markup {
  if (user === null) return html`<p class="who"><a href="${root}${SIGN_IN_PATH}">Sign in</a></p>`;
  return html`<form class="who" method="post" action="${root}${SIGN_OUT_PATH}"><span>${user}</span><button type="submit">Sign out</button></form>`;
}
