import type { CommandJob, Job } from "../store/jobs.js";

/** A webhook as it came: signed by GitHub, but its payload is whatever the sender's version wrote. */
export interface Webhook {
  readonly event: string;
  readonly delivery: string;
  readonly payload: unknown;
}

/** The events whose deliveries lead to work: what `app.yml` subscribes to. Those about the installation come unasked. */
export const EVENTS = [
  "check_run",
  "check_suite",
  "issue_comment",
  "merge_group",
  "pull_request",
  "pull_request_review_comment",
  "push",
  "repository",
] as const;

/** What a delivery asks for; nothing for events and actions that do not concern us. Never throws. */
export function jobsOf({ event, delivery, payload }: Webhook): readonly Job[] {
  const installation = numberAt(payload, "installation", "id");
  const action = textAt(payload, "action");
  if (installation === null) return [];
  if (event === "installation") return INSTALLED.has(action ?? "") ? [{ kind: "backfill", installation, repository: null }] : [];
  if (event === "installation_repositories")
    return addedRepositories(payload).map((repository) => ({ kind: "backfill", installation, repository }));

  const repository = nameOf(at(payload, "repository"));
  if (repository === null) return [];
  const about: About = { installation, repository, action, delivery, payload };
  switch (event) {
    case "pull_request":
      return ofPullRequest(about);
    case "check_run":
      return ofCheckRun(about);
    case "check_suite":
      return action === "rerequested" ? again(about, "check_suite") : [];
    case "merge_group":
      return ofMergeGroup(about);
    case "push":
      return isDefaultBranch(payload) ? ofPush(about) : [];
    case "issue_comment":
      return at(payload, "issue", "pull_request") === undefined ? [] : ofComment(about, numberAt(payload, "issue", "number"));
    case "pull_request_review_comment":
      return ofComment(about, numberAt(payload, "pull_request", "number")).map((job) => ({ ...job, onLines: true }));
    case "repository":
      return ofRepository(about);
    default:
      return [];
  }
}

interface About {
  readonly installation: number;
  readonly repository: string;
  readonly action: string | null;
  readonly delivery: string;
  readonly payload: unknown;
}

const INSTALLED: ReadonlySet<string> = new Set(["created", "unsuspend", "new_permissions_accepted"]);
const REPOSITORY_MOVED: ReadonlySet<string> = new Set(["renamed", "transferred", "unarchived"]);

/** `closed` is among them to call off what still runs. */
const CHANGED: ReadonlySet<string> = new Set(["opened", "reopened", "synchronize", "ready_for_review", "stacked", "unstacked", "closed"]);

function ofPullRequest({ installation, repository, action, payload }: About): readonly Job[] {
  const number = numberAt(payload, "pull_request", "number") ?? numberAt(payload, "number");
  if (number === null) return [];
  // A new title changes nothing; a new base changes what the pull request is compared with.
  const retargeted = action === "edited" && at(payload, "changes", "base") !== undefined;
  if (!retargeted && !CHANGED.has(action ?? "")) return [];
  const head = textAt(payload, "pull_request", "head", "sha");
  return [{ kind: "pull-request", installation, repository, number, rerun: null, ...(isSha(head) ? { head } : {}) }];
}

function ofCheckRun(about: About): readonly Job[] {
  const { installation, repository, action, payload } = about;
  if (action === "rerequested") return again(about, "check_run");
  if (action !== "requested_action") return [];
  const sha = textAt(payload, "check_run", "head_sha");
  const pressed = textAt(payload, "requested_action", "identifier");
  const actor = textAt(payload, "sender", "login");
  if (!isSha(sha) || pressed === null || actor === null) return [];
  const [number = null] = pullRequestsOf(about, "check_run");
  return [{ kind: "action", installation, repository, number, sha, action: pressed, actor }];
}

/** The delivery names the request, so that GitHub's redelivery of it is the same request. */
function again(about: About, subject: "check_run" | "check_suite"): readonly Job[] {
  const { installation, repository, delivery, payload } = about;
  const sha = textAt(payload, subject, "head_sha");
  if (!isSha(sha)) return [];
  const numbers = pullRequestsOf(about, subject);
  if (numbers.length === 0) return [{ kind: "head", installation, repository, sha, rerun: delivery }];
  return numbers.map((number) => ({ kind: "pull-request", installation, repository, number, rerun: delivery }));
}

/** Empty for heads in forks. A fork network's other repositories may be named too. */
function pullRequestsOf({ payload }: About, subject: "check_run" | "check_suite"): readonly number[] {
  const home = numberAt(payload, "repository", "id");
  return listAt(payload, subject, "pull_requests")
    .filter((pull) => numberAt(pull, "base", "repo", "id") === home)
    .map((pull) => numberAt(pull, "number"))
    .filter((number) => number !== null);
}

function ofMergeGroup({ installation, repository, action, payload }: About): readonly Job[] {
  const base = textAt(payload, "merge_group", "base_sha");
  const head = textAt(payload, "merge_group", "head_sha");
  const ref = textAt(payload, "merge_group", "head_ref");
  if (!isSha(base) || !isSha(head) || ref === null || (action !== "checks_requested" && action !== "destroyed")) return [];
  return [{ kind: "merge-group", installation, repository, base, head, ref, rerun: null, destroyed: action === "destroyed" }];
}

/** The organisation's settings hold for all repositories, so that their open pull requests are judged anew. */
function ofPush({ installation, repository, payload }: About): readonly Job[] {
  const all: Job = { kind: "backfill", installation, repository: null };
  const touched = touchedBy(payload);
  const own: Job = { kind: "backfill", installation, repository, ...(touched === null ? {} : { touched }) };
  return repository.endsWith("/.github") ? [own, all] : [own];
}

/** GitHub names no more than the first commits of a push, and a job is to stay small. */
const MOST_COMMITS = 20;
const MOST_TOUCHED = 200;

/** The paths that a push touched; `null` where not all of them are known. */
function touchedBy(payload: unknown): readonly string[] | null {
  const commits = listAt(payload, "commits");
  if (commits.length === 0 || commits.length >= MOST_COMMITS || at(payload, "forced") === true) return null;
  const lists = commits.flatMap((commit) => ["added", "modified", "removed"].map((list) => at(commit, list)));
  if (!lists.every(Array.isArray)) return null;
  const paths = new Set(lists.flat().filter((path) => typeof path === "string"));
  return paths.size > MOST_TOUCHED ? null : [...paths];
}

function isDefaultBranch(payload: unknown): boolean {
  const branch = textAt(payload, "repository", "default_branch");
  return branch !== null && textAt(payload, "ref") === `refs/heads/${branch}` && at(payload, "deleted") !== true;
}

/** What a comment must begin with to be for us. */
const COMMAND = /^\s*\/faultline(\s|$)/;

function ofComment({ installation, repository, action, payload }: About, number: number | null): readonly CommandJob[] {
  const body = textAt(payload, "comment", "body");
  const comment = numberAt(payload, "comment", "id");
  const author = textAt(payload, "comment", "user", "login");
  if (action !== "created" || body === null || number === null || comment === null || author === null) return [];
  const byProgram = textAt(payload, "comment", "user", "type") === "Bot";
  if (byProgram || !COMMAND.test(body)) return [];
  return [{ kind: "command", installation, repository, number, comment, author, body: body.slice(0, LONGEST_COMMAND) }];
}

const LONGEST_COMMAND = 4_000;

function ofRepository({ installation, repository, action, payload }: About): readonly Job[] {
  if (!REPOSITORY_MOVED.has(action ?? "")) return [];
  const [owner = "", name = ""] = repository.split("/");
  const oldName = textAt(payload, "changes", "repository", "name", "from");
  const oldOwner =
    textAt(payload, "changes", "owner", "from", "organization", "login") ?? textAt(payload, "changes", "owner", "from", "user", "login");
  const before = nameOf({ full_name: `${oldOwner ?? owner}/${oldName ?? name}` });
  return [{ kind: "backfill", installation, repository, ...(before === null || before === repository ? {} : { renamedFrom: before }) }];
}

function addedRepositories(payload: unknown): readonly string[] {
  return listAt(payload, "repositories_added")
    .map(nameOf)
    .filter((name) => name !== null);
}

function nameOf(repository: unknown): string | null {
  const name = textAt(repository, "full_name");
  return name !== null && /^[\w-]+\/(?!\.{1,2}$)[\w.-]+$/.test(name) ? name : null;
}

function isSha(text: string | null): text is string {
  return text !== null && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  let current = value;
  for (const key of keys) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = (current as Record<string, unknown>)[key];
  }
  return current ?? undefined;
}

function textAt(value: unknown, ...keys: readonly string[]): string | null {
  const found = at(value, ...keys);
  return typeof found === "string" ? found : null;
}

function numberAt(value: unknown, ...keys: readonly string[]): number | null {
  const found = at(value, ...keys);
  return typeof found === "number" && Number.isSafeInteger(found) && found > 0 ? found : null;
}

function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}
