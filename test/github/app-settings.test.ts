import { describe, expect, test } from "vitest";
import { appOnStandIn, comments, until } from "./app-on-stand-in.js";
import { shop } from "./shop.js";
import type { CheckRun, PullRequest } from "./stand-in/world.js";

/** What the settings of the base branch, and waivers at each of their places, make of a pull request. */
const here = appOnStandIn();
const { completed, open, quiet, refusedWrites, verdict } = here;
const { head } = shop();

const configure = async (text: string): Promise<unknown> =>
  here.github.people.commit(here.repository, "main", { ".github/faultline.yml": text });

const words = ({ output }: CheckRun): string => `${output.summary}${output.text}`;

/** Rules that the comments tell of. */
const told = (pull: PullRequest): readonly string[] =>
  comments(pull).map(({ body }) => /· \[?`([a-z-]+)`|`([a-z-]+)` ·/.exec(body)?.slice(1).find(Boolean) ?? body);

const FAILING = ["gateway-missing-auth", "n-plus-one-call", "shared-database"];
const OTHERS = ["mesh-missing-timeout", "missing-call-timeout"];

describe("settings", () => {
  test("that advise hold nobody up, and tell the same", async () => {
    await configure("mode: advise\n");
    const pull = await open();
    expect((await verdict(pull.head)).conclusion).toBe("neutral");
    expect([...told(pull)].sort()).toEqual([...FAILING, ...OTHERS].sort());
  });

  test("of one rule say whether it fails, is told, is only seen, or does not run", async () => {
    await configure(
      "rules:\n  gateway-missing-auth: comment\n  n-plus-one-call: observe\n  shared-database: off\n  missing-call-timeout: block\n",
    );
    const pull = await open();
    const run = await verdict(pull.head);
    expect([run.conclusion, run.output.title]).toEqual([
      "failure",
      expect.stringMatching(/^1 to settle, [^]*charge calls payments without a timeout/),
    ]);
    expect([...told(pull)].sort()).toEqual(["gateway-missing-auth", ...OTHERS].sort());
    expect(words(run)).toContain("`n-plus-one-call`");
    expect(words(run)).not.toContain("shared-database");
  });
});

describe("a waiver", () => {
  test("counts in the settings of the base and in the source, with its reason, until its day is over", async () => {
    await configure(
      `waivers:\n  - rule: shared-database\n    subject: database:postgres/orders_db\n    reason: split in spring\n    owner: grace\n    until: 2999-01-31\n  - rule: gateway-missing-auth\n    subject: nothing:at-all\n    reason: was a test\n    until: 2020-01-31\n`,
    );
    const routes = head["services/orders/src/orders.routes.ts"] as string;
    const ignored = routes.replace(
      "  for (const line of",
      "  // faultline-ignore n-plus-one-call -- three lines at most\n  for (const line of",
    );
    expect(ignored).not.toBe(routes);
    const pull = await open({ files: { "services/orders/src/orders.routes.ts": ignored } });
    const run = await verdict(pull.head);
    expect([run.conclusion, run.output.title]).toEqual(["failure", expect.stringMatching(/^1 to settle/)]);
    expect(words(run)).toMatch(/split in spring[^]*three lines at most|three lines at most[^]*split in spring/);
    expect(words(run)).toMatch(/faultline\.yml:\d+[^\n]*(?:expired|over|2020-01-31)/);
    expect([...told(pull)].sort()).toEqual(["gateway-missing-auth", ...OTHERS].sort());

    const without = await here.github.people.push(here.repository, pull, {
      "services/orders/src/orders.routes.ts": ignored.replace(" -- three lines at most", ""),
    });
    const next = await verdict(without);
    expect([next.output.title, words(next)]).toEqual([
      expect.stringMatching(/^2 to settle/),
      expect.stringMatching(/orders\.routes\.ts:11[^\n]*reason/),
    ]);
  });

  test("by command is taken back by a command, and what was said wrongly is answered once", async () => {
    await configure("rules:\n  gateway-missing-auth: off\n  n-plus-one-call: off\n");
    const pull = await open();
    await verdict(pull.head);
    const conclusions = () => completed(pull.head).map(({ conclusion }) => conclusion);
    const say = async (body: string, count: number): Promise<void> => {
      here.github.people.comment(here.repository, pull, "ada", body);
      await until(`${count} verdicts`, () => completed(pull.head).length === count);
      await quiet();
    };
    const [, fingerprint = ""] =
      /\/faultline accept ([0-9a-f]+)/.exec(comments(pull).find(({ body }) => body.includes("shared-database"))!.body) ?? [];
    await say(`/faultline accept ${fingerprint} split in spring until=2999-01-31`, 2);
    await say(`/faultline reopen ${fingerprint}`, 3);
    await say("/faultline rerun", 4);
    expect(conclusions()).toEqual(["failure", "success", "failure", "failure"]);

    const answers = () => pull.comments.filter(({ author }) => author.bot).map(({ body }) => body);
    for (const [command, answer] of [
      ["accept", "The fingerprint is missing"],
      [`accept ${fingerprint}`, "The reason is missing"],
      [`accept ${fingerprint} split until=2020-01-31`, "That day is over"],
      ["accept abcdef0123 never seen", "has no finding with the fingerprint"],
      [`reopen ${fingerprint}`, "No command on this pull request accepted"],
      ["approve", "There is no such command"],
    ]) {
      const before = answers().length;
      here.github.people.comment(here.repository, pull, "ada", `/faultline ${command}`);
      await until(`an answer to ${command}`, () => answers().length > before);
      const delivered = here.github.deliveries.attempts.findLast(
        ({ event, payload }) => event === "issue_comment" && (payload["comment"] as { body: string }).body === `/faultline ${command}`,
      );
      here.github.deliveries.redeliver(delivered!.id);
      await quiet();
      expect(answers().slice(before)).toEqual([expect.stringContaining(answer!)]);
    }
    expect([conclusions().length, refusedWrites()]).toEqual([4, []]);
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(new Set(here.github.ignored.map((what) => what.replace(/\d+/g, "N")))).toEqual(new Set());
});
