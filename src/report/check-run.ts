import type { Config } from "../config/config.js";
import { codeSpan, escapeMarkdown, escapeMessage, linkTarget, plainMessage, plainText } from "./escape.js";
import { renderMarkdown } from "./markdown.js";
import { permalink, wellFormed, type Web } from "./permalink.js";
import type { Report, ReportedFinding } from "./report.js";
import { shortened } from "./shortened.js";
import { isNew } from "./verdict.js";
import { changeOfState, counted, coverageSentence, headline, placeText } from "./words.js";

/** What the line of a finding in a list links to. */
export interface FindingLineOptions extends Web {
  /** The page of a rule, where there is one to link to. */
  readonly rulePage?: (rule: string) => string;
}

export interface CheckRunOptions extends FindingLineOptions {
  readonly config: Pick<Config, "mode" | "path" | "rules">;
  /** Findings with lines in the diff are told by comments; without comments they are annotated as the others are. */
  readonly comments: boolean;
  /** Bytes that summary and text may take, each. GitHub takes 65,535 characters, and does not say how it counts them. */
  readonly limit?: number;
  /** What the review cost so far. */
  readonly effort?: { readonly requests: number; readonly seconds: number };
}

/** What GitHub shows of a check run. */
export interface CheckRunOutput {
  /** Plain text. */
  readonly title: string;
  /** Markdown, like `text`. */
  readonly summary: string;
  readonly text: string;
  readonly annotations: readonly Annotation[];
}

/** A remark on lines that need not be in the diff; plain text. */
export interface Annotation {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
  readonly level: "failure" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

export const LARGEST_OUTPUT = 65_535;

const LONGEST_TITLE = 200;
const LONGEST_ANNOTATION_TITLE = 255;
const LONGEST_MESSAGE = 60_000;
const MOST_ANNOTATIONS = 200;

/** The report as a check run shows it: the verdict in the title, the essence in the summary, the whole in the text. */
export function checkRunOutput(whole: Report, options: CheckRunOptions): CheckRunOutput {
  const report = shortened(whole);
  const limit = Math.min(options.limit ?? LARGEST_OUTPUT, LARGEST_OUTPUT);
  return {
    title: titleOf(report),
    summary: summaryOf(report, options, limit),
    text: textOf(report, options, limit),
    annotations: annotationsOf(report, options).slice(0, MOST_ANNOTATIONS),
  };
}

function titleOf(report: Report): string {
  const blocking = report.findings.filter((finding) => finding.blocking);
  const told = (blocking.length > 0 ? blocking : report.findings.filter(open)).map(({ title }) => plainMessage(title));
  const text = headline(report);
  if (told.length === 0) return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  // The list of checks shows the beginning alone.
  const fresh = report.findings.filter(open).length;
  const head =
    blocking.length > 0
      ? `${blocking.length} to settle${fresh > blocking.length ? `, ${fresh - blocking.length} to know` : ""}`
      : `${fresh} to know`;
  return cut(`${head}: ${told.join("; ")}`, LONGEST_TITLE);
}

/** New, and not accepted. */
function open(finding: ReportedFinding): boolean {
  return isNew(finding) && finding.waiver === null;
}

function textOf(report: Report, options: CheckRunOptions, limit: number): string {
  let characters = limit;
  for (;;) {
    const text = wellFormed(
      renderMarkdown(report, { commands: true, limit: characters, link: (evidence) => permalink(options, report, evidence) }),
    );
    const bytes = Buffer.byteLength(text);
    if (bytes <= limit) return text;
    // A character may take several bytes, so that the room shrinks by what was found too much.
    characters = Math.floor((Math.min(characters, text.length) * limit * 0.95) / bytes);
    if (characters < 200) return "The report does not fit here.";
  }
}

/** How long the lists of a summary may be, from generous to scanty. */
const LISTS = [50, 10, 3, 0] as const;

function summaryOf(report: Report, options: CheckRunOptions, limit: number): string {
  for (const most of LISTS) {
    const text = wellFormed(
      sections(report, options, most)
        .filter((section) => section !== "")
        .join("\n\n"),
    );
    if (Buffer.byteLength(text) <= limit) return text;
  }
  return `Verdict: ${report.verdict}.`;
}

function sections(report: Report, options: CheckRunOptions, most: number): readonly string[] {
  return [
    ...doubts(report, most),
    table(report),
    section("New", report.findings.filter(open), report, options, most),
    section(
      "Fixed, thank you",
      report.findings.filter(({ status }) => status === "fixed" || status === "improved"),
      report,
      options,
      most,
    ),
    section(
      "Accepted",
      report.findings.filter((finding) => isNew(finding) && finding.waiver !== null),
      report,
      options,
      most,
    ),
    checklist(report),
    `${coverageSentence(report.coverage, escapeMarkdown)} ${settings(options.config)}`,
    report.findings.some(open)
      ? `Each finding says how to accept it with a reason: ${codeSpan("/faultline accept <fingerprint> <reason>")}.`
      : "",
    effortLine(options),
  ];
}

/** Why the verdict is what it is, apart from the findings that stand below. */
function doubts(report: Report, most: number): readonly string[] {
  const titles = new Set(report.findings.filter(({ blocking }) => blocking).map(({ rule, title }) => `${rule}: ${title}.`));
  const reasons = report.reasons.filter((reason) => !titles.has(reason));
  return [
    ...reasons.slice(0, most).map(escapeMarkdown),
    ...(reasons.length > most ? [`${counted(reasons.length - most, "more reason")}.`] : []),
  ];
}

function table(report: Report): string {
  const statuses = ["introduced", "worsened", "improved", "fixed", "unknown"] as const;
  const rows = statuses
    .map((status) => ({ status, found: report.findings.filter((finding) => finding.status === status) }))
    .filter(({ found }) => found.length > 0)
    .map(
      ({ status, found }) =>
        `| ${status === "unknown" ? "could not be compared" : status} | ${(["error", "warning", "info"] as const).map((severity) => found.filter((finding) => finding.severity === severity).length || "").join(" | ")} |`,
    );
  return rows.length === 0
    ? "Nothing that this pull request changes makes the system more fragile."
    : `| | error | warning | info |\n|---|---|---|---|\n${rows.join("\n")}`;
}

function section(title: string, findings: readonly ReportedFinding[], report: Report, options: CheckRunOptions, most: number): string {
  if (findings.length === 0) return "";
  const lines = findings.slice(0, most).map((finding) => `- ${findingLine(finding, report, options)}`);
  return `### ${title}\n\n${[...lines, ...(findings.length > most ? [`- ${findings.length - most} more in the text below`] : [])].join("\n")}`;
}

/** A finding in one line: whether it blocks, its rule, title and first place, and who accepted it. */
export function findingLine(finding: ReportedFinding, report: Report, options: FindingLineOptions): string {
  const rule = options.rulePage === undefined ? codeSpan(finding.rule) : `[${codeSpan(finding.rule)}](${options.rulePage(finding.rule)})`;
  const [first] = finding.evidence;
  const url = first === undefined ? null : permalink(options, report, first);
  const where =
    first === undefined ? "" : `, ${url === null ? codeSpan(placeText(first)) : `[${codeSpan(placeText(first))}](${linkTarget(url)})`}`;
  const blocks = finding.blocking ? "**blocks** · " : "";
  const { waiver } = finding;
  const accepted =
    waiver === null
      ? ""
      : `. Accepted${waiver.owner === null ? "" : ` by ${escapeMarkdown(waiver.owner)}`}: ${escapeMarkdown(waiver.reason)}`;
  return `${blocks}${rule} ${escapeMessage(finding.title)}${where}${accepted}`;
}

function checklist(report: Report): string {
  const changed = report.checklist.filter(({ base, head }) => base !== head);
  return changed.length === 0
    ? ""
    : `### Checklist\n\n${changed.map((one) => `- ${escapeMarkdown(one.title)}: ${changeOfState(one)}`).join("\n")}`;
}

function settings({ mode, path }: CheckRunOptions["config"]): string {
  const from = path === null ? "No settings file: the defaults hold" : `Settings from ${codeSpan(path)} of the base`;
  return mode === "advise" ? `${from}; mode ${codeSpan("advise")}, so nothing blocks.` : `${from}.`;
}

function effortLine({ effort }: CheckRunOptions): string {
  if (effort === undefined) return "";
  const { requests, seconds } = effort;
  return `Judged in ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s, with ${counted(requests, "request")} to GitHub.`;
}

function annotationsOf(report: Report, { comments, config }: CheckRunOptions): readonly Annotation[] {
  const quiet = ({ rule, severity, blocking, shown }: ReportedFinding): boolean =>
    (comments && shown === "comment") || config.rules[rule]?.level === "observe" || (severity === "info" && !blocking);
  const findings = report.findings.filter((finding) => open(finding) && !quiet(finding));
  return [...report.problems.flatMap(problem), ...findings.flatMap(annotation)];
}

function problem({ path, line: at, message, advice }: Report["problems"][number]): readonly Annotation[] {
  return isPath(path)
    ? [
        {
          path,
          startLine: Math.max(1, at),
          endLine: Math.max(1, at),
          level: "warning",
          title: "Faultline settings",
          message: cut(plainText(`${message}. ${advice}`), LONGEST_MESSAGE),
        },
      ]
    : [];
}

/** On the head's lines alone: what the base had is not in the files that GitHub shows. */
function annotation(finding: ReportedFinding): readonly Annotation[] {
  const { anchor, evidence, blocking, severity } = finding;
  const place =
    anchor !== null && anchor.side === "head"
      ? anchor
      : (evidence.find(({ side, changed, repository }) => side === "head" && changed && repository === undefined) ??
        evidence.find(({ side, repository }) => side === "head" && repository === undefined));
  if (place === undefined || !isPath(place.path)) return [];
  const message = [finding.message, `Fix: ${finding.remedy}`, `(${finding.rule} ${finding.fingerprint})`].map(plainMessage).join("\n");
  return [
    {
      path: place.path,
      startLine: place.startLine,
      endLine: Math.max(place.startLine, place.endLine),
      level: blocking ? "failure" : severity === "info" ? "notice" : "warning",
      title: cut(plainMessage(finding.title), LONGEST_ANNOTATION_TITLE),
      message: cut(message, LONGEST_MESSAGE),
    },
  ];
}

/** A path that GitHub takes: some problems are about a command or another repository's file. */
function isPath(path: string): boolean {
  return path !== "" && !path.startsWith("/") && !path.includes(":") && !/[\u0000-\u001f]/.test(path);
}

/** At most so many bytes, so that it is as many characters at most. */
function cut(text: string, bytes: number): string {
  const whole = wellFormed(text);
  if (Buffer.byteLength(whole) <= bytes) return whole;
  let end = bytes - 3;
  const raw = Buffer.from(whole);
  // Not in the middle of a character.
  while (end > 0 && (raw[end]! & 0xc0) === 0x80) end--;
  return `${raw.subarray(0, end).toString("utf8")}…`;
}
