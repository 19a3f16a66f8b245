import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodePlain, encodePlain } from "../../src/model/plain-data.js";

const plain = fc.letrec((value) => ({
  any: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false, undefined, 0, -0, -1, 2 ** 27, -(2 ** 27), 2 ** 27 - 1, 2 ** 40, 1.5, Infinity, -Infinity, NaN),
    fc.integer(),
    fc.string({ unit: "binary" }),
    fc.array(value("any")),
    fc.dictionary(fc.oneof(fc.string(), fc.constant("__proto__")), value("any"), { noNullPrototype: true }),
    fc.array(fc.tuple(value("any"), value("any"))).map((entries) => new Map(entries)),
    fc.array(value("any")).map((items) => new Set(items)),
  ),
})).any;

describe("plain data", () => {
  test("comes back as it was, wherever its bytes lie", () => {
    fc.assert(
      fc.property(plain, fc.integer({ min: 0, max: 5 }), (value, offset) => {
        const bytes = encodePlain(value);
        const moved = new Uint8Array(bytes.length + offset);
        moved.set(bytes, offset);
        expect(decodePlain(moved.subarray(offset))).toStrictEqual(value);
      }),
    );
  });

  test("keeps what is one object one", () => {
    const place = { path: "services/orders/src/main.ts", startLine: 3 };
    const [one, other, same] = decodePlain(encodePlain([place, { ...place }, place])) as object[];
    expect(one).toBe(same);
    expect(one).not.toBe(other);
    const ring: unknown[] = [];
    ring.push(ring);
    const back = decodePlain(encodePlain(ring)) as unknown[];
    expect(back[0]).toBe(back);
  });

  test("has no functions in it", () => {
    expect(() => encodePlain({ at: () => null })).toThrow(TypeError);
    expect(() => encodePlain(1n)).toThrow(TypeError);
  });

  test("is refused where its bytes are damaged", () => {
    const bytes = encodePlain({ name: "orders", paths: ["services/orders"] });
    expect(() => decodePlain(new Uint8Array(bytes.length).fill(7))).toThrow();
    expect(() => decodePlain(bytes.subarray(0, bytes.length - 4))).toThrow();
    expect(() => decodePlain(new Uint8Array())).toThrow();
  });
});
