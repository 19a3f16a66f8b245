import type { Server } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import { openSeals } from "../../src/github/session.js";
import { keepReport } from "../../src/report/kept.js";
import { review } from "../../src/review.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import type { Run } from "../../src/store/store.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";
import { servePages } from "./pages-server.js";
import { shop } from "./shop.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";

/** The pages over HTTP, with people who sign in at the stand-in for GitHub. */
const SECRET = "a secret that is long enough for a session";
let github: StandIn;
let store: MemoryStore;
let server: Server;
let url: string;
let logged: string;
let report: string;
let clock: () => Date;

beforeAll(async () => {
  const { base, head } = shop() as { readonly base: Record<string, string>; readonly head: Record<string, string> };
  const before = memorySnapshot(base, { commit: "b".repeat(40) });
  const after = memorySnapshot({ ...base, ...head }, { commit: "a".repeat(40) });
  report = keepReport(await review(before, after, defaultConfig(), { excerpts: { of: "new", places: 6 } }), defaultConfig());
  github = await startStandIn();
  const web = await github.people.createRepository("shop/web", { "a.txt": "1" });
  web.collaborators.set("ada", "write");
  await github.people.createRepository("shop/ledger", { "a.txt": "1" });
});
afterAll(() => github.close());

beforeEach(async () => {
  github.world.signIns.browser = "ada";
  clock = () => new Date();
  store = memoryStore();
  logged = "";
  ({ server, url } = await servePages({ github, store, secret: SECRET, now: () => clock(), write: (text) => (logged += text) }));
});
afterEach(async () => {
  github.faults.clear();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const run: Run = {
  installation: 70,
  repository: "shop/web",
  number: 4,
  base: "b".repeat(40),
  head: "a".repeat(40),
  settings: "s",
  rerun: null,
  checkRun: 501,
  state: "completed",
  conclusion: "failure",
  startedAt: new Date("2026-11-02T10:00:00Z"),
  completedAt: new Date("2026-11-02T10:01:00Z"),
  reviewed: true,
  report: null,
};

async function keepSystem(repository = "shop/web", installation = 70): Promise<void> {
  const step = { installation, commit: "a".repeat(40), at: new Date(), introduced: 2, fixed: 1, open: 3 };
  await store.systems.save({ repository, installation, commit: step.commit, at: step.at, report }, step);
}

/** A browser that keeps cookies and follows nothing. */
class Browser {
  readonly cookies = new Map<string, string>();

  async get(address: string, method = "GET"): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(new URL(address, url), { method, redirect: "manual", headers: cookie === "" ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Follows the ways to GitHub and back until a page is shown. */
  async open(address: string): Promise<Response> {
    let response = await this.get(address);
    for (let hops = 0; response.status >= 300 && response.status < 400 && hops < 8; hops++)
      response = await this.get(response.headers.get("location")!);
    return response;
  }
}

const REVIEW = "/repos/shop/web/reviews/501";

describe("signing in", () => {
  test("leads to GitHub and back to the page that was asked for", async () => {
    await store.runs.save({ ...run, report });
    const browser = new Browser();
    const response = await browser.open(REVIEW);
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain("findings to settle");
    expect(text).toContain("ada");
    expect((await browser.get(REVIEW)).status).toBe(200);
  });

  test("keeps what it needs in cookies that no script and no other site can use", async () => {
    const response = await new Browser().get(`/sign-in?to=${REVIEW}`);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toMatch(new RegExp(`^${github.url}/login/oauth/authorize\\?`));
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^faultline-state=[\w.-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
    ]);
  });

  test.each([
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "/repos/shop/web/../../evil",
    "/sign-out",
    "javascript:alert(1)",
    "/repos/shop/web?next=//evil.example",
    "%2f%2fevil.example",
  ])("never leads on to %s", async (to) => {
    const browser = new Browser();
    const there = await browser.get((await browser.get(`/sign-in?to=${encodeURIComponent(to)}`)).headers.get("location")!);
    const back = await browser.get(there.headers.get("location")!);
    expect([back.status, back.headers.get("location")]).toEqual([303, "/"]);
  });

  test("is refused without the state of this browser", async () => {
    const browser = new Browser();
    const begun = await browser.get("/sign-in");
    const there = await browser.get(begun.headers.get("location")!);
    const back = new URL(there.headers.get("location")!);
    // Somebody else's browser is sent here with a code that is good.
    const other = new Browser();
    expect((await other.get(back.href)).status).toBe(403);
    expect(other.cookies.size).toBe(0);
    // The state of another attempt does not do either.
    await other.get("/sign-in");
    expect((await other.get(back.href)).status).toBe(403);
    back.searchParams.set("state", "");
    expect((await browser.get(back.href)).status).toBe(403);
    expect(browser.cookies.size).toBe(0);
  });

  test("ends where the person says no, and where GitHub does not take the code", async () => {
    github.world.signIns.browser = null;
    const refused = await new Browser().open("/sign-in");
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining("Try again")]);
    github.world.signIns.browser = "ada";
    const browser = new Browser();
    const there = await browser.get((await browser.get("/sign-in")).headers.get("location")!);
    github.world.signIns.codes.clear();
    expect((await browser.get(there.headers.get("location")!)).status).toBe(403);
    expect(browser.cookies.size).toBe(0);
  });

  test("takes too long", async () => {
    const browser = new Browser();
    const there = await browser.get((await browser.get("/sign-in")).headers.get("location")!);
    clock = () => new Date(Date.now() + 601_000);
    expect((await browser.get(there.headers.get("location")!)).status).toBe(403);
  });

  test("ends by signing out, but not by another site's form", async () => {
    const browser = new Browser();
    await browser.open("/repos/shop/web");
    expect(browser.cookies.has("faultline-session")).toBe(true);
    const foreign = await new Browser().get("/sign-out", "POST");
    expect([foreign.status, foreign.headers.getSetCookie()]).toEqual([303, []]);
    expect((await browser.get("/sign-out")).status).toBe(405);
    await browser.get("/sign-out", "POST");
    expect(browser.cookies.size).toBe(0);
    expect((await browser.get("/repos/shop/web")).status).toBe(303);
  });

  test("leaves neither token nor secret in the log", async () => {
    await new Browser().open(REVIEW);
    const [token] = github.world.signIns.tokens.keys();
    for (const secret of [token!, SECRET, github.credentials.clientSecret]) expect(logged).not.toContain(secret);
  });
});

describe("a session", () => {
  const signedIn = async (): Promise<Browser> => {
    const browser = new Browser();
    await browser.open("/repos/shop/web");
    return browser;
  };
  const isOut = async (browser: Browser): Promise<void> =>
    expect((await browser.get("/repos/shop/web")).headers.get("location")).toBe("/sign-in?to=%2Frepos%2Fshop%2Fweb");

  test("cannot be made up, changed or taken from another purpose", async () => {
    const browser = await signedIn();
    const good = browser.cookies.get("faultline-session")!;
    const values = { login: "ada", token: [...github.world.signIns.tokens.keys()][0]! };
    const seals = openSeals(SECRET, clock);
    const plain = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = [
      "",
      "a.b.c.d.e",
      `${good}x`,
      good.replace(/\.([^.])([^.]*\.[^.]*)$/, (_, first: string, rest: string) => `.${first === "A" ? "B" : "A"}${rest}`),
      `${plain({ alg: "none" })}.${plain({ values, aud: "session", exp: 9_999_999_999 })}.`,
      await openSeals("another secret, as long as the first one", clock).seal("session", values, 600),
      await seals.seal("state", values, 600),
      "x".repeat(6_000),
    ];
    for (const value of forged) {
      browser.cookies.set("faultline-session", value);
      await isOut(browser);
    }
    browser.cookies.set("faultline-session", await seals.seal("session", values, 600));
    expect((await browser.get("/repos/shop/web")).status).toBe(200);
  });

  test("does not show the token to the browser", async () => {
    const [token] = github.world.signIns.tokens.keys();
    const value = (await signedIn()).cookies.get("faultline-session")!;
    for (const part of value.split(".")) expect(Buffer.from(part, "base64url").toString("latin1")).not.toContain(token);
  });

  test("ends by itself", async () => {
    const browser = await signedIn();
    clock = () => new Date(Date.now() + 8 * 3_600_000 + 1_000);
    await isOut(browser);
  });

  test("ends when GitHub no longer takes its token", async () => {
    const browser = await signedIn();
    github.world.signIns.tokens.clear();
    clock = () => new Date(Date.now() + 61_000);
    await isOut(browser);
    expect(browser.cookies.has("faultline-session")).toBe(false);
  });
});

describe("who cannot read a repository", () => {
  test("learns neither of it nor of what is not there", async () => {
    await store.runs.save({ ...run, repository: "shop/ledger", report });
    await keepSystem("shop/ledger");
    const browser = new Browser();
    const answers = [];
    for (const address of [
      "/repos/shop/ledger",
      "/repos/shop/ledger/reviews/501",
      "/repos/shop/ledger/reviews/9",
      "/repos/shop/nothing",
      "/repos/shop/nothing/reviews/501",
      "/repos/shop/web/reviews/9",
    ]) {
      const response = await browser.open(address);
      answers.push({
        status: response.status,
        headers: [...response.headers].filter(([name]) => name !== "date"),
        text: await response.text(),
      });
    }
    expect(answers[0]!.status).toBe(404);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(store.waiting).toEqual([]);
  });

  test("is sent to sign in whether it is there or not", async () => {
    const there = await new Browser().get("/repos/shop/web");
    const not = await new Browser().get("/repos/shop/nothing");
    expect([there.status, not.status]).toEqual([303, 303]);
  });

  test("loses access a minute after GitHub takes it away", async () => {
    await keepSystem();
    const web = github.world.repositories.get("shop/web")!;
    const browser = new Browser();
    expect((await browser.open("/repos/shop/web")).status).toBe(200);
    web.collaborators.delete("ada");
    expect((await browser.get("/repos/shop/web")).status).toBe(200);
    clock = () => new Date(Date.now() + 61_000);
    expect((await browser.get("/repos/shop/web")).status).toBe(404);
    web.collaborators.set("ada", "write");
  });

  test("sees nothing where GitHub does not answer", async () => {
    await keepSystem();
    const browser = new Browser();
    await browser.open("/sign-in");
    // A read is tried three times.
    github.faults.plan("GET", /^\/repos\/shop\/web$/, { kind: "before", status: 502 }, 3);
    const response = await browser.get("/repos/shop/web");
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("postgres");
  });

  test("gets nothing of an earlier owner of the name", async () => {
    await store.runs.save({ ...run, report, installation: 69 });
    await keepSystem("shop/web", 69);
    const browser = new Browser();
    expect((await browser.open(REVIEW)).status).toBe(404);
    expect(await (await browser.get("/repos/shop/web")).text()).toContain("not been read yet");
  });
});

describe("the pages of rules", () => {
  test("are for everybody, and hold all of the documentation", async () => {
    const browser = new Browser();
    const list = await browser.get("/rules");
    expect([list.status, await list.text()]).toEqual([200, expect.stringContaining('href="/rules/shared-database"')]);
    const text = await (await browser.get("/rules/shared-database")).text();
    for (const part of [
      "<h1>Shared database",
      "<h2>Why it hurts</h2>",
      '<th scope="col">severity</th>',
      "<code>docker-compose.yml</code> before",
      "DATABASE_URL: postgres://orders",
    ])
      expect(text).toContain(part);
    expect(await (await browser.get("/rules/sync-call-chain")).text()).toContain('href="/rules/cyclic-service-calls"');
  });

  test.each(["/rules/nothing-here", "/rules/constructor"])("are not made up: %s", async (address) => {
    expect((await new Browser().get(address)).status).toBe(404);
  });
});

describe("a page", () => {
  test("lists the repositories that one can read", async () => {
    const browser = new Browser();
    expect(await (await browser.get("/")).text()).toContain("Sign in with GitHub");
    await browser.open("/sign-in");
    const text = await (await browser.get("/")).text();
    expect(text).toContain('href="/repos/shop/web"');
    expect(text).not.toContain("shop/ledger");
  });

  test("runs no script, asks no other host, and stays in no cache", async () => {
    await store.runs.save({ ...run, report });
    await keepSystem();
    const browser = new Browser();
    for (const address of ["/", "/repos/shop/web", REVIEW, "/repos/shop/nothing"]) {
      const { headers, ...response } = await browser
        .open(address)
        .then(async (answer) => ({ headers: answer.headers, text: await answer.text() }));
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("cache-control")).toBe("private, no-store");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.text).not.toMatch(/<script|<img|<iframe|<style|\sstyle=|\son\w+=|url\(|@import/i);
      expect([...response.text.matchAll(/<link[^>]*href="([^"]*)"/g)].map(([, href]) => href)).toEqual(["/icon.svg", "/pages.css"]);
    }
    expect((await browser.get("/icon.svg")).headers.get("content-type")).toBe("image/svg+xml");
    expect((await browser.get("/pages.css")).headers.get("content-type")).toBe("text/css; charset=utf-8");
  });

  test("of a system that nobody has read yet asks for it", async () => {
    const text = await (await new Browser().open("/repos/shop/web")).text();
    expect(text).toContain("being read now");
    expect(store.waiting).toEqual([{ kind: "system", installation: 70, repository: "shop/web" }]);
  });

  test("of a system shows its picture, its debt and its history", async () => {
    await keepSystem();
    await store.runs.save({ ...run, report });
    const text = await (await new Browser().open("/repos/shop/web")).text();
    for (const part of ["<svg", "2 introduced or worsened", "orders_db", `href="${REVIEW}"`, "Checklist"]) expect(text).toContain(part);
  });

  test("of a review leads to the newest of its pull request", async () => {
    await store.runs.save({ ...run, report });
    await store.runs.save({ ...run, report, head: "c".repeat(40), checkRun: 502, startedAt: new Date("2026-11-03T10:00:00Z") });
    const browser = new Browser();
    expect(await (await browser.open(REVIEW)).text()).toContain('href="/repos/shop/web/reviews/502"');
    expect(await (await browser.open("/repos/shop/web/reviews/502")).text()).not.toContain("not the newest");
  });

  test("of a review says where there is no report yet or no longer", async () => {
    await store.runs.save({ ...run, state: "in_progress", completedAt: null });
    const browser = new Browser();
    expect(await (await browser.open(REVIEW)).text()).toContain("Not finished");
    for (const kept of [null, "{}", '{"kept":0}', "no json"]) {
      await store.runs.save({ ...run, report: kept });
      const response = await browser.get(REVIEW);
      expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("No longer kept")]);
    }
  });

  test.each([
    "/repos/shop",
    "/repos/shop/..",
    "/repos/shop/web/",
    "/repos/shop/web/reviews/0",
    "/repos/shop/web/reviews/1e3",
    "/repos/sh%6fp/web",
    "//evil.example/repos/shop/web",
    "/repos/shop/web/reviews/99999999999999999999",
    "/constructor",
  ])("%s is none", async (address) => {
    expect((await fetch(url + address, { redirect: "manual" })).status).toBe(404);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(github.ignored).toEqual([]);
});
