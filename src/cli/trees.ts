import path from "node:path";
import { SETTINGS_PATH } from "../config/settings.js";
import { directorySnapshot } from "../snapshot/directory.js";
import {
  commitSnapshot,
  isIgnored,
  mergeBase,
  NoRepositoryError,
  openRepository,
  readFileAt,
  resolveCommit,
  snapshotOf,
  workTreeSnapshot,
  type GitRepository,
} from "../snapshot/git.js";
import { readHistory, type History } from "../snapshot/history.js";
import type { FileContent, Snapshot } from "../snapshot/snapshot.js";
import { contentIn } from "./settings.js";

/** What one tree is scanned with. */
export interface Tree {
  readonly snapshot: Snapshot;
  history(): Promise<History | undefined>;
}

/** Two trees of one repository that are compared. */
export interface Pair {
  readonly base: Snapshot;
  readonly head: Snapshot;
  /** The settings file on the base branch itself, which may have moved on since the merge base. */
  readonly settings: FileContent | null;
  history(): Promise<History | undefined>;
}

export interface PairOptions {
  readonly base: string;
  /** `undefined` is the working tree. */
  readonly head: string | undefined;
  readonly exactBase: boolean;
}

/** The tree in `directory`: a git working tree, a part of one, or any directory; with a ref, that commit. A bare repository has its HEAD. */
export async function openTree(directory: string, given: string | undefined): Promise<Tree> {
  const repository = await repositoryOf(directory, given !== undefined);
  if (repository === null) return { snapshot: await directorySnapshot(directory), history: () => Promise.resolve(undefined) };
  const ref = given ?? (repository.workTree === null ? "HEAD" : undefined);
  const snapshot =
    ref === undefined ? await workTreeSnapshot(repository, repository.prefix) : await commitSnapshot(repository, ref, repository.prefix);
  // Paths of the past are from the root, so that they mean nothing to a part.
  const past = repository.prefix === "" ? (snapshot.commit ?? "HEAD") : null;
  return { snapshot, history: async () => (past === null ? undefined : readHistory(repository, past)) };
}

/** `null`: a directory that git knows nothing of, or ignores. */
async function repositoryOf(directory: string, needed: boolean): Promise<GitRepository | null> {
  try {
    const repository = await openRepository(directory);
    return !needed && (await isIgnored(repository)) ? null : repository;
  } catch (error) {
    if (!needed && error instanceof NoRepositoryError) return null;
    throw error;
  }
}

/** Base and head of a review. */
export async function openPair(directory: string, options: PairOptions): Promise<Pair> {
  const repository = await openRepository(directory);
  const tip = await resolveCommit(repository, options.base);
  const head = options.head === undefined ? null : await resolveCommit(repository, options.head);
  const base = options.exactBase ? tip : await mergeBase(repository, tip, head ?? (await resolveCommit(repository, "HEAD")));
  const [before, after] = await Promise.all([
    snapshotOf(repository, base),
    head === null ? workTreeSnapshot(repository) : snapshotOf(repository, head),
  ]);
  return {
    base: before,
    head: after,
    settings: tip === base ? await contentIn(before, SETTINGS_PATH) : await readFileAt(repository, tip, SETTINGS_PATH),
    history: () => readHistory(repository, base),
  };
}

export function resolveDirectory(directory: string, given: string | undefined): string {
  return path.resolve(directory, given ?? ".");
}
