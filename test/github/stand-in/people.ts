import type { Hooks } from "./hooks.js";
import { addReply, followLines } from "./review-comments.js";
import { createRepository, writeCommit, type Files } from "./repositories.js";
import {
  nameOf,
  type CheckRun,
  type IssueComment,
  type PullRequest,
  type Repository,
  type ReviewComment,
  type Thread,
  type World,
} from "./world.js";

export interface Opening {
  readonly branch: string;
  readonly files: Files;
  readonly title: string;
  readonly author?: string;
  readonly draft?: boolean;
  readonly base?: string;
  /** `owner/name` of the fork that it comes from. */
  readonly fork?: string;
  /** The commit to open it with, where there is one already. */
  readonly at?: string;
}

/** What people do on GitHub, with the webhooks that follow from it. */
export interface People {
  /** Makes a repository with a first commit on its default branch, or an empty one where there are no files. No webhook: as if it was there before the App. */
  createRepository(fullName: string, files: Files): Promise<Repository>;
  commit(repository: Repository, branch: string, files: Files): Promise<string>;
  open(repository: Repository, opening: Opening): Promise<PullRequest>;
  /** Pushes a commit to the branch of a pull request. */
  push(repository: Repository, pull: PullRequest, files: Files): Promise<string>;
  retarget(repository: Repository, pull: PullRequest, base: string): Promise<void>;
  /** Puts a pull request upon another one. */
  stack(repository: Repository, pull: PullRequest, on: PullRequest): Promise<void>;
  ready(repository: Repository, pull: PullRequest): Promise<void>;
  /** Deletes the fork that a pull request comes from. GitHub tells nobody. */
  deleteFork(pull: PullRequest): void;
  close(repository: Repository, pull: PullRequest): Promise<void>;
  reopen(repository: Repository, pull: PullRequest): Promise<void>;
  merge(repository: Repository, pull: PullRequest): Promise<void>;
  edit(repository: Repository, pull: PullRequest, title: string): Promise<void>;
  comment(repository: Repository, pull: PullRequest, author: string, body: string): IssueComment;
  reply(repository: Repository, pull: PullRequest, thread: Thread, author: string, body: string): Promise<ReviewComment>;
  /** Commits the suggestions of these threads, as one click on each of them does: a suggestion replaces all lines that its comment is on. */
  applySuggestions(repository: Repository, pull: PullRequest, threads: readonly Thread[]): Promise<string>;
  /** Gives a repository another name; what GitHub still knows under the old one is not shown here. */
  rename(repository: Repository, name: string): void;
  /** Gives a repository another owner. */
  transfer(repository: Repository, owner: string): void;
  rerun(repository: Repository, run: CheckRun, by: string): void;
  rerunAll(repository: Repository, head: string, by: string): void;
  press(repository: Repository, run: CheckRun, identifier: string, by: string): void;
  /** Puts a pull request into the merge queue: a commit of both together, and the request for checks on it. */
  queue(repository: Repository, pull: PullRequest): Promise<{ readonly head: string; destroy(): Promise<void> }>;
}

export function makePeople(world: World, hooks: Hooks, directory: string): People {
  const setBranch = async ({ git }: Repository, name: string, commit: string): Promise<void> =>
    void (await git.run("update-ref", name, commit));

  /** Where the branch of a pull request lives: forks have a namespace of their own, so that their branches are none of the base's. */
  const headRef = (repository: Repository, { headRepository, headBranch }: Pick<PullRequest, "headRepository" | "headBranch">): string =>
    headRepository === nameOf(repository) ? `refs/heads/${headBranch}` : `refs/forks/${headRepository}/${headBranch}`;

  async function moveHead(repository: Repository, pull: PullRequest, commit: string): Promise<void> {
    await setBranch(repository, `refs/pull/${pull.number}/head`, commit);
    pull.head = commit;
    pull.updatedAt = world.now();
    await followLines(repository, pull);
  }

  function move(repository: Repository, to: Partial<Pick<Repository, "owner" | "name">>): void {
    const before = nameOf(repository);
    world.repositories.delete(before.toLowerCase());
    Object.assign(repository, to);
    world.repositories.set(nameOf(repository).toLowerCase(), repository);
    for (const pull of repository.pulls.values()) if (pull.headRepository === before) pull.headRepository = nameOf(repository);
  }

  /** A commit of the base branch and the pull request together, on no branch yet. */
  async function mergeCommit(
    { git }: Repository,
    pull: PullRequest,
  ): Promise<{ readonly before: string; readonly tree: string; readonly merged: string }> {
    const before = (await git.commit(pull.baseBranch))!;
    const tree = (await git.run("merge-tree", "--write-tree", before, pull.head)).split("\n")[0]!;
    const merged = await git.run(
      "-c",
      "user.name=GitHub",
      "-c",
      "user.email=noreply@shop.example",
      "commit-tree",
      tree,
      "-p",
      before,
      "-p",
      pull.head,
      "-m",
      `Merge pull request #${pull.number}`,
    );
    return { before, tree, merged };
  }

  return {
    async createRepository(fullName, files) {
      const repository = await createRepository(world, directory, fullName);
      if (Object.keys(files).length === 0) return repository;
      await writeCommit(repository, "refs/heads/main", null, files, "Begin");
      return repository;
    },
    async commit(repository, branch, files) {
      const before = await repository.git.commit(branch);
      const after = await writeCommit(repository, `refs/heads/${branch}`, before, files, `Work on ${branch}`);
      await hooks.push(repository, branch, before ?? "0".repeat(40), after);
      return after;
    },
    async open(repository, { branch, files, title, author = "ada", draft = false, base = repository.defaultBranch, fork, at }) {
      const headRepository = fork ?? nameOf(repository);
      const head =
        at ??
        (await writeCommit(
          repository,
          headRef(repository, { headRepository, headBranch: branch }),
          await repository.git.commit(base),
          files,
          title,
        ));
      const number = repository.nextNumber++;
      const now = world.now();
      const pull: PullRequest = {
        id: world.nextId() * 10,
        number,
        author,
        title,
        body: "",
        state: "open",
        merged: false,
        draft,
        locked: false,
        headBranch: branch,
        headRepository,
        head,
        baseBranch: base,
        createdAt: now,
        updatedAt: now,
        comments: [],
        reviews: [],
        threads: [],
      };
      repository.pulls.set(number, pull);
      await moveHead(repository, pull, head);
      await hooks.pull("opened", repository, pull);
      return pull;
    },
    async push(repository, pull, files) {
      const before = pull.head;
      const after = await writeCommit(repository, headRef(repository, pull), before, files, `Work on ${pull.headBranch}`);
      await moveHead(repository, pull, after);
      if (pull.headRepository === nameOf(repository)) await hooks.push(repository, pull.headBranch, before, after);
      await hooks.pull("synchronize", repository, pull, { before, after });
      return after;
    },
    async retarget(repository, pull, base) {
      const from = { ref: { from: pull.baseBranch }, sha: { from: await repository.git.commit(pull.baseBranch) } };
      pull.baseBranch = base;
      await hooks.pull("edited", repository, pull, { changes: { base: from } });
    },
    async stack(repository, pull, on) {
      pull.baseBranch = on.headBranch;
      await hooks.pull("stacked", repository, pull);
    },
    async ready(repository, pull) {
      pull.draft = false;
      await hooks.pull("ready_for_review", repository, pull);
    },
    deleteFork(pull) {
      pull.headRepository = null;
    },
    async close(repository, pull) {
      pull.state = "closed";
      await hooks.pull("closed", repository, pull);
    },
    async reopen(repository, pull) {
      pull.state = "open";
      await hooks.pull("reopened", repository, pull);
    },
    async merge(repository, pull) {
      const { before, merged } = await mergeCommit(repository, pull);
      await setBranch(repository, `refs/heads/${pull.baseBranch}`, merged);
      Object.assign(pull, { state: "closed", merged: true, updatedAt: world.now() });
      await hooks.push(repository, pull.baseBranch, before, merged);
      await hooks.pull("closed", repository, pull);
    },
    async edit(repository, pull, title) {
      const changes = { title: { from: pull.title } };
      pull.title = title;
      await hooks.pull("edited", repository, pull, { changes });
    },
    comment(repository, pull, author, body) {
      const now = world.now();
      const comment: IssueComment = {
        id: world.nextId(),
        author: { login: author, bot: false },
        createdAt: now,
        updatedAt: now,
        body,
        minimized: null,
        reactions: [],
      };
      pull.comments.push(comment);
      hooks.comment(repository, pull, comment);
      return comment;
    },
    async reply(repository, pull, thread, author, body) {
      const { comment } = addReply(world, pull, { login: author, bot: false }, thread.comments[0]!.id, body);
      await hooks.lineComment(repository, pull, thread, comment);
      return comment;
    },
    async applySuggestions(repository, pull, threads) {
      const texts = new Map<string, string[]>();
      // From below, so that lines above keep their numbers.
      for (const thread of threads.toSorted((a, b) => (b.line ?? 0) - (a.line ?? 0))) {
        const lines =
          texts.get(thread.path) ?? (await repository.git.bytes(["show", `${pull.head}:${thread.path}`])).toString().split("\n");
        texts.set(thread.path, replaceLines(lines, thread));
      }
      return this.push(repository, pull, Object.fromEntries([...texts].map(([path, lines]) => [path, lines.join("\n")])));
    },
    rename(repository, name) {
      const from = repository.name;
      move(repository, { name });
      hooks.moved(repository, "renamed", { repository: { name: { from } } });
    },
    transfer(repository, owner) {
      const login = repository.owner;
      move(repository, { owner });
      hooks.moved(repository, "transferred", { owner: { from: { organization: { login } } } });
    },
    rerun: (repository, run, by) => hooks.checkRun("rerequested", repository, run, { by }),
    rerunAll: (repository, head, by) => hooks.checkSuite(repository, head, by),
    press: (repository, run, identifier, by) => hooks.checkRun("requested_action", repository, run, { by, identifier }),
    async queue(repository, pull) {
      const { before: base, tree, merged: head } = await mergeCommit(repository, pull);
      const ref = `refs/heads/gh-readonly-queue/${pull.baseBranch}/pr-${pull.number}-${base}`;
      await setBranch(repository, ref, head);
      const group = {
        head_sha: head,
        head_ref: ref,
        base_sha: base,
        base_ref: `refs/heads/${pull.baseBranch}`,
        head_commit: {
          id: head,
          tree_id: tree,
          message: "",
          timestamp: world.now().toISOString(),
          author: { name: "GitHub", email: null },
          committer: { name: "GitHub", email: null },
        },
      };
      hooks.mergeGroup("checks_requested", repository, group);
      const destroy = async (): Promise<void> => {
        await repository.git.run("update-ref", "-d", ref);
        hooks.mergeGroup("destroyed", repository, group);
      };
      return { head, destroy };
    },
  };
}

/** GitHub offers a click on a suggestion for lines of the head that are still there. */
function replaceLines(lines: readonly string[], { side, line, startLine, comments }: Thread): string[] {
  const [, ticks = "", suggested] = /^(`{3,})suggestion\n([^]*?)^\1$/m.exec(comments[0]?.body ?? "") ?? [];
  if (suggested === undefined || side === "LEFT" || line === null) throw new Error(`no suggestion can be applied: ${ticks}${side} ${line}`);
  const replacement = suggested === "" ? [] : suggested.replace(/\n$/, "").split("\n");
  return [...lines.slice(0, (startLine ?? line) - 1), ...replacement, ...lines.slice(line)];
}
