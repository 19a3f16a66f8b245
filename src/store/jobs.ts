/** A piece of work that a delivery, a sweep or a person asked for. Plain data: it is stored as JSON. */
export type Job = PullRequestJob | MergeGroupJob | HeadJob | CommandJob | ActionJob | BackfillJob | SystemJob;

interface OfRepository {
  readonly installation: number;
  /** `owner/name`. */
  readonly repository: string;
}

export interface PullRequestJob extends OfRepository {
  readonly kind: "pull-request";
  readonly number: number;
  /** Names an explicit request to run again; null where a push or a sweep asked. */
  readonly rerun: string | null;
  /** The head when it was asked for, where that is known. What is judged is the head of then. */
  readonly head?: string;
}

export interface MergeGroupJob extends OfRepository {
  readonly kind: "merge-group";
  readonly base: string;
  readonly head: string;
  readonly ref: string;
  /** Names an explicit request to run again. */
  readonly rerun: string | null;
  /** The group is gone, so that what was started for it is to be called off. */
  readonly destroyed: boolean;
}

/** A check was requested again and the payload names no pull request. */
export interface HeadJob extends OfRepository {
  readonly kind: "head";
  readonly sha: string;
  readonly rerun: string;
}

export interface CommandJob extends OfRepository {
  readonly kind: "command";
  readonly number: number;
  readonly comment: number;
  readonly author: string;
  readonly body: string;
  /** The comment stands on lines of the diff. */
  readonly onLines?: boolean;
}

/** A button of a check run was pressed. */
export interface ActionJob extends OfRepository {
  readonly kind: "action";
  readonly number: number | null;
  readonly sha: string;
  readonly action: string;
  readonly actor: string;
}

export interface BackfillJob {
  readonly kind: "backfill";
  readonly installation: number;
  /** Null for all repositories of the installation. */
  readonly repository: string | null;
  /** What the push touched that asked for it, where that is known: of those whose settings build on this repository only they are looked at. */
  readonly touched?: readonly string[];
  /** Its name before a rename or transfer: what is remembered under it follows. */
  readonly renamedFrom?: string;
}

/** The default branch moved, or nobody has read it yet. */
export interface SystemJob extends OfRepository {
  readonly kind: "system";
}

/**
 * Jobs with equal keys run one at a time. Everything that writes to one pull request shares its key, so that a command
 * never races the review it answers.
 */
export function keyOf(job: Job): string {
  switch (job.kind) {
    case "pull-request":
    case "command":
      return `${job.repository}#${job.number}`;
    case "action":
      return job.number === null ? `${job.repository}@${job.sha}` : `${job.repository}#${job.number}`;
    case "head":
      return `${job.repository}@${job.sha}`;
    case "merge-group":
      return `${job.repository}@${job.head}`;
    case "system":
      return `${job.repository} system`;
    case "backfill":
      return job.repository === null ? `installation ${job.installation}` : `${job.repository} backfill`;
  }
}
