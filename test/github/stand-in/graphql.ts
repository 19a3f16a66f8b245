import { buildSchema, graphql } from "graphql";
import { allows, type Caller } from "./access.js";
import { changedFiles, mergeBaseOf, readBlobs, type ChangedFile } from "./git.js";
import { text } from "./review-comments.js";
import { theApp } from "./shapes.js";
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

/** The part of GitHub's schema that an App like this one can want, with GitHub's names and nullability. */
const schema = buildSchema(`
  scalar DateTime
  scalar GitObjectID
  scalar URI
  scalar BigInt
  enum ReportedContentClassifiers { SPAM ABUSE OFF_TOPIC OUTDATED DUPLICATE RESOLVED LOW_QUALITY }
  enum DiffSide { LEFT RIGHT }
  enum PullRequestState { OPEN CLOSED MERGED }
  enum OrderDirection { ASC DESC }
  enum IssueOrderField { CREATED_AT UPDATED_AT COMMENTS }
  input IssueOrder { field: IssueOrderField! direction: OrderDirection! }
  interface Node { id: ID! }
  interface GitObject { id: ID! oid: GitObjectID! }
  interface Actor { login: String! }
  interface Minimizable { isMinimized: Boolean! minimizedReason: String viewerCanMinimize: Boolean! }
  type User implements Actor { login: String! }
  type Bot implements Actor { login: String! }
  type Blob implements GitObject & Node { id: ID! oid: GitObjectID! text: String isBinary: Boolean isTruncated: Boolean! byteSize: Int! }
  type Commit implements GitObject & Node { id: ID! oid: GitObjectID! committedDate: DateTime! file(path: String!): TreeEntry }
  type TreeEntry { mode: Int! name: String! path: String oid: GitObjectID! type: String! object: GitObject }
  type Ref implements Node { id: ID! name: String! prefix: String! target: GitObject }
  type PullRequestConnection { nodes: [PullRequest] pageInfo: PageInfo! totalCount: Int! }
  type PullRequestChangedFile { path: String! additions: Int! deletions: Int! }
  type PullRequestChangedFileConnection { nodes: [PullRequestChangedFile] pageInfo: PageInfo! totalCount: Int! }
  type PageInfo { hasNextPage: Boolean! endCursor: String hasPreviousPage: Boolean! startCursor: String }
  type Repository implements Node { id: ID! nameWithOwner: String! defaultBranchRef: Ref object(oid: GitObjectID, expression: String): GitObject pullRequest(number: Int!): PullRequest pullRequests(states: [PullRequestState!], baseRefName: String, orderBy: IssueOrder, first: Int, last: Int, after: String, before: String): PullRequestConnection! }
  type PullRequest implements Node {
    id: ID! number: Int! headRefOid: GitObjectID! title: String! state: PullRequestState! baseRefName: String! baseRefOid: GitObjectID! baseRef: Ref mergedAt: DateTime author: Actor
    files(first: Int, last: Int, after: String, before: String): PullRequestChangedFileConnection
    reviewThreads(first: Int, last: Int, after: String, before: String): PullRequestReviewThreadConnection!
    comments(first: Int, last: Int, after: String, before: String): IssueCommentConnection!
  }
  type IssueCommentConnection { nodes: [IssueComment] pageInfo: PageInfo! totalCount: Int! }
  type IssueComment implements Node & Minimizable {
    id: ID! databaseId: Int fullDatabaseId: BigInt body: String! author: Actor viewerDidAuthor: Boolean! createdAt: DateTime!
    isMinimized: Boolean! minimizedReason: String viewerCanMinimize: Boolean! viewerCanDelete: Boolean!
  }
  type PullRequestReviewThreadConnection { nodes: [PullRequestReviewThread] pageInfo: PageInfo! totalCount: Int! }
  type PullRequestReviewThread implements Node {
    id: ID! isResolved: Boolean! isOutdated: Boolean! isCollapsed: Boolean! path: String! line: Int startLine: Int originalLine: Int diffSide: DiffSide!
    viewerCanResolve: Boolean! viewerCanUnresolve: Boolean! viewerCanReply: Boolean! resolvedBy: User
    comments(first: Int, last: Int, after: String, before: String): PullRequestReviewCommentConnection!
  }
  type PullRequestReviewCommentConnection { nodes: [PullRequestReviewComment] pageInfo: PageInfo! totalCount: Int! }
  type PullRequestReviewComment implements Node & Minimizable {
    id: ID! databaseId: Int fullDatabaseId: BigInt body: String! author: Actor viewerDidAuthor: Boolean! createdAt: DateTime! path: String! line: Int outdated: Boolean!
    isMinimized: Boolean! minimizedReason: String viewerCanMinimize: Boolean! viewerCanDelete: Boolean!
  }
  input MinimizeCommentInput { clientMutationId: String subjectId: ID! classifier: ReportedContentClassifiers! }
  type MinimizeCommentPayload { clientMutationId: String minimizedComment: Minimizable }
  input UnminimizeCommentInput { clientMutationId: String subjectId: ID! }
  type UnminimizeCommentPayload { clientMutationId: String unminimizedComment: Minimizable }
  input ResolveReviewThreadInput { clientMutationId: String threadId: ID! }
  type ResolveReviewThreadPayload { clientMutationId: String thread: PullRequestReviewThread }
  input UnresolveReviewThreadInput { clientMutationId: String threadId: ID! }
  type UnresolveReviewThreadPayload { clientMutationId: String thread: PullRequestReviewThread }
  input UpdatePullRequestReviewCommentInput { clientMutationId: String pullRequestReviewCommentId: ID! body: String! }
  type UpdatePullRequestReviewCommentPayload { clientMutationId: String pullRequestReviewComment: PullRequestReviewComment }
  input UpdateIssueCommentInput { clientMutationId: String id: ID! body: String! }
  type UpdateIssueCommentPayload { clientMutationId: String issueComment: IssueComment }
  type RateLimit { limit: Int! cost: Int! remaining: Int! resetAt: DateTime! }
  type Query { repository(owner: String!, name: String!, followRenames: Boolean): Repository node(id: ID!): Node nodes(ids: [ID!]!): [Node]! rateLimit: RateLimit }
  type Mutation {
    updatePullRequestReviewComment(input: UpdatePullRequestReviewCommentInput!): UpdatePullRequestReviewCommentPayload
    updateIssueComment(input: UpdateIssueCommentInput!): UpdateIssueCommentPayload
    minimizeComment(input: MinimizeCommentInput!): MinimizeCommentPayload
    unminimizeComment(input: UnminimizeCommentInput!): UnminimizeCommentPayload
    resolveReviewThread(input: ResolveReviewThreadInput!): ResolveReviewThreadPayload
    unresolveReviewThread(input: UnresolveReviewThreadInput!): UnresolveReviewThreadPayload
  }
`);

/** Longer texts come cut off. */
const LONGEST_TEXT = 512_000;

interface Window {
  readonly first?: number;
  readonly last?: number;
  readonly after?: string;
}

/** Answers a query or mutation, always with status 200. */
export async function answerGraphql(world: World, caller: Caller, body: Readonly<Record<string, unknown>>): Promise<unknown> {
  const result = await graphql({
    schema,
    source: String(body["query"]),
    rootValue: roots(world, caller),
    variableValues: (body["variables"] ?? {}) as Record<string, unknown>,
  });
  if (result.errors === undefined) return { data: result.data };
  // GitHub names the kind of an error beside its message, and sends errors of validation without data.
  const errors = result.errors.map((error) => ({
    ...(error.originalError instanceof GraphqlRefusal ? { type: error.originalError.type } : {}),
    path: error.path ?? [],
    locations: error.locations ?? [],
    message: error.message,
  }));
  return { ...(result.data === undefined ? {} : { data: result.data }), errors };
}

type GraphqlErrorType = "NOT_FOUND" | "FORBIDDEN" | "MISSING_PAGINATION_BOUNDARIES" | "EXCESSIVE_PAGINATION";

class GraphqlRefusal extends Error {
  readonly type: GraphqlErrorType;
  constructor(type: GraphqlErrorType, message: string) {
    super(message);
    this.type = type;
  }
}

function roots(world: World, caller: Caller): Record<string, unknown> {
  const may = (need: string): boolean => caller.kind === "installation" && allows(caller.token, need);
  const needed = (...needs: readonly string[]): void => {
    if (!needs.some(may)) throw new GraphqlRefusal("FORBIDDEN", "Resource not accessible by integration");
  };
  const shapes = nodeShapes(world, may);
  const node = (id: string): Record<string, unknown> => {
    const found = shapes.find(id);
    if (found === null) throw new GraphqlRefusal("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
    return found;
  };
  const comment = (id: string): IssueComment | ReviewComment => {
    const { kind, id: number } = readNodeId(id);
    needed(...(kind === "IssueComment" ? ["issues:write", "pull_requests:write"] : ["pull_requests:write"]));
    const found = everyComment(world).find((one) => one.id === number);
    if (found === undefined) throw new GraphqlRefusal("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
    return found;
  };
  const thread = (id: string): Thread => {
    needed("contents:write");
    const found = everyThread(world).find((one) => one.id === readNodeId(id).id);
    if (found === undefined) throw new GraphqlRefusal("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'.`);
    return found;
  };
  return {
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const found = world.repositories.get(`${owner}/${name}`.toLowerCase());
      if (found === undefined) throw new GraphqlRefusal("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      return shapes.repository(found);
    },
    node: ({ id }: { id: string }) => node(id),
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => shapes.find(id)),
    rateLimit: { limit: 5000, cost: 1, remaining: 4999, resetAt: new Date(world.now().getTime() + 3_600_000).toISOString() },
    updatePullRequestReviewComment: ({ input }: { input: { pullRequestReviewCommentId: string; body: string } }) => {
      const found = comment(input.pullRequestReviewCommentId);
      if (!found.author.bot) throw new GraphqlRefusal("FORBIDDEN", "Resource not accessible by integration");
      found.body = text(input.body);
      found.updatedAt = world.now();
      return { pullRequestReviewComment: node(input.pullRequestReviewCommentId) };
    },
    updateIssueComment: ({ input }: { input: { id: string; body: string } }) => {
      const found = comment(input.id);
      if (!found.author.bot) throw new GraphqlRefusal("FORBIDDEN", "Resource not accessible by integration");
      found.body = text(input.body);
      found.updatedAt = world.now();
      return { issueComment: node(input.id) };
    },
    minimizeComment: ({ input }: { input: { subjectId: string; classifier: string } }) => {
      comment(input.subjectId).minimized = input.classifier.toLowerCase();
      return { minimizedComment: node(input.subjectId) };
    },
    unminimizeComment: ({ input }: { input: { subjectId: string } }) => {
      comment(input.subjectId).minimized = null;
      return { unminimizedComment: node(input.subjectId) };
    },
    resolveReviewThread: ({ input }: { input: { threadId: string } }) => {
      thread(input.threadId).resolvedBy = theApp(world);
      return { thread: node(input.threadId) };
    },
    unresolveReviewThread: ({ input }: { input: { threadId: string } }) => {
      thread(input.threadId).resolvedBy = null;
      return { thread: node(input.threadId) };
    },
  };
}

interface NodeShapes {
  repository(repository: Repository): Record<string, unknown>;
  find(id: string): Record<string, unknown> | null;
}

function nodeShapes(world: World, may: (need: string) => boolean): NodeShapes {
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

const everyThread = (world: World): readonly Thread[] =>
  [...world.repositories.values()].flatMap(({ pulls }) => [...pulls.values()].flatMap(({ threads }) => threads));

const everyComment = (world: World): readonly (IssueComment | ReviewComment)[] => [
  ...everyThread(world).flatMap(({ comments }) => comments),
  ...[...world.repositories.values()].flatMap(({ pulls }) => [...pulls.values()].flatMap(({ comments }) => comments)),
];

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
