import { field, fromAttributes, items, text, type Attributes, type Json, type Span } from "./span.js";

/** Jaeger's JSON, as its query service and its page export it: `data`, each a trace with processes. */
export function readJaeger(document: Json): readonly Span[] | null {
  const traces = field(document, "data");
  if (!Array.isArray(traces) || !traces.every((trace) => Array.isArray(field(trace, "spans")))) return null;
  return traces.flatMap((trace) => {
    const processes = field(trace, "processes");
    return items(field(trace, "spans")).map((span) => {
      const service = text(field(field(processes, text(field(span, "processID"))), "serviceName"));
      return readSpan(span, service);
    });
  });
}

function readSpan(span: Json, service: string): Span {
  const tags = tagsOf(field(span, "tags"));
  const parent = items(field(span, "references")).find((reference) => text(field(reference, "refType")) === "CHILD_OF");
  const kind = tags.get("span.kind") ?? "";
  return {
    traceId: text(field(span, "traceID")),
    spanId: text(field(span, "spanID")),
    parentId: text(field(parent, "spanID")) || text(field(span, "parentSpanID")) || null,
    service,
    name: text(field(span, "operationName")),
    kind: kind === "client" || kind === "server" || kind === "producer" || kind === "consumer" ? kind : "internal",
    start: Number(text(field(span, "startTime"))),
    failed: tags.get("error") === "true" || tags.get("otel.status_code") === "ERROR",
    ...fromAttributes(tags),
  };
}

function tagsOf(list: Json | undefined): Attributes {
  return new Map(items(list).map((tag) => [text(field(tag, "key")), text(field(tag, "value"))] as const));
}
