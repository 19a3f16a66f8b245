import type { FactCoverage } from "../facts/facts.js";
import type { SystemCode } from "./code.js";
import type { DeadLetterTarget, Requeue } from "./dead-letters.js";
import type { EventContract } from "./contracts.js";
import type { EventField } from "./event-field.js";
import type { Confidence, Evidence } from "./evidence.js";
import type { Gateway } from "./gateway.js";
import type { ServiceHistory } from "./history.js";
import type { Mesh } from "./mesh.js";
import type { SharedLibrary } from "./shared-libraries.js";
import type { StoredEvent } from "./stored-events.js";
import type { Traces } from "./traces.js";

/**
 * The system at one commit. Rules read it and nothing else. Everything is readonly, sorted by name or id, and free of
 * credentials; places are kept beside names, so that a rule can list its evidence.
 */
export interface SystemModel {
  readonly services: readonly Service[];
  readonly databases: readonly Database[];
  readonly channels: readonly Channel[];
  readonly events: readonly EventType[];
  /** What shows that schemas of messages are kept in a registry; empty where nothing does. */
  readonly schemaRegistries: readonly Evidence[];
  readonly deadLetters: readonly DeadLetterTarget[];
  /** Handlers that put back what they could not process, each once. */
  readonly requeues: readonly Requeue[];
  /** Events of several versions that are read again after they were stored. */
  readonly storedEvents: readonly StoredEvent[];
  /** Code of no service that services import, with what of the business is in it. */
  readonly sharedLibraries: readonly SharedLibrary[];
  readonly deployUnits: readonly DeployUnit[];
  readonly mesh: Mesh;
  readonly gateways: readonly Gateway[];
  /** Functions, calls and effects: what the code of the services does. */
  readonly code: SystemCode;
  /** Past changes by the services they touched; empty where nobody supplied a history. */
  readonly history: ServiceHistory;
  /** What recorded requests show; empty where nobody supplied traces. */
  readonly traces: Traces;
  readonly coverage: ModelCoverage;
}

/** A deployable unit of this system's own code. */
export interface Service {
  readonly name: string;
  /** Directories (no trailing slash; "" is the root) whose files belong to it, most specific first. */
  readonly paths: readonly string[];
  /** Every other name by which files call it, lower case. */
  readonly aliases: readonly string[];
  readonly evidence: readonly Evidence[];
}

export interface Database {
  /** `postgres/orders_db`, with `/schema` where one is named, and `@host` only where two hosts share the name. */
  readonly id: string;
  /** Canonical: postgres, mysql, mongodb, mssql, oracle, dynamodb, redis, elasticsearch, sqlite, cassandra, neo4j, influxdb, clickhouse, other. */
  readonly engine: string;
  readonly name: string;
  readonly schema: string | null;
  readonly host: string | null;
  /** Caches, buses and sinks for search and analysis (`search`) are kept in the model and are not a system of record. */
  readonly role: "record" | "cache" | "search" | "bus";
  /** By services of the system, sorted by service. */
  readonly uses: readonly DatabaseUse[];
  /** By products that run beside it and keep their data there (`keycloak`, `metabase`); `service` is the product's name. */
  readonly products: readonly DatabaseUse[];
}

export interface DatabaseUse {
  readonly service: string;
  readonly access: "read-only" | "read-write" | "unknown";
  /** Tables, collections or entities that this service is known to touch, lower case. */
  readonly entities: readonly string[];
  /**
   * How this service comes to it: `dsn` (a literal or resolved connection string), `parts` (host and name apart),
   * `secret` (the same Secret and key, value unknown), `variable` (the same unresolved variable, or one of its own), `module` (an ORM module
   * imported from a shared package), `schema` (a Prisma or migration file).
   */
  readonly via: readonly ("dsn" | "parts" | "secret" | "variable" | "module" | "schema")[];
  readonly confidence: Confidence;
  /** The line that names the database first, then the lines through which its value went. */
  readonly evidence: readonly Evidence[];
}

export interface Channel {
  /** Topic, queue, exchange/routing key, subject or pattern. */
  readonly name: string;
  readonly transport: string;
  readonly publishers: readonly ChannelUse[];
  readonly consumers: readonly ChannelUse[];
}

export interface ChannelUse {
  readonly service: string;
  /** Id of the function in `SystemCode.functions`, `null` when only a deployment file says so. */
  readonly function: string | null;
  readonly event: string | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

/** The type of a published message. */
export interface EventType {
  /** Without version suffix: `OrderCreated`, `order.created`. */
  readonly name: string;
  readonly channels: readonly string[];
  readonly publishers: readonly string[];
  readonly consumers: readonly string[];
  /** Classes and types of its messages in code. */
  readonly types: readonly string[];
  /** As code publishes it; empty where only contract files tell of it. */
  readonly versions: readonly EventVersion[];
  readonly contracts: readonly EventContract[];
}

export interface EventVersion {
  /** `null` where nothing says a version. */
  readonly version: string | null;
  /** What its publishers put into it, one for each of them whose message could be read, the fullest first. */
  readonly shapes: readonly EventShape[];
  readonly evidence: readonly Evidence[];
}

/** The message of one publisher. */
export interface EventShape {
  readonly fields: readonly EventField[];
  /** Paths of what could not be read to its end, so that more may be in it; the message itself is "". */
  readonly open: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** What can only be deployed together. */
export interface DeployUnit {
  /** `workflow:deploy.yml/deploy`, `chart:charts/shop`, `script:scripts/deploy.sh`, `skaffold:skaffold.yaml`. */
  readonly id: string;
  readonly title: string;
  readonly services: readonly string[];
  /** Why one service cannot go alone; `null` where it can (a path filter, a selector, an input that chooses). */
  readonly coupling:
    | "one-job"
    | "one-workflow"
    | "ordered-jobs"
    | "umbrella-chart"
    | "one-directory"
    | "one-version"
    | "compose-host"
    | null;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
}

export interface ModelCoverage extends FactCoverage {
  /** Calls, publishes and connections whose target could not be resolved. */
  readonly unresolved: number;
}
