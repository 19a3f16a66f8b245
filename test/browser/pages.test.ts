import { readFileSync } from "node:fs";
import type { Server } from "node:http";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import { renderHtml } from "../../src/report/graph/html.js";
import { renderMermaid } from "../../src/report/graph/mermaid.js";
import { changedPart, drawPicture } from "../../src/report/graph/picture.js";
import { keepReport } from "../../src/report/kept.js";
import type { Report } from "../../src/report/report.js";
import { review } from "../../src/review.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import type { Run } from "../../src/store/store.js";
import { memoryStore, type MemoryStore } from "../github/memory-store.js";
import { servePages } from "../github/pages-server.js";
import { shop } from "../github/shop.js";
import { startStandIn, type StandIn } from "../github/stand-in/stand-in.js";
import { forbidOtherHosts, openBrowser, SCREENS, type Screen } from "./browser.js";

/** Every page in a real browser: for who sees little, uses a keyboard, holds a phone or runs no script. */
const packageFile = (name: string): string => createRequire(import.meta.url).resolve(name);
const AXE = readFileSync(packageFile("axe-core/axe.min.js"), "utf8");
const SECRET = "a secret that is long enough for a session";
const DAY = 86_400_000;

let github: StandIn;
let store: MemoryStore;
let server: Server;
let url: string;
let browser: Browser;
let report: Report;

beforeAll(async () => {
  const { base, head } = shop() as { readonly base: Record<string, string>; readonly head: Record<string, string> };
  const [before, after] = [
    memorySnapshot(base, { commit: "b".repeat(40) }),
    memorySnapshot({ ...base, ...head }, { commit: "a".repeat(40) }),
  ];
  report = await review(before, after, defaultConfig(), { excerpts: { of: "all", places: 6 } });
  github = await startStandIn();
  (await github.people.createRepository("shop/web", { "a.txt": "1" })).collaborators.set("ada", "write");
  (await github.people.createRepository("shop/new", { "a.txt": "1" })).collaborators.set("ada", "write");
  github.world.signIns.browser = "ada";
  store = memoryStore();
  const extreme = memorySnapshot({ ...base, ...longNamed(head) }, { commit: "e".repeat(40) });
  const long = keepReport(await review(before, extreme, defaultConfig(), { excerpts: { of: "all", places: 6 } }), defaultConfig());
  // As far as a page shows it, and no further.
  if (!/"title":"chargex{200,300}…"/.test(long)) throw new Error("the name is not in the report, or is not cut");
  await fill(keepReport(await accepted(report), defaultConfig()), long);
  ({ server, url } = await servePages({ github, store, secret: SECRET, now: () => new Date(), write: () => undefined }));
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  await github?.close();
});

/** One finding of each kind that pages show apart. */
async function accepted(one: Report): Promise<Report> {
  const waiver = {
    source: "settings",
    reason: "for the sale",
    owner: "ada",
    until: new Date(Date.now() + 9 * DAY).toISOString().slice(0, 10),
    path: ".github/faultline.yml",
    line: 2,
  } as const;
  const [first, second, ...others] = one.findings;
  return { ...one, findings: [first!, { ...second!, status: "unchanged", waiver }, ...others] };
}

/** A function and a file with names as long as anybody can make them. */
function longNamed(head: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [client, routes] = ["services/orders/src/payments.client.ts", "services/orders/src/orders.routes.ts"];
  const named = (file: string): string => (head[file] ?? "").replace(/\bcharge\b(?=[( }])/g, `charge${"x".repeat(30_000)}`);
  const file = `payments-${"of-everything-".repeat(15)}client`;
  return {
    ...head,
    [routes]: named(routes).replace("./payments.client.js", `./${file}.js`),
    [client.replace("payments.client", file)]: named(client),
  };
}

async function fill(kept: string, extreme: string): Promise<void> {
  const run: Run = {
    installation: 70,
    repository: "shop/web",
    number: 4,
    base: "b".repeat(40),
    head: "a".repeat(40),
    settings: "s",
    rerun: null,
    checkRun: 501,
    state: "completed",
    conclusion: "failure",
    startedAt: new Date(Date.now() - DAY),
    completedAt: new Date(Date.now() - DAY),
    reviewed: true,
    report: kept,
  };
  await store.runs.save(run);
  await store.runs.save({ ...run, number: 5, head: "c".repeat(40), checkRun: 502, state: "in_progress", report: null });
  await store.runs.save({ ...run, number: 6, head: "d".repeat(40), checkRun: 503, report: null });
  await store.runs.save({ ...run, number: 7, head: "e".repeat(40), checkRun: 504, report: extreme });
  for (const [days, introduced, fixed] of [
    [40, 3, 0],
    [30, 0, 2],
    [9, 1, 1],
  ] as const) {
    const at = new Date(Date.now() - days * DAY);
    await store.systems.save(
      { repository: "shop/web", installation: 70, commit: "a".repeat(40), at, report: kept },
      { installation: 70, commit: String(days).repeat(20), at, introduced, fixed, open: 3 },
    );
  }
}

async function visitor(
  screen: Screen,
  options: { readonly javaScriptEnabled?: boolean } = {},
): Promise<{ readonly context: BrowserContext; readonly page: Page; readonly asked: readonly string[] }> {
  // The policy of the pages forbids the script of the check as well.
  const context = await browser.newContext({ ...SCREENS[screen], bypassCSP: true, reducedMotion: "reduce", ...options });
  const asked = await forbidOtherHosts(context);
  return { context, page: await context.newPage(), asked };
}

/** What axe finds wrong with the page as it is shown. */
async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as AxeResults;
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} at ${target.join(" ")}`));
}

const SIGNED_OUT = ["/", "/rules"];
const SIGNED_IN = [
  "/",
  "/repos/shop/web",
  "/repos/shop/web/reviews/501",
  "/repos/shop/web/reviews/502",
  "/repos/shop/web/reviews/503",
  "/repos/shop/web/reviews/504",
  "/repos/shop/new",
  "/repos/shop/nothing",
  "/rules/missing-outbox",
];

describe.each(["desktop", "phone"] as const)("on a %s", (screen) => {
  test("every page passes axe in light and dark, fits the screen, and asks this machine alone", async () => {
    const { context, page, asked } = await visitor(screen);
    const failed: string[] = [];
    page.on("console", (message) => (message.type() === "error" ? void failed.push(message.text()) : undefined));
    const wrong: string[] = [];
    const look = async (address: string): Promise<void> => {
      await page.goto(url + address);
      await check(address);
    };
    const check = async (name: string): Promise<void> => {
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      await page.evaluate(AXE);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        wrong.push(...(await violations(page)).map((text) => `${name} ${colorScheme}: ${text}`));
      }
      const [wide, room] = (await page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")) as [number, number];
      if (wide > room) wrong.push(`${name}: ${wide} pixels wide, and the screen has ${room}`);
    };
    for (const address of SIGNED_OUT) await look(address);
    await page.goto(`${url}/sign-in`);
    for (const address of SIGNED_IN) await look(address);
    await page.setContent(renderHtml(report.system, report.baseSystem));
    await check("faultline graph --format html");
    expect(wrong).toEqual([]);
    expect(asked).toEqual([]);
    // A page that is not there is told so by its status, which the console repeats.
    expect(failed.filter((text) => !/status of 404/.test(text))).toEqual([]);
    await context.close();
  });
});

test("the keyboard reaches everything, and the content first", async () => {
  const { context, page } = await visitor("desktop");
  await page.goto(`${url}/sign-in?to=/repos/shop/web/reviews/501`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
  await page.keyboard.press("Enter");
  expect(await page.evaluate("document.activeElement.id")).toBe("main");
  const wanted = (await page.evaluate(
    "[...document.querySelectorAll('main a, main summary, main [tabindex=\"0\"]')].filter((one) => one.checkVisibility()).length",
  )) as number;
  const reached: string[] = [];
  for (;;) {
    await page.keyboard.press("Tab");
    const at = (await page.evaluate(
      "document.activeElement.tagName + ' ' + getComputedStyle(document.activeElement).outlineStyle",
    )) as string;
    if (at.startsWith("BODY")) break;
    reached.push(at);
  }
  expect(reached).toHaveLength(wanted);
  // Each shows that it has the focus.
  expect([...new Set(reached)].sort()).toEqual(["A solid", "DIV solid", "PRE solid", "SUMMARY solid"]);
  const fold = page.locator("details.accept summary").first();
  await fold.focus();
  await page.keyboard.press("Enter");
  expect(await page.getByText("/faultline accept").first().isVisible()).toBe(true);
  await context.close();
});

test("everything can be read without a script", async () => {
  const { context, page } = await visitor("phone", { javaScriptEnabled: false });
  await page.goto(`${url}/sign-in?to=/repos/shop/web/reviews/501`);
  for (const { title } of report.findings.filter(({ status }) => status === "introduced").slice(2))
    expect(await page.getByRole("heading", { name: title.replaceAll("`", "") }).isVisible()).toBe(true);
  await page.locator("details.accept summary").first().click();
  expect(await page.getByText("/faultline accept").first().isVisible()).toBe(true);
  await page.goto(`${url}/repos/shop/web`);
  await page.getByText("As tables").click();
  expect(await page.getByRole("cell", { name: "orders docker-compose.yml" }).first().isVisible()).toBe(true);
  await context.close();
});

test("Mermaid draws what a comment holds, and a hostile name adds nothing to it", async () => {
  const { context, page, asked } = await visitor("desktop");
  const name = `x"]:::y; click z "https://evil.example" </script><img src=x onerror=alert(1)> %%{init: {}}%%`;
  const hostile = {
    services: [
      { name, paths: [name] },
      { name: "b", paths: [] },
    ],
    databases: [],
    channels: [],
    calls: [{ from: name, to: "b", kind: "http", operation: name, evidence: [] }],
  };
  await page.goto(`${url}/rules`);
  await page.setContent("<main></main>");
  await page.addScriptTag({ path: packageFile("@mermaid-js/tiny") });
  const drawn = async (text: string): Promise<string> =>
    (await page.evaluate(`mermaid.render("drawn", ${JSON.stringify(text)}).then(({ svg }) => svg)`)) as string;
  const delta = await drawn(renderMermaid(changedPart(drawPicture(report.system, report.baseSystem))));
  for (const one of ["orders_db", "inventory", "payments"]) expect(delta).toContain(one);
  const svg = await drawn(renderMermaid(drawPicture(hostile)));
  expect(svg).not.toMatch(/<a\b|<img|<script/);
  expect((svg.match(/class="node /g) ?? []).length).toBe(2);
  expect(asked).toEqual([]);
  await context.close();
});
