import { hunkAt, hunksOf, movedLine, type Hunk, type Side } from "./diff.js";
import { Refusal } from "./http.js";
import { filesOf } from "./routes/pulls.js";
import type { Author, PullRequest, Repository, Review, ReviewComment, Thread, World } from "./world.js";

const LONGEST_BODY = 65_536;

type Body = Readonly<Record<string, unknown>>;

/** Where a comment may stand: the hunks of each file that the pull request changes. */
type Commentable = ReadonlyMap<string, readonly Hunk[]>;

/** A body as GitHub takes it. */
export function text(body: unknown): string {
  if (typeof body !== "string" || body.trim() === "")
    throw new Refusal(422, "Validation Failed", [{ resource: "Comment", code: "missing_field", field: "body" }]);
  if (body.length > LONGEST_BODY) throw new Refusal(422, "Validation Failed", ["body is too long (maximum is 65536 characters)"]);
  return body;
}

/** A locked conversation takes nothing from those who may not write to the repository, and no App may. */
export function refuseLocked({ locked }: PullRequest, { bot }: Author): void {
  if (locked && bot) throw new Refusal(403, "Unable to create comment because issue is locked.");
}

/** A review with all its comments, or a refusal and none of them. */
export async function addReview(world: World, repository: Repository, pull: PullRequest, author: Author, body: Body): Promise<Review> {
  refuseLocked(pull, author);
  const { event, comments = [] } = body;
  const commit = await commitOf(repository, pull, body["commit_id"]);
  if (event !== undefined && !["COMMENT", "APPROVE", "REQUEST_CHANGES"].includes(event as string))
    throw unprocessable("event is not known");
  if (!Array.isArray(comments)) throw unprocessable("comments must be a list");
  if (comments.length === 0 || event === "REQUEST_CHANGES") text(body["body"]);
  const id = world.nextId();
  const diff = await commentable(repository, pull, commit);
  const threads = (comments as Body[]).map((comment) => threadOf(world, pull, author, id, comment, diff, commit));
  const now = world.now();
  const state =
    event === undefined ? "PENDING" : event === "APPROVE" ? "APPROVED" : event === "REQUEST_CHANGES" ? "CHANGES_REQUESTED" : "COMMENTED";
  const review: Review = {
    id,
    author,
    createdAt: now,
    updatedAt: now,
    body: typeof body["body"] === "string" ? body["body"] : "",
    event: state,
    commit,
  };
  if (review.body.length > LONGEST_BODY) throw unprocessable("body is too long (maximum is 65536 characters)");
  pull.reviews.push(review);
  pull.threads.push(...threads);
  return review;
}

/** A comment by itself, which GitHub wraps into a review of its own. */
export async function addSingleComment(
  world: World,
  repository: Repository,
  pull: PullRequest,
  author: Author,
  body: Body,
): Promise<{ readonly thread: Thread; readonly comment: ReviewComment }> {
  refuseLocked(pull, author);
  const commit = await commitOf(repository, pull, body["commit_id"] ?? "");
  const diff = await commentable(repository, pull, commit);
  const id = world.nextId();
  const thread =
    body["subject_type"] === "file"
      ? fileThread(world, author, id, body, diff, commit)
      : threadOf(world, pull, author, id, body, diff, commit);
  const now = world.now();
  pull.reviews.push({ id, author, createdAt: now, updatedAt: now, body: "", event: "COMMENTED", commit });
  pull.threads.push(thread);
  return { thread, comment: thread.comments[0]! };
}

export function addReply(
  world: World,
  pull: PullRequest,
  author: Author,
  to: number,
  body: string,
): { readonly thread: Thread; readonly comment: ReviewComment } {
  const thread = pull.threads.find(({ comments }) => comments.some(({ id }) => id === to));
  if (thread === undefined) throw new Refusal(404, "Not Found");
  refuseLocked(pull, author);
  const comment = commentBy(world, author, world.nextId(), body, thread.comments[0]?.id ?? to);
  thread.comments.push(comment);
  return { thread, comment };
}

function threadOf(world: World, pull: PullRequest, author: Author, review: number, body: Body, diff: Commentable, commit: string): Thread {
  const {
    path,
    line,
    side = "RIGHT",
    start_line: startLine = null,
    start_side: startSide = startLine === null ? null : side,
  } = body as {
    path: string;
    line: number;
    side?: Side;
    start_line?: number | null;
    start_side?: Side | null;
  };
  if (body["subject_type"] !== undefined && body["subject_type"] !== "line")
    throw unprocessable("subject_type is not permitted in a review");
  const hunks = diff.get(path);
  if (hunks === undefined) throw unprocessable("Path could not be resolved");
  const hunk = hunkAt(hunks, side, line);
  if (!Number.isInteger(line) || hunk === -1) throw unprocessable("Line could not be resolved");
  if (startLine !== null && (hunkAt(hunks, startSide ?? side, startLine) !== hunk || (startSide === side && startLine >= line)))
    throw unprocessable("Start line must precede the end line and be part of the same hunk");
  // A review of an older commit is placed where its lines are now.
  const outdated = commit !== pull.head;
  return {
    id: world.nextId(),
    path,
    side,
    startSide,
    originalLine: line,
    originalStartLine: startLine,
    originalCommit: commit,
    line: outdated ? null : line,
    startLine: outdated ? null : startLine,
    resolvedBy: null,
    comments: [commentBy(world, author, review, text(body["body"]), null)],
  };
}

function fileThread(world: World, author: Author, review: number, body: Body, diff: Commentable, commit: string): Thread {
  const path = body["path"] as string;
  if (!diff.has(path)) throw unprocessable("Path could not be resolved");
  return {
    id: world.nextId(),
    path,
    side: "RIGHT",
    startSide: null,
    originalLine: null,
    originalStartLine: null,
    originalCommit: commit,
    line: null,
    startLine: null,
    resolvedBy: null,
    comments: [commentBy(world, author, review, text(body["body"]), null)],
  };
}

function commentBy(world: World, author: Author, review: number, body: string, replyTo: number | null): ReviewComment {
  const now = world.now();
  return { id: world.nextId(), author, createdAt: now, updatedAt: now, body, minimized: null, review, replyTo, reactions: [] };
}

async function commentable(repository: Repository, pull: PullRequest, commit: string): Promise<Commentable> {
  return new Map((await filesOf(repository, pull, commit)).map(({ filename, patch }) => [filename, hunksOf(patch ?? "")]));
}

/** The commit that a review is about: one of the pull request's, its head if nothing is said. */
async function commitOf(repository: Repository, pull: PullRequest, named: unknown): Promise<string> {
  if (named === undefined) return pull.head;
  const found = typeof named === "string" && named !== "" ? await repository.git.commit(named) : null;
  if (found === null) throw unprocessable("No commit found for SHA");
  return found;
}

/** Moves the threads of a pull request with their lines, or marks them outdated. */
export async function followLines(repository: Repository, pull: PullRequest): Promise<void> {
  for (const thread of pull.threads) {
    if (thread.originalLine === null || thread.side === "LEFT") continue;
    const diff = await repository.git.bytes(["diff", "--no-color", "-U0", thread.originalCommit, pull.head, "--", thread.path]);
    const gone = (await repository.git.run("ls-tree", pull.head, "--", thread.path)) === "";
    const hunks = hunksOf(diff.toString());
    thread.line = gone ? null : movedLine(hunks, thread.originalLine);
    thread.startLine = thread.line === null || thread.originalStartLine === null ? null : movedLine(hunks, thread.originalStartLine);
  }
}

function unprocessable(message: string): Refusal {
  return new Refusal(422, `Unprocessable Entity: "${message}"`, [message]);
}
