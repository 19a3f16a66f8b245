import { describe, expect, it } from "vitest";
import { interpolate } from "../../src/model/interpolation.js";

const names = new Map([
  ["HOST", "orders-db"],
  ["URL", "postgres://${HOST}/orders"],
  ["LOOP", "${LOOP}"],
  ["EMPTY", ""],
]);

function filled(text: string): { text: string; complete: boolean } {
  const result = interpolate(text, (name) => {
    const value = names.get(name);
    return value === undefined ? null : { value, evidence: [{ path: ".env", startLine: 1, endLine: 1, kind: "deployment", note: name }] };
  });
  return { text: result.text, complete: result.complete };
}

describe("interpolate", () => {
  it.each([
    ["plain", "plain", true],
    ["${HOST}:5432", "orders-db:5432", true],
    ["$HOST/$(HOST)", "orders-db/orders-db", true],
    ["${URL}", "postgres://orders-db/orders", true],
    ["$$HOST", "$HOST", true],
    ["${PORT:-5432}", "5432", true],
    ["${PORT-${HOST}}", "orders-db", true],
    ["${EMPTY:-x}${EMPTY-y}", "x", true],
    ["${HOST:+set}", "set", true],
    ["jdbc:postgresql://${DB_HOST:localhost}:${DB_PORT:5432}/orders", "jdbc:postgresql://localhost:5432/orders", true],
    ["${PORT}", "${PORT}", false],
    ["${PORT:?must be set}", "${PORT}", false],
    ["${LOOP}", "${LOOP}", false],
    ["{{ .Values.host }}", "{{ .Values.host }}", false],
    ["costs 5$", "costs 5$", true],
    ["${UNCLOSED", "${UNCLOSED}", false],
  ])("%s gives %s", (text, expected, complete) => {
    expect(filled(text)).toEqual({ text: expected, complete });
  });

  it("keeps the trail of every name on the way", () => {
    const result = interpolate("${URL}", (name) => ({
      value: names.get(name)!,
      evidence: [{ path: ".env", startLine: 1, endLine: 1, kind: "deployment", note: name }],
    }));
    expect(result.evidence.map((piece) => piece.note)).toEqual(["URL", "HOST"]);
  });

  it("bounds values that multiply", () => {
    const result = interpolate("$A", (name) =>
      /^A{1,7}$/.test(name) ? { value: `$${name}A`.repeat(50), evidence: [] } : { value: "x".repeat(50), evidence: [] },
    );
    expect(result.text.length).toBeLessThanOrEqual(4096);
  });
});
