import type { Deliveries } from "./deliveries.js";
import { changedFiles } from "./git.js";
import {
  checkRunShape,
  installationShape,
  issueCommentShape,
  issueShape,
  namedPulls,
  person,
  pullShape,
  repositoryShape,
  reviewCommentShape,
  reviewShape,
  theApp,
  userShape,
} from "./shapes.js";
import {
  installationOf,
  nameOf,
  nodeId,
  type Author,
  type CheckRun,
  type Installation,
  type IssueComment,
  type PullRequest,
  type Repository,
  type Review,
  type ReviewComment,
  type Thread,
  type World,
} from "./world.js";

/** Tells the App what happened, as far as it subscribed. What it did itself comes back to it too. */
export interface Hooks {
  pull(action: string, repository: Repository, pull: PullRequest, more?: Record<string, unknown>): Promise<void>;
  push(repository: Repository, branch: string, before: string, after: string): Promise<void>;
  comment(repository: Repository, pull: PullRequest, comment: IssueComment): void;
  lineComment(repository: Repository, pull: PullRequest, thread: Thread, comment: ReviewComment): Promise<void>;
  moved(repository: Repository, action: "renamed" | "transferred", changes: Record<string, unknown>): void;
  review(repository: Repository, pull: PullRequest, review: Review): void;
  checkRun(action: string, repository: Repository, run: CheckRun, more?: { readonly by: string; readonly identifier?: string }): void;
  checkSuite(repository: Repository, head: string, by: string): void;
  mergeGroup(action: "checks_requested" | "destroyed", repository: Repository, group: Record<string, unknown>): void;
  /** Every App hears of its installations, subscribed or not. */
  installation(action: string, installation: Installation, repositories: readonly Repository[]): void;
  installationRepositories(action: "added" | "removed", installation: Installation, repository: Repository): void;
}

export function makeHooks(world: World, deliveries: Deliveries): Hooks {
  const send = (event: string, repository: Repository, sender: Author, payload: Record<string, unknown>): void => {
    const installation = installationOf(world, repository.owner);
    const hears = !installation.suspended && installation.removed !== true && installation.withheld?.has(repository.name) !== true;
    if (!world.app.events.has(event) || !hears) return;
    deliveries.send(event, {
      ...payload,
      repository: repositoryShape(world, repository),
      organization: { login: repository.owner, id: 1 },
      installation: { id: installation.id, node_id: "installation" },
      sender: userShape(sender),
    });
  };
  return {
    async pull(action, repository, pull, more = {}) {
      send("pull_request", repository, person(pull.author), {
        action,
        number: pull.number,
        pull_request: await pullShape(world, repository, pull),
        ...more,
      });
    },
    async push(repository, branch, before, after) {
      const created = /^0+$/.test(before);
      const files = created ? [] : await changedFiles(repository.git, before, after);
      const named = (status: string): readonly string[] => files.filter((file) => file.status === status).map(({ filename }) => filename);
      // The stand-in's people push one commit at a time.
      const commit = { id: after, added: named("added"), modified: [...named("modified"), ...named("renamed")], removed: named("removed") };
      send("push", repository, person("ada"), {
        ref: `refs/heads/${branch}`,
        before,
        after,
        created,
        deleted: false,
        forced: false,
        commits: created ? [] : [commit],
        head_commit: commit,
        pusher: { name: "ada" },
      });
    },
    comment(repository, pull, comment) {
      send("issue_comment", repository, comment.author, {
        action: "created",
        issue: issueShape(world, repository, pull),
        comment: issueCommentShape(world, repository, pull, comment),
      });
    },
    async lineComment(repository, pull, thread, comment) {
      send("pull_request_review_comment", repository, comment.author, {
        action: "created",
        comment: reviewCommentShape(world, repository, pull, thread, comment),
        pull_request: await pullShape(world, repository, pull),
      });
    },
    moved: (repository, action, changes) => send("repository", repository, person("ada"), { action, changes }),
    review(repository, pull, review) {
      send("pull_request_review", repository, review.author, { action: "submitted", review: reviewShape(world, repository, pull, review) });
    },
    checkRun(action, repository, run, more) {
      const sender = more === undefined ? theApp(world) : person(more.by);
      const requested = more?.identifier === undefined ? {} : { requested_action: { identifier: more.identifier } };
      send("check_run", repository, sender, {
        action,
        check_run: { ...checkRunShape(world, repository, run), check_suite: suiteShape(world, repository, run.head, run.suite) },
        ...requested,
      });
    },
    checkSuite(repository, head, by) {
      const suite = [...repository.checkRuns.values()].find((run) => run.head === head)?.suite ?? 1;
      send("check_suite", repository, person(by), { action: "rerequested", check_suite: suiteShape(world, repository, head, suite) });
    },
    mergeGroup(action, repository, group) {
      send("merge_group", repository, person("github-merge-queue"), {
        action,
        ...(action === "destroyed" ? { reason: "dequeued" } : {}),
        merge_group: group,
      });
    },
    installation(action, installation, repositories) {
      deliveries.send("installation", {
        action,
        installation: installationShape(world, installation),
        ...(action === "created" ? { repositories: repositories.map(named), requester: null } : {}),
        sender: userShape(person("ada")),
      });
    },
    installationRepositories(action, installation, repository) {
      deliveries.send("installation_repositories", {
        action,
        installation: installationShape(world, installation),
        repository_selection: "selected",
        repositories_added: action === "added" ? [named(repository)] : [],
        repositories_removed: action === "removed" ? [named(repository)] : [],
        requester: null,
        sender: userShape(person("ada")),
      });
    },
  };
}

function named(repository: Repository): Record<string, unknown> {
  const { id, name } = repository;
  return { id, node_id: nodeId("Repository", id), name, full_name: nameOf(repository), private: true };
}

function suiteShape(world: World, repository: Repository, head: string, id: number): Record<string, unknown> {
  const pulls = namedPulls(world, repository, head);
  return {
    id,
    head_sha: head,
    head_branch: null,
    status: "completed",
    conclusion: null,
    app: { id: world.app.id, slug: world.app.slug },
    pull_requests: pulls,
  };
}
