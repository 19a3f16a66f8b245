import { repositoryOf, type AppRequest, type AppRoute } from "../access.js";
import { page, Refusal } from "../http.js";
import { react } from "../reactions.js";
import type { Hooks } from "../hooks.js";
import { addReview, addSingleComment, addReply, text } from "../review-comments.js";
import { reviewCommentShape, reviewShape, theApp } from "../shapes.js";
import type { PullRequest, Repository, ReviewComment, Thread, World } from "../world.js";
import { pullOf } from "./pulls.js";

/** Reviews and the comments on lines that belong to them. */
export function reviewRoutes(world: World, hooks: Hooks): readonly AppRoute[] {
  return [
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/pulls/:number/reviews",
      needs: ["pull_requests:read"],
      answer: (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const { entries, headers } = page(asked, world.url, pull.reviews);
        return { status: 200, body: entries.map((review) => reviewShape(world, repository, pull, review)), headers };
      },
    },
    {
      method: "POST",
      pattern: "/repos/:owner/:repo/pulls/:number/reviews",
      needs: ["pull_requests:write"],
      answer: async (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const review = await addReview(world, repository, pull, theApp(world), asked.body);
        hooks.review(repository, pull, review);
        return { status: 200, body: reviewShape(world, repository, pull, review) };
      },
    },
    {
      method: "PUT",
      pattern: "/repos/:owner/:repo/pulls/:number/reviews/:id",
      needs: ["pull_requests:write"],
      answer: (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const review = pull.reviews.find(({ id }) => id === Number(asked.parameters["id"]));
        if (review === undefined) throw new Refusal(404, "Not Found");
        review.body = text(asked.body["body"]);
        return { status: 200, body: reviewShape(world, repository, pull, review) };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/pulls/:number/comments",
      needs: ["pull_requests:read"],
      answer: (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const all = pull.threads
          .flatMap((thread) => thread.comments.map((comment) => ({ thread, comment })))
          .sort((a, b) => a.comment.id - b.comment.id);
        const { entries, headers } = page(asked, world.url, all);
        return {
          status: 200,
          body: entries.map(({ thread, comment }) => reviewCommentShape(world, repository, pull, thread, comment)),
          headers,
        };
      },
    },
    {
      method: "POST",
      pattern: "/repos/:owner/:repo/pulls/:number/comments",
      needs: ["pull_requests:write"],
      answer: async (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const replyTo = asked.body["in_reply_to"];
        const { thread, comment } =
          typeof replyTo === "number"
            ? addReply(world, pull, theApp(world), replyTo, text(asked.body["body"]))
            : await addSingleComment(world, repository, pull, theApp(world), asked.body);
        return { status: 201, body: reviewCommentShape(world, repository, pull, thread, comment) };
      },
    },
    {
      method: "POST",
      pattern: "/repos/:owner/:repo/pulls/:number/comments/:id/replies",
      needs: ["pull_requests:write"],
      answer: (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const { thread, comment } = addReply(world, pull, theApp(world), Number(asked.parameters["id"]), text(asked.body["body"]));
        return { status: 201, body: reviewCommentShape(world, repository, pull, thread, comment) };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/pulls/comments/:id",
      needs: ["pull_requests:read"],
      answer: (asked) => {
        const { repository, pull, thread, comment } = commentOf(world, asked);
        return { status: 200, body: reviewCommentShape(world, repository, pull, thread, comment) };
      },
    },
    {
      method: "PATCH",
      pattern: "/repos/:owner/:repo/pulls/comments/:id",
      needs: ["pull_requests:write"],
      answer: (asked) => {
        const { repository, pull, thread, comment } = commentOf(world, asked);
        if (!comment.author.bot) throw new Refusal(403, "Resource not accessible by integration");
        comment.body = text(asked.body["body"]);
        comment.updatedAt = world.now();
        return { status: 200, body: reviewCommentShape(world, repository, pull, thread, comment) };
      },
    },
    {
      method: "POST",
      pattern: "/repos/:owner/:repo/pulls/comments/:id/reactions",
      needs: ["pull_requests:write"],
      answer: (asked) => react(world, commentOf(world, asked).comment, asked.body["content"]),
    },
    {
      method: "DELETE",
      pattern: "/repos/:owner/:repo/pulls/comments/:id",
      needs: ["pull_requests:write"],
      answer: (asked) => {
        const { thread, comment } = commentOf(world, asked);
        thread.comments.splice(thread.comments.indexOf(comment), 1);
        return { status: 204 };
      },
    },
  ];
}

function commentOf(
  world: World,
  asked: AppRequest,
): { readonly repository: Repository; readonly pull: PullRequest; readonly thread: Thread; readonly comment: ReviewComment } {
  const repository = repositoryOf(world, asked);
  for (const pull of repository.pulls.values()) {
    for (const thread of pull.threads) {
      const comment = thread.comments.find(({ id }) => id === Number(asked.parameters["id"]));
      if (comment !== undefined) return { repository, pull, thread, comment };
    }
  }
  throw new Refusal(404, "Not Found");
}
