/**
 * `npm run screenshots [DIRECTORY]`: takes the pictures of the documentation in a real browser, from the demo and from the command line. Fonts are
 * the same on every machine, and nothing moves. `--full`: whole pages, for who looks them through.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Browser, BrowserContext, Page, PageScreenshotOptions } from "playwright-core";
import { forbidOtherHosts, openBrowser, SCREENS, type Scheme, type Screen } from "../../browser/browser.js";
import { terminalPage } from "./terminal-page.js";
import { startDemo, type DemoWorld } from "./world.js";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const { positionals, values } = parseArgs({ allowPositionals: true, options: { full: { type: "boolean", default: false } } });
const IMAGES = path.resolve(positionals[0] ?? path.join(ROOT, "docs/images"));

const font = (name: string): string => readFileSync(fileURLToPath(import.meta.resolve(`@fontsource-variable/${name}`))).toString("base64");
const FONTS = `
@font-face{font-family:Words;font-weight:100 900;src:url(data:font/woff2;base64,${font("inter/files/inter-latin-wght-normal.woff2")})}
@font-face{font-family:Code;font-weight:100 800;src:url(data:font/woff2;base64,${font("jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2")})}
*{font-family:Words,sans-serif!important;animation:none!important;transition:none!important;caret-color:transparent!important}
code,code *,pre,pre *{font-family:Code,monospace!important;font-variant-ligatures:none!important}
pre.mermaid,pre.mermaid *{font-family:Words,sans-serif!important}`;

/** How much of a page a picture shows: its top, in pixels of the screen. */
const SHOWN: Readonly<Record<Screen, number>> = { desktop: 1300, phone: 1150 };

async function pictures(): Promise<void> {
  mkdirSync(IMAGES, { recursive: true });
  const dataDirectory = mkdtempSync(path.join(tmpdir(), "faultline-pictures-"));
  const browser = await openBrowser();
  const world = await startDemo(dataDirectory);
  try {
    await world.systemRead();
    const { pull, run } = await world.open();
    await ofPages(browser, world, pull.number, run.id);
    await ofTerminal(browser, world.repository.git.directory, pull.headBranch);
    if (!values.full) reduce();
  } finally {
    await browser.close();
    await world.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

async function ofPages(browser: Browser, { github, app }: DemoWorld, number: number, checkRun: number): Promise<void> {
  const pages = {
    "pull-request": `${github.url}/shop/web/pull/${number}`,
    review: `${app.url}/repos/shop/web/reviews/${checkRun}`,
    system: `${app.url}/repos/shop/web`,
  };
  for (const scheme of ["light", "dark"] as const) {
    for (const screen of ["desktop", "phone"] as const) {
      const context = await contextFor(browser, screen, scheme);
      for (const [name, address] of Object.entries(pages)) {
        const page = await opened(context, address);
        await take(
          page,
          `${name}-${screen}-${scheme}`,
          values.full
            ? { fullPage: true }
            : { clip: { x: 0, y: 0, width: SCREENS[screen].viewport.width, height: SHOWN[screen] }, fullPage: true },
        );
        if (name === "pull-request" && screen === "desktop")
          await page.locator(".thread", { hasText: "n-plus-one-call" }).screenshot({ path: file(`comment-${scheme}`) });
        await page.close();
      }
      await context.close();
    }
  }
}

async function ofTerminal(browser: Browser, directory: string, branch: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 900, height: 600 }, deviceScaleFactor: 1.6 });
  const page = await context.newPage();
  await page.setContent(terminalPage(directory, ["review", "--base", "main", "--head", branch]));
  await page.addStyleTag({ content: FONTS });
  await settle(page);
  await page.locator("main").screenshot({ path: file("terminal") });
  await context.close();
}

async function contextFor(browser: Browser, screen: Screen, colorScheme: Scheme): Promise<BrowserContext> {
  const context = await browser.newContext({
    ...SCREENS[screen],
    colorScheme,
    deviceScaleFactor: values.full ? 1 : 1.6,
    bypassCSP: true,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "UTC",
  });
  await forbidOtherHosts(context);
  // Before anything is measured, as diagrams are when they are drawn.
  await context.addInitScript(
    `document.addEventListener("DOMContentLoaded", () => { const style = document.createElement("style"); style.textContent = ${JSON.stringify(FONTS)}; document.head.append(style); void document.fonts.load("16px Words"); void document.fonts.load("16px Code"); });`,
  );
  return context;
}

async function opened(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address, { waitUntil: "networkidle" });
  await settle(page);
  return page;
}

/** With the pictures' own fonts, and every diagram drawn. */
async function settle(page: Page): Promise<void> {
  await page.evaluate("document.fonts.ready.then(() => true)");
  if ((await page.locator(".mermaid").count()) > 0) await page.waitForSelector("body.drawn");
}

async function take(page: Page, name: string, options: PageScreenshotOptions): Promise<void> {
  await page.screenshot({ path: file(name), ...options });
}

/** To 256 colours, which these pictures hardly exceed. */
function reduce(): void {
  try {
    execFileSync("pngquant", [
      "--force",
      "--skip-if-larger",
      "--speed",
      "1",
      "--strip",
      "--ext",
      ".png",
      "256",
      "--",
      ...readdirSync(IMAGES)
        .filter((name) => name.endsWith(".png"))
        .map((name) => path.join(IMAGES, name)),
    ]);
  } catch (error) {
    throw new Error("The pictures are taken, but too large: this needs pngquant (apt-get install pngquant).", { cause: error });
  }
}

const file = (name: string): string => path.join(IMAGES, `${name}.png`);

await pictures();
