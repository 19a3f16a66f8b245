import { Readable } from "node:stream";
import type { ConfigProblem } from "../config/config.js";
import { SETTINGS_PATH } from "../config/settings.js";
import { plainText } from "../report/escape.js";
import type { ReviewContext } from "../review.js";
import { routeOf, type Octokit } from "./octokit.js";
import { isRefusal } from "./refusal.js";
import { ArchiveError, readTraceArchive } from "./trace-archive.js";

/** Artifacts of the workflow runs for base and head. */
export interface RecordedTraces {
  readonly name: string;
  /** `null`: none yet, or none any more. */
  readonly base: number | null;
  readonly head: number | null;
}

/** Lists of artifacts are read no further: base is a recent commit. */
const MOST_PAGES = 3;

/** Packed bytes; traces of one run of the tests are far smaller. */
const LARGEST_ARCHIVE = 32_000_000;

/** Looks for the artifacts with this name that belong to two commits; the newest of each counts. */
export async function findTraces(
  octokit: Octokit,
  repository: string,
  name: string,
  { base, head }: { readonly base: string; readonly head: string },
): Promise<RecordedTraces> {
  const found = new Map<string, number>();
  let pages = 0;
  try {
    for await (const { data } of octokit.paginate.iterator(octokit.rest.actions.listArtifactsForRepo, {
      ...routeOf(repository),
      name,
      per_page: 100,
    })) {
      for (const { id, expired, workflow_run: run } of data) {
        const commit = run?.head_sha;
        if (expired || commit === undefined || found.has(commit)) continue;
        // What the base did is told by the repository's own runs: a fork's could tell anything.
        if (commit === base && run?.head_repository_id !== run?.repository_id) continue;
        found.set(commit, id);
      }
      if ((found.has(base) && found.has(head)) || ++pages === MOST_PAGES) break;
    }
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  return { name, base: found.get(base) ?? null, head: found.get(head) ?? null };
}

/** What the traces add to a review: nothing without both sides, since what is compared with nothing looks new. */
export async function readTraces(
  octokit: Octokit,
  repository: string,
  { name, base, head }: RecordedTraces,
): Promise<Pick<ReviewContext, "traces" | "traceProblems">> {
  if (base === null || head === null) return {};
  try {
    return {
      traces: {
        base: await readTraceArchive(await download(octokit, repository, base)),
        head: await readTraceArchive(await download(octokit, repository, head)),
      },
    };
  } catch (error) {
    if (!(error instanceof ArchiveError) && !isRefusal(error)) throw error;
    const why = error instanceof ArchiveError ? error.message : "could not be downloaded";
    return { traceProblems: [problem(`the artifact ${plainText(name)} ${why}, so that this is judged without traces`)] };
  }
}

function problem(message: string): ConfigProblem {
  return {
    path: SETTINGS_PATH,
    line: 1,
    column: 1,
    message,
    advice: "Upload the traces of one run of the tests, a few for each operation, as JSON files.",
  };
}

async function download(octokit: Octokit, repository: string, id: number): Promise<Buffer> {
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}", {
    ...routeOf(repository),
    artifact_id: id,
    archive_format: "zip",
    request: { parseSuccessResponseBody: false },
  });
  if (!(data instanceof ReadableStream)) throw new ArchiveError("could not be downloaded");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of Readable.fromWeb(data as never)) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_ARCHIVE) throw new ArchiveError(`is larger than ${LARGEST_ARCHIVE / 1_000_000} MB`);
    chunks.push(Buffer.from(chunk as Uint8Array));
  }
  return Buffer.concat(chunks);
}
