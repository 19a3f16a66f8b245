import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import { review } from "../../src/review.js";
import { memorySnapshot, type MemoryFile } from "../../src/snapshot/memory.js";
import { at, finding, type Tree } from "../compare/shop.js";
import { LOOP, loopFinding, loopOnly, loopPrint, only, pullRequest, report, timeoutFinding, type Situation } from "./shop.js";

const verdictOf = async (situation: Situation): Promise<string> => (await report(situation)).verdict;

const shown = async (situation: Situation): Promise<readonly string[]> => (await report(situation)).findings.map((one) => one.shown);

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
