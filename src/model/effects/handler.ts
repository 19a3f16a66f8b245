import type { EntryPoint } from "../code.js";
import type { Callee } from "../code/denotation.js";
import type { FunctionAt } from "./sites.js";

/** A function that serves requests or messages from outside. */
export interface Handler {
  readonly service: string;
  /** `null` where the handler is known to be there and its code is not. */
  readonly function: FunctionAt | null;
  readonly entry: EntryPoint;
  /** HTTP: verb (`ANY` for all) and path; else empty. */
  readonly method: string;
  readonly path: string;
  /** Channel and event for consumers. */
  readonly channel: string | null;
  readonly event: string | null;
  readonly transport: string;
  /** A deployment file says so, and the place of the entry is there. */
  readonly isDeclared?: true;
}

/** Functions as the index knows them. */
export function functionsOf(callees: readonly Callee[]): readonly FunctionAt[] {
  return callees.map((callee) => ({ file: callee.function.file, summary: callee.function.summary }));
}
