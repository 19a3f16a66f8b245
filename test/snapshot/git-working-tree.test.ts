import { existsSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { onTestFinished, describe, expect, test } from "vitest";
import { commitSnapshot, openRepository, workTreeSnapshot } from "../../src/snapshot/git.js";
import { blobId } from "../../src/snapshot/content.js";
import { SnapshotError } from "../../src/snapshot/snapshot.js";
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

describe("the work tree", () => {
  test("is what is on disk: tracked, new and not ignored", async () => {
    const shop = repository();
    shop.write("kept.ts", "kept\n");
    shop.write("edited.ts", "before\n");
    shop.write("removed.ts", "removed\n");
    shop.write("ignored-but-tracked.log", "tracked\n");
    shop.commit("Start");
    shop.write(".gitignore", "*.log\nbuild/\n");
    shop.write("edited.ts", "after\n");
    shop.write("new file.ts", "new\n");
    shop.write("build/out.js", "");
    shop.write("debug.log", "");
    rmSync(path.join(shop.directory, "removed.ts"));
    const snapshot = await workTreeSnapshot(await openRepository(shop.directory));
    expect(snapshot.commit).toBeNull();
    expect(await contents(snapshot)).toEqual({
      ".gitignore": "*.log\nbuild/\n",
      "edited.ts": "after\n",
      "ignored-but-tracked.log": "tracked\n",
      "kept.ts": "kept\n",
      "new file.ts": "new\n",
    });
    for (const [name, text] of Object.entries(await contents(snapshot)))
      expect(snapshot.files.get(name)?.blob).toBe(blobId(Buffer.from(text)));
  });

  test("gives an untouched file the id that the commit gives it", async () => {
    const shop = repository();
    shop.write("a.ts", "a\n");
    shop.write("b.ts", "b\n");
    shop.commit("Start");
    utimesSync(path.join(shop.directory, "a.ts"), 1, 1);
    const open = await openRepository(shop.directory);
    expect(idsOf(await workTreeSnapshot(open))).toEqual(idsOf(await commitSnapshot(open, "HEAD")));
  });

  test("is never left through a link", async () => {
    const outside = temporaryDirectory();
    onTestFinished(() => rmSync(outside, { recursive: true }));
    writeFileSync(path.join(outside, "secret.ts"), "secret");
    const shop = repository();
    shop.write("services/secret.ts", "ours");
    shop.commit("Start");
    rmSync(path.join(shop.directory, "services"), { recursive: true });
    symlinkSync(outside, path.join(shop.directory, "services"));
    symlinkSync(path.join(outside, "secret.ts"), path.join(shop.directory, "direct.ts"));
    symlinkSync("nowhere", path.join(shop.directory, "broken.ts"));
    const snapshot = await workTreeSnapshot(await openRepository(shop.directory));
    expect(await contents(snapshot)).toEqual({ "broken.ts": "<symlink>", "direct.ts": "<symlink>", services: "<symlink>" });
  });

  test("with a conflict has each file once, as it stands", async () => {
    const shop = repository();
    shop.write("a.ts", "base\n");
    shop.commit("Base");
    shop.git("checkout", "--quiet", "-b", "topic");
    shop.write("a.ts", "topic\n");
    shop.commit("Topic");
    shop.git("checkout", "--quiet", "main");
    shop.write("a.ts", "main\n");
    shop.commit("Main");
    expect(() => shop.git("merge", "topic")).toThrow();
    expect((await contents(await workTreeSnapshot(await openRepository(shop.directory))))["a.ts"]).toContain("<<<<<<<");
  });

  test("of a sparse checkout has what was left out too", async () => {
    const shop = repository();
    shop.write("orders/a.ts", "orders\n");
    shop.write("payments/b.ts", "payments\n");
    shop.commit("Start");
    shop.git("sparse-checkout", "set", "orders");
    expect(existsSync(path.join(shop.directory, "payments/b.ts"))).toBe(false);
    expect(await contents(await workTreeSnapshot(await openRepository(shop.directory)))).toEqual({
      "orders/a.ts": "orders\n",
      "payments/b.ts": "payments\n",
    });
  });

  test("holds nested repositories and submodules as what they are", async () => {
    const shop = repository();
    shop.write("a.ts", "a\n");
    shop.commit("Start");
    shop.git("init", "--quiet", "nested");
    shop.write("nested/b.ts", "b\n");
    shop.git("update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},module`);
    const snapshot = await workTreeSnapshot(await openRepository(shop.directory));
    expect(await contents(snapshot)).toEqual({ "a.ts": "a\n", module: "<submodule>" });
  });

  test("does not exist in a bare repository", async () => {
    const error = await refusal(workTreeSnapshot(await openRepository(repository("--bare").directory)));
    expect(error.advice).toContain("--head");
  });

  test("before the first commit is the new files", async () => {
    const shop = repository();
    shop.write("a.ts", "a\n");
    expect(await contents(await workTreeSnapshot(await openRepository(shop.directory)))).toEqual({ "a.ts": "a\n" });
  });
});
