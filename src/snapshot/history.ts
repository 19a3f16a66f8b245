import { runGit } from "./git-command.js";
import type { GitRepository } from "./git.js";

/** One merged pull request, or one commit of a linear history. */
export interface PastChange {
  readonly id: string;
  readonly author: string;
  /** Made by a program: dependency updates, releases. */
  readonly bot: boolean;
  readonly files: readonly string[];
}

/** Merged changes of the past, newest first. */
export interface History {
  readonly changes: readonly PastChange[];
}

/** As far back as coupling of today can be seen; a year of a busy team. */
const MOST_CHANGES = 1_000;

/**
 * What was merged before and with `commit`: along the first parents, so that a merge counts as one change with all
 * files that it brought. A shallow clone gives what it has.
 */
export async function readHistory(repository: GitRepository, commit: string): Promise<History> {
  const format = "--format=%x01%H%x00%an <%ae>%x00";
  const args = [
    "log",
    "--first-parent",
    "--diff-merges=first-parent",
    `--max-count=${MOST_CHANGES}`,
    "--no-renames",
    "--name-only",
    "-z",
    format,
    commit,
    "--",
  ];
  const { code, stdout } = await runGit(repository.location, args);
  if (code !== 0) return { changes: [] };
  const records = stdout.toString("utf8").split("\u0001").slice(1);
  return { changes: records.map(readChange) };
}

function readChange(record: string): PastChange {
  const [id = "", author = "", ...files] = record.split("\0");
  return { id, author, bot: isBot(author), files: files.map((file) => file.replace(/^\n/, "")).filter((file) => file !== "") };
}

function isBot(author: string): boolean {
  return /\[bot\]|\b(dependabot|renovate|greenkeeper|snyk|semantic-release|release-please|github-actions|mergify|imgbot|allcontributors)\b/i.test(
    author,
  );
}
