import type { Octokit as Rest } from "@octokit/rest";
import { routeOf, type Octokit } from "../octokit.js";
import { statusOf } from "../refusal.js";
import { readAppSettings } from "../settings.js";
import type { RegisteredApp } from "./app.js";
import { remarksAbout, type Remark, type Remarks } from "./remark.js";
import type { Surgery } from "./surgery.js";

/** The name of our check run. */
const CHECK = "Faultline";

/** GitHub offers a check as required for so long after it completed. In milliseconds. */
const OFFERED = 7 * 24 * 60 * 60 * 1_000;

/** Pull requests that are looked at for a completed check. */
const MOST_PULLS = 10;

interface Ward {
  readonly octokit: Rest;
  readonly app: RegisteredApp;
  readonly repository: string;
  readonly branch: string;
  readonly about: Remarks;
}

/** Whether a repository is reviewed, and whether its rules wait for the check. */
export async function repositoryRemarks(
  { app, installation, environment, now }: Surgery,
  registered: RegisteredApp,
  repository: string,
): Promise<readonly Remark[]> {
  const about = remarksAbout(repository);
  const route = routeOf(repository);
  try {
    const { data: installed } = await app.rest.apps.getRepoInstallation(route);
    if (installed.suspended_at !== null)
      return [about.problem("The installation is suspended.", "An owner lifts that in the organisation's settings.")];
    const octokit = installation(installed.id);
    const { data } = await octokit.rest.repos.get(route);
    const ward: Ward = { octokit, app: registered, repository: data.full_name, branch: data.default_branch, about };
    const { required, queue } = await rulesOf(ward);
    return [
      about.ok(`The App is installed; the default branch is ${data.default_branch}.`),
      await settingsRemark(ward),
      await completedRemark(ward, now, required.length > 0),
      requiredRemark(ward, required, `${environment.site}/${data.full_name}/settings/rules`),
      ...queueRemarks(ward, queue, required.length > 0, installed.permissions),
    ];
  } catch (error) {
    const status = statusOf(error);
    if (status === 404)
      return [
        about.problem(
          "The App is not installed there, or there is no such repository.",
          `Install it at ${registered.page}/installations/new.`,
        ),
      ];
    if (status === 403)
      return [
        about.problem(
          "The installation lacks a permission to look at it.",
          "An owner accepts the App's permissions in the organisation's settings.",
        ),
      ];
    throw error;
  }
}

/** A check that the branch waits for, and the App that must report it; `null`: anybody may. */
interface Required {
  readonly app: number | null;
}

interface Rules {
  /** The places where our check is required. */
  readonly required: readonly Required[];
  readonly queue: boolean;
}

/** From rulesets, and from the older branch protection. */
async function rulesOf({ octokit, repository, branch }: Ward): Promise<Rules> {
  const route = { ...routeOf(repository), branch };
  const rules = await octokit.paginate(octokit.rest.repos.getBranchRules, { ...route, per_page: 100 });
  const required: Required[] = [];
  for (const rule of rules) {
    if (rule.type !== "required_status_checks") continue;
    for (const { context, integration_id: app } of rule.parameters?.required_status_checks ?? [])
      if (context === CHECK) required.push({ app: app ?? null });
  }
  const { data } = await octokit.rest.repos.getBranch(route);
  const { protection } = data as {
    protection?: { required_status_checks?: { checks?: readonly { context: string; app_id: number | null }[] } };
  };
  // Any App is written as -1 there.
  for (const { context, app_id: app } of protection?.required_status_checks?.checks ?? [])
    if (context === CHECK) required.push({ app: app === -1 ? null : app });
  return { required, queue: rules.some(({ type }) => type === "merge_queue") };
}

async function settingsRemark({ octokit, repository, branch, about }: Ward): Promise<Remark> {
  // Reading takes the same routes of either client.
  const { config, problems } = await readAppSettings(octokit as unknown as Octokit, repository, branch);
  const [first] = problems;
  if (first !== undefined)
    return about.problem(`The settings are broken, so that nothing passes: ${first.path}:${first.line}: ${first.message}.`, first.advice);
  const from = config.path === null ? "There is no settings file: the defaults hold" : `The settings in ${config.path} can be read`;
  return about.ok(`${from}; mode ${config.mode}.`);
}

async function completedRemark({ octokit, app, repository, about }: Ward, now: Date, required: boolean): Promise<Remark> {
  const route = routeOf(repository);
  const { data: pulls } = await octokit.rest.pulls.list({
    ...route,
    state: "all",
    sort: "updated",
    direction: "desc",
    per_page: MOST_PULLS,
  });
  for (const { head } of pulls) {
    const { data } = await octokit.rest.checks.listForRef({ ...route, ref: head.sha, check_name: CHECK, app_id: app.id, filter: "latest" });
    const completed = data.check_runs.find(({ completed_at: at }) => at !== null)?.completed_at;
    if (completed == null) continue;
    if (required || now.getTime() - Date.parse(completed) < OFFERED) return about.ok(`The check completed last at ${completed}.`);
    return about.warning(
      `The check completed last at ${completed}: GitHub offers as required what completed within seven days.`,
      "Open or update a pull request before you make it required.",
    );
  }
  return about.warning(
    "No pull request has a completed check yet.",
    "Open one and wait for it: GitHub offers a check as required only after that.",
  );
}

function requiredRemark({ app, branch, about }: Ward, required: readonly Required[], page: string): Remark {
  if (required.length === 0)
    return about.warning(
      `The check is not required on ${branch}, so that nothing waits for it.`,
      `In a ruleset at ${page}: "Require status checks to pass" → add ${CHECK} with this App as its source.`,
    );
  if (required.some(({ app: source }) => source === app.id)) return about.ok(`The check is required on ${branch}, and bound to this App.`);
  const stranger = required.find(({ app: source }) => source !== null);
  if (stranger !== undefined)
    return about.problem(
      `The check is required on ${branch} from another App (id ${stranger.app}), so that it waits for ever.`,
      `Choose this App (id ${app.id}) as its source at ${page}.`,
    );
  return about.warning(
    `The check is required on ${branch}, but from anybody: whoever may write can report it.`,
    `Choose this App (id ${app.id}) as its source at ${page}.`,
  );
}

function queueRemarks(
  { app, about }: Ward,
  queue: boolean,
  required: boolean,
  granted: Readonly<Record<string, string | undefined>>,
): readonly Remark[] {
  if (!queue) return [];
  const heard = app.events.includes("merge_group") && granted["merge_queues"] !== undefined;
  if (heard) return [about.ok("There is a merge queue, and the App hears of its groups.")];
  const text = "There is a merge queue, and the App does not hear of its groups";
  const advice = "Subscribe the App to merge_group with merge queues: read, and have an owner accept it.";
  return [required ? about.problem(`${text}: they wait for ever.`, advice) : about.warning(`${text}.`, advice)];
}
