import { createHash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a route sees it. */
export interface Asked<Caller> {
  readonly method: string;
  readonly path: string;
  /** The parts of the path that the route's pattern names, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
}

export interface Answer {
  readonly status: number;
  /** Sent as JSON, bytes as they are. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What GitHub answers instead of what was asked for. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: readonly unknown[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, message: string, errors: readonly unknown[] = [], headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

export interface Route<Caller> {
  readonly method: string;
  readonly pattern: string;
  /** `app` (a JWT), `anyone`, `user` (somebody who signed in), or permissions of an installation of which one is enough: `["issues:write"]`. */
  readonly needs: "app" | "anyone" | "user" | readonly string[];
  readonly answer: (asked: Asked<Caller>) => Answer | Promise<Answer>;
}

export interface MatchedRoute<Caller> {
  readonly route: Route<Caller>;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Finds the route of a request: `:name` is one part of a path, `*name` the rest of it. */
export function router<Caller>(routes: readonly Route<Caller>[]): (method: string, path: string) => MatchedRoute<Caller> | null {
  const compiled = routes.map((route) => ({
    route,
    pattern: new RegExp(`^${route.pattern.replace(/:(\w+)/g, "(?<$1>[^/]+)").replace(/\*(\w+)/g, "(?<$1>.*)")}$`),
  }));
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match === null) continue;
      return {
        route,
        parameters: Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, part]) => [name, decodeURIComponent(part)])),
      };
    }
    return null;
  };
}

export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on a free port of this machine. */
export async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Listener> {
  // Longer than a review that runs in this thread may hold it up: a connection that ends meanwhile fails the next request.
  const server: Server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, { status: 500, body: { message: `stand-in: ${String(error)}` } });
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

export async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return {};
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (typeof body === "object" && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  } catch {
    // Answered below, like every other body that is no object.
  }
  throw new Refusal(400, "Problems parsing JSON");
}

/** The answer with its ETag, or a 304 where that is the one that the client has already. */
export function unlessKnown(answer: Answer, knownTag: string | undefined): Answer {
  if (answer.status !== 200 || answer.body === undefined || Buffer.isBuffer(answer.body)) return answer;
  const etag = `"${createHash("sha256").update(JSON.stringify(answer.body)).digest("hex")}"`;
  const headers = { ...answer.headers, etag };
  return knownTag === etag ? { status: 304, headers } : { ...answer, headers };
}

export function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (Buffer.isBuffer(body)) {
    response.writeHead(status, { "content-type": "application/octet-stream", ...headers }).end(body);
    return;
  }
  if (body === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers }).end(JSON.stringify(body));
}

/** One page of a list, with the way to the others. At most a hundred entries, thirty if nothing is said. */
export function page<T>(
  asked: Pick<Asked<unknown>, "path" | "query">,
  origin: string,
  all: readonly T[],
): { readonly entries: readonly T[]; readonly headers: Readonly<Record<string, string>> } {
  const size = Math.min(100, Math.max(1, Number(asked.query.get("per_page") ?? 30) || 30));
  const number = Math.max(1, Number(asked.query.get("page") ?? 1) || 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (to: number, relation: string): string => {
    const query = new URLSearchParams(asked.query);
    query.set("page", String(to));
    return `<${origin}${asked.path}?${query.toString()}>; rel="${relation}"`;
  };
  const links = [
    ...(number > 1 ? [link(number - 1, "prev"), link(1, "first")] : []),
    ...(number < last ? [link(number + 1, "next"), link(last, "last")] : []),
  ];
  return { entries: all.slice((number - 1) * size, number * size), headers: links.length === 0 ? {} : { link: links.join(", ") } };
}
