import { describe, expect, it } from "vitest";
import { togetherByChance } from "../../src/rules/queries/fisher.js";

describe("togetherByChance", () => {
  it("agrees with the tea-tasting lady", () => {
    // Fisher's own table: 8 cups, 4 of each kind, 3 or more right.
    expect(togetherByChance(3, 4, 4, 8)).toBeCloseTo(17 / 70, 10);
    expect(togetherByChance(4, 4, 4, 8)).toBeCloseTo(1 / 70, 10);
  });

  it("is certain for what cannot be avoided", () => {
    expect(togetherByChance(0, 5, 5, 100)).toBeCloseTo(1, 10);
    expect(togetherByChance(5, 10, 10, 10)).toBeCloseTo(1, 10);
  });

  it("survives long histories", () => {
    expect(togetherByChance(300, 400, 500, 20_000)).toBeLessThan(1e-100);
  });
});
