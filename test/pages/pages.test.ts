import { beforeAll, describe, expect, test } from "vitest";
import { defaultConfig, readSettings } from "../../src/config/settings.js";
import { weeksOf, type Step } from "../../src/pages/history.js";
import { html, Markup, message } from "../../src/pages/html.js";
import { reviewPage } from "../../src/pages/review-page.js";
import type { PageFrame } from "../../src/pages/shell.js";
import { systemPage } from "../../src/pages/system-page.js";
import { keepReport, keptReport, type KeptReport } from "../../src/report/kept.js";
import type { ReportedFinding } from "../../src/report/report.js";
import { review } from "../../src/review.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import { shop } from "../github/shop.js";
import { processorTime } from "../processor-time.js";

const frame: PageFrame = { root: "", site: "https://github.com", user: "ada" };
const { base, head } = shop() as { readonly base: Record<string, string>; readonly head: Record<string, string> };
let report: KeptReport;

beforeAll(async () => {
  report = await kept(base, { ...base, ...head });
});

async function kept(before: Record<string, string>, after: Record<string, string>, config = defaultConfig()): Promise<KeptReport> {
  const sides = [memorySnapshot(before, { commit: "b".repeat(40) }), memorySnapshot(after, { commit: "a".repeat(40) })] as const;
  const written = await review(...sides, config, { today: "2026-11-24", excerpts: { of: "all", places: 6 } });
  return keptReport(keepReport(written, config))!;
}

const ofReview = (of: KeptReport, more: { readonly number?: number | null } = {}): string =>
  reviewPage(frame, { report: of, repository: "shop/web", number: 4, completedAt: new Date("2026-11-24T19:40:00Z"), newer: null, ...more });
const ofSystem = (of: KeptReport, steps: readonly Step[] = []): string =>
  systemPage(frame, {
    report: of,
    repository: "shop/web",
    readAt: new Date("2026-11-24T19:40:00Z"),
    today: new Date("2026-11-24T20:00:00Z"),
    steps,
    reviews: [],
  });

describe("HTML", () => {
  test("takes values as text", () => {
    const hostile = `"><script>alert('1')</script>&amp;\u202e\u0000\ud800`;
    expect(html`<a title="${hostile}">${hostile}</a>`.text).toBe(
      '<a title="&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#38;amp;\ufffd\ufffd\ufffd">&#34;&#62;&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;&#38;amp;\ufffd\ufffd\ufffd</a>',
    );
  });

  test("keeps what is HTML already, in lists too, and leaves nothing out", () => {
    expect(html`<ul>${[html`<li>${1}</li>`, "<li>", null]}</ul>`.text).toBe("<ul><li>1</li>&#60;li&#62;</ul>");
    expect(html`${new Markup("<b>")}`.text).toBe("<b>");
  });

  test("knows code spans of messages and nothing else", () => {
    expect(html`${message("`orders` writes <b> to `a<b`, **not** [here](https://evil.example)")}`.text).toBe(
      "<code>orders</code> writes &#60;b&#62; to <code>a&#60;b</code>, **not** [here](https://evil.example)",
    );
  });
});

describe("the page of a review", () => {
  test("tells every new finding in full, with source and links to it", () => {
    const page = ofReview(report);
    const fresh = report.findings.filter(({ status }) => status === "introduced");
    expect(fresh.length).toBeGreaterThan(2);
    for (const { rule, fingerprint, evidence } of fresh) {
      expect(page).toContain(`id="${fingerprint.slice(0, 12)}"`);
      expect(page).toContain(`faultline-ignore ${rule} -- reason`);
      for (const { path, side, startLine } of evidence)
        expect(page).toContain(`https://github.com/shop/web/blob/${(side === "head" ? "a" : "b").repeat(40)}/${path}#L${startLine}`);
    }
    expect(page).toMatch(/<span class="own" data-line="\d+">/);
    expect(page).toContain("https://github.com/shop/web/pull/4");
    expect(page).toContain('<li class="added"><code>orders</code> now calls <code>payments</code>');
  });

  test("quotes no deployment file, where credentials are kept", () => {
    expect(report.findings.flatMap(({ evidence }) => evidence).some(({ path }) => path === "docker-compose.yml")).toBe(true);
    expect(ofReview(report)).not.toContain("POSTGRES_PASSWORD");
  });

  test("of a merge group links to no pull request", () => {
    expect(ofReview(report, { number: null })).not.toContain("/pull/");
  });

  test("says where nothing changes", async () => {
    const page = ofReview(await kept(base, base));
    expect(page).toContain("stay as they are");
    expect(page).toContain('class="verdict pass"');
  });
});

describe("the page of a system", () => {
  test("names what is accepted, the first to end before the others", async () => {
    const [first, second] = report.findings;
    const settings = readSettings(
      `waivers:
  - { fingerprint: ${first!.fingerprint}, reason: until the move, until: 2027-06-30 }
  - { fingerprint: ${second!.fingerprint}, reason: for the sale, owner: ada, until: 2026-12-05 }
`,
      ".github/faultline.yml",
    );
    if (!("config" in settings)) throw new Error("the settings of this test are broken");
    const page = ofSystem(await kept({ ...base, ...head }, { ...base, ...head }, settings.config));
    expect(page.indexOf("for the sale")).toBeLessThan(page.indexOf("until the move"));
    // What ends within a month stands out.
    expect(page).toMatch(/<span class="chip warning">ends 5 Dec 2026<\/span>[^]*for the sale · ada/);
    expect(page).toContain('<span class="chip">until 30 Jun 2027</span>');
  });

  test("tells where each use of a database and a channel is written", () => {
    const page = ofSystem(report);
    for (const [, row] of page.matchAll(/<tr><th scope="row"><code>(?:\w+_db|order\.placed\.v1)<\/code><\/th>(.*?)<\/tr>/g))
      expect(row).toMatch(/<div>\w+ <a href="https:\/\/github\.com\/shop\/web\/blob\//);
    expect(page).toMatch(/<code>orders_db<\/code>/);
  });

  test("has services, databases and calls in tables as well", () => {
    const page = ofSystem(report);
    for (const caption of ["Services", "Databases", "Channels", "Calls"]) expect(page).toContain(`<caption>${caption}</caption>`);
  });
});

function withWaivers(of: KeptReport): KeptReport {
  const waiver = {
    source: "settings",
    reason: "for the sale",
    owner: "ada",
    until: "2026-12-05",
    path: ".github/faultline.yml",
    line: 2,
  } as const;
  return { ...of, findings: of.findings.map((finding, index) => (index === 0 ? { ...finding, status: "unchanged", waiver } : finding)) };
}

describe("hostile names", () => {
  const EVIL = `"><img src=x onerror=alert(1)><script>alert(1)</script>'\u202e`;

  function poisoned(of: KeptReport): KeptReport {
    const walk = (value: unknown, key: string): unknown => {
      if (typeof value === "string") return KEEP.has(key) ? value : EVIL;
      if (Array.isArray(value)) return value.map((item) => walk(item, key));
      if (typeof value === "object" && value !== null)
        return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, walk(item, name)]));
      return value;
    };
    return walk(of, "") as KeptReport;
  }
  /** Words of ours, which no repository can choose. */
  const KEEP = new Set([
    "status",
    "severity",
    "confidence",
    "side",
    "kind",
    "verdict",
    "source",
    "group",
    "base",
    "head",
    "mode",
    "engine",
  ]);

  test.each([
    ["review", ofReview],
    ["system", ofSystem],
  ] as const)("stay text on the page of a %s", (_, write) => {
    const page = write(withWaivers(poisoned(report)));
    expect(page).toContain("alert(1)");
    expect(page).not.toMatch(/<script|<img|\u202e/);
    // Every attribute is closed by the quote that opened it: no tag has one that is not ours.
    const attributes = new Set(
      [...page.replace(/<!doctype html>/, "").matchAll(/<[a-z][^\s>]*((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/g)].flatMap(([, all]) =>
        [...all!.matchAll(/([\w-]+)(?:="[^"]*")?/g)].map(([, name]) => name!),
      ),
    );
    for (const name of attributes) expect(name).not.toMatch(/^on|^style$|^src$/);
    for (const [, href] of page.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^(?:https:\/\/github\.com\/|\/|#)/);
  });

  test("cost no more than their length", () => {
    const long: ReportedFinding = { ...report.findings[0]!, title: "`".repeat(50_000), message: "<`".repeat(50_000) };
    expect(processorTime(() => ofReview({ ...report, findings: [long] }))).toBeLessThan(3_000);
  });
});

describe("the history", () => {
  const step = (day: string, introduced: number, fixed: number, open: number): Step => ({
    at: new Date(`${day}T12:00:00Z`),
    introduced,
    fixed,
    open,
  });

  test("adds up by weeks that begin on Monday", () => {
    const weeks = weeksOf(
      [step("2026-11-15", 1, 0, 4), step("2026-11-16", 2, 1, 5), step("2026-11-22", 0, 3, 2)],
      new Date("2026-11-24T00:00:00Z"),
    );
    expect(weeks).toHaveLength(8);
    expect(weeks.slice(-4)).toEqual([
      { monday: new Date("2026-11-02"), introduced: 0, fixed: 0, open: null },
      { monday: new Date("2026-11-09"), introduced: 1, fixed: 0, open: 4 },
      { monday: new Date("2026-11-16"), introduced: 2, fixed: 4, open: 2 },
      { monday: new Date("2026-11-23"), introduced: 0, fixed: 0, open: 2 },
    ]);
  });

  test("goes back half a year at most", () => {
    expect(weeksOf([step("2024-01-01", 9, 9, 9)], new Date("2026-11-24T00:00:00Z"))).toHaveLength(26);
    expect(weeksOf([step("2026-08-03", 9, 9, 9)], new Date("2026-11-24T00:00:00Z"))).toHaveLength(17);
  });
});

test("a report that another version kept is none", () => {
  for (const text of ["", "null", "[]", "{}", '{"kept":1}', "{"]) expect(keptReport(text)).toBeNull();
  expect(keptReport(keepReport(report, report.settings))).toEqual(report);
});
