import type { Finding } from "../rules/rule.js";
import type { Changes, Side } from "./changes.js";
import { family, namesInFamilies } from "./family.js";
import { fingerprintOf } from "./fingerprint.js";
import { grouped, unique } from "./groups.js";
import { byText, placeInHead, secondChances, type Unpaired } from "./likeness.js";
import { withServiceNames } from "./services.js";

/** A finding of the base and the finding of the head that is the same piece of debt. Each at most once. */
export interface Pair {
  readonly base: Finding | null;
  readonly head: Finding | null;
  /** Unique within a comparison. */
  readonly fingerprint: string;
}

/**
 * Pairs the findings of both sides. First by identity, then by what survives a rename: the services' new names, the same
 * body, the same untouched places, members that overlap. The result does not depend on the order of the findings, and
 * swapping the sides swaps the pairs.
 */
export function matchFindings(
  before: readonly Finding[],
  after: readonly Finding[],
  renames: ReadonlyMap<string, string>,
  changes: Changes,
): readonly Pair[] {
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
  const names = namesInFamilies(base, head, pairs);
  if (renames.size > 0) pairFamilies(left, changes, (finding) => withServiceNames(finding, renames), take);
  for (const [one, other] of secondChances(left, renames, changes)) {
    if (left.base.has(one) && left.head.has(other)) take(one, other);
  }
  return named(pairs, left, names);
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

function pairFamily(
  base: readonly Finding[],
  head: readonly Finding[],
  changes: Changes,
  rename: (finding: Finding) => Finding,
  take: Take,
): void {
  const [first] = base;
  const [other] = head;
  if (first === undefined || other === undefined) return;
  if (base.length === 1 && head.length === 1) return take(first, other);

  let ours = [...base];
  let theirs = [...head];
  const sameness: ((finding: Finding, side: Side) => string | null)[] = [
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
function firstPlace(finding: Finding, side: Side, changes: Changes): string | null {
  const [first] = finding.evidence;
  return first === undefined ? null : placeInHead(first, side, changes);
}

/**
 * Gives each pair the fingerprint of its base. Where a family grew or shrank, its pairs keep the fingerprints that both
 * sides have and the rest go to what came or went, so that the same change seen backwards bears the same names.
 */
function named(pairs: readonly [Finding, Finding][], left: Unpaired, names: ReadonlyMap<Finding, string>): readonly Pair[] {
  const nameOf = (finding: Finding): string => names.get(finding) ?? fingerprintOf(finding);
  const result: Pair[] = pairs.map(([one, other]) => ({ base: one, head: other, fingerprint: nameOf(one) }));
  for (const one of left.base) result.push({ base: one, head: null, fingerprint: nameOf(one) });

  const taken = new Set(result.map((pair) => pair.fingerprint));
  for (const finding of [...left.head].sort(byIdentityThenPlace)) {
    const own = nameOf(finding);
    const fingerprint = taken.has(own) ? anew(finding, taken) : own;
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

function byIdentityThenPlace(a: Finding, b: Finding): number {
  return byText(fingerprintOf(a), fingerprintOf(b)) || byText(placeText(a), placeText(b)) || byText(a.title, b.title);
}

function placeText(finding: Finding): string {
  return finding.evidence.map((evidence) => `${evidence.path}:${String(evidence.startLine).padStart(7, "0")}`).join(" ");
}
