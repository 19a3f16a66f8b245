import type { Store } from "../store/store.js";
import type { Analysis } from "./analysis.js";
import type { Budgets } from "./budget.js";
import type { Clients } from "./clients.js";
import type { Log } from "./log.js";
import type { Metrics } from "./metrics.js";

/** What the work on one job may use. */
export interface AppParts {
  readonly store: Store;
  readonly github: Clients;
  readonly budgets: Budgets;
  readonly analysis: Pick<Analysis, "review">;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Where people read GitHub. */
  readonly site: string;
  /** The App's own pages and where people reach them, where that was told; `null`: they are not served. */
  readonly pages: { readonly url: string | null } | null;
  readonly now: () => Date;
  /** What the sweep need not look at again: by pull request, the state of it that was judged. */
  readonly settled: Map<string, string>;
  /** Jobs whose commits were not found: GitHub may need a moment after a push, and is asked once more. */
  readonly doubted: Set<string>;
}

/** What a sweep sees of a pull request without asking further. */
export interface Glance {
  readonly head: string;
  readonly baseRef: string;
  readonly baseSha: string;
}

export function settledAs({ head, baseRef, baseSha }: Glance): string {
  return `${head} ${baseRef} ${baseSha}`;
}

/** ISO date. */
export function today({ now }: Pick<AppParts, "now">): string {
  return now().toISOString().slice(0, 10);
}
