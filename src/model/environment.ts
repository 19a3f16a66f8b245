import type { TextPart } from "./code/denotation.js";
import type { Evidence } from "./evidence.js";

/**
 * Where a value holds. `production` and `development` come from the file's name, path or profile (`values-prod.yaml`,
 * `overlays/staging`, `docker-compose.dev.yml`); `any` says nothing about it.
 */
export type Stage = "production" | "any" | "development" | "test";

/** One value that a variable may have in one service, after interpolation. */
export interface EnvironmentValue {
  /** May hold credentials: it must not leave the model. Take the host or the name out of it, never show it. */
  readonly value: string;
  /** Nothing is left to fill in: no `${NAME}`, `$(NAME)` or template. */
  readonly complete: boolean;
  readonly stage: Stage;
  /** The line that names the variable for this service first, then those through which its value went. */
  readonly evidence: readonly Evidence[];
}

/** A Secret or ConfigMap entry whose value is not in the repository: two services that read it get the same value. */
export interface OpaqueSource {
  readonly kind: "secret" | "config-map";
  readonly namespace: string | null;
  readonly name: string;
  readonly key: string;
  readonly evidence: readonly Evidence[];
}

/** A text with its variables filled in, where they could be. */
export interface ExpandedText {
  /** Holes and unknown variables are left as `${NAME}` or `${}`. May hold credentials. */
  readonly text: string;
  readonly complete: boolean;
  /** A fallback in the code (`?? "http://localhost:3000"`) stands in for a variable that no file sets. */
  readonly fromFallback: boolean;
  readonly stage: Stage;
  /** Deployment lines that gave the variables their values, in order. */
  readonly evidence: readonly Evidence[];
}

/** What deployment files say about the environment of each service's processes. */
export interface Environment {
  /**
   * Every value that the variable has in the service, production first, then `any`, development, test; within a stage in
   * order of path. Empty where no file sets it.
   */
  lookup(service: string, variable: string): readonly EnvironmentValue[];
  /** The sources of the variable whose value no file holds. */
  opaque(service: string, variable: string): readonly OpaqueSource[];
  /** Names that some file sets for the service, sorted. */
  variables(service: string): readonly string[];
  /**
   * Fills a text from code in with the service's environment. One result per combination of values, best first, at most
   * eight; at least one for every text.
   */
  expand(service: string, parts: readonly TextPart[]): readonly ExpandedText[];
}
