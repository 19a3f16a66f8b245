import { AsyncLocalStorage } from "node:async_hooks";

/** What a job cost so far. */
export interface Effort {
  /** Requests to GitHub, those that failed and were repeated too. */
  readonly requests: number;
  readonly seconds: number;
}

interface Running {
  requests: number;
  readonly since: number;
}

const running = new AsyncLocalStorage<Running>();

/** Does work whose requests are counted, apart from those of other work at the same time. */
export function counting<T>(work: () => Promise<T>): Promise<T> {
  return running.run({ requests: 0, since: performance.now() }, work);
}

/** A request is sent. */
export function countRequest(): void {
  const mine = running.getStore();
  if (mine !== undefined) mine.requests++;
}

/** Of the work that asks; `null` outside of any. */
export function effortSoFar(): Effort | null {
  const mine = running.getStore();
  return mine === undefined ? null : { requests: mine.requests, seconds: (performance.now() - mine.since) / 1_000 };
}
