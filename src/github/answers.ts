import type { AppParts } from "./app-parts.js";
import { routeOf } from "./octokit.js";
import { isRefusal } from "./refusal.js";

export interface Answer {
  readonly installation: number;
  readonly repository: string;
  readonly number: number;
  /** Two answers with one key are one answer. */
  readonly key: string;
}

/**
 * Answers on a pull request, once for each key. The comment carries the key, so that an attempt whose answer was lost is
 * found again before anything is said twice.
 */
export async function say(parts: AppParts, { installation, repository, number, key }: Answer, text: string): Promise<void> {
  const octokit = parts.github.installation(installation);
  const marker = `<!-- faultline-answer:${Buffer.from(key).toString("base64url")} -->`;
  const first = await parts.store.answered.first(key);
  try {
    if (!first) {
      const since = new Date(parts.now().getTime() - 24 * 60 * 60 * 1_000).toISOString();
      const said = await octokit.paginate(octokit.rest.issues.listComments, {
        ...routeOf(repository),
        issue_number: number,
        since,
        per_page: 100,
      });
      if (said.some(({ body, user }) => user?.type === "Bot" && body?.startsWith(marker) === true)) return;
    }
    await octokit.rest.issues.createComment({
      ...routeOf(repository),
      issue_number: number,
      body: `${marker}\n${text}`,
      request: { retries: 0 },
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    parts.log.warn({ err: error, repository, pullRequest: number }, "an answer was refused");
  }
}
