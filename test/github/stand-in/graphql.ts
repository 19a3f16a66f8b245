import { graphql } from "graphql";
import { allows, visible, type Caller } from "./access.js";
import { nodeShapes } from "./graphql-nodes.js";
import { GraphqlRefusal, schema } from "./graphql-schema.js";
import { text } from "./review-comments.js";
import { theApp } from "./shapes.js";
import { readNodeId, type IssueComment, type PullRequest, type ReviewComment, type Thread, type World } from "./world.js";

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
      const seen = found !== undefined && (caller.kind !== "installation" || visible(world, caller.token).includes(found));
      if (!seen) throw new GraphqlRefusal("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
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
      refuseHiding(world, comment(input.subjectId));
      comment(input.subjectId).minimized = input.classifier.toLowerCase();
      return { minimizedComment: node(input.subjectId) };
    },
    unminimizeComment: ({ input }: { input: { subjectId: string } }) => {
      refuseHiding(world, comment(input.subjectId));
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

/** In a locked conversation an App may change what it wrote, and hide nothing. */
function refuseHiding(world: World, comment: IssueComment | ReviewComment): void {
  const locked = everyPull(world).some((pull) => pull.locked && commentsOf(pull).includes(comment));
  if (locked) throw new GraphqlRefusal("FORBIDDEN", "Resource not accessible by integration");
}

const everyPull = (world: World): readonly PullRequest[] => [...world.repositories.values()].flatMap(({ pulls }) => [...pulls.values()]);

const everyThread = (world: World): readonly Thread[] => everyPull(world).flatMap(({ threads }) => threads);

const commentsOf = ({ threads, comments }: PullRequest): readonly (IssueComment | ReviewComment)[] => [
  ...threads.flatMap((thread) => thread.comments),
  ...comments,
];

const everyComment = (world: World): readonly (IssueComment | ReviewComment)[] => everyPull(world).flatMap(commentsOf);
