import { ProbotOctokit } from "probot";
import type { Budgets } from "./budget.js";
import { countRequest } from "./effort.js";
import type { Credentials } from "./environment.js";
import type { Log } from "./log.js";
import type { Metrics } from "./metrics.js";
import type { Octokit } from "./octokit.js";
import type { Permissions } from "./publication.js";
import { statusOf } from "./refusal.js";

/** How the App speaks to GitHub: as itself, and as each of its installations. */
export interface Clients {
  readonly appId: number;
  /** For what concerns the App itself: its deliveries and installations. */
  readonly app: Octokit;
  installation(id: number): Octokit;
  /** As a person who signed in. */
  user(token: string): Octokit;
  /** As nobody. */
  readonly anonymous: Octokit;
  /** What the installation granted. */
  permissions(id: number): Promise<Permissions>;
}

export interface ClientOptions {
  readonly credentials: Credentials;
  readonly apiUrl: string;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Who is told what answers say of budgets. */
  readonly budgets?: Pick<Budgets, "seen">;
  /** How requests are sent. */
  readonly fetch?: typeof fetch;
  /** Before a read is tried again, in milliseconds. */
  readonly pauses?: readonly number[];
}

/** A request that has not been answered by then is not going to be. */
const PATIENCE = 30_000;

const PAUSES: readonly number[] = [500, 2_000];

/**
 * Neither throttling nor retries of the library: jobs wait for limits without holding a worker, and what creates something
 * is never sent twice blindly.
 */
const Client = ProbotOctokit.defaults(
  (options: object) => ({ ...options, throttle: { enabled: false }, retry: { enabled: false } }) as never,
);

export function openClients({
  credentials,
  apiUrl,
  log,
  metrics,
  budgets,
  fetch: send = fetchInTime,
  pauses = PAUSES,
}: ClientOptions): Clients {
  const { appId, privateKey } = credentials;
  const quiet = { debug() {}, info() {}, warn: (message: string) => log.debug(message), error: (message: string) => log.debug(message) };
  const openAs = (auth: object | undefined, installationId: number | null): Octokit => {
    const client = new Client({ ...(auth === undefined ? {} : { auth }), baseUrl: apiUrl, request: { fetch: send }, log: quiet });
    watch(client, installationId, { metrics, ...(budgets === undefined ? {} : { budgets }), pauses });
    return client;
  };
  const open = (installationId?: number): Octokit =>
    openAs({ appId, privateKey, ...(installationId === undefined ? {} : { installationId }) }, installationId ?? null);
  const installations = new Map<number, Octokit>();
  const installation = (id: number): Octokit => {
    const known = installations.get(id) ?? open(id);
    installations.set(id, known);
    return known;
  };
  return {
    appId,
    app: open(),
    installation,
    user: (token) => openAs({ token }, null),
    anonymous: openAs(undefined, null),
    async permissions(id) {
      const { permissions } = (await installation(id).auth({ type: "installation" })) as { permissions?: Permissions };
      return permissions ?? {};
    },
  };
}

/** `fetch` that gives up after half a minute. */
export function fetchInTime(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const clock = AbortSignal.timeout(PATIENCE);
  return fetch(input, { ...init, signal: init.signal == null ? clock : AbortSignal.any([init.signal, clock]) });
}

/** Counts every request, reads the budget, tries reads again, and gets a new token where the old one is no longer taken. */
function watch(
  client: Octokit,
  installation: number | null,
  { metrics, budgets, pauses }: Pick<ClientOptions, "metrics" | "budgets"> & { readonly pauses: readonly number[] },
): void {
  const budget = (headers: Record<string, unknown> = {}): void => {
    if (installation === null) return;
    budgets?.seen(installation, headers);
    const remaining = Number(headers["x-ratelimit-remaining"]);
    if (Number.isFinite(remaining)) metrics.budget.set({ installation: String(installation) }, remaining);
  };
  client.hook.wrap("request", async (request, options) => {
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      countRequest();
      try {
        const response = await request(options);
        metrics.requests.inc({ method: options.method, status: String(response.status) });
        budget(response.headers);
        return response;
      } catch (error) {
        const status = statusOf(error);
        metrics.requests.inc({ method: options.method, status: String(status ?? "none") });
        budget((error as { response?: { headers?: Record<string, unknown> } }).response?.headers);
        if (status === 401 && installation !== null && !renewed && !options.url.includes("access_tokens")) {
          renewed = true;
          await client.auth({ type: "installation", refresh: true });
          continue;
        }
        const pause = pauses[attempt];
        if (pause === undefined || !mayHelp(options.method, status)) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
      }
    }
  });
}

/** Only what changes nothing is sent again: a lost answer does not mean that nothing was done. */
function mayHelp(method: string, status: number | null): boolean {
  return (method === "GET" || method === "HEAD") && (status === null || status >= 500);
}
