import type { SystemSettings } from "../../config/config.js";
import type { CloudChannels } from "../cloud-channels.js";
import type { Program } from "../code/denotation.js";
import type { DeclaredMessage } from "../contracts/declared.js";
import type { Environment } from "../environment.js";
import type { Mesh } from "../mesh.js";
import type { ServiceDirectory } from "../services.js";
import type { Serving } from "./serving.js";
import type { FactTable } from "../fact-table.js";

/** What a part of the code is read with. */
export interface Reading {
  readonly table: FactTable;
  readonly program: Program;
  readonly services: ServiceDirectory;
  readonly environment: Environment;
  readonly mesh: Mesh;
  readonly cloud: CloudChannels;
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
