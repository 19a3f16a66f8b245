import { readJaeger } from "./jaeger.js";
import { readOtlp } from "./otlp.js";
import type { Json, ReadTraces, Span } from "./span.js";
import { readZipkin } from "./zipkin.js";

/** Larger files are not read: a recorded test run of one system is far smaller. */
const MAX_CHARACTERS = 50_000_000;
const MAX_SPANS = 200_000;

/** Reads a file of traces in any known format, whole documents or one document per line. Total. */
export function readTraces(content: string): ReadTraces {
  if (content.length > MAX_CHARACTERS) return { spans: [], reason: "larger than 50 MB" };
  const whole = parse(content);
  const documents =
    whole === undefined
      ? content
          .split("\n")
          .filter((line) => line.trim() !== "")
          .map(parse)
      : [whole];
  const spans: Span[] = [];
  for (const document of documents) {
    if (document === undefined) return { spans, reason: "not JSON, and not one JSON document per line" };
    const read = readOtlp(document) ?? readJaeger(document) ?? readZipkin(document);
    if (read === null) return { spans, reason: "none of OTLP JSON, Jaeger JSON and Zipkin 2" };
    for (const span of read) if (spans.length < MAX_SPANS) spans.push(span);
  }
  return { spans, reason: spans.length >= MAX_SPANS ? `more than ${MAX_SPANS} spans` : null };
}

function parse(content: string): Json | undefined {
  try {
    return JSON.parse(content) as Json;
  } catch {
    return undefined;
  }
}
