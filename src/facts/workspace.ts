import type { DeployCommand } from "./pipeline.js";
import type { Lines } from "./place.js";

export interface PackageFact {
  readonly kind: "package";
  readonly lines: Lines;
  readonly name: string | null;
  readonly private: boolean;
  /** Workspace globs, npm or yarn spelling. */
  readonly workspaces: readonly string[];
  /** Every dependency section merged: name to version as written. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts: readonly PackageScript[];
  /** `main`, `module`, `types` and the targets of `exports`, by subpath (`.`, `./events`). */
  readonly entries: Readonly<Record<string, string>>;
}

export interface PackageScript {
  readonly name: string;
  readonly command: string;
  /** What it deploys or builds images of. */
  readonly deploys: readonly DeployCommand[];
  /** Other scripts that it runs, spelt as in `WorkflowStep.calls`. */
  readonly calls: readonly string[];
  readonly lines: Lines;
}

/** pnpm-workspace.yaml, lerna.json, nx.json, turbo.json, rush.json. */
export interface WorkspaceFileFact {
  readonly kind: "workspace";
  readonly lines: Lines;
  readonly tool: "pnpm" | "lerna" | "nx" | "turbo" | "rush";
  readonly packages: readonly string[];
}

/** project.json of Nx, or one project of nest-cli.json (its root then is relative to that file). */
export interface ProjectFact {
  readonly kind: "project";
  readonly lines: Lines;
  readonly tool: "nx" | "nest";
  /** Empty where the file leaves the name to its directory. */
  readonly name: string;
  readonly type: "application" | "library";
  readonly root: string;
}

export interface TsConfigFact {
  readonly kind: "tsconfig";
  readonly lines: Lines;
  readonly extends: readonly string[];
  readonly baseUrl: string | null;
  readonly paths: Readonly<Record<string, readonly string[]>>;
  readonly rootDir: string | null;
  readonly outDir: string | null;
}

/** go.mod, pom.xml, pyproject.toml and the like: what a program in a language that is not read itself requires. */
export interface RequirementsFact {
  readonly kind: "requirements";
  readonly lines: Lines;
  readonly language: "dotnet" | "go" | "jvm" | "php" | "python" | "ruby" | "rust";
  /** Lower case, sorted. */
  readonly names: readonly string[];
}

export type WorkspaceFact = PackageFact | WorkspaceFileFact | ProjectFact | TsConfigFact | RequirementsFact;
