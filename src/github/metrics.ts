import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Report } from "../report/report.js";
import type { Store } from "../store/store.js";

/** What `/metrics` tells. One registry for each App, so that two in one process do not mix. */
export class Metrics {
  readonly registry = new Registry();

  readonly deliveries = this.#counter(
    "faultline_deliveries_total",
    "Webhook deliveries by event and result (stored, duplicate, refused, failed).",
    ["event", "result"],
  );
  readonly dropped = this.#counter(
    "faultline_deliveries_dropped_total",
    "Deliveries that were answered with success and lost; stays 0.",
    [],
  );
  readonly redelivered = this.#counter("faultline_redeliveries_total", "Missed deliveries that GitHub was asked to send again.", []);
  readonly healed = this.#counter("faultline_healed_total", "Work that a sweep found undone, by kind.", ["kind"]);
  readonly jobs = this.#counter("faultline_jobs_total", "Jobs by kind and result (done, later, failed, poison).", ["kind", "result"]);
  readonly analyses = this.#counter(
    "faultline_analysis_failures_total",
    "Analyses that came to no report, by kind (time, memory, defect).",
    ["kind"],
  );
  readonly requests = this.#counter("faultline_github_requests_total", "Requests to GitHub by method and status.", ["method", "status"]);
  readonly budget = new Gauge({
    name: "faultline_github_rate_remaining",
    help: "Requests that an installation has left in this hour.",
    labelNames: ["installation"],
    registers: [this.registry],
  });
  readonly findings = this.#counter(
    "faultline_findings_total",
    "Findings of completed reviews by rule and status, without those that were there before.",
    ["rule", "status"],
  );
  readonly verdicts = this.#counter("faultline_verdicts_total", "Completed check runs by conclusion.", ["conclusion"]);
  readonly review = new Histogram({
    name: "faultline_review_seconds",
    help: "From taking a job to the completed check run.",
    buckets: [0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320],
    registers: [this.registry],
  });

  readonly effort = new Histogram({
    name: "faultline_review_requests",
    help: "Requests to GitHub from taking a job to the completed check run.",
    buckets: [5, 8, 10, 12, 15, 20, 30, 50, 100, 200],
    registers: [this.registry],
  });

  readonly #store: Pick<Store, "queue">;
  readonly #waiting = this.#gauge("faultline_queue_waiting", "Jobs that wait.");
  readonly #active = this.#gauge("faultline_queue_active", "Jobs that run.");
  readonly #oldest = this.#gauge("faultline_queue_oldest_seconds", "How long the oldest job that is due has waited.");

  constructor(store: Pick<Store, "queue">) {
    this.#store = store;
    collectDefaultMetrics({ register: this.registry });
    this.dropped.inc(0);
  }

  /** Everything, as Prometheus reads it. */
  async text(): Promise<string> {
    try {
      const { waiting, active, oldestSeconds } = await this.#store.queue();
      this.#waiting.set(waiting);
      this.#active.set(active);
      this.#oldest.set(oldestSeconds);
    } catch {
      // The rest is worth reading most when the store is gone.
      for (const gauge of [this.#waiting, this.#active, this.#oldest]) gauge.set(Number.NaN);
    }
    return this.registry.metrics();
  }

  /** Counts a finished review. */
  count(report: Report, conclusion: string, seconds: number): void {
    for (const { rule, status } of report.findings) if (status !== "unchanged") this.findings.inc({ rule, status });
    this.verdicts.inc({ conclusion });
    this.review.observe(seconds);
  }

  #counter(name: string, help: string, labelNames: readonly string[]): Counter {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.registry] });
  }
}
