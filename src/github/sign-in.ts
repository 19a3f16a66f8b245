import { randomBytes, timingSafeEqual } from "node:crypto";
import { exchangeWebFlowCode, getWebFlowAuthorizationUrl } from "@octokit/oauth-methods";
import { CALLBACK_PATH } from "../pages/paths.js";
import type { Clients } from "./clients.js";
import type { SignIn } from "./environment.js";
import type { Seals } from "./session.js";

/** Who is signed in. */
export interface Session {
  readonly login: string;
  /** With which GitHub is asked in their name. */
  readonly token: string;
}

export interface SignInParts {
  readonly settings: SignIn;
  readonly clients: Pick<Clients, "anonymous" | "user">;
  readonly seals: Seals;
  /** Where people reach the App, where that was told. */
  readonly publicUrl: string | null;
}

/** Seconds that signing in may take. */
export const STATE_SECONDS = 600;

/** Seconds after which GitHub is asked anew; its tokens last as long. */
export const SESSION_SECONDS = 8 * 3_600;

/** Addresses that somebody may be sent back to: pages of ours, whatever the request says. */
const PLACE = /^\/(?:repos\/[\w-]{1,100}\/[\w.-]{1,100}(?:\/reviews\/\d{1,15})?)?$/;

/** The address on GitHub where signing in begins, and what the browser keeps until it comes back. */
export async function beginSignIn(
  { settings, clients, seals, publicUrl }: SignInParts,
  to: string,
): Promise<{ readonly address: string; readonly sealed: string }> {
  const state = randomBytes(24).toString("base64url");
  const { url } = getWebFlowAuthorizationUrl({
    clientType: "github-app",
    clientId: settings.clientId,
    state,
    request: clients.anonymous.request,
    ...(publicUrl === null ? {} : { redirectUrl: publicUrl + CALLBACK_PATH }),
  });
  return { address: url, sealed: await seals.seal("state", { state, to: PLACE.test(to) ? to : "/" }, STATE_SECONDS) };
}

/** Trades the code that GitHub sent for a session. `null`: the way back did not begin here, or GitHub does not take the code. */
export async function endSignIn(
  { settings, clients, seals }: SignInParts,
  query: URLSearchParams,
  sealed: string | null,
): Promise<{ readonly session: string; readonly to: string } | null> {
  const kept = sealed === null ? null : await seals.open("state", sealed);
  const code = query.get("code") ?? "";
  if (kept === null || !isSame(query.get("state") ?? "", kept["state"] ?? "") || !/^[\w-]{1,200}$/.test(code)) return null;
  const { clientId, clientSecret } = settings;
  const { authentication } = await exchangeWebFlowCode({
    clientType: "github-app",
    clientId,
    clientSecret,
    code,
    request: clients.anonymous.request,
  });
  const { data } = await clients.user(authentication.token).rest.users.getAuthenticated();
  const session: Session = { login: data.login, token: authentication.token };
  const to = kept["to"] ?? "/";
  return { session: await seals.seal("session", { ...session }, SESSION_SECONDS), to: PLACE.test(to) ? to : "/" };
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return b.length > 0 && a.length === b.length && timingSafeEqual(a, b);
}
