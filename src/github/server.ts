import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { verify } from "@octokit/webhooks-methods";
import type { Store } from "../store/store.js";
import { jobsOf } from "./events.js";
import type { Log } from "./log.js";
import type { Metrics } from "./metrics.js";
import type { Pages } from "./pages.js";

export const WEBHOOK_PATH = "/api/github/webhooks";

/** GitHub sends no more than this. */
const LARGEST_BODY = 25 * 1024 * 1024;

/** GitHub waits ten seconds for an answer. */
const STORE_PATIENCE = 8_000;

export interface ServerParts {
  readonly store: Pick<Store, "accept" | "queue">;
  readonly secrets: readonly string[];
  readonly metrics: Metrics;
  readonly log: Log;
  /** False before everything has started and once it ends. */
  readonly ready: () => boolean;
  /** `null`: none are served. */
  readonly pages: Pages | null;
}

/** What goes back: a status, a line of text and its type. */
interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** The App's HTTP server, not yet listening. */
export function appServer(parts: ServerParts): Server {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000 }, (request, response) => {
    answer(request, response, parts).catch((error: unknown) => {
      parts.log.error({ err: error }, "a request could not be answered");
      reply(response, request, { status: 500, body: "internal error" });
    });
  });
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
  });
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0];
  if (path === WEBHOOK_PATH) return reply(response, request, await webhook(request, parts));
  const page = pages[path ?? ""];
  if (page === undefined) return reply(response, request, (await ofPages(request, parts)) ?? { status: 404, body: "not found" });
  if (request.method !== "GET" && request.method !== "HEAD") return reply(response, request, notAllowed("GET, HEAD"));
  return reply(response, request, await page(parts));
}

/** `null`: there is no such page. */
async function ofPages(request: IncomingMessage, { pages: answerPage }: ServerParts): Promise<Answer | null> {
  const { method = "GET", url = "/", headers } = request;
  if (answerPage === null || !url.startsWith("/") || !URL.canParse(`http://localhost${url}`)) return null;
  return answerPage({ method, url: new URL(`http://localhost${url}`), headers });
}

const pages: Readonly<Record<string, (parts: ServerParts) => Answer | Promise<Answer>>> = Object.assign(Object.create(null) as object, {
  "/healthz": () => ({ status: 200, body: "ok" }),
  "/readyz": readiness,
  "/metrics": async ({ metrics }: ServerParts) => ({
    status: 200,
    body: await metrics.text(),
    headers: { "content-type": metrics.registry.contentType },
  }),
});

async function readiness({ store, ready, log }: ServerParts): Promise<Answer> {
  if (!ready()) return { status: 503, body: "not ready" };
  try {
    await withinTime(store.queue(), 3_000);
    return { status: 200, body: "ready" };
  } catch (error) {
    log.warn({ err: error }, "the store does not answer");
    return { status: 503, body: "the store does not answer" };
  }
}

function notAllowed(allow: string): Answer {
  return { status: 405, body: "method not allowed", headers: { allow } };
}

async function webhook(request: IncomingMessage, parts: ServerParts): Promise<Answer> {
  if (request.method !== "POST") return notAllowed("POST");
  const event = header(request, "x-github-event");
  const delivery = header(request, "x-github-delivery");
  const refuse = (status: number, body: string): Answer => {
    parts.metrics.deliveries.inc({ event: "any", result: "refused" });
    parts.log.warn({ delivery: delivery?.slice(0, 100), status }, `a webhook was refused: ${body}`);
    return { status, body };
  };

  // Before anything is hashed: whoever has no secret must not cost memory.
  const body = await bodyOf(request);
  if (body === null) return refuse(413, "the body is larger than 25 MB");
  const signature = header(request, "x-hub-signature-256");
  if (signature === null) return refuse(401, "the signature is missing");
  if (!(await isSigned(body, signature, parts.secrets))) return refuse(401, "the signature does not fit");
  if (event === null || !/^[\w-]{1,100}$/.test(event)) return refuse(400, "X-GitHub-Event is missing");
  if (delivery === null || !/^[\w.:-]{1,200}$/.test(delivery)) return refuse(400, "X-GitHub-Delivery is missing");
  const payload = objectIn(body);
  if (payload === null) return refuse(400, "the body is not a JSON object; set the webhook's content type to application/json");
  return accept({ event, delivery, payload }, parts);
}

interface Accepted {
  readonly event: string;
  readonly delivery: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Stored first, answered then: what was answered with success is never lost. */
async function accept({ event, delivery, payload }: Accepted, { store, metrics, log }: ServerParts): Promise<Answer> {
  const jobs = jobsOf({ event, delivery, payload });
  const action = typeof payload.action === "string" ? payload.action.slice(0, 100) : null;
  const about = { delivery, event, action };
  // Names of events come from outside, and each label costs memory for ever.
  const label = jobs.length > 0 ? event : "other";
  try {
    const result = await withinTime(store.accept({ id: delivery, event, action, receivedAt: new Date() }, jobs), STORE_PATIENCE);
    metrics.deliveries.inc({ event: label, result });
    log.info({ ...about, jobs: jobs.length, result }, "delivery");
    return { status: result === "stored" ? 202 : 200, body: result };
  } catch (error) {
    metrics.deliveries.inc({ event: label, result: "failed" });
    log.error({ ...about, err: error }, "a delivery could not be stored");
    return { status: 503, body: "the delivery could not be stored", headers: { "retry-after": "30" } };
  }
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === "string" && value !== "" ? value : null;
}

/** `null` where it is too large; what is left of it is not kept. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers["content-length"] ?? 0) > LARGEST_BODY) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection stays, so that the answer arrives.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function isSigned(body: Buffer, signature: string, secrets: readonly string[]): Promise<boolean> {
  if (body.length === 0) return false;
  const text = body.toString("utf8");
  for (const secret of secrets) if (await verify(secret, text, signature)) return true;
  return false;
}

function objectIn(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reply(response: ServerResponse, request: IncomingMessage, { status, body, headers }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = Buffer.from(body === "" || body.endsWith("\n") ? body : `${body}\n`);
  const own = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": bytes.length,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    ...own,
  });
  response.end(request.method === "HEAD" ? undefined : bytes);
  // What was not read is thrown away.
  if (!request.readableEnded) request.resume();
}
