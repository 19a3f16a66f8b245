import type { FileFacts } from "../../facts/facts.js";
import type { Program } from "./denotation.js";

export type { Program } from "./denotation.js";

/**
 * Links the source files of one commit: `denote`, `member` and `callees` of the result answer what names, values and
 * calls mean across files. Nothing is walked before it is asked for.
 *
 * @param files all files of the commit; package.json and tsconfig.json facts decide how modules resolve
 * @param serviceOf the service that owns a path, or `null`
 * @param paths every path of the commit
 */
export function createProgram(
  _files: readonly FileFacts[],
  _serviceOf: (path: string) => string | null,
  _paths: ReadonlySet<string>,
): Program {
  throw new Error("not linked yet");
}
