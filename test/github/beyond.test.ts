import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { findTraces, readTraces } from "../../src/github/artifacts.js";
import { openClients } from "../../src/github/clients.js";
import { readPast } from "../../src/github/history.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import type { Octokit } from "../../src/github/octokit.js";
import { manifest } from "./app-process.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { Repository } from "./stand-in/world.js";

let github: StandIn;
let octokit: Octokit;
let store: MemoryStore;
let repository: Repository;
let names = 0;
const log = openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined });

beforeAll(async () => {
  github = await startStandIn(manifest());
  const { appId, privateKey, webhookSecret } = github.credentials;
  octokit = openClients({
    credentials: { appId, privateKey, webhookSecrets: [webhookSecret] },
    apiUrl: github.url,
    log,
    metrics: new Metrics(memoryStore()),
  }).installation(github.world.installation.id);
});
afterAll(() => github.close());
beforeEach(async () => {
  store = memoryStore();
  repository = await github.people.createRepository(`shop/web-${++names}`, { "README.md": "# Shop\n" });
});

const called = () => `shop/${repository.name}`;
const tip = async (): Promise<string> => (await repository.git.commit("main"))!;

describe("what was merged before", () => {
  const past = async (base: string) => readPast({ store, log }, octokit, { repository: called(), branch: "main", base });
  const merge = async (
    branch: string,
    files: readonly string[],
    more: { readonly author?: string; readonly base?: string } = {},
  ): Promise<void> => {
    const pull = await github.people.open(repository, {
      branch,
      title: branch,
      files: Object.fromEntries(files.map((file) => [file, `${branch}\n`])),
      ...more,
    });
    await github.people.merge(repository, pull);
  };

  test("is read in one request, once for each commit, with its files and who is a program", async () => {
    await merge("price", ["orders/price.ts", "stock/price.ts"]);
    await merge("update", ["package.json"], { author: "dependabot[bot]" });
    await github.people.open(repository, { branch: "open", title: "open", files: { "orders/open.ts": "" } });
    const base = await tip();
    const before = github.requests.length;
    const history = await past(base);
    expect(history?.changes).toEqual([
      { id: "#2", author: "dependabot", bot: true, files: ["package.json"] },
      { id: "#1", author: "ada", bot: false, files: ["orders/price.ts", "stock/price.ts"] },
    ]);
    expect(await past(base)).toEqual(history);
    expect(github.requests.slice(before).filter(({ path }) => path === "/graphql")).toHaveLength(1);
  });

  test("knows neither another branch nor what came after the commit", async () => {
    await repository.git.run("update-ref", "refs/heads/release", "refs/heads/main");
    await merge("release-only", ["orders/release.ts"], { base: "release" });
    await merge("price", ["orders/price.ts"]);
    const base = await tip();
    await merge("later", ["orders/later.ts"]);
    repository.pulls.get(3)!.updatedAt = new Date(Date.now() + 3_600_000);
    expect((await past(base))?.changes.map(({ id }) => id)).toEqual(["#2"]);
  });

  test("keeps no review waiting where GitHub cannot say", async () => {
    const base = await tip();
    github.faults.plan("POST", /\/graphql$/, { kind: "before", status: 502 });
    expect(await past(base)).toBeUndefined();
    github.faults.plan("POST", /\/graphql$/, { kind: "primary-limit", seconds: 2 });
    await expect(past(base)).rejects.toMatchObject({ status: 403 });
    expect(await past(base)).toEqual({ changes: [] });
  });
});

describe("recorded traces", () => {
  const [base, head, other] = ["b", "a", "c"].map((letter) => letter.repeat(40)) as [string, string, string];
  const find = () => findTraces(octokit, called(), "traces", { base, head });

  async function artifact(
    commit: string,
    change: {
      readonly files?: Readonly<Record<string, string>>;
      readonly name?: string;
      readonly ofFork?: boolean;
      readonly expired?: boolean;
      readonly zip?: Buffer;
    } = {},
  ): Promise<number> {
    const archive = new ZipFile();
    for (const [name, text] of Object.entries(change.files ?? { "orders.json": "[]" })) archive.addBuffer(Buffer.from(text), name);
    archive.end();
    const id = github.world.nextId();
    repository.artifacts.push({
      id,
      name: change.name ?? "traces",
      commit,
      ofFork: change.ofFork ?? false,
      zip: change.zip ?? (await buffer(archive.outputStream)),
      expired: change.expired ?? false,
    });
    return id;
  }

  test("are those of the newest runs for base and head", async () => {
    await artifact(base);
    const [ofBase, ofHead] = [await artifact(base), await artifact(head, { files: { "orders.json": "[1]", "log.txt": "no trace" } })];
    await artifact(head, { name: "coverage" });
    await artifact(other);
    const found = await find();
    expect(found).toEqual({ name: "traces", base: ofBase, head: ofHead });
    expect(await readTraces(octokit, called(), found)).toEqual({
      traces: { base: [{ path: "orders.json", text: "[]" }], head: [{ path: "orders.json", text: "[1]" }] },
    });
  });

  test("of one side alone are compared with nothing", async () => {
    await artifact(head);
    const found = await find();
    expect(found.base).toBeNull();
    expect(await readTraces(octokit, called(), found)).toEqual({});
  });

  test("that expired are not there, and what a fork says of the base is not believed", async () => {
    await artifact(head, { expired: true });
    await artifact(base, { ofFork: true });
    expect(await find()).toEqual({ name: "traces", base: null, head: null });
    const ofHead = await artifact(head, { ofFork: true });
    expect(await find()).toMatchObject({ head: ofHead });
  });

  test("are found behind many others", async () => {
    const ofHead = await artifact(head);
    for (let count = 0; count < 120; count++) await artifact(other);
    expect(await find()).toMatchObject({ head: ofHead });
  });

  test("that cannot be read are said, and nothing fails", async () => {
    await artifact(base);
    await artifact(head, { zip: Buffer.from("not a zip") });
    const { traceProblems, traces } = await readTraces(octokit, called(), await find());
    expect(traces).toBeUndefined();
    expect(traceProblems).toMatchObject([
      { path: ".github/faultline.yml", message: expect.stringMatching(/the artifact traces is broken/) as string },
    ]);
  });

  test("of a workflow that never ran are none", async () => {
    expect(await findTraces(octokit, "shop/nowhere", "traces", { base, head })).toEqual({ name: "traces", base: null, head: null });
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(github.ignored).toEqual([]);
});
