import type { Denotation } from "../code/denotation.js";
import type { Evaluated } from "./evaluated.js";
import { literalOf } from "./values.js";

/** Columns of an outbox that say where a row goes and what it is. */
const ADDRESSING =
  /topic|channel|queue|exchange|routing|subject|destination|target|broker|transport|pattern|event|message|aggregate|type|name/i;

/** A write to an outbox with the texts of its row; what a parameter gives, a caller may say. */
export function withRow(effect: Evaluated, row: ReadonlyMap<string, Denotation>): Evaluated {
  const addressing = [...row].filter(([column]) => ADDRESSING.test(column));
  const texts = addressing.flatMap(([column, value]) => {
    const text = literalOf(value);
    return text === null ? [] : [[column, text] as const];
  });
  const isOpen = addressing.some(
    ([, value]) => value.kind === "unknown" || (value.kind === "text" && value.parts.some(({ kind }) => kind === "hole")),
  );
  return { ...effect, row: new Map(texts), complete: effect.complete && !isOpen };
}
