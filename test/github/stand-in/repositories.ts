import { mkdtemp } from "node:fs/promises";
import path from "node:path";
import { gitReader } from "./git.js";
import type { Repository, World } from "./world.js";

/** What a commit changes: the new text of each file, or the commit of another repository that stands there; `null` where it goes. */
export type Files = Readonly<Record<string, string | Buffer | Submodule | null>>;

export interface Submodule {
  readonly submodule: string;
}

/** A repository without a commit, of the account that installed the App. */
export async function createRepository(world: World, directory: string, fullName: string): Promise<Repository> {
  const [owner = "", name = ""] = fullName.split("/");
  const bare = await mkdtemp(path.join(directory, "repository-"));
  const git = gitReader(bare);
  await git.run("init", "--quiet", "--bare", "--initial-branch=main");
  const repository: Repository = {
    id: world.nextId(),
    owner,
    name,
    git,
    defaultBranch: "main",
    collaborators: new Map(),
    pulls: new Map(),
    checkRuns: new Map(),
    rules: [],
    protection: null,
    artifacts: [],
    sarifs: [],
    nextNumber: 1,
  };
  world.repositories.set(fullName.toLowerCase(), repository);
  return repository;
}

/** Writes a commit after `parent` (the first of all where there is none), points the ref to it and gives its id. One process, however many files. */
export async function writeCommit(
  repository: Repository,
  ref: string,
  parent: string | null,
  files: Files,
  message: string,
): Promise<string> {
  const data = (content: string | Buffer): Buffer[] => [
    Buffer.from(`data ${Buffer.byteLength(content)}\n`),
    Buffer.from(content as string),
    Buffer.from("\n"),
  ];
  const parts: Buffer[] = [
    Buffer.from(`commit ${ref}\nmark :1\ncommitter Ada <ada@shop.example> ${Math.floor(Date.now() / 1000)} +0000\n`),
    ...data(message),
  ];
  if (parent !== null) parts.push(Buffer.from(`from ${parent}\n`));
  for (const [name, content] of Object.entries(files)) {
    const quoted = JSON.stringify(name);
    if (content === null) parts.push(Buffer.from(`D ${quoted}\n`));
    else if (typeof content === "object" && "submodule" in content) parts.push(Buffer.from(`M 160000 ${content.submodule} ${quoted}\n`));
    else parts.push(Buffer.from(`M 100644 inline ${quoted}\n`), ...data(content));
  }
  parts.push(Buffer.from("\nget-mark :1\n"));
  return (await repository.git.bytes(["fast-import", "--quiet", "--force"], Buffer.concat(parts))).toString().trim();
}
