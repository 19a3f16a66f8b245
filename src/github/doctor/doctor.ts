import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/rest";
import { version } from "../../version.js";
import { fetchInTime } from "../clients.js";
import { EnvironmentError, readEnvironment, type Credentials, type Environment, type Variables } from "../environment.js";
import { statusOf } from "../refusal.js";
import { appRemarks, type RegisteredApp } from "./app.js";
import { environmentRemarks } from "./environment.js";
import { installationRemarks } from "./installations.js";
import { remarksAbout, type Remark } from "./remark.js";
import { repositoryRemarks } from "./repository.js";
import type { Surgery } from "./surgery.js";
import { webhookRemarks } from "./webhook.js";

export interface Examination {
  readonly variables: Variables;
  /** `owner/name`s to look at as well. */
  readonly repositories: readonly string[];
  readonly now: Date;
}

/**
 * Looks at an App and its installations, and changes nothing. Throws `EnvironmentError` where the settings are not enough
 * to ask GitHub anything.
 */
export async function examine({ variables, repositories, now }: Examination): Promise<readonly Remark[]> {
  const environment = readEnvironment(variables, false);
  const { credentials } = environment;
  if (credentials === null)
    throw new EnvironmentError(
      "Nothing is set up yet: APP_ID, PRIVATE_KEY and WEBHOOK_SECRET are not set.",
      "Run faultline serve and open its address to make the App, or give the credentials of one that there is.",
    );
  const open = (installationId?: number): Octokit => client(environment, credentials, installationId);
  const surgery: Surgery = { environment, now, app: open(), installation: open };
  const remarks = [...environmentRemarks(environment)];
  const app = await registeredApp(surgery);
  if ("remark" in app) return [...remarks, app.remark];
  remarks.push(...appRemarks(app, now));
  for (const part of [
    () => webhookRemarks(surgery),
    () => installationRemarks(surgery, app),
    ...repositories.map((name) => () => repositoryRemarks(surgery, app, name)),
  ])
    remarks.push(...(await part()));
  return remarks;
}

function client({ apiUrl }: Environment, { appId, privateKey }: Credentials, installationId?: number): Octokit {
  return new Octokit({
    authStrategy: createAppAuth,
    auth: { appId, privateKey, ...(installationId === undefined ? {} : { installationId }) },
    baseUrl: apiUrl,
    userAgent: `faultline/${version()}`,
    request: { fetch: fetchInTime },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
}

/** Without this nothing else can be asked. */
async function registeredApp({ app, environment }: Surgery): Promise<RegisteredApp | { readonly remark: Remark }> {
  const { problem } = remarksAbout("app");
  try {
    const { data, headers } = await app.rest.apps.getAuthenticated();
    if (data === null) throw new Error("GitHub named no App");
    const { id, name, html_url: page, permissions, events } = data;
    return { id, name: name ?? "", page, permissions, events, date: headers.date ?? null };
  } catch (error) {
    const status = statusOf(error);
    if (status === 401 || status === 404) {
      return {
        remark: problem(
          `GitHub does not take the credentials (it answered ${status}).`,
          'APP_ID and the private key must belong to one App, on the server that GITHUB_API_URL names; a key that was deleted on the App\'s page is taken no longer. Generate a new one under "Private keys".',
        ),
      };
    }
    // Where nobody answers the library says 500.
    const answered = status === null || (error as { response?: unknown }).response === undefined ? "did not answer" : `answered ${status}`;
    return {
      remark: problem(
        `${environment.apiUrl} ${answered}.`,
        "Check that this machine reaches it, and GITHUB_API_URL or GHE_HOST, where they are set.",
      ),
    };
  }
}
