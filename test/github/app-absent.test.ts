import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { appOnStandIn, until } from "./app-on-stand-in.js";
import { shop } from "./shop.js";
import { giveUpRuns } from "./stand-in/routes/checks.js";

const { base, head } = shop();

/** Nobody waits for ever: neither for a run whose job is gone, nor for a GitHub that says nothing. */
const here = appOnStandIn();
const { completed, open, quiet, runsOf, start, verdict } = here;

describe("somebody waits", () => {
  test("for a run whose job is gone: it is taken up after ten minutes, and not before", async () => {
    const pull = await open();
    await verdict(pull.head);
    here.github.faults.plan("GET", new RegExp(`/${here.repository.name}/git/trees/`), { kind: "hang" });
    // Of a merge group, since open pull requests are found without their runs too.
    const group = await here.github.people.queue(here.repository, pull);
    await until("its judgement to hang", () => here.github.faults.left() === 0);
    await here.app.kill();
    await here.withStore(async (store) => {
      await store.work(
        async () => {},
        async () => {},
        4,
      );
      await until("an empty queue", async () => store.queue().then(({ waiting, active }) => waiting + active === 0));
    });
    await start();
    // Two sweeps and more.
    await pause(12_000);
    expect(runsOf(group.head).map(({ status }) => status)).toEqual(["in_progress"]);
    await here.app.kill();
    await here.withStore(async (store) => {
      const [run] = await store.runs.ofHead(`shop/${here.repository.name}`, group.head);
      await store.runs.save({ ...run!, startedAt: new Date(Date.now() - 10 * 60_000) });
    });
    await start();
    expect((await verdict(group.head, 60)).conclusion).toBe("failure");
  });

  test("for a run that GitHub gave up while the App was away: the head is judged anew", async () => {
    here.github.faults.plan("GET", new RegExp(`/${here.repository.name}/git/trees/`), { kind: "hang" });
    const pull = await open();
    await until("its judgement to hang", () => here.github.faults.left() === 0);
    await here.app.kill();
    giveUpRuns(here.repository, new Date());
    await start();
    await until("a second run", () => completed(pull.head).length === 2);
    await quiet();
    expect(runsOf(pull.head).map(({ conclusion }) => conclusion)).toEqual(["stale", "failure"]);
    expect(pull.reviews).toHaveLength(1);
  });

  test("for a GitHub that does not answer: half a minute at most", async () => {
    const steps = [
      ["GET", "compare/"],
      ["POST", "check-runs$"],
    ] as const;
    const waiting = await Promise.all(
      steps.map(async ([method, at], index) => {
        const home = await here.github.people.createRepository(`shop/silent-${index}`, base);
        here.github.faults.plan(method, new RegExp(`/${home.name}/.*${at}`), { kind: "hang" });
        return {
          home,
          pull: await here.github.people.open(home, { branch: "payment-at-checkout", title: "Take payments at checkout", files: head }),
        };
      }),
    );
    const begun = Date.now();
    for (const { home, pull } of waiting) {
      await until(`a verdict and comments in ${home.name}`, () => pull.reviews.length > 0, 90);
      await quiet();
      expect([...home.checkRuns.values()].map(({ status, conclusion }) => [status, conclusion])).toEqual([["completed", "failure"]]);
    }
    expect(Date.now() - begun).toBeGreaterThan(25_000);
    expect(here.github.faults.left()).toBe(0);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
