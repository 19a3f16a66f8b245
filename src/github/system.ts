import type { Report } from "../report/report.js";
import { keepReport } from "../report/kept.js";
import { SnapshotError, type Snapshot } from "../snapshot/snapshot.js";
import type { SystemJob } from "../store/jobs.js";
import type { DebtStep } from "../store/store.js";
import { today, type AppParts } from "./app-parts.js";
import { routeOf, type Octokit } from "./octokit.js";
import { statusOf } from "./refusal.js";
import { readAppSettings } from "./settings.js";
import { githubSnapshot } from "./snapshot.js";

/** What the page of a system quotes. */
const EXCERPTS = { of: "all", places: 3 } as const;

/** Reads the system of the default branch, and what became of its debt since it was last read. Does nothing where the branch stands still. */
export async function readSystem(parts: AppParts, { installation, repository }: SystemJob, signal: AbortSignal): Promise<void> {
  const octokit = parts.github.installation(installation);
  const commit = await tipOfDefaultBranch(octokit, repository);
  const before = await parts.store.systems.load(repository);
  if (commit === null || (before?.commit === commit && before.installation === installation)) return;

  const { config, problems } = await readAppSettings(octokit, repository, commit);
  const head = await githubSnapshot(octokit, { repository, commit });
  const base = before === null || before.installation !== installation ? null : await earlier(octokit, repository, before.commit);
  signal.throwIfAborted();
  const report = await parts.analysis.review(
    base ?? head,
    head,
    config,
    { today: today(parts), settingsProblems: problems, excerpts: EXCERPTS },
    signal,
  );
  const [at, step] = [parts.now(), stepOf(report)];
  await parts.store.systems.save(
    { repository, installation, commit, at, report: keepReport(report, config) },
    { installation, commit, at, ...step },
  );
  parts.log.info({ repository, commit, ...step }, "the system was read");
}

/** `null`: there is none, as in an empty repository. */
async function tipOfDefaultBranch(octokit: Octokit, repository: string): Promise<string | null> {
  try {
    const { data } = await octokit.rest.repos.get(routeOf(repository));
    return (await octokit.rest.git.getRef({ ...routeOf(repository), ref: `heads/${data.default_branch}` })).data.object.sha;
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 409) return null;
    throw error;
  }
}

/** `null`: the commit was pushed over and is gone, so that nothing can be compared with it. */
async function earlier(octokit: Octokit, repository: string, commit: string): Promise<Snapshot | null> {
  try {
    return await githubSnapshot(octokit, { repository, commit });
  } catch (error) {
    if (error instanceof SnapshotError) return null;
    throw error;
  }
}

function stepOf({ findings }: Report): Pick<DebtStep, "introduced" | "fixed" | "open"> {
  const count = (...statuses: readonly string[]): number => findings.filter(({ status }) => statuses.includes(status)).length;
  return { introduced: count("introduced", "worsened"), fixed: count("fixed", "improved"), open: findings.length - count("fixed") };
}
