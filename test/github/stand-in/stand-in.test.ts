import { ProbotOctokit } from "probot";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { githubSnapshot } from "../../../src/github/snapshot.js";
import { compareWith } from "../../../src/github/merge-base.js";
import type { Octokit } from "../../../src/github/octokit.js";
import { PERMISSIONS, startStandIn, type StandIn } from "./stand-in.js";
import type { PullRequest, Repository } from "./world.js";

let github: StandIn;
let repository: Repository;
let pull: PullRequest;
let octokit: Octokit;
const shop = { owner: "shop", repo: "web" };

const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join("");

beforeEach(async () => {
  github = await startStandIn();
  repository = await github.people.createRepository("shop/web", { "orders.ts": numbered(1, 40), "docs/readme.md": "Shop\n" });
  pull = await github.people.open(repository, {
    branch: "topic",
    title: "Change orders",
    files: { "orders.ts": numbered(1, 19) + "changed\n" + numbered(21, 40) },
  });
  octokit = client();
});
afterEach(async () => github.close());

function client(): Octokit {
  const { appId, privateKey } = github.credentials;
  const Client = ProbotOctokit.defaults((options: Record<string, unknown>) => ({
    ...options,
    throttle: { enabled: false },
    retry: { enabled: false },
  }));
  return new Client({
    auth: { appId, privateKey, installationId: 70 },
    baseUrl: github.url,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

const status = async (request: Promise<{ status: number }>): Promise<number> =>
  request.then(
    (answer) => answer.status,
    (error: { status: number }) => error.status,
  );

describe("commits", () => {
  it("are read as the App reads them", async () => {
    const snapshot = await githubSnapshot(octokit, { repository: "shop/web", commit: pull.head });
    expect([...snapshot.files.keys()]).toEqual(["docs/readme.md", "orders.ts"]);
    const texts: string[] = [];
    for await (const content of snapshot.read([...snapshot.files.values()]))
      texts.push("text" in content ? content.text.slice(0, 6) : content.unread);
    expect(texts).toEqual(["Shop\n", "line 1"]);
    expect((await compareWith(octokit, "shop/web", "main", pull.head)).base).toBe(await repository.git.commit("main"));
  });

  it("come in part where the tree is too large, and whole in an archive behind a redirect", async () => {
    github.world.limits.treeEntries = 1;
    const { data } = await octokit.rest.git.getTree({ ...shop, tree_sha: pull.head, recursive: "1" });
    expect([data.truncated, data.tree.length]).toEqual([true, 1]);
    const archive = await octokit.request("GET /repos/{owner}/{repo}/tarball/{ref}", { ...shop, ref: pull.head });
    expect(Buffer.from(archive.data as ArrayBuffer).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });

  it("are listed by pull request, but for heads of forks", async () => {
    const fork = await github.people.open(repository, {
      branch: "main",
      fork: "ada/web",
      title: "From a fork",
      files: { "docs/readme.md": "Our shop\n" },
    });
    const of = async (commit: string): Promise<unknown> =>
      (await octokit.rest.repos.listPullRequestsAssociatedWithCommit({ ...shop, commit_sha: commit })).data.map(({ number }) => number);
    expect([await of(pull.head), await of(fork.head)]).toEqual([[1], []]);
    expect((await octokit.rest.pulls.get({ ...shop, pull_number: 2 })).data.head.repo?.full_name).toBe("ada/web");
  });
});

describe("check runs", () => {
  const created = async (): Promise<number> =>
    (await octokit.rest.checks.create({ ...shop, name: "Faultline", head_sha: pull.head, external_id: "x", status: "in_progress" })).data
      .id;
  const update = async (id: number, output: Record<string, unknown>): Promise<number> =>
    status(octokit.rest.checks.update({ ...shop, check_run_id: id, output: output as never }));
  const annotation = { path: "orders.ts", start_line: 1, end_line: 1, annotation_level: "failure", message: "m" };

  it("append annotations, fifty at once", async () => {
    const id = await created();
    const output = (count: number) => ({ title: "t", summary: "s", annotations: Array.from({ length: count }, () => annotation) });
    expect([await update(id, output(50)), await update(id, output(51)), await update(id, output(7))]).toEqual([200, 422, 200]);
    expect(repository.checkRuns.get(id)?.annotations).toHaveLength(57);
  });

  it("refuse what is too long or incomplete", async () => {
    const id = await created();
    expect(await update(id, { title: "t", summary: "s".repeat(65_535) })).toBe(200);
    expect(await update(id, { title: "t", summary: "s".repeat(65_536) })).toBe(422);
    expect(await update(id, { title: "t", summary: "s", text: "ü".repeat(40_000) })).toBe(422);
    expect(await update(id, { summary: "s" })).toBe(422);
    expect(await update(id, { title: "t", summary: "s", annotations: [{ ...annotation, end_line: 2, start_column: 1 }] })).toBe(422);
    expect(
      await status(
        octokit.rest.checks.update({ ...shop, check_run_id: id, actions: [{ label: "x".repeat(21), identifier: "i", description: "d" }] }),
      ),
    ).toBe(422);
  });

  it("of one name are shown once unless all are asked for", async () => {
    await created();
    await created();
    const count = async (filter: "all" | "latest"): Promise<number> =>
      (await octokit.rest.checks.listForRef({ ...shop, ref: pull.head, filter })).data.check_runs.length;
    expect([await count("latest"), await count("all")]).toEqual([1, 2]);
  });
});

describe("reviews", () => {
  const review = async (...comments: Record<string, unknown>[]): Promise<number> =>
    status(
      octokit.rest.pulls.createReview({
        ...shop,
        pull_number: 1,
        commit_id: pull.head,
        event: "COMMENT",
        comments: comments.map((comment) => ({ path: "orders.ts", body: "b", ...comment })),
      }),
    );

  it("are refused whole for one line outside the diff", async () => {
    expect(await review({ line: 20, side: "RIGHT" }, { line: 24, side: "RIGHT" })).toBe(422);
    expect(pull.threads).toHaveLength(0);
    expect(await review({ line: 20, side: "LEFT" }, { line: 23, start_line: 17, start_side: "RIGHT", side: "RIGHT" })).toBe(200);
    expect(pull.threads).toHaveLength(2);
    expect(await review({ line: 1, path: "docs/readme.md" })).toBe(422);
    expect(await review({ line: 20, start_line: 20, start_side: "RIGHT" })).toBe(422);
    expect(await review({ line: 20, body: "b".repeat(65_537) })).toBe(422);
  });

  it("keep to their lines until these change", async () => {
    await review({ line: 20 }, { line: 22 });
    await github.people.push(repository, pull, { "orders.ts": "first\n" + numbered(1, 19) + "changed again\n" + numbered(21, 40) });
    const { data } = await octokit.rest.pulls.listReviewComments({ ...shop, pull_number: 1 });
    expect(data.map((comment) => [comment.original_line, comment.line ?? null])).toEqual([
      [20, null],
      [22, 23],
    ]);
  });

  it("are closed through GraphQL, as far as the permissions go", async () => {
    await review({ line: 20 });
    const query =
      'query($number: Int!) { repository(owner: "shop", name: "web") { pullRequest(number: $number) { reviewThreads(first: 10) { nodes { id viewerCanResolve comments(first: 1) { nodes { id author { login } isMinimized } } } } } } }';
    type Threads = {
      repository: {
        pullRequest: {
          reviewThreads: {
            nodes: { id: string; viewerCanResolve: boolean; comments: { nodes: { id: string; author: { login: string } }[] } }[];
          };
        };
      };
    };
    const { repository: found } = await octokit.graphql<Threads>(query, { number: 1 });
    const thread = found.pullRequest.reviewThreads.nodes[0]!;
    expect([thread.viewerCanResolve, thread.comments.nodes[0]?.author.login]).toEqual([false, "faultline"]);
    await expect(
      octokit.graphql("mutation($id: ID!) { resolveReviewThread(input: { threadId: $id }) { thread { id } } }", { id: thread.id }),
    ).rejects.toThrow("Resource not accessible");
    await octokit.graphql(
      "mutation($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: RESOLVED }) { minimizedComment { isMinimized } } }",
      { id: thread.comments.nodes[0]!.id },
    );
    expect(pull.threads[0]?.comments[0]?.minimized).toBe("resolved");
    await expect(
      octokit.graphql('{ repository(owner: "shop", name: "web") { pullRequest(number: 1) { comments { totalCount } } } }'),
    ).rejects.toThrow("first");
  });
});

describe("access", () => {
  it("is refused without the permission, the repository or a token that lives", async () => {
    github.world.installation.permissions = { ...PERMISSIONS, checks: "read" };
    expect(await status(client().rest.checks.create({ ...shop, name: "Faultline", head_sha: pull.head }))).toBe(403);
    expect(await status(octokit.rest.repos.get({ owner: "shop", repo: "secret" }))).toBe(404);
    expect(await status(octokit.rest.repos.get(shop))).toBe(200);
    const [token] = github.world.tokens.keys();
    const plain = async (): Promise<number> =>
      (await fetch(`${github.url}/repos/shop/web`, { headers: { authorization: `token ${token}` } })).status;
    expect(await plain()).toBe(200);
    github.world.tokens.clear();
    expect(await plain()).toBe(401);
  });

  it("is refused to a JWT that another key signed", async () => {
    const privateKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString();
    const other = new ProbotOctokit({
      auth: { appId: 7, privateKey },
      baseUrl: github.url,
      retry: { enabled: false },
      log: { debug() {}, info() {}, warn() {}, error() {} },
    });
    expect(await status(other.rest.apps.getAuthenticated())).toBe(401);
  });

  it("is limited on demand", async () => {
    github.world.limits.contentPerMinute = 1;
    const comment = async () => octokit.rest.issues.createComment({ ...shop, issue_number: 1, body: "b" });
    await comment();
    await expect(comment()).rejects.toMatchObject({ status: 403, response: { headers: { "retry-after": "60" } } });
    github.world.limits.contentPerMinute = 80;
    github.faults.plan("POST", /\/comments$/, { kind: "after", status: 502 });
    expect(await status(comment())).toBe(502);
    expect(pull.comments).toHaveLength(2);
  });

  it("costs nothing where the answer is known", async () => {
    github.world.limits.requestsPerHour = 100;
    const list = async (headers: object = {}) =>
      octokit.rest.pulls
        .list({ ...shop, ...headers })
        .catch((error: { status: number; response: object }) => ({ status: error.status, ...error.response }));
    const first = (await list()) as { headers: Record<string, string> };
    const again = (await list({ headers: { "if-none-match": first.headers["etag"] } })) as {
      status: number;
      headers: Record<string, string>;
    };
    expect([again.status, again.headers["x-ratelimit-remaining"]]).toEqual([304, first.headers["x-ratelimit-remaining"]]);
    const { headers } = (await list()) as { headers: Record<string, string> };
    expect(Number(headers["x-ratelimit-remaining"])).toBe(Number(first.headers["x-ratelimit-remaining"]) - 1);
  });

  it("takes nothing into a locked conversation", async () => {
    await octokit.rest.issues.createComment({ ...shop, issue_number: 1, body: "b" });
    pull.locked = true;
    const comment = { ...shop, pull_number: 1, commit_id: pull.head, path: "orders.ts", line: 20, body: "b" };
    expect(await status(octokit.rest.issues.createComment({ ...shop, issue_number: 1, body: "b" }))).toBe(403);
    expect(await status(octokit.rest.pulls.createReviewComment(comment))).toBe(403);
    expect(await status(octokit.rest.pulls.createReview({ ...shop, pull_number: 1, event: "COMMENT", body: "b", comments: [] }))).toBe(403);
    const id = Buffer.from(`IssueComment:${pull.comments[0]!.id}`).toString("base64url");
    await expect(
      octokit.graphql(
        "mutation($id: ID!) { minimizeComment(input: { subjectId: $id, classifier: RESOLVED }) { minimizedComment { isMinimized } } }",
        { id },
      ),
    ).rejects.toThrow("Resource not accessible");
    expect([pull.comments.length, pull.threads.length, pull.reviews.length]).toEqual([1, 0, 0]);
  });

  it("finds nothing in an empty repository", async () => {
    await github.people.createRepository("shop/empty", {});
    const empty = { owner: "shop", repo: "empty" };
    expect(await status(octokit.rest.git.getTree({ ...empty, tree_sha: "main" }))).toBe(409);
    expect(await status(octokit.request("GET /repos/{owner}/{repo}/tarball/{ref}", { ...empty, ref: "main" }))).toBe(404);
    expect(await status(octokit.rest.repos.getContent({ ...empty, path: "README.md" }))).toBe(404);
  });

  it("shows long lists in pages", async () => {
    for (let count = 0; count < 35; count++) github.people.comment(repository, pull, "ada", "b");
    const first = await octokit.rest.issues.listComments({ ...shop, issue_number: 1 });
    expect([first.data.length, first.headers.link?.includes('rel="next"')]).toEqual([30, true]);
    expect(await octokit.paginate(octokit.rest.issues.listComments, { ...shop, issue_number: 1 })).toHaveLength(35);
  });
});

it("checks requests by GitHub's own description, and names what GitHub would ignore", async () => {
  expect(
    await status(
      octokit.request("POST /repos/{owner}/{repo}/check-runs", {
        ...shop,
        name: "Faultline",
        head_sha: pull.head,
        started_at: "yesterday",
      }),
    ),
  ).toBe(422);
  expect(await status(octokit.request("GET /repos/{owner}/{repo}/pulls", { ...shop, state: "opened" as never }))).toBe(422);
  expect(github.ignored).toEqual([]);
  await octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", { ...shop, issue_number: 1, body: "b", text: "b" });
  expect(github.ignored).toEqual(["POST /repos/shop/web/issues/1/comments: text"]);
});

it("sends signed webhooks, and meets with failures that were planned", async () => {
  await github.deliveries.settled();
  const arrived: { readonly id: string | undefined; readonly good: boolean }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const good = request.headers["x-hub-signature-256"] === github.deliveries.sign(Buffer.concat(chunks).toString());
      arrived.push({ id: request.headers["x-github-delivery"] as string, good });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const before = github.deliveries.attempts.length;
  try {
    github.deliveries.target = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    github.deliveries.fates.push("twice", "fail", "vanish");
    for (const title of ["Orders", "Orders again", "Orders at last"]) await github.people.edit(repository, pull, title);
    await github.deliveries.settled();
  } finally {
    server.close();
  }
  expect(arrived.map(({ good }) => good)).toEqual([true, true]);
  expect(new Set(arrived.map(({ id }) => id)).size).toBe(1);
  expect(
    github.deliveries.attempts
      .slice(before)
      .map(({ status: code }) => code)
      .sort(),
  ).toEqual([0, 202, 202]);
});
