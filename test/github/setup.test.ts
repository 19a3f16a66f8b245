import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog } from "../../src/github/log.js";
import { openSetup, type Setup } from "../../src/github/setup.js";

const PEM = "-----BEGIN RSA PRIVATE KEY-----\nbm90IGEga2V5\n-----END RSA PRIVATE KEY-----\n";

let github: Server;
let setup: Setup;
let directory: string;
let traded: string[];

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(async () => {
  traded = [];
  directory = mkdtempSync(path.join(tmpdir(), "faultline-setup-"));
  github = createServer((request, response) => {
    traded.push(`${request.method} ${request.url}`);
    const bad = request.url?.includes("expired") === true;
    response.writeHead(bad ? 404 : 201, { "content-type": "application/json" });
    response.end(
      JSON.stringify(
        bad
          ? { message: "Not Found" }
          : {
              id: 12,
              pem: PEM,
              webhook_secret: "s3cret",
              client_id: "Iv1.a",
              client_secret: "hush",
              html_url: "https://github.com/apps/faultline",
            },
      ),
    );
  });
  const apiUrl = await listening(github);
  setup = openSetup({
    environment: { apiUrl, site: "https://github.com", publicUrl: "https://faultline.shop.example" },
    directory,
    log: openLog({ logLevel: "silent", logFormat: "json" }, [], { write: () => undefined }),
  });
});

afterEach(async () => {
  for (const server of [github, setup.server]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(directory, { recursive: true });
});

function form(page: string): { readonly action: string; readonly manifest: Record<string, unknown> } {
  const plain = (text: string): string => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  return {
    action: plain(/<form action="([^"]+)" method="post">/.exec(page)?.[1] ?? ""),
    manifest: JSON.parse(plain(/name="manifest" value="([^"]+)"/.exec(page)?.[1] ?? "{}")) as Record<string, unknown>,
  };
}

test("the form takes app.yml to GitHub, and the way back writes .env", async () => {
  writeFileSync(path.join(directory, ".env"), "LOG_LEVEL=debug\nAPP_ID=3\n");
  const url = await listening(setup.server);
  const { action, manifest } = form(await (await fetch(url)).text());
  const state = new URL(action).searchParams.get("state")!;
  expect(action).toMatch(/^https:\/\/github\.com\/settings\/apps\/new\?state=./);
  expect(manifest).toMatchObject({
    name: "Faultline",
    hook_attributes: { url: "https://faultline.shop.example/api/github/webhooks" },
    redirect_url: "https://faultline.shop.example/setup",
    callback_urls: ["https://faultline.shop.example/sign-in/callback"],
    default_permissions: { checks: "write" },
  });

  const back = await fetch(`${url}/setup?code=abc123&state=${state}`);
  expect(back.status).toBe(200);
  expect(await back.text()).toContain("https://github.com/apps/faultline/installations/new");
  expect(traded).toEqual(["POST /app-manifests/abc123/conversions"]);
  expect(await setup.created).toMatchObject({ APP_ID: "12", WEBHOOK_SECRET: "s3cret" });
  const file = path.join(directory, ".env");
  expect(parseEnv(readFileSync(file, "utf8"))).toEqual({
    LOG_LEVEL: "debug",
    APP_ID: "12",
    PRIVATE_KEY: PEM.trimEnd(),
    WEBHOOK_SECRET: "s3cret",
    CLIENT_ID: "Iv1.a",
    CLIENT_SECRET: "hush",
    SESSION_SECRET: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("an organisation's App is made on its own page", async () => {
  const url = await listening(setup.server);
  expect(form(await (await fetch(`${url}/?organization=shop`)).text()).action).toMatch(
    /^https:\/\/github\.com\/organizations\/shop\/settings\/apps\/new\?/,
  );
  expect(form(await (await fetch(`${url}/?organization="><script>`)).text()).action).toMatch(
    /^https:\/\/github\.com\/settings\/apps\/new\?/,
  );
});

test.each(["/setup", "/setup?code=abc123", "/setup?code=abc123&state=guessed"])("%s trades nothing", async (address) => {
  const url = await listening(setup.server);
  expect((await fetch(url + address)).status).toBe(400);
  expect(traded).toEqual([]);
});

test("a code that GitHub refuses leaves everything as it is", async () => {
  const url = await listening(setup.server);
  const state = new URL(form(await (await fetch(url)).text()).action).searchParams.get("state")!;
  expect((await fetch(`${url}/setup?code=expired&state=${state}`)).status).toBe(502);
  expect(() => statSync(path.join(directory, ".env"))).toThrow();
});

test("webhooks are not taken yet", async () => {
  const url = await listening(setup.server);
  const statuses = await Promise.all([
    fetch(`${url}/api/github/webhooks`, { method: "POST", body: "{}" }),
    fetch(`${url}/healthz`),
    fetch(`${url}/readyz`),
    fetch(`${url}/metrics`),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([503, 200, 503, 404]);
});
