import { describe, expect, it } from "vitest";
import type { ServiceCall } from "../../src/model/code.js";
import { calledOf, requestOf } from "../../src/rules/queries/call-subject.js";

const call = (operation: string): ServiceCall => ({ operation, to: { kind: "service", service: "payments" } }) as ServiceCall;

describe("a call in words", () => {
  it("says for what it is", () => {
    expect([calledOf(call("POST /charges")), requestOf(call("POST /charges"))]).toEqual(["POST /charges of payments", "`POST /charges`"]);
  });

  it("says whom it reaches where it is not known for what", () => {
    expect([calledOf(call("")), requestOf(call(""))]).toEqual(["payments", "a request"]);
  });
});
