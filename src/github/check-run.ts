import type { Octokit } from "./octokit.js";
import type { Publication } from "./publication.js";

/** The name under which branch protection knows the check. */
export const CHECK_NAME = "Faultline";

export interface CheckRunStart {
  readonly repository: string;
  readonly head: string;
  /** Names what is checked, so that a second attempt finds the run of the first. */
  readonly externalId: string;
  readonly detailsUrl?: string;
}

/** What GitHub has of a check run. */
export interface CheckRunState {
  readonly id: number;
  readonly status: string;
  readonly conclusion: string | null;
}

/** The check run with this external id, whatever became of it. */
export async function findCheckRun(octokit: Octokit, start: CheckRunStart): Promise<CheckRunState | null> {
  throw new Error(`not yet: ${octokit.request.endpoint.DEFAULTS.baseUrl} ${start.head}`);
}

/** The id of the check run with this external id, made `in_progress` if there is none yet. */
export async function startCheckRun(octokit: Octokit, start: CheckRunStart): Promise<number> {
  throw new Error(`not yet: ${octokit.request.endpoint.DEFAULTS.baseUrl} ${start.head}`);
}

/** Completes the run with the report's verdict. Nothing happens to a run that is completed. */
export async function completeCheckRun(octokit: Octokit, publication: Publication): Promise<void> {
  throw new Error(`not yet: ${octokit.request.endpoint.DEFAULTS.baseUrl} ${publication.head}`);
}

export interface CheckRunFailure {
  readonly repository: string;
  readonly checkRun: number;
  readonly conclusion: "failure" | "neutral" | "cancelled";
  readonly title: string;
  /** Markdown: names from the repository are escaped by the caller. */
  readonly summary: string;
}

/** Completes a run that has no report to show. */
export async function failCheckRun(octokit: Octokit, failure: CheckRunFailure): Promise<void> {
  throw new Error(`not yet: ${octokit.request.endpoint.DEFAULTS.baseUrl} ${failure.title}`);
}
