import type { Evidence } from "../model/evidence.js";
import type { Finding } from "../rules/rule.js";

export type Status = "introduced" | "worsened" | "unchanged" | "improved" | "fixed" | "unknown";

/** A piece of evidence with the side that it stands on and whether the pull request touched it. */
export interface ComparedEvidence extends Evidence {
  readonly side: "base" | "head";
  readonly changed: boolean;
}

/** One finding seen from both sides. */
export interface ComparedFinding {
  readonly status: Status;
  /** sha256 of rule, subject and discriminator, hex; of the base's finding where a rename was seen through. */
  readonly fingerprint: string;
  /** The head's finding; the base's where there is none in head. */
  readonly finding: Finding;
  readonly base: Finding | null;
  readonly head: Finding | null;
  /** Of the head, with what the pull request removed from the base; changed places first within each side. */
  readonly evidence: readonly ComparedEvidence[];
}

export interface Comparison {
  readonly findings: readonly ComparedFinding[];
}
