/**
 * `npm run bench:app`: what a review costs. Starts the built App on its embedded store against the stand-in, opens pull
 * requests of several sizes, and prints for each how long the webhook's answer and the verdict took, and how many requests
 * the App made. Both run on this machine, so that the network costs nothing and the machine counts twice.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort, manifest, startApp, type AppProcess } from "./app-process.js";
import type { Files } from "./stand-in/repositories.js";
import { startStandIn, type StandIn } from "./stand-in/stand-in.js";
import type { PullRequest, Repository } from "./stand-in/world.js";

const PATIENCE_MS = 900_000;
const FILES_OF_A_SERVICE = 20;

interface Cost {
  readonly name: string;
  readonly acknowledged: number;
  readonly verdict: number;
  /** Until the check was completed, and with the comments. Without those for tokens. */
  readonly requestsToVerdict: number;
  readonly requests: number;
}

/** Services that call their neighbour, each with routes, a client and parts that do nothing to others. */
function system(files: number): Files {
  const services = Math.ceil(files / FILES_OF_A_SERVICE);
  const texts: Record<string, string> = {
    "docker-compose.yml": `services:\n${Array.from({ length: services }, (_, index) => `  service-${index}:\n    build: ./services/service-${index}\n    environment:\n      NEXT_URL: http://service-${(index + 1) % services}:3000\n`).join("")}`,
  };
  for (let index = 0; index < services; index++) {
    const home = `services/service-${index}`;
    texts[`${home}/package.json`] = JSON.stringify({ name: `service-${index}`, dependencies: { axios: "1.7.0", express: "4.19.0" } });
    texts[`${home}/Dockerfile`] = 'FROM node:22\nCMD ["node", "src/main.js"]\n';
    texts[`${home}/src/main.ts`] =
      `import express from "express";\nimport { next } from "./next.client.js";\nconst app = express();\napp.get("/orders/:id", async (request, response) => {\n  response.json(await next(request.params.id));\n});\napp.listen(3000);\n`;
    texts[`${home}/src/next.client.ts`] =
      'import axios from "axios";\nexport const next = async (id: string) => (await axios.get(`${process.env.NEXT_URL}/orders/${id}`, { timeout: 2_000 })).data;\n';
    for (let part = 0; part < FILES_OF_A_SERVICE - 4; part++) texts[`${home}/src/part-${part}.ts`] = pieceOf(`${index}-${part}`, 0);
  }
  return texts;
}

function pieceOf(name: string, version: number): string {
  return `/** Part ${name}. */\nexport class Part {\n  readonly version = ${version};\n  total(prices: readonly number[]): number {\n    return prices.reduce((sum, price) => sum + price, ${version});\n  }\n}\n`;
}

/** A change of so many files; one of them asks the neighbour once for each item. */
function change(files: Files, count: number, version: number): Files {
  const parts = Object.keys(files)
    .filter((name) => name.includes("/part-"))
    .slice(0, count - 1);
  const loop = `import { next } from "./next.client.js";\nexport const all = async (ids: readonly string[]) => {\n  const found = [];\n  for (const id of ids) found.push(await next(id));\n  return found;\n};\nexport const version = ${version};\n`;
  return { ...Object.fromEntries(parts.map((name) => [name, pieceOf(name, version)])), "services/service-0/src/all.ts": loop };
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("it took too long");
    await pause(10);
  }
}

async function idle(github: StandIn, app: AppProcess): Promise<void> {
  await github.deliveries.settled();
  await until(async () => {
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    return [...metrics.matchAll(/^faultline_queue_(?:waiting|active) (\S+)$/gm)].every(([, count]) => Number(count) === 0);
  });
}

async function measure(
  name: string,
  github: StandIn,
  app: AppProcess,
  repository: Repository,
  act: () => Promise<PullRequest>,
): Promise<Cost> {
  await idle(github, app);
  const [requests, attempts] = [github.requests.length, github.deliveries.attempts.length];
  const started = performance.now();
  const pull = await act();
  const sent = performance.now();
  const asked = (): number => github.requests.slice(requests).filter(({ path: at }) => !at.endsWith("/access_tokens")).length;
  await until(() => [...repository.checkRuns.values()].some(({ head, status }) => head === pull.head && status === "completed"));
  const [verdict, requestsToVerdict] = [performance.now() - sent, asked()];
  await idle(github, app);
  const delivery = github.deliveries.attempts.slice(attempts).find(({ event }) => event === "pull_request");
  process.stderr.write(`${name}: made in ${Math.round(sent - started)} ms\n`);
  if (process.argv.includes("--requests"))
    for (const { method, path: at, body, status } of github.requests.slice(requests))
      process.stderr.write(`  ${status} ${method} ${at} ${at === "/graphql" ? String(body["query"]).slice(0, 40) : ""}\n`);
  return { name, acknowledged: delivery?.milliseconds ?? Number.NaN, verdict, requestsToVerdict, requests: asked() };
}

async function run(): Promise<readonly Cost[]> {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), "faultline-measure-"));
  const github = await startStandIn(manifest());
  let app: AppProcess | null = null;
  try {
    app = await startApp(github, {
      dataDirectory,
      port: await freePort(),
      environment: { FAULTLINE_SWEEP_SECONDS: "86400", LOG_LEVEL: "warn" },
    });
    const running = app;
    const small = system(400);
    const shop = await github.people.createRepository("shop/small", small);
    const open = async (repository: Repository, files: Files, count: number, branch: string, version: number): Promise<PullRequest> =>
      github.people.open(repository, { branch, title: branch, files: change(files, count, version) });
    const costs = [await measure("10 files of 400, cold", github, running, shop, async () => open(shop, small, 10, "one", 1))];
    let second: PullRequest | null = null;
    costs.push(await measure("10 files of 400, warm", github, running, shop, async () => (second = await open(shop, small, 10, "two", 2))));
    costs.push(
      await measure("10 files more, pushed to it", github, running, shop, async () => {
        await github.people.push(shop, second!, change(small, 10, 3));
        return second!;
      }),
    );
    for (const [count, whole] of [
      [300, 1_000],
      [3_000, 4_000],
    ] as const) {
      const files = system(whole);
      const repository = await github.people.createRepository(`shop/large-${count}`, files);
      costs.push(
        await measure(`${count} files of ${whole}, cold`, github, running, repository, async () =>
          open(repository, files, count, "many", 1),
        ),
      );
    }
    return costs;
  } finally {
    await app?.stop();
    await github.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

const costs = await run();
const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
const table = [
  row(["pull request", "acknowledged, ms", "verdict, ms", "requests to the verdict", "requests in all"]),
  row(["---", "---:", "---:", "---:", "---:"]),
  ...costs.map(({ name, acknowledged, verdict, requestsToVerdict, requests }) =>
    row([name, Math.round(acknowledged), Math.round(verdict), requestsToVerdict, requests]),
  ),
];
process.stdout.write(`${table.join("\n")}\n`);
