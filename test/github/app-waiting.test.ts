import { describe, expect, test } from "vitest";
import { appOnStandIn, comments, fingerprints, until } from "./app-on-stand-in.js";

/** What people see of a head whose turn has not come. */
const here = appOnStandIn();
const { completed, open, quiet, refusedWrites, runsOf, verdict } = here;

/** As many as the App works on at once. */
const WORKERS = 4;

/** Keeps the App from everything else for a while. */
async function occupy(milliseconds: number): Promise<void> {
  for (let index = 0; index < WORKERS; index++) {
    const other = await here.github.people.createRepository(`shop/slow-${index}`, { "README.md": "# Slow\n" });
    here.github.faults.plan("GET", new RegExp(`/${other.name}/compare/`), { kind: "slow", milliseconds });
    await here.github.people.open(other, { branch: "topic", title: "Say more", files: { "README.md": "# Slower\n" } });
  }
  await until("all workers to wait", () => here.github.faults.left() === 0);
}

const statesOf = (head: string): readonly unknown[] => {
  const runs = new Set(runsOf(head).map(({ id }) => id));
  return here.github.requests
    .filter(({ method, path, body }) =>
      method === "POST"
        ? path.endsWith("/check-runs") && body["head_sha"] === head
        : runs.has(Number(/\/check-runs\/(\d+)$/.exec(path)?.[1])),
    )
    .map(({ body }) => body["status"])
    .filter((status) => status !== undefined);
};

describe("a head that waits for long", () => {
  test("has a queued check, which is then the one with the verdict", async () => {
    await occupy(25_000);
    const pull = await open();
    const [passing, closing] = await Promise.all(
      ["passing", "closing"].map(async (branch) =>
        here.github.people.open(here.repository, { branch, title: `Is ${branch}`, files: { "README.md": `# ${branch}\n` } }),
      ),
    );
    const waiting = [pull, passing!, closing!].map(({ head }) => head);
    await until("queued checks", () => waiting.every((head) => runsOf(head).length > 0));
    expect(waiting.map((head) => runsOf(head).map(({ status, output }) => [status, output.title]))).toEqual(
      waiting.map(() => [["queued", "Waits for its turn"]]),
    );
    const newer = await here.github.people.push(here.repository, passing!, { "README.md": "# Newer\n" });
    await here.github.people.close(here.repository, closing!);

    const run = await verdict(pull.head, 120);
    expect([run.conclusion, statesOf(pull.head)]).toEqual(["failure", ["queued", "in_progress", "completed"]]);
    expect(pull.reviews).toHaveLength(1);
    expect(new Set(fingerprints(pull)).size).toBe(comments(pull).length);
    await until("the newer head's verdict", () => completed(newer).length === 1, 120);
    await quiet();
    expect(waiting.slice(1).map((head) => runsOf(head).map(({ status, conclusion }) => [status, conclusion]))).toEqual([
      [["completed", "cancelled"]],
      [["completed", "cancelled"]],
    ]);
    expect(runsOf(newer).map(({ conclusion }) => conclusion)).toEqual(["success"]);
    expect(refusedWrites()).toEqual([]);
  });

  test("has one in the merge queue too, as long as its group is there", async () => {
    const pull = await open();
    const other = await here.github.people.open(here.repository, {
      branch: "readme",
      title: "Say more",
      files: { "README.md": "# Shop\n" },
    });
    await Promise.all([pull, other].map(async ({ head }) => until("a verdict", () => completed(head).length === 1)));
    await quiet();
    await occupy(25_000);
    const groups = [await here.github.people.queue(here.repository, pull), await here.github.people.queue(here.repository, other)];
    await until("queued checks", () => groups.every(({ head }) => runsOf(head).length > 0));
    expect(groups.map(({ head }) => runsOf(head).map(({ status, output }) => [status, output.title]))).toEqual(
      groups.map(() => [["queued", "Waits for its turn"]]),
    );
    await groups[1]!.destroy();
    expect((await verdict(groups[0]!.head, 120)).conclusion).toBe("failure");
    expect(statesOf(groups[0]!.head)).toEqual(["queued", "in_progress", "completed"]);
    expect(runsOf(groups[1]!.head).map(({ status }) => status)).toEqual(["completed"]);
    expect(refusedWrites()).toEqual([]);
  });

  test("has none where its turn comes soon", async () => {
    const pull = await open();
    await verdict(pull.head);
    expect(statesOf(pull.head)).toEqual(["in_progress", "completed"]);
  });

  test("is told of by the process that starts after one that died while it told", async () => {
    await occupy(25_000);
    here.github.faults.plan("POST", new RegExp(`/${here.repository.name}/check-runs$`), { kind: "hang" });
    const pull = await open();
    await until("a queued check that nobody was told of", () => runsOf(pull.head).length > 0);
    expect(runsOf(pull.head).map(({ status }) => status)).toEqual(["queued"]);
    await here.app.kill();
    await here.start();
    expect((await verdict(pull.head, 150)).conclusion).toBe("failure");
    expect(pull.reviews).toHaveLength(1);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
