import type { Octokit } from "@octokit/rest";
import type { Environment } from "../environment.js";

/** How the doctor speaks to GitHub: as the App, and as its installations. */
export interface Surgery {
  readonly environment: Environment;
  readonly now: Date;
  readonly app: Octokit;
  installation(id: number): Octokit;
}
