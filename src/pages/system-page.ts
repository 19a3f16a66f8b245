import { drawPicture } from "../report/graph/picture.js";
import type { ReportedFinding, ShownUse, SystemSummary } from "../report/report.js";
import { andMore, checklistSection, coverageSection, problemsSection } from "./checklist.js";
import { findingArticle, findingId, place, ruleName, type Reading } from "./finding.js";
import { historySection, weeksOf, type Step } from "./history.js";
import { html, message, type Content, type Markup } from "./html.js";
import { reviewPath } from "./paths.js";
import { drawing } from "./picture.js";
import { commit } from "./review-page.js";
import { page, type PageFrame } from "./shell.js";
import { day, moment } from "./time.js";

/** A review in a list of reviews. */
export interface ListedReview {
  readonly number: number;
  readonly checkRun: number;
  readonly head: string;
  /** GitHub's word; `null` while it runs. */
  readonly conclusion: string | null;
  readonly startedAt: Date;
}

/** A system as its page shows it. */
export interface SystemPage extends Omit<Reading, "frame"> {
  readonly readAt: Date;
  readonly today: Date;
  /** Sorted by time. */
  readonly steps: readonly Step[];
  /** Newest first. */
  readonly reviews: readonly ListedReview[];
}

const MOST_FINDINGS = 100;
const MOST_ROWS = 500;

/** The page of a repository: the system of its default branch, its debt now and over time, and what is accepted for how long. */
export function systemPage(frame: PageFrame, system: SystemPage): string {
  const { report, repository } = system;
  const reading: Reading = { report, repository, frame };
  const open = report.findings.filter(({ status }) => status !== "fixed");
  const owed = open.filter(({ waiver }) => waiver === null);
  return page(frame, {
    title: repository,
    trail: [{ text: repository, path: null }],
    main: [
      lead(frame, system, owed.length, open.length - owed.length),
      html`<section aria-labelledby="picture"><h2 id="picture">The system</h2>${drawing(drawPicture(report.system), "Services, databases and channels, and who uses which")}${tables(reading)}</section>`,
      debt(reading, owed),
      waivers(reading, open, system.today),
      historySection(weeksOf(system.steps, system.today)),
      problemsSection(report),
      reviews(frame, system),
      checklistSection(report, false),
      coverageSection(report),
    ],
  });
}

/** Where nothing is known of a repository yet. */
export function unreadSystemPage(frame: PageFrame, repository: string): string {
  return page(frame, {
    title: repository,
    trail: [{ text: repository, path: null }],
    main: html`<div class="lead"><h1>${repository}</h1><p>The system has not been read yet. It is being read now: reload this page in a minute.</p></div>`,
  });
}

function lead(frame: PageFrame, { report, repository, readAt }: SystemPage, owed: number, accepted: number): Markup {
  const { services, databases, channels } = report.system;
  const plural = (count: number, noun: string): readonly [string, number] => [`${noun}${count === 1 ? "" : "s"}`, count];
  const counts = [
    plural(services.length, "service"),
    plural(databases.length, "database"),
    plural(channels.length, "channel"),
    plural(owed, "open finding"),
    ["accepted", accepted] as const,
  ];
  return html`<div class="lead">
<h1>${repository}</h1>
<p class="meta">The default branch at ${commit(frame, repository, report.head)}, read ${moment(readAt)} · <a href="${frame.site}/${repository}">on GitHub</a></p>
<dl class="tally">${counts.map(([name, count]) => html`<div${count === 0 ? html` class="none"` : null}><dt>${name}</dt><dd>${count}</dd></div>`)}</dl>
</div>`;
}

function debt(reading: Reading, findings: readonly ReportedFinding[]): Markup {
  const folded = findings
    .slice(0, MOST_FINDINGS)
    .map(
      (finding) =>
        html`<details class="fold"><summary><span class="chip ${finding.severity}">${finding.severity}</span> <span id="${findingId(finding)}-title">${message(finding.title)}</span> <code class="rule">${finding.rule}</code></summary>${findingArticle(reading, finding, { commands: false, titled: true })}</details>`,
    );
  const shown =
    findings.length === 0
      ? html`<p class="quiet">None. Nothing that the rules look for was found.</p>`
      : html`${folded}${findings.length > MOST_FINDINGS ? html`<p>${findings.length - MOST_FINDINGS} more are told by <code>faultline scan</code>.</p>` : null}`;
  return html`<section aria-labelledby="findings"><h2 id="findings">Open findings <span class="count">${findings.length}</span></h2><p class="quiet">They were there before, and block no pull request.</p>${shown}</section>`;
}

const SOON_DAYS = 30;

function waivers(reading: Reading, findings: readonly ReportedFinding[], today: Date): Markup | null {
  const waived = findings.flatMap((finding) => (finding.waiver === null ? [] : [{ finding, waiver: finding.waiver }]));
  if (waived.length === 0) return null;
  const end = ({ waiver }: (typeof waived)[number]): string => waiver.until ?? "9999";
  const soon = new Date(today.getTime() + SOON_DAYS * 86_400_000).toISOString().slice(0, 10);
  const lines = waived
    .toSorted((a, b) => (end(a) < end(b) ? -1 : end(a) > end(b) ? 1 : 0))
    .slice(0, MOST_ROWS)
    .map(({ finding, waiver }) => {
      const { until, reason, owner, path, line } = waiver;
      const ends =
        until === null
          ? html`<span class="chip">no end</span>`
          : html`<span class="chip${until <= soon ? " warning" : ""}">${until <= soon ? "ends" : "until"} ${day(new Date(until))}</span>`;
      const written =
        path === null
          ? null
          : html` · ${place(reading, { path, startLine: line ?? 1, endLine: line ?? 1, side: "head", changed: false, kind: "code", note: "" })}`;
      return html`<li id="${findingId(finding)}">${ends} ${message(finding.title)} ${ruleName(reading, finding.rule)}<br><span class="note">${reason}${owner === null ? null : ` · ${owner}`}${written}</span></li>`;
    });
  return html`<section aria-labelledby="waivers"><h2 id="waivers">Accepted, and until when <span class="count">${waived.length}</span></h2><ul class="lines">${lines}</ul></section>`;
}

function reviews({ root }: PageFrame, { reviews: listed, repository }: SystemPage): Markup | null {
  if (listed.length === 0) return null;
  const rows = listed.map(
    ({ number, checkRun, head, conclusion, startedAt }) =>
      html`<tr><th scope="row"><a href="${root}${reviewPath(repository, checkRun)}">#${number} at <code>${head.slice(0, 7)}</code></a></th><td>${conclusion ?? "in progress"}</td><td>${moment(startedAt)}</td></tr>`,
  );
  return html`<section aria-labelledby="reviews"><h2 id="reviews">Recent reviews</h2><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Pull request</th><th scope="col">Conclusion</th><th scope="col">Begun</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function tables(reading: Reading): Markup {
  const { services, databases, channels, calls }: SystemSummary = reading.report.system;
  return html`<details><summary>As tables</summary>
${table(
  "Services",
  ["Name", "Paths"],
  services.map(({ name, paths }) => [html`<code>${name}</code>`, paths.join(", ")]),
)}
${table(
  "Databases",
  ["Name", "Engine", "Used by"],
  databases.map(({ name, engine, uses }) => [html`<code>${name}</code>`, engine, users(reading, uses)]),
)}
${table(
  "Channels",
  ["Name", "Published by", "Consumed by"],
  channels.map(({ name, publications, consumptions }) => [
    html`<code>${name}</code>`,
    users(reading, publications),
    users(reading, consumptions),
  ]),
)}
${table(
  "Calls",
  ["From", "To", "Operation", "Where"],
  calls.map(({ from, to, kind, operation, evidence: [first] }) => [
    from,
    to,
    html`${operation} <span class="quiet">${kind}</span>`,
    first === undefined ? null : place(reading, first),
  ]),
)}
</details>`;
}

/** Who uses it, each with the first place that shows it. */
function users(reading: Reading, uses: readonly ShownUse[]): Content {
  return uses.map(
    ({ service, evidence: [first] }) => html`<div>${service}${first === undefined ? null : [" ", place(reading, first)]}</div>`,
  );
}

function table(caption: string, columns: readonly string[], rows: readonly (readonly Content[])[]): Markup | null {
  if (rows.length === 0) return null;
  const [first, ...others] = columns;
  const lines = rows
    .slice(0, MOST_ROWS)
    .map(([name, ...cells]) => html`<tr><th scope="row">${name ?? null}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`);
  const rest = rows.length > MOST_ROWS ? html`<ul>${andMore(rows.length - MOST_ROWS)}</ul>` : null;
  return html`<div class="scroll" tabindex="0"><table><caption>${caption}</caption><thead><tr><th scope="col">${first!}</th>${others.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${lines}</tbody></table></div>${rest}`;
}
