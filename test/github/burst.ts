/**
 * `npm run burst -- [--pulls 500] [--repositories 50] [--installations 5] [--replicas 3] [--limits]`: many pull requests at
 * once. Starts the built App on an empty store, opens them all at the stand-in, and prints how long the answers to the
 * webhooks and the verdicts took, and how much memory the App had. More than one replica share a PostgreSQL. With
 * `--limits` the stand-in holds to GitHub's. Fails where a head has not one completed check run, or a finding two comments.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { databases, findServer, type Places } from "../store/places.js";
import { freePort, manifest, spawnApp, type AppProcess } from "./app-process.js";
import { shop } from "./shop.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { PullRequest, Repository } from "./stand-in/world.js";

const { values } = parseArgs({
  options: {
    pulls: { type: "string", default: "500" },
    repositories: { type: "string", default: "50" },
    installations: { type: "string", default: "5" },
    replicas: { type: "string", default: "1" },
    limits: { type: "boolean", default: false },
  },
});
const number = (name: "pulls" | "repositories" | "installations" | "replicas"): number => Number(values[name]);

/** GitHub's for one installation; what creates content, points for reads and writes, requests. */
const LIMITS = { contentPerMinute: 80, pointsPerMinute: 900, requestsPerHour: 5_000 };
/** Webhooks that GitHub has under way at one time. */
const AT_ONCE = 50;
/** One in so many changes the example system as its own pull request does; the others change a line. */
const LARGE = 5;
const PATIENCE = 5_400_000;

const say = (text: string): void => void process.stderr.write(`${text}\n`);

interface Opened {
  readonly repository: Repository;
  readonly pull: PullRequest;
}

/** Opens them all, with their webhooks held back. */
async function openAll(github: StandIn): Promise<readonly Opened[]> {
  const { installations, installation } = github.world;
  for (let index = 1; index < number("installations"); index++)
    installations.push({
      id: installation.id + index,
      account: `shop-${index}`,
      permissions: { ...installation.permissions },
      suspended: false,
    });
  const { base, head } = shop();
  github.deliveries.hold();
  const opened = await Promise.all(
    Array.from({ length: number("repositories") }, async (_, at) => {
      const repository = await github.people.createRepository(`${installations[at % installations.length]!.account}/web-${at}`, base);
      const pulls: Opened[] = [];
      for (let index = at; index < number("pulls"); index += number("repositories")) {
        const files = { "README.md": `# Change ${index}\n`, ...(Math.floor(index / number("repositories")) % LARGE === 0 ? head : {}) };
        pulls.push({
          repository,
          pull: await github.people.open(repository, { branch: `change-${index}`, title: `Change ${index}`, files }),
        });
      }
      return pulls;
    }),
  );
  return opened.flat();
}

interface Running {
  readonly apps: readonly AppProcess[];
  close(): Promise<void>;
}

/** All replicas at the same moment. */
async function start(github: StandIn): Promise<Running> {
  const directories: string[] = [];
  let places: Places | null = null;
  const store: Record<string, string> = {};
  if (number("replicas") > 1) {
    const binaries = findServer();
    if (binaries === null) throw new Error("PostgreSQL is not installed here");
    places = await databases(binaries);
    const place = await places.place();
    if ("databaseUrl" in place) store["DATABASE_URL"] = place.databaseUrl;
  }
  const ports = await Promise.all(Array.from({ length: number("replicas") }, freePort));
  const apps = ports.map((port) => {
    const dataDirectory = mkdtempSync(path.join(tmpdir(), "faultline-burst-"));
    directories.push(dataDirectory);
    return spawnApp(github, { dataDirectory, port, environment: { LOG_LEVEL: "warn", ...store } });
  });
  await Promise.all(apps.map((app) => app.ready()));
  let turn = 0;
  github.deliveries.target = () => `${apps[turn++ % apps.length]!.url}/api/github/webhooks`;
  return {
    apps,
    async close() {
      await Promise.all(apps.map((app) => app.stop()));
      places?.close();
      for (const directory of directories) rmSync(directory, { recursive: true, force: true });
    },
  };
}

const runsOf = ({ repository, pull }: Opened): readonly { readonly status: string; readonly completedAt: Date | null }[] =>
  [...repository.checkRuns.values()].filter(({ head }) => head === pull.head);

/** Bytes that each replica has in memory, and jobs that wait or run. */
async function look({ apps }: Running): Promise<{ readonly memory: readonly number[]; readonly jobs: number }> {
  const texts = await Promise.all(apps.map(async ({ url }) => (await fetch(`${url}/metrics`)).text().catch(() => "")));
  const read = (text: string, name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
  return {
    memory: texts.map((text) => read(text, "process_resident_memory_bytes")),
    jobs: read(texts[0]!, "faultline_queue_waiting") + read(texts[0]!, "faultline_queue_active"),
  };
}

/** Waits until nothing is left to do. The largest memory of one replica that was seen. */
async function finish(running: Running, opened: readonly Opened[]): Promise<number> {
  let peak = 0;
  const end = Date.now() + PATIENCE;
  for (let told = 0; Date.now() < end;) {
    const { memory, jobs } = await look(running);
    peak = Math.max(peak, ...memory.filter(Number.isFinite));
    const completed = opened.filter((one) => runsOf(one).some(({ status }) => status === "completed")).length;
    if (completed - told >= opened.length / 10) say(`${(told = completed)} of ${opened.length} heads are judged`);
    if (completed === opened.length && jobs === 0) return peak;
    await pause(500);
  }
  throw new Error(
    `${opened.filter((one) => runsOf(one).every(({ status }) => status !== "completed")).length} heads are not judged:\n${running.apps.map((app) => app.log().slice(-4_000)).join("\n")}`,
  );
}

function broken(opened: readonly Opened[]): readonly string[] {
  return opened.flatMap((one) => {
    const runs = runsOf(one);
    const bodies = one.pull.threads.flatMap(({ comments: [first] }) => (first?.author.bot === true ? [first.body.split("\n")[0]!] : []));
    const name = `${one.repository.owner}/${one.repository.name}#${one.pull.number}`;
    return [
      ...(runs.length === 1 && runs[0]!.status === "completed" ? [] : [`${name} has ${runs.length} runs`]),
      ...(new Set(bodies).size === bodies.length ? [] : [`${name} has a finding with two comments`]),
    ];
  });
}

function percentile(all: readonly number[], part: number): string {
  const sorted = [...all].sort((a, b) => a - b);
  return ((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN) / 1_000).toFixed(2);
}

async function burst(): Promise<boolean> {
  const github = await startStandIn(manifest());
  const running = await start(github);
  try {
    const opened = await openAll(github);
    if (values.limits) Object.assign(github.world.limits, LIMITS);
    say(`${opened.length} pull requests are open`);
    const [begun, asked] = [Date.now(), github.requests.length];
    github.deliveries.release(undefined, AT_ONCE);
    await github.deliveries.settled();
    const sent = github.deliveries.attempts.filter(({ event }) => event === "pull_request");
    const peak = await finish(running, opened);
    const seconds = (Date.now() - begun) / 1_000;
    const acknowledged = sent.map(({ milliseconds }) => milliseconds);
    const verdicts = opened.map((one) => {
      const delivery = sent.find(({ payload }) => (payload["pull_request"] as { head: { sha: string } }).head.sha === one.pull.head);
      return Math.max(...runsOf(one).map(({ completedAt }) => completedAt!.getTime())) - delivery!.at.getTime();
    });
    const refused = github.requests.slice(asked).filter(({ status }) => status === 403 || status === 429).length;
    const row = (cells: readonly (string | number)[]): void => void process.stdout.write(`| ${cells.join(" | ")} |\n`);
    // GitHub takes these for failed; a sweep finds them.
    const late = sent.filter(({ status }) => status < 200 || status >= 300).length;
    row([
      "replicas",
      "limits",
      "answer p50, s",
      "p95",
      "longest",
      "verdict p50, s",
      "p95",
      "all done, s",
      "requests",
      "refused",
      "late answers",
      "comments",
      "memory, MB",
    ]);
    row(Array.from({ length: 13 }, () => "---:"));
    row([
      number("replicas"),
      values.limits ? "on" : "off",
      percentile(acknowledged, 0.5),
      percentile(acknowledged, 0.95),
      percentile(acknowledged, 1),
      percentile(verdicts, 0.5),
      percentile(verdicts, 0.95),
      Math.round(seconds),
      github.requests.length - asked,
      refused,
      late,
      opened.reduce((sum, { pull }) => sum + pull.threads.length, 0),
      Math.round(peak / 1e6),
    ]);
    const wrong = broken(opened);
    for (const line of wrong) say(line);
    return wrong.length === 0;
  } finally {
    await running.close();
    await github.close();
  }
}

process.exit((await burst()) ? 0 : 1);
