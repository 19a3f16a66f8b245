import { messagePieces } from "../report/escape.js";
import { escapeXml } from "../report/graph/svg.js";

/** HTML that was written here. Whatever else is put into a template is text, and escaped. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes; `null` is nothing. */
export type Content = Markup | string | number | null | readonly Content[];

/** HTML with values in it, in elements and in attributes between double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, index) => (index === 0 ? part : written(values[index - 1] ?? null) + part)).join(""));
}

function written(content: Content): string {
  if (content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "string" || typeof content === "number") return escapeXml(String(content));
  return content.map(written).join("");
}

/** A rule's sentence, in which nothing but code spans is markup. */
export function message(text: string): Content {
  return messagePieces(text).map((piece) => (piece.code ? html`<code>${piece.text}</code>` : piece.text));
}
