import type { Severity } from "../config/severity.js";
import type { Evidence } from "../model/evidence.js";
import type { EventType, EventVersion, SystemModel } from "../model/model.js";
import { fieldChanges, type FieldChange } from "./queries/event-shape.js";
import type { ChangeRule, Finding } from "./rule.js";
import { code, listOf } from "./words.js";

export const breakingEventChange: ChangeRule = {
  about: "change",
  id: "breaking-event-change",
  title: "Breaking event change",
  summary: "Finds events whose shape a pull request changes under the feet of their consumers.",
  severity: "error",
  checklist: ["event-versions"],
  options: {},
  check,
};

function check(base: SystemModel, head: SystemModel): readonly Finding[] {
  const after = new Map(head.events.map((event) => [event.name, event] as const));
  return base.events.flatMap((event) => {
    const now = after.get(event.name);
    return now === undefined ? renamedOrGone(event, head) : [...changedVersions(event, now), ...renamedChannels(event, now)];
  });
}

/** A version that both sides have must keep its shape; one that is gone must have been kept beside the new. */
function changedVersions(base: EventType, head: EventType): readonly Finding[] {
  return base.versions.flatMap((version) => {
    const same = head.versions.find((candidate) => candidate.version === version.version);
    const successor = same ?? (head.versions.length === 1 ? head.versions[0] : undefined);
    if (successor === undefined || version.fields.length === 0 || successor.fields.length === 0) return [];
    return fieldChanges(version, successor).map((change) => describe(head, version, successor, change));
  });
}

function describe(event: EventType, before: EventVersion, after: EventVersion, change: FieldChange): Finding {
  const consumers = event.consumers.filter((service) => !event.publishers.includes(service));
  const severity: Severity = change.kind === "value-added" ? "warning" : "error";
  const where: Evidence = change.head?.evidence ?? after.evidence[0] ?? change.base.evidence;
  return {
    rule: breakingEventChange.id,
    subject: [`event:${event.name}`],
    discriminator: `${before.version === null ? "" : `${before.version}:`}${change.field} ${change.kind}`,
    severity,
    confidence: "high",
    members: [],
    measure: null,
    services: [...new Set([...event.publishers, ...event.consumers])].sort(),
    title: `${event.name}: ${TITLE[change.kind](change)}`,
    message:
      `${CAUSE[change.kind](change, code(event.name))} ` +
      (consumers.length > 0
        ? `${listOf(consumers.map(code))} ${consumers.length === 1 ? "consumes" : "consume"} it and ${consumers.length === 1 ? "is" : "are"} deployed on ${consumers.length === 1 ? "its" : "their"} own; messages of both shapes are on the way meanwhile, and stored ones keep the old.`
        : `Consumers outside this repository, and messages that are stored or on the way, still have the old shape.`),
    remedy:
      `Publish the new shape as a version of its own beside the old (\`version: ${nextVersion(before)}\`), and let consumers move before the old one goes; or keep \`${change.field.replaceAll("`", "'")}\` as it was ` +
      `and add what is new as an optional field. Where events are stored, an upcaster turns old ones into new ones on reading.`,
    evidence: [where, change.base.evidence],
    suggestion: null,
    bodyHash: null,
  };
}

const TITLE: Record<FieldChange["kind"], (change: FieldChange) => string> = {
  removed: ({ field }) => `${field} is gone`,
  renamed: ({ field, after }) => `${field} is now called ${after}`,
  retyped: ({ field, before, after }) => `${field} was ${before} and is ${after}`,
  narrowed: ({ field, before, after }) => `${field} allowed ${before} and allows only ${after}`,
  required: ({ field }) => `${field} was optional and is required`,
  "not-nullable": ({ field }) => `${field} may no longer be null`,
  "value-removed": ({ field, before }) => `${field} no longer has ${before}`,
  "value-added": ({ field, after }) => `${field} may now be ${after}`,
};

const CAUSE: Record<FieldChange["kind"], (change: FieldChange, event: string) => string> = {
  removed: ({ field }, event) => `${event} no longer carries ${code(field)}, and has no new version.`,
  renamed: ({ field, after }, event) => `${event} carries ${code(after)} where it carried ${code(field)}, and has no new version.`,
  retyped: ({ field, before, after }, event) => `In ${event}, ${code(field)} changes from ${code(before)} to ${code(after)} without a new version.`,
  narrowed: ({ field, before, after }, event) => `In ${event}, ${code(field)} is narrowed from ${code(before)} to ${code(after)}: what was valid no longer is.`,
  required: ({ field }, event) => `In ${event}, ${code(field)} was optional and is now required: messages without it are no longer valid.`,
  "not-nullable": ({ field }, event) => `In ${event}, ${code(field)} could be null and no longer can: messages with null are no longer valid.`,
  "value-removed": ({ field, before }, event) => `In ${event}, ${code(field)} loses the value ${code(before)}, which stored messages have and consumers wait for.`,
  "value-added": ({ field, after }, event) => `In ${event}, ${code(field)} gains the value ${code(after)}, which a consumer that handles every value does not know.`,
};

function nextVersion({ version }: EventVersion): string {
  const number = /\d+/.exec(version ?? "")?.[0];
  return String(number === undefined ? 2 : Number(number) + 1);
}

/** The topic of an event that keeps its name: consumers still listen to the old one. */
function renamedChannels(base: EventType, head: EventType): readonly Finding[] {
  const gone = base.channels.filter((channel) => !head.channels.includes(channel));
  const added = head.channels.filter((channel) => !base.channels.includes(channel));
  if (gone.length === 0 || added.length === 0 || base.channels.length !== head.channels.length) return [];
  return gone.map((channel, index) => moved(head, channel, added[Math.min(index, added.length - 1)]!));
}

function moved(event: EventType, before: string, after: string): Finding {
  return {
    rule: breakingEventChange.id,
    subject: [`event:${event.name}`],
    discriminator: `${before} channel`,
    severity: "error",
    confidence: "high",
    members: [],
    measure: null,
    services: [...new Set([...event.publishers, ...event.consumers])].sort(),
    title: `${event.name} moves from ${before} to ${after}`,
    message: `${code(event.name)} is published to ${code(after)} and no longer to ${code(before)}. Consumers that are not deployed in the same moment listen to the old name, and nothing tells them.`,
    remedy: `Publish to both names until every consumer listens to ${code(after)}, or give the new topic a version and keep the old beside it.`,
    evidence: event.versions.flatMap(({ evidence }) => evidence).slice(0, 4),
    suggestion: null,
    bodyHash: null,
  };
}

/** An event that nobody publishes any more while someone still waits for it. */
function renamedOrGone(event: EventType, head: SystemModel): readonly Finding[] {
  const waiting = head.channels.filter(({ name, publishers, consumers }) => event.channels.includes(name) && publishers.length === 0 && consumers.length > 0);
  return waiting.map((channel) => {
    const services = [...new Set(channel.consumers.map(({ service }) => service))].sort();
    return {
      rule: breakingEventChange.id,
      subject: [`event:${event.name}`],
      discriminator: `${channel.name} gone`,
      severity: "error" as const,
      confidence: "medium" as const,
      members: [],
      measure: null,
      services: [...new Set([...event.publishers, ...services])].sort(),
      title: `${event.name} is no longer published, but ${listOf(services)} still ${services.length === 1 ? "waits" : "wait"} for it`,
      message: `Nothing publishes ${code(event.name)} to ${code(channel.name)} any more, while ${listOf(services.map(code))} still ${services.length === 1 ? "consumes" : "consume"} it: what ${services.length === 1 ? "it does" : "they do"} with it silently stops.`,
      remedy: `Keep publishing it until its consumers are gone, or change them in a step before this one. If it was renamed, publish under both names for a while.`,
      evidence: [...channel.consumers.flatMap(({ evidence }) => evidence), ...event.versions.flatMap(({ evidence }) => evidence)].slice(0, 6),
      suggestion: null,
      bodyHash: null,
    };
  });
}
