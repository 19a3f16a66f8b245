import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { faultline } from "../cli/shop.js";
import { manifest } from "./app-process.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { CheckRun, PullRequest, Repository } from "./stand-in/world.js";

let github: StandIn;
let repository: Repository;
let app: Server;
let publicUrl: string;
/** What the App's own server answers to everything. */
let answer = 200;
let names = 0;
const ignored: string[] = [];

beforeAll(async () => {
  app = createServer((_, response) => void response.writeHead(answer).end()).listen(0, "127.0.0.1");
  await once(app, "listening");
  publicUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
});
afterAll(() => void app.close());

beforeEach(async () => {
  answer = 200;
  github = await startStandIn(manifest());
  github.deliveries.target = `${publicUrl}/api/github/webhooks`;
  repository = await github.people.createRepository(`shop/web-${++names}`, { "README.md": "# Shop\n" });
});
afterEach(async () => {
  ignored.push(...github.ignored);
  await github.close();
});

interface Remark {
  readonly about: string;
  readonly health: string;
  readonly text: string;
  readonly advice: string | null;
}

const environment = (): Record<string, string> => {
  const { appId, privateKey, webhookSecret } = github.credentials;
  return {
    APP_ID: String(appId),
    PRIVATE_KEY: privateKey,
    WEBHOOK_SECRET: webhookSecret,
    GITHUB_API_URL: github.url,
    PUBLIC_URL: publicUrl,
  };
};

/** What is not well, and the exit code. */
async function complaints(
  args: readonly string[] = [],
  change: Record<string, string> = {},
): Promise<{ readonly code: number; readonly remarks: readonly Remark[] }> {
  const { code, out, err } = await faultline(["doctor", "--format", "json", ...args], { environment: { ...environment(), ...change } });
  expect(err).toBe("");
  const { remarks, health } = JSON.parse(out) as { remarks: readonly Remark[]; health: string };
  const unwell = remarks.filter((remark) => remark.health !== "ok");
  expect(health).toBe(unwell.some((remark) => remark.health === "problem") ? "problem" : unwell.length > 0 ? "warning" : "ok");
  expect(code).toBe(health === "problem" ? 1 : 0);
  for (const { advice } of unwell) expect(advice).toBeTruthy();
  for (const secret of [github.credentials.webhookSecret, "PRIVATE KEY", "ghs_"]) expect(out).not.toContain(secret);
  return { code, remarks: unwell };
}

/** Delivers something, so that there is a delivery to look at. */
async function deliver(): Promise<void> {
  github.owners.acceptPermissions(github.world.installation, github.world.installation.permissions);
  await github.deliveries.settled();
}

async function judged(conclusion = "success"): Promise<{ readonly pull: PullRequest; readonly run: CheckRun }> {
  const pull = await github.people.open(repository, { branch: "topic", title: "Say more", files: { "README.md": "# The shop\n" } });
  const at = new Date();
  const run: CheckRun = {
    id: github.world.nextId(),
    suite: 1,
    name: "Faultline",
    head: pull.head,
    externalId: "",
    detailsUrl: null,
    status: "completed",
    conclusion,
    startedAt: at,
    completedAt: at,
    output: { title: "t", summary: "s", text: null },
    annotations: [],
    actions: [],
  };
  repository.checkRuns.set(run.id, run);
  await github.deliveries.settled();
  return { pull, run };
}

const requires = (app: number | null): Record<string, unknown> => ({
  type: "required_status_checks",
  parameters: {
    strict_required_status_checks_policy: false,
    required_status_checks: [{ context: "Faultline", ...(app === null ? {} : { integration_id: app }) }],
  },
});

test("says so where all is well, and changes nothing", async () => {
  await judged();
  repository.rules.push(requires(7), { type: "merge_queue", parameters: { merge_method: "MERGE" } });
  const { code, out } = await faultline(["doctor", "--repo", `shop/${repository.name}`], { environment: environment() });
  expect(out).toMatch(/The App answers at[^]*bound to this App[^]*merge queue[^]*All is well\.\n$/);
  expect(out).not.toContain("\u001b");
  expect(code).toBe(0);
  expect(github.requests.filter(({ method, path }) => method !== "GET" && !path.endsWith("/access_tokens"))).toEqual([]);
});

describe("settings", () => {
  test("that are missing end it with code 2", async () => {
    const { code, err } = await faultline(["doctor"], { environment: { APP_ID: "7" } });
    expect([code, err]).toEqual([2, expect.stringContaining("PRIVATE_KEY is not set")]);
    expect((await faultline(["doctor"])).err).toContain("Nothing is set up yet");
    expect(await faultline(["doctor", "--repo", "web"], { environment: environment() })).toMatchObject({
      code: 2,
      err: expect.stringContaining("owner/name") as string,
    });
  });

  test("of another App are told as such", async () => {
    const { remarks } = await complaints([], { APP_ID: "8" });
    expect(remarks).toMatchObject([{ about: "app", health: "problem", text: expect.stringContaining("credentials") as string }]);
  });

  test("that are weak are a warning", async () => {
    await deliver();
    const { remarks } = await complaints([], { WEBHOOK_SECRET: "short", WEBHOOK_SECRET_PREVIOUS: "longer than the other" });
    expect(remarks.map(({ about, health }) => [about, health])).toEqual([
      ["environment", "warning"],
      ["environment", "warning"],
    ]);
  });

  test("that lead nowhere", async () => {
    const { remarks } = await complaints([], { GITHUB_API_URL: "http://127.0.0.1:9" });
    expect(remarks).toMatchObject([{ about: "app", health: "problem", text: "http://127.0.0.1:9 did not answer." }]);
  });
});

describe("the App", () => {
  test("lacks permissions and events", async () => {
    await deliver();
    github.world.app.permissions = {
      checks: "read",
      contents: "read",
      pull_requests: "write",
      issues: "read",
      metadata: "read",
      security_events: "write",
      merge_queues: "read",
      administration: "write",
    };
    github.world.app.events = new Set(["check_run", "check_suite", "issue_comment", "push", "repository", "pull_request_review_comment"]);
    const { code, remarks } = await complaints();
    expect(code).toBe(1);
    expect(remarks.map(({ health, text }) => `${health}: ${text.split(".")[0]}`)).toEqual([
      "problem: The App lacks the permission checks: write: it cannot review",
      "warning: The App lacks the permission actions: read: traces from workflow artifacts are not read",
      "warning: The App has permissions that it does not use (administration: write)",
      "warning: The App is not subscribed to merge_group",
      "problem: The App is not subscribed to pull_request",
      "warning: shop has not accepted all permissions yet (administration: write)",
    ]);
  });

  test("is installed nowhere, suspended, or waits for an owner", async () => {
    await deliver();
    github.world.installation.permissions = { checks: "write", contents: "read", metadata: "read", pull_requests: "write" };
    expect((await complaints()).remarks).toMatchObject([
      { about: "installations", health: "warning", text: expect.stringMatching(/shop has not accepted.*issues: read/) as string },
    ]);
    github.world.installation.suspended = true;
    expect((await complaints()).remarks).toMatchObject([{ text: "shop suspended the installation." }]);
  });
});

describe("the webhook", () => {
  test("goes elsewhere, without a secret", async () => {
    await deliver();
    github.world.app.hookSecret = false;
    github.deliveries.target = `${publicUrl}/hooks`;
    const { remarks } = await complaints();
    expect(remarks.map(({ text }) => text)).toEqual([
      `Webhooks go to ${publicUrl}/hooks, and PUBLIC_URL says ${publicUrl}/api/github/webhooks.`,
      "The webhook has no secret, so that every delivery is refused.",
    ]);
  });

  test("is answered by nobody", async () => {
    await deliver();
    const { remarks } = await complaints([], { PUBLIC_URL: "http://127.0.0.1:9" });
    expect(remarks.map(({ text }) => text)).toEqual([
      expect.stringContaining("and PUBLIC_URL says"),
      expect.stringContaining("Nobody answers at http://127.0.0.1:9/healthz"),
    ]);
  });

  test("has delivered nothing yet", async () => {
    expect((await complaints()).remarks).toMatchObject([
      { about: "webhook", health: "warning", text: expect.stringContaining("delivered nothing") as string },
    ]);
  });

  test.each([
    [401, /WEBHOOK_SECRET is not the secret/],
    [404, /Something else answers/],
    [503, /log has the cause/],
  ])("fails with %i, and it is said why", async (status, advice) => {
    answer = status;
    await deliver();
    answer = 200;
    expect((await complaints()).remarks).toMatchObject([
      {
        about: "webhook",
        health: "problem",
        text: expect.stringContaining(`(${status})`) as string,
        advice: expect.stringMatching(advice) as string,
      },
    ]);
    await deliver();
    expect((await complaints()).remarks).toMatchObject([
      { health: "warning", text: expect.stringContaining("1 of the last 2 deliveries failed") as string },
    ]);
    await github.deliveries.repeat("installation");
  });

  test("could not reach the App", async () => {
    github.deliveries.fates.push("fail");
    await deliver();
    expect((await complaints()).remarks).toMatchObject([
      { health: "problem", advice: expect.stringContaining("could not reach") as string },
    ]);
  });
});

describe("a repository", () => {
  const of = async (): Promise<readonly string[]> => {
    const { remarks } = await complaints(["--repo", `shop/${repository.name}`]);
    return remarks.filter(({ about }) => about === `shop/${repository.name}`).map(({ health, text }) => `${health}: ${text}`);
  };

  test("that nobody reviewed yet", async () => {
    expect(await of()).toEqual([
      "warning: No pull request has a completed check yet.",
      "warning: The check is not required on main, so that nothing waits for it.",
    ]);
  });

  test("whose check completed too long ago to be offered", async () => {
    const { run } = await judged();
    run.completedAt = new Date(Date.now() - 8 * 24 * 60 * 60 * 1_000);
    expect(await of()).toMatchObject([expect.stringContaining("within seven days"), expect.stringContaining("not required")]);
    repository.rules.push(requires(7));
    expect(await of()).toEqual([]);
  });

  test("whose ruleset takes the check from anybody, or from another App", async () => {
    await judged();
    repository.rules.push(requires(null));
    expect(await of()).toEqual([expect.stringMatching(/^warning: .*from anybody/)]);
    repository.rules.splice(0, 1, requires(99));
    expect(await of()).toEqual([expect.stringMatching(/^problem: .*another App \(id 99\)/)]);
  });

  test.each([
    [7, []],
    [-1, ["from anybody"]],
    [null, ["from anybody"]],
    [99, ["another App"]],
  ] as const)("whose branch protection takes it from %s", async (source, expected) => {
    await judged();
    repository.protection = [
      { context: "build", app_id: null },
      { context: "Faultline", app_id: source },
    ];
    expect(await of()).toEqual(expected.map((part) => expect.stringContaining(part) as string));
  });

  test("with a merge queue that the App does not hear of", async () => {
    await judged();
    repository.rules.push(requires(7), { type: "merge_queue" });
    const { merge_queues: _, ...granted } = github.world.installation.permissions;
    github.world.installation.permissions = granted;
    expect(await of()).toEqual([expect.stringMatching(/^problem: .*they wait for ever/)]);
  });

  test("with broken settings", async () => {
    await judged();
    await github.people.commit(repository, "main", { ".github/faultline.yml": "mode: enforce\nfial-on: error\n" });
    expect(await of()).toEqual([
      expect.stringMatching(/^problem: The settings are broken.*\.github\/faultline\.yml:2/),
      expect.stringContaining("not required"),
    ]);
  });

  test("where the App is not", async () => {
    const { remarks } = await complaints(["--repo", "shop/nowhere"]);
    expect(remarks.at(-1)).toMatchObject({
      about: "shop/nowhere",
      health: "problem",
      text: expect.stringContaining("not installed") as string,
    });
  });
});

test("nothing was asked of GitHub in words that it does not know", () => {
  expect(ignored).toEqual([]);
});
