import type { KeptReport } from "../report/kept.js";
import type { ChecklistLine, ChecklistState } from "../report/report.js";
import { counted, readingOf } from "../report/words.js";
import { html, type Content, type Markup } from "./html.js";

const STATES: Readonly<Record<ChecklistState, string>> = {
  pass: "✓ pass",
  fail: "✗ fail",
  "not-applicable": "– does not apply",
  unknown: "? unknown",
};

/** The checklist: what changed or fails at once, the rest folded. `both`: base and head side by side. */
export function checklistSection({ checklist }: KeptReport, both: boolean): Markup {
  const telling = checklist.filter(({ base, head }) => (both ? base !== head : head === "fail"));
  const passing = checklist.filter(({ head }) => head === "pass").length;
  const unknown = checklist.filter(({ head }) => head === "unknown").length;
  const applying = checklist.length - checklist.filter(({ head }) => head === "not-applicable").length;
  const sum = `${passing} of ${applying} that apply pass${unknown === 0 ? "" : `, ${unknown} could not be judged`}`;
  const first =
    telling.length === 0
      ? html`<p class="quiet">${both ? "Nothing on it changes" : "Nothing on it fails"}; ${sum}.</p>`
      : html`${table(telling, both, false)}<p class="quiet">${sum}.</p>`;
  return html`<section aria-labelledby="checklist"><h2 id="checklist">Checklist</h2>${first}<details><summary>All ${checklist.length} questions</summary>${table(checklist, both, true)}</details></section>`;
}

function table(lines: readonly ChecklistLine[], both: boolean, grouped: boolean): Markup {
  const groups = [...new Set(lines.map(({ group }) => group))];
  const rows = (group: string): readonly Markup[] => lines.filter((line) => line.group === group).map((line) => row(line, both));
  const bodies = grouped
    ? groups.map((group) => html`<tbody><tr><th colspan="${both ? 3 : 2}" scope="rowgroup">${group}</th></tr>${rows(group)}</tbody>`)
    : html`<tbody>${groups.map(rows)}</tbody>`;
  const columns = both ? html`<th scope="col">Base</th><th scope="col">Head</th>` : html`<th scope="col">State</th>`;
  return html`<table class="checklist"><thead><tr><th scope="col">Question</th>${columns}</tr></thead>${bodies}</table>`;
}

function row({ title, base, head }: ChecklistLine, both: boolean): Markup {
  const state = (value: ChecklistState): Markup => html`<td class="state ${value}">${STATES[value]}</td>`;
  const changed = both && base !== head;
  return html`<tr${changed ? html` class="changed"` : null}><th scope="row">${title}</th>${both ? state(base) : null}${state(head)}</tr>`;
}

/** What was read, what was not and why, and the settings that applied. */
export function coverageSection({ coverage, settings, defects }: KeptReport): Markup {
  const { unreadable, unresolved } = coverage;
  return html`<section aria-labelledby="coverage"><h2 id="coverage">What was read</h2>
<p>${readingOf(coverage)}${unresolved === 0 ? null : ` ${counted(unresolved, "target")} could not be resolved.`}</p>
<p>${settings.path === null ? "No settings file: the defaults hold." : html`Settings from <code>${settings.path}</code> of the base.`}${settings.mode === "advise" ? html` Mode <code>advise</code>: nothing blocks.` : null}</p>
${unreadable.length === 0 ? null : unread(unreadable)}
${defects.map(({ rule }) => html`<p>The rule <code>${rule}</code> broke down, which is a defect of Faultline; its findings are missing.</p>`)}
</section>`;
}

const MOST_UNREAD = 200;

function unread(places: KeptReport["coverage"]["unreadable"]): Markup {
  const lines = places.slice(0, MOST_UNREAD).map(({ path, line, reason }) => html`<li><code>${path}:${line}</code> ${reason}</li>`);
  return html`<details><summary>${counted(places.length, "place")} could not be read</summary><ul class="lines">${lines}${andMore(places.length - MOST_UNREAD)}</ul></details>`;
}

/** Problems of the settings and of waivers; nothing where there are none. */
export function problemsSection({ problems }: KeptReport): Markup | null {
  if (problems.length === 0) return null;
  const lines = problems.map(
    ({ path, line, message, advice }) => html`<li><code>${path}:${line}</code> ${message}. <span class="quiet">${advice}</span></li>`,
  );
  return html`<section aria-labelledby="problems"><h2 id="problems">Settings and waivers</h2><ul class="lines">${lines}</ul></section>`;
}

/** The end of a list that was cut. */
export function andMore(count: number): Content {
  return count > 0 ? html`<li>and ${count} more</li>` : null;
}
