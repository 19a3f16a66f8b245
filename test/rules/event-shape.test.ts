import { describe, expect, it } from "vitest";
import type { EventField } from "../../src/model/event-field.js";
import type { EventShape } from "../../src/model/model.js";
import { fieldChanges, shapeChanges } from "../../src/rules/queries/event-shape.js";

type Shape = Readonly<Record<string, string>>;

/** `{ id: "string", note: "string?" }`: `?` is optional, `~` nullable. */
function message(shape: Shape, open: readonly string[] = []): EventShape {
  const fields = Object.entries(shape).map(([path, type]): EventField => ({
    path,
    type: type.replace(/[?~]+$/, ""),
    optional: type.includes("?"),
    nullable: type.includes("~"),
    evidence: { path: "events.ts", startLine: 1, endLine: 1, kind: "code", note: path },
  }));
  return { fields, open, evidence: [] };
}

const kinds = (before: Shape, after: Shape): readonly string[] =>
  fieldChanges(message(before), message(after)).map(({ field, kind }) => `${field} ${kind}`);

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

it("says of no field that it is gone where something unread was put into what held it", () => {
  const before = message({ id: "string", "buyer.name": "string", buyer: "object" });
  const gone = (open: readonly string[]) => fieldChanges(before, message({ buyer: "object" }, open)).map(({ field }) => field);
  expect(gone([])).toEqual(["id", "buyer.name"]);
  expect(gone(["buyer"])).toEqual(["id"]);
  expect(gone([""])).toEqual([]);
});

describe("shapeChanges", () => {
  const order: Shape = { id: "string", total: "number" };
  const short: Shape = { id: "string" };
  const other: Shape = { orderId: "number", lines: "string[]", at: "string" };
  it.each<[string, readonly Shape[], readonly Shape[], readonly string[]]>([
    ["another message beside the one that is still sent", [order], [other, order], []],
    ["one of two that lost a field", [order, order], [order, short], ["total removed"]],
    ["one of two that is sent no more", [order, other], [order], []],
    ["one that lost a field beside another that stays", [other, order], [other, short], ["total removed"]],
    ["one instead of which another is sent", [order], [other], ["id removed", "total removed"]],
  ])("tells of %s", (_, before, after, expected) => {
    const changes = shapeChanges(
      before.map((shape) => message(shape)),
      after.map((shape) => message(shape)),
    ).flatMap((change) => change.changes);
    expect(changes.map(({ field, kind }) => `${field} ${kind}`)).toEqual(expected);
  });
});
