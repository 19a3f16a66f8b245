import type { ConfigurationFact } from "./configuration.js";
import type { ContractFact } from "./contract.js";
import type { DeploymentFact } from "./deployment.js";
import type { GatewayFact } from "./gateway.js";
import type { KubernetesFact } from "./kubernetes.js";
import type { PipelineFact } from "./pipeline.js";
import type { SourceFact } from "./source.js";
import type { WorkspaceFact } from "./workspace.js";

/** Anything that an extractor can say about one file. Told apart by `kind`; says nothing about other files. */
export type Fact =
  | ConfigurationFact
  | ContractFact
  | DeploymentFact
  | GatewayFact
  | KubernetesFact
  | PipelineFact
  | SourceFact
  | WorkspaceFact;

export type FactKind = Fact["kind"];
export type FactOf<K extends FactKind> = Extract<Fact, { kind: K }>;

/** A part of a file that could not be read, with the line and the reason that the author is told. */
export interface Unreadable {
  readonly line: number;
  readonly reason: string;
}

/** A `faultline-ignore <rule> -- reason` comment. */
export interface InlineIgnore {
  readonly rule: string;
  /** `null` where the comment gives none; such an ignore is reported and has no effect. */
  readonly reason: string | null;
  /** What stands behind `until=`, which should be an ISO date; `null` without it. An ignore with anything else has no effect. */
  readonly until: string | null;
  /** The line of the comment: it covers this line and the next. */
  readonly line: number;
}

/** What one extractor, or all of them, found in one text. Holds no path: equal texts share it. */
export interface Extraction {
  readonly facts: readonly Fact[];
  readonly unreadable: readonly Unreadable[];
}

/** Everything known about one file of a snapshot. */
export interface FileFacts extends Extraction {
  readonly path: string;
  readonly blob: string;
  readonly ignores: readonly InlineIgnore[];
}

/** The facts of a whole snapshot: the input of the model. */
export interface SnapshotFacts {
  readonly repository: string | null;
  readonly files: readonly FileFacts[];
  /** Every path of the snapshot: some facts (a build context, a workspace glob) are about which files exist. */
  readonly paths: ReadonlySet<string>;
  readonly coverage: FactCoverage;
  /** Equal facts, equal identity; `null` where the next reading may tell something else. */
  readonly identity: string | null;
}

/** What was looked at and what was not. Paths are sorted. */
export interface FactCoverage {
  readonly files: number;
  readonly analysed: number;
  readonly excluded: readonly { readonly path: string; readonly reason: ExclusionReason }[];
  readonly unreadable: readonly { readonly path: string; readonly line: number; readonly reason: string }[];
}

export type ExclusionReason = "test" | "generated" | "vendored" | "build-output" | "migration" | "browser" | "documentation" | "settings";

/** The text of one file as extractors see it. Parsing that several extractors need is done once. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/**
 * Reads one format. Pure and total: any text gives an extraction, never an exception. The result may depend on the
 * text and on the name of the file, not on the folders above it except through `accepts`.
 */
export interface Extractor {
  /** Stable, part of the cache key. */
  readonly id: string;
  /** Raised whenever the same text may give other facts. */
  readonly version: number;
  accepts(path: string): boolean;
  /** Loads what reading needs and what only loads asynchronously; must have ended before `extract` is called. */
  prepare?(): Promise<void>;
  extract(source: SourceText): Extraction;
}
