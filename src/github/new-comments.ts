import type { Anchor, Report, ReportedFinding } from "../report/report.js";
import { fileComments, pathsOf, reviewComments, type FileComment, type ReviewComment } from "../report/review-comments.js";
import { pictureOfChange } from "../report/summary-comment.js";
import { headline } from "../report/words.js";
import { routeOf, type Octokit } from "./octokit.js";
import { holdsLines, patchesOf } from "./patches.js";
import { deservesComment, isOpen, type Publication } from "./publication.js";
import { isRefusal, statusOf } from "./refusal.js";
import type { OwnComments } from "./threads.js";

/** Comments on files go out one by one. */
const MOST_ON_FILES = 5;

/**
 * Tells new findings: on lines in one review, on files where no line takes a comment. Gives the fingerprints of those that
 * are told now; `null` where GitHub takes no comments at all. Where there is a summary in the conversation, or will be one,
 * it has the picture of the change; else the review has it.
 */
export async function createComments(
  octokit: Octokit,
  publication: Publication,
  number: number,
  told: ReadonlySet<string>,
  summary: OwnComments["summary"],
): Promise<ReadonlySet<string> | null> {
  const { report, config, repository } = publication;
  const isNew = ({ fingerprint }: ReportedFinding): boolean => !told.has(fingerprint);
  const fresh: Report = { ...report, findings: report.findings.filter(isNew) };
  const likely = reviewComments(fresh, publication);
  const homeless = fresh.findings.filter((finding) => deservesComment(finding, config) && finding.placement === null);
  const paths = new Set([...likely.map(({ path }) => path), ...homeless.flatMap(pathsOf)]);
  if (paths.size === 0) return new Set();

  const patches = publication.patches ?? (await patchesOf(octokit, repository, number, paths));
  const onLines = reviewComments(fresh, { ...publication, holds: (lines: Anchor) => holdsLines(patches, lines) });
  const lined = new Set(onLines.map(({ fingerprint }) => fingerprint));
  const summed = summary !== null || fresh.findings.some((finding) => deservesComment(finding, config) && !lined.has(finding.fingerprint));
  const reviewed = await createReview(octokit, publication, number, onLines, bodyOf(publication, onLines.length, !summed));
  if (reviewed === null) return null;
  const created = new Set(reviewed);

  const room = Math.min(
    MOST_ON_FILES,
    config.comments.max - report.findings.filter(({ fingerprint }) => told.has(fingerprint) || created.has(fingerprint)).length,
  );
  const left = fresh.findings.filter(
    (finding) =>
      deservesComment(finding, config) && !created.has(finding.fingerprint) && (finding.placement === null || finding.shown === "comment"),
  );
  const onFiles = fileComments(report, left, publication, (path) => patches.has(path)).slice(0, Math.max(0, room));
  for (const fingerprint of await createSingly(octokit, publication, number, onFiles.map(onFile))) created.add(fingerprint);
  return created;
}

async function createReview(
  octokit: Octokit,
  publication: Publication,
  number: number,
  comments: readonly ReviewComment[],
  body: string,
): Promise<readonly string[] | null> {
  if (comments.length === 0) return [];
  try {
    await octokit.rest.pulls.createReview({
      ...routeOf(publication.repository),
      pull_number: number,
      commit_id: publication.head,
      event: "COMMENT",
      body,
      comments: comments.map(({ path, body: text, ...lines }) => ({ path, body: text, ...placeOf(lines) })),
      request: { retries: 0 },
    });
    return comments.map(({ fingerprint }) => fingerprint);
  } catch (error) {
    if (statusOf(error) === 422) return createSingly(octokit, publication, number, comments.map(onLine));
    if (isRefusal(error)) return null;
    throw error;
  }
}

interface Single {
  readonly fingerprint: string;
  readonly place: { readonly path: string; readonly body: string; readonly subject_type?: "file" } & Partial<ReturnType<typeof placeOf>>;
}

const onLine = ({ fingerprint, path, body, ...lines }: ReviewComment): Single => ({
  fingerprint,
  place: { path, body, ...placeOf(lines) },
});
const onFile = ({ fingerprint, path, body }: FileComment): Single => ({ fingerprint, place: { path, body, subject_type: "file" } });

/** One comment that GitHub does not take must not silence the others. After two refusals the cause is another. */
async function createSingly(
  octokit: Octokit,
  { repository, head }: Publication,
  number: number,
  comments: readonly Single[],
): Promise<readonly string[]> {
  const created: string[] = [];
  let refused = 0;
  for (const { fingerprint, place } of comments) {
    try {
      await octokit.rest.pulls.createReviewComment({
        ...routeOf(repository),
        pull_number: number,
        commit_id: head,
        ...place,
        request: { retries: 0 },
      });
      created.push(fingerprint);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (++refused === 2) break;
    }
  }
  return created;
}

function placeOf({ side, startLine, line }: Pick<ReviewComment, "side" | "startLine" | "line">) {
  return { line, side, ...(startLine === null ? {} : { start_line: startLine, start_side: side }) };
}

/** One line, since the comments and the check say the rest; and what changes in the system, where nothing else shows it. */
function bodyOf({ report, detailsUrl }: Publication, comments: number, pictured: boolean): string {
  const open = report.findings.filter(isOpen).length;
  const rest =
    open > comments ? ` ${detailsUrl === undefined ? "The Faultline check" : `[The Faultline check](${detailsUrl})`} has all ${open}.` : "";
  const picture = pictured ? pictureOfChange(report) : "";
  return `Faultline: ${headline(report)}.${rest}${picture === "" ? "" : `\n\n${picture}`}`;
}
