import type { Job } from "./jobs.js";

/** A webhook delivery. Its payload is not kept, only the jobs that were derived from it. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly action: string | null;
  readonly receivedAt: Date;
}

/** What the App remembers. The same on the embedded engine and on a database server. */
export interface Store {
  /**
   * Stores the delivery and its jobs in one transaction. "duplicate": a delivery with this id was stored before, and
   * nothing changed. A pull-request job replaces one of the same pull request that still waits; a re-run id is kept.
   */
  accept(delivery: Delivery, jobs: readonly Job[]): Promise<"stored" | "duplicate">;
  /** `after`: not to be started earlier. */
  enqueue(jobs: readonly Job[], options?: { readonly after?: Date }): Promise<void>;
  /**
   * Takes jobs until `drain` or `close`, one at a time for each key; resolves once it has begun to. A handler that
   * throws `RetryLater` is parked until then, and that costs no attempt. Other errors are tried again with growing
   * pauses; after the last attempt the job is handed to `onPoison` and dropped. A job that was active when its process
   * died is taken again within a minute.
   */
  work(handler: Handler, onPoison: PoisonHandler, concurrency: number): Promise<void>;
  /** Stops taking, waits at most `ms` for what runs, then aborts that and hands it back. */
  drain(ms: number): Promise<void>;
  /** `oldestSeconds`: how long the oldest job that is due has waited, 0 if there is none. */
  queue(): Promise<QueueState>;
  /** Which of these deliveries were stored. */
  knownDeliveries(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** When the first delivery came that is still kept; null where there is none. */
  firstDelivery(): Promise<Date | null>;
  /** Can be handed to an extraction as its cache. */
  readonly facts: FactsStore;
  readonly runs: RunStore;
  readonly systems: SystemStore;
  readonly waivers: WaiverStore;
  /** `first` is true once for each key, so that a refused command is answered once. */
  readonly answered: { first(key: string): Promise<boolean> };
  readonly audit: AuditStore;
  readonly budgets: BudgetStore;
  readonly queuedChecks: QueuedChecks;
  readonly extensions: ExtensionStore;
  /** Runs, waivers and audit of a repository go by its new name from now on. Doing it again changes nothing. */
  rename(from: string, to: string): Promise<void>;
  /** Deletes what is past its time: see `RETENTION`. */
  tidy(now: Date): Promise<void>;
  close(): Promise<void>;
}

export type Handler = (job: Job, signal: AbortSignal) => Promise<void>;
export type PoisonHandler = (job: Job, error: unknown) => Promise<void>;

export interface QueueState {
  readonly waiting: number;
  readonly active: number;
  readonly oldestSeconds: number;
}

export interface FactsStore {
  load(keys: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>>;
  save(entries: ReadonlyMap<string, Uint8Array>): Promise<void>;
}

export interface RunKey {
  readonly repository: string;
  readonly number: number | null;
  /** Commit of the merge base. */
  readonly base: string;
  readonly head: string;
  /** Hash of the settings that the run used. */
  readonly settings: string;
  readonly rerun: string | null;
}

/** A check run of ours. */
export interface Run extends RunKey {
  readonly installation: number;
  readonly checkRun: number;
  readonly state: "in_progress" | "completed";
  readonly conclusion: string | null;
  readonly startedAt: Date;
  readonly completedAt: Date | null;
  /** Comments are done too. */
  readonly reviewed: boolean;
  /** The report as JSON. Forgotten some time after the run completed. */
  readonly report: string | null;
}

export interface RunStore {
  find(key: RunKey): Promise<Run | null>;
  /** Stores the run, or replaces the one with the same key. */
  save(run: Run): Promise<void>;
  /** Newest first. */
  ofPullRequest(repository: string, number: number): Promise<readonly Run[]>;
  /** Runs for this commit, newest first. */
  ofHead(repository: string, head: string): Promise<readonly Run[]>;
  /** The run behind this check run of GitHub's. */
  ofCheckRun(repository: string, checkRun: number): Promise<Run | null>;
  /** Runs of pull requests, newest first, without their reports. */
  recent(repository: string, limit: number): Promise<readonly Omit<Run, "report">[]>;
  /** Runs in progress that started before this time, oldest first. */
  unfinished(olderThan: Date): Promise<readonly Run[]>;
}

/**
 * A check run that GitHub may have although no run of the store is behind it: one that says that its head waits its turn, or
 * one that was about to be made for a run.
 */
export interface QueuedCheck {
  readonly installation: number;
  readonly repository: string;
  /** `null`: a merge group. */
  readonly number: number | null;
  readonly head: string;
  /** `null`: there is none, or nobody knows yet. */
  readonly checkRun: number | null;
  /** Whether GitHub has it is known. */
  readonly settled: boolean;
  /** When it was claimed. */
  readonly at: Date;
  /** Of the run for which it was about to be made; `null`: it was to say that its head waits. */
  readonly externalId: string | null;
}

export interface QueuedChecks {
  /**
   * Notes heads whose jobs have waited for so many seconds, and that have neither a run nor a queued check yet. Of several
   * processes one gets each. The newest first, since they will wait longest.
   */
  claim(seconds: number, most: number): Promise<readonly QueuedCheck[]>;
  /** A check run is about to be made for a run: should nobody come to store the run, it is found again. */
  announce(check: Pick<QueuedCheck, "installation" | "repository" | "number" | "head">, externalId: string): Promise<void>;
  /** GitHub has it under this id, or has none. */
  settle(check: Pick<QueuedCheck, "repository" | "number" | "head">, checkRun: number | null): Promise<void>;
  /** Of a pull request, or of all merge groups; oldest first. */
  of(repository: string, number: number | null): Promise<readonly QueuedCheck[]>;
  forget(check: Pick<QueuedCheck, "repository" | "number" | "head">): Promise<void>;
}

/** Settings files of other repositories that a repository's settings build on. */
export interface ExtensionStore {
  /** These and no others, as of now. */
  save(installation: number, repository: string, files: readonly { readonly repository: string; readonly path: string }[]): Promise<void>;
  /** Who builds on files of this repository, and on which. */
  of(extended: string): Promise<readonly { readonly installation: number; readonly repository: string; readonly path: string }[]>;
}

/** The system of a repository as its default branch has it. One for each repository. */
export interface KeptSystem {
  readonly repository: string;
  readonly installation: number;
  readonly commit: string;
  /** When it was read. */
  readonly at: Date;
  /** The report as JSON, of this commit against the one kept before it. */
  readonly report: string;
}

/** What one move of the default branch did to the debt, as numbers of findings. */
export interface DebtStep {
  readonly installation: number;
  readonly commit: string;
  readonly at: Date;
  /** Introduced or worsened. */
  readonly introduced: number;
  /** Fixed or improved. */
  readonly fixed: number;
  /** What is there after it. */
  readonly open: number;
}

export interface SystemStore {
  load(repository: string): Promise<KeptSystem | null>;
  /** Replaces what was kept of the repository and adds the step to its history, both or none. A commit has one step. */
  save(system: KeptSystem, step: DebtStep): Promise<void>;
  /** Steps since a time, oldest first. */
  history(repository: string, since: Date): Promise<readonly DebtStep[]>;
}

/** A finding that somebody accepted by a command. */
export interface CommandWaiver {
  readonly repository: string;
  readonly number: number;
  readonly fingerprint: string;
  readonly reason: string;
  readonly author: string;
  readonly at: Date;
  /** A date such as `2027-01-31`. */
  readonly until: string | null;
}

export interface WaiverStore {
  /** Replaces an earlier waiver of the same finding on the same pull request. */
  add(waiver: CommandWaiver): Promise<void>;
  /** False if there was none. */
  remove(repository: string, number: number, fingerprint: string): Promise<boolean>;
  /** Oldest first. */
  of(repository: string, number: number): Promise<readonly CommandWaiver[]>;
}

export interface AuditEntry {
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly detail: string;
}

/** Who changed what. Only ever added to. */
export interface AuditStore {
  write(entry: AuditEntry & { readonly repository: string }): Promise<void>;
  /** Oldest first. */
  of(repository: string): Promise<readonly AuditEntry[]>;
}

/** Requests that GitHub lets an installation make in an hour. */
export interface Budget {
  readonly most: number;
  readonly remaining: number;
  /** When all of them are there again. */
  readonly renewedAt: Date;
}

/** What processes that share the store know of GitHub's limits, by installation. */
export interface BudgetStore {
  /** `pausedUntil`: no request before then. GitHub counts kinds of requests apart, so that there are several budgets. */
  of(installation: number): Promise<{ readonly pausedUntil: Date | null; readonly budgets: readonly Budget[] }>;
  /** Of one hour the lowest number is kept. By GitHub's name of what it counts. */
  note(installation: number, seen: ReadonlyMap<string, Budget>): Promise<void>;
  /** An earlier end than the known one changes nothing. */
  pause(installation: number, until: Date): Promise<void>;
}

/** Where the store lies: a directory of our own, or a PostgreSQL database. */
export type StoreLocation = { readonly dataDirectory: string } | { readonly databaseUrl: string };

/** Thrown by a handler: not now, but at this time. */
export class RetryLater extends Error {
  override readonly name = "RetryLater";
  readonly at: Date;

  constructor(at: Date, message: string) {
    super(message);
    this.at = at;
  }
}

/** The store cannot be opened. The message says what to do, and holds no credentials. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
