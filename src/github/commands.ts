import { codeSpan, escapeMarkdown } from "../report/escape.js";
import type { CommandJob } from "../store/jobs.js";
import { say } from "./answers.js";
import { today, type AppParts } from "./app-parts.js";
import { explainSubjects } from "./explain.js";
import { commandsIn, type Command } from "./command.js";
import { routeOf, type Octokit } from "./octokit.js";
import { mayWrite } from "./people.js";

/** A finding of a report as it was kept, by whichever version. */
interface Told {
  readonly fingerprint: string;
}

/** Does what a comment asks. Refused and malformed commands are answered once; what was done is seen in the check. */
export async function answerCommand(parts: AppParts, job: CommandJob): Promise<void> {
  const { installation, repository, author, comment } = job;
  const octokit = parts.github.installation(installation);
  const commands = commandsIn(job.body);
  if (commands.length === 0) return;
  if (!(await mayWrite(octokit, repository, author))) {
    await parts.store.audit.write({ at: parts.now(), actor: author, repository, action: "refused", detail: `#${job.number}` });
    return answer(parts, job, "refused", "Commands need write access to this repository, so that nothing was done.");
  }
  const told = await newestFindings(parts, job);
  const asked: string[] = [];
  let again = false;
  let done = false;
  for (const [index, command] of commands.entries()) {
    if (command.kind === "explain") {
      asked.push(command.subject);
      continue;
    }
    const outcome = await perform(parts, job, command, told);
    again ||= outcome.again;
    done ||= outcome.text === null;
    if (outcome.text !== null) await answer(parts, job, String(index), outcome.text);
  }
  if (asked.length > 0) {
    await explainSubjects(parts, { installation, repository, number: job.number }, asked);
    done = true;
  }
  // What was accepted and taken back changes the verdict, so that the head is judged anew, once for all of them.
  if (again)
    await parts.store.enqueue([{ kind: "pull-request", installation, repository, number: job.number, rerun: `command:${comment}` }]);
  if (done) await thumbsUp(parts, octokit, job);
}

async function answer(
  parts: AppParts,
  { installation, repository, number, comment, author }: CommandJob,
  part: string,
  text: string,
): Promise<void> {
  await say(parts, { installation, repository, number, key: `command ${comment} ${part}` }, `${escapeMarkdown(author)}: ${text}`);
}

interface Outcome {
  /** `null`: nothing to say. */
  readonly text: string | null;
  readonly again: boolean;
}

async function perform(
  parts: AppParts,
  job: CommandJob,
  command: Exclude<Command, { kind: "explain" }>,
  told: readonly Told[] | null,
): Promise<Outcome> {
  const { repository, number, author } = job;
  const { store, now } = parts;
  const note = (action: string, detail: string): Promise<void> =>
    store.audit.write({ at: now(), actor: author, repository, action, detail: `#${number} ${detail}` });
  switch (command.kind) {
    case "malformed":
      return { text: command.problem, again: false };
    case "rerun":
      await note("rerun", "");
      return { text: null, again: true };
    case "accept": {
      if (command.until !== null && command.until < today(parts))
        return { text: "That day is over, so that nothing was accepted.", again: false };
      const found = theOne(told, command.fingerprint);
      if ("problem" in found) return { text: found.problem, again: false };
      const { reason, until } = command;
      await store.waivers.add({ repository, number, fingerprint: found.fingerprint, reason, author, at: now(), until });
      await note("accept", `${found.fingerprint} ${reason}`);
      return { text: null, again: true };
    }
    case "reopen": {
      const waivers = (await store.waivers.of(repository, number)).filter(({ fingerprint }) => fingerprint.startsWith(command.fingerprint));
      if (waivers.length !== 1)
        return {
          text:
            waivers.length === 0
              ? "No command on this pull request accepted such a finding."
              : "Several accepted findings begin like this; write more of the fingerprint.",
          again: false,
        };
      for (const { fingerprint } of waivers) {
        await store.waivers.remove(repository, number, fingerprint);
        await note("reopen", fingerprint);
      }
      return { text: null, again: true };
    }
  }
}

/** The findings of the newest report; `null` where none is kept. */
async function newestFindings({ store }: AppParts, { repository, number }: CommandJob): Promise<readonly Told[] | null> {
  const runs = await store.runs.ofPullRequest(repository, number);
  const report = runs.find((run) => run.report !== null)?.report;
  return report == null ? null : (JSON.parse(report) as { findings: readonly Told[] }).findings;
}

function theOne(told: readonly Told[] | null, prefix: string): { readonly fingerprint: string } | { readonly problem: string } {
  // Without a report the beginning of a fingerprint is kept as it is, and the next report matches it.
  if (told === null) return { fingerprint: prefix };
  const found = [...new Set(told.map(({ fingerprint }) => fingerprint).filter((fingerprint) => fingerprint.startsWith(prefix)))];
  const [only] = found;
  if (only !== undefined && found.length === 1) return { fingerprint: only };
  return {
    problem:
      found.length === 0
        ? `The newest report has no finding with the fingerprint ${codeSpan(prefix)}.`
        : `Several findings begin with ${codeSpan(prefix)}; write more of the fingerprint.`,
  };
}

/** Shows that the command was heard. The check tells the rest, so that this is not worth a second attempt. */
async function thumbsUp({ log }: AppParts, octokit: Octokit, { repository, comment, onLines }: CommandJob): Promise<void> {
  const { createForIssueComment, createForPullRequestReviewComment } = octokit.rest.reactions;
  const react = onLines === true ? createForPullRequestReviewComment : createForIssueComment;
  try {
    await react({ ...routeOf(repository), comment_id: comment, content: "+1", request: { retries: 0 } });
  } catch (error) {
    log.info({ err: error, repository }, "a reaction was not taken");
  }
}
