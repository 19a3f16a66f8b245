import { gzipSync } from "node:zlib";
import nock from "nock";
import { pack } from "tar-stream";
import { describe, expect, it, test } from "vitest";
import { compareWith } from "../../src/github/merge-base.js";
import { githubSnapshot, githubSnapshots } from "../../src/github/snapshot.js";
import { blobId } from "../../src/snapshot/content.js";
import type { FileContent, Snapshot } from "../../src/snapshot/snapshot.js";
import { memoryStore } from "./memory-store.js";
import { API, client, onlyAnnounced } from "./client.js";

onlyAnnounced();

const at = { repository: "shop/orders", commit: "c".repeat(40) };

function entry(path: string, text: string | Buffer, mode = "100644"): Record<string, unknown> {
  const bytes = Buffer.from(text as string);
  return {
    path,
    mode,
    type: mode === "160000" ? "commit" : "blob",
    sha: blobId(bytes),
    ...(mode === "160000" ? {} : { size: bytes.length }),
  };
}

function tree(entries: readonly Record<string, unknown>[], { sha = at.commit, truncated = false, recursive = true } = {}): void {
  nock(API)
    .get(`/repos/shop/orders/git/trees/${sha}`)
    .query(recursive ? { recursive: "1" } : {})
    .reply(200, { sha, url: "", tree: entries, truncated });
}

interface Query {
  readonly query: string;
  readonly variables: unknown;
}

/** Answers the queries that come, from texts by blob; the number of objects in each is noted. */
function graphql(texts: ReadonlyMap<string, Record<string, unknown> | null>, times = 1): number[] {
  const sizes: number[] = [];
  nock(API)
    .post("/graphql")
    .times(times)
    .reply(200, (_, body) => {
      const asked = [...(body as Query).query.matchAll(/(b\d+): object\(oid: "(\w+)"\)/g)];
      sizes.push(asked.length);
      return { data: { repository: Object.fromEntries(asked.map(([, alias, blob]) => [alias, texts.get(blob!) ?? null])) } };
    });
  return sizes;
}

const plain = (text: string): [string, Record<string, unknown>] => [
  blobId(Buffer.from(text)),
  { text, isBinary: false, isTruncated: false },
];

async function read(snapshot: Snapshot, paths: readonly string[] = [...snapshot.files.keys()]): Promise<Record<string, string>> {
  const found: FileContent[] = [];
  for await (const content of snapshot.read(paths.map((path) => snapshot.files.get(path)!))) found.push(content);
  expect(found).toHaveLength(paths.length);
  return Object.fromEntries(found.map((content) => [content.file.path, "text" in content ? content.text : `(${content.unread})`]).sort());
}

describe("base and head", () => {
  const [base, head] = ["b".repeat(40), "c".repeat(40)] as const;

  it("take one request for what differs on both sides, and none to read it", async () => {
    tree([entry("same.ts", "s"), entry("a.ts", "before"), entry("gone.ts", "g")], { sha: base });
    tree([entry("same.ts", "s"), entry("a.ts", "after"), entry("new.ts", "n"), entry("link", "a.ts", "120000")], { sha: head });
    const sizes = graphql(new Map([plain("before"), plain("g"), plain("after"), plain("n")]));
    const [before, after] = await githubSnapshots(client(), { repository: at.repository, base, head }, memoryStore().facts);
    expect(sizes).toEqual([4]);
    expect(await read(before, ["a.ts", "gone.ts"])).toEqual({ "a.ts": "before", "gone.ts": "g" });
    expect(await read(after, ["a.ts", "new.ts", "link"])).toEqual({ "a.ts": "after", "new.ts": "n", link: "(symlink)" });
  });

  it("are read when they are wanted where much differs", async () => {
    tree([entry("same.ts", "s")], { sha: base });
    tree(
      Array.from({ length: 101 }, (_, index) => entry(`${index}.ts`, String(index))),
      { sha: head },
    );
    const [, after] = await githubSnapshots(client(), { repository: at.repository, base, head }, memoryStore().facts);
    graphql(new Map([plain("7")]));
    expect(await read(after, ["7.ts"])).toEqual({ "7.ts": "7" });
  });
});

describe("a commit's list of files", () => {
  it("takes one request, and names what has no text", async () => {
    tree([
      entry("zeta.ts", "z"),
      { path: "src", mode: "040000", type: "tree", sha: "1".repeat(40) },
      entry("src/a.ts", "a"),
      entry("link", "src", "120000"),
      entry("vendor", "v", "160000"),
    ]);
    const snapshot = await githubSnapshot(client(), at);
    expect(snapshot).toMatchObject({ ...at, unlisted: [] });
    expect([...snapshot.files.values()].map(({ path, mode, size }) => [path, mode, size])).toEqual([
      ["link", "symlink", 3],
      ["src/a.ts", "file", 1],
      ["vendor", "submodule", null],
      ["zeta.ts", "file", 1],
    ]);
    expect(await read(snapshot, ["link", "vendor"])).toEqual({ link: "(symlink)", vendor: "(submodule)" });
  });

  it("is walked directory by directory where GitHub cuts it off", async () => {
    const [services, deep, docs] = ["1", "2", "3"].map((digit) => digit.repeat(40));
    const directory = (path: string, sha: string | undefined) => ({ path, mode: "040000", type: "tree", sha });
    tree([entry("README.md", "r")], { truncated: true });
    tree([entry("README.md", "r"), directory("docs", docs), directory("services", services)], { recursive: false });
    tree([entry("index.md", "i")], { sha: docs! });
    tree([], { sha: services!, truncated: true });
    tree([entry("a.ts", "a"), directory("deep", deep)], { sha: services!, recursive: false });
    tree([entry("b.ts", "b")], { sha: deep! });
    const snapshot = await githubSnapshot(client(), at);
    expect([...snapshot.files.keys()]).toEqual(["README.md", "docs/index.md", "services/a.ts", "services/deep/b.ts"]);
    expect(snapshot.unlisted).toEqual([]);
  });

  it("says which directories it could not list", async () => {
    const huge = "4".repeat(40);
    tree([], { truncated: true });
    tree([{ path: "huge", mode: "040000", type: "tree", sha: huge }], { recursive: false });
    tree([], { sha: huge, truncated: true });
    tree([entry("a.ts", "a")], { sha: huge, truncated: true, recursive: false });
    expect((await githubSnapshot(client(), at)).unlisted).toEqual(["huge/"]);
  });

  it("fails with advice for a commit that is gone", async () => {
    nock(API).get(`/repos/shop/orders/git/trees/${at.commit}?recursive=1`).reply(404, { message: "Not Found" });
    await expect(githubSnapshot(client(), at)).rejects.toMatchObject({
      name: "SnapshotError",
      message: expect.stringContaining("cccccccccccc"),
    });
  });
});

describe("contents", () => {
  it("come in one query, copies once", async () => {
    tree([entry("a.ts", "const a = 1;"), entry("b.ts", "const b = 2;"), entry("copy.ts", "const a = 1;")]);
    const sizes = graphql(new Map([plain("const a = 1;"), plain("const b = 2;")]));
    expect(await read(await githubSnapshot(client(), at))).toEqual({
      "a.ts": "const a = 1;",
      "b.ts": "const b = 2;",
      "copy.ts": "const a = 1;",
    });
    expect(sizes).toEqual([2]);
  });

  it("come in batches of a hundred", async () => {
    const texts = Array.from({ length: 250 }, (_, index) => `file ${index}`);
    tree(texts.map((text, index) => entry(`f${index}.ts`, text)));
    const sizes = graphql(new Map(texts.map(plain)), 3);
    expect(Object.keys(await read(await githubSnapshot(client(), at)))).toHaveLength(250);
    expect(sizes).toEqual([100, 100, 50]);
  });

  it("are asked for again one by one where the query altered or cut them", async () => {
    const latin = Buffer.from([0x63, 0x61, 0x66, 0xe9]);
    const long = "x".repeat(450_000);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 5\n`;
    tree([
      entry("cut.ts", "whole text"),
      entry("gone.ts", "gone"),
      entry("latin.ts", latin),
      entry("long.ts", long),
      entry("model.bin", pointer),
      entry("picture.ts", "\0png"),
      entry("bom.ts", "\uFEFFb"),
    ]);
    graphql(
      new Map([
        [blobId(Buffer.from("whole text")), { text: "whole", isBinary: false, isTruncated: true }],
        [blobId(latin), { text: "caf\uFFFD", isBinary: false, isTruncated: false }],
        plain(pointer),
        [blobId(Buffer.from("\0png")), { text: null, isBinary: true, isTruncated: false }],
        [blobId(Buffer.from("\uFEFFb")), { text: "b", isBinary: false, isTruncated: false }],
      ]),
    );
    for (const content of [Buffer.from("whole text"), latin, Buffer.from(long), Buffer.from("\uFEFFb")]) {
      nock(API)
        .get(`/repos/shop/orders/git/blobs/${blobId(content)}`)
        .reply(200, { content: content.toString("base64"), encoding: "base64", sha: blobId(content), size: content.length });
    }
    nock(API)
      .get(`/repos/shop/orders/git/blobs/${blobId(Buffer.from("gone"))}`)
      .reply(404, { message: "Not Found" });
    expect(await read(await githubSnapshot(client(), at))).toEqual({
      "bom.ts": "b",
      "cut.ts": "whole text",
      "gone.ts": "(missing-object)",
      "latin.ts": "caf\uFFFD",
      "long.ts": long,
      "model.bin": "(lfs-pointer)",
      "picture.ts": "(binary)",
    });
  });

  it("too large ones are not asked for", async () => {
    tree([{ ...entry("big.ts", "b"), size: 2_000_000 }]);
    expect(await read(await githubSnapshot(client(), at))).toEqual({ "big.ts": "(too-large)" });
  });

  it("a query that GitHub gives up on is halved", async () => {
    tree([entry("a.ts", "a"), entry("b.ts", "b")]);
    nock(API).post("/graphql").reply(502, "");
    const sizes = graphql(new Map([plain("a"), plain("b")]), 2);
    expect(await read(await githubSnapshot(client(), at))).toEqual({ "a.ts": "a", "b.ts": "b" });
    expect(sizes).toEqual([1, 1]);
  });

  it("a limit is no missing file", async () => {
    tree([entry("a.ts", "a")]);
    nock(API).post("/graphql").reply(403, { message: "API rate limit exceeded" }, { "x-ratelimit-remaining": "0" });
    const snapshot = await githubSnapshot(client(), at);
    await expect(read(snapshot)).rejects.toMatchObject({ status: 403 });
  });
});

describe("many contents", () => {
  const texts = Array.from({ length: 450 }, (_, index) => `export const item${index} = ${index};\n`);

  async function archive(files: ReadonlyMap<string, string>): Promise<Buffer> {
    const tar = pack();
    tar.entry({ name: "pax_global_header", type: "pax-global-header", pax: { comment: at.commit } } as never, "");
    for (const [path, text] of files) tar.entry({ name: `shop-orders-ccccccc/${path}` }, text);
    tar.finalize();
    const chunks: Buffer[] = [];
    for await (const chunk of tar) chunks.push(chunk as Buffer);
    return gzipSync(Buffer.concat(chunks));
  }

  function tarball(body: Buffer): void {
    nock(API)
      .get(`/repos/shop/orders/tarball/${at.commit}`)
      .reply(302, "", { location: "https://codeload.github.com/shop/orders/legacy.tar.gz/x" });
    nock("https://codeload.github.com").get("/shop/orders/legacy.tar.gz/x").reply(200, body, { "content-type": "application/x-gzip" });
  }

  it("come from the archive; what it changed or left out comes by itself", async () => {
    const long = `${"deep/".repeat(40)}service.ts`;
    tree([...texts.map((text, index) => entry(`f${index}.ts`, text)), entry(long, "long path")]);
    const files = new Map(texts.map((text, index) => [`f${index}.ts`, text]));
    files.delete("f7.ts");
    files.set("f8.ts", "export const item8 = 'substituted';\n");
    tarball(await archive(files.set(long, "long path")));
    const sizes = graphql(new Map([plain(texts[7]!), plain(texts[8]!)]));
    const found = await read(await githubSnapshot(client(), at));
    expect([found["f0.ts"], found["f7.ts"], found["f8.ts"], found[long]]).toEqual([texts[0], texts[7], texts[8], "long path"]);
    expect(sizes).toEqual([2]);
  });

  it.each(["cut", "none", "garbage"])("come by themselves where the archive is broken: %s", async (kind) => {
    tree(texts.map((text, index) => entry(`f${index}.ts`, text)));
    const whole = await archive(new Map(texts.map((text, index) => [`f${index}.ts`, text])));
    if (kind === "none") nock(API).get(`/repos/shop/orders/tarball/${at.commit}`).reply(404, { message: "Not Found" });
    else tarball(kind === "cut" ? whole.subarray(0, whole.length / 2) : Buffer.from("no archive"));
    const sizes: number[] = [];
    nock(API)
      .persist()
      .post("/graphql")
      .reply(200, (_, body) => {
        const asked = [...(body as Query).query.matchAll(/(b\d+): object\(oid: "(\w+)"\)/g)];
        sizes.push(asked.length);
        const byBlob = new Map(texts.map(plain));
        return { data: { repository: Object.fromEntries(asked.map(([, alias, blob]) => [alias, byBlob.get(blob!)])) } };
      });
    const found = await read(await githubSnapshot(client(), at));
    expect(texts.every((text, index) => found[`f${index}.ts`] === text)).toBe(true);
    expect(sizes.length).toBeGreaterThan(0);
  });
});

test("what was read is not asked for again", async () => {
  tree([entry("a.ts", "a"), entry("b.ts", "b")]);
  graphql(
    new Map(
      [
        ["a", { text: "a", isBinary: false, isTruncated: false }],
        ["b", { text: "b", isBinary: false, isTruncated: false }],
      ].map(([text, answer]) => [blobId(Buffer.from(text as string)), answer as Record<string, unknown>]),
    ),
  );
  const snapshot = await githubSnapshot(client(), at);
  const read = async (): Promise<unknown[]> => {
    const found = [];
    for await (const content of snapshot.read([...snapshot.files.values()]))
      found.push("text" in content ? [content.file.path, content.text] : content);
    return found;
  };
  expect(await read()).toEqual([
    ["a.ts", "a"],
    ["b.ts", "b"],
  ]);
  expect(await read()).toEqual([
    ["a.ts", "a"],
    ["b.ts", "b"],
  ]);
});

describe("the listing of a base", () => {
  it("is asked for once", async () => {
    const { facts } = memoryStore();
    tree([entry("a.ts", "a"), entry("lib", "", "160000")]);
    const first = await githubSnapshot(client(), at, facts);
    expect((await githubSnapshot(client(), at, facts)).files).toEqual(first.files);
  });

  it("is not kept where it lacks directories", async () => {
    const { facts } = memoryStore();
    for (let times = 0; times < 2; times++) {
      tree([], { truncated: true });
      tree([entry("a.ts", "a")], { recursive: false, truncated: true });
      expect((await githubSnapshot(client(), at, facts)).unlisted).toEqual([""]);
    }
  });
});

describe("the merge base", () => {
  it("is one request, which brings the hunks too", async () => {
    nock(API)
      .get(`/repos/shop/orders/compare/${"b".repeat(40)}...${at.commit}`)
      .query({ per_page: 1 })
      .reply(200, {
        merge_base_commit: { sha: "d".repeat(40) },
        commits: [],
        files: [{ filename: "a.ts", patch: "@@ -1,2 +1,3 @@\n a" }, { filename: "logo.png" }],
      });
    expect(await compareWith(client(), "shop/orders", "b".repeat(40), at.commit)).toEqual({
      base: "d".repeat(40),
      patches: new Map([
        ["a.ts", [{ base: [1, 2], head: [1, 3] }]],
        ["logo.png", []],
      ]),
    });
  });

  it("comes without the hunks where the comparison may lack some", async () => {
    const files = Array.from({ length: 300 }, (_, index) => ({ filename: `${index}.ts` }));
    nock(API)
      .get(/compare/)
      .query({ per_page: 1 })
      .reply(200, { merge_base_commit: { sha: "d".repeat(40) }, commits: [], files });
    expect(await compareWith(client(), "shop/orders", "b".repeat(40), at.commit)).toMatchObject({ patches: null });
  });

  it("is missing for histories that have nothing in common", async () => {
    nock(API)
      .get(/compare/)
      .reply(404, { message: "No common ancestor" });
    await expect(compareWith(client(), "shop/orders", "b".repeat(40), at.commit)).rejects.toMatchObject({ name: "SnapshotError" });
  });
});
