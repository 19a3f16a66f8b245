import { describe, expect, test } from "vitest";
import { appOnStandIn, comments, fingerprints, until } from "./app-on-stand-in.js";
import type { CheckRun } from "./stand-in/world.js";

/** What people see where GitHub takes or gives less than there is. */
const here = appOnStandIn();
const { open, quiet, refusedWrites, verdict } = here;

/** Clients without a timeout, each a finding. */
const clients = (count: number): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `services/orders/src/refunds-${index}.client.ts`,
      `import axios from "axios";\n\nexport async function refund${index}(charge: string): Promise<string> {\n  const { data } = await axios.post(\`\${process.env.PAYMENTS_URL}/refunds-${index}\`, { charge });\n  return data;\n}\n`,
    ]),
  );

const updatesOf = ({ id }: CheckRun) =>
  here.github.requests.filter(({ method, path }) => method === "PATCH" && path.endsWith(`/check-runs/${id}`));

describe("a check", () => {
  test("has more annotations than a request takes, each once, and its conclusion with the last of them", async () => {
    const pull = await open({ files: clients(120) });
    const run = await verdict(pull.head);
    const sent = updatesOf(run).map(({ status, body }) => [
      status,
      (body["output"] as { annotations: readonly unknown[] }).annotations.length,
      body["conclusion"] ?? null,
    ]);
    expect(sent.slice(0, -1)).toEqual([
      [200, 50, null],
      [200, 50, null],
    ]);
    expect(sent.at(-1)).toEqual([200, run.annotations.length - 100, "failure"]);
    const places = run.annotations.map(({ path, start_line: line, message }) => `${String(path)}:${String(line)} ${String(message)}`);
    expect(new Set(places).size).toBe(places.length);
    expect(refusedWrites()).toEqual([]);
  });

  test("says less where GitHub takes less, and its annotations once all the same", async () => {
    here.github.world.limits.checkOutput = 3_000;
    try {
      const pull = await open({ files: clients(60) });
      const run = await verdict(pull.head);
      expect(run.conclusion).toBe("failure");
      expect(Buffer.byteLength(run.output.summary!)).toBeLessThanOrEqual(3_000);
      expect(updatesOf(run).map(({ status }) => status)).toContain(422);
      expect(new Set(run.annotations.map((annotation) => JSON.stringify(annotation))).size).toBe(run.annotations.length);
      expect(run.annotations.length).toBeGreaterThan(50);
      await until("comments", () => pull.reviews.length === 1);
    } finally {
      here.github.world.limits.checkOutput = 65_535;
    }
  });
});

describe("comments", () => {
  test("come one by one where GitHub refuses the review", async () => {
    here.github.faults.plan("POST", /\/reviews$/, { kind: "before", status: 422 });
    const pull = await open();
    await verdict(pull.head);
    await quiet();
    expect(here.github.faults.left()).toBe(0);
    expect(comments(pull).length).toBeGreaterThan(2);
    expect(new Set(fingerprints(pull)).size).toBe(comments(pull).length);
    const before = comments(pull).length;
    await verdict(await here.github.people.push(here.repository, pull, { "README.md": "# Shop\n" }));
    expect(comments(pull)).toHaveLength(before);
  });

  test("stand on their lines also in a pull request of more files than a comparison shows", async () => {
    const texts = Array.from({ length: 310 }, (_, index) => [`docs/note-${index}.md`, `# Note ${index}\n`] as const);
    const pull = await open({ files: Object.fromEntries(texts) });
    expect((await verdict(pull.head, 120)).conclusion).toBe("failure");
    expect(pull.threads.map(({ originalLine }) => originalLine === null)).toEqual(pull.threads.map(() => false));
    expect(comments(pull).length).toBeGreaterThan(2);
    expect(refusedWrites()).toEqual([]);
  });

  test("on files that GitHub does not list are told by the summary", async () => {
    here.github.world.limits.pullRequestFiles = 1;
    try {
      const texts = Array.from({ length: 310 }, (_, index) => [`docs/note-${index}.md`, `# Note ${index}\n`] as const);
      const pull = await open({ files: Object.fromEntries(texts) });
      expect((await verdict(pull.head, 120)).conclusion).toBe("failure");
      expect(pull.comments.map(({ body }) => body)).toEqual([expect.stringMatching(/^<!-- faultline-summary -->[^]*shared-database/)]);
      expect(refusedWrites()).toEqual([]);
    } finally {
      here.github.world.limits.pullRequestFiles = 3_000;
    }
  });
});

test("a tree that GitHub cuts off is read all the same", async () => {
  here.github.world.limits.treeEntries = 5;
  try {
    const pull = await open();
    const run = await verdict(pull.head);
    expect([run.conclusion, comments(pull).length > 2]).toEqual(["failure", true]);
    expect(run.output.text).not.toContain("could not be listed");
  } finally {
    here.github.world.limits.treeEntries = 100_000;
  }
});

test("a tree too large to be listed is said, and nothing passes for what is changed where nobody looked", async () => {
  const files = Object.fromEntries(
    Array.from({ length: 130 }, (_, index) =>
      ["a", "b"].map((name) => [`libs/lib-${index}/${name}.ts`, `export const ${name} = ${index};\n`]),
    ).flat(),
  );
  await here.github.people.commit(here.repository, "main", files);
  here.github.world.limits.treeEntries = 1;
  try {
    const change = async (branch: string, path: string) =>
      verdict(
        (await here.github.people.open(here.repository, { branch, title: "Say more", files: { [path]: "export const c = 1;\n" } })).head,
        120,
      );
    const seen = await change("seen", "README.md");
    expect([seen.conclusion, seen.output.summary]).toEqual(["success", expect.stringMatching(/libs\/lib-\d+\/? could not be listed/)]);
    const unseen = await change("unseen", "libs/lib-99/c.ts");
    expect([unseen.conclusion, unseen.output.title, unseen.output.summary]).toEqual([
      "neutral",
      "Part of this could not be judged",
      expect.stringMatching(/^This pull request changes what could not be listed, because the tree is too large: libs\/lib-99\/\./),
    ]);
  } finally {
    here.github.world.limits.treeEntries = 100_000;
  }
});

test("a file that is kept elsewhere is named, and nothing passes for it", async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d".repeat(32)}\nsize 12345\n`;
  const pull = await here.github.people.open(here.repository, {
    branch: "elsewhere",
    title: "Keep it elsewhere",
    files: { "services/orders/src/orders.routes.ts": pointer },
  });
  const run = await verdict(pull.head);
  expect(run.conclusion).toBe("neutral");
  expect(`${run.output.summary}${run.output.text}`).toMatch(/orders\.routes\.ts[^\n]*LFS/);
});

test("an event that did not arrive is asked for once", async () => {
  const before = here.github.deliveries.attempts.length;
  here.github.deliveries.fates.push("fail");
  const pull = await open();
  await verdict(pull.head);
  const attempts = () => here.github.deliveries.attempts.slice(before).filter(({ event }) => event === "pull_request");
  await until("a redelivery", () => attempts().length > 1);
  // More sweeps follow.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  expect(attempts().map(({ redelivery, status }) => [redelivery, status])).toEqual([
    [false, 0],
    [true, 202],
  ]);
  expect(new Set(attempts().map(({ guid }) => guid)).size).toBe(1);
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
