import { FINGERPRINT_PREFIX } from "../compare/fingerprint.js";
import type { RuleMeta } from "../rules/rule.js";
import { codeSpan, escapeMarkdown, escapeMessage, linkTarget } from "./escape.js";
import type { KeptReport } from "./kept.js";
import { accepted, places, statusOf, suggestion, SURENESS, waysToAccept } from "./markdown.js";
import { permalink, wellFormed } from "./permalink.js";
import type { ReportedFinding } from "./report.js";
import type { CommentOptions } from "./review-comments.js";
import { shortFinding } from "./shortened.js";
import { isNew } from "./verdict.js";
import { counted, onePerPlace } from "./words.js";

/** A rule and its page in the documentation, as Markdown. */
export interface ExplainedRule {
  readonly rule: RuleMeta;
  readonly page: string;
}

/** GitHub takes 65,536 characters; how it counts is not said, so that bytes are counted here. */
export const LONGEST_EXPLANATION = 60_000;

/** What a rule looks for, why that hurts, how to fix it, and how to turn it down. */
export function explainRule(explained: ExplainedRule, { rulePage }: Pick<CommentOptions, "rulePage">): string {
  const { rule, page } = explained;
  return joined([
    `**${escapeMarkdown(rule.title)}** (${named(rule.id, rulePage)}): ${escapeMessage(rule.summary)}`,
    part("Why it hurts", sectionOf(page, "Why it hurts")),
    part("How to fix it", sectionOf(page, "How to fix it")),
    part("How to live with it", turnedDown(rule.id)),
  ]);
}

/** A finding in full: its rule, its places, why it has its status and its weight, how to fix it, how to live with it. */
export function explainFinding(report: KeptReport, whole: ReportedFinding, explained: ExplainedRule, options: CommentOptions): string {
  const finding = shortFinding(whole);
  const { evidence } = finding;
  for (const most of [evidence.length, 40, 10, 1]) {
    const text = written(report, { ...finding, evidence: evidence.slice(0, most) }, explained, options);
    if (Buffer.byteLength(text) <= LONGEST_EXPLANATION) return text;
  }
  return `**${named(finding.rule, options.rulePage)}**: what there is to say does not fit into a comment; the check run has it.`;
}

function written(report: KeptReport, finding: ReportedFinding, { rule, page }: ExplainedRule, options: CommentOptions): string {
  const { detailsUrl, rulePage } = options;
  const prefix = finding.fingerprint.slice(0, FINGERPRINT_PREFIX);
  return joined([
    `**${escapeMessage(finding.title)}**`,
    [
      `${escapeMarkdown(rule.title)} (${named(rule.id, rulePage)})`,
      statusOf(finding),
      finding.severity,
      SURENESS[finding.confidence],
      codeSpan(prefix),
      ...(detailsUrl === undefined ? [] : [`[picture and source](${detailsUrl}#${prefix})`]),
    ].join(" · "),
    escapeMessage(finding.message),
    part(
      "Where it shows",
      places({ ...finding, evidence: onePerPlace(finding.evidence) }, { link: (evidence) => permalink(options, report, evidence) }),
    ),
    part(`Why it is ${codeSpan(finding.status)}`, [whyStatus(report, finding), weight(report, finding)].filter(Boolean).join(" ")),
    folded("Why this hurts", sectionOf(page, "Why it hurts")),
    part("How to fix it", joined([escapeMessage(finding.remedy), suggestion(finding, { excerpts: report.excerpts })])),
    folded("Ways to fix this kind of debt", sectionOf(page, "How to fix it")),
    isNew(finding) && finding.waiver === null
      ? part("How to live with it", `${sentence(waysToAccept(finding, true))} ${turnedDown(rule.id)}`)
      : "",
  ]);
}

function whyStatus({ base }: KeptReport, { status, measure, evidence }: ReportedFinding): string {
  const before = `the merge base${base === null ? "" : ` ${codeSpan(base.slice(0, 12))}`}`;
  const changed = onePerPlace(evidence.filter((one) => one.changed)).length;
  const moved =
    measure === null || measure.base === null || measure.head === null || measure.base === measure.head
      ? null
      : `${escapeMarkdown(measure.name)} ${measure.base} → ${measure.head}`;
  switch (status) {
    case "introduced":
      return `There is none in ${before}, and this pull request changes ${counted(changed, "place")} of it.`;
    case "worsened":
      return `It was there in ${before}, and ${moved === null ? "more takes part in it now" : `it grows here: ${moved}`}.`;
    case "improved":
      return `It was there in ${before}, and ${moved === null ? "less takes part in it now" : `it shrinks here: ${moved}`}.`;
    case "unchanged":
      return `It was there in ${before} in the same way, so that it does not count against this pull request.`;
    case "fixed":
      return `It was there in ${before}. At the head what it was about was read and is clean, or is gone.`;
    case "unknown":
      return `Something that it rests on could be read on one side alone, so that nobody can tell whether ${before} has it too.`;
  }
}

/** Why a new finding fails the check, or does not. */
function weight({ settings }: KeptReport, finding: ReportedFinding): string {
  if (!isNew(finding)) return "";
  if (finding.waiver !== null) return `${accepted(finding)}.`;
  if (finding.blocking)
    return settings.mode === "advise"
      ? `It would fail the check, were it not for ${codeSpan("mode: advise")}.`
      : "It fails the check: it is new and certain, and by the settings its severity or its rule fails.";
  if (finding.confidence !== "high") return "It does not fail the check: only what is certain does.";
  return "It does not fail the check: by the settings neither its severity nor its rule does.";
}

function turnedDown(rule: string): string {
  return `For the whole repository ${codeSpan(`rules: { ${rule}: observe }`)} in ${codeSpan(".github/faultline.yml")} keeps the rule out of comments and verdict, and ${codeSpan("off")} switches it off.`;
}

/** A part of a rule's page, which is ours. Its links lead to files beside it, which are not there on a pull request, and a comment keeps every line break. */
function sectionOf(page: string, title: string): string {
  const [, after = ""] = page.split(`\n## ${title}\n`, 2);
  const [section = ""] = after.split(/\n## /, 1);
  return section
    .trim()
    .replace(/\[([^\]]*)\]\((?!https:)[^)]*\)/g, "$1")
    .split(/(^```[^]*?^```$)/m)
    .map((text) => (text.startsWith("```") ? text : text.replace(/(?<!\n)\n(?!\n|\s*(?:[-*|>]|\d+\.)\s|$)\s*/g, " ")))
    .join("");
}

function part(title: string, text: string): string {
  return text === "" ? "" : `**${title}**\n\n${text}`;
}

function folded(title: string, text: string): string {
  return text === "" ? "" : `<details><summary>${title}</summary>\n\n${text}\n\n</details>`;
}

function named(rule: string, rulePage: CommentOptions["rulePage"]): string {
  return rulePage === undefined ? codeSpan(rule) : `[${codeSpan(rule)}](${linkTarget(rulePage(rule))})`;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function joined(parts: readonly string[]): string {
  return wellFormed(parts.filter((one) => one !== "").join("\n\n"));
}
