import { html, type Markup } from "./html.js";

/** `24 Nov 2026, 19:40 UTC`: the same for every reader, who may be anywhere. */
export function moment(at: Date): Markup {
  return html`<time datetime="${at.toISOString()}">${day(at)}, ${at.toISOString().slice(11, 16)} UTC</time>`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** `24 Nov 2026`. */
export function day(at: Date): string {
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]!} ${at.getUTCFullYear()}`;
}
