import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { AppParts } from "../../src/github/app-parts.js";
import { openBudgets } from "../../src/github/budget.js";
import { openClients } from "../../src/github/clients.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import { appServer, WEBHOOK_PATH } from "../../src/github/server.js";
import { sweep, type Swept } from "../../src/github/sweep.js";
import { handleJob, handlePoison } from "../../src/github/work.js";
import { inThisThread } from "../../src/extraction/extraction.js";
import { review } from "../../src/review.js";
import type { Database } from "../../src/store/database.js";
import { openStoreOn, type StoreOptions } from "../../src/store/open.js";
import type { StandIn } from "../github/stand-in/stand-in.js";
import { mortalDatabase, mortalFetch, type Life } from "./mortal.js";

const CONCURRENCY = 4;
/** As long as GitHub may take here before a request is given up: it is on this machine. */
const PATIENCE = 4_000;
/** Before a read is tried again: nobody is relieved by a longer one here. */
const PAUSES = [20, 80];
/** In milliseconds; long enough for a run to count as stuck. */
const LATER = 11 * 60 * 1_000;

/** The App in this process, from its first breath to its death: all that it knows beside the database goes with it. */
export interface Incarnation {
  /** Looks for what was missed, as the App does at its start and every now and then. */
  sweep(): Promise<void>;
  /** Jobs that wait or run. */
  busy(): Promise<number>;
  /** Minutes of its clock pass at once. */
  later(): void;
  readonly log: readonly string[];
  end(): Promise<void>;
}

export async function beBorn(github: StandIn, database: Database, life: Life, pace: StoreOptions["pace"]): Promise<Incarnation> {
  const store = await openStoreOn(mortalDatabase(database, life), pace === undefined ? {} : { pace });
  const written: string[] = [];
  const log = openLog({ logLevel: "debug", logFormat: "json" }, [], { write: (line) => void written.push(line) });
  const metrics = new Metrics(store);
  const { appId, privateKey, webhookSecret } = github.credentials;
  let ahead = 0;
  const now = (): Date => new Date(Date.now() + ahead);
  const budgets = openBudgets(store.budgets, now);
  const parts: AppParts = {
    store,
    github: openClients({
      credentials: { appId, privateKey, webhookSecrets: [webhookSecret] },
      apiUrl: github.url,
      log,
      metrics,
      budgets,
      fetch: mortalFetch(life, PATIENCE),
      pauses: PAUSES,
    }),
    analysis: {
      review: (base, head, config, context) =>
        review(base, head, config, { ...context, extraction: { ...inThisThread, cache: store.facts } }),
    },
    metrics,
    log,
    site: github.url,
    now,
    budgets,
    pages: null,
    settled: new Map(),
    doubted: new Set(),
  };
  const server = appServer({ store, secrets: [webhookSecret], metrics, log, ready: () => true, pages: null });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  github.deliveries.target = `http://127.0.0.1:${(server.address() as AddressInfo).port}${WEBHOOK_PATH}`;
  const hangUp = (): void => {
    server.close();
    server.closeAllConnections();
  };
  void life.death.then(hangUp);
  await store.work(
    (job, signal) => handleJob(parts, job, signal),
    (job, error) => handlePoison(parts, job, error),
    CONCURRENCY,
  );
  const swept: Swept = { deliveries: null, lists: new Map() };
  return {
    sweep: () => sweep(parts, swept, new AbortController().signal),
    async busy() {
      const { waiting, active } = await store.queue();
      return waiting + active;
    },
    later: () => void (ahead += LATER),
    log: written,
    async end() {
      hangUp();
      await store.drain(5_000);
      life.die();
    },
  };
}
