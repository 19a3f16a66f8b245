import { SnapshotError } from "../snapshot/snapshot.js";
import { routeOf, type Octokit } from "./octokit.js";
import { hunksByPath, type Patches } from "./patches.js";
import { statusOf } from "./refusal.js";

/** Comparisons name no more files. */
const MOST_FILES = 300;

export interface Compared {
  /** The best common ancestor. */
  readonly base: string;
  /** The hunks of all files that differ from it; `null` where there are more than a comparison names. */
  readonly patches: Patches | null;
}

/** Compares two commits of a repository or its forks. Throws `SnapshotError` where they have nothing in common. */
export async function compareWith(octokit: Octokit, repository: string, base: string, head: string): Promise<Compared> {
  try {
    // The files come with the first page whatever is asked; of the commits one is enough.
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
      ...routeOf(repository),
      basehead: `${base}...${head}`,
      per_page: 1,
    });
    const { files = [], merge_base_commit: ancestor } = data;
    return { base: ancestor.sha, patches: files.length >= MOST_FILES ? null : hunksByPath(files) };
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new SnapshotError(
      `${base.slice(0, 12)} and ${head.slice(0, 12)} have no common ancestor, or one of them is gone.`,
      "Check that the pull request's branch has a history in common with its base, then push again.",
    );
  }
}
