import { SETTINGS_PATH } from "../config/settings.js";
import type { Glance } from "./app-parts.js";
import { routeOf, type Octokit } from "./octokit.js";
import type { KnownSettings } from "./settings.js";

/** A pull request and what is needed to begin with it, in one request. */
export interface Beginning extends Glance {
  readonly open: boolean;
  /** Commit of the branch that it goes to; GitHub's word for the base may lie behind it. */
  readonly tip: string;
  /** The settings files that were found, or are not there. */
  readonly settings: KnownSettings;
}

const FILE = `file(path: "${SETTINGS_PATH}") { mode object { ... on Blob { text isBinary isTruncated } } }`;

const BEGINNING_QUERY = `query beginning($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      state headRefOid baseRefName baseRefOid
      baseRef { target { oid ... on Commit { ${FILE} } } }
    }
  }
  organisation: repository(owner: $owner, name: ".github") { defaultBranchRef { target { ... on Commit { ${FILE} } } } }
}`;

interface TreeFile {
  readonly mode: number;
  readonly object: { readonly text?: string | null; readonly isBinary?: boolean | null; readonly isTruncated?: boolean } | null;
}

interface Answer {
  readonly repository: {
    readonly pullRequest: {
      readonly state: "OPEN" | "CLOSED" | "MERGED";
      readonly headRefOid: string;
      readonly baseRefName: string;
      readonly baseRefOid: string;
      readonly baseRef: { readonly target: { readonly oid: string; readonly file?: TreeFile | null } | null } | null;
    } | null;
  } | null;
  readonly organisation: { readonly defaultBranchRef: { readonly target: { readonly file?: TreeFile | null } | null } | null } | null;
}

/** `null`: there is no such pull request any more. */
export async function readBeginning(octokit: Octokit, repository: string, number: number): Promise<Beginning | null> {
  const { owner, repo } = routeOf(repository);
  const { repository: found, organisation } = await ask(octokit, { owner, name: repo, number });
  const pull = found?.pullRequest;
  if (pull == null) return null;
  const target = pull.baseRef?.target ?? null;
  const known = new Map<string, { readonly text: string } | null>();
  const keep = (at: string, file: TreeFile | null | undefined): void => {
    const text = file == null ? null : plainText(file);
    if (text !== undefined) known.set(at, text === null ? null : { text });
  };
  if (target !== null) keep(repository, target.file);
  // One that we may not see is one that is not there.
  keep(`${owner}/.github`, organisation?.defaultBranchRef?.target?.file);
  return {
    open: pull.state === "OPEN",
    head: pull.headRefOid,
    baseRef: pull.baseRefName,
    baseSha: pull.baseRefOid,
    tip: target?.oid ?? pull.baseRefOid,
    settings: known,
  };
}

/** Modes of a plain file, in decimal as GraphQL writes them: 100644 and 100755. */
const PLAIN: readonly number[] = [0o100644, 0o100755];

/** `undefined`: not to be had this way, so that it is asked for by itself. */
function plainText({ mode, object }: TreeFile): string | undefined {
  if (!PLAIN.includes(mode) || object === null || object.isBinary === true || object.isTruncated === true) return undefined;
  return object.text ?? undefined;
}

interface QueryError {
  readonly type?: string;
  readonly path?: readonly (string | number)[];
}

/** A part that is not there is an error beside the rest. Of the organisation's settings any will do: what we may not see is not there. */
async function ask(
  octokit: Octokit,
  variables: { readonly owner: string; readonly name: string; readonly number: number },
): Promise<Answer> {
  try {
    return await octokit.graphql<Answer>(BEGINNING_QUERY, variables);
  } catch (error) {
    const { data, errors } = error as { data?: Answer | null; errors?: readonly QueryError[] };
    if (data == null || errors === undefined) throw error;
    const ours = errors.filter(({ path }) => path?.[0] !== "organisation");
    // With the status that such an answer has elsewhere.
    if (ours.some(({ type }) => type === "FORBIDDEN")) throw Object.assign(error as Error, { status: 403 });
    if (ours.some(({ type }) => type !== "NOT_FOUND")) throw error;
    return { repository: data.repository ?? null, organisation: data.organisation ?? null };
  }
}
