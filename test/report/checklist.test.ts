import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.js";
import { defaultConfig } from "../../src/config/settings.js";
import { CHECKLIST } from "../../src/report/checklist.js";
import type { ChecklistState } from "../../src/report/report.js";
import { review } from "../../src/review.js";
import { rules } from "../../src/rules/registry.js";
import { memorySnapshot } from "../../src/snapshot/memory.js";
import { ruleCases, systemCases, type Case } from "../fixtures/cases.js";

type Side = "base" | "head";
type Seen = readonly [name: string, side: Side];

/** For each line trees on which it passes and fails, with every rule on. */
const DECIDED: Readonly<Record<string, { readonly pass: Seen; readonly fail: Seen }>> = {
  "data-ownership": {
    pass: ["shared-database/fixes-asks-the-owner-instead", "head"],
    fail: ["shared-database/fixes-asks-the-owner-instead", "base"],
  },
  "independent-deployment": {
    pass: ["co-deployed-services/fixes-workflow-per-service", "head"],
    fail: ["co-deployed-services/fixes-matrix-of-changed-services", "base"],
  },
  "failure-isolation": { pass: ["systems/warehouse", "base"], fail: ["sync-call-chain/fixes-hop-replaced-by-an-event", "base"] },
  "no-shared-business-logic": {
    pass: ["shared-business-library/fixes-other-service-asks-the-owner", "head"],
    fail: ["shared-business-library/fixes-other-service-asks-the-owner", "base"],
  },
  "async-communication": {
    pass: ["sync-call-chain/fixes-hop-replaced-by-an-event", "head"],
    fail: ["sync-call-chain/fixes-hop-replaced-by-an-event", "base"],
  },
  "batch-apis": {
    pass: ["n-plus-one-call/fixes-backend-for-frontend", "head"],
    fail: ["n-plus-one-call/fixes-backend-for-frontend", "base"],
  },
  timeouts: {
    pass: ["missing-call-timeout/fixes-limit-for-the-module", "head"],
    fail: ["missing-call-timeout/fixes-limit-for-the-module", "base"],
  },
  "circuit-breakers": {
    pass: ["missing-circuit-breaker/fixes-dapr-resiliency-of-the-app", "head"],
    fail: ["missing-circuit-breaker/fixes-dapr-resiliency-of-the-app", "base"],
  },
  idempotency: {
    pass: ["non-idempotent-consumer/fixes-conflict-is-ignored", "head"],
    fail: ["non-idempotent-consumer/fixes-conflict-is-ignored", "base"],
  },
  sagas: {
    pass: ["missing-saga/fixes-saga-with-compensations-in-reverse", "head"],
    fail: ["missing-saga/fixes-saga-with-compensations-in-reverse", "base"],
  },
  outbox: {
    pass: ["missing-outbox/fixes-outbox-beside-the-order-in-mysql", "head"],
    fail: ["missing-outbox/fixes-outbox-beside-the-order-in-mysql", "base"],
  },
  compensations: {
    pass: ["missing-saga/fixes-saga-with-compensations-in-reverse", "head"],
    fail: ["missing-saga/flags-undoes-only-some", "head"],
  },
  "event-versions": {
    pass: ["unversioned-event/fixes-version-in-the-event", "head"],
    fail: ["unversioned-event/fixes-version-in-the-event", "base"],
  },
  upcasters: {
    pass: ["missing-upcaster/fixes-upcaster-before-the-fold", "head"],
    fail: ["missing-upcaster/fixes-upcaster-before-the-fold", "base"],
  },
  "dead-letters": {
    pass: ["unhandled-dead-letter-queue/fixes-handler-with-bounded-retries", "head"],
    fail: ["unhandled-dead-letter-queue/fixes-handler-with-bounded-retries", "base"],
  },
  "schema-registry": {
    pass: ["breaking-event-change/flags-avro-record-renamed-in-place", "base"],
    fail: ["breaking-event-change/flags-field-of-a-zod-union", "base"],
  },
};

const cases = new Map([...ruleCases(), ...systemCases()].map((one) => [one.name, one] as const));
const decided = CHECKLIST.filter(({ id }) => id !== "eventual-consistency");

async function stateOf(id: string, [name, side]: Seen, config: Config = defaultConfig()): Promise<ChecklistState> {
  const { base, head, context } = cases.get(name) as Case;
  const { checklist } = await review(memorySnapshot(base, { commit: "base" }), memorySnapshot(head, { commit: "head" }), config, context);
  return checklist.find((line) => line.id === id)![side];
}

/** Of an empty tree, or of one that has nothing for the line to speak of. */
async function nothing(config: Config = defaultConfig()): Promise<Readonly<Record<string, ChecklistState>>> {
  const tree = { "README.md": "# Orders\n" };
  const { checklist } = await review(memorySnapshot(tree, { commit: "base" }), memorySnapshot(tree, { commit: "head" }), config);
  return Object.fromEntries(checklist.map(({ id, head }) => [id, head]));
}

const off: Config = {
  ...defaultConfig(),
  rules: Object.fromEntries(rules.map(({ id }) => [id, { level: "off", options: {} }] as const)),
};

describe.each(decided)("the line $id", ({ id, rules: behind }) => {
  const { pass, fail } = DECIDED[id]!;

  it("passes, fails, and does not apply", async () => {
    expect([await stateOf(id, pass), await stateOf(id, fail), (await nothing())[id]]).toEqual(["pass", "fail", "not-applicable"]);
  });

  it.runIf(behind.length > 0)("is unknown where its rules are off", async () => {
    expect(await stateOf(id, pass, off)).toBe("unknown");
  });
});

describe("lines that other evidence leaves open", () => {
  it("are unknown", async () => {
    expect(await stateOf("dead-letters", ["systems/shop", "head"])).toBe("unknown");
    expect(await stateOf("schema-registry", ["systems/warehouse", "head"])).toBe("unknown");
    // Nothing is undone at all: that is the saga's line.
    expect(await stateOf("compensations", ["missing-saga/flags-catch-that-only-logs", "head"])).toBe("unknown");
  });

  it("take the owners' answer where nothing decides them", async () => {
    expect((await nothing())["eventual-consistency"]).toBe("unknown");
    for (const answer of ["pass", "fail", "not-applicable"] as const)
      expect((await nothing({ ...defaultConfig(), checklist: { "eventual-consistency": answer } }))["eventual-consistency"]).toBe(answer);
  });
});
