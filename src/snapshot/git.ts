import { existsSync, statSync } from "node:fs";
import path from "node:path";
import type { ObjectFormat } from "./content.js";
import { firstComplaint, runGit, type GitLocation, type GitResult } from "./git-command.js";
import { absentObjects, listTree, readObjects } from "./git-objects.js";
import { workingTreeSnapshot } from "./git-working-tree.js";
import { SnapshotError, type FileContent, type Snapshot } from "./snapshot.js";

/** A local git repository, bare or not. Everything is read from its object store; nothing in it is changed. */
export interface GitRepository {
  readonly location: GitLocation;
  readonly format: ObjectFormat;
  /** Root of the work tree; `null` for a bare repository. */
  readonly workTree: string | null;
  /** The way from the root to the directory that was opened, with a slash at its end; empty for the root itself. */
  readonly prefix: string;
  /** History is cut off: ancestors may be missing. */
  readonly shallow: boolean;
  /** Objects may be absent that a remote could supply. */
  readonly partial: boolean;
}

/** Finds the repository that holds `directory`, which may be bare or a directory inside a work tree. */
export async function openRepository(directory: string): Promise<GitRepository> {
  if (!isDirectory(directory)) {
    throw new SnapshotError(`There is no directory ${directory}.`, "Give the directory of a git repository.");
  }
  const named = looksBare(directory);
  const location: GitLocation = named ? { gitDirectory: path.resolve(directory) } : { directory };
  const answer = await runGit(location, [
    "rev-parse",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--is-inside-git-dir",
    "--show-object-format",
  ]);
  if (answer.code !== 0) throw notARepository(directory, answer);

  const [bare, shallow, insideGitDirectory, format] = lines(answer);
  // Where the repository's configuration does not say that it is bare, git takes the current directory for its work tree.
  const noWorkTree = named || bare === "true" || insideGitDirectory === "true";
  const [partial, top, prefix] = await Promise.all([
    runGit(location, ["config", "--get-regexp", String.raw`^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$`]),
    noWorkTree ? null : runGit(location, ["rev-parse", "--show-toplevel"]),
    noWorkTree ? null : runGit(location, ["rev-parse", "--show-prefix"]),
  ]);
  const workTree = top?.code === 0 ? top.stdout.toString("utf8").replace(/\n$/, "") : null;
  return {
    location: workTree === null ? location : { directory: workTree },
    format: format === "sha256" ? "sha256" : "sha1",
    workTree,
    prefix: prefix?.stdout.toString("utf8").replace(/\n$/, "") ?? "",
    shallow: shallow === "true",
    partial: partial.code === 0,
  };
}

/** The id of the commit that `ref` (a branch, a tag, an id, `HEAD~2`) names. */
export async function resolveCommit(repository: GitRepository, ref: string): Promise<string> {
  if (ref === "" || ref.startsWith("-") || hasControlCharacter(ref)) {
    throw new SnapshotError(`${JSON.stringify(ref)} is not the name of a commit.`, "Give a branch, a tag or a commit id.");
  }
  const answer = await runGit(repository.location, ["rev-parse", "--verify", `${ref}^{commit}`]);
  if (/ambiguous/.test(answer.stderr)) {
    throw new SnapshotError(
      `${ref} is ambiguous: it names more than one thing in this repository.`,
      `Say which one is meant: refs/heads/${ref} for the branch, refs/tags/${ref} for the tag, or a longer commit id.`,
    );
  }
  const id = answer.stdout.toString("utf8").trim();
  if (answer.code !== 0 || !/^[0-9a-f]{40,64}$/.test(id)) throw unknownRef(repository, ref);
  return id;
}

/** The best common ancestor of two commits: what a pull request's diff starts from. */
export async function mergeBase(repository: GitRepository, base: string, head: string): Promise<string> {
  const answer = await runGit(repository.location, ["merge-base", base, head]);
  const id = lines(answer)[0] ?? "";
  if (answer.code === 0 && id !== "") return id;
  const pair = `${short(base)} and ${short(head)}`;
  if (repository.shallow) {
    throw new SnapshotError(
      `The merge base of ${pair} is not in this shallow clone.`,
      "Fetch the missing history with `git fetch --unshallow` (in actions/checkout: `fetch-depth: 0`), or compare with the base itself: --exact-base.",
    );
  }
  if (answer.code === 1) {
    throw new SnapshotError(
      `${pair} have no common ancestor.`,
      "Check that both belong to one history, or compare with the base itself: --exact-base.",
    );
  }
  throw new SnapshotError(
    `git could not find the merge base of ${pair}: ${firstComplaint(answer.stderr)}`,
    "Check the repository with `git fsck --connectivity-only`.",
  );
}

/**
 * The repository at one commit, read from the object store without a checkout. With a prefix, what is below that
 * directory, with paths from there.
 */
export async function commitSnapshot(repository: GitRepository, ref: string, prefix = ""): Promise<Snapshot> {
  return snapshotOf(repository, await resolveCommit(repository, ref), prefix);
}

/** The same of a commit by its id, which git has told. */
export async function snapshotOf(repository: GitRepository, commit: string, prefix = ""): Promise<Snapshot> {
  const tree = prefix === "" ? commit : await resolveTree(repository, commit, prefix);
  const absent = repository.partial ? await absentObjects(repository.location, tree) : new Set<string>();
  const files = await listTree(repository.location, tree);
  return {
    repository: null,
    commit,
    files,
    unlisted: [],
    read: (wanted) => readObjects(repository.location, wanted, absent),
  };
}

/** One file of a commit; `null` where the commit has no such path. */
export async function readFileAt(repository: GitRepository, commit: string, file: string): Promise<FileContent | null> {
  const entries = await listTree(repository.location, commit, [`:(literal)${file}`]);
  const entry = entries.get(file);
  if (entry === undefined) return null;
  for await (const content of readObjects(repository.location, [entry], new Set())) return content;
  return { file: entry, unread: "missing-object" };
}

async function resolveTree(repository: GitRepository, commit: string, prefix: string): Promise<string> {
  // Whatever stands behind the colon is a path, so that the kind of the object is asked for apart.
  const object = await runGit(repository.location, ["rev-parse", "--verify", "--quiet", `${commit}:${prefix.replace(/\/$/, "")}`]);
  const tree = await runGit(repository.location, ["rev-parse", "--verify", "--quiet", `${object.stdout.toString("latin1").trim()}^{tree}`]);
  if (object.code === 0 && tree.code === 0) return tree.stdout.toString("latin1").trim();
  throw new SnapshotError(`Commit ${short(commit)} has no directory ${prefix}`, "Scan the root of the repository, or another commit.");
}

/**
 * The work tree as it is on disk: what is tracked, and what is new and not ignored. With a prefix, what is below that
 * directory, with paths from there.
 */
export async function workTreeSnapshot(repository: GitRepository, prefix = ""): Promise<Snapshot> {
  if (repository.workTree === null) {
    throw new SnapshotError(
      "This is a bare repository: it has no working tree.",
      "Name the commit to look at, with --head REF (or --ref REF for a scan).",
    );
  }
  return workingTreeSnapshot(path.join(repository.workTree, prefix), repository.format);
}

/** Whether git leaves the directory that was opened out, so that only the file system knows what is in it. */
export async function isIgnored(repository: GitRepository): Promise<boolean> {
  if (repository.workTree === null || repository.prefix === "") return false;
  return (await runGit(repository.location, ["check-ignore", "--quiet", "--", repository.prefix])).code === 0;
}

/** The directory belongs to no git repository. */
export class NoRepositoryError extends SnapshotError {}

function unknownRef(repository: GitRepository, ref: string): SnapshotError {
  const advice = repository.shallow
    ? "This clone is shallow. Fetch the commit with `git fetch origin <ref>`, or all history with `git fetch --unshallow` (in actions/checkout: `fetch-depth: 0`)."
    : "Check the name with `git branch -a` or `git tag`, or fetch it first: `git fetch origin <ref>`.";
  return new SnapshotError(`There is no commit ${ref} in this repository.`, advice);
}

function notARepository(directory: string, answer: GitResult): SnapshotError {
  if (/dubious ownership/.test(answer.stderr)) {
    return new SnapshotError(
      `Git does not trust ${directory}: it belongs to another user.`,
      `If you do, allow it: git config --global --add safe.directory ${path.resolve(directory)}`,
    );
  }
  if (/not a git repository/i.test(answer.stderr)) {
    return new NoRepositoryError(`${directory} is not inside a git repository.`, "Give the directory of one with --repo DIR.");
  }
  return new SnapshotError(
    `Git cannot read ${directory}: ${firstComplaint(answer.stderr)}`,
    "Check the repository with `git status` and `git fsck`.",
  );
}

/** A bare repository is named outright, so that it is read also where discovery of bare ones is switched off. */
function looksBare(directory: string): boolean {
  return ["HEAD", "objects", "refs"].every((name) => existsSync(path.join(directory, name))) && !existsSync(path.join(directory, ".git"));
}

function isDirectory(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
}

function lines(answer: GitResult): string[] {
  return answer.stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character.charCodeAt(0) < 0x20 || character.charCodeAt(0) === 0x7f);
}

function short(id: string): string {
  return /^[0-9a-f]{40,64}$/.test(id) ? id.slice(0, 12) : id;
}
