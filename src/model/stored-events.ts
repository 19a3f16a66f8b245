import type { Confidence, Evidence } from "./evidence.js";

/** An event of several versions that a service stores and reads again. */
export interface StoredEvent {
  /** Without version suffix. */
  readonly name: string;
  readonly service: string;
  /** Ascending. */
  readonly versions: readonly StoredVersion[];
  /** What shows that its events are kept and replayed. */
  readonly store: Evidence;
  readonly confidence: Confidence;
}

export interface StoredVersion {
  readonly version: number;
  readonly declared: readonly Evidence[];
  /** Not only in a contract file. */
  readonly inCode: boolean;
  /** Code that reads events back and knows this version. */
  readonly handled: readonly Evidence[];
  /** What turns this version into a newer one on reading. */
  readonly upcast: readonly Evidence[];
  /** Code that reads the newest version back, and not this one. */
  readonly missed: readonly Evidence[];
  /** Other code of the service asks for its type: it may do what was not seen. */
  readonly knownElsewhere: boolean;
}
