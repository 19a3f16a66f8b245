import type { Finding } from "../rules/rule.js";
import { fingerprintOf, type Identity } from "./fingerprint.js";
import { grouped } from "./groups.js";

/** Identity without the ordinals of equal names. */
export function family(finding: Identity): string {
  return JSON.stringify([finding.rule, finding.subject.map((part) => part.replace(/#\d+$/, "")), aspect(finding)]);
}

/** What of a subject it is about, without an ordinal: empty for the main aspect. */
export function aspect(finding: Pick<Identity, "discriminator">): string {
  return finding.discriminator.replace(/(^|#)\d+$/, "");
}

/** The fingerprints of the findings of families that have more members on one side than on the other. */
export function namesInFamilies(
  base: readonly Finding[],
  head: readonly Finding[],
  pairs: readonly [Finding, Finding][],
): ReadonlyMap<Finding, string> {
  const names = new Map<Finding, string>();
  const partners = new Map([...pairs, ...pairs.map(([one, other]) => [other, one] as const)]);
  const families = { base: grouped(base, family), head: grouped(head, family) };
  for (const [key, ours] of families.base) {
    const theirs = families.head.get(key) ?? [];
    const [fewer, more] = ours.length <= theirs.length ? [ours, theirs] : [theirs, ours];
    if (fewer.length === 0 || fewer.length === more.length) continue;
    const kept = new Set(fewer.map(fingerprintOf));
    const spare = more.map(fingerprintOf).filter((fingerprint) => !kept.has(fingerprint));
    for (const finding of more) {
      const partner = partners.get(finding);
      names.set(finding, partner === undefined ? (spare.shift() ?? fingerprintOf(finding)) : fingerprintOf(partner));
    }
  }
  return names;
}
