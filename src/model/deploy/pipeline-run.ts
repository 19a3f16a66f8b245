import type { DeployCommand, ScriptFact, WorkflowFact, WorkflowJob, WorkflowStep } from "../../facts/pipeline.js";
import type { Lines } from "../../facts/place.js";
import type { Evidence } from "../evidence.js";
import { append, type FactTable } from "../fact-table.js";
import { directoryOf, joined, lastSegment } from "../paths.js";
import type { ServiceDirectory } from "../services.js";
import type { Bundle, Deployables, Reach } from "./reach.js";
import { hasComputedMatrix, selects } from "./selection.js";

/** What one job, script or target deploys in one run. */
export interface Run {
  /** Services that go whenever it runs, with the lines that make them go. */
  readonly services: ReadonlyMap<string, readonly Evidence[]>;
  /** Services that it can deploy alone: a filter, an input or a variable chooses. */
  readonly chosen: ReadonlySet<string>;
  readonly bundles: ReadonlySet<Bundle>;
  /** The only chart that it installs, where it does nothing else. */
  readonly soleChart: Reach["chart"];
  /** Each command deploys one service. */
  readonly isOneByOne: boolean;
  /** A run may leave out what deploys them. */
  readonly conditional: boolean;
  readonly places: readonly Evidence[];
}

export interface Pipelines {
  readonly table: FactTable;
  readonly deployables: Deployables;
  readonly services: ServiceDirectory;
}

const MAX_CALLS = 5;

/** Values of `inputs.` and `matrix.` that a text may name. */
type Values = ReadonlyMap<string, string>;

class Gathering {
  readonly services = new Map<string, Evidence[]>();
  readonly chosen = new Set<string>();
  readonly bundles = new Set<Bundle>();
  readonly charts = new Set<Reach["chart"]>();
  readonly places: Evidence[] = [];
  conditional = true;
  isOneByOne = true;
  /** Commands that deploy services whenever they run. */
  commands = 0;
  /** Commands that deploy something, whether or not it could be told what. */
  seen = 0;

  /** A command that deploys these whenever it runs. */
  deploys(services: ReadonlyMap<string, readonly Evidence[]>, bundle: Bundle, chart: Reach["chart"], conditional: boolean): void {
    this.commands += 1;
    this.bundles.add(bundle);
    this.charts.add(chart);
    this.conditional &&= conditional;
    this.isOneByOne &&= services.size === 1;
    for (const [service, evidence] of services) {
      if (evidence[0] !== undefined) this.places.push(evidence[0]);
      for (const piece of evidence) append(this.services, service, piece);
    }
  }

  /** A command that can deploy each of these alone. */
  chooses(services: ReadonlyMap<string, readonly Evidence[]>): void {
    for (const [service, evidence] of services) {
      this.chosen.add(service);
      if (evidence[0] !== undefined) this.places.push(evidence[0]);
    }
  }

  run(): Run {
    const [chart] = this.charts;
    const soleChart = this.charts.size === 1 && this.bundles.size === 1 && this.commands === 1 ? (chart ?? null) : null;
    return {
      services: this.services,
      chosen: this.chosen,
      bundles: this.bundles,
      soleChart,
      isOneByOne: this.isOneByOne,
      conditional: this.commands > 0 && this.conditional,
      places: this.places,
    };
  }
}

/** What a job of a workflow deploys, through reusable workflows, composite actions and scripts. */
export function runOfJob(pipelines: Pipelines, path: string, workflow: WorkflowFact, job: WorkflowJob): Run {
  const gathering = new Gathering();
  gatherJob(pipelines, gathering, {
    path,
    workflow,
    job,
    values: new Map(),
    trail: [],
    isSelective: false,
    depth: 0,
    deploying: isDeployName(workflow.name) || isDeployName(lastSegment(path)),
  });
  return gathering.run();
}

interface JobContext {
  readonly path: string;
  readonly workflow: WorkflowFact;
  readonly job: WorkflowJob;
  readonly values: Values;
  readonly trail: readonly Evidence[];
  readonly isSelective: boolean;
  readonly depth: number;
  /** Something on the way is called a deployment. */
  readonly deploying: boolean;
}

function gatherJob(pipelines: Pipelines, gathering: Gathering, context: JobContext): void {
  const { job, workflow, path } = context;
  if (context.depth > MAX_CALLS || isTestJob(job)) return;
  const jobs = new Map(workflow.jobs.map((other) => [other.id, other]));
  const isSelective = context.isSelective || hasComputedMatrix(job) || selects(job.condition, job, jobs);
  // What a job starts on its own machine before it tests is started to be tested, whatever the job is called.
  const startsForTests = job.steps.some(({ tests }) => tests);
  const deploying = !startsForTests && (context.deploying || job.environment !== null || isDeployName(job.id) || isDeployName(job.name));
  const whole = pipelineEvidence(path, job.lines, `is the job \`${job.id}\``);
  for (const values of matrixValues(job, context.values)) {
    if (job.uses !== null)
      gatherCalled(
        pipelines,
        gathering,
        { ...context, values, isSelective, deploying, trail: [...context.trail, whole] },
        job.uses,
        job.inputs,
      );
    for (const step of job.steps)
      gatherStep(
        pipelines,
        gathering,
        {
          ...context,
          values,
          isSelective: isSelective || selects(step.condition, job, jobs),
          deploying: deploying || (!startsForTests && isDeployName(step.name)),
        },
        step,
      );
  }
}

/** What a job starts for tests, or in a cluster that ends with it, is no deployment. */
function isTestJob(job: WorkflowJob): boolean {
  const named = `${job.id} ${job.name ?? ""}`;
  if ([job.id, job.name ?? ""].some((name) => /(?:^|[\s_-])(?:tests?|e2e|smoke)$/i.test(name))) return true;
  if (
    /(?:^|[\s_-])(?:tests?|e2e|lint|integration|unit|smoke|verify|preview|check)(?:$|[\s_-])/i.test(named) &&
    !/deploy|release/i.test(named)
  )
    return true;
  return job.steps.some((step) => step.throwaway);
}

const DEPLOY_NAME = /deploy|release|\bcd\b|publish|roll[-_ ]?out|\bprod(?:uction)?\b|staging|\blive\b|ship|promote|install|upgrade|apply/i;

function isDeployName(name: string | null): boolean {
  return name !== null && DEPLOY_NAME.test(name.replace(/[_-]/g, " ")) && !/preview|\btest|\bci$/i.test(name);
}

function matrixValues(job: WorkflowJob, values: Values): readonly Values[] {
  let all: Values[] = [values];
  for (const [key, entries] of Object.entries(job.matrix)) {
    if (entries === null || entries.length === 0) continue;
    all = all.flatMap((one) => entries.map((entry) => new Map([...one, [`matrix.${key}`, entry]]))).slice(0, 64);
  }
  return all;
}

function fill(text: string, values: Values): string {
  return text.replace(
    /\$\{\{\s*(?:github\.event\.)?((?:inputs|matrix)\.[\w.-]+)\s*\}\}/g,
    (whole, name: string) => values.get(name) ?? whole,
  );
}

function gatherCalled(
  pipelines: Pipelines,
  gathering: Gathering,
  context: JobContext,
  uses: string,
  inputs: Readonly<Record<string, string>>,
): void {
  const place = localPath(uses);
  if (place === null) return;
  const values = new Map(Object.entries(inputs).map(([key, value]) => [`inputs.${key}`, fill(value, context.values)]));
  const candidates = [place, `${place}/action.yml`, `${place}/action.yaml`];
  for (const path of candidates) {
    for (const workflow of pipelines.table.in(path, "workflow")) {
      for (const job of workflow.jobs)
        gatherJob(pipelines, gathering, { ...context, path, workflow, job, values, depth: context.depth + 1 });
    }
  }
}

function localPath(uses: string): string | null {
  return uses.startsWith("./") ? joined("", uses.split("@")[0]!) : null;
}

function gatherStep(pipelines: Pipelines, gathering: Gathering, context: JobContext, step: WorkflowStep): void {
  const here = pipelineEvidence(
    context.path,
    step.lines,
    step.name === null ? "is a step of the deployment" : `is the step \`${step.name}\``,
  );
  if (step.uses?.startsWith("./") === true)
    gatherCalled(pipelines, gathering, { ...context, trail: [...context.trail, here] }, step.uses, step.inputs);
  const bases = basesFrom(step.workingDirectory === null ? "" : fill(step.workingDirectory, context.values));
  const before = { places: gathering.places.length, seen: gathering.seen };
  for (const command of step.commands) {
    take(pipelines, gathering, command, {
      path: context.path,
      bases,
      values: context.values,
      isSelective: context.isSelective,
      deploying: context.deploying,
      trail: [pipelineEvidence(context.path, context.job.lines, `is the job \`${context.job.id}\``), ...context.trail],
    });
  }
  for (const call of step.calls) gatherCall(pipelines, gathering, call, { ...context, trail: [...context.trail, here], bases });
  if (gathering.seen > before.seen && gathering.places.length === before.places) takeInputs(pipelines, gathering, context, step);
}

function basesFrom(directory: string): readonly string[] {
  const place = joined("", directory);
  return place === null || place === "" ? [""] : [place, ""];
}

/**
 * A step that deploys what cannot be told deploys the service that the inputs or the matrix speak of: `with: service: orders`
 * may reach the command as an argument of a script or as a variable.
 */
function takeInputs(pipelines: Pipelines, gathering: Gathering, context: JobContext, step: WorkflowStep): void {
  const named = [...context.values].flatMap(([key, value]) =>
    /service|app|component|module|project|name/i.test(key) ? (pipelines.services.named(value) ?? []) : [],
  );
  for (const service of named) {
    const services = new Map([[service, [pipelineEvidence(context.path, step.lines, `deploys \`${service}\``), ...context.trail]]]);
    if (context.isSelective) gathering.chooses(services);
    else gathering.deploys(services, "named", null, false);
  }
}

interface CommandContext {
  readonly path: string;
  readonly bases: readonly string[];
  readonly values: Values;
  readonly isSelective: boolean;
  readonly deploying: boolean;
  readonly trail: readonly Evidence[];
}

function take(pipelines: Pipelines, gathering: Gathering, written: DeployCommand, context: CommandContext): void {
  if (!isDeployment(written, context.deploying)) return;
  gathering.seen += 1;
  const command: DeployCommand = {
    ...written,
    targets: written.targets.map((target) => fill(target, context.values)),
    names: written.names.map((name) => fill(name, context.values)),
    directory: written.directory === null ? null : fill(written.directory, context.values),
  };
  const found = pipelines.deployables.ofCommand(command, context.bases);
  if (found === null) return;
  const line = pipelineEvidence(context.path, command.lines, `runs \`${command.text}\``);
  // A branch of a script that deploys one service is how scripts let people choose.
  const isChoice =
    context.isSelective ||
    (command.conditional && found.services.size === 1) ||
    [...command.targets, ...command.names].some((text) => /\$\{?[A-Za-z0-9_@*]|\$\{\{/.test(text));
  const services = new Map([...found.services].map(([service, evidence]) => [service, [line, ...evidence, ...context.trail]]));
  if (isChoice) gathering.chooses(services);
  else gathering.deploys(services, found.bundle, found.chart, command.conditional);
}

/** `docker compose up` deploys on another machine, or where a file, job or step says that this is a deployment. */
function isDeployment(command: DeployCommand, deploying: boolean): boolean {
  if (command.builds) return false;
  return command.tool === "compose" || command.tool === "docker" ? command.remote || deploying : true;
}

interface CallContext extends Omit<JobContext, "job" | "workflow"> {
  readonly bases: readonly string[];
}

/** A script, make target or package script that a step or another script runs. */
function gatherCall(pipelines: Pipelines, gathering: Gathering, call: string, context: CallContext): void {
  if (context.depth > MAX_CALLS) return;
  const { table } = pipelines;
  const runner = /^(make|npm):([^@]+)(?:@(.*))?$/.exec(fill(call, context.values));
  if (runner === null) {
    for (const base of context.bases) {
      const path = joined(base, fill(call, context.values));
      const scripts = path === null ? [] : table.in(path, "script").filter(({ target }) => target === null);
      if (path === null || scripts.length === 0) continue;
      for (const script of scripts)
        gatherScript(pipelines, gathering, path, script, { ...context, bases: [...context.bases, directoryOf(path)] });
      return;
    }
    return;
  }
  const [, kind, name, where] = runner;
  for (const base of context.bases) {
    const directory = joined(base, where ?? "");
    if (directory === null) continue;
    if (kind === "make" && gatherMake(pipelines, gathering, directory, name!, context)) return;
    if (kind === "npm" && gatherPackageScript(pipelines, gathering, directory, name!, context)) return;
  }
}

function gatherMake(pipelines: Pipelines, gathering: Gathering, directory: string, target: string, context: CallContext): boolean {
  for (const name of ["Makefile", "makefile", "GNUmakefile", "Taskfile.yml", "justfile"]) {
    const path = joined(directory, name)!;
    const scripts = pipelines.table.in(path, "script").filter((script) => script.target === target);
    for (const script of scripts) gatherScript(pipelines, gathering, path, script, { ...context, bases: [directory, ""] });
    if (scripts.length > 0) return true;
  }
  return false;
}

function gatherPackageScript(pipelines: Pipelines, gathering: Gathering, directory: string, name: string, context: CallContext): boolean {
  const path = joined(directory, "package.json")!;
  const scripts = pipelines.table.in(path, "package").flatMap((fact) => fact.scripts.filter((script) => script.name === name));
  for (const script of scripts) {
    const inner = { ...context, bases: [directory, ""], depth: context.depth + 1, deploying: context.deploying || isDeployName(name) };
    for (const command of script.deploys) take(pipelines, gathering, command, { ...inner, path });
    for (const call of script.calls) gatherCall(pipelines, gathering, call, inner);
  }
  return scripts.length > 0;
}

function gatherScript(pipelines: Pipelines, gathering: Gathering, path: string, script: ScriptFact, context: CallContext): void {
  if (script.throwaway) return;
  const name = script.target ?? lastSegment(path);
  const whole = pipelineEvidence(path, script.lines, `is \`${name}\``);
  const inner: CallContext = {
    ...context,
    depth: context.depth + 1,
    deploying: context.deploying || isDeployName(name),
    trail: [whole, ...context.trail],
  };
  for (const command of script.commands) take(pipelines, gathering, command, { ...inner, path });
  for (const call of script.calls) gatherCall(pipelines, gathering, call, inner);
}

/** What a script or target deploys when somebody runs it. */
export function runOfScript(pipelines: Pipelines, path: string, script: ScriptFact): Run {
  const gathering = new Gathering();
  gatherScript(pipelines, gathering, path, script, {
    path,
    values: new Map(),
    trail: [],
    isSelective: false,
    depth: 0,
    deploying: false,
    bases: [directoryOf(path), ""],
  });
  return gathering.run();
}

function pipelineEvidence(path: string, lines: Lines, note: string): Evidence {
  return { path, startLine: lines.startLine, endLine: lines.endLine, kind: "pipeline", note };
}
