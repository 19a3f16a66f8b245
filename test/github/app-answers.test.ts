import { describe, expect, test } from "vitest";
import { appOnStandIn, comments, until } from "./app-on-stand-in.js";

/** What people press and write, and what they read of it. */
const here = appOnStandIn();
const { completed, open, quiet, refusedWrites, runsOf, verdict } = here;

describe("a check", { timeout: 180_000 }, () => {
  test("has buttons that answer who may write, and nobody else", async () => {
    const pull = await open();
    const run = await verdict(pull.head);
    expect(run.actions.map(({ identifier }) => identifier)).toEqual(["rerun", "accept", "explain"]);
    here.github.people.press(here.repository, run, "accept", "grace");
    await quiet();
    const answers = () => pull.comments.filter(({ body }) => body.startsWith("<!-- faultline-answer:"));
    expect(answers()).toEqual([]);
    for (const button of ["accept", "explain"]) here.github.people.press(here.repository, run, button, "ada");
    await until("two answers", () => answers().length === 2);
    expect(
      answers()
        .map(({ body }) => /\/faultline (accept|explain) </.exec(body)?.[1])
        .sort(),
    ).toEqual(["accept", "explain"]);
    here.github.people.press(here.repository, run, "rerun", "ada");
    await until("a second run", () => completed(pull.head).length === 2);
    expect(refusedWrites()).toEqual([]);
  });

  test("goes to code scanning too where the settings ask for it", async () => {
    await here.github.people.commit(here.repository, "main", { ".github/faultline.yml": "sarif: true\n" });
    const pull = await open();
    await verdict(pull.head);
    expect(here.repository.sarifs.map(({ ref, commit }) => [ref, commit])).toEqual([[`refs/pull/${pull.number}/head`, pull.head]]);
    const { runs } = JSON.parse(here.repository.sarifs[0]!.sarif) as {
      readonly runs: readonly { readonly results: readonly { readonly ruleId: string }[] }[];
    };
    expect(runs[0]!.results.map(({ ruleId }) => ruleId)).toContain("shared-database");
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

describe("a command", { timeout: 180_000 }, () => {
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

describe("a command below a comment", { timeout: 180_000 }, () => {
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

describe("a merge group", { timeout: 180_000 }, () => {
  test("is judged as the combined tree", async () => {
    const pull = await open();
    await verdict(pull.head);
    const group = await here.github.people.queue(here.repository, pull);
    const run = await verdict(group.head);
    expect(run.conclusion).toBe("failure");
    here.github.people.press(here.repository, run, "rerun", "ada");
    await until("a second verdict about the group", () => completed(group.head).length === 2);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
