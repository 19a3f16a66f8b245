import type { SystemSettings } from "../../config/config.js";
import type { CloudChannels } from "../cloud-channels.js";
import type { Denotation, Program, TextPart } from "../code/denotation.js";
import type { DeclaredMessage } from "../contracts/declared.js";
import type { Environment } from "../environment.js";
import type { GatewayRouting } from "../gateways/routing.js";
import type { Mesh } from "../mesh.js";
import type { ServiceDirectory } from "../services.js";
import type { Serving } from "./serving.js";
import type { FactTable } from "../fact-table.js";

/**
 * Names of channels that code knows by a variable: what the service's environment holds, else what the code falls back to,
 * else the variable's own name.
 */
export interface VariableNames {
  /** A name in which variables stand, as code of the service means it. */
  text(parts: readonly TextPart[], service: string | null): string;
  /** The name that a value is; `null` where a part of it is open. */
  of(value: Denotation, service: string | null): string | null;
  /** The names that were found for each variable. */
  readonly found: ReadonlyMap<string, readonly string[]>;
}

/** What a part of the code is read with. */
export interface Reading {
  readonly table: FactTable;
  readonly program: Program;
  readonly services: ServiceDirectory;
  readonly environment: Environment;
  readonly mesh: Mesh;
  readonly routing: GatewayRouting;
  readonly cloud: CloudChannels;
  readonly variables: VariableNames;
  readonly config: SystemSettings;
  /** Messages that contract files declare. */
  readonly messages: readonly DeclaredMessage[];
  /** Whether a file's code runs in a browser or on a phone: its requests are not those of a service. */
  readonly isBrowser: (path: string) => boolean;
  /** Whether only people start a file, by hand: what is said of its effects is said less surely. */
  readonly isRunByHand: (path: string) => boolean;
}

/** What a part is linked with, once it is known what all parts serve. */
export interface Linking extends Reading {
  readonly serving: Serving;
}
