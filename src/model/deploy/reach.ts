import { minimatch } from "minimatch";
import type { Setting } from "../../facts/configuration.js";
import type { DeployCommand } from "../../facts/pipeline.js";
import type { ComposeEntry } from "../compose.js";
import type { Evidence } from "../evidence.js";
import { append, type FactTable } from "../fact-table.js";
import type { Chart } from "../helm.js";
import { directoryOf, isWithin, joined, lastSegment } from "../paths.js";
import type { LinkedServices } from "../services/link.js";
import { parseImage } from "../images.js";
import { byStage, stageOf } from "../stage.js";

/** Services with the lines that put them where a command deploys them from. */
export type Reached = ReadonlyMap<string, readonly Evidence[]>;

/** How the services of one command hang together. */
export type Bundle = "chart" | "directory" | "compose" | "skaffold" | "named" | "workspace";

export interface Reach {
  readonly services: Reached;
  readonly bundle: Bundle;
  /** The chart, where the command installs one. */
  readonly chart: Chart | null;
}

/** Which services a file, a directory, a chart or a command deploys. */
export interface Deployables {
  /** `null` where it cannot be told, or where nothing of this system is deployed. `bases`: directories to look from. */
  ofCommand(command: DeployCommand, bases: readonly string[]): Reach | null;
  ofChart(chart: Chart): Reached;
  ofSkaffold(path: string, names: readonly string[]): Reached;
}

export function deployables(table: FactTable, linked: LinkedServices): Deployables {
  const inFile = servicesByManifest(linked);
  const composeByPath = new Map<string, { entry: ComposeEntry; service: string }[]>();
  for (const [entry, owner] of linked.composed)
    if (owner.kind === "service") append(composeByPath, entry.path, { entry, service: owner.service });
  const chartAt = new Map(linked.charts.map((chart) => [chart.directory, chart]));
  const context: Context = { table, linked, inFile, composeByPath, chartAt };
  return {
    ofCommand: (command, bases) => reachOf(command, bases, context),
    ofChart: (chart) => chartServices(chart, context, new Set()),
    ofSkaffold: (path, names) => skaffoldServices(path, names, context),
  };
}

interface Context {
  readonly table: FactTable;
  readonly linked: LinkedServices;
  /** Services of the workloads in a file. */
  readonly inFile: ReadonlyMap<string, Reached>;
  readonly composeByPath: ReadonlyMap<string, readonly { readonly entry: ComposeEntry; readonly service: string }[]>;
  readonly chartAt: ReadonlyMap<string, Chart>;
}

function servicesByManifest(linked: LinkedServices): ReadonlyMap<string, Reached> {
  const found = new Map<string, Map<string, Evidence[]>>();
  for (const [{ path, fact }, owner] of linked.workloads) {
    if (owner.kind !== "service") continue;
    const services = found.get(path) ?? new Map<string, Evidence[]>();
    append(services, owner.service, {
      path,
      startLine: fact.lines.startLine,
      endLine: fact.lines.startLine,
      kind: "deployment",
      note: `is what \`${owner.service}\` is deployed from`,
    });
    found.set(path, services);
  }
  return found;
}

const UNKNOWN = /\$|\{\{|\*\*\*|^-$/;

function reachOf(command: DeployCommand, bases: readonly string[], context: Context): Reach | null {
  if (command.builds || command.tool === "ssh") return null;
  const names = command.names.filter((name) => !UNKNOWN.test(name));
  if (names.includes("*")) return wholeWorkspace(context);
  switch (command.tool) {
    case "compose":
    case "docker-stack":
      return composeReach(command, names, bases, context);
    case "skaffold":
      return skaffoldReach(command, names, bases, context);
    case "helm":
      return helmReach(command, names, bases, context);
    case "kubectl":
    case "kustomize":
      return kubectlReach(command, names, bases, context);
    case "argocd":
    case "cdk":
    case "docker":
    case "ecs":
    case "sam":
    case "serverless":
    case "terraform":
    case "other":
      return namedReach(command, names, bases, context);
  }
}

/** Each target from the first base where it exists. */
function placesOf(targets: readonly string[], command: DeployCommand, bases: readonly string[], table: FactTable): readonly string[] {
  return targets.flatMap((target) => {
    if (UNKNOWN.test(target)) return [];
    for (const base of basesOf(command, bases)) {
      const place = joined(base, target);
      if (place !== null && (table.hasFile(place) || table.hasDirectory(place) || target.includes("*"))) return [place];
    }
    return [];
  });
}

function basesOf(command: DeployCommand, bases: readonly string[]): readonly string[] {
  // `/srv/shop` on the host holds what the repository's root holds here, if anything.
  if (command.directory === null || command.directory.startsWith("/") || command.directory.startsWith("~")) return bases;
  return bases.flatMap((base) => joined(base, command.directory!) ?? []);
}

function merged(all: readonly Reached[]): Reached {
  const services = new Map<string, Evidence[]>();
  for (const reached of all) for (const [service, evidence] of reached) for (const piece of evidence) append(services, service, piece);
  return services;
}

/** Names that speak of services by themselves. */
function byNames(names: readonly string[], context: Context): Reached {
  return new Map(
    names.flatMap((name) => (context.linked.directory.named(name) === null ? [] : [[context.linked.directory.named(name)!, []] as const])),
  );
}

function reach(services: Reached, bundle: Bundle, chart: Chart | null = null): Reach | null {
  return services.size === 0 ? null : { services, bundle, chart };
}

function wholeWorkspace({ linked }: Context): Reach | null {
  const services = linked.directory.services.filter(({ paths }) => paths.some((path) => path !== ""));
  return reach(new Map(services.map(({ name }) => [name, []])), "workspace");
}

function composeReach(command: DeployCommand, names: readonly string[], bases: readonly string[], context: Context): Reach | null {
  if (command.tool === "docker-stack" && command.targets.length === 0) return reach(byNames(names, context), "named");
  const given = placesOf(command.targets, command, bases, context.table);
  // A compose file on the host may have another name than here; without any given one it is the default of the directory.
  const files =
    given.length > 0
      ? given
      : basesOf(command, bases)
          .flatMap((base) => defaultComposeFiles(base, context.table))
          .slice(0, 2);
  const limited = command.names.length > 0;
  const started = files
    .flatMap((file) => context.composeByPath.get(file) ?? [])
    .filter(({ entry }) => !limited || names.includes(entry.key));
  return reach(merged(started.map(({ entry, service }) => new Map([[service, [startedFrom(entry, service)]]]))), "compose");
}

function startedFrom({ path, service: { lines } }: ComposeEntry, service: string): Evidence {
  return { path, startLine: lines.startLine, endLine: lines.startLine, kind: "deployment", note: `is what \`${service}\` is started from` };
}

const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

function defaultComposeFiles(directory: string, table: FactTable): readonly string[] {
  return COMPOSE_FILES.map((name) => (directory === "" ? name : `${directory}/${name}`))
    .filter((path) => table.hasFile(path))
    .slice(0, 1);
}

function skaffoldReach(command: DeployCommand, names: readonly string[], bases: readonly string[], context: Context): Reach | null {
  const files =
    command.targets.length > 0
      ? placesOf(command.targets, command, bases, context.table)
      : basesOf(command, bases).flatMap((base) => ["skaffold.yaml", "skaffold.yml"].flatMap((name) => joined(base, name) ?? []));
  return reach(merged(files.map((file) => skaffoldServices(file, names, context))), "skaffold");
}

function skaffoldServices(path: string, names: readonly string[], context: Context): Reached {
  const services = new Map<string, Evidence[]>();
  for (const fact of context.table.in(path, "skaffold")) {
    for (const artifact of fact.artifacts) {
      const image = parseImage(artifact.image)?.name ?? artifact.image;
      const place = joined(directoryOf(path), artifact.context);
      const service =
        (place === null ? null : context.linked.directory.serviceOf(`${place}/Dockerfile`)) ?? context.linked.directory.named(image);
      if (
        service === null ||
        (names.length > 0 && !names.some((name) => name === image || context.linked.directory.named(name) === service))
      )
        continue;
      append(services, service, {
        path,
        startLine: artifact.lines.startLine,
        endLine: artifact.lines.endLine,
        kind: "deployment",
        note: `is what \`${service}\` is built and deployed from`,
      });
    }
  }
  return services;
}

/** A command in a loop over charts installs each of them. Of a chart for one service the release says best which one it is. */
function helmReach(command: DeployCommand, names: readonly string[], bases: readonly string[], context: Context): Reach | null {
  const charts = placesOf(command.targets, command, bases, context.table).flatMap((target) => context.chartAt.get(target) ?? []);
  const [only, ...others] = charts;
  const services = merged(charts.map((chart) => chartServices(chart, context, new Set())));
  const named = byNames(names, context);
  if (only === undefined || (services.size <= charts.length && named.size >= services.size)) return reach(named, "named");
  return others.length === 0 ? reach(services, "chart", only) : reach(services, "named");
}

/** The services of a chart's templates and of the charts that it takes in by path. */
function chartServices(chart: Chart, context: Context, seen: ReadonlySet<string>): Reached {
  if (seen.has(chart.directory)) return new Map();
  const inner = new Set([...seen, chart.directory]);
  const own = [...context.inFile]
    .filter(([path]) => isWithin(path, `${chart.directory === "" ? "" : `${chart.directory}/`}templates`))
    .map(([, services]) => services);
  const parts = context.table.in(chart.path, "helm-chart").flatMap((fact) =>
    fact.dependencies.flatMap((dependency): Reached[] => {
      const place =
        dependency.repository?.startsWith("file://") === true
          ? joined(chart.directory, dependency.repository.slice("file://".length))
          : joined(chart.directory, `charts/${dependency.name}`);
      const part = place === null ? undefined : context.chartAt.get(place);
      if (part === undefined || part.library) return [];
      const declared: Evidence = {
        path: chart.path,
        startLine: dependency.lines.startLine,
        endLine: dependency.lines.endLine,
        kind: "deployment",
        note: `takes in the chart \`${dependency.name}\``,
      };
      const found = chartServices(part, context, inner);
      // A part that runs a generic template is the service that it is called after.
      const services = found.size > 0 ? found : byNames([dependency.alias ?? dependency.name], context);
      return [new Map([...services].map(([service, evidence]) => [service, [declared, ...evidence]]))];
    }),
  );
  const templated = merged([...own, ...parts]);
  return templated.size > 1 ? templated : merged([templated, valuesServices(chart, context)]);
}

const IMAGE_VALUE = /^(?:.*\.)?([\w-]+)\.image(?:\.repository|\.name)?$/;

/** Services that the values give an image each, for templates that loop over them. */
function valuesServices(chart: Chart, context: Context): Reached {
  const own = imagesInValues(
    chart.files
      .slice(0, 1)
      .flatMap(({ path, values }) => [...values].map(([key, { value, lines }]) => ({ path, setting: { key, value, lines } }))),
    context,
  );
  if (own.size > 0 || !loopsOverValues(chart, context)) return own;
  // Its values lie in a folder of values, which says for which stage and not for which chart they are.
  const general = context.table
    .of("settings-file")
    .filter(
      ({ path, fact }) =>
        fact.flavour === "helm-values" &&
        /^values[\w.-]*\.ya?ml$/.test(lastSegment(path)) &&
        !context.linked.charts.some(({ directory }) => isWithin(path, directory)),
    )
    .sort((a, b) => byStage(stageOf(a.path), stageOf(b.path)))[0];
  return general === undefined
    ? own
    : imagesInValues(
        general.fact.settings.map((setting) => ({ path: general.path, setting })),
        context,
      );
}

function loopsOverValues(chart: Chart, context: Context): boolean {
  return [...context.linked.workloads.keys()].some(({ path, fact }) => isWithin(path, chart.directory) && /\{\{-?\s*\$\w/.test(fact.name));
}

function imagesInValues(settings: readonly { readonly path: string; readonly setting: Setting }[], context: Context): Reached {
  const services = new Map<string, Evidence[]>();
  for (const { path, setting } of settings) {
    const part = IMAGE_VALUE.exec(setting.key)?.[1];
    const image = part === undefined ? null : parseImage(setting.value);
    const service =
      part === undefined
        ? null
        : ((image === null ? null : context.linked.directory.named(image.name)) ?? context.linked.directory.named(part));
    if (service === null) continue;
    append(services, service, {
      path,
      startLine: setting.lines.startLine,
      endLine: setting.lines.endLine,
      kind: "deployment",
      note: `is the image of \`${service}\``,
    });
  }
  return services;
}

function kubectlReach(command: DeployCommand, names: readonly string[], bases: readonly string[], context: Context): Reach | null {
  if (command.targets.length === 0) return reach(byNames(names, context), "named");
  const found = placesOf(command.targets, command, bases, context.table).map((place) => manifestServices(place, context, new Set()));
  const services = merged(found);
  if (command.names.length === 0) return reach(services, "directory");
  const chosen = byNames(names, context);
  return reach(new Map([...services].filter(([service]) => chosen.has(service))), "directory");
}

/** The workloads in a file, in the files of a directory and below it, or in what a kustomization takes in. */
function manifestServices(place: string, context: Context, seen: ReadonlySet<string>): Reached {
  if (seen.has(place)) return new Map();
  const inner = new Set([...seen, place]);
  const kustomization = ["kustomization.yaml", "kustomization.yml", "Kustomization"]
    .map((name) => joined(place, name))
    .find((path) => path !== null && context.table.in(path, "kustomization").length > 0);
  if (kustomization != null) {
    const resources = context.table.in(kustomization, "kustomization").flatMap((fact) => fact.resources);
    return merged(
      resources.flatMap((resource) =>
        joined(place, resource) === null ? [] : [manifestServices(joined(place, resource)!, context, inner)],
      ),
    );
  }
  if (place.includes("*")) return merged([...context.inFile].filter(([path]) => minimatch(path, place)).map(([, services]) => services));
  return merged([...context.inFile].filter(([path]) => path === place || isWithin(path, place)).map(([, services]) => services));
}

/** Tools that deploy one application: the one they name, or the one in whose directory they run. */
function namedReach(command: DeployCommand, names: readonly string[], bases: readonly string[], context: Context): Reach | null {
  const named = byNames(names, context);
  if (named.size > 0) return reach(named, "named");
  const places =
    command.targets.length > 0 ? placesOf(command.targets, command, bases, context.table) : basesOf(command, bases).slice(0, 1);
  const services = places.flatMap((place) => context.linked.directory.serviceOf(context.table.hasFile(place) ? place : `${place}/.`) ?? []);
  return reach(new Map(services.map((service) => [service, []])), "named");
}
