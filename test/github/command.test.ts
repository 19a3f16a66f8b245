import { describe, expect, test } from "vitest";
import { commandsIn } from "../../src/github/command.js";

const FINGERPRINT = "0123456789abcdef";

describe("accept", () => {
  test("takes a fingerprint and a reason", () => {
    expect(commandsIn(`/faultline accept ${FINGERPRINT} The orders team moves it in May`)).toEqual([
      { kind: "accept", fingerprint: FINGERPRINT, reason: "The orders team moves it in May", until: null },
    ]);
  });

  test("takes any beginning of it, in backticks and capitals too", () => {
    expect(commandsIn("  /faultline ACCEPT `0123ABCD` moves in May")).toMatchObject([{ kind: "accept", fingerprint: "0123abcd" }]);
  });

  test("takes a last day", () => {
    expect(commandsIn(`/faultline accept ${FINGERPRINT} moves in May until=2027-05-31`)).toMatchObject([
      { reason: "moves in May", until: "2027-05-31" },
    ]);
  });

  test.each([
    ["no fingerprint", "/faultline accept", /fingerprint is missing/],
    ["a reason in its place", "/faultline accept because we can", /fingerprint is missing/],
    ["too little of it", "/faultline accept 0a1 moves in May", /fingerprint is missing/],
    ["no reason", `/faultline accept ${FINGERPRINT}`, /reason is missing/],
    ["a reason of dots", `/faultline accept ${FINGERPRINT} ...`, /reason is missing/],
    ["a day that is none", `/faultline accept ${FINGERPRINT} moves until=2027-02-31`, /last day/],
    ["a day and no reason", `/faultline accept ${FINGERPRINT} until=2027-05-31`, /reason is missing/],
  ])("with %s is told how", (_, body, problem) => {
    expect(commandsIn(body)).toEqual([{ kind: "malformed", problem: expect.stringMatching(problem) }]);
  });
});

test("reopen, explain and rerun", () => {
  expect(commandsIn("/faultline reopen 0123abcd\r\n/faultline explain shared-database\n/faultline rerun now")).toEqual([
    { kind: "reopen", fingerprint: "0123abcd" },
    { kind: "explain", subject: "shared-database" },
    { kind: "rerun" },
  ]);
});

test.each(["/faultline", "/faultline frobnicate", "/faultline constructor", "/faultline reopen it", "/faultline explain"])(
  "%s is told how",
  (body) => {
    expect(commandsIn(body)).toMatchObject([{ kind: "malformed" }]);
  },
);

test("other lines are no commands, and too many are cut off", () => {
  expect(commandsIn("Thanks.\n> /faultline rerun\n    see /faultline rerun\n/faultliner rerun")).toEqual([]);
  expect(commandsIn("/faultline rerun\n".repeat(500))).toHaveLength(20);
});
