import type { Lines } from "./place.js";

/**
 * A variable as a deployment file sets it. Values stay as written (`${DB_HOST:-db}`, `$(HOST)`); the model resolves
 * them with what other files say. A value that may hold a credential never leaves the model: see `src/model/dsn.ts`.
 */
export interface EnvironmentVariable {
  readonly name: string;
  /** `null` where the file passes the variable on without a value, or takes it from elsewhere. */
  readonly value: string | null;
  readonly source: ValueSource | null;
  readonly lines: Lines;
}

/** Where Kubernetes takes a variable's value from. */
export interface ValueSource {
  readonly kind: "config-map" | "secret" | "field";
  readonly name: string;
  readonly key: string;
}

export interface ComposeFact {
  readonly kind: "compose";
  readonly lines: Lines;
  /** The top-level `name:`. */
  readonly project: string | null;
  /** Paths in `include:`, relative to the file. */
  readonly includes: readonly string[];
  readonly services: readonly ComposeService[];
}

export interface ComposeService {
  readonly name: string;
  readonly lines: Lines;
  readonly image: string | null;
  readonly build: ComposeBuild | null;
  readonly containerName: string | null;
  readonly hostname: string | null;
  /** Network aliases and legacy links by which others reach it. */
  readonly aliases: readonly string[];
  readonly environment: readonly EnvironmentVariable[];
  /** Paths in `env_file:`, relative to the file. */
  readonly envFiles: readonly string[];
  readonly ports: readonly PortMapping[];
  readonly command: string | null;
  readonly profiles: readonly string[];
  readonly extends: { readonly file: string | null; readonly service: string } | null;
  readonly dependsOn: readonly string[];
}

export interface ComposeBuild {
  readonly context: string;
  readonly dockerfile: string | null;
  readonly target: string | null;
  readonly args: readonly EnvironmentVariable[];
  readonly lines: Lines;
}

/** Ports as written; either may hold a variable. */
export interface PortMapping {
  readonly host: string | null;
  readonly container: string;
}

/** A `.env` file or one named by `env_file:`. */
export interface EnvFileFact {
  readonly kind: "env-file";
  readonly lines: Lines;
  readonly variables: readonly EnvironmentVariable[];
}

export interface DockerfileFact {
  readonly kind: "dockerfile";
  readonly lines: Lines;
  readonly baseImages: readonly string[];
  /** Sources of COPY and ADD from the build context (not from other stages). */
  readonly copies: readonly string[];
  readonly exposes: readonly string[];
  /** ENV of the last stage and of the stages that it stands on. */
  readonly environment: readonly EnvironmentVariable[];
  /** ARG of all stages, with their defaults. */
  readonly args: readonly EnvironmentVariable[];
  readonly workdir: string | null;
  /** ENTRYPOINT and CMD of the last stage as one command line, `null` if neither is given. */
  readonly command: string | null;
  /** In the order of the file: a build may ask for another than the last (`target`). */
  readonly stages: readonly DockerfileStage[];
}

export interface DockerfileStage {
  readonly name: string | null;
  /** The image or the earlier stage that it stands on. */
  readonly from: string;
  readonly copies: readonly string[];
  /** Earlier stages that it copies from, by name or number. */
  readonly copiesFrom: readonly string[];
  readonly environment: readonly EnvironmentVariable[];
  readonly command: string | null;
  readonly lines: Lines;
}

export interface SkaffoldFact {
  readonly kind: "skaffold";
  readonly lines: Lines;
  readonly artifacts: readonly {
    readonly image: string;
    readonly context: string;
    readonly dockerfile: string | null;
    readonly lines: Lines;
  }[];
  /** Manifest globs, chart paths and kustomize paths that one `skaffold run` applies. */
  readonly manifests: readonly string[];
  /** Names and paths of other configurations in `requires:`. */
  readonly requires: readonly string[];
}

/**
 * serverless.yml, SAM and CloudFormation: one application is one service. In Terraform each function or container is one
 * for itself, since its code stands elsewhere.
 */
export interface ServerlessFact {
  readonly kind: "serverless-application";
  readonly lines: Lines;
  readonly framework: "serverless" | "sam" | "cloudformation" | "terraform" | "cdk";
  readonly name: string | null;
  readonly environment: readonly EnvironmentVariable[];
  readonly functions: readonly ServerlessFunction[];
}

export interface ServerlessFunction {
  readonly name: string;
  /** Path of the file and exported name: `src/orders.create`. */
  readonly handler: string | null;
  /** Directory of its code, relative to the file, where that is said apart from the handler. */
  readonly code: string | null;
  readonly environment: readonly EnvironmentVariable[];
  readonly lines: Lines;
}

/**
 * Queues and topics of a template or of serverless.yml, and what becomes of messages that fail. References are in the
 * spelling of `intrinsic`: `${OrdersDlq.Arn}`.
 */
export interface CloudMessagingFact {
  readonly kind: "cloud-messaging";
  readonly lines: Lines;
  readonly resources: readonly CloudResource[];
  /** Where failed messages of `from` go. */
  readonly failures: readonly CloudReference[];
  readonly uses: readonly CloudUse[];
  readonly deliveries: readonly CloudDelivery[];
  readonly nested: readonly NestedStack[];
  readonly outputs: readonly { readonly name: string; readonly value: string; readonly exported: string | null }[];
  /** Paths of files that are put into this one, relative to it. */
  readonly includes: readonly string[];
  /** Some of its functions are in files that are put in. */
  readonly functionsElsewhere: boolean;
  /** Names that stand for values: `local.queue`, and `var.queue` with its default. */
  readonly values: readonly { readonly name: string; readonly value: string }[];
  /** Read as one with the files beside it that say so too, as Terraform reads a directory. */
  readonly wholeDirectory: boolean;
  /** It declares no functions: what takes messages, takes them in code. */
  readonly consumersInCode: boolean;
}

export interface CloudResource {
  /** Logical id, unique in the file: a function's key in serverless.yml, `aws_sqs_queue.orders` in Terraform. */
  readonly id: string;
  /** A rule chooses messages of a bus, a table tells of its rows. */
  readonly kind: "queue" | "topic" | "exchange" | "function" | "bus" | "rule" | "stream" | "table";
  /** Physical name, as written. */
  readonly name: string | null;
  readonly lines: Lines;
}

/** One resource speaks of another, which may be in another file. */
export interface CloudReference {
  readonly from: string;
  readonly target: string;
  readonly lines: Lines;
}

/**
 * `takes` messages from it or puts them back, `watches` it and tells someone, `holds` its address in a variable, or `keeps`
 * its messages under another name for whoever asks.
 */
export interface CloudUse extends CloudReference {
  readonly kind: "takes" | "watches" | "holds" | "keeps";
  /** By which code knows it: the variable, or the other name. */
  readonly variable: string | null;
}

/** What one resource gets, another is handed: a queue's messages a function, a topic's a queue, a bus's a rule and a rule's a function. */
export interface CloudDelivery {
  /** Reference to what hands on; with a broker outside of the cloud, the name of its topic or queue. */
  readonly source: string;
  readonly target: string;
  /** Where the event says it; `null` where the source tells. */
  readonly transport: CloudTransport | null;
  /** The types that are handed on; empty for all. */
  readonly events: readonly string[];
  readonly lines: Lines;
}

export type CloudTransport = "sqs" | "sns" | "eventbridge" | "kinesis" | "dynamodb" | "kafka" | "amqp";

/** What follows the address or the name of a queue or subscription of Service Bus for the dead letters inside it. */
export const SUBQUEUE = "/$DeadLetterQueue";

export interface NestedStack {
  readonly id: string;
  /** Path relative to the file; of a directory in Terraform. */
  readonly template: string;
  readonly parameters: readonly { readonly name: string; readonly value: string | null }[];
}

export type DeploymentFact = ComposeFact | EnvFileFact | DockerfileFact | SkaffoldFact | ServerlessFact | CloudMessagingFact;
