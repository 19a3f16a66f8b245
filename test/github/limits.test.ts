import { expect, test } from "vitest";
import { limitEnds } from "../../src/github/limits.js";

const now = new Date("2026-11-24T12:00:00Z");
const after = (seconds: number): Date => new Date(now.getTime() + seconds * 1_000);

function refused(status: number, headers: Record<string, string>, message = "no"): Error {
  return Object.assign(new Error(message), { status, response: { headers } });
}

test.each([
  ["a secondary limit with its pause", refused(403, { "retry-after": "30" }), after(30)],
  ["too many requests", refused(429, { "retry-after": "5" }), after(5)],
  ["a pause of nothing", refused(429, { "retry-after": "0" }), after(1)],
  [
    "a budget that is used up",
    refused(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(after(600).getTime() / 1_000) }),
    after(601),
  ],
  ["a reset that has passed", refused(403, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "0" }), after(1)],
  ["words alone", refused(403, {}, "You have exceeded a secondary rate limit."), after(60)],
  [
    "a query over the budget",
    Object.assign(new Error("no"), {
      errors: [{ type: "RATE_LIMITED" }],
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(after(60).getTime() / 1_000) },
    }),
    after(61),
  ],
])("%s", (_, error, end) => {
  expect(limitEnds(error, now)).toEqual(end);
});

test.each([
  ["a missing permission", refused(403, { "x-ratelimit-remaining": "4999" }, "Resource not accessible by integration")],
  ["a server that is ill", refused(502, { "retry-after": "30" })],
  ["another error of a query", Object.assign(new Error("no"), { errors: [{ type: "NOT_FOUND" }] })],
  ["a bug", new TypeError("x is not a function")],
])("%s is no limit", (_, error) => {
  expect(limitEnds(error, now)).toBeNull();
});
