import { gunzipSync } from "node:zlib";
import { repositoryOf, type AppRequest, type AppRoute } from "../access.js";
import { page, Refusal } from "../http.js";
import type { Hooks } from "../hooks.js";
import { react } from "../reactions.js";
import { refuseLocked, text } from "../review-comments.js";
import { issueCommentShape, theApp } from "../shapes.js";
import type { IssueComment, PullRequest, Repository, World } from "../world.js";
import { pullOf } from "./pulls.js";

const WRITE = ["issues:write", "pull_requests:write"];
const READ = ["issues:read", "pull_requests:read"];

/** Comments of the conversation, reactions to comments, results for code scanning. */
export function commentRoutes(world: World, hooks: Hooks): readonly AppRoute[] {
  return [
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/issues/:number/comments",
      needs: READ,
      answer: (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const { entries, headers } = page(asked, world.url, pull.comments);
        return { status: 200, body: entries.map((comment) => issueCommentShape(world, repository, pull, comment)), headers };
      },
    },
    {
      method: "POST",
      pattern: "/repos/:owner/:repo/issues/:number/comments",
      needs: WRITE,
      answer: (asked) => {
        const { repository, pull } = pullOf(world, asked);
        refuseLocked(pull, theApp(world));
        const now = world.now();
        const comment: IssueComment = {
          id: world.nextId(),
          author: theApp(world),
          body: text(asked.body["body"]),
          createdAt: now,
          updatedAt: now,
          minimized: null,
          reactions: [],
        };
        pull.comments.push(comment);
        hooks.comment(repository, pull, comment);
        return { status: 201, body: issueCommentShape(world, repository, pull, comment) };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/issues/comments/:id",
      needs: READ,
      answer: (asked) => {
        const { repository, pull, comment } = commentOf(world, asked);
        return { status: 200, body: issueCommentShape(world, repository, pull, comment) };
      },
    },
    {
      method: "PATCH",
      pattern: "/repos/:owner/:repo/issues/comments/:id",
      needs: WRITE,
      answer: (asked) => {
        const { repository, pull, comment } = commentOf(world, asked);
        if (!comment.author.bot) throw new Refusal(403, "Resource not accessible by integration");
        comment.body = text(asked.body["body"]);
        comment.updatedAt = world.now();
        return { status: 200, body: issueCommentShape(world, repository, pull, comment) };
      },
    },
    {
      method: "DELETE",
      pattern: "/repos/:owner/:repo/issues/comments/:id",
      needs: WRITE,
      answer: (asked) => {
        const { pull, comment } = commentOf(world, asked);
        pull.comments.splice(pull.comments.indexOf(comment), 1);
        return { status: 204 };
      },
    },
    {
      method: "POST",
      pattern: "/repos/:owner/:repo/issues/comments/:id/reactions",
      needs: WRITE,
      answer: (asked) => react(world, commentOf(world, asked).comment, asked.body["content"]),
    },
    {
      method: "POST",
      pattern: "/repos/:owner/:repo/code-scanning/sarifs",
      needs: ["security_events:write"],
      answer: (asked) => {
        const { ref, commit_sha: commit, sarif } = asked.body as Record<string, string>;
        let read: string;
        try {
          read = gunzipSync(Buffer.from(sarif ?? "", "base64")).toString();
          JSON.parse(read);
        } catch {
          throw new Refusal(400, "Invalid SARIF: must be gzip-compressed and base64-encoded JSON");
        }
        if (!/^refs\/(heads|tags|pull)\//.test(ref ?? "")) throw new Refusal(422, "ref must be fully qualified");
        const id = String(world.nextId());
        repositoryOf(world, asked).sarifs.push({ id, ref: ref ?? "", commit: commit ?? "", sarif: read });
        return { status: 202, body: { id, url: `${world.url}${asked.path}/${id}` } };
      },
    },
  ];
}

function commentOf(
  world: World,
  asked: AppRequest,
): { readonly repository: Repository; readonly pull: PullRequest; readonly comment: IssueComment } {
  const repository = repositoryOf(world, asked);
  for (const pull of repository.pulls.values()) {
    const comment = pull.comments.find(({ id }) => id === Number(asked.parameters["id"]));
    if (comment !== undefined) return { repository, pull, comment };
  }
  throw new Refusal(404, "Not Found");
}
