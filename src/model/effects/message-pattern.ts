import type { Denotation, Program } from "../code/denotation.js";
import { literalOf } from "./values.js";

/**
 * The name of a message pattern: a text as it is, `{ cmd: "charge" }` as `charge`, more than one key as JSON with sorted
 * keys, so that the sender's and the handler's spellings meet. `null` where a part is not known.
 */
export function patternOf(value: Denotation, program: Program): string | null {
  const text = literalOf(value);
  if (text !== null) return text;
  if (value.kind === "choice") return null;
  if (value.kind !== "object" || value.open) return null;
  const entries: [string, string][] = [];
  for (const key of [...value.entries.keys()].sort()) {
    const part = literalOf(program.member(value, key));
    if (part === null) return null;
    entries.push([key, part]);
  }
  const [only, ...more] = entries;
  if (only === undefined) return null;
  return more.length === 0 ? only[1] : `{${entries.map(([key, part]) => `${key}:${part}`).join(",")}}`;
}
