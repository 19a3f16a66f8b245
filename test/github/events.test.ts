import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { jobsOf } from "../../src/github/events.js";
import type { Job } from "../../src/store/jobs.js";

// Its types describe a default export that it does not have.
const examples = createRequire(import.meta.url)("@octokit/webhooks-examples") as readonly {
  readonly name: string;
  readonly examples: readonly object[];
}[];

const SHA = "1".repeat(40);
const BASE = "2".repeat(40);
const installation = { id: 5 };
const repository = { id: 70, full_name: "shop/orders", default_branch: "main" };

function jobs(event: string, payload: object): readonly Job[] {
  return jobsOf({ event, delivery: "d-1", payload: { installation, repository, ...payload } });
}

const pullRequest = { kind: "pull-request", installation: 5, repository: "shop/orders", number: 7, rerun: null };

describe("pull_request", () => {
  test.each(["opened", "reopened", "synchronize", "ready_for_review", "stacked", "closed"])("%s", (action) => {
    expect(jobs("pull_request", { action, pull_request: { number: 7 } })).toEqual([pullRequest]);
  });

  test("a head is told with it, as far as it is one", () => {
    const opened = (sha: unknown) => jobs("pull_request", { action: "opened", pull_request: { number: 7, head: { sha } } });
    expect(opened(SHA)).toEqual([{ ...pullRequest, head: SHA }]);
    expect(opened("main")).toEqual([pullRequest]);
  });

  test("edited counts where the base changed", () => {
    const edited = { action: "edited", pull_request: { number: 7 } };
    expect(jobs("pull_request", { ...edited, changes: { title: { from: "Pay" } } })).toEqual([]);
    expect(jobs("pull_request", { ...edited, changes: { base: { ref: { from: "main" } } } })).toEqual([pullRequest]);
  });

  test.each(["labeled", "assigned", "locked", "constructor"])("%s is nothing to us", (action) => {
    expect(jobs("pull_request", { action, pull_request: { number: 7 } })).toEqual([]);
  });

  test("without an installation nobody could answer", () => {
    expect(jobs("pull_request", { action: "opened", installation: undefined, pull_request: { number: 7 } })).toEqual([]);
  });
});

describe("asked again", () => {
  const of = (number: number, home: number) => ({ number, base: { repo: { id: home } } });

  test.each(["check_run", "check_suite"])("%s", (event) => {
    const asked = (pulls: readonly object[]) => jobs(event, { action: "rerequested", [event]: { head_sha: SHA, pull_requests: pulls } });
    expect(asked([of(7, 70), of(9, 71)])).toEqual([{ ...pullRequest, rerun: "d-1" }]);
    expect(asked([])).toEqual([{ kind: "head", installation: 5, repository: "shop/orders", sha: SHA, rerun: "d-1" }]);
    expect(jobs(event, { action: "completed", [event]: { head_sha: SHA, pull_requests: [] } })).toEqual([]);
  });

  test("a button of the check", () => {
    const pressed = {
      action: "requested_action",
      check_run: { head_sha: SHA, pull_requests: [of(7, 70)] },
      requested_action: { identifier: "accept" },
      sender: { login: "ada" },
    };
    expect(jobs("check_run", pressed)).toEqual([
      { kind: "action", installation: 5, repository: "shop/orders", number: 7, sha: SHA, action: "accept", actor: "ada" },
    ]);
  });
});

test("merge_group", () => {
  const group = { merge_group: { base_sha: BASE, head_sha: SHA, head_ref: "refs/heads/gh-readonly-queue/main/pr-7" } };
  const job = {
    kind: "merge-group",
    installation: 5,
    repository: "shop/orders",
    base: BASE,
    head: SHA,
    ref: "refs/heads/gh-readonly-queue/main/pr-7",
    rerun: null,
  };
  expect(jobs("merge_group", { action: "checks_requested", ...group })).toEqual([{ ...job, destroyed: false }]);
  expect(jobs("merge_group", { action: "destroyed", ...group })).toEqual([{ ...job, destroyed: true }]);
});

test("a push to the default branch may bring new settings", () => {
  expect(jobs("push", { ref: "refs/heads/main" })).toEqual([{ kind: "backfill", installation: 5, repository: "shop/orders" }]);
  expect(jobs("push", { ref: "refs/heads/topic" })).toEqual([]);
  const organisation = { ref: "refs/heads/main", repository: { ...repository, full_name: "shop/.github" } };
  expect(jobs("push", organisation)).toEqual([
    { kind: "backfill", installation: 5, repository: "shop/.github" },
    { kind: "backfill", installation: 5, repository: null },
  ]);
  expect(jobs("push", { ref: "refs/tags/main" })).toEqual([]);
  const own = { kind: "backfill", installation: 5, repository: "shop/orders" };
  const commit = { added: ["a.yml"], modified: ["b.yml"], removed: [] };
  expect(jobs("push", { ref: "refs/heads/main", commits: [commit, { ...commit, removed: ["c.yml"] }] })).toEqual([
    { ...own, touched: ["a.yml", "b.yml", "c.yml"] },
  ]);
  expect(jobs("push", { ref: "refs/heads/main", commits: [commit], forced: true })).toEqual([own]);
  expect(jobs("push", { ref: "refs/heads/main", commits: [{ added: ["a.yml"] }] })).toEqual([own]);
  expect(jobs("push", { ref: "refs/heads/main", commits: Array.from({ length: 20 }, () => commit) })).toEqual([own]);
});

describe("issue_comment", () => {
  const comment = (body: string, change: object = {}) => ({
    action: "created",
    issue: { number: 7, pull_request: {} },
    comment: { id: 31, body, user: { login: "ada", type: "User" } },
    ...change,
  });

  test("a command", () => {
    expect(jobs("issue_comment", comment("/faultline rerun"))).toEqual([
      { kind: "command", installation: 5, repository: "shop/orders", number: 7, comment: 31, author: "ada", body: "/faultline rerun" },
    ]);
  });

  test.each(["/faultliner rerun", "see /faultline rerun", "> /faultline rerun", ""])("%j is no command", (body) => {
    expect(jobs("issue_comment", comment(body))).toEqual([]);
  });

  test("on issues, by programs, or edited into: no", () => {
    expect(jobs("issue_comment", comment("/faultline rerun", { issue: { number: 7 } }))).toEqual([]);
    expect(jobs("issue_comment", comment("/faultline rerun", { action: "edited" }))).toEqual([]);
    expect(
      jobs("issue_comment", comment("", { comment: { id: 31, body: "/faultline rerun", user: { login: "faultline[bot]", type: "Bot" } } })),
    ).toEqual([]);
  });
});

describe("pull_request_review_comment", () => {
  const comment = {
    action: "created",
    pull_request: { number: 7 },
    comment: { id: 31, body: "/faultline rerun", user: { login: "ada", type: "User" } },
  };

  test("a command below a comment of ours", () => {
    expect(jobs("pull_request_review_comment", comment)).toEqual([
      {
        kind: "command",
        installation: 5,
        repository: "shop/orders",
        number: 7,
        comment: 31,
        author: "ada",
        body: "/faultline rerun",
        onLines: true,
      },
    ]);
  });

  test("edited, or by a program: no", () => {
    expect(jobs("pull_request_review_comment", { ...comment, action: "edited" })).toEqual([]);
    expect(
      jobs("pull_request_review_comment", { ...comment, comment: { ...comment.comment, user: { login: "faultline[bot]", type: "Bot" } } }),
    ).toEqual([]);
  });
});

describe("installation", () => {
  test.each(["created", "unsuspend", "new_permissions_accepted"])("%s looks for open pull requests", (action) => {
    expect(jobs("installation", { action, repository: undefined })).toEqual([{ kind: "backfill", installation: 5, repository: null }]);
  });

  test.each(["deleted", "suspend"])("%s ends it", (action) => {
    expect(jobs("installation", { action, repository: undefined })).toEqual([]);
  });

  test("repositories added, renamed and transferred", () => {
    const backfill = { kind: "backfill", installation: 5, repository: "shop/payments" };
    expect(
      jobs("installation_repositories", {
        action: "added",
        repository: undefined,
        repositories_added: [{ full_name: "shop/payments" }, { full_name: "../etc" }],
      }),
    ).toEqual([backfill]);
    const moved = (action: string, changes: object) => jobs("repository", { action, changes, repository: { full_name: "shop/payments" } });
    expect(moved("renamed", { repository: { name: { from: "billing" } } })).toEqual([{ ...backfill, renamedFrom: "shop/billing" }]);
    expect(moved("transferred", { owner: { from: { organization: { login: "market" } } } })).toEqual([
      { ...backfill, renamedFrom: "market/payments" },
    ]);
    expect(moved("transferred", { owner: { from: { user: { login: "ada" } } } })).toEqual([{ ...backfill, renamedFrom: "ada/payments" }]);
    expect(moved("renamed", { repository: { name: { from: "../etc" } } })).toEqual([backfill]);
    expect(moved("unarchived", {})).toEqual([backfill]);
  });
});

describe("recorded payloads", () => {
  test.each(examples.map(({ name, examples: recorded }) => [name, recorded] as const))("%s", (event, recorded) => {
    for (const payload of recorded)
      expect(Array.isArray(jobsOf({ event, delivery: "d-1", payload: { installation, ...payload } }))).toBe(true);
  });

  test("those that concern us give jobs", () => {
    const busy = examples
      .filter(({ name, examples: recorded }) =>
        recorded.some((payload) => jobsOf({ event: name, delivery: "d-1", payload: { installation, ...payload } }).length > 0),
      )
      .map(({ name }) => name);
    expect(busy).toEqual([
      "check_run",
      "check_suite",
      "installation",
      "installation_repositories",
      "merge_group",
      "pull_request",
      "push",
      "repository",
    ]);
  });
});

test.each([
  null,
  3,
  "text",
  [],
  { installation: { id: "5" } },
  { installation: { id: 5 }, repository: 3 },
  { installation: null, action: {} },
])("%j asks for nothing", (payload) => {
  for (const event of [
    "pull_request",
    "check_run",
    "check_suite",
    "merge_group",
    "push",
    "issue_comment",
    "installation",
    "installation_repositories",
    "repository",
    "__proto__",
  ]) {
    expect(jobsOf({ event, delivery: "d-1", payload }).filter(({ kind }) => kind !== "backfill")).toEqual([]);
  }
});
