import { repositoryOf, type AppRequest, type AppRoute } from "../access.js";
import { page, Refusal } from "../http.js";
import { checkRunShape } from "../shapes.js";
import type { Hooks } from "../hooks.js";
import type { CheckRun, Repository, World } from "../world.js";

const ANNOTATIONS_AT_ONCE = 50;
const CONCLUSIONS = ["action_required", "cancelled", "failure", "neutral", "success", "skipped", "timed_out"];

type Body = Readonly<Record<string, unknown>>;

export function checkRoutes(world: World, hooks: Hooks): readonly AppRoute[] {
  return [
    {
      method: "POST",
      pattern: "/repos/:owner/:repo/check-runs",
      needs: ["checks:write"],
      answer: async (asked) => {
        const repository = repositoryOf(world, asked);
        const run = await createRun(world, repository, asked.body);
        hooks.checkRun("created", repository, run);
        if (run.status === "completed") hooks.checkRun("completed", repository, run);
        return { status: 201, body: checkRunShape(world, repository, run) };
      },
    },
    {
      method: "PATCH",
      pattern: "/repos/:owner/:repo/check-runs/:id",
      needs: ["checks:write"],
      answer: (asked) => {
        const repository = repositoryOf(world, asked);
        const run = runOf(repository, asked);
        const before = run.status;
        change(world, run, asked.body);
        if (before !== "completed" && run.status === "completed") hooks.checkRun("completed", repository, run);
        return { status: 200, body: checkRunShape(world, repository, run) };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/check-runs/:id",
      needs: ["checks:read"],
      answer: (asked) => ({
        status: 200,
        body: checkRunShape(world, repositoryOf(world, asked), runOf(repositoryOf(world, asked), asked)),
      }),
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/check-runs/:id/annotations",
      needs: ["checks:read"],
      answer: (asked) => {
        const { entries, headers } = page(asked, world.url, runOf(repositoryOf(world, asked), asked).annotations);
        return { status: 200, body: entries, headers };
      },
    },
    {
      method: "GET",
      pattern: "/repos/:owner/:repo/commits/*ref/check-runs",
      needs: ["checks:read"],
      answer: async (asked) => {
        const repository = repositoryOf(world, asked);
        const head = await repository.git.commit(asked.parameters["ref"] ?? "");
        if (head === null) throw new Refusal(422, `No commit found for SHA: ${asked.parameters["ref"]}`);
        const found = wanted(
          [...repository.checkRuns.values()].filter((run) => run.head === head),
          asked.query,
          world.app.id,
        );
        const { entries, headers } = page(asked, world.url, found);
        return {
          status: 200,
          body: { total_count: found.length, check_runs: entries.map((run) => checkRunShape(world, repository, run)) },
          headers,
        };
      },
    },
  ];
}

/** After two weeks GitHub gives up what nobody completed. */
export function giveUpRuns({ checkRuns }: Repository, now: Date): void {
  for (const run of checkRuns.values())
    if (run.status !== "completed") Object.assign(run, { status: "completed", conclusion: "stale", completedAt: now });
}

/** `latest`, the default, shows one run of each name. */
function wanted(runs: readonly CheckRun[], query: URLSearchParams, app: number): readonly CheckRun[] {
  const named = runs.filter(({ name, status }) => (query.get("check_name") ?? name) === name && (query.get("status") ?? status) === status);
  const ours = Number(query.get("app_id") ?? app) === app ? named : [];
  const newestFirst = [...ours].sort((a, b) => b.id - a.id);
  if (query.get("filter") === "all") return newestFirst;
  return newestFirst.filter((run, index) => newestFirst.findIndex(({ name }) => name === run.name) === index);
}

function runOf(repository: Repository, { parameters }: AppRequest): CheckRun {
  const run = repository.checkRuns.get(Number(parameters["id"]));
  if (run === undefined) throw new Refusal(404, "Not Found");
  return run;
}

async function createRun(world: World, repository: Repository, body: Body): Promise<CheckRun> {
  const { name, head_sha: head } = body;
  if (typeof name !== "string" || name === "") throw invalid("name is required");
  if (typeof head !== "string" || !/^[0-9a-f]{40}$/.test(head) || (await repository.git.commit(head)) === null)
    throw invalid(`No commit found for SHA: ${String(head)}`);
  const suite = [...repository.checkRuns.values()].find((run) => run.head === head)?.suite ?? world.nextId();
  const run: CheckRun = {
    id: world.nextId(),
    suite,
    name,
    head,
    externalId: "",
    detailsUrl: null,
    status: "queued",
    conclusion: null,
    startedAt: world.now(),
    completedAt: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    actions: [],
  };
  change(world, run, body);
  repository.checkRuns.set(run.id, run);
  return run;
}

/** Checks the whole request before anything of it is kept. */
function change(world: World, run: CheckRun, body: Body): void {
  const { status, conclusion, output, actions } = body;
  if (conclusion !== undefined && !CONCLUSIONS.includes(conclusion as string)) throw invalid("conclusion is not known");
  if (status !== undefined && !["queued", "in_progress", "completed"].includes(status as string)) throw invalid("status is not known");
  if (status === "completed" && conclusion === undefined) throw invalid("conclusion is required when status is completed");
  checkOutput(output, world.limits.checkOutput);
  checkActions(actions);

  if (typeof body["external_id"] === "string") run.externalId = body["external_id"];
  if (typeof body["details_url"] === "string") run.detailsUrl = body["details_url"];
  if (actions !== undefined) run.actions = actions as CheckRun["actions"];
  if (output !== undefined) {
    const { title, summary, text, annotations } = output as {
      title: string;
      summary: string;
      text?: string;
      annotations?: Record<string, unknown>[];
    };
    run.output = { title, summary, text: text ?? run.output.text };
    run.annotations.push(...(annotations ?? []));
  }
  if (typeof status === "string") run.status = status as CheckRun["status"];
  if (conclusion === undefined) {
    if (run.status !== "completed") run.conclusion = null;
    return;
  }
  run.status = "completed";
  run.conclusion = conclusion as string;
  run.completedAt = world.now();
}

function checkOutput(output: unknown, longest: number): void {
  if (output === undefined) return;
  const { title, summary, text, annotations = [] } = output as Record<string, unknown>;
  if (typeof title !== "string" || title === "" || typeof summary !== "string" || summary === "")
    throw invalid("output needs title and summary");
  for (const [name, value] of Object.entries({ summary, text })) {
    // Characters or bytes, nobody is sure: the stricter counts.
    if (typeof value === "string" && Buffer.byteLength(value) > longest)
      throw invalid(`Only ${longest} characters are allowed; ${name} has more`);
  }
  if (title.length > 255) throw invalid("title is too long (maximum is 255 characters)");
  if (!Array.isArray(annotations)) throw invalid("annotations must be a list");
  if (annotations.length > ANNOTATIONS_AT_ONCE) throw invalid(`No more than ${ANNOTATIONS_AT_ONCE} annotations are allowed in a request`);
  for (const annotation of annotations as Record<string, unknown>[]) checkAnnotation(annotation);
}

function checkAnnotation(annotation: Record<string, unknown>): void {
  const {
    path,
    start_line: start,
    end_line: end,
    annotation_level: level,
    message,
    title = "",
    start_column: column,
    end_column: endColumn,
  } = annotation;
  if (typeof path !== "string" || path === "" || path.startsWith("/")) throw invalid("annotation needs a path");
  if (!Number.isInteger(start) || !Number.isInteger(end) || (start as number) < 1 || (end as number) < (start as number))
    throw invalid("annotation needs start_line <= end_line");
  if (!["notice", "warning", "failure"].includes(level as string)) throw invalid("annotation_level is not known");
  if (typeof message !== "string" || message === "" || Buffer.byteLength(message) > 64_000)
    throw invalid("annotation needs a message of at most 64 KB");
  if (typeof title !== "string" || title.length > 255) throw invalid("annotation title is too long");
  if ((column !== undefined || endColumn !== undefined) && start !== end)
    throw invalid("columns need start_line and end_line to be the same");
}

function checkActions(actions: unknown): void {
  if (actions === undefined) return;
  if (!Array.isArray(actions) || actions.length > 3) throw invalid("at most 3 actions");
  for (const { label, identifier, description } of actions as Record<string, unknown>[]) {
    if (!within(label, 20) || !within(identifier, 20) || !within(description, 40)) throw invalid("action is too long");
  }
}

const within = (text: unknown, most: number): boolean => typeof text === "string" && text !== "" && text.length <= most;

function invalid(message: string): Refusal {
  return new Refusal(422, `Invalid request.\n\n${message}`);
}
