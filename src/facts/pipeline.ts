import type { Lines } from "./place.js";

/** A command that puts services into production, found in a workflow step or a script. */
export interface DeployCommand {
  readonly tool: "kubectl" | "helm" | "kustomize" | "skaffold" | "compose" | "docker-stack" | "argocd" | "serverless" | "sam" | "cdk" | "terraform" | "ssh" | "ecs" | "other";
  /** Files, directories, charts or services that it names, as written. */
  readonly targets: readonly string[];
  /** It builds or pushes an image rather than deploying one. */
  readonly builds: boolean;
  readonly text: string;
  readonly lines: Lines;
}

/** A workflow of GitHub Actions, also a reusable one, also a composite action. */
export interface WorkflowFact {
  readonly kind: "workflow";
  readonly lines: Lines;
  readonly name: string | null;
  readonly events: readonly string[];
  /** Path filters of `push` and `pull_request`. */
  readonly paths: readonly string[];
  readonly callable: boolean;
  readonly jobs: readonly WorkflowJob[];
}

export interface WorkflowJob {
  readonly id: string;
  readonly name: string | null;
  readonly lines: Lines;
  readonly needs: readonly string[];
  /** A reusable workflow that it calls, as written, with its inputs. */
  readonly uses: string | null;
  readonly inputs: Readonly<Record<string, string>>;
  readonly condition: string | null;
  readonly environment: string | null;
  /** Literal values per matrix key; a key with an expression has `null`. */
  readonly matrix: Readonly<Record<string, readonly string[] | null>>;
  readonly steps: readonly WorkflowStep[];
}

export interface WorkflowStep {
  readonly name: string | null;
  readonly lines: Lines;
  readonly uses: string | null;
  readonly inputs: Readonly<Record<string, string>>;
  readonly condition: string | null;
  readonly workingDirectory: string | null;
  readonly commands: readonly DeployCommand[];
  /** Scripts of this repository, make targets (`make:deploy`) and package scripts (`npm:deploy`) that it runs. */
  readonly calls: readonly string[];
}

/** A shell script or one target of a Makefile (`target` is null for a script). */
export interface ScriptFact {
  readonly kind: "script";
  readonly lines: Lines;
  readonly target: string | null;
  readonly commands: readonly DeployCommand[];
  readonly calls: readonly string[];
}

export type PipelineFact = WorkflowFact | ScriptFact;
