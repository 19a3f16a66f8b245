import type { FactTable } from "./fact-table.js";
import type { Mesh } from "./mesh.js";
import { meshDestinations } from "./mesh/destinations.js";
import { clusterNames } from "./mesh/names.js";
import { meshLimits, meshRoutes } from "./mesh/routes.js";

/**
 * Links mesh objects of all files: delegates inherit from their roots, policies reach their targets, specific rules
 * replace wildcards, rules for one host complete each other.
 */
export function buildMesh(table: FactTable): Mesh {
  const names = clusterNames(table);
  return { routes: meshRoutes(table, names), destinations: meshDestinations(table, names), limits: meshLimits(table, names) };
}
