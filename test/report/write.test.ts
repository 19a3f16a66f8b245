import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import { review } from "../../src/review.js";
import { memorySnapshot, type MemoryFile } from "../../src/snapshot/memory.js";
import type { SystemModel } from "../../src/model/model.js";
import { fingerprintOf } from "../../src/compare/fingerprint.js";
import { at, finding, sharedDatabase, type Tree } from "../compare/shop.js";
import { emptyModel, loopFinding, only, pullRequest, report, timeoutFinding, type Situation } from "./shop.js";

const LOOP = "services/orders/src/orders.service.ts";
const loopPrint = fingerprintOf(loopFinding);

/** The pull request with its loop alone, the finding changed as a test needs it. */
function loopOnly(parts: Partial<typeof loopFinding> = {}, rest: Partial<Situation> = {}): Situation {
  return {
    ...pullRequest,
    base: { tree: pullRequest.base.tree },
    head: { tree: pullRequest.head.tree, findings: [{ ...loopFinding, ...parts }] },
    ...rest,
  };
}

const verdictOf = async (situation: Situation): Promise<string> => (await report(situation)).verdict;

const shown = async (situation: Situation): Promise<readonly string[]> => (await report(situation)).findings.map((one) => one.shown);

const waived = async (situation: Situation) => {
  const { findings, problems, verdict } = await report(situation);
  return { waiver: findings[0]?.waiver ?? null, problems: problems.map(({ line, message }) => `${line} ${message}`), verdict };
};

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

describe("the verdict", () => {
  it("fails for what is new, grave and sure", async () => {
    const { verdict, reasons, findings } = await report(loopOnly());
    expect([verdict, reasons, findings[0]?.blocking]).toEqual([
      "fail",
      ["n-plus-one-call: OrdersService.create calls inventory once for each item."],
      true,
    ]);
  });

  it("passes for what is less grave, less sure, or was there", async () => {
    expect(await verdictOf(loopOnly({ severity: "warning" }))).toBe("pass");
    expect(await verdictOf(loopOnly({ confidence: "medium" }))).toBe("pass");
    const tree = pullRequest.head.tree;
    expect(await verdictOf({ base: { tree, findings: [loopFinding] }, head: { tree, findings: [loopFinding] } })).toBe("pass");
  });

  it("is neutral in advise mode, which still shows what would block", async () => {
    const { verdict, findings } = await report(loopOnly({}, { settings: "mode: advise" }));
    expect([verdict, findings[0]?.blocking]).toEqual(["neutral", true]);
  });

  it("follows fail-on for rules without a level, and the level of those that have one", async () => {
    expect(await verdictOf(loopOnly({ severity: "warning" }, { settings: "fail-on: warning" }))).toBe("fail");
    expect(await verdictOf(loopOnly({}, { settings: "fail-on: never" }))).toBe("pass");
    expect(await verdictOf(loopOnly({ severity: "info" }, { settings: "rules: {n-plus-one-call: block}" }))).toBe("fail");
    expect(await verdictOf(loopOnly({}, { settings: "rules: {n-plus-one-call: comment}" }))).toBe("pass");
    expect(await verdictOf(loopOnly({}, { settings: "rules: {n-plus-one-call: observe}" }))).toBe("pass");
    expect(await verdictOf(loopOnly({ confidence: "low" }, { settings: "rules: {n-plus-one-call: block}" }))).toBe("pass");
  });

  it("fails for broken settings, with their place", async () => {
    const problem = {
      path: ".github/faultline.yml",
      line: 3,
      column: 1,
      message: '"failon" is no known key',
      advice: "Did you mean fail-on?",
    };
    const { verdict, reasons, problems } = await report({
      base: { tree: {} },
      head: { tree: {} },
      context: { settingsProblems: [problem] },
    });
    expect([verdict, reasons, problems]).toEqual([
      "fail",
      ['The settings are broken: .github/faultline.yml:3: "failon" is no known key.'],
      [problem],
    ]);
  });

  it("is neutral when the pull request makes a file unreadable, and when a rule breaks down", async () => {
    const tree: Tree = { "compose.yml": "services:\n" };
    const dark = {
      tree: { "compose.yml": "services: [\n" },
      unreadable: [{ path: "compose.yml", line: 1, reason: "a list without its end" }],
    };
    expect(await report({ base: { tree }, head: dark })).toMatchObject({
      verdict: "neutral",
      reasons: ["compose.yml:1 cannot be read: a list without its end."],
    });
    expect(await verdictOf({ base: dark, head: { ...dark, tree: { ...dark.tree, "a.md": "" } } })).toBe("pass");
    expect(await report({ base: { tree }, head: { tree }, failures: [{ rule: "missing-saga", message: "x is undefined" }] })).toMatchObject(
      { verdict: "neutral", defects: [{ rule: "missing-saga" }] },
    );
  });
});

describe("what is never read", () => {
  const pointer = (id: string): string => `version https://git-lfs.github.com/spec/v1\noid sha256:${id.repeat(64)}\nsize 12345\n`;

  it.each<[string, string, MemoryFile, MemoryFile]>([
    ["a submodule", "services/pricing", { submodule: "a".repeat(40) }, { submodule: "b".repeat(40) }],
    ["a pointer to what is kept elsewhere", "orders.ts", pointer("a"), pointer("b")],
    ["a file that is too large", "orders.ts", "// a\n".repeat(400_000), "// b\n".repeat(400_000)],
  ])("is %s: a change of it is neutral, and another change is not", async (_, path, before, after) => {
    const verdictOn = async (from: MemoryFile, to: MemoryFile) =>
      review(memorySnapshot({ [path]: from }), memorySnapshot({ [path]: to, "a.md": "" }), defaultConfig());
    expect(await verdictOn(before, after)).toMatchObject({ verdict: "neutral", reasons: [expect.stringContaining(`${path} is `)] });
    expect((await verdictOn(before, before)).verdict).toBe("pass");
  });
});

describe("the coverage", () => {
  it("says beside what could not be read what no rule can judge, which costs no verdict", async () => {
    const gateway = { "kong.yml": "services: []\nplugins: [{ name: shop-tokens }]\n" };
    const plugin = at(gateway, "kong.yml", "shop-tokens", "deployment");
    const undecided = [
      {
        rule: "gateway-missing-auth",
        subject: ["gateway:kong", "route:orders"],
        discriminator: "",
        evidence: [plugin],
        note: "could not be judged: whether `shop-tokens` asks who calls route `orders` is not known",
      },
      { rule: "missing-call-timeout", subject: ["service:orders"], discriminator: "", evidence: [plugin] },
    ];
    const dark = { tree: gateway, unreadable: [{ path: "kong.yml", line: 1, reason: "a list without its end" }] };
    const { coverage, verdict } = await report({ base: dark, head: { ...dark, tree: { ...dark.tree, "a.md": "" } }, undecided });
    expect([verdict, coverage.unreadable]).toEqual([
      "pass",
      [dark.unreadable[0], { path: "kong.yml", line: 2, reason: undecided[0]!.note }],
    ]);
  });
});

describe("where a finding is shown", () => {
  it("gets a comment on the lines that the pull request added", async () => {
    expect(only(await report(loopOnly()))).toMatchObject({
      shown: "comment",
      placement: 0,
      anchor: { path: LOOP, side: "head", startLine: 5, endLine: 5, suggestion: false },
    });
  });

  it("takes the lines of a fix that can be applied in the same hunk", async () => {
    const { findings } = await report(pullRequest);
    expect(findings.find(({ rule }) => rule === timeoutFinding.rule)).toMatchObject({
      shown: "comment",
      anchor: { path: "mesh/orders.yml", side: "head", startLine: 4, endLine: 4, suggestion: true },
    });
  });

  it("stands on the left where a line was removed", async () => {
    const { findings } = await report({
      ...pullRequest,
      head: { ...pullRequest.head, findings: [{ ...timeoutFinding, suggestion: null }] },
    });
    expect(findings[0]?.anchor).toEqual({ path: "mesh/orders.yml", side: "base", startLine: 5, endLine: 5, suggestion: false });
  });

  it("goes to the summary as a hint, when observed, accepted, improved or past the most comments", async () => {
    expect(await shown(loopOnly({ severity: "info" }))).toEqual(["summary"]);
    expect(await shown(loopOnly({}, { settings: "rules: {n-plus-one-call: observe}" }))).toEqual(["summary"]);
    expect(await shown(loopOnly({}, { settings: `waivers: [{fingerprint: ${loopPrint}, reason: known}]` }))).toEqual(["summary"]);
    expect(await shown({ ...pullRequest, settings: "comments: {max: 1}" })).toEqual(["comment", "summary"]);
    const tree = pullRequest.head.tree;
    expect(await shown({ base: { tree, findings: [loopFinding] }, head: { tree, findings: [loopFinding] } })).toEqual(["hidden"]);
    expect(await shown({ base: pullRequest.head, head: pullRequest.base })).toEqual(["summary", "summary"]);
  });

  it("stands first where it needs attention first", async () => {
    const { findings } = await report({
      ...pullRequest,
      head: {
        ...pullRequest.head,
        findings: [timeoutFinding, { ...loopFinding, confidence: "low" }, { ...loopFinding, rule: "missing-saga" }],
      },
    });
    expect(findings.map(({ rule }) => rule)).toEqual(["missing-saga", "n-plus-one-call", "mesh-missing-timeout"]);
  });
});

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

describe("credentials", () => {
  it("are taken out of what rules say, and suggestions that hold one are not offered", async () => {
    const secret = "s3cr3t-Passw0rd";
    const leaky = {
      ...loopFinding,
      message: `reads \`postgres://orders:${secret}@db/orders_db\``,
      title: `Password=${secret};Server=db`,
      evidence: [{ ...loopFinding.evidence[0]!, note: `amqp://shop:${secret}@mq` }],
      suggestion: { path: LOOP, startLine: 5, endLine: 5, replacement: `  const apiKey = "${secret}";` },
    };
    const result = await report({ ...pullRequest, head: { ...pullRequest.head, findings: [leaky] } });
    expect(JSON.stringify(result)).not.toContain(secret);
    expect(only(result).suggestion).toBeNull();
  });

  it("are not quoted from the source", async () => {
    const tree: Tree = { "orders.ts": 'const url = "http://orders:hunter2@inventory/stock";\nfetch(url);\n' };
    const result = await report({
      base: { tree: {} },
      head: { tree, findings: [finding({ evidence: [at(tree, "orders.ts", "fetch(url)")] })] },
    });
    expect(result.excerpts).toEqual([]);
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });
});
