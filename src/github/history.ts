import type { History, PastChange } from "../snapshot/history.js";
import type { AppParts } from "./app-parts.js";
import { limitEnds } from "./limits.js";
import { routeOf, type Octokit } from "./octokit.js";

/** Merged pull requests of one request: enough to see coupling of today. */
const MOST_CHANGES = 100;

/** A change of more files says nothing about coupling, and is told by their number. */
const MOST_FILES = 31;

/** Between the merge of a pull request and the date of its commit. In milliseconds. */
const SLACK = 60_000;

const HISTORY_QUERY = `query history($owner: String!, $name: String!, $branch: String!, $base: GitObjectID!) {
  repository(owner: $owner, name: $name) {
    object(oid: $base) { ... on Commit { committedDate } }
    pullRequests(states: MERGED, baseRefName: $branch, first: ${MOST_CHANGES}, orderBy: { field: UPDATED_AT, direction: DESC }) {
      nodes { number mergedAt author { __typename login } files(first: ${MOST_FILES}) { nodes { path } } }
    }
  }
}`;

interface Answer {
  readonly repository: {
    readonly object: { readonly committedDate?: string } | null;
    readonly pullRequests: { readonly nodes: readonly MergedPull[] };
  } | null;
}

interface MergedPull {
  readonly number: number;
  readonly mergedAt: string | null;
  /** `null`: an account that is gone. */
  readonly author: { readonly __typename: string; readonly login: string } | null;
  readonly files: { readonly nodes: readonly { readonly path: string }[] } | null;
}

/**
 * What was merged into a branch up to a commit of it, newest first. A commit's past does not change, so that GitHub is
 * asked once for each. `undefined` where GitHub could not say: no review waits for it.
 */
export async function readPast(
  { store, log }: Pick<AppParts, "store" | "log">,
  octokit: Octokit,
  at: { readonly repository: string; readonly branch: string; readonly base: string },
): Promise<History | undefined> {
  const key = `history 1 ${at.repository} ${at.branch} ${at.base}`;
  const kept = (await store.facts.load([key])).get(key);
  if (kept !== undefined) return JSON.parse(Buffer.from(kept).toString()) as History;
  try {
    const { owner, repo } = routeOf(at.repository);
    const { repository } = await octokit.graphql<Answer>(HISTORY_QUERY, { owner, name: repo, branch: at.branch, base: at.base });
    if (repository === null) return undefined;
    const until = Date.parse(repository.object?.committedDate ?? "") + SLACK;
    const history: History = {
      changes: repository.pullRequests.nodes
        .filter(({ mergedAt }) => mergedAt !== null && !(Date.parse(mergedAt) > until))
        .sort(newestFirst)
        .map(changeOf),
    };
    await store.facts.save(new Map([[key, Buffer.from(JSON.stringify(history))]]));
    return history;
  } catch (error) {
    if (limitEnds(error, new Date()) !== null) throw error;
    log.warn({ err: error, repository: at.repository }, "what was merged before could not be read");
    return undefined;
  }
}

function newestFirst(one: MergedPull, other: MergedPull): number {
  return Date.parse(other.mergedAt ?? "") - Date.parse(one.mergedAt ?? "");
}

function changeOf({ number, author, files }: MergedPull): PastChange {
  return {
    id: `#${number}`,
    author: author?.login ?? "",
    bot: author?.__typename === "Bot",
    files: (files?.nodes ?? []).map(({ path }) => path),
  };
}
