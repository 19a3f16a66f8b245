import type { Judgement } from "../rule.js";

/** What a rule says of a system of which it judges one thing after the other. */
export function together(parts: readonly Judgement[]): Required<Judgement> {
  return {
    findings: parts.flatMap(({ findings }) => findings),
    cleared: parts.flatMap(({ cleared }) => cleared),
    undecided: parts.flatMap(({ undecided }) => undecided ?? []),
  };
}
