import type { Lines } from "./place.js";

/**
 * A command that puts services into production, or builds what is put there; found in a workflow step, a package
 * script or a shell script. Variables stay as written (`$SERVICE`, `${{ matrix.service }}`), except those that the
 * same text sets to a literal or loops over literals: such a command names every value. In paths, `<script>` stands for
 * the directory of the script itself and `<root>` for the root of the repository.
 */
export interface DeployCommand {
  readonly tool: DeployTool;
  /** Files, directories and charts that it applies, as written. Empty: the tool's default in `directory`. */
  readonly targets: readonly string[];
  /**
   * Services, workloads, releases, functions and label values that it names. For tools that apply a file (`compose`,
   * `kubectl apply -l`, `skaffold`) they limit it to these; for others they are what is deployed.
   */
  readonly names: readonly string[];
  /** Where `cd` or a working directory puts it, relative to where the text starts; `null`: right there. */
  readonly directory: string | null;
  /** It builds or pushes an image rather than deploying one. */
  readonly builds: boolean;
  /** It runs on another machine: over ssh, or against a remote Docker host or context. */
  readonly remote: boolean;
  /** It stands in an `if`, a `case` or a function, so that a run of the text may leave it out. */
  readonly conditional: boolean;
  /** The command in short, with what it names and without options: safe to show, whatever was on the line. */
  readonly text: string;
  readonly lines: Lines;
}

export type DeployTool =
  | "argocd"
  | "cdk"
  | "compose"
  | "docker"
  | "docker-stack"
  | "ecs"
  | "helm"
  | "kubectl"
  | "kustomize"
  | "sam"
  | "serverless"
  | "skaffold"
  | "ssh"
  | "terraform"
  | "other";

/** A workflow of GitHub Actions, also a reusable one, also a composite action. */
export interface WorkflowFact {
  readonly kind: "workflow";
  readonly lines: Lines;
  readonly name: string | null;
  readonly events: readonly string[];
  /** Path filters of `push` and `pull_request`; those of `paths-ignore` with a leading `!`. */
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
  /**
   * Scripts of this repository (`scripts/deploy.sh`), make targets (`make:deploy`) and package scripts (`npm:deploy`)
   * that it runs. Those of another directory say so: `make:deploy@infra`, `npm:deploy@services/orders`.
   */
  readonly calls: readonly string[];
  /** It runs tests: a system that the job starts on its own machine before is started to be tested. */
  readonly tests: boolean;
  /** It starts a cluster or system that ends with the job (kind, minikube): what the job deploys goes there. */
  readonly throwaway: boolean;
}

/** A shell script or one target of a Makefile (`target` is null for a script). */
export interface ScriptFact {
  readonly kind: "script";
  readonly lines: Lines;
  readonly target: string | null;
  readonly commands: readonly DeployCommand[];
  /** As in `WorkflowStep`; the prerequisites of a make target too. */
  readonly calls: readonly string[];
  readonly tests: boolean;
  readonly throwaway: boolean;
}

export type PipelineFact = WorkflowFact | ScriptFact;
