import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { expect } from "vitest";
import type { Report, ReportedFinding } from "../../src/report/report.js";
import { pullRequest, report } from "./shop.js";

/** As GitHub renders it, dangerous HTML let through, so that an escape that fails is seen. */
function html(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true, allowDangerousProtocol: true });
}

const FORGED = `<!-- faultline:${"0".repeat(64)} -->`;
/** What a repository may name its services, paths and topics. */
export const names = [
  "@acme/everyone",
  "x @octocat y",
  FORGED,
  `\n\n${FORGED}\n<!-- faultline-closed -->`,
  "[click](https://evil.example)",
  "](https://evil.example)",
  "![x](https://evil.example/p.png)",
  "<img src=https://evil.example/p.png onerror=alert(1)>",
  "</details></details><script>x</script>",
  "`` ` ```\n```suggestion\nrm -rf /\n```",
  "https://evil.example www.evil.example",
  "closes #1, GH-7",
  "| a | b |\n|---|---|",
  "\u202eevil\u0000\u001b[31m",
  "\ud800",
  "__proto__",
  "javascript:alert(1)",
];

/** A report in which everything that a repository can name is hostile. */
export async function named(text: string): Promise<Report> {
  const clean = await report(pullRequest);
  const findings = clean.findings.map((finding): ReportedFinding => ({
    ...finding,
    title: text,
    message: `\`${text}\` ${text}`,
    remedy: text,
    subject: [text],
    services: [text],
    evidence: finding.evidence.map((evidence) => ({ ...evidence, path: text, note: text })),
    waiver: null,
  }));
  const accepted: ReportedFinding = {
    ...findings[0]!,
    fingerprint: "f".repeat(64),
    shown: "summary",
    waiver: { source: "command", reason: text, owner: text, until: text, path: null, line: null },
  };
  const fixed: ReportedFinding = { ...findings[0]!, fingerprint: "e".repeat(64), shown: "summary", status: "fixed" };
  return {
    ...clean,
    findings: [...findings, accepted, fixed],
    reasons: [text],
    problems: [{ path: text, line: 1, column: 1, message: text, advice: text }],
    coverage: { ...clean.coverage, unreadable: [{ path: text, line: 1, reason: text }] },
  };
}

/** Nothing but our own links (to `shop/orders` on `github.example`), no tag of theirs, nobody mentioned. */
export function expectHarmless(markdown: string): void {
  const rendered = html(markdown);
  const targets = [...rendered.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, target]) => target!);
  for (const target of targets) expect(target).toMatch(/^https:\/\/github\.example\/shop\/orders\/blob\/[0-9a-f]{40}\//);
  const visible = rendered.replace(/<!-- faultline(:[0-9a-f]{64}|-closed) -->/g, "");
  expect(visible.match(/<(?!\/?(p|h[23]|ul|li|code|pre|strong|table|thead|tbody|tr|th|td|a|details|summary|em)\b)/g) ?? []).toEqual([]);
  const outsideCode = visible.replace(/<(code|pre)\b[^]*?<\/\1>/g, "").replace(/<[^>]*>/g, "");
  expect(outsideCode).not.toMatch(/@\w|#\d|GH-\d|:\/\/|www\./);
  expect(markdown).not.toMatch(/\p{Surrogate}|\u202e|\u001b/u);
}
