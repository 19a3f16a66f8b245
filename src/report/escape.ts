/**
 * Names, paths, reasons and code come from the repository, whose author may be anybody. Here they become text that can do
 * nothing: mention nobody, link nowhere, format nothing, close no block, look like no marker of ours.
 */

/** Breaks what GitHub would act upon after Markdown is rendered, without being seen. */
const BREAK = "\u200b";

/** Control characters, and those that turn the direction of text round so that it reads other than it is. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** One line of plain text in Markdown: shown letter by letter. */
export function escapeMarkdown(text: string): string {
  return disarm(
    oneLine(text)
      .replace(ACTIVE, "\\$&")
      .replace(/^[#>+=-]|#(?=#*$)/g, "\\$&")
      .replace(/^(\d+)([.)])/, "$1\\$2"),
  );
}

/** What forms anything inside a line. An underscore between letters is a letter to GitHub, and so may stay readable. */
const ACTIVE = /[\\`*[\]<!|~$&]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** One line in which code spans, and nothing else, are Markdown: how rules write their messages. */
export function escapeMessage(text: string): string {
  const parts: string[] = [];
  let plain = "";
  const flush = (): void => {
    if (plain !== "") parts.push(escapeInner(plain));
    plain = "";
  };
  for (const piece of codeSpans(oneLine(text))) {
    if (!piece.code) plain += piece.text;
    else {
      flush();
      parts.push(codeSpan(piece.text));
    }
  }
  flush();
  return parts.join("");
}

/** Like `escapeMarkdown`, for text that does not begin its line; spaces at its ends stay. */
function escapeInner(text: string): string {
  const [, before = "", middle = "", after = ""] = /^(\s*)([^]*?)(\s*)$/.exec(text) ?? [];
  return `${before}${middle === "" ? "" : escapeMarkdown(middle)}${after}`;
}

/** A code span that holds the text whatever backticks are in it. */
export function codeSpan(text: string): string {
  const line = oneLine(text).replaceAll("<!--", `<!${BREAK}--`);
  if (line === "") return "` `";
  const fence = "`".repeat(longestRun(line) + 1);
  const padded = line.startsWith("`") || line.endsWith("`") ? ` ${line} ` : line;
  return `${fence}${padded}${fence}`;
}

/** A fenced block that nothing in its text can close. The text is kept as it is. */
export function codeBlock(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

/** A cell of a table, in plain text. */
export function tableCell(text: string): string {
  return escapeMarkdown(text).replaceAll("\n", " ");
}

/** Plain text for a terminal, a log or an annotation: one line, nothing that moves the cursor or hides. */
export function plainText(text: string): string {
  return oneLine(text);
}

/** A rule's message without the marks of its code spans. */
export function plainMessage(text: string): string {
  return codeSpans(oneLine(text))
    .map((piece) => piece.text)
    .join("");
}

/** A target for a Markdown link: nothing in it ends the link. */
export function linkTarget(url: string): string {
  return url
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(/[^\w.~:/?#@!$&'*+,;=%-]/gu, (character) =>
      /[()]/.test(character) ? `%${character.charCodeAt(0).toString(16)}` : encodeURIComponent(character),
    );
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").replace(INVISIBLE, "").trim();
}

/** Mentions, references to issues, bare addresses and emoji are made from the rendered text, so no escape reaches them. */
function disarm(text: string): string {
  return text
    .replaceAll("@", `@${BREAK}`)
    .replace(/#(?=\d)/g, `#${BREAK}`)
    .replace(/(GH-)(?=\d)/gi, `$1${BREAK}`)
    .replace(/:(?=\/\/)/g, `:${BREAK}`)
    .replace(/(www)(?=\.)/gi, `$1${BREAK}`)
    .replace(/:(?=[\w+\\-]+:)/g, `:${BREAK}`);
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** A rule's message as text and code spans, for who has marks of another kind for them. */
export function messagePieces(text: string): readonly Piece[] {
  return codeSpans(oneLine(text)).filter((piece) => piece.text !== "");
}

export interface Piece {
  readonly code: boolean;
  readonly text: string;
}

/** A run of backticks opens a span that the next run of the same length closes; a run without a partner is text. */
function codeSpans(text: string): readonly Piece[] {
  const runs = [...text.matchAll(/`+/g)].map((match) => ({ start: match.index, length: match[0].length }));
  const partner = partners(runs.map((run) => run.length));
  const pieces: Piece[] = [];
  let from = 0;
  for (let index = 0; index < runs.length; index++) {
    const open = runs[index]!;
    const close = partner[index];
    if (open.start < from || close === undefined || close === null) continue;
    const end = runs[close]!;
    pieces.push(
      { code: false, text: text.slice(from, open.start) },
      { code: true, text: unpadded(text.slice(open.start + open.length, end.start)) },
    );
    from = end.start + end.length;
    index = close;
  }
  return [...pieces, { code: false, text: text.slice(from) }];
}

/** For each run the index of the next run of the same length. */
function partners(lengths: readonly number[]): readonly (number | null)[] {
  const next = new Map<number, number>();
  const result: (number | null)[] = [];
  for (let index = lengths.length - 1; index >= 0; index--) {
    const length = lengths[index]!;
    result[index] = next.get(length) ?? null;
    next.set(length, index);
  }
  return result;
}

function unpadded(text: string): string {
  return text.startsWith(" ") && text.endsWith(" ") && text.trim() !== "" ? text.slice(1, -1) : text;
}
