import type { ComparedEvidence, Status } from "../compare/comparison.js";
import { FINGERPRINT_PREFIX } from "../compare/fingerprint.js";
import type { Confidence } from "../model/evidence.js";
import { codeBlock, codeSpan, escapeMarkdown, escapeMessage, linkTarget, tableCell } from "./escape.js";
import { linesFrom } from "./excerpts.js";
import type { ChecklistLine, Excerpt, Report, ReportedFinding } from "./report.js";
import { changeOfState, coverageSentence, differenceOf, headline, languageOf, placeText } from "./words.js";

export interface MarkdownOptions {
  /** The address of a place, for readers who can follow it; `null` where it has none. */
  readonly link?: (evidence: ComparedEvidence) => string | null;
  /** `findings`: without what the pull request leaves as it is, the rest of the checklist and the coverage. */
  readonly extent?: "whole" | "findings";
  /** Lists what was there before as well, as a scan of one tree wants it. */
  readonly unchanged?: boolean;
  /** The text is a comment on the finding's anchor, where GitHub offers to apply a suggestion. */
  readonly clickable?: boolean;
  /** Characters that there is room for: what does not fit is told more briefly, then counted. GitHub takes 65,535. */
  readonly limit?: number;
  /** Commands such as `/faultline accept` are understood where this is read. */
  readonly commands?: boolean;
}

/** How many findings are told in full, and how long a list of the others is. */
interface Room {
  readonly full: number;
  readonly list: number;
}

/** From generous to scanty: a pull request that moves half of a system still gets a report that can be posted. */
const ROOMS: readonly Room[] = [
  { full: 30, list: 1000 },
  { full: 10, list: 100 },
  { full: 3, list: 30 },
  { full: 0, list: 10 },
];

/** The whole report as its author reads it: new findings in full, the rest in a line each. */
export function renderMarkdown(report: Report, options: MarkdownOptions = {}): string {
  const limit = options.limit ?? Infinity;
  let text = "";
  for (const room of ROOMS) {
    text = written(report, options, room);
    if (text.length <= limit) return text;
  }
  const end = "\n\nThe rest does not fit here.\n";
  return text.slice(0, text.lastIndexOf("\n\n", limit - end.length)) + end;
}

function written(report: Report, options: MarkdownOptions, room: Room): string {
  const fresh = report.findings.filter(({ status }) => status === "introduced" || status === "worsened");
  const brief = BRIEF.filter(({ status }) => status !== "unchanged" || options.unchanged === true);
  const sections = [
    `## Faultline: ${headline(report, options.unchanged)}`,
    ...report.reasons.filter((reason) => !isTitle(reason, report)).map((reason) => escapeMarkdown(reason)),
    ...fresh.slice(0, room.full).map((finding) => renderFinding(finding, { excerpts: report.excerpts, ...options, heading: "###" })),
    briefly("More", fresh.slice(room.full), options, room),
    ...brief.map(({ status, title }) =>
      briefly(
        title,
        report.findings.filter((finding) => finding.status === status),
        options,
        room,
      ),
    ),
    problems(report, room),
    checklist(report.checklist, options.extent ?? "whole"),
    options.extent === "findings" ? "" : coverageSentence(report.coverage, escapeMarkdown),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** Where a blocking finding is shown in full below, its sentence need not stand above. */
function isTitle(reason: string, report: Report): boolean {
  return report.findings.some((finding) => finding.blocking && reason === `${finding.rule}: ${finding.title}.`);
}

const BRIEF: readonly { readonly status: Status; readonly title: string }[] = [
  { status: "unknown", title: "Could not be compared" },
  { status: "improved", title: "Improved" },
  { status: "fixed", title: "Fixed" },
  { status: "unchanged", title: "Findings" },
];

export interface FindingOptions extends MarkdownOptions {
  readonly heading?: "###" | "**";
  /** Of the report, so that a suggestion can be shown as a difference. */
  readonly excerpts?: readonly Excerpt[];
}

/** One finding in full: what is wrong, why, the fix, the places, and how to accept it. */
export function renderFinding(finding: ReportedFinding, options: FindingOptions = {}): string {
  const title = escapeMessage(finding.title);
  return [
    options.heading === "###" ? `### ${title}` : `**${title}**`,
    kindLine(finding),
    escapeMessage(finding.message),
    `**Fix:** ${escapeMessage(finding.remedy)}`,
    suggestion(finding, options),
    places(finding, options),
    finding.waiver === null ? acceptance(finding, options.commands === true) : accepted(finding),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

export const SURENESS: Readonly<Record<Confidence, string>> = {
  high: "high confidence",
  medium: "medium confidence: part of this was inferred",
  low: "low confidence: check it before acting on it",
};

function kindLine(finding: ReportedFinding): string {
  return `${codeSpan(finding.rule)} · ${statusOf(finding)} · ${finding.severity} · ${SURENESS[finding.confidence]}`;
}

/** The status, with what the measure did where it moved. */
export function statusOf({ status, measure }: ReportedFinding): string {
  const moved = measure !== null && measure.base !== null && measure.head !== null && measure.base !== measure.head;
  return moved ? `${status}, ${escapeMarkdown(measure.name)} ${measure.base} → ${measure.head}` : status;
}

/** A block that can be applied with a click where the comment stands on its lines, a plain block elsewhere. */
export function suggestion(finding: ReportedFinding, { clickable, excerpts }: FindingOptions): string {
  if (finding.suggestion === null) return "";
  const { path, startLine, endLine, replacement } = finding.suggestion;
  if (clickable === true && finding.anchor?.suggestion === true) return codeBlock(replacement, "suggestion");
  const where = startLine === endLine ? `line ${startLine}` : `lines ${startLine}–${endLine}`;
  const before = linesFrom(excerpts ?? [], { side: "head", path, startLine, endLine });
  if (before === null) return `In ${codeSpan(path)}, ${where} would become:\n\n${codeBlock(replacement, languageOf(path))}`;
  return `In ${codeSpan(path)}, ${where}:\n\n${codeBlock(differenceOf(before, replacement.split("\n")).join("\n"), "diff")}`;
}

/** Evidence beyond this many places is folded away. */
const SHOWN_PLACES = 6;

/** The first places as a list, the others folded. One alone is not worth a fold. */
export function places(finding: ReportedFinding, options: MarkdownOptions, shown = SHOWN_PLACES): string {
  const lines = finding.evidence.map((evidence) => `- ${place(evidence, options)}`);
  if (lines.length <= shown + (shown < SHOWN_PLACES ? 1 : 0)) return lines.join("\n");
  const rest = lines.slice(shown);
  return `${lines.slice(0, shown).join("\n")}\n\n<details><summary>${rest.length} more ${rest.length === 1 ? "place" : "places"}</summary>\n\n${rest.join("\n")}\n\n</details>`;
}

function place(evidence: ComparedEvidence, options: MarkdownOptions): string {
  const change = evidence.changed
    ? evidence.side === "base"
      ? " (removed here)"
      : " (changed here)"
    : evidence.side === "base"
      ? " (before)"
      : "";
  return `${linked(evidence, options)}${change}: ${escapeMessage(evidence.note)}`;
}

function linked(evidence: ComparedEvidence, options: MarkdownOptions): string {
  const text = codeSpan(placeText(evidence));
  const url = options.link?.(evidence) ?? null;
  return url === null ? text : `[${text}](${linkTarget(url)})`;
}

function acceptance(finding: ReportedFinding, commands: boolean): string {
  return `To accept it: ${waysToAccept(finding, commands)}`;
}

/** How to accept the finding, with a reason, wherever its author is. */
export function waysToAccept(finding: ReportedFinding, commands: boolean): string {
  const prefix = finding.fingerprint.slice(0, FINGERPRINT_PREFIX);
  const comment = codeSpan(`faultline-ignore ${finding.rule} -- reason`);
  const command = commands ? `answer ${codeSpan(`/faultline accept ${prefix} reason`)}, ` : "";
  return `${command}write ${comment} above the line, or add a waiver for ${codeSpan(prefix)} to the settings.`;
}

/** How it was accepted, by whom, and why. */
export function accepted(finding: ReportedFinding): string {
  const { source, reason, owner, until } = finding.waiver!;
  const how = { settings: "in the settings", inline: "in the source", command: "by command" }[source];
  const by = owner === null ? "" : ` by ${escapeMarkdown(owner)}`;
  return `Accepted ${how}${by}${until === null ? "" : ` until ${escapeMarkdown(until)}`}: ${escapeMarkdown(reason)}`;
}

function briefly(title: string, findings: readonly ReportedFinding[], options: MarkdownOptions, room: Room): string {
  if (findings.length === 0) return "";
  const lines = findings.slice(0, room.list).map((finding) => {
    const [first] = finding.evidence;
    const where = first === undefined ? "" : `, ${linked(first, options)}`;
    return `- ${codeSpan(finding.rule)} ${escapeMessage(finding.title)}${where}${finding.waiver === null ? "" : `. ${accepted(finding)}`}`;
  });
  return `### ${title}\n\n${[...lines, ...andMore(findings.length - lines.length)].join("\n")}`;
}

function andMore(count: number): readonly string[] {
  return count > 0 ? [`- and ${count} more`] : [];
}

function problems(report: Report, room: Room): string {
  if (report.problems.length === 0) return "";
  const lines = report.problems
    .slice(0, room.list)
    .map(({ path, line, message, advice }) => `- ${codeSpan(`${path}:${line}`)}: ${escapeMarkdown(message)}. ${escapeMarkdown(advice)}`);
  return `### Settings and waivers\n\n${[...lines, ...andMore(report.problems.length - lines.length)].join("\n")}`;
}

function checklist(lines: readonly ChecklistLine[], extent: "whole" | "findings"): string {
  const changed = lines.filter((line) => line.base !== line.head);
  if (extent === "findings")
    return changed.length === 0 ? "" : `### Checklist\n\n${changed.map((line) => `- ${line.title}: ${changeOfState(line)}`).join("\n")}`;
  const rows = lines.map(
    (line) => `| ${line.group} | ${tableCell(line.title)} | ${line.base} | ${line.base === line.head ? line.head : `**${line.head}**`} |`,
  );
  return `<details><summary>Checklist: ${changed.length === 0 ? "nothing changes" : changed.map((line) => `${line.title}: ${changeOfState(line)}`).join("; ")}</summary>\n\n| | | base | head |\n|---|---|---|---|\n${rows.join("\n")}\n\n</details>`;
}
