import type { ContractFormat } from "../facts/contract.js";
import type { EventContract } from "../model/contracts.js";
import { weakest, type Confidence, type Evidence } from "../model/evidence.js";
import type { EventType, EventVersion, SystemModel } from "../model/model.js";
import { contractChanges } from "./queries/contract-changes.js";
import { contractPairs, simple, type ContractPair } from "./queries/contract-pairs.js";
import { channelsNamed } from "./queries/look-up.js";
import { shapeChanges, type FieldChange } from "./queries/event-shape.js";
import { CAUSE, remedyOf, severityOf, TITLE } from "./queries/field-change-words.js";
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
  const inCode = base.events.flatMap((event) => {
    const now = after.get(event.name);
    return now === undefined ? renamedOrGone(event, base, head) : [...changedVersions(event, now), ...renamedChannels(event, now, base)];
  });
  return joined([...inCode, ...contractPairs(base, head).flatMap(changedContract)]);
}

/** Code and contracts that say the same of one event are one finding. */
function joined(findings: readonly Finding[]): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.subject, finding.discriminator]);
    const known = found.get(key);
    found.set(key, known === undefined ? finding : { ...known, evidence: distinct([...known.evidence, ...finding.evidence]) });
  }
  return [...found.values()];
}

function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  return [...new Map(evidence.map((one) => [JSON.stringify([one.path, one.startLine, one.endLine]), one] as const)).values()];
}

/** A version that both sides have must keep its shape; one that is gone must have been kept beside the new. */
function changedVersions(base: EventType, head: EventType): readonly Finding[] {
  return base.versions.flatMap((version) => {
    const same = head.versions.find((candidate) => candidate.version === version.version);
    const successor = same ?? (head.versions.length === 1 ? head.versions[0] : undefined);
    if (successor === undefined) return [];
    return shapeChanges(version.shapes, successor.shapes).flatMap(({ after, changes }) =>
      changes.map((change) =>
        describe(
          { event: head, before: version, after: { ...successor, evidence: after.evidence }, format: null, confidence: "high" },
          change,
        ),
      ),
    );
  });
}

function changedContract({ base, head, before, after }: ContractPair): readonly Finding[] {
  const step: Step = {
    event: after,
    before: { version: base.version, evidence: [base.declared] },
    after: { version: head.version, evidence: [head.declared] },
    format: head.format,
    confidence: weakest(base.confidence, head.confidence),
  };
  const changes = base.fields.length === 0 || head.fields.length === 0 ? [] : contractChanges(base, head);
  const isElsewhere = before.name === after.name && before.versions.length > 0;
  const channels = isElsewhere ? [] : movedChannels(base.channels, head.channels);
  return [
    ...(isRenamedRecord(base, head) ? [renamedRecord(before, base, head)] : []),
    ...changes.map((change) => describe(step, change)),
    ...channels.map(([from, to]) => moved(after, from, to, [head.declared])),
  ];
}

/** Readers of Avro find a record by its name, or by an alias of their own. */
function isRenamedRecord(base: EventContract, head: EventContract): boolean {
  const name = simple(base.name);
  return head.format === "avro" && name !== simple(head.name) && !head.aliases.some((alias) => simple(alias) === name);
}

function renamedRecord(event: EventType, base: EventContract, head: EventContract): Finding {
  const [old, now] = [simple(base.name), simple(head.name)];
  return {
    rule: breakingEventChange.id,
    subject: [`event:${event.name}`],
    discriminator: `${old} record`,
    severity: "error",
    confidence: weakest(base.confidence, head.confidence),
    members: [],
    measure: null,
    services: [...new Set([...event.publishers, ...event.consumers])].sort(),
    title: `The record ${old} of ${event.name} is now called ${now}`,
    message: `The Avro record ${code(old)} becomes ${code(now)} without an alias. Readers match records by their names: those with the old schema cannot read what is written with the new one, and those with the new one cannot read what is stored or on the way.`,
    remedy: `Keep the name ${code(old)}, or give ${code(now)} the alias ${code(old)} and let every reader have the new schema before the first message is written with it. Or: publish ${code(now)} beside ${code(old)} until nobody reads the old one.`,
    evidence: [head.declared, { ...base.declared, side: "base" }],
    suggestion: null,
    bodyHash: null,
  };
}

/** An event, and what it was and is: as code publishes it, or as a contract declares it. */
interface Step {
  readonly event: EventType;
  readonly before: Pick<EventVersion, "version" | "evidence">;
  readonly after: Pick<EventVersion, "version" | "evidence">;
  readonly format: ContractFormat | null;
  readonly confidence: Confidence;
}

function describe({ event, before, after, format, confidence }: Step, change: FieldChange): Finding {
  const consumers = event.consumers.filter((service) => !event.publishers.includes(service));
  const where = change.head?.evidence ?? after.evidence[0];
  return {
    rule: breakingEventChange.id,
    subject: [`event:${event.name}`],
    discriminator: `${before.version === null ? "" : `${before.version}:`}${change.field} ${change.kind}`,
    severity: severityOf(change),
    confidence,
    members: [],
    measure: null,
    services: [...new Set([...event.publishers, ...event.consumers])].sort(),
    title: `${event.name}: ${TITLE[change.kind](change)}`,
    message:
      `${CAUSE[change.kind](change, code(event.name), keptVersion(before, after))} ` +
      (consumers.length > 0
        ? `${listOf(consumers.map(code))} ${consumers.length === 1 ? "consumes" : "consume"} it and ${consumers.length === 1 ? "is" : "are"} deployed on ${consumers.length === 1 ? "its" : "their"} own; messages of both shapes are on the way meanwhile, and stored ones keep the old.`
        : `Consumers outside this repository, and messages that are stored or on the way, still have the old shape.`),
    remedy: remedyOf(change, format, nextVersion(before)),
    evidence: [
      ...(where === undefined ? [] : [where]),
      ...(change.head?.values === undefined ? [] : [change.head.values]),
      ...(change.base === null ? [] : [{ ...change.base.evidence, side: "base" as const }]),
      ...(change.base?.values === undefined || change.kind === "value-added" ? [] : [{ ...change.base.values, side: "base" as const }]),
    ],
    suggestion: null,
    bodyHash: null,
  };
}

function keptVersion(before: Step["before"], after: Step["after"]): string {
  if (before.version === null && after.version !== null) return `its old shape is not kept beside version ${after.version}`;
  return before.version === after.version || before.version === null
    ? "has no new version"
    : `version ${before.version} is not kept beside the new one`;
}

function nextVersion({ version }: Step["before"]): string {
  const number = /\d+/.exec(version ?? "")?.[0];
  return String(number === undefined ? 2 : Number(number) + 1);
}

/** The topic of an event that keeps its name: consumers still listen to the old one. */
function renamedChannels(base: EventType, head: EventType, system: SystemModel): readonly Finding[] {
  const evidence = [...head.versions.flatMap((version) => version.evidence), ...head.contracts.map(({ declared }) => declared)].slice(0, 4);
  return movedChannels(base.channels, head.channels)
    .filter(([from, to]) => isHeard(from, system) || !isHeard(to, system))
    .map(([from, to]) => moved(head, from, to, evidence));
}

/** Where all that listen do so at the new name already, the event comes to them at last. */
function isHeard(channel: string, system: SystemModel): boolean {
  return channelsNamed(system, channel).some(({ consumers }) => consumers.length > 0);
}

function movedChannels(base: readonly string[], head: readonly string[]): readonly (readonly [string, string])[] {
  const gone = base.filter((channel) => !head.includes(channel));
  const added = head.filter((channel) => !base.includes(channel));
  if (gone.length === 0 || added.length === 0 || base.length !== head.length) return [];
  return gone.map((channel, index) => [channel, added[Math.min(index, added.length - 1)]!] as const);
}

function moved(event: EventType, before: string, after: string, evidence: readonly Evidence[]): Finding {
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
    evidence,
    suggestion: null,
    bodyHash: null,
  };
}

/** Whether a function that published it now publishes where nothing says what the channel is called. */
function publishesUnseen({ channels }: EventType, base: SystemModel, head: SystemModel): boolean {
  const before = new Set(
    channels.flatMap((name) => channelsNamed(base, name)).flatMap(({ publishers }) => publishers.map(({ function: fn }) => fn)),
  );
  return head.channels.some(({ name, publishers }) => name.includes("${") && publishers.some(({ function: fn }) => before.has(fn)));
}

/** Whether those who publish it only put back what failed: others, which are not seen here, published it first. */
function onlyGivesBack({ channels, publishers }: EventType, { deadLetters, channels: all }: SystemModel): boolean {
  const failed = new Set(deadLetters.filter(({ sources }) => sources.some((name) => channels.includes(name))).map(({ name }) => name));
  const takers = new Set(all.filter(({ name }) => failed.has(name)).flatMap(({ consumers }) => consumers.map(({ service }) => service)));
  return publishers.every((service) => takers.has(service));
}

/** An event that nobody publishes any more while someone still waits for it. */
function renamedOrGone(event: EventType, base: SystemModel, head: SystemModel): readonly Finding[] {
  if (event.publishers.length === 0 || publishesUnseen(event, base, head) || onlyGivesBack(event, base)) return [];
  const waiting = head.channels.filter(
    ({ name, publishers, consumers }) => event.channels.includes(name) && publishers.length === 0 && consumers.length > 0,
  );
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
      evidence: [
        ...channel.consumers.flatMap(({ evidence }) => evidence),
        ...event.versions.flatMap(({ evidence }) => evidence),
        ...event.contracts.map(({ declared }) => declared),
      ].slice(0, 6),
      suggestion: null,
      bodyHash: null,
    };
  });
}
