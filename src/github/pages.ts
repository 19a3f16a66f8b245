import type { IncomingHttpHeaders } from "node:http";
import {
  forgottenPage,
  notFoundPage,
  refusedPage,
  repositoriesPage,
  unansweredPage,
  unfinishedPage,
  welcomePage,
} from "../pages/notices.js";
import { ICON } from "../pages/icon.js";
import { CALLBACK_PATH, ICON_PATH, RULES_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, STYLE_PATH } from "../pages/paths.js";
import { reviewPage } from "../pages/review-page.js";
import { rulePage, rulesPage } from "../pages/rule-page.js";
import type { PageFrame } from "../pages/shell.js";
import { STYLE } from "../pages/style.js";
import { systemPage, unreadSystemPage } from "../pages/system-page.js";
import { keptReport } from "../report/kept.js";
import { ruleText } from "../rule-text.js";
import { rules } from "../rules/registry.js";
import type { Store } from "../store/store.js";
import type { Clients } from "./clients.js";
import type { SignIn } from "./environment.js";
import type { Log } from "./log.js";
import { openReaders, SignedOut, type Readable, type Readers } from "./readers.js";
import { cookie, cookieIn, cookieName, openSeals, type Seals } from "./session.js";
import { beginSignIn, endSignIn, SESSION_SECONDS, STATE_SECONDS, type Session, type SignInParts } from "./sign-in.js";

export interface PagesOptions {
  readonly signIn: SignIn;
  readonly clients: Clients;
  readonly store: Pick<Store, "runs" | "systems" | "enqueue">;
  /** Where people read GitHub. */
  readonly site: string;
  readonly publicUrl: string | null;
  readonly log: Log;
  readonly now: () => Date;
}

export interface PageRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

export interface PageAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Answers requests for pages. `null`: there is no such address, whoever asks. */
export type Pages = (request: PageRequest) => Promise<PageAnswer | null>;

interface Parts extends PagesOptions {
  readonly seals: Seals;
  readonly readers: Readers;
  readonly secure: boolean;
  /** Path of the public address. */
  readonly root: string;
}

/** The pages of the App: shown to who may read the repository on GitHub, and to nobody else. */
export function openPages(options: PagesOptions): Pages {
  const address = options.publicUrl === null ? null : new URL(options.publicUrl);
  const parts: Parts = {
    ...options,
    seals: openSeals(options.signIn.sessionSecret, options.now),
    readers: openReaders(options.clients, options.now),
    secure: address?.protocol === "https:",
    root: address === null ? "" : address.pathname.replace(/\/+$/, ""),
  };
  return async (request) => {
    const route = routeOf(request.url.pathname);
    if (route === null) return null;
    if (!route.methods.includes(request.method))
      return { status: 405, body: "method not allowed", headers: { allow: route.methods.join(", ") } };
    return route.answer(parts, request, route.named);
  };
}

interface Route {
  readonly methods: readonly string[];
  readonly answer: (parts: Parts, request: PageRequest, named: Named) => Promise<PageAnswer>;
}

interface Named {
  /** `owner/name`; empty where the page is about none. */
  readonly repository: string;
  readonly checkRun: number | null;
  readonly rule: string | null;
}

const NOTHING: Named = { repository: "", checkRun: null, rule: null };

const READ = ["GET", "HEAD"] as const;

const FIXED: Readonly<Record<string, Route>> = Object.assign(Object.create(null) as object, {
  "/": { methods: READ, answer: start },
  [STYLE_PATH]: { methods: READ, answer: async () => file("text/css; charset=utf-8", STYLE) },
  [ICON_PATH]: { methods: READ, answer: async () => file("image/svg+xml", ICON) },
  [RULES_PATH]: { methods: READ, answer: allRules },
  [SIGN_IN_PATH]: { methods: READ, answer: signIn },
  [CALLBACK_PATH]: { methods: ["GET"], answer: signedIn },
  [SIGN_OUT_PATH]: { methods: ["POST"], answer: signOut },
});

function routeOf(path: string): (Route & { readonly named: Named }) | null {
  const fixed = FIXED[path];
  if (fixed !== undefined) return { ...fixed, named: NOTHING };
  const [, rule] = /^\/rules\/([a-z-]{1,60})$/.exec(path) ?? [];
  if (rule !== undefined) return { methods: READ, answer: ofRule, named: { ...NOTHING, rule } };
  const match = /^\/repos\/([\w-]{1,100}\/(?!\.{1,2}(?:\/|$))[\w.-]{1,100})(?:\/reviews\/([1-9]\d{0,14}))?$/.exec(path);
  return match === null
    ? null
    : {
        methods: READ,
        answer: ofRepository,
        named: { ...NOTHING, repository: match[1]!, checkRun: match[2] === undefined ? null : Number(match[2]) },
      };
}

/** No script, no other host, no frame; and nothing stays in a cache that somebody else may see. */
const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "private, no-store",
  vary: "cookie",
} as const;

function show(status: number, body: string, cookies: readonly string[] = []): PageAnswer {
  return { status, body, headers: { ...HEADERS, ...(cookies.length === 0 ? {} : { "set-cookie": cookies }) } };
}

function file(type: string, body: string): PageAnswer {
  return { status: 200, body, headers: { "content-type": type, "cache-control": "public, max-age=300" } };
}

function redirect({ root }: Parts, to: string, cookies: readonly string[] = []): PageAnswer {
  return {
    status: 303,
    body: "",
    headers: { "cache-control": "no-store", location: to.startsWith("/") ? root + to : to, "set-cookie": cookies },
  };
}

function forget({ secure }: Parts, purpose: "session" | "state"): string {
  return cookie(cookieName(purpose, secure), "", 0, secure);
}

function frameOf({ root, site }: Parts, session: Session | null): PageFrame {
  return { root, site, user: session?.login ?? null };
}

async function sessionOf({ seals, secure }: Parts, { headers }: PageRequest): Promise<Session | null> {
  const sealed = cookieIn(headers.cookie, cookieName("session", secure));
  const { login, token } = (sealed === null ? null : await seals.open("session", sealed)) ?? {};
  return login === undefined || token === undefined ? null : { login, token };
}

async function signIn(parts: Parts, { url }: PageRequest): Promise<PageAnswer> {
  const { address, sealed } = await beginSignIn(signInParts(parts), url.searchParams.get("to") ?? "/");
  return redirect(parts, address, [cookie(cookieName("state", parts.secure), sealed, STATE_SECONDS, parts.secure)]);
}

async function signedIn(parts: Parts, { url, headers }: PageRequest): Promise<PageAnswer> {
  const { secure, log } = parts;
  const sealed = cookieIn(headers.cookie, cookieName("state", secure));
  const done = await endSignIn(signInParts(parts), url.searchParams, sealed).catch((error: unknown) => {
    log.warn({ err: error }, "signing in failed");
    return null;
  });
  if (done === null) return show(403, refusedPage(frameOf(parts, null)), [forget(parts, "state")]);
  return redirect(parts, done.to, [forget(parts, "state"), cookie(cookieName("session", secure), done.session, SESSION_SECONDS, secure)]);
}

/** Another site can send a form here, but without the cookie, and then nothing happens. */
async function signOut(parts: Parts, request: PageRequest): Promise<PageAnswer> {
  return redirect(parts, "/", (await sessionOf(parts, request)) === null ? [] : [forget(parts, "session")]);
}

function signInParts({ signIn: settings, clients, seals, publicUrl }: Parts): SignInParts {
  return { settings, clients, seals, publicUrl };
}

async function start(parts: Parts, request: PageRequest): Promise<PageAnswer> {
  const session = await sessionOf(parts, request);
  if (session === null) return show(200, welcomePage(frameOf(parts, null)));
  return asked(parts, session, "/", async () => {
    const { repositories, more } = await parts.readers.list(session.token);
    return show(200, repositoriesPage(frameOf(parts, session), repositories, more));
  });
}

async function allRules(parts: Parts, request: PageRequest): Promise<PageAnswer> {
  return show(200, rulesPage(frameOf(parts, await sessionOf(parts, request)), rules));
}

/** For everybody: it says nothing of any repository. */
async function ofRule(parts: Parts, request: PageRequest, { rule: id }: Named): Promise<PageAnswer> {
  const frame = frameOf(parts, await sessionOf(parts, request));
  const rule = rules.find((one) => one.id === id);
  return rule === undefined ? show(404, notFoundPage(frame)) : show(200, rulePage(frame, rule.id, await ruleText(rule)));
}

/** Everybody is sent to sign in first, whether the repository is there or not. */
async function ofRepository(parts: Parts, request: PageRequest, { repository, checkRun }: Named): Promise<PageAnswer> {
  const session = await sessionOf(parts, request);
  const { pathname } = request.url;
  if (session === null) return redirect(parts, `${SIGN_IN_PATH}?to=${encodeURIComponent(pathname)}`);
  return asked(parts, session, pathname, async () => {
    const frame = frameOf(parts, session);
    const readable = await parts.readers.find(session.token, repository);
    if (readable === null) return show(404, notFoundPage(frame));
    return checkRun === null ? systemAnswer(parts, frame, readable) : reviewAnswer(parts, frame, readable, checkRun);
  });
}

/** Where GitHub cannot be asked nothing is shown. */
async function asked(parts: Parts, session: Session, path: string, answer: () => Promise<PageAnswer>): Promise<PageAnswer> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof SignedOut) return redirect(parts, `${SIGN_IN_PATH}?to=${encodeURIComponent(path)}`, [forget(parts, "session")]);
    parts.log.warn({ err: error }, "a page could not be shown");
    return show(503, unansweredPage(frameOf(parts, session)));
  }
}

/** A name that passed to another owner has another installation: what was kept under it is not theirs. */
async function reviewAnswer(
  { store }: Parts,
  frame: PageFrame,
  { repository, installation }: Readable,
  checkRun: number,
): Promise<PageAnswer> {
  const run = await store.runs.ofCheckRun(repository, checkRun);
  if (run === null || run.installation !== installation) return show(404, notFoundPage(frame));
  if (run.state !== "completed") return show(200, unfinishedPage(frame));
  const report = run.report === null ? null : keptReport(run.report);
  if (report === null) return show(404, forgottenPage(frame, repository));
  const newest =
    run.number === null ? undefined : (await store.runs.ofPullRequest(repository, run.number)).find(({ report: kept }) => kept !== null);
  const newer = newest === undefined || newest.checkRun === checkRun ? null : newest.checkRun;
  return show(200, reviewPage(frame, { report, repository, number: run.number, completedAt: run.completedAt, newer }));
}

const DAY = 86_400_000;
const HISTORY_DAYS = 26 * 7;
const RECENT_REVIEWS = 12;

async function systemAnswer({ store, now }: Parts, frame: PageFrame, { repository, installation }: Readable): Promise<PageAnswer> {
  const system = await store.systems.load(repository);
  const report = system === null || system.installation !== installation ? null : keptReport(system.report);
  if (system === null || report === null) {
    await store.enqueue([{ kind: "system", installation, repository }]);
    return show(200, unreadSystemPage(frame, repository));
  }
  const today = now();
  const [steps, reviews] = await Promise.all([
    store.systems.history(repository, new Date(today.getTime() - HISTORY_DAYS * DAY)),
    store.runs.recent(repository, RECENT_REVIEWS),
  ]);
  return show(
    200,
    systemPage(frame, {
      report,
      repository,
      readAt: system.at,
      today,
      steps: steps.filter((step) => step.installation === installation),
      reviews: reviews.flatMap(({ number, ...run }) => (number === null || run.installation !== installation ? [] : [{ ...run, number }])),
    }),
  );
}
