import type { Finding } from "../rules/rule.js";
import type { Changes } from "./changes.js";
import type { Pair } from "./match.js";

/** How an unpaired finding lives on at the other side: as `part` of a wider one, or as the `whole` of narrower ones. */
export type Absorptions = ReadonlyMap<Pair, "part" | "whole">;

/**
 * A rule may report a whole gateway in one finding while nothing of it is covered, and route by route as soon as something
 * is. The routes that stay uncovered are not new then, and the gateway is not fixed: it got better, or, the other way
 * round, worse. The wider finding's subject is the beginning of the narrower one's.
 */
export function absorptions(pairs: readonly Pair[], changes: Changes): Absorptions {
  const found = new Map<Pair, "part" | "whole">();
  const wholes = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const key = keyOf(oneOf(pair), oneOf(pair).subject.length);
    wholes.set(key, [...(wholes.get(key) ?? []), pair]);
  }
  for (const part of pairs) {
    if (part.base !== null && part.head !== null) continue;
    for (const whole of wider(part, wholes)) {
      if (!opposite(whole, part) || !covers(whole, part, changes)) continue;
      found.set(part, "part");
      found.set(whole, "whole");
    }
  }
  return found;
}

function wider(part: Pair, wholes: ReadonlyMap<string, Pair[]>): readonly Pair[] {
  const finding = oneOf(part);
  return finding.subject.slice(1).flatMap((_, index) => wholes.get(keyOf(finding, index + 1)) ?? []);
}

function keyOf(finding: Finding, length: number): string {
  return JSON.stringify([finding.rule, finding.discriminator, finding.subject.slice(0, length)]);
}

/** One is only in base, the other only in head. */
function opposite(whole: Pair, part: Pair): boolean {
  return part.base === null ? whole.head === null : whole.base === null;
}

/** The wider finding spoke of the narrower one's place, or named it among its members. */
function covers(whole: Pair, part: Pair, changes: Changes): boolean {
  const [base, head] = part.base === null ? [oneOf(whole), oneOf(part)] : [oneOf(part), oneOf(whole)];
  const last = oneOf(part).subject.at(-1) ?? "";
  if (oneOf(whole).members.some((member) => member === last || member === last.slice(last.indexOf(":") + 1))) return true;
  const places = new Set(head.evidence.map((place) => `${place.path}:${place.startLine}`));
  return base.evidence.some((evidence) => {
    const place = changes.carry(evidence);
    return place !== null && places.has(`${place.path}:${place.startLine}`);
  });
}

function oneOf(pair: Pair): Finding {
  return (pair.head ?? pair.base)!;
}
