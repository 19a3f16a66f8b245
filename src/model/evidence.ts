import type { Lines } from "../facts/place.js";

/** A range of lines in a file of the system. `repository` only where the system spans several. */
export interface Place extends Lines {
  readonly path: string;
  readonly repository?: string;
}

/** Where a piece of evidence comes from. Independent kinds that agree raise the confidence. */
export type EvidenceKind = "code" | "configuration" | "contract" | "deployment" | "history" | "pipeline" | "trace";

/** One place that shows something, and what it shows, in a short phrase without a full stop. */
export interface Evidence extends Place {
  readonly kind: EvidenceKind;
  readonly note: string;
  /** Only rules about change say it: `base` for a place that the pull request took away. */
  readonly side?: "base" | "head";
}

export type Confidence = "high" | "medium" | "low";

const ORDER: readonly Confidence[] = ["low", "medium", "high"];

export function weakest(...values: readonly Confidence[]): Confidence {
  return ORDER[Math.min(...values.map((value) => ORDER.indexOf(value)), 2)]!;
}

/** One step less for each unresolved dispatch on the way. */
export function lowered(value: Confidence, steps = 1): Confidence {
  return ORDER[Math.max(0, ORDER.indexOf(value) - steps)]!;
}
