import type { TextPart } from "./code/denotation.js";
import type { Evidence } from "./evidence.js";
import type { DatabaseUse } from "./model.js";

/** A database that code opens or whose tables it touches: what the code alone says, before values are filled in. */
export interface DatabaseReference {
  readonly service: string;
  /** As the library or the URL says (`postgres`, `mysql`, `mongodb`, …); `null` where neither does. */
  readonly engine: string | null;
  /** The connection string, if it is given as one. */
  readonly url: readonly TextPart[] | null;
  /** The parts, if they are given apart. */
  readonly host: readonly TextPart[] | null;
  readonly port: readonly TextPart[] | null;
  readonly database: readonly TextPart[] | null;
  readonly schema: readonly TextPart[] | null;
  readonly user: readonly TextPart[] | null;
  /** Tables, collections or entity names that this service touches, as written. */
  readonly entities: readonly string[];
  readonly access: DatabaseUse["access"];
  /**
   * The workspace package or directory outside the service that holds the connection or the entities, when they are
   * imported: services that import the same module share its database although no environment says so.
   */
  readonly module: string | null;
  /** Code places: the connection or the import first. */
  readonly evidence: readonly Evidence[];
}
