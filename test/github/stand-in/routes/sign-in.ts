import { randomBytes } from "node:crypto";
import type { AppRoute } from "../access.js";
import { page, Refusal } from "../http.js";
import { installationShape, person, repositoryShape, userShape } from "../shapes.js";
import type { World } from "../world.js";

/** How people sign in to an App with GitHub, and what their tokens open. */
export function signInRoutes(world: World): readonly AppRoute[] {
  const { signIns, app } = world;
  return [
    {
      method: "GET",
      pattern: "/login/oauth/authorize",
      needs: "anyone",
      answer: ({ query }) => {
        const back = query.get("redirect_uri");
        if (query.get("client_id") !== app.clientId || back === null) throw new Refusal(404, "Not Found");
        const address = new URL(back);
        address.searchParams.set("state", query.get("state") ?? "");
        if (signIns.browser === null) address.searchParams.set("error", "access_denied");
        else {
          const code = randomBytes(10).toString("hex");
          signIns.codes.set(code, signIns.browser);
          address.searchParams.set("code", code);
        }
        return { status: 302, headers: { location: address.href } };
      },
    },
    {
      method: "POST",
      pattern: "/login/oauth/access_token",
      needs: "anyone",
      answer: ({ body }) => {
        const code = String(body["code"]);
        const login = signIns.codes.get(code);
        // A code is good once.
        signIns.codes.delete(code);
        // What is wrong comes with 200.
        if (body["client_id"] !== app.clientId || body["client_secret"] !== app.clientSecret)
          return {
            status: 200,
            body: { error: "incorrect_client_credentials", error_description: "The client_id and/or client_secret passed are incorrect." },
          };
        if (login === undefined)
          return { status: 200, body: { error: "bad_verification_code", error_description: "The code passed is incorrect or expired." } };
        const token = `ghu_${randomBytes(18).toString("hex")}`;
        signIns.tokens.set(token, login);
        return { status: 200, body: { access_token: token, token_type: "bearer", scope: "" } };
      },
    },
    {
      method: "GET",
      pattern: "/user",
      needs: "user",
      answer: ({ caller }) => ({ status: 200, body: userShape(person(caller.kind === "user" ? caller.login : "")) }),
    },
    {
      method: "GET",
      pattern: "/user/installations",
      needs: "user",
      answer: () => ({ status: 200, body: { total_count: 1, installations: [installationShape(world, world.installation)] } }),
    },
    {
      method: "GET",
      pattern: "/user/installations/:id/repositories",
      needs: "user",
      answer: (asked) => {
        const login = asked.caller.kind === "user" ? asked.caller.login : "";
        const seen = [...world.repositories.values()].filter(({ collaborators }) => collaborators.has(login));
        const { entries, headers } = page(asked, world.url, seen);
        return {
          status: 200,
          body: { total_count: seen.length, repositories: entries.map((repository) => repositoryShape(world, repository)) },
          headers,
        };
      },
    },
  ];
}
