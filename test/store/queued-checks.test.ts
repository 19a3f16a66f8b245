import { expect, test, vi } from "vitest";
import type { Job } from "../../src/store/jobs.js";
import { RETENTION } from "../../src/store/retention.js";
import type { Store } from "../../src/store/store.js";
import { onBothEngines } from "./engines.js";

const soon = { timeout: 120_000, interval: 20 };
const repository = "shop/orders";

const review = (number: number, head?: string): Job => ({
  kind: "pull-request",
  installation: 5,
  repository,
  number,
  rerun: null,
  ...(head === undefined ? {} : { head }),
});

const group = (head: string, destroyed = false): Job => ({
  kind: "merge-group",
  installation: 5,
  repository,
  base: "base",
  head,
  ref: "",
  rerun: null,
  destroyed,
});

const numbers = async (store: Store, seconds = 0, most = 10): Promise<readonly number[]> =>
  (await store.queuedChecks.claim(seconds, most)).map(({ number }) => number ?? 0).sort((a, b) => a - b);

onBothEngines("heads that wait", ({ open }) => {
  test("are claimed once, the newest first, and only after a while", async () => {
    const store = await open();
    for (const number of [1, 2, 3]) await store.enqueue([review(number, `head${number}`)]);
    await store.enqueue([review(4)]);
    expect(await numbers(store, 60)).toEqual([]);
    expect(await numbers(store, 0, 2)).toEqual([2, 3]);
    expect(await numbers(store)).toEqual([1]);
    expect(await numbers(store)).toEqual([]);
    expect(await store.queuedChecks.of(repository, 3)).toEqual([
      {
        installation: 5,
        repository,
        number: 3,
        head: "head3",
        checkRun: null,
        settled: false,
        at: expect.any(Date) as Date,
        externalId: null,
      },
    ]);
  });

  test("wait on while they are asked for again", async () => {
    const store = await open();
    await store.enqueue([review(1, "head1"), review(2, "head2")]);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await store.enqueue([review(1, "newer"), review(3, "head3")]);
    const claimed = await store.queuedChecks.claim(1.5, 10);
    expect(claimed.map(({ number, head }) => [number, head]).sort()).toEqual([
      [1, "newer"],
      [2, "head2"],
    ]);
  });

  test("are left alone where a run knows them, or their pull request is worked on", async () => {
    const store = await open();
    const started: Job[] = [];
    let go: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (go = resolve));
    await store.work(
      async (job) => {
        started.push(job);
        await held;
      },
      async () => {},
      1,
    );
    await store.enqueue([review(1, "head1")]);
    await vi.waitFor(() => expect(started).toHaveLength(1), soon);
    await store.runs.save({
      installation: 5,
      repository,
      number: 2,
      base: "base",
      head: "head2",
      settings: "s",
      rerun: null,
      checkRun: 9,
      state: "in_progress",
      conclusion: null,
      startedAt: new Date(),
      completedAt: null,
      reviewed: false,
      report: null,
    });
    await store.enqueue([review(1, "newer"), review(2, "head2"), review(3, "head3")]);
    expect(await numbers(store)).toEqual([3]);
    go();
  });

  test("are those of merge groups too, unless these are gone", async () => {
    const store = await open();
    await store.enqueue([group("group1"), group("group2"), group("gone"), group("gone", true), review(1, "group1")]);
    const claimed = await store.queuedChecks.claim(0, 10);
    expect(claimed.map(({ number, head }) => [number, head]).sort()).toEqual([
      [null, "group1"],
      [null, "group2"],
      [1, "group1"],
    ]);
    for (const check of claimed) await store.queuedChecks.settle(check, 90 + (check.number ?? 0));
    expect(await store.queuedChecks.claim(0, 10)).toEqual([]);
    await store.queuedChecks.forget({ repository, number: null, head: "group1" });
    expect(await store.queuedChecks.of(repository, null)).toMatchObject([{ number: null, head: "group2", checkRun: 90, settled: true }]);
    expect(await store.queuedChecks.of(repository, 1)).toMatchObject([{ head: "group1", checkRun: 91 }]);
  });

  test("give way to the check that is about to be made for their run, and wait no more", async () => {
    const store = await open();
    await store.enqueue([review(1, "head1"), review(2, "head2")]);
    const about = { installation: 5, repository, number: 1, head: "head1" };
    await store.queuedChecks.announce(about, "first");
    expect(await numbers(store)).toEqual([2]);
    await store.queuedChecks.settle(about, 91);
    await store.queuedChecks.announce(about, "second");
    expect(await store.queuedChecks.of(repository, 1)).toMatchObject([
      { head: "head1", checkRun: null, settled: false, externalId: "second" },
    ]);
  });

  test("keep their check until it is forgotten, also by a new name", async () => {
    const store = await open();
    await store.enqueue([review(1, "head1"), review(2, "head2")]);
    const [one, other] = (await store.queuedChecks.claim(0, 2)).toSorted((a, b) => a.number! - b.number!);
    await store.queuedChecks.settle(one!, 98_765_432_109);
    await store.rename(repository, "shop/sales");
    expect(await store.queuedChecks.of("shop/sales", 1)).toMatchObject([{ checkRun: 98_765_432_109, settled: true }]);
    await store.queuedChecks.forget({ ...one!, repository: "shop/sales" });
    expect(await store.queuedChecks.of("shop/sales", 1)).toEqual([]);
    await store.tidy(new Date(Date.now() + (RETENTION.queuedChecks + 1) * 86_400_000));
    expect(await store.queuedChecks.of("shop/sales", other!.number)).toEqual([]);
  });
});
