import { SnapshotError } from "../snapshot/snapshot.js";
import { routeOf, type Octokit } from "./octokit.js";
import { statusOf } from "./refusal.js";

/** The best common ancestor of two commits of a repository or its forks. Throws `SnapshotError` where there is none. */
export async function mergeBase(octokit: Octokit, repository: string, base: string, head: string): Promise<string> {
  try {
    // The files come with the first page whatever is asked; of the commits one is enough.
    const { data } = await octokit.rest.repos.compareCommitsWithBasehead({ ...routeOf(repository), basehead: `${base}...${head}`, per_page: 1 });
    return data.merge_base_commit.sha;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    throw new SnapshotError(
      `${base.slice(0, 12)} and ${head.slice(0, 12)} have no common ancestor, or one of them is gone.`,
      "Check that the pull request's branch has a history in common with its base, then push again.",
    );
  }
}
