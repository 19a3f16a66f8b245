import nock from "nock";
import { beforeAll, describe, expect, it } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import { completeCheckRun, failCheckRun, startCheckRun } from "../../src/github/check-run.js";
import type { Publication } from "../../src/github/publication.js";
import type { Report, ReportedFinding } from "../../src/report/report.js";
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

interface SentRun {
  readonly status?: string;
  readonly conclusion?: string;
  readonly actions?: readonly { label: string; identifier: string; description: string }[];
  readonly output: {
    readonly title: string;
    readonly summary: string;
    readonly text?: string;
    readonly annotations?: readonly { path: string }[];
  };
}

/** Announces one update of the check run. */
function update(sent: SentRun[], status = 200): void {
  nock(API)
    .patch(`${repo}/check-runs/11`)
    .reply(status, (_, body) => {
      if (status === 200) sent.push(body as SentRun);
      return { id: 11, message: "Invalid request" };
    });
}

function state(annotations: number, status = "in_progress"): void {
  nock(API)
    .get(`${repo}/check-runs/11`)
    .reply(200, { id: 11, status, output: { annotations_count: annotations } });
}

function annotated(count: number): Report {
  return {
    ...one,
    findings: Array.from({ length: count }, (_, index) => ({
      ...timeout,
      fingerprint: index.toString(16).padStart(64, "0"),
      anchor: null,
      placement: null,
      shown: "summary" as const,
    })),
  };
}

describe("a check run", () => {
  const start = { repository: "shop/orders", head: HEAD, externalId: "shop/orders#7 b..a" };
  const list = (
    runs: readonly unknown[],
    query: Readonly<Record<string, string | number>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): void => {
    nock(API)
      .get(`${repo}/commits/${HEAD}/check-runs`)
      .query({ check_name: "Faultline", filter: "all", per_page: 100, ...query })
      .reply(200, { total_count: runs.length, check_runs: runs } as nock.Body, headers);
  };

  it("is created once: an earlier attempt's is found, on any page", async () => {
    list(
      [{ id: 1, external_id: "another", status: "completed", conclusion: "success" }],
      {},
      { link: `<${API}${repo}/commits/${HEAD}/check-runs?check_name=Faultline&filter=all&per_page=100&page=2>; rel="next"` },
    );
    list([{ id: 2, external_id: start.externalId, status: "in_progress", conclusion: null }], { page: 2 });
    expect(await startCheckRun(client(), start)).toBe(2);
  });

  it("is created in progress where there is none, and not by looking at another App's", async () => {
    list([{ id: 2, external_id: start.externalId, status: "completed", conclusion: "success", app: { id: 99 } }], { app_id: 5 });
    const sent: unknown[] = [];
    nock(API)
      .post(`${repo}/check-runs`, (body: unknown) => sent.push(body) > 0)
      .reply(201, { id: 11 });
    expect(await startCheckRun(client(), { ...start, appId: 5, detailsUrl: "https://faultline.example/7" })).toBe(11);
    expect(sent).toEqual([
      {
        name: "Faultline",
        head_sha: HEAD,
        external_id: start.externalId,
        status: "in_progress",
        details_url: "https://faultline.example/7",
      },
    ]);
  });

  it("completes in one request where there is nothing to annotate", async () => {
    const sent: SentRun[] = [];
    update(sent);
    await completeCheckRun(client(), publication());
    expect(sent).toMatchObject([
      { status: "completed", conclusion: "failure", output: { title: expect.stringContaining("1 to settle, 1 to know: ") } },
    ]);
    expect(sent[0]!.output).not.toHaveProperty("annotations");
    expect(sent[0]!.actions!.map(({ identifier }) => identifier)).toEqual(["rerun", "accept", "explain"]);
    for (const { label, identifier, description } of sent[0]!.actions!)
      expect([label.length <= 20, identifier.length <= 20, description.length <= 40]).toEqual([true, true, true]);
  });

  it.each([
    ["pass", "success"],
    ["neutral", "neutral"],
    ["fail", "failure"],
  ] as const)("concludes %s with %s", async (verdict, conclusion) => {
    const sent: SentRun[] = [];
    update(sent);
    await completeCheckRun(client(), publication({ report: { ...one, findings: [], reasons: [], verdict } }));
    expect(sent).toMatchObject([{ conclusion, actions: [{ identifier: "rerun" }] }]);
  });

  it("appends annotations by fifty, the conclusion with the last", async () => {
    const sent: SentRun[] = [];
    state(0);
    for (let times = 0; times < 3; times++) update(sent);
    await completeCheckRun(client(), publication({ report: annotated(120) }));
    expect(sent.map(({ status, output }) => [status, output.annotations!.length])).toEqual([
      [undefined, 50],
      [undefined, 50],
      ["completed", 20],
    ]);
  });

  it("does not look first at a run that it made itself", async () => {
    const sent: SentRun[] = [];
    update(sent);
    await completeCheckRun(client(), publication({ report: annotated(3) }), true);
    expect(sent.map(({ status, output }) => [status, output.annotations!.length])).toEqual([["completed", 3]]);
  });

  it("sends no annotation twice after a crash, and leaves a completed run alone", async () => {
    const sent: SentRun[] = [];
    state(50);
    update(sent);
    await completeCheckRun(client(), publication({ report: annotated(70) }));
    expect(sent.map(({ output }) => output.annotations!.length)).toEqual([20]);
    state(70, "completed");
    await completeCheckRun(client(), publication({ report: annotated(70) }));
  });

  it("annotates everything where it cannot comment", async () => {
    const sent: SentRun[] = [];
    state(0);
    update(sent);
    await completeCheckRun(client(), publication({ permissions: { checks: "write" } }));
    expect(sent[0]!.output.annotations!.map(({ path }) => path)).toEqual([loop.anchor!.path, timeout.anchor!.path]);
  });

  it("shrinks until GitHub takes it, to a few lines if needed", async () => {
    const long = {
      ...one,
      findings: Array.from({ length: 900 }, (_, index) => ({ ...loop, fingerprint: index.toString(16).padStart(64, "0") })),
    };
    const sizes: number[] = [];
    nock(API)
      .persist()
      .patch(`${repo}/check-runs/11`)
      .reply((_, body) => {
        const { output } = body as SentRun;
        sizes.push(Buffer.byteLength(output.text ?? "") + Buffer.byteLength(output.summary));
        return output.text === undefined ? [200, { id: 11 }] : [422, { message: "Invalid request" }];
      });
    nock(API)
      .persist()
      .get(`${repo}/check-runs/11`)
      .reply(200, { id: 11, status: "in_progress", output: { annotations_count: 0 } });
    await completeCheckRun(client(), publication({ report: long }));
    expect(sizes).toHaveLength(6);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(sizes.at(-1)).toBeLessThan(100);
  });

  it("says what the review cost", async () => {
    const sent: SentRun[] = [];
    update(sent);
    await completeCheckRun(client(), publication({ effort: { requests: 9, seconds: 3.21 } }));
    expect(sent[0]!.output.summary).toContain("Judged in 3.2 s, with 9 requests to GitHub.");
  });

  it("hands on what is no matter of length", async () => {
    update([], 500);
    await expect(completeCheckRun(client(), publication())).rejects.toMatchObject({ status: 500 });
  });

  it("ends also without a report", async () => {
    const sent: SentRun[] = [];
    update([], 422);
    update(sent);
    await failCheckRun(client(), { repository: "shop/orders", checkRun: 11, conclusion: "neutral", title: "Too large", summary: "x" });
    expect(sent).toMatchObject([{ status: "completed", conclusion: "neutral", output: { title: "Too large" } }]);
  });
});
