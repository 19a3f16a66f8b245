import type { Engine } from "../dsn.js";
import type { Stage } from "../environment.js";
import type { Confidence, Evidence } from "../evidence.js";
import type { DatabaseUse } from "../model.js";

/** Who uses a database: a service of the system, or a product that keeps its own data in it. */
export interface DatabaseUser {
  readonly kind: "service" | "product";
  readonly name: string;
}

/** One statement that somebody uses a database. Holds nothing of the credentials. */
export interface Sighting {
  readonly user: DatabaseUser;
  readonly engine: Engine | null;
  readonly target: Target;
  readonly readOnly: boolean;
  readonly via: DatabaseUse["via"][number];
  readonly entities: readonly string[];
  readonly access: DatabaseUse["access"];
  readonly confidence: Confidence;
  readonly stage: Stage;
  /**
   * What carries the value in this user, in relaxed spelling: its values in several files speak of the same database in
   * several places. `null` for what stands in code alone.
   */
  readonly carrier: string | null;
  /** It stands in a settings file or in code, to hold where a deployment says nothing. */
  readonly isDefault: boolean;
  readonly evidence: readonly Evidence[];
}

const OTHER_THAN_RECORD: ReadonlySet<Engine> = new Set(["redis", "elasticsearch", "influxdb", "clickhouse", "amqp", "kafka"]);

/** Stores of record, as opposed to caches, buses, and sinks for search and analysis. An unknown engine may be one. */
export function isRecord(engine: Engine | null): boolean {
  return engine === null || !OTHER_THAN_RECORD.has(engine);
}

export type Target =
  | {
      readonly kind: "server";
      /** Lower case; several for clusters; `${NAME}` where a variable stands. */
      readonly hosts: readonly string[];
      readonly port: number | null;
      readonly database: string;
      readonly schema: string | null;
      /** Within it an unfilled variable means the same everywhere. */
      readonly scope: string;
    }
  /** A Secret's entry or an unfilled variable: equal keys are equal values. */
  | { readonly kind: "opaque"; readonly key: string; readonly label: string }
  /** A variable of one service that no file gives a value. */
  | { readonly kind: "unfilled"; readonly key: string; readonly label: string }
  /** A shared module that opens the database or holds its entities. */
  | { readonly kind: "module"; readonly module: string };
