import type { KeyObject } from "node:crypto";
import type { Side } from "./diff.js";
import type { GitReader } from "./git.js";

/** Everything that the stand-in knows. Git has the commits; this has what GitHub keeps beside them. */
export interface World {
  readonly app: RegisteredApp;
  /** The account that most of what happens here is about. */
  readonly installation: Installation;
  /** All accounts that installed the App, that one among them. */
  readonly installations: Installation[];
  readonly repositories: Map<string, Repository>;
  readonly limits: Limits;
  readonly tokens: Map<string, Token>;
  readonly signIns: SignIns;
  /** Base URL of the API and of the site alike. */
  url: string;
  /** Ids rise over all kinds of things, so that one is never taken for another. */
  nextId(): number;
  now(): Date;
}

/** People who sign in to the App with GitHub. */
export interface SignIns {
  /** Who sits at the browser and says yes; `null`: they say no. */
  browser: string | null;
  /** Codes that wait to be traded, by login. */
  readonly codes: Map<string, string>;
  /** Tokens of people, by login. */
  readonly tokens: Map<string, string>;
}

export interface RegisteredApp {
  readonly id: number;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly slug: string;
  readonly publicKey: KeyObject;
  /** What it asks for; an installation may have granted less. */
  permissions: Readonly<Record<string, string>>;
  events: ReadonlySet<string>;
  /** Whether its webhook has a secret. */
  hookSecret: boolean;
}

export interface Installation {
  readonly id: number;
  readonly account: string;
  /** What the account granted: `{ checks: "write" }`. */
  permissions: Record<string, string>;
  suspended: boolean;
  /** The account took the App away. */
  removed?: boolean;
  /** Names of repositories that the account keeps from the App. */
  readonly withheld?: Set<string>;
}

export interface Token {
  readonly installation: Installation;
  readonly permissions: Readonly<Record<string, string>>;
  /** Names without owner; `null` for all. */
  readonly repositories: readonly string[] | null;
  readonly expiresAt: Date;
}

/** GitHub's limits that a test may want to reach sooner. */
export interface Limits {
  /** Entries of a recursive tree. */
  treeEntries: number;
  pullRequestFiles: number;
  /** Requests of an installation that create content, in a minute; more are refused with a secondary limit. */
  contentPerMinute: number;
  /** Points of an installation in a minute: a read is one, a write five. */
  pointsPerMinute: number;
  /** Requests of an installation in an hour. */
  requestsPerHour: number;
  /** Bytes of a check run's summary, and of its text. */
  checkOutput: number;
}

/** The installation of a repository's owner. Owners whom nobody named are part of the first. */
export function installationOf({ installations, installation }: World, owner: string): Installation {
  return installations.find(({ account }) => account.toLowerCase() === owner.toLowerCase()) ?? installation;
}

export interface Repository {
  readonly id: number;
  owner: string;
  name: string;
  readonly git: GitReader;
  readonly defaultBranch: string;
  /** Login → role. */
  readonly collaborators: Map<string, "admin" | "maintain" | "write" | "triage" | "read">;
  readonly pulls: Map<number, PullRequest>;
  readonly checkRuns: Map<number, CheckRun>;
  /** Rules of rulesets for the default branch, as the API shows them. */
  readonly rules: Readonly<Record<string, unknown>>[];
  /** Checks that the older branch protection requires; `null` where there is none. */
  protection: readonly { readonly context: string; readonly app_id: number | null }[] | null;
  readonly artifacts: Artifact[];
  readonly sarifs: { readonly id: string; readonly ref: string; readonly commit: string; readonly sarif: string }[];
  nextNumber: number;
}

/** What a workflow run left, as a zip archive. */
export interface Artifact {
  readonly id: number;
  readonly name: string;
  /** Head of the workflow run. */
  readonly commit: string;
  /** The run was of a pull request from a fork. */
  readonly ofFork: boolean;
  readonly zip: Buffer;
  expired: boolean;
}

export interface PullRequest {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  title: string;
  body: string;
  state: "open" | "closed";
  merged: boolean;
  draft: boolean;
  /** Its conversation takes nothing from Apps. */
  locked: boolean;
  /** Branch in the head's repository. */
  readonly headBranch: string;
  /** `owner/name` of the head's repository: the base's own, a fork, or `null` for a fork that is gone. */
  headRepository: string | null;
  head: string;
  baseBranch: string;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly comments: IssueComment[];
  readonly reviews: Review[];
  readonly threads: Thread[];
}

interface Written {
  readonly id: number;
  readonly author: Author;
  readonly createdAt: Date;
  updatedAt: Date;
  body: string;
}

/** A person by login, or the App. */
export type Author = { readonly login: string; readonly bot: boolean };

export interface Minimizable {
  /** The reason, in GraphQL's words; `null` while it is shown. */
  minimized: string | null;
}

export interface IssueComment extends Written, Minimizable {
  readonly reactions: { readonly id: number; readonly content: string; readonly author: Author }[];
}

export interface Review extends Written {
  readonly event: "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED" | "PENDING";
  readonly commit: string;
}

export interface ReviewComment extends Written, Minimizable {
  readonly review: number;
  readonly replyTo: number | null;
  readonly reactions: { readonly id: number; readonly content: string; readonly author: Author }[];
}

/** Review comments on one place. Its place follows the lines through later pushes, or is lost (`null`: outdated). */
export interface Thread {
  readonly id: number;
  readonly path: string;
  readonly side: Side;
  readonly startSide: Side | null;
  readonly originalLine: number | null;
  readonly originalStartLine: number | null;
  readonly originalCommit: string;
  line: number | null;
  startLine: number | null;
  resolvedBy: Author | null;
  readonly comments: ReviewComment[];
}

export interface CheckRun {
  readonly id: number;
  readonly suite: number;
  readonly name: string;
  readonly head: string;
  externalId: string;
  detailsUrl: string | null;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  readonly startedAt: Date;
  completedAt: Date | null;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: Readonly<Record<string, unknown>>[];
  actions: readonly { readonly label: string; readonly identifier: string; readonly description: string }[];
}

export function nameOf({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}

export const nodeId = (kind: string, id: number): string => Buffer.from(`${kind}:${id}`).toString("base64url");

/** The thing that a node id names, as kind and number. */
export function readNodeId(id: string): { readonly kind: string; readonly id: number } {
  const [kind = "", number = ""] = Buffer.from(id, "base64url").toString().split(":");
  return { kind, id: Number(number) };
}
