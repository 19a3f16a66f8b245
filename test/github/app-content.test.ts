import { beforeEach, describe, expect, test } from "vitest";
import { appOnStandIn, comments, until } from "./app-on-stand-in.js";
import { shop } from "./shop.js";
import type { Files } from "./stand-in/repositories.js";
import type { CheckRun, PullRequest } from "./stand-in/world.js";

/** What people read where a repository holds what is not a small text in a tree. */
const here = appOnStandIn();
const { completed, open, quiet, refusedWrites, verdict } = here;
const { head } = shop();

const words = ({ output }: CheckRun): string => `${output.summary}${output.text}`;

const asked = (method: string, end: RegExp) => here.github.requests.filter((one) => one.method === method && end.test(one.path));

/** A pull request that changes these files alone. */
const change = async (files: Files): Promise<PullRequest> =>
  here.github.people.open(here.repository, { branch: "topic", title: "Say more", files });

test("a submodule is named, and nothing passes for one that a pull request brings or moves on", async () => {
  const submodule = "4d7a".repeat(10);
  const brought = await change({ "services/pricing": { submodule } });
  const run = await verdict(brought.head);
  expect([run.conclusion, words(run)]).toEqual(["neutral", expect.stringMatching(/services\/pricing[^\n]*is a submodule/)]);

  await here.github.people.commit(here.repository, "main", { "services/pricing": { submodule } });
  const later = await here.github.people.open(here.repository, { branch: "readme", title: "Say more", files: { "README.md": "# Shop\n" } });
  const next = await verdict(later.head);
  expect([next.conclusion, words(next)]).toEqual(["success", expect.stringMatching(/Not wholly read: [^\n]*services\/pricing/)]);

  const moved = await here.github.people.push(here.repository, later, { "services/pricing": { submodule: "7d4a".repeat(10) } });
  const last = await verdict(moved);
  expect([last.conclusion, last.output.title]).toEqual(["neutral", "Part of this could not be judged"]);
});

describe("an empty repository", () => {
  test("of the organisation has no settings, and one that settings build on is named", async () => {
    const repository = await here.github.people.createRepository("bazaar/stall", shop().base);
    await here.github.people.createRepository("bazaar/.github", {});
    const account = here.github.owners.account("bazaar");
    here.github.owners.install(account);
    const pull = await here.github.people.open(repository, { branch: "topic", title: "Say more", files: { "README.md": "# Stall\n" } });
    const runs = (commit: string) => [...repository.checkRuns.values()].filter((run) => run.head === commit && run.status === "completed");
    await until("a verdict", () => runs(pull.head).length === 1);
    expect(runs(pull.head)[0]?.conclusion).toBe("success");

    await here.github.people.createRepository("bazaar/rules", {});
    await here.github.people.commit(repository, "main", { ".github/faultline.yml": "extends: [bazaar/rules]\n" });
    await until("a second verdict", () => runs(pull.head).length === 2);
    const last = runs(pull.head).at(-1)!;
    expect([last.conclusion, words(last)]).toEqual([
      "failure",
      expect.stringContaining("extends names bazaar/rules, which the App cannot read"),
    ]);
    await quiet();
  });

  test("is nothing to do until it has a first commit and a pull request", async () => {
    const account = here.github.owners.account("kiosk");
    const repository = await here.github.people.createRepository("kiosk/web", {});
    here.github.owners.install(account);
    await quiet();
    await here.github.people.commit(repository, "main", shop().base);
    const pull = await here.github.people.open(repository, { branch: "topic", title: "Take payments", files: head });
    await until("a verdict", () => [...repository.checkRuns.values()].some(({ status }) => status === "completed"));
    await quiet();
    expect([...repository.checkRuns.values()].map((run) => [run.head, run.conclusion])).toEqual([[pull.head, "failure"]]);
  });
});

/** So long that GitHub shows no patch of it, and sends it by itself alone. */
const long = (lines: number): string =>
  Array.from({ length: lines }, (_, index) => `// Line ${index} of what somebody wrote about payments and how they are taken.\n`).join("");

describe("a file", () => {
  test("that GitHub shows no patch of gets its comment as a whole", async () => {
    const client = head["services/orders/src/payments.client.ts"] as string;
    const text = `${long(7_500)}${client}`;
    expect(text.length).toBeGreaterThan(512_000);
    const pull = await open({ files: { "services/orders/src/payments.client.ts": text } });
    expect((await verdict(pull.head)).conclusion).toBe("failure");
    await quiet();
    const [thread, ...others] = pull.threads.filter(({ path }) => path === "services/orders/src/payments.client.ts");
    expect([others.length, thread?.originalLine, thread?.comments[0]?.body]).toEqual([
      0,
      null,
      expect.stringContaining("missing-call-timeout"),
    ]);
    expect(pull.threads.some(({ originalLine }) => originalLine !== null)).toBe(true);
    expect(refusedWrites()).toEqual([]);
  });

  test("that is too large to be read is named, and nothing passes for it", async () => {
    const pull = await change({ "services/orders/src/orders.routes.ts": long(25_000) });
    const run = await verdict(pull.head);
    expect([run.conclusion, words(run)]).toEqual(["neutral", expect.stringMatching(/orders\.routes\.ts[^\n]*is too large to be read/)]);
  });

  test("of settings that is too large is named, and nothing passes", async () => {
    const text = Array.from({ length: 16_000 }, (_, index) => `# Line ${index} of what we think of our services and of each other.\n`).join(
      "",
    );
    expect(text.length).toBeGreaterThan(1_000_000);
    await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": `${text}mode: advise\n` });
    const run = await verdict((await change({ "README.md": "# Shop\n" })).head);
    expect([run.conclusion, words(run)]).toEqual([
      "failure",
      expect.stringMatching(/\.github\/faultline\.yml:1[^\n]*the file is too large/),
    ]);
  });

  test("that is binary is nothing to say", async () => {
    const pull = await change({ "docs/shop.png": Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]) });
    expect((await verdict(pull.head)).conclusion).toBe("success");
  });
});

/** Modules that a first review has to read. */
const modules = (count: number, name: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `services/orders/src/${name}/${name}-${index}.ts`,
      `export const ${name}${index} = ${index};\n`,
    ]),
  );

describe("a first review of many files", () => {
  let before = 0;
  beforeEach(() => void (before = here.github.requests.length));
  const archives = () => here.github.requests.slice(before).filter(({ path }) => /\/tarball\/|^\/_archive\//.test(path));
  const queries = () => here.github.requests.slice(before).filter(({ body }) => /query blobs/.test(String(body["query"]))).length;

  test("takes them from the archive, behind a redirect", async () => {
    await here.github.people.commit(here.repository, "main", modules(450, "price"));
    const pull = await open();
    expect((await verdict(pull.head)).conclusion).toBe("failure");
    expect(archives().map(({ status }) => status)).toEqual([302, 200]);
    expect(queries()).toBeLessThan(3);
  });

  test("reads them from the tree where the archive's link has expired", async () => {
    await here.github.people.commit(here.repository, "main", modules(450, "discount"));
    here.github.faults.plan("GET", /^\/_archive\//, { kind: "before", status: 404 }, 2);
    const pull = await open();
    expect((await verdict(pull.head)).conclusion).toBe("failure");
    expect(archives().map(({ status }) => status)).toEqual([302, 404]);
    expect(queries()).toBeGreaterThanOrEqual(5);
    expect(comments(pull).length).toBeGreaterThan(2);
  });
});

describe("a list of pull requests that did not change", () => {
  test("is not sent again", async () => {
    const pull = await open();
    await verdict(pull.head);
    const lists = () => asked("GET", new RegExp(`/${here.repository.name}/pulls$`)).map(({ status }) => status);
    await until("a sweep that learns nothing new", () => lists().slice(-2).join() === "304,304", 90);
    const next = await here.github.people.push(here.repository, pull, { "README.md": "# Shop\n" });
    const since = lists().length;
    await verdict(next);
    await until("a sweep", () => lists().length > since);
    expect(lists()[since]).toBe(200);
    expect(completed(next)).toHaveLength(1);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
