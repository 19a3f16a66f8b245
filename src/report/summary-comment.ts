import { findingLine, type FindingLineOptions } from "./check-run.js";
import { escapeMarkdown } from "./escape.js";
import { renderMermaid } from "./graph/mermaid.js";
import { changedPart, drawPicture, type Picture, type PictureEdge } from "./graph/picture.js";
import { wellFormed } from "./permalink.js";
import type { Report, ReportedFinding } from "./report.js";
import { shortFinding, shortName } from "./shortened.js";
import { counted, headline } from "./words.js";

export interface SummaryOptions extends FindingLineOptions {
  /** The page with the whole report, where there is one. */
  readonly detailsUrl?: string;
}

const MARKER = "<!-- faultline-summary -->";

/** Whether a comment is the summary. It proves nothing: who wrote the comment must be known as well. */
export function isSummary(body: string): boolean {
  return body.startsWith(MARKER);
}

const LONGEST_BODY = 65_000;

/** How long the lists may be, from generous to scanty. */
const LISTS = [50, 15, 5] as const;

/** GitHub stops being readable well before Mermaid stops drawing. */
const MOST_ELEMENTS = 30;

/** One comment for the findings that no comment on lines tells, with a picture of what changes between the services. */
export function summaryBody(report: Report, rest: readonly ReportedFinding[], options: SummaryOptions): string {
  for (const most of LISTS) {
    const body = wellFormed(
      [MARKER, `**Faultline: ${headline(report)}**`, list(report, rest, options, most), pictureOfChange(report, most)]
        .filter((part) => part !== "")
        .join("\n\n"),
    );
    if (Buffer.byteLength(body) <= LONGEST_BODY) return body;
  }
  return `${MARKER}\n\n**Faultline: ${headline(report)}**\n\n${where(options, "tells of them")}`;
}

/** What the summary says once there is nothing left for it. */
export function settledSummary(report: Report): string {
  return `${MARKER}\n\n**Faultline: ${headline(report)}**\n\nNothing is left here that the comments on lines do not say.`;
}

function list(report: Report, rest: readonly ReportedFinding[], options: SummaryOptions, most: number): string {
  const lines = rest.slice(0, most).map((finding) => `- ${findingLine(shortFinding(finding), report, options)}`);
  const more = rest.length > most ? [`- and ${rest.length - most} more`] : [];
  return `${rest.length === 1 ? "This one has" : `These ${rest.length} have`} no comment on a line of the diff; ${where(options, "has places and fixes")}.\n\n${[...lines, ...more].join("\n")}`;
}

function where({ detailsUrl }: SummaryOptions, does: string): string {
  return `${detailsUrl === undefined ? "the Faultline check" : `[the Faultline check](${detailsUrl})`} ${does}`;
}

/** What changes between the services as a picture, and the same in words for who reads it in a mail. Empty where nothing changes. */
export function pictureOfChange({ system, baseSystem }: Pick<Report, "system" | "baseSystem">, most: number = LISTS[1]): string {
  if (baseSystem === null) return "";
  const part = changedPart(drawPicture(system, baseSystem));
  const changes = changesIn(part);
  if (changes.length === 0) return "";
  const told = [
    ...changes.slice(0, most).map((change) => `- ${change}`),
    ...(changes.length > most ? [`- and ${counted(changes.length - most, "more change")}`] : []),
  ];
  return `What changes between the services:\n\n${told.join("\n")}\n\n\`\`\`mermaid\n${renderMermaid(part, MOST_ELEMENTS).trimEnd()}\n\`\`\``;
}

const VERBS: Readonly<Record<PictureEdge["kind"], { readonly added: string; readonly removed: string }>> = {
  calls: { added: "now calls", removed: "no longer calls" },
  uses: { added: "now uses", removed: "no longer uses" },
  publishes: { added: "now publishes to", removed: "no longer publishes to" },
  consumes: { added: "is now consumed by", removed: "is no longer consumed by" },
};

function changesIn({ elements, edges }: Picture): readonly string[] {
  const names = new Map(elements.map(({ id, kind, label }) => [id, `${kind} ${escapeMarkdown(shortName(label))}`]));
  const touched = new Set<string>();
  const lines = edges.flatMap(({ from, to, kind, change }) => {
    if (change === "same") return [];
    touched.add(from).add(to);
    return [`${names.get(from) ?? ""} ${VERBS[kind][change]} ${names.get(to) ?? ""}`];
  });
  const alone = elements.flatMap(({ id, change }) =>
    change === "same" || touched.has(id) ? [] : [`${names.get(id) ?? ""} is ${change === "added" ? "new" : "gone"}`],
  );
  return [...lines, ...alone];
}
