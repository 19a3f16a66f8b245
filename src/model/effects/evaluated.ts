import type { CallTarget, Effect, ServiceCall } from "../code.js";
import type { Confidence, Evidence } from "../evidence.js";

/** What one known call site does when it is reached with the given arguments, in the environment of one service. */
export interface Evaluated {
  readonly kind: Effect["kind"];
  /** For calls. */
  readonly to: CallTarget | null;
  readonly protocol: ServiceCall["kind"] | null;
  /** Channel for messages; `null` where it is not known. */
  readonly channel: string | null;
  readonly transport: string | null;
  readonly operation: string | null;
  readonly mutating: boolean | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  /** Another caller's arguments could say no more. */
  readonly complete: boolean;
  /** The address leads to several services: one call for each, not many calls of one. */
  readonly fanOut: boolean;
  /** For rows of an outbox: texts by column. */
  readonly row: ReadonlyMap<string, string> | null;
  /** Name of the handler's function by its file. */
  readonly handler: string | null;
}

/** What is said where nothing else is. */
export const NOTHING: Evaluated = {
  kind: "call",
  to: null,
  protocol: null,
  channel: null,
  transport: null,
  operation: null,
  mutating: null,
  confidence: "high",
  evidence: [],
  complete: true,
  fanOut: false,
  row: null,
  handler: null,
};
