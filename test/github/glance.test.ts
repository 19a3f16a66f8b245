import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openClients } from "../../src/github/clients.js";
import { readBeginning } from "../../src/github/glance.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import type { Octokit } from "../../src/github/octokit.js";
import { readAppSettings } from "../../src/github/settings.js";
import { manifest } from "./app-process.js";
import { memoryStore } from "./memory-store.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { PullRequest, Repository } from "./stand-in/world.js";

let github: StandIn;
let octokit: Octokit;
let repository: Repository;
let pull: PullRequest;
let names = 0;

beforeAll(async () => {
  github = await startStandIn(manifest());
  const { appId, privateKey, webhookSecret } = github.credentials;
  const log = openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined });
  octokit = openClients({
    credentials: { appId, privateKey, webhookSecrets: [webhookSecret] },
    apiUrl: github.url,
    log,
    metrics: new Metrics(memoryStore()),
  }).installation(github.world.installation.id);
});
afterAll(() => github.close());
beforeEach(async () => {
  github.world.repositories.delete("shop/.github");
  repository = await github.people.createRepository(`shop/web-${++names}`, { "README.md": "# Shop\n" });
  pull = await github.people.open(repository, { branch: "topic", title: "Say more", files: { "README.md": "# The shop\n" } });
});

const read = () => readBeginning(octokit, `shop/${repository.name}`, pull.number);
/** The settings that hold, and how many requests it took to know them and the pull request. */
async function settings() {
  const before = github.requests.length;
  const beginning = (await read())!;
  const { config, problems } = await readAppSettings(octokit, `shop/${repository.name}`, beginning.tip, beginning.settings);
  const requests = github.requests.slice(before).filter(({ path }) => !path.endsWith("/access_tokens")).length;
  return { mode: config.mode, problems: problems.map(({ message }) => message), requests };
}

test("a pull request, its base as it is now, and no settings are one request", async () => {
  const tip = await github.people.commit(repository, "main", { LICENSE: "MIT\n" });
  expect(await read()).toMatchObject({ open: true, head: pull.head, baseRef: "main", tip });
  expect(await settings()).toEqual({ mode: "enforce", problems: [], requests: 1 });
  await github.people.close(repository, pull);
  expect(await read()).toMatchObject({ open: false });
});

test("settings of the repository and of the organisation come with it", async () => {
  await github.people.createRepository("shop/.github", { ".github/faultline.yml": "mode: advise\n" });
  expect(await settings()).toEqual({ mode: "advise", problems: [], requests: 1 });
  await github.people.commit(repository, "main", { ".github/faultline.yml": "mode: enforce\n" });
  expect(await settings()).toEqual({ mode: "enforce", problems: [], requests: 1 });
});

test("settings that are no text are asked for by themselves", async () => {
  await github.people.commit(repository, "main", { ".github/faultline.yml": Buffer.from([0, 1, 2]) });
  expect(await settings()).toMatchObject({ requests: 2 });
});

describe("what is not there", () => {
  test("is told from what we may not see", async () => {
    expect(await readBeginning(octokit, `shop/${repository.name}`, 99)).toBeNull();
    expect(await readBeginning(octokit, "shop/nowhere", 1)).toBeNull();
    github.faults.plan("POST", /\/graphql$/, { kind: "primary-limit", seconds: 2 });
    await expect(read()).rejects.toMatchObject({ status: 403 });
  });

  test("a branch that is gone leaves what GitHub remembers", async () => {
    await repository.git.run("update-ref", "refs/heads/release", "refs/heads/main");
    await github.people.retarget(repository, pull, "release");
    const before = await read();
    expect(before).toMatchObject({ baseRef: "release", tip: before!.baseSha });
  });
});
