import type { EventField } from "../../model/event-field.js";
import type { EventShape } from "../../model/model.js";

/** What happened to one field of an event between two shapes of the same version, as consumers of the old one see it. */
export interface FieldChange {
  readonly kind:
    | "removed"
    | "renamed"
    | "wrapped"
    | "retyped"
    | "narrowed"
    | "required"
    | "not-nullable"
    | "value-removed"
    | "value-added"
    | ContractChangeKind;
  /** The field's path in the old shape; in the new one where it was not there before. */
  readonly field: string;
  readonly before: string;
  readonly after: string;
  readonly base: EventField | null;
  readonly head: EventField | null;
}

/**
 * What only schema files can tell: a field that is gone whose number nobody may use again, a number that means another field
 * now, a field that older messages do not have and that has no default.
 */
export type ContractChangeKind = "retired" | "number-reused" | "added";

/** What became of one publisher's message. */
export interface ShapeChange {
  readonly after: EventShape;
  readonly changes: readonly FieldChange[];
}

/**
 * What became of each of the messages that an event's publishers sent. One that somebody still sends did not change, whoever
 * else sends another beside it; the others are compared with what they resemble most of what is new.
 */
export function shapeChanges(before: readonly EventShape[], after: readonly EventShape[]): readonly ShapeChange[] {
  const left = new Set(after);
  const changed = before.filter((shape) => {
    const same = [...left].find((candidate) => fieldChanges(shape, candidate).length === 0);
    return same === undefined || !left.delete(same);
  });
  return changed.flatMap((shape): readonly ShapeChange[] => {
    const [nearest] = [...left]
      .map((candidate) => ({ after: candidate, changes: fieldChanges(shape, candidate) }))
      .sort((one, other) => one.changes.length - other.changes.length);
    if (nearest === undefined) return [];
    left.delete(nearest.after);
    return [nearest];
  });
}

/** Incompatible changes from one shape to another, by field. Added optional fields and widened types are none. */
export function fieldChanges(
  base: Pick<EventShape, "fields">,
  head: Pick<EventShape, "fields"> & Partial<EventShape>,
): readonly FieldChange[] {
  const after = new Map(head.fields.map((field) => [field.path, field] as const));
  const before = new Set(base.fields.map(({ path }) => path));
  const added = head.fields.filter(({ path }) => !before.has(path));
  const wrapped = head.open?.includes("") === true ? null : wrapping(base.fields, head.fields, added);
  const told = new Set(wrapped?.moved.map(({ path }) => path));
  const others = base.fields.filter(({ path }) => !told.has(path));
  return [...(wrapped === null ? [] : [wrapped.change]), ...others.flatMap((field) => changesIn(field))];

  function changesIn(field: EventField): readonly FieldChange[] {
    const now = after.get(field.path);
    if (now !== undefined) return changesOf(field, now);
    if (insideRemoved(field.path, after, before) || isToldOtherwise(field.path, head.fields)) return [];
    if (mayStillHave(field.path, head.open ?? [])) return [];
    const renamed = added.find((candidate) => mayBeRenamed(field, candidate));
    const change = { field: field.path, before: field.path, base: field };
    return [
      renamed === undefined
        ? { ...change, kind: "removed" as const, after: "", head: null }
        : { ...change, kind: "renamed" as const, after: renamed.path, head: renamed },
    ];
  }
}

/** What an envelope calls that which is in it. */
const CONTENT = /^(?:payload|data|body|content|detail|details|attributes|message|event|record)$/i;

/** All that a message had is inside of a new field now: it was put into an envelope. */
function wrapping(
  base: readonly EventField[],
  head: readonly EventField[],
  added: readonly EventField[],
): { readonly change: FieldChange; readonly moved: readonly EventField[] } | null {
  const now = new Set(head.map(({ path }) => path));
  const moved = base.filter(({ path }) => isTop(path) && !now.has(path));
  const [first] = moved;
  if (first === undefined) return null;
  const around = added.find(
    ({ path }) =>
      isTop(path) &&
      (moved.every((field) => now.has(`${path}.${field.path}`)) ||
        (CONTENT.test(path) &&
          moved.length > 1 &&
          base.every((field) => !isTop(field.path) || moved.includes(field)) &&
          isOpen(path, head))),
  );
  if (around === undefined) return null;
  const fields = moved.map(({ path }) => path).join(", ");
  return { change: { kind: "wrapped", field: around.path, before: fields, after: around.path, base: first, head: around }, moved };
}

/** Nothing is known of what is in it. */
function isOpen(path: string, fields: readonly EventField[]): boolean {
  return !fields.some((field) => field.path.startsWith(`${path}.`));
}

function isTop(path: string): boolean {
  return !/[.[{<]/.test(path);
}

/** Something that could not be read was put into what held the field, or into what that is in: `{ ...details }`. */
function mayStillHave(path: string, open: readonly string[]): boolean {
  return open.some((holder) => holder === "" || path.startsWith(`${holder}.`) || path.startsWith(`${holder}[`));
}

/** Its parent is gone as well, and speaks for it. */
function insideRemoved(path: string, after: ReadonlyMap<string, EventField>, before: ReadonlySet<string>): boolean {
  const parent = parentOf(path);
  return parent !== "" && before.has(parent) && !after.has(parent);
}

/** What was one shape is one of several now, or the other way round: the same fields have other paths. */
function isToldOtherwise(path: string, now: readonly EventField[]): boolean {
  const variant = /^(.*?)<[^<>]*>/.exec(path)?.[1];
  if (variant !== undefined) return !now.some((field) => field.path.startsWith(`${variant}<`));
  const holder = path.slice(0, Math.max(0, path.lastIndexOf(".")));
  return now.some((field) => field.path.startsWith(`${holder}<`));
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("."))).replace(/(?:\[\]|\{\}|<[^<>]*>)+$/, "");
}

/** Same parent and type, and a name that contains or resembles the old one. */
function mayBeRenamed(old: EventField, candidate: EventField): boolean {
  if (parentOf(old.path) !== parentOf(candidate.path) || old.type !== candidate.type || old.type === "unknown") return false;
  return areAlike(old.path, candidate.path);
}

/** The last names of two paths are spellings of one thing, as far as letters tell. */
export function areAlike(path: string, otherPath: string): boolean {
  const [one, other] = [lastName(path), lastName(otherPath)];
  return one.includes(other) || other.includes(one) || commonWords(one, other);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1).toLowerCase();
}

function commonWords(one: string, other: string): boolean {
  return one.length > 3 && other.length > 3 && (one.slice(0, 4) === other.slice(0, 4) || one.slice(-4) === other.slice(-4));
}

function changesOf(base: EventField, head: EventField): readonly FieldChange[] {
  const change = (kind: FieldChange["kind"], before: string, after: string): FieldChange => ({
    kind,
    field: base.path,
    before,
    after,
    base,
    head,
  });
  return [
    ...typeChanges(base.type, head.type).map(({ kind, before, after }) => change(kind, before, after)),
    ...(base.optional && !head.optional ? [change("required", "optional", "required")] : []),
    ...(base.nullable && !head.nullable && head.type !== "unknown" ? [change("not-nullable", "nullable", "not nullable")] : []),
  ];
}

type TypeChange = Pick<FieldChange, "kind" | "before" | "after">;

/** Types that could not be followed are compatible with everything: silence, not a guess. */
function typeChanges(before: string, after: string): readonly TypeChange[] {
  if (before === after || before === "unknown" || after === "unknown" || after === "any") return [];
  const [old, now] = [alternatives(before), alternatives(after)];
  const removed = [...old].filter((type) => !now.has(type) && !coveredBy(type, now));
  const added = [...now].filter((type) => !old.has(type));
  const areValues = [...old, ...added].every(isLiteral);
  // Consumers that handle every value of a closed list meet one that they do not know.
  const more: readonly TypeChange[] =
    areValues && added.length > 0 && old.size > 1 ? [{ kind: "value-added", before, after: added.join(", ") }] : [];
  if (removed.length === 0) return more;
  if (removed.length < old.size && areValues) return [{ kind: "value-removed", before: removed.join(", "), after }, ...more];
  if (removed.length < old.size && added.length === 0) return [{ kind: "narrowed", before, after }];
  return [added.every((type) => old.has(baseType(type))) ? { kind: "narrowed", before, after } : { kind: "retyped", before, after }];
}

/** Splits a union at its top level. */
function alternatives(type: string): ReadonlySet<string> {
  const parts: string[] = [];
  let depth = 0;
  let quoted = false;
  let start = 0;
  for (let index = 0; index < type.length; index += 1) {
    const character = type[index]!;
    if (character === '"' && type[index - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if ("([{<".includes(character)) depth += 1;
    if (")]}>".includes(character)) depth -= 1;
    if (character !== "|" || depth !== 0) continue;
    parts.push(type.slice(start, index).trim());
    start = index + 1;
  }
  return new Set([...parts, type.slice(start).trim()]);
}

function isLiteral(type: string): boolean {
  return /^("|-?\d|true$|false$)/.test(type);
}

function baseType(type: string): string {
  if (type.startsWith('"')) return "string";
  if (/^-?\d/.test(type)) return "number";
  return type === "true" || type === "false" ? "boolean" : type;
}

/** A literal is covered where its whole type is allowed. */
function coveredBy(type: string, types: ReadonlySet<string>): boolean {
  return isLiteral(type) && types.has(baseType(type));
}
