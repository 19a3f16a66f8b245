import nock from "nock";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import type { Publication } from "../../src/github/publication.js";
import { publishReview } from "../../src/github/publish.js";
import type { Report, ReportedFinding } from "../../src/report/report.js";
import { commentBody, goneBody, markerOf, settledBody } from "../../src/report/review-comments.js";
import { pullRequest, report } from "../report/shop.js";
import { API, client, onlyAnnounced } from "./client.js";

onlyAnnounced();

const HEAD = "a".repeat(40);
const repo = "/repos/shop/orders";
let one: Report;
let loop: ReportedFinding;
let timeout: ReportedFinding;

beforeAll(async () => {
  one = await report(pullRequest);
  [loop, timeout] = one.findings as [ReportedFinding, ReportedFinding];
});

function publication(change: Partial<Publication> = {}): Publication {
  return {
    repository: "shop/orders",
    number: 7,
    head: HEAD,
    report: one,
    config: defaultConfig(),
    checkRun: 11,
    permissions: { checks: "write", pull_requests: "write" },
    site: "https://github.com",
    ...change,
  };
}

const bodyOf = (finding: ReportedFinding, clickable = false): string => commentBody(one, finding, publication(), clickable);

interface Thread {
  readonly body: string;
  readonly author?: "us" | "them";
  readonly replies?: readonly ("us" | "them")[];
  readonly resolved?: boolean;
  readonly minimized?: boolean;
  readonly mayMinimize?: boolean;
  readonly line?: number | null;
  readonly path?: string;
  readonly total?: number;
}

function node(thread: Thread, index: number): unknown {
  const comment = (author: "us" | "them", body: string, id: string) => ({
    id,
    body,
    viewerDidAuthor: author === "us",
    isMinimized: thread.minimized ?? false,
    viewerCanMinimize: thread.mayMinimize ?? true,
  });
  const nodes = [
    comment(thread.author ?? "us", thread.body, `C${index}`),
    ...(thread.replies ?? []).map((author, reply) => comment(author, "a reply", `C${index}R${reply}`)),
  ];
  return {
    isResolved: thread.resolved ?? false,
    isOutdated: false,
    path: thread.path ?? "mesh/orders.yml",
    line: thread.line ?? null,
    startLine: null,
    diffSide: "RIGHT",
    comments: { totalCount: thread.total ?? nodes.length, nodes },
  };
}

/** Comments in the conversation of the pull request. */
let conversation: { readonly id: string; readonly body: string; readonly viewerDidAuthor: boolean }[] = [];
afterEach(() => void (conversation = []));

/** Announces the reading of threads, page by page. */
function threads(...pages: readonly (readonly Thread[])[]): void {
  for (const [index, page] of pages.entries()) {
    nock(API)
      .post(
        "/graphql",
        (body: { query: string; variables: { after: string | null } }) =>
          body.query.startsWith("query threads") && body.variables.after === (index === 0 ? null : `page ${index}`),
      )
      .reply(200, {
        data: {
          repository: {
            pullRequest: {
              reviewThreads: { pageInfo: { hasNextPage: index < pages.length - 1, endCursor: `page ${index + 1}` }, nodes: page.map(node) },
              comments: { pageInfo: { hasNextPage: false, endCursor: null }, nodes: conversation },
            },
          },
        },
      });
  }
}

interface Mutation {
  readonly query: string;
  readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Announces one request that changes comments; its steps, once it came. */
function mutation(answer: unknown = { data: {} }): { readonly steps: { field: string; input: Readonly<Record<string, string>> }[] } {
  const seen: { steps: { field: string; input: Readonly<Record<string, string>> }[] } = { steps: [] };
  nock(API)
    .post("/graphql", (body: Mutation) => body.query.startsWith("mutation"))
    .reply(200, (_, body) => {
      const { query, variables } = body as Mutation;
      seen.steps = [...query.matchAll(/m(\d+): (\w+)\(input: \$i(\d+)\)/g)].map(([, , field, index]) => ({
        field: field!,
        input: variables[`i${index}`]!,
      }));
      return answer as nock.Body;
    });
  return seen;
}

const ORDERS_PATCH = { filename: "services/orders/src/orders.service.ts", patch: "@@ -1,6 +1,9 @@\n export" };
const MESH_PATCH = { filename: "mesh/orders.yml", patch: "@@ -2,4 +2,3 @@ http:\n   - route" };

function files(...pages: readonly (readonly { filename: string; patch?: string }[])[]): void {
  for (const [index, page] of pages.entries()) {
    const next = index < pages.length - 1 ? { link: `<${API}${repo}/pulls/7/files?per_page=100&page=${index + 2}>; rel="next"` } : {};
    nock(API)
      .get(`${repo}/pulls/7/files`)
      .query(index === 0 ? { per_page: 100 } : { per_page: 100, page: index + 1 })
      .reply(200, page as nock.Body, next);
  }
}

interface SentReview {
  readonly commit_id: string;
  readonly event: string;
  readonly body: string;
  readonly comments: readonly {
    readonly path: string;
    readonly line: number;
    readonly side: string;
    readonly start_line?: number;
    readonly body: string;
  }[];
}

function review(status = 200): { sent: SentReview | null } {
  const seen: { sent: SentReview | null } = { sent: null };
  nock(API)
    .post(`${repo}/pulls/7/reviews`)
    .reply(status, (_, body) => {
      seen.sent = body as SentReview;
      return { id: 1, message: "said so" };
    });
  return seen;
}

/** Announces one comment by itself. */
function comment(status = 201): { readonly sent: unknown[] } {
  const sent: unknown[] = [];
  nock(API)
    .post(`${repo}/pulls/7/comments`)
    .reply(status, (_, body) => {
      sent.push(body);
      return { id: 2, message: "said so" };
    });
  return { sent };
}

/** Announces a new comment in the conversation. */
function remark(status = 201): { readonly bodies: string[] } {
  const bodies: string[] = [];
  nock(API)
    .post(`${repo}/issues/7/comments`)
    .reply(status, (_, body) => {
      bodies.push((body as { body: string }).body);
      return { id: 3, message: "said so" };
    });
  return { bodies };
}

describe("a review", () => {
  it("tells what is new in one request, on the lines of the head", async () => {
    threads([]);
    files([ORDERS_PATCH, MESH_PATCH]);
    const seen = review();
    expect(await publishReview(client(), publication())).toEqual({ created: 2, edited: 0, closed: 0 });
    expect(seen.sent).toMatchObject({ commit_id: HEAD, event: "COMMENT", body: "Faultline: 1 finding to settle, 1 more to know of." });
    expect(seen.sent!.comments.map(({ path, line, side, body }) => [path, line, side, markerOf(body)?.fingerprint])).toEqual([
      ["services/orders/src/orders.service.ts", 5, "RIGHT", loop.fingerprint],
      ["mesh/orders.yml", 4, "RIGHT", timeout.fingerprint],
    ]);
    expect(seen.sent!.comments[0]).not.toHaveProperty("start_line");
  });

  it("shows what changes between the services, unless the summary in the conversation does", async () => {
    const base = {
      services: [
        { name: "orders", paths: [] },
        { name: "stock", paths: [] },
      ],
      databases: [],
      calls: [],
      channels: [],
    };
    const system = { ...base, calls: [{ from: "orders", to: "stock", kind: "http", operation: "GET /stock", evidence: [] }] };
    threads([]);
    files([ORDERS_PATCH, MESH_PATCH]);
    const alone = review();
    await publishReview(client(), publication({ report: { ...one, system, baseSystem: base } }));
    expect(alone.sent!.body).toMatch(
      /^Faultline: 1 finding to settle[^]*- service orders now calls service stock\n\n```mermaid\nflowchart LR\n/,
    );

    conversation = [{ id: "S1", body: "<!-- faultline-summary -->\n\nold", viewerDidAuthor: true }];
    threads([]);
    files([ORDERS_PATCH, MESH_PATCH]);
    const beside = review();
    mutation();
    await publishReview(client(), publication({ report: { ...one, system, baseSystem: base } }));
    expect(beside.sent!.body).toBe("Faultline: 1 finding to settle, 1 more to know of.");
  });

  it("is silent where there is nothing new", async () => {
    threads([]);
    expect(
      await publishReview(client(), publication({ report: await report({ base: pullRequest.head, head: pullRequest.head }) })),
    ).toEqual({ created: 0, edited: 0, closed: 0 });
  });

  it("asks nothing where it may not comment or there is nowhere to", async () => {
    await publishReview(client(), publication({ permissions: { pull_requests: "read" } }));
    await publishReview(client(), publication({ permissions: {} }));
    await publishReview(client(), publication({ number: null }));
  });

  it("tells on the file what GitHub's own diff has no lines for, and says how many there are", async () => {
    threads([]);
    files([{ filename: "a.ts" }, ORDERS_PATCH], [{ filename: "mesh/orders.yml" }]);
    const seen = review();
    const single = comment();
    expect(await publishReview(client(), publication({ detailsUrl: "https://faultline.example/7" }))).toMatchObject({ created: 2 });
    expect(single.sent).toEqual([
      {
        path: "mesh/orders.yml",
        subject_type: "file",
        commit_id: HEAD,
        body: commentBody(one, timeout, publication({ detailsUrl: "https://faultline.example/7" }), false),
      },
    ]);
    expect(seen.sent!.comments.map(({ path }) => path)).toEqual(["services/orders/src/orders.service.ts"]);
    expect(seen.sent!.body).toContain("[The Faultline check](https://faultline.example/7) has all 2.");
  });

  it("reads no further page of files than it needs", async () => {
    threads([]);
    nock(API)
      .get(`${repo}/pulls/7/files`)
      .query({ per_page: 100 })
      .reply(200, [ORDERS_PATCH, MESH_PATCH], { link: `<${API}${repo}/pulls/7/files?per_page=100&page=2>; rel="next"` });
    review();
    await publishReview(client(), publication());
  });

  it("repeats nothing after a push, and edits nothing where only the commit moved", async () => {
    threads(
      [{ body: bodyOf(loop).replaceAll(HEAD, "e".repeat(40)), line: 5, path: loop.anchor!.path }],
      [{ body: bodyOf(timeout, true), line: 4 }],
    );
    expect(await publishReview(client(), publication())).toEqual({ created: 0, edited: 0, closed: 0 });
  });

  it("edits in place what reads otherwise now, without a click on lines that moved", async () => {
    threads([
      { body: bodyOf(loop).replace("Ask once", "Ask twice"), line: 5, path: loop.anchor!.path },
      { body: bodyOf(timeout, true), line: 9 },
    ]);
    const seen = mutation();
    expect(await publishReview(client(), publication())).toEqual({ created: 0, edited: 2, closed: 0 });
    expect(seen.steps).toEqual([
      { field: "updatePullRequestReviewComment", input: { pullRequestReviewCommentId: "C0", body: bodyOf(loop) } },
      { field: "updatePullRequestReviewComment", input: { pullRequestReviewCommentId: "C1", body: bodyOf(timeout, false) } },
    ]);
  });

  it("closes what is gone and minimises it where it may", async () => {
    const findings: readonly ReportedFinding[] = [];
    threads([{ body: bodyOf(loop) }, { body: bodyOf(timeout, true), mayMinimize: false }]);
    const seen = mutation();
    expect(await publishReview(client(), publication({ report: { ...one, findings } }))).toEqual({ created: 0, edited: 0, closed: 2 });
    expect(seen.steps).toEqual([
      {
        field: "updatePullRequestReviewComment",
        input: { pullRequestReviewCommentId: "C0", body: goneBody(bodyOf(loop), loop.fingerprint, HEAD) },
      },
      { field: "minimizeComment", input: { subjectId: "C0", classifier: "RESOLVED" } },
      {
        field: "updatePullRequestReviewComment",
        input: { pullRequestReviewCommentId: "C1", body: goneBody(bodyOf(timeout, true), timeout.fingerprint, HEAD) },
      },
    ]);
  });

  it("leaves what is closed closed", async () => {
    threads([{ body: goneBody(bodyOf(loop), loop.fingerprint, HEAD), minimized: true }]);
    expect(await publishReview(client(), publication({ report: { ...one, findings: [] } }))).toEqual({ created: 0, edited: 0, closed: 0 });
  });

  it("opens what comes back, and shows it again", async () => {
    threads([
      { body: goneBody(bodyOf(loop), loop.fingerprint, HEAD), minimized: true },
      { body: bodyOf(timeout), minimized: true },
    ]);
    const seen = mutation();
    await publishReview(client(), publication());
    expect(seen.steps).toEqual([
      { field: "updatePullRequestReviewComment", input: { pullRequestReviewCommentId: "C0", body: bodyOf(loop) } },
      { field: "unminimizeComment", input: { subjectId: "C0" } },
    ]);
  });

  it("closes what is accepted, with who and why", async () => {
    const waived: ReportedFinding = {
      ...loop,
      shown: "summary",
      blocking: false,
      waiver: { source: "command", reason: "three items at most", owner: "ada", until: null, path: null, line: null },
    };
    const changed = { ...one, findings: [waived] };
    threads([{ body: bodyOf(loop) }]);
    const seen = mutation();
    await publishReview(client(), publication({ report: changed }));
    expect(seen.steps[0]!.input["body"]).toBe(settledBody(changed, waived, publication()));
    expect(seen.steps[0]!.input["body"]).toContain("Accepted by command by ada: three items at most");
    expect(seen.steps[1]!.field).toBe("minimizeComment");
  });

  it.each([
    ["somebody answered", { replies: ["us", "them"] }],
    ["somebody resolved it", { resolved: true }],
    ["there is more in it than was read", { total: 30 }],
  ] as const)("leaves a thread alone where %s, and does not tell it again", async (_, state) => {
    threads([
      { body: `${bodyOf(loop)} old`, ...state },
      { body: bodyOf({ ...timeout, fingerprint: "d".repeat(64) }), ...state },
    ]);
    expect(await publishReview(client(), publication({ report: { ...one, findings: [loop] } }))).toEqual({
      created: 0,
      edited: 0,
      closed: 0,
    });
  });

  it("believes no marker that somebody else wrote", async () => {
    threads([
      { body: bodyOf(loop), author: "them" },
      { body: bodyOf(timeout), author: "them" },
    ]);
    files([ORDERS_PATCH, MESH_PATCH]);
    review();
    expect(await publishReview(client(), publication())).toMatchObject({ created: 2 });
  });

  it("closes nothing that it may only fail to see", async () => {
    threads([{ body: bodyOf(loop), path: loop.anchor!.path }, { body: bodyOf(timeout) }]);
    const coverage = { ...one.coverage, unreadable: [{ path: loop.anchor!.path, line: 1, reason: "is too large" }] };
    await publishReview(
      client(),
      publication({ report: { ...one, findings: [], coverage, defects: [{ rule: "mesh-missing-timeout", message: "broke" }] } }),
    );
  });

  it("keeps one of two comments that tell the same", async () => {
    threads([
      { body: bodyOf(loop), line: 5, path: loop.anchor!.path },
      { body: bodyOf(loop), line: 5, path: loop.anchor!.path },
    ]);
    const seen = mutation();
    expect(await publishReview(client(), publication({ report: { ...one, findings: [loop] } }))).toMatchObject({ created: 0, closed: 1 });
    expect(seen.steps.map(({ field, input }) => [field, input["subjectId"] ?? input["pullRequestReviewCommentId"]])).toEqual([
      ["updatePullRequestReviewComment", "C1"],
      ["minimizeComment", "C1"],
    ]);
  });

  it("goes comment by comment where GitHub refuses the whole", async () => {
    threads([]);
    files([ORDERS_PATCH, MESH_PATCH]);
    review(422);
    comment(422);
    const [onLine, onFile] = [comment(), comment()];
    expect(await publishReview(client(), publication())).toMatchObject({ created: 2 });
    expect(onLine.sent).toMatchObject([{ line: 4, commit_id: HEAD }]);
    expect(onFile.sent).toMatchObject([{ path: "services/orders/src/orders.service.ts", subject_type: "file" }]);
  });

  it("does not repeat a review that broke off: the next attempt looks first", async () => {
    threads([]);
    files([ORDERS_PATCH, MESH_PATCH]);
    review(502);
    await expect(publishReview(client(), publication())).rejects.toMatchObject({ status: 502 });
    threads([
      { body: bodyOf(loop), line: 5, path: loop.anchor!.path },
      { body: bodyOf(timeout, true), line: 4 },
    ]);
    expect(await publishReview(client(), publication())).toEqual({ created: 0, edited: 0, closed: 0 });
  });

  it("takes a refusal for an answer, and a limit for a reason to come back", async () => {
    threads([{ body: `${bodyOf(loop)} old` }]);
    mutation({ data: null, errors: [{ type: "FORBIDDEN", message: "locked" }] });
    files([MESH_PATCH]);
    review(403);
    expect(await publishReview(client(), publication())).toMatchObject({ created: 0 });

    threads([{ body: `${bodyOf(loop)} old` }]);
    mutation({ data: null, errors: [{ type: "RATE_LIMITED", message: "slow down" }] });
    await expect(publishReview(client(), publication())).rejects.toThrow("slow down");
  });
});

describe("the summary", () => {
  const others = (count: number): readonly ReportedFinding[] =>
    Array.from({ length: count }, (_, index) => ({
      ...loop,
      title: `\`orders\` is asked in loop ${index}`,
      fingerprint: index.toString(16).padStart(64, "0"),
      shown: "summary" as const,
      evidence: [],
      anchor: null,
      placement: null,
    }));
  const tell = async (findings: readonly ReportedFinding[], change: Partial<Publication> = {}): Promise<void> =>
    void (await publishReview(client(), publication({ report: { ...one, findings }, ...change })));
  const summary = (body: string, id = "S1") => ({ id, body, viewerDidAuthor: true });

  it("tells in the conversation what no comment on lines tells", async () => {
    threads([]);
    files([ORDERS_PATCH, MESH_PATCH]);
    review();
    const { bodies } = remark();
    await tell([loop, timeout, ...others(60)], {
      rulePage: (rule) => `https://faultline.example/rules/${rule}`,
      detailsUrl: "https://faultline.example/7",
    });
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toMatch(/^<!-- faultline-summary -->\n\n\*\*Faultline: [^]*These 60 have no comment/);
    expect(bodies[0]).toContain(
      "- **blocks** · [`n-plus-one-call`](https://faultline.example/rules/n-plus-one-call) `orders` is asked in loop 0",
    );
    expect(bodies[0]).toContain("- and 10 more");
    expect(bodies[0]).not.toContain("`mesh-missing-timeout`");
  });

  it("shows what changes between the services, as a picture and in words", async () => {
    const base = {
      services: [
        { name: "orders", paths: [] },
        { name: "stock", paths: [] },
      ],
      databases: [],
      calls: [],
      channels: [],
    };
    const name = 'pay"]; click e1 "javascript:alert(1)"\n```\n@shop';
    const system = {
      ...base,
      services: [...base.services, { name, paths: [] }],
      calls: [{ from: "orders", to: name, kind: "http", operation: "POST /charges", evidence: [] }],
    };
    threads([]);
    const { bodies } = remark();
    await publishReview(client(), publication({ report: { ...one, system, baseSystem: base, findings: others(1) } }));
    const [, words = "", picture = ""] = /\nWhat changes between the services:\n([^]*?)\n```mermaid\n([^]*?)\n```$/.exec(bodies[0]!) ?? [];
    expect(picture).toContain("flowchart LR");
    expect(picture).not.toMatch(/click e1 "|stock|@/);
    expect(words).toMatch(/- service orders now calls service pay/);
    expect(words).not.toMatch(/@shop|```/);
  });

  it.each([
    ["a remark", { severity: "info" as const, blocking: false }],
    ["what was there before", { status: "unchanged" as const, shown: "hidden" as const }],
    ["what was accepted", { waiver: { source: "command" as const, reason: "later", owner: null, until: null, path: null, line: null } }],
  ])("is silent about %s", async (_, change) => {
    threads([]);
    await tell(others(3).map((finding) => ({ ...finding, ...change })));
  });

  it("is edited in place, and only where it reads otherwise", async () => {
    conversation = [
      { ...summary("<!-- faultline-summary -->\n\nold"), id: "X", viewerDidAuthor: false },
      summary("<!-- faultline-summary -->\n\nold"),
    ];
    threads([]);
    const seen = mutation();
    await tell(others(2));
    expect(seen.steps).toEqual([
      { field: "updateIssueComment", input: { id: "S1", body: expect.stringContaining("These 2 have") as string } },
    ]);
    conversation = [summary(seen.steps[0]!.input["body"]!)];
    threads([]);
    await tell(others(2));
  });

  it("says so once nothing is left for it, and once only", async () => {
    conversation = [summary("<!-- faultline-summary -->\n\nold")];
    threads([]);
    const seen = mutation();
    await tell([]);
    expect(seen.steps[0]!.input["body"]).toContain("Nothing is left here");
    conversation = [summary(seen.steps[0]!.input["body"]!)];
    threads([]);
    await tell([]);
  });

  it("is no reason to fail where the conversation is locked", async () => {
    threads([]);
    remark(403);
    await expect(tell(others(1))).resolves.toBeUndefined();
  });
});

describe("a comment on a file", () => {
  const homeless = (finding: ReportedFinding, index: number): ReportedFinding => ({
    ...finding,
    fingerprint: index.toString(16).padStart(64, "0"),
    shown: "summary",
    anchor: null,
    placement: null,
  });

  it("tells what changed in a file of the diff and stands on no line of it, a few at most", async () => {
    threads([]);
    files([MESH_PATCH]);
    const sent = Array.from({ length: 5 }, () => comment());
    const { bodies } = remark();
    const findings = Array.from({ length: 7 }, (_, index) => homeless(timeout, index));
    await publishReview(client(), publication({ report: { ...one, findings } }));
    expect(sent.flatMap((one) => one.sent)).toMatchObject(
      Array.from({ length: 5 }, () => ({ path: "mesh/orders.yml", subject_type: "file" })),
    );
    expect(bodies[0]).toContain("These 2 have no comment");
  });

  it("keeps to the number of comments in the settings", async () => {
    threads([{ body: bodyOf(loop), line: 5, path: loop.anchor!.path }]);
    files([MESH_PATCH]);
    const { bodies } = remark();
    const config = { ...defaultConfig(), comments: { max: 1 } };
    await publishReview(client(), publication({ config, report: { ...one, findings: [loop, homeless(timeout, 1)] } }));
    expect(bodies[0]).toContain("This one has no comment");
  });
});
