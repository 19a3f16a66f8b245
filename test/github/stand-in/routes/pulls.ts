import { repositoryOf, type AppRequest, type AppRoute } from "../access.js";
import { changedFiles, mergeBaseOf, type ChangedFile } from "../git.js";
import { page, Refusal } from "../http.js";
import { pullShape } from "../shapes.js";
import type { PullRequest, Repository, World } from "../world.js";
import { fileShape } from "./contents.js";

export function pullRoutes(world: World): readonly AppRoute[] {
  return [
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/pulls",
      needs: ["pull_requests:read"],
      answer: async (asked) => {
        const repository = repositoryOf(world, asked);
        const state = asked.query.get("state") ?? "open";
        const [base, head] = [asked.query.get("base"), asked.query.get("head")];
        const found = [...repository.pulls.values()]
          .filter((pull) => state === "all" || pull.state === state)
          .filter((pull) => base === null || pull.baseBranch === base)
          .filter((pull) => head === null || `${pull.headRepository?.split("/")[0]}:${pull.headBranch}` === head)
          .sort((a, b) => b.number - a.number);
        const { entries, headers } = page(asked, world.url, found);
        return { status: 200, body: await Promise.all(entries.map(async (pull) => pullShape(world, repository, pull))), headers };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/pulls/:number",
      needs: ["pull_requests:read"],
      answer: async (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const files = await filesOf(repository, pull);
        const sum = (count: (file: ChangedFile) => number): number => files.reduce((total, file) => total + count(file), 0);
        const commits = Number(await repository.git.run("rev-list", "--count", `refs/heads/${pull.baseBranch}..${pull.head}`));
        return {
          status: 200,
          body: {
            ...(await pullShape(world, repository, pull)),
            commits,
            changed_files: files.length,
            additions: sum((file) => file.additions),
            deletions: sum((file) => file.deletions),
          },
        };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/pulls/:number/files",
      needs: ["pull_requests:read"],
      answer: async (asked) => {
        const { repository, pull } = pullOf(world, asked);
        const files = (await filesOf(repository, pull)).slice(0, world.limits.pullRequestFiles);
        const { entries, headers } = page(asked, world.url, files);
        return { status: 200, body: entries.map((file) => fileShape(world, repository, pull.head, file)), headers };
      },
    },
  ];
}

export function pullOf(
  world: World,
  asked: Pick<AppRequest, "parameters">,
): { readonly repository: Repository; readonly pull: PullRequest } {
  const repository = repositoryOf(world, asked);
  const pull = repository.pulls.get(Number(asked.parameters["number"]));
  if (pull === undefined) throw new Refusal(404, "Not Found");
  return { repository, pull };
}

/** What a pull request changes at one of its commits. */
export async function filesOf(repository: Repository, pull: PullRequest, commit: string = pull.head): Promise<readonly ChangedFile[]> {
  const base = await mergeBaseOf(repository.git, `refs/heads/${pull.baseBranch}`, commit);
  return base === null ? [] : changedFiles(repository.git, base, commit);
}
