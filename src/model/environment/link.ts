import type { TextPart } from "../code/denotation.js";
import { environmentFiles, variableEvidence } from "../compose.js";
import type { Environment, EnvironmentValue, ExpandedText, OpaqueSource } from "../environment.js";
import type { Evidence } from "../evidence.js";
import { append, type FactTable } from "../fact-table.js";
import type { Chart } from "../helm.js";
import { interpolate } from "../interpolation.js";
import { byText, lastSegment, upwards } from "../paths.js";
import type { LinkedServices } from "../services/link.js";
import type { StatedWorkload } from "../services/owners.js";
import { byStage, stageOfEnvFile } from "../stage.js";
import { clusterVariables } from "./cluster-variables.js";
import { composeVariables } from "./compose-variables.js";
import { relaxed, type Declared, type Origin } from "./declared.js";
import { dotenvVariables, helmVariables, imageVariables, serverlessVariables, settingsVariables } from "./file-variables.js";

/** The environment of the services, and of the products that run beside them. */
export interface LinkedEnvironment extends Environment {
  /** Every declaration for a service, in no particular order; inherited ones too. */
  declared(service: string): readonly Declared[];
  /** The values that a variable has in any service. */
  elsewhere(variable: string): readonly EnvironmentValue[];
  /** What dotenv files above the service's directory say: it may read them, and need not. */
  common(service: string): readonly Declared[];
  /** Declarations for containers of somebody else's image, by the id of the infrastructure. */
  readonly ofInfrastructure: ReadonlyMap<string, readonly Declared[]>;
}

export function linkEnvironment(table: FactTable, linked: LinkedServices): LinkedEnvironment {
  const byService = new Map<string, Declared[]>();
  const ofInfrastructure = new Map<string, Declared[]>();
  const add = (owner: ReturnType<LinkedServices["composed"]["get"]>, variables: readonly Declared[]): void => {
    if (owner === undefined) return;
    for (const variable of variables) {
      if (owner.kind === "service") append(byService, owner.service, variable);
      else append(ofInfrastructure, owner.infrastructure.id, variable);
    }
  };
  for (const [entry, variables] of composeVariables(table, [...linked.composed.keys()])) add(linked.composed.get(entry), variables);
  const wholeSecrets = new Map<string, OpaqueSource[]>();
  const listedSecrets = new Set(table.of("secret").map(({ fact }) => fact.name));
  for (const [workload, variables] of clusterVariables(table, [...linked.workloads.keys()], linked.chartOf)) {
    const owner = linked.workloads.get(workload);
    add(owner, variables);
    if (owner?.kind === "service")
      for (const source of unknownSecrets(workload, listedSecrets)) append(wholeSecrets, owner.service, source);
  }
  const inputs = { table, tree: linked.tree, services: linked.directory };
  const fromFiles = [
    dotenvVariables(inputs),
    settingsVariables(inputs),
    imageVariables(inputs),
    serverlessVariables(inputs),
    helmVariables({ ...inputs, charts: linked.charts, serviceOfChart: serviceOfCharts(linked) }),
  ];
  for (const variables of fromFiles) for (const { service, variable } of variables) append(byService, service, variable);

  const declaredBy = new Map([...byService].map(([service, variables]) => [service, withSettingsFilled(variables)]));
  return environmentOf(declaredBy, ofInfrastructure, wholeSecrets, table, linked);
}

/** The one service whose workloads a chart's templates hold. */
function serviceOfCharts(linked: LinkedServices): (chart: Chart) => string | null {
  const owners = new Map<Chart, Set<string>>();
  for (const [workload, owner] of linked.workloads) {
    const chart = linked.chartOf(workload.path);
    if (chart !== null && owner.kind === "service") owners.set(chart, (owners.get(chart) ?? new Set()).add(owner.service));
  }
  return (chart) => {
    const services = owners.get(chart);
    if (services !== undefined) return services.size === 1 ? [...services][0]! : null;
    return linked.directory.named(chart.name) ?? linked.directory.named(lastSegment(chart.directory));
  };
}

/** Secrets that a container takes whole and that no file of the repository lists the keys of. */
function unknownSecrets({ path, fact }: StatedWorkload, known: ReadonlySet<string>): readonly OpaqueSource[] {
  return fact.containers
    .flatMap((container) => container.environmentFrom)
    .filter(({ kind, name }) => kind === "secret" && !known.has(name) && !/[{}$]/.test(name))
    .map(({ name, prefix, lines }) => ({
      kind: "secret",
      namespace: fact.namespace,
      name,
      key: prefix,
      evidence: [
        { path, startLine: lines.startLine, endLine: lines.endLine, kind: "deployment", note: `takes all of the Secret \`${name}\`` },
      ],
    }));
}

/** `${DB_HOST:localhost}` in settings files, from the deployment's variables. */
function withSettingsFilled(variables: readonly Declared[]): readonly Declared[] {
  const exact = new Map<string, Declared>();
  for (const variable of variables) {
    const known = exact.get(variable.name);
    if (variable.value !== null && (known === undefined || byStage(variable.stage, known.stage) < 0)) exact.set(variable.name, variable);
  }
  return variables.map((variable) => {
    if (variable.origin !== "settings" || variable.value === null || !variable.value.includes("${")) return variable;
    const filled = interpolate(variable.value, (name) => {
      const found = exact.get(name);
      return found === undefined || found === variable ? null : { value: found.value!, evidence: found.evidence };
    });
    return { ...variable, value: filled.text, complete: filled.complete, evidence: [...variable.evidence, ...filled.evidence] };
  });
}

const ORIGINS: readonly Origin[] = ["deployment", "dotenv", "settings", "image"];
const MAX_COMBINATIONS = 8;

function environmentOf(
  byService: ReadonlyMap<string, readonly Declared[]>,
  ofInfrastructure: ReadonlyMap<string, readonly Declared[]>,
  wholeSecrets: ReadonlyMap<string, readonly OpaqueSource[]>,
  table: FactTable,
  linked: LinkedServices,
): LinkedEnvironment {
  const index = new Map<string, ReadonlyMap<string, readonly Declared[]>>();
  for (const [service, variables] of byService) index.set(service, byName(variables));
  const common = commonVariables(table, linked);
  const found = (service: string, name: string): readonly Declared[] => {
    const names = index.get(service);
    const exact = names?.get(name) ?? [];
    return exact.length > 0 ? exact : (names?.get(`~${relaxed(name)}`) ?? []);
  };
  const lookup = (service: string, name: string): readonly EnvironmentValue[] => {
    const own = valuesOf(found(service, name));
    return own.length > 0 ? own : (common(service).get(name) ?? []);
  };
  return {
    lookup,
    opaque: (service, name) => {
      const known = found(service, name);
      if (known.length > 0) return known.flatMap(({ opaque }) => opaque ?? []);
      const whole = wholeSecrets.get(service) ?? [];
      const names = new Set(whole.map((source) => source.name));
      // With two unknown Secrets it cannot be told which one holds the variable.
      return names.size === 1 && name.startsWith(whole[0]!.key)
        ? whole.map((source) => ({ ...source, key: name.slice(source.key.length) }))
        : [];
    },
    variables: (service) => [...new Set((byService.get(service) ?? []).map(({ name }) => name))].sort(byText),
    expand: (service, parts) => expand((name) => lookup(service, name), parts),
    declared: (service) => byService.get(service) ?? [],
    elsewhere: (name) =>
      valuesOf([...index.values()].flatMap((names) => names.get(name) ?? [])).filter(
        ({ stage }) => stage === "production" || stage === "any",
      ),
    common: (service) =>
      [...common(service)].flatMap(([name, values]) =>
        values.map(({ value, complete, stage, evidence }): Declared => ({
          name,
          value,
          complete,
          opaque: null,
          stage,
          origin: "dotenv",
          group: evidence[0]!.path,
          scope: `file:${evidence[0]!.path}`,
          shared: false,
          inherited: false,
          evidence,
        })),
      ),
    ofInfrastructure,
  };
}

/** Declarations by exact name, and by relaxed name under a leading `~`. */
function byName(variables: readonly Declared[]): ReadonlyMap<string, readonly Declared[]> {
  const names = new Map<string, Declared[]>();
  for (const variable of variables) {
    append(names, variable.name, variable);
    append(names, `~${relaxed(variable.name)}`, variable);
  }
  return names;
}

function valuesOf(variables: readonly Declared[]): readonly EnvironmentValue[] {
  const first = (variable: Declared): Evidence => variable.evidence[0]!;
  return variables
    .filter(({ value, inherited }) => value !== null && !inherited)
    .sort(
      (a, b) =>
        byStage(a.stage, b.stage) ||
        ORIGINS.indexOf(a.origin) - ORIGINS.indexOf(b.origin) ||
        byText(first(a).path, first(b).path) ||
        first(a).startLine - first(b).startLine,
    )
    .map(({ value, complete, stage, evidence }) => ({ value: value!, complete, stage, evidence }));
}

/** Variables of dotenv files above a service's directory, which a process started from there reads. */
function commonVariables(table: FactTable, linked: LinkedServices): (service: string) => ReadonlyMap<string, readonly EnvironmentValue[]> {
  const known = new Map<string, ReadonlyMap<string, readonly EnvironmentValue[]>>();
  return (service) => {
    const already = known.get(service);
    if (already !== undefined) return already;
    const values = new Map<string, EnvironmentValue[]>();
    const directories = new Set(
      (linked.directory.services.find(({ name }) => name === service)?.paths ?? []).flatMap((path) => [...upwards(path)]),
    );
    for (const path of [...directories].flatMap((directory) => environmentFiles(table, directory))) {
      if (linked.directory.serviceOf(path) !== null) continue;
      const stage = stageOfEnvFile(lastSegment(path), false);
      for (const variable of table.in(path, "env-file").flatMap((fact) => fact.variables)) {
        if (variable.value !== null)
          append(values, variable.name, {
            value: variable.value,
            complete: !variable.value.includes("${"),
            stage,
            evidence: [variableEvidence(path, variable)],
          });
      }
    }
    for (const list of values.values()) list.sort((a, b) => byStage(a.stage, b.stage));
    known.set(service, values);
    return values;
  };
}

type Lookup = (name: string) => readonly EnvironmentValue[];

function expand(lookup: Lookup, parts: readonly TextPart[]): readonly ExpandedText[] {
  let results: readonly ExpandedText[] = [{ text: "", complete: true, fromFallback: false, stage: "any", evidence: [] }];
  for (const part of parts) {
    const options = optionsFor(lookup, part);
    results = results.flatMap((result) => options.map((option) => concatenated(result, option))).slice(0, MAX_COMBINATIONS);
  }
  return results;
}

function optionsFor(lookup: Lookup, part: TextPart): readonly ExpandedText[] {
  if (part.kind === "literal") return [{ text: part.text, complete: true, fromFallback: false, stage: "any", evidence: [] }];
  if (part.kind === "hole") return [{ text: `\${${part.text}}`, complete: false, fromFallback: false, stage: "any", evidence: [] }];
  const values = lookup(part.name);
  if (values.length > 0)
    return values
      .slice(0, MAX_COMBINATIONS)
      .map(({ value, complete, stage, evidence }) => ({ text: value, complete, stage, evidence, fromFallback: false }));
  if (part.fallback !== null) return expand(lookup, part.fallback).map((option) => ({ ...option, fromFallback: true }));
  return [{ text: `\${${part.name}}`, complete: false, fromFallback: false, stage: "any", evidence: [] }];
}

function concatenated(a: ExpandedText, b: ExpandedText): ExpandedText {
  return {
    text: a.text + b.text,
    complete: a.complete && b.complete,
    fromFallback: a.fromFallback || b.fromFallback,
    stage: a.stage === "any" ? b.stage : a.stage,
    evidence: [...a.evidence, ...b.evidence],
  };
}
