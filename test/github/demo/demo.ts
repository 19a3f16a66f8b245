/**
 * `npm run demo`: starts the App on its embedded store against a stand-in for GitHub, both on this machine, opens the pull
 * request of the example system, mends it, and shows what its author would see each time, here and in a browser. Waits for who sits at a terminal, unless
 * `--once` is given; ends by itself otherwise.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import type { CheckRun, PullRequest, Repository, Thread } from "../stand-in/world.js";
import { startDemo, type DemoWorld } from "./world.js";

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const step = (text: string): void => say(`\n▸ ${text}`);

async function demo(): Promise<void> {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), "faultline-demo-"));
  let world: DemoWorld | null = null;
  try {
    step("Starting the App, on its embedded store, against a stand-in for GitHub on this machine");
    world = await startDemo(dataDirectory);
    const { github, app, repository } = world;
    await world.systemRead();

    step("Ada opens a pull request of the shop: Take payments at checkout");
    const { pull, run } = await world.open();
    show(repository, pull, run);
    await look("Look at it in a browser", [
      ["what GitHub would show", `${github.url}/shop/web/pull/${pull.number}`],
      ["the review's page", `${app.url}/repos/shop/web/reviews/${run.id}`],
      ["the system's page", `${app.url}/repos/shop/web`],
    ]);

    step("Ada pushes what the review asked for");
    const mended = await world.mend(pull);
    show(repository, pull, mended);
    await look("The same pages have the news", [["the new review's page", `${app.url}/repos/shop/web/reviews/${mended.id}`]]);
    say("");
  } catch (error) {
    if (world !== null) process.stderr.write(`${world.app.log().slice(-4_000)}\n`);
    throw error;
  } finally {
    await world?.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/** Where somebody sits at the terminal, it waits for them. */
async function look(title: string, pages: readonly (readonly [name: string, address: string])[]): Promise<void> {
  step(title);
  for (const [name, address] of pages) say(`  ${name}: ${address}`);
  if (process.argv.includes("--once") || !process.stdin.isTTY || !process.stdout.isTTY) return;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const interrupted = new Promise<void>((resolve) => lines.once("SIGINT", resolve));
  await Promise.race([lines.question("\n  Press Enter to go on "), interrupted]);
  lines.close();
}

function show(repository: Repository, pull: PullRequest, run: CheckRun): void {
  const mark = run.conclusion === "success" ? "✓" : run.conclusion === "failure" ? "✗" : "•";
  say(`\n  ${repository.owner}/${repository.name} #${pull.number} at ${run.head.slice(0, 7)}`);
  say(`\n  ${mark} ${run.name}: ${run.conclusion}. ${run.output.title}\n`);
  say(indented(visible(run.output.summary ?? "")));
  for (const thread of pull.threads) say(`\n${comment(thread)}`);
}

function comment({ path: file, line, startLine, originalLine, comments }: Thread): string {
  const [first] = comments;
  const place = line === null ? `${file}, line ${originalLine} before` : `${file}:${startLine === null ? "" : `${startLine}-`}${line}`;
  if (first === undefined) return "";
  if (first.minimized !== null) return `  ┌ ${place} (hidden as ${first.minimized})`;
  return `  ┌ ${place}\n${visible(first.body)
    .split("\n")
    .map((text) => `  │ ${text}`.trimEnd())
    .join("\n")}\n  └`;
}

/** Markdown as it is written, but for addresses and what GitHub does not show. */
function visible(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\(http[^)]*\)/g, "$1")
    .replace(/<!--[^]*?-->\n?/g, "")
    .replace(/<\/?(?:details|summary|sub|br)\b[^>]*>/g, "")
    .replace(/&nbsp;/g, " ")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

const indented = (text: string): string =>
  text
    .split("\n")
    .map((line) => `    ${line}`.trimEnd())
    .join("\n");

await demo();
