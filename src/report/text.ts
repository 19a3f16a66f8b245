import { styleText } from "node:util";
import type { ComparedEvidence, Status } from "../compare/comparison.js";
import { FINGERPRINT_PREFIX } from "../compare/fingerprint.js";
import { plainMessage, plainText } from "./escape.js";
import { excerptAt, linesFrom } from "./excerpts.js";
import type { Excerpt, Report, ReportedFinding } from "./report.js";
import { changeOfState, counted, coverageSentence, differenceOf, headline, placeText } from "./words.js";

export interface TextOptions {
  /** Everything that colour says, the words say too. */
  readonly color?: boolean;
  readonly columns?: number;
  /** The address of a file, for terminals that can open it; `null` where it has none. */
  readonly link?: (path: string) => string | null;
  /** Lists what was there before as well, as a scan of one tree wants it. */
  readonly unchanged?: boolean;
}

/** How text looks: plain, or in colours that a terminal understands. */
type Paint = (style: "bold" | "dim" | "red" | "yellow" | "blue" | "green", text: string) => string;

interface Page {
  readonly paint: Paint;
  readonly columns: number;
  readonly excerpts: readonly Excerpt[];
  readonly unchanged: boolean;
  readonly link: (path: string) => string | null;
}

/** The report for a terminal: new findings in full, the rest in a line each, the verdict last, where the eye ends. */
export function renderText(report: Report, options: TextOptions = {}): string {
  const page: Page = {
    paint: painter(options.color === true),
    columns: Math.max(40, options.columns ?? 80),
    excerpts: report.excerpts,
    unchanged: options.unchanged === true,
    link: options.link ?? (() => null),
  };
  const listed = report.findings.filter(({ status }) => options.unchanged === true || status !== "unchanged");
  const full = listed.filter(({ status }) => status === "introduced" || status === "worsened");
  const before = report.findings.length - listed.length;
  const sections = [
    ...full.map((finding) => findingInFull(finding, page)),
    ...BRIEF.map(({ status, title }) =>
      briefly(
        title,
        listed.filter((finding) => finding.status === status),
        page,
      ),
    ),
    ...(options.unchanged === true
      ? inventory(
          listed.filter(({ status }) => status === "unchanged"),
          page,
        )
      : []),
    problems(report, page),
    before === 0
      ? ""
      : wrap(
          `${counted(before, "finding")} ${before === 1 ? "was" : "were"} there before and ${before === 1 ? "is" : "are"} not held against this change.`,
          "",
          page,
        ),
    checklist(report, page),
    wrap(coverageSentence(report.coverage, plainText), "", page),
    conclusion(report, page),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

const BRIEF: readonly { readonly status: Status; readonly title: string }[] = [
  { status: "unknown", title: "Could not be compared" },
  { status: "improved", title: "Improved" },
  { status: "fixed", title: "Fixed" },
];

function painter(color: boolean): Paint {
  return color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

const COLOURS = { error: "red", warning: "yellow", info: "blue" } as const;

function findingInFull(finding: ReportedFinding, page: Page): string {
  const { paint } = page;
  const place = finding.evidence[finding.placement ?? 0];
  const kind = wrap(
    `${finding.severity}  ${finding.rule}  ${finding.status}${growth(finding)}, ${finding.confidence} confidence  ${finding.fingerprint.slice(0, FINGERPRINT_PREFIX)}`,
    "",
    page,
  );
  const parts = [
    paint(COLOURS[finding.severity], finding.severity) + kind.slice(finding.severity.length),
    paint("bold", wrap(plainMessage(finding.title), "", page)),
    place === undefined ? "" : `${INDENT}${linkedPlace(place, page)}`,
    place === undefined ? "" : frame(place, page),
    labelled("Why", plainMessage(finding.message), page),
    labelled("Fix", plainMessage(finding.remedy), page),
    suggestion(finding, page),
    otherPlaces(finding, place, page),
    finding.waiver === null ? "" : labelled("OK", acceptance(finding), page),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

const INDENT = "  ";
const LABEL = "     ";

function growth({ measure }: ReportedFinding): string {
  if (measure === null || measure.base === null || measure.head === null || measure.base === measure.head) return "";
  return ` (${plainText(measure.name)} ${measure.base} to ${measure.head})`;
}

function labelled(label: string, text: string, page: Page): string {
  return page.paint("bold", `${INDENT}${label.padEnd(LABEL.length)}`) + wrap(text, `${INDENT}${LABEL}`, page).trimStart();
}

function acceptance({ waiver }: ReportedFinding): string {
  const { source, reason, owner, until } = waiver!;
  const how = { settings: "in the settings", inline: "in the source", command: "by command" }[source];
  return `accepted ${how}${owner === null ? "" : ` by ${plainText(owner)}`}${until === null ? "" : ` until ${until}`}: ${plainText(reason)}`;
}

/** The source around the place, with a mark at its own lines. */
function frame(place: ComparedEvidence, { excerpts, paint, columns }: Page): string {
  const excerpt = excerptAt(excerpts, place);
  if (excerpt === null) return "";
  const width = String(excerpt.startLine + excerpt.lines.length).length;
  return excerpt.lines
    .map((line, index) => {
      const number = excerpt.startLine + index;
      const own = number >= place.startLine && number <= place.endLine;
      const text = `${INDENT}${own ? ">" : " "} ${String(number).padStart(width)} | ${cut(printable(line), columns - width - 7)}`.trimEnd();
      return own ? text : paint("dim", text);
    })
    .join("\n");
}

function suggestion({ suggestion: fix }: ReportedFinding, page: Page): string {
  if (fix === null) return "";
  const before = linesFrom(page.excerpts, { side: "head", ...fix });
  const after = fix.replacement.split("\n");
  const lines = before === null ? after.map((line) => `+${line}`) : differenceOf(before, after);
  const heading = `${INDENT}${LABEL}${placeText(plainPlace(fix))} would become:`;
  const painted = lines.map((line) => {
    const text = `${INDENT}${LABEL}${line.slice(0, 1)} ${printable(line.slice(1))}`.trimEnd();
    if (line.startsWith("+")) return page.paint("green", text);
    return line.startsWith("-") ? page.paint("red", text) : text;
  });
  return [heading, ...painted].join("\n");
}

/** More places than this are counted, not listed. */
const SHOWN_PLACES = 6;

function otherPlaces(finding: ReportedFinding, main: ComparedEvidence | undefined, page: Page): string {
  const others = finding.evidence.filter((evidence) => evidence !== main);
  const lines = others.slice(0, SHOWN_PLACES).map((evidence, index) => {
    const change = evidence.changed
      ? evidence.side === "base"
        ? " (removed)"
        : " (changed)"
      : evidence.side === "base"
        ? " (before)"
        : "";
    const text = `${placeText(plainPlace(evidence))}${change} ${plainMessage(evidence.note)}`.trimEnd();
    const label = index === 0 ? page.paint("bold", `${INDENT}See  `) : `${INDENT}${LABEL}`;
    return label + wrap(text, `${INDENT}${LABEL}${INDENT}`, page).trimStart();
  });
  const rest = others.length - lines.length;
  return [...lines, ...(rest > 0 ? [`${INDENT}${LABEL}and ${counted(rest, "more place")}`] : [])].join("\n");
}

function briefly(title: string, findings: readonly ReportedFinding[], page: Page): string {
  if (findings.length === 0) return "";
  const width = Math.max(...findings.map(({ rule }) => rule.length));
  const lines = findings.flatMap((finding) => {
    const [first] = finding.evidence;
    const head = `${INDENT}${page.paint("dim", finding.rule.padEnd(width))}  `;
    const indent = " ".repeat(INDENT.length + width + 2);
    const text = [plainMessage(finding.title), ...(finding.waiver === null ? [] : [acceptance(finding)])].join("; ");
    return [
      head + wrap(text, indent, page).trimStart(),
      ...(first === undefined ? [] : [indent + page.paint("dim", linkedPlace(first, page))]),
    ];
  });
  return [page.paint("bold", `${title} (${findings.length})`), ...lines].join("\n");
}

/** What is there, rule by rule, the gravest first. */
function inventory(findings: readonly ReportedFinding[], page: Page): readonly string[] {
  const byRule = new Map<string, ReportedFinding[]>();
  for (const finding of findings) byRule.set(finding.rule, [...(byRule.get(finding.rule) ?? []), finding]);
  return [...byRule].map(([rule, found]) => {
    const lines = found.map((finding) => {
      const label = `${INDENT}${finding.severity.padEnd(7)}  ${finding.confidence.padEnd(6)}  `;
      const indent = " ".repeat(label.length);
      const [place] = finding.evidence;
      const title = wrap(
        [plainMessage(finding.title), ...(finding.waiver === null ? [] : [acceptance(finding)])].join("; "),
        indent,
        page,
      ).trimStart();
      const where = place === undefined ? "" : `\n${indent}${page.paint("dim", linkedPlace(place, page))}`;
      return `${INDENT}${page.paint(COLOURS[finding.severity], finding.severity)}${label.slice(INDENT.length + finding.severity.length)}${title}${where}`;
    });
    return [page.paint("bold", `${rule} (${found.length})`), ...lines].join("\n");
  });
}

function problems(report: Report, page: Page): string {
  if (report.problems.length === 0) return "";
  const lines = report.problems.map(({ path, line, message, advice }) =>
    wrap(plainText(`${path}:${line} ${message}. ${advice}`), `${INDENT}${INDENT}`, page).replace(/^ {4}/, INDENT),
  );
  return [page.paint("bold", "Settings and waivers"), ...lines].join("\n");
}

function checklist(report: Report, page: Page): string {
  const count = (state: string): number => report.checklist.filter(({ head }) => head === state).length;
  const changed = report.checklist.filter((line) => line.base !== line.head);
  const sum = `Checklist: ${count("pass")} pass, ${count("fail")} fail, ${count("unknown")} unknown, ${count("not-applicable")} not applicable.`;
  return [wrap(sum, "", page), ...changed.map((line) => `${INDENT}${line.title}: ${changeOfState(line)}`)].join("\n");
}

function conclusion(report: Report, page: Page): string {
  const colour = ({ pass: "green", fail: "red", neutral: "yellow" } as const)[report.verdict];
  const told = new Set(report.findings.filter(({ blocking }) => blocking).map(({ rule, title }) => `${rule}: ${title}.`));
  const reasons = report.reasons.filter((reason) => !told.has(reason)).map((reason) => wrap(plainMessage(reason), INDENT, page));
  return [page.paint(colour, `${report.verdict}: ${headline(report, page.unchanged)}`), ...reasons].join("\n");
}

/** Breaks at spaces; a word that is longer than the line stays whole, so that paths can be copied. */
function wrap(text: string, indent: string, { columns }: Page): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > columns) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line].join("\n");
}

/** A place that a terminal opens with a click, by the sequence that iTerm2 began and most understand; others show the text. */
function linkedPlace(place: ComparedEvidence, { link }: Page): string {
  const text = placeText(plainPlace(place));
  const url = place.side === "head" && place.repository === undefined ? link(place.path) : null;
  return url === null ? text : `\u001b]8;;${url}\u001b\\${text}\u001b]8;;\u001b\\`;
}

function plainPlace<T extends { readonly path: string }>(place: T): T {
  return { ...place, path: plainText(place.path) };
}

function cut(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}

/** Source as it stands, without what a terminal would obey. */
function printable(line: string): string {
  const indent = /^[\t ]*/.exec(line)?.[0] ?? "";
  return indent.replaceAll("\t", "  ") + plainText(line.slice(indent.length));
}
