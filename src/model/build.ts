import type { SystemSettings } from "../config/config.js";
import type { SnapshotFacts } from "../facts/facts.js";
import type { TraceFile } from "../facts/traces/span.js";
import type { History } from "../snapshot/history.js";
import { linkCloudChannels } from "./cloud-channels/link.js";
import { surroundingsOf } from "./code/program.js";
import { withDeclaredUses } from "./contracts/channels.js";
import { declaredMessages } from "./contracts/declared.js";
import { linkContracts } from "./contracts/link.js";
import { schemaRegistries } from "./contracts/registry.js";
import { linkDatabases } from "./databases/link.js";
import { linkDeadLetters } from "./dead-letters/link.js";
import { Templates } from "./dead-letters/templates.js";
import { linkDeployUnits } from "./deploy/link.js";
import { linkCode, type LinkedParts } from "./effects/link.js";
import { linkEnvironment } from "./environment/link.js";
import { tabulate } from "./fact-table.js";
import { buildGateways } from "./gateway-build.js";
import { gatewayRouting } from "./gateways/routing.js";
import { serviceHistory, type ServiceHistory } from "./history.js";
import { layoutOf, sameLayout, type Layout } from "./layout.js";
import { buildMesh } from "./mesh-build.js";
import type { SystemModel } from "./model.js";
import type { ReadingSteps } from "./reading-steps.js";
import type { ServiceDirectory } from "./services.js";
import { linkServices } from "./services/link.js";
import { buildTraces } from "./traces.js";

/** What a model may know besides the facts of its own snapshot. */
export interface ModelContext {
  /** Changes that led to this commit, newest first. */
  readonly history?: History | undefined;
  /** Changes before those, told in services already: a directory may have had another name then. */
  readonly past?: ServiceHistory | undefined;
  /** Recorded traces of this commit. */
  readonly traces?: readonly TraceFile[] | undefined;
}

/** A system as its facts alone tell it. */
export interface LinkedSystem {
  readonly model: Omit<SystemModel, "history" | "traces">;
  readonly directory: ServiceDirectory;
  readonly layout: Layout;
  /** Its code in parts: what a change leaves alone needs no second reading. */
  readonly parts: LinkedParts;
}

/** Another commit, which this one may be like. */
export interface Before {
  readonly facts: SnapshotFacts;
  readonly system: Pick<LinkedSystem, "layout" | "parts">;
}

/** Links facts and adds what else is known. Pure. */
export function buildModel(facts: SnapshotFacts, config: SystemSettings, context: ModelContext = {}): SystemModel {
  return knowing(linkSystem(facts, config), context);
}

/** The system with its history and recorded traces. Where it has neither its directory is not asked, which may have to be made first. */
export function knowing(system: LinkedSystem, context: ModelContext): SystemModel {
  return {
    ...system.model,
    history: serviceHistory(context.history, (path) => system.directory.serviceOf(path), context.past),
    traces: buildTraces(context.traces ?? [], (name) => system.directory.named(name)),
  };
}

/**
 * Links the facts of one snapshot into the system at that commit: names become identities, values are followed
 * to services, databases and channels, effects propagate. Pure.
 *
 * @param before another commit, of which is taken over what would be the same here
 */
export function linkSystem(facts: SnapshotFacts, config: SystemSettings, before?: Before): LinkedSystem {
  const steps = linkInSteps(facts, config, before);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** The same, for facts of which not everything was read: each step names the source facts that the next reads more than the front of. */
export function* linkInSteps(facts: SnapshotFacts, config: SystemSettings, before?: Before): ReadingSteps<LinkedSystem> {
  const table = tabulate(facts);
  const linked = linkServices(table, config);
  const environment = linkEnvironment(table, linked);
  const { directory } = linked;
  const mesh = buildMesh(table);
  const messages = declaredMessages(table, directory);
  const surroundings = surroundingsOf(facts.files, facts.paths);
  const layout =
    (before === undefined ? null : sameLayout({ facts: before.facts, layout: before.system.layout }, facts, directory)) ??
    (yield* layoutOf({ facts, table, services: directory, surroundings }));
  const templates = new Templates(table);
  const cloud = linkCloudChannels(templates, environment);
  const gateways = buildGateways(table);
  const routing = gatewayRouting(table, gateways, directory);
  const substrate = { table, config, services: directory, environment, mesh, routing, cloud, messages };
  const { links, parts } = yield* linkCode(facts, layout, surroundings, substrate, before?.system.parts ?? new Map());
  const model = {
    services: directory.services,
    databases: linkDatabases(table, linked, environment, links.references),
    channels: withDeclaredUses(links.channels, messages),
    events: linkContracts(links.events, links.channels, messages),
    schemaRegistries: schemaRegistries(table, layout.registryClients),
    deadLetters: linkDeadLetters(templates, linked, links.deadLetters),
    requeues: links.requeues,
    storedEvents: links.storedEvents,
    sharedLibraries: links.sharedLibraries,
    deployUnits: linkDeployUnits(table, linked),
    mesh,
    gateways,
    code: links.code,
    coverage: { ...facts.coverage, unresolved: links.unresolved },
  };
  return { model, directory, layout, parts };
}
