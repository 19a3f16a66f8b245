import { blobId, contentOf } from "../snapshot/content.js";
import type { FileContent, SnapshotFile } from "../snapshot/snapshot.js";
import { routeOf, type Octokit } from "./octokit.js";
import { statusOf } from "./refusal.js";

/** Objects and bytes of one query: GitHub gives up on a query after ten seconds. */
export const MOST_OBJECTS = 100;
const MOST_BYTES = 1_000_000;

/** Longer texts come cut off from GraphQL. */
export const LONGEST_TEXT = 400_000;

/** Requests for single blobs that run side by side. */
const AT_ONCE = 6;

interface BlobAnswer {
  readonly text?: string | null;
  readonly isBinary?: boolean | null;
  readonly isTruncated?: boolean;
}

type Answers = Readonly<Record<string, BlobAnswer | null>>;

/** Reads files by their object ids: many small ones in one query, the others one by one. */
export async function* readBlobs(octokit: Octokit, repository: string, files: readonly SnapshotFile[]): AsyncGenerator<FileContent> {
  const alone = files.filter(({ size }) => (size ?? 0) > LONGEST_TEXT);
  for (const batch of batchesOf(files.filter(({ size }) => (size ?? 0) <= LONGEST_TEXT))) {
    for await (const content of readBatch(octokit, repository, batch)) {
      if (content.again) alone.push(content.file);
      else yield content.content;
    }
  }
  for (let from = 0; from < alone.length; from += AT_ONCE) {
    yield* await Promise.all(alone.slice(from, from + AT_ONCE).map((file) => readAlone(octokit, repository, file)));
  }
}

type Outcome = { readonly again: false; readonly content: FileContent } | { readonly again: true; readonly file: SnapshotFile };

async function* readBatch(octokit: Octokit, repository: string, files: readonly SnapshotFile[]): AsyncGenerator<Outcome> {
  const answers = await ask(octokit, repository, files);
  if (answers === null) {
    // Too much for one query: halves, and at last each alone.
    const middle = Math.ceil(files.length / 2);
    if (middle === files.length) yield* files.map((file) => ({ again: true as const, file }));
    else for (const half of [files.slice(0, middle), files.slice(middle)]) yield* readBatch(octokit, repository, half);
    return;
  }
  for (const [index, file] of files.entries()) yield outcomeOf(file, answers[`b${index}`]);
}

/** What was decoded on the way is believed where its id is the file's own. */
function outcomeOf(file: SnapshotFile, answer: BlobAnswer | null | undefined): Outcome {
  if (answer?.isBinary === true) return { again: false, content: { file, unread: "binary" } };
  if (typeof answer?.text !== "string" || answer.isTruncated === true) return { again: true, file };
  const bytes = Buffer.from(answer.text);
  return isOf(file, bytes) ? { again: false, content: contentOf(file, bytes) } : { again: true, file };
}

/** Whether these bytes are the file's. */
export function isOf(file: SnapshotFile, bytes: Buffer): boolean {
  return blobId(bytes, file.blob.length === 64 ? "sha256" : "sha1") === file.blob;
}

/** `null` where GitHub could not answer so large a query. */
async function ask(octokit: Octokit, repository: string, files: readonly SnapshotFile[]): Promise<Answers | null> {
  const { owner, repo } = routeOf(repository);
  try {
    const data = await octokit.graphql<{ repository: Answers | null }>(blobsQuery(files.map(({ blob }) => blob)), { owner, name: repo });
    return data.repository ?? {};
  } catch (error) {
    const status = statusOf(error);
    if (status === 502 || status === 504) return null;
    const partial = partialAnswer(error);
    if (partial === null) throw error;
    return partial;
  }
}

/** Object ids are hexadecimal, from a tree that GitHub listed: they can stand in the query itself. */
function blobsQuery(blobs: readonly string[]): string {
  const fields = blobs.map(
    (blob, index) => `b${index}: object(oid: ${JSON.stringify(blob)}) { ... on Blob { text isBinary isTruncated } }`,
  );
  return `query blobs($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { ${fields.join(" ")} } }`;
}

/** An error about some of the objects comes with the answers about the others; one about a limit comes with none. */
function partialAnswer(error: unknown): Answers | null {
  const { data } = error as { data?: { repository?: Answers | null } | null };
  return data?.repository ?? null;
}

async function readAlone(octokit: Octokit, repository: string, file: SnapshotFile): Promise<FileContent> {
  try {
    const { data } = await octokit.rest.git.getBlob({ ...routeOf(repository), file_sha: file.blob });
    return contentOf(file, Buffer.from(data.content, data.encoding === "base64" ? "base64" : "utf8"));
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 422) return { file, unread: "missing-object" };
    throw error;
  }
}

function batchesOf(files: readonly SnapshotFile[]): readonly (readonly SnapshotFile[])[] {
  const batches: SnapshotFile[][] = [];
  let current: SnapshotFile[] = [];
  let bytes = 0;
  for (const file of files) {
    const size = file.size ?? 0;
    if (current.length === MOST_OBJECTS || (current.length > 0 && bytes + size > MOST_BYTES)) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(file);
    bytes += size;
  }
  if (current.length > 0) batches.push(current);
  return batches;
}
