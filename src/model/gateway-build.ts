import type { FactTable } from "./fact-table.js";
import type { Gateway } from "./gateway.js";
import { clusterGateways } from "./gateways/cluster.js";
import { declaredGateways } from "./gateways/declared.js";
import { byText } from "./paths.js";

/** Links Kong's declarations and its Kubernetes objects: which plugin reaches which route, and at which scope. */
export function buildGateways(table: FactTable): readonly Gateway[] {
  const all = [...declaredGateways(table), ...clusterGateways(table)];
  return all.sort((one, other) => byText(one.name, other.name) || byText(one.place.path, other.place.path));
}
