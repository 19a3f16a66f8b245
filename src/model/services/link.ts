import type { ContainerFact } from "../../facts/kubernetes.js";
import type { SystemSettings } from "../../config/config.js";
import { composeEntries, type ComposeEntry } from "../compose.js";
import type { FactTable } from "../fact-table.js";
import { charts, render, type Chart } from "../helm.js";
import type { Service } from "../model.js";
import { byText, isWithin } from "../paths.js";
import type { ServiceDirectory } from "../services.js";
import { directoryOfServices } from "./directory.js";
import type { Draft } from "./draft.js";
import { addRepository, gatherDrafts, imageOwners, literalDirectory, matcherFor } from "./gather.js";
import { aliasesOf, nameDrafts } from "./naming.js";
import { chartDirectory, composeOwners, ownImages, workloadOwners, type Owner, type StatedWorkload } from "./owners.js";
import { sourceTree, type SourceTree } from "./source-tree.js";

/** The services of a snapshot, and which of its containers are theirs. */
export interface LinkedServices {
  readonly directory: ServiceDirectory;
  readonly tree: SourceTree;
  /** In order of path and of the file. Entries that build what does not exist are absent. */
  readonly composed: ReadonlyMap<ComposeEntry, Owner<string>>;
  readonly workloads: ReadonlyMap<StatedWorkload, Owner<string>>;
  readonly charts: readonly Chart[];
  /** The chart that a file is a template of. */
  chartOf(path: string): Chart | null;
}

export function linkServices(table: FactTable, config: SystemSettings): LinkedServices {
  const tree = sourceTree(table);
  const entries = composeEntries(table);
  const { drafts, built } = gatherDrafts(table, tree, entries, config);
  const allCharts = charts(table);
  const byDirectory = new Map(allCharts.map((chart) => [chart.directory, chart]));
  const chartOf = (path: string): Chart | null => {
    const directory = chartDirectory(path);
    return directory === null ? null : (byDirectory.get(directory) ?? null);
  };

  // Where the system's code is here, a chart from elsewhere brings products; a repository of charts alone may have its own of them.
  const foreign = drafts.all().some(({ directory }) => directory !== null)
    ? allCharts.filter(({ foreign: brought, directory }) => brought && directory !== "").map(({ directory }) => directory)
    : [];

  const matching = matcherFor(table, entries, drafts);
  const images = ownImages(imageOwners(entries, table, drafts, matching));
  const composed = composeOwners(entries, { tree, drafts, matcher: matching, images, built, table });
  // Compose files may have added services that run images from elsewhere: workloads are matched with these too.
  const workloads = workloadOwners(table.of("workload"), {
    drafts,
    matcher: matcherFor(table, entries, drafts),
    images,
    tree,
    isForeign: (path) => foreign.some((directory) => isWithin(path, directory)),
    imagesOf: (workload, container) => imagesOf(chartOf(workload.path), container),
  });

  if (drafts.all().length === 0) addRepository(table, tree, drafts);
  const named = nameDrafts(drafts.all());
  const nameOf = new Map(named.map(({ name, draft }) => [draft, name]));
  const services = withOwnAliases(named.map(({ name, draft }) => serviceOf(name, draft)));
  const composedByName = withNames(composed, nameOf);
  const workloadsByName = withNames(workloads, nameOf);
  const directory = directoryOfServices({
    table,
    tree,
    config: config.services.map(({ name, paths }) => ({ name, paths, directories: paths.map(literalDirectory) })),
    services,
    composed: composedByName,
    workloads: workloadsByName,
  });
  return { directory, tree, composed: composedByName, workloads: workloadsByName, charts: allCharts, chartOf };
}

function imagesOf(chart: Chart | null, container: ContainerFact): readonly string[] {
  if (container.image === null) return [];
  return chart === null ? [container.image] : [...new Set(render(chart, container.image).map(({ text }) => text))];
}

function serviceOf(name: string, draft: Draft): Service {
  const evidence = [...draft.evidence].sort((a, b) => byText(a.path, b.path) || a.startLine - b.startLine);
  return {
    name,
    paths: draft.paths
      .filter((path) => !draft.paths.some((other) => other !== path && isWithin(path, other)))
      .sort((a, b) => b.length - a.length || byText(a, b)),
    aliases: aliasesOf(name, draft),
    evidence: evidence.filter(
      (piece, index) => index === 0 || piece.path !== evidence[index - 1]!.path || piece.startLine !== evidence[index - 1]!.startLine,
    ),
  };
}

/** Without names that several services are called by: they say nothing of any. */
function withOwnAliases(services: readonly Service[]): readonly Service[] {
  const counts = new Map<string, number>();
  for (const alias of services.flatMap(({ aliases }) => aliases)) counts.set(alias, (counts.get(alias) ?? 0) + 1);
  return services.map((service) => ({ ...service, aliases: service.aliases.filter((alias) => counts.get(alias) === 1) }));
}

function withNames<K>(owners: ReadonlyMap<K, Owner<Draft>>, nameOf: ReadonlyMap<Draft, string>): ReadonlyMap<K, Owner<string>> {
  const named = new Map<K, Owner<string>>();
  for (const [key, owner] of owners) {
    if (owner.kind === "infrastructure") named.set(key, owner);
    else {
      const service = nameOf.get(owner.service);
      if (service !== undefined) named.set(key, { kind: "service", service });
    }
  }
  return named;
}
