import type { Evidence } from "./evidence.js";

/** One field of a message. */
export interface EventField {
  /** Dotted for nested fields, `[]` for array elements. */
  readonly path: string;
  /** A canonical type: `string`, `number`, `"a"|"b"`, `string[]`; `unknown` where it could not be followed. */
  readonly type: string;
  readonly optional: boolean;
  readonly nullable: boolean;
  readonly evidence: Evidence;
  /** Where its values are listed, if that is apart from it: an enum, a type of that name. */
  readonly values?: Evidence;
}
