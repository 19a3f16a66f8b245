import type { Denotation, Program } from "../code/denotation.js";
import { literalOf } from "./values.js";

/** Fields in which a message says what it is. */
const NAME_FIELDS = ["type", "eventType", "event_type", "eventName", "event", "name"];

/** What a message itself says it is, where the code writes that out and it reads like a name. */
export function ownName(payload: Denotation, program: Program): string | null {
  const own = literalField(payload, NAME_FIELDS, program);
  return own !== null && /^[A-Za-z][\w.:-]*$/.test(own) ? own : null;
}

/** Whether only a caller knows what the message is: `{ eventType, payload }` in a publisher's own method. */
export function isNamedByCaller(payload: Denotation, program: Program): boolean {
  const value = innermost(payload, program);
  if (value?.kind !== "object") return false;
  const field = NAME_FIELDS.find((name) => value.entries.has(name));
  if (field === undefined) return false;
  const name = program.member(value, field);
  return name.kind === "text" ? name.parts.some(({ kind }) => kind === "hole") : name.kind === "unknown";
}

/** The text of the first of these fields that has one. */
export function literalField(payload: Denotation, names: readonly string[], program: Program): string | null {
  const value = innermost(payload, program) ?? payload;
  if (value.kind !== "object" && value.kind !== "instance") return null;
  for (const name of names) {
    if (value.kind === "object" && !value.entries.has(name)) continue;
    if (value.kind === "instance" && !value.class.summary.fields.some((field) => field.name === name)) continue;
    const text = literalOf(program.member(value, name));
    if (text !== null) return text;
  }
  return null;
}

/** What is made a text of: the object in `JSON.stringify({ … })`, `Buffer.from(JSON.stringify({ … }))`. */
function innermost(value: Denotation, program: Program): Denotation | null {
  if (value.kind !== "library") return value;
  const last = value.path.calls.at(-1);
  const [first] = last?.args ?? [];
  return last === undefined || first === undefined ? null : program.denote(first, last.scope, last.place);
}

/** A bus or topic for everything of one service says nothing about the single message. */
export function isGenericChannel(channel: string | null): boolean {
  return channel === null || channel.includes("${") || !/[._:-]|[a-z][A-Z]/.test(channel);
}

/** `OrderPlaced` and `order.placed` name an event; `error` in a message called `log.entry` is a kind of entry. */
export function hasTwoWords(name: string): boolean {
  return /[a-z\d][A-Z]|[A-Za-z\d][._:-][A-Za-z]/.test(name);
}
