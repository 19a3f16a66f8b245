import type { Status } from "../compare/comparison.js";
import { changedPart, drawPicture } from "../report/graph/picture.js";
import type { ReportedFinding, Verdict } from "../report/report.js";
import { counted, headline } from "../report/words.js";
import { checklistSection, coverageSection, problemsSection } from "./checklist.js";
import { findingArticle, findingLines, type Reading } from "./finding.js";
import { html, type Content, type Markup } from "./html.js";
import { reviewPath, systemPath } from "./paths.js";
import { changesInWords, drawing } from "./picture.js";
import { page, type PageFrame } from "./shell.js";
import { moment } from "./time.js";

/** A review as its page shows it. */
export interface ReviewPage extends Omit<Reading, "frame"> {
  /** The pull request; `null` for a merge group. */
  readonly number: number | null;
  readonly completedAt: Date | null;
  /** Check run of a newer review of the same pull request, where there is one. */
  readonly newer: number | null;
}

const MOST_FINDINGS = 200;

/** The page of one review: the verdict, what changes in the system, findings with their places, checklist and coverage. */
export function reviewPage(frame: PageFrame, review: ReviewPage): string {
  const { report, repository, number } = review;
  const reading: Reading = { report, repository, frame };
  const name = number === null ? "merge group" : `#${number}`;
  return page(frame, {
    title: `${repository} ${name}: ${headline(report)}`,
    trail: [
      { text: repository, path: systemPath(repository) },
      { text: `Review of ${name}`, path: null },
    ],
    main: [
      lead(frame, review),
      doubts(reading),
      change(reading),
      inFull("New", reading, (finding) => isOneOf(finding, "introduced", "worsened") && finding.waiver === null),
      inFull("Accepted", reading, (finding) => isOneOf(finding, "introduced", "worsened") && finding.waiver !== null),
      brief("Better, thank you", reading, "fixed", "improved"),
      brief("Could not be compared", reading, "unknown"),
      untouched(reading),
      problemsSection(report),
      checklistSection(report, true),
      coverageSection(report),
    ],
  });
}

const VERDICTS: Readonly<Record<Verdict, string>> = { pass: "Passes", fail: "Fails", neutral: "Neutral" };

function lead(frame: PageFrame, { report, repository, number, completedAt, newer }: ReviewPage): Markup {
  const text = headline(report);
  return html`<div class="lead">
<h1><span class="verdict ${report.verdict}">${VERDICTS[report.verdict]}</span> ${text.slice(0, 1).toUpperCase()}${text.slice(1)}</h1>
<p class="meta">${number === null ? "A merge group" : html`<a href="${frame.site}/${repository}/pull/${number}">${repository}#${number}</a>`} at ${commit(frame, repository, report.head)} against ${commit(frame, repository, report.base)}${completedAt === null ? null : [", ", moment(completedAt)]}</p>
${newer === null ? null : html`<p class="notice">This is not the newest review of the pull request: <a href="${frame.root}${reviewPath(repository, newer)}">see the newest</a>.</p>`}
${tally(report.findings)}
</div>`;
}

/** A commit, as a link to it. */
export function commit({ site }: PageFrame, repository: string, id: string | null): Content {
  return id === null ? "an unknown commit" : html`<a href="${site}/${repository}/commit/${id}"><code>${id.slice(0, 7)}</code></a>`;
}

const STATUSES: readonly Status[] = ["introduced", "worsened", "improved", "fixed", "unknown", "unchanged"];

function tally(findings: readonly ReportedFinding[]): Markup {
  const counts = STATUSES.map((status) => ({ status, count: findings.filter((finding) => finding.status === status).length })).filter(
    ({ status, count }) => count > 0 || status === "introduced" || status === "fixed",
  );
  return html`<dl class="tally">${counts.map(({ status, count }) => html`<div class="${count === 0 ? "none" : status}"><dt>${status}</dt><dd>${count}</dd></div>`)}</dl>`;
}

/** Why the verdict is what it is, apart from the findings that stand below. */
function doubts({ report }: Reading): Content {
  const titles = new Set(report.findings.filter(({ blocking }) => blocking).map(({ rule, title }) => `${rule}: ${title}.`));
  return report.reasons.filter((reason) => !titles.has(reason)).map((reason) => html`<p class="notice">${reason}</p>`);
}

function change({ report }: Reading): Markup {
  const part = report.baseSystem === null ? { elements: [], edges: [] } : changedPart(drawPicture(report.system, report.baseSystem));
  const shown =
    part.elements.length === 0
      ? html`<p class="quiet">Services, databases, channels and calls stay as they are.</p>`
      : [drawing(part, "The part of the system that changes"), changesInWords(part)];
  return html`<section aria-labelledby="change"><h2 id="change">What changes in the system</h2>${shown}</section>`;
}

function isOneOf({ status }: ReportedFinding, ...statuses: readonly Status[]): boolean {
  return statuses.includes(status);
}

function inFull(title: string, reading: Reading, wanted: (finding: ReportedFinding) => boolean): Markup | null {
  const findings = reading.report.findings.filter(wanted);
  if (findings.length === 0) return null;
  const id = title.toLowerCase();
  const articles = findings.slice(0, MOST_FINDINGS).map((finding) => findingArticle(reading, finding, { commands: true, titled: false }));
  const rest = findings.length > MOST_FINDINGS ? html`<p>${findings.length - MOST_FINDINGS} more are in the check run.</p>` : null;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title} <span class="count">${findings.length}</span></h2>${articles}${rest}</section>`;
}

function brief(title: string, reading: Reading, ...statuses: readonly Status[]): Markup | null {
  const findings = reading.report.findings.filter((finding) => isOneOf(finding, ...statuses));
  if (findings.length === 0) return null;
  const id = statuses[0]!;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title} <span class="count">${findings.length}</span></h2>${findingLines(reading, findings.slice(0, MOST_FINDINGS))}</section>`;
}

/** Folded away: it is nothing that this pull request does. */
function untouched(reading: Reading): Markup | null {
  const findings = reading.report.findings.filter((finding) => isOneOf(finding, "unchanged"));
  if (findings.length === 0) return null;
  return html`<section aria-labelledby="before"><h2 id="before">There before</h2><details><summary>${counted(findings.length, "finding")} that this change leaves as ${findings.length === 1 ? "it is" : "they are"}</summary>${findingLines(reading, findings.slice(0, MOST_FINDINGS))}</details></section>`;
}
