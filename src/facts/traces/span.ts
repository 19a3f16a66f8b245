/** One recorded operation of a trace, the same from every format. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly service: string;
  readonly name: string;
  readonly kind: "client" | "server" | "producer" | "consumer" | "internal";
  /** Microseconds since some epoch: only their order is used. */
  readonly start: number;
  readonly failed: boolean;
  /** How often the client had tried before; 0 for a first try. */
  readonly retry: number;
  /** The service or host that a client span says it speaks to. */
  readonly peer: string | null;
  /** `GET`, `payments.Payments/Charge`; `null` where the span does not say. */
  readonly method: string | null;
  /** Route template where the span has one (`/orders/{id}`), else `null`. */
  readonly route: string | null;
  /** The concrete path or URL, without its query. */
  readonly path: string | null;
  /** It speaks to a database, a cache or a broker. */
  readonly storage: boolean;
}

/** Recorded traces are files of these kinds; whatever else lies beside them is left alone. */
export const TRACE_FILE = /\.(?:jsonl?|ndjson)$/i;

/** A recorded file of traces. */
export interface TraceFile {
  /** Shown as the place of evidence; has no meaning otherwise. */
  readonly path: string;
  readonly text: string;
}

export interface ReadTraces {
  readonly spans: readonly Span[];
  /** `null` where the file is none of the known formats or is broken. */
  readonly reason: string | null;
}

export type Attributes = ReadonlyMap<string, string>;

/** What attributes say, by today's semantic conventions and the older names that are still recorded. */
export function fromAttributes(attributes: Attributes): Pick<Span, "retry" | "peer" | "method" | "route" | "path" | "storage"> {
  const first = (...names: readonly string[]): string | null =>
    names.map((name) => attributes.get(name)).find((value) => value !== undefined && value !== "") ?? null;
  const url = first("url.path", "http.target", "url.full", "http.url", "http.path");
  const rpc = [first("rpc.service"), first("rpc.method")].filter((part) => part !== null).join("/");
  return {
    retry: Number(first("http.request.resend_count", "http.resend_count", "retry.attempt") ?? 0) || 0,
    peer: first("peer.service", "server.address", "net.peer.name", "http.host"),
    method: first("http.request.method", "http.method") ?? (rpc === "" ? null : rpc),
    route: first("http.route", "url.template"),
    path: url === null ? null : pathOf(url),
    storage: first("db.system", "db.system.name", "messaging.system", "db.statement") !== null,
  };
}

function pathOf(url: string): string {
  const withoutHost = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, "");
  return withoutHost.split(/[?#]/, 1)[0] || "/";
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function field(value: Json | undefined, name: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;
}

export function items(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
