import { expect, test } from "vitest";
import { RETENTION } from "../../src/store/retention.js";
import type { CommandWaiver, DebtStep, KeptSystem, Run } from "../../src/store/store.js";
import { onBothEngines } from "./engines.js";

const DAY = 86_400_000;
const now = new Date();
const daysAgo = (days: number): Date => new Date(now.getTime() - days * DAY);

const run: Run = {
  installation: 1,
  repository: "shop/orders",
  number: 7,
  base: "base1",
  head: "head1",
  settings: "settings1",
  rerun: null,
  // Numbers of check runs left 32 bits behind long ago.
  checkRun: 98_765_432_109,
  state: "in_progress",
  conclusion: null,
  startedAt: new Date("2027-01-02T03:04:05.678Z"),
  completedAt: null,
  reviewed: false,
  report: null,
};

onBothEngines("the records", ({ open, place }) => {
  test("facts come back as they were, also after closing", async () => {
    const at = await place();
    const store = await open(at);
    const entries = new Map(
      Array.from({ length: 450 }, (_, index) => [
        `key ${index}`,
        Buffer.from(JSON.stringify({ text: `Ünï ${index} \0 🛒`.repeat(index) })),
      ]),
    );
    await store.facts.save(entries);
    await store.facts.save(new Map([["key 1", Buffer.from("a key names its content, so that this is never stored")]]));
    expect(await store.facts.load([...entries.keys(), "missing"])).toEqual(entries);
    expect(await store.facts.load([])).toEqual(new Map());
    await store.close();
    const again = await open(at);
    expect(await again.facts.load(["key 3", "missing"])).toEqual(new Map([["key 3", entries.get("key 3")]]));
  });

  test("the facts never fail, as they are a cache", async () => {
    const store = await open();
    await store.close();
    await store.facts.save(new Map([["key", Buffer.from("text")]]));
    expect(await store.facts.load(["key"])).toEqual(new Map());
  });

  test("what is left of an hour's requests is the lowest number that anybody saw, until the next hour", async () => {
    const at = await place();
    const store = await open(at);
    const [noon, one] = [new Date("2027-01-02T12:00:00Z"), new Date("2027-01-02T13:00:00Z")];
    const note = async (remaining: number, renewedAt: Date, resource = "core"): Promise<void> =>
      store.budgets.note(7, new Map([[resource, { most: 5_000, remaining, renewedAt }]]));
    expect(await store.budgets.of(7)).toEqual({ pausedUntil: null, budgets: [] });
    await note(400, noon);
    await note(900, noon);
    await note(3_000, noon, "graphql");
    const byNumber = async (): Promise<readonly unknown[]> =>
      [...(await store.budgets.of(7)).budgets].sort((a, b) => a.remaining - b.remaining);
    expect(await byNumber()).toEqual([
      { most: 5_000, remaining: 400, renewedAt: noon },
      { most: 5_000, remaining: 3_000, renewedAt: noon },
    ]);
    await note(4_900, one);
    await note(1, noon);
    expect(await byNumber()).toEqual([
      { most: 5_000, remaining: 3_000, renewedAt: noon },
      { most: 5_000, remaining: 4_900, renewedAt: one },
    ]);
    await store.budgets.pause(7, one);
    await store.budgets.pause(7, noon);
    expect((await store.budgets.of(7)).pausedUntil).toEqual(one);
    expect(await store.budgets.of(8)).toEqual({ pausedUntil: null, budgets: [] });
    await store.tidy(new Date("2027-02-02T12:00:00Z"));
    expect(await store.budgets.of(7)).toEqual({ pausedUntil: null, budgets: [] });
  });

  test("a repository that is renamed keeps its runs, waivers and audit", async () => {
    const store = await open();
    const waiver: CommandWaiver = {
      repository: "shop/orders",
      number: 7,
      fingerprint: "f1",
      reason: "moves in May",
      author: "ada",
      at: now,
      until: null,
    };
    const [before, after] = ["shop/orders", "shop/sales"];
    await store.runs.save(run);
    await store.waivers.add(waiver);
    await store.waivers.add({ ...waiver, fingerprint: "f2", repository: "shop/payments" });
    await store.audit.write({ repository: before, at: now, actor: "ada", action: "accept", detail: "f1" });
    // What was judged under the new name before its delivery was.
    const overtook: Run = { ...run, repository: after, checkRun: 5 };
    await store.runs.save(overtook);
    await store.runs.save({ ...run, head: "head2" });
    for (let times = 0; times < 2; times++) await store.rename(before, after);
    expect(await store.runs.ofPullRequest(after, 7)).toHaveLength(2);
    expect(await store.runs.find(overtook)).toEqual(overtook);
    expect(await store.runs.find({ ...run, repository: after, head: "head2" })).toMatchObject({ checkRun: run.checkRun });
    expect(await store.waivers.of(after, 7)).toEqual([{ ...waiver, repository: after }]);
    expect([await store.waivers.of(before, 7), await store.audit.of(before)]).toEqual([[], []]);
    expect(await store.audit.of(after)).toHaveLength(1);
    expect(await store.waivers.of("shop/payments", 7)).toHaveLength(1);
    await store.rename(after, before);
    expect(await store.waivers.of(before, 7)).toHaveLength(1);
  });

  test("what a repository's settings build on is known from both sides, as it was said last", async () => {
    const store = await open();
    const [strict, usual] = [
      { repository: "shop/rules", path: "strict.yml" },
      { repository: "shop/rules", path: ".github/faultline.yml" },
    ];
    await store.extensions.save(1, "shop/orders", [strict, usual]);
    await store.extensions.save(2, "shop/payments", [strict]);
    await store.extensions.save(1, "shop/orders", [strict]);
    expect(await store.extensions.of("shop/rules")).toEqual([
      { installation: 1, repository: "shop/orders", path: "strict.yml" },
      { installation: 2, repository: "shop/payments", path: "strict.yml" },
    ]);
    await store.extensions.save(1, "shop/orders", []);
    await store.tidy(new Date(Date.now() + (RETENTION.history + 1) * DAY));
    expect(await store.extensions.of("shop/rules")).toEqual([]);
  });

  test("runs are found by all of their key", async () => {
    const store = await open();
    await store.runs.save(run);
    expect(await store.runs.find(run)).toEqual(run);
    for (const other of [
      { number: 8 },
      { number: null },
      { base: "base2" },
      { head: "head2" },
      { settings: "settings2" },
      { rerun: "again" },
    ]) {
      expect(await store.runs.find({ ...run, ...other })).toBeNull();
    }
    const completed: Run = {
      ...run,
      state: "completed",
      conclusion: "failure",
      completedAt: new Date("2027-01-02T03:05:00Z"),
      reviewed: true,
      report: '{"findings":[]}',
    };
    await store.runs.save(completed);
    const rerun: Run = { ...run, rerun: "again", startedAt: new Date("2027-01-03T00:00:00Z") };
    await store.runs.save(rerun);
    const group: Run = { ...run, number: null };
    await store.runs.save(group);
    await store.runs.save(group);
    expect(await store.runs.ofPullRequest("shop/orders", 7)).toEqual([rerun, completed]);
    expect(await store.runs.ofHead("shop/orders", "head1")).toHaveLength(3);
    expect(await store.runs.unfinished(new Date("2027-01-02T12:00:00Z"))).toEqual([group]);
    expect(await store.runs.ofCheckRun("shop/orders", run.checkRun)).toEqual(rerun);
    expect(await store.runs.ofCheckRun("shop/payments", run.checkRun)).toBeNull();
    expect(await store.runs.ofCheckRun("shop/orders", 1)).toBeNull();
    const { report: _, ...newest } = rerun;
    expect(await store.runs.recent("shop/orders", 1)).toEqual([newest]);
    expect(await store.runs.recent("shop/orders", 9)).toHaveLength(2);
  });

  test("one system is kept of each repository, and every step of its debt", async () => {
    const store = await open();
    const system = (commit: string, at: Date): KeptSystem => ({
      repository: "shop/orders",
      installation: 1,
      commit,
      at,
      report: `{"at":"${commit}"}`,
    });
    const step = (commit: string, at: Date, introduced: number): DebtStep => ({
      installation: 1,
      commit,
      at,
      introduced,
      fixed: 1,
      open: 3,
    });
    expect(await store.systems.load("shop/orders")).toBeNull();
    await store.systems.save(system("c1", daysAgo(9)), step("c1", daysAgo(9), 0));
    await store.systems.save(system("c2", daysAgo(2)), step("c2", daysAgo(2), 5));
    await store.systems.save(system("c2", daysAgo(1)), step("c2", daysAgo(1), 0));
    expect(await store.systems.load("shop/orders")).toEqual(system("c2", daysAgo(1)));
    expect(await store.systems.history("shop/orders", daysAgo(30))).toEqual([step("c1", daysAgo(9), 0), step("c2", daysAgo(2), 5)]);
    expect(await store.systems.history("shop/orders", daysAgo(5))).toEqual([step("c2", daysAgo(2), 5)]);
    expect(await store.systems.history("shop/payments", daysAgo(30))).toEqual([]);

    await store.tidy(new Date(now.getTime() + (RETENTION.history - 1) * DAY));
    expect(await store.systems.history("shop/orders", daysAgo(30))).toEqual([]);
    expect((await store.systems.load("shop/orders"))?.commit).toBe("c2");
    await store.tidy(new Date(now.getTime() + (RETENTION.history + 1) * DAY));
    expect(await store.systems.load("shop/orders")).toBeNull();
  });

  test("waivers are added, replaced and removed", async () => {
    const store = await open();
    const waiver: CommandWaiver = {
      repository: "shop/orders",
      number: 7,
      fingerprint: "f1",
      reason: "ships next week\0",
      author: "ada",
      at: daysAgo(2),
      until: null,
    };
    await store.waivers.add(waiver);
    const renewed = { ...waiver, reason: "it's '); DROP TABLE fine", at: daysAgo(1), until: "2027-01-31" };
    await store.waivers.add(renewed);
    await store.waivers.add({ ...renewed, fingerprint: "f2", at: now });
    await store.waivers.add({ ...renewed, number: 8 });
    expect((await store.waivers.of("shop/orders", 7)).map(({ fingerprint }) => fingerprint)).toEqual(["f1", "f2"]);
    expect((await store.waivers.of("shop/orders", 7))[0]).toEqual(renewed);
    expect(await store.waivers.remove("shop/orders", 7, "f1")).toBe(true);
    expect(await store.waivers.remove("shop/orders", 7, "f1")).toBe(false);
    expect(await store.waivers.of("shop/orders", 8)).toHaveLength(1);
  });

  test("the audit log is read in the order it was written", async () => {
    const store = await open();
    const entries = ["accept", "withdraw"].map((action) => ({ at: now, actor: "ada", action, detail: `${action} f1` }));
    for (const entry of entries) await store.audit.write({ ...entry, repository: "shop/orders" });
    await store.audit.write({ ...entries[0]!, repository: "shop/payments" });
    expect(await store.audit.of("shop/orders")).toEqual(entries);
  });

  test("something is answered first once, whoever asks", async () => {
    const store = await open();
    const answers = await Promise.all(["c1", "c1", "c1", "c2"].map((key) => store.answered.first(key)));
    expect(answers.filter(Boolean)).toHaveLength(2);
    expect(await store.answered.first("c1")).toBe(false);
  });

  test("what is past its time is deleted, and nothing else", async () => {
    const store = await open();
    const deliver = (id: string, receivedAt: Date) => store.accept({ id, event: "push", action: null, receivedAt }, []);
    await deliver("old", daysAgo(RETENTION.deliveries + 1));
    await deliver("recent", daysAgo(RETENTION.deliveries - 1));
    const completed = (head: string, completedAt: Date): Run => ({ ...run, head, state: "completed", completedAt, report: "{}" });
    await store.runs.save(completed("old", daysAgo(RETENTION.reports + 1)));
    await store.runs.save(completed("recent", daysAgo(RETENTION.reports - 1)));
    await store.facts.save(new Map([["key", Buffer.from("text")]]));

    await store.tidy(now);
    expect(await store.knownDeliveries(["old", "recent"])).toEqual(new Set(["recent"]));
    expect((await store.runs.find({ ...run, head: "old" }))?.report).toBeNull();
    expect((await store.runs.find({ ...run, head: "recent" }))?.report).toBe("{}");

    const later = (days: number): Date => new Date(now.getTime() + days * DAY);
    await store.tidy(later(RETENTION.unusedFacts - 1));
    expect((await store.facts.load(["key"])).size).toBe(1);
    await store.tidy(later(RETENTION.unusedFacts + 2));
    expect((await store.facts.load(["key"])).size).toBe(0);
  });

  test("answers, waivers and the audit log are kept for long, and not for ever", async () => {
    const store = await open();
    const waiver = (number: number): CommandWaiver => ({
      repository: "shop/orders",
      number,
      fingerprint: "f1",
      reason: "ships next week",
      author: "ada",
      at: daysAgo(RETENTION.waivers + 1),
      until: null,
    });
    await store.waivers.add(waiver(7));
    await store.waivers.add(waiver(8));
    await store.waivers.add({ ...waiver(9), at: daysAgo(RETENTION.waivers - 1) });
    await store.runs.save({ ...run, number: 8, startedAt: daysAgo(3) });
    for (const days of [RETENTION.audit + 1, RETENTION.audit - 1])
      await store.audit.write({ at: daysAgo(days), actor: "ada", action: "accept", detail: `${days}`, repository: "shop/orders" });
    expect(await store.answered.first("c1")).toBe(true);

    await store.tidy(now);
    expect(await Promise.all([7, 8, 9].map(async (number) => (await store.waivers.of("shop/orders", number)).length))).toEqual([0, 1, 1]);
    expect((await store.audit.of("shop/orders")).map(({ detail }) => detail)).toEqual([`${RETENTION.audit - 1}`]);
    expect(await store.answered.first("c1")).toBe(false);
    await store.tidy(new Date(Date.now() + (RETENTION.answers + 1) * 86_400_000));
    expect(await store.answered.first("c1")).toBe(true);
  });
});
