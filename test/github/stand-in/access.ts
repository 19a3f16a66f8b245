import { createVerify, randomBytes } from "node:crypto";
import { Refusal, type Answer, type Asked, type Route } from "./http.js";
import { installationOf, nameOf, type Installation, type Repository, type Token, type World } from "./world.js";

/** Who asks. A request without credentials is nobody's. */
export type Caller =
  | { readonly kind: "app" }
  | { readonly kind: "installation"; readonly token: Token }
  | { readonly kind: "user"; readonly login: string }
  | { readonly kind: "nobody" };

export type AppRoute = Route<Caller>;
export type AppRequest = Asked<Caller>;

/** Tells who asks by the `authorization` header. Throws 401 for a credential that is not, or no longer, good. */
export function callerOf(world: World, authorization: string | undefined): Caller {
  if (authorization === undefined) return { kind: "nobody" };
  const credential = authorization.replace(/^(bearer|token) /i, "");
  const token = world.tokens.get(credential);
  if (token !== undefined) {
    if (token.expiresAt <= world.now() || token.installation.removed === true) throw new Refusal(401, "Bad credentials");
    return { kind: "installation", token };
  }
  const login = world.signIns.tokens.get(credential);
  if (login !== undefined) return { kind: "user", login };
  if (credential.split(".").length !== 3 || credential.startsWith("ghs_")) throw new Refusal(401, "Bad credentials");
  checkJwt(world, credential);
  return { kind: "app" };
}

function checkJwt(world: World, jwt: string): void {
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const verifier = createVerify("RSA-SHA256").update(`${header}.${payload}`);
  if (!verifier.verify(world.app.publicKey, Buffer.from(signature, "base64url")))
    throw new Refusal(401, "A JSON web token could not be decoded");
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as { iat: number; exp: number; iss: unknown };
  const now = world.now().getTime() / 1000;
  if (String(claims.iss) !== String(world.app.id)) throw new Refusal(401, "Integration must be found with the 'iss' claim");
  if (claims.exp <= now)
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (claims.exp > now + 630) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  if (claims.iat > now + 60)
    throw new Refusal(401, "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued");
}

/** Refuses a caller that lacks what the route needs. */
export function checkAccess(world: World, route: AppRoute, asked: AppRequest): void {
  const { needs } = route;
  if (needs === "anyone") return;
  if (needs === "app") {
    if (asked.caller.kind !== "app") throw new Refusal(401, "A JSON web token could not be decoded");
    return;
  }
  if (asked.caller.kind === "user") return checkPerson(world, needs, asked, asked.caller.login);
  if (needs === "user") throw new Refusal(401, "Requires authentication");
  if (asked.caller.kind !== "installation")
    throw new Refusal(asked.caller.kind === "app" ? 403 : 401, "Resource not accessible by integration");
  const { token } = asked.caller;
  if (token.installation.suspended) throw new Refusal(403, "This installation has been suspended");
  const { owner, repo } = asked.parameters;
  if (owner !== undefined && !canSee(world, token, owner, repo ?? "")) throw new Refusal(404, "Not Found");
  if (needs.length > 0 && !needs.some((need) => allows(token, need))) throw new Refusal(403, "Resource not accessible by integration");
}

/** A person's token opens what both the person and the App may read. */
function checkPerson(world: World, needs: "user" | readonly string[], asked: AppRequest, login: string): void {
  if (needs !== "user" && needs.length > 0) throw new Refusal(403, "Resource not accessible by integration");
  const { owner, repo } = asked.parameters;
  if (owner !== undefined && world.repositories.get(`${owner}/${repo}`.toLowerCase())?.collaborators.has(login) !== true)
    throw new Refusal(404, "Not Found");
}

function canSee(world: World, { installation, repositories }: Token, owner: string, name: string): boolean {
  if (installation.withheld?.has(name) === true) return false;
  return installationOf(world, owner) === installation && (repositories === null || repositories.includes(name));
}

/** Whether a token has a permission: `checks:write`. Whoever may write may read. */
export function allows({ permissions }: Token, need: string): boolean {
  const [name = "", level = ""] = need.split(":");
  const granted = permissions[name];
  return granted === "write" || granted === "admin" || granted === level;
}

/** The repository that the route names. */
export function repositoryOf(world: World, { parameters: { owner, repo } }: Pick<AppRequest, "parameters">): Repository {
  const found = world.repositories.get(`${owner}/${repo}`.toLowerCase());
  if (found === undefined) throw new Refusal(404, "Not Found");
  return found;
}

/** Tokens are long and have dots since April 2026. */
export function issueToken(world: World, installation: Installation, body: Readonly<Record<string, unknown>>): Answer {
  const asked = (body["permissions"] ?? installation.permissions) as Record<string, string>;
  const tooMuch = Object.entries(asked).some(
    ([name, level]) => !allows({ permissions: installation.permissions } as Token, `${name}:${level}`),
  );
  if (tooMuch) throw new Refusal(422, "The permissions requested are not granted to this installation.");
  const names = (body["repositories"] as string[] | undefined) ?? null;
  const known = [...world.repositories.values()];
  const byId = (body["repository_ids"] as number[] | undefined)?.map((id) => known.find((repository) => repository.id === id)?.name ?? "");
  const repositories = names ?? byId ?? null;
  const stranger = repositories?.find((name) => !known.some((repository) => repository.name === name));
  if (stranger !== undefined)
    throw new Refusal(422, "There is at least one repository that does not exist or is not accessible to the parent installation.");
  const token = `ghs_${world.app.id}_${randomBytes(200).toString("base64url")}.${randomBytes(200).toString("base64url")}.${randomBytes(60).toString("base64url")}`;
  const expiresAt = new Date(world.now().getTime() + 3_600_000);
  const permissions = { metadata: "read", ...asked };
  world.tokens.set(token, { installation, permissions, repositories, expiresAt });
  return {
    status: 201,
    body: { token, expires_at: expiresAt.toISOString(), permissions, repository_selection: repositories === null ? "all" : "selected" },
  };
}

/** Repositories that a token sees. */
export function visible(world: World, token: Token): readonly Repository[] {
  return [...world.repositories.values()]
    .filter(({ owner, name }) => canSee(world, token, owner, name))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
