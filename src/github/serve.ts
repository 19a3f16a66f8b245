import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import type { Server } from "node:http";
import { openStore } from "../store/open.js";
import type { Store } from "../store/store.js";
import { analysisThreads } from "./analysis.js";
import type { AppParts } from "./app-parts.js";
import { openBudgets } from "./budget.js";
import { openClients } from "./clients.js";
import { EnvironmentError, readEnvironment, type Environment, type Variables } from "./environment.js";
import { openLog, type Log } from "./log.js";
import { Metrics } from "./metrics.js";
import { appServer } from "./server.js";
import { openPages } from "./pages.js";
import { tellWaiting } from "./queued-checks.js";
import { openSetup, type Created } from "./setup.js";
import { sweep, type Swept } from "./sweep.js";
import { handleJob, handlePoison } from "./work.js";

/** Jobs at one time. Most of a job is waiting for GitHub. */
const CONCURRENCY = 4;

/** Between two looks for jobs that have waited for long, in seconds. */
const LOOK = 5;

/** Of the 15 seconds that a stop may take, what running jobs get. */
const DRAIN = 10_000;

/** Whatever else hangs: after this the process ends, and what ran is taken up at the next start. */
const LAST_RESORT = 14_000;

/** The running App. */
interface App {
  /** Stops taking work, finishes or hands back what runs, and closes the store. Calling it again changes nothing. */
  stop(): Promise<void>;
}

interface Output {
  write(text: string): unknown;
}

async function serve(variables: Variables, out: Output): Promise<App> {
  const environment = readEnvironment(variables, inContainer());
  const { credentials } = environment;
  if (credentials === null) throw new EnvironmentError("APP_ID is not set.", "Set up the App first.");
  const databaseUrl = "databaseUrl" in environment.store ? [environment.store.databaseUrl] : [];
  const { signIn } = environment;
  const log = openLog(
    environment,
    [...credentials.webhookSecrets, ...databaseUrl, ...(signIn === null ? [] : [signIn.clientSecret, signIn.sessionSecret])],
    out,
  );
  const store = await openStore(environment.store);
  const metrics = new Metrics(store);
  const now = (): Date => new Date();
  const budgets = openBudgets(store.budgets, now);
  const parts: AppParts = {
    store,
    github: openClients({ credentials, apiUrl: environment.apiUrl, log, metrics, budgets }),
    budgets,
    analysis: analysisThreads({ cache: store.facts }),
    metrics,
    log,
    site: environment.site,
    pages: signIn === null ? null : { url: environment.publicUrl },
    now,
    settled: new Map(),
    doubted: new Set(),
  };
  let ready = false;
  const pages =
    signIn === null
      ? null
      : openPages({ signIn, clients: parts.github, store, site: parts.site, publicUrl: environment.publicUrl, log, now: parts.now });
  const server = appServer({ store, secrets: credentials.webhookSecrets, metrics, log, ready: () => ready, pages });
  try {
    await listen(server, environment);
  } catch (error) {
    await store.close();
    throw error;
  }
  await store.work(
    (job, signal) => handleJob(parts, job, signal),
    (job, error) => handlePoison(parts, job, error),
    CONCURRENCY,
  );
  const swept: Swept = { deliveries: null, lists: new Map() };
  const sweeps = often(environment.sweepSeconds, (signal) => sweep(parts, swept, signal));
  const looks = often(LOOK, async (signal) =>
    tellWaiting(parts, signal).catch((error: unknown) => log.warn({ err: error }, "what waits could not be looked at")),
  );
  ready = true;
  const { port } = server.address() as AddressInfo;
  log.info({ host: environment.host, port, api: environment.apiUrl }, "listening");
  const end = async (): Promise<void> => {
    ready = false;
    log.info("stopping");
    await shutDown(server, store, [sweeps, looks], log);
  };
  let ending: Promise<void> | null = null;
  return { stop: () => (ending ??= end()) };
}

async function listen(server: Server, { host, port }: Environment): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new EnvironmentError(
          `HOST and PORT cannot be used: ${error.code ?? error.message} at ${host}:${port}.`,
          "Choose another port, or end what listens there.",
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  server.removeAllListeners("error");
}

interface Repeated {
  stop(): Promise<void>;
}

/** At start, then after each pause; never two at once. */
function often(seconds: number, work: (signal: AbortSignal) => Promise<void>): Repeated {
  const ending = new AbortController();
  const wait = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, seconds * 1_000);
      ending.signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  const running = (async () => {
    while (!ending.signal.aborted) {
      await work(ending.signal);
      if (!ending.signal.aborted) await wait();
    }
  })();
  return {
    stop() {
      ending.abort();
      return running;
    },
  };
}

/** The store closes last: until then deliveries can still be stored. */
async function shutDown(server: Server, store: Store, repeated: readonly Repeated[], log: Log): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const ended = Promise.all(repeated.map((one) => one.stop()));
  await store.drain(DRAIN);
  server.closeAllConnections();
  await closed;
  // A sweep may hang on a request that has not timed out yet; it writes nothing that the next would not.
  await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
  await store.close();
  log.info("stopped");
}

/** Makes the App in the browser. `null`: it was asked to stop before. */
async function setUp(environment: Environment, directory: string, out: Output, stopped: Promise<void>): Promise<Created | null> {
  const log = openLog(environment, [], out);
  const { server, created } = openSetup({ environment, directory, log });
  await listen(server, environment);
  const { port } = server.address() as AddressInfo;
  log.info(
    { address: environment.publicUrl ?? `http://${environment.host === "0.0.0.0" ? "localhost" : environment.host}:${port}/` },
    "nothing is set up yet: open this address in a browser to make the GitHub App, or set APP_ID, PRIVATE_KEY and WEBHOOK_SECRET",
  );
  const outcome = await Promise.race([created, stopped.then(() => null)]);
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return outcome;
}

/** Serves until a signal asks to stop. More signals change nothing. `.env` in `directory` is written by the set-up. */
export async function serveUntilSignal(variables: Variables, directory: string, out: Output): Promise<void> {
  let asked: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (asked = resolve));
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, asked);
  const environment = readEnvironment(variables, inContainer());
  const created = environment.credentials === null ? await setUp(environment, directory, out, stopped) : {};
  if (created === null) return leave();
  const app = await serve({ ...variables, ...created }, out);
  await stopped;
  setTimeout(leave, LAST_RESORT).unref();
  await app.stop();
  leave();
}

/** At once: while Node puts itself away it listens to no signal, and one more would count as a failure. */
function leave(): never {
  process.exit(0);
}

function inContainer(): boolean {
  return existsSync("/.dockerenv") || existsSync("/run/.containerenv");
}
