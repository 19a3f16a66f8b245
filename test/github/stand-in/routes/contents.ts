import { randomBytes } from "node:crypto";
import { repositoryOf, type AppRequest, type AppRoute } from "../access.js";
import { changedFiles, mergeBaseOf, readBlobs, treeEntries, type ChangedFile } from "../git.js";
import { page, Refusal, type Answer } from "../http.js";
import { pullShape } from "../shapes.js";
import { nameOf, type Repository, type World } from "../world.js";

const MEGABYTE = 1_000_000;
const LARGEST_BLOB = 100 * MEGABYTE;
const COMPARED_FILES = 300;

/** Longer patches are left out of the files of a pull request. */
const LONGEST_PATCH = 100_000;

/** What git itself knows: trees, blobs, files, archives, comparisons. */
export function contentRoutes(world: World): readonly AppRoute[] {
  const archives = new Map<string, { readonly repository: Repository; readonly commit: string; readonly expiresAt: Date }>();
  return [
    { method: "GET", pattern: "/repos/:owner/:repo/git/trees/*sha", needs: ["contents:read"], answer: async (asked) => tree(world, asked) },
    { method: "GET", pattern: "/repos/:owner/:repo/git/blobs/:sha", needs: ["contents:read"], answer: async (asked) => blob(world, asked) },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/contents/*path",
      needs: ["contents:read"],
      answer: async (asked) => contents(world, asked),
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/compare/*basehead",
      needs: ["contents:read"],
      answer: async (asked) => comparison(world, asked),
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/tarball/*ref",
      needs: ["contents:read"],
      answer: async (asked) => {
        if (await isEmpty(repositoryOf(world, asked))) throw new Refusal(404, "Not Found");
        const { repository, commit } = await commitOf(world, asked, asked.parameters["ref"] ?? "");
        const ticket = randomBytes(16).toString("hex");
        archives.set(ticket, { repository, commit, expiresAt: new Date(world.now().getTime() + 300_000) });
        return { status: 302, headers: { location: `${world.url}/_archive/${ticket}` } };
      },
    },
    {
      method: "GET",
      pattern: "/_archive/:ticket",
      needs: "anyone",
      answer: async ({ parameters }) => {
        const archive = archives.get(parameters["ticket"] ?? "");
        if (archive === undefined || archive.expiresAt <= world.now()) throw new Refusal(404, "Not Found");
        const { owner, name, git } = archive.repository;
        const body = await git.bytes([
          "archive",
          "--format=tar.gz",
          `--prefix=${owner}-${name}-${archive.commit.slice(0, 7)}/`,
          archive.commit,
        ]);
        return { status: 200, body, headers: { "content-type": "application/x-gzip" } };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/commits/:ref/pulls",
      needs: ["pull_requests:read"],
      answer: async (asked) => {
        const { repository, commit } = await commitOf(world, asked, asked.parameters["ref"] ?? "");
        // Heads of forks are not found this way.
        const pulls = [...repository.pulls.values()].filter(
          ({ head, headRepository }) => head === commit && headRepository === nameOf(repository),
        );
        const { entries, headers } = page(asked, world.url, pulls);
        return { status: 200, body: await Promise.all(entries.map(async (pull) => pullShape(world, repository, pull))), headers };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/commits/*ref",
      needs: ["contents:read"],
      answer: async (asked) => {
        const { repository, commit } = await commitOf(world, asked, asked.parameters["ref"] ?? "");
        return { status: 200, body: await commitShape(repository, commit) };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/git/ref/*ref",
      needs: ["contents:read"],
      answer: async (asked) => {
        const repository = repositoryOf(world, asked);
        const sha = await repository.git.run("rev-parse", "--verify", "--quiet", `refs/${asked.parameters["ref"]}`).catch(() => null);
        if (sha === null) throw new Refusal(404, "Not Found");
        return { status: 200, body: { ref: `refs/${asked.parameters["ref"]}`, object: { type: "commit", sha } } };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/git/matching-refs/*ref",
      needs: ["contents:read"],
      answer: async (asked) => {
        const lines = (await repositoryOf(world, asked).git.run("for-each-ref", "--format=%(refname) %(objectname)"))
          .split("\n")
          .map((line) => line.split(" "));
        const found = lines
          .filter(([ref]) => ref?.startsWith(`refs/${asked.parameters["ref"]}`))
          .map(([ref, sha]) => ({ ref, object: { type: "commit", sha } }));
        return { status: 200, body: found };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/branches/*branch",
      needs: ["contents:read"],
      answer: async (asked) => {
        const repository = repositoryOf(world, asked);
        const sha = await repository.git
          .run("rev-parse", "--verify", "--quiet", `refs/heads/${asked.parameters["branch"]}`)
          .catch(() => null);
        if (sha === null) throw new Refusal(404, "Branch not found");
        return {
          status: 200,
          body: { name: asked.parameters["branch"], commit: await commitShape(repository, sha), ...protectionShape(repository) },
        };
      },
    },
  ];
}

function protectionShape({ protection }: Repository): Record<string, unknown> {
  if (protection === null) return { protected: false };
  return {
    protected: true,
    protection: {
      enabled: true,
      required_status_checks: { enforcement_level: "everyone", contexts: protection.map(({ context }) => context), checks: protection },
    },
  };
}

async function commitOf(
  world: World,
  asked: AppRequest,
  name: string,
): Promise<{ readonly repository: Repository; readonly commit: string }> {
  const repository = repositoryOf(world, asked);
  if (await isEmpty(repository)) throw new Refusal(409, "Git Repository is empty.");
  const commit = await repository.git.commit(name);
  if (commit === null) throw new Refusal(422, `No commit found for SHA: ${name}`);
  return { repository, commit };
}

/** There is no commit yet. */
async function isEmpty({ git }: Repository): Promise<boolean> {
  return (await git.run("for-each-ref", "--count=1")) === "";
}

async function commitShape(repository: Repository, commit: string): Promise<Record<string, unknown>> {
  const [tree = "", parents = "", email = "", name = "", date = ""] = (
    await repository.git.run("show", "--no-patch", "--format=%T%n%P%n%ae%n%an%n%aI", commit)
  ).split("\n");
  const message = await repository.git.run("show", "--no-patch", "--format=%B", commit);
  const author = { name, email, date };
  return {
    sha: commit,
    commit: { message, author, committer: author, tree: { sha: tree } },
    parents: parents
      .split(" ")
      .filter(Boolean)
      .map((sha) => ({ sha })),
    author: null,
    committer: null,
  };
}

async function tree(world: World, asked: AppRequest): Promise<Answer> {
  const repository = repositoryOf(world, asked);
  if (await isEmpty(repository)) throw new Refusal(409, "Git Repository is empty.");
  const name = asked.parameters["sha"] ?? "";
  // Any value switches it on, `false` and `0` too.
  const entries = await treeEntries(repository.git, (await repository.git.commit(name)) ?? name, asked.query.has("recursive"));
  const most = asked.query.has("recursive") ? world.limits.treeEntries : 100_000;
  const shown = entries
    .slice(0, most)
    .map((entry) => ({ ...entry, url: `${world.url}/repos/${nameOf(repository)}/git/${entry.type}s/${entry.sha}` }));
  return { status: 200, body: { sha: name, url: `${world.url}${asked.path}`, tree: shown, truncated: entries.length > most } };
}

async function blob(world: World, asked: AppRequest): Promise<Answer> {
  const { git } = repositoryOf(world, asked);
  const sha = asked.parameters["sha"] ?? "";
  const found = /^[0-9a-f]{40}$/.test(sha) ? (await readBlobs(git, [sha])).get(sha) : undefined;
  if (found === undefined) throw new Refusal(404, "Not Found");
  if (found.bytes.length > LARGEST_BLOB) throw new Refusal(403, "This API returns blobs up to 100 MB in size.");
  if (wantsRaw(asked)) return { status: 200, body: found.bytes };
  return { status: 200, body: { sha, size: found.bytes.length, encoding: "base64", content: lines(found.bytes) } };
}

async function contents(world: World, asked: AppRequest): Promise<Answer> {
  const repository = repositoryOf(world, asked);
  if (await isEmpty(repository)) throw new Refusal(404, "This repository is empty.");
  const ref = asked.query.get("ref") ?? repository.defaultBranch;
  const commit = await repository.git.commit(ref);
  if (commit === null) throw new Refusal(404, `No commit found for the ref ${ref}`);
  const path = asked.parameters["path"] ?? "";
  const [entry] = await treeEntries(repository.git, commit, true).then((entries) => entries.filter((one) => one.path === path));
  if (entry?.type === "tree" || path === "") {
    const below = await treeEntries(repository.git, `${commit}:${path}`, false);
    return {
      status: 200,
      body: below.map((one) => ({
        type: one.type === "tree" ? "dir" : "file",
        name: one.path,
        path: path === "" ? one.path : `${path}/${one.path}`,
        sha: one.sha,
        size: one.size ?? 0,
      })),
    };
  }
  const found = entry === undefined ? undefined : (await readBlobs(repository.git, [entry.sha])).get(entry.sha);
  if (entry === undefined || found === undefined) throw new Refusal(404, "Not Found");
  if (wantsRaw(asked)) return { status: 200, body: found.bytes };
  const inline = found.bytes.length <= MEGABYTE;
  return {
    status: 200,
    body: {
      type: "file",
      name: path.split("/").at(-1),
      path,
      sha: entry.sha,
      size: found.bytes.length,
      encoding: inline ? "base64" : "none",
      content: inline ? lines(found.bytes) : "",
    },
  };
}

const wantsRaw = ({ headers }: AppRequest): boolean => /[./]raw(\+json)?\b/.test(headers.accept ?? "");

/** Base64 as GitHub breaks it. */
const lines = (bytes: Buffer): string => `${(bytes.toString("base64").match(/.{1,60}/g) ?? []).join("\n")}\n`;

async function comparison(world: World, asked: AppRequest): Promise<Answer> {
  const [from = "", to = ""] = (asked.parameters["basehead"] ?? "").split("...");
  const withoutOwner = (name: string): string => name.slice(name.indexOf(":") + 1);
  const repository = repositoryOf(world, asked);
  const [base, head] = [await repository.git.commit(withoutOwner(from)), await repository.git.commit(withoutOwner(to))];
  const ancestor = base === null || head === null ? null : await mergeBaseOf(repository.git, base, head);
  if (base === null || head === null || ancestor === null) throw new Refusal(404, "Not Found");
  const count = async (range: string): Promise<number> => Number(await repository.git.run("rev-list", "--count", range));
  const [ahead, behind] = [await count(`${base}..${head}`), await count(`${head}..${base}`)];
  const commits = (await repository.git.run("rev-list", "--reverse", `${base}..${head}`)).split("\n").filter(Boolean);
  const { entries, headers } = page(asked, world.url, commits);
  // The files come with the first page of commits only.
  const files =
    Number(asked.query.get("page") ?? 1) > 1 ? [] : (await changedFiles(repository.git, ancestor, head)).slice(0, COMPARED_FILES);
  return {
    status: 200,
    headers,
    body: {
      status: ahead > 0 && behind > 0 ? "diverged" : ahead > 0 ? "ahead" : behind > 0 ? "behind" : "identical",
      ahead_by: ahead,
      behind_by: behind,
      total_commits: commits.length,
      base_commit: await commitShape(repository, base),
      merge_base_commit: await commitShape(repository, ancestor),
      commits: await Promise.all(entries.map(async (commit) => commitShape(repository, commit))),
      files: files.map((file) => fileShape(world, repository, head, file)),
    },
  };
}

export function fileShape(world: World, repository: Repository, head: string, file: ChangedFile): Record<string, unknown> {
  const { filename, previous, status, sha, additions, deletions, patch } = file;
  return {
    sha,
    filename,
    status,
    additions,
    deletions,
    changes: additions + deletions,
    ...(previous === null ? {} : { previous_filename: previous }),
    ...(patch === null || patch.length > LONGEST_PATCH ? {} : { patch }),
    contents_url: `${world.url}/repos/${nameOf(repository)}/contents/${encodeURIComponent(filename)}?ref=${head}`,
  };
}
