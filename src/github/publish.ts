import type { Octokit } from "./octokit.js";
import type { Publication } from "./publication.js";

export { completeCheckRun, failCheckRun, findCheckRun, startCheckRun } from "./check-run.js";
export type { Publication } from "./publication.js";

/** What a publication did to the pull request's comments, in numbers. */
export interface PublishedReview {
  readonly created: number;
  readonly edited: number;
  /** Minimised or resolved, since what they told is gone. */
  readonly closed: number;
}

/** Brings the comments on the pull request in line with the report. Safe to repeat. */
export async function publishReview(octokit: Octokit, publication: Publication): Promise<PublishedReview> {
  throw new Error(`not yet: ${octokit.request.endpoint.DEFAULTS.baseUrl} ${publication.head}`);
}
