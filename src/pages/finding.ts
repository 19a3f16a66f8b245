import type { ComparedEvidence } from "../compare/comparison.js";
import { FINGERPRINT_PREFIX } from "../compare/fingerprint.js";
import { excerptAt, linesFrom } from "../report/excerpts.js";
import type { KeptReport } from "../report/kept.js";
import { permalink } from "../report/permalink.js";
import type { Excerpt, ReportedFinding } from "../report/report.js";
import { differenceOf, onePerPlace, placeText } from "../report/words.js";
import { html, message, type Content, type Markup } from "./html.js";
import { rulePath } from "./paths.js";
import type { PageFrame } from "./shell.js";

/** A report, and the repository that it is about. */
export interface Reading {
  readonly report: KeptReport;
  /** `owner/name`. */
  readonly repository: string;
  readonly frame: PageFrame;
}

const SURENESS = {
  high: "high confidence",
  medium: "medium confidence: part of this was inferred",
  low: "low confidence: check it before acting on it",
} as const;

/** Places of one finding that are shown before the rest is folded away. */
const SHOWN_PLACES = 6;

/** Where on its page a finding stands. */
export function findingId({ fingerprint }: Pick<ReportedFinding, "fingerprint">): string {
  return fingerprint.slice(0, FINGERPRINT_PREFIX);
}

export interface ArticleOptions {
  /** It can be accepted by a comment on the pull request. */
  readonly commands: boolean;
  /** Its title stands above it already, in an element with the id of the finding and `-title`. */
  readonly titled: boolean;
}

/** One finding in full. */
export function findingArticle(reading: Reading, finding: ReportedFinding, { commands, titled }: ArticleOptions): Markup {
  const id = findingId(finding);
  return html`<article class="finding ${finding.severity}" id="${id}" aria-labelledby="${id}-title">
${titled ? null : html`<h3 id="${id}-title">${message(finding.title)}</h3>`}
<p class="chips">${chips(reading, finding)}</p>
<div class="told"><div>
<p>${message(finding.message)}</p>
<p class="fix"><strong>Fix</strong> ${message(finding.remedy)}</p>
${suggestion(reading, finding)}
${finding.waiver === null ? acceptance(finding, commands) : accepted(finding.waiver)}
</div>${places(reading, finding)}</div>
</article>`;
}

/** Findings in a line each, with their first place. */
export function findingLines(reading: Reading, findings: readonly ReportedFinding[]): Markup {
  const lines = findings.map((finding) => {
    const [first] = finding.evidence;
    return html`<li id="${findingId(finding)}"><span class="chip ${finding.severity}">${finding.severity}</span> ${message(finding.title)} ${ruleName(reading, finding.rule)}${first === undefined ? null : html`<br>${place(reading, first)}`}</li>`;
  });
  return html`<ul class="lines">${lines}</ul>`;
}

/** The weight of a finding once: what blocks is an error or was made one. That it is new is said above it. */
function chips(reading: Reading, { rule, status, severity, confidence, measure, blocking }: ReportedFinding): Content {
  const grown =
    measure !== null && measure.base !== null && measure.head !== null && measure.base !== measure.head
      ? `: ${measure.name} ${measure.base} → ${measure.head}`
      : "";
  return [
    blocking ? html`<span class="chip blocks">blocks</span> ` : html`<span class="chip ${severity}">${severity}</span> `,
    status === "introduced" || status === "unchanged" ? null : html`<span class="chip">${status}${grown}</span> `,
    ruleName(reading, rule),
    html` <span class="quiet">${SURENESS[confidence]}</span>`,
  ];
}

/** A rule, as the way to its page. */
export function ruleName({ frame }: Reading, rule: string): Markup {
  return html`<a class="rule" href="${frame.root}${rulePath(rule)}"><code>${rule}</code></a>`;
}

function suggestion({ report }: Reading, { suggestion: fix }: ReportedFinding): Markup | null {
  if (fix === null) return null;
  const before = linesFrom(report.excerpts, { side: "head", ...fix });
  const after = fix.replacement.split("\n");
  const lines = before === null ? after.map((line) => `+${line}`) : differenceOf(before, after);
  const marked = lines.map(
    (line) => html`<span class="${line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : "same"}">${line}\n</span>`,
  );
  return html`<figure class="change"><figcaption>Suggested change of <code>${placeText(fix)}</code></figcaption><pre tabindex="0"><code>${marked}</code></pre></figure>`;
}

function places(reading: Reading, { evidence }: ReportedFinding): Content {
  if (evidence.length === 0) return null;
  const told = new Set<Excerpt>();
  const items = onePerPlace(evidence).map(
    (one) =>
      html`<li>${place(reading, one)}${mark(one)}<br><span class="note">${message(one.note)}</span>${source(reading, one, told)}</li>`,
  );
  const rest = items.slice(SHOWN_PLACES);
  const more =
    rest.length === 0
      ? null
      : html`<details><summary>${rest.length} more ${rest.length === 1 ? "place" : "places"}</summary><ol class="places" start="${SHOWN_PLACES + 1}">${rest}</ol></details>`;
  return html`<div class="where"><p class="label">Where</p><ol class="places">${items.slice(0, SHOWN_PLACES)}</ol>${more}</div>`;
}

/** A place, as a link where it can be seen on GitHub. */
export function place({ report, repository, frame: { site } }: Reading, evidence: ComparedEvidence): Markup {
  const url = permalink({ site, repository }, report, evidence);
  const text = html`<code>${placeText(evidence)}</code>`;
  return url === null ? text : html`<a href="${url}">${text}</a>`;
}

function mark({ changed, side }: ComparedEvidence): Markup | null {
  if (changed) return side === "base" ? html` <span class="chip">removed here</span>` : html` <span class="chip">changed here</span>`;
  return side === "base" ? html` <span class="chip">before</span>` : null;
}

/** The source around a place; each excerpt once. */
function source({ report }: Reading, evidence: ComparedEvidence, told: Set<Excerpt>): Markup | null {
  const excerpt = evidence.repository === undefined ? excerptAt(report.excerpts, evidence) : null;
  if (excerpt === null || told.has(excerpt)) return null;
  told.add(excerpt);
  const lines = excerpt.lines.map((line, index) => {
    const number = excerpt.startLine + index;
    const own = number >= evidence.startLine && number <= evidence.endLine;
    return html`<span class="${own ? "own" : "around"}" data-line="${number}">${line}\n</span>`;
  });
  return html`<pre class="source" tabindex="0" aria-label="Source of ${placeText(evidence)}"><code>${lines}</code></pre>`;
}

function acceptance(finding: ReportedFinding, commands: boolean): Markup {
  const prefix = findingId(finding);
  const command = commands ? html`Answer <code>/faultline accept ${prefix} reason</code> on the pull request, ` : null;
  return html`<details class="accept"><summary>Accept it with a reason</summary><p>${command === null ? "Write" : [command, "write"]} <code>faultline-ignore ${finding.rule} -- reason</code> above the line, or add a waiver for <code>${prefix}</code> to the settings.</p></details>`;
}

/** How a finding was accepted, in a sentence. */
function accepted({ source: from, reason, owner, until }: NonNullable<ReportedFinding["waiver"]>): Markup {
  const how = { settings: "in the settings", inline: "in the source", command: "by command" }[from];
  return html`<p class="accept">Accepted ${how}${owner === null ? null : ` by ${owner}`}${until === null ? null : ` until ${until}`}: ${reason}</p>`;
}
