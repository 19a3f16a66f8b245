import { describe, expect, test } from "vitest";
import type { FunctionSummary } from "../../../src/facts/source.js";
import { callOf, functionNamed, read, show } from "./reading.js";

function checkout(body: string): FunctionSummary {
  return functionNamed(read(`async function checkout(orders) {\n${body}\n}`), "checkout");
}

/** The kinds of the blocks around a call, outermost first. */
function around(summary: FunctionSummary, callee: string): string[] {
  const kinds: string[] = [];
  for (let block: number | null = callOf(summary, callee).block; block !== null; block = summary.blocks[block]!.parent) {
    kinds.unshift(summary.blocks[block]!.kind);
  }
  return kinds;
}

describe("loops", () => {
  test.each([
    ["for (const order of orders) pay(order);", "for-of"],
    ["for await (const order of orders) pay(order);", "for-await"],
    ["for (const key in orders) { pay(orders[key]); }", "for-in"],
    ["for (let i = 0; i < orders.length; i++) pay(orders[i]);", "for"],
    ["while (queue.length) pay(queue);", "while"],
    ["do { pay(queue) } while (queue.length);", "do"],
  ])("%s", (text, kind) => {
    expect(around(checkout(text), "pay")).toEqual(["body", kind]);
  });

  test("what is iterated, and the names that are new in each round", () => {
    const { blocks, locals } = checkout("for (const [id, { total }] of entries(cart.orders)) pay(id);");
    expect(locals.map(({ name, block }) => [name, blocks[block]?.kind])).toEqual([
      ["id", "for-of"],
      ["total", "for-of"],
    ]);
    expect(blocks[1]).toMatchObject({ binds: ["id", "total"], lines: { startLine: 2, endLine: 2 } });
    expect(show(blocks[1]!.over!)).toBe("entries(cart.orders)");
  });

  test("a condition shows its operands", () => {
    expect(show(checkout("for (let page = 0; page < last.page; page++) pay(page);").blocks[1]!.over!)).toBe("page | last.page");
    expect(show(checkout("for (let tries = 0; tries < 3 && !done; tries++) pay(tries);").blocks[1]!.over!)).toBe("tries | 3 | done");
    expect(show(checkout("while (cursor !== null) pay(cursor);").blocks[1]!.over!)).toBe("cursor | null");
  });

  test("what is iterated is evaluated before the loop, a condition inside it", () => {
    expect(around(checkout("for (const order of load()) pay(order);"), "load")).toEqual(["body"]);
    expect(around(checkout("while (await more()) pay(order);"), "more")).toEqual(["body", "while"]);
    expect(around(checkout("for (let o = first(); o; o = next()) pay(o);"), "first")).toEqual(["body"]);
    expect(around(checkout("for (let o = first(); o; o = next()) pay(o);"), "next")).toEqual(["body", "for"]);
  });
});

describe("branches", () => {
  test("if and else share a number", () => {
    const summary = checkout("if (check()) { pay(); } else if (b) { refund(); } else { cancel(); }");
    expect(around(summary, "check")).toEqual(["body"]);
    expect(around(summary, "pay")).toEqual(["body", "if"]);
    expect(around(summary, "refund")).toEqual(["body", "else", "if"]);
    expect(around(summary, "cancel")).toEqual(["body", "else", "else"]);
    expect(summary.blocks[1]!.group).toBe(summary.blocks[2]!.group);
    expect(summary.blocks[3]!.group).not.toBe(summary.blocks[1]!.group);
  });

  test("the cases of a switch", () => {
    const summary = checkout("switch (kind()) { case 'card': pay(); break; default: cancel(); }");
    expect(around(summary, "kind")).toEqual(["body"]);
    expect(around(summary, "pay")).toEqual(["body", "case"]);
    expect(callOf(summary, "pay").block).not.toBe(callOf(summary, "cancel").block);
  });
});

describe("try", () => {
  test("try, catch and finally share a number, and catch binds the error", () => {
    const summary = checkout("try { pay(); } catch (error) { refund(error); } finally { close(); }");
    expect(around(summary, "pay")).toEqual(["body", "try"]);
    expect(around(summary, "refund")).toEqual(["body", "catch"]);
    expect(around(summary, "close")).toEqual(["body", "finally"]);
    expect(new Set(summary.blocks.slice(1).map(({ group }) => group)).size).toBe(1);
    expect(summary.blocks[2]!.binds).toEqual(["error"]);
  });

  test("a catch that does nothing is still there", () => {
    expect(checkout("try { pay(); } catch {}").blocks.map(({ kind }) => kind)).toEqual(["body", "try", "catch"]);
  });
});

test("blocks that hold nothing are not listed", () => {
  expect(checkout("if (a) return; for (const order of orders) total += order.total === 1; pay();").blocks.map(({ kind }) => kind)).toEqual([
    "body",
    "for-of",
  ]);
  expect(checkout("if (a) { return; } try { } finally { } switch (a) { case 1: break; } pay();").blocks).toHaveLength(1);
});

test("a plain block and a label are no blocks", () => {
  expect(around(checkout("{ pay(); }"), "pay")).toEqual(["body"]);
  expect(around(checkout("outer: for (const o of orders) { pay(o); }"), "pay")).toEqual(["body", "for-of"]);
});

describe("what only a page does is left out", () => {
  test.each([
    ['if (typeof window === "undefined") { serve(orders); } else { show(orders); }', ["serve"]],
    ['if (typeof window !== "undefined") show(orders); else serve(orders);', ["serve"]],
    ['if (!(typeof window == "undefined") && orders.length) show(orders); serve(orders);', ["serve"]],
    ['if (typeof document === "undefined") return serve(orders); show(orders);', ["serve"]],
    ['if (typeof window === "undefined") { throw serve(orders); } show(orders);', ["serve"]],
    ['if (typeof window === "undefined") serve(orders); both(orders);', ["serve", "both"]],
    ['pay(typeof window === "undefined" ? serve(orders) : show(orders));', ["serve", "pay"]],
    ['if (typeof orders === "undefined") serve(orders); else show(orders);', ["serve", "show"]],
    ['if (typeof window === "undefined" || orders.length) serve(orders); else show(orders);', ["serve"]],
    ['if (typeof window === "undefined" && orders.length) serve(orders); else both(orders);', ["serve", "both"]],
  ])("%s", (text, expected) => {
    expect(checkout(text).calls.map(({ callee }) => show(callee))).toEqual(expected);
  });
});

describe("what is known of values in a branch", () => {
  test.each([
    ['if (kind === "gift") pay(); else wrap();', 'kind="gift"'],
    ["if (order.kind !== Kind.Gift) pay();", "order.kind!Kind.Gift"],
    ["if (isNew && MODE === KEEP_ALL) pay();", "isNew, MODE=KEEP_ALL"],
    ["if (message.fields.key === ROUTING_KEYS.PAID) pay();", "message.fields.key=ROUTING_KEYS.PAID"],
    ["if (!(isNew || 3 === kind)) pay();", "!isNew, kind!3"],
    ["if (isNew || isKnown) pay();", ""],
    ["if (order.isNew && check(kind === Kind.Gift) && pay()) send();", ""],
    ['isNew ? pay() : kind === "gift" && wrap();', "isNew"],
    ['kind === "gift" && pay();', 'kind="gift"'],
    ['isNew ? wrap() : kind === "gift" && pay();', '!isNew, kind="gift"'],
  ])("%s", (text, expected) => {
    const summary = checkout(text);
    const known: string[] = [];
    for (let block: number | null = callOf(summary, "pay").block; block !== null; block = summary.blocks[block]!.parent)
      known.unshift(
        ...(summary.blocks[block]!.when ?? []).map(({ subject, constant, holds }) =>
          constant === null ? `${holds ? "" : "!"}${subject}` : `${subject}${holds ? "=" : "!"}${constant}`,
        ),
      );
    expect(known.join(", ")).toBe(expected);
  });
});
