import { routeOf, type Octokit } from "./octokit.js";
import { statusOf } from "./refusal.js";

/** Whether somebody may write to the repository. */
export async function mayWrite(octokit: Octokit, repository: string, login: string): Promise<boolean> {
  try {
    const { data } = await octokit.rest.repos.getCollaboratorPermissionLevel({ ...routeOf(repository), username: login });
    return data.permission === "admin" || data.permission === "write";
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}
