import type { DatabaseReference } from "../databases.js";
import type { Engine } from "../dsn.js";
import type { LinkedEnvironment } from "../environment/link.js";
import type { FactTable } from "../fact-table.js";
import type { Database } from "../model.js";
import type { LinkedServices } from "../services/link.js";
import type { Infrastructure } from "../services/owners.js";
import { driversOf } from "./drivers.js";
import { sightingsInCode } from "./from-code.js";
import { sightingsInEnvironment } from "./from-environment.js";
import { sightingsInSchemas } from "./from-schemas.js";
import { databasesOf } from "./identity.js";
import type { Sighting } from "./sighting.js";

/** The databases of the system with everybody who uses them. */
export function linkDatabases(table: FactTable, linked: LinkedServices, environment: LinkedEnvironment, references: readonly DatabaseReference[]): readonly Database[] {
  const drivers = driversOf(table, linked.directory);
  const sightings: Sighting[] = [];
  for (const { name } of linked.directory.services) {
    sightings.push(...sightingsInEnvironment({ kind: "service", name }, environment.declared(name), (engine) => drivers.has(name, engine)));
  }
  for (const product of products(linked)) {
    sightings.push(...sightingsInEnvironment({ kind: "product", name: product.name }, environment.ofInfrastructure.get(product.id) ?? [], () => true));
  }
  sightings.push(...sightingsInSchemas(table, linked.directory, environment));
  for (const reference of references) sightings.push(...sightingsInCode(reference, environment));
  return databasesOf(sightings, linked.directory, (service): Engine | null => drivers.sole(service));
}

/** Containers of somebody else that keep data: neither the stores themselves nor tools that look into them. */
function products(linked: LinkedServices): readonly Infrastructure[] {
  const found = new Map<string, Infrastructure>();
  for (const owner of [...linked.composed.values(), ...linked.workloads.values()]) {
    if (owner.kind === "infrastructure" && (owner.infrastructure.role === "product" || owner.infrastructure.role === "gateway")) found.set(owner.infrastructure.id, owner.infrastructure);
  }
  return [...found.values()];
}
