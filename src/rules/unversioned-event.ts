import { lowered, type Confidence } from "../model/evidence.js";
import type { EventType, EventVersion, SystemModel } from "../model/model.js";
import { isJobQueue } from "./queries/job-queue.js";
import { channelsNamed } from "./queries/look-up.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const unversionedEvent: StateRule = {
  about: "state",
  id: "unversioned-event",
  title: "Unversioned event",
  summary: "Finds published events that carry no version, so that their shape can never change safely.",
  severity: "warning",
  checklist: ["event-versions"],
  options: {},
  check,
};

function check(model: SystemModel): Judgement {
  const published = model.events.filter(
    (event) =>
      event.publishers.length > 0 &&
      event.versions.length + event.contracts.length > 0 &&
      !isOwnJob(event, model) &&
      !isSetAside(event, model),
  );
  const judged = published.map((event) => ({ event, missing: withoutVersion(event, model) }));
  return {
    findings: judged.flatMap(({ event, missing }) => (missing === null ? [] : [describe(event, missing)])),
    cleared: judged.filter(({ missing }) => missing === null).map(({ event }) => clear(event, model)),
  };
}

/** What shows that an event has no version; `null` where it has one. */
type Missing = Pick<Finding, "confidence" | "evidence">;

/** Code that publishes it decides, unless a contract gives it a version; contracts alone where no code was seen. */
function withoutVersion({ versions, contracts }: EventType, { schemaRegistries }: SystemModel): Missing | null {
  const inCode = versions.find(({ version }) => version === null);
  const open = contracts.filter(({ version }) => version === null);
  const declared = open.map((contract) => contract.declared);
  if (inCode !== undefined)
    return open.length < contracts.length ? null : { confidence: confidenceOf(inCode), evidence: [...inCode.evidence, ...declared] };
  const [first] = open;
  if (versions.length > 0 || first === undefined || open.length < contracts.length) return null;
  // The serializers of a registry write the schema's id into every message.
  if (schemaRegistries.length > 0 && open.every(({ format }) => format !== "asyncapi")) return null;
  return { confidence: first.format === "avro" ? lowered(first.confidence) : first.confidence, evidence: declared };
}

/** A job that nobody else is known to take is no contract with anybody: both ends are released together. */
function isOwnJob({ channels, publishers }: EventType, model: SystemModel): boolean {
  const queues = channels.flatMap((name) => channelsNamed(model, name));
  return (
    queues.length > 0 &&
    queues.every(
      (queue) => isJobQueue(queue) && queue.consumers.every(({ service }) => publishers.length === 1 && service === publishers[0]),
    )
  );
}

/** Messages that could not be processed have the shape that they came with. */
function isSetAside({ channels }: EventType, { deadLetters }: SystemModel): boolean {
  return channels.length > 0 && channels.every((channel) => deadLetters.some(({ name }) => name === channel));
}

function subjectOf(event: EventType): readonly string[] {
  return [`event:${event.name}`];
}

function clear(event: EventType, { schemaRegistries }: SystemModel): Clearance {
  const evidence = [...event.versions.flatMap((version) => version.evidence), ...event.contracts.map(({ declared }) => declared)];
  return {
    rule: unversionedEvent.id,
    subject: subjectOf(event),
    discriminator: "",
    evidence: event.versions.length === 0 ? [...evidence, ...schemaRegistries] : evidence,
  };
}

function describe(event: EventType, { confidence, evidence }: Missing): Finding {
  const others = event.consumers.filter((service) => !event.publishers.includes(service));
  const [named = event.name, ...more] = event.channels;
  const services = [...new Set([...event.publishers, ...event.consumers])].sort();
  return {
    rule: unversionedEvent.id,
    subject: subjectOf(event),
    discriminator: "",
    severity: "warning",
    confidence,
    members: [],
    measure: null,
    services,
    title: `${event.name} is published without a version`,
    message:
      `${listOf(event.publishers.map(code))} ${event.publishers.length === 1 ? "publishes" : "publish"} ${code(event.name)} with no version in the message, its envelope or its topic. ` +
      (others.length > 0
        ? `When its shape changes, ${listOf(others.map(code))} cannot tell old messages from new ones.`
        : "When its shape changes, consumers cannot tell old messages from new ones, and stored ones cannot be read again."),
    remedy: `Put a version into the message or its envelope (\`version: 1\`), or into the name of the topic${more.length > 0 ? "" : ` (${code(`${named}.v1`)})`}, now, while there is one shape; a schema registry's serializer does it for you.`,
    evidence,
    suggestion: null,
    bodyHash: null,
  };
}

/** A shape that was read shows that the version is not in it; a payload that could not be followed may have one. */
function confidenceOf({ shapes: [fullest] }: EventVersion): Confidence {
  if (fullest === undefined) return "low";
  return fullest.fields.some(({ type }) => type === "unknown") ? "medium" : "high";
}
