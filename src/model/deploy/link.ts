import type { WorkflowFact, WorkflowJob } from "../../facts/pipeline.js";
import { lowered, type Confidence, type Evidence } from "../evidence.js";
import { append, type FactTable } from "../fact-table.js";
import type { DeployUnit } from "../model.js";
import { byText, lastSegment } from "../paths.js";
import type { LinkedServices } from "../services/link.js";
import { runOfJob, runOfScript, type Pipelines, type Run } from "./pipeline-run.js";
import { deployables, type Bundle } from "./reach.js";

/** Everything that deploys services: jobs and workflows, charts, skaffold files, scripts. Sorted by id. */
export function linkDeployUnits(table: FactTable, linked: LinkedServices): readonly DeployUnit[] {
  const pipelines: Pipelines = { table, deployables: deployables(table, linked), services: linked.directory };
  const invoked = new Map<string, Evidence[]>();
  const reached = new Set<string>();
  const workflows = workflowUnits(pipelines, linked, invoked, reached);
  const scripts = scriptUnits(pipelines, linked, reached);
  const charts = chartUnits(pipelines, linked, invoked);
  const skaffold = skaffoldUnits(pipelines, linked, workflows);
  return [...workflows, ...scripts, ...charts, ...skaffold].sort((a, b) => byText(a.id, b.id));
}

interface JobRun {
  readonly job: WorkflowJob;
  readonly run: Run;
}

function workflowUnits(
  pipelines: Pipelines,
  linked: LinkedServices,
  invoked: Map<string, Evidence[]>,
  reached: Set<string>,
): readonly DeployUnit[] {
  const called = calledWorkflows(pipelines.table);
  return pipelines.table.of("workflow").flatMap(({ path, fact }): readonly DeployUnit[] => {
    if (linked.tree.isAside(path) || !isWorkflowPath(path) || isOnlyForPullRequests(fact)) return [];
    if (called.has(path) && fact.events.every((event) => event === "workflow_call")) return [];
    const runs = fact.jobs
      .map((job) => ({ job, run: runOfJob(pipelines, path, fact, job) }))
      .filter(({ run }) => run.services.size > 0 || run.chosen.size > 0);
    for (const { run } of runs) {
      for (const evidence of run.places) reached.add(evidence.path);
      for (const evidence of [...run.services.values()].flat()) reached.add(`${evidence.path}:${evidence.startLine}`);
      if (run.soleChart !== null) append(invoked, run.soleChart.directory, run.places[0]!);
    }
    // A job that does nothing but install a chart is the way to that chart, and no unit of its own.
    // Neither is a job that does nothing but call a workflow that people start as well.
    const own = runs.filter(
      ({ job, run }) => (run.soleChart === null || run.services.size < 2) && !callsUnit(job, pipelines.table, linked),
    );
    return own.length === 0 ? [] : [workflowUnit(path, fact, own)];
  });
}

function callsUnit(job: WorkflowJob, table: FactTable, linked: LinkedServices): boolean {
  if (job.uses?.startsWith("./") !== true) return false;
  const path = job.uses.slice(2).split("@")[0]!;
  return !namesService(job, linked) && table.in(path, "workflow").some((fact) => fact.events.some((event) => event !== "workflow_call"));
}

/** `with: service: orders`: the called workflow deploys what this job says. */
function namesService(job: WorkflowJob, linked: LinkedServices): boolean {
  return Object.values(job.inputs).some((value) => value.includes("${{ matrix.") || linked.directory.named(value) !== null);
}

function isWorkflowPath(path: string): boolean {
  return path.startsWith(".github/workflows/");
}

function isOnlyForPullRequests(fact: WorkflowFact): boolean {
  return (
    fact.events.length > 0 &&
    fact.events.every((event) => event === "pull_request" || event === "pull_request_target" || event === "merge_group")
  );
}

function calledWorkflows(table: FactTable): ReadonlySet<string> {
  return new Set(
    table
      .of("workflow")
      .flatMap(({ fact }) => fact.jobs.flatMap(({ uses }) => (uses?.startsWith("./") === true ? [uses.slice(2).split("@")[0]!] : []))),
  );
}

/** One unit for each workflow: its only job that deploys, the job that deploys all, or all jobs together. */
function workflowUnit(path: string, fact: WorkflowFact, runs: readonly JobRun[]): DeployUnit {
  const union = new Set(runs.flatMap(({ run }) => [...run.services.keys()]));
  const whole =
    [...runs].reverse().find(({ run }) => run.services.size === union.size && union.size > 0) ?? (runs.length === 1 ? runs[0]! : null);
  const parts = whole === null ? runs : [whole];
  const file = lastSegment(path);
  const title = fact.name ?? file;
  const chosen = [...new Set(runs.flatMap(({ run }) => [...run.chosen]))].filter((service) => !union.has(service)).sort(byText);
  const services = [...union].sort(byText);
  const isCoupled = services.length > 1;
  return {
    id: whole === null ? `workflow:${file}` : `workflow:${file}/${whole.job.id}`,
    title: whole === null ? `the workflow ${title}` : `the job ${whole.job.id} of the workflow ${title}`,
    services: isCoupled ? services : [...new Set([...services, ...chosen])].sort(byText),
    coupling: isCoupled ? (whole === null ? couplingOfJobs(runs) : couplingOf(whole.run)) : null,
    confidence: parts.every(({ run }) => run.conditional) ? lowered("high") : "high",
    evidence: evidenceOf(parts.map(({ run }) => run)),
  };
}

function couplingOfJobs(runs: readonly JobRun[]): DeployUnit["coupling"] {
  const deploying = new Set(runs.map(({ job }) => job.id));
  return runs.some(({ job }) => job.needs.some((needed) => deploying.has(needed))) ? "ordered-jobs" : "one-workflow";
}

const COUPLINGS: Readonly<Record<Bundle, NonNullable<DeployUnit["coupling"]>>> = {
  chart: "umbrella-chart",
  directory: "one-directory",
  compose: "compose-host",
  skaffold: "one-job",
  named: "one-job",
  workspace: "one-job",
};

function couplingOf(run: Run): DeployUnit["coupling"] {
  const [bundle] = run.bundles;
  if (run.isOneByOne) return "one-job";
  return run.bundles.size === 1 && bundle !== undefined ? COUPLINGS[bundle] : "one-job";
}

/** The commands first, then the lines of each service. */
function evidenceOf(runs: readonly Run[]): readonly Evidence[] {
  const all = [
    ...runs.flatMap(({ places }) => places),
    ...runs.flatMap(({ services }) => [...services].sort(([a], [b]) => byText(a, b)).flatMap(([, evidence]) => evidence)),
  ];
  return distinctPlaces(all);
}

function distinctPlaces(all: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return all.filter((piece) => {
    const key = `${piece.path}:${piece.startLine}-${piece.endLine}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const DEVELOPMENT_SCRIPT =
  /(?:^|[\s._/:-])(?:dev|local|test|tests|e2e|start|up|run|demo|minikube|kind|debug|watch|setup|bootstrap|seed|clean|down|stop)(?:$|[\s._/:-])/i;

/** Scripts and make targets that somebody runs by hand. */
function scriptUnits(pipelines: Pipelines, linked: LinkedServices, reached: ReadonlySet<string>): readonly DeployUnit[] {
  const calledByOthers = new Set(pipelines.table.of("script").flatMap(({ fact }) => fact.calls));
  return pipelines.table.of("script").flatMap(({ path, fact }): readonly DeployUnit[] => {
    const name = fact.target === null ? path : `${path}/${fact.target}`;
    const isReached = fact.commands.some((command) => reached.has(`${path}:${command.lines.startLine}`));
    const isCalled = calledByOthers.has(fact.target === null ? path : `make:${fact.target}`);
    if (isReached || isCalled || fact.tests || linked.tree.isAside(path) || DEVELOPMENT_SCRIPT.test(fact.target ?? path)) return [];
    const run = runOfScript(pipelines, path, fact);
    if (run.services.size === 0) return [];
    // A script that installs one release after the other is how a new cluster is filled: each can still go alone.
    const isList = [...run.bundles].every((bundle) => bundle === "named") || run.isOneByOne;
    const confidence: Confidence = run.conditional || isList ? "low" : "medium";
    const services = [...run.services.keys()].sort(byText);
    return [
      {
        id: `script:${name}`,
        title: `the script ${name}`,
        services,
        coupling: services.length > 1 ? couplingOf(run) : null,
        confidence,
        evidence: evidenceOf([run]),
      },
    ];
  });
}

/** Charts that install several services in one release. */
function chartUnits(
  pipelines: Pipelines,
  linked: LinkedServices,
  invoked: ReadonlyMap<string, readonly Evidence[]>,
): readonly DeployUnit[] {
  return linked.charts.flatMap((chart): readonly DeployUnit[] => {
    if (chart.library || linked.tree.isAside(chart.path)) return [];
    const reached = pipelines.deployables.ofChart(chart);
    if (reached.size < 2) return [];
    const installs = invoked.get(chart.directory) ?? [];
    const name: Evidence = { path: chart.path, startLine: 1, endLine: 1, kind: "deployment", note: `is the chart \`${chart.name}\`` };
    const evidence = [...installs, name, ...[...reached].sort(([a], [b]) => byText(a, b)).flatMap(([, pieces]) => pieces)];
    return [
      {
        id: `chart:${chart.name}`,
        title: `the chart ${chart.name}`,
        services: [...reached.keys()].sort(byText),
        coupling: "umbrella-chart",
        confidence: installs.length > 0 ? "high" : "medium",
        evidence: distinctPlaces(evidence),
      },
    ];
  });
}

/** skaffold files that no workflow runs: what one `skaffold run` would deploy. */
function skaffoldUnits(pipelines: Pipelines, linked: LinkedServices, workflows: readonly DeployUnit[]): readonly DeployUnit[] {
  const used = new Set(workflows.filter(({ coupling }) => coupling !== null).flatMap(({ evidence }) => evidence.map(({ path }) => path)));
  const paths = [...new Set(pipelines.table.of("skaffold").map(({ path }) => path))];
  return paths.flatMap((path): readonly DeployUnit[] => {
    const reached = pipelines.deployables.ofSkaffold(path, []);
    if (reached.size < 2 || used.has(path) || linked.tree.isAside(path)) return [];
    return [
      {
        id: `skaffold:${path}`,
        title: path,
        services: [...reached.keys()].sort(byText),
        coupling: "one-job",
        confidence: "low",
        evidence: distinctPlaces([...reached].sort(([a], [b]) => byText(a, b)).flatMap(([, pieces]) => pieces)),
      },
    ];
  });
}
