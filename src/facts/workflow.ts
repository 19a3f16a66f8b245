import type { Extraction, Extractor, SourceText } from "./facts.js";
import type { WorkflowFact, WorkflowJob } from "./pipeline.js";
import { readStep, variables, type StepContext } from "./workflow-step.js";
import type { YamlDocument } from "./yaml-document.js";
import { entries, entry, get, isNull, items, record, text, texts, type YamlEntry, type YamlNode } from "./yaml-node.js";
import { readYaml } from "./yaml.js";

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const ACTION = /(?:^|\/)action\.ya?ml$/;

/** Workflows of GitHub Actions, and composite actions (one job called `action`). */
export const workflow: Extractor = {
  id: "workflow",
  version: 1,
  accepts: (path) => WORKFLOW.test(path) || ACTION.test(path),
  extract: readWorkflow,
};

function readWorkflow(source: SourceText): Extraction {
  const { documents, problems } = readYaml(source);
  const facts = documents.flatMap((document) => (ACTION.test(source.path) ? compositeAction(document) : workflowDocument(document)));
  return { facts, unreadable: problems };
}

function workflowDocument({ root, lines }: YamlDocument): WorkflowFact[] {
  const jobs = get(root, "jobs");
  if (jobs?.kind !== "map") {
    return [];
  }
  // A reader of YAML 1.1 writes `on` back as `true`.
  const on = get(root, "on") ?? get(root, "true");
  const events = on?.kind === "map" ? on.entries.map(({ key }) => key) : texts(on);
  const context: StepContext = {
    directory: text(get(root, "defaults", "run", "working-directory")),
    variables: variables(get(root, "env")),
  };
  return [
    {
      kind: "workflow",
      lines,
      name: text(get(root, "name")),
      events,
      paths: pathFilters(on),
      callable: events.includes("workflow_call"),
      jobs: jobs.entries.flatMap((job) => readJob(job, context)),
    },
  ];
}

function pathFilters(on: YamlNode | undefined): string[] {
  const filters = ["push", "pull_request", "pull_request_target"].flatMap((event) => [
    ...texts(get(on, event, "paths")),
    ...texts(get(on, event, "paths-ignore")).map((path) => `!${path}`),
  ]);
  return [...new Set(filters)];
}

function compositeAction({ root, lines }: YamlDocument): WorkflowFact[] {
  const steps = get(root, "runs", "steps");
  if (steps?.kind !== "sequence") {
    return [];
  }
  const job: WorkflowJob = {
    id: "action",
    name: text(get(root, "name")),
    lines: entry(root, "runs")?.lines ?? lines,
    needs: [],
    uses: null,
    inputs: {},
    condition: null,
    environment: null,
    matrix: {},
    steps: steps.items.flatMap((step) => readStep(step, { directory: null, variables: new Map() })),
  };
  return [{ kind: "workflow", lines, name: text(get(root, "name")), events: [], paths: [], callable: true, jobs: [job] }];
}

function readJob({ key, value, lines }: YamlEntry, outer: StepContext): WorkflowJob[] {
  if (value.kind !== "map") {
    return [];
  }
  const context: StepContext = {
    directory: text(get(value, "defaults", "run", "working-directory")) ?? outer.directory,
    variables: new Map([...outer.variables, ...variables(get(value, "env"))]),
  };
  const environment = get(value, "environment");
  return [
    {
      id: key,
      name: text(get(value, "name")),
      lines,
      needs: texts(get(value, "needs")),
      uses: text(get(value, "uses")),
      inputs: record(get(value, "with")),
      condition: text(get(value, "if")),
      environment: text(environment) ?? text(get(environment, "name")),
      matrix: matrix(get(value, "strategy", "matrix")),
      steps: items(get(value, "steps")).flatMap((step) => readStep(step, context)),
    },
  ];
}

/**
 * The literal values of each key, those of `include` too. The value that is an object gives the keys of the object, dotted
 * (`matrix.service.name`). `null` where an expression says them, and for all keys where it says the whole matrix.
 */
function matrix(node: YamlNode | undefined): WorkflowJob["matrix"] {
  const found = new Map<string, Set<string> | null>();
  const add = (key: string, value: YamlNode): void => {
    if (value.kind === "map") {
      value.entries.forEach((inner) => add(`${key}.${inner.key}`, inner.value));
      return;
    }
    const literal = text(value);
    const known = found.get(key);
    if (value.kind === "sequence" || known === null) {
      return;
    }
    if (literal !== null && literal.includes("${{")) {
      found.set(key, null);
    } else if (literal !== null) {
      found.set(key, (known ?? new Set()).add(literal));
    }
  };
  for (const { key, value } of entries(node)) {
    if (key === "exclude") {
      continue;
    }
    if (key === "include") {
      items(value).forEach((combination) => entries(combination).forEach((inner) => add(inner.key, inner.value)));
    } else if (value.kind === "sequence") {
      value.items.forEach((item) => add(key, item));
    } else if (!isNull(value)) {
      found.set(key, null);
    }
    if (key === "include" && value.kind === "scalar") {
      found.set("include", null);
    }
  }
  if (node?.kind === "scalar" && !isNull(node)) {
    found.set("*", null);
  }
  return Object.fromEntries([...found].map(([key, values]) => [key, values === null ? null : [...values]]));
}
