import { field, fromAttributes, text, type Attributes, type Json, type Span } from "./span.js";

/** Zipkin's version 2 JSON: a list of spans, or a list of traces that are lists of spans. */
export function readZipkin(document: Json): readonly Span[] | null {
  if (!Array.isArray(document)) return null;
  const spans = document.flatMap((entry: Json) => (Array.isArray(entry) ? (entry as readonly Json[]) : [entry]));
  if (spans.length === 0 || !spans.every((span) => text(field(span, "traceId")) !== "" && text(field(span, "id")) !== "")) return null;
  return spans.map(readSpan);
}

function readSpan(span: Json): Span {
  const tags = tagsOf(field(span, "tags"));
  const kind = text(field(span, "kind")).toLowerCase();
  const id = text(field(span, "id"));
  const server = kind === "server";
  // Both ends of a call may share one id; the server's then hangs below the client's.
  const shared = server && field(span, "shared") === true;
  const remote = text(field(field(span, "remoteEndpoint"), "serviceName"));
  const read = fromAttributes(tags);
  return {
    traceId: text(field(span, "traceId")),
    spanId: shared ? `${id}/server` : id,
    parentId: shared ? id : text(field(span, "parentId")) || null,
    service: text(field(field(span, "localEndpoint"), "serviceName")),
    name: text(field(span, "name")),
    kind: kind === "client" || server || kind === "producer" || kind === "consumer" ? kind : "internal",
    start: Number(text(field(span, "timestamp"))),
    failed: tags.has("error"),
    ...read,
    peer: server ? null : remote || read.peer,
  };
}

function tagsOf(tags: Json | undefined): Attributes {
  return new Map(
    Object.entries(typeof tags === "object" && tags !== null && !Array.isArray(tags) ? tags : {}).map(
      ([key, value]) => [key, text(value)] as const,
    ),
  );
}
