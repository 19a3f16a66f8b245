import type { FactTable } from "../fact-table.js";
import { fullHost } from "./hosts.js";
import type { ClusterNames } from "./names.js";

/** Full names of hosts behind which one endpoint alone is declared, and nothing that adds more. */
export function singleEndpoints(table: FactTable, names: ClusterNames): ReadonlySet<string> {
  const single = new Set<string>();
  for (const { fact } of table.of("service-entry")) {
    if (fact.endpoints === 1) fact.hosts.forEach((host) => single.add(host));
  }
  const scaled = new Set(table.of("autoscaler").map(({ path, fact }) => `${names.namespaceOf(path, fact)}/${fact.target}`));
  const pods = table.of("workload").map(({ path, fact }) => {
    const namespace = names.namespaceOf(path, fact);
    const replicas = scaled.has(`${namespace}/${fact.name}`) || fact.templated ? null : fact.replicas;
    return { namespace, replicas, labels: fact.podLabels, name: fact.name };
  });
  for (const { path, fact } of table.of("kubernetes-service")) {
    const namespace = names.namespaceOf(path, fact);
    const selector = Object.entries(fact.selector);
    if (selector.length === 0) continue;
    const selected = pods.filter((pod) => pod.namespace === namespace && selector.every(([key, value]) => pod.labels[key] === value));
    // Copies of a workload for several stages are one workload.
    const workloads = new Map(selected.map((pod) => [pod.name, pod]));
    const alone = workloads.size === 1 && selected.every(({ replicas }) => replicas === 1);
    if (alone) single.add(fullHost(fact.name, namespace));
  }
  return single;
}
