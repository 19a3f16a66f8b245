import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse } from "yaml";
import type { StandIn } from "./stand-in/stand-in.js";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PROGRAM = path.join(ROOT, "dist/cli.js");

/** What app.yml asks for: permissions and events. */
export function manifest(): { readonly permissions: Record<string, string>; readonly events: string[] } {
  const { default_permissions: permissions, default_events: events } = parse(readFileSync(path.join(ROOT, "app.yml"), "utf8")) as {
    default_permissions: Record<string, string>;
    default_events: string[];
  };
  return { permissions, events };
}

/** The App as its host runs it: a process of its own, with an environment and a directory. */
export interface AppProcess {
  readonly url: string;
  /** What it wrote, for a test that fails. */
  log(): string;
  /** Resolves once it answers; rejects where it ends before, or takes too long. */
  ready(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Ends it as a host would; the exit code. */
  stop(): Promise<number | null>;
}

export interface AppOptions {
  readonly dataDirectory: string;
  readonly port: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the App for a stand-in, whose webhooks go to it from now on, and waits until it is ready. */
export async function startApp(github: StandIn, options: AppOptions): Promise<AppProcess> {
  const app = spawnApp(github, options);
  await app.ready();
  return app;
}

/** The same without the wait. */
export function spawnApp(github: StandIn, { dataDirectory, port, environment = {} }: AppOptions): AppProcess {
  const { appId, privateKey, webhookSecret } = github.credentials;
  const child = spawn(process.execPath, [PROGRAM, "serve"], {
    cwd: dataDirectory,
    env: {
      PATH: process.env["PATH"],
      HOME: dataDirectory,
      APP_ID: String(appId),
      PRIVATE_KEY: privateKey,
      WEBHOOK_SECRET: webhookSecret,
      GITHUB_API_URL: github.url,
      PORT: String(port),
      FAULTLINE_DATA_DIR: dataDirectory,
      LOG_LEVEL: "debug",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk.toString()));
  const log = (): string => chunks.join("");
  const url = `http://127.0.0.1:${port}`;
  github.deliveries.target = `${url}/api/github/webhooks`;
  return {
    url,
    log,
    ready: () => ready(child, url, log),
    kill: async () => void (await end(child, "SIGKILL")),
    stop: async () => end(child, "SIGTERM"),
  };
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function ready(child: ChildProcess, url: string, log: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the App ended with ${child.exitCode ?? child.signalCode}:\n${log()}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok === true) return;
    await pause(100);
  }
  await end(child, "SIGKILL");
  throw new Error(`the App did not get ready:\n${log()}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, "exit");
  child.kill(signal);
  const [code] = (await ended) as [number | null];
  return code;
}
