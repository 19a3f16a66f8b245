import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { version } from "../version.js";
import { keepReport } from "../report/kept.js";
import { renderSarif } from "../report/sarif.js";
import type { Report } from "../report/report.js";
import { outcomeOf } from "../report/words.js";
import type { Acceptance } from "../report/waivers.js";
import type { Run } from "../store/store.js";
import { pagesOf } from "./addresses.js";
import { today, type AppParts } from "./app-parts.js";
import { AnalysisError } from "./analysis.js";
import { readBeyond } from "./beyond.js";
import { completeCheckRun } from "./check-run.js";
import { effortSoFar } from "./effort.js";
import { routeOf, type Octokit } from "./octokit.js";
import type { Patches } from "./patches.js";
import { mayComment, type Permissions, type Publication } from "./publication.js";
import { publishReview } from "./publish.js";
import { isRefusal } from "./refusal.js";
import { beginRun, completedAs, endRun } from "./runs.js";
import { proposedSettings, type AppSettings } from "./settings.js";
import { githubSnapshots } from "./snapshot.js";
import type { OwnComments } from "./threads.js";

/** Two commits to be compared, and for whom. */
export interface Case {
  readonly installation: number;
  readonly repository: string;
  /** `null`: a merge group, which gets no comments. */
  readonly number: number | null;
  /** The branch that the change goes to; `null`: not known. */
  readonly branch: string | null;
  readonly base: string;
  /** The hunks of the whole diff, where they are known. */
  readonly patches?: Patches | null;
  readonly head: string;
  readonly rerun: string | null;
  readonly settings: AppSettings;
  readonly permissions: Permissions;
  readonly accepted: readonly Acceptance[];
  /** Asked right before anything is published. */
  readonly present: () => Promise<Present>;
  /** The report as it is told, where other pull requests with the same head have a say. */
  readonly folded?: (report: Report) => Promise<Report>;
}

/** How things stand when a review is ready. */
export interface Present {
  /** Why it is no longer wanted, in a sentence, or `null`. */
  readonly superseded: string | null;
  /** What of ours stands on the pull request, where that was read with it. */
  readonly comments: OwnComments | null;
}

/** What the page of a review quotes. */
const EXCERPTS = { of: "new", places: 6 } as const;

const CONCLUSIONS = { pass: "success", fail: "failure", neutral: "neutral" } as const;

/**
 * Broken settings give the defaults and another identity than none: correcting them must judge again. So must traces that
 * come later than the first review.
 */
export function settingsHash({ config, problems, traces }: AppSettings): string {
  const recorded = traces === undefined || traces.base === null || traces.head === null ? [] : [traces.base, traces.head];
  return problems.length + recorded.length === 0
    ? config.hash
    : createHash("sha256")
        .update(JSON.stringify([config.hash, problems, ...recorded]))
        .digest("hex");
}

/** `commentsAfter`: the verdict is out, and the rest of the hour's requests is kept for others. */
export type Outcome = "published" | "superseded" | { readonly commentsAfter: Date };

/** Judges, completes the check run, then comments. Begins where an attempt that broke off ended. */
export async function judgeCase(parts: AppParts, octokit: Octokit, one: Case, signal: AbortSignal): Promise<Outcome> {
  const started = performance.now();
  const { installation, repository, number, base, head, rerun } = one;
  const { run, created: fresh } = await beginRun(parts, octokit, {
    installation,
    repository,
    number,
    base,
    head,
    rerun,
    settings: settingsHash(one.settings),
  });
  if (run.state === "completed" && run.reviewed) return "published";
  if (run.state === "completed") {
    const outcome = await withoutComments(parts, one, run);
    if (outcome !== null) return outcome;
  }

  const report = await reportOn(parts, octokit, one, signal);
  signal.throwIfAborted();
  const { superseded, comments } = await one.present();
  if (superseded !== null) {
    if (run.state !== "completed") await endRun(parts, octokit, run, { conclusion: "cancelled", title: "Superseded", summary: superseded });
    return "superseded";
  }
  const told = one.folded === undefined ? report : await one.folded(report);
  const publication: Publication = {
    repository,
    number,
    head,
    report: told,
    config: one.settings.config,
    checkRun: run.checkRun,
    permissions: one.permissions,
    site: parts.site,
    patches: one.patches ?? null,
    ...pagesOf(parts, run),
  };
  const completed = await complete(parts, octokit, run, publication, { fresh, seconds: (performance.now() - started) / 1_000 });
  signal.throwIfAborted();
  const outcome = await withoutComments(parts, one, completed);
  if (outcome !== null) return outcome;
  const { created, edited, closed } = await publishReview(octokit, { ...publication, report }, comments);
  if (one.settings.config.sarif && one.permissions["security_events"] === "write") await uploadSarif(parts, octokit, one, report);
  await parts.store.runs.save({ ...completed, reviewed: true });
  // A push to the default branch asks for it again.
  if (parts.pages !== null && (await parts.store.systems.load(repository)) === null)
    await parts.store.enqueue([{ kind: "system", installation, repository }]);
  parts.log.info(
    {
      repository,
      pullRequest: number,
      head,
      checkRun: run.checkRun,
      conclusion: completed.conclusion,
      created,
      edited,
      closed,
      ms: Math.round(performance.now() - started),
    },
    "reviewed",
  );
  return "published";
}

/** So long comments wait for requests to spare, in milliseconds. After that the check alone tells the findings. */
const COMMENTS_COME_WITHIN = 2 * 60 * 60 * 1_000;

/** What becomes of the comments where requests are scarce; `null`: they are written. */
async function withoutComments(parts: AppParts, one: Case, run: Run): Promise<Outcome | null> {
  if (!mayComment(one)) return null;
  const commentsAfter = await parts.budgets.scarceUntil(one.installation);
  if (commentsAfter === null) return null;
  const waited = parts.now().getTime() - (run.completedAt ?? parts.now()).getTime();
  if (waited < COMMENTS_COME_WITHIN) return { commentsAfter };
  parts.log.warn(
    { repository: one.repository, pullRequest: one.number, head: one.head },
    "comments are given up: requests to GitHub stay scarce",
  );
  await parts.store.runs.save({ ...run, reviewed: true });
  return "published";
}

async function reportOn(parts: AppParts, octokit: Octokit, one: Case, signal: AbortSignal): Promise<Report> {
  const { repository, base, head, settings, accepted } = one;
  const [before, after] = await githubSnapshots(octokit, { repository, base, head }, parts.store.facts);
  const proposed = await proposedSettings(octokit, repository, before, after);
  const context = { ...(await readBeyond(parts, octokit, one)), today: today(parts), excerpts: EXCERPTS, accepted };
  const preview =
    proposed === null || proposed.problems.length > 0
      ? null
      : await parts.analysis.review(before, after, proposed.config, context, signal).catch(unlessAnalysis);
  const told = { proposedProblems: proposed?.problems ?? [], ...(preview === null ? {} : { proposedVerdict: outcomeOf(preview) }) };
  const report = await parts.analysis.review(
    before,
    after,
    settings.config,
    { ...context, settingsProblems: settings.problems, ...told },
    signal,
  );
  return doubted(report, after.unlisted, one.patches ?? null);
}

/** What is changed in a directory that could not be listed was not judged, and does not pass. Without patches anything may be changed. */
function doubted(report: Report, unlisted: readonly string[], patches: Patches | null): Report {
  const changed = [...(patches?.keys() ?? [])];
  const hidden = unlisted.filter((directory) => patches === null || changed.some((path) => path.startsWith(directory)));
  if (report.verdict !== "pass" || hidden.length === 0) return report;
  const named = hidden.slice(0, MOST_NAMED).map((directory) => directory || "/");
  const reason = `This pull request ${patches === null ? "may change" : "changes"} what could not be listed, because the tree is too large: ${named.join(", ")}.`;
  return { ...report, verdict: "neutral", reasons: [...report.reasons, reason] };
}

/** Directories that are named. */
const MOST_NAMED = 3;

/** Settings that do not hold yet break nothing. */
function unlessAnalysis(error: unknown): null {
  if (error instanceof AnalysisError) return null;
  throw error;
}

/** The verdict comes first: branch protection waits for it, and comments can wait for limits. */
async function complete(
  parts: AppParts,
  octokit: Octokit,
  run: Run,
  publication: Publication,
  { fresh, seconds }: { readonly fresh: boolean; readonly seconds: number },
): Promise<Run> {
  if (run.state === "completed") return run;
  const effort = effortSoFar();
  await completeCheckRun(octokit, { ...publication, ...(effort === null ? {} : { effort }) }, fresh);
  if (effort !== null) parts.metrics.effort.observe(effort.requests);
  const conclusion = CONCLUSIONS[publication.report.verdict];
  const completed = { ...completedAs(parts, run, conclusion), report: keepReport(publication.report, publication.config) };
  await parts.store.runs.save(completed);
  parts.metrics.count(publication.report, conclusion, seconds);
  return completed;
}

/** An extra: what code scanning does not take is not worth an error. */
async function uploadSarif(parts: AppParts, octokit: Octokit, { repository, number, head }: Case, report: Report): Promise<void> {
  if (number === null) return;
  try {
    const sarif = gzipSync(renderSarif(report, { version: version() })).toString("base64");
    await octokit.rest.codeScanning.uploadSarif({
      ...routeOf(repository),
      commit_sha: head,
      ref: `refs/pull/${number}/head`,
      sarif,
      request: { retries: 0 },
    });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    parts.log.warn({ err: error, repository, pullRequest: number }, "code scanning refused the report");
  }
}
