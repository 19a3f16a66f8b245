import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory, type TestRepository } from "../snapshot/repository.js";
import { faultline, shop } from "./shop.js";

/** The program as it is installed: `npm test` builds it before. */
const PROGRAM = path.resolve(import.meta.dirname, "../../dist/cli.js");

let repository: TestRepository;
let cache: string;
beforeAll(() => {
  if (!existsSync(PROGRAM)) throw new Error("dist/cli.js is missing: run npm run build");
  repository = shop();
  cache = temporaryDirectory();
});
afterAll(() => {
  repository.remove();
  rmSync(cache, { recursive: true, force: true });
});

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function run(args: readonly string[]): Promise<Result> {
  return shell(`"$0" "$@"`, [process.execPath, PROGRAM, ...args]);
}

async function shell(script: string, args: readonly string[]): Promise<Result> {
  const child = spawn("bash", ["-c", script, ...args], {
    cwd: repository.directory,
    env: { PATH: process.env["PATH"], XDG_CACHE_HOME: cache },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (texts.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (texts.err += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, ...texts };
}

const review = ["review", "--base", "main", "--head", "topic"];

describe("the built program", () => {
  test("says in threads what is said in one", async () => {
    const { code, out, err } = await run([...review, "--format", "json"]);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toBe((await faultline([...review, "--format", "json"], { directory: repository.directory })).out);
  });

  test("has the exit codes of the command line", async () => {
    expect((await run(["--version"])).code).toBe(0);
    expect((await run(["review"])).code).toBe(2);
    expect((await run(["scan", "nowhere"])).code).toBe(2);
  });

  test("writes to devices, and into pipes that close early", async () => {
    const { code, out } = await run([...review, "--output", "/dev/stdout"]);
    expect(code).toBe(1);
    expect(out).toContain("shared-database");
    const closed = await shell(`"$0" "$@" | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`, [
      process.execPath,
      PROGRAM,
      ...review,
      "--format",
      "json",
    ]);
    expect(closed).toEqual({ code: 0, out: "1\n", err: "" });
  });

  test("names a hostile file and reads the others", async () => {
    repository.write("orders/deep.js", `exports.a = ${"[\n".repeat(100_000)};`);
    repository.write("orders/long.yml", `a: ${"{".repeat(500_000)}`);
    try {
      const { code, out, err } = await run(["scan", "--format", "json"]);
      expect([code, err]).toEqual([0, ""]);
      const { coverage, findings } = JSON.parse(out) as { coverage: { unreadable: { path: string }[] }; findings: unknown[] };
      expect(coverage.unreadable.map((entry) => entry.path)).toContain("orders/deep.js");
      expect(findings.length).toBeGreaterThan(0);
    } finally {
      repository.git("clean", "--quiet", "--force", "-d");
    }
  });

  test.each([
    [["--help"], false],
    [["explain"], false],
    [["scan", "--no-cache"], false],
  ])("%j loads the compiler in this thread: %s", async (args, loads) => {
    const onExit = `
      import { createRequire } from "node:module";
      import { isMainThread } from "node:worker_threads";
      const { cache } = createRequire(${JSON.stringify(PROGRAM)});
      if (isMainThread) process.on("exit", () => console.error("compiler: " + Object.keys(cache).some((file) => file.includes("ts-morph"))));`;
    const { err } = await shell(`"$0" "$@"`, [
      process.execPath,
      "--import",
      `data:text/javascript,${encodeURIComponent(onExit)}`,
      PROGRAM,
      ...args,
    ]);
    expect(err).toContain(`compiler: ${loads}`);
  });

  test.each(["bash", "zsh", "fish", "powershell"])("prints the script that completes in %s", async (name) => {
    const { code, out, err } = await run(["completion", name]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("faultline");
  });

  test("knows no script for another shell", async () => {
    expect((await run(["completion", "csh"])).code).toBe(2);
    expect((await run(["completion"])).code).toBe(2);
  });

  test("is started by its name", () => {
    expect(readFileSync(PROGRAM, "utf8").startsWith("#!/usr/bin/env node\n")).toBe(true);
  });
});
