import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { inThisThread, type Extraction, type FactsCache } from "../../src/extraction/extraction.js";
import { gatherFacts } from "../../src/extraction/gather.js";
import { extractors as all } from "../../src/facts/extractors.js";
import type { Extractor } from "../../src/facts/facts.js";
import { memorySnapshot, type MemoryFile } from "../../src/snapshot/memory.js";

/** The list that the product reads with, and what belongs there. */
const extractors = all as Extractor[];
const ours = [...all];

/** Takes every `.note` and states its text as an environment variable. */
const notes: Extractor = {
  id: "notes",
  version: 1,
  accepts: (path) => /\.(note|ts|js)$/.test(path),
  extract: ({ path, text }) => ({
    facts: [
      {
        kind: "env-file",
        lines: { startLine: 1, endLine: 1 },
        variables: [{ name: path.split("/").at(-1) ?? "", value: text, source: null, lines: { startLine: 1, endLine: 1 } }],
      },
    ],
    unreadable: text.includes("broken") ? [{ line: 3, reason: "is broken here" }] : [],
  }),
};

const settings = { exclude: [], include: [] };

beforeEach(() => {
  extractors.splice(0, extractors.length, notes);
});
afterAll(() => {
  extractors.splice(0, extractors.length, ...ours);
});

function counting(cache: FactsCache | null = null): Extraction & { readonly extracted: string[] } {
  const extracted: string[] = [];
  return {
    ...inThisThread,
    cache,
    extracted,
    extract(texts) {
      extracted.push(...texts.map(({ path }) => path));
      return inThisThread.extract(texts);
    },
  };
}

function memoryCache(): FactsCache & { readonly entries: Map<string, Uint8Array> } {
  const entries = new Map<string, Uint8Array>();
  return {
    entries,
    load: (keys) => Promise.resolve(new Map(keys.flatMap((key) => (entries.has(key) ? [[key, entries.get(key)!]] : [])))),
    save(saved) {
      for (const [key, bytes] of saved) entries.set(key, bytes);
      return Promise.resolve();
    },
  };
}

const gatherOne = async (files: Record<string, MemoryFile>, extraction?: Extraction) =>
  (await gatherFacts([memorySnapshot(files)], settings, extraction))[0];

describe("what is read", () => {
  test("is what an extractor takes, in order of path", async () => {
    const facts = await gatherOne({ "b.note": "b", "a.note": "a", "image.png": "x", __proto__note: "x" });
    expect(facts.files.map(({ path, facts: [fact] }) => [path, fact?.kind])).toEqual([
      ["a.note", "env-file"],
      ["b.note", "env-file"],
    ]);
    expect(facts.coverage).toEqual({ files: 4, analysed: 2, excluded: [], unreadable: [] });
    expect([...facts.paths]).toEqual(["__proto__note", "a.note", "b.note", "image.png"]);
  });

  test("is read once, wherever and in which snapshot it stands", async () => {
    const extraction = counting();
    const base = memorySnapshot({ "a.note": "same", "old.note": "old" });
    const head = memorySnapshot({ "a.note": "same", "copy/a.note": "same", "new.note": "new" });
    const [baseFacts, headFacts] = await gatherFacts([base, head], settings, extraction);
    expect(extraction.extracted.sort()).toEqual(["a.note", "new.note", "old.note"]);
    expect(baseFacts.files.map(({ path }) => path)).toEqual(["a.note", "old.note"]);
    expect(headFacts.files.map(({ path }) => path)).toEqual(["a.note", "copy/a.note", "new.note"]);
    expect(headFacts.files[1]?.facts).toEqual(headFacts.files[0]?.facts);
  });

  test("is read anew under another name, as the name may matter", async () => {
    const facts = await gatherOne({ "a.note": "same", "b.note": "same" });
    expect(facts.files.map(({ facts: [fact] }) => fact?.kind === "env-file" && fact.variables[0]?.name)).toEqual(["a.note", "b.note"]);
  });

  test("is told while it happens", async () => {
    const seen: string[] = [];
    await gatherOne(
      { "a.note": "a", "b.note": "b", "c.note": { symlink: "a.note" } },
      { ...inThisThread, progress: ({ done, total }) => seen.push(`${done}/${total}`) },
    );
    expect(seen).toEqual(["1/3", "2/3", "3/3"]);
  });

  test("is over when that is said: once, with nothing left to read", async () => {
    const extraction = counting();
    const read: number[] = [];
    await gatherFacts([memorySnapshot({ "a.note": "a", "b.note": "b" }), memorySnapshot({ "a.note": "c" })], settings, {
      ...extraction,
      finished: () => Promise.resolve(void read.push(extraction.extracted.length)),
    });
    expect(read).toEqual([3]);
  });

  test("is handed over a bounded number at a time", async () => {
    let running = 0;
    let most = 0;
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}.note`, `${index}`]));
    await gatherOne(files, {
      ...inThisThread,
      concurrency: () => 3,
      async extract(texts) {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        return inThisThread.extract(texts);
      },
    });
    expect(most).toBe(3);
  });
});

describe("what is not read", () => {
  test("is named with its reason where it would have counted, and nowhere else", async () => {
    const lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
    const { coverage } = await gatherOne({
      "binary.note": Buffer.from([0]),
      "binary.png": Buffer.from([0]),
      "lfs.note": lfs,
      "lfs.mp4": lfs,
      "link.note": { symlink: "a" },
      link: { symlink: "a" },
      "partly.note": "broken",
    });
    expect(coverage.unreadable.map(({ path, line, reason }) => `${path}:${line} ${reason}`)).toEqual([
      "binary.note:1 is binary",
      "lfs.note:1 is kept in Git LFS, so the repository holds only a pointer to it",
      "link.note:1 is a symbolic link, which is not followed",
      "partly.note:3 is broken here",
    ]);
    expect(coverage.analysed).toBe(1);
  });

  test("is excluded by path, by content and by the settings, unless the settings ask for it", async () => {
    const files = { "a.spec.ts": "a", "b.ts": "// Code generated by us. DO NOT EDIT.", "old/c.ts": "c", "d.ts": "d", "a.spec.png": "x" };
    const [facts] = await gatherFacts([memorySnapshot(files)], { exclude: ["old"], include: [] });
    expect(facts.coverage.excluded).toEqual([
      { path: "a.spec.ts", reason: "test" },
      { path: "b.ts", reason: "generated" },
      { path: "old/c.ts", reason: "settings" },
    ]);
    const [all] = await gatherFacts([memorySnapshot(files)], { exclude: ["old"], include: ["**/*.ts"] });
    expect(all.files.map(({ path }) => path)).toEqual(["a.spec.ts", "b.ts", "d.ts", "old/c.ts"]);
  });

  test("is a submodule, whatever its name, unless it is foreign code", async () => {
    const submodule = "4d7a".repeat(10);
    const { coverage } = await gatherOne({
      "services/pricing": { submodule },
      "vendor/kong": { submodule },
      "a.note": "a",
    });
    expect(coverage).toEqual({
      files: 3,
      analysed: 1,
      excluded: [{ path: "vendor/kong", reason: "vendored" }],
      unreadable: [{ path: "services/pricing", line: 1, reason: "is a submodule, whose content is in another repository" }],
    });
  });

  test("is a directory that could not be listed", async () => {
    const [facts] = await gatherFacts([memorySnapshot({}, { unlisted: ["services/"] })], settings);
    expect(facts.coverage.unreadable).toMatchObject([{ path: "services/" }]);
  });
});

describe("a failing extractor", () => {
  test("costs only what it would have said, and is told without quoting the file", async () => {
    extractors.push({
      ...notes,
      id: "zealous",
      extract: () => {
        throw new TypeError("unexpected secret hunter2");
      },
    });
    const facts = await gatherOne({ "a.note": "a" });
    expect(facts.files[0]?.facts).toHaveLength(1);
    const reason = facts.coverage.unreadable[0]?.reason;
    expect(reason).toContain("bug in Faultline");
    expect(reason).toContain("zealous");
    expect(reason).not.toContain("hunter2");
  });

  test("that runs out of stack has met a text that is nested too deeply", async () => {
    const recurse = (depth: number): number => recurse(depth + 1) + 1;
    extractors.splice(0, 1, { ...notes, extract: () => ({ facts: [], unreadable: [{ line: recurse(0), reason: "" }] }) });
    expect((await gatherOne({ "a.note": "a" })).coverage.unreadable).toEqual([
      { path: "a.note", line: 1, reason: "is nested too deeply to be read" },
    ]);
  });
});

describe("the cache", () => {
  test("spares what was read before", async () => {
    const cache = memoryCache();
    const first = await gatherOne({ "a.note": "a", "b.note": "broken // faultline-ignore x -- y" }, counting(cache));
    const again = counting(cache);
    expect(await gatherOne({ "a.note": "a", "b.note": "broken // faultline-ignore x -- y" }, again)).toEqual(first);
    expect(again.extracted).toEqual([]);
    await gatherOne({ "a.note": "a", "b.note": "changed" }, again);
    expect(again.extracted).toEqual(["b.note"]);
  });

  test("knows which extractors had a look, and in which version", async () => {
    const cache = memoryCache();
    await gatherOne({ "a.note": "a", "b.js": "b" }, counting(cache));
    extractors.push({ ...notes, id: "scripts", accepts: (path) => path.endsWith(".js") });
    const more = counting(cache);
    await gatherOne({ "a.note": "a", "b.js": "b" }, more);
    expect(more.extracted).toEqual(["b.js"]);
    extractors[0] = { ...notes, version: 2 };
    const raised = counting(cache);
    await gatherOne({ "a.note": "a", "b.js": "b" }, raised);
    expect(raised.extracted.sort()).toEqual(["a.note", "b.js"]);
  });

  test.each(["", "{", "null", "[]", '{"facts":{}}', '{"facts":[],"unreadable":[]}'])(
    "that holds %j for an entry is read past it",
    async (damage) => {
      const cache = memoryCache();
      const sound = await gatherOne({ "a.note": "a" }, counting(cache));
      for (const key of cache.entries.keys()) cache.entries.set(key, Buffer.from(damage));
      expect(await gatherOne({ "a.note": "a" }, counting(cache))).toEqual(sound);
    },
  );

  test("gets much in portions, and each entry once", async () => {
    const saves: string[][] = [];
    const cache: FactsCache = {
      load: () => Promise.resolve(new Map()),
      save: (entries) => Promise.resolve(void saves.push([...entries.keys()])),
    };
    extractors.splice(0, 1, { ...notes, extract: (text) => notes.extract({ ...text, text: "note ".repeat(1_400_000) }) });
    await gatherOne({ "0.note": "a", "1.note": "b", "2.note": "c", "3.note": "d", "4.note": "e" }, { ...inThisThread, cache });
    expect(saves.map(({ length }) => length)).toEqual([3, 2]);
    expect(new Set(saves.flat()).size).toBe(5);
  });

  test("does not keep what depended on the machine", async () => {
    const cache = memoryCache();
    await gatherOne(
      { "a.note": "a" },
      {
        ...inThisThread,
        cache,
        extract: () =>
          Promise.resolve([
            {
              facts: { facts: [], unreadable: [{ line: 1, reason: "took too long" }], ignores: [], excluded: null },
              bytes: null,
              lasting: false,
            },
          ]),
      },
    );
    expect(cache.entries.size).toBe(0);
  });
});

describe("two snapshots", () => {
  const gatherBoth = async (base: Record<string, MemoryFile>, head: Record<string, MemoryFile>) =>
    gatherFacts([memorySnapshot(base), memorySnapshot(head)], settings);

  test("that read alike share one object of facts, whatever else they hold", async () => {
    const [base, head] = await gatherBoth({ "a.note": "a", "README.md": "before" }, { "a.note": "a", "README.md": "after" });
    expect(head).toBe(base);
  });

  test("of one tree share it too", async () => {
    const tree = memorySnapshot({ "a.note": "a" });
    const [base, head] = await gatherFacts([tree, tree], settings);
    expect(head).toBe(base);
  });

  test("have facts of their own where a file that is read, or a path, differs", async () => {
    const pairs = [
      [{ "a.note": "a" }, { "a.note": "b" }],
      [{ "a.note": "a" }, { "c.note": "a" }],
      [{ "a.note": "a" }, { "a.note": "a", "image.png": "x" }],
      [
        { "a.note": "a", "one.png": "x" },
        { "a.note": "a", "two.png": "x" },
      ],
    ] as const;
    for (const [base, head] of pairs) {
      const [before, after] = await gatherBoth(base, head);
      expect(after).not.toBe(before);
      expect([...after.paths]).toEqual(Object.keys(head));
    }
  });
});
