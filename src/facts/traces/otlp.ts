import { field, fromAttributes, items, text, type Attributes, type Json, type Span } from "./span.js";

/** OTLP in JSON: `resourceSpans`, as exporters and collectors write it to files. */
export function readOtlp(document: Json): readonly Span[] | null {
  const resources = field(document, "resourceSpans");
  if (!Array.isArray(resources)) return null;
  return resources.flatMap((resource) => {
    const service = attributesOf(field(field(resource, "resource"), "attributes")).get("service.name") ?? "";
    const scopes = [...items(field(resource, "scopeSpans")), ...items(field(resource, "instrumentationLibrarySpans"))];
    return scopes.flatMap((scope) => items(field(scope, "spans")).map((span) => readSpan(span, service)));
  });
}

function readSpan(span: Json, service: string): Span {
  const parent = text(field(span, "parentSpanId"));
  const status = text(field(field(span, "status"), "code"));
  return {
    traceId: text(field(span, "traceId")),
    spanId: text(field(span, "spanId")),
    parentId: /^0*$/.test(parent) ? null : parent,
    service,
    name: text(field(span, "name")),
    kind: KINDS[text(field(span, "kind"))] ?? "internal",
    start: Number(text(field(span, "startTimeUnixNano"))) / 1000,
    failed: status === "2" || status === "STATUS_CODE_ERROR",
    ...fromAttributes(attributesOf(field(span, "attributes"))),
  };
}

/** Numbers in the protocol's JSON mapping, names in some exporters'. */
const KINDS: Readonly<Record<string, Span["kind"]>> = {
  "2": "server",
  SPAN_KIND_SERVER: "server",
  "3": "client",
  SPAN_KIND_CLIENT: "client",
  "4": "producer",
  SPAN_KIND_PRODUCER: "producer",
  "5": "consumer",
  SPAN_KIND_CONSUMER: "consumer",
};

function attributesOf(list: Json | undefined): Attributes {
  return new Map(
    items(list).map((entry) => {
      const value = field(entry, "value");
      const scalar = ["stringValue", "intValue", "doubleValue", "boolValue"]
        .map((name) => field(value, name))
        .find((one) => one !== undefined);
      return [text(field(entry, "key")), text(scalar)] as const;
    }),
  );
}
