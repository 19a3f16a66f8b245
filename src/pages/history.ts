import { html, type Markup } from "./html.js";
import { day } from "./time.js";

/** What one move of the default branch did, in numbers of findings. */
export interface Step {
  readonly at: Date;
  readonly introduced: number;
  readonly fixed: number;
  readonly open: number;
}

/** Seven days from a Monday, UTC. */
export interface Week {
  readonly monday: Date;
  readonly introduced: number;
  readonly fixed: number;
  /** At its end; `null` before anything was known. */
  readonly open: number | null;
}

const DAY = 86_400_000;
const MOST_WEEKS = 26;
const LEAST_WEEKS = 8;

/** The weeks up to `today`: half a year at most, and few where the history is short. Steps are sorted by time. */
export function weeksOf(steps: readonly Step[], today: Date): readonly Week[] {
  const last = mondayOf(today);
  const [first] = steps;
  const since = first === undefined ? 0 : Math.round((last - mondayOf(first.at)) / (7 * DAY)) + 1;
  const count = Math.min(MOST_WEEKS, Math.max(LEAST_WEEKS, since));
  const mondays = Array.from({ length: count }, (_, index) => last - (count - 1 - index) * 7 * DAY);
  return mondays.map((monday) => {
    const end = monday + 7 * DAY;
    const own = steps.filter(({ at }) => at.getTime() >= monday && at.getTime() < end);
    const sum = (field: "introduced" | "fixed"): number => own.reduce((total, step) => total + step[field], 0);
    return {
      monday: new Date(monday),
      introduced: sum("introduced"),
      fixed: sum("fixed"),
      open: steps.findLast(({ at }) => at.getTime() < end)?.open ?? null,
    };
  });
}

function mondayOf(at: Date): number {
  const midnight = Math.floor(at.getTime() / DAY) * DAY;
  // The first of January 1970 was a Thursday.
  return midnight - ((midnight / DAY + 3) % 7) * DAY;
}

/** The weeks as bars, and the same as a table. */
export function historySection(weeks: readonly Week[]): Markup {
  const total = (field: "introduced" | "fixed"): number => weeks.reduce((sum, week) => sum + week[field], 0);
  const rows = weeks
    .toReversed()
    .map(
      (week) =>
        html`<tr><th scope="row">${day(week.monday)}</th><td>${week.introduced}</td><td>${week.fixed}</td><td>${week.open ?? "–"}</td></tr>`,
    );
  return html`<section aria-labelledby="history"><h2 id="history">Debt over time</h2>
<p>In ${weeks.length} weeks <strong class="introduced">${total("introduced")} introduced or worsened</strong> and <strong class="fixed">${total("fixed")} fixed or improved</strong> on the default branch.</p>
${chart(weeks)}
<details><summary>As a table</summary><div class="scroll" tabindex="0"><table><thead><tr><th scope="col">Week from</th><th scope="col">Introduced</th><th scope="col">Fixed</th><th scope="col">Open at its end</th></tr></thead><tbody>${rows}</tbody></table></div></details>
</section>`;
}

/** In units of the drawing, which is as wide as the page. */
const BAR = { step: 26, width: 16, height: 56, left: 28 } as const;

/** Upwards what came, downwards what went. */
function chart(weeks: readonly Week[]): Markup {
  const most = Math.max(1, ...weeks.flatMap(({ introduced, fixed }) => [introduced, fixed]));
  const middle = BAR.height + 16;
  const right = BAR.left + weeks.length * BAR.step;
  const columns = weeks.map(({ monday, introduced, fixed }, index) => {
    const x = BAR.left + index * BAR.step + (BAR.step - BAR.width) / 2;
    const [up, down] = [introduced, fixed].map((count) => Math.round((count / most) * BAR.height));
    // Enough to see that something happened.
    const bar = (y: number, height: number, kind: string): Markup | null =>
      height === 0 ? null : html`<rect class="${kind}" x="${x}" y="${y}" width="${BAR.width}" height="${height}" rx="2"/>`;
    const month =
      monday.getUTCDate() <= 7
        ? html`<text class="axis" x="${x + BAR.width / 2}" y="${middle * 2 + 10}" text-anchor="middle">${day(monday).split(" ")[1]!}</text>`
        : null;
    return html`<g><title>Week from ${day(monday)}: ${introduced} introduced, ${fixed} fixed</title>${bar(middle - up! - 1, up!, "introduced")}${bar(middle + 1, down!, "fixed")}${month}</g>`;
  });
  return html`<div class="chart"><svg viewBox="0 0 ${right + 4} ${middle * 2 + 16}" role="img" aria-label="Findings introduced and fixed in each of ${weeks.length} weeks; the table below has the numbers"><text class="axis" x="${BAR.left - 6}" y="${middle - BAR.height + 8}" text-anchor="end">${most}</text><text class="axis" x="${BAR.left - 6}" y="${middle + 4}" text-anchor="end">0</text><text class="axis" x="${BAR.left - 6}" y="${middle + BAR.height}" text-anchor="end">${most}</text><path class="zero" d="M${BAR.left} ${middle}H${right}"/>${columns}</svg></div>`;
}
