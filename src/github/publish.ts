import type { Anchor } from "../report/report.js";
import { commentBody, goneBody, saysTheSame, settledBody, type CommentOptions } from "../report/review-comments.js";
import { createComments } from "./new-comments.js";
import type { Octokit } from "./octokit.js";
import { isOpen, mayComment, type Publication } from "./publication.js";
import { publishSummary } from "./summary.js";
import { changeComments, readConversation, type CommentChange, type OwnComments, type OwnThread } from "./threads.js";

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
 * is edited in place; what is gone is minimised; what finds no line stands in one summary. Nothing new, nothing said. Safe
 * to repeat. `there`: what stands there, for who has just read it.
 */
export async function publishReview(octokit: Octokit, publication: Publication, there?: OwnComments | null): Promise<PublishedReview> {
  const { repository, number } = publication;
  if (number === null || !mayComment(publication)) return NOTHING;
  const found = there ?? (await readConversation(octokit, repository, number));
  if (found === null) return NOTHING;
  const { threads, summary } = found;

  const changes = threads
    .map((thread, index) => changeOf(thread, isRepeated(threads, index), publication, publication))
    .filter((change) => change !== null);
  await changeComments(octokit, changes);

  const told = new Set(threads.map(({ fingerprint }) => fingerprint));
  const created = await createComments(octokit, publication, number, told, summary);
  if (created !== null) await publishSummary(octokit, publication, number, summary, new Set([...told, ...created]));
  const closed = changes.filter(({ minimize, closes }) => closes || minimize === true).length;
  return { created: created?.size ?? 0, edited: changes.length - closed, closed };
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
  if (finding === undefined)
    return thread.closed || mayBeUnseen(thread, publication) ? null : close(thread, goneBody(thread.body, thread.fingerprint, head));
  // What could not be compared is neither there nor gone.
  if (finding.status === "unknown") return null;
  if (isOpen(finding)) return reopen(thread, commentBody(report, finding, options, standsOn(thread, finding.anchor)));
  if (finding.waiver !== null) return close(thread, settledBody(report, finding, options));
  return thread.closed ? null : close(thread, goneBody(thread.body, thread.fingerprint, head));
}

/** A rule that broke down, or a file that could not be read, may be why the finding is missing. */
function mayBeUnseen(thread: OwnThread, { report }: Publication): boolean {
  return (
    report.coverage.unreadable.some(({ path }) => path === thread.path || thread.path.startsWith(path.replace(/\/?$/, "/"))) ||
    report.defects.some(({ rule }) => thread.body.includes(`\`${rule}\``))
  );
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
  return (
    (lines.side === "RIGHT") === (anchor.side === "head") &&
    lines.line === anchor.endLine &&
    (lines.startLine ?? lines.line) === anchor.startLine
  );
}
