import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { onTestFinished, describe, expect, test, vi } from "vitest";
import { commitSnapshot, mergeBase, openRepository, resolveCommit, workTreeSnapshot } from "../../src/snapshot/git.js";
import { blobId } from "../../src/snapshot/content.js";
import { MAX_FILE_BYTES, SnapshotError } from "../../src/snapshot/snapshot.js";
import { contents, idsOf, repository } from "./reading.js";
import { temporaryDirectory } from "./repository.js";

// Each test runs several processes, which a busy machine may be slow to start.
async function refusal(action: Promise<unknown>): Promise<SnapshotError> {
  const error = await action.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SnapshotError);
  return error as SnapshotError;
}

describe("a commit", () => {
  test("is read without a checkout, also from a bare repository", async () => {
    const shop = repository();
    shop.write("services/orders/main.ts", "export {};\n");
    const first = shop.commit("Take orders");
    shop.write("services/orders/main.ts", "changed\n");
    shop.commit("Change");
    const bare = repository("--bare");
    shop.git("push", "--quiet", bare.directory, "main");

    for (const directory of [shop.directory, bare.directory, path.join(shop.directory, ".git"), path.join(shop.directory, "services")]) {
      const snapshot = await commitSnapshot(await openRepository(directory), "main~1");
      expect(snapshot.commit).toBe(first);
      expect(await contents(snapshot)).toEqual({ "services/orders/main.ts": "export {};\n" });
    }
  });

  test("may hold any name that git allows", async () => {
    const shop = repository();
    const names = [
      "with space.ts",
      "ünïcode/注文.ts",
      "new\nline.ts",
      "tab\t.ts",
      'quote".ts',
      "-dash.ts",
      "__proto__",
      "constructor",
      "a\\b.ts",
      "émoji 🛒.yml",
    ];
    for (const name of names) shop.write(name, `this is ${name}`);
    shop.commit("Names");
    const snapshot = await commitSnapshot(await openRepository(shop.directory), "HEAD");
    expect([...snapshot.files.keys()]).toEqual([...names].sort());
    expect(await contents(snapshot)).toEqual(Object.fromEntries(names.map((name) => [name, `this is ${name}`])));
  });

  test.each([0, 40])("answers what is no text with the reason, among %i other files", async (count) => {
    const shop = repository();
    const others = Object.fromEntries(Array.from({ length: count }, (_, index) => [`other-${index}.txt`, `${index}`]));
    for (const [name, text] of Object.entries(others)) shop.write(name, text);
    shop.write("logo.png", Buffer.from([0x89, 0, 1]));
    shop.write("big.json", "x".repeat(MAX_FILE_BYTES + 1));
    shop.write("fits.json", "x".repeat(MAX_FILE_BYTES));
    shop.write("video.mp4", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n");
    shop.write("empty", "");
    shop.write("latin1.txt", Buffer.from("caf\xe9", "latin1"));
    shop.write("bom.json", "\uFEFF{}");
    symlinkSync("/etc/passwd", path.join(shop.directory, "link"));
    shop.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},vendor/lib`);
    mkdirSync(path.join(shop.directory, "vendor/lib"), { recursive: true });
    shop.commit("Contents");
    const snapshot = await commitSnapshot(await openRepository(shop.directory), "HEAD");
    expect(await contents(snapshot)).toEqual({
      "logo.png": "<binary>",
      "big.json": "<too-large>",
      "fits.json": "x".repeat(MAX_FILE_BYTES),
      "video.mp4": "<lfs-pointer>",
      empty: "",
      "latin1.txt": "caf\uFFFD",
      "bom.json": "{}",
      link: "<symlink>",
      "vendor/lib": "<submodule>",
      ...others,
    });
  });

  test.each([20, 60])("may lack blobs, or hold broken ones, and the rest is read: of %i files", async (count) => {
    const shop = repository();
    const texts = Array.from({ length: count }, (_, index) => `file ${index}\n`);
    texts.forEach((text, index) => shop.write(`${String(index).padStart(2, "0")}.ts`, text));
    shop.commit("Files");
    const object = (text: string) => path.join(shop.directory, ".git/objects", blobId(Buffer.from(text)).replace(/^(..)/, "$1/"));
    rmSync(object("file 3\n"));
    for (const index of [5, 6, 11]) {
      rmSync(object(`file ${index}\n`));
      writeFileSync(object(`file ${index}\n`), readFileSync(object("file 0\n")).subarray(0, 9));
    }
    const snapshot = await commitSnapshot(await openRepository(shop.directory), "HEAD");
    expect(snapshot.files.size).toBe(count);
    const found = Object.values(await contents(snapshot));
    expect(found.map((text, index) => (text === texts[index] ? "" : text))).toEqual(
      texts.map((_, index) => ([3, 5, 6, 11].includes(index) ? "<missing-object>" : "")),
    );
  });

  test("can be read partly, and several times at once", async () => {
    const shop = repository();
    for (let index = 0; index < 300; index++) shop.write(`${index}.ts`, `text ${index}\n`.repeat(2000));
    shop.commit("Files");
    const snapshot = await commitSnapshot(await openRepository(shop.directory), "HEAD");
    for await (const content of snapshot.read([...snapshot.files.values()])) {
      expect("text" in content).toBe(true);
      break;
    }
    const [once, again] = await Promise.all([contents(snapshot), contents(snapshot)]);
    expect(Object.keys(once)).toHaveLength(300);
    expect(again).toEqual(once);
    expect(await contents({ ...snapshot, files: new Map() })).toEqual({});
  });

  test("of a repository with sha256 ids has those", async () => {
    const shop = repository("--object-format=sha256");
    shop.write("a.ts", "a\n");
    const commit = shop.commit("Start");
    const open = await openRepository(shop.directory);
    const snapshot = await commitSnapshot(open, "HEAD");
    expect(snapshot.commit).toBe(commit);
    expect(idsOf(await workTreeSnapshot(open))).toEqual(idsOf(snapshot));
    expect(snapshot.files.get("a.ts")?.blob).toBe(blobId(Buffer.from("a\n"), "sha256"));
  });

  test("of a partial clone is read from what is there, and nothing is fetched", async () => {
    const shop = repository();
    shop.write("kept.ts", "kept\n");
    shop.write("gone.ts", "gone\n");
    shop.commit("Start");
    shop.git("config", "uploadpack.allowFilter", "true");
    const clone = repository();
    clone.git(
      "-c",
      "protocol.file.allow=always",
      "clone",
      "--quiet",
      "--no-checkout",
      "--filter=blob:none",
      `file://${shop.directory}`,
      "copy",
    );
    const copy = path.join(clone.directory, "copy");
    clone.git("-C", copy, "cat-file", "-p", "main:kept.ts");
    const packs = readdirSync(path.join(copy, ".git/objects/pack"));
    const snapshot = await commitSnapshot(await openRepository(copy), "HEAD");
    expect(await contents(snapshot)).toEqual({ "kept.ts": "kept\n", "gone.ts": "<missing-object>" });
    expect(readdirSync(path.join(copy, ".git/objects/pack"))).toEqual(packs);
  });
});

describe("the name of a commit", () => {
  test("is a branch, a tag, an id or a way from one", async () => {
    const shop = repository();
    shop.commit("One");
    const two = shop.commit("Two");
    shop.git("tag", "v1");
    const open = await openRepository(shop.directory);
    for (const ref of ["HEAD", "main", "v1", two, two.slice(0, 10), "refs/heads/main"]) expect(await resolveCommit(open, ref)).toBe(two);
  });

  test.each([
    "",
    "--output=/etc/x",
    "-h",
    "a\nb",
    "no-such-branch",
    "main:a.ts",
    "f".repeat(40),
    "main~9",
    "a..b",
    "main^{tree}",
    "$(touch x)",
  ])("is not %j", async (ref) => {
    const shop = repository();
    shop.write("a.ts", "");
    shop.commit("One");
    const error = await refusal(resolveCommit(await openRepository(shop.directory), ref));
    expect(error.advice).not.toBe("");
  });

  test("must not be ambiguous", async () => {
    const shop = repository();
    shop.commit("One");
    shop.git("tag", "release");
    shop.commit("Two");
    shop.git("branch", "release");
    const error = await refusal(resolveCommit(await openRepository(shop.directory), "release"));
    expect(error.message).toContain("ambiguous");
    expect(error.advice).toContain("refs/heads/release");
  });
});

describe("the merge base", () => {
  test("is where two branches part", async () => {
    const shop = repository();
    const fork = shop.commit("Fork");
    shop.git("checkout", "--quiet", "-b", "topic");
    const topic = shop.commit("Topic");
    shop.git("checkout", "--quiet", "main");
    const main = shop.commit("Main");
    expect(await mergeBase(await openRepository(shop.directory), main, topic)).toBe(fork);
  });

  test("is missing in a shallow clone, with advice to deepen it", async () => {
    const shop = repository();
    shop.commit("Fork");
    shop.git("checkout", "--quiet", "-b", "topic");
    shop.commit("Topic");
    shop.git("checkout", "--quiet", "main");
    shop.commit("Main");
    const clone = repository();
    clone.git("fetch", "--quiet", "--depth=1", `file://${shop.directory}`, "main:main-copy", "topic:topic-copy");
    const open = await openRepository(clone.directory);
    expect(open.shallow).toBe(true);
    const error = await refusal(mergeBase(open, "main-copy", "topic-copy"));
    expect(error.advice).toContain("fetch-depth: 0");
    expect((await refusal(resolveCommit(open, "main~1"))).advice).toContain("--unshallow");
  });

  test("does not exist between unrelated histories", async () => {
    const shop = repository();
    shop.commit("One");
    shop.git("checkout", "--quiet", "--orphan", "other");
    shop.commit("Other");
    const error = await refusal(mergeBase(await openRepository(shop.directory), "main", "other"));
    expect(error.message).toContain("no common ancestor");
  });
});

describe("looking", () => {
  test("runs nothing that the repository brings, and writes nothing", async () => {
    const shop = repository();
    shop.write("a.ts", "a\n");
    shop.commit("Start");
    const trap = path.join(shop.directory, ".git/trap");
    writeFileSync(trap, `#!/bin/sh\ntouch ${shop.directory}/ran\n`, { mode: 0o755 });
    appendFileSync(
      path.join(shop.directory, ".git/config"),
      `[core]\nfsmonitor = ${trap}\nhooksPath = ${shop.directory}/.git\npager = ${trap}\n`,
    );
    shop.write("a.ts", "changed\n");
    const index = readFileSync(path.join(shop.directory, ".git/index"));
    const open = await openRepository(shop.directory);
    await contents(await workTreeSnapshot(open));
    await contents(await commitSnapshot(open, "HEAD"));
    await mergeBase(open, "HEAD", "HEAD");
    expect(existsSync(path.join(shop.directory, "ran"))).toBe(false);
    expect(readFileSync(path.join(shop.directory, ".git/index")).equals(index)).toBe(true);
  });

  test("goes to the repository that was named, not to the one of a surrounding hook", async () => {
    const shop = repository();
    shop.write("shop.ts", "");
    shop.commit("Shop");
    const other = repository();
    other.write("other.ts", "");
    other.commit("Other");
    vi.stubEnv("GIT_DIR", path.join(other.directory, ".git"));
    vi.stubEnv("GIT_INDEX_FILE", path.join(other.directory, ".git/index"));
    const open = await openRepository(shop.directory);
    expect([...(await commitSnapshot(open, "HEAD")).files.keys()]).toEqual(["shop.ts"]);
    expect([...(await workTreeSnapshot(open)).files.keys()]).toEqual(["shop.ts"]);
  });

  test("at a bare repository whose settings are lost works from any directory", async () => {
    const shop = repository();
    shop.write("shop.ts", "");
    shop.commit("Shop");
    const bare = repository("--bare");
    shop.git("push", "--quiet", bare.directory, "main");
    rmSync(path.join(bare.directory, "config"));
    const open = await openRepository(bare.directory);
    expect(open.workTree).toBeNull();
    expect([...(await commitSnapshot(open, "main")).files.keys()]).toEqual(["shop.ts"]);
  });

  test("where there is no repository says so", async () => {
    const empty = temporaryDirectory();
    onTestFinished(() => rmSync(empty, { recursive: true }));
    expect((await refusal(openRepository(empty))).message).toContain("not inside a git repository");
    expect((await refusal(openRepository(path.join(empty, "none")))).message).toContain("no directory");
  });

  test("without git says what to install", async () => {
    const shop = repository();
    vi.stubEnv("PATH", path.join(shop.directory, "nothing"));
    expect((await refusal(openRepository(shop.directory))).advice).toContain("Install git");
  });

  test("at a tree with missing parts is refused with advice", async () => {
    const shop = repository();
    shop.write("services/a.ts", "a\n");
    shop.commit("Start");
    const tree = shop.git("rev-parse", "HEAD:services");
    const object = path.join(shop.directory, ".git/objects", tree.replace(/^(..)/, "$1/"));
    renameSync(object, `${object}.gone`);
    const error = await refusal(commitSnapshot(await openRepository(shop.directory), "HEAD"));
    expect(error.advice).toContain("blob:none");
  });
});
