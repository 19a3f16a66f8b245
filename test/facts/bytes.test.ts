import { expect, test } from "vitest";
import { ByteReader, written } from "../../src/facts/bytes.js";

function reader(write: Parameters<typeof written>[0]): ByteReader {
  const { bytes, texts } = written(write);
  return new ByteReader(bytes, texts);
}

test.each([0, 1, 127, 128, 300, 16_383, 16_384, 2 ** 31, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER])("the number %d comes back", (value) => {
  expect(reader((out) => out.number(value)).number()).toBe(value);
});

test.each([0, 1, -1, 63, -64, 64, 12_345, -12_345])("the difference %d comes back", (value) => {
  expect(reader((out) => out.difference(value)).difference()).toBe(value);
});

test.each([-1, Number.NaN])("%d is no number that can be written", (value) => {
  expect(() => written((out) => out.number(value))).toThrow(RangeError);
});

test("texts come back, and stand once in the list of texts", () => {
  const { bytes, texts } = written((out) => {
    for (const text of ["orders", "", "\ud800", "orders"]) out.text(text);
  });
  expect(texts).toEqual(["orders", "", "\ud800"]);
  const from = new ByteReader(bytes, texts);
  expect([from.text(), from.text(), from.text(), from.text()]).toEqual(["orders", "", "\ud800", "orders"]);
});

test("more than the writer's memory holds comes back", () => {
  const items = Array.from({ length: 50_000 }, (_, index) => index * 7);
  const from = reader((out) => {
    out.apart(() => out.list(items, (own, item) => own.number(item), undefined));
    out.number(5);
  });
  const later = from.later((own) => own.list((each) => each.number(), undefined));
  expect(from.number()).toBe(5);
  expect(later()).toEqual(items);
});

test("what stands apart is read once, when it is asked for", () => {
  let reads = 0;
  const from = reader((out) => out.apart(() => out.text("orders")));
  const later = from.later((own) => {
    reads += 1;
    return own.text();
  });
  expect(reads).toBe(0);
  expect([later(), later(), reads]).toEqual(["orders", "orders", 1]);
});

test("what was written stays as it was when something else is written", () => {
  const first = written((out) => out.number(7));
  written((out) => out.number(8));
  expect(new ByteReader(first.bytes, first.texts).number()).toBe(7);
});

test.each<[string, (from: ByteReader) => unknown]>([
  ["a number", (from) => from.number()],
  ["a text", (from) => from.text()],
  ["a list", (from) => from.list((own) => own.number(), undefined)],
  ["something apart", (from) => from.later((own) => own.number())()],
])("%s that is cut off throws", (_, read) => {
  expect(() => read(new ByteReader(Uint8Array.of(), []))).toThrow(RangeError);
  expect(() => read(new ByteReader(Uint8Array.of(200), []))).toThrow(RangeError);
});
