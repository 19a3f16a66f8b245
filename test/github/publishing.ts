import nock from "nock";
import { afterEach, beforeAll } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import type { Publication } from "../../src/github/publication.js";
import type { Report, ReportedFinding } from "../../src/report/report.js";
import { commentBody } from "../../src/report/review-comments.js";
import { pullRequest, report } from "../report/shop.js";
import { API, onlyAnnounced } from "./client.js";

export const HEAD = "a".repeat(40);
export const repo = "/repos/shop/orders";
export let one: Report;
export let loop: ReportedFinding;
export let timeout: ReportedFinding;

/** GitHub as the publication of a review meets it: every request is announced, and nothing else is asked. Once in each test file. */
export function onPublishing(): void {
  onlyAnnounced();
  beforeAll(async () => {
    one = await report(pullRequest);
    [loop, timeout] = one.findings as [ReportedFinding, ReportedFinding];
  });
  afterEach(() => void (conversation = []));
}

export function publication(change: Partial<Publication> = {}): Publication {
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

export const bodyOf = (finding: ReportedFinding, clickable = false): string => commentBody(one, finding, publication(), clickable);

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

/** The conversation has these comments from now on. */
export function talk(comments: typeof conversation): void {
  conversation = comments;
}

/** Announces the reading of threads, page by page. */
export function threads(...pages: readonly (readonly Thread[])[]): void {
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
export function mutation(answer: unknown = { data: {} }): { readonly steps: { field: string; input: Readonly<Record<string, string>> }[] } {
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

export const ORDERS_PATCH = { filename: "services/orders/src/orders.service.ts", patch: "@@ -1,6 +1,9 @@\n export" };
export const MESH_PATCH = { filename: "mesh/orders.yml", patch: "@@ -2,4 +2,3 @@ http:\n   - route" };

export function files(...pages: readonly (readonly { filename: string; patch?: string }[])[]): void {
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

export function review(status = 200): { sent: SentReview | null } {
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
export function comment(status = 201): { readonly sent: unknown[] } {
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
export function remark(status = 201): { readonly bodies: string[] } {
  const bodies: string[] = [];
  nock(API)
    .post(`${repo}/issues/7/comments`)
    .reply(status, (_, body) => {
      bodies.push((body as { body: string }).body);
      return { id: 3, message: "said so" };
    });
  return { bodies };
}
