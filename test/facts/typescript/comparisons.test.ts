import { describe, expect, test } from "vitest";
import { functionNamed, read, show } from "./reading.js";

function comparisonsIn(body: string): string[] {
  const { comparisons } = functionNamed(read(`function handle(event) {\n${body}\n}`), "handle");
  return comparisons.map(({ subject, operator, constant }) => `${show(subject)} ${operator} ${show(constant)}`);
}

describe("comparisons with a constant", () => {
  test.each([
    ["if (event.type === 'order.created' && event.version < 2) return;", [`event.type === "order.created"`, "event.version < 2"]],
    ["return 2 <= event.version;", ["event.version >= 2"]],
    ["return event.status != Status.Paid;", ["event.status !== Status.Paid"]],
    [
      "switch (event.type) { case 'created': return; case Types.PAID: break; default: }",
      [`event.type === "created"`, "event.type === Types.PAID"],
    ],
    ["if (event.topic.startsWith('orders.')) return;", [`event.topic starts "orders."`]],
    ["while (event.attempts < 5) retry(event);", ["event.attempts < 5"]],
    ["return ok ? event.kind == 'card' : [event.kind === 'cash'];", [`event.kind === "card"`, `event.kind === "cash"`]],
  ])("%s", (body, expected) => {
    expect(comparisonsIn(body)).toEqual(expected);
  });

  test.each([
    "return a === b;",
    "if (event === null) return;",
    "if (items.length > 0) return;",
    "if (typeof event === 'string') return;",
    "if (event.name === '') return;",
    "return 'a' === 'b';",
    "if (!event.topic.startsWith('orders.')) return;",
    "while (!event.topic.startsWith('orders.')) next();",
    "return event.topic.startsWith(prefix);",
  ])("not: %s", (body) => {
    expect(comparisonsIn(body)).toEqual([]);
  });

  test("have their line", () => {
    expect(
      functionNamed(read("function handle(event) {\n  return ok\n    && event.version === 2;\n}"), "handle").comparisons[0]!.line,
    ).toBe(3);
  });
});
