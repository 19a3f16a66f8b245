/**
 * `npm run demo`: starts the App on its embedded store against a stand-in for GitHub, both on this machine, opens the pull
 * request of the example system, mends it, and shows what its author would see each time. Ends by itself.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort, manifest, startApp, type AppProcess } from "./app-process.js";
import { shop } from "./shop.js";
import { startStandIn } from "./stand-in/stand-in.js";
import type { CheckRun, PullRequest, Repository, Thread } from "./stand-in/world.js";

const PATIENCE_MS = 120_000;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const step = (text: string): void => say(`\n▸ ${text}`);

async function demo(): Promise<void> {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), "faultline-demo-"));
  const github = await startStandIn(manifest());
  let app: AppProcess | null = null;
  try {
    const { base, head, mended } = shop();
    const repository = await github.people.createRepository("shop/web", base);
    step("Starting the App, on its embedded store, against a stand-in for GitHub on this machine");
    app = await startApp(github, { dataDirectory, port: await freePort() });

    step("Ada opens a pull request of the shop: Take payments at checkout");
    const pull = await github.people.open(repository, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head });
    show(repository, pull, await verdict(repository, pull, () => pull.reviews.length > 0));

    step("Ada pushes what the review asked for");
    await github.people.push(repository, pull, mended);
    show(repository, pull, await verdict(repository, pull, () => pull.threads.every(({ comments }) => comments[0]?.minimized !== null)));
    say("");
  } catch (error) {
    if (app !== null) process.stderr.write(`${app.log().slice(-4_000)}\n`);
    throw error;
  } finally {
    await app?.stop();
    await github.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/** Waits for the completed check run of the head, and for what else belongs to it. */
async function verdict(repository: Repository, pull: PullRequest, done: () => boolean): Promise<CheckRun> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const run = [...repository.checkRuns.values()].find(({ head, status }) => head === pull.head && status === "completed");
    if (run !== undefined && done()) return run;
    await pause(100);
  }
  throw new Error("No verdict within two minutes.");
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
  return `  ┌ ${place}\n${visible(first.body).split("\n").map((text) => `  │ ${text}`.trimEnd()).join("\n")}\n  └`;
}

/** Markdown as it is written, but for addresses and what GitHub does not show. */
function visible(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\(http[^)]*\)/g, "$1").replace(/<!--[^]*?-->\n?/g, "").replace(/<\/?(?:details|summary|sub|br)\b[^>]*>/g, "").replace(/&nbsp;/g, " ").replace(/\n{3,}/g, "\n\n").trim();
}

const indented = (text: string): string => text.split("\n").map((line) => `    ${line}`.trimEnd()).join("\n");

await demo();
