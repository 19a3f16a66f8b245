import type { Evidence } from "../model/evidence.js";
import type { Finding } from "../rules/rule.js";
import type { Changes } from "./changes.js";
import { fingerprintOf } from "./fingerprint.js";
import { kindOf, OWN_NAMES, withServiceNames } from "./services.js";

/** A finding of the base and the finding of the head that is the same piece of debt. Each at most once. */
export interface Pair {
  readonly base: Finding | null;
  readonly head: Finding | null;
  /** Unique within a comparison. */
  readonly fingerprint: string;
}

/** What is asked of two sides before anything is called introduced or fixed. */
interface Unpaired {
  readonly base: Set<Finding>;
  readonly head: Set<Finding>;
}

/**
 * Pairs the findings of both sides. First by identity, then by what survives a rename: the services' new names, the same
 * body, the same untouched places, members that overlap. The result does not depend on the order of the findings, and
 * swapping the sides swaps the pairs.
 */
export function matchFindings(before: readonly Finding[], after: readonly Finding[], renames: ReadonlyMap<string, string>, changes: Changes): readonly Pair[] {
  const base = distinct(before);
  const head = distinct(after);
  const left: Unpaired = { base: new Set(base), head: new Set(head) };
  const pairs: [Finding, Finding][] = [];
  const take = (one: Finding, other: Finding): void => {
    if (!left.base.delete(one)) return;
    left.head.delete(other);
    pairs.push([one, other]);
  };

  pairFamilies(left, changes, (finding) => finding, take);
  if (renames.size > 0) pairFamilies(left, changes, (finding) => withServiceNames(finding, renames), take);
  for (const [one, other] of secondChances(left, renames, changes)) {
    if (left.base.has(one) && left.head.has(other)) take(one, other);
  }
  return named(pairs, left, head);
}

/** Equal identities on one side would be one finding to everybody who reads them: the later gets an ordinal. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Map<string, number>();
  return [...findings].sort(byIdentityThenPlace).map((finding) => {
    const identity = fingerprintOf(finding);
    const ordinal = (seen.get(identity) ?? 0) + 1;
    seen.set(identity, ordinal);
    return ordinal === 1 ? finding : { ...finding, discriminator: `${finding.discriminator}#${ordinal}` };
  });
}

type Take = (base: Finding, head: Finding) => void;

/**
 * A family is what differs by ordinals alone: the second call in a function becomes the third when one is added before
 * it. Inside a family untouched places decide first, then bodies, then the ordinals as they stand.
 */
function pairFamilies(left: Unpaired, changes: Changes, rename: (finding: Finding) => Finding, take: Take): void {
  const base = grouped([...left.base], (finding) => family(rename(finding)));
  const head = grouped([...left.head], family);
  for (const [key, ours] of base) {
    const theirs = head.get(key);
    if (theirs !== undefined) pairFamily(ours, theirs, changes, rename, take);
  }
}

function pairFamily(base: readonly Finding[], head: readonly Finding[], changes: Changes, rename: (finding: Finding) => Finding, take: Take): void {
  const [first] = base;
  const [other] = head;
  if (first === undefined || other === undefined) return;
  if (base.length === 1 && head.length === 1) return take(first, other);

  let ours = [...base];
  let theirs = [...head];
  const sameness: ((finding: Finding, side: "base" | "head") => string | null)[] = [
    (finding, side) => firstPlace(finding, side, changes),
    (finding) => (finding.bodyHash === null ? null : `${finding.bodyHash} ${finding.discriminator}`),
    (finding, side) => fingerprintOf(side === "base" ? rename(finding) : finding),
  ];
  for (const key of sameness) {
    const candidates = unique(theirs, (finding) => key(finding, "head"));
    for (const [name, finding] of unique(ours, (one) => key(one, "base"))) {
      const match = candidates.get(name);
      if (match === undefined) continue;
      take(finding, match);
      ours = ours.filter((one) => one !== finding);
      theirs = theirs.filter((one) => one !== match);
    }
  }
  for (const [index, finding] of ours.entries()) {
    const match = theirs[index];
    if (match !== undefined) take(finding, match);
  }
}

/** Where the finding's first piece of evidence stands in head, as text. */
function firstPlace(finding: Finding, side: "base" | "head", changes: Changes): string | null {
  const [first] = finding.evidence;
  return first === undefined ? null : placeInHead(first, side, changes);
}

function placeInHead(evidence: Evidence, side: "base" | "head", changes: Changes): string | null {
  const place = side === "head" ? evidence : changes.carry(evidence);
  return place === null ? null : `${place.path}:${place.startLine}-${place.endLine} ${evidence.kind}`;
}

interface Candidate {
  readonly base: Finding;
  readonly head: Finding;
  readonly score: number;
}

/** Pairs across families, the surest first. */
function secondChances(left: Unpaired, renames: ReadonlyMap<string, string>, changes: Changes): readonly [Finding, Finding][] {
  const candidates: Candidate[] = [];
  for (const [, { base, head }] of bothSides(left, (finding) => `${finding.rule} ${aspect(finding)}`)) {
    const clues = (finding: Finding, side: "base" | "head"): readonly string[] => cluesOf(finding, side, changes);
    const index = indexed(head, (finding) => clues(finding, "head"));
    for (const one of base) {
      const others = new Set(clues(one, "base").flatMap((clue) => index.get(clue) ?? []));
      for (const other of others) {
        const score = likeness(one, other, renames, changes);
        if (score > 0) candidates.push({ base: one, head: other, score });
      }
    }
  }
  return candidates.sort((a, b) => b.score - a.score || byText(tieBreak(a), tieBreak(b))).map(({ base, head }) => [base, head]);
}

/** The same whichever side is called base. */
function tieBreak({ base, head }: Candidate): string {
  return [fingerprintOf(base), fingerprintOf(head)].sort().join(" ");
}

/** Two findings that share no clue are not compared, so that a large rename does not cost the square of its findings. */
function cluesOf(finding: Finding, side: "base" | "head", changes: Changes): readonly string[] {
  const clues = finding.evidence.map((evidence) => placeInHead(evidence, side, changes)).filter((place) => place !== null);
  if (finding.bodyHash !== null) clues.push(`body ${finding.bodyHash}`);
  if (MEMBERS_IDENTIFY.has(finding.rule)) clues.push(...finding.members.map((member) => `member ${member}`));
  return clues;
}

/**
 * Rules whose subject is only a name for its members: the smallest service of a cycle, the file of a deployment. Two
 * members in common make it the same.
 */
const MEMBERS_IDENTIFY: ReadonlySet<string> = new Set(["cyclic-service-calls", "co-deployed-services"]);

/** From 0 (another finding) to 3; symmetric. */
function likeness(base: Finding, head: Finding, renames: ReadonlyMap<string, string>, changes: Changes): number {
  const before = withServiceNames(base, renames);
  if (!comparable(before, head)) return 0;
  const agreement = before.subject.filter((part, index) => part === head.subject[index]).length / Math.max(1, head.subject.length);
  if (base.bodyHash !== null && base.bodyHash === head.bodyHash) return 2 + agreement;
  const shared = sharedPlaces(base, head, changes);
  if (shared >= 0.5) return 1 + shared / 2 + agreement / 4;
  if (MEMBERS_IDENTIFY.has(base.rule)) {
    const common = base.members.filter((member) => head.members.includes(member)).length;
    if (common >= 2) return common / (base.members.length + head.members.length);
  }
  return 0;
}

/** They are about the same kinds of things, and about the same database, event or channel. */
function comparable(base: Finding, head: Finding): boolean {
  if (MEMBERS_IDENTIFY.has(base.rule)) return true;
  if (base.subject.length !== head.subject.length) return false;
  return base.subject.every((part, index) => {
    const other = head.subject[index] ?? "";
    return part === other || (kindOf(part) === kindOf(other) && !OWN_NAMES.has(kindOf(part)));
  });
}

/** The share of the larger set of places that stand untouched in the other. */
function sharedPlaces(base: Finding, head: Finding, changes: Changes): number {
  const places = new Set(head.evidence.map((evidence) => placeInHead(evidence, "head", changes)));
  const kept = new Set(base.evidence.map((evidence) => placeInHead(evidence, "base", changes)).filter((place) => place !== null && places.has(place)));
  return kept.size / Math.max(base.evidence.length, head.evidence.length, 1);
}

/** Gives each pair the fingerprint of its base, and each new finding one that no pair of its family has taken. */
function named(pairs: readonly [Finding, Finding][], left: Unpaired, head: readonly Finding[]): readonly Pair[] {
  const result: Pair[] = pairs.map(([one, other]) => ({ base: one, head: other, fingerprint: fingerprintOf(one) }));
  for (const one of left.base) result.push({ base: one, head: null, fingerprint: fingerprintOf(one) });

  const taken = new Set(result.map((pair) => pair.fingerprint));
  const spare = grouped(head.filter((finding) => !taken.has(fingerprintOf(finding))), family);
  for (const finding of [...left.head].sort(byIdentityThenPlace)) {
    const own = fingerprintOf(finding);
    const free = (spare.get(family(finding)) ?? []).map(fingerprintOf).filter((fingerprint) => !taken.has(fingerprint));
    const fingerprint = taken.has(own) ? (free[0] ?? anew(finding, taken)) : own;
    taken.add(fingerprint);
    result.push({ base: null, head: finding, fingerprint });
  }
  return result;
}

/** A rename took this identity and something else now stands where it was: it is told apart by an ordinal. */
function anew(finding: Finding, taken: ReadonlySet<string>): string {
  for (let ordinal = 2; ; ordinal++) {
    const fingerprint = fingerprintOf({ ...finding, discriminator: `${finding.discriminator}#${ordinal}` });
    if (!taken.has(fingerprint)) return fingerprint;
  }
}

/** Identity without the ordinals of equal names. */
export function family(finding: Pick<Finding, "rule" | "subject" | "discriminator">): string {
  return JSON.stringify([finding.rule, finding.subject.map((part) => part.replace(/#\d+$/, "")), aspect(finding)]);
}

function aspect(finding: Pick<Finding, "discriminator">): string {
  return finding.discriminator.replace(/(^|#)\d+$/, "");
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

function grouped<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  return indexed(items, (item) => [key(item)]);
}

function indexed<T>(items: readonly T[], keys: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of new Set(keys(item))) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}

/** Items by key, without those whose key is missing or shared. */
function unique<T>(items: readonly T[], key: (item: T) => string | null): Map<string, T> {
  const found = new Map<string, T>();
  for (const [name, group] of indexed(items, (item) => [key(item) ?? ""])) {
    const [only] = group;
    if (name !== "" && only !== undefined && group.length === 1) found.set(name, only);
  }
  return found;
}

function byIdentityThenPlace(a: Finding, b: Finding): number {
  return byText(fingerprintOf(a), fingerprintOf(b)) || byText(placeText(a), placeText(b)) || byText(a.title, b.title);
}

function placeText(finding: Finding): string {
  return finding.evidence.map((evidence) => `${evidence.path}:${String(evidence.startLine).padStart(7, "0")}`).join(" ");
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
