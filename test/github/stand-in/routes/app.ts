import { issueToken, repositoryOf, visible, type AppRoute } from "../access.js";
import { page, Refusal } from "../http.js";
import { appShape, installationShape, person, repositoryShape, userShape } from "../shapes.js";
import { installationOf, type Installation, type World } from "../world.js";
import type { Deliveries } from "../deliveries.js";

/** What an App asks about itself, its installations and its webhook deliveries. */
export function appRoutes(world: World, deliveries: Deliveries): readonly AppRoute[] {
  const installed = (id: string | undefined): Installation => {
    const found = world.installations.find((installation) => installation.id === Number(id));
    if (found === undefined || found.removed === true) throw new Refusal(404, "Not Found");
    return found;
  };
  return [
    { method: "GET", pattern: "/app", needs: "app", answer: () => ({ status: 200, body: appShape(world) }) },
    {
      method: "GET",
      pattern: "/app/installations",
      needs: "app",
      answer: (asked) => {
        const { entries, headers } = page(
          asked,
          world.url,
          world.installations.filter(({ removed }) => removed !== true).map((installation) => installationShape(world, installation)),
        );
        return { status: 200, body: entries, headers };
      },
    },
    {
      method: "GET",
      pattern: "/app/installations/:id",
      needs: "app",
      answer: ({ parameters }) => ({ status: 200, body: installationShape(world, installed(parameters["id"])) }),
    },
    {
      method: "POST",
      pattern: "/app/installations/:id/access_tokens",
      needs: "app",
      answer: ({ parameters, body }) => {
        const installation = installed(parameters["id"]);
        if (installation.suspended) throw new Refusal(403, "This installation has been suspended");
        return issueToken(world, installation, body);
      },
    },
    {
      method: "GET",
      pattern: "/app/hook/config",
      needs: "app",
      answer: () => ({
        status: 200,
        body: {
          url: typeof deliveries.target === "string" ? deliveries.target : deliveries.target(),
          content_type: "json",
          insecure_ssl: "0",
          ...(world.app.hookSecret ? { secret: "********" } : {}),
        },
      }),
    },
    {
      method: "GET",
      pattern: "/app/hook/deliveries",
      needs: "app",
      answer: ({ query, path }) => deliveries.list(query, `${world.url}${path}`),
    },
    {
      method: "GET",
      pattern: "/app/hook/deliveries/:id",
      needs: "app",
      answer: ({ parameters }) => ({ status: 200, body: deliveries.get(Number(parameters["id"])) }),
    },
    {
      method: "POST",
      pattern: "/app/hook/deliveries/:id/attempts",
      needs: "app",
      answer: ({ parameters }) => {
        deliveries.redeliver(Number(parameters["id"]));
        return { status: 202, body: {} };
      },
    },
    {
      method: "GET",
      pattern: "/installation/repositories",
      needs: [],
      answer: (asked) => {
        const seen = asked.caller.kind === "installation" ? visible(world, asked.caller.token) : [];
        const { entries, headers } = page(asked, world.url, seen);
        return {
          status: 200,
          body: {
            total_count: seen.length,
            repository_selection: "all",
            repositories: entries.map((repository) => repositoryShape(world, repository)),
          },
          headers,
        };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/installation",
      needs: "app",
      answer: (asked) => ({ status: 200, body: installationShape(world, installationOf(world, repositoryOf(world, asked).owner)) }),
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo",
      needs: [],
      answer: (asked) => ({ status: 200, body: repositoryShape(world, repositoryOf(world, asked)) }),
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/collaborators/:login/permission",
      needs: [],
      answer: (asked) => {
        const login = asked.parameters["login"] ?? "";
        const role = repositoryOf(world, asked).collaborators.get(login) ?? "none";
        // The old field knows four levels only.
        const permission = role === "maintain" ? "write" : role === "triage" ? "read" : role;
        return { status: 200, body: { permission, role_name: role, user: userShape(person(login)) } };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/rules/branches/*branch",
      needs: [],
      answer: (asked) => {
        const repository = repositoryOf(world, asked);
        const { entries, headers } = page(
          asked,
          world.url,
          asked.parameters["branch"] === repository.defaultBranch ? repository.rules : [],
        );
        return { status: 200, body: entries, headers };
      },
    },
    {
      method: "GET",
      pattern: "/rate_limit",
      needs: "anyone",
      answer: () => {
        const core = { limit: 5000, remaining: 4999, used: 1, reset: Math.floor(world.now().getTime() / 1000) + 3600 };
        return { status: 200, body: { resources: { core, graphql: core }, rate: core } };
      },
    },
  ];
}
