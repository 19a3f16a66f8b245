import { setTimeout as pause } from "node:timers/promises";
import { writeCommit } from "../github/stand-in/repositories.js";
import type { StandIn } from "../github/stand-in/stand-in.js";
import type { PullRequest, Repository } from "../github/stand-in/world.js";
import { contentAt, kong, SETTINGS, type Content, type Route, type Settings } from "./gateway.js";
import { COMMON_TARGETS, TARGETS, type Branch, type Step, type Story } from "./schedule.js";

/** How often each kind of thing happened. */
export type Counts = Map<string, number>;

export function count(counts: Counts, kind: string, times = 1): void {
  counts.set(kind, (counts.get(kind) ?? 0) + times);
}

/** A repository while its story is told, and what is known of it that the App has to find out. */
export interface Told {
  readonly repository: Repository;
  readonly pulls: Known[];
  readonly groups: Group[];
  /** Check runs whose repetition somebody asked for. */
  readonly asked: { readonly known: Known; readonly head: string; readonly after: number }[];
}

export interface Known {
  readonly pull: PullRequest;
  /** By head: how many things happened that may each lead to one more run of it. */
  readonly occasions: Map<string, number>;
}

export interface Group {
  readonly head: string;
  readonly base: string;
  readonly pull: PullRequest;
  destroyed: boolean;
  readonly destroy: () => Promise<void>;
}

export async function beginStory(github: StandIn, name: string): Promise<Told> {
  const repository = await github.people.createRepository(`shop/${name}`, { "gateway/kong.yaml": kong([]), "README.md": "# Gateway\n" });
  repository.collaborators.set("ada", "write");
  const told: Told = { repository, pulls: [], groups: [], asked: [] };
  const main = (await repository.git.commit("main"))!;
  await repository.git.run("update-ref", "refs/heads/release", main);
  return told;
}

/** Does what the story says, step by step. What makes no sense where it stands is left out. */
export async function tell(github: StandIn, told: Told, story: Story, counts: Counts): Promise<void> {
  for (const step of story) {
    // Faults count once they are met.
    if ((await perform(github, told, step, counts)) && step.kind !== "fault")
      count(counts, step.kind === "fate" ? `fate ${typeof step.fate === "string" ? step.fate : "late"}` : step.kind);
  }
}

/** `false`: there was nothing to do it to. */
async function perform(github: StandIn, told: Told, step: Step, counts: Counts): Promise<boolean> {
  const { repository } = told;
  switch (step.kind) {
    case "wait":
      await pause(step.milliseconds);
      return true;
    case "fault":
      return plan(github, repository, step);
    case "fate":
      github.deliveries.fates.push(step.fate);
      return true;
    case "hold":
      github.deliveries.hold();
      return true;
    case "release":
      github.deliveries.release((waiting) => shuffled(waiting, step.order));
      return true;
    case "repeat":
      await github.deliveries.repeat("pull_request").catch(() => 0);
      return true;
    case "settle":
      return settle(github, told, step.settings);
    case "advance":
      return advance(github, told, step.branch);
    case "open":
      return open(github, told, step);
    default:
      return onPull(github, told, step, counts);
  }
}

function plan(github: StandIn, repository: Repository, { at, fault, times }: Extract<Step, { kind: "fault" }>): boolean {
  const [method, path] = at in TARGETS ? TARGETS[at as keyof typeof TARGETS] : COMMON_TARGETS[at as keyof typeof COMMON_TARGETS];
  github.faults.plan(method, new RegExp(at in TARGETS ? `/${repository.name}/.*${path}` : path), fault, times);
  return true;
}

/** An order that depends on a number alone. */
function shuffled(length: number, seed: number): readonly number[] {
  const order = [...Array.from({ length }).keys()];
  for (let at = length - 1, random = seed + 1; at > 0; at--) {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = random % (at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

async function tip({ repository }: Told, branch: string): Promise<{ readonly commit: string; readonly content: Content }> {
  const commit = (await repository.git.commit(branch))!;
  return { commit, content: await contentAt(repository, commit) };
}

async function settle(github: StandIn, told: Told, settings: Settings): Promise<boolean> {
  const { content } = await tip(told, "main");
  if (content.settings === settings) return false;
  await github.people.commit(told.repository, "main", { ".github/faultline.yml": SETTINGS[settings] });
  for (const known of told.pulls) occasion(known);
  return true;
}

let last = 0;

async function advance(github: StandIn, told: Told, branch: Branch): Promise<boolean> {
  const { content } = await tip(told, branch);
  const open: readonly Route[] = branch === "release" ? ["payments"] : content.open;
  await github.people.commit(told.repository, branch, { "gateway/kong.yaml": kong(open), "README.md": `# Gateway ${++last}\n` });
  return true;
}

async function open(github: StandIn, told: Told, { from, onto, open: routes, fork }: Extract<Step, { kind: "open" }>): Promise<boolean> {
  const files = { "gateway/kong.yaml": kong(routes), "README.md": `# Gateway ${++last}\n` };
  const branch = `change-${told.pulls.length}`;
  const at = fork ? undefined : await commitOn(told, from, branch, files);
  const pull = await github.people.open(told.repository, {
    branch,
    title: `Change ${last}`,
    files,
    base: onto,
    ...(at === undefined ? {} : { at }),
    ...(fork ? { fork: `grace/${told.repository.name}` } : {}),
  });
  const known: Known = { pull, occasions: new Map() };
  told.pulls.push(known);
  occasion(known);
  return true;
}

async function commitOn({ repository }: Told, from: Branch, branch: string, files: Readonly<Record<string, string>>): Promise<string> {
  return writeCommit(repository, `refs/heads/${branch}`, await repository.git.commit(from), files, "Change");
}

/** Something happened that may lead to one more run of the present head. */
function occasion({ pull, occasions }: Known): void {
  occasions.set(pull.head, (occasions.get(pull.head) ?? 0) + 1);
}

type OfPull = Extract<Step, { readonly pull: number }>;

async function onPull(github: StandIn, told: Told, step: OfPull, counts: Counts): Promise<boolean> {
  const { repository } = told;
  const known = told.pulls[step.pull % told.pulls.length];
  if (known === undefined || (known.pull.state === "closed" && step.kind !== "title")) return false;
  const { pull } = known;
  switch (step.kind) {
    case "push": {
      await github.people.push(repository, pull, { "gateway/kong.yaml": kong(step.open), "README.md": `# Gateway ${++last}\n` });
      occasion(known);
      return true;
    }
    case "retarget":
      if (pull.baseBranch === step.onto) return false;
      occasion(known);
      await github.people.retarget(repository, pull, step.onto);
      return true;
    case "close":
      await github.people.close(repository, pull);
      return true;
    case "title":
      await github.people.edit(repository, pull, `Change ${++last}`);
      return true;
    case "talk": {
      const thread = pull.threads[0];
      if (thread === undefined) return false;
      await github.people.reply(repository, pull, thread, "grace", "We know.");
      return true;
    }
    case "rerun":
    case "rerun-all":
      return rerun(github, told, known, step.kind, counts);
    case "queue":
      return queue(github, told, pull);
    case "unqueue": {
      const group = told.groups.find((one) => one.pull === pull && !one.destroyed);
      if (group === undefined) return false;
      group.destroyed = true;
      await group.destroy();
      return true;
    }
  }
}

/** Only what is completed can be asked for again. */
function rerun(github: StandIn, told: Told, known: Known, kind: "rerun" | "rerun-all", counts: Counts): boolean {
  const { repository } = told;
  const { pull } = known;
  const run = [...repository.checkRuns.values()].findLast(({ head, status }) => head === pull.head && status === "completed");
  if (run === undefined) return false;
  occasion(known);
  if (kind === "rerun") github.people.rerun(repository, run, "ada");
  else github.people.rerunAll(repository, pull.head, "ada");
  told.asked.push({ known, head: pull.head, after: run.id });
  count(counts, "asked for again");
  return true;
}

async function queue(github: StandIn, told: Told, pull: PullRequest): Promise<boolean> {
  if (told.groups.some((one) => one.pull === pull && !one.destroyed)) return false;
  const { commit } = await tip(told, pull.baseBranch);
  try {
    const { head, destroy } = await github.people.queue(told.repository, pull);
    told.groups.push({ head, base: commit, pull, destroyed: false, destroy });
    return true;
  } catch {
    // The two do not merge, so that GitHub takes it not into its queue.
    return false;
  }
}
