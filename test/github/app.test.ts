import { existsSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../snapshot/repository.js";
import { freePort, manifest, startApp, type AppProcess } from "./app-process.js";
import { shop } from "./shop.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { CheckRun, PullRequest, Repository } from "./stand-in/world.js";

/**
 * The App as it is built, in a process of its own, over HTTP against the stand-in. What must hold whatever happens: every
 * head of an open pull request ends in one completed check run, with one comment for each finding.
 */
const { base, head, mended } = shop();
let github: StandIn;
let app: AppProcess;
let dataDirectory: string;
let port: number;
let repository: Repository;
let names = 0;

const start = async (): Promise<void> =>
  void (app = await startApp(github, { dataDirectory, port, environment: { FAULTLINE_SWEEP_SECONDS: "5" } }));

beforeAll(async () => {
  if (!existsSync(path.resolve(import.meta.dirname, "../../dist/cli.js"))) throw new Error("dist/cli.js is missing: run npm run build");
  github = await startStandIn(manifest());
  dataDirectory = temporaryDirectory();
  port = await freePort();
  await start();
}, 120_000);
afterAll(async () => {
  await app.kill();
  await github.close();
  rmSync(dataDirectory, { recursive: true, force: true });
});
beforeEach(async () => {
  repository = await github.people.createRepository(`shop/web-${++names}`, base);
  repository.collaborators.set("ada", "write").set("grace", "read");
});
afterEach((context) => {
  github.faults.clear();
  if (context.task.result?.state === "fail") process.stderr.write(`${app.log().slice(-6_000)}\n`);
});

const open = async ({
  files,
  ...more
}: { readonly fork?: string; readonly base?: string; readonly files?: Readonly<Record<string, string>> } = {}): Promise<PullRequest> =>
  github.people.open(repository, {
    branch: "payment-at-checkout",
    title: "Take payments at checkout",
    files: { ...head, ...files },
    ...more,
  });

const runsOf = (commit: string): readonly CheckRun[] => [...repository.checkRuns.values()].filter((run) => run.head === commit);
const completed = (commit: string): readonly CheckRun[] => runsOf(commit).filter(({ status }) => status === "completed");

/** Waits until something is so, and says what the App wrote where it never is. */
async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await pause(50);
  }
}

/** The one verdict about a commit, once the App has nothing left to do. */
async function verdict(commit: string, seconds?: number): Promise<CheckRun> {
  await until(`a verdict about ${commit}`, () => completed(commit).length > 0, seconds);
  await quiet();
  expect(runsOf(commit).map(({ status, name }) => [status, name])).toEqual([["completed", "Faultline"]]);
  return runsOf(commit)[0]!;
}

async function quiet(): Promise<void> {
  await github.deliveries.settled();
  await until("an empty queue", async () => {
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    const counts = [...metrics.matchAll(/^faultline_queue_(?:waiting|active) (\S+)$/gm)].map(([, count]) => Number(count));
    if (counts.length !== 2) throw new Error(`no counts of jobs in:\n${metrics}`);
    return counts.every((count) => count === 0);
  });
}

const comments = (pull: PullRequest) => pull.threads.flatMap((thread) => thread.comments);
const fingerprints = (pull: PullRequest): readonly string[] =>
  comments(pull).map(({ body }) => /^<!-- faultline:([0-9a-f]+)/.exec(body)?.[1] ?? `no marker: ${body}`);
/** What GitHub did not take. */
const refusedWrites = () =>
  github.requests.filter(({ method, status, path: at }) => method !== "GET" && status >= 400 && at.includes(repository.name));

describe("a pull request", { timeout: 180_000 }, () => {
  test("gets one check run and one review, on lines that it changes", async () => {
    const pull = await open();
    const run = await verdict(pull.head);
    expect(run.conclusion).toBe("failure");
    expect(`${run.output.summary}${run.output.text}`).toMatch(/shared-database[^]*\/faultline accept [0-9a-f]{8}/);
    expect(pull.reviews.map(({ event, commit, author }) => [event, commit, author.bot])).toEqual([["COMMENTED", pull.head, true]]);
    expect(
      comments(pull)
        .map(({ body }) => /`(n-plus-one-call|shared-database|gateway-missing-auth)`/.exec(body)?.[1])
        .filter(Boolean)
        .sort(),
    ).toEqual(["gateway-missing-auth", "n-plus-one-call", "shared-database"]);
    expect(new Set(fingerprints(pull)).size).toBe(comments(pull).length);
    expect(refusedWrites()).toEqual([]);
  });

  test("is judged once, however often its delivery comes", async () => {
    const pull = await open();
    await verdict(pull.head);
    const before = [...comments(pull)];
    expect(await github.deliveries.repeat("pull_request")).toBe(200);
    await verdict(pull.head);
    expect(comments(pull)).toEqual(before);
    expect(pull.reviews).toHaveLength(1);
  });

  test("passes once it is mended, and its comments are closed", async () => {
    const pull = await open();
    await verdict(pull.head);
    const told = comments(pull).length;
    const fixed = await github.people.push(repository, pull, mended);
    expect((await verdict(fixed)).conclusion).toBe("success");
    expect(comments(pull)).toHaveLength(told);
    expect(comments(pull).map(({ minimized }) => minimized)).toEqual(comments(pull).map(() => "resolved"));
    expect(refusedWrites()).toEqual([]);
  });

  test("has one summary for what finds no room on its lines, with a picture, and its check says what it cost", async () => {
    await github.people.commit(repository, "main", { ".github/faultline.yml": "comments:\n  max: 1\n" });
    const pull = await open();
    const run = await verdict(pull.head);
    expect(comments(pull)).toHaveLength(1);
    expect(pull.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- faultline-summary -->[^]*have no comment[^]*```mermaid\nflowchart LR/),
    ]);
    const [, requests = "none"] = /with (\d+) requests to GitHub/.exec(run.output.summary ?? "") ?? [];
    expect(Number(requests)).toBeGreaterThan(5);
    const fixed = await github.people.push(repository, pull, mended);
    expect((await verdict(fixed)).conclusion).toBe("success");
    expect(pull.comments.map(({ body }) => body)).toEqual([expect.stringContaining("Nothing is left here")]);
  });

  test("is told of what is new alone when it goes on", async () => {
    const pull = await open();
    await verdict(pull.head);
    const before = fingerprints(pull);
    const next = await github.people.push(repository, pull, { "README.md": "# Shop\n" });
    expect((await verdict(next)).conclusion).toBe("failure");
    expect(fingerprints(pull)).toEqual(before);
    expect(pull.reviews).toHaveLength(1);
  });

  test("leaves a thread to the people who talk there", async () => {
    const pull = await open();
    await verdict(pull.head);
    const [thread] = pull.threads;
    await github.people.reply(repository, pull, thread!, "grace", "We know.");
    const fixed = await github.people.push(repository, pull, mended);
    await verdict(fixed);
    expect(thread?.comments[0]?.minimized).toBeNull();
    expect(thread?.resolvedBy).toBeNull();
  });

  test("is compared anew when its base changes", async () => {
    const pull = await open();
    expect((await verdict(pull.head)).conclusion).toBe("failure");
    await github.people.commit(repository, "release", { "README.md": "# Shop\n" });
    await repository.git.run("update-ref", "refs/heads/release", pull.head);
    await github.people.retarget(repository, pull, "release");
    await until("a second verdict", () => completed(pull.head).length === 2);
    expect(completed(pull.head).map(({ conclusion }) => conclusion)).toEqual(["failure", "success"]);
  });

  test("from a fork is judged in the repository that it goes to", async () => {
    const pull = await open({ fork: "grace/web" });
    expect((await verdict(pull.head)).conclusion).toBe("failure");
    expect(pull.reviews).toHaveLength(1);
  });

  test("is judged again when somebody asks for it", async () => {
    const pull = await open();
    const first = await verdict(pull.head);
    github.people.rerun(repository, first, "ada");
    await until("a second run", () => completed(pull.head).length === 2);
    await quiet();
    expect(completed(pull.head).map(({ conclusion }) => conclusion)).toEqual(["failure", "failure"]);
    expect(pull.reviews).toHaveLength(1);
  });
});

describe("a check", { timeout: 180_000 }, () => {
  test("has buttons that answer who may write, and nobody else", async () => {
    const pull = await open();
    const run = await verdict(pull.head);
    expect(run.actions.map(({ identifier }) => identifier)).toEqual(["rerun", "accept", "explain"]);
    github.people.press(repository, run, "accept", "grace");
    await quiet();
    const answers = () => pull.comments.filter(({ body }) => body.startsWith("<!-- faultline-answer:"));
    expect(answers()).toEqual([]);
    for (const button of ["accept", "explain"]) github.people.press(repository, run, button, "ada");
    await until("two answers", () => answers().length === 2);
    expect(
      answers()
        .map(({ body }) => /\/faultline (accept|explain) </.exec(body)?.[1])
        .sort(),
    ).toEqual(["accept", "explain"]);
    github.people.press(repository, run, "rerun", "ada");
    await until("a second run", () => completed(pull.head).length === 2);
    expect(refusedWrites()).toEqual([]);
  });

  test("goes to code scanning too where the settings ask for it", async () => {
    await github.people.commit(repository, "main", { ".github/faultline.yml": "sarif: true\n" });
    const pull = await open();
    await verdict(pull.head);
    expect(repository.sarifs.map(({ ref, commit }) => [ref, commit])).toEqual([[`refs/pull/${pull.number}/head`, pull.head]]);
    const { runs } = JSON.parse(repository.sarifs[0]!.sarif) as {
      readonly runs: readonly { readonly results: readonly { readonly ruleId: string }[] }[];
    };
    expect(runs[0]!.results.map(({ ruleId }) => ruleId)).toContain("shared-database");
  });

  test("says what settings would say that the pull request brings, upon what the organisation locked", async () => {
    await github.people.createRepository("shop/.github", { ".github/faultline.yml": "inline-ignores: allow\nlocked: [inline-ignores]\n" });
    const never = await open({ files: { ".github/faultline.yml": "fail-on: never\n" } });
    const run = await verdict(never.head);
    expect([run.conclusion, run.output.text]).toEqual([
      "failure",
      expect.stringMatching(
        /faultline\.yml:1`: this pull request changes the settings[^]*With the new ones the verdict would be pass \\?\(6 findings to know of/,
      ),
    ]);
    const locked = await github.people.push(repository, never, { ".github/faultline.yml": "inline-ignores: deny\n" });
    expect((await verdict(locked)).output.text).toMatch(/inline-ignores[^]*locked by shop\/\.github/);
  });
});

describe("a command", { timeout: 180_000 }, () => {
  test("of a writer accepts what fails; of a reader it is answered and does nothing", async () => {
    const pull = await open();
    await verdict(pull.head);
    const failing = comments(pull).filter(({ body }) => /`(n-plus-one-call|shared-database|gateway-missing-auth)`/.test(body));
    const commands = failing.map(({ body }) => /\/faultline accept [0-9a-f]+/.exec(body)?.[0] ?? "no command");
    github.people.comment(repository, pull, "grace", `${commands[0]} not mine to say`);
    await until("an answer", () => pull.comments.some(({ author }) => author.bot));
    await quiet();
    expect(runsOf(pull.head).map(({ conclusion }) => conclusion)).toEqual(["failure"]);

    for (const command of commands) github.people.comment(repository, pull, "ada", `${command} we split them next month`);
    await until("a verdict that passes", () => completed(pull.head).at(-1)?.conclusion === "success");
    await quiet();
    const last = runsOf(pull.head).at(-1)!;
    expect([last.status, last.conclusion]).toEqual(["completed", "success"]);
    expect(`${last.output.summary}${last.output.text}`).toMatch(/ada[^]*we split them next month|we split them next month[^]*ada/);
  });
});

describe("a command below a comment", { timeout: 180_000 }, () => {
  test("is heard, holds in the merge queue and after the repository was renamed", async () => {
    const pull = await open();
    await verdict(pull.head);
    const commands = comments(pull).map(
      ({ body }) => `${/\/faultline accept [0-9a-f]+/.exec(body)?.[0] ?? "no command"} we split them next month`,
    );
    const reply = await github.people.reply(repository, pull, pull.threads[0]!, "ada", commands.join("\n"));
    await until("a verdict that passes", () => completed(pull.head).at(-1)?.conclusion === "success");
    await quiet();
    expect(reply.reactions.map(({ content }) => content)).toEqual(["+1"]);

    const group = await github.people.queue(repository, pull);
    const run = await verdict(group.head);
    expect(run.conclusion).toBe("success");
    github.people.rerun(repository, run, "ada");
    await until("a second verdict about the group", () => completed(group.head).length === 2);
    expect(completed(group.head).map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);

    github.people.rename(repository, `${repository.name}-renamed`);
    await quiet();
    const next = await github.people.push(repository, pull, { "README.md": "# Shop\n" });
    expect((await verdict(next)).conclusion).toBe("success");
    expect(refusedWrites()).toEqual([]);
  });
});

describe("a merge group", { timeout: 180_000 }, () => {
  test("is judged as the combined tree", async () => {
    const pull = await open();
    await verdict(pull.head);
    const group = await github.people.queue(repository, pull);
    const run = await verdict(group.head);
    expect(run.conclusion).toBe("failure");
    github.people.press(repository, run, "rerun", "ada");
    await until("a second verdict about the group", () => completed(group.head).length === 2);
  });
});

describe("what goes wrong", { timeout: 240_000 }, () => {
  const post = async (event: string, body: string, signature: string | null): Promise<number> =>
    github.deliveries.raw(event, body, signature);

  test("a delivery that GitHub did not sign, or that says nothing", async () => {
    expect(await post("pull_request", "{}", github.deliveries.sign("{} "))).toBe(401);
    expect(await post("pull_request", "{}", null)).toBe(401);
    expect(await post("pull_request", "not JSON", github.deliveries.sign("not JSON"))).toBe(400);
    expect(await post("sponsorship", "{}", github.deliveries.sign("{}"))).toBeLessThan(300);
    expect((await fetch(`${app.url}/api/github/webhooks`)).status).toBe(405);
    expect((await fetch(`${app.url}/nowhere`)).status).toBe(404);
  });

  test("GitHub acts and fails to say so", async () => {
    github.faults.plan("POST", /\/check-runs$/, { kind: "after", status: 502 });
    github.faults.plan("POST", /\/reviews$/, { kind: "after", status: 502 });
    github.faults.plan("PATCH", /\/check-runs\//, { kind: "before", status: 503 });
    const pull = await open();
    expect((await verdict(pull.head, 120)).conclusion).toBe("failure");
    await until("comments", () => pull.reviews.length > 0);
    await quiet();
    expect(pull.reviews).toHaveLength(1);
    expect(new Set(fingerprints(pull)).size).toBe(comments(pull).length);
    expect(github.faults.left()).toBe(0);
  });

  test("a limit is reached, or a token ends early", async () => {
    github.faults.plan("GET", /\/compare\//, { kind: "expired-token" });
    github.faults.plan("POST", /\/reviews$/, { kind: "secondary-limit", seconds: 2 });
    github.faults.plan("GET", /\/git\/trees\//, { kind: "primary-limit", seconds: 2 });
    const pull = await open();
    expect((await verdict(pull.head, 120)).conclusion).toBe("failure");
    await until("comments", () => pull.reviews.length === 1);
    expect(github.faults.left()).toBe(0);
  });

  test("deliveries are lost, late and in the wrong order", async () => {
    github.deliveries.fates.push("vanish");
    const lost = await open();
    expect((await verdict(lost.head)).conclusion).toBe("failure");
    github.deliveries.hold();
    const between = await github.people.push(repository, lost, { "README.md": "# The shop\n" });
    const last = await github.people.push(repository, lost, { "README.md": "# Our shop\n" });
    github.deliveries.release((waiting) => [...Array.from({ length: waiting }).keys()].reverse());
    await verdict(last);
    expect(runsOf(between).every(({ status }) => status === "completed")).toBe(true);
    expect(lost.reviews).toHaveLength(1);
  });

  test("the process dies while GitHub acts, and starts again", async () => {
    // One pull request for each moment, so that one death hits them all.
    const steps = [
      ["POST", "check-runs$"],
      ["PATCH", "check-runs/"],
      ["POST", "reviews$"],
    ] as const;
    const waiting = await Promise.all(
      steps.map(async ([method, at], index) => {
        const here = await github.people.createRepository(`shop/dying-${index}`, base);
        github.faults.plan(method, new RegExp(`/${here.name}/.*${at}`), { kind: "hang" });
        return {
          here,
          pull: await github.people.open(here, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head }),
        };
      }),
    );
    await until("every step to hang", () => github.faults.left() === 0);
    await pause(500);
    await app.kill();
    await start();
    for (const { here, pull } of waiting) {
      const runs = () => [...here.checkRuns.values()].map(({ status, conclusion }) => [status, conclusion]);
      await until(
        `a verdict and comments in ${here.name}`,
        () => pull.reviews.length > 0 && runs().every(([status]) => status === "completed"),
        120,
      );
      await quiet();
      expect(runs()).toEqual([["completed", "failure"]]);
      expect(pull.reviews).toHaveLength(1);
      expect(new Set(fingerprints(pull)).size).toBe(comments(pull).length);
      for (const run of here.checkRuns.values())
        expect(new Set(run.annotations.map((annotation) => JSON.stringify(annotation))).size).toBe(run.annotations.length);
    }
  });

  test("the process dies between a delivery and its work", async () => {
    const pull = await open();
    await github.deliveries.settled();
    await app.kill();
    await start();
    expect((await verdict(pull.head, 120)).conclusion).toBe("failure");
    await until("comments", () => pull.reviews.length > 0, 120);
    expect(pull.reviews).toHaveLength(1);
  });

  test("settings are broken: nothing passes, and the file is named", async () => {
    await github.people.commit(repository, "main", { ".github/faultline.yml": "mode: enforce\nfial-on: error\n" });
    const pull = await github.people.open(repository, { branch: "readme", title: "Say more", files: { "README.md": "# Shop\n" } });
    const run = await verdict(pull.head);
    expect(run.conclusion).toBe("failure");
    expect(`${run.output.summary}${run.output.text}`).toMatch(/\.github\/faultline\.yml:2/);
    await github.people.commit(repository, "main", { ".github/faultline.yml": "mode: enforce\n" });
    await until("a second verdict", () => completed(pull.head).at(-1)?.conclusion === "success");
  });

  test("two pull requests share a head: the worse verdict stands", async () => {
    await repository.git.run("update-ref", "refs/heads/release", "refs/heads/main");
    const pull = await open();
    await verdict(pull.head);
    await repository.git.run("update-ref", "refs/heads/release", pull.head);
    const other = await github.people.open(repository, {
      branch: "payment-at-checkout",
      base: "release",
      title: "The same for the release",
      files: {},
      at: pull.head,
    });
    expect(other.head).toBe(pull.head);
    await until("a second verdict", () => completed(pull.head).length === 2);
    expect(completed(pull.head).map(({ conclusion }) => conclusion)).toEqual(["failure", "failure"]);
    expect(other.reviews).toEqual([]);
  });

  test("permissions are missing: the check says all", async () => {
    const { permissions } = github.world.installation;
    github.world.installation.permissions = { checks: "write", contents: "read", metadata: "read", pull_requests: "read" };
    try {
      await app.kill();
      await start();
      const pull = await open();
      expect((await verdict(pull.head)).conclusion).toBe("failure");
      expect([pull.reviews, refusedWrites()]).toEqual([[], []]);
    } finally {
      github.world.installation.permissions = permissions;
      await app.kill();
      await start();
    }
  });

  test("the host stops it: it ends in time", async () => {
    await open();
    const begun = Date.now();
    expect(await app.stop()).toBe(0);
    expect(Date.now() - begun).toBeLessThan(15_000);
    await start();
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
