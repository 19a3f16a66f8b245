import type { Octokit } from "@octokit/rest";
import type { RegisteredApp } from "./app.js";
import { lacking, listPermissions, remarksAbout, type Remark } from "./remark.js";
import type { Surgery } from "./surgery.js";

/** Their budgets are asked for one by one; of so many it is enough to look at the first. */
const MOST_BUDGETS = 20;

/** Of the hour's requests. */
const LITTLE = 0.1;

/** Who installed the App, what they granted, and how much of their budgets is left. */
export async function installationRemarks(
  { app, installation, environment }: Surgery,
  { permissions: asked, page }: RegisteredApp,
): Promise<readonly Remark[]> {
  const { ok, warning, problem } = remarksAbout("installations");
  const installations = await app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
  if (installations.length === 0) return [problem("Nobody has installed the App.", `Install it at ${page}/installations/new.`)];
  const remarks: Remark[] = [];
  const wanted = Object.fromEntries(Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined));
  let budgets = 0;
  for (const { id, account, suspended_at: suspended, permissions: granted } of installations) {
    const name = account !== null && "login" in account ? account.login : `installation ${id}`;
    if (suspended !== null) {
      remarks.push(warning(`${name} suspended the installation.`, "Nothing is reviewed there until an owner lifts that."));
      continue;
    }
    const missing = lacking(wanted, granted);
    if (Object.keys(missing).length > 0) {
      remarks.push(
        warning(
          `${name} has not accepted all permissions yet (${listPermissions(missing)}).`,
          `An owner accepts them at ${environment.site}/organizations/${name}/settings/installations/${id}.`,
        ),
      );
    } else remarks.push(ok(`${name} has granted everything.`));
    if (budgets++ < MOST_BUDGETS) remarks.push(await budget(installation(id), name));
  }
  return remarks;
}

async function budget(octokit: Octokit, name: string): Promise<Remark> {
  const { ok, warning } = remarksAbout("installations");
  const { data } = await octokit.rest.rateLimit.get();
  const { core, graphql } = data.resources;
  const scarce = [core, ...(graphql === undefined ? [] : [graphql])].find(({ limit, remaining }) => remaining < limit * LITTLE);
  if (scarce === undefined) return ok(`${name} has ${core.remaining} of ${core.limit} requests left in this hour.`);
  return warning(
    `${name} has ${scarce.remaining} of ${scarce.limit} requests left in this hour.`,
    `Reviews wait until ${new Date(scarce.reset * 1_000).toISOString()} once they are used up. If that happens often, look for another program that uses this App's credentials.`,
  );
}
