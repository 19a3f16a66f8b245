import { stripVTControlCharacters } from "node:util";
import { Ajv } from "ajv";
import addFormatsModule from "ajv-formats";
import * as fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import sarifSchema from "@microsoft/sarif-matcher-utils/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import reportSchema from "../../schemas/report.schema.json" with { type: "json" };
import { renderGithub } from "../../src/report/github.js";
import { renderJson, renderSystemJson } from "../../src/report/json.js";
import { renderFinding, renderMarkdown } from "../../src/report/markdown.js";
import type { Report } from "../../src/report/report.js";
import { renderSarif } from "../../src/report/sarif.js";
import { renderText } from "../../src/report/text.js";
import { pullRequest, report, type Situation } from "./shop.js";

const tool = { version: "1.2.3" };

/** A pull request turned round and one with a waiver beside the plain one: every status but `unknown`. */
const situations: readonly Situation[] = [
  pullRequest,
  { base: pullRequest.head, head: pullRequest.base },
  { base: pullRequest.head, head: pullRequest.head },
  {
    ...pullRequest,
    ignores: { "services/orders/src/orders.service.ts": [{ rule: "n-plus-one-call", reason: "three items", until: null, line: 4 }] },
  },
  {
    base: pullRequest.head,
    head: {
      tree: {},
      unreadable: [
        { path: "services/", line: 1, reason: "could not be listed, because the tree is too large" },
        { path: "mesh/orders.yml", line: 3, reason: "a list without its end" },
      ],
    },
  },
];

/** A report whose every text is as hostile as a repository can be. */
const hostile = fc
  .tuple(fc.constantFrom(...situations), fc.string({ unit: "binary", minLength: 1, maxLength: 30 }))
  .map(([situation, text]) => ({ situation, text }));

async function poisoned({ situation, text }: { readonly situation: Situation; readonly text: string }): Promise<Report> {
  const clean = await report(situation);
  const findings = clean.findings.map((finding) => ({
    ...finding,
    title: text,
    message: `\`${text}\` ${text}`,
    remedy: text,
    subject: [text],
    services: [text],
    evidence: finding.evidence.map((evidence) => ({ ...evidence, path: text, note: text })),
  }));
  return { ...clean, findings, reasons: [text], problems: [{ path: text, line: 1, column: 1, message: text, advice: text }] };
}

describe("JSON", () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(reportSchema);

  it("is as its schema says, whatever the pull request", async () => {
    for (const situation of situations) {
      validate(JSON.parse(renderJson(await report(situation), tool)));
      expect(validate.errors).toBeNull();
    }
    await fc.assert(
      fc.asyncProperty(hostile, async (case_) => {
        validate(JSON.parse(renderJson(await poisoned(case_), tool)));
        expect(validate.errors).toBeNull();
      }),
    );
  });

  it("says what the design promises", async () => {
    const parsed = JSON.parse(renderJson(await report(pullRequest), tool)) as Record<string, unknown>;
    expect(Object.keys(parsed)).toEqual([
      "schemaVersion",
      "tool",
      "base",
      "head",
      "verdict",
      "findings",
      "checklist",
      "coverage",
      "system",
      "timing",
    ]);
    expect(parsed).toMatchObject({
      schemaVersion: 1,
      tool: { name: "faultline", version: "1.2.3" },
      base: "b".repeat(40),
      head: "a".repeat(40),
      verdict: "fail",
      timing: null,
    });
    expect(parsed["findings"]).toMatchObject([
      {
        rule: "n-plus-one-call",
        status: "introduced",
        severity: "error",
        confidence: "high",
        measure: null,
        waiver: null,
        suggestion: null,
        evidence: [{ side: "head", changed: true, kind: "code" }, {}],
      },
      { suggestion: { path: "mesh/orders.yml", startLine: 4, endLine: 4 } },
    ]);
  });

  it("holds the system as graph prints it", async () => {
    const { system } = await report(pullRequest);
    expect(JSON.parse(renderSystemJson(system))).toEqual(
      (JSON.parse(renderJson(await report(pullRequest), tool)) as { system: unknown }).system,
    );
  });
});

describe("SARIF", () => {
  // The schema is draft-04: ajv reads it once its own name for that is taken off. One of its expressions is none in Unicode mode.
  const { $schema: _, id: __, ...schema } = sarifSchema as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, validateSchema: false, unicodeRegExp: false });
  addFormatsModule.default(ajv);
  const validate = ajv.compile(schema);

  it("is SARIF 2.1.0, whatever the pull request", async () => {
    for (const situation of situations) {
      validate(JSON.parse(renderSarif(await report(situation), tool)));
      expect(validate.errors).toBeNull();
    }
    await fc.assert(
      fc.asyncProperty(hostile, async (case_) => {
        validate(JSON.parse(renderSarif(await poisoned(case_), tool)));
        expect(validate.errors).toBeNull();
      }),
    );
  });

  it("names what is new, what is accepted and how to fix it", async () => {
    const results = async (situation: Situation) =>
      (JSON.parse(renderSarif(await report(situation), tool)) as { runs: [{ results: Record<string, unknown>[] }] }).runs[0].results;
    const [loop, timeout] = await results(pullRequest);
    expect(loop).toMatchObject({
      level: "error",
      baselineState: "new",
      suppressions: [],
      partialFingerprints: { "faultline/v1": expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(timeout).toMatchObject({
      locations: [{ physicalLocation: { artifactLocation: { uri: "mesh/orders.yml" }, region: { startLine: 2 } } }],
      fixes: [{ artifactChanges: [{ replacements: [{ deletedRegion: { startLine: 4, endLine: 4 } }] }] }],
    });
    expect((await results(situations[3]!)).find(({ ruleId }) => ruleId === "n-plus-one-call")).toMatchObject({
      suppressions: [{ kind: "inSource", justification: "three items" }],
    });
  });

  it("chooses the worst, of more than code scanning keeps", async () => {
    const whole = await report(pullRequest);
    const worst = whole.findings[0]!;
    const old = { ...worst, status: "unchanged" as const, blocking: false };
    const logOf = (count: number) =>
      JSON.parse(renderSarif({ ...whole, findings: [worst, ...Array.from({ length: count }, () => old)] }, tool)) as {
        runs: [{ results: { baselineState: string }[]; invocations: [{ toolExecutionNotifications: { message: { text: string } }[] }] }];
      };
    const [{ results, invocations }] = logOf(5_006).runs;
    expect(results).toHaveLength(5_000);
    expect(results[0]?.baselineState).toBe("new");
    expect(invocations[0].toolExecutionNotifications[0]?.message.text).toBe("7 more findings are left out: these are the worst 5000.");
    const [fitting] = logOf(4_999).runs;
    expect(fitting.results).toHaveLength(5_000);
    expect(JSON.stringify(fitting.invocations)).not.toContain("left out");
  });

  it("leaves out what is fixed", async () => {
    expect(JSON.parse(renderSarif(await report(situations[1]!), tool))).toMatchObject({ runs: [{ results: [] }] });
  });
});

describe("workflow commands", () => {
  it("stand on changed lines, an error for what blocks", async () => {
    const lines = renderGithub(await report(pullRequest)).split("\n");
    expect(lines[0]).toMatch(
      /^::error file=services\/orders\/src\/orders\.service\.ts,line=5,endLine=5,title=OrdersService\.create calls inventory once for each item::OrdersService\.create asks .*%0AFix: Ask once/,
    );
    expect(lines[1]).toMatch(/^::warning file=mesh\/orders\.yml,line=4,endLine=4,/);
    expect(lines[2]).toBe("Faultline: 1 finding to settle, 1 more to know of (fail)");
  });

  it("cannot be forged by a name", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("a\n::error::x", "a\r::stop-commands::x", "a%0A::error::x", "a,line=1::x", "::set-output name=x::y"),
        async (text) => {
          const commands = renderGithub(await poisoned({ situation: pullRequest, text }))
            .split(/[\r\n]/)
            .filter((line) => line.startsWith("::"));
          expect(commands).toHaveLength(3);
          for (const command of commands) expect(command).toMatch(/^::(error|warning) (file|title)=[^,:]*(,\w+=[^,:]*)*::/);
        },
      ),
    );
  });

  it("are as many as GitHub shows", async () => {
    const one = await report(pullRequest);
    const many = { ...one, findings: Array.from({ length: 40 }, () => one.findings[0]!) };
    const lines = renderGithub(many).split("\n");
    expect(lines.filter((line) => line.startsWith("::error"))).toHaveLength(10);
    expect(lines).toContain("::notice title=Faultline::30 findings more, not shown on a line; --format text lists them all.");
  });
});

describe("text", () => {
  it("reads the same with and without colour", async () => {
    for (const situation of situations) {
      const plain = renderText(await report(situation));
      const coloured = renderText(await report(situation), { color: true });
      expect(stripVTControlCharacters(coloured)).toBe(plain);
      expect(plain).not.toMatch(/\u001b/);
    }
    expect(renderText(await report(pullRequest), { color: true })).toContain("\u001b[31m");
  });

  it("links the places of the head, where a link can be followed", async () => {
    const linked = renderText(await report(pullRequest), { link: (path) => (path.endsWith(".yml") ? null : `file:///shop/${path}`) });
    expect(linked).toContain(
      "\n  \u001b]8;;file:///shop/services/orders/src/orders.service.ts\u001b\\services/orders/src/orders.service.ts:5\u001b]8;;\u001b\\\n",
    );
    expect(linked).toContain("\n  mesh/orders.yml:");
    expect(linked.replaceAll(/\u001b\]8;;[^\u001b]*\u001b\\/g, "")).toBe(renderText(await report(pullRequest)));
  });

  it("keeps to the width, but for words that are wider", async () => {
    for (const columns of [60, 80]) {
      const wide = renderText(await report(pullRequest), { columns })
        .split("\n")
        .filter((line) => line.length > columns);
      expect(wide.filter((line) => line.trim().split(" ").length > 4)).toEqual([]);
    }
  });

  it("shows the source with a mark at the line", async () => {
    expect(renderText(await report(pullRequest))).toContain(
      "  > 5 |       stock.push(await this.inventory.stock(item.sku));\n    6 |     }",
    );
  });

  it("counts what was there before, or lists it when asked", async () => {
    const scan = await report(situations[2]!);
    expect(renderText(scan)).toContain("2 findings were there before and are not held against this change.");
    expect(renderText(scan, { unchanged: true })).toMatch(
      /^n-plus-one-call \(1\)\n {2}error {4}high {4}OrdersService\.create calls inventory once for each item\n {19}services\/orders\/src\/orders\.service\.ts:5\n/,
    );
    expect(renderText(scan, { unchanged: true })).toContain("pass: 2 findings\n");
  });

  it("obeys no name", async () => {
    const text = renderText(await poisoned({ situation: pullRequest, text: "orders\u001b]0;title\u0007\u001b[2J\r\nshop" }));
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});

describe("Markdown", () => {
  it("tells one new finding as its author would like to read it", async () => {
    const { findings, excerpts } = await report(pullRequest);
    expect(renderFinding(findings[1]!, { excerpts, commands: true })).toBe(`**the route to orders has no timeout**

\`mesh-missing-timeout\` · introduced · warning · high confidence

The route to \`orders\` waits for as long as \`orders\` takes. When it hangs, its callers hang with it.

**Fix:** Give the route a timeout.

In \`mesh/orders.yml\`, line 4:

\`\`\`diff
           host: orders
+    timeout: 5s
\`\`\`

- \`mesh/orders.yml:2-4\`: the route
- \`mesh/orders.yml:5\` (removed here): the timeout

To accept it: answer \`/faultline accept ${findings[1]!.fingerprint.slice(0, 12)} reason\`, write \`faultline-ignore mesh-missing-timeout -- reason\` above the line, or add a waiver for \`${findings[1]!.fingerprint.slice(0, 12)}\` to the settings.`);
  });

  it("offers the fix for a click where the comment stands on its lines", async () => {
    const { findings } = await report(pullRequest);
    expect(renderFinding(findings[1]!, { clickable: true })).toContain("```suggestion\n          host: orders\n    timeout: 5s\n```");
    expect(renderFinding({ ...findings[1]!, anchor: { ...findings[1]!.anchor!, suggestion: false } }, { clickable: true })).not.toContain(
      "```suggestion",
    );
  });

  it("links places where they can be followed", async () => {
    const markdown = renderMarkdown(await report(pullRequest), {
      link: ({ path, startLine }) => `https://github.example/acme/shop/blob/head/${path}#L${startLine}`,
    });
    expect(markdown).toContain("- [`mesh/orders.yml:2-4`](https://github.example/acme/shop/blob/head/mesh/orders.yml#L2): the route");
  });

  it("says what got better, what could not be compared, and what is accepted", async () => {
    expect(renderMarkdown(await report(situations[1]!))).toMatch(
      /^## Faultline: nothing new, 2 findings fixed\n\n### Fixed\n\n- `n-plus-one-call` /,
    );
    expect(renderMarkdown(await report(situations[4]!))).toContain("### Could not be compared\n\n- `n-plus-one-call` ");
    expect(renderMarkdown(await report(situations[3]!))).toContain("\n\nAccepted in the source: three items");
  });

  it("shows all seventeen lines, or those that changed", async () => {
    const whole = renderMarkdown(await report(pullRequest));
    expect(whole.match(/^\| (Independence|Communication|Data consistency|Events) \|/gm)).toHaveLength(17);
    expect(renderMarkdown(await report(pullRequest), { extent: "findings" })).toContain(
      "### Checklist\n\n- Batch APIs for bulk operations: not-applicable → fail\n",
    );
  });

  it("fits into the room that there is, told more briefly", async () => {
    const one = await report(pullRequest);
    const many = {
      ...one,
      findings: Array.from({ length: 600 }, (_unused, index) => ({ ...one.findings[0]!, fingerprint: String(index).padStart(64, "0") })),
    };
    expect(renderMarkdown(one, { limit: 65_535 })).toBe(renderMarkdown(one));
    for (const limit of [65_535, 20_000, 6_000, 1_000]) {
      const text = renderMarkdown(many, { limit });
      expect(text.length).toBeLessThanOrEqual(limit);
      expect(text).toMatch(/^## Faultline: 600 findings to settle\n/);
      expect(text).toMatch(/and \d+ more|does not fit/);
    }
  });

  it("holds no heading, comment or mention that a name has made", async () => {
    const markdown = renderMarkdown(
      await poisoned({ situation: pullRequest, text: "x\n## Faultline: nothing new\n<!-- faultline:0 --> @acme/all\n```\n</details>" }),
    );
    expect(markdown.match(/^## /gm)).toHaveLength(1);
    expect(markdown).not.toMatch(/<!--|^```\n<\/details>/m);
    const rendered = micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
    expect(rendered.replace(/<code[^]*?<\/code>/g, "")).not.toMatch(/@\w/);
    expect(rendered.match(/<h2>/g)).toHaveLength(1);
  });
});
