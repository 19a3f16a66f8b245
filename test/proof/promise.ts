import type { StandIn } from "../github/stand-in/stand-in.js";
import { nameOf, type CheckRun, type Repository } from "../github/stand-in/world.js";
import { commentsFor, conclusionOf, contentAt, type Content, type Settings } from "./gateway.js";
import type { Group, Known, Told } from "./story.js";

/** What a completed run says that came to no verdict after many attempts. */
const GIVEN_UP = /did not come to an end|did not give what was asked for|Nothing to compare/;

/** Whether the work on a pull request was given up after all attempts: its verdict stands, and its comments may be missing. */
export type GaveUp = (repository: string, number: number) => boolean;

/** What is not as promised, a line each; nothing where the promise holds. */
export async function broken(github: StandIn, told: Told, gaveUp: GaveUp): Promise<readonly string[]> {
  const { repository } = told;
  const found: string[] = [];
  const runs = [...repository.checkRuns.values()];
  for (const run of runs) if (run.status !== "completed") found.push(`run ${run.id} of ${run.head.slice(0, 7)} is ${run.status}`);
  const ids = new Set(runs.map(({ externalId }) => externalId));
  if (ids.size < runs.length) found.push("two check runs are for the same thing");
  for (const known of told.pulls) found.push(...(await ofPull(repository, known, gaveUp)));
  for (const group of told.groups) found.push(...(await ofGroup(github, repository, group)));
  for (const { known, head, after } of told.asked) {
    const { pull } = known;
    const heard = github.deliveries.attempts.some(
      ({ payload, status }) => status >= 200 && status < 300 && asksAgain(payload, after, head),
    );
    if (heard && pull.state === "open" && pull.head === head && !runs.some((run) => run.head === head && run.id > after))
      found.push(`#${pull.number}: run ${after} was asked for again and is still the newest`);
  }
  return found.map((line) => `${repository.name}: ${line}`);
}

function asksAgain(payload: Readonly<Record<string, unknown>>, run: number, head: string): boolean {
  const {
    action,
    check_run: checkRun,
    check_suite: checkSuite,
  } = payload as { action?: string; check_run?: { id: number }; check_suite?: { head_sha: string } };
  if (action !== "rerequested") return false;
  return checkRun === undefined ? checkSuite?.head_sha === head : checkRun.id === run;
}

const runsOf = (repository: Repository, head: string): readonly CheckRun[] =>
  [...repository.checkRuns.values()].filter((run) => run.head === head && run.name === "Faultline");

async function ofPull(repository: Repository, { pull, occasions }: Known, gaveUp: GaveUp): Promise<readonly string[]> {
  const found: string[] = [];
  const say = (text: string): void => void found.push(`#${pull.number} at ${pull.head.slice(0, 7)}: ${text}`);
  const comments = pull.threads.flatMap((thread) => thread.comments).filter(({ author, replyTo }) => author.bot && replyTo === null);
  const fingerprints = comments.map(({ body }) => /^<!-- faultline:([0-9a-f]+)/.exec(body)?.[1] ?? body);
  if (new Set(fingerprints).size < fingerprints.length) say(`${fingerprints.length} comments for ${new Set(fingerprints).size} findings`);
  for (const [head, times] of occasions) {
    // One that was given up before it was known what to judge is no verdict: whoever asks later gets one.
    const verdicts = runsOf(repository, head).filter(
      ({ conclusion, output }) => conclusion !== "cancelled" && !GIVEN_UP.test(output.title ?? ""),
    );
    if (verdicts.length > times) say(`${verdicts.length} verdicts about ${head.slice(0, 7)} for ${times} occasions`);
  }
  if (pull.state === "closed") return found;

  const { base, head, settings } = await sidesOf(repository, pull.baseBranch, pull.head);
  const newest = runsOf(repository, pull.head).at(-1);
  if (newest === undefined) say("no check run");
  else if (!GIVEN_UP.test(newest.output.title ?? "")) {
    const expected = conclusionOf(base, head, settings);
    if (newest.conclusion !== expected) say(`run ${newest.id} says ${newest.conclusion} instead of ${expected} (${newest.output.title})`);
    const joined = pull.threads.some((thread) => thread.comments.length > 1);
    const shown = comments.filter(({ minimized }) => minimized === null).length;
    const wanted = await commentsFor(base, head);
    const excused = shown < wanted && gaveUp(nameOf(repository), pull.number);
    if (!joined && shown !== wanted && !excused) say(`${shown} comments are shown for ${wanted} findings`);
  }
  return found;
}

async function sidesOf(
  repository: Repository,
  baseBranch: string,
  commit: string,
): Promise<{ readonly base: Content; readonly head: Content; readonly settings: Settings }> {
  const tip = (await repository.git.commit(baseBranch))!;
  const base = await repository.git.run("merge-base", tip, commit);
  return {
    base: await contentAt(repository, base),
    head: await contentAt(repository, commit),
    settings: (await contentAt(repository, tip)).settings,
  };
}

/** A group of which the App never heard leaves no trace that could be found. */
async function ofGroup(github: StandIn, repository: Repository, { head, base, destroyed }: Group): Promise<readonly string[]> {
  const heard = github.deliveries.attempts.some(
    ({ event, payload, status }) =>
      event === "merge_group" &&
      payload["action"] === "checks_requested" &&
      (payload["merge_group"] as { head_sha: string }).head_sha === head &&
      status >= 200 &&
      status < 300,
  );
  if (!heard || destroyed) return [];
  const newest = runsOf(repository, head).at(-1);
  if (newest === undefined) return [`group ${head.slice(0, 7)}: no check run`];
  if (GIVEN_UP.test(newest.output.title ?? "")) return [];
  const [before, after] = await Promise.all([contentAt(repository, base), contentAt(repository, head)]);
  const expected = conclusionOf(before, after, before.settings);
  return newest.conclusion === expected ? [] : [`group ${head.slice(0, 7)}: ${newest.conclusion} instead of ${expected}`];
}
