import type { Config } from "../config/config.js";
import type { Report, ReportedFinding } from "../report/report.js";
import type { Effort } from "./effort.js";
import type { Patches } from "./patches.js";

/** What the installation granted, as GitHub lists it: `{ checks: "write", pull_requests: "write" }`. */
export type Permissions = Readonly<Record<string, string | undefined>>;

/** A finished review, and where it goes. */
export interface Publication {
  /** `owner/name`. */
  readonly repository: string;
  /** The pull request; `null` for a merge group or a commit alone, which gets no comments. */
  readonly number: number | null;
  readonly head: string;
  readonly report: Report;
  readonly config: Config;
  /** Id of the check run that waits for it. */
  readonly checkRun: number;
  readonly permissions: Permissions;
  /** Where people read GitHub: `https://github.com`, without a slash at the end. */
  readonly site: string;
  /** The page of a rule, where there is one to link to. */
  readonly rulePage?: (rule: string) => string;
  /** The page with the whole report, where there is one. */
  readonly detailsUrl?: string;
  /** What the review cost so far. */
  readonly effort?: Effort;
  /** The hunks of the pull request's whole diff, where they are known. */
  readonly patches?: Patches | null;
}

/** Whether there is a pull request to comment on, and the installation lets us. */
export function mayComment({ number, permissions }: Pick<Publication, "number" | "permissions">): boolean {
  return number !== null && permissions["pull_requests"] === "write";
}

/** New, and not accepted. */
export function isOpen({ status, waiver }: ReportedFinding): boolean {
  return waiver === null && (status === "introduced" || status === "worsened");
}

/** Whether a finding is worth a comment, had it a place: remarks and what is only observed stand in the check. */
export function deservesComment(finding: ReportedFinding, { rules }: Pick<Config, "rules">): boolean {
  const level = rules[finding.rule]?.level ?? null;
  return isOpen(finding) && level !== "observe" && (finding.severity !== "info" || level !== null);
}
