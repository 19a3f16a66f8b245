import type { ActionJob, HeadJob, Job } from "../store/jobs.js";
import type { AppParts } from "./app-parts.js";
import { say } from "./answers.js";
import { explainCheck } from "./explain.js";
import { openPulls } from "./open-pulls.js";
import { mayWrite } from "./people.js";

/** A check was requested again by its commit: heads in forks come without their pull request. */
export async function rerunHead(parts: AppParts, { installation, repository, sha, rerun }: HeadJob): Promise<void> {
  const numbers = await pullsWith(parts, installation, repository, sha);
  const jobs: Job[] = numbers.map((number) => ({ kind: "pull-request", installation, repository, number, rerun }));
  const [group] = (await parts.store.runs.ofHead(repository, sha)).filter(({ number }) => number === null);
  if (jobs.length === 0 && group !== undefined)
    jobs.push({ kind: "merge-group", installation, repository, base: group.base, head: sha, ref: "", rerun, destroyed: false });
  await parts.store.enqueue(jobs);
}

async function pullsWith({ github }: AppParts, installation: number, repository: string, sha: string): Promise<readonly number[]> {
  const pulls = await openPulls(github.installation(installation), repository);
  return pulls.filter(({ head }) => head === sha).map(({ number }) => number);
}

/** A button of the check. GitHub shows them to everybody with write access, and we look again. */
export async function pressedAction(parts: AppParts, job: ActionJob): Promise<void> {
  const { installation, repository, sha, action, actor } = job;
  const octokit = parts.github.installation(installation);
  if (!(await mayWrite(octokit, repository, actor))) return;
  const [newest] = await parts.store.runs.ofHead(repository, sha);
  await parts.store.audit.write({ at: parts.now(), actor, repository, action: `button ${action.slice(0, 20)}`, detail: sha });
  if (action === "rerun") {
    // Named for the run that it follows, so that a second attempt of this job asks for nothing more.
    const rerun = `again:${newest?.checkRun ?? sha}`;
    return job.number === null
      ? rerunHead(parts, { kind: "head", installation, repository, sha, rerun })
      : parts.store.enqueue([{ kind: "pull-request", installation, repository, number: job.number, rerun }]);
  }
  if (action !== "accept" && action !== "explain") return;
  const numbers = job.number === null ? await pullsWith(parts, installation, repository, sha) : [job.number];
  for (const number of numbers) {
    const to = { installation, repository, number };
    if (action === "explain") await explainCheck(parts, to, sha);
    else await say(parts, { ...to, key: `button ${action} ${repository}#${number} ${newest?.checkRun ?? sha}` }, ACCEPT);
  }
}

/** A button carries neither a fingerprint nor a reason. */
const ACCEPT =
  "To accept a finding, comment with its fingerprint, which the check and each comment show, and a reason:\n\n```\n/faultline accept <fingerprint> <reason>\n```\n\n`until=2027-01-31` at the end limits it. `/faultline reopen <fingerprint>` takes it back.";
