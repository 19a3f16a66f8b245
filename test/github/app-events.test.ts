import { describe, expect, test } from "vitest";
import { appOnStandIn, until } from "./app-on-stand-in.js";
import { shop } from "./shop.js";
import type { Answered } from "./stand-in/stand-in.js";
import type { Installation, PullRequest, Repository } from "./stand-in/world.js";

/** What people see after each event that GitHub tells the App. */
const here = appOnStandIn();
const { completed, open, quiet, runsOf, verdict } = here;
const { base, head } = shop();

const conclusions = (commit: string): readonly (string | null)[] => runsOf(commit).map(({ conclusion }) => conclusion);

/** What was asked since about a repository, but for the sweep's look at its list of pull requests. */
const askedAbout = ({ name }: Repository, since: number): readonly Answered[] =>
  here.github.requests
    .slice(since)
    .filter(
      ({ path, body }) =>
        (path.includes(`/${name}/`) && !path.endsWith("/pulls")) || (body["variables"] as { name?: string } | undefined)?.name === name,
    );

/** Keeps a judgement from its end for a while, after its check run was made. */
async function slowly(pull: () => Promise<PullRequest>, milliseconds: number): Promise<PullRequest> {
  here.github.faults.plan("GET", new RegExp(`/${here.repository.name}/git/trees/`), { kind: "slow", milliseconds });
  const opened = await pull();
  await until("its judgement", () => here.github.faults.left() === 0);
  expect(runsOf(opened.head).map(({ status }) => status)).toEqual(["in_progress"]);
  return opened;
}

describe("a pull request", () => {
  test("that is a draft is judged, and not once more when it is ready", async () => {
    const pull = await open({ draft: true });
    expect((await verdict(pull.head)).conclusion).toBe("failure");
    await here.github.people.ready(here.repository, pull);
    await verdict(pull.head);
    expect(pull.reviews).toHaveLength(1);
  });

  test("that is closed while it is judged has its check called off, and is judged anew when it is opened again", async () => {
    const pull = await slowly(open, 4_000);
    await here.github.people.close(here.repository, pull);
    expect((await verdict(pull.head)).conclusion).toBe("cancelled");
    expect(pull.reviews).toEqual([]);
    await here.github.people.reopen(here.repository, pull);
    await until("a verdict", () => completed(pull.head).length === 2);
    await quiet();
    expect([conclusions(pull.head), pull.reviews.length]).toEqual([["cancelled", "failure"], 1]);
  });

  test("with a new title is left alone", async () => {
    const pull = await open();
    await verdict(pull.head);
    const before = here.github.requests.length;
    await here.github.people.edit(here.repository, pull, "Take payments");
    await quiet();
    expect(askedAbout(here.repository, before)).toEqual([]);
  });

  test("is compared with the branch of another one that it is stacked upon", async () => {
    const lower = await open();
    await verdict(lower.head);
    const upper = await here.github.people.open(here.repository, {
      branch: "readme",
      base: lower.headBranch,
      title: "Say more",
      files: { "README.md": "# Shop\n" },
    });
    expect((await verdict(upper.head)).conclusion).toBe("success");
    await here.github.people.retarget(here.repository, upper, "main");
    await until("a verdict about both", () => completed(upper.head).length === 2);
    await here.github.people.stack(here.repository, upper, lower);
    await until("a verdict about the upper one", () => completed(upper.head).length === 3);
    expect(conclusions(upper.head)).toEqual(["success", "failure", "success"]);
    await quiet();
    expect(upper.threads.flatMap(({ comments }) => comments).map(({ minimized }) => minimized)).toEqual(
      upper.threads.map(() => "resolved"),
    );
  });
});

describe("a pull request from a fork", () => {
  test("is judged again when its check is, though GitHub names no pull request then", async () => {
    const pull = await open({ fork: "grace/web" });
    const run = await verdict(pull.head);
    here.github.people.rerun(here.repository, run, "ada");
    await until("a second run", () => completed(pull.head).length === 2);
    await quiet();
    expect([conclusions(pull.head), pull.reviews.length]).toEqual([["failure", "failure"], 1]);
  });

  test("is judged also where the fork is gone", async () => {
    here.github.deliveries.fates.push("vanish");
    const pull = await open({ fork: "grace/web" });
    here.github.people.deleteFork(pull);
    const run = await verdict(pull.head);
    expect([run.conclusion, pull.reviews.length]).toEqual(["failure", 1]);
    await here.github.people.ready(here.repository, pull);
    here.github.people.press(here.repository, run, "rerun", "ada");
    await until("a second run", () => completed(pull.head).length === 2);
  });
});

test("all checks of a commit are run again together", async () => {
  const pull = await open();
  await verdict(pull.head);
  here.github.people.rerunAll(here.repository, pull.head, "ada");
  await until("a second run", () => completed(pull.head).length === 2);
  await quiet();
  expect([conclusions(pull.head), pull.reviews.length]).toEqual([["failure", "failure"], 1]);
});

test("a merge group that is gone has its check called off, and no other", async () => {
  const pull = await open();
  await verdict(pull.head);
  here.github.faults.plan("GET", new RegExp(`/${here.repository.name}/git/trees/`), { kind: "before", status: 503 }, 3);
  const group = await here.github.people.queue(here.repository, pull);
  await until("an attempt that fails", () => here.github.faults.left() === 0);
  expect(runsOf(group.head).map(({ status }) => status)).toEqual(["in_progress"]);
  await group.destroy();
  expect((await verdict(group.head)).conclusion).toBe("cancelled");
});

test("settings that a repository builds on hold in its open pull requests as soon as they change", async () => {
  const rules = await here.github.people.createRepository("shop/rules", { "README.md": "# Rules\n", "strict.yml": "fail-on: error\n" });
  await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": "extends: [shop/rules:strict.yml]\n" });
  const pull = await open();
  expect((await verdict(pull.head)).conclusion).toBe("failure");
  const before = here.github.requests.length;
  await here.github.people.commit(rules, "main", { "README.md": "# Our rules\n" });
  await quiet();
  expect(askedAbout(here.repository, before)).toEqual([]);
  await here.github.people.commit(rules, "main", { "strict.yml": "fail-on: never\n" });
  await until("a second verdict", () => completed(pull.head).length === 2);
  expect(conclusions(pull.head)).toEqual(["failure", "success"]);
});

describe("an installation", () => {
  let accounts = 0;
  let account: Installation;
  let stall: Repository;
  let pull: PullRequest;

  const readme = { branch: "readme", title: "Say more", files: { "README.md": "# Stall\n" } };
  const states = () => [...stall.checkRuns.values()].map(({ head: at, conclusion }) => [at, conclusion]);
  const judged = async (): Promise<void> =>
    until("a verdict", () => [...stall.checkRuns.values()].some((run) => run.head === pull.head && run.status === "completed"));
  /** Longer than the App waits between two sweeps. */
  const sweeps = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 7_000));

  async function openStall(): Promise<void> {
    account = here.github.owners.account(`market-${++accounts}`);
    stall = await here.github.people.createRepository(`market-${accounts}/stall`, base);
    pull = await here.github.people.open(stall, readme);
  }

  test("that is made has the open pull requests judged, so that the check can be required", async () => {
    await openStall();
    here.github.owners.install(account);
    await judged();
    await quiet();
    expect(states()).toEqual([[pull.head, "success"]]);
  });

  test("that is suspended is left alone until it is no more", async () => {
    await openStall();
    here.github.owners.install(account);
    await judged();
    await quiet();
    here.github.owners.suspend(account);
    const newer = await here.github.people.push(stall, pull, head);
    const before = here.github.requests.length;
    await sweeps();
    expect(askedAbout(stall, before)).toEqual([]);
    here.github.owners.unsuspend(account);
    await judged();
    await quiet();
    expect(states().at(-1)).toEqual([newer, "failure"]);
  });

  test("without the permission for checks has none until an owner accepts it", async () => {
    await openStall();
    const { checks: _, ...less } = here.github.world.app.permissions;
    here.github.owners.install(account, less);
    await sweeps();
    await quiet();
    expect([states(), here.github.requests.filter(({ status, path }) => status === 403 && path.includes("/market-"))]).toEqual([[], []]);
    here.github.owners.acceptPermissions(account, here.github.world.app.permissions);
    await judged();
    await quiet();
    expect(states()).toEqual([[pull.head, "success"]]);
  });

  test("is told of a repository that it gets, and leaves alone one that is taken from it", async () => {
    await openStall();
    account.withheld!.add("stall");
    here.github.owners.install(account);
    await sweeps();
    expect(states()).toEqual([]);
    here.github.owners.add(stall);
    await judged();
    await quiet();
    expect(states()).toEqual([[pull.head, "success"]]);

    here.github.owners.remove(stall);
    await quiet();
    await here.github.people.push(stall, pull, head);
    const before = here.github.requests.length;
    await sweeps();
    expect(askedAbout(stall, before)).toEqual([]);
  });

  test("that may not read files has checks that say so", async () => {
    await openStall();
    const { contents: _, ...less } = here.github.world.app.permissions;
    here.github.owners.install(account, less);
    await judged();
    await quiet();
    expect([...stall.checkRuns.values()].map(({ conclusion, output }) => [conclusion, output.title])).toEqual([
      ["failure", "A permission is missing"],
    ]);
  });

  test("gets a repository from another account, with what was accepted there", async () => {
    await openStall();
    here.github.owners.install(account);
    await judged();
    const bold = await open();
    await verdict(bold.head);
    const commands = bold.threads.map(({ comments }) => /\/faultline accept [0-9a-f]+/.exec(comments[0]!.body)?.[0] ?? "no command");
    here.github.people.comment(here.repository, bold, "ada", commands.map((command) => `${command} we split them next month`).join("\n"));
    await until("a verdict that passes", () => completed(bold.head).at(-1)?.conclusion === "success");
    await quiet();
    here.github.people.transfer(here.repository, account.account);
    await quiet();
    const next = await here.github.people.push(here.repository, bold, { "README.md": "# Shop\n" });
    expect((await verdict(next)).conclusion).toBe("success");
  });

  test("that is taken away is left alone", async () => {
    await openStall();
    here.github.owners.install(account);
    await judged();
    await quiet();
    here.github.owners.uninstall(account);
    await here.github.people.push(stall, pull, head);
    // A sweep may be on its way.
    await sweeps();
    const before = here.github.requests.length;
    await sweeps();
    expect(
      here.github.requests.slice(before).filter(({ path }) => path.includes(`/${account.id}/`) || path.includes(`/${account.account}/`)),
    ).toEqual([]);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});

test("every event was answered with success, long before GitHub gives up", () => {
  const slow = here.github.deliveries.attempts.filter(({ status, milliseconds }) => status < 200 || status >= 300 || milliseconds > 10_000);
  expect(slow.map(({ event, status, milliseconds }) => [event, status, Math.round(milliseconds)])).toEqual([]);
});
