import type { KustomizationFact } from "../../facts/kubernetes.js";
import { append, type FactTable } from "../fact-table.js";
import { charts, render, type Chart } from "../helm.js";
import { byText, directoryOf, isWithin, joined } from "../paths.js";

/** Names as the cluster will know them: namespaces that kustomizations give, values that charts fill in. */
export interface ClusterNames {
  /** The namespace of an object: its own, else the one that every kustomization of its file agrees on, else `default`. */
  namespaceOf(path: string, object: { readonly namespace: string | null }): string;
  /** A text of a chart's template with the chart's own values; as written where they do not say. */
  filled(path: string, text: string): string;
}

const DEFAULT_NAMESPACE = "default";
const RELEASE_NAMESPACE = /\{\{-?\s*\$?\.Release\.Namespace\s*(?:\|\s*quote\s*)?-?\}\}/g;

export function clusterNames(table: FactTable): ClusterNames {
  const given = namespacesByFile(table);
  const found = charts(table);
  const chartOf = (path: string): Chart | undefined =>
    found
      .filter((chart) => isWithin(path, chart.directory))
      .sort((a, b) => b.directory.length - a.directory.length || byText(a.directory, b.directory))[0];
  const filled = (path: string, written: string): string => {
    if (!written.includes("{{")) return written;
    const text = written.replace(RELEASE_NAMESPACE, DEFAULT_NAMESPACE);
    const chart = chartOf(path);
    if (chart === undefined) return text;
    const results = render(chart, text);
    return (results.find(({ stage }) => stage === "any") ?? results[0])?.text ?? text;
  };
  return {
    filled,
    namespaceOf(path, { namespace }) {
      const own = namespace === null ? null : filled(path, namespace);
      if (own !== null && !own.includes("{{")) return own;
      const candidates = given.get(path);
      return candidates?.size === 1 ? [...candidates][0]! : DEFAULT_NAMESPACE;
    },
  };
}

/** The namespaces that kustomizations give to each file which they or their resources list. */
function namespacesByFile(table: FactTable): ReadonlyMap<string, ReadonlySet<string>> {
  const byDirectory = new Map<string, { readonly path: string; readonly fact: KustomizationFact }[]>();
  for (const stated of table.of("kustomization")) append(byDirectory, directoryOf(stated.path), stated);
  const given = new Map<string, Set<string>>();
  const give = (directory: string, namespace: string, seen: Set<string>): void => {
    if (seen.has(directory)) return;
    seen.add(directory);
    for (const { fact } of byDirectory.get(directory) ?? []) {
      for (const resource of [...fact.resources, ...fact.patches]) {
        const path = joined(directory, resource);
        if (path === null) continue;
        if (byDirectory.has(path)) give(path, namespace, seen);
        else given.set(path, (given.get(path) ?? new Set()).add(namespace));
      }
    }
  };
  for (const { path, fact } of table.of("kustomization")) {
    if (fact.namespace !== null && !fact.namespace.includes("{{")) give(directoryOf(path), fact.namespace, new Set());
  }
  return given;
}
