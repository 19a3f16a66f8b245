import type { Glance } from "./app-parts.js";
import { markerOf } from "../report/review-comments.js";
import { isSummary } from "../report/summary-comment.js";
import { routeOf, type Octokit } from "./octokit.js";
import { isRefusal } from "./refusal.js";

/** A comment of ours on the pull request, and what became of its thread. */
export interface OwnThread {
  /** Id of the comment, as GraphQL names it. */
  readonly comment: string;
  readonly fingerprint: string;
  readonly body: string;
  /** We said that what it tells is settled. */
  readonly closed: boolean;
  /** Somebody else wrote in the thread or resolved it, so that it is theirs. */
  readonly joined: boolean;
  readonly minimized: boolean;
  readonly mayMinimize: boolean;
  readonly path: string;
  /** Where it stands in the present diff; `null` where the lines are gone. */
  readonly lines: { readonly side: "LEFT" | "RIGHT"; readonly startLine: number | null; readonly line: number } | null;
}

/** Enough to see whether a thread is ours alone. */
const THREADS_QUERY = `query threads($owner: String!, $name: String!, $number: Int!, $after: String, $afterComment: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      state headRefOid baseRefName baseRefOid
      reviewThreads(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes {
          isResolved isOutdated path line startLine diffSide
          comments(first: 20) { totalCount nodes { id body viewerDidAuthor isMinimized viewerCanMinimize } }
        }
      }
      comments(first: 100, after: $afterComment) {
        pageInfo { hasNextPage endCursor }
        nodes { id body viewerDidAuthor }
      }
    }
  }
}`;

interface ThreadAnswer {
  readonly isResolved: boolean;
  readonly isOutdated: boolean;
  readonly path: string;
  readonly line: number | null;
  readonly startLine: number | null;
  readonly diffSide: "LEFT" | "RIGHT";
  readonly comments: { readonly totalCount: number; readonly nodes: readonly CommentAnswer[] };
}

interface CommentAnswer {
  readonly id: string;
  readonly body: string;
  readonly viewerDidAuthor: boolean;
  readonly isMinimized: boolean;
  readonly viewerCanMinimize: boolean;
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
}

interface Page {
  readonly repository: {
    readonly pullRequest: {
      readonly state: "OPEN" | "CLOSED" | "MERGED";
      readonly headRefOid: string;
      readonly baseRefName: string;
      readonly baseRefOid: string;
      readonly reviewThreads: { readonly pageInfo: PageInfo; readonly nodes: readonly ThreadAnswer[] };
      readonly comments: { readonly pageInfo: PageInfo; readonly nodes: readonly Pick<CommentAnswer, "id" | "body" | "viewerDidAuthor">[] };
    } | null;
  } | null;
}

/** Everything of ours on a pull request. */
export interface OwnComments {
  /** Comments on lines and files, oldest first. */
  readonly threads: readonly OwnThread[];
  /** The summary in the conversation; `null` where there is none. */
  readonly summary: { readonly comment: string; readonly body: string } | null;
}

/** A pull request as it is now. */
export interface Pull extends Glance {
  readonly open: boolean;
}

export interface Conversation extends OwnComments {
  readonly pull: Pull;
}

/**
 * The pull request, and all comments of ours with a marker on it. A marker that somebody else wrote is none. `null`: the
 * pull request is gone.
 */
export async function readConversation(octokit: Octokit, repository: string, number: number): Promise<Conversation | null> {
  const { owner, repo } = routeOf(repository);
  const threads: OwnThread[] = [];
  let summary: OwnComments["summary"] = null;
  let now: Pull | null = null;
  let [after, afterComment]: (string | null)[] = [null, null];
  for (let [more, moreComments] = [true, true]; more || moreComments;) {
    const page = await pageOf(octokit, { owner, name: repo, number, after, afterComment });
    const pull = page?.repository?.pullRequest;
    if (pull == null) return null;
    now ??= { open: pull.state === "OPEN", head: pull.headRefOid, baseRef: pull.baseRefName, baseSha: pull.baseRefOid };
    if (more) threads.push(...pull.reviewThreads.nodes.flatMap(ownThread));
    const found = pull.comments.nodes.find(({ body, viewerDidAuthor }) => viewerDidAuthor && isSummary(body));
    if (found !== undefined) summary ??= { comment: found.id, body: found.body };
    // A list that was read to its end stays where it is while the other goes on.
    more &&= pull.reviewThreads.pageInfo.hasNextPage;
    moreComments &&= summary === null && pull.comments.pageInfo.hasNextPage;
    if (more) after = pull.reviewThreads.pageInfo.endCursor;
    if (moreComments) afterComment = pull.comments.pageInfo.endCursor;
  }
  return now === null ? null : { pull: now, threads, summary };
}

/** `null`: the repository or the pull request is not there. */
async function pageOf(octokit: Octokit, variables: Readonly<Record<string, unknown>>): Promise<Page | null> {
  try {
    return await octokit.graphql<Page>(THREADS_QUERY, variables);
  } catch (error) {
    const { errors } = error as { errors?: readonly { readonly type?: string }[] };
    if (errors !== undefined && errors.length > 0 && errors.every(({ type }) => type === "NOT_FOUND")) return null;
    throw error;
  }
}

function ownThread(thread: ThreadAnswer): readonly OwnThread[] {
  const { totalCount, nodes } = thread.comments;
  const [first] = nodes;
  const marker = first?.viewerDidAuthor === true ? markerOf(first.body) : null;
  if (first === undefined || marker === null) return [];
  return [
    {
      comment: first.id,
      ...marker,
      body: first.body,
      joined: thread.isResolved || totalCount > nodes.length || nodes.some(({ viewerDidAuthor }) => !viewerDidAuthor),
      minimized: first.isMinimized,
      mayMinimize: first.viewerCanMinimize,
      path: thread.path,
      lines: thread.isOutdated || thread.line === null ? null : { side: thread.diffSide, startLine: thread.startLine, line: thread.line },
    },
  ];
}

/** What is to be done to a comment that is there. */
export interface CommentChange {
  readonly comment: string;
  /** The new body; `null`: as it is. */
  readonly body: string | null;
  readonly minimize: boolean | null;
  /** It stands in the conversation, not on a line or file. */
  readonly conversation?: boolean;
}

/** Mutations of one request. */
const AT_ONCE = 20;

/** Changes comments in place. Each change may be repeated without harm. A refusal (an archived repository, a locked talk) changes nothing. */
export async function changeComments(octokit: Octokit, changes: readonly CommentChange[]): Promise<void> {
  const steps = changes.flatMap(({ comment, body, minimize, conversation }) => [
    ...(body === null
      ? []
      : [
          conversation === true
            ? { field: "updateIssueComment", type: "UpdateIssueCommentInput", input: { id: comment, body } }
            : {
                field: "updatePullRequestReviewComment",
                type: "UpdatePullRequestReviewCommentInput",
                input: { pullRequestReviewCommentId: comment, body },
              },
        ]),
    ...(minimize === null
      ? []
      : [
          minimize
            ? { field: "minimizeComment", type: "MinimizeCommentInput", input: { subjectId: comment, classifier: "RESOLVED" } }
            : { field: "unminimizeComment", type: "UnminimizeCommentInput", input: { subjectId: comment } },
        ]),
  ]);
  for (let from = 0; from < steps.length; from += AT_ONCE) {
    const part = steps.slice(from, from + AT_ONCE);
    const parameters = part.map(({ type }, index) => `$i${index}: ${type}!`).join(", ");
    const fields = part.map(({ field }, index) => `m${index}: ${field}(input: $i${index}) { clientMutationId }`).join(" ");
    try {
      await octokit.graphql(
        `mutation comments(${parameters}) { ${fields} }`,
        Object.fromEntries(part.map(({ input }, index) => [`i${index}`, input])),
      );
    } catch (error) {
      if (!isRefusal(error) && !isForbidden(error)) throw error;
    }
  }
}

/** GraphQL answers 200 and says in the errors what it did not do. */
function isForbidden(error: unknown): boolean {
  const { errors } = error as { errors?: readonly { readonly type?: string }[] };
  return (
    errors !== undefined &&
    errors.length > 0 &&
    errors.every(({ type }) => type === "FORBIDDEN" || type === "NOT_FOUND" || type === "UNPROCESSABLE")
  );
}
