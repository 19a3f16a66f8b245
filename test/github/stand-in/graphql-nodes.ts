import { changedFiles, mergeBaseOf, readBlobs, type ChangedFile } from "./git.js";
import { GraphqlRefusal } from "./graphql-schema.js";
import {
  nameOf,
  nodeId,
  readNodeId,
  type Author,
  type IssueComment,
  type PullRequest,
  type Repository,
  type ReviewComment,
  type Thread,
  type World,
} from "./world.js";

/** Longer texts come cut off. */
const LONGEST_TEXT = 512_000;

interface Window {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
}

export interface NodeShapes {
  repository(repository: Repository): Record<string, unknown>;
  find(id: string): Record<string, unknown> | null;
}

/** What queries show of the world's things. */
export function nodeShapes(world: World, may: (need: string) => boolean): NodeShapes {
  // REST shows the login of an App with `[bot]`, GraphQL without.
  const actor = ({ login, bot }: Author): unknown => ({ __typename: bot ? "Bot" : "User", login });
  const written = (comment: IssueComment | ReviewComment): Record<string, unknown> => ({
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    body: comment.body,
    author: actor(comment.author),
    viewerDidAuthor: comment.author.bot,
    createdAt: comment.createdAt.toISOString(),
    isMinimized: comment.minimized !== null,
    minimizedReason: comment.minimized,
    viewerCanMinimize: may("pull_requests:write"),
    viewerCanDelete: may("pull_requests:write"),
  });
  const issueComment = (comment: IssueComment): Record<string, unknown> => ({
    __typename: "IssueComment",
    id: nodeId("IssueComment", comment.id),
    ...written(comment),
  });
  const reviewComment = (thread: Thread, comment: ReviewComment): Record<string, unknown> => ({
    __typename: "PullRequestReviewComment",
    id: nodeId("PullRequestReviewComment", comment.id),
    ...written(comment),
    path: thread.path,
    line: thread.line,
    outdated: isOutdated(thread),
  });
  const thread = (one: Thread): Record<string, unknown> => ({
    __typename: "PullRequestReviewThread",
    id: nodeId("PullRequestReviewThread", one.id),
    isResolved: one.resolvedBy !== null,
    isOutdated: isOutdated(one),
    isCollapsed: one.resolvedBy !== null,
    path: one.path,
    line: one.line,
    startLine: one.startLine,
    originalLine: one.originalLine,
    diffSide: one.side,
    viewerCanResolve: may("contents:write") && one.resolvedBy === null,
    viewerCanUnresolve: may("contents:write") && one.resolvedBy !== null,
    viewerCanReply: may("pull_requests:write"),
    resolvedBy: one.resolvedBy === null ? null : { login: one.resolvedBy.login },
    comments: (window: Window) => connection(window, one.comments, (comment) => reviewComment(one, comment)),
  });
  const pullRequest = (repository: Repository, pull: PullRequest): Record<string, unknown> => ({
    __typename: "PullRequest",
    id: nodeId("PullRequest", pull.id),
    number: pull.number,
    title: pull.title,
    headRefOid: pull.head,
    state: stateOf(pull),
    baseRefName: pull.baseBranch,
    baseRefOid: async () => repository.git.commit(`refs/heads/${pull.baseBranch}`),
    baseRef: async () => refShape(repository, pull.baseBranch),
    mergedAt: pull.merged ? pull.updatedAt.toISOString() : null,
    author: actor({ login: pull.author.replace("[bot]", ""), bot: pull.author.endsWith("[bot]") }),
    files: async (window: Window) =>
      connection(window, await changesOf(repository, pull), ({ filename, additions, deletions }) => ({
        path: filename,
        additions,
        deletions,
      })),
    reviewThreads: (window: Window) => {
      // GitHub drops a thread with its last comment.
      if (!may("pull_requests:read")) throw new GraphqlRefusal("FORBIDDEN", "Resource not accessible by integration");
      return connection(
        window,
        pull.threads.filter(({ comments }) => comments.length > 0),
        thread,
      );
    },
    comments: (window: Window) => connection(window, pull.comments, issueComment),
  });
  return {
    repository: (repository) => ({
      __typename: "Repository",
      id: nodeId("Repository", repository.id),
      nameWithOwner: nameOf(repository),
      defaultBranchRef: async () => {
        if (!may("contents:read")) throw new GraphqlRefusal("FORBIDDEN", "Resource not accessible by integration");
        return refShape(repository, repository.defaultBranch);
      },
      object: async ({ oid, expression }: { oid?: string; expression?: string }) => {
        if (!may("contents:read")) throw new GraphqlRefusal("FORBIDDEN", "Resource not accessible by integration");
        const name = oid ?? expression ?? "";
        return (await blobShape(repository, name)) ?? commitShape(repository, name);
      },
      pullRequest: ({ number }: { number: number }) => {
        const pull = repository.pulls.get(number);
        if (pull === undefined) throw new GraphqlRefusal("NOT_FOUND", `Could not resolve to a PullRequest with the number of ${number}.`);
        return pullRequest(repository, pull);
      },
      pullRequests: ({ states, baseRefName, ...window }: Window & { states?: readonly string[]; baseRefName?: string }) => {
        const found = [...repository.pulls.values()].filter(
          (pull) => (states?.includes(stateOf(pull)) ?? true) && (baseRefName ?? pull.baseBranch) === pull.baseBranch,
        );
        return connection(
          window,
          found.sort((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime()),
          (pull) => pullRequest(repository, pull),
        );
      },
    }),
    find(id) {
      const { kind, id: number } = readNodeId(id);
      const homes = [...world.repositories.values()].flatMap((home) => [...home.pulls.values()].map((pull) => ({ home, pull })));
      const pulls = homes.map(({ pull }) => pull);
      const threads = pulls.flatMap((pull) => pull.threads);
      if (kind === "PullRequest")
        return mapFound(
          homes.find(({ pull }) => pull.id === number),
          ({ home, pull }) => pullRequest(home, pull),
        );
      if (kind === "PullRequestReviewThread")
        return mapFound(
          threads.find((one) => one.id === number),
          thread,
        );
      if (kind === "IssueComment")
        return mapFound(
          pulls.flatMap(({ comments }) => comments).find((comment) => comment.id === number),
          issueComment,
        );
      const holder = threads.find(({ comments }) => comments.some((comment) => comment.id === number));
      return kind === "PullRequestReviewComment"
        ? mapFound(holder, (one) =>
            reviewComment(
              one,
              one.comments.find((comment) => comment.id === number)!,
            ),
          )
        : null;
    },
  };
}

const mapFound = <T, R>(value: T | undefined, shape: (value: T) => R): R | null => (value === undefined ? null : shape(value));

const isOutdated = ({ line, originalLine }: Thread): boolean => line === null && originalLine !== null;

/** A window of a list. GitHub insists on its size, at most a hundred. */
function connection<T>({ first, last, after }: Window, all: readonly T[], shape: (one: T) => unknown): unknown {
  const size = first ?? last;
  if (size === undefined)
    throw new GraphqlRefusal(
      "MISSING_PAGINATION_BOUNDARIES",
      "You must provide a `first` or `last` value to properly paginate the connection.",
    );
  if (size < 1 || size > 100)
    throw new GraphqlRefusal(
      "EXCESSIVE_PAGINATION",
      `Requesting ${size} records on the connection exceeds the \`first\` limit of 100 records.`,
    );
  const start =
    first === undefined
      ? Math.max(0, all.length - size)
      : after === undefined || after === null
        ? 0
        : Number(Buffer.from(after, "base64url").toString());
  const end = Math.min(all.length, start + size);
  const cursor = (place: number): string => Buffer.from(String(place)).toString("base64url");
  return {
    totalCount: all.length,
    nodes: all.slice(start, end).map(shape),
    pageInfo: {
      hasNextPage: end < all.length,
      endCursor: end > start ? cursor(end) : null,
      hasPreviousPage: start > 0,
      startCursor: end > start ? cursor(start) : null,
    },
  };
}

async function blobShape(repository: Repository, name: string): Promise<Record<string, unknown> | null> {
  const found = (await readBlobs(repository.git, [name])).get(name);
  if (found === undefined) return null;
  const { sha, bytes } = found;
  const isBinary = bytes.subarray(0, 8000).includes(0);
  const cut = bytes.length > LONGEST_TEXT;
  return {
    __typename: "Blob",
    id: sha,
    oid: sha,
    byteSize: bytes.length,
    isBinary,
    isTruncated: cut,
    text: isBinary ? null : bytes.subarray(0, LONGEST_TEXT).toString(),
  };
}

async function commitShape(repository: Repository, name: string): Promise<Record<string, unknown> | null> {
  const commit = await repository.git.commit(name);
  if (commit === null) return null;
  const date = await repository.git.run("show", "--no-patch", "--format=%cI", commit);
  return {
    __typename: "Commit",
    id: commit,
    oid: commit,
    committedDate: new Date(date).toISOString(),
    file: async ({ path }: { path: string }) => fileShape(repository, commit, path),
  };
}

async function refShape(repository: Repository, branch: string): Promise<Record<string, unknown> | null> {
  const target = await commitShape(repository, `refs/heads/${branch}`);
  return target === null ? null : { id: nodeId("Ref", repository.id), name: branch, prefix: "refs/heads/", target };
}

async function fileShape(repository: Repository, commit: string, path: string): Promise<Record<string, unknown> | null> {
  const [facts = "", name] = (await repository.git.run("ls-tree", commit, "--", path)).split("\t");
  const [mode = "", type = "", oid = ""] = facts.split(" ");
  return name !== path
    ? null
    : { mode: Number.parseInt(mode, 8), name: path.split("/").at(-1), path, oid, type, object: async () => blobShape(repository, oid) };
}

const stateOf = ({ state, merged }: PullRequest): string => (merged ? "MERGED" : state.toUpperCase());

/** What a pull request changed, also once it is merged: then its head is a part of its base. */
async function changesOf(repository: Repository, pull: PullRequest): Promise<readonly ChangedFile[]> {
  const parent = await mergeBaseOf(repository.git, `${pull.head}^`, pull.head);
  return parent === null ? [] : changedFiles(repository.git, parent, pull.head);
}
