import { afterEach, expect, it } from "vitest";
import { openRepository } from "../../src/snapshot/git.js";
import { readHistory } from "../../src/snapshot/history.js";
import { testRepository } from "./repository.js";

const repository = testRepository();
afterEach(() => repository.remove());

it("gives a merge as one change with all that it brought, newest first", async () => {
  repository.write("README.md", "The shop\n");
  repository.commit("Start");
  repository.git("checkout", "--quiet", "-b", "checkout");
  repository.write("services/orders/a.ts", "1\n");
  repository.commit("One");
  repository.write("services/inventory/größe und maß.ts", "2\n");
  repository.commit("Two");
  repository.git("checkout", "--quiet", "main");
  repository.git("merge", "--quiet", "--no-ff", "--message", "Merge checkout", "checkout");
  repository.write("package-lock.json", "{}\n");
  repository.git("add", "--all");
  repository.git("commit", "--quiet", "--author", "renovate[bot] <bot@example.com>", "--message", "Update");

  const { changes } = await readHistory(await openRepository(repository.directory), repository.git("rev-parse", "HEAD"));
  expect(changes.map(({ files, bot }) => ({ files, bot }))).toEqual([
    { files: ["package-lock.json"], bot: true },
    { files: ["services/inventory/größe und maß.ts", "services/orders/a.ts"], bot: false },
    { files: ["README.md"], bot: false },
  ]);
});
