import type { FactsCache } from "../extraction/extraction.js";
import { byPath } from "../snapshot/content.js";
import { SnapshotError, type SnapshotFile } from "../snapshot/snapshot.js";
import { routeOf, type Octokit } from "./octokit.js";
import { statusOf } from "./refusal.js";

/** A commit's entries, and the directories that could not be listed, as paths that end in `/`. */
export interface Listing {
  readonly files: ReadonlyMap<string, SnapshotFile>;
  readonly unlisted: readonly string[];
}

/** A repository past this many requests is read in part, and says so: its tree is not worth an hour's budget. */
const MOST_REQUESTS = 200;

interface Entry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size: number | null;
}

interface Tree {
  readonly entries: readonly Entry[];
  readonly truncated: boolean;
}

/** Lists a commit in one request, or, where GitHub cuts the list off, directory by directory. */
export async function listCommit(octokit: Octokit, repository: string, commit: string): Promise<Listing> {
  const whole = await rootTree(octokit, repository, commit);
  if (!whole.truncated) return { files: filesOf(whole.entries, ""), unlisted: [] };
  return walk(octokit, repository, commit);
}

/** Longer listings are not worth their room. */
const MOST_KEPT = 50_000;

/** A commit does not change: many pull requests have one base, which is listed for the first of them. */
export async function listOnce(octokit: Octokit, repository: string, commit: string, cache: FactsCache): Promise<Listing> {
  const key = `tree 1 ${repository} ${commit}`;
  const kept = (await cache.load([key])).get(key);
  if (kept !== undefined) return { files: byPath(JSON.parse(Buffer.from(kept).toString()) as SnapshotFile[]), unlisted: [] };
  const listing = await listCommit(octokit, repository, commit);
  if (listing.unlisted.length === 0 && listing.files.size <= MOST_KEPT)
    await cache.save(new Map([[key, Buffer.from(JSON.stringify([...listing.files.values()]))]]));
  return listing;
}

async function walk(octokit: Octokit, repository: string, commit: string): Promise<Listing> {
  const found = new Map<string, SnapshotFile>();
  const unlisted: string[] = [];
  const waiting: { readonly sha: string; readonly prefix: string }[] = [{ sha: commit, prefix: "" }];
  let requests = 0;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    // A directory that was cut off takes two requests: one to know that, one for its own entries.
    if (requests + 2 > MOST_REQUESTS) {
      unlisted.push(next.prefix);
      continue;
    }
    if (next.prefix !== "") {
      requests++;
      const below = await treeOf(octokit, repository, next.sha, true);
      if (!below.truncated) {
        for (const [path, file] of filesOf(below.entries, next.prefix)) found.set(path, file);
        continue;
      }
    }
    requests++;
    const level = await treeOf(octokit, repository, next.sha, false);
    for (const [path, file] of filesOf(level.entries, next.prefix)) found.set(path, file);
    if (level.truncated) unlisted.push(next.prefix);
    for (const { path, sha, type } of level.entries) {
      if (type === "tree") waiting.push({ sha, prefix: `${next.prefix}${path}/` });
    }
  }
  return { files: byPath(found.values()), unlisted: unlisted.sort() };
}

async function rootTree(octokit: Octokit, repository: string, commit: string): Promise<Tree> {
  try {
    return await treeOf(octokit, repository, commit, true);
  } catch (error) {
    const status = statusOf(error);
    if (status === 409) throw new SnapshotError(`${repository} is empty.`, "Push a first commit.");
    if (status !== 404 && status !== 422) throw error;
    throw new SnapshotError(
      `${repository} has no commit ${commit.slice(0, 12)}.`,
      "If the branch was pushed over, push again or press Re-run on the check.",
    );
  }
}

async function treeOf(octokit: Octokit, repository: string, sha: string, recursive: boolean): Promise<Tree> {
  const { data } = await octokit.rest.git.getTree({ ...routeOf(repository), tree_sha: sha, ...(recursive ? { recursive: "1" } : {}) });
  const entries = data.tree.map(({ path, mode, type, sha: id, size }) => ({ path, mode, type, sha: id, size: size ?? null }));
  return { entries, truncated: data.truncated };
}

function filesOf(entries: readonly Entry[], prefix: string): ReadonlyMap<string, SnapshotFile> {
  return byPath(
    entries
      .filter(({ type }) => type !== "tree")
      .map(({ path, mode, sha, size }) => ({ path: `${prefix}${path}`, blob: sha, size, mode: modeOf(mode) })),
  );
}

function modeOf(mode: string): SnapshotFile["mode"] {
  if (mode === "120000") return "symlink";
  return mode === "160000" ? "submodule" : "file";
}
