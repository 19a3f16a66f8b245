import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import type { Job, PullRequestJob } from "../../src/store/jobs.js";
import { RetryLater, type Delivery, type Store } from "../../src/store/store.js";
import { onBothEngines } from "./engines.js";

const soon = { timeout: 120_000, interval: 20 };

function review(number: number, rerun: string | null = null): PullRequestJob {
  return { kind: "pull-request", installation: 1, repository: "shop/orders", number, rerun };
}

function comment(number: number, body: string): Job {
  return { kind: "command", installation: 1, repository: "shop/orders", number, comment: 5, author: "ada", body };
}

function delivery(id: string): Delivery {
  return { id, event: "pull_request", action: "opened", receivedAt: new Date() };
}

/** Takes jobs and remembers them. */
async function collect(store: Store, concurrency = 2): Promise<Job[]> {
  const seen: Job[] = [];
  await store.work(
    async (job) => {
      seen.push(job);
    },
    async () => {},
    concurrency,
  );
  return seen;
}

onBothEngines("the queue", ({ name, open, place }) => {
  test.runIf(name === "postgres")("replicas that start at once on an empty database all start", async () => {
    for (let databases = 0; databases < 3; databases++) {
      const at = await place();
      const stores = await Promise.all(Array.from({ length: 4 }, () => open(at)));
      await stores[0]!.enqueue([review(7)]);
      await expect.poll(() => stores[3]!.queue()).toMatchObject({ waiting: 1 });
      for (const store of stores) await store.close();
    }
  });

  test("a delivery is stored once, with its jobs", async () => {
    const store = await open();
    expect(await store.accept(delivery("d1"), [review(7)])).toBe("stored");
    expect(await store.accept(delivery("d1"), [review(8)])).toBe("duplicate");
    expect(await store.knownDeliveries(["d1", "d2"])).toEqual(new Set(["d1"]));
    expect((await store.queue()).waiting).toBe(1);
    const seen = await collect(store);
    await vi.waitFor(() => expect(seen).toEqual([review(7)]), soon);
    await vi.waitFor(async () => expect(await store.queue()).toEqual({ waiting: 0, active: 0, oldestSeconds: 0 }), soon);
  });

  test("of equal deliveries at the same time one is stored", async () => {
    const store = await open();
    const answers = await Promise.all(Array.from({ length: 8 }, () => store.accept(delivery("d1"), [review(7)])));
    expect(answers.filter((answer) => answer === "stored")).toHaveLength(1);
    expect((await store.queue()).waiting).toBe(1);
  });

  test("a delivery whose jobs cannot be stored is not stored", async () => {
    const store = await open();
    const circular = { ...review(7) } as unknown as { self: unknown };
    circular.self = circular;
    await expect(store.accept(delivery("d1"), [review(6), circular as unknown as Job])).rejects.toThrow();
    expect(await store.knownDeliveries(["d1"])).toEqual(new Set());
    expect((await store.queue()).waiting).toBe(0);
  });

  test("a waiting review is replaced by a newer one, which keeps the request to run again", async () => {
    const store = await open();
    await store.accept(delivery("d1"), [review(7, "again")]);
    await store.accept(delivery("d2"), [review(7), comment(7, "/faultline explain")]);
    await store.accept(delivery("d3"), [review(7), review(8)]);
    expect((await store.queue()).waiting).toBe(3);
    const seen = await collect(store);
    await vi.waitFor(() => expect(seen).toHaveLength(3), soon);
    expect(seen).toEqual(expect.arrayContaining([review(7, "again"), comment(7, "/faultline explain"), review(8)]));
  });

  test("many deliveries for one pull request at the same time leave one review", async () => {
    const store = await open();
    await Promise.all(Array.from({ length: 20 }, (_, index) => store.accept(delivery(`d${index}`), [review(7)])));
    expect((await store.queue()).waiting).toBe(1);
  });

  test("a job for later waits, and does not delay one that waits already", async () => {
    const store = await open();
    const tomorrow = new Date(Date.now() + 86_400_000);
    await store.enqueue([review(7)]);
    await store.enqueue([review(7), review(8)], { after: tomorrow });
    const seen = await collect(store);
    await vi.waitFor(() => expect(seen).toEqual([review(7)]), soon);
    await pause(700);
    expect(seen).toEqual([review(7)]);
    expect(await store.queue()).toMatchObject({ waiting: 1, oldestSeconds: 0 });
  });

  test("one job at a time for each key", async () => {
    const store = await open();
    const now = new Map<number, number>();
    // Judged outside the handler: what it throws would be tried again.
    let most = 0;
    let done = 0;
    await store.work(
      async (job) => {
        const { number } = job as PullRequestJob;
        const running = (now.get(number) ?? 0) + 1;
        now.set(number, running);
        most = Math.max(most, running);
        await pause(50);
        now.set(number, (now.get(number) ?? 0) - 1);
        done += 1;
      },
      async () => {},
      3,
    );
    await store.enqueue([7, 8].flatMap((number) => Array.from({ length: 5 }, (_, index) => comment(number, `say ${index}`))));
    await vi.waitFor(() => expect(done).toBe(10), soon);
    expect(most).toBe(1);
  });

  test("jobs of different keys run at once", async () => {
    const store = await open();
    const running = new Set<number>();
    let together = false;
    await store.work(
      async (job) => {
        running.add((job as PullRequestJob).number);
        // Neither ends before both have begun.
        await vi.waitFor(() => expect(running.size).toBe(2), soon);
        together = true;
      },
      async () => {},
      2,
    );
    await store.enqueue([review(7), review(8)]);
    await vi.waitFor(() => expect(together).toBe(true), soon);
  });

  test("a handler that asks to be called later is, without losing an attempt", async () => {
    const store = await open();
    const calls: number[] = [];
    const poison: Job[] = [];
    const started = Date.now();
    await store.work(
      async () => {
        calls.push(Date.now() - started);
        // More often than there are attempts.
        if (calls.length < 4) throw new RetryLater(new Date(Date.now() + 400), "rate limit");
      },
      async (job) => {
        poison.push(job);
      },
      1,
    );
    await store.enqueue([review(7)]);
    await vi.waitFor(() => expect(calls).toHaveLength(4), soon);
    expect(calls[3]).toBeGreaterThanOrEqual(1200);
    await vi.waitFor(async () => expect(await store.queue()).toMatchObject({ waiting: 0, active: 0 }), soon);
    expect(poison).toEqual([]);
  });

  test("a job that always fails is handed over once, with its last error and nothing of the request", async () => {
    const store = await open();
    let attempts = 0;
    const poison: { job: Job; error: unknown }[] = [];
    await store.work(
      async () => {
        attempts += 1;
        throw Object.assign(new Error(`attempt ${attempts}\0`), { request: { headers: { authorization: "token hunter2" } } });
      },
      async (job, error) => {
        poison.push({ job, error });
      },
      1,
    );
    await store.enqueue([review(7)]);
    await vi.waitFor(() => expect(poison).toHaveLength(1), soon);
    expect(attempts).toBe(2);
    expect(poison[0]?.job).toEqual(review(7));
    expect(String(poison[0]?.error)).toContain("attempt 2");
    expect(JSON.stringify(poison)).not.toContain("hunter2");
  });

  test("text that a database refuses is stored without it", async () => {
    const store = await open();
    await store.enqueue([comment(7, "a\0b\uD800c")]);
    const seen = await collect(store);
    await vi.waitFor(() => expect(seen).toEqual([comment(7, "ab\uFFFDc")]), soon);
  });

  test("draining waits for what runs and starts nothing", async () => {
    const store = await open();
    let finished = 0;
    await store.work(
      async () => {
        await pause(600);
        finished += 1;
      },
      async () => {},
      1,
    );
    await store.enqueue([review(7), review(8)]);
    await vi.waitFor(async () => expect((await store.queue()).active).toBe(1), soon);
    await store.drain(10_000);
    expect(finished).toBe(1);
    expect(await store.queue()).toMatchObject({ waiting: 1, active: 0 });
  });

  test.each(["listens", "does not listen"])("what runs too long at the end is handed back when it %s", async (manner) => {
    const at = await place();
    const store = await open(at);
    await store.work(
      (_, signal) =>
        new Promise((_resolve, reject) => manner === "listens" && signal.addEventListener("abort", () => reject(new Error("aborted")))),
      async () => {},
      1,
    );
    await store.enqueue([review(7)]);
    await vi.waitFor(async () => expect((await store.queue()).active).toBe(1), soon);
    await store.drain(100);
    expect(await store.queue()).toMatchObject({ waiting: 1, active: 0 });
    await store.close();
    const seen = await collect(await open(at));
    await vi.waitFor(() => expect(seen).toEqual([review(7)]), soon);
  });
});
