import type { CodeFunction, Delivery, Effect, ServiceCall } from "../model/code.js";
import { weakest, type Confidence, type Evidence, type Place } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import { isSideline, onlyAsks } from "./queries/asking.js";
import { callSubject, functionName, functionsById, Ordinals, requestOf, targetName } from "./queries/call-subject.js";
import { evidenceOf } from "./queries/meeting.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const nonIdempotentConsumer: StateRule = {
  about: "state",
  id: "non-idempotent-consumer",
  title: "Consumer that is not idempotent",
  summary: "Finds message handlers and retries that insert or charge again when the same message comes or the same request goes twice.",
  severity: "warning",
  checklist: ["idempotency"],
  options: {},
  check,
};

function check(model: SystemModel): Judgement {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  const undecided: Clearance[] = [];
  for (const fn of model.code.functions) {
    if (fn.deliveries.length === 0) continue;
    const doubled = doubledBy(fn);
    const isOpen = doubled.length === 0 && fn.effects.some(isUnread);
    for (const [index, delivery] of fn.deliveries.entries()) {
      // The queue that a decorator binds to a key of an exchange brings the same messages.
      if (fn.deliveries.findIndex(({ evidence }) => isSamePlace(evidence, delivery.evidence)) < index) continue;
      if (doubled.length > 0) findings.push(describe(fn, delivery, doubled));
      else (isOpen ? undecided : cleared).push(clear(fn, delivery));
    }
  }
  const retries = judgeRetries(model);
  return { findings: [...findings, ...retries.findings], cleared: [...cleared, ...retries.cleared], undecided };
}

/** What a second delivery would do once more: rows that are added and money that moves, with nothing that looks first. */
function doubledBy({ effects }: CodeFunction): readonly Effect[] {
  if (effects.some(({ kind, operation }) => /^db-|^outbox/.test(kind) && PROCESSED.test(operation ?? ""))) return [];
  const doubled: Effect[] = [];
  const looked: Effect[] = [];
  for (const [index, effect] of effects.entries()) {
    if (effect.context.catchOf !== null || effect.repetition === null || effect.repetition.guard !== null) continue;
    // Who found no order and makes one makes its items then, too.
    if (looked.some(({ via }) => via.every((site, depth) => isSamePlace(site, effect.via[depth])))) continue;
    if (effect.kind === "call" && effect.mutating === true && isCharge(effect.operation ?? "")) doubled.push(effect);
    if (effect.kind !== "db-write" || effect.repetition.verb !== "insert" || effect.operation === null || isRecord(effect.operation))
      continue;
    const isLookedFor = effects.slice(0, index).some((before) => before.kind === "db-read" && isSame(before.operation, effect.operation));
    (isLookedFor ? looked : doubled).push(effect);
  }
  return doubled;
}

function isSamePlace(one: Place, other: Place | undefined): boolean {
  return other !== undefined && one.path === other.path && one.startLine === other.startLine && one.endLine === other.endLine;
}

/** Tables that say which messages were taken. */
const PROCESSED = /processed|inbox|idempot|dedup|consumed|receipts?$/i;

function isRecord(table: string): boolean {
  return /(^|_)(logs?|logging|audits?|history|histories|metrics?|analytics|traces?|dead_?letters?|failed|failures?|errors?|attempts?)(_|$)/i.test(
    table.replace(/([a-z\d])([A-Z])/g, "$1_$2"),
  );
}

function isCharge(operation: string): boolean {
  return (
    /(^|[^a-z])(charges?|payments?|pay|captures?|debits?|transfers?|payouts?|refunds?|withdraw(als?)?)([^a-z]|$)/i.test(
      operation.replace(/([a-z\d])([A-Z])/g, "$1 $2"),
    ) && !onlyAsks(operation)
  );
}

function isSame(one: string | null, other: string | null): boolean {
  const normal = (name: string | null): string =>
    (name ?? "")
      .toLowerCase()
      .replace(/[^a-z\d]/g, "")
      .replace(/s$/, "");
  return one !== null && normal(one) === normal(other);
}

/** A write of which the text does not tell what becomes of the rows. */
function isUnread({ kind, context, repetition }: Effect): boolean {
  return kind === "db-write" && context.catchOf === null && repetition !== null && repetition.verb === null && repetition.guard === null;
}

function subjectOf(fn: CodeFunction, { channel }: Delivery): readonly string[] {
  return [`service:${fn.service}`, `function:${functionName(fn.id)}`, `channel:${channel}`];
}

function describe(fn: CodeFunction, delivery: Delivery, doubled: readonly Effect[]): Finding {
  const deeds = [...new Set(doubled.map(deedOf))];
  return {
    rule: nonIdempotentConsumer.id,
    subject: subjectOf(fn, delivery),
    discriminator: "",
    severity: "warning",
    confidence: surest(doubled),
    members: [],
    measure: null,
    services: [
      ...new Set([fn.service, ...doubled.flatMap(({ kind, target }) => (kind === "call" && target !== null ? [target] : []))]),
    ].sort(),
    title: `${fn.name} ${deeds[0]!.replaceAll("`", "")} again when ${delivery.channel} delivers a message twice`,
    message:
      `${code(fn.name)} in ${code(fn.service)} takes messages from ${code(delivery.channel)} and ${listOf(deeds, 3)}. ` +
      `A broker delivers at least once: after a crash before the acknowledgement, a timeout or a rebalance the same message comes again, and nothing here notices that its work is done.`,
    remedy: remedyOf(doubled),
    evidence: [...doubled.slice(0, 3).flatMap((effect) => evidenceOf(effect, deedOf(effect).replaceAll("`", ""))), delivery.evidence],
    suggestion: null,
    bodyHash: fn.bodyHash,
  };
}

function deedOf({ kind, operation, target }: Effect): string {
  if (kind === "call") return `calls ${code(operation ?? "")}${target === null ? "" : ` of ${code(target)}`}`;
  return `inserts ${code(operation ?? "a row")}`;
}

function remedyOf(doubled: readonly Effect[]): string {
  const rows = doubled.filter(({ kind }) => kind === "db-write");
  const calls = doubled.filter(({ kind }) => kind === "call");
  const steps = [
    ...(rows[0] === undefined
      ? []
      : [
          `Give ${code(rows[0].operation ?? "the row")} a unique key that comes from the message (its id, or the order it is about) and make the insert an upsert or ignore the conflict; or note the message's id in a table of processed messages in the same transaction.`,
        ]),
    ...(calls[0] === undefined
      ? []
      : [
          `Send an idempotency key made from the message's id with ${code(calls[0].operation ?? "the call")}, so that the other side does it once.`,
        ]),
  ];
  return steps.join(" ");
}

function surest(doubled: readonly Effect[]): Confidence {
  const each = doubled.map(({ confidence, repetition }) => weakest(confidence, repetition?.certain === false ? "medium" : "high"));
  return each.includes("high") ? "high" : each.includes("medium") ? "medium" : "low";
}

function clear(fn: CodeFunction, delivery: Delivery): Clearance {
  const guards = fn.effects.flatMap(({ repetition }) => (repetition?.guard === null || repetition === null ? [] : [repetition.guard]));
  const distinct = [...new Map(guards.map((guard) => [JSON.stringify(guard), guard])).values()];
  return {
    rule: nonIdempotentConsumer.id,
    subject: subjectOf(fn, delivery),
    discriminator: "",
    evidence: [...distinct, delivery.evidence],
  };
}

/** Requests that create something and are sent again after a failure, of which nobody knows whether the first arrived. */
function judgeRetries({ code: { calls, functions } }: SystemModel): Pick<Judgement, "findings" | "cleared"> {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  const byId = functionsById(functions);
  const posts = new Map<number, Effect>();
  for (const effect of functions.flatMap(({ effects }) => effects)) {
    if (effect.call === null || effect.kind !== "call" || effect.repetition === null) continue;
    const known = posts.get(effect.call);
    if (known === undefined || (known.repetition!.retry === null && effect.repetition.retry !== null)) posts.set(effect.call, effect);
  }
  const ordinals = new Ordinals();
  for (const call of calls) {
    const effect = posts.get(call.id);
    if (
      effect === undefined ||
      call.kind !== "http" ||
      !/^POST\b/.test(call.operation) ||
      onlyAsks(call.operation) ||
      isSideline(targetName(call))
    )
      continue;
    const subject = callSubject(call.from, functionName(call.function), call);
    const discriminator = ordinals.next(subject, "retry");
    if (effect.repetition!.retry !== null && effect.repetition!.guard === null)
      findings.push(describeRetry(call, effect, subject, discriminator, byId.get(call.function)?.bodyHash ?? null));
    else cleared.push({ rule: nonIdempotentConsumer.id, subject, discriminator, evidence: retryEvidence(call, effect.repetition!.guard) });
  }
  return { findings, cleared };
}

function describeRetry(
  call: ServiceCall,
  effect: Effect,
  subject: readonly string[],
  discriminator: string,
  bodyHash: string | null,
): Finding {
  const name = functionName(call.function);
  const retry: Evidence = { ...effect.repetition!.retry!, kind: "code", note: "makes the call again after a failure" };
  return {
    rule: nonIdempotentConsumer.id,
    subject,
    discriminator,
    severity: "warning",
    confidence: weakest(call.confidence, "medium"),
    members: [],
    measure: null,
    services: [...new Set([call.from, ...(call.to.kind === "service" ? [call.to.service] : [])])].sort(),
    title: `${name} repeats ${call.operation} without an idempotency key`,
    message:
      `${code(name)} in ${code(call.from)} sends ${requestOf(call)}${call.to.kind === "service" ? ` to ${code(call.to.service)}` : ""} again when it fails. ` +
      "A request that timed out may have been carried out: the second one then does it twice.",
    remedy:
      "Make a key once, before the first attempt, and send it with every attempt as `Idempotency-Key`; the other side keeps it with the result and answers a repetition with that. Or do not repeat this request.",
    evidence: [retry, ...retryEvidence(call, null)],
    suggestion: null,
    bodyHash,
  };
}

function retryEvidence(call: ServiceCall, guard: Evidence | null): readonly Evidence[] {
  return [...(guard === null ? [] : [guard]), { ...call.place, kind: "code", note: `sends ${call.operation}` }];
}
