import { saysTheSame } from "../report/review-comments.js";
import type { AppParts } from "./app-parts.js";
import { routeOf } from "./octokit.js";
import { isRefusal } from "./refusal.js";
import { changeComments } from "./threads.js";

/** An attempt is repeated within this time, in milliseconds. */
const LATELY = 24 * 60 * 60 * 1_000;

export interface Answer {
  readonly installation: number;
  readonly repository: string;
  readonly number: number;
  /** Two answers with one key are one answer. */
  readonly key: string;
}

export interface AnswerOptions {
  /** An earlier answer with this key is edited, whenever it was given. */
  readonly replace?: boolean;
}

/**
 * Answers on a pull request, once for each key. The comment carries the key, so that an attempt whose answer was lost is
 * found again before anything is said twice.
 */
export async function say(
  parts: AppParts,
  { installation, repository, number, key }: Answer,
  text: string,
  { replace = false }: AnswerOptions = {},
): Promise<void> {
  const octokit = parts.github.installation(installation);
  const marker = `<!-- faultline-answer:${Buffer.from(key).toString("base64url")} -->`;
  const first = await parts.store.answered.first(key);
  try {
    const body = `${marker}\n${text}`;
    if (!first) {
      const since = replace ? {} : { since: new Date(parts.now().getTime() - LATELY).toISOString() };
      const route = { ...routeOf(repository), issue_number: number, per_page: 100 };
      const said = (await octokit.paginate(octokit.rest.issues.listComments, { ...route, ...since })).find(
        (comment) => comment.user?.type === "Bot" && comment.body?.startsWith(marker) === true,
      );
      if (said !== undefined) {
        if (replace && !saysTheSame(said.body ?? "", body))
          await changeComments(octokit, [{ comment: said.node_id, body, minimize: null, conversation: true }]);
        return;
      }
    }
    await octokit.rest.issues.createComment({
      ...routeOf(repository),
      issue_number: number,
      body,
      request: { retries: 0 },
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    parts.log.warn({ err: error, repository, pullRequest: number }, "an answer was refused");
  }
}
