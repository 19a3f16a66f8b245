import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { callerOf, checkAccess, type AppRequest, type AppRoute, type Caller } from "./access.js";
import { limited, makeAllowance } from "./allowance.js";
import { makeDeliveries, type Deliveries } from "./deliveries.js";
import { makeFaults, type Fault, type Faults } from "./faults.js";
import { answerGraphql } from "./graphql.js";
import { makeHooks } from "./hooks.js";
import { bodyOf, listen, Refusal, router, send, unlessKnown, type Answer, type MatchedRoute } from "./http.js";
import { openApi } from "./openapi.js";
import { makeOwners, type Owners } from "./owners.js";
import { makePeople, type People } from "./people.js";
import { actionRoutes } from "./routes/actions.js";
import { appRoutes } from "./routes/app.js";
import { checkRoutes } from "./routes/checks.js";
import { commentRoutes } from "./routes/comments.js";
import { contentRoutes } from "./routes/contents.js";
import { pullRoutes } from "./routes/pulls.js";
import { reviewRoutes } from "./routes/reviews.js";
import { signInRoutes } from "./routes/sign-in.js";
import type { Installation, World } from "./world.js";

/** A request that was answered. */
export interface Answered {
  readonly method: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly message: string | null;
  /** When it came, in milliseconds since 1970. */
  readonly at: number;
}

export interface StandIn {
  readonly url: string;
  readonly world: World;
  readonly credentials: {
    readonly appId: number;
    readonly privateKey: string;
    readonly webhookSecret: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
  readonly deliveries: Deliveries;
  readonly faults: Faults;
  readonly people: People;
  readonly owners: Owners;
  /** All requests to the API in the order of their answers. */
  readonly requests: readonly Answered[];
  /** What requests held that GitHub's description of its API does not know. */
  readonly ignored: readonly string[];
  close(): Promise<void>;
}

const EVENTS: readonly string[] = [
  "check_run",
  "check_suite",
  "issue_comment",
  "merge_group",
  "pull_request",
  "pull_request_review_comment",
  "push",
  "repository",
];

/** One for all of a process: to make it takes a while. */
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** What an App may ask for; a test takes some away. */
export const PERMISSIONS: Readonly<Record<string, string>> = {
  checks: "write",
  contents: "read",
  issues: "write",
  merge_queues: "read",
  metadata: "read",
  pull_requests: "write",
};

export interface StandInOptions {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly events?: readonly string[];
  /** What people read in a browser; `null` where there is nothing. Without it there is the API alone. */
  readonly site?: (world: World, path: string) => Promise<SiteFile | null>;
}

export interface SiteFile {
  readonly type: string;
  readonly body: string | Buffer;
}

/** Where the files are that pages of the site ask for. */
export const ASSETS = "/assets/";

/** Starts a GitHub on this machine, where an App is registered and installed, without a repository yet. */
export async function startStandIn({ permissions = PERMISSIONS, events = EVENTS, site }: StandInOptions = {}): Promise<StandIn> {
  const directory = await realpath(await mkdtemp(path.join(tmpdir(), "faultline-github-")));
  let lastId = 100;
  const installation: Installation = { id: 70, account: "shop", permissions: { ...permissions }, suspended: false, withheld: new Set() };
  const world: World = {
    app: {
      id: 7,
      clientId: "Iv23lifaultline",
      clientSecret: randomBytes(20).toString("hex"),
      slug: "faultline",
      publicKey,
      permissions,
      events: new Set(events),
      hookSecret: true,
    },
    installation,
    installations: [installation],
    repositories: new Map(),
    limits: {
      treeEntries: 100_000,
      pullRequestFiles: 3_000,
      contentPerMinute: Number.POSITIVE_INFINITY,
      pointsPerMinute: Number.POSITIVE_INFINITY,
      requestsPerHour: Number.POSITIVE_INFINITY,
      checkOutput: 65_535,
    },
    tokens: new Map(),
    signIns: { browser: null, codes: new Map(), tokens: new Map() },
    url: "",
    nextId: () => ++lastId,
    now: () => new Date(),
  };
  const webhookSecret = randomBytes(16).toString("hex");
  const deliveries = makeDeliveries(world, webhookSecret);
  const hooks = makeHooks(world, deliveries);
  const faults = makeFaults();
  const requests: Answered[] = [];
  const ignored: string[] = [];
  const routes = [
    ...appRoutes(world, deliveries),
    ...actionRoutes(world),
    ...checkRoutes(world, hooks),
    ...contentRoutes(world),
    ...pullRoutes(world),
    ...reviewRoutes(world, hooks),
    ...commentRoutes(world, hooks),
    ...signInRoutes(world),
    graphqlRoute(world),
  ];
  const listener = await listen(withSite(world, site, frontDoor(world, router(routes), faults, requests, ignored)));
  world.url = listener.url;
  return {
    url: listener.url,
    world,
    credentials: {
      appId: world.app.id,
      privateKey: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
      webhookSecret,
      clientId: world.app.clientId,
      clientSecret: world.app.clientSecret,
    },
    deliveries,
    faults,
    people: makePeople(world, hooks, directory),
    owners: makeOwners(world, hooks),
    requests,
    ignored,
    async close() {
      await listener.close();
      await deliveries.settled();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function graphqlRoute(world: World): AppRoute {
  return {
    method: "POST",
    pattern: "/graphql",
    needs: [],
    answer: async ({ caller, body }) => ({ status: 200, body: await answerGraphql(world, caller, body) }),
  };
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Pages and API have hosts of their own on github.com, and share this one. */
function withSite(world: World, site: StandInOptions["site"], api: Handle): Handle {
  if (site === undefined) return api;
  return async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", world.url);
    const wanted = request.method === "GET" && (pathname.startsWith(ASSETS) || request.headers.accept?.includes("text/html") === true);
    const file = wanted ? await site(world, pathname) : null;
    if (file === null) return api(request, response);
    response.writeHead(200, { "content-type": file.type }).end(file.body);
  };
}

type FindRoute = (method: string, path: string) => MatchedRoute<Caller> | null;

/** Every request passes here: planned faults, credentials, limits, the route, the record. */
function frontDoor(world: World, find: FindRoute, faults: Faults, requests: Answered[], ignored: string[]): Handle {
  const description = openApi();
  const allowance = makeAllowance(world);
  let answered = 0;

  async function answer(
    request: IncomingMessage,
    url: URL,
    caller: Caller,
    body: AppRequest["body"],
    fault: Fault | null,
  ): Promise<Answer> {
    const method = request.method ?? "GET";
    if (fault?.kind === "expired-token") throw new Refusal(401, "Bad credentials");
    if (fault?.kind === "before") throw new Refusal(fault.status, "Server Error");
    if (fault?.kind === "secondary-limit" || fault?.kind === "primary-limit") throw limited(fault.kind, fault.seconds, world.now());
    const matched = find(method, url.pathname);
    if (matched === null) throw new Refusal(404, "Not Found");
    const asked: AppRequest = {
      method,
      path: url.pathname,
      parameters: matched.parameters,
      query: url.searchParams,
      headers: request.headers,
      body,
      caller,
    };
    checkAccess(world, matched.route, asked);
    allowance.take(caller, method, url.pathname);
    const refused = description.refuses(method, url.pathname, url.searchParams, body);
    if (refused !== null) throw new Refusal(422, `Invalid request.\n\n${refused}`);
    ignored.push(...description.ignores(method, url.pathname, url.searchParams, body));
    const made = await matched.route.answer(asked);
    const doubt = description.doubts(method, url.pathname, made.status, made.body);
    if (doubt !== null) throw new Error(`its answer to ${method} ${url.pathname} is not GitHub's: ${doubt}`);
    if (fault?.kind === "after") throw new Refusal(fault.status, "Server Error");
    const sent = unlessKnown(made, request.headers["if-none-match"]);
    if (sent.status === 304) allowance.giveBack(caller);
    return sent;
  }

  return async (request, response) => {
    const url = new URL(request.url ?? "/", world.url);
    const method = request.method ?? "GET";
    const at = world.now().getTime();
    const fault = faults.take(method, url.pathname);
    if (fault?.kind === "disconnect") {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === "slow") await new Promise((resolve) => void setTimeout(resolve, fault.milliseconds));
    let body: AppRequest["body"] = {};
    let made: Answer;
    let caller: Caller | null = null;
    try {
      body = await bodyOf(request);
      caller = callerOf(world, request.headers.authorization);
      made = await answer(request, url, caller, body, fault);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      made = {
        status: error.status,
        body: {
          message: error.message,
          ...(error.errors.length > 0 ? { errors: error.errors } : {}),
          documentation_url: "https://docs.github.com/rest",
        },
        headers: error.headers,
      };
    }
    answered++;
    const message = made.status >= 400 ? String((made.body as { message?: string } | undefined)?.message) : null;
    if (fault?.kind === "hang") return;
    requests.push({ method, path: url.pathname, body, status: made.status, message, at });
    send(response, { ...made, headers: { ...allowance.headers(caller), "x-github-request-id": `R${answered}`, ...made.headers } });
  };
}
