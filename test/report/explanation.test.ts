import { expect, test } from "vitest";
import { explainFinding, explainRule } from "../../src/report/explanation.js";
import { keepReport, keptReport, type KeptReport } from "../../src/report/kept.js";
import type { Report, ReportedFinding } from "../../src/report/report.js";
import { ruleText } from "../../src/rule-text.js";
import { rules } from "../../src/rules/registry.js";
import { expectHarmless, named, names } from "./hostile.js";
import { pullRequest, report } from "./shop.js";

const web = { site: "https://github.com", repository: "shop/orders" };
const rule = rules.find(({ id }) => id === "n-plus-one-call")!;

const kept = (one: Report, mode: "enforce" | "advise" = "enforce"): KeptReport => keptReport(keepReport(one, { mode, path: null }))!;

async function explained(change: Partial<ReportedFinding> = {}, mode?: "enforce" | "advise"): Promise<string> {
  const one = kept(await report(pullRequest), mode);
  return explainFinding(one, { ...one.findings[0]!, ...change }, { rule, page: await ruleText(rule) }, web);
}

test("a finding says its rule, its places, why it counts, how to fix it and how to live with it", async () => {
  const text = await explained();
  expect(text).toMatch(/N\+1 call \(`n-plus-one-call`\) · introduced[^·]*· error · high confidence/);
  expect(text).toContain(`https://github.com/shop/orders/blob/${"a".repeat(40)}/services/orders/src/orders.service.ts#L5`);
  expect(text).toMatch(/There is none in the merge base `b{12}`, and this pull request changes 2 places of it\. It fails the check/);
  expect(text).toMatch(/\*\*How to fix it\*\*\n\nAsk once: `inventory` already serves `POST \/stock\/batch`/);
  expect(text).toMatch(/<details><summary>Ways to fix this kind of debt<\/summary>[^]*Batch endpoint/);
  expect(text).toMatch(
    /Answer `\/faultline accept [0-9a-f]{8,} reason`[^]*faultline-ignore n-plus-one-call[^]*rules: \{ n-plus-one-call: observe \}/,
  );
});

test.each([
  ["worsened", { status: "worsened", measure: { name: "calls", base: 1, head: 3 } }, /it grows here: calls 1 → 3/],
  ["improved", { status: "improved", measure: { name: "calls", base: 3, head: 1 } }, /it shrinks here: calls 3 → 1/],
  ["unchanged", { status: "unchanged" }, /does not count against this pull request/],
  ["fixed", { status: "fixed" }, /was read and is clean, or is gone/],
  ["unknown", { status: "unknown" }, /nobody can tell/],
] as const)("a finding that is %s says so, and why", async (_, change, why) => {
  const text = await explained({ ...change, blocking: false });
  expect(text).toMatch(why);
  expect(text.includes("How to live with it")).toBe(change.status === "worsened");
});

test("what does not fail the check says what it is for", async () => {
  expect(await explained({}, "advise")).toContain("were it not for `mode: advise`");
  expect(await explained({ blocking: false, confidence: "medium" })).toContain("only what is certain does");
  expect(await explained({ blocking: false })).toContain("neither its severity nor its rule does");
  const waiver = { source: "command", reason: "three items at most", owner: "ada", until: null, path: null, line: null } as const;
  expect(await explained({ blocking: false, waiver })).toContain("Accepted by command by ada: three items at most.");
});

test("a finding of very many places still fits into a comment", async () => {
  const one = kept(await report(pullRequest));
  const [finding] = one.findings;
  const evidence = Array.from({ length: 3_000 }, (_, index) => ({ ...finding!.evidence[0]!, startLine: index + 1, endLine: index + 1 }));
  const text = explainFinding(one, { ...finding!, evidence }, { rule, page: "" }, web);
  expect(Buffer.byteLength(text)).toBeLessThan(65_000);
  expect(text).toContain("34 more places");
});

test.each(names)("no name does anything: %j", async (text) => {
  const hostile = kept(await named(text));
  for (const finding of hostile.findings)
    expectHarmless(explainFinding(hostile, finding, { rule, page: "" }, { site: "https://github.example", repository: "shop/orders" }));
});

test.each(rules.map((each) => [each.id, each] as const))(
  "the rule %s says what it finds, why that hurts and how to fix it, without links that lead nowhere",
  async (id, each) => {
    const text = explainRule({ rule: each, page: await ruleText(each) }, {});
    expect(text).toMatch(/\*\*Why it hurts\*\*\n\n[^]+\*\*How to fix it\*\*\n\n[^]+\*\*How to live with it\*\*/);
    expect(text).toContain(`\`rules: { ${id}: observe }\``);
    expect(text).not.toMatch(/\]\((?!https:)/);
    // GitHub shows each line break of a comment.
    const prose = text.replace(/^```[^]*?^```$/gm, "");
    expect(prose).not.toMatch(/[^\n]\n(?![\n|>]|[ ]*(?:[-*]|\d+\.) )/);
  },
);
