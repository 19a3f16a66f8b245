import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { shop } from "../cli/shop.js";
import { temporaryDirectory, type TestRepository } from "../snapshot/repository.js";

const ROOT = path.resolve(import.meta.dirname, "../..");

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly runs: {
    readonly steps: readonly { readonly name: string; readonly run: string; readonly env?: Readonly<Record<string, string>> }[];
  };
}

const action = parse(readFileSync(path.join(ROOT, "action.yml"), "utf8")) as Action;

let repository: TestRepository;
let home: string;
beforeAll(() => {
  if (!existsSync(path.join(ROOT, "dist/cli.js"))) throw new Error("dist/cli.js is missing: run npm run build");
  repository = shop();
  home = temporaryDirectory();
});
afterAll(() => {
  repository.remove();
  rmSync(home, { recursive: true, force: true });
});

/** Runs the step as a runner does: expressions are filled in, then the script goes to `bash -eo pipefail`. */
function review(given: Readonly<Record<string, string>>): { readonly code: number | null; readonly out: string; readonly summary: string } {
  const inputs = { ...Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default])), ...given };
  const step = action.runs.steps.find(({ name }) => name === "Review");
  if (step === undefined) throw new Error("action.yml has no step Review");
  const filled = Object.entries(step.env ?? {}).map(([name, value]) => [
    name,
    value.replace(/\$\{\{ inputs\.([\w-]+) \}\}/, (_, input: string) => inputs[input] ?? ""),
  ]);
  const summary = path.join(home, "summary.md");
  rmSync(summary, { force: true });
  const { status, stdout } = spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], {
    cwd: repository.directory,
    env: {
      PATH: process.env["PATH"],
      XDG_CACHE_HOME: home,
      GITHUB_ACTION_PATH: ROOT,
      GITHUB_STEP_SUMMARY: summary,
      ...Object.fromEntries(filled),
    },
    encoding: "utf8",
  });
  return { code: status, out: stdout, summary: existsSync(summary) ? readFileSync(summary, "utf8") : "" };
}

describe("the action", () => {
  test("annotates the lines, writes the summary and fails the job", () => {
    const { code, out, summary } = review({ base: "main", head: "topic" });
    expect(code).toBe(1);
    expect(out).toMatch(/^::error .*file=docker-compose\.yml,line=\d+/m);
    expect(summary).toContain("shared-database");
  });

  test("passes where nothing is to fail", () => {
    expect(review({ base: "main", head: "topic", "fail-on": "never" }).code).toBe(0);
    expect(review({ base: "main", head: "main" }).code).toBe(0);
  });

  test("writes SARIF where it is asked for", () => {
    const file = path.join(home, "findings.sarif");
    review({ base: "main", head: "topic", sarif: file });
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ version: "2.1.0" });
  });

  test("takes hostile names of branches for names", () => {
    const { code } = review({ base: "main", head: '"; touch pwned; echo "$(touch pwned)' });
    expect(code).toBe(2);
    expect(existsSync(path.join(repository.directory, "pwned"))).toBe(false);
  });

  test("puts no expression into a script", () => {
    for (const { run } of action.runs.steps) expect(run).not.toContain("${{");
  });
});
