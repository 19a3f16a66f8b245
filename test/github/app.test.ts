import { describe, expect, test } from "vitest";
import { appOnStandIn, comments, fingerprints, until } from "./app-on-stand-in.js";
import { shop } from "./shop.js";

const { mended } = shop();

/** What must hold whatever happens: every head of an open pull request ends in one completed check run, with one comment for each finding. */
const here = appOnStandIn();
const { completed, open, quiet, refusedWrites, verdict } = here;

describe("a pull request", () => {
  test("gets one check run and one review, on lines that it changes", async () => {
    const pull = await open();
    const run = await verdict(pull.head);
    expect(run.conclusion).toBe("failure");
    expect(`${run.output.summary}${run.output.text}`).toMatch(/shared-database[^]*\/faultline accept [0-9a-f]{8}/);
    expect(pull.reviews.map(({ event, commit, author }) => [event, commit, author.bot])).toEqual([["COMMENTED", pull.head, true]]);
    expect(
      comments(pull)
        .map(({ body }) => /`(n-plus-one-call|shared-database|gateway-missing-auth)`/.exec(body)?.[1])
        .filter(Boolean)
        .sort(),
    ).toEqual(["gateway-missing-auth", "n-plus-one-call", "shared-database"]);
    expect(new Set(fingerprints(pull)).size).toBe(comments(pull).length);
    expect(refusedWrites()).toEqual([]);
  });

  test("is judged once, however often its delivery comes", async () => {
    const pull = await open();
    await verdict(pull.head);
    const before = [...comments(pull)];
    expect(await here.github.deliveries.repeat("pull_request")).toBe(200);
    await verdict(pull.head);
    expect(comments(pull)).toEqual(before);
    expect(pull.reviews).toHaveLength(1);
  });

  test("passes once it is mended, and its comments are closed", async () => {
    const pull = await open();
    await verdict(pull.head);
    const told = comments(pull).length;
    const fixed = await here.github.people.push(here.repository, pull, mended);
    expect((await verdict(fixed)).conclusion).toBe("success");
    expect(comments(pull)).toHaveLength(told);
    expect(comments(pull).map(({ minimized }) => minimized)).toEqual(comments(pull).map(() => "resolved"));
    expect(refusedWrites()).toEqual([]);
  });

  test("has one summary for what finds no room on its lines, with a picture, and its check says what it cost", async () => {
    await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": "comments:\n  max: 1\n" });
    const pull = await open();
    const run = await verdict(pull.head);
    expect(comments(pull)).toHaveLength(1);
    expect(pull.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- faultline-summary -->[^]*have no comment[^]*```mermaid\nflowchart LR/),
    ]);
    expect(`${run.output.summary}${run.output.text}`).not.toContain("```mermaid");
    const [, requests = "none"] = /with (\d+) requests to GitHub/.exec(run.output.summary ?? "") ?? [];
    expect(Number(requests)).toBeGreaterThan(5);
    const fixed = await here.github.people.push(here.repository, pull, mended);
    expect((await verdict(fixed)).conclusion).toBe("success");
    expect(pull.comments.map(({ body }) => body)).toEqual([expect.stringContaining("Nothing is left here")]);
  });

  test("of ten files takes ten requests at most where its base is known", async () => {
    await verdict((await open()).head);
    const files = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [
        `services/orders/src/refunds-${index}.client.ts`,
        `import axios from "axios";\n\nexport const refund${index} = (charge: string) => axios.post(\`\${process.env.PAYMENTS_URL}/refunds-${index}\`, { charge });\n`,
      ]),
    );
    const pull = await here.github.people.open(here.repository, { branch: "refunds", title: "Give money back", files });
    const run = await verdict(pull.head);
    const [, requests = "none"] = /with (\d+) requests to GitHub/.exec(run.output.summary ?? "") ?? [];
    // One more brings all of the comments.
    expect(Number(requests)).toBeLessThanOrEqual(9);
    expect([pull.reviews.length, comments(pull).length, pull.comments.length]).toEqual([1, 10, 0]);
  });

  test("is told of what is new alone when it goes on", async () => {
    const pull = await open();
    await verdict(pull.head);
    const before = fingerprints(pull);
    const next = await here.github.people.push(here.repository, pull, { "README.md": "# Shop\n" });
    expect((await verdict(next)).conclusion).toBe("failure");
    expect(fingerprints(pull)).toEqual(before);
    expect(pull.reviews).toHaveLength(1);
  });

  test("leaves a thread to the people who talk there", async () => {
    const pull = await open();
    await verdict(pull.head);
    const [thread] = pull.threads;
    await here.github.people.reply(here.repository, pull, thread!, "grace", "We know.");
    const fixed = await here.github.people.push(here.repository, pull, mended);
    await verdict(fixed);
    expect(thread?.comments[0]?.minimized).toBeNull();
    expect(thread?.resolvedBy).toBeNull();
  });

  test("is compared anew when its base changes", async () => {
    const pull = await open();
    expect((await verdict(pull.head)).conclusion).toBe("failure");
    await here.github.people.commit(here.repository, "release", { "README.md": "# Shop\n" });
    await here.repository.git.run("update-ref", "refs/heads/release", pull.head);
    await here.github.people.retarget(here.repository, pull, "release");
    await until("a second verdict", () => completed(pull.head).length === 2);
    expect(completed(pull.head).map(({ conclusion }) => conclusion)).toEqual(["failure", "success"]);
  });

  test("from a fork is judged in the repository that it goes to", async () => {
    const pull = await open({ fork: "grace/web" });
    expect((await verdict(pull.head)).conclusion).toBe("failure");
    expect(pull.reviews).toHaveLength(1);
  });

  test("is judged again when somebody asks for it", async () => {
    const pull = await open();
    const first = await verdict(pull.head);
    here.github.people.rerun(here.repository, first, "ada");
    await until("a second run", () => completed(pull.head).length === 2);
    await quiet();
    expect(completed(pull.head).map(({ conclusion }) => conclusion)).toEqual(["failure", "failure"]);
    expect(pull.reviews).toHaveLength(1);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
