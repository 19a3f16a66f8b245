import type { Span, TraceFile } from "../facts/traces/span.js";
import { readTraces } from "../facts/traces/read.js";
import type { Evidence } from "./evidence.js";

/** All that the recorded traces of one side show. */
export interface Traces {
  /** Root operations that were recorded, as `service operation`, sorted. */
  readonly operations: readonly string[];
  readonly calls: readonly TracedCalls[];
  readonly unreadable: readonly { readonly path: string; readonly line: number; readonly reason: string }[];
}

/** How often one service called another while one root operation was served: the worst trace of those recorded. */
export interface TracedCalls {
  readonly caller: string;
  readonly target: string;
  /** `orders GET /orders/:id/availability`. */
  readonly operation: string;
  /** Calls in the worst trace, retries merged, health checks left out. */
  readonly calls: number;
  /** Calls by template (`GET /stock/:id`), most first, with how many different parameters were seen; 0: unknown. */
  readonly templates: readonly { readonly template: string; readonly calls: number; readonly parameters: number }[];
  readonly evidence: readonly Evidence[];
}

/** Reads recorded traces and counts calls between services. `nameOf` turns a recorded service name into the system's. */
export function buildTraces(files: readonly TraceFile[], nameOf: (name: string) => string | null): Traces {
  const operations = new Set<string>();
  const worst = new Map<string, TracedCalls>();
  const unreadable: { path: string; line: number; reason: string }[] = [];
  for (const file of [...files].sort((one, other) => (one.path < other.path ? -1 : 1))) {
    const { spans, reason } = readTraces(file.text);
    if (reason !== null) unreadable.push({ path: file.path, line: 1, reason });
    for (const trace of groupBy(spans, ({ traceId }) => traceId).values()) {
      for (const calls of callsOf(trace, file.path, nameOf, operations)) {
        const key = JSON.stringify([calls.caller, calls.target, calls.operation]);
        const known = worst.get(key);
        if (known === undefined || calls.calls > known.calls) worst.set(key, calls);
      }
    }
  }
  return {
    operations: [...operations].sort(),
    calls: [...worst.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, calls]) => calls),
    unreadable,
  };
}

function callsOf(
  trace: readonly Span[],
  path: string,
  nameOf: (name: string) => string | null,
  operations: Set<string>,
): readonly TracedCalls[] {
  const byId = new Map(trace.map((span) => [span.spanId, span] as const));
  const servers = groupBy(
    trace.filter(({ kind, parentId }) => kind === "server" && parentId !== null),
    ({ parentId }) => parentId!,
  );
  const named = (service: string): string => nameOf(service) ?? service;
  const root = trace.find(({ parentId }) => parentId === null || !byId.has(parentId));
  if (root === undefined) return [];
  const operation = `${named(root.service)} ${templateOf(root)}`;
  operations.add(operation);

  const calls = withoutRetries(trace.filter(isCall)).map((span) => {
    const server = servers.get(span.spanId)?.[0];
    return { span, server, caller: named(span.service), target: named(server?.service ?? span.peer ?? "") };
  });
  const between = calls.filter(
    ({ caller, target, span, server }) =>
      target !== "" && caller !== target && !isHealthCheck(span) && (server === undefined || !isHealthCheck(server)),
  );
  return [...groupBy(between, ({ caller, target }) => JSON.stringify([caller, target])).values()].map((group) => ({
    caller: group[0]!.caller,
    target: group[0]!.target,
    operation,
    calls: group.length,
    templates: templatesOf(group.map(({ span, server }) => (span.path === null && server !== undefined ? server : span))),
    evidence: [
      {
        path,
        startLine: 1,
        endLine: 1,
        kind: "trace",
        note: `trace ${group[0]!.span.traceId.slice(0, 32)}: ${group.length} calls from ${group[0]!.caller} to ${group[0]!.target}`,
      },
    ],
  }));
}

function isCall({ kind, storage }: Span): boolean {
  return kind === "client" && !storage;
}

function isHealthCheck({ path, route, name }: Span): boolean {
  return /(^|\/)(healthz?|readyz?|livez?|ready|live|liveness|readiness|metrics|ping)$|grpc\.health/i.test(route ?? path ?? name);
}

/** A failed call that is made again by the same parent is one call with a retry. */
function withoutRetries(spans: readonly Span[]): readonly Span[] {
  const pending = new Map<string, Span>();
  return [...spans]
    .sort((one, other) => one.start - other.start)
    .filter((span) => {
      const key = JSON.stringify([span.parentId, span.name, span.method, span.path]);
      const again = span.retry > 0 || pending.has(key);
      if (span.failed) pending.set(key, span);
      else pending.delete(key);
      return !again;
    });
}

function templatesOf(spans: readonly Span[]): TracedCalls["templates"] {
  return [...groupBy(spans, templateOf).entries()]
    .map(([template, group]) => ({
      template,
      calls: group.length,
      parameters: new Set(group.flatMap(({ path }) => (path === null ? [] : [path]))).size,
    }))
    .sort((one, other) => other.calls - one.calls || (one.template < other.template ? -1 : 1));
}

function templateOf(span: Span): string {
  const where = span.route ?? (span.path === null ? null : normalised(span.path));
  if (where === null) return span.method ?? normalised(span.name);
  return span.method === null ? where : `${span.method} ${where}`;
}

/** Identifiers in a path become `:id`: numbers, UUIDs, long hexadecimal and mixed tokens. */
export function normalised(path: string): string {
  return path
    .split("/")
    .map((part) =>
      /^(\d+|[0-9a-f]{8}-[0-9a-f-]{27,}|[0-9a-f]{16,}|(?=[^/]*\d)[\w-]{20,})$/i.test(part) ? ":id" : part.replace(/^\{(.*)\}$/, ":$1"),
    )
    .join("/");
}

function groupBy<T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}
