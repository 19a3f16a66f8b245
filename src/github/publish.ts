import type { Anchor, ReportedFinding } from "../report/report.js";
import { commentBody, goneBody, reviewComments, saysTheSame, settledBody, type CommentOptions, type ReviewComment } from "../report/review-comments.js";
import { counted, headline } from "../report/words.js";
import { routeOf, type Octokit } from "./octokit.js";
import { holdsLines, patchesOf } from "./patches.js";
import { mayComment, type Publication } from "./publication.js";
import { isRefusal, statusOf } from "./refusal.js";
import { changeComments, ownThreads, type CommentChange, type OwnThread } from "./threads.js";

export { completeCheckRun, failCheckRun, startCheckRun } from "./check-run.js";
export type { Publication } from "./publication.js";

/** What a publication did to the pull request's comments, in numbers. */
export interface PublishedReview {
  readonly created: number;
  readonly edited: number;
  /** Said to be settled, and minimised where we may. */
  readonly closed: number;
}

const NOTHING: PublishedReview = { created: 0, edited: 0, closed: 0 };

/**
 * Brings the comments on the pull request in line with the report: new findings get one each, in one review; what changed
 * is edited in place; what is gone is minimised. Nothing new, nothing said. Safe to repeat.
 */
export async function publishReview(octokit: Octokit, publication: Publication): Promise<PublishedReview> {
  const { repository, number, report } = publication;
  if (number === null || !mayComment(publication)) return NOTHING;
  const threads = await ownThreads(octokit, repository, number);
  const options: CommentOptions = publication;

  const changes = threads.map((thread, index) => changeOf(thread, isRepeated(threads, index), publication, options)).filter((change) => change !== null);
  await changeComments(octokit, changes);

  const told = new Set(threads.map(({ fingerprint }) => fingerprint));
  const fresh = { ...report, findings: report.findings.filter(({ fingerprint }) => !told.has(fingerprint)) };
  const created = await createComments(octokit, publication, number, async (holds) => reviewComments(fresh, { ...options, ...(holds === undefined ? {} : { holds }) }));
  const closed = changes.filter(({ minimize, closes }) => closes || minimize === true).length;
  return { created, edited: changes.length - closed, closed };
}

type Change = CommentChange & { readonly closes: boolean };

/** Two attempts that overlapped may each have told one thing: the first comment stays. */
function isRepeated(threads: readonly OwnThread[], index: number): boolean {
  return threads.findIndex(({ fingerprint }) => fingerprint === threads[index]!.fingerprint) < index;
}

/** `null`: the comment stays as it is, because it is right, or because it is a person's thread by now. */
function changeOf(thread: OwnThread, repeated: boolean, publication: Publication, options: CommentOptions): Change | null {
  const { report, head } = publication;
  if (thread.joined) return null;
  const finding = report.findings.find(({ fingerprint }) => fingerprint === thread.fingerprint);
  if (repeated) return close(thread, thread.closed ? thread.body : goneBody(thread.body, thread.fingerprint, head));
  if (finding === undefined) return thread.closed || mayBeUnseen(thread, publication) ? null : close(thread, goneBody(thread.body, thread.fingerprint, head));
  // What could not be compared is neither there nor gone.
  if (finding.status === "unknown") return null;
  if (isOpen(finding)) return reopen(thread, commentBody(report, finding, options, standsOn(thread, finding.anchor)));
  if (finding.waiver !== null) return close(thread, settledBody(report, finding, options));
  return thread.closed ? null : close(thread, goneBody(thread.body, thread.fingerprint, head));
}

function isOpen({ status, waiver }: ReportedFinding): boolean {
  return waiver === null && (status === "introduced" || status === "worsened");
}

/** A rule that broke down, or a file that could not be read, may be why the finding is missing. */
function mayBeUnseen(thread: OwnThread, { report }: Publication): boolean {
  return report.coverage.unreadable.some(({ path }) => path === thread.path || (path.endsWith("/") && thread.path.startsWith(path))) || report.defects.some(({ rule }) => thread.body.includes(`\`${rule}\``));
}

function close(thread: OwnThread, body: string): Change | null {
  const same = saysTheSame(thread.body, body);
  const minimize = thread.minimized || !thread.mayMinimize ? null : true;
  return same && minimize === null ? null : { comment: thread.comment, body: same ? null : body, minimize, closes: true };
}

function reopen(thread: OwnThread, body: string): Change | null {
  const same = saysTheSame(thread.body, body);
  // What a person hid stays hidden: only what we closed is opened again.
  const minimize = thread.closed && thread.minimized && thread.mayMinimize ? false : null;
  return same && minimize === null ? null : { comment: thread.comment, body: same ? null : body, minimize, closes: false };
}

/** Whether the thread still stands on the very lines that the fix would replace. */
function standsOn({ path, lines }: OwnThread, anchor: Anchor | null): boolean {
  if (anchor === null || lines === null || path !== anchor.path) return false;
  return (lines.side === "RIGHT") === (anchor.side === "head") && lines.line === anchor.endLine && (lines.startLine ?? lines.line) === anchor.startLine;
}

type Wanted = (holds?: (lines: Anchor) => boolean) => Promise<readonly ReviewComment[]>;

async function createComments(octokit: Octokit, publication: Publication, number: number, wanted: Wanted): Promise<number> {
  const likely = await wanted();
  if (likely.length === 0) return 0;
  const patches = await patchesOf(octokit, publication.repository, number, new Set(likely.map(({ path }) => path)));
  const comments = await wanted((lines) => holdsLines(patches, lines));
  if (comments.length === 0) return 0;
  try {
    await octokit.rest.pulls.createReview({
      ...routeOf(publication.repository),
      pull_number: number,
      commit_id: publication.head,
      event: "COMMENT",
      body: bodyOf(publication, comments.length),
      comments: comments.map(wire),
      request: { retries: 0 },
    });
    return comments.length;
  } catch (error) {
    if (statusOf(error) === 422) return createSingly(octokit, publication, number, comments);
    if (isRefusal(error)) return 0;
    throw error;
  }
}

/** One comment that GitHub does not take must not silence the others. After two refusals the cause is another. */
async function createSingly(octokit: Octokit, { repository, head }: Publication, number: number, comments: readonly ReviewComment[]): Promise<number> {
  let created = 0;
  let refused = 0;
  for (const comment of comments) {
    try {
      await octokit.rest.pulls.createReviewComment({ ...routeOf(repository), pull_number: number, commit_id: head, ...wire(comment), request: { retries: 0 } });
      created++;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (++refused === 2) break;
    }
  }
  return created;
}

function wire({ path, side, startLine, line, body }: ReviewComment) {
  return { path, body, line, side, ...(startLine === null ? {} : { start_line: startLine, start_side: side }) };
}

/** One line: what there is to say stands on the lines and in the check. */
function bodyOf({ report, detailsUrl }: Publication, comments: number): string {
  const open = report.findings.filter(isOpen).length;
  const where = detailsUrl === undefined ? "the Faultline check" : `[the Faultline check](${detailsUrl})`;
  const rest = open > comments ? ` ${counted(comments, "new comment")} here; ${where} tells of all ${open}.` : "";
  return `Faultline: ${headline(report)}.${rest}`;
}
