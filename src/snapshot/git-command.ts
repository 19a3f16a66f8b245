import { spawn, type ChildProcessByStdio } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { SnapshotError } from "./snapshot.js";

/** Where git runs: `-C directory`, or `--git-dir` for a repository without a work tree. */
export type GitLocation = { readonly directory: string } | { readonly gitDirectory: string };

export interface GitResult {
  readonly code: number;
  readonly stdout: Buffer;
  /** In English whatever the locale. */
  readonly stderr: string;
}

/** More output than this from one command is no answer of a repository that can be reviewed. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;

/**
 * Git only looks: no hook runs, nothing is fetched, nothing is written, nobody is asked for a password. What the
 * repository's own configuration says about monitors and hooks is overruled.
 */
const QUIET = [
  "--no-pager",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.untrackedCache=false",
  "-c",
  "core.warnAmbiguousRefs=true",
  "-c",
  "log.showSignature=false",
];

/** Set by git for its hooks; they would point every command at another repository than the one that was asked for. */
const MISLEADING = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE", "GIT_COMMON_DIR"];

function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const name of MISLEADING) delete env[name];
  return {
    ...env,
    LC_ALL: "C",
    LANGUAGE: "",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_REPLACE_OBJECTS: "1",
    // The first is understood since git 2.45; the second keeps older ones from every transport.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
  };
}

/** Starts git with its three streams open. The caller reads both outputs. */
export function startGit(location: GitLocation, args: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  const where = "directory" in location ? ["-C", location.directory] : [`--git-dir=${location.gitDirectory}`];
  return spawn("git", [...where, ...QUIET, ...args], { env: environment(), stdio: ["pipe", "pipe", "pipe"] });
}

/** Runs git to its end. Rejects only where git cannot be run at all; a failure is in the result's code. */
export async function runGit(location: GitLocation, args: readonly string[], input = ""): Promise<GitResult> {
  const child = startGit(location, args);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_OUTPUT_BYTES) child.kill();
    else out.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    if (err.length < 64) err.push(chunk);
  });
  // A process that ends early closes its input; its exit code says why.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);

  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", (error) => reject(cannotRun(error)));
    child.on("close", (exit) => resolve(exit ?? 128));
  });
  return { code, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString("utf8") };
}

/** The error of a process that could not be started. */
export function cannotRun(error: NodeJS.ErrnoException): SnapshotError {
  if (error.code === "ENOENT") {
    return new SnapshotError("git was not found.", "Install git and make sure that it is on the PATH.");
  }
  return new SnapshotError(`git could not be started: ${error.message}`, "Check that git runs in this environment.");
}

/** What git itself said, without its prefix, for messages of ours. */
export function firstComplaint(stderr: string): string {
  const line = stderr.split("\n").find((text) => /^(fatal|error): /.test(text)) ?? stderr.split("\n")[0] ?? "";
  return line.replace(/^(fatal|error): /, "").trim();
}
