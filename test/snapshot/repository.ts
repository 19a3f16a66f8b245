import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** A git repository of a test, on disk, cut off from the settings of the machine. */
export interface TestRepository {
  readonly directory: string;
  git(...args: string[]): string;
  write(name: string, content: string | Buffer): void;
  /** Commits everything and gives the commit's id. */
  commit(message: string): string;
  remove(): void;
}

export function testRepository(...initArgs: string[]): TestRepository {
  const directory = temporaryDirectory();
  const git = (...args: string[]): string =>
    execFileSync("git", args, {
      cwd: directory,
      env: gitEnvironment(directory),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  git("init", "--quiet", "--initial-branch=main", ...initArgs);
  return {
    directory,
    git,
    write(name, content) {
      mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
      writeFileSync(path.join(directory, name), content);
    },
    commit(message) {
      git("add", "--all");
      git("commit", "--quiet", "--allow-empty", "--message", message);
      return git("rev-parse", "HEAD");
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A directory of its own, by its real path. */
export function temporaryDirectory(): string {
  return realpathSync(mkdtempSync(path.join(tmpdir(), "faultline-test-")));
}

function gitEnvironment(directory: string): NodeJS.ProcessEnv {
  const identity = { NAME: "Ada", EMAIL: "ada@shop.example", DATE: "2026-01-01T00:00:00Z" };
  const people = ["AUTHOR", "COMMITTER"].flatMap((role) => Object.entries(identity).map(([key, value]) => [`GIT_${role}_${key}`, value]));
  return { PATH: process.env["PATH"], HOME: directory, GIT_CONFIG_NOSYSTEM: "1", ...Object.fromEntries(people) };
}
