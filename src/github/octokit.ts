import type { ProbotOctokit } from "probot";

/** A client of GitHub's API for one installation. */
export type Octokit = ProbotOctokit;

/** `owner/name` as the API's routes take it. */
export function routeOf(repository: string): { readonly owner: string; readonly repo: string } {
  const slash = repository.indexOf("/");
  return { owner: repository.slice(0, slash), repo: repository.slice(slash + 1) };
}
