import { NUMBERS_OF_CALLEES, type Branch, type CodeFunction, type Effect } from "../../model/code.js";
import type { Evidence, Place } from "../../model/evidence.js";
import { functionName } from "./call-subject.js";

/**
 * Two effects meet in a function that leads to them by different calls. Where the same call leads to both, they meet
 * further down, and that function is the one to talk about. Where one of them happens instead of the other, they never meet.
 */
export function meetHere(one: Effect, other: Effect): boolean {
  if (excludeEachOther(one, other)) return false;
  const [first, second] = [one.via[0], other.via[0]];
  if (first === undefined || second === undefined) return true;
  return one.step !== other.step || key(first) !== key(second);
}

/** Whether two effects stand in different branches of one `if` or `switch`, so that one operation has one of them alone. */
export function excludeEachOther(one: Effect, other: Effect): boolean {
  return inDifferentBranches(one, other, ({ perRound }) => perRound !== true);
}

/** The same, or of one item of a list that an operation goes through: the others may have the other. */
export function excludeEachOtherForOneItem(one: Effect, other: Effect): boolean {
  return inDifferentBranches(one, other, () => true);
}

function inDifferentBranches(one: Effect, other: Effect, counts: (branch: Branch) => boolean): boolean {
  return one.context.branches.some((branch) =>
    other.context.branches.some(({ statement, arm }) => statement === branch.statement && arm !== branch.arm && counts(branch)),
  );
}

/** Whether two effects are undone together when one of them fails. */
export function sameTransaction(one: Effect, other: Effect): boolean {
  return one.context.transaction !== null && one.context.transaction === other.context.transaction;
}

/** Whether the function itself began the transaction that the effect stands in, and so decides what belongs to it. */
export function inOwnTransaction({ context }: Effect): boolean {
  return context.transaction !== null && context.transaction < NUMBERS_OF_CALLEES;
}

/** The line in the function that leads to the effect, then the effect itself. */
export function evidenceOf(effect: Effect, note: string): readonly Evidence[] {
  return [...effect.via.slice(0, 1), effect.place].map((place) => ({ ...place, kind: "code" as const, note }));
}

export function functionSubject(fn: CodeFunction): readonly string[] {
  return [`service:${fn.service}`, `function:${functionName(fn.id)}`];
}

function key({ path, startLine, endLine }: Place): string {
  return `${path}:${startLine}-${endLine}`;
}
