import { saysTheSame } from "../report/review-comments.js";
import { settledSummary, summaryBody } from "../report/summary-comment.js";
import { routeOf, type Octokit } from "./octokit.js";
import { deservesComment, type Publication } from "./publication.js";
import { isRefusal } from "./refusal.js";
import { changeComments, type OwnComments } from "./threads.js";

/** Keeps the one summary in the conversation in line with what no comment on lines or files tells. None is made where there is nothing to say. */
export async function publishSummary(
  octokit: Octokit,
  publication: Publication,
  number: number,
  summary: OwnComments["summary"],
  told: ReadonlySet<string>,
): Promise<void> {
  const { report, config, repository } = publication;
  const rest = report.findings.filter((finding) => deservesComment(finding, config) && !told.has(finding.fingerprint));
  if (rest.length === 0 && summary === null) return;
  const body = rest.length === 0 ? settledSummary(report) : summaryBody(report, rest, publication);
  if (summary !== null) {
    if (!saysTheSame(summary.body, body))
      await changeComments(octokit, [{ comment: summary.comment, body, minimize: null, conversation: true }]);
    return;
  }
  try {
    await octokit.rest.issues.createComment({ ...routeOf(repository), issue_number: number, body, request: { retries: 0 } });
  } catch (error) {
    // A locked conversation. The check says all of it.
    if (!isRefusal(error)) throw error;
  }
}
