import { describe, expect, it } from "vitest";
import { defaultConfig } from "../../src/config/settings.js";
import type { Publication } from "../../src/github/publication.js";
import { publishReview } from "../../src/github/publish.js";
import type { ReportedFinding } from "../../src/report/report.js";
import { client } from "./client.js";
import {
  bodyOf,
  comment,
  files,
  loop,
  MESH_PATCH,
  mutation,
  one,
  ORDERS_PATCH,
  publication,
  remark,
  review,
  talk,
  threads,
  timeout,
  onPublishing,
} from "./publishing.js";

onPublishing();

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
    talk([
      { ...summary("<!-- faultline-summary -->\n\nold"), id: "X", viewerDidAuthor: false },
      summary("<!-- faultline-summary -->\n\nold"),
    ]);
    threads([]);
    const seen = mutation();
    await tell(others(2));
    expect(seen.steps).toEqual([
      { field: "updateIssueComment", input: { id: "S1", body: expect.stringContaining("These 2 have") as string } },
    ]);
    talk([summary(seen.steps[0]!.input["body"]!)]);
    threads([]);
    await tell(others(2));
  });

  it("says so once nothing is left for it, and once only", async () => {
    talk([summary("<!-- faultline-summary -->\n\nold")]);
    threads([]);
    const seen = mutation();
    await tell([]);
    expect(seen.steps[0]!.input["body"]).toContain("Nothing is left here");
    talk([summary(seen.steps[0]!.input["body"]!)]);
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
