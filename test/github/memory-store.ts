import { keyOf, type Job } from "../../src/store/jobs.js";
import type { AuditEntry, Budget, CommandWaiver, DebtStep, Delivery, KeptSystem, Run, RunKey, Store } from "../../src/store/store.js";

/** A store that forgets, for tests of what stands above it. `work` is left to those who call the handlers themselves. */
export interface MemoryStore extends Store {
  readonly deliveries: Map<string, Delivery>;
  readonly waiting: Job[];
  /** The next transaction fails with this. */
  broken: Error | null;
  readonly kept: Run[];
}

export function memoryStore(): MemoryStore {
  const answered = new Set<string>();
  const waivers: CommandWaiver[] = [];
  const audit: (AuditEntry & { repository: string })[] = [];
  const facts = new Map<string, Uint8Array>();
  const systems = new Map<string, KeptSystem>();
  const budgets = new Map<number, ReadonlyMap<string, Budget>>();
  const pauses = new Map<number, Date>();
  const steps = new Map<string, DebtStep[]>();
  const same = (run: RunKey, key: RunKey): boolean =>
    (["repository", "number", "base", "head", "settings", "rerun"] as const).every((field) => run[field] === key[field]);
  const newest = (runs: readonly Run[]): readonly Run[] => [...runs].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  const store: MemoryStore = {
    deliveries: new Map(),
    waiting: [],
    broken: null,
    kept: [],
    async accept(delivery, jobs) {
      if (store.broken !== null) throw store.broken;
      if (store.deliveries.has(delivery.id)) return "duplicate";
      store.deliveries.set(delivery.id, delivery);
      await store.enqueue(jobs);
      return "stored";
    },
    enqueue(jobs) {
      for (const job of jobs) {
        const at = store.waiting.findIndex(
          (other) => job.kind === "pull-request" && other.kind === job.kind && keyOf(other) === keyOf(job),
        );
        if (at === -1) store.waiting.push(job);
        else store.waiting[at] = job;
      }
      return Promise.resolve();
    },
    work: () => Promise.resolve(),
    drain: () => Promise.resolve(),
    queue() {
      if (store.broken !== null) return Promise.reject(store.broken);
      return Promise.resolve({ waiting: store.waiting.length, active: 0, oldestSeconds: 0 });
    },
    knownDeliveries: (ids) => Promise.resolve(new Set(ids.filter((id) => store.deliveries.has(id)))),
    firstDelivery: () =>
      Promise.resolve(
        [...store.deliveries.values()].map(({ receivedAt }) => receivedAt).sort((a, b) => a.getTime() - b.getTime())[0] ?? null,
      ),
    facts: {
      load: (keys) => Promise.resolve(new Map(keys.flatMap((key) => (facts.has(key) ? [[key, facts.get(key)!] as const] : [])))),
      save(entries) {
        for (const [key, value] of entries) facts.set(key, value);
        return Promise.resolve();
      },
    },
    runs: {
      find: (key) => Promise.resolve(store.kept.find((run) => same(run, key)) ?? null),
      save(run) {
        const at = store.kept.findIndex((other) => same(other, run));
        if (at === -1) store.kept.push(run);
        else store.kept[at] = run;
        return Promise.resolve();
      },
      ofPullRequest: (repository, number) =>
        Promise.resolve(newest(store.kept.filter((run) => run.repository === repository && run.number === number))),
      ofHead: (repository, head) => Promise.resolve(newest(store.kept.filter((run) => run.repository === repository && run.head === head))),
      ofCheckRun: (repository, checkRun) =>
        Promise.resolve(store.kept.find((run) => run.repository === repository && run.checkRun === checkRun) ?? null),
      recent: (repository, limit) =>
        Promise.resolve(newest(store.kept.filter((run) => run.repository === repository && run.number !== null)).slice(0, limit)),
      unfinished: (olderThan) => Promise.resolve(store.kept.filter((run) => run.state === "in_progress" && run.startedAt < olderThan)),
    },
    systems: {
      load: (repository) => Promise.resolve(systems.get(repository) ?? null),
      save(system, step) {
        systems.set(system.repository, system);
        steps.set(system.repository, [...(steps.get(system.repository) ?? []), step]);
        return Promise.resolve();
      },
      history: (repository, since) => Promise.resolve((steps.get(repository) ?? []).filter(({ at }) => at >= since)),
    },
    waivers: {
      add(waiver) {
        waivers.push(waiver);
        return Promise.resolve();
      },
      remove(repository, number, fingerprint) {
        const at = waivers.findIndex(
          (waiver) => waiver.repository === repository && waiver.number === number && waiver.fingerprint === fingerprint,
        );
        if (at !== -1) waivers.splice(at, 1);
        return Promise.resolve(at !== -1);
      },
      of: (repository, number) => Promise.resolve(waivers.filter((waiver) => waiver.repository === repository && waiver.number === number)),
    },
    answered: {
      first(key) {
        const first = !answered.has(key);
        answered.add(key);
        return Promise.resolve(first);
      },
    },
    audit: {
      write(entry) {
        audit.push(entry);
        return Promise.resolve();
      },
      of: (repository) => Promise.resolve(audit.filter((entry) => entry.repository === repository)),
    },
    budgets: {
      of: (installation) =>
        Promise.resolve({
          pausedUntil: pauses.get(installation) ?? null,
          budgets: [...(budgets.get(installation) ?? new Map<string, Budget>()).values()],
        }),
      note(installation, seen) {
        budgets.set(installation, new Map([...(budgets.get(installation) ?? []), ...seen]));
        return Promise.resolve();
      },
      pause(installation, until) {
        pauses.set(installation, until);
        return Promise.resolve();
      },
    },
    extensions: {
      save: () => Promise.resolve(),
      of: () => Promise.resolve([]),
    },
    queuedChecks: {
      claim: () => Promise.resolve([]),
      announce: () => Promise.resolve(),
      settle: () => Promise.resolve(),
      of: () => Promise.resolve([]),
      forget: () => Promise.resolve(),
    },
    rename(from, to) {
      const moved = <T extends { readonly repository: string }>(one: T): T => (one.repository === from ? { ...one, repository: to } : one);
      for (const rows of [store.kept, waivers, audit] as { repository: string }[][]) rows.splice(0, rows.length, ...rows.map(moved));
      return Promise.resolve();
    },
    tidy: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return store;
}
