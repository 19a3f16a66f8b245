import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContext } from "playwright-core";

const PLACES = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * A real browser of this machine.
 * @throws Error that says how to get one, where there is none.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));
  if (executablePath === undefined) throw new Error("This needs Chromium: apt-get install chromium, or set CHROMIUM_PATH.");
  // Containers give the sandbox of Chromium no namespaces, and everything it loads here is our own.
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text", "--force-color-profile=srgb"],
  });
}

export const SCREENS = {
  desktop: { viewport: { width: 1180, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
} as const;

export type Screen = keyof typeof SCREENS;
export type Scheme = "light" | "dark";

/** Hosts other than this machine that pages ask; nobody gets an answer. */
export async function forbidOtherHosts(context: BrowserContext): Promise<readonly string[]> {
  const asked: string[] = [];
  await context.route(
    ({ hostname, protocol }) => protocol !== "data:" && hostname !== "127.0.0.1" && hostname !== "localhost",
    async (route) => {
      asked.push(route.request().url());
      await route.abort();
    },
  );
  return asked;
}
