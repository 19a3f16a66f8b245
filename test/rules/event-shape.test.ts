import { describe, expect, it } from "vitest";
import type { EventField } from "../../src/model/event-field.js";
import type { EventVersion } from "../../src/model/model.js";
import { fieldChanges } from "../../src/rules/queries/event-shape.js";

type Shape = Readonly<Record<string, string>>;

/** `{ id: "string", note: "string?" }`: `?` is optional, `~` nullable. */
function version(shape: Shape): EventVersion {
  const fields = Object.entries(shape).map(([path, type]): EventField => ({
    path,
    type: type.replace(/[?~]+$/, ""),
    optional: type.includes("?"),
    nullable: type.includes("~"),
    evidence: { path: "events.ts", startLine: 1, endLine: 1, kind: "code", note: path },
  }));
  return { version: null, fields, evidence: [] };
}

const kinds = (before: Shape, after: Shape): readonly string[] =>
  fieldChanges(version(before), version(after)).map(({ field, kind }) => `${field} ${kind}`);

describe("fieldChanges", () => {
  it.each<[string, Shape, Shape, readonly string[]]>([
    ["nothing", { id: "string" }, { id: "string" }, []],
    ["an added field", { id: "string" }, { id: "string", note: "string?" }, []],
    ["a removed field", { id: "string", total: "number" }, { id: "string" }, ["total removed"]],
    ["a renamed field", { customerId: "string" }, { customer: "string" }, ["customerId renamed"]],
    ["a removed and an unrelated added field", { total: "number" }, { shipped: "boolean" }, ["total removed"]],
    ["another type", { total: "number" }, { total: "string" }, ["total retyped"]],
    ["a wider type", { total: "number" }, { total: "number|string" }, []],
    ["a narrower type", { total: "number|string" }, { total: "number" }, ["total narrowed"]],
    ["a string that becomes a list of values", { state: "string" }, { state: '"open"|"paid"' }, ["state narrowed"]],
    ["a list of values that becomes a string", { state: '"open"|"paid"' }, { state: "string" }, []],
    ["a removed value", { state: '"open"|"paid"|"void"' }, { state: '"open"|"paid"' }, ["state value-removed"]],
    ["an added value", { state: '"open"|"paid"' }, { state: '"open"|"paid"|"void"' }, ["state value-added"]],
    ["a value with a bar in it", { state: '"a|b"|"c"' }, { state: '"a|b"' }, ["state value-removed"]],
    ["optional made required", { note: "string?" }, { note: "string" }, ["note required"]],
    ["required made optional", { note: "string" }, { note: "string?" }, []],
    ["null no longer allowed", { note: "string~" }, { note: "string" }, ["note not-nullable"]],
    ["a removed object, once", { address: "object", "address.city": "string" }, {}, ["address removed"]],
    ["a type that cannot be followed", { total: "number" }, { total: "unknown" }, []],
  ])("sees %s", (_, before, after, expected) => {
    expect(kinds(before, after)).toEqual(expected);
  });
});
