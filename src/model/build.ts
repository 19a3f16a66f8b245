import type { Config } from "../config/config.js";
import type { SnapshotFacts } from "../facts/facts.js";
import type { TraceFile } from "../facts/traces/span.js";
import type { History } from "../snapshot/history.js";
import type { Program } from "./code/denotation.js";
import { createProgram } from "./code/program.js";
import { withDeclaredUses } from "./contracts/channels.js";
import { declaredMessages } from "./contracts/declared.js";
import { linkContracts } from "./contracts/link.js";
import { schemaRegistries } from "./contracts/registry.js";
import { linkDatabases } from "./databases/link.js";
import { linkDeadLetters } from "./dead-letters/link.js";
import { linkDeployUnits } from "./deploy/link.js";
import { handlersInLibraries } from "./effects/library-handlers.js";
import { linkCode } from "./effects/link.js";
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
}

/** Links facts and adds what else is known. Pure. */
export function buildModel(facts: SnapshotFacts, config: Config, context: ModelContext = {}): SystemModel {
  return knowing(linkSystem(facts, config), context);
}

/** The system with its history and recorded traces. */
export function knowing({ model, directory }: LinkedSystem, context: ModelContext): SystemModel {
  return {
    ...model,
    history: serviceHistory(context.history, directory.serviceOf, context.past),
    traces: buildTraces(context.traces ?? [], directory.named),
  };
}

/**
 * Links the facts of one snapshot into the system at that commit: names become identities, values are followed
 * to services, databases and channels, effects propagate. Pure.
 */
export function linkSystem(facts: SnapshotFacts, config: Config): LinkedSystem {
  const table = tabulate(facts);
  const linked = linkServices(table, config);
  const environment = linkEnvironment(table, linked);
  const { directory } = linked;
  const mesh = buildMesh(table);
  const program = programOf(facts, directory);
  const messages = declaredMessages(table, directory);
  const links = linkCode(program, { facts, config, services: directory, environment, mesh, messages });
  const model = {
    services: directory.services,
    databases: linkDatabases(table, linked, environment, links.references),
    channels: withDeclaredUses(links.channels, messages),
    events: linkContracts(links.events, links.channels, messages),
    schemaRegistries: schemaRegistries(table),
    deadLetters: linkDeadLetters(table, linked, links.deadLetters),
    requeues: links.requeues,
    storedEvents: links.storedEvents,
    sharedLibraries: links.sharedLibraries,
    deployUnits: linkDeployUnits(table, linked),
    mesh,
    gateways: buildGateways(table),
    code: links.code,
    coverage: { ...facts.coverage, unresolved: links.unresolved },
  };
  return { model, directory };
}

/** The code, with handlers in library code read as part of the one service that takes them in. */
function programOf({ files, paths }: SnapshotFacts, directory: ServiceDirectory): Program {
  const program = createProgram(files, (path) => directory.serviceOf(path), paths);
  const taken = handlersInLibraries(program);
  return taken.size === 0 ? program : createProgram(files, (path) => directory.serviceOf(path) ?? taken.get(path) ?? null, paths);
}
