import type { ReviewContext } from "../review.js";
import type { AppParts } from "./app-parts.js";
import { readTraces } from "./artifacts.js";
import { readPast } from "./history.js";
import type { Octokit } from "./octokit.js";
import type { AppSettings } from "./settings.js";

export interface Reviewed {
  readonly repository: string;
  /** The branch that the change goes to; `null`: not known. */
  readonly branch: string | null;
  readonly base: string;
  readonly settings: AppSettings;
}

/** What a review knows beyond the two trees: what was merged before, and what was recorded while the system ran. */
export async function readBeyond(
  parts: AppParts,
  octokit: Octokit,
  { repository, branch, base, settings }: Reviewed,
): Promise<Pick<ReviewContext, "history" | "traces" | "traceProblems">> {
  const { config, traces } = settings;
  const history =
    branch === null || config.rules["lockstep-changes"]?.level === "off"
      ? undefined
      : await readPast(parts, octokit, { repository, branch, base });
  return { ...(history === undefined ? {} : { history }), ...(traces === undefined ? {} : await readTraces(octokit, repository, traces)) };
}
