import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { appOnStandIn, comments, fingerprints, until } from "./app-on-stand-in.js";
import { shop } from "./shop.js";

const { base, head } = shop();

/** Whatever goes wrong, every head of an open pull request ends in one completed check run, with one comment for each finding. */
const here = appOnStandIn();
const { completed, open, quiet, refusedWrites, runsOf, start, verdict } = here;

describe("what goes wrong", () => {
  const post = async (event: string, body: string, signature: string | null): Promise<number> =>
    here.github.deliveries.raw(event, body, signature);

  test("a delivery that GitHub did not sign, or that says nothing", async () => {
    expect(await post("pull_request", "{}", here.github.deliveries.sign("{} "))).toBe(401);
    expect(await post("pull_request", "{}", null)).toBe(401);
    expect(await post("pull_request", "not JSON", here.github.deliveries.sign("not JSON"))).toBe(400);
    expect(await post("sponsorship", "{}", here.github.deliveries.sign("{}"))).toBeLessThan(300);
    expect((await fetch(`${here.app.url}/api/github/webhooks`)).status).toBe(405);
    expect((await fetch(`${here.app.url}/nowhere`)).status).toBe(404);
  });

  test("GitHub acts and fails to say so", async () => {
    here.github.faults.plan("POST", /\/check-runs$/, { kind: "after", status: 502 });
    here.github.faults.plan("POST", /\/reviews$/, { kind: "after", status: 502 });
    here.github.faults.plan("PATCH", /\/check-runs\//, { kind: "before", status: 503 });
    const pull = await open();
    expect((await verdict(pull.head, 120)).conclusion).toBe("failure");
    await until("comments", () => pull.reviews.length > 0);
    await quiet();
    expect(pull.reviews).toHaveLength(1);
    expect(new Set(fingerprints(pull)).size).toBe(comments(pull).length);
    expect(here.github.faults.left()).toBe(0);
  });

  test("a limit is reached, or a token ends early", async () => {
    here.github.faults.plan("GET", /\/compare\//, { kind: "expired-token" });
    here.github.faults.plan("POST", /\/reviews$/, { kind: "secondary-limit", seconds: 2 });
    here.github.faults.plan("GET", /\/git\/trees\//, { kind: "primary-limit", seconds: 2 });
    const pull = await open();
    expect((await verdict(pull.head, 120)).conclusion).toBe("failure");
    await until("comments", () => pull.reviews.length === 1);
    expect(here.github.faults.left()).toBe(0);
    // Requests that were on their way when the limit was told do not count.
    const ours = here.github.requests.filter(({ path }) => path.includes(`/${here.repository.name}/`));
    const limited = ours.filter(({ message }) => message?.includes("rate limit") === true);
    expect(limited).toHaveLength(2);
    for (const { at } of limited) expect(ours.filter((one) => one.at > at + 500 && one.at < at + 2_000)).toEqual([]);
  });

  test("deliveries are lost, late and in the wrong order", async () => {
    here.github.deliveries.fates.push("vanish");
    const lost = await open();
    expect((await verdict(lost.head)).conclusion).toBe("failure");
    here.github.deliveries.hold();
    const between = await here.github.people.push(here.repository, lost, { "README.md": "# The shop\n" });
    const last = await here.github.people.push(here.repository, lost, { "README.md": "# Our shop\n" });
    here.github.deliveries.release((waiting) => [...Array.from({ length: waiting }).keys()].reverse());
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
        const home = await here.github.people.createRepository(`shop/dying-${index}`, base);
        here.github.faults.plan(method, new RegExp(`/${home.name}/.*${at}`), { kind: "hang" });
        return {
          home,
          pull: await here.github.people.open(home, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head }),
        };
      }),
    );
    await until("every step to hang", () => here.github.faults.left() === 0);
    await pause(500);
    await here.app.kill();
    await start();
    for (const { home, pull } of waiting) {
      const runs = () => [...home.checkRuns.values()].map(({ status, conclusion }) => [status, conclusion]);
      await until(
        `a verdict and comments in ${home.name}`,
        () => pull.reviews.length > 0 && runs().every(([status]) => status === "completed"),
        120,
      );
      await quiet();
      expect(runs()).toEqual([["completed", "failure"]]);
      expect(pull.reviews).toHaveLength(1);
      expect(new Set(fingerprints(pull)).size).toBe(comments(pull).length);
      for (const run of home.checkRuns.values())
        expect(new Set(run.annotations.map((annotation) => JSON.stringify(annotation))).size).toBe(run.annotations.length);
    }
  });

  test("the process dies while its check run is made, and meanwhile the head is replaced", async () => {
    here.github.faults.plan("POST", /\/check-runs$/, { kind: "hang" });
    const pull = await open();
    const before = pull.head;
    await until("the check run", () => runsOf(before).length > 0);
    await here.app.kill();
    const after = await here.github.people.push(here.repository, pull, { "README.md": "# The shop\n" });
    await start();
    expect((await verdict(after, 120)).conclusion).toBe("failure");
    await quiet();
    expect(runsOf(before).map(({ conclusion }) => conclusion)).toEqual(["cancelled"]);
  });

  test("the process dies between a delivery and its work", async () => {
    const pull = await open();
    await here.github.deliveries.settled();
    await here.app.kill();
    await start();
    expect((await verdict(pull.head, 120)).conclusion).toBe("failure");
    await until("comments", () => pull.reviews.length > 0, 120);
    expect(pull.reviews).toHaveLength(1);
  });

  test("settings are broken: nothing passes, and the file is named", async () => {
    await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": "mode: enforce\nfial-on: error\n" });
    const pull = await here.github.people.open(here.repository, {
      branch: "readme",
      title: "Say more",
      files: { "README.md": "# Shop\n" },
    });
    const run = await verdict(pull.head);
    expect(run.conclusion).toBe("failure");
    expect(`${run.output.summary}${run.output.text}`).toMatch(/\.github\/faultline\.yml:2/);
    await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": "mode: enforce\n" });
    await until("a second verdict", () => completed(pull.head).at(-1)?.conclusion === "success");
  });

  test("two pull requests share a head: the worse verdict stands", async () => {
    await here.repository.git.run("update-ref", "refs/heads/release", "refs/heads/main");
    const pull = await open();
    await verdict(pull.head);
    await here.repository.git.run("update-ref", "refs/heads/release", pull.head);
    const other = await here.github.people.open(here.repository, {
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
    const { permissions } = here.github.world.installation;
    here.github.world.installation.permissions = { checks: "write", contents: "read", metadata: "read", pull_requests: "read" };
    try {
      await here.app.kill();
      await start();
      const pull = await open();
      expect((await verdict(pull.head)).conclusion).toBe("failure");
      expect([pull.reviews, refusedWrites()]).toEqual([[], []]);
    } finally {
      here.github.world.installation.permissions = permissions;
      await here.app.kill();
      await start();
    }
  });

  test("the host stops it: it ends in time", async () => {
    await open();
    const begun = Date.now();
    expect(await here.app.stop()).toBe(0);
    expect(Date.now() - begun).toBeLessThan(15_000);
    await start();
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
