import type { Severity } from "../config/severity.js";
import type { CodeFunction, Effect, SystemCode } from "../model/code.js";
import { takesBack } from "../model/effects/verbs.js";
import { lowered, weakest, type Confidence, type Evidence } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import { callerName, isAnsweredByReading, isSideline, onlyAsks, onlyStoresFiles, tellsPeople } from "./queries/asking.js";
import { evidenceOf, excludeEachOther, functionSubject, meetHere, sameTransaction } from "./queries/meeting.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const missingSaga: StateRule = {
  about: "state",
  id: "missing-saga",
  title: "Missing saga",
  summary: "Finds operations that change several services, or a service and the own database, with nothing that undoes the first change.",
  severity: "error",
  checklist: ["sagas", "compensations"],
  options: {},
  check,
};

/** One place whose state an operation changes: another service, or the service's own database. */
interface Participant {
  /** The service's name; `null` for the own database. */
  readonly service: string | null;
  /** Its changes in order; the first is the one that has to be undone. */
  readonly effects: readonly Effect[];
}

function check(model: SystemModel): Judgement {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  for (const fn of model.code.functions) {
    const participants = participantsOf(fn, model.code);
    if (!meetsHere(participants) || rollsBack(participants, fn)) continue;
    const undone = undoneBy(fn, participants, model);
    const partial = undone.size > 0 || fn.effects.some(({ kind }) => kind === "compensate");
    const left = participants.filter(
      (participant) =>
        !undone.has(participant.service) &&
        !isLastStep(participant, participants, fn) &&
        !isRolledBack(participant, participants, fn) &&
        !(partial && isFile(participant)),
    );
    if (left.length === 0) cleared.push(clear(fn));
    else findings.push(describe(fn, participants, left, { partial, system: model.code }));
  }
  return { findings, cleared };
}

/** A file that was stored and is left when the rest is taken back: nobody refers to it, so nothing disagrees. */
function isFile({ effects }: Participant): boolean {
  return effects.every(({ operation }) => onlyStoresFiles(operation ?? ""));
}

/** What is done last has nothing after it that could fail and need its undoing. */
function isLastStep(participant: Participant, participants: readonly Participant[], { effects }: CodeFunction): boolean {
  const [first] = participant.effects;
  const comesAfter = (effect: Effect): boolean =>
    effects.indexOf(effect) > effects.indexOf(first!) && !excludeEachOther(effect, first!) && !isSideline(effect.operation ?? "");
  return participants.every((other) => other === participant || !other.effects.some(comesAfter));
}

/**
 * Participants whose change is taken back: by a call of the inverse, by a message to them where something failed, or by a write
 * that deletes or marks the own row there.
 */
function undoneBy({ effects }: CodeFunction, participants: readonly Participant[], { channels }: SystemModel): ReadonlySet<string | null> {
  const undone = new Set<string | null>(effects.flatMap(({ kind, target }) => (kind === "compensate" && target !== null ? [target] : [])));
  const rows = participants.find(({ service }) => service === null)?.effects.map(({ operation }) => operation) ?? [];
  if (effects.some(({ kind, context, operation }) => kind === "db-write" && context.catchOf !== null && rows.includes(operation)))
    undone.add(null);
  for (const { kind, context, target } of effects) {
    if (kind !== "publish" || context.catchOf === null) continue;
    for (const { name, consumers } of channels) if (name === target) for (const { service } of consumers) undone.add(service);
  }
  return undone;
}

/** Places in the order of their first change. Undoing and failing are no participation. */
function participantsOf(fn: CodeFunction, system: SystemCode): readonly Participant[] {
  const participants = new Map<string | null, Effect[]>();
  for (const effect of fn.effects) {
    if (effect.context.catchOf !== null || !changesState(effect, fn.service)) continue;
    if (tellsPeople(effect, system) || isAnsweredByReading(effect, system) || isPassedOn(effect, fn)) continue;
    const place = effect.kind === "db-write" ? null : effect.target;
    participants.set(place, [...(participants.get(place) ?? []), effect]);
  }
  return [...participants].map(([service, effects]) => ({ service, effects }));
}

const FOR_EVENTS = /^(?:POST|PUT) (?:\S*\/)?events?\/?$/i;

/** One event that several services are told of, each at its address for events: what a broker does, and no step of a whole. */
function isPassedOn({ kind, target, operation }: Effect, { effects }: CodeFunction): boolean {
  return (
    kind === "call" &&
    FOR_EVENTS.test(operation ?? "") &&
    effects.some((other) => other.kind === "call" && other.target !== null && other.target !== target && other.operation === operation)
  );
}

function changesState({ kind, target, mutating, operation }: Effect, self: string): boolean {
  if (kind === "db-write") return true;
  // A proxy passes each request on to one of its targets.
  if (operation?.startsWith("ANY ") === true) return false;
  return kind === "call" && target !== null && target !== self && mutating !== false && !onlyAsks(operation ?? "") && !isSideline(target);
}

function meetsHere(participants: readonly Participant[]): boolean {
  const remote = participants.filter(({ service }) => service !== null);
  if (participants.length < 2 || remote.length === 0) return false;
  return participants.some((one, index) =>
    participants.slice(index + 1).some((other) => one.effects.some((effect) => other.effects.some((next) => meetHere(effect, next)))),
  );
}

/** Own writes in a transaction in which all the rest is done too: the database undoes them, whatever fails. */
function isRolledBack(
  { service, effects: [first] }: Participant,
  participants: readonly Participant[],
  { effects }: CodeFunction,
): boolean {
  if (service !== null) return false;
  const changes = participants.flatMap((participant) => participant.effects);
  return changes.every((effect) => sameTransaction(effect, first!) || effects.indexOf(effect) < effects.indexOf(first!));
}

/** One call, made last inside the transaction of the own write: its failure undoes the write. */
function rollsBack(participants: readonly Participant[], fn: CodeFunction): boolean {
  const [own, remote] = participants;
  if (participants.length !== 2 || own?.service !== null || remote === undefined) return false;
  return (
    remote.effects.length === 1 &&
    isLastStep(remote, participants, fn) &&
    own.effects.every((write) => sameTransaction(write, remote.effects[0]!))
  );
}

function describe(
  fn: CodeFunction,
  participants: readonly Participant[],
  left: readonly Participant[],
  { partial, system }: { readonly partial: boolean; readonly system: SystemCode },
): Finding {
  const names = participants.map(nameOf);
  const severity: Severity = isGuess(participants) ? "info" : partial || onlyTakesBack(participants, system) ? "warning" : "error";
  const remote = participants.flatMap(({ service }) => (service === null ? [] : [service]));
  const last = participants.at(-1)!;
  const failing = partial || left.includes(last) ? "a later step" : markedName(last);
  return {
    rule: missingSaga.id,
    subject: functionSubject(fn),
    discriminator: "",
    severity,
    confidence: confidenceOf(participants, fn, system),
    members: participants.map(({ service }) => service ?? "database").sort(),
    measure: { name: "participants", value: participants.length },
    services: [...new Set([fn.service, ...remote])].sort(),
    title: partial
      ? `${fn.name} undoes only part of what it changes: ${listOf(left.map(nameOf))} ${left.length === 1 ? "is" : "are"} left`
      : `${fn.name} changes ${listOf(names)} with no way back`,
    message:
      `${code(fn.name)} in ${code(fn.service)} changes ${listOf(participants.map(markedName))}, one after the other. ` +
      `When ${failing} fails, ${listOf(left.map(markedName))} ${left.length === 1 ? "keeps its change" : "keep their changes"}` +
      `${partial ? ", although the others are undone" : ", since nothing undoes them"}: the services disagree until someone repairs them by hand.`,
    remedy:
      `Make it a saga: after each step register what undoes it (${left.map((participant) => `for ${markedName(participant)} ${inverseOf(participant)}`).join(", ")}), and on failure run these in reverse order, ` +
      `each idempotent and none stopping the others. Or let each service do its part on an event and answer failure with an event of its own.`,
    evidence: participants.flatMap(({ effects, service }) =>
      effects
        .slice(0, 2)
        .flatMap((effect): readonly Evidence[] =>
          evidenceOf(
            effect,
            service === null ? `writes ${effect.operation ?? "the database"}` : `${effect.operation ?? "changes state"} of ${service}`,
          ),
        ),
    ),
    suggestion: null,
    bodyHash: fn.bodyHash,
  };
}

/** Too many verbs that do not tell: it may be a page that gathers answers. */
function isGuess(participants: readonly Participant[]): boolean {
  return participants.filter(({ effects }) => effects.some(({ mutating }) => mutating === true)).length < 2;
}

/** `cancelOrder` refunds and releases: what takes back is not taken back itself, but done again until it succeeds. */
function onlyTakesBack(participants: readonly Participant[], system: SystemCode): boolean {
  return participants.every(
    ({ service, effects }) =>
      service === null || effects.every((effect) => takesBack(effect.operation ?? "") || takesBack(callerName(effect, system))),
  );
}

/** A write of one's own that stays, followed by a single remote change, may be meant to be repaired by a retry: not quite sure. */
function confidenceOf(participants: readonly Participant[], fn: CodeFunction, system: SystemCode): Confidence {
  const surest = participants.map(({ effects }) =>
    effects.map((effect) => (effect.mutating === null ? lowered(effect.confidence) : effect.confidence)).reduce(stronger),
  );
  const remoteLast = participants.length === 2 && participants[0]!.service === null && !isRolledBack(participants[0]!, participants, fn);
  return weakest(...surest, remoteLast || onlyTakesBack(participants, system) ? "medium" : "high");
}

function stronger(one: Confidence, other: Confidence): Confidence {
  return weakest(one, other) === one ? other : one;
}

function inverseOf({ service, effects }: Participant): string {
  const operation = effects[0]?.operation ?? "";
  if (service === null) return "a write that marks the row as failed";
  if (/^POST\b/.test(operation)) return `a cancel or delete after ${code(operation)}`;
  return `the inverse of ${code(operation)}`;
}

function clear(fn: CodeFunction): Clearance {
  const undoing = fn.effects.filter(({ kind, context }) => kind === "compensate" || (kind === "db-write" && context.catchOf !== null));
  return {
    rule: missingSaga.id,
    subject: functionSubject(fn),
    discriminator: "",
    evidence: undoing.flatMap((effect) => evidenceOf(effect, `undoes the change of ${effect.target ?? "the database"}`)),
  };
}

function nameOf({ service, effects }: Participant): string {
  return service ?? effects[0]?.operation ?? "the database";
}

function markedName(participant: Participant): string {
  return participant.service === null ? `its own ${code(nameOf(participant))}` : code(nameOf(participant));
}
