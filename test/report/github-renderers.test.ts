import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkRunOutput, type CheckRunOptions } from "../../src/report/check-run.js";
import type { ReportedFinding } from "../../src/report/report.js";
import { commentBody, goneBody, markerOf, reviewComments, saysTheSame, settledBody } from "../../src/report/review-comments.js";
import { expectHarmless, named, names } from "./hostile.js";
import { pullRequest, report } from "./shop.js";

const web = { site: "https://github.example", repository: "shop/orders" };
const check: CheckRunOptions = { ...web, config: { mode: "enforce", path: ".github/faultline.yml", rules: {} }, comments: true };

describe("review comments", () => {
  it("stand on their lines, the marker first, rule and command in the text", async () => {
    const { findings, ...rest } = await report(pullRequest);
    const [loop, timeout, ...others] = reviewComments(
      { findings, ...rest },
      { ...web, rulePage: (rule) => `https://faultline.example/rules/${rule}` },
    );
    expect(others).toEqual([]);
    expect(loop).toMatchObject({ path: "services/orders/src/orders.service.ts", side: "RIGHT", startLine: null, line: 5 });
    expect(timeout).toMatchObject({ path: "mesh/orders.yml", side: "RIGHT", startLine: null, line: 4 });
    expect(timeout!.body.split("\n")[0]).toBe(`<!-- faultline:${findings[1]!.fingerprint} -->`);
    expect(timeout!.body).toContain("```suggestion\n          host: orders\n    timeout: 5s\n```");
    expect(timeout!.body).toContain(`\`/faultline accept ${findings[1]!.fingerprint.slice(0, 12)} reason\``);
    expect(loop!.body).toContain(`(https://github.example/shop/orders/blob/${"a".repeat(40)}/services/orders/src/orders.service.ts#L5)`);
    expect(timeout!.body).toContain(`(https://github.example/shop/orders/blob/${"b".repeat(40)}/mesh/orders.yml#L5) (removed here)`);
    expect(loop!.body).toContain("**Blocks** · [`n-plus-one-call`](https://faultline.example/rules/n-plus-one-call)");
  });

  it("never stand where the diff has no such lines", async () => {
    const one = await report(pullRequest);
    expect(reviewComments(one, { ...web, holds: () => false })).toEqual([]);
    const wide = {
      ...one,
      findings: [{ ...one.findings[0]!, anchor: { path: "a.ts", side: "base", startLine: 3, endLine: 9, suggestion: false } as const }],
    };
    expect(reviewComments(wide, web)).toMatchObject([{ side: "LEFT", startLine: 3, line: 9 }]);
    expect(reviewComments(wide, { ...web, holds: ({ startLine }) => startLine === 9 })).toMatchObject([
      { side: "LEFT", startLine: null, line: 9 },
    ]);
  });

  it("offer a click for one fix of a line, never on removed lines, never on fewer lines than it replaces", async () => {
    const one = await report(pullRequest);
    const timeout = one.findings[1]!;
    const clicks = (findings: readonly ReportedFinding[], holds = (_: { startLine: number }): boolean => true) =>
      reviewComments({ ...one, findings }, { ...web, holds }).map(({ body }) => body.includes("```suggestion"));
    expect(clicks([timeout, { ...timeout, fingerprint: "f".repeat(64) }])).toEqual([true, false]);
    expect(clicks([{ ...timeout, anchor: { ...timeout.anchor!, side: "base" } }])).toEqual([false]);
    expect(clicks([{ ...timeout, anchor: { ...timeout.anchor!, startLine: 3 } }], ({ startLine }) => startLine === 4)).toEqual([false]);
  });

  it("one for each fingerprint, none for what is accepted, hidden or told by the summary", async () => {
    const one = await report(pullRequest);
    const loop = one.findings[0]!;
    expect(
      reviewComments(
        {
          ...one,
          findings: [
            loop,
            loop,
            { ...loop, fingerprint: "1".repeat(64), shown: "summary" },
            { ...loop, fingerprint: "2".repeat(64), shown: "hidden" },
          ],
        },
        web,
      ),
    ).toHaveLength(1);
  });

  it("fit, whatever the length of what they tell", async () => {
    const one = await report(pullRequest);
    const loop = one.findings[0]!;
    const evidence = Array.from({ length: 5000 }, () => loop.evidence[0]!);
    for (const finding of [
      { ...loop, evidence },
      { ...loop, message: "漢".repeat(60_000) },
      { ...loop, suggestion: { path: "a", startLine: 1, endLine: 1, replacement: "x".repeat(70_000) } },
      { ...loop, rule: loop.rule, title: "`".repeat(30_000), remedy: "é".repeat(90_000) },
    ]) {
      const body = commentBody(one, finding, web, false);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_535);
      expect(markerOf(body)?.fingerprint).toBe(loop.fingerprint);
      expect(body).toContain(`\`${loop.rule}\``);
    }
  });

  it.each(names)("let no name do anything: %j", async (text) => {
    const hostile = await named(text);
    for (const finding of hostile.findings) {
      const body = commentBody(hostile, finding, web, false);
      expect(markerOf(body)).toEqual({ fingerprint: finding.fingerprint, closed: false });
      expectHarmless(body);
      const closed = settledBody(hostile, finding, web);
      expect(markerOf(closed)).toEqual({ fingerprint: finding.fingerprint, closed: true });
      expectHarmless(closed);
      expectHarmless(goneBody(body, finding.fingerprint, "a".repeat(40)));
    }
  });

  it("keep the text of a fix inside its block", async () => {
    const one = await report(pullRequest);
    const timeout = {
      ...one.findings[1]!,
      suggestion: {
        path: "mesh/orders.yml",
        startLine: 4,
        endLine: 4,
        replacement: "a\n```\n@everyone [x](https://evil.example)\n<!-- -->",
      },
    };
    const body = commentBody(one, timeout, web, true);
    expect(body).toContain("````suggestion\n");
    expectHarmless(body);
  });
});

describe("the state of a comment", () => {
  it("is told by its marker", () => {
    const fingerprint = "ab".repeat(32);
    expect(markerOf(`<!-- faultline:${fingerprint} -->\n\ntext`)).toEqual({ fingerprint, closed: false });
    expect(markerOf(`text <!-- faultline:${fingerprint} -->`)).toBeNull();
    expect(markerOf(`<!-- faultline:${fingerprint} `)).toBeNull();
  });

  it("becomes settled, keeps what it said and offers no click any more", async () => {
    const one = await report(pullRequest);
    const timeout = one.findings[1]!;
    const gone = goneBody(commentBody(one, timeout, web, true), timeout.fingerprint, "c".repeat(40));
    expect(markerOf(gone)).toEqual({ fingerprint: timeout.fingerprint, closed: true });
    expect(gone).toContain("**Settled**: not found any more at cccccccccccc.");
    expect(gone).toContain("the route to orders has no timeout");
    expect(gone).not.toContain("suggestion");
    expect(
      Buffer.byteLength(goneBody(`<!-- faultline:${timeout.fingerprint} -->${"x".repeat(65_000)}`, timeout.fingerprint, "c".repeat(40))),
    ).toBeLessThan(65_535);
  });

  it("is the same when only the commits of links differ", () => {
    const link = (sha: string): string => `see https://github.com/o/n/blob/${sha}/a.ts#L1\r\n`;
    expect(saysTheSame(link("a".repeat(40)), link("b".repeat(40)))).toBe(true);
    expect(saysTheSame(link("a".repeat(40)), `${link("b".repeat(40))}2`)).toBe(false);
  });
});

describe("the check run", () => {
  it("says the verdict in its title, the essence in its summary, everything in its text", async () => {
    const one = await report(pullRequest);
    const output = checkRunOutput(one, check);
    expect(output.title).toBe("1 to settle, 1 to know: OrdersService.create calls inventory once for each item");
    expect(output.summary).toContain("| introduced | 1 | 1 |  |");
    expect(output.summary).toMatch(/- \*\*blocks\*\* · `n-plus-one-call` /);
    expect(output.summary).toContain("`/faultline accept <fingerprint> <reason>`");
    expect(output.text).toContain("`mesh-missing-timeout`");
    expect(output.text).toContain(`/faultline accept ${one.findings[0]!.fingerprint.slice(0, 12)} reason`);
    expect(output.annotations).toEqual([]);
  });

  it("tells of every finding also where one of them has a name of any length", async () => {
    const one = await report(pullRequest);
    const [loop, timeout] = one.findings as [ReportedFinding, ReportedFinding];
    const long = { ...loop, title: `${"é".repeat(70_000)} calls inventory`, message: "漢".repeat(60_000), remedy: "漢".repeat(60_000) };
    const reasons = [`${long.rule}: ${long.title}.`];
    const output = checkRunOutput({ ...one, findings: [long, timeout], reasons }, check);
    for (const text of [output.summary, output.text]) {
      expect(text).toContain(`\`${loop.rule}\``);
      expect(text).toContain(`\`${timeout.rule}\``);
      expect(text.match(/é{300}…/g)).toHaveLength(1);
    }
    expect(output.text).toContain(`/faultline accept ${loop.fingerprint.slice(0, 12)} reason`);
  });

  it("says what was not read and why, a few by name", async () => {
    const one = await report(pullRequest);
    const unreadable = [
      { path: "services/pricing", line: 1, reason: "is a submodule, whose content is in another repository" },
      { path: "orders.ts", line: 7, reason: "unresolved merge conflict" },
      { path: "orders.ts", line: 9, reason: "unresolved merge conflict" },
      ...["a", "b", "c"].map((name) => ({ path: `${name}.bin`, line: 1, reason: "is binary" })),
    ];
    const summaryOf = (places: typeof unreadable): string =>
      checkRunOutput({ ...one, coverage: { ...one.coverage, unreadable: places } }, check).summary.replaceAll("\\", "");
    expect(summaryOf(unreadable.slice(0, 3))).toContain(
      "2 of 2 files read. Not wholly read: services/pricing is a submodule, whose content is in another repository; orders.ts:7 cannot be read: unresolved merge conflict.",
    );
    expect(summaryOf(unreadable)).toContain("unresolved merge conflict; a.bin is binary; and 2 more.");
    expect(summaryOf([])).not.toContain("Not wholly read");
    const coverage = { ...one.coverage, files: 20, analysed: 9, excluded: 4, unreadable: unreadable.slice(0, 2) };
    expect(checkRunOutput({ ...one, coverage }, check).summary).toContain(
      "9 of 20 files read; 4 left out by the settings or by convention, 6 of no format that is known.",
    );
  });

  it("thanks for what is fixed and is calm where there is nothing", async () => {
    const fixed = checkRunOutput(await report({ base: pullRequest.head, head: pullRequest.base }), check);
    expect(fixed.title).toBe("Nothing new, 2 findings fixed");
    expect(fixed.summary).toContain("### Fixed, thank you\n\n- `n-plus-one-call`");
    const calm = checkRunOutput(await report({ base: pullRequest.head, head: pullRequest.head }), check);
    expect(calm.title).toBe("Nothing new");
    expect(calm.summary).not.toContain("accept");
  });

  it("annotates what no comment tells, but not what is only observed or accepted", async () => {
    const one = await report(pullRequest);
    const [loop, timeout] = one.findings;
    expect(checkRunOutput(one, { ...check, comments: false }).annotations).toEqual([
      {
        path: "services/orders/src/orders.service.ts",
        startLine: 5,
        endLine: 5,
        level: "failure",
        title: "OrdersService.create calls inventory once for each item",
        message: expect.stringMatching(
          new RegExp(`^OrdersService\\.create asks[^]*\nFix: Ask once[^]*\\(n-plus-one-call ${loop!.fingerprint}\\)$`),
        ),
      },
      expect.objectContaining({ path: "mesh/orders.yml", startLine: 4, endLine: 4, level: "warning" }),
    ]);
    const outside: ReportedFinding = { ...timeout!, anchor: null, placement: null, shown: "summary" };
    expect(checkRunOutput({ ...one, findings: [outside] }, check).annotations).toMatchObject([
      { path: "mesh/orders.yml", startLine: 2, endLine: 4 },
    ]);
    expect(
      checkRunOutput(
        { ...one, findings: [outside] },
        { ...check, config: { ...check.config, rules: { "mesh-missing-timeout": { level: "observe", options: {} } } } },
      ).annotations,
    ).toEqual([]);
    expect(
      checkRunOutput(
        {
          ...one,
          findings: [{ ...outside, waiver: { source: "settings", reason: "r", owner: null, until: null, path: null, line: null } }],
        },
        check,
      ).annotations,
    ).toEqual([]);
  });

  it("fits into any room, in bytes", async () => {
    const one = await report(pullRequest);
    const findings = Array.from({ length: 800 }, (_, index): ReportedFinding => ({
      ...one.findings[0]!,
      fingerprint: index.toString(16).padStart(64, "0"),
      title: `漢字の注文サービス ${index}`,
      message: "漢".repeat(400),
    }));
    for (const limit of [65_535, 40_000, 4_000, 1_000]) {
      const output = checkRunOutput({ ...one, findings }, { ...check, comments: false, limit });
      expect(Buffer.byteLength(output.summary)).toBeLessThanOrEqual(limit);
      expect(Buffer.byteLength(output.text)).toBeLessThanOrEqual(limit);
      expect(Buffer.byteLength(output.title)).toBeLessThanOrEqual(200);
      for (const { title, message } of output.annotations)
        expect([Buffer.byteLength(title) <= 255, Buffer.byteLength(message) <= 64_000]).toEqual([true, true]);
    }
  });

  it.each(names)("lets no name do anything: %j", async (text) => {
    const output = checkRunOutput(await named(text), check);
    expectHarmless(output.summary);
    expectHarmless(output.text);
    for (const one of [output.title, ...output.annotations.flatMap(({ title, message }) => [title, message.replaceAll("\n", "")])])
      expect(one).not.toMatch(/[\u0000-\u001f\u202e]|\p{Surrogate}/u);
  });

  it("survives any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", maxLength: 40 }), async (text) => {
        const hostile = await named(text);
        expect(Buffer.byteLength(checkRunOutput(hostile, { ...check, comments: false }).summary)).toBeLessThanOrEqual(65_535);
        expect(reviewComments(hostile, web)).toHaveLength(2);
      }),
      { numRuns: 50 },
    );
  });
});
