import type { EnvironmentVariable } from "../../facts/deployment.js";
import type { ContainerFact } from "../../facts/kubernetes.js";
import { variableEvidence } from "../compose.js";
import type { Stage } from "../environment.js";
import type { Evidence } from "../evidence.js";
import { append, type FactTable } from "../fact-table.js";
import { render, type Chart } from "../helm.js";
import { interpolate } from "../interpolation.js";
import { directoryOf, joined } from "../paths.js";
import { isReadable, type StatedWorkload } from "../services/owners.js";
import { stageOf } from "../stage.js";
import type { Declared } from "./declared.js";

/** A ConfigMap, or a generator of one: its entries, each with the file that holds it. */
interface KeyedSource {
  readonly kind: "config-map" | "secret";
  readonly path: string;
  readonly namespace: string | null;
  readonly stage: Stage;
  readonly entries: readonly { readonly path: string; readonly variable: EnvironmentVariable }[];
}

type Sources = ReadonlyMap<string, readonly KeyedSource[]>;

/** The variables of every workload's containers. */
export function clusterVariables(
  table: FactTable,
  workloads: readonly StatedWorkload[],
  chartOf: (path: string) => Chart | null,
): ReadonlyMap<StatedWorkload, readonly Declared[]> {
  const sources = keyedSources(table);
  const sharing = sharedSources(workloads);
  const takers = takersOf(workloads);
  const own = new Map(
    workloads.map((workload) => [workload, workloadVariables(workload, { sources, sharing, takers, chart: chartOf(workload.path) })]),
  );
  const byName = new Map<string, StatedWorkload[]>();
  for (const workload of workloads) append(byName, workload.fact.name, workload);
  return new Map(
    workloads.map((workload) => [
      workload,
      [...own.get(workload)!, ...inheritedVariables(workload, byName.get(workload.fact.name) ?? [], own)],
    ]),
  );
}

/** A patch of an overlay gives some variables; the others come from the workload that it patches. */
function inheritedVariables(
  workload: StatedWorkload,
  namesakes: readonly StatedWorkload[],
  own: ReadonlyMap<StatedWorkload, readonly Declared[]>,
): readonly Declared[] {
  const isPatch = workload.fact.containers.every((container) => container.image === null);
  if (!isPatch) return [];
  const base = namesakes.find((other) => other !== workload && other.fact.containers.some((container) => container.image !== null));
  const mine = own.get(workload)!;
  const group = mine[0]?.group;
  if (base === undefined || group === undefined) return [];
  const names = new Set(mine.map(({ name }) => name));
  return own
    .get(base)!
    .filter(({ name }) => !names.has(name))
    .map((variable) => ({ ...variable, group, inherited: true }));
}

/** Names of ConfigMaps and Secrets that workloads of several names take whole. */
function sharedSources(workloads: readonly StatedWorkload[]): ReadonlySet<string> {
  const takers = new Map<string, Set<string>>();
  for (const { fact } of workloads) {
    for (const { kind, name } of fact.containers.flatMap((container) => container.environmentFrom)) {
      takers.set(`${kind} ${name}`, (takers.get(`${kind} ${name}`) ?? new Set()).add(fact.name));
    }
  }
  return new Set([...takers].filter(([, names]) => names.size > 1).map(([source]) => source));
}

/** The files of the workloads that take a ConfigMap or Secret, by its name and theirs. */
function takersOf(workloads: readonly StatedWorkload[]): ReadonlyMap<string, readonly string[]> {
  const takers = new Map<string, string[]>();
  for (const { path, fact } of workloads) {
    const taken = fact.containers.flatMap(({ environment, environmentFrom }) => [
      ...environment.flatMap(({ source }) => (source === null || source.kind === "field" ? [] : source.name)),
      ...environmentFrom.map(({ name }) => name),
    ]);
    for (const name of new Set(taken)) append(takers, `${name} ${fact.name}`, path);
  }
  return takers;
}

function workloadVariables(workload: StatedWorkload, surroundings: Surroundings): readonly Declared[] {
  return workload.fact.containers
    .filter((container) => !container.init)
    .flatMap((container) => containerVariables(workload, container, surroundings));
}

function containerVariables(workload: StatedWorkload, container: ContainerFact, surroundings: Surroundings): readonly Declared[] {
  const context: Context = {
    ...surroundings,
    workload,
    container,
    stage: stageOf(workload.path),
    group: `${workload.path}#${workload.fact.name}/${container.name}`,
  };
  const written = container.environment.flatMap((variable) => writtenVariable(context, variable));
  const names = new Set(written.map(({ name }) => name));
  const whole = container.environmentFrom.flatMap((from) => wholeSource(context, from)).filter(({ name }) => !names.has(name));
  return composed([...written, ...whole]);
}

interface Surroundings {
  readonly sources: Sources;
  readonly sharing: ReadonlySet<string>;
  readonly takers: ReadonlyMap<string, readonly string[]>;
  readonly chart: Chart | null;
}

interface Context extends Surroundings {
  readonly workload: StatedWorkload;
  readonly container: ContainerFact;
  readonly stage: Stage;
  readonly group: string;
}

/** Fills in `$(NAME)` from the same container, for each stage that its parts have. */
function composed(variables: readonly Declared[]): readonly Declared[] {
  return variables.map((variable) => {
    if (variable.value === null || !variable.value.includes("$(")) return variable;
    const filled = interpolate(variable.value, (name) => {
      const found =
        variables.find(
          (other) => other.name === name && other.value !== null && (other.stage === variable.stage || other.stage === "any"),
        ) ?? variables.find((other) => other.name === name && other.value !== null);
      return found === undefined ? null : { value: found.value!, evidence: found.evidence };
    });
    return { ...variable, value: filled.text, complete: filled.complete, evidence: [...variable.evidence, ...filled.evidence] };
  });
}

function writtenVariable(context: Context, variable: EnvironmentVariable): readonly Declared[] {
  const { workload, chart } = context;
  const note = `sets \`${variable.name}\` for \`${readableName(context)}\``;
  const here = variableEvidence(workload.path, variable, note);
  if (variable.source !== null && variable.source.kind !== "field") return fromKey(context, variable.name, variable.source, here);
  if (variable.value === null) return [];
  const rendered =
    chart === null
      ? [{ text: variable.value, complete: !variable.value.includes("{{"), stage: "any" as Stage, evidence: [] }]
      : render(chart, variable.value);
  return rendered.map(({ text, complete, stage, evidence }) => ({
    ...declaration(context, variable.name),
    value: text,
    complete,
    stage: stage === "any" ? context.stage : stage,
    evidence: [here, ...evidence],
  }));
}

function readableName({ workload, chart, container }: Context): string {
  return isReadable(workload.fact.name) ? workload.fact.name : (chart?.name ?? container.name);
}

function declaration(context: Context, name: string): Omit<Declared, "value" | "complete" | "stage" | "evidence"> {
  return {
    name,
    opaque: null,
    origin: "deployment",
    group: context.group,
    scope: `kubernetes:${context.workload.fact.namespace ?? ""}`,
    shared: false,
    inherited: false,
  };
}

function fromKey(context: Context, name: string, source: { kind: string; name: string; key: string }, here: Evidence): readonly Declared[] {
  const kind = source.kind === "secret" ? "secret" : "config-map";
  const sourceName = literalName(context, source.name);
  const found = sourcesFor(context, kind, source.name).flatMap((keyed) =>
    keyed.entries.filter(({ variable }) => variable.name === source.key && variable.value !== null).map((entry) => ({ keyed, entry })),
  );
  if (found.length === 0) {
    return [
      {
        ...declaration(context, name),
        value: null,
        complete: false,
        stage: context.stage,
        opaque: opaqueOf(context, kind, sourceName, source.key, here),
        evidence: [here],
      },
    ];
  }
  return found.map(({ keyed, entry }) => ({
    ...declaration(context, name),
    value: entry.variable.value,
    complete: !/\$\{|\{\{/.test(entry.variable.value!),
    stage: keyed.stage === "any" ? context.stage : keyed.stage,
    evidence: [here, variableEvidence(entry.path, entry.variable)],
  }));
}

function opaqueOf(context: Context, kind: "secret" | "config-map", name: string, key: string, evidence: Evidence): Declared["opaque"] {
  return isReadable(name) ? { kind, namespace: context.workload.fact.namespace, name, key, evidence: [evidence] } : null;
}

/** The name of a Secret or ConfigMap with the chart's defaults filled in. */
function literalName(context: Context, name: string): string {
  return context.chart === null ? name : (render(context.chart, name).at(-1)?.text ?? name);
}

function compatible(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b || !isReadable(a) || !isReadable(b);
}

/**
 * The ConfigMaps or Secrets of a name that may be meant. A system that is written down twice, for two clouds or two stages,
 * has each of them beside the workloads that take it: those that stand nearer to the same workload of another set are not meant.
 */
function sourcesFor(context: Context, kind: KeyedSource["kind"], written: string): readonly KeyedSource[] {
  const { sources, takers, workload } = context;
  const found = (sources.get(`${kind} ${literalName(context, written)}`) ?? []).filter(({ namespace }) =>
    compatible(namespace, workload.fact.namespace),
  );
  const others = (takers.get(`${written} ${workload.fact.name}`) ?? []).filter((path) => path !== workload.path);
  const own = found.filter(({ path }) => !others.some((other) => nearness(other, path) > nearness(workload.path, path)));
  return own.length === 0 ? found : own;
}

/** How many directories two files have in common; more where they are one file. */
function nearness(a: string, b: string): number {
  if (a === b) return Number.MAX_SAFE_INTEGER;
  const [left, right] = [directoryOf(a).split("/"), directoryOf(b).split("/")];
  const apart = left.findIndex((segment, index) => segment !== right[index]);
  return apart < 0 ? left.length : apart;
}

/** Every entry of a ConfigMap or Secret that the container takes whole. Of a Secret only the keys are known. */
function wholeSource(context: Context, from: ContainerFact["environmentFrom"][number]): readonly Declared[] {
  const { workload } = context;
  const name = literalName(context, from.name);
  const here: Evidence = {
    path: workload.path,
    startLine: from.lines.startLine,
    endLine: from.lines.endLine,
    kind: "deployment",
    note: `gives \`${readableName(context)}\` all of \`${name}\``,
  };
  return sourcesFor(context, from.kind, from.name).flatMap((keyed) =>
    keyed.entries.map(({ path, variable }): Declared => {
      const value =
        variable.value === null
          ? null
          : context.chart === null
            ? variable.value
            : (render(context.chart, variable.value)[0]?.text ?? variable.value);
      return {
        ...declaration(context, from.prefix + variable.name),
        value,
        complete: value !== null && !/\$\{|\{\{/.test(value),
        opaque: value === null ? opaqueOf(context, from.kind, name, variable.name, here) : null,
        stage: keyed.stage === "any" ? context.stage : keyed.stage,
        shared: context.sharing.has(`${from.kind} ${from.name}`),
        evidence: [variableEvidence(path, variable), here],
      };
    }),
  );
}

/** ConfigMaps, Secrets and the generators of Kustomize, by kind and name. */
function keyedSources(table: FactTable): Sources {
  const sources = new Map<string, KeyedSource[]>();
  for (const { path, fact } of table.of("config-map")) {
    append(sources, `config-map ${fact.name}`, {
      kind: "config-map",
      path,
      namespace: fact.namespace,
      stage: stageOf(path),
      entries: fact.data.map((variable) => ({ path, variable })),
    });
  }
  for (const { path, fact } of table.of("secret")) {
    const entries = fact.keys.map((name) => ({ path, variable: { name, value: null, source: null, lines: fact.lines } }));
    append(sources, `secret ${fact.name}`, { kind: "secret", path, namespace: fact.namespace, stage: stageOf(path), entries });
  }
  for (const { path, fact } of table.of("kustomization")) {
    for (const generator of fact.generators) {
      const files = generator.envFiles.flatMap((file) => joined(directoryOf(path), file) ?? []);
      const fromFiles = files.flatMap((file) =>
        table.in(file, "env-file").flatMap((env) =>
          env.variables.map((variable) => ({
            path: file,
            variable: generator.kind === "secret" ? { ...variable, value: null } : variable,
          })),
        ),
      );
      const entries = [...generator.literals.map((variable) => ({ path, variable })), ...fromFiles];
      append(sources, `${generator.kind} ${generator.name}`, {
        kind: generator.kind,
        path,
        namespace: fact.namespace,
        stage: stageOf(path),
        entries,
      });
    }
  }
  return sources;
}
