import { expect, test } from "vitest";
import { settingsHash } from "../../src/github/judgement.js";
import type { Octokit } from "../../src/github/octokit.js";
import { readAppSettings } from "../../src/github/settings.js";

/** Files by `owner/name:path`, and the commits at which they were asked for. */
function github(files: Readonly<Record<string, string>>): { readonly octokit: Octokit; readonly asked: string[] } {
  const asked: string[] = [];
  const getContent = ({ owner, repo, path, ref }: { owner: string; repo: string; path: string; ref?: string }) => {
    asked.push(`${owner}/${repo}@${ref ?? "default"}`);
    const text = files[`${owner}/${repo}:${path}`];
    if (text === undefined) return Promise.reject(Object.assign(new Error("Not Found"), { status: 404 }));
    return Promise.resolve({ data: { type: "file", encoding: "base64", content: Buffer.from(text).toString("base64") } });
  };
  return { octokit: { rest: { repos: { getContent } } } as unknown as Octokit, asked };
}

const OWN = "shop/orders:.github/faultline.yml";
const ORGANISATION = "shop/.github:.github/faultline.yml";
const read = (files: Readonly<Record<string, string>>) => readAppSettings(github(files).octokit, "shop/orders", "c1");

test("without a file the defaults hold", async () => {
  const { config, problems } = await read({});
  expect([config.mode, config.path, problems]).toEqual(["enforce", null, []]);
});

test("the repository's own are read at the commit of the base branch, upon the organisation's", async () => {
  const { octokit, asked } = github({ [OWN]: "mode: advise\n", [ORGANISATION]: "fail-on: warning\n" });
  expect((await readAppSettings(octokit, "shop/orders", "c1")).config).toMatchObject({ mode: "advise", failOn: "warning" });
  expect(asked).toEqual(["shop/.github@default", "shop/orders@c1"]);
});

test("what the organisation locked stays", async () => {
  const { config, problems } = await read({ [OWN]: "mode: advise\n", [ORGANISATION]: "mode: enforce\nlocked: [mode]\n" });
  expect(config.mode).toBe("enforce");
  expect(problems).toMatchObject([{ path: ".github/faultline.yml", message: expect.stringContaining("locked by shop/.github") as string }]);
});

test("extends brings other files, in a circle too", async () => {
  const { config, problems } = await read({
    [OWN]: "extends: [shop/standards]\nmode: advise\n",
    "shop/standards:.github/faultline.yml": "extends: [shop/orders]\nfail-on: never\n",
  });
  expect([config.mode, config.failOn, problems]).toEqual(["advise", "never", []]);
});

test("what cannot be read is told, and nothing passes on it", async () => {
  expect((await read({ [OWN]: "extends: [shop/secret]\n" })).problems).toMatchObject([
    { path: ".github/faultline.yml", message: expect.stringContaining("shop/secret") as string },
  ]);
});

test("a broken file gives the defaults, its place, and another identity than no file", async () => {
  const broken = await read({ [OWN]: "mode: advise\nfail-on: [\n" });
  expect(broken.config.mode).toBe("enforce");
  expect(broken.problems[0]).toMatchObject({ path: ".github/faultline.yml", line: expect.any(Number) as number });
  expect(settingsHash(broken)).not.toBe(settingsHash(await read({})));
});

test("an organisation's broken file is named with its repository", async () => {
  expect((await read({ [ORGANISATION]: "mode: [\n" })).problems[0]).toMatchObject({ path: "shop/.github:.github/faultline.yml" });
});
