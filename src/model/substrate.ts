import type { SystemSettings } from "../config/config.js";
import type { CloudChannels } from "./cloud-channels.js";
import type { DeclaredMessage } from "./contracts/declared.js";
import type { DatabaseReference } from "./databases.js";
import type { CodeDeadLetters, Requeue } from "./dead-letters.js";
import type { Environment } from "./environment.js";
import type { FactTable } from "./fact-table.js";
import type { GatewayRouting } from "./gateways/routing.js";
import type { Mesh } from "./mesh.js";
import type { Channel, EventType } from "./model.js";
import type { SystemCode } from "./code.js";
import type { SharedLibrary } from "./shared-libraries.js";
import type { StoredEvent } from "./stored-events.js";
import type { ServiceDirectory } from "./services.js";

/** What is known of the system before its code is read: who is there, under which names, in which environment. */
export interface Substrate {
  readonly table: FactTable;
  readonly config: SystemSettings;
  readonly services: ServiceDirectory;
  readonly environment: Environment;
  readonly mesh: Mesh;
  readonly routing: GatewayRouting;
  readonly cloud: CloudChannels;
  /** Messages that contract files declare. */
  readonly messages: readonly DeclaredMessage[];
}

/** What reading the code adds. */
export interface CodeLinks {
  readonly code: SystemCode;
  readonly channels: readonly Channel[];
  readonly events: readonly EventType[];
  readonly deadLetters: CodeDeadLetters;
  readonly requeues: readonly Requeue[];
  readonly storedEvents: readonly StoredEvent[];
  readonly sharedLibraries: readonly SharedLibrary[];
  readonly references: readonly DatabaseReference[];
  /** Calls, publishes and connections whose target could not be resolved. */
  readonly unresolved: number;
}
