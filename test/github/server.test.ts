import { createHmac } from "node:crypto";
import { request as send, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { jobsOf } from "../../src/github/events.js";
import { openLog } from "../../src/github/log.js";
import { Metrics } from "../../src/github/metrics.js";
import { appServer, WEBHOOK_PATH } from "../../src/github/server.js";
import { memoryStore, type MemoryStore } from "./memory-store.js";

const SECRET = "for the shop";
const opened = JSON.stringify({
  action: "opened",
  installation: { id: 5 },
  repository: { full_name: "shop/orders" },
  pull_request: { number: 7 },
});

let store: MemoryStore;
let server: Server;
let ready = true;
let logged = "";

beforeEach(async () => {
  store = memoryStore();
  ready = true;
  logged = "";
  const log = openLog({ logLevel: "debug", logFormat: "json" }, [SECRET], { write: (text) => (logged += text) });
  server = appServer({ store, secrets: [SECRET, "the one before"], metrics: new Metrics(store), log, ready: () => ready, pages: null });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function url(path: string): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
}

function signed(body: string | Buffer, secret = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

interface Sent {
  readonly body?: string | Buffer;
  readonly event?: string;
  readonly delivery?: string | null;
  readonly signature?: string | null;
}

function post({ body = opened, event = "pull_request", delivery = "d-1", signature = signed(body) }: Sent = {}): Promise<Response> {
  const headers: Record<string, string> = { "content-type": "application/json", "x-github-event": event };
  if (delivery !== null) headers["x-github-delivery"] = delivery;
  if (signature !== null) headers["x-hub-signature-256"] = signature;
  return fetch(url(WEBHOOK_PATH), { method: "POST", headers, body: typeof body === "string" ? body : new Uint8Array(body) });
}

describe("a webhook", () => {
  test("is stored before it is answered", async () => {
    expect((await post()).status).toBe(202);
    expect([...store.deliveries.keys()]).toEqual(["d-1"]);
    expect(store.waiting).toEqual([{ kind: "pull-request", installation: 5, repository: "shop/orders", number: 7, rerun: null }]);
  });

  test("that comes twice is work once", async () => {
    await post();
    expect((await post()).status).toBe(200);
    expect(store.waiting).toHaveLength(1);
  });

  test("that cannot be stored is refused, so that GitHub records the failure", async () => {
    store.broken = new Error("disk full");
    expect((await post()).status).toBe(503);
    store.broken = null;
    expect((await post()).status).toBe(202);
  });

  test("of an event that we do not know is taken and forgotten", async () => {
    expect((await post({ event: "sponsorship", body: "{}" })).status).toBe(202);
    expect((await post({ event: "ping", body: '{"zen":"Keep it."}', delivery: "d-2" })).status).toBe(202);
    expect(store.waiting).toEqual([]);
  });

  test("signed with the secret before is taken while secrets are rotated", async () => {
    expect((await post({ signature: signed(opened, "the one before") })).status).toBe(202);
  });

  test.each([
    ["no signature", { signature: null }, 401],
    ["another secret", { signature: signed(opened, "guessed") }, 401],
    ["nonsense for a signature", { signature: "sha256=zz" }, 401],
    ["a signature of another body", { signature: signed("{}") }, 401],
    ["no delivery id", { delivery: null }, 400],
    ["a body that is not JSON", { body: "payload=%7B%7D" }, 400],
    ["half a body", { body: opened.slice(0, -1) }, 400],
    ["a list", { body: "[]" }, 400],
    ["null", { body: "null" }, 400],
  ])("with %s is refused and nothing done", async (_, sent, status) => {
    expect((await post(sent)).status).toBe(status);
    expect(store.deliveries.size).toBe(0);
    expect(store.waiting).toEqual([]);
  });

  test("without a body is refused", async () => {
    expect((await post({ body: "", signature: signed("") })).status).toBe(401);
  });

  test("by another method is refused", async () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const { status, headers } = await fetch(url(WEBHOOK_PATH), { method });
      expect([status, headers.get("allow")]).toEqual([405, "POST"]);
    }
  });
});

test("recorded payloads of every event are taken, and lead to the work that they ask for", async () => {
  // Its types describe a default export that it does not have.
  const examples = createRequire(import.meta.url)("@octokit/webhooks-examples") as readonly {
    readonly name: string;
    readonly examples: readonly object[];
  }[];
  const sent = examples.flatMap(({ name, examples: recorded }) =>
    recorded.map((payload) => ({ event: name, payload: { installation: { id: 5 }, ...payload } })),
  );
  expect(sent.length).toBeGreaterThan(200);
  for (const [index, { event, payload }] of sent.entries()) {
    store.waiting.length = 0;
    const delivery = `d-${index}`;
    expect([event, (await post({ event, delivery, body: JSON.stringify(payload) })).status]).toEqual([event, 202]);
    expect(store.waiting).toEqual(jobsOf({ event, delivery, payload }));
  }
});

describe("a body over 25 MB", () => {
  const large = Buffer.alloc(25 * 1024 * 1024 + 1, "a");

  test("is refused by its declared length, unsigned", async () => {
    expect((await post({ body: large, signature: "sha256=00" })).status).toBe(413);
  });

  test("is refused when it comes in pieces", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = send(
        url(WEBHOOK_PATH),
        { method: "POST", headers: { "x-github-event": "push", "x-github-delivery": "d-1" } },
        (response) => resolve(response.statusCode),
      );
      sending.on("error", reject);
      for (let from = 0; from < large.length; from += 1024 * 1024) sending.write(large.subarray(from, from + 1024 * 1024));
      sending.end();
    });
    expect(status).toBe(413);
    expect((await post()).status).toBe(202);
  });

  test("25 MB are read", async () => {
    const body = Buffer.from(`${opened.slice(0, -1)},"padding":"${"a".repeat(25 * 1024 * 1024 - opened.length - 13)}"}`);
    expect(body.length).toBe(25 * 1024 * 1024);
    expect((await post({ body })).status).toBe(202);
  });
});

describe("pages", () => {
  test("health, readiness and metrics", async () => {
    expect((await fetch(url("/healthz"))).status).toBe(200);
    expect((await fetch(url("/readyz?probe=1"))).status).toBe(200);
    await post();
    const metrics = await (await fetch(url("/metrics"))).text();
    expect(metrics).toContain('faultline_deliveries_total{event="pull_request",result="stored"} 1');
    expect(metrics).toContain("faultline_deliveries_dropped_total 0");
    expect(metrics).toContain("faultline_queue_waiting 1");
  });

  test("not ready while it starts or ends, and without its store", async () => {
    ready = false;
    expect((await fetch(url("/readyz"))).status).toBe(503);
    ready = true;
    store.broken = new Error("gone");
    expect((await fetch(url("/readyz"))).status).toBe(503);
    expect((await fetch(url("/healthz"))).status).toBe(200);
  });

  test.each(["/", "/api/github", "/api/github/webhooks/", "/constructor", "/.env"])("%s is not there", async (path) => {
    expect((await fetch(url(path))).status).toBe(404);
    expect((await fetch(url(path), { method: "POST", body: "{}" })).status).toBe(404);
  });

  test("pages cannot be written", async () => {
    expect((await fetch(url("/healthz"), { method: "POST", body: "" })).status).toBe(405);
  });
});

test("secrets and tokens stay out of the log", async () => {
  store.broken = Object.assign(new Error(`cannot reach postgres://shop:hunter2@db with ${SECRET} and ghs_12_eyJhbGci.eyJpc3Mi.c2lnbmVk`), {
    request: { headers: { authorization: "token ghs_abcdefghijkl" } },
  });
  await post();
  expect(logged).toContain("could not be stored");
  for (const secret of [SECRET, "hunter2", "ghs_", "eyJ"]) expect(logged).not.toContain(secret);
});
