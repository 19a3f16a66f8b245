import type { Severity } from "../config/severity.js";
import type { CodeFunction, Effect } from "../model/code.js";
import { takesBack } from "../model/effects/verbs.js";
import { weakest } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import { isJobQueue } from "./queries/job-queue.js";
import { channelsNamed, functionsOf } from "./queries/look-up.js";
import { evidenceOf, excludeEachOtherForOneItem, functionSubject, inOwnTransaction, meetHere, sameTransaction } from "./queries/meeting.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const missingOutbox: StateRule = {
  about: "state",
  id: "missing-outbox",
  title: "Missing outbox",
  summary: "Finds operations that write the database and publish an event, so that one can happen without the other.",
  severity: "error",
  checklist: ["outbox"],
  options: {},
  check,
};

function check(model: SystemModel): Judgement {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  const deadLetters = new Set(model.deadLetters.map(({ name }) => name));
  for (const fn of model.code.functions) {
    const all = fn.effects.filter(({ kind }) => kind === "db-write");
    const writes = all.filter(({ context }) => context.catchOf === null);
    // What could not be processed is set aside: that is how a consumer answers its broker, no event about the row.
    const publishes = fn.effects.filter((effect) => effect.kind === "publish" && !deadLetters.has(effect.target ?? "") && !undoes(effect));
    const added = fn.effects.filter(({ kind }) => kind === "outbox-add");
    const dual = pairOf(all, publishes, (publish) => (isSideline(publish) ? 20 : isOwnJob(publish, fn.service, model) ? 10 : 0));
    if (dual !== null) findings.push(describeDualWrite(fn, dual, told(all, publishes), model));
    const loose = publishes.length > 0 ? null : looseAddition(writes, added);
    if (loose !== null) findings.push(describeLooseAddition(fn, loose));
    else if (dual === null && added.length > 0 && writes.length > 0) cleared.push(clear(fn, added));
  }
  return { findings, cleared };
}

/** So many more events are shown by their places. */
const MOST_OTHERS = 6;

interface DualWrite {
  readonly write: Effect;
  readonly publish: Effect;
}

/** The surest pair of a write and a publish that meet in the function; business events before own jobs, those before telemetry. */
function pairOf(writes: readonly Effect[], publishes: readonly Effect[], lightness: (publish: Effect) => number): DualWrite | null {
  const pairs = writes.flatMap((write) =>
    publishes.filter((publish) => belongTogether(write, publish)).map((publish) => ({ write, publish })),
  );
  return pairs.sort((one, other) => rank(one) + lightness(one.publish) - rank(other) - lightness(other.publish))[0] ?? null;
}

/** The messages that can be about one of the writes. */
function told(writes: readonly Effect[], publishes: readonly Effect[]): readonly Effect[] {
  return publishes.filter((publish) => writes.some((write) => belongTogether(write, publish)));
}

/**
 * Whether the event can be about the write. What a `catch` publishes tells that something failed: it belongs to what the
 * `catch` itself writes, or to what was written before the `try`.
 */
function belongTogether(write: Effect, publish: Effect): boolean {
  const [written, published] = [write.context, publish.context];
  if (written.catchOf !== null ? written.catchOf !== published.catchOf : published.catchOf !== null && published.catchOf === written.tryOf)
    return false;
  // Of a list of things one may be kept, and another told of.
  return meetHere(write, publish) && !excludeEachOtherForOneItem(write, publish);
}

/** A message that takes back another service's change after a failure: there is no row of which it tells. */
function undoes({ target, operation, context }: Effect): boolean {
  return context.catchOf !== null && takesBack(operation ?? target ?? "");
}

function rank({ write, publish }: DualWrite): number {
  return { high: 0, medium: 1, low: 2 }[weakest(write.confidence, publish.confidence)];
}

/** Mails, metrics and logs: losing one is a nuisance, not a disagreement between services. */
function isSideline({ target, operation }: Effect): boolean {
  // That an address was confirmed is no mail.
  const name = `${target ?? ""} ${operation ?? ""}`.replace(
    /e-?mail[._:-]?(?=(?:address[._:-]?)?(?:verified|confirmed|changed|updated|added|removed))|(?<=(?:verified|confirmed|changed|updated)[._:-]?)e-?mail/gi,
    "",
  );
  return /(^|[^a-z])(e?-?mails?|mailer|sms|push|telemetry|metrics?|analytics|audit|logs?|logging|tracing|cache|webhooks?)([^a-z]|$)/i.test(
    name,
  );
}

/** Work that a service hands to itself over a job queue: when it is lost, no other service disagrees. */
function isOwnJob(publish: Effect, service: string, model: SystemModel): boolean {
  const named = publish.target === null ? namedByCallers(publish, service, model) : [publish.target];
  const queues = named.flatMap((name) => channelsNamed(model, name)).filter(isJobQueue);
  return queues.length > 0 && queues.every(({ consumers }) => consumers.every((consumer) => consumer.service === service));
}

/** `enqueue(queue, order)`: which queue that is, those who call it say. */
function namedByCallers({ place }: Effect, service: string, model: SystemModel): readonly string[] {
  return functionsOf(model, service).flatMap(({ effects }) =>
    effects.flatMap(({ kind, target, place: at }) =>
      kind === "publish" && target !== null && at.path === place.path && at.startLine === place.startLine ? [target] : [],
    ),
  );
}

interface LooseAddition {
  readonly write: Effect;
  readonly addition: Effect;
  /** Other events are in the transaction. */
  readonly besideOthers: boolean;
}

/** An event put into the outbox outside the transaction of the write that it tells of; beside others that are in it, one after all transactions. */
function looseAddition(writes: readonly Effect[], added: readonly Effect[]): LooseAddition | null {
  for (const write of writes) {
    if (!inOwnTransaction(write)) continue;
    const inside = added.filter((one) => sameTransaction(write, one));
    const isLoose = (one: Effect): boolean => one.context.transaction === null && inside.every((other) => meetHere(one, other));
    const addition = added.find((one) => meetHere(write, one) && (inside.length === 0 || isLoose(one)));
    if (addition !== undefined) return { write, addition, besideOthers: inside.length > 0 };
  }
  return null;
}

function describeDualWrite(fn: CodeFunction, { write, publish }: DualWrite, publishes: readonly Effect[], model: SystemModel): Finding {
  const events = [...new Set(publishes.map(nameOf))];
  const others = publishes.filter((other) => nameOf(other) !== nameOf(publish)).slice(0, MOST_OTHERS);
  const inside = sameTransaction(write, publish);
  const own = isOwnJob(publish, fn.service, model);
  const severity: Severity = isSideline(publish) ? "info" : own ? "warning" : "error";
  return {
    rule: missingOutbox.id,
    subject: functionSubject(fn),
    discriminator: "",
    severity,
    // A job is often queued again by whatever looks for unfinished rows.
    confidence: weakest(write.confidence, publish.confidence, own ? "medium" : "high"),
    members: [],
    // By number: an event that gets another name is still one.
    measure: { name: "participants", value: 1 + events.length },
    services: [fn.service],
    title: `${fn.name} writes ${entityOf(write)} and publishes ${nameOf(publish)}, each on its own`,
    message:
      `${code(fn.name)} in ${code(fn.service)} writes ${code(entityOf(write))} and publishes ${listOf(events.map(code), 3)}. ` +
      (inside
        ? "The event is published inside the transaction, but the broker takes no part in it: when the transaction is rolled back, consumers have already been told of what never happened."
        : "No transaction spans the database and the broker: a crash or an error between the two leaves a row that nobody hears of, or an event about a row that is not there."),
    remedy: remedyFor(fn, write, model),
    evidence: [
      ...evidenceOf(publish, `publishes ${nameOf(publish)}`),
      ...evidenceOf(write, `writes ${entityOf(write)}`),
      ...others.flatMap((other) => evidenceOf(other, `publishes ${nameOf(other)}`)),
    ],
    suggestion: null,
    bodyHash: fn.bodyHash,
  };
}

function remedyFor(fn: CodeFunction, write: Effect, model: SystemModel): string {
  const existing = outboxOf(model, fn.service);
  const where = existing === null ? "an outbox table" : `${code(existing)}, which ${code(fn.service)} already has`;
  return (
    `Insert the event into ${where}, in the same transaction as ${code(entityOf(write))}, and let a relay publish it afterwards and mark it as sent. ` +
    `The relay may publish twice, so that consumers have to be idempotent. Change data capture on the table does the same without a relay.`
  );
}

function outboxOf(model: SystemModel, service: string): string | null {
  for (const { effects } of functionsOf(model, service))
    for (const { kind, operation } of effects) if (kind === "outbox-add" && operation !== null) return operation;
  return null;
}

function describeLooseAddition(fn: CodeFunction, { write, addition, besideOthers }: LooseAddition): Finding {
  return {
    rule: missingOutbox.id,
    subject: functionSubject(fn),
    discriminator: "outside-transaction",
    severity: "error",
    confidence: weakest(write.confidence, addition.confidence, besideOthers ? "medium" : "high"),
    members: [],
    measure: null,
    services: [fn.service],
    title: `${fn.name} puts its event into the outbox outside the transaction`,
    message:
      `${code(fn.name)} in ${code(fn.service)} writes ${code(entityOf(write))} in a transaction, but adds to the outbox with another client. ` +
      "The two are not committed together: the transaction can be rolled back after the event was stored, or the event can be lost after the commit. That is what the outbox is there to prevent.",
    remedy: `Give the outbox the transaction's client, so that ${code(entityOf(write))} and the event are committed in one step.`,
    evidence: [
      ...evidenceOf(addition, "adds to the outbox, outside the transaction"),
      ...evidenceOf(write, `writes ${entityOf(write)} in the transaction`),
    ],
    suggestion: null,
    bodyHash: fn.bodyHash,
  };
}

function clear(fn: CodeFunction, added: readonly Effect[]): Clearance {
  return {
    rule: missingOutbox.id,
    subject: functionSubject(fn),
    discriminator: "",
    evidence: added.flatMap((effect) => evidenceOf(effect, "stores the event in the outbox")),
  };
}

function entityOf({ operation, target }: Effect): string {
  return operation ?? target ?? "the database";
}

function nameOf({ operation, target }: Effect): string {
  return operation ?? target ?? "an event";
}
