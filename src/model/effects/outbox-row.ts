import type { Denotation } from "../code/denotation.js";
import type { Evaluated } from "./evaluated.js";
import { literalOf } from "./values.js";

/** Columns of an outbox that say where a row goes and what it is. */
const ADDRESSING =
  /topic|channel|queue|exchange|routing|subject|destination|target|broker|transport|pattern|event|message|aggregate|type|name/i;

const PAYLOAD = /^(?:(?:event_?|message_?)?(?:payload|data|body|content|value)|event|message)$/i;

/** What the row's message holds, of the row among these that has these texts; `null` where no column says it. */
export function payloadOf(rows: readonly ReadonlyMap<string, Denotation>[], texts: ReadonlyMap<string, string>): Denotation | null {
  const fits = (row: ReadonlyMap<string, Denotation>): boolean =>
    [...texts].every(([column, text]) => {
      const value = row.get(column);
      return value === undefined || (literalOf(value) ?? text) === text;
    });
  const row = rows.find(fits) ?? rows[0];
  const column = row === undefined ? undefined : [...row.keys()].find((name) => PAYLOAD.test(name));
  return column === undefined ? null : row!.get(column)!;
}

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
