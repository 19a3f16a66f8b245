import { describe, expect, test } from "vitest";
import { appOnStandIn, comments, fingerprints, until } from "./app-on-stand-in.js";
import { shop } from "./shop.js";

const { base, mended } = shop();

/** What people press and write, and what they read of it. */
const here = appOnStandIn();
const { completed, open, quiet, refusedWrites, runsOf, verdict } = here;

describe("a check", () => {
  test("has buttons that answer who may write, and nobody else", async () => {
    const pull = await open();
    const run = await verdict(pull.head);
    expect(run.actions.map(({ identifier }) => identifier)).toEqual(["rerun", "accept", "explain"]);
    here.github.people.press(here.repository, run, "accept", "grace");
    await quiet();
    const answers = () => pull.comments.filter(({ body }) => body.startsWith("<!-- faultline-answer:")).map(({ body }) => body);
    expect(answers()).toEqual([]);
    here.github.people.press(here.repository, run, "accept", "ada");
    await until("an answer", () => answers().length === 1);
    expect(answers()[0]).toContain("/faultline accept <fingerprint> <reason>");
    here.github.people.press(here.repository, run, "rerun", "ada");
    await until("a second run", () => completed(pull.head).length === 2);
    expect(refusedWrites()).toEqual([]);
  });

  test("has a button that explains what fails, in one comment that keeps up with the head", async () => {
    const pull = await open();
    const run = await verdict(pull.head);
    const answers = () => pull.comments.filter(({ body }) => body.startsWith("<!-- faultline-answer:")).map(({ body }) => body);
    here.github.people.press(here.repository, run, "explain", "ada");
    await until("an answer", () => answers().length === 1);
    const [told] = answers();
    for (const rule of ["n-plus-one-call", "shared-database", "gateway-missing-auth"]) expect(told).toContain(`\`${rule}\``);
    expect(told).toMatch(
      /It fails the check[^]*\*\*How to fix it\*\*[^]*\*\*How to live with it\*\*\n\nAnswer `\/faultline accept [0-9a-f]+ reason`/,
    );
    const links = [...told!.matchAll(/\]\(([^)]*\/blob\/([0-9a-f]{40})\/[^)#]*)#L\d+[^)]*\)/g)].map(([, , commit]) => commit);
    expect(links.length).toBeGreaterThan(3);
    expect(links).toContain(pull.head);

    const fixed = await here.github.people.push(here.repository, pull, mended);
    const passed = await verdict(fixed);
    here.github.people.press(here.repository, passed, "explain", "ada");
    await until("a new answer", () => answers()[0] !== told);
    await quiet();
    expect(answers()).toHaveLength(1);
    expect(refusedWrites()).toEqual([]);
  });

  test("goes to code scanning too where the settings ask for it", async () => {
    await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": "sarif: true\n" });
    const pull = await open();
    await verdict(pull.head);
    expect(here.repository.sarifs.map(({ ref, commit }) => [ref, commit])).toEqual([[`refs/pull/${pull.number}/head`, pull.head]]);
    const { runs } = JSON.parse(here.repository.sarifs[0]!.sarif) as {
      readonly runs: readonly {
        readonly results: readonly { readonly ruleId: string; readonly partialFingerprints: Record<string, string> }[];
      }[];
    };
    expect(runs[0]!.results.map(({ ruleId }) => ruleId)).toContain("shared-database");
    const own = runs[0]!.results.map(({ partialFingerprints }) => partialFingerprints["faultline/v1"]);
    expect(own).toEqual(expect.arrayContaining([...fingerprints(pull)]));
  });

  test("says what settings would say that the pull request brings, upon what the organisation locked", async () => {
    await here.github.people.createRepository("shop/.github", {
      ".github/faultline.yml": "inline-ignores: allow\nlocked: [inline-ignores]\n",
    });
    const never = await open({ files: { ".github/faultline.yml": "fail-on: never\n" } });
    const run = await verdict(never.head);
    expect([run.conclusion, run.output.text]).toEqual([
      "failure",
      expect.stringMatching(
        /faultline\.yml:1`: this pull request changes the settings[^]*With the new ones the verdict would be pass \\?\(6 findings to know of/,
      ),
    ]);
    const locked = await here.github.people.push(here.repository, never, { ".github/faultline.yml": "inline-ignores: deny\n" });
    expect((await verdict(locked)).output.text).toMatch(/inline-ignores[^]*locked by shop\/\.github/);
  });
});

describe("a command", () => {
  test("of a writer accepts what fails; of a reader it is answered and does nothing", async () => {
    const pull = await open();
    await verdict(pull.head);
    const failing = comments(pull).filter(({ body }) => /`(n-plus-one-call|shared-database|gateway-missing-auth)`/.test(body));
    const commands = failing.map(({ body }) => /\/faultline accept [0-9a-f]+/.exec(body)?.[0] ?? "no command");
    here.github.people.comment(here.repository, pull, "grace", `${commands[0]} not mine to say`);
    await until("an answer", () => pull.comments.some(({ author }) => author.bot));
    await quiet();
    expect(runsOf(pull.head).map(({ conclusion }) => conclusion)).toEqual(["failure"]);

    for (const command of commands) here.github.people.comment(here.repository, pull, "ada", `${command} we split them next month`);
    await until("a verdict that passes", () => completed(pull.head).at(-1)?.conclusion === "success");
    await quiet();
    const last = runsOf(pull.head).at(-1)!;
    expect([last.status, last.conclusion]).toEqual(["completed", "success"]);
    expect(`${last.output.summary}${last.output.text}`).toMatch(/ada[^]*we split them next month|we split them next month[^]*ada/);
  });
});

describe("explain", () => {
  test("answers in one comment, which the same question brings up to date", async () => {
    const pull = await open();
    await verdict(pull.head);
    const [fingerprint = ""] = /(?<=\/faultline accept )[0-9a-f]+/.exec(comments(pull)[0]!.body) ?? [];
    const answers = () => pull.comments.filter(({ author }) => author.bot).map(({ body }) => body);
    const ask = () =>
      here.github.people.comment(here.repository, pull, "ada", `/faultline explain ${fingerprint}\n/faultline explain missing-outbox`);
    const first = ask();
    await until("an answer", () => first.reactions.length === 1);
    expect(answers()).toEqual([expect.stringMatching(/Why it is `introduced`[^]*\n---\n[^]*`missing-outbox`[^]*\*\*Why it hurts\*\*/)]);
    const [told] = answers();

    await verdict(await here.github.people.push(here.repository, pull, mended));
    const second = ask();
    await until("the answer to the second question", () => second.reactions.length === 1);
    expect(answers()).toHaveLength(1);
    expect([answers()[0] === told, answers()[0]]).toEqual([
      false,
      expect.stringMatching(/\*\*Settled\*\*: not found any more at `[0-9a-f]{12}`\. What follows was so at `[0-9a-f]{12}`/),
    ]);
    expect(refusedWrites()).toEqual([]);
  });
});

describe("a command below a comment", () => {
  test("is heard, holds in the merge queue and after the repository was renamed", async () => {
    const pull = await open();
    await verdict(pull.head);
    const commands = comments(pull).map(
      ({ body }) => `${/\/faultline accept [0-9a-f]+/.exec(body)?.[0] ?? "no command"} we split them next month`,
    );
    const reply = await here.github.people.reply(here.repository, pull, pull.threads[0]!, "ada", commands.join("\n"));
    await until("a verdict that passes", () => completed(pull.head).at(-1)?.conclusion === "success");
    await quiet();
    expect(reply.reactions.map(({ content }) => content)).toEqual(["+1"]);

    const group = await here.github.people.queue(here.repository, pull);
    const run = await verdict(group.head);
    expect(run.conclusion).toBe("success");
    here.github.people.rerun(here.repository, run, "ada");
    await until("a second verdict about the group", () => completed(group.head).length === 2);
    expect(completed(group.head).map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);

    here.github.people.rename(here.repository, `${here.repository.name}-renamed`);
    await quiet();
    const next = await here.github.people.push(here.repository, pull, { "README.md": "# Shop\n" });
    expect((await verdict(next)).conclusion).toBe("success");
    expect(refusedWrites()).toEqual([]);
  });
});

describe("a merge group", () => {
  test("is judged as the combined tree", async () => {
    const pull = await open();
    await verdict(pull.head);
    const group = await here.github.people.queue(here.repository, pull);
    const run = await verdict(group.head);
    expect(run.conclusion).toBe("failure");
    expect([pull.comments, pull.reviews.length]).toEqual([[], 1]);
    here.github.people.press(here.repository, run, "rerun", "ada");
    await until("a second verdict about the group", () => completed(group.head).length === 2);
  });

  test("fails where two that pass alone do not go together", async () => {
    const compose = base["docker-compose.yml"] as string;
    const pull = await here.github.people.open(here.repository, {
      branch: "one-warehouse",
      title: "Keep the stock in the warehouse",
      files: { "docker-compose.yml": compose.replace("inventory_db", "warehouse_db") },
    });
    expect((await verdict(pull.head)).conclusion).toBe("success");
    await here.github.people.commit(here.repository, "main", { "docker-compose.yml": compose.replace("orders_db", "warehouse_db") });
    await quiet();
    expect(runsOf(pull.head).map(({ conclusion }) => conclusion)).toEqual(["success"]);
    const group = await here.github.people.queue(here.repository, pull);
    const run = await verdict(group.head);
    expect([run.conclusion, run.output.text]).toEqual(["failure", expect.stringMatching(/inventory and orders share[^\n]*warehouse/)]);
    expect([pull.comments, pull.reviews]).toEqual([[], []]);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
