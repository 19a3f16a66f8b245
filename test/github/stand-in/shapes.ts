import {
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

/** What the REST API and the webhooks show of the world's things. */

type Json = Record<string, unknown>;

const idOf = (login: string): number => 1000 + [...login].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 1_000_000, 7);

export function userShape({ login, bot }: Author): Json {
  return {
    login: bot ? `${login}[bot]` : login,
    id: idOf(login),
    node_id: nodeId("User", idOf(login)),
    type: bot ? "Bot" : "User",
    site_admin: false,
  };
}

export const person = (login: string): Author => ({ login, bot: false });
export const theApp = (world: World): Author => ({ login: world.app.slug, bot: true });

export function appShape(world: World): Json {
  const { id, slug, events, permissions } = world.app;
  return {
    id,
    slug,
    node_id: nodeId("App", id),
    name: "Faultline",
    owner: userShape(person(world.installation.account)),
    html_url: `${world.url}/apps/${slug}`,
    external_url: world.url,
    permissions,
    events: [...events],
    created_at: "2026-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
  };
}

export function installationShape(world: World, { id, account, permissions, suspended }: Installation): Json {
  return {
    id,
    account: { ...userShape(person(account)), type: "Organization" },
    app_id: world.app.id,
    app_slug: world.app.slug,
    target_type: "Organization",
    repository_selection: "all",
    access_tokens_url: `${world.url}/app/installations/${id}/access_tokens`,
    permissions,
    events: [...world.app.events],
    suspended_at: suspended ? world.now().toISOString() : null,
    suspended_by: null,
  };
}

export function repositoryShape(world: World, repository: Repository): Json {
  const { id, name, owner, defaultBranch } = repository;
  return {
    id,
    node_id: nodeId("Repository", id),
    name,
    full_name: nameOf(repository),
    private: true,
    owner: { ...userShape(person(owner)), type: "Organization" },
    html_url: `${world.url}/${nameOf(repository)}`,
    url: `${world.url}/repos/${nameOf(repository)}`,
    fork: false,
    archived: false,
    disabled: false,
    default_branch: defaultBranch,
  };
}

/** A repository that the stand-in does not hold: the fork that a pull request comes from. */
function forkShape(world: World, base: Repository, fullName: string): Json {
  const [owner = "", name = ""] = fullName.split("/");
  return {
    ...repositoryShape(world, base),
    id: base.id + 500_000,
    name,
    full_name: fullName,
    owner: userShape(person(owner)),
    fork: true,
    html_url: `${world.url}/${fullName}`,
    url: `${world.url}/repos/${fullName}`,
  };
}

export async function pullShape(world: World, repository: Repository, pull: PullRequest): Promise<Json> {
  const here = nameOf(repository);
  const baseSha = await repository.git.commit(pull.baseBranch);
  const headRepo =
    pull.headRepository === null
      ? null
      : pull.headRepository === here
        ? repositoryShape(world, repository)
        : forkShape(world, repository, pull.headRepository);
  const headOwner = pull.headRepository?.split("/")[0] ?? "unknown";
  return {
    id: pull.id,
    node_id: nodeId("PullRequest", pull.id),
    number: pull.number,
    state: pull.state,
    locked: pull.locked,
    draft: pull.draft,
    title: pull.title,
    body: pull.body,
    user: userShape(person(pull.author)),
    author_association: "CONTRIBUTOR",
    created_at: pull.createdAt.toISOString(),
    updated_at: pull.updatedAt.toISOString(),
    closed_at: pull.state === "closed" ? pull.updatedAt.toISOString() : null,
    merged_at: pull.merged ? pull.updatedAt.toISOString() : null,
    merged: pull.merged,
    mergeable: true,
    labels: [],
    html_url: `${world.url}/${here}/pull/${pull.number}`,
    url: `${world.url}/repos/${here}/pulls/${pull.number}`,
    head: {
      label: `${headOwner}:${pull.headBranch}`,
      ref: pull.headBranch,
      sha: pull.head,
      user: userShape(person(headOwner)),
      repo: headRepo,
    },
    base: {
      label: `${repository.owner}:${pull.baseBranch}`,
      ref: pull.baseBranch,
      sha: baseSha,
      user: userShape(person(repository.owner)),
      repo: repositoryShape(world, repository),
    },
  };
}

/** The pull requests that a check is listed with; a head that came from a fork is listed with none. */
export function namedPulls(world: World, repository: Repository, head: string): readonly Json[] {
  const repo = { id: repository.id, name: repository.name, url: `${world.url}/repos/${nameOf(repository)}` };
  return [...repository.pulls.values()]
    .filter((pull) => pull.head === head && pull.state === "open" && pull.headRepository === nameOf(repository))
    .map(({ id, number, headBranch, baseBranch }) => ({
      id,
      number,
      url: `${repo.url}/pulls/${number}`,
      head: { ref: headBranch, sha: head, repo },
      base: { ref: baseBranch, sha: head, repo },
    }));
}

export function checkRunShape(world: World, repository: Repository, run: CheckRun): Json {
  const url = `${world.url}/repos/${nameOf(repository)}/check-runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId("CheckRun", run.id),
    name: run.name,
    head_sha: run.head,
    external_id: run.externalId,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt.toISOString(),
    completed_at: run.completedAt?.toISOString() ?? null,
    url,
    html_url: `${world.url}/${nameOf(repository)}/runs/${run.id}`,
    details_url: run.detailsUrl ?? world.url,
    output: { ...run.output, annotations_count: run.annotations.length, annotations_url: `${url}/annotations` },
    app: appShape(world),
    check_suite: { id: run.suite },
    pull_requests: namedPulls(world, repository, run.head),
  };
}

const viaApp = (world: World, author: Author): unknown => (author.bot ? appShape(world) : null);

export function issueCommentShape(world: World, repository: Repository, pull: PullRequest, comment: IssueComment): Json {
  const { id, author, body, createdAt, updatedAt } = comment;
  return {
    id,
    node_id: nodeId("IssueComment", id),
    body,
    user: userShape(author),
    author_association: repository.collaborators.has(author.login) ? "COLLABORATOR" : "NONE",
    performed_via_github_app: viaApp(world, author),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    html_url: `${world.url}/${nameOf(repository)}/pull/${pull.number}#issuecomment-${id}`,
    issue_url: `${world.url}/repos/${nameOf(repository)}/issues/${pull.number}`,
  };
}

export function issueShape(world: World, repository: Repository, pull: PullRequest): Json {
  return {
    id: pull.id + 1,
    number: pull.number,
    title: pull.title,
    state: pull.state,
    user: userShape(person(pull.author)),
    pull_request: { url: `${world.url}/repos/${nameOf(repository)}/pulls/${pull.number}` },
    html_url: `${world.url}/${nameOf(repository)}/pull/${pull.number}`,
  };
}

export function reviewShape(world: World, repository: Repository, pull: PullRequest, review: Review): Json {
  const { id, author, body, event, commit, createdAt } = review;
  return {
    id,
    node_id: nodeId("PullRequestReview", id),
    user: userShape(author),
    body,
    state: event,
    commit_id: commit,
    submitted_at: createdAt.toISOString(),
    author_association: "NONE",
    html_url: `${world.url}/${nameOf(repository)}/pull/${pull.number}#pullrequestreview-${id}`,
    pull_request_url: `${world.url}/repos/${nameOf(repository)}/pulls/${pull.number}`,
  };
}

export function reviewCommentShape(world: World, repository: Repository, pull: PullRequest, thread: Thread, comment: ReviewComment): Json {
  const { id, author, body, review, replyTo, createdAt, updatedAt } = comment;
  return {
    id,
    node_id: nodeId("PullRequestReviewComment", id),
    pull_request_review_id: review,
    ...(replyTo === null ? {} : { in_reply_to_id: replyTo }),
    path: thread.path,
    line: thread.line,
    original_line: thread.originalLine,
    start_line: thread.startLine,
    original_start_line: thread.originalStartLine,
    side: thread.side,
    start_side: thread.startSide,
    position: thread.line === null ? null : 1,
    subject_type: thread.originalLine === null ? "file" : "line",
    commit_id: pull.head,
    original_commit_id: thread.originalCommit,
    diff_hunk: "",
    body,
    user: userShape(author),
    author_association: "NONE",
    performed_via_github_app: viaApp(world, author),
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
    html_url: `${world.url}/${nameOf(repository)}/pull/${pull.number}#discussion_r${id}`,
    url: `${world.url}/repos/${nameOf(repository)}/pulls/comments/${id}`,
    pull_request_url: `${world.url}/repos/${nameOf(repository)}/pulls/${pull.number}`,
  };
}
