import type { Snapshot } from "../snapshot/snapshot.js";
import type { Octokit } from "./octokit.js";

/** A repository at one commit, as the API tells it. Throws `SnapshotError` where the commit is not there. */
export async function githubSnapshot(octokit: Octokit, at: { readonly repository: string; readonly commit: string }): Promise<Snapshot> {
  throw new Error(`not yet: ${octokit.request.endpoint.DEFAULTS.baseUrl} ${at.commit}`);
}
