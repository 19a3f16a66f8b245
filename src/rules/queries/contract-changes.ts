import type { ContractShapeField, EventContract } from "../../model/contracts.js";
import { VERSION_FIELD } from "../../model/version-field.js";
import { areAlike, fieldChanges, type FieldChange } from "./event-shape.js";

/**
 * Incompatible changes of an event's schema, by the rules of its format: Avro reads what is not there from defaults and
 * aliases, Protobuf knows fields by their numbers, JSON by their names.
 */
export function contractChanges(base: EventContract, head: EventContract): readonly FieldChange[] {
  const changes = comparedBy[base.format](base, head).flatMap((change) => withoutWidening(change, base.format));
  // The field that says the version changes with it.
  return base.version === head.version ? changes : changes.filter(({ field }) => !VERSION_FIELD.test(field.split(".").at(-1) ?? ""));
}

const comparedBy: Readonly<Record<EventContract["format"], (base: EventContract, head: EventContract) => readonly FieldChange[]>> = {
  asyncapi: jsonChanges,
  "json-schema": jsonChanges,
  avro: avroChanges,
  protobuf: protobufChanges,
};

function jsonChanges(base: EventContract, head: EventContract): readonly FieldChange[] {
  // A field that becomes required does so in a list of its own.
  return fieldChanges(base, head).map((change) => {
    const required = change.kind === "required" ? fieldAt(head, change.field)?.required : undefined;
    return required === undefined || required === null || change.head === null
      ? change
      : { ...change, head: { ...change.head, evidence: required } };
  });
}

function fieldAt(contract: EventContract, path: string): ContractShapeField | undefined {
  return contract.fields.find((field) => field.path === path);
}

function avroChanges(base: EventContract, head: EventContract): readonly FieldChange[] {
  const aligned = { fields: head.fields.map((field) => ({ ...field, path: oldPath(field.path, base, head) })) };
  const changes = fieldChanges(base, aligned).filter((change) => {
    const before = fieldAt(base, change.field);
    const after = aligned.fields.find(({ path }) => path === change.field);
    switch (change.kind) {
      case "removed":
      case "renamed":
        return before?.hasDefault !== true;
      case "value-added":
        return before?.hasDefaultValue !== true;
      case "value-removed":
        return after?.hasDefaultValue !== true;
      case "required":
        // Where null is dropped too, that says it.
        return before?.nullable !== true || after?.nullable === true;
      default:
        return true;
    }
  });
  const renamed = new Set(changes.filter(({ kind }) => kind === "renamed").map(({ after }) => after));
  return [...changes, ...addedWithoutDefault(base, aligned.fields).filter(({ field }) => !renamed.has(field))];
}

/** The path that a field had in the base, where it or what it stands in says that name as an alias. */
function oldPath(path: string, base: EventContract, head: EventContract): string {
  const parts = path.split(".");
  let before = "";
  let after = "";
  for (const part of parts) {
    after = after === "" ? part : `${after}.${part}`;
    const plain = before === "" ? part : `${before}.${part}`;
    const aliases = head.fields.find((field) => field.path === after.replace(/(?:\[\]|\{\}|<\w*>)+$/, ""))?.aliases ?? [];
    const suffix = /(?:\[\]|\{\}|<\w*>)*$/.exec(part)![0];
    const known = aliases
      .map((alias) => (before === "" ? alias : `${before}.${alias}`))
      .find((alias) => fieldAt(base, alias) !== undefined);
    before = known === undefined ? plain : `${known}${suffix}`;
  }
  return before;
}

/** Readers with the new schema cannot read messages that were written without the field. */
function addedWithoutDefault(base: EventContract, fields: readonly ContractShapeField[]): readonly FieldChange[] {
  const known = new Set(base.fields.map(({ path }) => path));
  const parents = new Set(["", ...known]);
  return fields
    .filter(
      ({ path, hasDefault }) =>
        !known.has(path) &&
        !hasDefault &&
        parents.has(path.slice(0, Math.max(0, path.lastIndexOf("."))).replace(/(?:\[\]|\{\}|<\w*>)+$/, "")),
    )
    .map((field) => ({ kind: "added", field: field.path, before: "", after: field.type, base: null, head: field }));
}

function protobufChanges(base: EventContract, head: EventContract): readonly FieldChange[] {
  const before = new Map(base.fields.map((field) => [field.key, field] as const));
  const names = new Map(head.fields.map((field) => [before.get(field.key)?.path ?? field.path, field.path] as const));
  const aligned = { fields: head.fields.map((field) => ({ ...field, path: before.get(field.key)?.path ?? field.path })) };
  const changes = fieldChanges(base, aligned).map((change): FieldChange => {
    const field = fieldAt(base, change.field);
    // A number that is gone is gone, whatever else is new.
    const gone: FieldChange = change.kind === "renamed" ? { ...change, kind: "removed", after: "", head: null } : change;
    if (gone.kind === "removed") return field !== undefined && isReserved(field, head) ? { ...gone, kind: "retired" } : gone;
    const name = names.get(change.field);
    return change.kind === "retyped" && name !== undefined && !areAlike(name, change.field)
      ? { ...change, kind: "number-reused", after: name }
      : change;
  });
  const told = new Set(changes.map(({ field }) => field));
  return [...changes, ...base.fields.flatMap((field) => reusedNumber(field, aligned.fields, names, told))];
}

function isReserved({ key }: ContractShapeField, head: EventContract): boolean {
  const within = key.slice(0, Math.max(0, key.lastIndexOf(".")));
  const number = Number(key.slice(key.lastIndexOf(".") + 1));
  return head.reserved.some((range) => range.within === within && range.from <= number && number <= range.to);
}

/** Of the same type, and called so differently that it is hardly the same thing under another name. */
function reusedNumber(
  base: ContractShapeField,
  aligned: readonly ContractShapeField[],
  names: ReadonlyMap<string, string>,
  told: ReadonlySet<string>,
): readonly FieldChange[] {
  const head = aligned.find(({ key }) => key === base.key);
  const name = names.get(base.path);
  if (head === undefined || name === undefined || told.has(base.path) || areAlike(name, base.path) || base.type === "object") return [];
  return [{ kind: "number-reused", field: base.path, before: base.type, after: name, base, head }];
}

/** What a reader of the first type can make of the second without loss. */
const WIDER: Readonly<Record<EventContract["format"], ReadonlyMap<string, readonly string[]>>> = {
  asyncapi: new Map([["integer", ["number"]]]),
  "json-schema": new Map([["integer", ["number"]]]),
  avro: new Map([
    ["int", ["long", "float", "double"]],
    ["long", ["float", "double"]],
    ["float", ["double"]],
    ["string", ["bytes"]],
    ["bytes", ["string"]],
  ]),
  protobuf: new Map([
    ["int32", ["int64"]],
    ["uint32", ["uint64", "int64"]],
    ["sint32", ["sint64"]],
    ["bool", ["int32", "uint32", "int64", "uint64"]],
    ["string", ["bytes"]],
  ]),
};

function withoutWidening(change: FieldChange, format: EventContract["format"]): readonly FieldChange[] {
  if (change.kind !== "retyped") return [change];
  const [before, after] = elements(change.before, change.after);
  if (isWider(before, after, format)) return [];
  return isWider(after, before, format) ? [{ ...change, kind: "narrowed" }] : [change];
}

function isWider(before: string, after: string, format: EventContract["format"]): boolean {
  if (format === "protobuf" && before.startsWith('"')) return after === "int32";
  return WIDER[format].get(before)?.includes(after) === true;
}

/** Both without the lists and maps that both are. */
function elements(one: string, other: string): readonly [string, string] {
  if (one.endsWith("[]") && other.endsWith("[]")) return elements(one.slice(0, -2), other.slice(0, -2));
  const [left, right] = [/^map<(.*)>$/.exec(one)?.[1], /^map<(.*)>$/.exec(other)?.[1]];
  return left !== undefined && right !== undefined ? elements(left, right) : [one, other];
}
