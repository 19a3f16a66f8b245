import type { Octokit } from "./octokit.js";

/** The best common ancestor of two commits of a repository or its forks. Throws `SnapshotError` where there is none. */
export async function mergeBase(octokit: Octokit, repository: string, base: string, head: string): Promise<string> {
  throw new Error(`not yet: ${octokit.request.endpoint.DEFAULTS.baseUrl} ${repository} ${base} ${head}`);
}
