import type { SystemSettings } from "../config/config.js";
import type { SnapshotFacts } from "../facts/facts.js";
import type { TraceFile } from "../facts/traces/span.js";
import type { History } from "../snapshot/history.js";
import { linkCloudChannels } from "./cloud-channels/link.js";
import type { Program } from "./code/denotation.js";
import { sourceFiles } from "./code/file-table.js";
import { createProgram, surroundingsOf, type Surroundings } from "./code/program.js";
import { withDeclaredUses } from "./contracts/channels.js";
import { declaredMessages } from "./contracts/declared.js";
import { linkContracts } from "./contracts/link.js";
import { schemaRegistries } from "./contracts/registry.js";
import { linkDatabases } from "./databases/link.js";
import { linkDeadLetters } from "./dead-letters/link.js";
import { Templates } from "./dead-letters/templates.js";
import { linkDeployUnits } from "./deploy/link.js";
import { handlersInLibraries } from "./effects/library-handlers.js";
import { linkCode, type LinkedParts } from "./effects/link.js";
import { linkEnvironment } from "./environment/link.js";
import { tabulate } from "./fact-table.js";
import { buildGateways } from "./gateway-build.js";
import { serviceHistory, type ServiceHistory } from "./history.js";
import { buildMesh } from "./mesh-build.js";
import type { SystemModel } from "./model.js";
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
  /** Its code in parts: what a change leaves alone needs no second reading. */
  readonly parts: LinkedParts;
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
 * @param before parts of another commit, of which those are taken over that would be linked the same
 */
export function linkSystem(facts: SnapshotFacts, config: SystemSettings, before: LinkedParts = new Map()): LinkedSystem {
  const table = tabulate(facts);
  const linked = linkServices(table, config);
  const environment = linkEnvironment(table, linked);
  const { directory } = linked;
  const mesh = buildMesh(table);
  const messages = declaredMessages(table, directory);
  const surroundings = surroundingsOf(facts.files, facts.paths);
  const program = programOf(facts, directory, surroundings);
  const templates = new Templates(table);
  const cloud = linkCloudChannels(templates, environment);
  const substrate = { table, config, services: directory, environment, mesh, cloud, messages };
  const { links, parts } = linkCode(facts, program, surroundings, substrate, before);
  const model = {
    services: directory.services,
    databases: linkDatabases(table, linked, environment, links.references),
    channels: withDeclaredUses(links.channels, messages),
    events: linkContracts(links.events, links.channels, messages),
    schemaRegistries: schemaRegistries(table),
    deadLetters: linkDeadLetters(templates, linked, links.deadLetters),
    requeues: links.requeues,
    storedEvents: links.storedEvents,
    sharedLibraries: links.sharedLibraries,
    deployUnits: linkDeployUnits(table, linked),
    mesh,
    gateways: buildGateways(table),
    code: links.code,
    coverage: { ...facts.coverage, unresolved: links.unresolved },
  };
  return { model, directory, parts };
}

/** All source files, with handlers in library code read as part of the one service that takes them in. */
function programOf({ files }: SnapshotFacts, directory: ServiceDirectory, surroundings: Surroundings): Program {
  const program = createProgram(
    sourceFiles(files, (path) => directory.serviceOf(path)),
    surroundings,
  );
  const taken = handlersInLibraries(program);
  if (taken.size === 0) return program;
  const serviceOf = (path: string): string | null => directory.serviceOf(path) ?? taken.get(path) ?? null;
  return createProgram(sourceFiles(files, serviceOf), surroundings);
}
