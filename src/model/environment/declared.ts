import type { Evidence } from "../evidence.js";
import type { OpaqueSource, Stage } from "../environment.js";

/** Where a variable stands. Deployment files decide; settings and dotenv files are what holds without them. */
export type Origin = "deployment" | "dotenv" | "settings" | "image";

/** One variable as one place declares it for one service, with its value filled in as far as possible. */
export interface Declared {
  readonly name: string;
  /** `null` where the value is not in the repository: see `opaque`. */
  readonly value: string | null;
  readonly complete: boolean;
  readonly opaque: OpaqueSource | null;
  readonly stage: Stage;
  readonly origin: Origin;
  /**
   * Variables of one group reach the same process together: a compose service, a container, a settings file. Host and
   * name of a database are looked for within a group.
   */
  readonly group: string;
  /** Within one scope (a compose project, a cluster's namespace) an unfilled `${NAME}` means the same everywhere. */
  readonly scope: string;
  /** A file of variables that several services are given whole: it does not say that this one uses them. */
  readonly shared: boolean;
  /** Another file's value for the same process, kept so that groups are complete; not listed again. */
  readonly inherited: boolean;
  readonly evidence: readonly Evidence[];
}

/** Spring, .NET and shells spell one setting differently: `spring.datasource.url`, `SPRING_DATASOURCE_URL`. */
export function relaxed(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "");
}
