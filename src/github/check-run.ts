import { checkRunOutput, LARGEST_OUTPUT, type Annotation, type CheckRunOutput } from "../report/check-run.js";
import type { Verdict } from "../report/report.js";
import { routeOf, type Octokit } from "./octokit.js";
import { mayComment, type Publication } from "./publication.js";
import { statusOf } from "./refusal.js";

/** The name under which branch protection knows the check. */
const CHECK_NAME = "Faultline";

export interface CheckRunStart {
  readonly repository: string;
  readonly head: string;
  /** Names what is checked, so that a second attempt finds the run of the first. */
  readonly externalId: string;
  readonly detailsUrl?: string;
  /** The App's id, so that no other App's run is taken for ours. */
  readonly appId?: number;
}

/** What GitHub has of a check run. */
export interface CheckRunState {
  readonly id: number;
  readonly status: string;
  readonly conclusion: string | null;
}

/** Creating is never repeated blindly: the caller tries again from the look-up on. */
const ONCE = { request: { retries: 0 } } as const;

/** Annotations of one request; later requests append theirs. */
const ANNOTATIONS_AT_ONCE = 50;

/** The check run with this external id, whatever became of it. */
export async function findCheckRun(
  octokit: Octokit,
  { repository, head, externalId, appId }: CheckRunStart,
): Promise<CheckRunState | null> {
  const pages = octokit.paginate.iterator(octokit.rest.checks.listForRef, {
    ...routeOf(repository),
    ref: head,
    check_name: CHECK_NAME,
    filter: "all",
    per_page: 100,
    ...(appId === undefined ? {} : { app_id: appId }),
  });
  for await (const { data } of pages) {
    const found = data.find((run) => run.external_id === externalId && (appId === undefined || run.app?.id === appId));
    if (found !== undefined) return { id: found.id, status: found.status, conclusion: found.conclusion };
  }
  return null;
}

/** The id of the check run with this external id, made `in_progress` if there is none yet. */
export async function startCheckRun(octokit: Octokit, start: CheckRunStart): Promise<number> {
  const found = await findCheckRun(octokit, start);
  return found === null ? createCheckRun(octokit, start) : found.id;
}

/** A new one, for those who have looked. With `queued` nobody works on it yet, and that is why. */
export async function createCheckRun(octokit: Octokit, start: CheckRunStart, queued?: Texts): Promise<number> {
  const { data } = await octokit.rest.checks.create({
    ...routeOf(start.repository),
    name: CHECK_NAME,
    head_sha: start.head,
    external_id: start.externalId,
    ...(queued === undefined ? { status: "in_progress" } : { status: "queued", output: queued }),
    ...(start.detailsUrl === undefined ? {} : { details_url: start.detailsUrl }),
    ...ONCE,
  });
  return data.id;
}

/** Work on a queued one begins: from now on it goes by this external id. Safe to repeat. */
export async function takeUpCheckRun(
  octokit: Octokit,
  checkRun: number,
  { repository, externalId }: CheckRunStart,
  texts: Texts,
): Promise<void> {
  await octokit.rest.checks.update({
    ...routeOf(repository),
    check_run_id: checkRun,
    status: "in_progress",
    external_id: externalId,
    output: texts,
  });
}

const CONCLUSIONS = { pass: "success", fail: "failure", neutral: "neutral" } as const satisfies Record<Verdict, string>;

/** Bytes for summary and text, attempt by attempt: a run that stays pending because it is too long blocks for ever. */
const SIZES: readonly number[] = [LARGEST_OUTPUT, 40_000, 16_000, 4_000, 1_000];

/** Completes the run with the report's verdict. Nothing happens to a run that is completed. `untouched`: it was made by this attempt. */
export async function completeCheckRun(octokit: Octokit, publication: Publication, untouched = false): Promise<void> {
  const { report, repository, checkRun } = publication;
  const output = (limit: number): CheckRunOutput => checkRunOutput(report, { ...publication, comments: mayComment(publication), limit });
  let there = 0;
  if (!untouched && output(LARGEST_OUTPUT).annotations.length > 0) {
    // An attempt that broke off may have left some of them, and what is sent again would stand there twice.
    const state = await stateOf(octokit, repository, checkRun);
    if (state.completed) return;
    there = state.annotations;
  }
  for (const limit of SIZES) {
    if (await send(octokit, publication, output(limit), there)) return;
    there = (await stateOf(octokit, repository, checkRun)).annotations;
  }
  const { title } = output(LARGEST_OUTPUT);
  await update(
    octokit,
    publication,
    { title: title.slice(0, 80), summary: `Verdict: ${report.verdict}. The report was too long for GitHub.` },
    [],
    "last",
  );
}

async function stateOf(
  octokit: Octokit,
  repository: string,
  checkRun: number,
): Promise<{ readonly completed: boolean; readonly annotations: number }> {
  const { data } = await octokit.rest.checks.get({ ...routeOf(repository), check_run_id: checkRun });
  return { completed: data.status === "completed", annotations: data.output.annotations_count };
}

/** The conclusion goes with the last of the annotations, so that a completed run lacks none. `false`: GitHub takes it not. */
async function send(
  octokit: Octokit,
  publication: Publication,
  { annotations, ...texts }: CheckRunOutput,
  there: number,
): Promise<boolean> {
  const left = annotations.slice(there);
  try {
    while (left.length > ANNOTATIONS_AT_ONCE) await update(octokit, publication, texts, left.splice(0, ANNOTATIONS_AT_ONCE), "more");
    await update(octokit, publication, texts, left, "last");
    return true;
  } catch (error) {
    if (statusOf(error) === 422) return false;
    throw error;
  }
}

/** What a check run shows; Markdown but for the title. */
export interface Texts {
  readonly title: string;
  readonly summary: string;
  readonly text?: string;
}

async function update(
  octokit: Octokit,
  { repository, checkRun, report, detailsUrl }: Publication,
  texts: Texts,
  annotations: readonly Annotation[],
  which: "more" | "last",
): Promise<void> {
  await octokit.rest.checks.update({
    ...routeOf(repository),
    check_run_id: checkRun,
    ...(detailsUrl === undefined ? {} : { details_url: detailsUrl }),
    output: { ...texts, ...(annotations.length === 0 ? {} : { annotations: annotations.map(wire) }) },
    ...(which === "more"
      ? {}
      : { status: "completed", conclusion: CONCLUSIONS[report.verdict], actions: actionsOf(publicationHasFindings(report)) }),
    ...ONCE,
  });
}

function wire({ path, startLine, endLine, level, title, message }: Annotation) {
  return { path, start_line: startLine, end_line: endLine, annotation_level: level, title, message };
}

/** GitHub takes three buttons: 20 characters for label and identifier, 40 for the description. */
const ACTIONS = {
  rerun: { label: "Re-run", identifier: "rerun", description: "Review this commit again" },
  accept: { label: "Accept", identifier: "accept", description: "Shows the command that accepts a finding" },
  explain: { label: "Explain", identifier: "explain", description: "Says more about the rules behind this" },
} as const;

function actionsOf(findings: boolean): { label: string; identifier: string; description: string }[] {
  return findings ? [ACTIONS.rerun, ACTIONS.accept, ACTIONS.explain] : [ACTIONS.rerun];
}

function publicationHasFindings({ findings }: Publication["report"]): boolean {
  return findings.some(({ status }) => status === "introduced" || status === "worsened");
}

export interface CheckRunFailure {
  readonly repository: string;
  readonly checkRun: number;
  readonly conclusion: "failure" | "neutral" | "cancelled";
  readonly title: string;
  /** Markdown: names from the repository are escaped by the caller. */
  readonly summary: string;
}

/** Completes a run that has no report to show. */
export async function failCheckRun(octokit: Octokit, { repository, checkRun, conclusion, title, summary }: CheckRunFailure): Promise<void> {
  const attempt = async (text: string): Promise<void> => {
    await octokit.rest.checks.update({
      ...routeOf(repository),
      check_run_id: checkRun,
      status: "completed",
      conclusion,
      output: { title: title.slice(0, 200), summary: text },
      actions: actionsOf(false),
    });
  };
  try {
    await attempt(Buffer.byteLength(summary) <= LARGEST_OUTPUT ? summary : summary.slice(0, LARGEST_OUTPUT / 4));
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
    await attempt("The review did not come to an end.");
  }
}
