import { randomBytes, timingSafeEqual } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import path from "node:path";
import { ProbotOctokit } from "probot";
import { appManifest } from "./app-manifest.js";
import type { Environment } from "./environment.js";
import { CALLBACK_PATH } from "../pages/paths.js";
import type { Log } from "./log.js";
import { WEBHOOK_PATH } from "./server.js";

/** What GitHub gives when it has made the App, and a secret of our own, as the host's settings name it. */
export type Created = Readonly<
  Record<"APP_ID" | "PRIVATE_KEY" | "WEBHOOK_SECRET" | "CLIENT_ID" | "CLIENT_SECRET" | "SESSION_SECRET", string>
>;

export interface Setup {
  readonly server: Server;
  /** Resolves once the App was made and its credentials are in `.env`. */
  readonly created: Promise<Created>;
}

export interface SetupOptions {
  readonly environment: Pick<Environment, "apiUrl" | "site" | "publicUrl">;
  /** Where `.env` is written. */
  readonly directory: string;
  readonly log: Log;
}

/**
 * The pages that make a GitHub App in the browser: a form that carries `app.yml` to GitHub, and the way back, which trades
 * a code for the credentials. Not yet listening.
 */
export function openSetup(options: SetupOptions): Setup {
  // Only a browser that was sent from here can come back with it.
  const state = randomBytes(24).toString("base64url");
  let resolve: (created: Created) => void = () => undefined;
  const created = new Promise<Created>((done) => (resolve = done));
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    answer(request, options, state, resolve).then(
      (page) => reply(response, page),
      (error: unknown) => {
        options.log.error({ err: error }, "the App could not be set up");
        reply(response, {
          status: 502,
          title: "Not set up",
          body: '<p>GitHub did not give the credentials, or they could not be written to <code>.env</code>. The log has the cause. <a href="/">Begin again</a>.</p>',
        });
      },
    );
  });
  return { server, created };
}

interface Page {
  readonly status: number;
  readonly title: string;
  /** HTML. */
  readonly body: string;
  readonly after?: () => void;
}

const NOT_FOUND: Page = { status: 404, title: "Not found", body: "" };

async function answer(request: IncomingMessage, options: SetupOptions, state: string, resolve: (created: Created) => void): Promise<Page> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/healthz") return { status: 200, title: "ok", body: "" };
  if (url.pathname === "/readyz" || url.pathname === WEBHOOK_PATH)
    return { status: request.method === "GET" && url.pathname === WEBHOOK_PATH ? 405 : 503, title: "Not set up yet", body: "" };
  if (request.method !== "GET") return NOT_FOUND;
  if (url.pathname === "/") return formPage(request, url, options, state);
  if (url.pathname !== "/setup") return NOT_FOUND;
  const code = url.searchParams.get("code") ?? "";
  if (!isSame(url.searchParams.get("state") ?? "", state) || !/^[\w-]{1,200}$/.test(code)) {
    return {
      status: 400,
      title: "Not set up",
      body: '<p>This address is not the one that GitHub sends you to. <a href="/">Begin again</a>.</p>',
    };
  }
  const { credentials, page } = await trade(code, options);
  await writeEnvFile(options.directory, credentials);
  options.log.info({ appId: credentials.APP_ID }, "the App was made; its credentials are in .env");
  return {
    status: 200,
    title: "Faultline is set up",
    body: `<p>The credentials are in <code>.env</code>, readable by this user alone, and the App is starting. <a href="${escapeHtml(`${page}/installations/new`)}">Install it on repositories</a>.</p>`,
    after: () => resolve(credentials),
  };
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function formPage(request: IncomingMessage, url: URL, { environment }: SetupOptions, state: string): Page {
  const organisation = url.searchParams.get("organization") ?? "";
  const owner = /^[\w-]{1,100}$/.test(organisation) ? `/organizations/${organisation}` : "";
  const here = environment.publicUrl ?? `http://${hostOf(request)}`;
  const reachable =
    environment.publicUrl === null
      ? "<p><strong>PUBLIC_URL is not set.</strong> GitHub sends webhooks to the address below, so that it must be reachable from there; it can be changed on the App's page later.</p>"
      : "";
  return {
    status: 200,
    title: "Set up Faultline",
    body: `<p>This makes a GitHub App with the permissions and events of <code>app.yml</code>, and writes its credentials to <code>.env</code>.</p>${reachable}
<p>Webhooks: <code>${escapeHtml(here + WEBHOOK_PATH)}</code></p>
<form action="${escapeHtml(`${environment.site}${owner}/settings/apps/new?state=${state}`)}" method="post">
<input type="hidden" name="manifest" value="${escapeHtml(JSON.stringify(manifest(here)))}">
<button type="submit">Make the App ${owner === "" ? "for my account" : `for ${escapeHtml(organisation)}`}</button>
</form>
<form action="/" method="get"><label>For an organisation: <input name="organization" value="${escapeHtml(organisation)}"></label> <button type="submit">Choose</button></form>`,
  };
}

/** The header is the visitor's word, and goes no further than a form that the visitor sends. */
function hostOf({ headers }: IncomingMessage): string {
  return headers.host !== undefined && /^[\w.:[\]-]{1,255}$/.test(headers.host) ? headers.host : "localhost";
}

function manifest(here: string): object {
  return {
    ...appManifest(),
    url: here,
    hook_attributes: { url: here + WEBHOOK_PATH, active: true },
    redirect_url: `${here}/setup`,
    callback_urls: [here + CALLBACK_PATH],
  };
}

async function trade(code: string, { environment }: SetupOptions): Promise<{ readonly credentials: Created; readonly page: string }> {
  const octokit = new ProbotOctokit({
    baseUrl: environment.apiUrl,
    request: { signal: AbortSignal.timeout(30_000) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const { data } = await octokit.request("POST /app-manifests/{code}/conversions", { code, request: { retries: 0 } });
  if (data.webhook_secret === null) throw new Error("GitHub gave no webhook secret");
  return {
    credentials: {
      APP_ID: String(data.id),
      PRIVATE_KEY: data.pem,
      WEBHOOK_SECRET: data.webhook_secret,
      CLIENT_ID: data.client_id,
      CLIENT_SECRET: data.client_secret,
      SESSION_SECRET: randomBytes(32).toString("hex"),
    },
    page: data.html_url,
  };
}

/** Keeps what else stands there. Never readable by others, not even for a moment, and whole or not at all. */
async function writeEnvFile(directory: string, credentials: Created): Promise<void> {
  const file = path.join(directory, ".env");
  const before = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const kept = before
    .split("\n")
    .filter((line) => !Object.keys(credentials).some((name) => line.startsWith(`${name}=`)))
    .join("\n")
    .trimEnd();
  const lines = Object.entries(credentials).map(([name, value]) => `${name}="${value.trimEnd().replaceAll("\n", "\\n")}"`);
  const temporary = `${file}.${process.pid}`;
  await writeFile(temporary, `${kept === "" ? "" : `${kept}\n`}${lines.join("\n")}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function reply(response: ServerResponse, { status, title, body, after }: Page): void {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><body style="font: 16px/1.5 system-ui; max-width: 40rem; margin: 3rem auto; padding: 0 1rem"><h1>${title}</h1>${body}</body></html>\n`;
  if (after !== undefined) response.on("close", after);
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    connection: "close",
  });
  response.end(html);
}
