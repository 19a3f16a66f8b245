import nock from "nock";
import { describe, expect, it } from "vitest";
import { publishReview } from "../../src/github/publish.js";
import type { ReportedFinding } from "../../src/report/report.js";
import { commentBody, goneBody, markerOf, settledBody } from "../../src/report/review-comments.js";
import { pullRequest, report } from "../report/shop.js";
import { API, client } from "./client.js";
import {
  bodyOf,
  comment,
  files,
  HEAD,
  loop,
  MESH_PATCH,
  mutation,
  one,
  ORDERS_PATCH,
  publication,
  repo,
  review,
  talk,
  threads,
  timeout,
  onPublishing,
} from "./publishing.js";

onPublishing();

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

    talk([{ id: "S1", body: "<!-- faultline-summary -->\n\nold", viewerDidAuthor: true }]);
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
