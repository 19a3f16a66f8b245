import { describe, expect, it } from "vitest";
import type { SystemModel } from "../../src/model/model.js";
import { at, finding, sharedDatabase, type Tree } from "../compare/shop.js";
import { emptyModel, pullRequest, report, type Situation } from "./shop.js";

const lineOf = async (id: string, situation: Situation) => {
  const line = (await report(situation)).checklist.find((one) => one.id === id);
  return line === undefined ? [] : [line.base, line.head, line.findings.length];
};

/** A system with one event that orders publishes. */
const event = (consumer: string, kind: string) =>
  ({
    ...emptyModel,
    events: [
      {
        name: "OrderCreated",
        channels: [],
        publishers: ["orders"],
        consumers: [consumer],
        versions: [],
        contracts: kind === "contract" ? [{}] : [],
      },
    ],
  }) as unknown as SystemModel;

describe("the checklist", () => {
  const database = {
    id: "postgres/orders_db",
    engine: "postgres",
    name: "orders_db",
    schema: null,
    host: null,
    role: "record",
    uses: [
      { service: "orders", evidence: [] },
      { service: "inventory", evidence: [] },
    ],
  };
  const withDatabase = { ...emptyModel, databases: [database] } as unknown as SystemModel;
  const tree: Tree = { "compose.yml": "inventory: orders_db\n" };
  const shared = sharedDatabase(["inventory", "orders"], [at(tree, "compose.yml", "inventory: orders_db", "deployment")]);

  it("has seventeen lines in order", async () => {
    const { checklist } = await report(pullRequest);
    expect(checklist).toHaveLength(17);
    expect([checklist[0]?.id, checklist[16]?.id]).toEqual(["data-ownership", "schema-registry"]);
  });

  it("fails a line by its findings, on the side that has them", async () => {
    const models = { base: withDatabase, head: withDatabase };
    expect((await lineOf("data-ownership", { base: { tree: {} }, head: { tree, findings: [shared] }, models })).slice(1)).toEqual([
      "fail",
      1,
    ]);
    expect((await lineOf("data-ownership", { base: { tree, findings: [shared] }, head: { tree: {} }, models }))[0]).toBe("fail");
  });

  it("does not apply to what the system has not", async () => {
    expect(await lineOf("data-ownership", { base: { tree: {} }, head: { tree: {} } })).toEqual(["not-applicable", "not-applicable", 0]);
  });

  it("says unknown of what no rule looks at, and takes the owners' answer", async () => {
    expect(await lineOf("eventual-consistency", { base: { tree: {} }, head: { tree: {} } })).toEqual(["unknown", "unknown", 0]);
    expect(
      await lineOf("eventual-consistency", { base: { tree: {} }, head: { tree: {} }, settings: "checklist: {eventual-consistency: pass}" }),
    ).toEqual(["pass", "pass", 0]);
    expect(
      (
        await lineOf("data-ownership", {
          base: { tree: {} },
          head: { tree: {} },
          models: { base: withDatabase, head: withDatabase },
          settings: "rules: {shared-database: off}",
        })
      ).slice(0, 2),
    ).toEqual(["unknown", "unknown"]);
  });

  it("does not take an answer for what evidence denies", async () => {
    const settings = "checklist: {data-ownership: pass}";
    expect(
      (
        await lineOf("data-ownership", {
          base: { tree: {} },
          head: { tree, findings: [shared] },
          models: { base: withDatabase, head: withDatabase },
          settings,
        })
      )[1],
    ).toBe("fail");
  });

  it("is not failed by a hint beside a clean subject", async () => {
    expect((await lineOf("data-ownership", { base: { tree: {} }, head: { tree, findings: [{ ...shared, severity: "info" }] } }))[1]).toBe(
      "not-applicable",
    );
  });

  it("tells partial compensation from none", async () => {
    const saga = finding({
      rule: "missing-saga",
      subject: ["service:orders", "function:create"],
      evidence: [at(tree, "compose.yml", "inventory")],
    });
    expect((await lineOf("compensations", { base: { tree: {} }, head: { tree, findings: [saga] } }))[1]).toBe("not-applicable");
    expect((await lineOf("compensations", { base: { tree: {} }, head: { tree, findings: [{ ...saga, severity: "warning" }] } }))[1]).toBe(
      "fail",
    );
    expect((await lineOf("sagas", { base: { tree: {} }, head: { tree, findings: [saga] } }))[1]).toBe("fail");
  });

  it("misses a registry only where events cross services without a contract", async () => {
    const states = async (base: SystemModel, head: SystemModel) =>
      (await lineOf("schema-registry", { base: { tree: {} }, head: { tree: {} }, models: { base, head } })).slice(0, 2);
    expect(await states(event("shipping", "code"), event("shipping", "contract"))).toEqual(["fail", "pass"]);
    const filed = {
      base: { tree: {} },
      head: { tree: { "contracts/order-created.avsc": "{}" } },
      models: { base: event("shipping", "code"), head: event("shipping", "code") },
    };
    expect((await lineOf("schema-registry", filed)).slice(0, 2)).toEqual(["fail", "pass"]);
    expect(await states(emptyModel, event("orders", "code"))).toEqual(["not-applicable", "unknown"]);
  });
});
