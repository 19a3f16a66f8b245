import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rules } from "../../src/rules/registry.js";
import { temporaryDirectory, type TestRepository } from "../snapshot/repository.js";
import { faultline, shop } from "./shop.js";

const PROGRAM = path.resolve(import.meta.dirname, "../../dist/cli.js");

let repository: TestRepository;
let home: string;
beforeAll(() => {
  if (!existsSync(PROGRAM)) throw new Error("dist/cli.js is missing: run npm run build");
  repository = shop();
  repository.git("tag", "v1.0");
  repository.write("with space/readme.md", "# Shop\n");
  home = temporaryDirectory();
  mkdirSync(path.join(home, "bin"));
  writeFileSync(path.join(home, "bin/faultline"), `#!/bin/sh\nexec ${process.execPath} ${PROGRAM} "$@"\n`);
  chmodSync(path.join(home, "bin/faultline"), 0o755);
});
afterAll(() => {
  repository.remove();
  rmSync(home, { recursive: true, force: true });
});

const ids = rules.map(({ id }) => id);

/** What follows, without what is said of it. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { code, out, err } = await faultline(["complete", "--", ...words], { directory: repository.directory });
  expect([code, err]).toEqual([0, ""]);
  return out
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t")[0]!);
}

describe("what can follow", () => {
  test.each([
    [["expl"], ["explain", ":4"]],
    [
      ["explain", "shared-d"],
      ["shared-database", ":4"],
    ],
    [["explain", "shared-database", ""], [":4"]],
    [
      ["scan", "--form"],
      ["--format", ":4"],
    ],
    [
      ["review", "--format", "sa"],
      ["sarif", ":4"],
    ],
    [
      ["review", "--quiet", "--format=s"],
      ["sarif", ":4"],
    ],
    [
      ["scan", "--fail-on", ""],
      ["error", "warning", "info", "never", ":4"],
    ],
    [
      ["graph", "--format", ""],
      ["json", "mermaid", "svg", "html", ":4"],
    ],
    [
      ["config", ""],
      ["validate", "help", ":4"],
    ],
    [
      ["help", "expl"],
      ["explain", ":4"],
    ],
    [
      ["completion", "f"],
      ["fish", ":4"],
    ],
    [
      ["review", "--rules", "shared-database,shared"],
      ["shared-database,shared-business-library", ":4"],
    ],
    [["doctor", "--repo", ""], [":4"]],
    [["nowhere", ""], [":4"]],
  ])("%j", async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });

  test("is a path for what takes one", async () => {
    for (const words of [
      ["scan", ""],
      ["review", "--output", "re"],
      ["review", "--repo="],
      ["config", "validate", ""],
    ])
      expect([words, await offered(...words)]).toEqual([words, [":0"]]);
  });

  test("is a branch or a tag for what takes a commit, of the repository that was named", async () => {
    expect(await offered("review", "--base", "")).toEqual(["HEAD", "main", "topic", "v1.0", ":4"]);
    expect(await offered("graph", "--base=to")).toEqual(["topic", ":4"]);
    expect(await offered("review", "--repo", home, "--base", "")).toEqual([":4"]);
  });

  test("is every command and every option of each", async () => {
    const commands = (await offered("")).filter((name) => name !== ":4");
    expect(commands).toEqual(["review", "scan", "graph", "explain", "config", "doctor", "serve", "completion", "help"]);
    for (const command of commands.filter((name) => name !== "help")) {
      const { out } = await faultline([command, "--help"]);
      const told = [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name);
      expect((await offered(command, "--")).toSorted()).toEqual([...told, ":4"].toSorted());
    }
    expect(await offered("explain", "")).toEqual([...ids, ":4"]);
  });
});

/** What bash puts in at the end of a line: through the script, as the key would. */
function inBash(line: string, cursor = line.length): { readonly replies: readonly string[]; readonly files: boolean } {
  const asking = `
    set -u
    source <(faultline completion bash)
    eval "$(faultline completion bash)"
    [ "$(complete -p faultline)" = "complete -o default -F _faultline faultline" ] || echo "not set up" >&2
    compopt() { [ "$*" = "+o default" ] && files=no; }
    files=yes
    COMP_LINE=$1 COMP_POINT=${cursor}
    COMP_WORDS=($1) COMP_CWORD=\${#COMP_WORDS[@]}
    _faultline
    printf '%s\\n' "$files" \${COMPREPLY[@]+"\${COMPREPLY[@]}"}`;
  const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-c", asking, "bash", line], {
    cwd: repository.directory,
    env: { PATH: `${home}/bin:${process.env["PATH"]}`, HOME: home },
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  const [files, ...replies] = stdout.trimEnd().split("\n");
  return { replies, files: files === "yes" };
}

describe("bash", () => {
  test.each([
    ["faultline sc", ["scan"]],
    ["faultline review --format ", ["text", "json", "sarif", "markdown", "github"]],
    // Bash has the part before the sign already.
    ["faultline review --format=s", ["sarif"]],
    ["faultline review --base t", ["topic"]],
    ["faultline explain shared-", ["shared-business-library", "shared-database"]],
    ["faultline scan --rules shared-database,missing-o", ["shared-database,missing-outbox"]],
    ["~/bin/faultline expl", ["explain"]],
    ["faultline explain nothing-like-that", []],
  ])("puts in what follows %j", (line, replies) => {
    expect(inBash(line)).toEqual({ replies, files: false });
  });

  test.each(["faultline scan ", "faultline review --repo ", "faultline review --base main --output rev"])(
    "is left its files after %j",
    (line) => {
      expect(inBash(line)).toEqual({ replies: [], files: true });
    },
  );

  test("asks for what stands before the cursor", () => {
    expect(inBash("faultline sc --format json", "faultline sc".length)).toEqual({ replies: ["scan"], files: false });
  });
});
