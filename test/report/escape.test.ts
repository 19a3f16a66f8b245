import * as fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import {
  codeBlock,
  codeSpan,
  escapeMarkdown,
  escapeMessage,
  linkTarget,
  plainMessage,
  plainText,
  tableCell,
} from "../../src/report/escape.js";

/** As GitHub renders it, dangerous HTML let through, so that an escape that fails is seen. */
function html(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true, allowDangerousProtocol: true });
}

/** What a reader sees of HTML that holds nothing but the given tags; anything else stays and fails the comparison. */
function seen(rendered: string, ...tags: readonly string[]): string {
  const bare = tags.reduce((text, tag) => text.replaceAll(`<${tag}>`, "").replaceAll(`</${tag}>`, ""), rendered);
  return bare
    .trim()
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&")
    .replaceAll("\u200b", "");
}

const bits = [
  "@acme/orders",
  "@",
  "#12",
  "acme/shop#3",
  "GH-7",
  "[x](http://a.b)",
  "![x](y)",
  "<b>",
  "</details>",
  "<!--",
  "-->",
  "<!-- faultline:",
  "`",
  "``",
  "```",
  "|",
  "*",
  "__proto__",
  "~~",
  "\\",
  "&amp;",
  "&#64;",
  "http://evil.example",
  "www.evil.example",
  "a@b.example",
  "javascript:alert(1)",
  ":smile:",
  "$x$",
  "1. ",
  "- ",
  "+ ",
  "# ",
  "> ",
  "=== ",
  "---",
  "\n",
  "\r\n",
  "\n\n",
  "\t",
  " ",
  "\u202e",
  "\u0000",
  "\u2028",
  "orders",
  "é",
  "漢",
  "🙂",
  "[ ]",
  "[^1]",
  "::error::",
];
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...bits), fc.string({ maxLength: 4 }), fc.string({ unit: "binary", maxLength: 3 })), { maxLength: 9 })
  .map((parts) => parts.join(""));

const collapsed = plainText;

describe("escapeMarkdown", () => {
  it("shows every text letter by letter, as a paragraph, an item, a heading or a cell", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const escaped = escapeMarkdown(text);
        expect(seen(html(escaped), "p")).toBe(collapsed(text));
        expect(seen(html(`- ${escaped}`), "ul", "li")).toBe(collapsed(text));
        expect(seen(html(`### ${escaped}`), "h3")).toBe(collapsed(text));
        expect(html(`| a |\n|---|\n| ${tableCell(text)} |`).match(/<td>/g)).toHaveLength(1);
      }),
      { numRuns: 100 },
    );
  });

  it.each(["@acme/orders", "a@b.example", "see #12", "acme/shop#3", "GH-7", "http://evil.example", "www.evil.example", ":smile:"])(
    "leaves nothing for GitHub to act upon: %s",
    (text) => {
      expect(escapeMarkdown(text).replaceAll("\\", "")).not.toMatch(/@\w|#\d|GH-\d|:\/\/|www\.|:smile:/);
    },
  );
});

describe("escapeMessage", () => {
  it("keeps code spans and nothing else", () => {
    expect(html(escapeMessage("`orders` calls **@acme** [here](http://x)"))).toBe(
      "<p><code>orders</code> calls **@\u200bacme** [here](http:\u200b//x)</p>",
    );
  });

  it("shows any text, whatever backticks are in it", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = seen(html(escapeMessage(text)), "p", "code")
          .replace(/\s+/g, " ")
          .trim();
        expect(shown.replaceAll(" ", "")).toBe(plainMessage(text).replaceAll(" ", ""));
      }),
      { numRuns: 100 },
    );
  });

  it("mentions nobody outside code, and no marker anywhere", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const escaped = escapeMessage(text);
        expect(escaped).not.toContain("<!--");
        expect(html(escaped).replace(/<code>[^]*?<\/code>/g, "")).not.toMatch(/@\w/);
      }),
      { numRuns: 100 },
    );
  });
});

describe("code", () => {
  it("holds any text in one span", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const rendered = html(`see ${codeSpan(text)} here`);
        expect(rendered.match(/<code>/g)).toHaveLength(1);
        expect(seen(rendered, "p", "code").replace(/^see/, "").replace(/here$/, "").trim()).toBe(collapsed(text));
      }),
      { numRuns: 100 },
    );
  });

  it("holds any text in one block", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const rendered = html(`${codeBlock(text, "suggestion")}\n\nafter`);
        expect(rendered.match(/<pre>/g)).toHaveLength(1);
        expect(rendered).toMatch(/<\/code><\/pre>\n<p>after<\/p>$/);
      }),
      { numRuns: 100 },
    );
  });
});

describe("linkTarget", () => {
  it("stays in its link", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const rendered = html(`[place](https://github.example/${linkTarget(text)})`);
        expect(rendered.match(/<a /g)).toHaveLength(1);
        expect(rendered).toMatch(/^<p><a href="https:\/\/github\.example\/[^"]*">place<\/a><\/p>$/);
      }),
    );
  });
});

describe("plainText", () => {
  it("holds nothing that a terminal obeys", () => {
    expect(plainText("orders\u001b[31m\nred\u0007 \u202etfel")).toBe("orders[31m red tfel");
  });

  it("gives a message without the marks of its code", () => {
    expect(plainMessage("`orders` calls ``in`ventory`` twice`")).toBe("orders calls in`ventory twice`");
  });
});
