import { createHash } from "node:crypto";
import type { Clients } from "./clients.js";
import { routeOf } from "./octokit.js";
import { isRefusal, statusOf } from "./refusal.js";

/** A repository that somebody may read. */
export interface Readable {
  /** `owner/name` as GitHub writes it. */
  readonly repository: string;
  /** Of the App, where the repository is now. */
  readonly installation: number;
}

/** GitHub does not take the token any more: it was revoked, or its time is over. */
export class SignedOut extends Error {
  override readonly name = "SignedOut";
}

/** Says who may read what, as GitHub has it. */
export interface Readers {
  /** `null`: not there, not for them, or the App is not installed on it. Throws `SignedOut`, and other errors where GitHub could not be asked. */
  find(token: string, repository: string): Promise<Readable | null>;
  /** Repositories with the App that they may read, sorted; not all where there are very many. */
  list(token: string): Promise<{ readonly repositories: readonly string[]; readonly more: boolean }>;
}

/** How long an answer holds: what GitHub takes away is gone here as soon. In milliseconds. */
const HOLDS = 60_000;
const MOST_KEPT = 2_000;
const MOST_INSTALLATIONS = 10;
const PAGE = 100;

export function openReaders(clients: Pick<Clients, "app" | "appId" | "user">, now: () => Date): Readers {
  const kept = new Map<string, { readonly until: number; readonly readable: Readable | null }>();
  return {
    async find(token, repository) {
      const key = createHash("sha256")
        .update(JSON.stringify([token, repository.toLowerCase()]))
        .digest("hex");
      const known = kept.get(key);
      if (known !== undefined && known.until > now().getTime()) return known.readable;
      const readable = await ask(clients, token, repository);
      kept.delete(key);
      kept.set(key, { until: now().getTime() + HOLDS, readable });
      for (const oldest of kept.keys()) {
        if (kept.size <= MOST_KEPT) break;
        kept.delete(oldest);
      }
      return readable;
    },
    list: (token) => signedOut(() => listFor(clients, token)),
  };
}

/** The person is asked about first: who may not read a repository learns nothing from how long the answer takes. */
async function ask({ app, user }: Pick<Clients, "app" | "user">, token: string, repository: string): Promise<Readable | null> {
  const full = await signedOut(() => orNull(async () => (await user(token).rest.repos.get(routeOf(repository))).data));
  // What was renamed leads on to another name; reports are kept under the one of their time.
  if (full === null || full.permissions?.pull === false || full.full_name.toLowerCase() !== repository.toLowerCase()) return null;
  const installation = await orNull(async () => (await app.rest.apps.getRepoInstallation(routeOf(full.full_name))).data.id);
  return installation === null ? null : { repository: full.full_name, installation };
}

async function listFor(
  { appId, user }: Pick<Clients, "appId" | "user">,
  token: string,
): Promise<{ readonly repositories: readonly string[]; readonly more: boolean }> {
  const client = user(token);
  const { data } = await client.rest.apps.listInstallationsForAuthenticatedUser({ per_page: PAGE });
  const own = data.installations.filter(({ app_id }) => app_id === appId);
  const pages = await Promise.all(
    own
      .slice(0, MOST_INSTALLATIONS)
      .map(
        async ({ id }) => (await client.rest.apps.listInstallationReposForAuthenticatedUser({ installation_id: id, per_page: PAGE })).data,
      ),
  );
  const repositories = pages.flatMap((page) => page.repositories.map(({ full_name }) => full_name)).sort();
  return { repositories, more: own.length > MOST_INSTALLATIONS || pages.some((page) => page.total_count > page.repositories.length) };
}

async function orNull<T>(asking: () => Promise<T>): Promise<T | null> {
  try {
    return await asking();
  } catch (error) {
    if (isRefusal(error) || statusOf(error) === 451) return null;
    throw error;
  }
}

async function signedOut<T>(asking: () => Promise<T>): Promise<T> {
  try {
    return await asking();
  } catch (error) {
    throw statusOf(error) === 401 ? new SignedOut("the token is not taken any more") : error;
  }
}
