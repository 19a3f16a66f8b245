import { buildSchema } from "graphql";

/** The part of GitHub's schema that an App like this one can want, with GitHub's names and nullability. */
export const schema = buildSchema(`
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

type GraphqlErrorType = "NOT_FOUND" | "FORBIDDEN" | "MISSING_PAGINATION_BOUNDARIES" | "EXCESSIVE_PAGINATION";

/** What an answer has in its errors. */
export class GraphqlRefusal extends Error {
  readonly type: GraphqlErrorType;
  constructor(type: GraphqlErrorType, message: string) {
    super(message);
    this.type = type;
  }
}
