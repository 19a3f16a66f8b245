import { describe, expect, it } from "vitest";
import { LOOP, loopFinding, loopOnly, loopPrint, pullRequest, report, type Situation } from "./shop.js";

const waived = async (situation: Situation) => {
  const { findings, problems, verdict } = await report(situation);
  return { waiver: findings[0]?.waiver ?? null, problems: problems.map(({ line, message }) => `${line} ${message}`), verdict };
};

describe("waivers", () => {
  it("of the settings apply by fingerprint, or by rule and subject", async () => {
    const byPrint = await waived(
      loopOnly(
        {},
        {
          settings: `waivers:\n  - fingerprint: ${loopPrint.slice(0, 12)}\n    reason: The shop has three items\n    owner: ana\n    until: 2026-12-31\n`,
          context: { today: "2026-12-31" },
        },
      ),
    );
    expect(byPrint).toEqual({
      waiver: {
        source: "settings",
        reason: "The shop has three items",
        owner: "ana",
        until: "2026-12-31",
        path: ".github/faultline.yml",
        line: 2,
      },
      problems: [],
      verdict: "pass",
    });
    for (const subject of ["function:OrdersService.create", "service:orders, service:inventory"]) {
      expect(
        await waived(loopOnly({}, { settings: `waivers: [{rule: n-plus-one-call, subject: "${subject}", reason: known}]` })),
      ).toMatchObject({ waiver: { reason: "known" }, verdict: "pass" });
    }
  });

  it("have no effect without a reason or past their day, and say so", async () => {
    expect(await waived(loopOnly({}, { settings: `waivers: [{fingerprint: ${loopPrint}}]` }))).toEqual({
      waiver: null,
      problems: ["1 the waiver gives no reason and has no effect"],
      verdict: "fail",
    });
    expect(
      await waived(
        loopOnly(
          {},
          { settings: `waivers: [{fingerprint: ${loopPrint}, reason: x, until: 2026-06-30}]`, context: { today: "2026-07-01" } },
        ),
      ),
    ).toEqual({ waiver: null, problems: ["1 the waiver expired on 2026-06-30"], verdict: "fail" });
  });

  it("that match nothing are told, unless what they match was just fixed", async () => {
    expect((await waived(loopOnly({}, { settings: "waivers: [{fingerprint: 0123456789ab, reason: x}]" }))).problems).toEqual([
      "1 the waiver matches no finding",
    ]);
    const fixing = {
      base: { ...pullRequest.head, findings: [loopFinding] },
      head: { tree: pullRequest.base.tree },
      settings: `waivers: [{fingerprint: ${loopPrint}, reason: x}]`,
    };
    expect((await waived(fixing)).problems).toEqual([]);
  });

  it("in the source cover their line and the next", async () => {
    const ignoring = (line: number, parts: object = {}) =>
      waived(loopOnly({}, { ignores: { [LOOP]: [{ rule: "n-plus-one-call", reason: "three items", until: null, line, ...parts }] } }));
    expect(await ignoring(4)).toMatchObject({ waiver: { source: "inline", reason: "three items", path: LOOP, line: 4 }, verdict: "pass" });
    expect((await ignoring(5)).waiver).not.toBeNull();
    expect((await ignoring(2)).waiver).toBeNull();
    expect((await ignoring(7)).waiver).toBeNull();
    expect((await ignoring(4, { rule: "missing-saga" })).waiver).toBeNull();
    expect(await ignoring(4, { until: "soon" })).toMatchObject({
      waiver: null,
      problems: ["4 the waiver's until= is not a date, so it has no effect"],
    });
    expect(await ignoring(4, { reason: null })).toMatchObject({
      waiver: null,
      problems: ["4 the waiver gives no reason and has no effect"],
    });
  });

  it("in the source can be forbidden", async () => {
    const result = await waived(
      loopOnly(
        {},
        { settings: "inline-ignores: deny", ignores: { [LOOP]: [{ rule: "n-plus-one-call", reason: "x", until: null, line: 4 }] } },
      ),
    );
    expect(result).toEqual({
      waiver: null,
      problems: ["4 faultline-ignore has no effect here: the settings say inline-ignores: deny"],
      verdict: "fail",
    });
  });

  it("by command apply by any prefix that was shown", async () => {
    const accepted = [{ fingerprint: loopPrint.slice(0, 12), reason: "agreed with the warehouse", author: "ana" }];
    expect(await waived(loopOnly({}, { context: { accepted } }))).toMatchObject({
      waiver: { source: "command", owner: "ana", reason: "agreed with the warehouse" },
      verdict: "pass",
    });
  });

  it("of a pull request's own settings do not apply, and it is told", async () => {
    const head = {
      tree: { ...pullRequest.head.tree, ".github/faultline.yml": `waivers: [{fingerprint: ${loopPrint}, reason: x}]\n` },
      findings: [loopFinding],
    };
    expect(await waived({ base: { tree: pullRequest.base.tree }, head })).toEqual({
      waiver: null,
      problems: ["1 this pull request changes the settings; they and their waivers apply once it is merged"],
      verdict: "fail",
    });
  });
});
