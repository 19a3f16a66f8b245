import { FINGERPRINT_PREFIX } from "../compare/fingerprint.js";
import { codeSpan, escapeMessage, linkTarget } from "./escape.js";
import { accepted, places, statusOf, suggestion, SURENESS, waysToAccept } from "./markdown.js";
import { permalink, wellFormed, type Web } from "./permalink.js";
import type { Anchor, Report, ReportedFinding } from "./report.js";
import { shortFinding } from "./shortened.js";
import { onePerPlace } from "./words.js";

export interface CommentOptions extends Web {
  /** The page of a rule, where there is one to link to. */
  readonly rulePage?: (rule: string) => string;
  /** The page with the whole report, where there is one. */
  readonly detailsUrl?: string;
}

export interface ReviewCommentOptions extends CommentOptions {
  /** Whether the diff as GitHub has it holds these lines in one hunk. One comment elsewhere, and the whole review is refused. */
  readonly holds?: (lines: Anchor) => boolean;
}

/** A comment on lines of the diff, as a review takes it. */
export interface ReviewComment {
  readonly fingerprint: string;
  readonly path: string;
  readonly side: "LEFT" | "RIGHT";
  /** First line of a comment on several; `null` for a comment on one. */
  readonly startLine: number | null;
  readonly line: number;
  readonly body: string;
}

/** GitHub takes 65,536 characters; how it counts is not said, so that bytes are counted here. */
const LONGEST_BODY = 65_000;

/** The comments that a report makes, in the order of their weight. What finds no lines is told by the check alone. */
export function reviewComments(report: Report, options: ReviewCommentOptions): readonly ReviewComment[] {
  const comments: ReviewComment[] = [];
  const replaced: Anchor[] = [];
  const told = new Set<string>();
  for (const finding of report.findings) {
    if (finding.shown !== "comment" || finding.anchor === null || told.has(finding.fingerprint)) continue;
    const anchor = linesFor(finding.anchor, replaced, options.holds ?? (() => true));
    if (anchor === null) continue;
    told.add(finding.fingerprint);
    if (anchor.suggestion) replaced.push(anchor);
    const { path, side, startLine, endLine } = anchor;
    comments.push({
      fingerprint: finding.fingerprint,
      path,
      side: side === "base" ? "LEFT" : "RIGHT",
      startLine: startLine < endLine ? startLine : null,
      line: endLine,
      body: commentBody(report, finding, options, anchor.suggestion),
    });
  }
  return comments;
}

/** A comment on a file of the diff as a whole, where no line of it takes one. */
export interface FileComment {
  readonly fingerprint: string;
  readonly path: string;
  readonly body: string;
}

/** Comments on files for findings that changed there and stand on no line of the diff. `holds`: whether the diff has the file. */
export function fileComments(
  report: Report,
  findings: readonly ReportedFinding[],
  options: CommentOptions,
  holds: (path: string) => boolean,
): readonly FileComment[] {
  return findings.flatMap((finding) => {
    const path = pathsOf(finding).find(holds);
    return path === undefined ? [] : [{ fingerprint: finding.fingerprint, path, body: commentBody(report, finding, options, false) }];
  });
}

/** The files in which the pull request made the finding. */
export function pathsOf({ evidence }: ReportedFinding): readonly string[] {
  return [...new Set(evidence.filter(({ changed, repository }) => changed && repository === undefined).map(({ path }) => path))];
}

/** The anchor, or its last line alone; without a click where another fix replaces the same lines. */
function linesFor(anchor: Anchor, replaced: readonly Anchor[], holds: (lines: Anchor) => boolean): Anchor | null {
  const crossed = replaced.some(
    (other) => other.path === anchor.path && other.startLine <= anchor.endLine && anchor.startLine <= other.endLine,
  );
  const whole = { ...anchor, suggestion: anchor.suggestion && anchor.side === "head" && !crossed };
  if (holds(whole)) return whole;
  const last = { ...anchor, startLine: anchor.endLine, suggestion: whole.suggestion && anchor.startLine === anchor.endLine };
  return holds(last) ? last : null;
}

/** How one finding is told in a comment. `clickable`: the comment stands on the very lines that the suggestion replaces. */
export function commentBody(report: Report, whole: ReportedFinding, options: CommentOptions, clickable: boolean): string {
  const finding = shortFinding(whole);
  for (const shorter of [
    finding,
    withPlaces(finding, 40),
    withPlaces(finding, 10),
    { ...withPlaces(finding, 10), suggestion: null },
    { ...withPlaces(finding, 1), suggestion: null },
  ]) {
    const body = written(report, shorter, options, clickable);
    if (Buffer.byteLength(body) <= LONGEST_BODY) return body;
  }
  return `${markerFor(finding.fingerprint)}\n\n\`${finding.rule}\`: what there is to say does not fit into a comment; the check run has it.`;
}

/** Places of a comment that are seen at once: it stands on one of them already. */
const SHOWN_PLACES = 3;

function written(report: Report, finding: ReportedFinding, options: CommentOptions, clickable: boolean): string {
  const text = [
    markerFor(finding.fingerprint),
    `**${escapeMessage(finding.title)}**`,
    kindLine(finding, options),
    escapeMessage(finding.message),
    `**Fix:** ${escapeMessage(finding.remedy)}`,
    suggestion(finding, { clickable, excerpts: report.excerpts }),
    places(
      { ...finding, evidence: onePerPlace(finding.evidence) },
      { link: (evidence) => permalink(options, report, evidence) },
      SHOWN_PLACES,
    ),
    finding.waiver === null ? acceptance(finding) : accepted(finding),
  ];
  return wellFormed(text.filter((part) => part !== "").join("\n\n"));
}

/** What kind of finding it is, and where more of it is told. That it is new goes without saying. */
function kindLine(finding: ReportedFinding, { rulePage, detailsUrl }: CommentOptions): string {
  const weight = finding.blocking ? "**Blocks**" : `${finding.severity.slice(0, 1).toUpperCase()}${finding.severity.slice(1)}`;
  return [
    weight,
    rulePage === undefined ? codeSpan(finding.rule) : `[${codeSpan(finding.rule)}](${linkTarget(rulePage(finding.rule))})`,
    ...(finding.status === "introduced" ? [] : [statusOf(finding)]),
    SURENESS[finding.confidence],
    ...(detailsUrl === undefined ? [] : [`[picture and source](${detailsUrl}#${finding.fingerprint.slice(0, FINGERPRINT_PREFIX)})`]),
  ].join(" · ");
}

/** Folded: who accepts a finding looks for it, and whoever mends it need not read it. */
function acceptance(finding: ReportedFinding): string {
  const ways = waysToAccept(finding, true);
  return `<details><summary>Accept it with a reason</summary>\n\n${ways.slice(0, 1).toUpperCase()}${ways.slice(1)}\n\n</details>`;
}

function withPlaces(finding: ReportedFinding, most: number): ReportedFinding {
  return { ...finding, evidence: finding.evidence.slice(0, most) };
}

const CLOSED = "<!-- faultline-closed -->";

function markerFor(fingerprint: string): string {
  return `<!-- faultline:${fingerprint} -->`;
}

/** What the hidden marker at the beginning of a comment says. It proves nothing: who wrote the comment must be known as well. */
export function markerOf(body: string): { readonly fingerprint: string; readonly closed: boolean } | null {
  const [, fingerprint] = /^<!-- faultline:([0-9a-f]{64}) -->/.exec(body) ?? [];
  if (fingerprint === undefined) return null;
  return { fingerprint, closed: body.slice(markerFor(fingerprint).length).trimStart().startsWith(CLOSED) };
}

/** The comment of a finding that is no longer there: what became of it, then what it said. */
export function goneBody(body: string, fingerprint: string, head: string): string {
  const told = body
    .slice(markerFor(fingerprint).length)
    .trim()
    .replace(/^(`{3,})suggestion$/gm, "$1");
  const closing = `${markerFor(fingerprint)}\n${CLOSED}\n\n**Settled**: not found any more at ${head.slice(0, 12)}.`;
  const whole = `${closing}\n\n${told}`;
  return Buffer.byteLength(whole) <= LONGEST_BODY ? whole : closing;
}

/** The comment of a finding that somebody accepted, or that is no longer this pull request's. */
export function settledBody(report: Report, finding: ReportedFinding, options: CommentOptions): string {
  const marker = markerFor(finding.fingerprint);
  return `${marker}\n${CLOSED}${commentBody(report, finding, options, false).slice(marker.length)}`;
}

/** Whether two bodies differ in nothing but the commits and reviews that their links name. */
export function saysTheSame(one: string, other: string): boolean {
  return normal(one) === normal(other);
}

function normal(body: string): string {
  return body
    .replaceAll("\r\n", "\n")
    .replace(/\/blob\/[0-9a-f]{40,64}\//g, "/blob/…/")
    .replace(/\/reviews\/\d+#/g, "/reviews/…#")
    .trim();
}
