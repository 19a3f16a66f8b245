import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { describeFailure } from "../../src/cli/failure.js";
import { rules } from "../../src/rules/registry.js";
import { temporaryDirectory } from "../snapshot/repository.js";
import { faultline } from "./shop.js";

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const step of cleanUp.splice(0)) step();
});

function scratch(): string {
  const directory = temporaryDirectory();
  cleanUp.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

describe("help", () => {
  test.each([["--help"], ["-h"], ["help"]])("%s shows the commands on standard output", async (...args) => {
    const { code, out, err } = await faultline(args);
    expect([code, err]).toEqual([0, ""]);
    for (const command of ["review", "scan", "graph", "explain", "config"]) expect(out).toContain(`  ${command}`);
    expect(out).toContain("Exit codes");
  });

  test.each(["review", "scan", "graph", "explain", "config"])("%s --help shows its options", async (command) => {
    const { code, out } = await faultline([command, "--help"]);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: faultline ${command}`);
  });

  test("--version is that of the package", async () => {
    const { version } = JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../../package.json"), "utf8")) as { version: string };
    expect(await faultline(["--version"])).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });
});

describe("a usage error has exit code 2 and says on standard error what to do:", () => {
  test.each([
    [[], "Usage"],
    [["scna"], "Did you mean scan?"],
    [["review"], "--base"],
    [["review", "--base"], "argument missing"],
    [["review", "--base", "main", "--fail-on", "maybe"], "error, warning, info, never"],
    [["review", "--base", "main", "--format", "xml"], "text, json, sarif, markdown, github"],
    [["scan", "--quite"], "Did you mean --quiet?"],
    [["review", "--base", "main"], "not inside a git repository"],
    [["review", "--base", "main", "--repo", "nowhere"], "nowhere"],
    [["review", "--base", "main", "extra"], "too many arguments"],
    [["review", "--base", "main", "--base-traces", "x"], "--traces"],
    [["scan", "nowhere"], "nowhere"],
    [["scan", "--rules", "shared-databse"], "Did you mean shared-database?"],
    [["scan", "--rules", ","], "at least one rule"],
    [["scan", "--traces", "nowhere"], "nowhere"],
    [["graph", "--head", "main"], "--base"],
    [["graph", "--base", "main", "--ref", "main"], "--ref"],
    [["explain", "shared-databse"], "Did you mean shared-database?"],
    [["explain", "__proto__"], "The rules are"],
    [["config"], "Usage"],
    [["config", "validate", "none.yml"], "cannot be read"],
  ])("%j", async (args, advice) => {
    const { code, out, err } = await faultline(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(advice);
  });
});

describe("explain", () => {
  test.each(rules.map(({ id }) => id))("%s shows its page", async (id) => {
    const { code, out } = await faultline(["explain", id]);
    expect(code).toBe(0);
    expect(out).toContain(id);
  });

  test("lists the rules", async () => {
    const { out } = await faultline(["explain"]);
    for (const { id, summary } of rules) {
      expect(out).toContain(id);
      expect(out).toContain(summary);
    }
  });

  test("makes headings stand out on a terminal", async () => {
    expect((await faultline(["explain", "n-plus-one-call"], { interactive: true })).out).toContain("\u001B[1m#");
  });
});

describe("config validate", () => {
  test("names every problem with its place and advice", async () => {
    const directory = scratch();
    writeFileSync(path.join(directory, "mine.yml"), "mode: enforce\nrulez: {}\nfail-on: sometimes\n");
    const { code, out } = await faultline(["config", "validate", "mine.yml"], { directory });
    expect(code).toBe(2);
    expect(out).toMatch(/mine\.yml:2:1: /);
    expect(out).toMatch(/mine\.yml:3:\d+: /);
  });

  test("knows the rules", async () => {
    const directory = scratch();
    writeFileSync(path.join(directory, "mine.yml"), "rules:\n  shared-databse: off\n");
    expect((await faultline(["config", "validate", "mine.yml"], { directory })).out).toContain("shared-database");
  });

  test("says when all is well, and when there is nothing", async () => {
    const directory = scratch();
    writeFileSync(path.join(directory, "mine.yml"), "mode: advise\n");
    expect(await faultline(["config", "validate", "mine.yml"], { directory })).toEqual({ code: 0, out: "mine.yml is valid.\n", err: "" });
    expect((await faultline(["config", "validate"], { directory })).code).toBe(0);
  });
});

test("a bug says that it is one, and keeps credentials to itself", () => {
  const { text, code } = describeFailure(new TypeError("cannot read postgres://orders:hunter2@db/orders"));
  expect(code).toBe(3);
  expect(text).toContain("bug in Faultline");
  expect(text).toContain("TypeError");
  expect(text).not.toContain("hunter2");
});
