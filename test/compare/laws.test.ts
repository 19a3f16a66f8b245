import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clearance, Finding } from "../../src/rules/rule.js";
import type { Comparison } from "../../src/compare/comparison.js";
import { compare, finding, type Side, type Tree } from "./shop.js";

/**
 * Trees whose lines say what a rule would find in them: `debt stock in create` is a finding, `paid stock in create` clears
 * it, everything else is filler. Equal debts in one function are told apart by ordinals in order of path and line.
 */
const names = fc.constantFrom("stock", "price", "charge");
const functions = fc.constantFrom("create", "cancel");
const line = fc.oneof(
  fc.tuple(names, functions).map(([name, within]) => `debt ${name} in ${within}`),
  fc.tuple(names, functions).map(([name, within]) => `paid ${name} in ${within}`),
  fc.stringMatching(/^[a-z]{0,6}$/),
);
const text = fc.array(line, { minLength: 1, maxLength: 12 }).map((lines) => `${lines.join("\n")}\n`);
const tree: fc.Arbitrary<Tree> = fc.dictionary(
  fc.constantFrom("services/orders/a.ts", "services/orders/b.ts", "services/payments/c.ts", "d.ts"),
  text,
  { minKeys: 1 },
);

/** Two trees that have most in common, as those of a pull request. */
const change: fc.Arbitrary<readonly [Tree, Tree]> = fc
  .tuple(tree, tree, fc.boolean())
  .map(([one, other, near]) => [one, near ? { ...one, ...Object.fromEntries(Object.entries(other).slice(0, 1)) } : other] as const);

function judge(files: Tree): Side {
  const findings: Finding[] = [];
  const cleared: Clearance[] = [];
  const seen = new Map<string, number>();
  for (const path of Object.keys(files).sort()) {
    for (const [index, said] of files[path]!.split(/\r?\n/).entries()) {
      const [verb, name, , within] = said.trim().split(" ");
      if (within === undefined) continue;
      const subject = ["service:orders", `function:${within}`, `service:${name}`];
      const evidence = [{ path, startLine: index + 1, endLine: index + 1, kind: "code" as const, note: said }];
      if (verb === "paid") cleared.push({ rule: "n-plus-one-call", subject, discriminator: "", evidence });
      else {
        const key = subject.join();
        seen.set(key, (seen.get(key) ?? 0) + 1);
        findings.push(finding({ subject, discriminator: String(seen.get(key)), evidence }));
      }
    }
  }
  return { tree: files, findings, cleared };
}

const review = (base: Tree, head: Tree): Promise<Comparison> => compare(judge(base), judge(head));
const having = ({ findings }: Comparison, ...statuses: readonly string[]): readonly string[] =>
  findings
    .filter(({ status }) => statuses.includes(status))
    .map(({ fingerprint }) => fingerprint)
    .sort();

describe("for every change", () => {
  it("each finding of each side is told once, under a fingerprint of its own", async () => {
    await fc.assert(
      fc.asyncProperty(change, async ([base, head]) => {
        const { findings } = await review(base, head);
        expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(findings.length);
        expect(findings.filter(({ base: before }) => before !== null)).toHaveLength(judge(base).findings!.length);
        expect(findings.filter(({ head: after }) => after !== null)).toHaveLength(judge(head).findings!.length);
      }),
    );
  });

  it("what is new has a place that the pull request changed", async () => {
    await fc.assert(
      fc.asyncProperty(change, async ([base, head]) => {
        const { findings } = await review(base, head);
        const fresh = findings.filter(({ status }) => status === "introduced" || status === "worsened");
        expect(fresh.filter(({ evidence }) => !evidence.some(({ changed }) => changed))).toEqual([]);
      }),
    );
  });

  it("turned round, introduced is fixed and fixed is introduced", async () => {
    await fc.assert(
      fc.asyncProperty(change, async ([base, head]) => {
        const [there, back] = [await review(base, head), await review(head, base)];
        expect(having(there, "introduced")).toEqual(having(back, "fixed"));
        expect(having(there, "fixed")).toEqual(having(back, "introduced"));
        expect(having(there, "unchanged")).toHaveLength(having(back, "unchanged").length);
      }),
    );
  });

  it("the order in which findings are given is irrelevant", async () => {
    await fc.assert(
      fc.asyncProperty(change, async ([base, head]) => {
        expect(await compare(mirrored(judge(base)), mirrored(judge(head)))).toEqual(await review(base, head));
      }),
    );
  });
});

describe("nothing but unchanged comes of", () => {
  const edits: Readonly<Record<string, (files: Tree) => Tree>> = {
    nothing: (files) => files,
    "lines put in front": (files) => mapTexts(files, (content) => `// licence\n// licence\n${content}`),
    "other line ends": (files) => mapTexts(files, (content) => content.replaceAll("\n", "\r\n")),
    indentation: (files) => mapTexts(files, (content) => content.replace(/^(?=.)/gm, "  ")),
    "a renamed file": (files) =>
      Object.fromEntries(Object.entries(files).map(([path, content], index) => [index === 0 ? `renamed/${path}` : path, content])),
    "an unrelated file": (files) => ({ ...files, "docs/notes.md": "notes\n" }),
  };

  it.each(Object.entries(edits))("%s", async (_, edit) => {
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        const { findings } = await review(files, edit(files));
        expect(
          findings.filter(({ status }) => status !== "unchanged").map(({ status, finding: { evidence } }) => [status, evidence[0]]),
        ).toEqual([]);
      }),
    );
  });
});

function mirrored(side: Side): Side {
  return { ...side, findings: side.findings!.toReversed(), cleared: side.cleared!.toReversed() };
}

function mapTexts(files: Tree, edit: (content: string) => string): Tree {
  return Object.fromEntries(Object.entries(files).map(([path, content]) => [path, edit(content)]));
}
