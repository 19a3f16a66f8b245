import { beforeEach, describe, expect, test } from "vitest";
import type { AppParts } from "../../src/github/app-parts.js";
import { answerCommand } from "../../src/github/commands.js";
import { openLog } from "../../src/github/log.js";
import { keepReport } from "../../src/report/kept.js";
import type { CommandJob } from "../../src/store/jobs.js";
import { pullRequest, report } from "../report/shop.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";

const FIRST = `0123abcd${"0".repeat(24)}`;
const SECOND = `0123ffff${"0".repeat(24)}`;
const now = new Date("2026-11-24T12:00:00Z");

let store: MemoryStore;
let said: string[];
let thumbs: number;
let thumbsOnLines: number;
let parts: AppParts;

const octokit = {
  paginate: () => Promise.resolve(said.map((body, index) => ({ body, node_id: String(index), user: { type: "Bot" } }))),
  graphql(query: string, { i0 }: { i0: { id: string; body: string } }) {
    if (!query.includes("updateIssueComment")) throw new Error(query);
    said[Number(i0.id)] = i0.body;
    return Promise.resolve({});
  },
  rest: {
    repos: {
      getCollaboratorPermissionLevel: ({ username }: { username: string }) =>
        username === "nobody"
          ? Promise.reject(Object.assign(new Error("no"), { status: 404 }))
          : Promise.resolve({ data: { permission: username === "ada" ? "write" : "read" } }),
    },
    issues: {
      listComments: null,
      createComment({ body }: { body: string }) {
        said.push(body);
        return Promise.resolve({});
      },
    },
    reactions: {
      createForIssueComment() {
        thumbs++;
        return Promise.resolve({});
      },
      createForPullRequestReviewComment() {
        thumbsOnLines++;
        return Promise.resolve({});
      },
    },
  },
};

beforeEach(async () => {
  store = memoryStore();
  said = [];
  thumbs = 0;
  thumbsOnLines = 0;
  parts = {
    store,
    now: () => now,
    log: openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined }),
    github: { installation: () => octokit },
    site: "https://github.com",
    pages: null,
  } as unknown as AppParts;
  const one = await report(pullRequest);
  const findings = [FIRST, SECOND].map((fingerprint) => ({
    ...one.findings[0]!,
    rule: "shared-database",
    fingerprint,
    title: "orders_db is shared",
  }));
  await store.runs.save({
    installation: 5,
    repository: "shop/orders",
    number: 7,
    base: "b",
    head: "h",
    settings: "s",
    rerun: null,
    checkRun: 90,
    state: "completed",
    conclusion: "failure",
    startedAt: now,
    completedAt: now,
    reviewed: true,
    report: keepReport({ ...one, findings }, { mode: "enforce", path: null }),
  });
});

const job = (body: string, author = "ada"): CommandJob => ({
  kind: "command",
  installation: 5,
  repository: "shop/orders",
  number: 7,
  comment: 31,
  author,
  body,
});
const send = async (body: string, author?: string): Promise<void> => answerCommand(parts, job(body, author));
const waivers = () => store.waivers.of("shop/orders", 7);

describe("accept", () => {
  test("keeps who accepted what and why, and judges anew", async () => {
    await send("/faultline accept 0123ab moves in May until=2027-05-31");
    expect(await waivers()).toEqual([
      { repository: "shop/orders", number: 7, fingerprint: FIRST, reason: "moves in May", author: "ada", at: now, until: "2027-05-31" },
    ]);
    expect(store.waiting).toEqual([{ kind: "pull-request", installation: 5, repository: "shop/orders", number: 7, rerun: "command:31" }]);
    expect(await store.audit.of("shop/orders")).toMatchObject([{ actor: "ada", action: "accept", detail: `#7 ${FIRST} moves in May` }]);
    expect([said, thumbs]).toEqual([[], 1]);
  });

  test.each([
    ["a fingerprint that nothing has", "/faultline accept 9999 moves in May", /no finding/],
    ["the beginning of two", "/faultline accept 0123 moves in May", /Several findings/],
    ["no reason", "/faultline accept 0123abcd", /reason is missing/],
    ["a day that is over", "/faultline accept 0123abcd moves in May until=2026-11-23", /over/],
  ])("with %s is answered and does nothing", async (_, body, text) => {
    await send(body);
    expect(said).toEqual([expect.stringMatching(text)]);
    expect([await waivers(), store.waiting, thumbs]).toEqual([[], [], 0]);
  });
});

test.each(["grace", "nobody"])("%s may not write, and is told once", async (author) => {
  await send("/faultline accept 0123abcd moves in May", author);
  await send("/faultline accept 0123abcd moves in May", author);
  expect(said).toEqual([expect.stringContaining("need write access")]);
  expect([await waivers(), store.waiting]).toEqual([[], []]);
});

test("reopen takes it back", async () => {
  await send("/faultline accept 0123abcd moves in May");
  await send("/faultline reopen 0123abcd");
  expect(await waivers()).toEqual([]);
  expect(thumbs).toBe(2);
  await send("/faultline reopen 0123abcd");
  expect(said).toEqual([expect.stringContaining("No command on this pull request")]);
});

test("explain answers all that one comment asks with one comment, and the same again by bringing it up to date", async () => {
  await send("/faultline explain 0123abcd\n/faultline explain missing-outbox\n/faultline explain <img>");
  expect(said).toEqual([expect.stringMatching(/orders_db is shared[^]*missing-outbox[^]*neither a rule nor a finding `<img>`/)]);
  const first = said[0]!;
  await send("/faultline explain <img>\n/faultline explain missing-outbox\n/faultline explain 0123abcd");
  expect(said).toHaveLength(1);
  expect(said[0]).not.toBe(first);
  await send("/faultline explain 0123ffff");
  expect(said).toHaveLength(2);
  expect([thumbs, store.waiting]).toEqual([3, []]);
});

test("rerun asks once for each comment", async () => {
  await send("/faultline rerun\n/faultline rerun");
  expect(store.waiting).toMatchObject([{ rerun: "command:31" }]);
});

test("a comment on lines is reacted to where it stands", async () => {
  await answerCommand(parts, { ...job("/faultline rerun"), onLines: true });
  expect([thumbs, thumbsOnLines]).toEqual([0, 1]);
});
