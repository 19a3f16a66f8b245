import type { DeadLetterTarget, Requeue } from "../model/dead-letters.js";
import type { Evidence } from "../model/evidence.js";
import type { SystemModel } from "../model/model.js";
import type { Clearance, Finding, Judgement, StateRule } from "./rule.js";
import { code, listOf } from "./words.js";

export const unhandledDeadLetterQueue: StateRule = {
  about: "state",
  id: "unhandled-dead-letter-queue",
  title: "Unhandled dead-letter queue",
  summary: "Finds dead-letter queues that nothing takes messages from, so that what fails is forgotten.",
  severity: "warning",
  checklist: ["dead-letters"],
  options: {},
  check,
};

function check({ deadLetters, requeues }: SystemModel): Judgement {
  const open = deadLetters.filter(({ handled }) => handled.length === 0);
  return {
    findings: [
      ...open.filter(({ undecided }) => undecided === null).map(describe),
      ...requeues.filter(({ endless }) => endless).map(describeRequeue),
    ],
    cleared: [
      ...deadLetters
        .filter(({ handled }) => handled.length > 0)
        .map((target) => clearance(target, [...target.handled, ...target.evidence])),
      ...requeues.filter(({ endless }) => !endless).map((requeue) => ({ ...aboutRequeue(requeue), evidence: [requeue.evidence] })),
    ],
    undecided: open
      .filter(({ undecided }) => undecided !== null)
      .map((target) => ({
        ...clearance(target, target.evidence),
        note: `could not be judged: whether anything takes messages out of ${code(target.name)} is not known, ${target.undecided}`,
      })),
  };
}

function subjectOf({ name }: DeadLetterTarget): readonly string[] {
  return [`dead-letters:${name}`];
}

function clearance(target: DeadLetterTarget, evidence: readonly Evidence[]): Clearance {
  return { rule: unhandledDeadLetterQueue.id, subject: subjectOf(target), discriminator: "", evidence };
}

function describe(target: DeadLetterTarget): Finding {
  if (target.kind === "rows") return describeRows(target);
  const { name, kind, watched, evidence, services, confidence } = target;
  const isWatched = watched.length > 0;
  const who = sender(target);
  return {
    rule: unhandledDeadLetterQueue.id,
    subject: subjectOf(target),
    discriminator: "",
    severity: isWatched ? "info" : "warning",
    confidence,
    members: [],
    measure: null,
    services,
    title: isWatched ? `An alarm watches ${name}, and nothing takes messages out of it` : `Nothing takes messages out of ${name}`,
    message:
      `${who} ${kind === "exchange" ? `to the exchange ${code(name)}, and no queue behind it is read` : `in ${code(name)}, and nothing consumes it${isWatched ? " or puts its messages back" : ", puts its messages back or tells anyone"}`}. ` +
      (isWatched
        ? "An alarm tells of them; what failed, and how to send it again, has to be found out by hand."
        : "What failed is lost without a trace once the messages expire, and nobody learns that it failed."),
    remedy: remedyFor(target),
    evidence: [...evidence, ...watched],
    suggestion: null,
    bodyHash: null,
  };
}

/** Rows of an outbox that its relay gave up on. */
function describeRows(target: DeadLetterTarget): Finding {
  const { name, watched, evidence, services, confidence } = target;
  const isWatched = watched.length > 0;
  return {
    rule: unhandledDeadLetterQueue.id,
    subject: subjectOf(target),
    discriminator: "",
    severity: isWatched ? "info" : "warning",
    confidence,
    members: [],
    measure: null,
    services,
    title: isWatched
      ? `An alert tells of rows of ${name} that were given up on, and nothing sends them again`
      : `Nothing looks after rows of ${name} that were given up on`,
    message:
      `${listOf(services.map(code))} ${services.length === 1 ? "marks" : "mark"} rows of ${code(name)} as dead after too many tries, and no code reads such rows${isWatched ? " or sends them again" : ", sends them again or tells anyone"}. ` +
      (isWatched
        ? "Somebody is told of them; what failed, and how to send it again, has to be found out by hand."
        : "The events in them were never published, and nobody learns that they are missing."),
    remedy: `List the dead rows of ${code(name)} where someone sees them, with an alert on their number, and give them a way back into work once the cause is mended.`,
    evidence: [...evidence, ...watched],
    suggestion: null,
    bodyHash: null,
  };
}

function aboutRequeue({ service, handler, channel }: Requeue): Pick<Finding, "rule" | "subject" | "discriminator"> {
  return {
    rule: unhandledDeadLetterQueue.id,
    subject: [`service:${service}`, channel === null ? `handler:${handler}` : `channel:${channel}`],
    discriminator: "requeue",
  };
}

/** A handler that makes no dead letters, because it never gives up. */
function describeRequeue(requeue: Requeue): Finding {
  const { service, handler, channel, evidence } = requeue;
  const from = channel === null ? "its queue" : code(channel);
  return {
    ...aboutRequeue(requeue),
    severity: "info",
    confidence: channel === null ? "medium" : "high",
    members: [],
    measure: null,
    services: [service],
    title: `${service} puts failed messages of ${channel ?? handler} back without end`,
    message: `What ${code(handler)} of ${code(service)} cannot process, it puts back at once, without counting how often. A message that can never be processed comes back to ${from} for ever, keeps a consumer busy and holds up those behind it.`,
    remedy:
      "Count the attempts (`x-death`, or a header of your own), wait longer before each one, and after a few refuse the message for good, so that it goes to a dead-letter queue or a parking place with an alert.",
    evidence: [evidence],
    suggestion: null,
    bodyHash: null,
  };
}

/** The beginning of a sentence that goes on with where the messages end. */
function sender({ sources, services, kind }: DeadLetterTarget): string {
  const verb = kind === "exchange" ? "go" : "end";
  // A queue that the broker names has no name here.
  const named = sources.filter((name) => name !== "");
  if (named.length > 0) return `Messages that fail in ${listOf(named.map(code), 4)} ${verb}`;
  return services.length > 0
    ? `Messages that ${listOf(services.map(code), 4)} ${services.length === 1 ? "gives" : "give"} up on ${verb}`
    : `Messages that fail ${verb}`;
}

function remedyFor({ name, kind, isSqs, watched }: DeadLetterTarget): string {
  const rest = "retry what may succeed a few times with growing pauses, and keep the rest in a parking place with an alert.";
  const alarm = watched.length === 0 ? " At the very least, add an alarm on its `ApproximateNumberOfMessagesVisible`." : "";
  if (isSqs) return `Give ${code(name)} a handler, such as a function with an \`SQS\` event on it: ${rest}${alarm}`;
  if (kind === "exchange") return `Bind a queue to ${code(name)} and consume it in a handler: ${rest}`;
  return `Consume ${code(name)} in a handler: ${rest}`;
}
