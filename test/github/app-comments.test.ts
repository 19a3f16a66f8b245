import { describe, expect, test } from "vitest";
import { appOnStandIn, comments, fingerprints, until } from "./app-on-stand-in.js";
import { shop } from "./shop.js";
import type { PullRequest } from "./stand-in/world.js";

/** Comments as GitHub's rules for them let them be. */
const here = appOnStandIn();
const { completed, open, quiet, refusedWrites, verdict } = here;
const { head, mended } = shop();

const summaries = (pull: PullRequest) =>
  pull.comments.filter(({ author, body }) => author.bot && body.startsWith("<!-- faultline-summary -->"));

describe("a locked conversation", () => {
  test("gets its verdict all the same, and its comments with the next head once it is open again", async () => {
    here.github.deliveries.hold();
    const pull = await open();
    pull.locked = true;
    here.github.deliveries.release();
    const run = await verdict(pull.head);
    expect([run.conclusion, pull.reviews, pull.comments]).toEqual(["failure", [], []]);
    for (const rule of ["n-plus-one-call", "shared-database", "gateway-missing-auth"]) expect(run.output.text).toContain(rule);
    expect(refusedWrites().map(({ status, message }) => [status, message])).toEqual([
      [403, "Unable to create comment because issue is locked."],
    ]);

    pull.locked = false;
    await verdict(await here.github.people.push(here.repository, pull, { "README.md": "# Shop\n" }));
    expect(pull.reviews).toHaveLength(1);
    expect(comments(pull).length).toBeGreaterThan(2);
  });

  test("keeps comments that were there, which say that they are settled", async () => {
    const pull = await open();
    await verdict(pull.head);
    const told = fingerprints(pull);
    pull.locked = true;
    expect((await verdict(await here.github.people.push(here.repository, pull, mended))).conclusion).toBe("success");
    expect(fingerprints(pull)).toEqual(told);
    expect(comments(pull).map(({ body, minimized }) => [/\*\*Settled\*\*/.test(body), minimized])).toEqual(told.map(() => [true, null]));
  });
});

describe("a suggestion", () => {
  test("mends what its comment tells by a click, and nothing else", async () => {
    const pull = await open();
    await verdict(pull.head);
    const offered = pull.threads.filter(({ comments: [first] }) => /^```suggestion$/m.test(first!.body));
    expect(offered.map(({ path }) => path).sort()).toEqual([
      "deploy/mesh.yaml",
      "gateway/kong.yml",
      "services/orders/src/payments.client.ts",
    ]);
    const next = await here.github.people.applySuggestions(here.repository, pull, offered);
    await verdict(next);
    await quiet();
    const settled = pull.threads.filter(({ comments: [first] }) => first!.body.includes("**Settled**"));
    expect(settled).toEqual(pull.threads.filter((thread) => offered.includes(thread)));
    expect(pull.threads.length).toBeGreaterThan(settled.length);
    // What is settled offers no click: it would be refused, or undo what was done since.
    expect(settled.filter(({ comments: [first] }) => /^```suggestion$/m.test(first!.body))).toEqual([]);
    expect(refusedWrites()).toEqual([]);
  });
});

describe("a long conversation", () => {
  test("has one summary, on whatever page of it, and no other that somebody made up", async () => {
    await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": "comments:\n  max: 1\n" });
    here.github.deliveries.hold();
    const pull = await open();
    const forged = here.github.people.comment(here.repository, pull, "grace", "<!-- faultline-summary -->\n\nAll is well.");
    for (let count = 0; count < 230; count++) here.github.people.comment(here.repository, pull, "ada", `Remark ${count}.`);
    here.github.deliveries.release(undefined, 8);
    await verdict(pull.head, 120);
    const [first, ...others] = summaries(pull);
    expect([others.length, pull.comments.indexOf(first!) > 200]).toEqual([0, true]);
    await verdict(await here.github.people.push(here.repository, pull, mended));
    expect(summaries(pull)).toEqual([first]);
    expect([first?.body, forged.body]).toEqual([
      expect.stringContaining("Nothing is left here"),
      "<!-- faultline-summary -->\n\nAll is well.",
    ]);
    expect(refusedWrites()).toEqual([]);
  });
});

describe("what is long", () => {
  /** The client of payments with a function of so long a name. */
  const called = (length: number): Readonly<Record<string, string>> => {
    const name = `charge${"é".repeat(length)}`;
    return Object.fromEntries(
      ["services/orders/src/payments.client.ts", "services/orders/src/orders.routes.ts"].map((path) => [
        path,
        (head[path] as string).replace(/\bcharge\b(?=[( }])/g, name),
      ]),
    );
  };

  test.each([400, 70_000])("a name of %i letters fits into a comment and the check, or is cut", async (length) => {
    const pull = await open({ files: called(length) });
    const run = await verdict(pull.head, 120);
    expect(run.conclusion).toBe("failure");
    expect(`${run.output.summary}${run.output.text}`).toContain("chargeé");
    expect(comments(pull).filter(({ body }) => /`missing-call-timeout`[^]*chargeéé/.test(body))).toHaveLength(1);
    expect(refusedWrites()).toEqual([]);
  });

  test("it is cut in annotations too, where nothing is told by comments", async () => {
    const { permissions } = here.github.world.installation;
    here.github.world.installation.permissions = { ...permissions, pull_requests: "read" };
    try {
      await here.app.kill();
      await here.start();
      const pull = await open({ files: called(70_000) });
      const run = await verdict(pull.head, 120);
      expect([run.conclusion, pull.reviews.length]).toEqual(["failure", 0]);
      const [cut] = run.annotations.filter(({ message }) => /chargeéé/.test(String(message)));
      expect([cut?.["title"], cut?.["message"]]).toEqual([expect.stringMatching(/^chargeé+…$/), expect.stringMatching(/é…/)]);
      expect(refusedWrites()).toEqual([]);
    } finally {
      here.github.world.installation.permissions = permissions;
      await here.app.kill();
      await here.start();
    }
  });

  test("a check and a summary of hundreds of findings under long paths fit into what GitHub takes", async () => {
    await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": "comments:\n  max: 1\n" });
    const folder = Array.from({ length: 12 }, () => "größenänderungen-der-bestellungen").join("/");
    const clients = Object.fromEntries(
      Array.from({ length: 300 }, (_, index) => [
        `services/orders/src/${folder}/refunds-${index}.client.ts`,
        `import axios from "axios";\n\nexport async function refund${index}(charge: string): Promise<string> {\n  const { data } = await axios.post(\`\${process.env.PAYMENTS_URL}/refunds-${index}\`, { charge });\n  return data;\n}\n`,
      ]),
    );
    const pull = await open({ files: clients });
    const { output, conclusion } = await verdict(pull.head, 120);
    await until("a summary", () => summaries(pull).length === 1);
    const sizes = [output.summary, output.text, summaries(pull)[0]?.body].map((text) => Buffer.byteLength(text ?? ""));
    expect(conclusion).toBe("failure");
    expect(sizes[1]).toBeGreaterThan(30_000);
    expect(sizes.every((size, index) => size > 5_000 && size <= [65_535, 65_535, 65_536][index]!)).toBe(true);
    expect(output.text).toMatch(/more/);
    expect(refusedWrites()).toEqual([]);
    expect(completed(pull.head)).toHaveLength(1);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
