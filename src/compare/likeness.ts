import type { Evidence } from "../model/evidence.js";
import type { Finding } from "../rules/rule.js";
import type { Changes, Side } from "./changes.js";
import { aspect } from "./family.js";
import { fingerprintOf } from "./fingerprint.js";
import { grouped, indexed } from "./groups.js";
import { kindOf, memberName, OWN_NAMES, withServiceNames } from "./services.js";

/** What has no partner yet. */
export interface Unpaired {
  readonly base: Set<Finding>;
  readonly head: Set<Finding>;
}

/** A finding of the base that may be this finding of the head. */
interface Candidate {
  readonly base: Finding;
  readonly head: Finding;
  readonly score: number;
}

/** Pairs across families, the surest first. */
export function secondChances(left: Unpaired, renames: ReadonlyMap<string, string>, changes: Changes): readonly [Finding, Finding][] {
  const candidates: Candidate[] = [];
  for (const [, { base, head }] of bothSides(left, (finding) => `${finding.rule} ${aspect(finding)}`)) {
    const clues = (finding: Finding, side: Side): readonly string[] => cluesOf(finding, side, changes);
    const index = indexed(head, (finding) => clues(finding, "head"));
    for (const one of base) {
      const others = new Set(clues(one, "base").flatMap((clue) => fewOf(index.get(clue))));
      for (const other of others) {
        const score = likeness(one, other, renames, changes);
        if (score > 0) candidates.push({ base: one, head: other, score });
      }
    }
  }
  return candidates.sort((a, b) => b.score - a.score || byText(tieBreak(a), tieBreak(b))).map(({ base, head }) => [base, head]);
}

/** What a hundred findings share, such as the line that names a host, tells none of them from the others. */
function fewOf(findings: readonly Finding[] | undefined): readonly Finding[] {
  return findings === undefined || findings.length > 100 ? [] : findings;
}

/** The same whichever side is called base. */
function tieBreak({ base, head }: Candidate): string {
  return [fingerprintOf(base), fingerprintOf(head)].sort().join(" ");
}

/** Two findings that share no clue are not compared, so that a large rename does not cost the square of its findings. */
function cluesOf(finding: Finding, side: Side, changes: Changes): readonly string[] {
  const clues = finding.evidence.map((evidence) => placeInHead(evidence, side, changes)).filter((place) => place !== null);
  if (finding.bodyHash !== null) clues.push(`body ${finding.bodyHash}`);
  const path = pathInHead(finding, side, changes);
  clues.push(...REWRITTEN.flatMap((kind) => apartFrom(kind, finding) ?? []).map((rest) => `${path} ${rest}`));
  if (MEMBERS_IDENTIFY.has(finding.rule)) clues.push(...finding.members.map((member) => `member ${member}`));
  return clues;
}

/**
 * Rules whose subject is only a name for what its members share: the smallest service of a cycle, the file of a deployment,
 * a database that all of them now call something else, the way in from which a chain is longest. Two members in common make it the same.
 */
const MEMBERS_IDENTIFY: ReadonlySet<string> = new Set([
  "co-deployed-services",
  "cyclic-service-calls",
  "shared-database",
  "sync-call-chain",
]);

/** From 0 (another finding) to 3; symmetric. */
function likeness(base: Finding, head: Finding, renames: ReadonlyMap<string, string>, changes: Changes): number {
  const before = withServiceNames(base, renames);
  const shared = sharedPlaces(base, head, changes);
  // All that shows it was left alone: what the event is called is written elsewhere, in a constant that was renamed or left the repository.
  if (!comparable(before, head)) return shared === 1 && ofSameKinds(before, head) ? 1 : 0;
  const agreement = before.subject.filter((part, index) => part === head.subject[index]).length / Math.max(1, head.subject.length);
  if (base.bodyHash !== null && base.bodyHash === head.bodyHash) return 2 + agreement;
  if (shared >= 0.5) return 1 + shared / 2 + agreement / 4;
  if (pathInHead(base, "base", changes) === pathInHead(head, "head", changes)) {
    const rewritten = REWRITTEN.findIndex((kind) => sameApartFrom(kind, before, head));
    if (rewritten >= 0) return 0.9 - rewritten / 20;
  }
  if (!MEMBERS_IDENTIFY.has(base.rule)) return 0;
  const common = base.members.filter((member) => head.members.includes(memberName(member, renames))).length;
  return common < 2 ? 0 : common / (base.members.length + head.members.length);
}

/**
 * What a call in the same file can get anew and stay the same debt: it was rewritten into another function, or its function
 * now asks the same target for something else, or another one, or one that is not known, for the same. The surer sign first.
 */
const REWRITTEN = ["function", "operation", "target"] as const;

type Rewritten = (typeof REWRITTEN)[number];

function sameApartFrom(kind: Rewritten, base: Finding, head: Finding): boolean {
  const rest = apartFrom(kind, base);
  return rest !== null && rest === apartFrom(kind, head);
}

/** Who does what to whom, and where, without one of these; `null` where the rest says too little. */
function apartFrom(kind: Rewritten, { subject }: Finding): string | null {
  const rest = subject.filter((part) => kindOf(part) !== kind);
  return rest.length === subject.length - 1 && rest.length >= 3 ? JSON.stringify(rest) : null;
}

function pathInHead({ evidence: [first] }: Finding, side: Side, changes: Changes): string | null {
  return first === undefined ? null : side === "head" ? first.path : changes.toHead(first.path);
}

/** They are about the same kinds of things, and about the same event or channel. */
function comparable(base: Finding, head: Finding): boolean {
  return (
    MEMBERS_IDENTIFY.has(base.rule) ||
    (ofSameKinds(base, head) && base.subject.every((part, index) => part === head.subject[index] || !OWN_NAMES.has(kindOf(part))))
  );
}

function ofSameKinds(base: Finding, head: Finding): boolean {
  return (
    base.subject.length === head.subject.length && base.subject.every((part, index) => kindOf(part) === kindOf(head.subject[index] ?? ""))
  );
}

/**
 * The share of the larger set of places that stand untouched in the other. The most telling place of one of the two must be
 * among them: two calls, one removed and one added, may have come by their address along the same trail.
 */
function sharedPlaces(base: Finding, head: Finding, changes: Changes): number {
  const before = base.evidence.map((evidence) => placeInHead(evidence, "base", changes));
  const after = head.evidence.map((evidence) => placeInHead(evidence, "head", changes));
  const places = new Set(after);
  const kept = new Set(before.filter((place) => place !== null && places.has(place)));
  if (!kept.has(before[0] ?? null) && !kept.has(after[0] ?? null)) return 0;
  return kept.size / Math.max(before.length, after.length);
}

function bothSides(left: Unpaired, key: (finding: Finding) => string): Map<string, { base: Finding[]; head: Finding[] }> {
  const base = grouped([...left.base], key);
  const head = grouped([...left.head], key);
  const both = new Map<string, { base: Finding[]; head: Finding[] }>();
  for (const [name, findings] of base) {
    const others = head.get(name);
    if (others !== undefined) both.set(name, { base: findings, head: others });
  }
  return both;
}

/** Where evidence stands in head, as text; `null` for a place of the base that the pull request touched. */
export function placeInHead(evidence: Evidence, side: Side, changes: Changes): string | null {
  const place = side === "head" ? evidence : changes.carry(evidence);
  return place === null ? null : `${place.path}:${place.startLine}-${place.endLine} ${evidence.kind}`;
}

export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
