import { repositoryOf, type AppRoute } from "../access.js";
import { page, Refusal } from "../http.js";
import { nameOf, type World } from "../world.js";

/** Artifacts of workflow runs. */
export function actionRoutes(world: World): readonly AppRoute[] {
  return [
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/actions/artifacts",
      needs: ["actions:read"],
      answer: (asked) => {
        const repository = repositoryOf(world, asked);
        const name = asked.query.get("name");
        const found = repository.artifacts.filter((artifact) => name === null || artifact.name === name).reverse();
        const { entries, headers } = page(asked, world.url, found);
        const shapes = entries.map(({ id, name: named, commit, ofFork, zip, expired }) => ({
          id,
          name: named,
          size_in_bytes: zip.length,
          expired,
          archive_download_url: `${world.url}/repos/${nameOf(repository)}/actions/artifacts/${id}/zip`,
          workflow_run: {
            id: id + 1,
            repository_id: repository.id,
            head_repository_id: ofFork ? repository.id + 500_000 : repository.id,
            head_branch: "main",
            head_sha: commit,
          },
        }));
        return { status: 200, body: { total_count: found.length, artifacts: shapes }, headers };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/actions/artifacts/:id/zip",
      needs: ["actions:read"],
      answer: (asked) => {
        const found = repositoryOf(world, asked).artifacts.find(({ id }) => String(id) === asked.parameters["id"]);
        if (found === undefined) throw new Refusal(404, "Not Found");
        if (found.expired) throw new Refusal(410, "Artifact has expired");
        return { status: 302, headers: { location: `${world.url}/_artifact/${found.id}` } };
      },
    },
    {
      method: "GET",
      pattern: "/_artifact/:id",
      needs: "anyone",
      answer: (asked) => {
        const found = [...world.repositories.values()]
          .flatMap(({ artifacts }) => artifacts)
          .find(({ id }) => String(id) === asked.parameters["id"]);
        if (found === undefined) throw new Refusal(404, "Not Found");
        return { status: 200, body: found.zip, headers: { "content-type": "application/zip" } };
      },
    },
  ];
}
