import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diffSnapshots, type Hunk } from "../../src/snapshot/diff.js";
import { diffLines, splitLines } from "../../src/snapshot/lines.js";
import { memorySnapshot, type MemoryFile } from "../../src/snapshot/memory.js";
import { MAX_FILE_BYTES } from "../../src/snapshot/snapshot.js";
import { processorTime } from "../processor-time.js";

const numbered = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("");

async function diff(base: Record<string, MemoryFile>, head: Record<string, MemoryFile>) {
  const { files } = await diffSnapshots(memorySnapshot(base), memorySnapshot(head));
  return [...files.values()];
}

/** The head's text, from the base's text, the hunks and the added lines. */
function patched(base: string, head: string, hunks: readonly Hunk[]): string {
  for (const hunk of hunks) expect(hunk.baseLines - hunk.removed.length).toBe(hunk.headLines - hunk.added.length);
  const removed = new Set(hunks.flatMap((hunk) => hunk.removed));
  const added = new Set(hunks.flatMap((hunk) => hunk.added));
  const kept = splitLines(base).filter((_, index) => !removed.has(index + 1));
  const lines = splitLines(head).map((line, index) => (added.has(index + 1) ? line : kept.shift()));
  return [...lines, ...kept].join("");
}

describe("files", () => {
  test("what both have unchanged is not in the diff", async () => {
    expect(await diff({ "a.ts": "same\n", "b.ts": "old\n" }, { "a.ts": "same\n", "b.ts": "new\n" })).toMatchObject([
      { path: "b.ts", change: "modified", basePath: null },
    ]);
  });

  test("added and deleted files are hunks of one side", async () => {
    expect(await diff({ "old.ts": "a\nb\n" }, { "new.ts": "x\n" })).toEqual([
      {
        path: "new.ts",
        basePath: null,
        change: "added",
        hunks: [{ baseStart: 0, baseLines: 0, headStart: 1, headLines: 1, removed: [], added: [1] }],
      },
      {
        path: "old.ts",
        basePath: null,
        change: "deleted",
        hunks: [{ baseStart: 1, baseLines: 2, headStart: 0, headLines: 0, removed: [1, 2], added: [] }],
      },
    ]);
  });

  test("a moved file has its new path and its old one, and no changed lines", async () => {
    const text = numbered(5);
    expect(await diff({ "services/orders/a.ts": text }, { "apps/orders/a.ts": text })).toEqual([
      { path: "apps/orders/a.ts", basePath: "services/orders/a.ts", change: "renamed", hunks: [] },
    ]);
  });

  test("a moved file that was edited too keeps its identity from half of its content on", async () => {
    const [similar] = await diff({ "a/orders.ts": numbered(10) }, { "b/orders.ts": numbered(10).replace("line 4\n", "line four\n") });
    expect(similar).toMatchObject({ change: "renamed", basePath: "a/orders.ts", hunks: [{ removed: [4], added: [4] }] });
    const other = await diff({ "a/orders.ts": numbered(10) }, { "b/orders.ts": numbered(3) + "x\ny\nz\nu\nv\nw\n" });
    expect(other.map((file) => file.change)).toEqual(["deleted", "added"]);
  });

  test("of several candidates the namesake wins, and each source is used once", async () => {
    const text = numbered(20);
    const renames = await diff(
      { "a/orders.ts": text, "a/payments.ts": text },
      { "b/payments.ts": text, "b/orders.ts": text, "b/third.ts": text },
    );
    expect(renames.map((file) => [file.path, file.basePath])).toEqual([
      ["b/orders.ts", "a/orders.ts"],
      ["b/payments.ts", "a/payments.ts"],
      ["b/third.ts", null],
    ]);
  });

  test("empty files are no renames of each other", async () => {
    expect((await diff({ "a/.gitkeep": "" }, { "b/.gitkeep": "" })).map((file) => file.change)).toEqual(["deleted", "added"]);
  });

  test("where there is no text there are no hunks", async () => {
    const files = await diff(
      { "logo.png": Buffer.from([1, 0, 2]), "big.json": "x", link: { symlink: "a" }, module: { submodule: "1".repeat(40) } },
      { "logo.png": Buffer.from([1, 0, 3]), "big.json": "x".repeat(MAX_FILE_BYTES + 1), link: "a", module: { submodule: "2".repeat(40) } },
    );
    expect(files.map((file) => [file.path, file.change, file.hunks])).toEqual([
      ["big.json", "modified", null],
      ["link", "modified", null],
      ["logo.png", "modified", null],
      ["module", "modified", null],
    ]);
  });
});

describe("lines", () => {
  test("a change comes with three lines of context", () => {
    expect(diffLines(numbered(10), numbered(10).replace("line 5\n", "changed\nand more\n"))).toEqual([
      { baseStart: 2, baseLines: 7, headStart: 2, headLines: 8, removed: [5], added: [5, 6] },
    ]);
  });

  test("changes six lines apart share a hunk, and seven lines apart they do not", () => {
    const change = (...lines: number[]) => lines.reduce((text, line) => text.replace(`line ${line}\n`, "changed\n"), numbered(30));
    expect(diffLines(numbered(30), change(10, 17))).toHaveLength(1);
    expect(diffLines(numbered(30), change(10, 18))).toHaveLength(2);
  });

  test("line ends are content, also the missing one at the end", () => {
    expect(diffLines("a\nb\n", "a\r\nb\r\n")).toMatchObject([{ removed: [1, 2], added: [1, 2] }]);
    expect(diffLines("a\nb\n", "a\nb")).toMatchObject([{ removed: [2], added: [2] }]);
    expect(diffLines("a\n", "a\n\n")).toMatchObject([{ removed: [], added: [2] }]);
  });

  test("whatever the texts, the added and the kept lines make up the head", () => {
    const text = fc.array(fc.constantFrom("a\n", "b\n", "c\n", "\n", "a\r\n"), { maxLength: 60 }).map((lines) => lines.join(""));
    fc.assert(
      fc.property(text, text, (base, head) => {
        expect(patched(base, head, diffLines(base, head))).toBe(head);
      }),
    );
  });

  test("texts with little in common are still aligned where they agree, in bounded time", () => {
    const lines = (prefix: string) =>
      Array.from({ length: 20_000 }, (_, index) => (index % 50 === 0 ? `shared ${index}\n` : `${prefix} ${index * 7919}\n`)).join("");
    const [base, head] = [lines("old"), lines("new")];
    const hunks: Hunk[] = [];
    expect(processorTime(() => hunks.push(...diffLines(base, head)))).toBeLessThan(5_000);
    expect(patched(base, head, hunks)).toBe(head);
    expect(new Set(hunks.flatMap((hunk) => hunk.added)).has(51)).toBe(false);
  });
});

test("hunks agree with git's", () => {
  const directory = mkdtempSync(path.join(tmpdir(), "faultline-diff-"));
  const text = fc
    .array(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), { minLength: 1, maxLength: 40 })
    .map((lines) => lines.map((line, index) => `${line}${index % 9}\n`).join(""));
  try {
    fc.assert(
      fc.property(text, text, (base, head) => {
        writeFileSync(path.join(directory, "base"), base);
        writeFileSync(path.join(directory, "head"), head);
        const hunks = diffLines(base, head);
        expect(patched(base, head, hunks)).toBe(head);
        // How lines are paired is a choice; how many changes there are at least is not.
        const count = hunks.reduce((sum, hunk) => sum + hunk.added.length + hunk.removed.length, 0);
        expect(count).toBe(gitChanges(directory));
      }),
      { numRuns: 40 },
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

function gitChanges(directory: string): number {
  try {
    execFileSync("git", ["diff", "--no-index", "--minimal", "--numstat", "base", "head"], { cwd: directory });
    return 0;
  } catch (error) {
    const [added, removed] = String((error as { stdout: Buffer }).stdout).split("\t");
    return Number(added) + Number(removed);
  }
}
