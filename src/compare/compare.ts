import type { Confidence } from "../model/evidence.js";
import type { Clearance, Finding, Judgement } from "../rules/rule.js";
import type { Diff } from "../snapshot/diff.js";
import { causeOf, comparedEvidence, inOrder, type Known } from "./cause.js";
import { changesOf, type Changes, type Side } from "./changes.js";
import type { ComparedFinding, Comparison, Status } from "./comparison.js";
import { family } from "./family.js";
import { matchFindings, type Pair } from "./match.js";
import { absorptions, type Absorptions } from "./parts.js";
import { reading, type ReadCoverage, type Reading } from "./reading.js";
import { kindOf, memberName, renamedServices, withServiceNames, type ServicesOfBothSides } from "./services.js";

/** What the rules said about one side; `failures` names the rules that broke down over it. */
export interface JudgedSide extends Judgement {
  readonly failures?: readonly { readonly rule: string }[];
}

export interface ComparisonInput {
  readonly before: JudgedSide;
  readonly after: JudgedSide;
  /** Findings about the step itself: all that they say is new. */
  readonly steps: Pick<Judgement, "findings">;
  readonly diff: Diff;
  readonly coverage: { readonly base: ReadCoverage; readonly head: ReadCoverage };
  /** Where they are given, renamed services are recognised and a change of a finding's service can be its cause. */
  readonly services?: ServicesOfBothSides;
}

/** Everything that the status of one finding depends on. */
interface Context {
  readonly changes: Changes;
  readonly services: ServicesOfBothSides;
  readonly renames: ReadonlyMap<string, string>;
  readonly reading: Reading;
  readonly absorptions: Absorptions;
  readonly clearedInBase: ReadonlyMap<string, readonly Clearance[]>;
  readonly clearedInHead: ReadonlyMap<string, readonly Clearance[]>;
  readonly undecidedInBase: ReadonlyMap<string, readonly Clearance[]>;
  readonly undecidedInHead: ReadonlyMap<string, readonly Clearance[]>;
}

/**
 * Says of each piece of debt what the pull request did to it. The result depends neither on the order of findings nor on
 * the order of files; it is sorted by rule and fingerprint.
 */
export function compareFindings(input: ComparisonInput): Comparison {
  const changes = changesOf(input.diff);
  const services = input.services ?? { base: [], head: [] };
  const renames = renamedServices(services, changes);
  const pairs = matchFindings(input.before.findings, input.after.findings, renames, changes);
  const context: Context = {
    changes,
    services,
    renames,
    reading: reading(input.coverage, { base: brokenRules(input.before), head: brokenRules(input.after) }, changes),
    absorptions: absorptions(pairs, changes),
    // What the base could not decide is no debt of its own there: taking it away is the pull request's.
    clearedInBase: byFamily(
      [...input.before.cleared, ...(input.before.undecided ?? [])].map((clearance) => withServiceNames(clearance, renames)),
    ),
    clearedInHead: byFamily(input.after.cleared),
    undecidedInBase: byFamily((input.before.undecided ?? []).map((clearance) => withServiceNames(clearance, renames))),
    undecidedInHead: byFamily(input.after.undecided ?? []),
  };

  const compared = pairs.map((pair) => compareOne(pair, statusOf(pair, context), context));
  const steps = matchFindings([], input.steps.findings, renames, changes).map((pair) => compareOne(pair, "introduced", context));
  return { findings: [...compared, ...steps].sort(byRuleAndFingerprint) };
}

function statusOf(pair: Pair, context: Context): Status {
  const { base, head } = pair;
  if (base !== null && head !== null) {
    const status = statusOfBoth(base, head, context.renames);
    return status === "unchanged" || isTouched(base, head, context) ? status : "unchanged";
  }
  const absorbed = context.absorptions.get(pair);
  if (absorbed === "part") return "unchanged";
  if (absorbed === "whole") return head === null ? "improved" : "worsened";
  if (head === null && base !== null)
    return undecidedIn(base, context).length === 0 && certainlyAbsent(base, "head", context) ? "fixed" : "unknown";
  return head !== null && !wasUnaddressed(head, context) && certainlyAbsent(head, "base", context) ? "introduced" : "unknown";
}

/** Growth anywhere is worse, whatever else shrank. */
function statusOfBoth(base: Finding, head: Finding, renames: ReadonlyMap<string, string>): Status {
  const before = new Set(base.members.map((member) => memberName(member, renames)));
  const after = new Set(head.members);
  const rose = (head.measure?.value ?? 0) - (base.measure?.value ?? 0);
  const measured = base.measure !== null && head.measure !== null;
  if ([...after].some((member) => !before.has(member)) || (measured && rose > 0)) return "worsened";
  if ([...before].some((member) => !after.has(member)) || (measured && rose < 0)) return "improved";
  return "unchanged";
}

/**
 * The pull request touched a file that the finding rests on, or brought or took away a service that is a member of it. A
 * state that moved without that was read differently because of something else, such as a host that now has a name.
 */
function isTouched(base: Finding, head: Finding, { changes, services, renames }: Context): boolean {
  const touched = (finding: Finding, side: Side): boolean => finding.evidence.some(({ path }) => changes.fileOn(side, path) !== undefined);
  // Traces and the past are not in the diff: what they say of this head is new whenever it differs.
  if (head.evidence.some(({ kind }) => kind === "trace" || kind === "history")) return true;
  if (touched(base, "base") || touched(head, "head")) return true;
  const known = {
    base: new Set(services.base.map(({ name }) => renames.get(name) ?? name)),
    head: new Set(services.head.map(({ name }) => name)),
  };
  return [...base.members, ...head.members].some(
    (member) => known.base.has(memberName(member, renames)) !== known.head.has(memberName(member, renames)),
  );
}

/** Its absence from the other side is known: the subject was read there and is clean, or what it rested on is gone. */
function certainlyAbsent(finding: Finding, side: Side, context: Context): boolean {
  if (isCleared(finding, side, context)) return true;
  // A trace shows what was recorded: an operation that nobody recorded on the other side was neither clean nor gone.
  if (finding.evidence[0]?.kind === "trace") return false;
  return context.reading.wouldHaveShown(finding, side) && !(side === "head" && isOutOfSight(finding, context));
}

/** Kinds of what code does: a finding on one of them is read from its first place on, along calls and imports. */
const READ_FROM_CODE: ReadonlySet<string> = new Set(["event", "function"]);

/**
 * The pull request left alone all that shows it, or all but the files that its code led to, which are gone. A name, a class
 * or an import by which it was known cannot be followed any more; that nothing is left of it nobody knows.
 */
function isOutOfSight(base: Finding, { changes, services, renames }: Context): boolean {
  const known = new Set(services.head.map(({ name }) => name));
  if (!base.services.every((name) => known.has(renames.get(name) ?? name))) return false;
  const [first, ...others] = base.evidence.filter(({ repository }) => repository === undefined);
  if (first === undefined || changes.touches(first, "base")) return false;
  const leads = base.subject.some((part) => READ_FROM_CODE.has(kindOf(part)));
  return others.every(
    (place) =>
      !changes.touches(place, "base") || (leads && place.kind === "code" && changes.fileOn("base", place.path)?.change === "deleted"),
  );
}

/** The subject itself was cleared, or a wider one of which it is a part: the operation that was recorded, the gateway. */
function isCleared(finding: Finding, side: Side, context: Context): boolean {
  if (clearancesOf(finding, side, context).length > 0) return true;
  const wider = finding.subject
    .slice(1)
    .map((_, index) => ({ ...finding, subject: finding.subject.slice(0, index + 1), discriminator: "" }));
  return wider.some((part) => clearancesOf(part, side, context).length > 0);
}

function clearancesOf(finding: Finding, side: Side, context: Context): readonly Clearance[] {
  const cleared = side === "base" ? context.clearedInBase : context.clearedInHead;
  return cleared.get(family(withServiceNames(finding, context.renames))) ?? [];
}

/**
 * Of the subject itself, or of a wider one that it is a part of: the function that made the call. Or of the same call, where it
 * is not known any more whom it reaches.
 */
function undecidedIn(finding: Finding, context: Context): readonly Clearance[] {
  const wider = finding.subject
    .slice(2)
    .map((_, index) => ({ ...finding, subject: finding.subject.slice(0, index + 2), discriminator: "" }));
  return [...new Set([finding, ...wider, unaddressed(finding)].map((part) => family(withServiceNames(part, context.renames))))].flatMap(
    (key) => context.undecidedInHead.get(key) ?? [],
  );
}

/** The same call was there in base, and not known whom it reached. */
function wasUnaddressed(head: Finding, { undecidedInBase }: Context): boolean {
  return head.subject.some((part) => kindOf(part) === "target") && undecidedInBase.has(family(unaddressed(head)));
}

function unaddressed(finding: Finding): Finding {
  return { ...finding, subject: finding.subject.map((part) => (kindOf(part) === "target" ? "target:*" : part)) };
}

function compareOne(pair: Pair, status: Status, context: Context): ComparedFinding {
  const { base, head, fingerprint } = pair;
  const finding = (head ?? base)!;
  const known: Known = {
    base,
    head,
    clearedInBase: base === null ? clearancesOf(finding, "base", context) : [],
    clearedInHead: head === null ? [...clearancesOf(finding, "head", context), ...undecidedIn(finding, context)] : [],
  };
  const evidence = comparedEvidence(known, context.changes);
  const compared: ComparedFinding = {
    status,
    fingerprint,
    finding: asSureAsItsAbsence(finding, known.clearedInHead),
    base,
    head,
    evidence,
  };
  const isNew = status === "introduced" || status === "worsened";
  return isNew && !compared.evidence.some((evidence) => evidence.changed) ? withCause(compared, context) : compared;
}

/**
 * What is there shows itself; what is gone is gone no more surely than what clears it does. Which of several clearances stands
 * for which of several findings on one subject nobody knows: the least sure speaks.
 */
function asSureAsItsAbsence(finding: Finding, clearedInHead: readonly Clearance[]): Finding {
  const all = [finding.confidence, ...clearedInHead.map(({ confidence }) => confidence ?? "high")];
  return { ...finding, confidence: LEAST_SURE_FIRST.find((confidence) => all.includes(confidence))! };
}

/** Nothing is called the pull request's own without a place that it changed. */
function withCause(compared: ComparedFinding, context: Context): ComparedFinding {
  const cause = causeOf(compared.finding, context.services, context.changes);
  // It was there before, and was not seen: nothing that the pull request did brought it about.
  if (cause === null) return { ...compared, status: "unknown" };
  const evidence = inOrder([...compared.evidence, cause.evidence]);
  if (!cause.remote) return { ...compared, evidence };
  const finding = { ...compared.finding, confidence: LESS_SURE[compared.finding.confidence] };
  return { ...compared, finding, evidence };
}

const LESS_SURE: Readonly<Record<Confidence, Confidence>> = { high: "medium", medium: "low", low: "low" };
const LEAST_SURE_FIRST: readonly Confidence[] = ["low", "medium", "high"];

function byFamily(cleared: readonly Clearance[]): ReadonlyMap<string, readonly Clearance[]> {
  const families = new Map<string, Clearance[]>();
  for (const clearance of cleared) {
    const key = family(clearance);
    const alike = families.get(key);
    if (alike === undefined) families.set(key, [clearance]);
    else alike.push(clearance);
  }
  for (const alike of families.values()) alike.sort(byText);
  return families;
}

function byText(a: Clearance, b: Clearance): number {
  const [one, other] = [JSON.stringify([a.discriminator, a.evidence]), JSON.stringify([b.discriminator, b.evidence])];
  return one < other ? -1 : one > other ? 1 : 0;
}

function brokenRules(side: JudgedSide): ReadonlySet<string> {
  return new Set(side.failures?.map((failure) => failure.rule) ?? []);
}

function byRuleAndFingerprint(a: ComparedFinding, b: ComparedFinding): number {
  if (a.finding.rule !== b.finding.rule) return a.finding.rule < b.finding.rule ? -1 : 1;
  return a.fingerprint < b.fingerprint ? -1 : a.fingerprint > b.fingerprint ? 1 : 0;
}
