import { DEFAULT_BUS, eventTypes } from "./cloud-deliveries.js";
import type { Found } from "./cloud-found.js";
import { attribute, type HclBody } from "./hcl.js";
import { written } from "./hcl-value.js";
import type { Lines } from "./place.js";
import { items, text } from "./yaml-node.js";

/** The meanings of a reference, of which there are several in a resource that is made once for each of many. */
type Each = (reference: string | null) => readonly (string | null)[];

/** What a resource of Terraform hands on, or is handed. */
export function terraformDeliveries(
  type: string,
  id: string,
  { body, lines }: { readonly body: HclBody; readonly lines: Lines },
  each: Each,
  found: Found,
): void {
  const of = (name: string): string | null => text(attribute(body, name));
  switch (type) {
    case "aws_lambda_event_source_mapping":
      return mapping(body, lines, each, found);
    case "aws_sns_topic_subscription":
      if (/^(?:lambda|sqs)$/.test(of("protocol") ?? ""))
        pairs(each(of("topic_arn")), each(of("endpoint"))).forEach(([topic, endpoint]) => found.delivers(topic, endpoint, lines));
      return;
    case "aws_pipes_pipe":
      return found.delivers(of("source"), of("target"), lines);
    case "aws_cloudwatch_event_rule": {
      const pattern = attribute(body, "event_pattern");
      if (pattern === undefined) return;
      const bus = of("event_bus_name") ?? DEFAULT_BUS;
      return found.delivers(bus, `\${${id}}`, lines, { transport: "eventbridge", events: eventTypes(written(pattern)) });
    }
    case "aws_cloudwatch_event_target":
      return found.delivers(of("rule"), of("arn"), lines);
    default:
  }
}

function mapping(body: HclBody, lines: Lines, each: Each, found: Found): void {
  const target = text(attribute(body, "function_name"));
  for (const [name, transport] of [["topics", "kafka"] as const, ["queues", "amqp"] as const])
    for (const topic of items(attribute(body, name))) found.delivers(text(topic), target, lines, { transport });
  for (const [source, handedTo] of pairs(each(text(attribute(body, "event_source_arn"))), each(target)))
    if (attribute(body, "topics") === undefined) found.delivers(source, handedTo, lines);
}

/** Of a resource that is made once for each of many: what stands in the same place, and the one that all have. */
function pairs(
  sources: readonly (string | null)[],
  targets: readonly (string | null)[],
): readonly (readonly [string | null, string | null])[] {
  const count = Math.max(sources.length, targets.length);
  return Array.from({ length: count }, (_, index) => [sources[index] ?? sources[0] ?? null, targets[index] ?? targets[0] ?? null] as const);
}
